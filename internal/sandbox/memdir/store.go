// SPDX-License-Identifier: MPL-2.0

package memdir

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
)

// entry is one object. Attributes are found by folded name.
type entry struct {
	dn    string
	attrs map[string]*attribute
}

type attribute struct {
	name   string
	values []string
}

func (e *entry) set(name string, values ...string) {
	if len(values) == 0 {
		delete(e.attrs, strings.ToLower(name))
		return
	}
	e.attrs[strings.ToLower(name)] = &attribute{name, values}
}

// populate makes what clients look for in every domain.
func (s *Server) populate(containers []string) {
	root := &entry{dn: "", attrs: map[string]*attribute{}}
	schema := "CN=Schema,CN=Configuration," + Base
	root.set("defaultNamingContext", Base)
	root.set("rootDomainNamingContext", Base)
	root.set("configurationNamingContext", "CN=Configuration,"+Base)
	root.set("schemaNamingContext", schema)
	root.set("dnsHostName", "dc1.corp.example.com")
	root.set("isGlobalCatalogReady", "TRUE")
	root.set("domainControllerFunctionality", "7")
	root.set("supportedControl", "1.2.840.113556.1.4.319", "1.2.840.113556.1.4.417")
	root.set("supportedCapabilities", "1.2.840.113556.1.4.800", "1.2.840.113556.1.4.1670")
	root.set("objectClass", "top")
	s.entries[""] = root
	s.put(Base, "domainDNS", map[string]string{"minPwdLength": "7", "pwdProperties": "1", "maxPwdAge": "-36288000000000"})
	s.put("CN=Configuration,"+Base, "configuration", nil)
	s.put("CN=Partitions,CN=Configuration,"+Base, "crossRefContainer", nil)
	s.put("CN=CORP,CN=Partitions,CN=Configuration,"+Base, "crossRef", map[string]string{"nCName": Base, "dnsRoot": "corp.example.com", "nETBIOSName": "CORP", "systemFlags": "3"})
	s.put(schema, "dMD", nil)
	for _, c := range append([]string{"CN=Users," + Base}, containers...) {
		class := "organizationalUnit"
		if strings.HasPrefix(c, "CN=") {
			class = "container"
		}
		s.put(c, class, nil)
	}
	s.populateSchema(schema)
}

// syntaxes are attributeSyntax and oMSyntax of [MS-ADTS] 3.1.1.2.2.2.
var syntaxes = map[directory.Syntax][2]string{
	directory.Text: {"2.5.5.12", "64"}, directory.ASCII: {"2.5.5.5", "22"}, directory.Integer: {"2.5.5.9", "2"}, directory.Large: {"2.5.5.16", "65"},
	directory.Boolean: {"2.5.5.8", "1"}, directory.Time: {"2.5.5.11", "24"}, directory.Path: {"2.5.5.1", "127"}, directory.Binary: {"2.5.5.10", "4"}, directory.Security: {"2.5.5.17", "4"},
}

func (s *Server) populateSchema(schema string) {
	standard := activedirectory.StandardSchema()
	names := standard.Names()
	user := s.put("CN=User,"+schema, "classSchema", map[string]string{"lDAPDisplayName": "user", "subClassOf": "top"})
	user.set("mayContain", names...)
	for _, name := range names {
		t, _ := standard.Lookup(name)
		syntax := syntaxes[t.Syntax]
		e := s.put("CN="+name+","+schema, "attributeSchema", map[string]string{"lDAPDisplayName": t.Name, "attributeSyntax": syntax[0], "oMSyntax": syntax[1], "isSingleValued": strings.ToUpper(fmt.Sprint(!t.Multi))})
		if t.HasMin {
			e.set("rangeLower", fmt.Sprint(t.Min))
		}
		if t.HasMax {
			e.set("rangeUpper", fmt.Sprint(t.Max))
		}
		if t.ReadOnly {
			e.set("systemOnly", "TRUE")
		}
	}
}

func (s *Server) put(dn, class string, attrs map[string]string) *entry {
	e := &entry{dn: dn, attrs: map[string]*attribute{}}
	e.set("objectClass", "top", class)
	for name, v := range attrs {
		e.set(name, v)
	}
	s.insert(e)
	return e
}

// PutUser makes a user without a client.
func (s *Server) PutUser(dn string, attrs map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.put(dn, "user", attrs)
	e.set("objectClass", "top", "person", "organizationalPerson", "user")
	e.set("userAccountControl", "512")
}

// PutGroup makes a global security group without a client.
func (s *Server) PutGroup(dn, login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(dn, "group", map[string]string{"sAMAccountName": login, "groupType": "-2147483646"})
}

