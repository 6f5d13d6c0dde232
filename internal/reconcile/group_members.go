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

// Modes of resources that manage members of groups.
const (
	// ModeAuthoritative gives a group exactly the members that are wanted.
	ModeAuthoritative = "authoritative"
	// ModeAdditive leaves all members that are not wanted, and were not before.
	ModeAdditive = "additive"
)

// GroupMembers are the direct members of one group, or some of them: one resource in one call.
type GroupMembers struct {
	Target Target
	Claims *GroupClaims
	Groups directory.Groups
	// IDs holds the object ids of the members that the state names, by reference, and Added those
	// of the members that the resource added itself. The calls keep both up to date.
	IDs   map[string]string
	Added []string

	findings Findings
}

// MemberList is what a configuration or a state says of the members of a group.
type MemberList struct {
	// Group is a reference to the group, "" where it is not known yet, and ID its object id, "" where there is none.
	Group, ID string
	// Refs are references to the members, sorted and each once, as far as they are known: Partial says that some are not.
	Refs    []string
	Partial bool
	// Additive says that all other members are none of the resource's business.
	Additive bool
	// Names is what people call the members, by reference, as far as plan or state shows it.
	Names membership.Members
}

// document shows the members, with the names of those that are known. Others get
// theirs from the next read: a plan is made twice, and between the two an account may
// be created, or renamed.
func (l MemberList) document(known membership.Members) string {
	names := make(membership.Members, len(l.Refs))
	for _, ref := range l.Refs {
		names[ref] = known[ref]
	}
	return names.Document()
}

// mode is what the configuration calls it.
func (l MemberList) mode() string {
	if l.Additive {
		return ModeAdditive
	}
	return ModeAuthoritative
}

// takesOver reports whether members that the state does not show are to be removed.
func (l MemberList) takesOver(g *directory.Group, state MemberList) bool {
	return !l.Additive && (state.ID != g.ID || state.Additive)
}

// find reads the group with its members, and reports problems; nil where there is none.
func (m *GroupMembers) find(ctx context.Context, ref string) *directory.Group {
	found, err := m.Groups.Groups(ctx, []string{ref})
	if err != nil {
		m.findings.problems("Cannot read the group", err)
		return nil
	}
	return found[ref]
}

// group is find for a group that has to be there, and whose members can be changed.
func (m *GroupMembers) group(ctx context.Context, ref string) *directory.Group {
	g := m.find(ctx, ref)
	switch {
	case m.findings.Failed():
		return nil
	case g == nil:
		m.findings.failArgument("group", "The group does not exist", m.Target.NoGroup(ref))
	case g.Fixed != "":
		m.findings.failArgument("group", "The members of the group cannot be managed", fmt.Sprintf("Group %q: %s.", g.Name, g.Fixed))
		return nil
	}
	return g
}

// Find returns a group that is to be managed.
func (m *GroupMembers) Find(ctx context.Context, ref string) (*directory.Group, Findings) {
	return m.group(ctx, ref), m.findings
}

// Plan checks what can be known before anything is written. It returns the object id of the
// group and the document of the members that it is to have; each is "" where it is not known yet.
func (m *GroupMembers) Plan(ctx context.Context, want, state MemberList) (id, document string, findings Findings) {
	id, document = m.plan(ctx, want, state)
	return id, document, m.findings
}

func (m *GroupMembers) plan(ctx context.Context, want, state MemberList) (id, document string) {
	var g *directory.Group
	if want.Group != "" && (!m.Groups.Expected(want.Group) || m.find(ctx, want.Group) != nil) {
		if g = m.group(ctx, want.Group); g == nil {
			return "", ""
		}
		id = g.ID
	}
	known := membership.Members{} // those of them were read just now
	if g != nil && state.ID == g.ID {
		known = state.Names
	}
	var refs []string
	for _, ref := range want.Refs {
		if _, had := known[ref]; !had {
			refs = append(refs, ref)
		}
	}
	members, err := m.Groups.Members(ctx, refs)
	if err != nil {
		m.findings.problems(cannotTell, err)
		return id, ""
	}
	m.warnOfUnknown(want, refs, members)
	if !want.Partial {
		document = want.document(known)
	}
	if g == nil {
		return id, document
	}
	if err := m.Groups.CheckMembers(ctx, g, slices.Collect(maps.Values(members))); err != nil {
		m.findings.problems("The group cannot have this member", err)
	}
	m.checkRemovals(ctx, g, want, state, members)
	if want.takesOver(g, state) && !want.Partial {
		m.warnOfRemovals(ctx, g, want, members)
	}
	return id, document
}

// warnOfUnknown names members who are not there yet, and says that others are not known.
func (m *GroupMembers) warnOfUnknown(want MemberList, refs []string, members map[string]directory.Member) {
	if missing := slices.DeleteFunc(slices.Clone(refs), func(ref string) bool { return members[ref].ID != "" }); len(missing) > 0 {
		m.findings.warnArgument("members", "Members do not exist yet",
			fmt.Sprintf("%s of the group %s not in %s: %s. Apply fails for those that are not created before.",
				wording.Count(len(missing), "member"), wording.One(len(missing), "is", "are"), m.Target.Title, wording.Some(missing, MaxProblems)))
	}
	if want.Partial {
		m.findings.warnArgument("members", "Members are not known yet",
			fmt.Sprintf("The plan cannot show who joins and who leaves, since some of `members` are known only after apply. "+
				"These are known: %s. Name accounts by worker id, which is known at plan.", wording.Some(want.Refs, MaxProblems)))
	}
}

