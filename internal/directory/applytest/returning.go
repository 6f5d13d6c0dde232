// SPDX-License-Identifier: MPL-2.0

package applytest

var returnCases = map[string]func(*scene){}
