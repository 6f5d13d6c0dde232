// SPDX-License-Identifier: MPL-2.0

package applytest

var managerCases = map[string]func(*scene){}
