// SPDX-License-Identifier: MPL-2.0

package applytest

var takeOverCases = map[string]func(*scene){}
