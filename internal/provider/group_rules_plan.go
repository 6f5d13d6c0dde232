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
}

func (r *groupRulesResource) run(model, state *groupRulesModel, diags *diag.Diagnostics) *groupRulesRun {
	run := &groupRulesRun{target: r.target, data: r.data, diags: diags, model: model, rules: goMap(model.Rules), mode: model.Mode.ValueString(), remove: model.OnDestroy.ValueString() == removeMembers,
		before: goMap(state.Members), groups: map[string]knownGroup{}}
	run.widened = run.mode == modeAuthoritative && state.Mode.ValueString() != modeAuthoritative
	return run
}

// plan returns the documents of members as they are to be, by group.
func (g *groupRulesRun) plan(ctx context.Context, accounts map[string]string) (map[string]string, bool) {
	want, have, ok := g.evaluate(accounts)
	if !ok {
		return nil, false
	}
	if !g.lookUp(ctx, have) {
		return nil, false
	}
	planned := make(map[string]string, len(want))
	for ref, members := range want {
		want[ref] = members.Keeping(have[ref])
		planned[ref] = want[ref].Document()
		if why := g.groups[ref].Fixed; why != "" && planned[ref] != have[ref].Document() {
			g.addFixed(ref, why)
		}
	}
	g.claim()
	g.guard(want, have, len(accounts))
	g.warnOfForeign(want, have)
	g.warnOfDropped()
	return planned, !g.diags.HasError()
}

// evaluate returns what groups are to have by the rules, and what they have by the state.
func (g *groupRulesRun) evaluate(docs map[string]string) (want, have map[string]membership.Members, ok bool) {
	accounts := g.target.parse(docs, g.diags)
	have = g.parse(g.before)
	if g.diags.HasError() {
		return nil, nil, false
	}
	subject := membership.Subject{Format: g.target.format, WorkerID: g.target.workerIDAttribute(g.data), Labels: []string{"displayName", g.target.label}}
	want, err := membership.Evaluate(g.rules, accounts, subject)
	if err != nil {
		addProblems(g.diags, "Invalid group rule", err)
	}
	return want, have, err == nil
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
	if len(refs) > 0 {
		dir, ok := g.target.open(g.data, g.diags)
		if !ok {
			return false
		}
		var err error
		if found, err = dir.Groups(ctx, g.asked(refs)); err != nil {
			addProblems(g.diags, "Cannot read groups", err)
			return false
		}
		g.addMissing(dir, refs, found)
	}
	for _, ref := range refs {
		group := found[g.ask(ref)]
		if group == nil {
			continue
		}
		if former := g.former(group.ID); former != "" && g.before[ref] == "" {
			have[ref] = have[former]
		}
		g.groups[ref] = knownGroup{ID: group.ID, Fixed: group.Fixed}
		if g.mode == modeAuthoritative {
			have[ref] = membership.NewIndex(group).Members(have[ref], true)
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

func (g *groupRulesRun) addFixed(ref, why string) {
	g.diags.AddAttributeError(path.Root("rules").AtMapKey(ref), "The members of the group are fixed", fmt.Sprintf("Group %q: %s. No rule can change its members: take it out of rules.", ref, strings.TrimSuffix(why, ".")))
}

func (g *groupRulesRun) addMissing(dir directory.Groups, refs []string, found map[string]*directory.Group) {
	var missing []string
	for _, ref := range refs {
		if found[g.ask(ref)] == nil && !dir.Expected(ref) {
			missing = append(missing, fmt.Sprintf("%q", ref))
		}
	}
	if len(missing) > 0 {
		g.diags.AddAttributeError(path.Root("rules"), "Groups do not exist", fmt.Sprintf("%d of %d groups are not in %s:\n  %s\nCreate them first, or correct what rules call them.", len(missing), len(g.rules), g.target.title, strings.Join(missing, "\n  ")))
	}
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

func (g *groupRulesRun) guard(want, have map[string]membership.Members, accounts int) {
	limit, err := roster.ParseLimit(g.model.MaxLeaves.ValueString())
	guards := membership.Safeguards{AllowEmpty: textsOf(g.model.AllowEmpty), MaxLeaves: limit}
	if err := errors.Join(err, guards.Check(g.rules, want, have, accounts)); err != nil {
		addProblems(g.diags, "A safeguard stops the plan", err)
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
