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
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
)

// membersRun is one call of the resource.
type membersRun struct {
	dir   *activedirectory.Domain
	diags *diag.Diagnostics
	added []string // objectGUIDs of the members that an additive resource added
}

func (r *adGroupMembersResource) open(diags *diag.Diagnostics) (*membersRun, bool) {
	domain, ok := openDomain(r.data, diags)
	return &membersRun{dir: domain, diags: diags}, ok
}

// group reads the group, and reports when there is none.
func (m *membersRun) group(ctx context.Context, ref string) *directory.Group {
	found, err := m.dir.Groups(ctx, []string{ref})
	if err != nil {
		addProblems(m.diags, "Cannot read the group", err)
		return nil
	}
	return found[ref]
}

func noSuchGroup(ref string) string {
	return fmt.Sprintf("No group is %q in this domain: expected an objectGUID, a distinguished name or a sAMAccountName. Create it first, or correct the reference; for a group of the same configuration, refer to the id of its workforce_ad_group.", ref)
}

// plan checks what can be known before anything is written, and fills in the id.
func (m *membersRun) plan(ctx context.Context, plan, state *adGroupMembersModel) {
	g := m.group(ctx, plan.Group.ValueString())
	if m.diags.HasError() {
		return
	}
	if g == nil {
		if plan.ID = types.StringUnknown(); !m.dir.Expected(plan.Group.ValueString()) {
			m.diags.AddAttributeError(path.Root("group"), "The group does not exist", noSuchGroup(plan.Group.ValueString()))
		}
		return
	}
	plan.ID = types.StringValue(g.ID)
	var refs []string // only those that are new: the others were read just now
	before := state.Members.texts()
	for _, ref := range plan.Members.texts() {
		if _, known := slices.BinarySearch(before, ref); !known {
			refs = append(refs, ref)
		}
	}
	members, err := m.dir.Members(ctx, refs)
	if err != nil {
		addProblems(m.diags, "Cannot tell who is meant", err)
		return
	}
	if missing := slices.DeleteFunc(slices.Clone(refs), func(ref string) bool { return members[ref].ID != "" }); len(missing) > 0 {
		m.diags.AddAttributeWarning(path.Root("members"), "Members do not exist yet", fmt.Sprintf("%d members of %q are not in the domain: %s. Apply fails for those that are not created before.", len(missing), g.Name, firstFew(missing)))
	}
	circles, err := m.dir.Circles(ctx, g.ID, slices.Collect(maps.Values(members)))
	if err != nil {
		addProblems(m.diags, "Cannot check the nesting of groups", err)
	}
	for _, id := range slices.Sorted(maps.Keys(circles)) {
		m.diags.AddAttributeError(path.Root("members"), "Groups would contain each other", fmt.Sprintf("Group %q: %s.", g.Name, circles[id]))
	}
}

// firstFew names the first few of many.
func firstFew(texts []string) string {
	quoted := make([]string, 0, maxProblems+1)
	for _, s := range texts[:min(len(texts), maxProblems)] {
		quoted = append(quoted, fmt.Sprintf("%q", s))
	}
	if len(texts) > maxProblems {
		quoted = append(quoted, "…")
	}
	return strings.Join(quoted, ", ")
}

// present returns the objectGUIDs of those references that are members of the
// group now. It asks the directory only for user principal names.
func (m *membersRun) present(ctx context.Context, g *directory.Group, refs []string) (map[string]string, error) {
	byKey := make(map[string]string, 3*len(g.Members))
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(g.Members))) { // the first one wins
		who := g.Members[id]
		if who.WorkerID != "" {
			byKey[directory.Fold(who.WorkerID)] = id
		}
	}
	for id, who := range g.Members {
		byKey[directory.Fold(id)], byKey[activedirectory.PathKey(who.Path)] = id, id
	}
	out := make(map[string]string, len(refs))
	var ask []string
	for _, ref := range refs {
		key := directory.Fold(ref)
		if activedirectory.IsPath(ref) {
			key = activedirectory.PathKey(ref)
		}
		if id := byKey[key]; id != "" {
			out[ref] = id
		} else if strings.Contains(ref, "@") {
			ask = append(ask, ref)
		}
	}
	if len(ask) == 0 {
		return out, nil
	}
	found, err := m.dir.Members(ctx, ask)
	for ref, who := range found {
		if _, in := g.Members[who.ID]; in {
			out[ref] = who.ID
		}
	}
	return out, err
}

// read brings the state up to date, and reports whether the group exists.
func (m *membersRun) read(ctx context.Context, state *adGroupMembersModel) bool {
	g := m.group(ctx, state.ID.ValueString())
	if g == nil {
		return false
	}
	refs := state.Members.texts()
	present, err := m.present(ctx, g, refs)
	if err != nil {
		addProblems(m.diags, "Cannot tell who is meant", err)
		return true
	}
	now := slices.DeleteFunc(refs, func(ref string) bool { return present[ref] == "" })
	if state.Mode.ValueString() != modeAdditive {
		now = append(now, foreign(g, present)...)
	}
	if len(now) != len(state.Members.Elements()) || !newTextSet(now).Equal(state.Members) {
		state.Members = newTextSet(now)
	}
	return true
}

