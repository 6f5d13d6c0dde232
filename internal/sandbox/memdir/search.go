// SPDX-License-Identifier: MPL-2.0

package memdir

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
)

const (
	controlPaging     = "1.2.840.113556.1.4.319"
	controlDeleted    = "1.2.840.113556.1.4.417"
	controlPermissive = "1.2.840.113556.1.4.1413"
	ruleBitAnd        = "1.2.840.113556.1.4.803"
	ruleInChain       = "1.2.840.113556.1.4.1941"
)

// controls are what a request asks for beside its operation.
type controls struct{ deleted, permissive bool }

func controlsOf(req *ber.Packet) (c controls) {
	if len(req.Children) < 3 {
		return c
	}
	for _, p := range req.Children[2].Children {
		switch text(p.Children[0]) {
		case controlDeleted:
			c.deleted = true
		case controlPermissive:
			c.permissive = true
		}
	}
	return c
}

func (s *Server) search(w io.Writer, id int64, req *ber.Packet, pages map[string][]*ber.Packet) error {
	op := req.Children[1]
	size, cookie, paged := paging(req)
	found := pages[cookie]
	delete(pages, cookie)
	if cookie == "" {
		found = s.find(op, controlsOf(req))
	}
	rest := ""
	if paged && len(found) > size {
		rest = strconv.FormatInt(id, 10)
		pages[rest] = found[size:]
		found = found[:size]
	}
	out := bufio.NewWriterSize(w, 1<<16)
	for _, e := range found {
		if err := reply(out, id, e); err != nil {
			return err
		}
	}
	var controls []*ber.Packet
	if paged {
		controls = append(controls, pagingControl(rest))
	}
	if err := reply(out, id, result(5, 0, ""), controls...); err != nil {
		return err
	}
	return out.Flush()
}

// paging returns the page size and the cookie of a paged search (RFC 2696).
func paging(req *ber.Packet) (size int, cookie string, paged bool) {
	if len(req.Children) < 3 {
		return 0, "", false
	}
	for _, c := range req.Children[2].Children {
		if text(c.Children[0]) != controlPaging {
			continue
		}
		value := ber.DecodePacket(c.Children[len(c.Children)-1].Data.Bytes())
		n, _ := value.Children[0].Value.(int64)
		return int(n), value.Children[1].Data.String(), true
	}
	return 0, "", false
}

func pagingControl(cookie string) *ber.Packet {
	value := ber.NewSequence("")
	value.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, int64(0), ""))
	value.AppendChild(octets(cookie))
	c := ber.NewSequence("")
	c.AppendChild(octets(controlPaging))
	c.AppendChild(octets(string(value.Bytes())))
	return c
}

