// SPDX-License-Identifier: MPL-2.0

package memdir

import (
	"slices"
	"strings"
	"time"
)

const (
	// deletedObjects is where deleted objects go, and its well-known GUID ([MS-ADTS] 6.1.1.4.2).
	deletedObjects = "CN=Deleted Objects," + Base
	deletedGUID    = "<wkguid=18e2ea80684f11d2b9aa00c04f79f805,"
	// lifetime is how long a deleted object can be restored ([MS-ADTS] 7.1.1.2.4.1.1).
	lifetime = 180 * 24 * time.Hour
)

// EnableRecycleBin makes deleted objects keep everything, so that they can be restored.
// Without it they leave a tombstone, of which nothing is told.
func (s *Server) EnableRecycleBin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recycles = true
	s.entries[key("CN=Partitions,CN=Configuration,"+Base)].set("msDS-EnabledFeature",
		"CN=Recycle Bin Feature,CN=Optional Features,CN=Directory Service,CN=Windows NT,CN=Services,CN=Configuration,"+Base)
}

// remove deletes an object: it goes where deleted objects go, and nothing links to it any more.
func (s *Server) remove(e *entry) *refusal {
	switch {
	case e == nil:
		return &refusal{codeNoSuchObject, "0000208D: NameErr: DSID-03100213, problem 2001 (NO_OBJECT), data 0"}
	case s.children[e] > 0:
		return &refusal{codeNotLeaf, "00002015: UpdErr: DSID-031A1230, problem 6003 (CANT_ON_NON_LEAF), data 0"}
	}
	s.unfile(e)
	if i := slices.Index(s.order, e); i >= 0 {
		s.order[i] = nil
	}
	former := bond{out: map[string][]*entry{}}
	for name, to := range e.links {
		former.out[name] = to
		e.link(name, nil)
	}
	for name, back := range backLinks {
		for _, other := range slices.Clone(e.back[strings.ToLower(back)]) {
			former.in = append(former.in, inward{name, other})
			other.link(name, slices.DeleteFunc(slices.Clone(other.links[name]), func(o *entry) bool { return o == e }))
		}
	}
	rdn, parent := split(e.dn)
	e.deleted = s.now()
	if !s.recycles {
		return nil
	}
	e.set("isDeleted", "TRUE")
	e.set("lastKnownParent", parent)
	e.dn = rdn + `\0ADEL:` + e.guid() + "," + deletedObjects
	e.set("distinguishedName", e.dn)
	s.trash[key(e.dn)] = e
	s.bonds[e] = former
	return nil
}

// bond is what a deleted object was linked with, which comes back with it.
type bond struct {
	out map[string][]*entry
	in  []inward
}

type inward struct {
	name string
	from *entry
}

// reanimate restores a deleted object ([MS-ADTS] 3.1.1.5.3.7.2).
func (s *Server) reanimate(e *entry, edits []edit) *refusal {
	target := ""
	rest := slices.DeleteFunc(slices.Clone(edits), func(c edit) bool {
		if strings.EqualFold(c.name, "distinguishedName") && len(c.values) == 1 {
			target = c.values[0]
		}
		return strings.EqualFold(c.name, "distinguishedName") || strings.EqualFold(c.name, "isDeleted")
	})
	rdn, above := split(spell(target))
	parent := s.entries[key(above)]
	switch {
	case target == "":
		return &refusal{codeUnwilling, "00002077: SvcErr: DSID-031A1021, problem 5003 (WILL_NOT_PERFORM), data 0"}
	case s.now().Sub(e.deleted) > lifetime:
		return &refusal{codeNoSuchObject, "0000208D: NameErr: DSID-03100288, problem 2001 (NO_OBJECT), data 0"}
	case parent == nil:
		return &refusal{codeNoSuchObject, "0000208D: NameErr: DSID-0310028C, problem 2001 (NO_OBJECT), data 0"}
	case s.entries[key(rdn+","+parent.dn)] != nil:
		return &refusal{codeExists, "00002071: UpdErr: DSID-031B0E2A, problem 6005 (ENTRY_EXISTS), data 0"}
	}
	draft := e.clone()
	draft.changed = e.changed
	links, r := s.edit(draft, rest, false)
	if r == nil {
		r = s.check(draft, e)
	}
	if r != nil {
		return r
	}
	delete(s.trash, key(e.dn))
	e.attrs, e.dn, e.deleted = draft.attrs, rdn+","+parent.dn, time.Time{}
	e.set("isDeleted")
	e.set("lastKnownParent")
	s.file(e)
	s.order = append(s.order, e)
	s.rebind(e, links)
	return nil
}

func (s *Server) rebind(e *entry, links map[string][]*entry) {
	former := s.bonds[e]
	delete(s.bonds, e)
	live := func(o *entry) bool { return o.deleted.IsZero() }
	for name, to := range former.out {
		if _, given := links[name]; !given {
			e.link(name, slices.DeleteFunc(slices.Clone(to), func(o *entry) bool { return !live(o) }))
		}
	}
	for name, to := range links {
		e.link(name, to)
	}
	for _, in := range former.in {
		if live(in.from) && (in.name == "member" || len(in.from.links[in.name]) == 0) {
			in.from.link(in.name, append(slices.Clone(in.from.links[in.name]), e))
		}
	}
}
