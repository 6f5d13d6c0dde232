// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/go-ldap/ldap/v3"
	"golang.org/x/sync/errgroup"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
)

const (
	// memberChunk is how many members one request adds or removes: a transaction
	// of Active Directory holds 5,000 changes, and others share it.
	memberChunk = 1000
	// permissiveModify makes a server ignore values that are there, or gone,
	// already ([MS-ADTS] 3.1.1.3.4.1.8).
	permissiveModify = "1.2.840.113556.1.4.1413"
)

// ErrCircular is the cause of an error about groups that would contain each other.
var ErrCircular = errors.New("groups would contain each other")

// byGUID is a name of an object that survives rename and move ([MS-ADTS] 3.1.1.3.1.2.4).
func byGUID(id string) string {
	if id, err := canonicalGUID(id); err == nil {
		return "<GUID=" + id + ">"
	}
	return id
}

// membership is the change of one group on its way.
type membership struct {
	*Domain
	change   directory.MembershipChange
	out      *directory.MembershipOutcome
	controls []ldap.Control
	stopped  *atomic.Pointer[error] // shared: why nothing more is attempted
	over     bool                   // nothing more is to be done for this group
	errs     []error
}

// ChangeMembers implements [directory.Groups]. Members go in and out by the
// thousand; where the directory refuses a request, it is halved until only the
// members that it is about fail. A group that would come to contain itself,
// which Active Directory allows and programs choke on, is refused; so is taking
// somebody out of their primary group, or out of a group that protects its members.
func (d *Domain) ChangeMembers(ctx context.Context, changes []directory.MembershipChange) []directory.MembershipOutcome {
	out := make([]directory.MembershipOutcome, len(changes))
	var controls []ldap.Control
	if dse, err := d.client.RootDSE(ctx); err == nil && dse.SupportsControl(permissiveModify) {
		controls = []ldap.Control{ldap.NewControlString(permissiveModify, true, "")}
	}
	var stopped atomic.Pointer[error]
	if err := d.guard(ctx); err != nil {
		stopped.Store(&err)
	}
	var g errgroup.Group
	g.SetLimit(defaultParallel)
	for i, c := range changes {
		out[i].GroupID = c.GroupID
		m := &membership{Domain: d, change: c, out: &out[i], controls: controls, stopped: &stopped}
		g.Go(func() error {
			m.run(ctx)
			m.out.Err = errors.Join(m.errs...)
			return nil
		})
	}
	_ = g.Wait() // no group returns an error
	return out
}

// run removes first: a group may be at its size limit.
func (m *membership) run(ctx context.Context) {
	m.each(ctx, "remove", slices.DeleteFunc(slices.Clone(m.change.Remove), func(out directory.Member) bool {
		err := m.mayNotLeave(m.change.GroupID, out)
		if err != nil {
			m.fail(out, "remove", err)
		}
		return err != nil
	}))
	groups, others := []directory.Member{}, []directory.Member{}
	for _, a := range m.change.Add {
		if a.Class == "group" {
			groups = append(groups, a)
		} else {
			others = append(others, a)
		}
	}
	m.each(ctx, "add", others)
	if len(groups) == 0 || m.over {
		return
	}
	// Two groups that are nested into each other at once would both look harmless.
	if err := m.nesting.lock(ctx); err != nil {
		m.abandon(err)
		return
	}
	defer m.nesting.unlock()
	m.each(ctx, "add", m.harmless(ctx, groups))
}

// CheckMembers implements [directory.Groups].
func (d *Domain) CheckMembers(ctx context.Context, group *directory.Group, add []directory.Member) error {
	circles, err := d.circles(ctx, group.ID, add)
	if err != nil {
		return err
	}
	var problems []error
	for _, m := range add {
		if why := circles[m.ID]; why != nil {
			problems = append(problems, &directory.MembershipError{Group: group.Name, Member: m, Op: "add", Err: why})
		}
	}
	return errors.Join(problems...)
}

// harmless returns the groups that do not contain the group themselves, and
// fails the others.
func (m *membership) harmless(ctx context.Context, groups []directory.Member) []directory.Member {
	circles, err := m.circles(ctx, m.change.GroupID, groups)
	if err != nil {
		m.fail(directory.Member{}, "add", err)
		return nil
	}
	return slices.DeleteFunc(groups, func(g directory.Member) bool {
		if err := circles[g.ID]; err != nil {
			m.fail(g, "add", err)
			return true
		}
		return false
	})
}

// circles returns, by ID, the reason for each of the members that is the group
// itself or contains it, directly or through other groups.
func (d *Domain) circles(ctx context.Context, groupID string, members []directory.Member) (map[string]error, error) {
	members = slices.DeleteFunc(slices.Clone(members), func(m directory.Member) bool { return m.Class != "group" })
	if len(members) == 0 {
		return nil, nil
	}
	groups, err := d.groupEntries(ctx, []string{groupID}, []string{attrGUID})
	if err != nil || len(groups) == 0 {
		return nil, err // a group that does not exist is said by the write
	}
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	above, err := d.search(ctx, root, "(&(objectClass=group)(member:"+inChain+":="+ldap.EscapeFilter(groups[0].DN)+"))", []string{attrGUID})
	if err != nil {
		return nil, fmt.Errorf("looking for the groups that contain %q: %w", groups[0].DN, err)
	}
	contains := map[string]bool{}
	for _, e := range above {
		id, err := entryID(e)
		if err != nil {
			return nil, err
		}
		contains[id] = true
	}
	id, _ := canonicalGUID(groupID)
	circles := map[string]error{}
	for _, m := range members {
		switch {
		case m.ID == id:
			circles[m.ID] = because(ErrCircular, "a group cannot be a member of itself. Take it out of the members")
		case contains[m.ID]:
			circles[m.ID] = because(ErrCircular, "the group %q contains %q already, directly or through other groups, so that they would contain each other. Take one out of the other", m.Path, groups[0].DN)
		}
	}
	return circles, nil
}

