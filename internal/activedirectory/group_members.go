// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// membersPerSearch weighs members against [Options.BulkThreshold]: a search
// serves many, so that the whole domain is worth reading for thousands only.
const membersPerSearch = 10

func (d *Domain) member(r *record) directory.Member {
	m := directory.Member{ID: r.id, Path: r.dn, Name: r.text(attrDisplayName), Class: r.class, WorkerID: r.text(d.o.WorkerIDAttribute)}
	if m.Name == "" || !r.isUser() {
		m.Name = cnOf(r.dn)
	}
	return m
}

// membersByPath returns who is at the paths, by dnKey: from the snapshot as far
// as it goes, else read in bulk. Nobody is absent: what cannot be found here
// belongs to another domain.
func (d *Domain) membersByPath(ctx context.Context, paths map[string]string) (map[string]directory.Member, error) {
	s, err := d.bulk(ctx, len(paths)/membersPerSearch)
	if err != nil {
		return nil, err
	}
	out := make(map[string]directory.Member, len(paths))
	var ask []string
	for key, dn := range paths {
		if r := s.byPath(key); r != nil {
			out[key] = d.member(r)
		} else {
			ask = append(ask, dn)
		}
	}
	records, err := d.fetch(ctx, attrDN, ask)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		out[dnKey(r.dn)] = d.member(r)
	}
	for _, dn := range ask {
		if key := dnKey(dn); out[key].ID == "" {
			out[key] = directory.Member{ID: dn, Path: dn, Name: cnOf(dn), Class: "foreign object"}
		}
	}
	return out, nil
}

// Members implements [directory.Groups]. A reference with @ is a user principal
// name first and a worker id second. Users and groups count alike.
func (d *Domain) Members(ctx context.Context, refs []string) (map[string]directory.Member, error) {
	var guids, paths, principals, workers []string
	for _, ref := range refs {
		switch _, err := parseGUID(ref); {
		case err == nil:
			guids = append(guids, ref)
		case isDN(ref) && strings.Contains(ref, ","):
			paths = append(paths, ref)
		case strings.Contains(ref, "@"):
			principals = append(principals, ref)
		case ref != "":
			workers = append(workers, ref)
		}
	}
	out := make(map[string]directory.Member, len(refs))
	if err := d.membersBy(ctx, attrPrincipal, principals, out); err != nil {
		return nil, err
	}
	for _, ref := range principals {
		if out[ref].ID == "" {
			workers = append(workers, ref)
		}
	}
	err := errors.Join(d.membersBy(ctx, attrGUID, guids, out), d.membersBy(ctx, attrDN, paths, out), d.membersBy(ctx, d.o.WorkerIDAttribute, workers, out))
	if err != nil {
		return nil, err
	}
	return out, nil
}

// membersBy finds members by the value of one attribute. What the snapshot lacks
// is asked for, since somebody may have created it in the meantime.
func (d *Domain) membersBy(ctx context.Context, attribute string, refs []string, out map[string]directory.Member) error {
	if len(refs) == 0 {
		return nil
	}
	t := d.typeOf(attribute)
	values := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(refs))), func(v string) bool { return !canMatch(t, v) })
	s, err := d.bulk(ctx, len(values)/membersPerSearch)
	if err != nil {
		return err
	}
	found := map[string][]*record{}
	var ask []string
	for _, v := range values {
		if s != nil {
			found[v] = slices.Clone(s.findOne(t, matchKey(t, v)))
		}
		if len(found[v]) == 0 {
			ask = append(ask, v)
		}
	}
	if err := d.askFor(ctx, attribute, ask, found); err != nil {
		return err
	}
	var errs []error
	for _, v := range slices.Sorted(maps.Keys(found)) {
		records := exactMatches(found[v], attribute, v)
		switch {
		case len(records) == 0:
		case len(records) > 1:
			errs = append(errs, because(directory.ErrAmbiguous, "%q names %d objects as %s: %s; give the objectGUID of the one that is meant", v, len(records), t.Name, listPaths(records)))
		default:
			out[v] = d.member(records[0])
		}
	}
	return errors.Join(errs...)
}

// findOne is find, with the identity and the path answered without an index of them.
func (s *snapshot) findOne(t directory.AttributeType, key string) []*record {
	var r *record
	switch {
	case isName(t.Name, attrGUID):
		r = s.byID(key)
	case isName(t.Name, attrDN):
		r = s.byPath(key)
	default:
		return s.find(t, key)
	}
	if r == nil {
		return nil
	}
	return []*record{r}
}

// askFor reads values that are not known yet into found.
func (d *Domain) askFor(ctx context.Context, attribute string, values []string, found map[string][]*record) error {
	t := d.typeOf(attribute)
	records, err := d.fetch(ctx, attribute, values)
	if err != nil {
		return fmt.Errorf("looking for members: %w", err)
	}
	byKey := map[string][]*record{}
	for _, r := range records {
		for _, k := range r.keys(t) {
			byKey[k] = append(byKey[k], r)
		}
	}
	for _, v := range values {
		found[v] = byKey[matchKey(t, v)]
	}
	return nil
}

// exactMatches keeps to the records that have the value but for case, if there are some.
func exactMatches(records []*record, attribute, value string) []*record {
	if len(records) < 2 {
		return records
	}
	exact := slices.DeleteFunc(slices.Clone(records), func(r *record) bool {
		return !slices.ContainsFunc(r.get(attribute), func(v string) bool { return strings.EqualFold(v, value) })
	})
	if len(exact) > 0 {
		return exact
	}
	return records
}
