// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
)

// Find implements [directory.Directory]. Text matches as Active Directory may
// match it: ignoring case, diacritics and width, so that "josé" finds "Jose".
func (d *Domain) Find(ctx context.Context, attribute string, values []string) (map[string][]*directory.Existing, error) {
	d.Need(attribute)
	if _, err := d.typesFor(ctx, []string{attribute}); err != nil {
		return nil, err
	}
	t := d.typeOf(attribute)
	unique := distinct(t, values)
	matches, err := d.match(ctx, t, unique)
	if err != nil {
		return nil, lookupError(t, len(unique), err)
	}
	var records []*record
	for _, found := range matches {
		records = append(records, found...)
	}
	known, err := d.existingAll(ctx, records)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]*directory.Existing, len(matches))
	for v, found := range matches {
		sortRecords(found)
		for _, r := range found {
			out[directory.Fold(v)] = append(out[directory.Fold(v)], known[r.id])
		}
	}
	return out, nil
}

func lookupError(t directory.AttributeType, n int, err error) error {
	return fmt.Errorf("looking for %d values of %s: %w", n, t.Name, err)
}

// distinct returns the values that some object can have, each once and sorted.
func distinct(t directory.AttributeType, values []string) []string {
	wanted := make(map[string]string, len(values)) // Fold(value) → value
	for _, v := range values {
		if canMatch(t, v) {
			wanted[directory.Fold(v)] = v
		}
	}
	return slices.Sorted(maps.Values(wanted))
}

// canMatch reports whether any object can have that value: servers refuse whole
// searches for names that are none.
func canMatch(t directory.AttributeType, v string) bool {
	switch {
	case v == "", isFlag(t.Name): // no object has a flag as an attribute
		return false
	case isName(t.Name, attrGUID):
		_, err := parseGUID(v)
		return err == nil
	case t.Syntax == directory.Path:
		return isDN(v)
	}
	_, err := encode(t, v)
	return err == nil
}

// match returns the records for each value that has some.
func (d *Domain) match(ctx context.Context, t directory.AttributeType, values []string) (map[string][]*record, error) {
	s, err := d.bulk(ctx, len(values))
	if err != nil {
		return nil, err
	}
	if s != nil {
		return s.match(t, values), nil
	}
	base, err := d.base(ctx)
	if err != nil {
		return nil, err
	}
	asked := d.needed()
	return matchAll(ctx, func(ctx context.Context, filter string) ([]*record, error) {
		entries, err := d.search(ctx, base, filter, asked)
		if err != nil {
			return nil, err
		}
		return d.newRecords(entries, asked)
	}, t, values)
}

// look reads the objects that a filter finds.
type look func(ctx context.Context, filter string) ([]*record, error)

