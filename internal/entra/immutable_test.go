// SPDX-License-Identifier: MPL-2.0

package entra

import "testing"

func TestImmutableID(t *testing.T) {
	// Octets 00 01 … 0f of a GUID in the order a directory stores them.
	if got, err := ImmutableID("03020100-0504-0706-0809-0a0b0c0d0e0f"); err != nil || got != "AAECAwQFBgcICQoLDA0ODw==" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := ImmutableID("CN=Ann"); err == nil {
		t.Error("a distinguished name is accepted")
	}
}
