// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
)

// What an account has already, however wrong, is not judged: it is not written.
func TestWhatIsNotWrittenIsNotJudged(t *testing.T) {
	present := directory.Account{Container: "OU=Staff,DC=x", Enabled: true, Attributes: map[string]directory.Value{
		"cn": {"Ann"}, "sAMAccountName": {"ann"}, "userPrincipalName": {"no-suffix"}, "c": {"DE"}, "countryCode": {"40"}, "title": {"Clerk"},
	}}
	have := &directory.Existing{Account: present}
	for _, c := range []struct {
		name string
		set  func(*directory.Account)
		want string // "" for nothing
	}{
		{"all as it is", func(*directory.Account) {}, ""},
		{"another title", func(a *directory.Account) { a.Attributes["title"] = directory.Value{"Driver"} }, ""},
		{"the place in another spelling", func(a *directory.Account) { a.Container = "ou=staff, dc=x" }, ""},
		{"another bad principal name", func(a *directory.Account) { a.Attributes["userPrincipalName"] = directory.Value{"other"} }, "userPrincipalName"},
		{"another country", func(a *directory.Account) { a.Attributes["c"] = directory.Value{"FR"} }, "countryCode"},
		{"no login", func(a *directory.Account) { delete(a.Attributes, "sAMAccountName") }, "sAMAccountName"},
		{"a place that is none", func(a *directory.Account) { a.Container = "Staff" }, "container"},
		{"deleted", func(a *directory.Account) { a.Container, a.Deleted, a.Enabled = "Staff", true, false }, ""},
		{"released", func(a *directory.Account) { a.Container, a.Released = "Staff", true }, ""},
	} {
		want := present.Clone()
		c.set(&want)
		if err := CheckChange(want, have, nil); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if err := CheckChange(present, nil, nil); err == nil || !strings.Contains(err.Error(), "userPrincipalName") {
		t.Errorf("a new account: %v", err)
	}
}
