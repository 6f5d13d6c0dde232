// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// Read returns the present state of accounts. ids gives the objectGUID of each
// by worker id; an account that no longer exists is absent from the result.
// attributes are read on top of those announced with [Domain.Need]. An account
// that the snapshot of the domain lacks is looked for before it counts as gone.
func (d *Domain) Read(ctx context.Context, ids map[string]string, attributes []string) (map[string]*directory.Existing, error) {
	found, err := d.recordsOf(ctx, ids, attributes...)
	if err != nil {
		return nil, err
	}
	known, err := d.existingAll(ctx, slices.Collect(maps.Values(found)))
	if err != nil {
		return nil, err
	}
	out := make(map[string]*directory.Existing, len(found))
	for worker, r := range found {
		out[worker] = known[r.id]
	}
	return out, nil
}

// recordsOf is Read without what an account means.
func (d *Domain) recordsOf(ctx context.Context, ids map[string]string, attributes ...string) (map[string]*record, error) {
	if _, err := d.typesFor(ctx, attributes); err != nil {
		return nil, err
	}
	d.Need(attributes...)
	guids := make(map[string]string, len(ids)) // by worker id
	for worker, id := range ids {
		guid, err := canonicalGUID(id)
		if err != nil {
			return nil, fmt.Errorf("worker %q: object id: %w", worker, err)
		}
		guids[worker] = guid
	}
	s, err := d.bulk(ctx, len(guids))
	if err != nil {
		return nil, err
	}
	found := make(map[string]*record, len(guids))
	var ask []string
	for _, guid := range guids {
		if r := s.byID(guid); r != nil {
			found[guid] = r
		} else {
			ask = append(ask, guid)
		}
	}
	fresh, err := d.fetch(ctx, attrGUID, ask)
	if err != nil {
		return nil, err
	}
	for _, r := range fresh {
		found[r.id] = r
	}
	out := make(map[string]*record, len(guids))
	for worker, guid := range guids {
		if r := found[guid]; r != nil {
			out[worker] = r
		}
	}
	return out, nil
}

// fetch reads the objects that have one of the values in an attribute, as they
// are now, wherever in the domain, and keeps the snapshot right.
func (d *Domain) fetch(ctx context.Context, attribute string, values []string) ([]*record, error) {
	t := d.typeOf(attribute)
	values = slices.DeleteFunc(slices.Sorted(slices.Values(values)), func(v string) bool { return !canMatch(t, v) })
	if len(values) == 0 {
		return nil, nil
	}
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	values = slices.Compact(values)
	asked := d.needed()
	var out []*record
	for part := range slices.Chunk(values, chunk) {
		entries, err := d.search(ctx, root, anyOf(attribute, part), asked)
		if err != nil {
			return nil, fmt.Errorf("reading %d accounts: %w", len(values), err)
		}
		records, err := d.newRecords(entries, asked)
		if err != nil {
			return nil, err
		}
		out = append(out, records...)
	}
	for _, r := range out {
		d.note(change{record: r})
	}
	return out, nil
}
