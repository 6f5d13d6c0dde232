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

// record is an entry as it was read. It is never changed.
type record struct {
	id, dn, class string
	// values holds the attributes that the entry has, by schema spelling. The
	// manager is a distinguished name.
	values map[string]directory.Value
	// asked are the attributes that were read; one that is not in values is absent.
	asked []string
}

func (r *record) get(name string) directory.Value {
	v, ok := lookup(r.values, name)
	if !ok && isBit(name) {
		return flagOf(r.text(attrControl), name)
	}
	return v
}

func (r *record) text(name string) string { return r.get(name).Text() }

func (r *record) isUser() bool { return r.class == "user" }

func (r *record) enabled() bool {
	n, err := parseControl(r.text(attrControl))
	return err == nil && n&bitDisabled == 0
}

func (r *record) container() string {
	return Parent(r.dn)
}

// newRecord reads an entry of a search for the attributes asked.
func (d *Domain) newRecord(e *ldap.Entry, asked []string) (*record, error) {
	r := &record{dn: e.DN, values: make(map[string]directory.Value, len(e.Attributes)), asked: asked}
	for _, a := range e.Attributes {
		if len(a.ByteValues) == 0 {
			continue
		}
		if isName(a.Name, attrDescriptor) {
			// An access list that cannot be read stays unknown: no value is not FALSE to who asks for the permission.
			if l, err := parseAccessList(a.ByteValues[0]); err == nil {
				r.values[FlagCannotChangePassword] = flagValue(l.forbidsPasswordChange())
			}
			continue
		}
		t := d.typeOf(a.Name)
		v := make(directory.Value, len(a.ByteValues))
		for i, raw := range a.ByteValues {
			v[i] = decode(t, raw)
		}
		switch {
		case isName(t.Name, attrGUID):
			r.id = v.Text()
		case isName(t.Name, attrClass):
			r.class = className(v)
		default:
			r.values[t.Name] = v
		}
	}
	if len(r.id) != 36 {
		return nil, fmt.Errorf("%q came without an objectGUID: the account the provider signs in with needs the right to read it", e.DN)
	}
	return r, nil
}

func (d *Domain) newRecords(entries []*ldap.Entry, asked []string) ([]*record, error) {
	records := make([]*record, len(entries))
	for i, e := range entries {
		var err error
		if records[i], err = d.newRecord(e, asked); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// className returns the class of an object: "user" for people, the most special
// class for others. objectClass is in order ([MS-ADTS] 3.1.1.2.4.3), and
// computers are users, too.
func className(classes []string) string {
	has := func(name string) bool {
		return slices.ContainsFunc(classes, func(c string) bool { return isName(c, name) })
	}
	if has("user") && !has("computer") {
		return "user"
	}
	if len(classes) == 0 {
		return ""
	}
	return classes[len(classes)-1]
}

// existing translates records for decisions. managers holds worker ids by
// dnKey of the manager.
func (d *Domain) existing(r *record, managers map[string]string) *directory.Existing {
	e := &directory.Existing{ID: r.id, Path: r.dn, Class: r.class, Protected: d.protection(r), Account: directory.Account{
		Container: r.container(), Enabled: r.enabled(), Attributes: make(map[string]directory.Value, len(r.values)),
	}}
	e.MustChangePassword = r.isUser() && r.text(attrPasswordSet) == "0"
	for name, v := range r.values {
		if isName(name, d.o.RemovedGroupsAttribute) {
			if v = d.foreign(r, name); len(v) == 0 {
				continue
			}
		}
		e.Account.Attributes[name] = slices.Clone(v)
	}
	for _, name := range d.askedFlags() {
		if v := r.get(name); v != nil {
			e.Account.Attributes[name] = v
		}
	}
	if state := d.groupsState(r); len(state) > 0 {
		e.Account.Attributes[directory.GroupsAttribute] = state
	}
	if dn := r.text(attrManager); dn != "" {
		if id := managers[dnKey(dn)]; id != "" {
			e.Account.Attributes[attrManager] = directory.Value{id}
		}
	}
	return e
}

// askedFlags returns the flags that are asked for.
func (d *Domain) askedFlags() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Collect(maps.Values(d.flags))
}

// existingAll is existing for many, with one look for all their managers, and one
// for since when and why the disabled ones are disabled.
func (d *Domain) existingAll(ctx context.Context, records []*record) (map[string]*directory.Existing, error) {
	out, err := d.translate(ctx, records)
	if err != nil {
		return nil, err
	}
	since, err := d.sinceOf(ctx, records)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		if at, disabled := since[r.id]; disabled {
			cause := d.disabledFor(r, at)
			if m, _ := d.recall(r); directory.Leaves(cause) && m.at.After(at) {
				at = m.at // disabled for another reason before
			}
			out[r.id].DisabledSince, out[r.id].DisabledFor = at, cause
		} else if m, ok := d.recall(r); ok && r.enabled() {
			out[r.id].Remembers = m.cause
		}
	}
	return out, nil
}

