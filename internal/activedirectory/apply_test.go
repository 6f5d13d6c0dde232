// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
)

func isCause(err, cause error) bool { return errors.Is(err, cause) }

func TestCreateChangeAndNothingToDo(t *testing.T) {
	l := newLab(t, Options{})
	c := l.person(1, "title", "Engineer", "proxyAddresses", "SMTP:a@x.example|smtp:b@x.example", "accountExpires", "2031-01-31T00:00:00Z", "info", "line\nline")
	out := l.Apply(t.Context(), []directory.Change{c}, directory.ApplyOptions{})
	if o := out[0]; o.Err != nil || !o.Created || !o.PasswordSet || o.ID == "" {
		t.Fatalf("outcome %+v", o)
	}
	c.ID = out[0].ID
	e := l.entry(t, l.id(1), "userAccountControl", "pwdLastSet", "title", "accountExpires", "proxyAddresses")
	if e.Get("userAccountControl") != "512" || e.Get("pwdLastSet") != "0" || e.Get("title") != "Engineer" || len(e.Values("proxyAddresses")) != 2 {
		t.Fatalf("entry %v", e)
	}
	before := l.client.Stats()
	out = l.Apply(t.Context(), []directory.Change{c}, directory.ApplyOptions{})
	after := l.client.Stats()
	if o := out[0]; o.Err != nil || o.Changed || o.Renamed || o.Created || o.Account == nil || after.Modifies != before.Modifies {
		t.Fatalf("second apply: %+v", o)
	}
	c = l.must(t, set(c, "title", "engineer", "info", "", "proxyAddresses", "smtp:a@x.example|SMTP:b@x.example", "cn", "Other "+l.id(1)))[0]
	e = l.entry(t, l.id(1), "title", "info", "proxyAddresses", "cn")
	if e.Get("title") != "engineer" || e.Get("info") != "" || e.Get("cn") != "Other "+l.id(1) {
		t.Fatalf("entry %v", e)
	}
	if s := l.client.Stats(); s.Modifies != after.Modifies+1 || s.Renames != after.Renames+1 {
		t.Errorf("the change took %d modifications and %d renames, want one each", s.Modifies-after.Modifies, s.Renames-after.Renames)
	}
	l.must(t, c)
}

var hostile = []string{
	`O'Brien, Zoë "Z" #1 \ + ; < >`, " leading", "trailing ", "#hash", "a=b", "a/b", `back\slash`, "emoji 🌷👩‍💻", strings.Repeat("x", 64),
	"Łódź Æther ß", "你好", "*)(cn=*", `\2a`, "{0}", "%s", "é", "ab",
}

func TestHostileNamesRoundTrip(t *testing.T) {
	l := newLab(t, Options{})
	var changes []directory.Change
	for i, name := range hostile {
		c := l.person(i)
		for _, n := range []string{"cn", "displayName", "description"} {
			c.Want.Attributes[n] = directory.Value{name}
		}
		changes = append(changes, c)
	}
	for i, o := range l.Apply(t.Context(), changes, directory.ApplyOptions{}) {
		if o.Err != nil {
			t.Errorf("%q: %v", hostile[i], o.Err)
			continue
		}
		changes[i].ID = o.ID
		e := l.entry(t, l.id(i), "cn", "displayName")
		if e.Get("cn") != hostile[i] || e.Get("displayName") != hostile[i] {
			t.Errorf("%q became cn %q, displayName %q", hostile[i], e.Get("cn"), e.Get("displayName"))
		}
	}
	// Everybody gets the name of the next one: a cycle of renames.
	for i := range changes {
		changes[i] = set(changes[i], "title", "renamed")
		changes[i].Want.Attributes["cn"] = directory.Value{hostile[(i+1)%len(hostile)]}
	}
	for i, o := range l.Apply(t.Context(), changes, directory.ApplyOptions{}) {
		if o.Err != nil {
			t.Errorf("rename to %q: %v", hostile[(i+1)%len(hostile)], o.Err)
		}
	}
	for _, o := range l.Apply(t.Context(), changes, directory.ApplyOptions{}) {
		if o.Err != nil || o.Changed || o.Renamed {
			t.Errorf("a second apply changes something: %+v", o)
		}
	}
}

