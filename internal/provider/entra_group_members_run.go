// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra"
)

// entraMembersRun is one call of the resource for members.
type entraMembersRun struct {
	tenant *entra.Tenant
	diags  *diag.Diagnostics
	names  map[string]string // object ids by the references that the state holds
	added  []string          // object ids of the members that the resource added
}

func (m *entraMembersRun) load(ctx context.Context, from privateGetter) {
	m.names = loadIDs(ctx, from, m.diags)
	loadPrivate(ctx, from, privateMembersAdded, &m.added, m.diags)
}

func (m *entraMembersRun) save(ctx context.Context, to privateSetter) {
	savePrivate(ctx, to, privateIDs, m.names, m.diags)
	savePrivate(ctx, to, privateMembersAdded, m.added, m.diags)
}

var _ basetypes.SetValuableWithSemanticEquals = textSet{}

// SetSemanticEquals keeps the framework from comparing each element with each
// other, which takes minutes for thousands.
func (s textSet) SetSemanticEquals(_ context.Context, o basetypes.SetValuable) (bool, diag.Diagnostics) {
	other, ok := o.(textSet)
	return ok && s.Equal(other), nil
}

// known reports whether the set and all of its elements are.
func (s textSet) known() bool {
	return !s.IsUnknown() && !slices.ContainsFunc(s.Elements(), func(v attr.Value) bool { return v.IsUnknown() })
}

// someOf names the first few of many.
func someOf(texts []string) string {
	quoted := make([]string, 0, maxProblems+1)
	for _, s := range texts[:min(len(texts), maxProblems)] {
		quoted = append(quoted, fmt.Sprintf("%q", s))
	}
	if len(texts) > maxProblems {
		quoted = append(quoted, "…")
	}
	return strings.Join(quoted, ", ")
}

func (m *entraMembersRun) noGroup(ref string) {
	m.diags.AddAttributeError(path.Root("group"), "The group does not exist", fmt.Sprintf("No group has the object id, mail nickname or display name %q. Create it first, or correct the reference; for a group of the same configuration, refer to the id of its workforce_entra_group.", ref))
}

// group reads the group with its members, and reports problems; nil where there is none.
func (m *entraMembersRun) group(ctx context.Context, ref string) *directory.Group {
	found, err := m.tenant.Groups(ctx, []string{ref})
	if err != nil {
		addProblems(m.diags, "Cannot read the group", err)
		return nil
	}
	return found[ref]
}

// plan checks what can be known before anything is written, and fills in the id.
func (m *entraMembersRun) plan(ctx context.Context, plan, state *entraGroupMembersModel) {
	ref := plan.Group.ValueString()
	found, err := m.tenant.FindGroups(ctx, []string{ref})
	g := found[ref]
	switch {
	case err != nil:
		addProblems(m.diags, "Cannot read the group", err)
		return
	case g == nil:
		m.noGroup(ref)
		return
	case g.Fixed() != "":
		m.diags.AddAttributeError(path.Root("group"), "The members of the group cannot be managed", fmt.Sprintf("Group %q: %s.", g.DisplayName, g.Fixed()))
		return
	}
	plan.ID = types.StringValue(g.ID)
	same := state.ID.ValueString() == g.ID
	var before []string
	if same {
		before = state.Members.texts()
	}
	refs := slices.DeleteFunc(plan.Members.texts(), func(ref string) bool { _, had := slices.BinarySearch(before, ref); return had }) // the others were read just now
	members, err := m.tenant.Members(ctx, refs)
	if err != nil {
		addProblems(m.diags, "Cannot tell who is meant", err)
		return
	}
	if missing := slices.DeleteFunc(slices.Clone(refs), func(ref string) bool { return members[ref].ID != "" }); len(missing) > 0 {
		m.diags.AddAttributeWarning(path.Root("members"), "Members do not exist yet", fmt.Sprintf("%d members of %q are not in the tenant: %s. Apply fails for those that are not created before.", len(missing), g.DisplayName, someOf(missing)))
	}
	if err := m.tenant.CheckMembers(ctx, g, slices.Collect(maps.Values(members))); err != nil {
		addProblems(m.diags, "The group cannot have this member", err)
	}
	if takesOver(plan, state, same) && plan.Members.known() {
		m.warnOfRemovals(ctx, g.ID, members)
	}
}

