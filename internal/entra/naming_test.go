// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"strings"
	"testing"
)

// TestNaming holds what rules may give the attributes that name an account.
func TestNaming(t *testing.T) {
	long := strings.Repeat("x", 65)
	for _, test := range []struct {
		name      string
		good, bad []string
	}{
		{"userPrincipalName", []string{"ann.lee@contoso.com", "a'b-c_d!e#f^g~h@x.com"}, []string{"müller@x.com", ".a@x.com", "a.@x.com",
			"a+b@x.com", "a@" + long + ".com", long + "@x.com", "a", "a@b@c"}},
		{"mailNickname", []string{"ann.lee", "a+b"}, []string{"", "a b", "a@b", "a(b", "é", `a"b`, "a;b", long}},
	} {
		check := Format.Naming[test.name]
		for _, s := range test.good {
			if err := check(s); err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
		}
		for _, s := range test.bad {
			if err := check(s); err == nil {
				t.Errorf("%s: no error for %q", test.name, s)
			}
		}
	}
}
