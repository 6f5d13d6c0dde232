// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/membership"
)

// Apply makes the members what the plan says. It returns the object id of the group and the
// document of the members that it has then, of those that the resource is about; done is
// false where there is nothing to record.
func (m *GroupMembers) Apply(ctx context.Context, want, state MemberList) (id, document string, done bool, findings Findings) {
	id, document, done = m.apply(ctx, want, state)
	return id, document, done, m.findings
}

func (m *GroupMembers) apply(ctx context.Context, want, state MemberList) (id, document string, done bool) {
	g := m.group(ctx, want.Group)
	if g == nil {
		return "", "", false
	}
	known := membership.Members{}
	maps.Copy(known, state.Names)
	maps.Copy(known, want.Names)
	if state.ID != g.ID {
		if state.ID != "" {
			m.end(ctx, state)
		}
		if m.findings.Failed() {
			return "", "", false
		}
		state, m.IDs = MemberList{}, map[string]string{}
	}
	unlock, waited := m.Claims.Lock(g.ID)
	defer unlock()
	if waited {
		if g = m.group(ctx, g.ID); g == nil {
			return "", "", false
		}
	}
	before, err := m.present(ctx, g, state.Refs)
	var members map[string]directory.Member
	if err == nil {
		members, err = m.Groups.Members(ctx, want.Refs)
	}
	if err != nil {
		m.findings.problems(cannotTell, err)
		return "", "", false
	}
	wanted, stays, change, failures := m.joining(g, want, before, members)
	m.Claims.Keep(g.ID, stays)
	if state.ID == "" { // the resource may replace itself
		m.Added = slices.DeleteFunc(m.Claims.AddedTo(g.ID), func(id string) bool { return !stays[id] })
	}
	leaving := m.leaving(g, before, stays, want, state)
	for _, id := range slices.Compact(slices.Sorted(maps.Values(leaving))) {
		change.Remove = append(change.Remove, g.Members[id])
	}
	ctx = audit.Because(ctx, "the list of members of the group says so")
	out := m.Groups.ChangeMembers(ctx, []directory.MembershipChange{change})[0]
	m.forget(ctx, g.ID, append(m.left(state, before, stays), out.Removed...))
	m.keepMembers(g, out, wanted, leaving)
	m.addFailures(append(failures, Flatten(out.Err)...))
	return g.ID, MemberList{Refs: slices.Collect(maps.Keys(m.IDs))}.document(known), true
}

// joining returns the object ids of those who are wanted, by reference and as a set, and the
// change with those of them who are not in the group. Whoever cannot be found is a failure.
func (m *GroupMembers) joining(g *directory.Group, want MemberList, before map[string]string, members map[string]directory.Member) (
	wanted map[string]string, stays map[string]bool, change directory.MembershipChange, failures []error,
) {
	names := m.Target.Naming.Of(g)
	wanted, stays, change = map[string]string{}, map[string]bool{}, directory.MembershipChange{GroupID: g.ID, Name: g.Name}
	for _, ref := range want.Refs {
		// Whom the directory does not find was renamed, or is of a kind that is found only as a member.
		who := cmp.Or(members[ref], g.Members[before[ref]], g.Members[names.ID(ref)])
		if who.ID == "" {
			failures = append(failures, fmt.Errorf("group %q: %s", g.Name, m.Target.Nobody(ref)))
			continue
		}
		if _, in := g.Members[who.ID]; !in && !stays[who.ID] {
			change.Add = append(change.Add, who)
		}
		wanted[ref], stays[who.ID] = who.ID, true
	}
	return wanted, stays, change, failures
}

// left returns the IDs of those whom the state names, who are not wanted any more,
// and who are not in the group already.
func (m *GroupMembers) left(state MemberList, before map[string]string, stays map[string]bool) []string {
	var ids []string
	for _, ref := range state.Refs {
		if id := m.IDs[ref]; id != "" && before[ref] == "" && !stays[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// forget makes sure that nobody gets the group back who has left it.
func (m *GroupMembers) forget(ctx context.Context, group string, members []string) {
	groups := make(map[string][]string, len(members))
	for _, id := range members {
		groups[id] = []string{group}
	}
	if err := ForgetGroups(ctx, m.Groups, groups); err != nil {
		m.findings.problems(StaysRemembered, err)
	}
}

// keepMembers remembers who is a member now, of those that the resource is about.
func (m *GroupMembers) keepMembers(g *directory.Group, out directory.MembershipOutcome, wanted, leaving map[string]string) {
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
	m.IDs = maps.Clone(leaving)
	maps.Copy(m.IDs, wanted)
	maps.DeleteFunc(m.IDs, func(_, id string) bool { return !in[id] })
	m.Added = slices.Compact(slices.Sorted(slices.Values(append(m.Added, out.Added...))))
	m.Added = slices.DeleteFunc(m.Added, func(id string) bool { is, known := in[id]; return known && !is })
}

func (m *GroupMembers) addFailures(failures []error) {
	m.findings.problems("A membership could not be written", errors.Join(failures...))
}

// End removes the members that the resource answers for, but for those whom
// another resource of this run wants.
func (m *GroupMembers) End(ctx context.Context, state MemberList) Findings {
	m.end(ctx, state)
	return m.findings
}

func (m *GroupMembers) end(ctx context.Context, state MemberList) {
	unlock, _ := m.Claims.Lock(state.ID)
	defer unlock()
	g := m.find(ctx, state.ID)
	if g == nil {
		return
	}
	ids := slices.Clone(m.Added)
	if !state.Additive {
		present, err := m.present(ctx, g, state.Refs)
		if err != nil {
			m.findings.problems(cannotTell, err)
			return
		}
		ids = slices.Collect(maps.Values(present))
	}
	slices.Sort(ids)
	change := directory.MembershipChange{GroupID: g.ID, Name: g.Name}
	for _, id := range slices.Compact(ids) {
		if who, in := g.Members[id]; in && !who.Primary && !m.Claims.Keeps(g.ID, id) {
			change.Remove = append(change.Remove, who)
		}
	}
	if len(change.Remove) > 0 {
		ctx = audit.Because(ctx, "the list of members of the group is taken away")
		m.addFailures(Flatten(m.Groups.ChangeMembers(ctx, []directory.MembershipChange{change})[0].Err))
	}
}
