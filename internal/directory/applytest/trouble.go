// SPDX-License-Identifier: MPL-2.0

package applytest

var troubleCases = map[string]func(*scene){}