// translate is existingAll without since when and why accounts are disabled.
func (d *Domain) translate(ctx context.Context, records []*record) (map[string]*directory.Existing, error) {
	if err := d.guard(ctx); err != nil {
		return nil, err
	}
	managers, err := d.managersOf(ctx, records)
	if err != nil {
		return nil, err
	}
	out := make(map[string]*directory.Existing, len(records))
	for _, r := range records {
		if out[r.id] == nil {
			out[r.id] = d.existing(r, managers)
		}
	}
	return out, nil
}

// managersOf returns the worker ids of the managers of records, by dnKey; ""
// for those without one.
func (d *Domain) managersOf(ctx context.Context, records []*record) (map[string]string, error) {
	found, missing := map[string]string{}, map[string]string{}
	d.mu.Lock()
	for _, r := range records {
		dn := r.text(attrManager)
		if dn == "" {
			continue
		}
		key := dnKey(dn)
		if id, ok := d.managers[key]; ok {
			found[key] = id
		} else if m := d.snap.byPath(key); m != nil {
			found[key] = m.text(d.o.WorkerIDAttribute)
		} else {
			missing[key] = dn
		}
	}
	d.mu.Unlock()
	if len(missing) == 0 {
		return found, nil
	}
	dns := make([]string, 0, len(missing))
	for key, dn := range missing {
		dns, found[key] = append(dns, dn), ""
	}
	slices.Sort(dns)
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(dns, chunk) {
		entries, err := d.search(ctx, root, anyOf(attrDN, part), []string{d.o.WorkerIDAttribute})
		if err != nil {
			return nil, fmt.Errorf("managers: %w", err)
		}
		for _, e := range entries {
			found[dnKey(e.DN)] = e.GetEqualFoldAttributeValue(d.o.WorkerIDAttribute)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for key := range missing {
		d.managers[key] = found[key]
	}
	return found, nil
}

// anyOf is a filter for objects whose attribute has one of the values.
func anyOf(attribute string, values []string) string {
	var b strings.Builder
	b.WriteString("(|")
	for _, v := range directory.AllSpellings(values) {
		b.WriteString("(" + attribute + "=" + filterValue(attribute, v) + ")")
	}
	b.WriteString(")")
	return b.String()
}

// filterValue escapes a value (RFC 4515); a GUID is compared as octets.
func filterValue(attribute, v string) string {
	raw := v
	if isName(attribute, attrGUID) {
		if b, err := parseGUID(v); err == nil {
			raw = string(b)
		}
	} else if t := typeOf(nil, attribute); t.Syntax == directory.Security || t.Syntax == directory.Binary || isName(attribute, attrExpires) {
		if s, err := encode(t, v); err == nil {
			raw = s
		}
	}
	return ldap.EscapeFilter(raw)
}
