// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// GroupSpec is what a group is to be.
type GroupSpec struct {
	DisplayName, MailNickname string
	// Description and Visibility are left alone where nil; an empty description is cleared.
	Description, Visibility *string
	// Owners are left alone where nil.
	Owners []directory.Member
	// MembershipRule makes the members; it is left alone where nil, and empty makes the members those that are
	// added by hand. Paused says that the rule does not change them for now, and is left alone without a rule.
	MembershipRule *string
	Paused         bool
	// SecurityEnabled is left alone where nil.
	SecurityEnabled *bool
	// Type, AssignableToRole and Behaviors count at creation only.
	Type             string
	AssignableToRole bool
	Behaviors        []string
}

// dynamic says that a rule is to make the members.
func (want GroupSpec) dynamic() bool { return want.MembershipRule != nil && *want.MembershipRule != "" }

// processing is the membershipRuleProcessingState that is wanted.
func (want GroupSpec) processing() string {
	if want.Paused {
		return "Paused"
	}
	return "On"
}

// CreateGroup makes a group, waits until it shows, and returns it. A group beside
// an error exists, and lacks what the error says.
// https://learn.microsoft.com/graph/api/group-post-groups
func (t *Tenant) CreateGroup(ctx context.Context, want GroupSpec) (*Group, error) {
	before, err := t.GroupsNamed(ctx, want.MailNickname)
	if err != nil {
		return nil, err
	}
	ctx = aboutGroup(ctx, want.DisplayName, want.Owners...)
	young := slices.ContainsFunc(want.Owners, func(m directory.Member) bool { return t.isYoung(m.ID) })
	result := t.insist(ctx, []graphconn.Request{{Method: http.MethodPost, Path: "/groups", Body: t.newGroup(want)}}, func(_ int,
		err error) bool {
		return young && notVisible(err)
	})[0]
	var id string
	switch {
	case graphconn.IsUnknownOutcome(result.Err):
		if id, err = t.findMadeGroup(ctx, want, before, result.Err); err != nil {
			return nil, err
		}
	case result.Err != nil:
		return nil, explainGroup(want.AssignableToRole, result.Err)
	default:
		var doc groupDocument
		if err := decode(result.Response.Body, &doc); err != nil || doc.ID == "" {
			return nil, fmt.Errorf("the group was created, but the answer has no id: %w", err)
		}
		id = strings.ToLower(doc.ID)
	}
	t.noteNamed(id, want.DisplayName, want.MailNickname)
	ctx, cancel := detach(ctx) // it exists, and has to be known
	defer cancel()
	have := want.group(id)
	for _, m := range want.Owners[:min(len(want.Owners), maxBound)] {
		have.Owners[m.ID] = m
	}
	if len(want.Owners) > maxBound {
		if err := t.writeOwners(ctx, have, want.Owners); err != nil {
			return have, err
		}
	}
	return t.groupAsWritten(ctx, have, want)
}

// newGroup is the body of a creation.
func (t *Tenant) newGroup(want GroupSpec) map[string]any {
	unified := want.Type == GroupMicrosoft365
	doc := map[string]any{attrDisplayName: want.DisplayName, attrNickname: want.MailNickname, "mailEnabled": unified, "securityEnabled": !unified || want.AssignableToRole, "groupTypes": []string{}}
	if unified {
		doc["groupTypes"] = []string{groupUnified}
	}
	if want.AssignableToRole {
		doc["isAssignableToRole"] = true
	}
	if want.SecurityEnabled != nil {
		doc["securityEnabled"] = *want.SecurityEnabled
	}
	if want.dynamic() {
		doc["groupTypes"] = groupTypes(want.Type, true)
		doc["membershipRule"], doc["membershipRuleProcessingState"] = *want.MembershipRule, want.processing()
	}
	if len(want.Behaviors) > 0 {
		doc["resourceBehaviorOptions"] = want.Behaviors
	}
	for name, v := range map[string]*string{"description": want.Description, "visibility": want.Visibility} {
		if v != nil && *v != "" {
			doc[name] = *v
		}
	}
	if len(want.Owners) > 0 {
		var refs []string
		for _, m := range want.Owners[:min(len(want.Owners), maxBound)] {
			refs = append(refs, t.client.Base()+"/users/"+m.ID)
		}
		doc["owners@odata.bind"] = refs
	}
	return doc
}

// group is what a group is right after its creation.
func (want GroupSpec) group(id string) *Group {
	g := &Group{ID: id, DisplayName: want.DisplayName, MailNickname: want.MailNickname, Type: want.Type, AssignableToRole: want.AssignableToRole, Owners: map[string]directory.Member{}}
	if want.Description != nil {
		g.Description = *want.Description
	}
	if want.Visibility != nil {
		g.Visibility = *want.Visibility
	}
	return g
}

