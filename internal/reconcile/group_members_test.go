// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/membership"
)

// listed is one resource for members over several runs: what it keeps between them.
type listed struct {
	t     *testing.T
	dir   *clubs
	state MemberList
	ids   map[string]string
	added []string
	// partial says that the plan does not know all members; between happens between plan and apply.
	partial bool
	between func()
}

func (l *listed) call(claims *GroupClaims) *GroupMembers {
	target := testTarget
	target.Prefix, target.GroupRefs, target.MemberRefs = "test", []string{"id", "name"}, []string{"worker id", "path"}
	target.Naming = membership.Naming{
		Key: directory.Fold, ByPath: func(directory.Member) bool { return true }, Hidden: func(string) bool { return false },
	}
	m := &GroupMembers{Target: target, Claims: claims, Groups: l.dir, IDs: maps.Clone(l.ids), Added: slices.Clone(l.added)}
	if m.IDs == nil {
		m.IDs = map[string]string{}
	}
	return m
}

// record is what the state holds after a call.
func (l *listed) record(want MemberList, id, document string, m *GroupMembers) {
	l.t.Helper()
	names, err := membership.Parse(document)
	if err != nil {
		l.t.Fatal(err)
	}
	want.ID, want.Names, want.Refs = id, names, sortedKeys(names)
	l.state, l.ids, l.added = want, m.IDs, m.Added
}

func (l *listed) refresh() Findings {
	l.t.Helper()
	if l.state.ID == "" {
		return nil
	}
	m := l.call(&GroupClaims{})
	document, there, f := m.Read(l.t.Context(), l.state)
	switch {
	case f.Failed():
	case !there:
		l.state, l.ids, l.added = MemberList{}, nil, nil
	default:
		l.record(l.state, l.state.ID, document, m)
	}
	return f
}

// run refreshes, plans and applies, and returns what was said until the first error.
func (l *listed) run(want MemberList) Findings {
	l.t.Helper()
	if f := l.refresh(); f.Failed() {
		return f
	}
	slices.Sort(want.Refs)
	planned := want
	if planned.Partial = l.partial; l.partial {
		planned.Refs = nil
	}
	_, _, said := l.call(&GroupClaims{}).Plan(l.t.Context(), planned, l.state)
	if said.Failed() {
		return said
	}
	if l.between != nil {
		l.between()
		l.between = nil
	}
	m := l.call(&GroupClaims{})
	id, document, done, f := m.Apply(l.t.Context(), want, l.state)
	if done {
		l.record(want, id, document, m)
	}
	return append(said, f...)
}

// quiet checks that another run writes nothing and says nothing.
func (l *listed) quiet(want MemberList) {
	l.t.Helper()
	writes := l.dir.writes
	if f := l.run(want); len(f) > 0 || l.dir.writes != writes {
		l.t.Errorf("another run wrote %d times: %v", l.dir.writes-writes, f)
	}
}

func (l *listed) has(group string, ids ...string) {
	l.t.Helper()
	if got := l.dir.has(group); strings.Join(got, " ") != strings.Join(ids, " ") {
		l.t.Errorf("the group %s has %q, expected %q", group, got, ids)
	}
}

func all(group string, refs ...string) MemberList { return MemberList{Group: group, Refs: refs} }
func some(group string, refs ...string) MemberList {
	return MemberList{Group: group, Refs: refs, Additive: true}
}

func (c *clubs) put(group string, ids ...string) {
	for _, id := range ids {
		who := c.people[id]
		c.groups[group].Members[who.ID] = who
	}
}

// TestGroupMembersAll: a group has exactly the members that are wanted, and a plan names who is removed.
func TestGroupMembersAll(t *testing.T) {
	dir := newClubs([]string{"sales", "other"}, "1", "2", "3", "4")
	dir.put("sales", "4")
	l := &listed{t: t, dir: dir}
	says(t, l.run(all("sales", "1", "2")), false, "Members will be removed", `Group "sales" has 1 members`, `"4"`)
	l.has("sales", "1", "2")
	l.quiet(all("sales", "1", "2"))

	// Somebody removed one and added another.
	delete(dir.groups["sales"].Members, "o1")
	dir.put("sales", "3")
	l.refresh()
	if got := l.state.Refs; !slices.Equal(got, []string{"2", "3"}) {
		t.Errorf("the state shows %q", got)
	}
	says(t, l.run(all("sales", "1", "2")), false)
	l.has("sales", "1", "2")

	// Who comes after the plan was made stays until a plan shows it.
	l.between = func() { dir.put("sales", "4") }
	says(t, l.run(all("sales", "1")), false)
	l.has("sales", "1", "4")
	says(t, l.run(all("sales", "1")), false)
	l.has("sales", "1")

	// Another group: the former one loses them.
	dir.put("other", "4")
	says(t, l.run(all("other", "1", "3")), false, "Members will be removed", `"4"`)
	l.has("sales")
	l.has("other", "1", "3")

	// From all to some nobody is removed.
	says(t, l.run(some("other", "1")), false)
	l.has("other", "1", "3")

	delete(dir.groups, "other")
	says(t, l.run(all("other", "1")), true, "The group does not exist", "(group)", `"other"`, "Create it first")
	if l.state.ID != "" {
		t.Error("a group that is gone is still in the state")
	}
}

