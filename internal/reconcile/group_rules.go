// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/membership"
	"terraform-provider-workforce/internal/wording"
)

// KnownGroup is what the last read found out about a group.
type KnownGroup struct {
	// ID is the identity, by which a renamed group is found again.
	ID string `json:"id"`
	// Fixed says why nobody can change its members.
	Fixed string `json:"fixed,omitempty"`
	// Privileged says why its members are administrators.
	Privileged string `json:"privileged,omitempty"`
	// Guarded says why nobody may be taken out of it, and Primary holds the folded keys
	// of those whom no change takes out, because it is their primary group.
	Guarded string   `json:"guarded,omitempty"`
	Primary []string `json:"primary,omitempty"`
}

func knownAs(ctx context.Context, dir directory.Groups, g *directory.Group, members *membership.Index) KnownGroup {
	out := KnownGroup{ID: g.ID, Fixed: g.Fixed, Privileged: g.Privileged}
	for key, who := range members.ByKey {
		if who.Primary {
			out.Primary = append(out.Primary, key)
		}
	}
	slices.Sort(out.Primary)
	if checker, checks := dir.(directory.RemovalChecker); checks {
		// Of an object that is no member by anything of its own, only the group speaks.
		var refused *directory.MembershipError
		if errors.As(checker.CheckRemovals(ctx, g, []directory.Member{{ID: g.ID, Class: "group"}}), &refused) {
			out.Guarded = refused.Err.Error()
		}
	}
	return out
}

// GroupRules gives groups the members that rules over accounts find: one resource in one
// call. A group is called as its rule calls it, whatever its name is.
//
// What concerns one group, or one person, concerns no other: see [GroupRules.SetAside].
type GroupRules struct {
	Target Target
	// Resource is what the configuration calls the resource, such as "workforce_ad_group_rules",
	// and Mode the value of its mode.
	Resource, Mode string
	// WorkerIDAttribute is the attribute of accounts that holds the worker id.
	WorkerIDAttribute string
	Rules             map[string]string // by group
	// Authoritative groups have no members but those that the rules find.
	Authoritative bool
	// Widened says that the state was read in additive mode, and does not show
	// the members that authoritative mode removes.
	Widened bool
	// Remove takes the members that were found out of groups whose rule is dropped.
	Remove     bool
	Safeguards membership.Safeguards
	// Unwritten holds accounts as they are after this run, by worker id, where populations do not write what documents
	// say, see [Claims.Unwritten].
	Unwritten map[string]directory.Account
	// Stop makes every problem of a group or person an error.
	Stop bool
	// Before holds the documents of the state by group.
	Before map[string]string
	// Groups is what is known of the groups; the calls keep it up to date.
	Groups  map[string]KnownGroup
	Claims  *GroupClaims
	Connect func() (directory.Groups, error)

	findings Findings
	// troubles are what concerns one group, and asides what is set aside for it.
	troubles map[string][]groupTrouble
}

// Plan returns the documents of members as they are to be, by group; nil where a finding
// is an error that stops the plan.
func (g *GroupRules) Plan(ctx context.Context, accounts map[string]string) (map[string]string, Findings) {
	planned, ok := g.plan(ctx, accounts)
	if !ok {
		planned = nil
	}
	return planned, g.findings
}

func (g *GroupRules) plan(ctx context.Context, accounts map[string]string) (map[string]string, bool) {
	findings, have, ok := g.evaluate(accounts)
	if !ok {
		return nil, false
	}
	if err := g.Safeguards.Unknown(g.Rules); err != nil {
		g.findings.problems(safeguardStops, err)
		return nil, false
	}
	if !g.lookUp(ctx, have) {
		return nil, false
	}
	planned, want := make(map[string]string, len(g.Rules)), make(map[string]membership.Members, len(g.Rules))
	for ref := range g.Rules {
		if members, managed := g.decide(ref, findings, have[ref], len(accounts)); managed {
			g.keepUnremovable(ref, members, have[ref])
			want[ref], planned[ref] = members, members.Document()
		}
	}
	g.claim()
	g.warnOfForeign(want, have)
	g.warnOfDropped()
	g.addTroubles(findings.Troubled())
	return planned, !g.findings.Failed()
}

// PlanEnd says what ends with the resource.
func (g *GroupRules) PlanEnd() (f Findings) {
	switch n := len(g.Before); {
	case n == 0:
	case g.Remove:
		f.warn("Members will be removed",
			fmt.Sprintf("Destroying this resource removes from %s the members that its rules found (on_destroy = \"remove\").", wording.Count(n, "group")))
	default:
		f.warn("Groups will no longer be managed",
			fmt.Sprintf("Destroying this resource leaves the members of %s as they are (on_destroy = \"release\").", wording.Count(n, "group")))
	}
	return f
}

