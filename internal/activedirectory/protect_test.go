// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// protectedLab has six people: one that fits a filter, one member of a nested
// group, one whose primary group is nested, one below a container, and two nobody protects.
func protectedLab(t *testing.T) (*lab, Protect, []directory.Change) {
	t.Helper()
	l := newLab(t, Options{})
	below := "OU=Services," + l.ou
	if err := l.dc.CreateOU(t.Context(), below); err != nil {
		t.Fatal(err)
	}
	c := []directory.Change{l.person(1, "employeeType", "Service"), l.person(2), l.person(3), l.person(4), l.person(5), l.person(6)}
	c[3].Want.Container = below
	l.must(t, c...)
	outer, inner := "CN=Tier 0 (all) "+l.tag+","+l.ou, "CN=Inner "+l.tag+","+l.ou
	for _, ldif := range []string{
		"dn: " + inner + "\nobjectClass: group\nsAMAccountName: inner" + l.tag + "\nmember: " + l.dn(2) + "\nmember: " + l.dn(3) + "\n",
		"dn: " + outer + "\nobjectClass: group\nsAMAccountName: outer" + l.tag + "\nmember: " + inner + "\n",
	} {
		if err := l.dc.Modify(t.Context(), ldif); err != nil {
			t.Fatal(err)
		}
	}
	found, err := l.dc.Search(t.Context(), "(sAMAccountName=inner"+l.tag+")", "primaryGroupToken")
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	l.edit(t, l.dn(3), "primaryGroupID", found[0].Get("primaryGroupToken"))
	t.Cleanup(func() { // a group cannot be deleted while it is somebody's primary one
		if err := l.dc.Modify(context.Background(), "dn: "+l.dn(3)+"\nchangetype: modify\nreplace: primaryGroupID\nprimaryGroupID: 513\n"); err != nil {
			t.Error(err)
		}
	})
	return l, Protect{Filters: []string{"(&(employeeType=Service)(sAMAccountName=" + l.tag + "*))"}, Groups: []string{"outer" + l.tag}, Containers: []string{below}}, c
}

func TestProtect(t *testing.T) {
	l, p, c := protectedLab(t)
	reasons := map[int]string{0: "protect.filters", 1: "protect.groups", 2: "protect.groups", 3: "protect.containers"}
	for _, threshold := range []int{-1, 1} {
		d := l.connect(t, l.conf, Options{Protect: p, BulkThreshold: threshold})
		for i, change := range c {
			found, err := d.Find(t.Context(), "employeeID", []string{change.WorkerID})
			if err != nil {
				t.Fatal(err)
			}
			if e := found[change.WorkerID][0]; !strings.Contains(e.Protected, reasons[i]) || (e.Protected == "") != (reasons[i] == "") {
				t.Errorf("person %d: %q, expected %q", i+1, e.Protected, reasons[i])
			}
		}
	}
	d := l.connect(t, l.conf, Options{Protect: p})
	changed := make([]directory.Change, len(c))
	ids := map[string]string{}
	for i := range c {
		changed[i], ids[c[i].WorkerID] = set(c[i], "title", "Clerk"), c[i].ID
	}
	err := d.Check(t.Context(), changed)
	for i := range c {
		if got := err != nil && strings.Contains(err.Error(), c[i].WorkerID); got != (reasons[i] != "") {
			t.Errorf("person %d: plan says %v", i+1, err)
		}
	}
	if err := d.Check(t.Context(), c); err != nil {
		t.Errorf("nothing changes: %v", err)
	}
	for i, out := range d.Apply(t.Context(), changed, directory.ApplyOptions{}) {
		if reasons[i] == "" && out.Err == nil {
			continue
		}
		mustFail(t, out, directory.ErrProtected, reasons[i])
		if got := l.entry(t, c[i].WorkerID, "title").Get("title"); got != "" {
			t.Errorf("person %d: title %q was written", i+1, got)
		}
	}
	for _, mode := range []directory.Removal{directory.Disable, directory.Delete} {
		for i, out := range d.Remove(t.Context(), ids, mode) {
			if reasons[i] != "" {
				mustFail(t, out, directory.ErrProtected, reasons[i])
			} else if out.Err != nil {
				t.Error(out.Err)
			}
		}
	}
}

// Protecting costs a fixed number of searches, however many accounts there are.
func TestProtectRequests(t *testing.T) {
	l, p, c := protectedLab(t)
	count := func(o Options) int {
		d, proxy := l.behind(t, o)
		for range 3 {
			for _, change := range c {
				if _, err := d.Find(t.Context(), "employeeID", []string{change.WorkerID}); err != nil {
					t.Fatal(err)
				}
			}
		}
		return proxy.Count(samba.Search)
	}
	if without, with := count(Options{}), count(Options{Protect: p}); with > without+6 {
		t.Errorf("%d searches, %d without protection", with, without)
	}
}

func TestProtectNothing(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1))
	for want, p := range map[string]Protect{
		"0 groups are": {Groups: []string{"no such group"}},
		`protect.containers: "OU=Nowhere,` + l.ou: {Containers: []string{"OU=Nowhere," + l.ou}},
	} {
		d := l.connect(t, l.conf, Options{Protect: p})
		if _, err := d.Find(t.Context(), "employeeID", []string{l.id(1)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, expected %q", err, want)
		}
		mustFail(t, d.Apply(t.Context(), []directory.Change{set(c[0], "title", "x")}, directory.ApplyOptions{})[0], nil, want)
		mustFail(t, d.Remove(t.Context(), map[string]string{l.id(1): c[0].ID}, directory.Delete)[0], nil, want)
	}
	for _, p := range []Protect{{Filters: []string{"employeeType=Service"}}, {Filters: []string{"(x"}}, {Containers: []string{"Staff"}}} {
		if err := CheckOptions(Options{Protect: p}); err == nil || !strings.Contains(err.Error(), "protect.") {
			t.Errorf("%+v: %v", p, err)
		}
	}
}
