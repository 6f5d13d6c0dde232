// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
)

// Depth says which members of groups are read.
type Depth int

// NoMembers reads none, DirectMembers those who are in a group themselves or have it as their primary group, and
// AllMembers also those of nested groups, at any depth.
const (
	NoMembers Depth = iota
	DirectMembers
	AllMembers
)

// GroupDetails is a group with what the directory alone decides about it.
type GroupDetails struct {
	*GroupObject
	// Privileged says why the members are administrators; empty where they are not, as far as that is known.
	Privileged string
	// MemberOf are the distinguished names of the groups that it is a direct member of, sorted. Groups
	// of other domains are not known here.
	MemberOf []string
	// Members are the members by ID as deep as they were asked for. Of a member from another domain
	// only the path is known, which is its ID, and nothing of who is in such a group.
	Members          map[string]directory.Member
	Created, Changed time.Time
}

var groupDetails = append(slices.Clone(groupAttributes), attrMemberOf, attrCreated, attrWhenChanged)

// FindGroups returns the groups that have one of the values in an attribute, by value. A value that the
// attribute cannot have is an error.
func (d *Domain) FindGroups(ctx context.Context, attribute string, values []string, depth Depth) (map[string][]*GroupDetails, error) {
	t, err := d.lookupType(ctx, attribute, values, nil)
	if err != nil {
		return nil, err
	}
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	asked := append(slices.Clone(groupDetails), attribute)
	found, err := matchAll(ctx, func(ctx context.Context, filter string) ([]*record, error) {
		entries, err := d.search(ctx, root, "(&(objectClass=group)"+filter+")", asked)
		if err != nil {
			return nil, err
		}
		return d.newRecords(entries, asked)
	}, t, slices.Compact(slices.Sorted(slices.Values(values))))
	if err != nil {
		return nil, fmt.Errorf("looking for %d groups: %w", len(values), err)
	}
	var records []*record
	for v, hits := range found {
		found[v] = exactMatches(hits, attribute, v)
		records = append(records, found[v]...)
	}
	groups, err := d.detailed(ctx, records, depth)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]*GroupDetails, len(found))
	for v, hits := range found {
		sortRecords(hits)
		for _, r := range hits {
			out[v] = append(out[v], groups[r.id])
		}
	}
	return out, nil
}

// QueryGroups returns the groups of a listing, by distinguished name.
func (d *Domain) QueryGroups(ctx context.Context, l Listing, depth Depth) ([]*GroupDetails, error) {
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := d.listing(ctx, l, root, "(objectClass=group)", groupDetails)
	if err != nil {
		return nil, err
	}
	records, err := d.newRecords(entries, groupDetails)
	if err != nil {
		return nil, err
	}
	groups, err := d.detailed(ctx, records, depth)
	if err != nil {
		return nil, err
	}
	out := make([]*GroupDetails, len(records))
	for i, r := range records {
		out[i] = groups[r.id]
	}
	return out, nil
}

// detailed says of records what the directory decides about groups, by objectGUID.
func (d *Domain) detailed(ctx context.Context, records []*record, depth Depth) (map[string]*GroupDetails, error) {
	if err := d.guard(ctx); err != nil {
		return nil, err
	}
	out := make(map[string]*GroupDetails, len(records))
	if len(records) == 0 {
		return out, nil
	}
	privileged, err := d.privileged.get(ctx, d.findPrivileged)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		g := &GroupDetails{Privileged: privileged[r.id].reason, MemberOf: slices.Clone(r.get(attrMemberOf))}
		slices.SortFunc(g.MemberOf, func(a, b string) int { return cmp.Or(strings.Compare(dnKey(a), dnKey(b)), strings.Compare(a, b)) })
		if g.GroupObject, err = d.groupOf(r); err == nil {
			err = readMoments(r, map[string]*time.Time{attrCreated: &g.Created, attrWhenChanged: &g.Changed})
		}
		if err != nil {
			return nil, fmt.Errorf("%q: %w", r.dn, err)
		}
		out[r.id] = g
	}
	return out, d.addMembers(ctx, out, depth)
}

// addMembers reads the members of groups. Nested groups are read a level at a time, many at once, and each only
// once. The matching rule that follows nested groups (LDAP_MATCHING_RULE_IN_CHAIN) would leave out everybody who
// has one of them as their primary group, and costs a controller more than all of these searches.
func (d *Domain) addMembers(ctx context.Context, groups map[string]*GroupDetails, depth Depth) error {
	if depth == NoMembers {
		return nil
	}
	known := map[string]*directory.Group{}
	for ask := slices.Sorted(maps.Keys(groups)); len(ask) > 0; {
		found, err := d.Groups(ctx, ask)
		if err != nil {
			return err
		}
		var next []string
		for _, id := range ask {
			g := found[id]
			if g == nil { // deleted meanwhile
				g = &directory.Group{ID: id}
			}
			known[id] = g
		}
		for _, id := range ask {
			for _, m := range known[id].Members {
				if depth == AllMembers && m.Class == "group" && known[m.ID] == nil {
					next = append(next, m.ID)
				}
			}
		}
		slices.Sort(next)
		ask = slices.Compact(next)
	}
	for id, g := range groups {
		if g.Members = known[id].Members; depth == AllMembers {
			g.Members = map[string]directory.Member{}
			collectMembers(known, known[id], g.Members)
			delete(g.Members, id) // groups may be in each other
		}
	}
	return nil
}

// collectMembers collects the members of a group and of the groups in it.
func collectMembers(known map[string]*directory.Group, g *directory.Group, into map[string]directory.Member) {
	for id, m := range g.Members {
		if _, seen := into[id]; seen {
			continue
		}
		into[id] = m
		if nested := known[id]; nested != nil {
			collectMembers(known, nested, into)
		}
	}
}

// readMoments reads generalised times of a record.
func readMoments(r *record, into map[string]*time.Time) error {
	var errs []error
	for name, at := range into {
		if s := r.text(name); s != "" {
			var err error
			if *at, err = parseTime(s); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
			}
		}
	}
	return errors.Join(errs...)
}
