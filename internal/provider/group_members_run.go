// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/membership"
	"terraform-provider-workforce/internal/reconcile"
	"terraform-provider-workforce/internal/wording"
)

// privateAdded holds the IDs of the members that the resource added itself.
const privateAdded = "added"

// membersRun is one call of the resource for members.
type membersRun struct {
	target target
	data   *providerData
	dir    directory.Groups
	diags  *diag.Diagnostics
	names  map[string]string // IDs by the references that the state holds
	added  []string          // IDs of the members that the resource added
}

func (m *membersRun) load(ctx context.Context, from privateGetter) {
	m.names = loadIDs(ctx, from, m.diags)
	loadPrivate(ctx, from, privateAdded, &m.added, m.diags)
}

func (m *membersRun) save(ctx context.Context, to privateSetter) {
	savePrivate(ctx, to, privateIDs, m.names, m.diags)
	savePrivate(ctx, to, privateAdded, m.added, m.diags)
}

// find reads the group with its members, and reports problems; nil where there is none.
func (m *membersRun) find(ctx context.Context, ref string) *directory.Group {
	found, err := m.dir.Groups(ctx, []string{ref})
	if err != nil {
		addProblems(m.diags, "Cannot read the group", err)
		return nil
	}
	return found[ref]
}

// group is find for a group that has to be there, and whose members can be changed.
func (m *membersRun) group(ctx context.Context, ref string) *directory.Group {
	g := m.find(ctx, ref)
	switch {
	case m.diags.HasError():
		return nil
	case g == nil:
		m.diags.AddAttributeError(path.Root("group"), "The group does not exist", m.target.noGroup(ref))
	case g.Fixed != "":
		m.diags.AddAttributeError(path.Root("group"), "The members of the group cannot be managed", fmt.Sprintf("Group %q: %s.", g.Name, g.Fixed))
		return nil
	}
	return g
}

// plan checks what can be known before anything is written, and fills in the id
// and what the plan shows.
func (m *membersRun) plan(ctx context.Context, plan, state *groupMembersModel) {
	var g *directory.Group
	plan.ID, plan.MemberNames = types.StringUnknown(), types.StringUnknown()
	if ref := plan.Group.ValueString(); !plan.Group.IsUnknown() && (!m.dir.Expected(ref) || m.find(ctx, ref) != nil) {
		if g = m.group(ctx, ref); g == nil {
			return
		}
		plan.ID = types.StringValue(g.ID)
	}
	known := membership.Members{} // those of them were read just now
	if g != nil && state.ID.ValueString() == g.ID {
		known = state.shown(m.diags)
	}
	var refs []string
	for _, ref := range plan.refs {
		if _, had := known[ref]; !had {
			refs = append(refs, ref)
		}
	}
	members, err := m.dir.Members(ctx, refs)
	if err != nil {
		addProblems(m.diags, "Cannot tell who is meant", err)
		return
	}
	if missing := slices.DeleteFunc(slices.Clone(refs), func(ref string) bool { return members[ref].ID != "" }); len(missing) > 0 {
		m.diags.AddAttributeWarning(path.Root("members"), "Members do not exist yet", fmt.Sprintf("%s of the group %s not in %s: %s. Apply fails for those that are not created before.", wording.Count(len(missing), "member"), wording.One(len(missing), "is", "are"), m.target.title, someOf(missing)))
	}
	if plan.show(plan.refs, known); plan.partial {
		plan.MemberNames = types.StringUnknown()
		m.diags.AddAttributeWarning(path.Root("members"), "Members are not known yet", fmt.Sprintf("The plan cannot show who joins and who leaves, since some of `members` are known only after apply. These are known: %s. Name accounts by worker id, which is known at plan.", someOf(plan.refs)))
	}
	if g == nil {
		return
	}
	if err := m.dir.CheckMembers(ctx, g, slices.Collect(maps.Values(members))); err != nil {
		addProblems(m.diags, "The group cannot have this member", err)
	}
	m.checkRemovals(ctx, g, plan, state, members)
	if takesOver(g, plan, state) && !plan.partial {
		m.warnOfRemovals(ctx, g, plan, members)
	}
}

// checkRemovals refuses to take a protected account out of what protects it, and names
// members whom no change takes out because it is their primary group.
func (m *membersRun) checkRemovals(ctx context.Context, g *directory.Group, plan, state *groupMembersModel, members map[string]directory.Member) {
	checker, checks := m.dir.(directory.RemovalChecker)
	if !checks || plan.partial || state.ID.ValueString() != g.ID && !takesOver(g, plan, state) {
		return
	}
	before, err := m.present(ctx, g, state.refs)
	var wanted map[string]string
	if err == nil {
		wanted, err = m.present(ctx, g, plan.refs)
	}
	if err != nil {
		addProblems(m.diags, "Cannot tell who is meant", err)
		return
	}
	stays := map[string]bool{}
	for _, id := range wanted {
		stays[id] = true
	}
	for _, who := range members {
		stays[who.ID] = true
	}
	var remove []directory.Member
	for _, id := range leaving(m.target.groups.naming.Of(g), g, before, stays, !plan.additive() || state.additive(), takesOver(g, plan, state)) {
		remove = append(remove, g.Members[id])
	}
	for _, err := range flatten(checker.CheckRemovals(ctx, g, remove)) {
		if errors.Is(err, directory.ErrProtected) {
			m.diags.AddAttributeError(path.Root("members"), "The member is protected", err.Error())
		} else {
			m.diags.AddAttributeWarning(path.Root("members"), "A member cannot leave", err.Error())
		}
	}
}

