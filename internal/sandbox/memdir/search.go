// SPDX-License-Identifier: MPL-2.0

package memdir

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
)

const (
	controlPaging = "1.2.840.113556.1.4.319"
	ruleBitAnd    = "1.2.840.113556.1.4.803"
)

func (s *Server) search(w io.Writer, id int64, req *ber.Packet, pages map[string][]*ber.Packet) error {
	op := req.Children[1]
	size, cookie, paged := paging(req)
	found := pages[cookie]
	delete(pages, cookie)
	if cookie == "" {
		found = s.find(op)
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
func (s *Server) find(op *ber.Packet) []*ber.Packet {
	base := strings.ToLower(text(op.Children[0]))
	scope, _ := op.Children[1].Value.(int64)
	filter := op.Children[6]
	var wanted []string
	for _, a := range op.Children[7].Children {
		wanted = append(wanted, text(a))
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if scope == 0 {
		if e := s.entries[base]; e != nil && e.matches(filter) {
			return []*ber.Packet{e.encode(wanted)}
		}
		return nil
	}
	var out []*ber.Packet
	for _, e := range s.order {
		if e == nil || base != "" && !within(strings.ToLower(e.dn), base, scope) || !e.matches(filter) {
			continue
		}
		out = append(out, e.encode(wanted))
	}
	return out
}

func within(dn, base string, scope int64) bool {
	if dn == base {
		return scope == 2
	}
	rdn, below := strings.CutSuffix(dn, ","+base)
	return below && (scope == 2 || !strings.Contains(strings.ReplaceAll(rdn, `\,`, ""), ","))
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
		return e.attrs[strings.ToLower(f.Data.String())] != nil
	case 9:
		return e.matchesRule(f)
	}
	a := e.attrs[strings.ToLower(text(f.Children[0]))]
	if a == nil {
		return false
	}
	if f.Tag == 4 {
		return slices.ContainsFunc(a.values, func(v string) bool { return likes(v, f.Children[1]) })
	}
	want := f.Children[1].Data.String()
	if name := strings.ToLower(a.name); name == "objectguid" || name == "objectsid" {
		return a.values[0] == want // octets have no case
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

// matchesRule evaluates the bitwise AND rule.
func (e *entry) matchesRule(f *ber.Packet) bool {
	parts := map[ber.Tag]string{}
	for _, c := range f.Children {
		parts[c.Tag] = c.Data.String()
	}
	a := e.attrs[strings.ToLower(parts[2])]
	if a == nil || parts[1] != ruleBitAnd {
		return false
	}
	have, _ := strconv.ParseInt(a.values[0], 10, 64)
	want, _ := strconv.ParseInt(parts[3], 10, 64)
	return have&want == want
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
	a := e.attrs[strings.ToLower(base)]
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
