// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/go-ldap/ldap/v3"
)

const (
	// bitIsSet is LDAP_MATCHING_RULE_BIT_AND ([MS-ADTS] 3.1.1.3.4.4.1).
	bitIsSet       = "1.2.840.113556.1.4.803"
	disabledFilter = "(" + attrControl + ":" + bitIsSet + ":=2)"
	// pageSize is about how many entries a server returns at once.
	pageSize = 1000
)

// lapsed reports an account that is disabled, as far as its record says.
func (r *record) lapsed() bool { return r.isUser() && r.text(attrControl) != "" && !r.enabled() }

// sinceOf returns since when the disabled ones among records are disabled, by
// objectGUID: zero where nothing tells. It asks for those that were not asked for
// since they were last read or written, and nothing where nobody is disabled.
func (d *Domain) sinceOf(ctx context.Context, records []*record) (map[string]time.Time, error) {
	known := map[string]time.Time{}
	var ask []string
	d.mu.Lock()
	snap := d.snap
	for _, r := range records {
		if !r.lapsed() {
			continue
		}
		at, ok := d.since[r.id]
		if known[r.id] = at; !ok {
			ask = append(ask, r.id)
		}
	}
	d.mu.Unlock()
	if len(ask) == 0 {
		return known, nil
	}
	slices.Sort(ask)
	ask = slices.Compact(ask)
	found, err := d.readSince(ctx, ask, snap)
	if err != nil {
		return nil, fmt.Errorf("reading since when accounts are disabled: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, at := range found {
		d.since[id] = at
	}
	for _, id := range ask {
		known[id], d.since[id] = found[id], found[id] // who is enabled by now has none
	}
	return known, nil
}

// readSince reads the metadata of disabled accounts: of those asked, or of everybody
// who is disabled where that takes no more requests.
func (d *Domain) readSince(ctx context.Context, ids []string, s *snapshot) (map[string]time.Time, error) {
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	parts := slices.Collect(slices.Chunk(ids, chunk))
	filters := make([]string, len(parts))
	for i, part := range parts {
		filters[i] = "(&" + disabledFilter + anyOf(attrGUID, part) + ")"
	}
	if s != nil && (s.count((*record).lapsed)+pageSize-1)/pageSize <= len(parts) {
		filters = []string{"(&(objectClass=user)" + disabledFilter + ")"}
	}
	found := map[string]time.Time{}
	var silent []string
	for _, filter := range filters {
		entries, err := d.search(ctx, root, filter, []string{attrGUID, attrPropertyMetaData})
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			id, err := entryID(e)
			if err != nil {
				return nil, err
			}
			at, ok := propertyChanged(e.GetEqualFoldRawAttributeValue(attrPropertyMetaData), controlID)
			if found[id] = at; !ok && hasID(ids, id) {
				silent = append(silent, id)
			}
		}
	}
	return found, d.computeSince(ctx, root, silent, found)
}

// hasID reports whether a sorted list has an id.
func hasID(ids []string, id string) bool {
	_, found := slices.BinarySearch(ids, id)
	return found
}

// computeSince reads metadata that the server computes, for the objects whose stored form could not be
// read. It costs one request for each object.
func (d *Domain) computeSince(ctx context.Context, root string, ids []string, found map[string]time.Time) error {
	for part := range slices.Chunk(ids, chunk) {
		entries, err := d.search(ctx, root, "(&"+disabledFilter+anyOf(attrGUID, part)+")", []string{attrGUID, attrAttributeMetaData})
		if err != nil {
			return err
		}
		for _, e := range entries {
			id, err := entryID(e)
			if err != nil {
				return err
			}
			found[id], _ = readMetaData(e).changed(controlID, attrControl)
		}
	}
	return nil
}

// propertyChanged finds one attribute in what parsePropertyMetaData reads.
func propertyChanged(b []byte, id uint32) (time.Time, bool) {
	for m := range properties(b) {
		if binary.LittleEndian.Uint32(m) == id {
			return propertyTime(m), true
		}
	}
	return time.Time{}, false
}

// metaDataOf is readMetaData for one object.
func (d *Domain) metaDataOf(ctx context.Context, dn string) (metaData, error) {
	entries, err := d.client.Search(ctx, &ldap.SearchRequest{BaseDN: dn, Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)",
		Attributes: []string{attrPropertyMetaData, attrAttributeMetaData}})
	if err != nil || len(entries) != 1 {
		return metaData{}, err
	}
	return readMetaData(entries[0]), nil
}