// takesOver reports whether members that the state does not show are to be removed.
func takesOver(plan, state *entraGroupMembersModel, same bool) bool {
	return plan.Mode.ValueString() == entraMembersAll && (!same || state.Mode.ValueString() != entraMembersAll)
}

// warnOfRemovals names the members that a group loses when it is taken over: the
// plan's set does not show them.
func (m *entraMembersRun) warnOfRemovals(ctx context.Context, id string, members map[string]directory.Member) {
	g := m.group(ctx, id)
	if g == nil {
		return
	}
	keep := map[string]bool{}
	for _, who := range members {
		keep[who.ID] = true
	}
	var leaving []string
	for id, who := range g.Members {
		if !keep[id] {
			leaving = append(leaving, who.Path)
		}
	}
	slices.Sort(leaving)
	if len(leaving) > 0 {
		m.diags.AddAttributeWarning(path.Root("members"), "Members will be removed", fmt.Sprintf("Group %q has %d members that are not in `members`. They will be removed: %s. Name them in `members`, or set mode = \"additive\" to leave them.", g.Name, len(leaving), someOf(leaving)))
	}
}

// present returns the object ids of those references that are members of the
// group now. Whoever was renamed is the same member, unless the name is somebody
// else's now.
func (m *entraMembersRun) present(ctx context.Context, g *directory.Group, refs []string) (map[string]string, error) {
	byName := usualNames(g)
	out := make(map[string]string, len(refs))
	var renamed []string
	for _, ref := range refs {
		id := m.names[ref]
		switch _, in := g.Members[id]; {
		case byName[directory.Fold(ref)] != "":
			out[ref] = byName[directory.Fold(ref)]
		case in && directory.Fold(g.Members[id].WorkerID) == directory.Fold(ref): // one of several with that worker id
			out[ref] = id
		case in:
			renamed = append(renamed, ref)
		}
	}
	if len(renamed) == 0 {
		return out, nil
	}
	found, err := m.tenant.Members(ctx, renamed)
	if err != nil {
		return nil, err
	}
	for _, ref := range renamed {
		id := found[ref].ID
		if id == "" {
			id = m.names[ref]
		}
		if _, in := g.Members[id]; in {
			out[ref] = id
		}
	}
	return out, nil
}

// usualNames returns the object ids of members by everything that stands for one
// of them and no other, folded.
func usualNames(g *directory.Group) map[string]string {
	out := make(map[string]string, 3*len(g.Members))
	count := map[string]int{}
	for id, who := range g.Members {
		if who.WorkerID != "" {
			key := directory.Fold(who.WorkerID)
			count[key]++
			out[key] = id
		}
	}
	for key, n := range count {
		if n > 1 {
			delete(out, key)
		}
	}
	for id, who := range g.Members {
		if out[id] = id; who.Class == "user" {
			out[directory.Fold(who.Path)] = id
		}
	}
	return out
}

// others names the members that none of the references means, with their object ids.
func others(g *directory.Group, present map[string]string) map[string]string {
	known := map[string]bool{}
	for _, id := range present {
		known[id] = true
	}
	byName := usualNames(g)
	out := map[string]string{}
	for id, who := range g.Members {
		switch _, taken := present[who.WorkerID]; {
		case known[id]:
		case who.WorkerID != "" && byName[directory.Fold(who.WorkerID)] == id && !taken:
			out[who.WorkerID] = id
		case who.Class == "user" && present[who.Path] == "":
			out[who.Path] = id
		default:
			out[id] = id
		}
	}
	return out
}

// read brings the state up to date, and reports whether the group exists.
func (m *entraMembersRun) read(ctx context.Context, state *entraGroupMembersModel) bool {
	g := m.group(ctx, state.ID.ValueString())
	if g == nil {
		return false
	}
	now, err := m.present(ctx, g, state.Members.texts())
	if err != nil {
		addProblems(m.diags, "Cannot tell who is meant", err)
		return true
	}
	if state.Mode.ValueString() != entraMembersSome {
		maps.Copy(now, others(g, now))
	}
	m.names = now
	if set := newTextSet(slices.Collect(maps.Keys(now))); !set.Equal(state.Members) {
		state.Members = set
	}
	return true
}

