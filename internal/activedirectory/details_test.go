// SPDX-License-Identifier: MPL-2.0

package activedirectory_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/memdir"
)

// details makes users of the kinds that a look-up tells apart.
func details(c *company) map[string]string {
	at := time.Date(2026, 7, 4, 5, 6, 7, 0, time.UTC)
	zoe := c.user("zoe", "lastLogonTimestamp", ticks(at), "pwdLastSet", ticks(at), "accountExpires", ticks(at),
		"whenCreated", "20260102030405.0Z",
		"whenChanged", "20260203040506.0Z", "title", "Clerk", "primaryGroupID", "1777", "lockoutTime", "0")
	c.group("Primary", 1777)
	team := c.group("Team", 0, zoe)
	locked := c.user("locked", "lockoutTime", ticks(at), "pwdLastSet", "0", "accountExpires",
		strconv.FormatInt(1<<63-1, 10), "userAccountControl", "514")
	free := c.user("free", "lockoutTime", ticks(at), "msDS-User-Account-Control-Computed", "0")
	return map[string]string{"zoe": zoe, "locked": locked, "free": free, "team": team}
}

func TestFindUsers(t *testing.T) {
	c := newCompany(t, activedirectory.Options{})
	ids := details(c)
	found, err := c.FindUsers(t.Context(), "sAMAccountName", []string{"zoe", "LOCKED", "free", "nobody", "Team"}, []string{"TITLE"})
	if err != nil || len(found) != 3 {
		t.Fatalf("%v, %v", found, err)
	}
	zoe, locked, free := found["zoe"][0], found["LOCKED"][0], found["free"][0]
	at := time.Date(2026, 7, 4, 5, 6, 7, 0, time.UTC)
	if zoe.ID != ids["zoe"] || !strings.HasPrefix(zoe.SID, "S-1-5-21-1-2-3-") ||
		zoe.Account.Attributes["title"].Text() != "Clerk" || !zoe.Account.Enabled {
		t.Errorf("%+v", zoe)
	}
	for what, moment := range map[string]time.Time{"last": zoe.LastSignIn, "password": zoe.PasswordSet, "expires": zoe.Expires} {
		if !moment.Equal(at) {
			t.Errorf("%s: %s, expected %s", what, moment, at)
		}
	}
	if zoe.Created.Format(time.DateTime) != "2026-01-02 03:04:05" || zoe.Changed.Format(time.DateTime) != "2026-02-03 04:05:06" {
		t.Errorf("created %s, changed %s", zoe.Created, zoe.Changed)
	}
	if want := []string{"CN=Primary,CN=Users," + memdir.Base, "CN=Team,CN=Users," + memdir.Base}; !slices.Equal(zoe.MemberOf, want) {
		t.Errorf("member of %q, expected %q", zoe.MemberOf, want)
	}
	if zoe.LockedOut || zoe.ChangePassword || !locked.LockedOut || !locked.ChangePassword || !locked.Expires.IsZero() ||
		locked.Account.Enabled || free.LockedOut {
		t.Errorf("%+v\n%+v\n%+v", zoe, locked, free)
	}
	for attribute, value := range map[string]string{
		"objectGUID": strings.ToUpper(ids["zoe"]), "objectSid": zoe.SID, "distinguishedName": "cn=person ZOE, " + staff,
		"userPrincipalName": "Zoe@CORP.example.com", "employeeID": "1001",
	} {
		if found, err := c.FindUsers(t.Context(), attribute, []string{value}, nil); err != nil || len(found[value]) != 1 ||
			found[value][0].ID != zoe.ID {
			t.Errorf("%s: %v, %v", attribute, found, err)
		}
	}
	c.user("twin", "employeeID", "1001")
	if found, err := c.FindUsers(t.Context(), "employeeID", []string{"1001"}, nil); err != nil || len(found["1001"]) != 2 {
		t.Errorf("%v, %v", found, err)
	}
	for _, refused := range []struct{ attribute, value, further, says string }{
		{"objectGUID", "zoe", "", "objectGUID such as"}, {"objectSid", "zoe", "", "S-1-5-21"}, {"distinguishedName", "zoe", "",
			"distinguished name"},
		{"sAMAccountName", "", "", "a value of sAMAccountName"}, {"sAMAccountName", "zoe", "titel", `did you mean "title"`},
	} {
		if _, err := c.FindUsers(t.Context(), refused.attribute, []string{refused.value},
			slices.DeleteFunc([]string{refused.further}, func(s string) bool { return s == "" })); err == nil ||
			!strings.Contains(err.Error(), refused.says) {
			t.Errorf("%+v: %v", refused, err)
		}
	}
}