// byName returns the entry of a distinguished name, or of <GUID=…>
// ([MS-ADTS] 3.1.1.3.1.2.4).
func (s *Server) byName(name string) *entry {
	if guid, is := strings.CutPrefix(strings.ToLower(name), "<guid="); is {
		return s.byGUID[strings.TrimSuffix(guid, ">")]
	}
	return s.entries[strings.ToLower(name)]
}

// formatGUID is the text of an objectGUID as insert makes it.
func formatGUID(serial uint64) string {
	return fmt.Sprintf("00000000-0000-0000-%04x-%012x", serial>>48, serial&(1<<48-1))
}

// paths gives values of member as distinguished names.
func (s *Server) paths(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		if out[i] = v; s.byName(v) != nil {
			out[i] = s.byName(v).dn
		}
	}
	return out
}

// insert numbers an entry and files it under its name.
func (s *Server) insert(e *entry) {
	s.serial++
	guid := make([]byte, 16)
	binary.BigEndian.PutUint64(guid[8:], s.serial)
	sid := []byte{1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0}
	binary.LittleEndian.PutUint32(sid[24:], uint32(s.serial+1000))
	e.set("objectGUID", string(guid))
	s.byGUID[formatGUID(s.serial)] = e
	e.set("objectSid", string(sid))
	e.named()
	s.entries[strings.ToLower(e.dn)] = e
	s.order = append(s.order, e)
}

// named keeps the attributes that repeat the name.
func (e *entry) named() {
	rdn, _, _ := strings.Cut(e.dn, ",")
	kind, _, _ := strings.Cut(rdn, "=")
	value := activedirectory.CommonName(e.dn)
	e.set("distinguishedName", e.dn)
	e.set("name", value)
	e.set(strings.ToLower(kind), value)
}

func (s *Server) add(op *ber.Packet) *ber.Packet {
	e := &entry{dn: text(op.Children[0]), attrs: map[string]*attribute{}}
	for _, a := range op.Children[1].Children {
		e.set(text(a.Children[0]), values(a.Children[1])...)
	}
	e.set("unicodePwd")
	if e.attrs["objectclass"] != nil && slices.Contains(e.attrs["objectclass"].values, "user") {
		e.set("objectClass", "top", "person", "organizationalPerson", "user")
		if e.attrs["useraccountcontrol"] == nil {
			e.set("userAccountControl", "546")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries[strings.ToLower(e.dn)] != nil {
		return result(9, 68, "00000524: entry already exists")
	}
	s.insert(e)
	return result(9, 0, "")
}

func (s *Server) modify(op *ber.Packet) *ber.Packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.byName(text(op.Children[0]))
	if e == nil {
		return result(7, 32, "no such object")
	}
	for _, change := range op.Children[1].Children {
		kind, _ := change.Children[0].Value.(int64)
		name, vs := text(change.Children[1].Children[0]), values(change.Children[1].Children[1])
		present := []string{}
		if a := e.attrs[strings.ToLower(name)]; a != nil {
			present = slices.Clone(a.values)
		}
		if strings.EqualFold(name, "member") {
			vs = s.paths(vs)
		}
		switch {
		case strings.EqualFold(name, "unicodePwd"):
		case kind == 0:
			e.set(name, append(present, vs...)...)
		case kind == 1 && len(vs) > 0:
			e.set(name, without(present, vs)...)
		default:
			e.set(name, vs...)
		}
	}
	return result(7, 0, "")
}

func without(values, gone []string) []string {
	out := map[string]bool{}
	for _, v := range gone {
		out[v] = true
	}
	return slices.DeleteFunc(values, func(v string) bool { return out[v] })
}

func (s *Server) remove(op *ber.Packet) *ber.Packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strings.ToLower(op.Data.String())
	e := s.entries[key]
	if e == nil {
		return result(11, 32, "no such object")
	}
	delete(s.entries, key)
	s.order[slices.Index(s.order, e)] = nil
	return result(11, 0, "")
}

func (s *Server) rename(op *ber.Packet) *ber.Packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := text(op.Children[0])
	e := s.entries[strings.ToLower(old)]
	if e == nil {
		return result(13, 32, "no such object")
	}
	parent := activedirectory.Parent(old)
	if len(op.Children) > 3 {
		parent = op.Children[3].Data.String()
	}
	delete(s.entries, strings.ToLower(old))
	e.dn = text(op.Children[1]) + "," + parent
	e.named()
	s.entries[strings.ToLower(e.dn)] = e
	return result(13, 0, "")
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
