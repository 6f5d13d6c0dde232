// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/go-ldap/ldap/v3"
	"golang.org/x/sync/errgroup"

	"terraform-provider-workforce/internal/directory"
)

const (
	attrMember    = "member"
	attrSID       = "objectSid"
	attrGroupType = "groupType"
	attrManagedBy = "managedBy"
	attrSummary   = "description"
)

const (
	// groupChunk is how many groups one search asks for: each may bring
	// thousands of members along.
	groupChunk = 20
	// groupSearches is how many such searches run at once.
	groupSearches = 4
)

var _ directory.Groups = (*Domain)(nil)

// groupRefs are references to groups by what kind they are.
type groupRefs struct {
	byID, byPath, byLogin map[string][]string // key → references as they were given
}

func newGroupRefs(refs []string) groupRefs {
	g := groupRefs{map[string][]string{}, map[string][]string{}, map[string][]string{}}
	for _, ref := range refs {
		if id, err := canonicalGUID(ref); err == nil {
			g.byID[id] = append(g.byID[id], ref)
		} else if isDN(ref) {
			g.byPath[dnKey(ref)] = append(g.byPath[dnKey(ref)], ref)
		} else if ref != "" {
			g.byLogin[nameKey(ref)] = append(g.byLogin[nameKey(ref)], ref)
		}
	}
	return g
}

// filter finds the groups of one chunk of references.
func groupFilter(refs []string) string {
	var b strings.Builder
	b.WriteString("(&(objectClass=group)(|")
	for _, ref := range refs {
		attribute := attrLogin
		if _, err := parseGUID(ref); err == nil {
			attribute = attrGUID
		} else if isDN(ref) {
			attribute = attrDN
		}
		b.WriteString("(" + attribute + "=" + filterValue(attribute, ref) + ")")
	}
	b.WriteString("))")
	return b.String()
}

// Groups implements [directory.Groups]. Groups with more members than a server
// returns at once are read to their end. Members of another domain, which this
// one only knows by their path, have that as their ID.
func (d *Domain) Groups(ctx context.Context, refs []string) (map[string]*directory.Group, error) {
	entries, err := d.groupEntries(ctx, refs, []string{attrGUID, attrCN, attrLogin, attrMember, attrSID})
	if err != nil {
		return nil, err
	}
	paths := map[string]string{} // dnKey → path, of all members
	for _, e := range entries {
		for _, dn := range e.GetEqualFoldAttributeValues(attrMember) {
			paths[dnKey(dn)] = dn
		}
	}
	members, err := d.membersByPath(ctx, paths)
	if err != nil {
		return nil, fmt.Errorf("the members of %d groups: %w", len(entries), err)
	}
	primary, err := d.primaryMembers(ctx, entries)
	if err != nil {
		return nil, err
	}
	groups := make([]*directory.Group, len(entries))
	for i, e := range entries {
		id, err := entryID(e)
		if err != nil {
			return nil, err
		}
		dns := e.GetEqualFoldAttributeValues(attrMember)
		g := &directory.Group{ID: id, Path: e.DN, Name: e.GetEqualFoldAttributeValue(attrLogin), Members: make(map[string]directory.Member, len(dns))}
		if g.Name == "" {
			g.Name = cnOf(e.DN)
		}
		for _, dn := range dns {
			m := members[dnKey(dn)]
			g.Members[m.ID] = m
		}
		for _, m := range primary[relativeID(e.GetEqualFoldRawAttributeValue(attrSID))] {
			g.Members[m.ID] = m
		}
		groups[i] = g
	}
	if err := d.markPrivileged(ctx, groups); err != nil {
		return nil, err
	}
	return assignGroups(refs, groups, entries)
}

func entryID(e *ldap.Entry) (string, error) {
	id, err := formatGUID(e.GetRawAttributeValue(attrGUID))
	if err != nil {
		return "", fmt.Errorf("%q came without an objectGUID: the account the provider signs in with needs the right to read it", e.DN)
	}
	return id, nil
}

// groupEntries reads the entries of groups, several searches at once.
func (d *Domain) groupEntries(ctx context.Context, refs, attributes []string) ([]*ldap.Entry, error) {
	refs = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(refs))), func(ref string) bool { return ref == "" })
	if len(refs) == 0 {
		return nil, nil
	}
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var out []*ldap.Entry
	seen := map[string]bool{}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(groupSearches)
	for part := range slices.Chunk(refs, groupChunk) {
		g.Go(func() error {
			entries, err := d.search(ctx, root, groupFilter(part), attributes)
			if err != nil {
				return fmt.Errorf("reading %d groups: %w", len(refs), err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, e := range entries {
				if !seen[e.DN] {
					seen[e.DN], out = true, append(out, e)
				}
			}
			return nil
		})
	}
	return out, g.Wait()
}

// assignGroups gives each reference the group it means. A name that fits
// several groups loosely means the one that has it exactly.
func assignGroups(refs []string, groups []*directory.Group, entries []*ldap.Entry) (map[string]*directory.Group, error) {
	wanted := newGroupRefs(refs)
	loose := map[string][]*directory.Group{}
	out := make(map[string]*directory.Group, len(refs))
	for i, g := range groups {
		for _, ref := range wanted.byID[g.ID] {
			out[ref] = g
		}
		for _, ref := range wanted.byPath[dnKey(g.Path)] {
			out[ref] = g
		}
		key := nameKey(entries[i].GetEqualFoldAttributeValue(attrLogin))
		for _, ref := range wanted.byLogin[key] {
			loose[ref] = append(loose[ref], g)
		}
	}
	var errs []error
	for _, ref := range slices.Sorted(maps.Keys(loose)) {
		found := loose[ref]
		if exact := slices.DeleteFunc(slices.Clone(found), func(g *directory.Group) bool { return !strings.EqualFold(g.Name, ref) }); len(exact) == 1 {
			found = exact
		}
		if len(found) > 1 {
			paths := make([]string, len(found))
			for i, g := range found {
				paths[i] = fmt.Sprintf("%q", g.Path)
			}
			slices.Sort(paths)
			errs = append(errs, because(directory.ErrAmbiguous, "%q names %d groups: %s; give the objectGUID of the one that is meant", ref, len(found), strings.Join(paths, ", ")))
			continue
		}
		out[ref] = found[0]
	}
	return out, errors.Join(errs...)
}

// stated is an error with a text of its own for a known cause, where the cause's
// text speaks of accounts.
type stated struct {
	cause error
	text  string
}

func (e *stated) Error() string { return e.text }
func (e *stated) Unwrap() error { return e.cause }

func because(cause error, format string, args ...any) error {
	return &stated{cause, fmt.Sprintf(format, args...)}
}