// checkRemovals refuses to take a protected account out of what protects it, and names
// members whom no change takes out because it is their primary group.
func (m *GroupMembers) checkRemovals(ctx context.Context, g *directory.Group, want, state MemberList, members map[string]directory.Member) {
	checker, checks := m.Groups.(directory.RemovalChecker)
	if !checks || want.Partial || state.ID != g.ID && !want.takesOver(g, state) {
		return
	}
	before, err := m.present(ctx, g, state.Refs)
	var wanted map[string]string
	if err == nil {
		wanted, err = m.present(ctx, g, want.Refs)
	}
	if err != nil {
		m.findings.problems(cannotTell, err)
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
	for _, id := range m.leaving(g, before, stays, want, state) {
		remove = append(remove, g.Members[id])
	}
	for _, err := range Flatten(checker.CheckRemovals(ctx, g, remove)) {
		if errors.Is(err, directory.ErrProtected) {
			m.findings.failArgument("members", "The member is protected", err.Error())
		} else {
			m.findings.warnArgument("members", "A member cannot leave", err.Error())
		}
	}
}

// warnOfRemovals names the members that a group loses when it is taken over: the
// plan's set does not show them.
func (m *GroupMembers) warnOfRemovals(ctx context.Context, g *directory.Group, want MemberList, members map[string]directory.Member) {
	stay, err := m.present(ctx, g, want.Refs)
	if err != nil {
		m.findings.problems(cannotTell, err)
		return
	}
	for ref, who := range members {
		stay[ref] = who.ID
	}
	leaving := sortedKeys(m.others(g, stay))
	if len(leaving) > 0 {
		m.findings.warnArgument("members", "Members will be removed", fmt.Sprintf("Group %q has %d members that are not in `members`. "+
			"They will be removed: %s. Name them in `members`, or set mode = \"additive\" to leave them.", g.Name, len(leaving), wording.Some(leaving, MaxProblems)))
	}
}

// Claim says, at plan, that the resource answers for members of a group.
func (m *GroupMembers) Claim(id string, want MemberList) Findings {
	claim := MembersClaim{Content: strings.Join(want.Refs, "\n"), All: !want.Additive}
	claim.Label = fmt.Sprintf("%s_group_members with group = %q, mode = %q and %d members: %s",
		m.Target.Prefix, want.Group, want.mode(), len(want.Refs), wording.Some(want.Refs, MaxProblems))
	var f Findings
	if conflict := m.Claims.ClaimMembers(id, claim); conflict != "" {
		f.failArgument("group", TwoResources, conflict)
	}
	return f
}

// present returns the IDs of those references that are members of the group now.
func (m *GroupMembers) present(ctx context.Context, g *directory.Group, refs []string) (map[string]string, error) {
	present, open := m.Target.Naming.Of(g).Present(refs, m.IDs)
	if len(open) == 0 {
		return present, nil
	}
	found, err := m.Groups.Members(ctx, open)
	if err != nil {
		return nil, err
	}
	for _, ref := range open {
		id := found[ref].ID
		if id == "" {
			id = m.IDs[ref]
		}
		if _, in := g.Members[id]; in {
			present[ref] = id
		}
	}
	return present, nil
}

// Read returns the document of the members that the group has now, of those that the state is
// about. there is false where the group does not exist.
func (m *GroupMembers) Read(ctx context.Context, state MemberList) (document string, there bool, findings Findings) {
	g := m.find(ctx, state.ID)
	if g == nil {
		return "", false, m.findings
	}
	now, err := m.present(ctx, g, state.Refs)
	if err != nil {
		m.findings.problems(cannotTell, err)
		return "", true, m.findings
	}
	if !state.Additive {
		maps.Copy(now, m.others(g, now))
	}
	m.IDs = now
	names := make(membership.Members, len(now))
	for ref, id := range now {
		names[ref] = g.Members[id].Name
	}
	return names.Document(), true, m.findings
}

// leaving returns who is to be removed, by what the state calls them: those that
// left the set, and all others where a group is taken over. Members that came
// after the plan was made are not in it, so nobody leaves unreviewed.
func (m *GroupMembers) leaving(
	g *directory.Group, before map[string]string, stays map[string]bool, want, state MemberList,
) map[string]string {
	out := map[string]string{}
	if !want.Additive || state.Additive {
		maps.Copy(out, before)
	}
	if want.takesOver(g, state) {
		maps.Copy(out, m.others(g, before))
	}
	maps.DeleteFunc(out, func(_, id string) bool { return stays[id] })
	return out
}

// others are the members that no reference means, but for those whose primary group
// it is: they were never put into it, and no change takes them out.
func (m *GroupMembers) others(g *directory.Group, present map[string]string) map[string]string {
	out := m.Target.Naming.Of(g).Others(present)
	maps.DeleteFunc(out, func(_, id string) bool { return g.Members[id].Primary })
	return out
}