// TestGroupMembersSome: all others are none of the resource's business, and its end takes away
// only whom it added.
func TestGroupMembersSome(t *testing.T) {
	dir := newClubs([]string{"vpn"}, "1", "2", "3", "9")
	dir.put("vpn", "1", "9") // 1 was in before, and stays
	l := &listed{t: t, dir: dir}
	says(t, l.run(some("vpn", "1", "2", "3")), false)
	l.has("vpn", "1", "2", "3", "9")
	l.quiet(some("vpn", "1", "2", "3"))
	says(t, l.run(some("vpn", "1", "2")), false)
	l.has("vpn", "1", "2", "9")
	delete(dir.groups["vpn"].Members, "o2")
	says(t, l.run(some("vpn", "1", "2")), false)
	l.has("vpn", "1", "2", "9")

	claims := &GroupClaims{} // another resource of the run wants one of them
	claims.Keep("id of vpn", map[string]bool{"o2": true})
	says(t, l.call(claims).End(t.Context(), l.state), false)
	l.has("vpn", "1", "2", "9")
	says(t, l.call(&GroupClaims{}).End(t.Context(), l.state), false)
	l.has("vpn", "1", "9")
}

// TestGroupMembersEndAll: the end of an authoritative resource empties the group, but for those
// whose primary group it is.
func TestGroupMembersEndAll(t *testing.T) {
	dir := newClubs([]string{"sales"}, "1", "2", "3")
	l := &listed{t: t, dir: dir}
	says(t, l.run(all("sales", "1", "2")), false)
	dir.groups["sales"].Members["o3"] = directory.Member{ID: "o3", Path: "CN=3", Class: "user", WorkerID: "3", Primary: true}
	l.quiet(all("sales", "1", "2"))
	says(t, l.call(&GroupClaims{}).End(t.Context(), l.state), false)
	l.has("sales", "3")
}

// TestGroupMembersPartOfItFails: the others are members all the same, and the state says who is.
func TestGroupMembersPartOfItFails(t *testing.T) {
	dir := newClubs([]string{"sales"}, "1", "2", "3")
	l := &listed{t: t, dir: dir}
	dir.refuses = func(_, id string) error {
		if id == "2" {
			return errors.New("denied")
		}
		return nil
	}
	says(t, l.run(all("sales", "1", "2", "404")), true, "Members do not exist yet", `"404"`,
		"A membership could not be written", `group "sales"`, `"404"`, "Create the account first", "denied")
	if l.has("sales", "1"); !slices.Equal(l.state.Refs, []string{"1"}) {
		t.Errorf("the state shows %q", l.state.Refs)
	}
	dir.refuses = nil
	says(t, l.run(all("sales", "1", "2")), false)
	l.has("sales", "1", "2")
}

// TestGroupMembersRenamed: a member who was renamed is the same member, and their former name means nobody else.
func TestGroupMembersRenamed(t *testing.T) {
	dir := newClubs([]string{"sales"}, "1", "2")
	dir.people["cn=1"] = dir.people["1"]
	l := &listed{t: t, dir: dir}
	says(t, l.run(all("sales", "cn=1")), false)
	renamed := dir.people["1"]
	renamed.Path = "CN=married"
	dir.people["1"], dir.groups["sales"].Members["o1"] = renamed, renamed
	delete(dir.people, "cn=1")
	l.quiet(all("sales", "cn=1"))
	l.has("sales", "1")
}

// TestGroupMembersRefuses: what a plan can know fails at plan, at the argument that it is about.
func TestGroupMembersRefuses(t *testing.T) {
	dir := newClubs([]string{"sales", "dynamic"}, "1")
	dir.groups["dynamic"].Fixed = "its membership is dynamic"
	l := &listed{t: t, dir: dir}
	says(t, l.run(all("none", "1")), true, "The group does not exist", "(group)",
		`No group is "none" in Test Directory: expected its id or name`, "test_group")
	says(t, l.run(all("dynamic", "1")), true, "The members of the group cannot be managed", "(group)", "dynamic")
	l.partial = true
	says(t, l.run(all("sales", "1")), false, "Members are not known yet", "(members)")
	l.has("sales", "1")
}

// TestGroupMembersClaims: two resources that would undo each other are refused, one that is planned twice is not.
func TestGroupMembersClaims(t *testing.T) {
	l := &listed{t: t, dir: newClubs([]string{"sales"}, "1", "2")}
	claims := &GroupClaims{}
	for _, step := range []struct {
		want    MemberList
		refused bool
	}{{some("sales", "1"), false}, {some("sales", "2"), false}, {some("sales", "1"), false}, {all("sales", "1"), true}} {
		if f := l.call(claims).Claim("id of sales", step.want); f.Failed() != step.refused {
			t.Errorf("%v: %v, expected refused = %t", step.want, f, step.refused)
		}
	}
	says(t, l.call(claims).Claim("id of sales", all("sales", "2")), true, TwoResources, "(group)", `mode = "additive"`)
}
