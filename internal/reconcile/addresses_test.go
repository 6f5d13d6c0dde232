// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"strings"
	"testing"
)

func TestAddressesOfTwoPopulations(t *testing.T) {
	const john = "john.doe@example.com"
	for name, c := range map[string]struct {
		first, second       string // owners
		gainedA, gainedB    bool
		severity            Severity
		findings            int
		mentions, doNotTell string
	}{
		"two joiners":                    {"1", "2", true, true, Error, 1, "taken_names", ""},
		"a joiner and somebody there":    {"1", "2", false, true, Error, 1, `worker "1" in Active Directory, and worker "2" in Microsoft Entra ID`, ""},
		"somebody there and a joiner":    {"1", "2", true, false, Error, 1, john, ""},
		"both there":                     {"1", "2", false, false, Warning, 1, "Change one of each pair", "taken_names"},
		"the same person":                {"a1", "A1", true, true, Error, 0, "", ""},
		"nobody of the HR system":        {"", "2", true, true, Error, 0, "", ""},
		"nobody of the HR system second": {"1", "", true, true, Error, 0, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var a Addresses
			if f := a.Note("Active Directory", map[string]string{john: c.first, "x@example.com": "7"}, map[string]bool{john: c.gainedA},
				false); len(f) > 0 {
				t.Fatalf("findings of the first population: %v", f)
			}
			f := a.Note("Microsoft Entra ID", map[string]string{john: c.second, "y@example.com": "8"}, map[string]bool{john: c.gainedB}, false)
			if len(f) != c.findings {
				t.Fatalf("findings %v, expected %d", f, c.findings)
			}
			if len(f) == 1 && (f[0].Severity != c.severity || !strings.Contains(f[0].Text, c.mentions) || c.doNotTell != "" && strings.Contains(f[0].Text, c.doNotTell)) {
				t.Errorf("finding %+v", f[0])
			}
		})
	}
}

// Where the rules of either population redact addresses, nobody reads one in a message.
func TestAddressesThatAreNotShown(t *testing.T) {
	const secret = "secret@example.com"
	for i, hidden := range [][2]bool{{true, false}, {false, true}} {
		var a Addresses
		a.Note("A", map[string]string{secret: "1"}, nil, hidden[0])
		f := a.Note("B", map[string]string{secret: "2"}, map[string]bool{secret: true}, hidden[1])
		if len(f) != 1 || strings.Contains(f[0].Text, secret) || !strings.Contains(f[0].Text,
			`an address (redacted): worker "1" in A, and worker "2" in B`) {
			t.Errorf("%d: %v", i, f)
		}
	}
}
