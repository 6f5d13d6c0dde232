// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/membership"
	"terraform-provider-workforce/internal/roster"
)

// clubs are groups in memory, by name, with their members by object id.
type clubs struct {
	groups map[string]*directory.Group
	people map[string]directory.Member // by worker id
	// refuses says what goes wrong with a member of a group; nil: nothing.
	refuses func(group, id string) error
	writes  int
}

func newClubs(groups []string, people ...string) *clubs {
	c := &clubs{groups: map[string]*directory.Group{}, people: map[string]directory.Member{}}
	for _, name := range groups {
		c.groups[name] = &directory.Group{ID: "id of " + name, Path: name, Name: name, Members: map[string]directory.Member{}}
	}
	for _, id := range people {
		c.people[id] = directory.Member{ID: "o" + id, Path: "CN=" + id, Name: "Name " + id, Class: "user", WorkerID: id}
	}
	return c
}

func (c *clubs) Groups(_ context.Context, refs []string) (map[string]*directory.Group, error) {
	out := map[string]*directory.Group{}
	for _, ref := range refs {
		for _, g := range c.groups {
			if g.Name == ref || g.ID == ref {
				one := *g
				one.Members = maps.Clone(g.Members)
				out[ref] = &one
			}
		}
	}
	return out, nil
}

func (c *clubs) Members(_ context.Context, refs []string) (map[string]directory.Member, error) {
	out := map[string]directory.Member{}
	for _, ref := range refs {
		if who, there := c.people[ref]; there {
			out[ref] = who
		}
	}
	return out, nil
}

func (c *clubs) ChangeMembers(_ context.Context, changes []directory.MembershipChange) []directory.MembershipOutcome {
	out := make([]directory.MembershipOutcome, len(changes))
	for i, change := range changes {
		out[i].GroupID = change.GroupID
		var group *directory.Group
		for _, g := range c.groups {
			if g.ID == change.GroupID {
				group = g
			}
		}
		attempt := func(who directory.Member, op string, do func(), done *[]string) {
			if c.refuses != nil {
				if err := c.refuses(change.Name, who.WorkerID); err != nil {
					out[i].Err = errors.Join(out[i].Err, &directory.MembershipError{Group: change.Name, Op: op, Member: who, Err: err})
					return
				}
			}
			do()
			c.writes++
			*done = append(*done, who.ID)
		}
		for _, who := range change.Add {
			attempt(who, "add", func() { group.Members[who.ID] = who }, &out[i].Added)
		}
		for _, who := range change.Remove {
			attempt(who, "remove", func() { delete(group.Members, who.ID) }, &out[i].Removed)
		}
	}
	return out
}

func (c *clubs) CheckMembers(context.Context, *directory.Group, []directory.Member) error { return nil }
func (c *clubs) Expected(string) bool                                                     { return false }

// has returns the worker ids of the members of a group, sorted.
func (c *clubs) has(group string) []string {
	out := []string{}
	for _, who := range c.groups[group].Members {
		out = append(out, who.WorkerID)
	}
	slices.Sort(out)
	return out
}

// ruled is one resource over several runs: what it keeps between them.
type ruled struct {
	dir   *clubs
	rules map[string]string
	mode  string
	docs  map[string]string
	known map[string]KnownGroup
	alter func(*GroupRules)
}

func (r *ruled) begin() *GroupRules {
	g := &GroupRules{
		Target: testTarget, Resource: "test_group_rules", Mode: r.mode, WorkerIDAttribute: "employeeID", Rules: r.rules,
		Authoritative: r.mode == "authoritative", Before: r.docs, Groups: maps.Clone(r.known), Claims: &GroupClaims{},
		Connect: func() (directory.Groups, error) { return r.dir, nil },
	}
	if g.Groups == nil {
		g.Groups = map[string]KnownGroup{}
	}
	if r.alter != nil {
		r.alter(g)
	}
	return g
}

// run refreshes, plans and applies, and returns everything that was said and the groups set aside.
func (r *ruled) run(t *testing.T, accounts map[string]string) (Findings, map[string]string) {
	t.Helper()
	g := r.begin()
	after, said := g.Read(t.Context())
	if said.Failed() {
		t.Fatal(said)
	}
	r.docs, r.known = after, g.Groups
	g = r.begin()
	planned, f := g.Plan(t.Context(), accounts)
	said, aside := append(said, f...), g.SetAside()
	if planned == nil {
		return said, aside
	}
	g = r.begin()
	after, f = g.Apply(t.Context(), planned)
	r.docs, r.known = after, g.Groups
	return append(said, f...), aside
}

// staff are account documents: "7+" is enabled, "7-" is not, and "7x" is to be deleted.
func staff(people ...string) map[string]string {
	out := map[string]string{}
	for _, p := range people {
		id, how := p[:len(p)-1], p[len(p)-1]
		out[id] = document(id, how == '+', func(a *directory.Account) { a.Deleted = how == 'x' })
	}
	return out
}

