// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// entry is a user, a group or an administrative unit.
type entry struct {
	kind, id string
	props    object // without what is null
	manager  string
	sponsors []string
	owners   []string
	members  *idSet

	deleted time.Time // zero: it is not
	visible time.Time // not to be found before
	hidden  int       // reads that do not find it
	changed int       // the tick of the last change
	passes  []object  // temporary access passes

	direct     map[string]object     // licences of a user by itself, by skuId
	faults     map[string]unlicensed // of these, see FaultLicense
	processing int                   // how often the state of a group's licences is asked for before members have them

	role       string   // of administrators that a user or group holds
	restricted bool     // in a restricted management administrative unit, by hand
	scoped     []object // role memberships of an administrative unit
}

// idSet is a set of ids in the order in which they were added.
type idSet struct {
	order []string
	has   map[string]bool
}

func (s *idSet) add(id string) {
	s.has[id] = true
	s.order = append(s.order, id)
}

func (s *idSet) remove(id string) {
	delete(s.has, id)
	s.order = slices.DeleteFunc(s.order, func(o string) bool { return o == id })
}

// store holds the objects of the tenant.
type store struct {
	principal  string // object id of the application's service principal
	app        *entry // that service principal
	domains    []string
	entries    map[string]*entry
	byName     map[string]*entry            // users who are not deleted, by folded userPrincipalName
	byAddress  map[string]*entry            // what is not deleted, by folded SMTP address
	byAnchor   map[string]*entry            // users, deleted ones too, by onPremisesImmutableId
	byEmployee map[string]map[string]*entry // users who are not deleted, by folded employeeId and id
	extensions map[string]*definition       // by name
	security   map[string]*definition       // custom security attributes, by folded set and name
	licenses   []*License
	holders    map[*entry]bool   // groups that hold a role
	units      map[string]*entry // administrative units, by id
	licensed   map[*entry]bool   // groups whose members have, or had, licences through them
	tick       int
	purged     []tombstone
}

// tombstone is what delta queries tell of an object that is gone for ever.
type tombstone struct {
	kind, id string
	tick     int
}

func newStore(o Options) *store {
	s := &store{principal: uuid.NewString(), domains: o.Domains, entries: map[string]*entry{}, byName: map[string]*entry{}, byAddress: map[string]*entry{}, byAnchor: map[string]*entry{},
		byEmployee: map[string]map[string]*entry{}, extensions: map[string]*definition{}, security: map[string]*definition{},
		holders: map[*entry]bool{}, licensed: map[*entry]bool{}, units: map[string]*entry{}}
	for _, l := range o.Licenses {
		s.licenses = append(s.licenses, &l)
	}
	s.app = s.application(o)
	return s
}

func fold(s string) string { return strings.ToLower(s) }

func (e *entry) text(name string) string {
	v, _ := e.props[name].(string)
	return v
}

func (e *entry) set(name string, value any) {
	if value == nil {
		delete(e.props, name)
		return
	}
	e.props[name] = value
}

// addresses are the SMTP addresses of an object, folded and without the prefix.
func (e *entry) addresses() []string {
	var out []string
	list, _ := e.props["proxyAddresses"].([]any)
	for _, v := range list {
		if text, isText := v.(string); isText {
			if scheme, rest, found := strings.Cut(text, ":"); found && strings.EqualFold(scheme, "smtp") {
				out = append(out, fold(rest))
			}
		}
	}
	return out
}

// index enters an object where it is found; unindex is the contrary. Between
// them properties may change.
func (s *store) index(e *entry) {
	s.tick++
	e.changed = s.tick
	if anchor := e.text("onPremisesImmutableId"); anchor != "" {
		s.byAnchor[anchor] = e
	}
	if !e.deleted.IsZero() {
		return
	}
	for _, a := range e.addresses() {
		s.byAddress[a] = e
	}
	if e.kind != kindUser {
		return
	}
	s.byName[fold(e.text("userPrincipalName"))] = e
	if id := fold(e.text("employeeId")); id != "" {
		if s.byEmployee[id] == nil {
			s.byEmployee[id] = map[string]*entry{}
		}
		s.byEmployee[id][e.id] = e
	}
}

