// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

func TestMemoryOfTheCause(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 8, time.FixedZone("", 3600))
	for _, cause := range directory.Causes {
		m := memory{cause, at}
		if got, ok := parseMemory(m.String()); !ok || got.cause != cause || !got.at.Equal(at.Truncate(time.Second)) {
			t.Errorf("%s: %v, %v", m, got, ok)
		}
	}
	for _, s := range []string{"", "left 2026-03-04T05:06:07Z", rememberedCause, rememberedCause + "left", rememberedCause + "left today", rememberedCause + "bored 2026-03-04T05:06:07Z", rememberedGroup + "x"} {
		if m, ok := parseMemory(s); ok {
			t.Errorf("%q is read as %v", s, m)
		}
	}
	d := New(nil, Options{})
	account := func(control string, values ...string) *record {
		return &record{id: "x", class: "user", values: map[string]directory.Value{attrControl: {control}, DefaultRemovedGroupsAttribute: values}}
	}
	moment := at.UTC().Truncate(time.Second)
	left, leave := memory{directory.ForLeft, moment}.String(), memory{directory.ForLeave, moment.Add(-time.Hour)}.String()
	for _, c := range []struct {
		name   string
		record *record
		since  time.Time
		want   string
	}{
		{"as it was left", account("514", left, "else"), moment, directory.ForLeft},
		{"the last of several", account("514", leave, left), moment, directory.ForLeft},
		{"within the hour", account("514", left), moment.Add(time.Hour), directory.ForLeft},
		{"the clock of the directory is behind", account("514", left), moment.Add(-24 * time.Hour), directory.ForLeft},
		{"changed by hand later", account("514", left), moment.Add(time.Hour + time.Second), ""},
		{"nothing tells since when", account("514", left), time.Time{}, directory.ForLeft},
		{"enabled", account("512", left), moment, ""},
		{"nothing is remembered", account("514", "else"), moment, ""},
		{"not understood", account("514", rememberedCause+"x"), moment, ""},
	} {
		if got := d.disabledFor(c.record, c.since); got != c.want {
			t.Errorf("%s: got %q, expected %q", c.name, got, c.want)
		}
	}
}

// Render and what is remembered: only a memory that says something else is a difference.
func TestRenderOfTheCause(t *testing.T) {
	for _, c := range []struct {
		wantEnabled, haveEnabled bool
		want, have, rendered     string
	}{
		{false, false, directory.ForLeft, "", directory.ForLeft}, {false, false, directory.ForLeft, directory.ForLeft, directory.ForLeft}, {false, false, directory.ForLeft, directory.ForLeave, directory.ForLeave},
		{false, true, directory.ForLeft, "", ""}, {true, false, "", directory.ForPrehire, directory.ForPrehire}, {true, true, "", "", ""}, {false, false, "", "", ""},
	} {
		want := directory.Account{Enabled: c.wantEnabled, DisabledFor: c.want, Deleted: !c.wantEnabled}
		have := &directory.Existing{DisabledFor: c.have, Account: directory.Account{Enabled: c.haveEnabled}}
		if got := Render(want, have, nil); got.DisabledFor != c.rendered || got.Deleted || got.Released {
			t.Errorf("%+v: %+v", c, got)
		}
	}
}

// known reads an account with a view of its own.
func (l *lab) known(t testing.TB, c directory.Change) *directory.Existing {
	t.Helper()
	found, err := l.connect(t, l.conf, Options{}).Read(t.Context(), map[string]string{c.WorkerID: c.ID}, nil)
	if err != nil || found[c.WorkerID] == nil {
		t.Fatalf("%v, %v", found, err)
	}
	return found[c.WorkerID]
}

func (l *lab) memories(t testing.TB, n int) []string {
	t.Helper()
	v := l.entry(t, l.id(n), DefaultRemovedGroupsAttribute).Values(DefaultRemovedGroupsAttribute)
	slices.Sort(v)
	return v
}

func (l *lab) mustRemember(t testing.TB, c directory.Change, cause string, values int) {
	t.Helper()
	e := l.known(t, c)
	if e.DisabledFor != cause || e.Account.Enabled != e.DisabledSince.IsZero() || !e.DisabledSince.IsZero() && time.Since(e.DisabledSince).Abs() > 10*time.Minute {
		t.Errorf("disabled for %q since %s, expected %q", e.DisabledFor, e.DisabledSince, cause)
	}
	if found := l.memories(t, 1); len(found) != values {
		t.Errorf("remembered: %q, expected %d values", found, values)
	}
}

func disabled(c directory.Change, cause string) directory.Change {
	c = set(c)
	c.Want.Enabled, c.Want.DisabledFor = false, cause
	return c
}