func (m *membership) each(ctx context.Context, op string, members []directory.Member) {
	for part := range slices.Chunk(members, memberChunk) {
		if m.over {
			return
		}
		m.part(ctx, op, part)
	}
}

// part adds or removes some members, and when that is refused halves them.
func (m *membership) part(ctx context.Context, op string, members []directory.Member) {
	if m.over {
		return
	}
	err := m.send(ctx, op, members)
	if err == nil {
		m.done(op, members)
		return
	}
	switch {
	case isLost(err), errors.Is(err, directory.ErrNotAttempted):
		m.abandon(err)
		return
	case ldapconn.IsUnknownOutcome(err), ldapconn.IsAccessDenied(err):
		m.fail(directory.Member{}, op, explainWrite(err))
		m.over = true
		return
	case ldapconn.IsNotFound(err) && m.groupIsMissing(ctx):
		m.fail(directory.Member{}, op, because(directory.ErrGone, "no group has the objectGUID %s any more. If it was deleted on purpose, remove it from the configuration or run again to create it anew; otherwise restore it from the recycle bin first", m.change.GroupID))
		m.over = true
		return
	case len(members) > 1:
		half := len(members) / 2
		m.part(ctx, op, members[:half])
		m.part(ctx, op, members[half:])
		return
	}
	m.single(ctx, op, members[0], err)
}

// single judges the refusal of one member. Servers do not agree on what they
// say of an object that is gone, so it is looked for.
func (m *membership) single(ctx context.Context, op string, member directory.Member, err error) {
	switch {
	case op == "add" && (ldapconn.IsValueExists(err) || ldapconn.IsAlreadyExists(err)),
		op == "remove" && ldapconn.IsValueMissing(err):
		m.done(op, []directory.Member{member})
		return
	}
	there, readErr := m.fetch(ctx, attrGUID, []string{member.ID})
	_, foreign := canonicalGUID(member.ID)
	switch {
	case readErr != nil || len(there) > 0 || foreign != nil:
		m.fail(member, op, explainWrite(err))
	case op == "remove":
		m.done(op, []directory.Member{member})
	default:
		m.fail(member, op, directory.Because(directory.ErrGone, err))
	}
}

// send makes one request. One whose answer was lost is sent again, which does no harm.
func (m *membership) send(ctx context.Context, op string, members []directory.Member) error {
	if lost := m.stopped.Load(); lost != nil {
		return fmt.Errorf("%w: %w", directory.ErrNotAttempted, *lost)
	}
	if err := m.pace.enter(ctx); err != nil {
		return fmt.Errorf("%w: %w", directory.ErrNotAttempted, err)
	}
	defer m.pace.leave(defaultParallel)
	values := make([]string, len(members))
	for i, member := range members {
		values[i] = byGUID(member.ID)
	}
	req := ldap.NewModifyRequest(byGUID(m.change.GroupID), m.controls)
	if op == "add" {
		req.Add(attrMember, values)
	} else {
		req.Delete(attrMember, values)
	}
	ctx = aboutGroup(ctx, m.change.GroupID, m.change.Name, members...)
	err := m.client.Modify(ctx, req)
	if ldapconn.IsUnknownOutcome(err) && ctx.Err() == nil {
		err = m.client.Modify(ctx, req)
	}
	return err
}

// groupIsMissing reports that the group does not exist, as far as can be said.
func (m *membership) groupIsMissing(ctx context.Context) bool {
	entries, err := m.groupEntries(ctx, []string{m.change.GroupID}, []string{attrGUID})
	return err == nil && len(entries) == 0
}

func (m *membership) done(op string, members []directory.Member) {
	for _, member := range members {
		if op == "add" {
			m.out.Added = append(m.out.Added, member.ID)
		} else {
			m.out.Removed = append(m.out.Removed, member.ID)
		}
	}
}

// abandon ends the change of this group and of all others: the connection is gone, and the next request would only wait in vain.
func (m *membership) abandon(err error) {
	m.over = true
	if !errors.Is(err, directory.ErrNotAttempted) {
		m.stopped.CompareAndSwap(nil, &err)
		err = fmt.Errorf("%w: %w", directory.ErrNotAttempted, err)
	}
	m.fail(directory.Member{}, "change", err)
}

func (m *membership) fail(member directory.Member, op string, err error) {
	name := m.change.Name
	if name == "" {
		name = m.change.GroupID
	}
	m.errs = append(m.errs, &directory.MembershipError{Group: name, Member: member, Op: op, Err: err})
}
