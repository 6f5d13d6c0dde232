// SPDX-License-Identifier: MPL-2.0

package applytest

var protectionCases = map[string]func(*scene){}