// apply makes the members what the plan says, and plan what then is. It reports
// whether there is anything to record.
func (m *entraMembersRun) apply(ctx context.Context, plan, state *entraGroupMembersModel) bool {
	g := m.group(ctx, plan.Group.ValueString())
	if g == nil {
		if !m.diags.HasError() {
			m.noGroup(plan.Group.ValueString())
		}
		return false
	}
	if state.ID.ValueString() != g.ID {
		if !state.ID.IsNull() {
			m.destroy(ctx, state)
		}
		if m.diags.HasError() {
			return false
		}
		*state, m.added, m.names = entraGroupMembersModel{}, nil, map[string]string{}
	}
	refs := plan.Members.texts()
	before, err := m.present(ctx, g, state.Members.texts())
	var members map[string]directory.Member
	if err == nil {
		members, err = m.tenant.Members(ctx, refs)
	}
	if err != nil {
		addProblems(m.diags, "Cannot tell who is meant", err)
		return false
	}
	change := directory.MembershipChange{GroupID: g.ID, Name: g.Name}
	wanted, counted := map[string]string{}, map[string]bool{}
	var failures []error
	for _, ref := range refs {
		who := members[ref]
		if who.ID == "" { // renamed, or of a kind that is found only as a member
			who = g.Members[before[ref]]
		}
		if who.ID == "" {
			who = g.Members[strings.ToLower(ref)]
		}
		if who.ID == "" {
			failures = append(failures, fmt.Errorf("group %q: nobody in the tenant has the worker id, object id or user principal name %q. Create the account first, or correct the reference", g.Name, ref))
			continue
		}
		if _, in := g.Members[who.ID]; !in && !counted[who.ID] {
			change.Add = append(change.Add, who)
		}
		wanted[ref], counted[who.ID] = who.ID, true
	}
	leaving := map[string]string{}
	if plan.Mode.ValueString() == entraMembersAll || state.Mode.ValueString() == entraMembersSome {
		leaving = m.leaving(g, before, counted, takesOver(plan, state, state.ID.ValueString() == g.ID))
	}
	for _, id := range slices.Compact(slices.Sorted(maps.Values(leaving))) {
		change.Remove = append(change.Remove, g.Members[id])
	}
	out := m.tenant.ChangeMembers(ctx, []directory.MembershipChange{change})[0]
	m.settle(g, plan, out, wanted, leaving)
	m.report(append(failures, flatten(out.Err)...))
	return true
}

// leaving returns who is to be removed, by what the state calls them: those that
// left the set, and all others where a group is taken over. Members that came
// after the plan was made are not in it, so nobody leaves unreviewed.
func (m *entraMembersRun) leaving(g *directory.Group, before map[string]string, stays map[string]bool, all bool) map[string]string {
	out := maps.Clone(before)
	if all {
		maps.Copy(out, others(g, before))
	}
	maps.DeleteFunc(out, func(_, id string) bool { return stays[id] })
	return out
}

// settle puts into plan who is a member now, of those it is about.
func (m *entraMembersRun) settle(g *directory.Group, plan *entraGroupMembersModel, out directory.MembershipOutcome, wanted, leaving map[string]string) {
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
	if set := newTextSet(slices.Collect(maps.Keys(m.names))); !set.Equal(plan.Members) {
		plan.Members = set
	}
	m.added = slices.Compact(slices.Sorted(slices.Values(append(m.added, out.Added...))))
	m.added = slices.DeleteFunc(m.added, func(id string) bool { is, known := in[id]; return known && !is })
}

func (m *entraMembersRun) report(failures []error) {
	if len(failures) > 0 {
		addProblems(m.diags, "A membership could not be written", errors.Join(failures...))
	}
}

// destroy removes the members that the resource answers for.
func (m *entraMembersRun) destroy(ctx context.Context, state *entraGroupMembersModel) {
	g := m.group(ctx, state.ID.ValueString())
	if g == nil {
		return
	}
	ids := slices.Clone(m.added)
	if state.Mode.ValueString() != entraMembersSome {
		present, err := m.present(ctx, g, state.Members.texts())
		if err != nil {
			addProblems(m.diags, "Cannot tell who is meant", err)
			return
		}
		ids = slices.Collect(maps.Values(present))
	}
	slices.Sort(ids)
	change := directory.MembershipChange{GroupID: g.ID, Name: g.Name}
	for _, id := range slices.Compact(ids) {
		if who, in := g.Members[id]; in {
			change.Remove = append(change.Remove, who)
		}
	}
	if len(change.Remove) > 0 {
		m.report(flatten(m.tenant.ChangeMembers(ctx, []directory.MembershipChange{change})[0].Err))
	}
}
