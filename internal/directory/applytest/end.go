// SPDX-License-Identifier: MPL-2.0

package applytest

var endCases = map[string]func(*scene){}
