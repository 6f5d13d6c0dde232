// SPDX-License-Identifier: MPL-2.0

package source

import (
	"strings"
	"testing"
)

// TestUnicodeFormsOfIDs: Terraform brings text into the form NFC, so that two ids that differ by
// their form are one key by the time anybody decides.
func TestUnicodeFormsOfIDs(t *testing.T) {
	const composed, decomposed = "Zo\u00eb", "Zoe\u0308"
	got, err := build(t, Spec{}, decomposed)
	if err != nil || got.Workers[composed] == nil || len(got.Workers) != 1 {
		t.Errorf("got %v and error %v", got, err)
	}
	if _, err := build(t, Spec{}, composed, decomposed); err == nil || !strings.Contains(err.Error(), "the same worker id as row 2") {
		t.Errorf("two ids that differ by Unicode form: %v", err)
	}
	if _, err := build(t, Spec{}, composed, "ZOE\u0308"); err == nil || !strings.Contains(err.Error(), "differs only by case") {
		t.Errorf("two ids that differ by Unicode form and case: %v", err)
	}
}
