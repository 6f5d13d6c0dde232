// SPDX-License-Identifier: MPL-2.0

package main

import "errors"

const (
	asOf      = "2026-11-23T09:00:00Z"
	yesterday = "2026-11-22"
)

func generate(people int) (*sheet, error) { return nil, errors.New("x") }
