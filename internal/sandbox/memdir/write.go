// SPDX-License-Identifier: MPL-2.0

package memdir

import (
	"slices"
	"strconv"
	"strings"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Result codes of RFC 4511, appendix A.2.
const (
	codeNoAttribute  = 16
	codeConstraint   = 19
	codeValueExists  = 20
	codeNoSuchObject = 32
	codeUnwilling    = 53
	codeNotLeaf      = 66
	codeExists       = 68
)

// refusal is an answer that is not a success.
type refusal struct {
	code int64
	text string
}

// answerOf turns a refusal, or none, into a response.
func answerOf(tag ber.Tag, r *refusal) *ber.Packet {
	if r == nil {
		return result(tag, 0, "")
	}
	return result(tag, r.code, r.text)
}

// edit is one change of an attribute (RFC 4511 section 4.6).
type edit struct {
	kind   int64 // 0 add, 1 delete, 2 replace
	name   string
	values []string
}

// What a password leaves behind: the keys that are derived from it.
const credentials = "supplementalCredentials"

const bitDisabled = 2

func (e *entry) disabled() bool {
	n, _ := strconv.ParseInt(e.first("userAccountControl"), 10, 64)
	return n&bitDisabled != 0
}

func (s *Server) add(op *ber.Packet) *refusal {
	rdn, above := split(spell(text(op.Children[0])))
	parent := s.entries[key(above)]
	if parent == nil {
		return &refusal{codeNoSuchObject, "0000208D: NameErr: DSID-03100241, problem 2001 (NO_OBJECT), data 0, best match of: '" + Base + "'"}
	}
	e := newEntry(rdn + "," + parent.dn)
	var edits []edit
	for _, a := range op.Children[1].Children {
		edits = append(edits, edit{2, text(a.Children[0]), values(a.Children[1])})
	}
	if s.entries[key(e.dn)] != nil {
		return &refusal{codeExists, "00002071: UpdErr: DSID-031B0E2A, problem 6005 (ENTRY_EXISTS), data 0"}
	}
	links, r := s.edit(e, edits, false)
	if r != nil {
		return r
	}
	if e.isA("user") {
		e.set("objectClass", "top", "person", "organizationalPerson", "user")
		if e.first("userAccountControl") == "" {
			e.set("userAccountControl", "546")
		}
		if e.first("pwdLastSet") == "" {
			e.set("pwdLastSet", "0")
		}
		e.set("primaryGroupID", "513")
		s.stamp(e, "userAccountControl")
	}
	if r := s.check(e, nil); r != nil {
		return r
	}
	s.insert(e)
	for name, to := range links {
		e.link(name, to)
	}
	return nil
}

// edit carries edits out on an object that nobody sees yet, and returns its links.
func (s *Server) edit(e *entry, edits []edit, permissive bool) (map[string][]*entry, *refusal) {
	links := map[string][]*entry{}
	for _, c := range edits {
		name := strings.ToLower(c.name)
		switch {
		case name == "unicodepwd":
			e.password = strings.Join(c.values, "")
			e.set("pwdLastSet", strconv.FormatInt(s.now().UnixNano()/100+116444736000000000, 10))
			s.stamp(e, credentials, c.name, "pwdLastSet")
			continue
		case backLinks[name] != "":
			to, r := s.relink(e, links, c, permissive)
			if r != nil {
				return nil, r
			}
			links[name] = to
			s.stamp(e, c.name)
			continue
		}
		var present []string
		if a := e.attrs[name]; a != nil {
			present = a.values
		}
		next, r := combine(present, c, permissive, strings.EqualFold)
		if r != nil {
			return nil, r
		}
		if name == "pwdlastset" && len(next) == 1 && next[0] == "-1" {
			next = []string{strconv.FormatInt(s.now().UnixNano()/100+116444736000000000, 10)}
		}
		if !slices.Equal(present, next) {
			e.set(c.name, next...)
			s.stamp(e, c.name)
		}
	}
	return links, nil
}

// relink returns what a link attribute names after an edit.
func (s *Server) relink(e *entry, links map[string][]*entry, c edit, permissive bool) ([]*entry, *refusal) {
	name := strings.ToLower(c.name)
	present, begun := links[name]
	if !begun {
		present = e.links[name]
	}
	var named []*entry
	for _, v := range c.values {
		other := s.byName(v)
		if other == nil {
			return nil, &refusal{codeConstraint, "000020B5: AtrErr: DSID-03153385, #1: 0: 000020B5: DSID-03153385, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att (" + c.name + ")"}
		}
		named = append(named, other)
	}
	has := make(map[*entry]bool, len(present))
	for _, other := range present {
		has[other] = true
	}
	switch {
	case c.kind == 0:
		out := slices.Clone(present)
		for _, other := range named {
			if !has[other] {
				out = append(out, other)
			} else if !permissive {
				return nil, &refusal{codeExists, "00000562: UpdErr: DSID-031A122A, problem 6005 (ENTRY_EXISTS), data 0"}
			}
		}
		return out, nil
	case c.kind == 1 && len(named) > 0:
		gone := make(map[*entry]bool, len(named))
		for _, other := range named {
			if gone[other] = true; !has[other] && !permissive {
				return nil, &refusal{codeUnwilling, "00000561: SvcErr: DSID-031A1254, problem 5003 (WILL_NOT_PERFORM), data 0"}
			}
		}
		return slices.DeleteFunc(slices.Clone(present), func(o *entry) bool { return gone[o] }), nil
	case c.kind == 1:
		return nil, nil
	}
	return named, nil
}

// combine returns the values of an attribute after an edit.
func combine(present []string, c edit, permissive bool, same func(a, b string) bool) ([]string, *refusal) {
	holds := func(list []string, v string) bool {
		return slices.ContainsFunc(list, func(have string) bool { return same(have, v) })
	}
	switch {
	case c.kind == 0:
		out := slices.Clone(present)
		for _, v := range c.values {
			if !holds(present, v) {
				out = append(out, v)
			} else if !permissive {
				return nil, &refusal{codeValueExists, "00002083: AtrErr: DSID-03151785, #1: 0: 00002083: problem 1006 (ATT_OR_VALUE_EXISTS), Att (" + c.name + ")"}
			}
		}
		return out, nil
	case c.kind == 1 && len(c.values) > 0:
		for _, v := range c.values {
			if !holds(present, v) && !permissive {
				return nil, &refusal{codeNoAttribute, "00002085: AtrErr: DSID-03151E33, #1: 0: 00002085: problem 1001 (NO_ATTRIBUTE_OR_VAL), Att (" + c.name + ")"}
			}
		}
		return slices.DeleteFunc(slices.Clone(present), func(v string) bool { return holds(c.values, v) }), nil
	case c.kind == 1 && len(present) == 0 && !permissive:
		return nil, &refusal{codeNoAttribute, "00002085: problem 1001 (NO_ATTRIBUTE_OR_VAL), Att (" + c.name + ")"}
	case c.kind == 1:
		return nil, nil
	}
	return c.values, nil
}

// check refuses what the domain would: names that are taken, and an account that
// becomes usable without ever having had a password. before is the object as it was.
func (s *Server) check(e, before *entry) *refusal {
	for _, name := range uniqueNames {
		holder := s.names[strings.ToLower(name+"\x00"+e.first(name))]
		if holder == nil || holder == before {
			continue
		}
		if name == "sAMAccountName" {
			return &refusal{codeExists, "00000524: UpdErr: DSID-031A11DA, problem 6005 (ENTRY_EXISTS), data 0"}
		}
		return &refusal{codeConstraint, "000021C8: AtrErr: DSID-03200E8A, #1: 0: 000021C8: DSID-03200E8A, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att (userPrincipalName), already in use"}
	}
	if _, ever := e.changed[strings.ToLower(credentials)]; e.isA("user") && !e.disabled() && !ever {
		return &refusal{codeUnwilling, "0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0"}
	}
	return nil
}

func (s *Server) modify(op *ber.Packet, c controls) *refusal {
	var edits []edit
	for _, change := range op.Children[1].Children {
		kind, _ := change.Children[0].Value.(int64)
		edits = append(edits, edit{kind, text(change.Children[1].Children[0]), values(change.Children[1].Children[1])})
	}
	name := text(op.Children[0])
	if e := s.byName(name); e != nil {
		return s.change(e, edits, c.permissive)
	}
	if e := s.trash[key(name)]; e != nil && c.deleted {
		return s.reanimate(e, edits)
	}
	return &refusal{codeNoSuchObject, "0000208D: NameErr: DSID-03100288, problem 2001 (NO_OBJECT), data 0"}
}

// change carries edits out together, or none of them.
func (s *Server) change(e *entry, edits []edit, permissive bool) *refusal {
	draft := e.clone()
	draft.changed = map[string]time.Time{}
	for name, at := range e.changed {
		draft.changed[name] = at
	}
	links, r := s.edit(draft, edits, permissive)
	if r == nil {
		r = s.check(draft, e)
	}
	if r != nil {
		return r
	}
	s.count(e, -1)
	e.attrs, e.changed, e.password = draft.attrs, draft.changed, draft.password
	s.count(e, 1)
	for name, to := range links {
		e.link(name, to)
	}
	return nil
}

func (s *Server) rename(op *ber.Packet) *refusal {
	parent := ""
	if len(op.Children) > 3 {
		parent = op.Children[3].Data.String()
	}
	e := s.byName(text(op.Children[0]))
	if e == nil {
		return &refusal{codeNoSuchObject, "0000208D: NameErr: DSID-03100213, problem 2001 (NO_OBJECT), data 0"}
	}
	return s.place(e, spell(text(op.Children[1])), parent)
}

// place renames or moves an object, and everything below it; an empty parent is the present one.
func (s *Server) place(e *entry, rdn, parent string) *refusal {
	_, above := split(e.dn)
	if parent != "" {
		above = parent
	}
	into := s.entries[key(above)]
	if into == nil {
		return &refusal{codeNoSuchObject, "00000057: LdapErr: DSID-0C090B3E, the new superior does not exist"}
	}
	next := rdn + "," + into.dn
	if other := s.entries[key(next)]; other != nil && other != e {
		return &refusal{codeExists, "00002071: UpdErr: DSID-031B0E2A, problem 6005 (ENTRY_EXISTS), data 0"}
	}
	tree, below := []*entry{e}, ","+e.dn
	for _, o := range s.order {
		if strings.HasSuffix(dnOf(o), below) {
			tree = append(tree, o)
		}
	}
	for _, o := range slices.Backward(tree) {
		s.unfile(o)
	}
	for _, o := range tree {
		o.dn = strings.TrimSuffix(o.dn, below[1:]) + next
		s.file(o)
	}
	s.stamp(e, "name")
	return nil
}

func dnOf(e *entry) string {
	if e == nil {
		return ""
	}
	return e.dn
}

func text(p *ber.Packet) string {
	if s, ok := p.Value.(string); ok {
		return s
	}
	return p.Data.String()
}

func values(set *ber.Packet) []string {
	out := make([]string, len(set.Children))
	for i, c := range set.Children {
		out[i] = c.Data.String()
	}
	return out
}
