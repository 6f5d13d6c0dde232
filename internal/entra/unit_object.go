// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// Visibilities of administrative units: who sees the members.
const (
	UnitPublic = "Public"
	UnitHidden = "HiddenMembership"
)

const (
	unitsPath  = "/directory/administrativeUnits"
	unitSelect = "id,displayName,description,visibility,isMemberManagementRestricted,membershipType"

	unitPermission = "AdministrativeUnit.ReadWrite.All"
)

// UnitSpec is what an administrative unit is to be.
type UnitSpec struct {
	DisplayName string
	// Description is left alone where nil, and cleared where empty.
	Description *string
	// Visibility and Restricted count at creation only.
	Visibility string
	Restricted bool
	// Members are left alone where nil.
	Members []directory.Member
	// Leaving are the only members, by object id, that a change removes: whoever else joined stays, and is not read.
	Leaving map[string]bool
}

// WholeUnit is an administrative unit with what it is.
type WholeUnit struct {
	Unit
	Description string `json:"description"`
	Visibility  string `json:"visibility"`
	// Restricted says that only administrators of the unit manage its members, and nobody with a role in the whole tenant.
	Restricted bool   `json:"isMemberManagementRestricted"`
	Membership string `json:"membershipType"`
	// Members are the users and groups in it, by object id, where they were asked for. Devices are left out.
	Members map[string]directory.Member `json:"-"`
	// Devices is how many members were left out.
	Devices int `json:"-"`
}

// errUnseen is that the members of a unit with hidden membership do not show.
var errUnseen = errors.New("its membership is hidden, and Microsoft Graph lists no member, although there were some: grant the " +
	"application the permission Member.Read.Hidden. If somebody did remove them all, remove the resource from the state and import it")

// Seen is an error where members are known to be in a unit, and Graph lists none since they are hidden.
// https://learn.microsoft.com/graph/permissions-reference#memberreadhidden
func (u *WholeUnit) Seen(known int) error {
	if known > 0 && u.Visibility == UnitHidden && u.Members != nil && len(u.Members) == 0 {
		return directory.Because(directory.ErrDenied, errUnseen)
	}
	return nil
}

// Dynamic reports that the members follow from a rule.
func (u *WholeUnit) Dynamic() bool { return strings.EqualFold(u.Membership, "Dynamic") }

// normalize gives what Graph answers the one form that is compared.
func (u *WholeUnit) normalize() {
	if u.ID = strings.ToLower(u.ID); u.Visibility == "" {
		u.Visibility = UnitPublic
	}
}

func aboutUnit(ctx context.Context, name string, members ...directory.Member) context.Context {
	known := make(map[string]audit.Member, len(members))
	for _, m := range members {
		known[m.ID] = audit.Member{ID: m.ID, Worker: m.WorkerID, Name: m.Name}
	}
	return audit.With(ctx, audit.Subject{Kind: audit.Object, Name: name, Members: known})
}

