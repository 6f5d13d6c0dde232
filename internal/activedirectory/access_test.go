// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

func (l *lab) isEnabled(t testing.TB, n int) bool {
	t.Helper()
	found, err := l.dc.Search(t.Context(), "(&(employeeID="+l.id(n)+")(!(userAccountControl:"+bitIsSet+":=2)))", "cn")
	if err != nil {
		t.Fatal(err)
	}
	return len(found) > 0
}

// leaver is a change that takes everything away at once from a person who was created.
func (l *lab) leaver(t testing.TB, n int) directory.Change {
	t.Helper()
	id := l.id(n)
	c := l.must(t, l.person(n, "title", "Clerk", "description", "d", "mail", id+"@x.example", "manager", l.id(0)))[0]
	l.group(t, "G"+id, l.dn(n))
	c = disabled(set(c, "title", "", "description", "left", "mail", "", "displayName", "Former "+id, "cn", "Former "+id, "sAMAccountName", "f"+id, "userPrincipalName", "f"+id+"@"+l.dc.Realm(),
		"manager", "", "userAccountControl", "66050", "groups", directory.GroupsRemoved), directory.ForLeft)
	c.Want.Container = "OU=Leavers," + l.ou
	return c
}

// Whatever the directory refuses of a leaver, it is not access that stays.
func TestLeaversAreDisabledWhateverIsRefused(t *testing.T) {
	l := newLab(t, Options{})
	if err := l.dc.CreateOU(t.Context(), "OU=Leavers,"+l.ou); err != nil {
		t.Fatal(err)
	}
	l.must(t, l.person(0))
	refusals := []samba.Fault{{Op: samba.ModifyDN}, {Op: samba.Modify, Attribute: "member"}}
	for _, name := range []string{"title", "description", "mail", "displayName", "sAMAccountName", "userPrincipalName", "manager", DefaultRemovedGroupsAttribute} {
		refusals = append(refusals, samba.Fault{Op: samba.Modify, Attribute: name})
	}
	for i, fault := range refusals {
		for j, code := range []int{19, 50, 53} {
			n := 1 + 3*i + j
			t.Run(fmt.Sprintf("%s %s, %d", fault.Op, fault.Attribute, code), func(t *testing.T) {
				c := l.leaver(t, n)
				d, proxy := l.behind(t, Options{})
				fault.Result, fault.Times = code, 1000
				proxy.Inject(fault)
				o := d.Apply(t.Context(), []directory.Change{c}, directory.ApplyOptions{})[0]
				if l.isEnabled(t, n) || o.Account == nil || o.Account.Account.Enabled {
					t.Fatalf("still enabled: %+v", o)
				}
				if o.Err == nil || !strings.Contains(o.Err.Error(), c.WorkerID) {
					t.Errorf("the refusal is not reported: %v", o.Err)
				}
				for name, want := range map[string]string{"title": "", "description": "left", "displayName": "Former " + l.id(n)} {
					if got := o.Account.Account.Attributes[name].Text(); got != want && name != fault.Attribute {
						t.Errorf("%s is %q: one refusal kept the others", name, got)
					}
				}
				proxy.Mend()
				apply(t, d, directory.ApplyOptions{}, c)
			})
		}
	}
}

// What is wrong with the plan of a leaver is told, and does not keep access.
func TestLeaversAreDisabledWhateverIsWrong(t *testing.T) {
	l := newLab(t, Options{})
	l.must(t, l.person(0), l.person(50))
	planned := func(c *directory.Change, name, value string) {
		p := l.person(1).Want
		p.Attributes[name] = directory.Value{value}
		c.Planned = &p
	}
	for i, tt := range []struct {
		name   string
		change func(*directory.Change)
		texts  []string
	}{
		{"a value that is too long", func(c *directory.Change) { c.Want.Attributes["title"] = directory.Value{strings.Repeat("x", 200)} }, []string{"title", "expected at most"}},
		{"no such attribute", func(c *directory.Change) { c.Want.Attributes["shoeSize"] = directory.Value{"9"} }, []string{"shoeSize"}},
		{"a login that is none", func(c *directory.Change) { c.Want.Attributes["sAMAccountName"] = directory.Value{"a/b"} }, []string{"sAMAccountName"}},
		{"no common name", func(c *directory.Change) { delete(c.Want.Attributes, "cn") }, []string{"cn"}},
		{"a container that is none", func(c *directory.Change) { c.Want.Container = "Leavers" }, []string{"container"}},
		{"a container that is gone", func(c *directory.Change) { c.Want.Container = "OU=Gone," + l.ou }, []string{"OU=Gone"}},
		{"countries that contradict", func(c *directory.Change) {
			c.Want.Attributes["c"], c.Want.Attributes["countryCode"] = directory.Value{"DE"}, directory.Value{"40"}
		}, []string{"countryCode"}},
		{"bits that are none", func(c *directory.Change) { c.Want.Attributes["userAccountControl"] = directory.Value{"many"} }, []string{"userAccountControl"}},
		{"bits that are refused", func(c *directory.Change) { c.Want.Attributes["userAccountControl"] = directory.Value{"8192"} }, []string{"userAccountControl"}},
		{"no such manager", func(c *directory.Change) { c.Want.Attributes["manager"] = directory.Value{"nobody-" + l.tag} }, []string{"nobody-"}},
		{"two managers", func(c *directory.Change) { c.Want.Attributes["manager"] = directory.Value{"a", "b"} }, []string{"manager"}},
		{"a name that is taken", func(c *directory.Change) { c.Want.Attributes["cn"] = directory.Value{"Person " + l.id(50)} }, []string{"taken", l.id(50)}},
		{"a login that is taken", func(c *directory.Change) { c.Want.Attributes["sAMAccountName"] = directory.Value{l.id(50)} }, []string{"taken", l.id(50)}},
		{"changed since the plan", func(c *directory.Change) { planned(c, "title", "Driver") }, []string{"title", "Driver", "Plan again"}},
		{"moved since the plan", func(c *directory.Change) {
			planned(c, "info", "x")
			c.Planned.Container, c.Want.Container = "OU=Before,"+l.ou, "OU=After,"+l.ou
		}, []string{"container", "OU=Before"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := i + 1
			c := l.must(t, l.person(n, "title", "Clerk"))[0]
			c = disabled(set(c, "description", "left", "title", "Former"), directory.ForLeft)
			tt.change(&c)
			o := l.Apply(t.Context(), []directory.Change{c}, directory.ApplyOptions{})[0]
			if l.isEnabled(t, n) || l.known(t, c).DisabledFor != directory.ForLeft {
				t.Fatalf("still enabled, or for no cause: %+v", o)
			}
			mustFail(t, o, nil, append(tt.texts, c.WorkerID)...)
			if got := l.entry(t, l.id(n), "description").Get("description"); got != "left" {
				t.Errorf("description is %q: what is right was not written", got)
			}
		})
	}
}

