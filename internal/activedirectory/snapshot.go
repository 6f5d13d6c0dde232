// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
)

// everyName finds every object that takes up a name, address or login, and every
// person.
const everyName = "(|(sAMAccountName=*)(userPrincipalName=*)(mail=*)(proxyAddresses=*)(objectClass=person)(objectClass=contact))"

// snapshot is a whole domain in memory. A nil snapshot is empty.
type snapshot struct {
	mu         sync.RWMutex
	records    map[string]*record // by id
	paths      map[string]*record // by dnKey
	attributes map[string]bool    // what was read, by Fold(name)
	indexes    map[string]map[string][]*record
}

// change is an object as it was written; gone says that it was deleted.
type change struct {
	record *record
	gone   bool
}

func newSnapshot() *snapshot {
	return &snapshot{records: map[string]*record{}, paths: map[string]*record{}, attributes: map[string]bool{}, indexes: map[string]map[string][]*record{}}
}

func (s *snapshot) byID(id string) *record {
	if s == nil {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.records[id]
}

func (s *snapshot) byPath(key string) *record {
	if s == nil {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.paths[key]
}

// all returns every record that keep accepts, by distinguished name.
func (s *snapshot) all(keep func(*record) bool) []*record {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []*record
	for _, r := range s.records {
		if keep(r) {
			out = append(out, r)
		}
	}
	sortRecords(out)
	return out
}

// count returns how many records keep accepts.
func (s *snapshot) count(keep func(*record) bool) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	n := 0
	for _, r := range s.records {
		if keep(r) {
			n++
		}
	}
	return n
}

// find returns the records that have a value with that key in an attribute.
func (s *snapshot) find(t directory.AttributeType, key string) []*record {
	name := directory.Fold(t.Name)
	s.mu.RLock()
	index, ok := s.indexes[name]
	found := index[key]
	s.mu.RUnlock()
	if ok {
		return found
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.index(t)[key]
}

// match returns the records for each value that has some.
func (s *snapshot) match(t directory.AttributeType, values []string) map[string][]*record {
	found := map[string][]*record{}
	for _, v := range values {
		if records := s.find(t, matchKey(t, v)); len(records) > 0 {
			found[v] = slices.Clone(records)
		}
	}
	return found
}

// index returns the records of an attribute by key; s.mu is held.
func (s *snapshot) index(t directory.AttributeType) map[string][]*record {
	name := directory.Fold(t.Name)
	if index, ok := s.indexes[name]; ok {
		return index
	}
	index := make(map[string][]*record, len(s.records))
	for _, r := range s.records {
		for _, k := range r.keys(t) {
			index[k] = append(index[k], r)
		}
	}
	s.indexes[name] = index
	return index
}

// keys returns the match keys of the values of an attribute, each once.
func (r *record) keys(t directory.AttributeType) []string {
	v := r.get(t.Name)
	switch {
	case isName(t.Name, attrGUID):
		v = directory.Value{r.id}
	case isName(t.Name, attrDN):
		v = directory.Value{r.dn}
	}
	keys := make([]string, len(v))
	for i, s := range v {
		keys[i] = matchKey(t, s)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// put stores a record. Attributes that it was read without stay as they were.
func (s *snapshot) put(r *record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.records[r.id]
	if old != nil {
		r = old.overlay(r)
		s.remove(old)
	}
	s.insert(r)
	if old != nil && old.dn != r.dn {
		s.relink(old.dn, directory.Value{r.dn})
	}
}

// insert adds a record to everything; s.mu is held.
func (s *snapshot) insert(r *record) {
	s.records[r.id], s.paths[dnKey(r.dn)] = r, r
	for name, index := range s.indexes {
		for _, k := range r.keys(typeOf(nil, name)) {
			index[k] = append(slices.Clip(index[k]), r)
		}
	}
}

// relink does what the directory does by itself when an object is renamed or
// deleted: links to it follow, or go. s.mu is held.
func (s *snapshot) relink(from string, to directory.Value) {
	for _, r := range slices.Clone(s.index(typeOf(nil, attrManager))[dnKey(from)]) {
		linked := *r
		linked.values = maps.Clone(r.values)
		linked.values[attrManager] = to
		s.remove(r)
		s.insert(&linked)
	}
}

// overlay returns r with what only old was read with.
func (old *record) overlay(r *record) *record {
	read := make(map[string]bool, len(r.asked))
	for _, name := range r.asked {
		read[name] = true
	}
	merged := *r
	merged.values = make(map[string]directory.Value, len(old.values))
	for name, v := range old.values {
		if !read[name] {
			merged.values[name] = v
		}
	}
	for name, v := range r.values {
		merged.values[name] = v
	}
	if merged.class == "" {
		merged.class = old.class
	}
	return &merged
}

func (s *snapshot) drop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.records[id]; old != nil {
		s.remove(old)
		s.relink(old.dn, nil)
	}
}

// remove takes a record out of everything; s.mu is held.
func (s *snapshot) remove(old *record) {
	delete(s.records, old.id)
	if key := dnKey(old.dn); s.paths[key] == old {
		delete(s.paths, key)
	}
	for name, index := range s.indexes {
		for _, k := range old.keys(typeOf(nil, name)) {
			rest := slices.DeleteFunc(slices.Clone(index[k]), func(r *record) bool { return r == old })
			if index[k] = rest; len(rest) == 0 {
				delete(index, k)
			}
		}
	}
}

// missing returns those of the attributes that were not read.
func (s *snapshot) missing(attributes []string) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.DeleteFunc(slices.Clone(attributes), func(name string) bool { return s.attributes[directory.Fold(name)] })
}

func sortRecords(records []*record) {
	slices.SortFunc(records, func(a, b *record) int {
		if a.dn < b.dn {
			return -1
		}
		return 1
	})
}

// bulk returns the snapshot when n more values are to be asked for and it has
// been read or is now worth reading, else nil. It has all needed attributes.
func (d *Domain) bulk(ctx context.Context, n int) (*snapshot, error) {
	d.mu.Lock()
	d.asked += n
	worth := d.snap != nil || d.o.BulkThreshold >= 0 && d.asked > d.o.BulkThreshold
	d.mu.Unlock()
	if !worth {
		return nil, nil
	}
	return d.snapshot(ctx)
}

// snapshot returns the whole domain, read once for everybody who asks. Who
// waits for another's read gives up with their own context.
func (d *Domain) snapshot(ctx context.Context) (*snapshot, error) {
	if s := d.complete(); s != nil {
		return s, nil
	}
	if err := d.loading.lock(ctx); err != nil {
		return nil, err
	}
	defer d.loading.unlock()
	if s := d.complete(); s != nil {
		return s, nil
	}
	d.mu.Lock()
	s := d.snap
	d.busy, d.late = true, nil
	d.mu.Unlock()
	filter, asked := everyName, d.needed()
	if s == nil {
		s = newSnapshot()
	} else {
		asked = s.missing(asked)
		filter = presence(asked)
		asked = append(asked, attrGUID, attrClass)
	}
	err := d.load(ctx, s, filter, asked)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.busy = false
	if err != nil {
		return nil, fmt.Errorf("reading the accounts of the domain: %w", err)
	}
	for _, c := range d.late {
		c.apply(s)
	}
	d.snap, d.late = s, nil
	return s, nil
}

// complete returns the snapshot if it has all that is needed.
func (d *Domain) complete() *snapshot {
	d.mu.Lock()
	s := d.snap
	d.mu.Unlock()
	if s == nil || len(s.missing(d.needed())) > 0 {
		return nil
	}
	return s
}

// presence is a filter for objects that have one of the attributes.
func presence(attributes []string) string {
	filter := "(|"
	for _, name := range attributes {
		if isName(name, FlagCannotChangePassword) { // every object has a descriptor, and only users this flag
			filter += "(objectClass=user)"
			continue
		}
		filter += "(" + name + "=*)"
	}
	return filter + ")"
}

// load reads entries into s. Nothing is stored before everything has come.
func (d *Domain) load(ctx context.Context, s *snapshot, filter string, asked []string) error {
	base, err := d.base(ctx)
	if err != nil {
		return err
	}
	var records []*record
	req := withDescriptor(&ldap.SearchRequest{BaseDN: base, Scope: ldap.ScopeWholeSubtree, Filter: filter, Attributes: asked})
	m := d.client.Meter(ctx, "reading entries", 0)
	defer m.End()
	for attempt := 0; ; attempt++ {
		records = records[:0]
		err := d.client.SearchEach(ctx, req, func(e *ldap.Entry) error {
			m.Add(1, 0)
			r, err := d.newRecord(e, asked)
			records = append(records, r)
			return err
		})
		if err == nil {
			break
		}
		if attempt > 0 || !ldapconn.IsUnavailable(err) {
			return err
		}
	}
	s.mu.RLock()
	first := len(s.records) == 0
	s.mu.RUnlock()
	for _, r := range records {
		if first || s.byID(r.id) != nil {
			s.put(r)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range asked {
		s.attributes[directory.Fold(name)] = true
	}
	return nil
}

func (c change) apply(s *snapshot) {
	if c.gone {
		s.drop(c.record.id)
		return
	}
	s.put(c.record)
}

// note keeps what is remembered right after an object was written.
func (d *Domain) note(c change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if old := d.snap.byID(c.record.id); old != nil {
		delete(d.managers, dnKey(old.dn))
	}
	key := dnKey(c.record.dn)
	delete(d.managers, key)
	delete(d.since, c.record.id)
	if c.gone {
		d.deleted.forget()
	}
	if !c.gone && slices.Contains(c.record.asked, d.o.WorkerIDAttribute) {
		d.managers[key] = c.record.text(d.o.WorkerIDAttribute)
	}
	if d.busy {
		d.late = append(d.late, c)
	}
	if d.snap != nil {
		c.apply(d.snap)
	}
}