// matchAll asks for values, many at once, and returns the records for each that has some.
func matchAll(ctx context.Context, look look, t directory.AttributeType, values []string) (map[string][]*record, error) {
	found := map[string][]*record{}
	for part := range slices.Chunk(values, chunk) {
		if err := matchPart(ctx, look, t, part, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// matchPart asks for a few values at once. An answer that belongs to none of
// them by our rule is one that the server matches more loosely: halving the
// values finds the one it belongs to.
func matchPart(ctx context.Context, look look, t directory.AttributeType, values []string, found map[string][]*record) error {
	records, err := look(ctx, anyOf(t.Name, values))
	if err != nil {
		return err
	}
	byKey := make(map[string][]string, len(values))
	for _, v := range values {
		k := matchKey(t, v)
		byKey[k] = append(byKey[k], v)
	}
	matched := make(map[string][]*record, len(values))
	stray := false
	for _, r := range records {
		hit := false
		for _, k := range r.keys(t) {
			for _, v := range byKey[k] {
				matched[v], hit = append(matched[v], r), true
			}
		}
		if !hit && len(values) == 1 {
			matched[values[0]] = append(matched[values[0]], r)
		}
		stray = stray || !hit
	}
	if stray && len(values) > 1 {
		half := len(values) / 2
		if err := matchPart(ctx, look, t, values[:half], found); err != nil {
			return err
		}
		return matchPart(ctx, look, t, values[half:], found)
	}
	for v, records := range matched {
		found[v] = records
	}
	return nil
}

// Owned implements [directory.Directory].
func (d *Domain) Owned(ctx context.Context) ([]*directory.Existing, error) {
	s, err := d.bulk(ctx, 0)
	if err != nil {
		return nil, err
	}
	owned := func(r *record) bool { return r.isUser() && len(r.get(d.o.WorkerIDAttribute)) > 0 }
	var records []*record
	if s == nil {
		if records, s, err = d.fewOwned(ctx); err != nil {
			return nil, err
		}
	}
	if s != nil {
		records = s.all(owned)
	}
	return d.listed(ctx, slices.DeleteFunc(records, func(r *record) bool { return !owned(r) }))
}

// Users implements [directory.Census].
func (d *Domain) Users(ctx context.Context) ([]*directory.Existing, error) {
	s, err := d.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return d.listed(ctx, s.all((*record).isUser))
}

// listed translates records, by distinguished name.
func (d *Domain) listed(ctx context.Context, records []*record) ([]*directory.Existing, error) {
	sortRecords(records)
	known, err := d.existingAll(ctx, records)
	if err != nil {
		return nil, err
	}
	out := make([]*directory.Existing, len(records))
	for i, r := range records {
		out[i] = known[r.id]
	}
	return out, nil
}

// fewOwned asks for the accounts with a worker id. When there are so many that
// the rest of the domain is worth reading as well, it returns that instead.
func (d *Domain) fewOwned(ctx context.Context) ([]*record, *snapshot, error) {
	base, err := d.base(ctx)
	if err != nil {
		return nil, nil, err
	}
	asked := d.needed()
	req := &ldap.SearchRequest{BaseDN: base, Scope: ldap.ScopeWholeSubtree, Filter: "(&(objectClass=user)(" + d.o.WorkerIDAttribute + "=*))", Attributes: asked}
	if d.o.BulkThreshold >= 0 {
		req.SizeLimit = d.o.BulkThreshold + 1
	}
	entries, err := d.client.Search(ctx, withDescriptor(req))
	if isSizeLimit(err) {
		s, err := d.snapshot(ctx)
		return nil, s, err
	}
	if err != nil {
		return nil, nil, err
	}
	records, err := d.newRecords(entries, asked)
	return records, nil, err
}

// Root implements [directory.Rooted]: the distinguished name of the domain.
func (d *Domain) Root(ctx context.Context) (string, error) { return d.root(ctx) }

// MissingContainers implements [directory.Directory]. What is there but cannot
// hold users counts as missing.
func (d *Domain) MissingContainers(ctx context.Context, containers []string) ([]string, error) {
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	var ask []string
	seen := map[string]bool{}
	d.mu.Lock()
	there := map[string]bool{}
	maps.Copy(there, d.containers)
	d.mu.Unlock()
	found := map[string]bool{} // and no more is noted: what was known may have been deleted since
	for _, c := range containers {
		if key := dnKey(c); isDN(c) && !there[key] && !seen[key] {
			seen[key], ask = true, append(ask, c)
		}
	}
	for part := range slices.Chunk(ask, chunk) {
		entries, err := d.search(ctx, root, anyOf(attrDN, part), []string{attrClass})
		if err != nil {
			return nil, fmt.Errorf("looking for containers: %w", err)
		}
		for _, e := range entries {
			if holdsUsers(e.GetEqualFoldAttributeValues(attrClass)) {
				there[dnKey(e.DN)], found[dnKey(e.DN)] = true, true
			}
		}
	}
	d.mu.Lock()
	if d.containers == nil {
		d.containers = map[string]bool{}
	}
	maps.Copy(d.containers, found)
	d.mu.Unlock()
	var missing []string
	for _, c := range containers {
		if !there[dnKey(c)] && !d.Expected(c) {
			missing = append(missing, c)
		}
	}
	return missing, nil
}

// holdsUsers reports whether users can be created below an object of these
// classes: possSuperiors of the classes user and organizationalPerson.
func holdsUsers(classes []string) bool {
	return slices.ContainsFunc(classes, func(c string) bool {
		switch strings.ToLower(c) {
		case "organizationalunit", "organization", "container", "domaindns", "builtindomain":
			return true
		}
		return false
	})
}
