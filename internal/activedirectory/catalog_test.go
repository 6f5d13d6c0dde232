// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
)

// TestForest asks the global catalog of a real controller: it finds users by the attributes that it holds, and what it does not hold is
// an error and never empty.
func TestForest(t *testing.T) {
	l := newLab(t, Options{})
	login, path := l.tag+"gc", "CN=Gil Gcat,"+l.ou
	principal, mail := login+"@elsewhere.example.net", login+"@mail.example.com"
	if err := l.dc.CreateUser(t.Context(), path, "Aa1-Aa1-Aa1", map[string][]string{"sAMAccountName": {login}, "employeeID": {login},
		"userPrincipalName": {principal}, "mail": {mail}, "telephoneNumber": {"+49 1"}}); err != nil {
		t.Fatal(err)
	}
	for attribute, value := range map[string]string{"userPrincipalName": principal, "mail": strings.ToUpper(mail), "sAMAccountName": login,
		"distinguishedName": path} {
		found, err := l.FindInForest(t.Context(), attribute, []string{value, "CN=Nobody"}, []string{"telephoneNumber", "displayName"})
		if err != nil || len(found) != 1 || len(found[value]) != 1 {
			t.Fatalf("%s: found %v, error %v", attribute, found, err)
		}
		u := found[value][0]
		if !sameDN(u.Path, path) || len(u.ID) != 36 || !strings.HasPrefix(u.SID, "S-1-5-21-") || !u.Enabled ||
			u.Attributes["telephoneNumber"].Text() != "+49 1" || len(u.Attributes["displayName"]) != 0 {
			t.Errorf("%s: found %+v", attribute, u)
		}
	}
	for _, c := range []struct {
		attribute string
		further   []string
		want      string
	}{
		{"employeeID", nil, `"employeeID", which the global catalog of the forest does not hold`},
		{"mail", []string{"employeeID"}, "isMemberOfPartialAttributeSet"},
		{"mail", []string{"emploieeID"}, `did you mean "employeeID"`},
	} {
		if _, err := l.FindInForest(t.Context(), c.attribute, []string{login}, c.further); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %v: error %v, expected %q", c.attribute, c.further, err, c.want)
		}
	}
	// Somebody outside of what this view looks at is found by the catalog, without a worker id.
	narrow := l.connect(t, l.conf, Options{SearchBase: "OU=Domain Controllers," + l.dc.BaseDN()})
	users, unheld, err := narrow.UsersElsewhere(t.Context())
	if err != nil || !slices.Equal(unheld, []string{"proxyAddresses"}) { // Exchange adds it to the catalog
		t.Fatalf("not held: %q, error %v", unheld, err)
	}
	found := func(users []*directory.Existing) bool {
		return slices.ContainsFunc(users, func(u *directory.Existing) bool {
			return sameDN(u.Path, path) && u.Account.Attributes["userPrincipalName"].Text() == principal &&
				len(u.Account.Attributes["employeeID"]) == 0
		})
	}
	if !found(users) {
		t.Errorf("%s is not among the users elsewhere: %d users", path, len(users))
	}
	if users, _, err = l.UsersElsewhere(t.Context()); err != nil || found(users) {
		t.Errorf("a user of the domain is among those elsewhere, or error %v", err)
	}
}
