// SPDX-License-Identifier: MPL-2.0

package dn

import "testing"

// One container in all of its spellings, and others that only look alike.
func TestSame(t *testing.T) {
	same := [][]string{
		{`OU=R\2BD\2C Berlin,DC=corp,DC=example`, `OU=R\+D\, Berlin,DC=corp,DC=example`, `ou=r\2bd\2c berlin, dc=CORP, dc=Example`, `OU=R\+D\2C\20Berlin,DC=corp,DC=example`},
		{"OU=Staff,DC=corp", "OU=Staff, DC=corp", "ou=staff ,dc=corp", "OU = Staff,DC=corp", "OU=Staff;DC=corp"},
		{"OU=Zoë,DC=corp", `OU=Zo\C3\AB,DC=corp`, "ou=ZOË,DC=corp"},
		{"OU=Σίσυφος,DC=corp", "OU=σίσυφος,DC=corp", "ou=ΣΊΣΥΦΟΣ,dc=corp", "OU=Σίσυφοσ, DC=corp", `OU=\CE\A3ίσυφος,DC=corp`},
		{"OU=İzmir,DC=corp", "ou=İZMIR,DC=corp"}, {"OU=Izmir,DC=corp", "ou=izmir,DC=corp"},
		{"OU=\u212aalt,DC=corp", "OU=kalt,DC=corp", `OU=K\61lt,DC=corp`},
		{"CN=Zoë\\, A,OU=X", "cn=zoë\\2c a , ou = x"}, {"OU=a\xff,DC=corp", "ou=A\xff,DC=corp"},
		{`OU=a\=b,DC=corp`, "OU=a=b,DC=corp", `OU=a\3Db,DC=corp`},
		{"CN=a+OU=b,DC=corp", "OU=b+CN=a,DC=corp"},
		{`OU=\#1,DC=corp`, `OU=\231,DC=corp`},
		{"Anna@corp.example", "anna@CORP.example"},
		{"", ""},
	}
	for i, group := range same {
		for _, a := range group {
			for _, b := range group {
				if !Same(a, b) || Key(a) != Key(b) {
					t.Errorf("%q and %q are not the same: %q, %q", a, b, Key(a), Key(b))
				}
			}
			for j, others := range same {
				if b := others[0]; i != j && Same(a, b) {
					t.Errorf("%q and %q are the same", a, b)
				}
			}
		}
	}
	for _, pair := range [][2]string{
		{`OU=a\,OU=b,DC=corp`, "OU=a,OU=b,DC=corp"}, {`OU=a\+CN=b,DC=corp`, "OU=a+CN=b,DC=corp"}, {"OU=a b,DC=corp", "OU=ab,DC=corp"}, {`OU=a\20,DC=corp`, "OU=a,DC=corp"}, {"OU=a,DC=corp", "DC=corp"},
	} {
		if Same(pair[0], pair[1]) {
			t.Errorf("%q and %q are the same", pair[0], pair[1])
		}
	}
}