// What an account remembers, from its creation over every way of disabling and enabling it.
func TestAccountsRememberWhyTheyAreDisabled(t *testing.T) {
	l := newLab(t, Options{})
	hire := disabled(l.person(1, "extensionName", "somebody else's"), directory.ForPrehire)
	hire = l.must(t, hire)[0]
	l.mustRemember(t, hire, directory.ForPrehire, 2)
	joiner := set(hire, "title", "Clerk")
	joiner.Want.Enabled, joiner.Want.DisabledFor = true, ""
	l.must(t, joiner)
	l.mustRemember(t, joiner, "", 1)
	group := l.group(t, "G", l.dn(1))
	leaver := disabled(set(joiner, "groups", directory.GroupsRemoved), directory.ForLeave)
	out := l.Apply(t.Context(), []directory.Change{leaver}, directory.ApplyOptions{})[0]
	if out.Err != nil || out.Account.DisabledFor != directory.ForLeave || out.Account.DisabledSince.IsZero() {
		t.Fatalf("%+v", out)
	}
	l.mustRemember(t, leaver, directory.ForLeave, 3)
	before := l.memories(t, 1)
	left := disabled(leaver, directory.ForLeft)
	l.must(t, left)
	l.mustRemember(t, left, directory.ForLeft, 3)
	if after := l.memories(t, 1); strings.ReplaceAll(before[1], directory.ForLeave, directory.ForLeft) != after[1] || before[2] != after[2] {
		t.Errorf("%q became %q", before, after)
	}
	d, proxy := l.behind(t, Options{})
	apply(t, d, directory.ApplyOptions{}, left)
	if n := proxy.Count(samba.Modify); n != 0 {
		t.Errorf("%d writes of what is as wanted", n)
	}
	// The attribute is managed by rules as well: what is remembered stays.
	l.must(t, set(left, "extensionName", "other"))
	l.mustRemember(t, left, directory.ForLeft, 3)
	back := set(joiner, "groups", directory.GroupsKept, "extensionName", "other")
	l.must(t, back)
	l.mustRemember(t, back, "", 1)
	l.mustBeIn(t, 1, cnOf(group))
	// Somebody enables and disables it by hand or by an action: no rule did.
	l.must(t, disabled(back, directory.ForLeft))
	old := memory{directory.ForLeft, time.Now().Add(-3 * time.Hour)}
	l.edit(t, l.dn(1), "extensionName", old.String())
	l.mustRemember(t, back, "", 1)
	subject := directory.Subject{ID: back.ID, WorkerID: back.WorkerID}
	for _, op := range []directory.Operation{directory.OperationEnable, directory.OperationDisable} {
		l.edit(t, l.dn(1), "extensionName", memory{directory.ForLeft, time.Now()}.String(), "kept")
		if o := l.Operate(t.Context(), op, []directory.Subject{subject})[0]; o.Err != nil {
			t.Fatal(o.Err)
		}
		l.mustRemember(t, back, "", 1)
	}
	l.must(t, back)
	// What the configuration takes away it may give back.
	if o := l.Remove(t.Context(), map[string]string{back.WorkerID: back.ID}, directory.Disable)[0]; o.Err != nil {
		t.Fatal(o.Err)
	}
	l.mustRemember(t, back, directory.ForOutOfScope, 2)
}

// The people of a domain are read with a search more where somebody is disabled, and none where nobody is.
func TestSinceWhenCostsASearch(t *testing.T) {
	l := newLab(t, Options{})
	var people []directory.Change
	for n := range 30 {
		people = append(people, l.person(n))
	}
	people = l.must(t, people...)
	searches := func(d *Domain, ids ...string) (int, []*directory.Existing) {
		t.Helper()
		before := d.client.Stats().Searches
		found, err := d.Find(t.Context(), "employeeID", ids)
		if err != nil {
			t.Fatal(err)
		}
		var out []*directory.Existing
		for _, id := range ids {
			out = append(out, found[id]...)
		}
		return int(d.client.Stats().Searches - before), out
	}
	ids := make([]string, len(people))
	for n := range people {
		ids[n] = l.id(n)
	}
	d := l.connect(t, l.conf, Options{})
	working, _ := searches(d, ids...)
	l.must(t, disabled(people[0], directory.ForLeft), disabled(people[1], directory.ForLeft))
	d = l.connect(t, l.conf, Options{})
	n, found := searches(d, ids...)
	if n != working+1 || found[0].DisabledSince.IsZero() || found[1].DisabledFor != directory.ForLeft || !found[2].DisabledSince.IsZero() {
		t.Errorf("%d searches, %d where everybody works; %+v", n, working, found[0])
	}
	bulk := l.connect(t, l.conf, Options{BulkThreshold: 1})
	searches(bulk, ids...)
	if n, _ := searches(bulk, ids...); n != 0 {
		t.Errorf("%d searches for what is known", n)
	}
	apply(t, bulk, directory.ApplyOptions{}, disabled(people[2], directory.ForLeave))
	if _, found = searches(bulk, ids...); found[2].DisabledFor != directory.ForLeave || found[2].DisabledSince.IsZero() {
		t.Errorf("what was written: %+v", found[2])
	}
}