// takesOver reports whether members that the state does not show are to be removed.
func takesOver(g *directory.Group, plan, state *groupMembersModel) bool {
	return !plan.additive() && (state.ID.ValueString() != g.ID || state.additive())
}

// warnOfRemovals names the members that a group loses when it is taken over: the
// plan's set does not show them.
func (m *membersRun) warnOfRemovals(ctx context.Context, g *directory.Group, plan *groupMembersModel, members map[string]directory.Member) {
	stay, err := m.present(ctx, g, plan.refs)
	if err != nil {
		addProblems(m.diags, "Cannot tell who is meant", err)
		return
	}
	for ref, who := range members {
		stay[ref] = who.ID
	}
	leaving := slices.Sorted(maps.Keys(others(m.target.groups.naming.Of(g), g, stay)))
	if len(leaving) > 0 {
		m.diags.AddAttributeWarning(path.Root("members"), "Members will be removed", fmt.Sprintf("Group %q has %d members that are not in `members`. They will be removed: %s. Name them in `members`, or set mode = \"additive\" to leave them.", g.Name, len(leaving), someOf(leaving)))
	}
}

// present returns the IDs of those references that are members of the group now.
func (m *membersRun) present(ctx context.Context, g *directory.Group, refs []string) (map[string]string, error) {
	present, open := m.target.groups.naming.Of(g).Present(refs, m.names)
	if len(open) == 0 {
		return present, nil
	}
	found, err := m.dir.Members(ctx, open)
	if err != nil {
		return nil, err
	}
	for _, ref := range open {
		id := found[ref].ID
		if id == "" {
			id = m.names[ref]
		}
		if _, in := g.Members[id]; in {
			present[ref] = id
		}
	}
	return present, nil
}

// read brings the state up to date, and reports whether the group exists.
func (m *membersRun) read(ctx context.Context, state *groupMembersModel) bool {
	g := m.find(ctx, state.ID.ValueString())
	if g == nil {
		return false
	}
	now, err := m.present(ctx, g, state.refs)
	if err != nil {
		addProblems(m.diags, "Cannot tell who is meant", err)
		return true
	}
	if !state.additive() {
		maps.Copy(now, others(m.target.groups.naming.Of(g), g, now))
	}
	m.names = now
	names := make(membership.Members, len(now))
	for ref, id := range now {
		names[ref] = g.Members[id].Name
	}
	state.MemberNames = types.StringValue(names.Document())
	return true
}

// apply makes the members what the plan says, and plan what then is. It reports
// whether there is anything to record.
func (m *membersRun) apply(ctx context.Context, plan, state *groupMembersModel) bool {
	g := m.group(ctx, plan.Group.ValueString())
	if g == nil {
		return false
	}
	known := state.shown(m.diags)
	maps.Copy(known, plan.shown(m.diags))
	if state.ID.ValueString() != g.ID {
		if !state.ID.IsNull() {
			m.destroy(ctx, state)
		}
		if m.diags.HasError() {
			return false
		}
		*state, m.names = groupMembersModel{}, map[string]string{}
	}
	unlock, waited := m.data.groups.Lock(g.ID)
	defer unlock()
	if waited {
		if g = m.group(ctx, g.ID); g == nil {
			return false
		}
	}
	before, err := m.present(ctx, g, state.refs)
	var members map[string]directory.Member
	if err == nil {
		members, err = m.dir.Members(ctx, plan.refs)
	}
	if err != nil {
		addProblems(m.diags, "Cannot tell who is meant", err)
		return false
	}
	names, change := m.target.groups.naming.Of(g), directory.MembershipChange{GroupID: g.ID, Name: g.Name}
	wanted, stays, failures := map[string]string{}, map[string]bool{}, []error(nil)
	for _, ref := range plan.refs {
		who := cmp.Or(members[ref], g.Members[before[ref]], g.Members[names.ID(ref)]) // the others were renamed, or are of a kind that is found only as a member
		if who.ID == "" {
			failures = append(failures, fmt.Errorf("group %q: %s", g.Name, m.target.nobody(ref)))
			continue
		}
		if _, in := g.Members[who.ID]; !in && !stays[who.ID] {
			change.Add = append(change.Add, who)
		}
		wanted[ref], stays[who.ID] = who.ID, true
	}
	m.data.groups.Keep(g.ID, stays)
	if state.ID.IsNull() { // the resource may replace itself
		m.added = slices.DeleteFunc(m.data.groups.AddedTo(g.ID), func(id string) bool { return !stays[id] })
	}
	leaving := leaving(names, g, before, stays, !plan.additive() || state.additive(), takesOver(g, plan, state))
	for _, id := range slices.Compact(slices.Sorted(maps.Values(leaving))) {
		change.Remove = append(change.Remove, g.Members[id])
	}
	ctx = audit.Because(ctx, "the list of members of the group says so")
	out := m.dir.ChangeMembers(ctx, []directory.MembershipChange{change})[0]
	m.forget(ctx, g.ID, append(m.left(state, before, stays), out.Removed...))
	m.settle(g, plan, out, wanted, leaving)
	plan.show(slices.Collect(maps.Keys(m.names)), known)
	m.report(append(failures, flatten(out.Err)...))
	return true
}