func (s *store) unindex(e *entry) {
	if anchor := e.text("onPremisesImmutableId"); anchor != "" {
		delete(s.byAnchor, anchor)
	}
	if !e.deleted.IsZero() {
		return
	}
	for _, a := range e.addresses() {
		delete(s.byAddress, a)
	}
	if e.kind != kindUser {
		return
	}
	delete(s.byName, fold(e.text("userPrincipalName")))
	delete(s.byEmployee[fold(e.text("employeeId"))], e.id)
}

// touch makes a change visible to delta queries.
func (s *store) touch(e *entry) {
	s.tick++
	e.changed = s.tick
}

// conflict returns the failure if an object that is to be indexed has a value
// that is taken by another.
func (s *store) conflict(e *entry) *failure {
	var found []*failure
	taken := func(other *entry) bool { return other != nil && other != e }
	if e.kind == kindUser && taken(s.byName[fold(e.text("userPrincipalName"))]) {
		found = append(found, conflict("userPrincipalName"))
	}
	if slices.ContainsFunc(e.addresses(), func(a string) bool { return taken(s.byAddress[a]) }) {
		property := "proxyAddresses"
		if e.kind == kindGroup {
			property = "mailNickname"
		}
		found = append(found, conflict(property))
	}
	if anchor := e.text("onPremisesImmutableId"); anchor != "" && taken(s.byAnchor[anchor]) {
		found = append(found, conflict("onPremisesImmutableId"))
	}
	if len(found) == 0 {
		return nil
	}
	for _, f := range found[1:] {
		found[0].details = append(found[0].details, f.details...)
	}
	return found[0]
}

// all returns the objects of a kind that are not deleted, or that are, by id.
func (s *store) all(kind string, deleted bool) []*entry {
	out := make([]*entry, 0, len(s.entries))
	for _, e := range s.entries {
		if e.kind == kind && e.deleted.IsZero() != deleted {
			out = append(out, e)
		}
	}
	return sorted(out)
}

func sorted(entries []*entry) []*entry {
	slices.SortFunc(entries, func(a, b *entry) int { return cmp.Compare(a.id, b.id) })
	return entries
}

// locate finds a user by id or userPrincipalName, a group by id, whether it is visible or not.
func (s *store) locate(kind, key string) *entry {
	if e := s.entries[fold(key)]; e != nil && e.kind == kind && e.deleted.IsZero() {
		return e
	}
	if kind == kindUser {
		return s.byName[fold(key)]
	}
	return nil
}

// purge removes an object for ever.
func (s *store) purge(e *entry) {
	s.unindex(e)
	delete(s.entries, e.id)
	delete(s.holders, e)
	delete(s.units, e.id)
	delete(s.licensed, e)
	s.tick++
	s.purged = append(s.purged, tombstone{e.kind, e.id, s.tick})
	for _, other := range s.entries {
		if other.manager == e.id {
			other.manager = ""
		}
		other.sponsors = slices.DeleteFunc(other.sponsors, func(id string) bool { return id == e.id })
		other.owners = slices.DeleteFunc(other.owners, func(id string) bool { return id == e.id })
		if other.members != nil && other.members.has[e.id] {
			other.members.remove(e.id)
		}
	}
}

// expire purges what was deleted longer ago than the retention.
func (s *store) expire(before time.Time) {
	for _, e := range slices.Collect(maps.Values(s.entries)) {
		if !e.deleted.IsZero() && e.deleted.Before(before) {
			s.purge(e)
		}
	}
}

// sees reports whether a read at a time finds an object, and books the read.
func (e *entry) sees(now time.Time) bool {
	if e.hidden > 0 {
		e.hidden--
		return false
	}
	return !now.Before(e.visible)
}

// find finds an object for a client.
func (s *Server) find(kind, key string) (*entry, *failure) {
	if e := s.store.locate(kind, key); e != nil && e.sees(s.now()) {
		return e, nil
	}
	return nil, notFound(key)
}
