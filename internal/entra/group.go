// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// The kinds of groups that Microsoft Graph can write.
// https://learn.microsoft.com/graph/api/resources/groups-overview
const (
	GroupSecurity     = "security"
	GroupMicrosoft365 = "microsoft_365"
)

// Words in groupTypes.
const (
	groupUnified = "Unified"
	groupDynamic = "DynamicMembership"
)

// Group is what a group is, without its members.
type Group struct {
	ID, DisplayName, MailNickname, Description, Mail, Visibility string
	// Type is GroupSecurity or GroupMicrosoft365; empty for a distribution list
	// or a mail-enabled security group, which only Exchange can write.
	Type             string
	AssignableToRole bool
	// Dynamic says that a rule makes the members, Synced that the group is
	// synchronised from Active Directory.
	Dynamic, Synced bool
	// MembershipRule makes the members of a dynamic group, Paused says that it does not for now.
	MembershipRule string
	Paused         bool
	// SecurityEnabled says that rights and licenses can be given to the group, MailEnabled that it has an address.
	SecurityEnabled, MailEnabled bool
	// Behaviors are what a group of Microsoft 365 was told at creation, such as HideGroupInOutlook.
	Behaviors []string
	// Owners are the owners by object id; nil where they were not read.
	Owners map[string]directory.Member
}

// Mastered says why nothing of the group can be written here; empty where it can.
func (g *Group) Mastered() string {
	switch {
	case g.Synced:
		return "the group is synchronised from Active Directory: change it there"
	case g.Type == "":
		return "the group is a distribution list or a mail-enabled security group: change it in Exchange"
	}
	return ""
}

// Fixed says why nobody can change the members by hand; empty where one can.
func (g *Group) Fixed() string {
	if g.Dynamic {
		return "the membership of the group is dynamic: its members follow from its rule, change that"
	}
	return g.Mastered()
}

// privileged says why the members are administrators; empty where they are not.
func (g *Group) privileged() string {
	if g.AssignableToRole {
		return "roles of the tenant can be assigned to the group"
	}
	return ""
}

// groupDocument is a group in JSON. A null leaves the zero value.
type groupDocument struct {
	ID                    string   `json:"id"`
	DisplayName           string   `json:"displayName"`
	MailNickname          string   `json:"mailNickname"`
	Description           string   `json:"description"`
	Mail                  string   `json:"mail"`
	Visibility            string   `json:"visibility"`
	GroupTypes            []string `json:"groupTypes"`
	MailEnabled           bool     `json:"mailEnabled"`
	OnPremisesSyncEnabled bool     `json:"onPremisesSyncEnabled"`
	IsAssignableToRole    bool     `json:"isAssignableToRole"`
	SecurityEnabled       bool     `json:"securityEnabled"`
	MembershipRule        string   `json:"membershipRule"`
	ProcessingState       string   `json:"membershipRuleProcessingState"`
	BehaviorOptions       []string `json:"resourceBehaviorOptions"`
}

const groupSelect = "id,displayName,mailNickname,description,mail,visibility,groupTypes,mailEnabled,onPremisesSyncEnabled," +
	"isAssignableToRole,securityEnabled,membershipRule,membershipRuleProcessingState,resourceBehaviorOptions"

func (d *groupDocument) group() *Group {
	g := &Group{
		ID: strings.ToLower(d.ID), DisplayName: d.DisplayName, MailNickname: d.MailNickname, Description: d.Description, Mail: d.Mail, Visibility: d.Visibility,
		AssignableToRole: d.IsAssignableToRole, Dynamic: slices.Contains(d.GroupTypes, groupDynamic), Synced: d.OnPremisesSyncEnabled,
		MembershipRule: d.MembershipRule, Paused: strings.EqualFold(d.ProcessingState, "Paused"), SecurityEnabled: d.SecurityEnabled,
		MailEnabled: d.MailEnabled, Behaviors: set(slices.Clone(d.BehaviorOptions)),
	}
	switch {
	case slices.Contains(d.GroupTypes, groupUnified):
		g.Type = GroupMicrosoft365
	case !d.MailEnabled:
		g.Type = GroupSecurity
	}
	return g
}