// left returns the IDs of those whom the state names, who are not wanted any more,
// and who are not in the group already.
func (m *membersRun) left(state *groupMembersModel, before map[string]string, stays map[string]bool) []string {
	var ids []string
	for _, ref := range state.refs {
		if id := m.names[ref]; id != "" && before[ref] == "" && !stays[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// forget makes sure that nobody gets the group back who has left it.
func (m *membersRun) forget(ctx context.Context, group string, members []string) {
	groups := make(map[string][]string, len(members))
	for _, id := range members {
		groups[id] = []string{group}
	}
	if err := reconcile.ForgetGroups(ctx, m.dir, groups); err != nil {
		addProblems(m.diags, reconcile.StaysRemembered, err)
	}
}

// leaving returns who is to be removed, by what the state calls them: those that
// left the set, and all others where a group is taken over. Members that came
// after the plan was made are not in it, so nobody leaves unreviewed.
func leaving(names *membership.Names, g *directory.Group, before map[string]string, stays map[string]bool, some, all bool) map[string]string {
	out := map[string]string{}
	if some {
		maps.Copy(out, before)
	}
	if all {
		maps.Copy(out, others(names, g, before))
	}
	maps.DeleteFunc(out, func(_, id string) bool { return stays[id] })
	return out
}

// others are the members that no reference means, but for those whose primary group
// it is: they were never put into it, and no change takes them out.
func others(names *membership.Names, g *directory.Group, present map[string]string) map[string]string {
	out := names.Others(present)
	maps.DeleteFunc(out, func(_, id string) bool { return g.Members[id].Primary })
	return out
}

// settle puts into plan who is a member now, of those it is about.
func (m *membersRun) settle(g *directory.Group, plan *groupMembersModel, out directory.MembershipOutcome, wanted, leaving map[string]string) {
	plan.ID = types.StringValue(g.ID)
	in := make(map[string]bool, len(g.Members)+len(out.Added))
	for id := range g.Members {
		in[id] = true
	}
	for _, id := range out.Added {
		in[id] = true
	}
	for _, id := range out.Removed {
		in[id] = false
	}
	m.names = maps.Clone(leaving)
	maps.Copy(m.names, wanted)
	maps.DeleteFunc(m.names, func(_, id string) bool { return !in[id] })
	m.added = slices.Compact(slices.Sorted(slices.Values(append(m.added, out.Added...))))
	m.added = slices.DeleteFunc(m.added, func(id string) bool { is, known := in[id]; return known && !is })
}

func (m *membersRun) report(failures []error) {
	if len(failures) > 0 {
		addProblems(m.diags, "A membership could not be written", errors.Join(failures...))
	}
}

// destroy removes the members that the resource answers for, but for those whom
// another resource of this run wants.
func (m *membersRun) destroy(ctx context.Context, state *groupMembersModel) {
	unlock, _ := m.data.groups.Lock(state.ID.ValueString())
	defer unlock()
	g := m.find(ctx, state.ID.ValueString())
	if g == nil {
		return
	}
	ids := slices.Clone(m.added)
	if !state.additive() {
		present, err := m.present(ctx, g, state.refs)
		if err != nil {
			addProblems(m.diags, "Cannot tell who is meant", err)
			return
		}
		ids = slices.Collect(maps.Values(present))
	}
	slices.Sort(ids)
	change := directory.MembershipChange{GroupID: g.ID, Name: g.Name}
	for _, id := range slices.Compact(ids) {
		if who, in := g.Members[id]; in && !who.Primary && !m.data.groups.Keeps(g.ID, id) {
			change.Remove = append(change.Remove, who)
		}
	}
	if len(change.Remove) > 0 {
		ctx = audit.Because(ctx, "the list of members of the group is taken away")
		m.report(flatten(m.dir.ChangeMembers(ctx, []directory.MembershipChange{change})[0].Err))
	}
}