func TestGroupRulesSetGroupsAside(t *testing.T) {
	dir := newClubs([]string{"all", "fixed", "admins"}, "1", "2", "3")
	dir.groups["fixed"].Fixed, dir.groups["admins"].Privileged = "its membership is dynamic", "its members are administrators"
	r := &ruled{dir: dir, mode: "additive", rules: map[string]string{"all": "[enabled]", "fixed": "[enabled]", "nowhere": "[enabled]"}}
	said, aside := r.run(t, staff("1+", "2+", "3-"))
	if got := dir.has("all"); !slices.Equal(got, []string{"1", "2"}) || said.Failed() || len(aside) != 2 {
		t.Errorf("%q, set aside %q, said %+v", got, aside, said)
	}
	for group, words := range map[string]string{"fixed": "dynamic", "nowhere": "does not exist"} {
		if !strings.Contains(aside[group], words) {
			t.Errorf("%s: %q, expected %q", group, aside[group], words)
		}
	}
	r.alter = func(g *GroupRules) { g.Stop = true }
	says(t, first(r.run(t, staff("1+", "2+", "3-"))), true, "nowhere")
	r.alter, r.rules["admins"] = nil, "[enabled]"
	said = first(r.run(t, staff("1+")))
	says(t, said, true, "administrators", "allow_privileged")
	if said[len(said)-1].Key == "" && said[0].Key == "" {
		t.Errorf("no finding names the rule: %+v", said)
	}
}

// TestGroupRulesKeepNobodyShut: whatever sets a group aside, nobody whose account is shut stays in it.
func TestGroupRulesKeepNobodyShut(t *testing.T) {
	limit, err := roster.ParseLimit("0")
	if err != nil {
		t.Fatal(err)
	}
	for name, alter := range map[string]func(*GroupRules){
		"finds nobody": func(g *GroupRules) { g.Rules = map[string]string{"all": `[cn] = "nobody"`} },
		"limit": func(g *GroupRules) {
			g.Safeguards = membership.Safeguards{MaxLeaves: limit, AllowEmpty: []string{"all"}}
		},
		"nothing wrong": nil,
	} {
		t.Run(name, func(t *testing.T) {
			r := &ruled{dir: newClubs([]string{"all"}, "1", "2", "3"), mode: "additive", rules: map[string]string{"all": "[enabled]"}}
			r.run(t, staff("1+", "2+", "3+"))
			r.alter = alter
			r.run(t, staff("1+", "2-", "3x"))
			want := []string{"1"}
			if name == "limit" { // a limit on leaving holds for everybody
				want = []string{"1", "2", "3"}
			}
			if got := r.dir.has("all"); !slices.Equal(got, want) {
				t.Errorf("members %q, expected %q", got, want)
			}
		})
	}
}

// TestGroupRulesConflict: two resources, one of them authoritative, do not answer for one group.
func TestGroupRulesConflict(t *testing.T) {
	claims := &GroupClaims{}
	for i, words := range []string{"", "Two resources answer for one group"} {
		r := &ruled{dir: newClubs([]string{"all"}, "1"), mode: []string{"additive", "authoritative"}[i], rules: map[string]string{"all": "[enabled]"}}
		r.alter = func(g *GroupRules) { g.Claims = claims }
		planned, f := r.begin().Plan(t.Context(), staff("1+"))
		if words != "" {
			says(t, f, true, words)
		} else if planned == nil {
			t.Error(f)
		}
	}
}

// TestGroupRulesLives lives runs of which some writes are refused, while people are hired,
// disabled, deleted, and put into groups by hand. After each run without trouble:
//   - every group has those whom its rule finds, and nobody else whom it once found;
//   - additive rules leave members alone that they never found, authoritative ones do not;
//   - the next run writes nothing, and changes no document.
func TestGroupRulesLives(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		var people []string
		for i := range 12 {
			people = append(people, fmt.Sprint(i))
		}
		guest := directory.Member{ID: "oguest", Path: "CN=guest", Name: "Guest", Class: "user"}
		life := &ruled{dir: newClubs([]string{"on", "off"}, people...), mode: []string{"additive", "authoritative"}[seed%2],
			rules: map[string]string{"on": "[enabled]", "off": "Not([enabled])"}}
		life.alter = func(g *GroupRules) { g.Safeguards.AllowEmpty = []string{"on", "off"} }
		life.dir.groups["on"].Members[guest.ID] = guest
		for day := range 8 {
			var now []string
			for _, id := range people {
				if n := r.IntN(6); n < 5 {
					now = append(now, id+string("+++-x"[n]))
				}
			}
			life.dir.refuses = nil
			if day%3 == 1 {
				bad := people[r.IntN(len(people))]
				life.dir.refuses = func(_, id string) error {
					if id == bad {
						return errors.New("refused")
					}
					return nil
				}
			}
			said := first(life.run(t, staff(now...)))
			if life.dir.refuses = nil; said.Failed() {
				life.run(t, staff(now...))
			}
			expectRuled(t, fmt.Sprintf("seed %d, day %d", seed, day), life, now, guest)
		}
	}
}

func expectRuled(t *testing.T, when string, life *ruled, now []string, guest directory.Member) {
	t.Helper()
	var on, off []string
	for _, p := range now {
		switch id := p[:len(p)-1]; p[len(p)-1] {
		case '+':
			on = append(on, id)
		case '-':
			off = append(off, id)
		}
	}
	if life.mode == "additive" {
		on = append(on, guest.WorkerID)
	}
	slices.Sort(on)
	slices.Sort(off)
	if got := life.dir.has("on"); !slices.Equal(got, on) {
		t.Fatalf("%s: on has %q, expected %q", when, got, on)
	}
	if got := life.dir.has("off"); !slices.Equal(got, off) {
		t.Fatalf("%s: off has %q, expected %q", when, got, off)
	}
	before, docs := life.dir.writes, maps.Clone(life.docs)
	if said := first(life.run(t, staff(now...))); life.dir.writes != before || !maps.Equal(life.docs, docs) || said.Failed() {
		t.Fatalf("%s: the second run wrote %d times; %v", when, life.dir.writes-before, said)
	}
}

func first[A, B any](a A, _ B) A { return a }