// An answer is whole or an error, and however many accounts there are, what belongs to all of them is asked for once.
func TestQueryUsers(t *testing.T) {
	c := newCompany(t, activedirectory.Options{})
	ids := details(c)
	for i := range 2500 {
		c.user(fmt.Sprintf("more%04d", i))
	}
	c.PutBelow(ids["zoe"], "CN=pc", "computer")
	before := c.Searches.Load()
	all, err := c.QueryUsers(t.Context(), activedirectory.Listing{}, nil)
	if err != nil || len(all) != 2503 {
		t.Fatalf("%d users, %v", len(all), err)
	}
	if n := c.Searches.Load() - before; n > 12 {
		t.Errorf("%d searches for %d users", n, len(all))
	}
	if !slices.IsSortedFunc(all, func(a, b *activedirectory.User) int {
		return strings.Compare(strings.ToLower(a.Path), strings.ToLower(b.Path))
	}) {
		t.Error("not in order")
	}
	for limit, fits := range map[int]bool{2502: false, 2503: true, 2504: true, 1: false} {
		l := activedirectory.Listing{Limit: limit, Container: staff}
		if all, err := c.QueryUsers(t.Context(), l, nil); fits != (err == nil && len(all) == 2503) || !fits &&
			!strings.Contains(err.Error(), fmt.Sprintf("limit: more than %d", limit)) {
			t.Errorf("limit %d: %d users, %v", limit, len(all), err)
		}
	}
	for _, l := range []activedirectory.Listing{{Filter: "title=Clerk"}, {Container: "Staff"}} {
		if all, err := c.QueryUsers(t.Context(), l, nil); err == nil {
			t.Errorf("%+v: %d users", l, len(all))
		}
	}
	if all, err := c.QueryUsers(t.Context(), activedirectory.Listing{Filter: "(title=Clerk)"},
		[]string{"title"}); err != nil || len(all) != 1 || all[0].ID != ids["zoe"] {
		t.Errorf("%v, %v", all, err)
	}
}

// Members at any depth: of groups in each other, of more than come at once, and by their primary group.
func TestGroupMembers(t *testing.T) {
	c := newCompany(t, activedirectory.Options{})
	direct, deep, primary := c.user("direct"), c.user("deep"), c.user("primary", "primaryGroupID", "1777")
	inner := c.group("Inner", 1777, deep)
	var many []string
	for i := range 1600 {
		many = append(many, c.user(fmt.Sprintf("many%04d", i)))
	}
	large := c.group("Large", 0, many...)
	outer := c.group("Outer", 0, direct, inner, large)
	c.Join(inner, outer) // a circle
	c.group("Admins", 512, outer)
	for depth, want := range map[activedirectory.Depth][]string{
		activedirectory.NoMembers: nil, activedirectory.DirectMembers: {direct, inner, large},
		activedirectory.AllMembers: append([]string{direct, inner, large, deep, primary}, many...),
	} {
		found, err := c.FindGroups(t.Context(), "sAMAccountName", []string{"outer"}, depth)
		if err != nil || len(found["outer"]) != 1 {
			t.Fatalf("%v, %v", found, err)
		}
		g := found["outer"][0]
		slices.Sort(want)
		if have := slices.Sorted(maps.Keys(g.Members)); !slices.Equal(have, want) {
			t.Errorf("depth %d: %d members, expected %d", depth, len(have), len(want))
		}
		if depth == activedirectory.AllMembers && (!g.Members[primary].Primary || g.Members[inner].Class != "group" ||
			g.Members[deep].WorkerID != "1002") {
			t.Errorf("%+v", g.Members[primary])
		}
		if g.ID != outer || g.Privileged == "" || !slices.Equal(g.MemberOf, []string{"CN=Admins,CN=Users," + memdir.Base,
			"CN=Inner,CN=Users," + memdir.Base}) {
			t.Errorf("%+v", g)
		}
	}
	all, err := c.QueryGroups(t.Context(), activedirectory.Listing{Filter: "(!(sAMAccountName=Admins))"}, activedirectory.AllMembers)
	if err != nil || len(all) != 3 || len(all[0].Members) != len(all[2].Members) { // Inner and Outer are in each other
		t.Fatalf("%d groups, %v", len(all), err)
	}
	if _, err := c.QueryGroups(t.Context(), activedirectory.Listing{Limit: 2}, activedirectory.NoMembers); err == nil ||
		!strings.Contains(err.Error(), "limit: more than 2") {
		t.Errorf("%v", err)
	}
	if _, err := c.FindGroups(t.Context(), "objectGUID", []string{"outer"}, activedirectory.NoMembers); err == nil ||
		!strings.Contains(err.Error(), "objectGUID") {
		t.Errorf("%v", err)
	}
}

