// SPDX-License-Identifier: MPL-2.0

package status_test

import (
	"fmt"

	"terraform-provider-workforce/internal/status"
)

// Case, accents and punctuation make no difference. What is not understood is never taken for active.
func ExampleClassify() {
	for _, word := range []string{"ACTIVE", "En congé", "Terminated - Voluntary", "Garden leave", "Rescinded", "Terminatd", "T"} {
		fmt.Printf("%s: %s\n", word, status.Classify(word))
	}
	// Output:
	// ACTIVE: active
	// En congé: on_leave
	// Terminated - Voluntary: left
	// Garden leave: suspended
	// Rescinded: never_started
	// Terminatd: unknown
	// T: unknown
}
