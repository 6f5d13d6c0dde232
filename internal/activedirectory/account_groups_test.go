// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// groupsOf reads the groups of a person, and what remembers those that were taken, with a client that is not ours.
func (l *lab) groupsOf(t testing.TB, n int) (groups, remembered []string) {
	t.Helper()
	e := l.entry(t, l.id(n), "memberOf", DefaultRemovedGroupsAttribute)
	for _, dn := range e.Values("memberOf") {
		groups = append(groups, cnOf(dn))
	}
	slices.Sort(groups)
	return groups, e.Values(DefaultRemovedGroupsAttribute)
}

func (l *lab) mustBeIn(t testing.TB, n int, groups ...string) {
	t.Helper()
	if found, _ := l.groupsOf(t, n); !slices.Equal(found, groups) {
		t.Errorf("person %d is in %q, expected %q", n, found, groups)
	}
}

func state(t testing.TB, d *Domain, c directory.Change) string {
	t.Helper()
	found, err := d.Read(t.Context(), map[string]string{c.WorkerID: c.ID}, []string{directory.GroupsAttribute})
	if err != nil {
		t.Fatal(err)
	}
	return found[c.WorkerID].Account.Attributes[directory.GroupsAttribute].Text()
}

func TestGroupsAreTakenAndGivenBack(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1, "extensionName", "somebody else's"), l.person(2))
	for _, name := range []string{hostileGroup, "B", "C"} {
		l.group(t, name, l.dn(1))
	}
	// What makes an administrator is taken, and never given back.
	if err := l.dc.Modify(t.Context(), "dn: "+l.group(t, "Administrators of all", l.dn(1))+"\nchangetype: modify\nadd: adminCount\nadminCount: 1\n"); err != nil {
		t.Fatal(err)
	}
	leaver := set(c[0], "groups", directory.GroupsRemoved)
	leaver.Want.Enabled = false
	delete(leaver.Want.Attributes, "extensionName")
	if got := state(t, l.connect(t, l.conf, Options{}), leaver); got != directory.GroupsKept {
		t.Errorf("at first: %q", got)
	}
	// The second has no groups: nothing is to be done, in either direction.
	none := set(c[1], "groups", directory.GroupsRemoved)
	l.must(t, leaver, none)
	l.mustBeIn(t, 1)
	_, remembered := l.groupsOf(t, 1)
	if len(remembered) != 4 || !slices.Contains(remembered, "somebody else's") {
		t.Errorf("remembered: %q", remembered)
	}
	d, proxy := l.behind(t, Options{})
	apply(t, d, directory.ApplyOptions{}, leaver, none)
	apply(t, d, directory.ApplyOptions{}, set(none, "groups", directory.GroupsKept))
	if n := proxy.Count(samba.Modify); n != 0 {
		t.Errorf("%d writes when nothing is left to do", n)
	}
	if got := state(t, d, leaver); got != directory.GroupsRemoved {
		t.Errorf("afterwards: %q", got)
	}
	// Somebody puts the leaver into a group by hand.
	l.group(t, "D", l.dn(1))
	if got := state(t, l.connect(t, l.conf, Options{}), leaver); got != directory.GroupsPartly {
		t.Errorf("after a change by hand: %q", got)
	}
	l.must(t, leaver)
	l.mustBeIn(t, 1)
	// Back at work; one of the groups is gone.
	if err := l.dc.Delete(t.Context(), "CN=B,"+l.ou); err != nil {
		t.Fatal(err)
	}
	back := set(leaver, "groups", directory.GroupsKept)
	back.Want.Enabled = true
	l.must(t, back)
	l.mustBeIn(t, 1, "C", "D", hostileGroup)
	if _, remembered = l.groupsOf(t, 1); !slices.Equal(remembered, []string{"somebody else's"}) {
		t.Errorf("remembered: %q", remembered)
	}
	if got := state(t, l.connect(t, l.conf, Options{}), back); got != directory.GroupsKept {
		t.Errorf("in the end: %q", got)
	}
}

func TestGroupsAreNotRememberedWhereAnybodyMayWrite(t *testing.T) {
	for name, want := range map[string]string{"URL": "may write at their own account", "title": "several texts", "memberOf": "several texts"} {
		if err := CheckOptions(Options{RemovedGroupsAttribute: name}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, expected %q", name, err, want)
		}
	}
	if err := CheckOptions(Options{}); err != nil {
		t.Error(err)
	}
}