// isObjectID reports whether a reference is written as object ids are. Worker ids
// of some HR systems are GUIDs without dashes, which are none.
func isObjectID(ref string) bool {
	_, err := uuid.Parse(ref)
	return err == nil && len(ref) == len(uuid.Nil.String())
}

// FindGroups returns groups by object id, mailNickname or display name, without
// members and owners. One that does not exist is absent. A reference that fits
// several is an error that names them, beside the groups that were found.
func (t *Tenant) FindGroups(ctx context.Context, refs []string) (map[string]*Group, error) {
	var ids, names []string
	for _, ref := range refs {
		if isObjectID(ref) {
			ids = append(ids, strings.ToLower(ref))
		} else if ref != "" {
			names = append(names, ref)
		}
	}
	byID, err := t.groupsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	byName, err := t.groupsByName(ctx, names)
	if err != nil {
		return nil, err
	}
	out := make(map[string]*Group, len(refs))
	var problems []error
	for _, ref := range refs {
		switch hits := byName[directory.Fold(ref)]; {
		case isObjectID(ref):
			if g := byID[strings.ToLower(ref)]; g != nil {
				out[ref] = g
			}
		case len(hits) == 1:
			out[ref] = hits[0]
		case len(hits) > 1:
			problems = append(problems, directory.Because(directory.ErrAmbiguous, fmt.Errorf("%d groups have the mail nickname or display name %q, such as %s and %s: name the one that is meant by its object id", len(hits), ref, hits[0].ID, hits[1].ID)))
		}
	}
	return out, errors.Join(problems...)
}

// groupsByID asks for groups by object id. Those that this process created are waited for.
func (t *Tenant) groupsByID(ctx context.Context, ids []string) (map[string]*Group, error) {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	found := map[string]*Group{}
	err := t.until(ctx, true, func() (bool, error) {
		err := t.filterGroups(ctx, attrID, ids, func(g *Group) { found[g.ID] = g })
		return !slices.ContainsFunc(ids, func(id string) bool { return found[id] == nil && t.isYoung(id, kindGroup) }), err
	})
	return found, err
}

// groupsByName asks for groups by mailNickname and display name; neither is unique.
func (t *Tenant) groupsByName(ctx context.Context, names []string) (map[string][]*Group, error) {
	found := map[string][]*Group{}
	enter := func(name string, g *Group) {
		key := directory.Fold(name)
		if !slices.ContainsFunc(found[key], func(o *Group) bool { return o.ID == g.ID }) {
			found[key] = append(found[key], g)
		}
	}
	if err := t.filterGroups(ctx, attrNickname, names, func(g *Group) { enter(g.MailNickname, g) }); err != nil {
		return nil, err
	}
	if err := t.filterGroups(ctx, attrDisplayName, names, func(g *Group) { enter(g.DisplayName, g) }); err != nil {
		return nil, err
	}
	young, err := t.groupsByID(ctx, t.youngNamed(names))
	for _, g := range young {
		for _, name := range []string{g.MailNickname, g.DisplayName} {
			if slices.ContainsFunc(names, func(n string) bool { return directory.Fold(n) == directory.Fold(name) }) {
				enter(name, g)
			}
		}
	}
	return found, err
}

