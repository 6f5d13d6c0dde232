// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"context"
	"errors"
	"maps"
	"slices"
)

// Member is an object that a group has, or is to have, as a direct member.
type Member struct {
	// ID is the identity that survives rename and move: objectGUID in Active
	// Directory, the object id in Microsoft Entra ID.
	ID string
	// Path is the distinguished name, or the userPrincipalName or display name
	// where there are no paths.
	Path string
	// Name is what people call it.
	Name string
	// Class is "user", "group", "computer", "contact" …
	Class string
	// WorkerID is the worker id that the object carries; empty for an object no worker stands behind.
	WorkerID string
	// Primary says that the object is in the group because that is its primary group
	// in Active Directory: it is a member as any other, and no change of the group's
	// members takes it out.
	Primary bool
}

// Group is a group as the directory holds it.
type Group struct {
	// ID, Path and Name are as in Member.
	ID, Path, Name string
	// Fixed says why nobody can change the members by hand (membership is
	// dynamic, or synchronised from elsewhere), and is empty where one can.
	Fixed string
	// Privileged says why the members are administrators of the directory, and is
	// empty where they are not, as far as that is known.
	Privileged string
	// Members are the direct members by ID. Those who have the group as their primary
	// group in Active Directory are among them, marked as such.
	Members map[string]Member
}

// MembershipChange is what is to become of the direct members of one group.
type MembershipChange struct {
	// GroupID is the identity of the group; Name is what errors call it.
	GroupID, Name string
	// Add and Remove are members by their ID. One that is a member already, or
	// is none any more, is no error.
	Add, Remove []Member
}

// MembershipChanges collects changes by the ID of the group.
type MembershipChanges map[string]*MembershipChange

// Of returns the change of a group, which it begins where there is none yet.
func (c MembershipChanges) Of(id, name string) *MembershipChange {
	if c[id] == nil {
		c[id] = &MembershipChange{GroupID: id, Name: name}
	}
	return c[id]
}

// Sorted returns the changes by ID of the group.
func (c MembershipChanges) Sorted() []MembershipChange {
	out := make([]MembershipChange, 0, len(c))
	for _, id := range slices.Sorted(maps.Keys(c)) {
		out = append(out, *c[id])
	}
	return out
}

// MembershipOutcome is how a MembershipChange ended. Every member is
// attempted, whatever happens to the others.
type MembershipOutcome struct {
	GroupID string
	// Added and Removed hold the IDs of members who are in, or out, as was wanted.
	Added, Removed []string
	// Err joins a *MembershipError for each member, or one for the whole group.
	Err error
}

// Failure returns why a member is not in, or not out, as was wanted: what went wrong
// with that member, and with the whole group. It is nil for one with whom nothing did.
func (o MembershipOutcome) Failure(memberID string) error {
	if slices.Contains(o.Added, memberID) || slices.Contains(o.Removed, memberID) {
		return nil
	}
	all := []error{o.Err}
	if joined, ok := o.Err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	return errors.Join(slices.DeleteFunc(slices.Clone(all), func(err error) bool {
		var m *MembershipError
		return errors.As(err, &m) && m.Member.ID != "" && m.Member.ID != memberID
	})...)
}

// RemovalChecker is a Groups that also knows, before anything is written, of members
// that cannot be taken out of a group.
type RemovalChecker interface {
	// CheckRemovals finds what is refused of members that a group is to lose. The
	// error joins a *MembershipError for each.
	CheckRemovals(ctx context.Context, group *Group, remove []Member) error
}

// Groups is what memberships need of a directory. Like Directory it works in
// bulk: for many groups at once, a request serves twenty.
type Groups interface {
	// Groups returns groups with all of their direct members, by the reference
	// they were asked for: distinguished name, objectGUID or sAMAccountName in
	// Active Directory; object id, mailNickname or display name in Microsoft
	// Entra ID. One that does not exist is absent; a reference that fits several
	// is an error that names them.
	Groups(ctx context.Context, refs []string) (map[string]*Group, error)
	// Members returns objects that can be members, by reference: worker id,
	// ID, Path, or userPrincipalName. One that does not exist is absent.
	Members(ctx context.Context, refs []string) (map[string]Member, error)
	// ChangeMembers carries out the differences, many groups at once, and returns
	// an outcome for each change, in their order.
	ChangeMembers(ctx context.Context, changes []MembershipChange) []MembershipOutcome
	// CheckMembers finds what the directory refuses, or programs choke on, of
	// members that a group is to get, as far as it can be known before: a group
	// that would contain itself above all. The error joins a *MembershipError for each.
	CheckMembers(ctx context.Context, group *Group, add []Member) error
	// Expected reports whether a plan creates a group that goes by the reference.
	Expected(ref string) bool
}