// Somebody enabled an account since the plan that did not know it, and protection: both end what would take access.
func TestWhatKeepsAccess(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1), l.person(2))
	planned := c[0].Want.Clone()
	planned.Enabled = false
	c[0].Planned = &planned
	l.edit(t, l.dn(2), "adminCount", "1")
	out := l.Apply(t.Context(), []directory.Change{disabled(c[0], directory.ForLeft), disabled(c[1], directory.ForLeft)}, directory.ApplyOptions{})
	mustFail(t, out[0], directory.ErrChanged, "enabled")
	mustFail(t, out[1], directory.ErrProtected, "adminCount")
	if !l.isEnabled(t, 1) || !l.isEnabled(t, 2) {
		t.Error("disabled all the same")
	}
}

// Leavers come first: a run that ends after its first write has disabled one of them, whatever else it was to do.
func TestLeaversComeFirst(t *testing.T) {
	l := newLab(t, Options{})
	c := l.must(t, l.person(1), l.person(2, "manager", l.id(1)))
	// The leaver takes a name that somebody else gives up, who comes after a manager who is renamed.
	changes := []directory.Change{l.person(3), set(c[0], "cn", "Renamed "+l.tag), disabled(set(c[1], "cn", "Person "+l.id(1)), directory.ForLeft)}
	d, proxy := l.behind(t, Options{})
	proxy.Inject(samba.Fault{Op: samba.Add})
	proxy.Inject(samba.Fault{Op: samba.ModifyDN})
	var failed error
	for _, o := range d.Apply(t.Context(), changes, directory.ApplyOptions{}) {
		failed = errors.Join(failed, o.Err)
	}
	if failed == nil || l.isEnabled(t, 2) {
		t.Errorf("enabled: %t, %v", l.isEnabled(t, 2), failed)
	}
}

// Worker ids ignore case, as the directory does: of managers in the domain, in the same run, and of those who come later.
func TestManagersIgnoreTheCaseOfWorkerIDs(t *testing.T) {
	l := newLab(t, Options{})
	upper := strings.ToUpper
	if upper(l.id(1)) == l.id(1) {
		l.tag = "a" + l.tag[1:]
	}
	l.must(t, l.person(1))
	c := l.must(t, l.person(2, "manager", upper(l.id(1))), l.person(3, "manager", upper(l.id(4))), l.person(4))
	out := l.Apply(t.Context(), []directory.Change{l.person(5, "manager", upper(l.id(6)))}, directory.ApplyOptions{LinkLater: true})
	if out[0].Err != nil || out[0].Waiting != upper(l.id(6)) || len(l.Pending()) != 1 {
		t.Fatalf("%+v, %v", out[0], l.Pending())
	}
	apply(t, l.Domain, directory.ApplyOptions{LinkLater: true}, l.person(6))
	for n, manager := range map[int]int{2: 1, 3: 4, 5: 6} {
		if got := l.entry(t, l.id(n), "manager").Get("manager"); !sameDN(got, l.dn(manager)) {
			t.Errorf("the manager of %d is %q", n, got)
		}
	}
	if rendered := l.Render(c[0].Want, l.known(t, c[0])); rendered.Attributes["manager"].Text() != upper(l.id(1)) {
		t.Errorf("the plan shows %q", rendered.Attributes["manager"])
	}
}