// groupTypes are the words in groupTypes of a group.
func groupTypes(kind string, dynamic bool) []string {
	out := []string{}
	if kind == GroupMicrosoft365 {
		out = append(out, groupUnified)
	}
	if dynamic {
		out = append(out, groupDynamic)
	}
	return out
}

// changeRule adds to a change of a group what it takes to have another rule, or none.
// https://learn.microsoft.com/entra/identity/users/groups-change-type
func (want GroupSpec) changeRule(have *Group, doc map[string]any) {
	switch {
	case want.MembershipRule == nil:
	case want.dynamic():
		if !have.Dynamic {
			doc["groupTypes"] = groupTypes(have.Type, true)
		}
		if !have.Dynamic || have.MembershipRule != *want.MembershipRule {
			doc["membershipRule"] = *want.MembershipRule
		}
		if !have.Dynamic || have.Paused != want.Paused {
			doc["membershipRuleProcessingState"] = want.processing()
		}
	case have.Dynamic:
		doc["groupTypes"], doc["membershipRule"], doc["membershipRuleProcessingState"] = groupTypes(have.Type, false), nil, "Paused"
	}
}

// rules reports whether the rule of a group is as wanted.
func (want GroupSpec) rules(g *Group) bool {
	return want.MembershipRule == nil || g.Dynamic == want.dynamic() &&
		(!g.Dynamic || g.MembershipRule == *want.MembershipRule && g.Paused == want.Paused)
}

// findMadeGroup looks for the group that a creation made whose answer was lost: one
// with its names that was not there before.
func (t *Tenant) findMadeGroup(ctx context.Context, want GroupSpec, before []*Group, said error) (string, error) {
	ctx, cancel := detach(ctx)
	defer cancel()
	var made []*Group
	err := t.until(ctx, true, func() (bool, error) {
		now, err := t.GroupsNamed(ctx, want.MailNickname)
		made = slices.DeleteFunc(now, func(g *Group) bool {
			return g.DisplayName != want.DisplayName || g.MailNickname != want.MailNickname || slices.ContainsFunc(before, func(o *Group) bool { return o.ID == g.ID })
		})
		return len(made) > 0, err
	})
	if err == nil && len(made) != 1 {
		err = fmt.Errorf("%d new groups of that name show; import the one that was meant, or run again", len(made))
	}
	if err != nil {
		return "", errors.Join(said, err)
	}
	return made[0].ID, nil
}

// UpdateGroup writes what differs, waits until it shows, and returns the group.
// https://learn.microsoft.com/graph/api/group-update
func (t *Tenant) UpdateGroup(ctx context.Context, have *Group, want GroupSpec) (*Group, error) {
	if why := have.Mastered(); why != "" {
		return have, directory.Because(directory.ErrProtected, errors.New(why))
	}
	ctx = aboutGroup(ctx, have.DisplayName, append(slices.Clone(want.Owners), slices.Collect(maps.Values(have.Owners))...)...)
	doc := map[string]any{}
	if have.DisplayName != want.DisplayName {
		doc[attrDisplayName] = want.DisplayName
	}
	if have.MailNickname != want.MailNickname {
		doc[attrNickname] = want.MailNickname
	}
	if want.Description != nil && *want.Description != have.Description {
		if doc["description"] = any(*want.Description); *want.Description == "" {
			doc["description"] = nil // Graph refuses empty text
		}
	}
	if want.Visibility != nil && !strings.EqualFold(*want.Visibility, have.Visibility) {
		doc["visibility"] = *want.Visibility
	}
	if want.SecurityEnabled != nil && *want.SecurityEnabled != have.SecurityEnabled {
		doc["securityEnabled"] = *want.SecurityEnabled
	}
	want.changeRule(have, doc)
	if len(doc) > 0 {
		request := graphconn.Request{Method: http.MethodPatch, Path: "/groups/" + have.ID, Body: doc}
		if err := t.insist(ctx, []graphconn.Request{request}, func(_ int, err error) bool {
			return t.isYoung(have.ID) &&
				notVisible(err)
		})[0].Err; err != nil {
			return have, explainGroup(have.AssignableToRole, err)
		}
	}
	if want.Owners != nil {
		if err := t.writeOwners(ctx, have, want.Owners); err != nil {
			return have, err
		}
	}
	ctx, cancel := detach(ctx)
	defer cancel()
	return t.groupAsWritten(ctx, have, want)
}

// groupAsWritten reads a group until it is as it was written.
func (t *Tenant) groupAsWritten(ctx context.Context, have *Group, want GroupSpec) (*Group, error) {
	now := have
	err := t.until(ctx, true, func() (bool, error) {
		g, err := t.ReadGroup(ctx, have.ID, want.Owners != nil)
		if err != nil || g == nil {
			return false, err
		}
		now = g
		return want.matches(g), nil
	})
	if err == nil && !want.matches(now) {
		err = fmt.Errorf("%w: it was written, and does not show within %s", directory.ErrNotAsWritten, visibility)
	}
	return now, err
}