// find returns the answers to a search request, in the order of creation.
func (s *Server) find(op *ber.Packet, c controls) []*ber.Packet {
	named := text(op.Children[0])
	scope, _ := op.Children[1].Value.(int64)
	filter := op.Children[6]
	var wanted []string
	for _, a := range op.Children[7].Children {
		wanted = append(wanted, text(a))
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	base := key(named)
	if strings.HasPrefix(base, deletedGUID) {
		return s.findDeleted(filter, wanted, c)
	}
	if strings.HasPrefix(base, "<guid=") {
		e := s.byName(named)
		if e == nil {
			return nil
		}
		base = key(e.dn)
	}
	if scope == 0 {
		if e := s.entries[base]; e != nil && e.matches(filter) {
			return []*ber.Packet{e.encode(wanted)}
		}
		return nil
	}
	outside := strings.Contains(base, "cn=configuration,")
	var out []*ber.Packet
	ids := askedIDs(filter)
	for _, e := range s.order {
		if e == nil || ids != nil && !ids[e.first("objectGUID")] {
			continue
		}
		if e.outside != outside || base != "" && !within(strings.ToLower(e.dn), base, scope) || !e.matches(filter) {
			continue
		}
		out = append(out, e.encode(wanted))
	}
	return out
}

// findDeleted searches the container of deleted objects, which shows itself too.
func (s *Server) findDeleted(filter *ber.Packet, wanted []string, c controls) []*ber.Packet {
	if !c.deleted {
		return nil
	}
	var out []*ber.Packet
	container := newEntry(deletedObjects)
	container.set("cn", "Deleted Objects")
	container.set("objectClass", "top", "container")
	if container.matches(filter) {
		out = append(out, container.encode(wanted))
	}
	for _, name := range slices.Sorted(maps.Keys(s.trash)) {
		if e := s.trash[name]; s.now().Sub(e.deleted) <= lifetime && e.matches(filter) {
			out = append(out, e.encode(wanted))
		}
	}
	return out
}

// askedIDs are the octets of the objectGUID of all objects that can match a filter which asks for some by
// nothing else, alone or among further conditions; nil for any other filter. A question about hundreds of
// objects is not held against every object of the domain then, one by one.
func askedIDs(filter *ber.Packet) map[string]bool {
	switch filter.Tag {
	case 0:
		for _, c := range filter.Children {
			if ids := askedIDs(c); ids != nil {
				return ids
			}
		}
	case 1:
		ids := make(map[string]bool, len(filter.Children))
		for _, c := range filter.Children {
			if c.Tag != 3 || !strings.EqualFold(text(c.Children[0]), "objectGUID") {
				return nil
			}
			ids[c.Children[1].Data.String()] = true
		}
		return ids
	}
	return nil
}

func within(dn, base string, scope int64) bool {
	if dn == base {
		return scope == 2
	}
	rdn, below := strings.CutSuffix(dn, ","+base)
	if !below || scope == 2 {
		return below
	}
	_, parent := split(rdn)
	return parent == ""
}

// matches evaluates a filter (RFC 4511 section 4.5.1.7), ignoring case.
func (e *entry) matches(f *ber.Packet) bool {
	switch f.Tag {
	case 0:
		return !slices.ContainsFunc(f.Children, func(c *ber.Packet) bool { return !e.matches(c) })
	case 1:
		return slices.ContainsFunc(f.Children, e.matches)
	case 2:
		return !e.matches(f.Children[0])
	case 7:
		return e.get(f.Data.String()) != nil
	case 9:
		return e.matchesRule(f)
	}
	if f.Tag == 3 && strings.EqualFold(text(f.Children[0]), "objectCategory") {
		return e.category(f.Children[1].Data.String())
	}
	a := e.get(text(f.Children[0]))
	if a == nil {
		return false
	}
	if f.Tag == 4 {
		return slices.ContainsFunc(a.values, func(v string) bool { return likes(v, f.Children[1]) })
	}
	want := f.Children[1].Data.String()
	switch name := strings.ToLower(a.name); {
	case name == "objectguid", name == "objectsid":
		return a.values[0] == want // octets have no case
	case name == "distinguishedname", backLinks[name] != "", name == "memberof", name == "directreports", name == "managedobjects":
		want = key(want)
		return slices.ContainsFunc(a.values, func(v string) bool { return key(v) == want })
	}
	return slices.ContainsFunc(a.values, func(v string) bool {
		switch f.Tag {
		case 5:
			return v >= want
		case 6:
			return v <= want
		}
		return strings.EqualFold(v, want)
	})
}

// category reports whether an object is of a category by the name of its class: people are of the
// category person, everything else here of that of its own class ([MS-ADTS] 3.1.1.3.1.3.1).
func (e *entry) category(name string) bool {
	if strings.EqualFold(name, "person") {
		return e.isA("user") && !e.isA("computer") || e.isA("contact")
	}
	classes := e.attrs["objectclass"].values
	return strings.EqualFold(name, classes[len(classes)-1])
}

// matchesRule evaluates the bitwise AND rule, and the one that follows nested groups.
func (e *entry) matchesRule(f *ber.Packet) bool {
	parts := map[ber.Tag]string{}
	for _, c := range f.Children {
		parts[c.Tag] = c.Data.String()
	}
	if parts[1] == ruleInChain && strings.EqualFold(parts[2], "memberOf") {
		return e.inChain(key(parts[3]), map[*entry]bool{})
	}
	a := e.attrs[strings.ToLower(parts[2])]
	if a == nil || parts[1] != ruleBitAnd {
		return false
	}
	have, _ := strconv.ParseInt(a.values[0], 10, 64)
	want, _ := strconv.ParseInt(parts[3], 10, 64)
	return have&want == want
}

func (e *entry) inChain(group string, seen map[*entry]bool) bool {
	for _, g := range e.back["memberof"] {
		if seen[g] {
			continue
		}
		seen[g] = true
		if key(g.dn) == group || g.inChain(group, seen) {
			return true
		}
	}
	return false
}

func likes(v string, parts *ber.Packet) bool {
	v = strings.ToLower(v)
	for _, p := range parts.Children {
		want := strings.ToLower(p.Data.String())
		at := strings.Index(v, want)
		switch {
		case at < 0, p.Tag == 0 && at > 0, p.Tag == 2 && !strings.HasSuffix(v, want):
			return false
		}
		v = v[at+len(want):]
	}
	return true
}

// maxValues is how many values of an attribute come at once ([MS-ADTS] 3.1.1.3.1.3.3).
const maxValues = 1500

// attribute returns an attribute under the name it was asked for, or a range of its values.
func (e *entry) attribute(name string) *attribute {
	base, option, ranged := strings.Cut(name, ";range=")
	a := e.get(base)
	if a == nil || !ranged && len(a.values) <= maxValues {
		if a != nil {
			a = &attribute{name, a.values}
		}
		return a
	}
	from, _, _ := strings.Cut(option, "-")
	low, _ := strconv.Atoi(from)
	low = min(low, len(a.values))
	high, end := low+maxValues, strconv.Itoa(low+maxValues-1)
	if high >= len(a.values) {
		high, end = len(a.values), "*"
	}
	return &attribute{fmt.Sprintf("%s;range=%d-%s", base, low, end), a.values[low:high]}
}

// get returns an attribute, links and what is computed included; nil where it has no value.
func (e *entry) get(name string) *attribute {
	folded := strings.ToLower(name)
	if a := e.attrs[folded]; a != nil {
		return a
	}
	others := e.links[folded]
	if len(others) == 0 {
		others = e.back[folded]
	}
	if len(others) > 0 {
		values := make([]string, len(others))
		for i, o := range others {
			values[i] = o.dn
		}
		return &attribute{name, values}
	}
	if folded == "ntsecuritydescriptor" && e.isA("user") {
		return &attribute{name, []string{Descriptor}}
	}
	if folded == "replpropertymetadata" && len(e.changed) > 0 {
		return &attribute{name, []string{e.metaData()}}
	}
	return nil
}

// attributeIDs are attributes by what the prefix table that every domain controller
// starts with makes of them ([MS-DRSR] 5.16.4).
var attributeIDs = map[string]uint32{"useraccountcontrol": 0x00090008, "unicodepwd": 0x0009005a, "supplementalcredentials": 0x0009007d, "pwdlastset": 0x00090060, "name": 0x00090001}

// metaData is a PROPERTY_META_DATA_VECTOR of the attributes that were written ([MS-DRSR] 5.161).
func (e *entry) metaData() string {
	const head, size, from1601 = 16, 48, 11644473600
	var out []byte
	n := 0
	for _, name := range slices.Sorted(maps.Keys(attributeIDs)) {
		at, written := e.changed[name]
		if !written {
			continue
		}
		n++
		m := make([]byte, size)
		binary.LittleEndian.PutUint32(m, attributeIDs[name])
		binary.LittleEndian.PutUint32(m[4:], 1)
		binary.LittleEndian.PutUint64(m[8:], uint64(at.Unix()+from1601))
		out = append(out, m...)
	}
	start := make([]byte, head)
	binary.LittleEndian.PutUint32(start, 1)
	binary.LittleEndian.PutUint32(start[8:], uint32(n))
	return string(start) + string(out)
}

func (e *entry) encode(wanted []string) *ber.Packet {
	list := ber.NewSequence("")
	add := func(a *attribute) {
		set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		for _, v := range a.values {
			set.AppendChild(octets(v))
		}
		item := ber.NewSequence("")
		item.AppendChild(octets(a.name))
		item.AppendChild(set)
		list.AppendChild(item)
	}
	if len(wanted) == 0 || slices.Contains(wanted, "*") {
		for _, a := range e.attrs {
			add(a)
		}
		for _, links := range []map[string][]*entry{e.links, e.back} {
			for name := range links {
				if a := e.get(name); a != nil {
					add(a)
				}
			}
		}
	} else {
		for _, name := range wanted {
			if a := e.attribute(name); a != nil {
				add(a)
			}
		}
	}
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, 4, nil, "")
	p.AppendChild(octets(e.dn))
	p.AppendChild(list)
	return p
}