func TestFacts(t *testing.T) {
	c := newCompany(t, activedirectory.Options{})
	pc := c.user("dc1$", "dNSHostName", "DC1.corp.example.com", "primaryGroupID", "516")
	c.Set(pc, "objectClass", "top", "user", "computer")
	rodc := c.user("dc2$", "dNSHostName", "dc2.corp.example.com", "primaryGroupID", "521")
	c.Set(rodc, "objectClass", "top", "user", "computer")
	f, err := c.Facts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if f.DNSName != "corp.example.com" || f.NetBIOSName != "CORP" || f.Path != memdir.Base || f.SID != "S-1-5-21-1-2-3" ||
		f.Controller != "dc1.corp.example.com" {
		t.Errorf("%+v", f)
	}
	if !slices.Equal(f.Controllers, []string{"dc1.corp.example.com", "dc2.corp.example.com"}) || !slices.Equal(f.ReadOnly,
		[]string{"dc2.corp.example.com"}) {
		t.Errorf("%+v", f)
	}
	if f.ControllerLevel != 7 || f.DomainLevel != -1 || f.RecycleBin || f.SignInDays != 14 || f.MachineQuota != -1 || f.WhoAmI != "" {
		t.Errorf("%+v", f)
	}
	if p := f.Policy; p.MinLength != 7 || !p.Complexity || p.Reversible || p.MaxAge != 42*24*time.Hour || p.MinAge != 0 ||
		p.LockoutDuration != 0 {
		t.Errorf("%+v", p)
	}
}

// Every way to name an account for an import or an action; DOMAIN\name of another domain names nobody here.
func TestLocateByEveryKey(t *testing.T) {
	c := newCompany(t, activedirectory.Options{})
	id := c.user("zoe")
	c.user("twin", "employeeID", "1001")
	found, err := c.FindUsers(t.Context(), "objectGUID", []string{id}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{
		id, "{" + strings.ToUpper(id) + "}", found[id][0].SID, strings.ToLower(found[id][0].SID), "CN=Person zoe," + staff,
		"zoe", `CORP\zoe`, `corp\ZOE`, `corp.example.com\zoe`, "ZOE@corp.example.com", "displayName=Person zoe",
	} {
		if e, err := c.Locate(t.Context(), ref); err != nil || e.ID != id {
			t.Errorf("%s: %v, %v", ref, e, err)
		}
		if s, err := c.Subjects(t.Context(), directory.OperationDisable, []string{ref}); err != nil || len(s) != 1 || s[0].ID != id {
			t.Errorf("%s: %v, %v", ref, s, err)
		}
	}
	for ref, want := range map[string]string{
		`EMEA\zoe`: `the domain "EMEA", expected "CORP" or "corp.example.com"`, `\zoe`: `the domain ""`, "S-1-5-21-1-2-3-99999": "no account is",
		"1001": "names 2 accounts",
	} {
		if _, err := c.Locate(t.Context(), ref); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected %q", ref, err, want)
		}
		if _, err := c.Subjects(t.Context(), directory.OperationDisable, []string{ref}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected %q", ref, err, want)
		}
	}
}