// No right on one group of several, and none on the attribute that remembers.
func TestGroupsThatCannotBeTaken(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1), l.person(2))
	l.group(t, "A", l.dn(1), l.dn(2))
	locked := l.group(t, "B", l.dn(1))
	operator := l.operator(t)
	sid := l.sid(t, "op"+l.tag)
	l.dsacl(t, "(A;CI;GA;;;"+sid+")")
	l.dsaclOn(t, locked, "(D;;WP;bf9679c0-0de6-11d0-a285-00aa003049e2;;"+sid+")")  // member
	l.dsaclOn(t, l.dn(2), "(D;;WP;bf967972-0de6-11d0-a285-00aa003049e2;;"+sid+")") // extensionName
	out := operator.Apply(t.Context(), []directory.Change{set(c[0], "groups", directory.GroupsRemoved), set(c[1], "groups", directory.GroupsRemoved)}, directory.ApplyOptions{})
	mustFail(t, out[0], directory.ErrDenied, `"B"`, `worker "`+l.id(1)+`"`)
	mustFail(t, out[1], directory.ErrDenied, DefaultRemovedGroupsAttribute, "keeps its groups")
	l.mustBeIn(t, 1, "B")
	l.mustBeIn(t, 2, "A")
	if got := out[0].Account.Account.Attributes[directory.GroupsAttribute].Text(); got != directory.GroupsPartly {
		t.Errorf("the state after half of it: %q", got)
	}
	l.must(t, set(c[0], "groups", directory.GroupsRemoved), set(c[1], "groups", directory.GroupsRemoved))
	l.mustBeIn(t, 1)
	if _, remembered := l.groupsOf(t, 1); len(remembered) != 2 {
		t.Errorf("remembered: %q", remembered)
	}
}

// A leaver ladder that is cut off at any request, before or after the server
// carried it out, is finished by the next run: nothing is done twice, nobody is
// enabled in between, and no group is lost.
func TestLadderCutOffAnywhere(t *testing.T) {
	l := newLab(t, Options{})
	l.conf.ConnectTimeout = time.Second
	leavers := "OU=Leavers," + l.ou
	if err := l.dc.CreateOU(t.Context(), leavers); err != nil {
		t.Fatal(err)
	}
	a, b := l.group(t, "A"), l.group(t, "B")
	writes := func(p *samba.Proxy) int { return p.Count(samba.Modify) + p.Count(samba.ModifyDN) }
	ladder := func(n int) (joiner, leaver directory.Change) {
		c := l.must(t, l.person(n, "groups", directory.GroupsKept, "title", "Clerk"))
		if err := l.dc.Modify(t.Context(), fmt.Sprintf("dn: %s\nchangetype: modify\nadd: member\nmember: %s\n\ndn: %s\nchangetype: modify\nadd: member\nmember: %s\n", a, l.dn(n), b, l.dn(n))); err != nil {
			t.Fatal(err)
		}
		leaver = set(c[0], "groups", directory.GroupsRemoved, "title", "", "msDS-cloudExtensionAttribute20", "left 2026-01-31")
		leaver.Want.Enabled, leaver.Want.Container = false, leavers
		return c[0], leaver
	}
	_, whole := ladder(0)
	d, proxy := l.behind(t, Options{})
	apply(t, d, directory.ApplyOptions{}, whole)
	all := writes(proxy)
	if all != 5 { // state and attributes, move, what to remember, two groups
		t.Fatalf("%d writes", all)
	}
	n := 0
	for _, op := range []samba.Op{samba.Modify, samba.ModifyDN} {
		for after := range proxy.Count(op) {
			for _, lose := range []bool{false, true} {
				n++
				t.Run(fmt.Sprintf("%s %d, carried out: %t", op, after+1, lose), func(t *testing.T) {
					joiner, leaver := ladder(n)
					d, proxy := l.behind(t, Options{})
					proxy.Inject(samba.Fault{Op: op, After: after, Lose: lose})
					if out := d.Apply(t.Context(), []directory.Change{leaver}, directory.ApplyOptions{}); out[0].Err == nil {
						t.Fatal("nothing failed")
					}
					off := strings.HasSuffix(l.entry(t, l.id(n), "userAccountControl").Get("userAccountControl"), "514")
					if first := op == samba.Modify && after == 0; off == (first && !lose) {
						t.Errorf("disabled after the cut: %t", off)
					}
					passed := writes(proxy)
					if !lose {
						passed-- // the one that was cut off
					}
					next, after := l.behind(t, Options{})
					apply(t, next, directory.ApplyOptions{}, leaver)
					if done := passed + writes(after); done != all {
						t.Errorf("%d writes in two runs, expected %d", done, all)
					}
					l.mustBeIn(t, n)
					apply(t, l.Domain, directory.ApplyOptions{}, joiner)
					l.mustBeIn(t, n, "A", "B")
				})
			}
		}
	}
}