func TestSwaps(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1), l.person(2), l.person(3), l.person(4))
	names := []string{"cn", "sAMAccountName", "userPrincipalName"}
	swapped := make([]directory.Change, len(c))
	for i := range c { // 1 → 2 → 3 → 1, and 4 takes over 1's cn in vain
		swapped[i] = set(c[i], "title", fmt.Sprint(i))
	}
	for i := range 3 {
		for _, n := range names {
			swapped[i].Want.Attributes[n] = c[(i+1)%3].Want.Attributes[n]
		}
	}
	l.must(t, swapped...)
	for i := range 3 {
		e := l.entry(t, l.id((i+1)%3+1), "employeeID", "cn")
		if e.Get("employeeID") != l.id(i+1) || e.Get("cn") != "Person "+l.id((i+1)%3+1) {
			t.Errorf("after the swap: %v", e)
		}
	}
	// A chain: 4 takes what 3 gives up, a new person takes what 4 gives up.
	login := func(c directory.Change, name string) directory.Change {
		return set(c, "sAMAccountName", name, "userPrincipalName", name+"@"+l.dc.Realm())
	}
	three := swapped[2].Want.Attributes["sAMAccountName"].Text()
	l.must(t, login(swapped[3], three), login(swapped[2], l.id(9)), login(l.person(5), l.id(4)))
}

func TestManagersInAnyOrder(t *testing.T) {
	l := newLab(t, Options{})
	c := []directory.Change{
		l.person(1, "manager", l.id(2)), l.person(2, "manager", l.id(3)), l.person(3, "manager", l.id(1)), // a cycle
		l.person(4, "manager", l.id(5)), l.person(5, "manager", l.id(6)), l.person(6), // a chain
		l.person(7, "manager", l.id(7)), // nobody above
	}
	c = l.must(t, c...)
	if s := l.client.Stats(); s.Modifies != 2 {
		t.Errorf("%d links needed a modification, want 2: one in the cycle, and the person who manages themselves", s.Modifies)
	}
	read, err := l.Read(t.Context(), map[string]string{"a": c[0].ID}, nil)
	if err != nil || read["a"].Account.Attributes["manager"].Text() != l.id(2) {
		t.Fatalf("manager read as %v, %v", read["a"], err)
	}
	// Renaming a manager and clearing another at once.
	l.must(t, set(c[1], "cn", "Renamed "+l.tag, "manager", ""), set(c[3], "manager", l.id(2)))
	l.must(t, set(c[0], "manager", l.id(2)))
	out := l.Apply(t.Context(), []directory.Change{set(c[0], "manager", "nobody-"+l.tag, "title", "Chief")}, directory.ApplyOptions{})
	mustFail(t, out[0], directory.ErrNoManager, l.id(1), "nobody-"+l.tag, "manager")
	if e := l.entry(t, l.id(1), "title", "manager"); e.Get("title") != "Chief" || e.Get("manager") == "" {
		t.Errorf("the rest was not written or the manager was lost: %v", e)
	}
}

func TestLinkLater(t *testing.T) {
	l := newLab(t, Options{})
	o := directory.ApplyOptions{LinkLater: true}
	out := l.Apply(t.Context(), []directory.Change{l.person(1, "manager", l.id(2))}, o)
	if out[0].Err != nil || out[0].Waiting != l.id(2) {
		t.Fatalf("outcome %+v", out[0])
	}
	if p := l.Pending(); len(p) != 1 || p[0].ManagerWorkerID != l.id(2) || p[0].ID != out[0].ID {
		t.Fatalf("pending %+v", p)
	}
	apply(t, l.Domain, o, l.person(2))
	if len(l.Pending()) != 0 {
		t.Errorf("still pending: %v", l.Pending())
	}
	if e := l.entry(t, l.id(1), "manager"); e.Get("manager") != "CN=Person "+l.id(2)+","+l.ou {
		t.Errorf("manager %q", e.Get("manager"))
	}
}