// youngNamed returns the groups that this process created under some names.
func (t *Tenant) youngNamed(names []string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var ids []string
	for _, name := range names {
		for _, id := range t.named[directory.Fold(name)] {
			if !t.gone[id] {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// GroupsNamed returns the groups that have a name as display name or mail nickname.
func (t *Tenant) GroupsNamed(ctx context.Context, name string) ([]*Group, error) {
	found, err := t.groupsByName(ctx, []string{name})
	return found[directory.Fold(name)], err
}

// GroupsBy returns the groups that have one of the values in an attribute, by the folded value: displayName and
// mailNickname are not unique.
func (t *Tenant) GroupsBy(ctx context.Context, attribute string, values []string) (map[string][]*Group, error) {
	out := map[string][]*Group{}
	of := func(g *Group) string {
		return map[string]string{attrID: g.ID, attrDisplayName: g.DisplayName, attrNickname: g.MailNickname}[attribute]
	}
	err := t.filterGroups(ctx, attribute, values, func(g *Group) {
		key := directory.Fold(of(g))
		if !slices.ContainsFunc(out[key], func(o *Group) bool { return o.ID == g.ID }) {
			out[key] = append(out[key], g)
		}
	})
	return out, err
}

// filterGroups asks for the groups that have one of the values in an attribute.
// Groups that this process deleted may show for a while still, and are left out.
func (t *Tenant) filterGroups(ctx context.Context, attribute string, values []string, each func(*Group)) error {
	var requests []graphconn.Request
	for part := range slices.Chunk(values, maxTerms) {
		requests = append(requests, graphconn.Request{Method: http.MethodGet, Path: "/groups", Query: url.Values{
			"$select": {groupSelect}, "$filter": {condition(named(attribute), part)}, "$top": {strconv.Itoa(pageSize)},
		}})
	}
	for _, result := range t.client.Batch(ctx, requests) {
		if result.Err != nil {
			return fmt.Errorf("looking for groups by %s: %w", attribute, permission(result.Err, "Group.Read.All"))
		}
		err := t.allPages(ctx, result.Response.Body, nil, func(body []byte) error {
			var page struct {
				Value []groupDocument `json:"value"`
			}
			err := decode(body, &page)
			for i := range page.Value {
				if g := page.Value[i].group(); !t.isGone(g.ID) {
					each(g)
				}
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("looking for groups by %s: %w", attribute, err)
		}
	}
	return nil
}

// ReadGroup returns a group, on request with its owners, or nil if it does not exist.
func (t *Tenant) ReadGroup(ctx context.Context, id string, owners bool) (*Group, error) {
	found, err := t.groupsByID(ctx, []string{strings.ToLower(id)})
	if err != nil {
		return nil, err
	}
	g := found[strings.ToLower(id)]
	if g == nil || !owners {
		return g, nil
	}
	if g.Owners, err = t.owners(ctx, g); err != nil {
		return nil, err
	}
	return g, nil
}

// owners reads the owners of a group.
func (t *Tenant) owners(ctx context.Context, g *Group) (map[string]directory.Member, error) {
	owners := map[string]directory.Member{}
	query := url.Values{"$select": {t.memberSelect()}, "$top": {strconv.Itoa(pageSize)}}
	err := t.client.Pages(ctx, graphconn.Request{Method: http.MethodGet, Path: "/groups/" + g.ID + "/owners", Query: query}, func(body []byte) error {
		_, err := t.eachMember(body, func(m directory.Member) { owners[m.ID] = m })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the owners of the group %q: %w", g.DisplayName, permission(err, "Group.Read.All"))
	}
	return owners, nil
}

// What this process created may not show yet, and what it deleted may still.

const (
	kindUser  = "user"
	kindGroup = "group"
)

func (t *Tenant) noteMade(id, kind string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.made[strings.ToLower(id)] = kind
}

// noteNamed notes what a group that this process created goes by.
func (t *Tenant) noteNamed(id string, names ...string) {
	t.noteMade(id, kindGroup)
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range names {
		t.named[directory.Fold(name)] = append(t.named[directory.Fold(name)], id)
	}
}

func (t *Tenant) noteGone(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.made, strings.ToLower(id))
	t.gone[strings.ToLower(id)] = true
}

// isYoung reports whether this process created an object, of a kind or of any.
func (t *Tenant) isYoung(id string, kinds ...string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	kind := t.made[strings.ToLower(id)]
	return kind != "" && (len(kinds) == 0 || slices.Contains(kinds, kind))
}

func (t *Tenant) isGone(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.gone[strings.ToLower(id)]
}