// ReadUnit returns an administrative unit, on request with its members, or nil if it does not exist.
// https://learn.microsoft.com/graph/api/administrativeunit-get
func (t *Tenant) ReadUnit(ctx context.Context, id string, members bool) (*WholeUnit, error) {
	request := graphconn.Request{Method: http.MethodGet, Path: unitsPath + "/" + id, Query: url.Values{"$select": {unitSelect}}}
	result := t.insist(ctx, []graphconn.Request{request}, func(_ int, err error) bool { return t.isYoung(id) && notVisible(err) })[0]
	if graphconn.IsNotFound(result.Err) {
		return nil, nil
	}
	if result.Err != nil {
		return nil, permission(result.Err, "AdministrativeUnit.Read.All")
	}
	u := &WholeUnit{}
	if err := decode(result.Response.Body, u); err != nil || u.ID == "" {
		return nil, errors.Join(errors.New("the answer is no administrative unit"), err)
	}
	u.normalize()
	if !members {
		return u, nil
	}
	u.Members = map[string]directory.Member{}
	query := url.Values{"$select": {t.memberSelect()}, "$top": {strconv.Itoa(pageSize)}}
	request = graphconn.Request{Method: http.MethodGet, Path: unitsPath + "/" + id + "/members", Query: query}
	err := t.client.Pages(ctx, request, func(body []byte) error {
		_, err := t.eachMember(body, func(m directory.Member) {
			if m.Class == kindUser || m.Class == kindGroup {
				u.Members[m.ID] = m
			} else {
				u.Devices++
			}
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the members: %w", permission(err, "AdministrativeUnit.Read.All and User.Read.All"))
	}
	return u, nil
}

// ListAdministrativeUnits returns the administrative units that an OData filter finds, or all of them, by display name.
// https://learn.microsoft.com/graph/api/directory-list-administrativeunits
func (t *Tenant) ListAdministrativeUnits(ctx context.Context, filter string) ([]*WholeUnit, error) {
	query := url.Values{"$select": {unitSelect}}
	if filter != "" {
		query.Set("$filter", filter)
	}
	var out []*WholeUnit
	err := t.client.Pages(ctx, graphconn.Request{Method: http.MethodGet, Path: unitsPath, Query: query}, eachDocument(func(u WholeUnit) {
		if u.normalize(); !t.isGone(u.ID) {
			out = append(out, &u)
		}
	}))
	if err != nil {
		return nil, fmt.Errorf("listing administrative units: %w", permission(err, "AdministrativeUnit.Read.All"))
	}
	slices.SortFunc(out, func(a, b *WholeUnit) int {
		return strings.Compare(directory.Fold(a.DisplayName)+a.ID, directory.Fold(b.DisplayName)+b.ID)
	})
	return out, nil
}

// UnitsNamed returns the ids of the administrative units of a display name.
func (t *Tenant) UnitsNamed(ctx context.Context, name string) ([]string, error) {
	units, err := t.ListAdministrativeUnits(ctx, condition(named(attrDisplayName), []string{name}))
	out := make([]string, len(units))
	for i, u := range units {
		out[i] = u.ID
	}
	return out, err
}

// CreateUnit makes an administrative unit, waits until it shows, and returns it. One beside an error exists, and lacks
// what the error says.
// https://learn.microsoft.com/graph/api/directory-post-administrativeunits
func (t *Tenant) CreateUnit(ctx context.Context, want UnitSpec) (*WholeUnit, error) {
	before, err := t.UnitsNamed(ctx, want.DisplayName)
	if err != nil {
		return nil, err
	}
	ctx = aboutUnit(ctx, want.DisplayName, want.Members...)
	doc := map[string]any{attrDisplayName: want.DisplayName, "isMemberManagementRestricted": want.Restricted}
	if want.Visibility == UnitHidden {
		doc["visibility"] = UnitHidden
	}
	if want.Description != nil && *want.Description != "" {
		doc["description"] = *want.Description
	}
	result := t.client.Batch(ctx, []graphconn.Request{{Method: http.MethodPost, Path: unitsPath, Body: doc}})[0]
	made := &WholeUnit{Unit: Unit{DisplayName: want.DisplayName}}
	switch {
	case graphconn.IsUnknownOutcome(result.Err):
		if made.ID, err = t.findMadeUnit(ctx, want.DisplayName, before, result.Err); err != nil {
			return nil, err
		}
	case result.Err != nil:
		return nil, permission(result.Err, unitPermission)
	default:
		if err := decode(result.Response.Body, made); err != nil || made.ID == "" {
			return nil, errors.Join(errors.New("the administrative unit was created, but the answer has no id"), err)
		}
	}
	made.normalize()
	made.Members = map[string]directory.Member{}
	t.noteMade(made.ID, "administrativeUnit")
	detached, cancel := detach(ctx) // it exists, and has to be known
	defer cancel()
	err = t.writeUnitMembers(ctx, made, want.Members)
	now, again := t.unitAsWritten(detached, made, want, err == nil)
	return now, errors.Join(err, again)
}

// findMadeUnit looks for the unit that a creation made whose answer was lost.
func (t *Tenant) findMadeUnit(ctx context.Context, name string, before []string, said error) (string, error) {
	ctx, cancel := detach(ctx)
	defer cancel()
	var made []string
	err := t.until(ctx, true, func() (bool, error) {
		now, err := t.UnitsNamed(ctx, name)
		made = slices.DeleteFunc(now, func(id string) bool { return slices.Contains(before, id) })
		return len(made) > 0, err
	})
	if err == nil && len(made) != 1 {
		err = fmt.Errorf("%d new administrative units of that name show; import the one that was meant, or run again", len(made))
	}
	if err != nil {
		return "", errors.Join(said, err)
	}
	return made[0], nil
}

// UpdateUnit writes what differs, waits until it shows, and returns the unit as it is then.
// https://learn.microsoft.com/graph/api/administrativeunit-update
func (t *Tenant) UpdateUnit(ctx context.Context, have *WholeUnit, want UnitSpec) (*WholeUnit, error) {
	ctx = aboutUnit(ctx, have.DisplayName, append(slices.Clone(want.Members), slices.Collect(maps.Values(have.Members))...)...)
	doc := map[string]any{}
	if have.DisplayName != want.DisplayName {
		doc[attrDisplayName] = want.DisplayName
	}
	if want.Description != nil && *want.Description != have.Description {
		if doc["description"] = any(*want.Description); *want.Description == "" {
			doc["description"] = nil
		}
	}
	if len(doc) > 0 {
		request := graphconn.Request{Method: http.MethodPatch, Path: unitsPath + "/" + have.ID, Body: doc}
		result := t.insist(ctx, []graphconn.Request{request}, func(_ int, err error) bool { return t.isYoung(have.ID) && notVisible(err) })[0]
		if result.Err != nil {
			return have, permission(result.Err, unitPermission)
		}
	}
	want.disregard(have)
	err := t.writeUnitMembers(ctx, have, want.Members)
	detached, cancel := detach(ctx)
	defer cancel()
	now, again := t.unitAsWritten(detached, have, want, err == nil)
	return now, errors.Join(err, again)
}

// unitAsWritten reads a unit until it is as it was written, or only once.
func (t *Tenant) unitAsWritten(ctx context.Context, have *WholeUnit, want UnitSpec, wait bool) (*WholeUnit, error) {
	now := have
	err := t.until(ctx, wait, func() (bool, error) {
		u, err := t.ReadUnit(ctx, have.ID, want.Members != nil)
		if err != nil || u == nil {
			return false, err
		}
		want.disregard(u)
		now = u
		return want.matches(u), nil
	})
	if err == nil && wait {
		err = now.Seen(len(want.Members))
	}
	if err == nil && wait && !want.matches(now) {
		err = fmt.Errorf("%w: it was written, and does not show within %s", directory.ErrNotAsWritten, visibility)
	}
	return now, err
}

// disregard leaves out members who are neither wanted nor to leave.
func (want UnitSpec) disregard(u *WholeUnit) {
	ids := idsOf(want.Members)
	maps.DeleteFunc(u.Members, func(id string, _ directory.Member) bool { return !ids[id] && !want.Leaving[id] })
}

func (want UnitSpec) matches(u *WholeUnit) bool {
	if u.DisplayName != want.DisplayName || want.Description != nil && *want.Description != u.Description {
		return false
	}
	ids := idsOf(want.Members)
	return want.Members == nil || len(ids) == len(u.Members) && !slices.ContainsFunc(want.Members, func(m directory.Member) bool {
		return u.Members[m.ID].ID == ""
	})
}

// writeUnitMembers adds the members that lack, and removes the others. One that is refused stops no other.
// https://learn.microsoft.com/graph/api/administrativeunit-post-members
func (t *Tenant) writeUnitMembers(ctx context.Context, have *WholeUnit, want []directory.Member) error {
	if want == nil {
		return nil
	}
	if have.Dynamic() {
		return errors.New("the members of the administrative unit follow from its rule: take members out of the configuration")
	}
	var requests []graphconn.Request
	var about []directory.Member
	wanted := idsOf(want)
	for _, m := range want {
		if have.Members[m.ID].ID == "" && !slices.ContainsFunc(about, func(o directory.Member) bool { return o.ID == m.ID }) {
			requests = append(requests, graphconn.Request{Method: http.MethodPost, Repeatable: true,
				Path: unitsPath + "/" + have.ID + "/members/$ref",
				Body: map[string]any{"@odata.id": t.client.Base() + "/" + m.Class + "s/" + m.ID}})
			about = append(about, m)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(have.Members)) {
		if !wanted[id] {
			path := unitsPath + "/" + have.ID + "/members/" + id + "/$ref"
			requests, about = append(requests, graphconn.Request{Method: http.MethodDelete, Path: path}), append(about, have.Members[id])
		}
	}
	var problems []error
	for i, result := range t.insist(ctx, requests, func(i int, err error) bool {
		return (t.isYoung(have.ID) || t.isYoung(about[i].ID)) && notVisible(err) || isCollision(err)
	}) {
		removes := requests[i].Method == http.MethodDelete
		switch err := result.Err; {
		case err == nil, removes && graphconn.IsNotFound(err), !removes && inUnitAlready(err):
		default:
			who := (&directory.MembershipError{Member: about[i]}).Who()
			op := map[bool]string{false: "add", true: "remove"}[removes]
			problems = append(problems, fmt.Errorf("%s %s: %w", op, who, permission(err, unitPermission)))
		}
	}
	return errors.Join(problems...)
}

// DeleteUnit deletes an administrative unit, which can be restored for 30 days. Its members stay. One that is gone
// already is no error.
// https://learn.microsoft.com/graph/api/administrativeunit-delete
func (t *Tenant) DeleteUnit(ctx context.Context, name, id string) error {
	result := t.client.Batch(aboutUnit(ctx, name), []graphconn.Request{{Method: http.MethodDelete, Path: unitsPath + "/" + id}})[0]
	if result.Err != nil && !graphconn.IsNotFound(result.Err) {
		return permission(result.Err, unitPermission)
	}
	t.noteGone(id)
	return nil
}