// open returns the directory, or says why it is not reachable.
func (g *GroupRules) open() (directory.Groups, bool) {
	dir, err := g.Connect()
	if err != nil {
		g.findings.fail(g.Target.Title+" cannot be used", err.Error())
	}
	return dir, err == nil
}

// evaluate returns what the rules say of the accounts, and what groups have by the state.
func (g *GroupRules) evaluate(docs map[string]string) (findings *membership.Findings, have map[string]membership.Members, ok bool) {
	accounts, problems := g.Target.Parse(docs)
	g.findings = append(g.findings, problems...)
	have = g.parse(g.Before)
	if g.findings.Failed() {
		return nil, nil, false
	}
	for id, a := range g.Unwritten {
		if _, given := accounts[id]; given {
			accounts[id] = a
		}
	}
	subject := membership.Subject{Format: g.Target.Format, WorkerID: g.WorkerIDAttribute, Labels: []string{"displayName", g.Target.Label}}
	findings, err := membership.Evaluate(g.Rules, accounts, subject)
	if err != nil {
		g.findings.problems("Invalid group rule", err)
	}
	return findings, have, err == nil
}

// decide returns the members that a group is to have, and whether the state is to
// hold them: of a group that cannot be read it holds what it held before.
func (g *GroupRules) decide(
	ref string, f *membership.Findings, have membership.Members, accounts int,
) (want membership.Members, managed bool) {
	group := g.Groups[ref]
	if len(g.troubles[ref]) > 0 {
		_, managed = g.Before[ref]
		return have, managed
	}
	want = f.Wanted(ref, have)
	if failed := f.Failed[ref]; failed != nil {
		g.addTrouble(ref, groupTrouble{"Invalid group rule", "the rule cannot be evaluated for everybody", failed.Error()})
		if f.FailedForAll(ref) {
			return f.Held(ref, have), true
		}
	}
	if why := group.Privileged; why != "" && !slices.Contains(g.Safeguards.AllowPrivileged, ref) {
		g.addPrivileged(ref, why)
		return f.Held(ref, have), true
	}
	if err := g.Safeguards.Empties(ref, g.Rules[ref], want, accounts); err != nil {
		g.addTrouble(ref, groupTrouble{safeguardStops, "the rule finds nobody", err.Error()})
		want = f.Held(ref, have)
	}
	if why := group.Fixed; why != "" && want.Document() != have.Document() {
		why = strings.TrimSuffix(why, ".")
		g.addTrouble(ref, groupTrouble{"The members of the group are fixed", why, why + ". No rule can change its members: take it out of rules"})
		return have, true
	}
	if err := g.Safeguards.Exceeds(want, have); err != nil {
		g.addTrouble(ref, groupTrouble{safeguardStops, "more members would leave than max_leaves allows", err.Error()})
		return have, true
	}
	return want, true
}

func (g *GroupRules) parse(docs map[string]string) map[string]membership.Members {
	out := make(map[string]membership.Members, len(docs))
	for ref, doc := range docs {
		m, err := membership.Parse(doc)
		if err != nil {
			g.findings.fail("Invalid members", fmt.Sprintf("Group %q: %s.", ref, err))
		}
		out[ref] = m
	}
	return out
}

// lookUp reads the groups that the state says nothing about, and adds to have
// the members that authoritative mode is to know of.
func (g *GroupRules) lookUp(ctx context.Context, have map[string]membership.Members) bool {
	var refs []string
	for ref := range g.Rules {
		if _, known := g.Before[ref]; !known || g.Widened {
			refs = append(refs, ref)
		}
	}
	slices.Sort(refs)
	found := map[string]*directory.Group{}
	var dir directory.Groups
	if len(refs) > 0 {
		var ok bool
		if dir, ok = g.open(); !ok {
			return false
		}
		var failed map[string]error
		var err error
		if found, failed, err = groupsApart(ctx, dir, g.asked(refs)); err != nil {
			g.findings.problems(cannotReadGroups, err)
			return false
		}
		for _, ref := range refs {
			switch err := failed[g.ask(ref)]; {
			case err != nil:
				g.addTrouble(ref, groupTrouble{cannotReadGroups, "the group cannot be told or read", err.Error()})
			case found[g.ask(ref)] == nil && !dir.Expected(ref):
				g.addTrouble(ref, groupTrouble{noSuchGroup, "the group does not exist",
					"it is not in " + g.Target.Title + ". Create it first, or correct what rules call it"})
			}
		}
	}
	for _, ref := range refs {
		group := found[g.ask(ref)]
		if group == nil {
			continue
		}
		if former := g.former(group.ID); former != "" && g.Before[ref] == "" {
			have[ref] = have[former]
		}
		index := membership.NewIndex(group)
		g.Groups[ref] = knownAs(ctx, dir, group, index)
		if g.Authoritative {
			have[ref] = index.Members(have[ref], true)
		}
	}
	g.checkTwice()
	return !g.findings.Failed()
}

