// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
)

// decisions times the pipeline from a CSV file to decisions, in process.
func decisions(ctx context.Context) error {
	fmt.Println("## CSV → decisions")
	return ctx.Err()
}
