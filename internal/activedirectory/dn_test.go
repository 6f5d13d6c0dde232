// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"testing"
)

// TestSameDN holds that the domain finds an object by each spelling that counts as the same, and by no other.
func TestSameDN(t *testing.T) {
	l := newLab(t, Options{})
	for name, spellings := range map[string][]string{
		"Σίσυφος": {"σίσυφος", "ςίσυφος", "ΣΊΣΥΦΟΣ", "Σίσυφοσ", `\CE\A3ίσυφος`, "Sisyphos"},
		"İzmir":   {"izmir", "IZMIR", "ızmir"},
		"Straße":  {"STRASSE", "STRAßE"},
		"åsa":     {"ÅSA", "asa"},
		"Kalt":    {"KALT", "ｋalt"},
	} {
		dn := "OU=" + name + "," + l.ou
		if err := l.dc.Modify(t.Context(), "dn: "+dn+"\nobjectClass: organizationalUnit\n"); err != nil {
			t.Fatal(err)
		}
		for _, s := range append(spellings, name) {
			other := "OU=" + s + "," + l.ou
			unit, err := l.FindUnit(t.Context(), other)
			if found := err == nil && unit != nil; found != sameDN(dn, other) || found != (dnKey(dn) == dnKey(other)) {
				t.Errorf("%q by %+q: the domain finds it %t, sameDN says %t, dnKey %t (%v)", name, s, found, sameDN(dn, other),
					dnKey(dn) == dnKey(other), err)
			}
		}
	}
}
