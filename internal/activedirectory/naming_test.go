// SPDX-License-Identifier: MPL-2.0

package activedirectory

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
		{"cn", []string{"Ann Lee", "O'Neil, Bob", "李"}, []string{long, "a\x00b", "a\nCNF:1"}},
		{"sAMAccountName", []string{"lee", "a b", "müller", "a.b", strings.Repeat("x", 20)},
			[]string{strings.Repeat("x", 21), "a.", "..", ". .", "a@b", "a\tb", `a"b`, `a\b`, "a[b", "a]b", "a:b", "a;b", "a|b", "a=b", "a,b",
				"a+b", "a*b", "a?b", "a<b", "a>b", "a/b"}},
		{"userPrincipalName", []string{"ann.lee@corp.example.com", "müller@x", "o'neil@x.y"}, []string{"", "ann", "@x", "a@", "a@b@c", "a b@c",
			"a@b c", "a@.c", "a@c.", "a@b..c", "a,b@c", `a\b@c`, "a\u00a0b@c"}},
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

func TestTimes(t *testing.T) {
	for s, want := range map[string]bool{"20270131000000.0Z": true, "20270131000000Z": true, "2027-01-31T00:00:00+01:00": true,
		"never": false, "134117171990000000": false, "tomorrow": false} {
		if err := checkTime("whenNever", s); (err == nil) != want {
			t.Errorf("%q: %v", s, err)
		}
	}
	for s, want := range map[string]bool{"never": true, "9223372036854775807": true, "0": true, "-1": false, "31.12.2027": false} {
		if err := checkTime("accountExpires", s); (err == nil) != want {
			t.Errorf("accountExpires %q: %v", s, err)
		}
	}
}
