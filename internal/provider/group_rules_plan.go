// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/membership"
	"terraform-provider-workforce/internal/roster"
)

// privateGroups holds what is known of the groups, by what rules call them.
const privateGroups = "groups"

// knownGroup is what the last read found out about a group.
type knownGroup struct {
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

func knownAs(ctx context.Context, dir directory.Groups, g *directory.Group, members *membership.Index) knownGroup {
	out := knownGroup{ID: g.ID, Fixed: g.Fixed, Privileged: g.Privileged}
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

// groupRulesRun is one call of the resource.
type groupRulesRun struct {
	target target
	data   *providerData
	diags  *diag.Diagnostics
	model  *groupRulesModel // as it is to be
	rules  map[string]string
	mode   string
	remove bool // from groups whose rule is dropped
	// before holds the documents of the state by group.
	before map[string]string
	// widened says that the state was read in additive mode, and does not show
	// the members that authoritative mode removes.
	widened bool
	groups  map[string]knownGroup
	// troubles are what concerns one group, and asides what is set aside for it.
	troubles map[string][]groupTrouble
}

func (r *groupRulesResource) run(model, state *groupRulesModel, diags *diag.Diagnostics) *groupRulesRun {
	run := &groupRulesRun{target: r.target, data: r.data, diags: diags, model: model, rules: goMap(model.Rules), mode: model.Mode.ValueString(), remove: model.OnDestroy.ValueString() == removeMembers,
		before: goMap(state.Members), groups: map[string]knownGroup{}}
	run.widened = run.mode == modeAuthoritative && state.Mode.ValueString() != modeAuthoritative
	return run
}

// plan returns the documents of members as they are to be, by group.
func (g *groupRulesRun) plan(ctx context.Context, accounts map[string]string) (map[string]string, bool) {
	findings, have, ok := g.evaluate(accounts)
	if !ok {
		return nil, false
	}
	guards, ok := g.safeguards()
	if !ok || !g.lookUp(ctx, have) {
		return nil, false
	}
	planned, want := make(map[string]string, len(g.rules)), make(map[string]membership.Members, len(g.rules))
	for ref := range g.rules {
		if members, managed := g.decide(ref, findings, have[ref], guards, len(accounts)); managed {
			g.keepStuck(ref, members, have[ref])
			want[ref], planned[ref] = members, members.Document()
		}
	}
	g.claim()
	g.warnOfForeign(want, have)
	g.warnOfDropped()
	g.addTroubles(findings.Troubled())
	g.model.SetAside = stringMap(g.setAside())
	return planned, !g.diags.HasError()
}

// evaluate returns what the rules say of the accounts, and what groups have by the state.
func (g *groupRulesRun) evaluate(docs map[string]string) (findings *membership.Findings, have map[string]membership.Members, ok bool) {
	accounts := g.target.parse(docs, g.diags)
	have = g.parse(g.before)
	if g.diags.HasError() {
		return nil, nil, false
	}
	subject := membership.Subject{Format: g.target.format, WorkerID: g.target.workerIDAttribute(g.data), Labels: []string{"displayName", g.target.label}}
	findings, err := membership.Evaluate(g.rules, accounts, subject)
	if err != nil {
		addProblems(g.diags, "Invalid group rule", err)
	}
	return findings, have, err == nil
}

func (g *groupRulesRun) safeguards() (membership.Safeguards, bool) {
	limit, err := roster.ParseLimit(g.model.MaxLeaves.ValueString())
	guards := membership.Safeguards{AllowEmpty: textsOf(g.model.AllowEmpty), AllowPrivileged: textsOf(g.model.AllowPrivileged), MaxLeaves: limit}
	if err := errors.Join(err, guards.Unknown(g.rules)); err != nil {
		addProblems(g.diags, "A safeguard stops the plan", err)
		return guards, false
	}
	return guards, true
}

// decide returns the members that a group is to have, and whether the state is to
// hold them: of a group that cannot be read it holds what it held before.
func (g *groupRulesRun) decide(ref string, f *membership.Findings, have membership.Members, guards membership.Safeguards, accounts int) (want membership.Members, managed bool) {
	group := g.groups[ref]
	if len(g.troubles[ref]) > 0 {
		_, managed = g.before[ref]
		return have, managed
	}
	want = f.Wanted(ref, have)
	if failed := f.Failed[ref]; failed != nil {
		g.addTrouble(ref, groupTrouble{"Invalid group rule", "the rule cannot be evaluated for everybody", failed.Error()})
		if f.FailedForAll(ref) {
			return f.Held(ref, have), true
		}
	}
	if why := group.Privileged; why != "" && !slices.Contains(guards.AllowPrivileged, ref) {
		g.addPrivileged(ref, why)
		return f.Held(ref, have), true
	}
	if err := guards.Empties(ref, g.rules[ref], want, accounts); err != nil {
		g.addTrouble(ref, groupTrouble{safeguardStops, "the rule finds nobody", err.Error()})
		want = f.Held(ref, have)
	}
	if why := group.Fixed; why != "" && want.Document() != have.Document() {
		why = strings.TrimSuffix(why, ".")
		g.addTrouble(ref, groupTrouble{"The members of the group are fixed", why, why + ". No rule can change its members: take it out of rules"})
		return have, true
	}
	if err := guards.Exceeds(want, have); err != nil {
		g.addTrouble(ref, groupTrouble{safeguardStops, "more members would leave than max_leaves allows", err.Error()})
		return have, true
	}
	return want, true
}

func (g *groupRulesRun) parse(docs map[string]string) map[string]membership.Members {
	out := make(map[string]membership.Members, len(docs))
	for ref, doc := range docs {
		m, err := membership.Parse(doc)
		if err != nil {
			g.diags.AddError("Invalid members", fmt.Sprintf("Group %q: %s.", ref, err))
		}
		out[ref] = m
	}
	return out
}

// lookUp reads the groups that the state says nothing about, and adds to have
// the members that authoritative mode is to know of.
func (g *groupRulesRun) lookUp(ctx context.Context, have map[string]membership.Members) bool {
	var refs []string
	for ref := range g.rules {
		if _, known := g.before[ref]; !known || g.widened {
			refs = append(refs, ref)
		}
	}
	slices.Sort(refs)
	found := map[string]*directory.Group{}
	var dir userDirectory
	if len(refs) > 0 {
		var ok bool
		if dir, ok = g.target.open(g.data, g.diags); !ok {
			return false
		}
		var failed map[string]error
		var err error
		if found, failed, err = groupsApart(ctx, dir, g.asked(refs)); err != nil {
			addProblems(g.diags, cannotReadGroups, err)
			return false
		}
		for _, ref := range refs {
			switch err := failed[g.ask(ref)]; {
			case err != nil:
				g.addTrouble(ref, groupTrouble{cannotReadGroups, "the group cannot be told or read", err.Error()})
			case found[g.ask(ref)] == nil && !dir.Expected(ref):
				g.addTrouble(ref, groupTrouble{noSuchGroup, "the group does not exist", "it is not in " + g.target.title + ". Create it first, or correct what rules call it"})
			}
		}
	}
	for _, ref := range refs {
		group := found[g.ask(ref)]
		if group == nil {
			continue
		}
		if former := g.former(group.ID); former != "" && g.before[ref] == "" {
			have[ref] = have[former]
		}
		index := membership.NewIndex(group)
		g.groups[ref] = knownAs(ctx, dir, group, index)
		if g.mode == modeAuthoritative {
			have[ref] = index.Members(have[ref], true)
		}
	}
	g.checkTwice()
	return !g.diags.HasError()
}

// ask is by what a group is asked for: by identity, once that is known.
func (g *groupRulesRun) ask(ref string) string {
	if id := g.groups[ref].ID; id != "" && g.before[ref] != "" {
		return id
	}
	return ref
}

func (g *groupRulesRun) asked(refs []string) []string {
	out := make([]string, len(refs))
	for i, ref := range refs {
		out[i] = g.ask(ref)
	}
	return out
}

// checkTwice refuses two rules for one group, however it is called.
func (g *groupRulesRun) checkTwice() {
	by := map[string]string{}
	for _, ref := range slices.Sorted(maps.Keys(g.rules)) {
		id := g.groups[ref].ID
		if other := by[id]; id != "" && other != "" {
			g.diags.AddAttributeError(path.Root("rules").AtMapKey(ref), "Two rules for one group", fmt.Sprintf("%q and %q are the same group. Write one rule that joins both conditions with Or.", other, ref))
		}
		by[id] = ref
	}
}

// claim says that the rules answer for members of their groups.
func (g *groupRulesRun) claim() {
	for ref, rule := range g.rules {
		if id := g.groups[ref].ID; id != "" {
			g.data.groups.claimMembers(id, membersClaim{label: fmt.Sprintf("workforce_%s_group_rules with mode = %q and the rule %q = %q", g.target.prefix, g.mode, ref, rule), all: g.mode == modeAuthoritative}, path.Root("rules").AtMapKey(ref), g.diags)
		}
	}
}

// warnOfForeign names who is removed from groups whose members the state does
// not show, since then the plan does not either.
func (g *groupRulesRun) warnOfForeign(want, have map[string]membership.Members) {
	if g.mode != modeAuthoritative {
		return
	}
	before := g.parse(g.before)
	var lines []string
	for _, ref := range slices.Sorted(maps.Keys(g.rules)) {
		unseen := membership.Members{}
		for _, key := range have[ref].Without(want[ref]) {
			unseen[key] = have[ref][key]
		}
		if leaves := unseen.Without(before[ref]); len(leaves) > 0 {
			lines = append(lines, fmt.Sprintf("%s: %s", ref, unseen.Named(leaves)))
		}
	}
	if len(lines) > 0 {
		g.diags.AddWarning("Members will be removed", fmt.Sprintf("mode is \"authoritative\", and %d groups have members that their rules do not find:\n%s", len(lines), listed(lines)))
	}
}

// warnOfDropped says what becomes of groups whose rule is dropped.
func (g *groupRulesRun) warnOfDropped() {
	dropped := g.dropped()
	if len(dropped) == 0 {
		return
	}
	what := "keep their members (on_destroy = \"release\")"
	if g.remove {
		what = "lose the members that the rules had found (on_destroy = \"remove\")"
	}
	g.diags.AddWarning("Rules are dropped", fmt.Sprintf("%d groups have no rule any more and %s:\n%s", len(dropped), what, listed(dropped)))
}

// former returns what the state calls a group that rules call something else now.
func (g *groupRulesRun) former(id string) string {
	for ref := range g.before {
		if _, has := g.rules[ref]; !has && g.groups[ref].ID == id {
			return ref
		}
	}
	return ""
}

// dropped returns the groups of the state that have no rule any more, under
// whatever name.
func (g *groupRulesRun) dropped() []string {
	ruled := map[string]bool{}
	for ref := range g.rules {
		if id := g.groups[ref].ID; id != "" {
			ruled[id] = true
		}
	}
	var out []string
	for ref := range g.before {
		if _, has := g.rules[ref]; !has && !ruled[g.groups[ref].ID] {
			out = append(out, ref)
		}
	}
	slices.Sort(out)
	return out
}
