// SPDX-License-Identifier: MPL-2.0

package successfactors

import (
	"slices"

	"terraform-provider-workforce/internal/status"
)

// statusWords are the codes of the picklist employee-status in words. Companies add codes
// of their own, which stay as they are and are unknown to everybody else.
var statusWords = map[string]string{
	"A": "Active", "U": "Unpaid leave", "P": "Paid leave", "S": "Suspended", "D": "Dormant", "F": "Furlough",
	"O": "Discarded", "R": "Retired", "T": "Terminated", "RNS": "Reported no show",
}

// class is what a code means.
func class(code string) status.Class {
	if word, ok := statusWords[code]; ok {
		return status.Classify(word)
	}
	return status.Classify(code)
}

// over reports whether a code says that the employment has ended, or never began.
func over(code string) bool {
	return slices.Contains([]status.Class{status.Left, status.NeverStarted}, class(code))
}

// goesOn reports whether a code says that the person is there or on leave.
func goesOn(code string) bool {
	return slices.Contains([]status.Class{status.Active, status.OnLeave}, class(code))
}
