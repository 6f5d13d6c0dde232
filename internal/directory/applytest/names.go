// SPDX-License-Identifier: MPL-2.0

package applytest

var nameCases = map[string]func(*scene){}