// foreign names the members that none of the references means: by worker id,
// where only one of the group has it, else by path.
func foreign(g *directory.Group, present map[string]string) []string {
	known := map[string]bool{}
	for _, id := range present {
		known[id] = true
	}
	workers := map[string]int{}
	for _, who := range g.Members {
		workers[directory.Fold(who.WorkerID)]++
	}
	var out []string
	for id, who := range g.Members {
		switch {
		case known[id]:
		case who.Class == "user" && who.WorkerID != "" && workers[directory.Fold(who.WorkerID)] == 1:
			out = append(out, who.WorkerID)
		default:
			out = append(out, who.Path)
		}
	}
	return out
}

// apply makes the members what the plan says, and plan what then is. It reports
// whether there is anything to record.
func (m *membersRun) apply(ctx context.Context, plan, state *adGroupMembersModel) bool {
	g := m.group(ctx, plan.Group.ValueString())
	if m.diags.HasError() {
		return false
	}
	if g == nil {
		m.diags.AddAttributeError(path.Root("group"), "The group does not exist", noSuchGroup(plan.Group.ValueString()))
		return false
	}
	if !state.ID.IsNull() && state.ID.ValueString() != g.ID {
		if m.destroy(ctx, state); m.diags.HasError() {
			return false
		}
		*state, m.added = adGroupMembersModel{}, nil
	}
	refs := plan.Members.texts()
	members, err := m.dir.Members(ctx, refs)
	if err != nil {
		addProblems(m.diags, "Cannot tell who is meant", err)
		return false
	}
	change := directory.MembershipChange{GroupID: g.ID, Name: g.Name}
	wanted := map[string]bool{}
	var failures []error
	for _, ref := range refs {
		who := members[ref]
		_, in := g.Members[who.ID]
		switch {
		case who.ID == "":
			failures = append(failures, fmt.Errorf("group %q: nobody and nothing in this domain is %q: expected a worker id, an objectGUID, a distinguished name or a user principal name. Create it first, or correct the reference", g.Name, ref))
		case !in && !wanted[who.ID]:
			change.Add = append(change.Add, who)
		}
		wanted[who.ID] = true
	}
	leaving, err := m.leaving(ctx, g, wanted, plan, state)
	if err != nil {
		addProblems(m.diags, "Cannot tell who is meant", err)
		return false
	}
	for _, id := range slices.Sorted(maps.Keys(leaving)) {
		change.Remove = append(change.Remove, g.Members[id])
	}
	out := m.dir.ChangeMembers(ctx, []directory.MembershipChange{change})[0]
	m.settle(g, plan, out, members, leaving)
	addMembershipFailures(m.diags, append(failures, flatten(out.Err)...))
	return true
}

// leaving returns who is to be removed, by objectGUID, and what the state calls them.
func (m *membersRun) leaving(ctx context.Context, g *directory.Group, wanted map[string]bool, plan, state *adGroupMembersModel) (map[string]string, error) {
	out := map[string]string{}
	before, err := m.present(ctx, g, state.Members.texts())
	if err != nil {
		return nil, err
	}
	if plan.Mode.ValueString() == modeAdditive {
		if state.Mode.ValueString() == modeAdditive {
			for ref, id := range before {
				if !wanted[id] {
					out[id] = ref
				}
			}
		}
		return out, nil
	}
	for id, who := range g.Members {
		if !wanted[id] {
			out[id] = who.Path
		}
	}
	for ref, id := range before {
		if !wanted[id] {
			out[id] = ref
		}
	}
	return out, nil
}

// settle puts into plan who is a member now, of those it is about.
func (m *membersRun) settle(g *directory.Group, plan *adGroupMembersModel, out directory.MembershipOutcome, members map[string]directory.Member, leaving map[string]string) {
	plan.ID = types.StringValue(g.ID)
	in := map[string]bool{}
	for id := range g.Members {
		in[id] = true
	}
	for _, id := range out.Added {
		in[id] = true
	}
	for _, id := range out.Removed {
		in[id] = false
	}
	var now []string
	for _, ref := range plan.Members.texts() {
		if in[members[ref].ID] {
			now = append(now, ref)
		}
	}
	for id, ref := range leaving {
		if in[id] {
			now = append(now, ref)
		}
	}
	if out.Err != nil || len(now) != len(plan.Members.Elements()) {
		plan.Members = newTextSet(now)
	}
	if plan.Mode.ValueString() != modeAdditive {
		m.added = nil
		return
	}
	for _, id := range out.Added {
		if _, was := g.Members[id]; !was {
			m.added = append(m.added, id)
		}
	}
	m.added = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(m.added))), func(id string) bool { return slices.Contains(out.Removed, id) })
}

func addMembershipFailures(diags *diag.Diagnostics, failures []error) {
	if len(failures) > 0 {
		addProblems(diags, "A membership could not be written", errors.Join(failures...))
	}
}

// destroy removes the members that the resource answers for.
func (m *membersRun) destroy(ctx context.Context, state *adGroupMembersModel) {
	g := m.group(ctx, state.ID.ValueString())
	if g == nil {
		return
	}
	ids := m.added
	if state.Mode.ValueString() != modeAdditive {
		present, err := m.present(ctx, g, state.Members.texts())
		if err != nil {
			addProblems(m.diags, "Cannot tell who is meant", err)
			return
		}
		ids = slices.Sorted(maps.Values(present))
	}
	change := directory.MembershipChange{GroupID: g.ID, Name: g.Name}
	for _, id := range slices.Compact(ids) {
		if who, in := g.Members[id]; in {
			change.Remove = append(change.Remove, who)
		}
	}
	if len(change.Remove) > 0 {
		addMembershipFailures(m.diags, flatten(m.dir.ChangeMembers(ctx, []directory.MembershipChange{change})[0].Err))
	}
}