// ask is by what a group is asked for: by identity, once that is known.
func (g *GroupRules) ask(ref string) string {
	if id := g.Groups[ref].ID; id != "" && g.Before[ref] != "" {
		return id
	}
	return ref
}

func (g *GroupRules) asked(refs []string) []string {
	out := make([]string, len(refs))
	for i, ref := range refs {
		out[i] = g.ask(ref)
	}
	return out
}

// checkTwice refuses two rules for one group, however it is called.
func (g *GroupRules) checkTwice() {
	by := map[string]string{}
	for _, ref := range slices.Sorted(maps.Keys(g.Rules)) {
		id := g.Groups[ref].ID
		if other := by[id]; id != "" && other != "" {
			g.findings.failRule(ref, "Two rules for one group",
				fmt.Sprintf("%q and %q are the same group. Write one rule that joins both conditions with Or.", other, ref))
		}
		by[id] = ref
	}
}

// claim says that the rules answer for members of their groups.
func (g *GroupRules) claim() {
	for _, ref := range slices.Sorted(maps.Keys(g.Rules)) {
		id := g.Groups[ref].ID
		if id == "" {
			continue
		}
		label := fmt.Sprintf("%s with mode = %q and the rule %q = %q", g.Resource, g.Mode, ref, g.Rules[ref])
		if conflict := g.Claims.ClaimMembers(id, MembersClaim{Label: label, All: g.Authoritative}); conflict != "" {
			g.findings.failRule(ref, TwoResources, conflict)
		}
	}
}

// warnOfForeign names who is removed from groups whose members the state does
// not show, since then the plan does not either.
func (g *GroupRules) warnOfForeign(want, have map[string]membership.Members) {
	if !g.Authoritative {
		return
	}
	before := g.parse(g.Before)
	var lines []string
	for _, ref := range slices.Sorted(maps.Keys(g.Rules)) {
		unseen := membership.Members{}
		for _, key := range have[ref].Without(want[ref]) {
			unseen[key] = have[ref][key]
		}
		if leaves := unseen.Without(before[ref]); len(leaves) > 0 {
			lines = append(lines, fmt.Sprintf("%s: %s", ref, unseen.Named(leaves)))
		}
	}
	if len(lines) > 0 {
		g.findings.warn("Members will be removed",
			fmt.Sprintf("mode is \"authoritative\", and %s members that the rules do not find:\n%s", wording.Count(len(lines), "group has", "groups have"), Listed(lines)))
	}
}

// warnOfDropped says what becomes of groups whose rule is dropped.
func (g *GroupRules) warnOfDropped() {
	dropped := g.dropped()
	if len(dropped) == 0 {
		return
	}
	what := "keep their members (on_destroy = \"release\")"
	if g.Remove {
		what = "lose the members that the rules had found (on_destroy = \"remove\")"
	}
	g.findings.warn("Groups have no rule any more", fmt.Sprintf("%s no rule any more and %s:\n%s", wording.Count(len(dropped), "group has",
		"groups have"), what, Listed(dropped)))
}

// former returns what the state calls a group that rules call something else now.
func (g *GroupRules) former(id string) string {
	for ref := range g.Before {
		if _, has := g.Rules[ref]; !has && g.Groups[ref].ID == id {
			return ref
		}
	}
	return ""
}

// dropped returns the groups of the state that have no rule any more, under
// whatever name.
func (g *GroupRules) dropped() []string {
	ruled := map[string]bool{}
	for ref := range g.Rules {
		if id := g.Groups[ref].ID; id != "" {
			ruled[id] = true
		}
	}
	var out []string
	for ref := range g.Before {
		if _, has := g.Rules[ref]; !has && !ruled[g.Groups[ref].ID] {
			out = append(out, ref)
		}
	}
	slices.Sort(out)
	return out
}