func (want GroupSpec) matches(g *Group) bool {
	return g.DisplayName == want.DisplayName && g.MailNickname == want.MailNickname && want.rules(g) &&
		(want.SecurityEnabled == nil || *want.SecurityEnabled == g.SecurityEnabled) &&
		(want.Description == nil || *want.Description == g.Description) && (want.Visibility == nil || strings.EqualFold(*want.Visibility, g.Visibility)) &&
		(want.Owners == nil || len(g.Owners) == len(idsOf(want.Owners)) && !slices.ContainsFunc(want.Owners, func(m directory.Member) bool { _, is := g.Owners[m.ID]; return !is }))
}

func idsOf(members []directory.Member) map[string]bool {
	out := make(map[string]bool, len(members))
	for _, m := range members {
		out[m.ID] = true
	}
	return out
}

// writeOwners adds the owners that lack, and then removes the others: the last
// owner of a group of Microsoft 365 cannot be removed.
// https://learn.microsoft.com/graph/api/group-post-owners
func (t *Tenant) writeOwners(ctx context.Context, have *Group, want []directory.Member) error {
	var add, drop []graphconn.Request
	var added, dropped []directory.Member
	wanted := idsOf(want)
	for _, m := range want {
		if _, is := have.Owners[m.ID]; !is && !slices.Contains(added, m) {
			add = append(add, graphconn.Request{Method: http.MethodPost, Path: "/groups/" + have.ID + "/owners/$ref", Repeatable: true, Body: map[string]any{"@odata.id": t.client.Base() + "/users/" + m.ID}})
			added = append(added, m)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(have.Owners)) {
		if !wanted[id] {
			drop = append(drop, graphconn.Request{Method: http.MethodDelete, Path: "/groups/" + have.ID + "/owners/" + id + "/$ref"})
			dropped = append(dropped, have.Owners[id])
		}
	}
	var problems []error
	refuse := func(op string, m directory.Member, err error) {
		problems = append(problems, &directory.MembershipError{Group: have.DisplayName, Member: m, Op: op + " the owner", Err: explainGroup(have.AssignableToRole, err)})
	}
	for i, result := range t.insist(ctx, add, func(i int, err error) bool {
		return (t.isYoung(have.ID) || t.isYoung(added[i].ID)) && notVisible(err) || isCollision(err)
	}) {
		if result.Err != nil && !memberAlready(result.Err) {
			refuse("add", added[i], result.Err)
		}
	}
	for i, result := range t.insist(ctx, drop, func(_ int, err error) bool { return isCollision(err) }) {
		if result.Err != nil && !graphconn.IsNotFound(result.Err) {
			refuse("remove", dropped[i], result.Err)
		}
	}
	return errors.Join(problems...)
}

// CountMembers returns how many direct members a group has; none if it is gone.
func (t *Tenant) CountMembers(ctx context.Context, id string) (int, error) {
	groups, err := t.Groups(ctx, []string{id})
	if g := groups[id]; g != nil {
		return len(g.Members), err
	}
	return 0, err
}

// DeleteGroup deletes a group. One of Microsoft 365 can be restored for 30 days. One
// that is gone already is no error.
// https://learn.microsoft.com/graph/api/group-delete
func (t *Tenant) DeleteGroup(ctx context.Context, id string) error {
	result := t.client.Batch(ctx, []graphconn.Request{{Method: http.MethodDelete, Path: "/groups/" + id}})[0]
	if result.Err != nil && !graphconn.IsNotFound(result.Err) {
		return explainGroup(false, result.Err)
	}
	t.noteGone(id)
	return nil
}

// explainGroup turns what Graph said about a group into a cause that tells what to do.
func explainGroup(assignable bool, err error) error {
	property, conflict := graphconn.IsConflict(err)
	switch {
	case conflict && property == attrNickname:
		return directory.Because(directory.ErrNameTaken, fmt.Errorf("the mail nickname belongs to another object of the tenant, such as a user, a contact or a group of Microsoft 365: %w", err))
	case conflict:
		return directory.Because(directory.ErrNameTaken, err)
	case graphconn.IsDenied(err) && assignable:
		return permission(err, "RoleManagement.ReadWrite.Directory, and Group.ReadWrite.All")
	case graphconn.IsDenied(err):
		return permission(err, "Group.ReadWrite.All")
	case graphconn.IsNotFound(err):
		return fmt.Errorf("the group, or an owner, does not exist: %w", err)
	}
	return explain(err)
}
