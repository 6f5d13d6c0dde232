// SPDX-License-Identifier: MPL-2.0

package applytest

var planCases = map[string]func(*scene){}
