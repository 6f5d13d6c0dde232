// SPDX-License-Identifier: MPL-2.0

package memdir

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
)

// entry is one object. Attributes are found by folded name.
type entry struct {
	dn    string
	attrs map[string]*attribute
	// links hold objects rather than their names, so that they follow renames and moves; back are their other ends.
	links, back map[string][]*entry
	// changed is when each attribute was last written ([MS-ADTS] 3.1.1.1.9), by folded name.
	changed map[string]time.Time
	deleted time.Time // zero: it is not
	// password is the last one that was set, as it was sent ([MS-ADTS] 3.1.1.3.1.5.1). No search shows it.
	password string
	outside  bool // in the configuration, which a search of the domain does not reach
}

type attribute struct {
	name   string
	values []string
}

// backLinks are the attributes that name objects, and what the named ones show for it.
var backLinks = map[string]string{"manager": "directReports", "member": "memberOf", "managedby": "managedObjects"}

func newEntry(dn string) *entry {
	return &entry{dn: dn, attrs: map[string]*attribute{}, changed: map[string]time.Time{}}
}

func (e *entry) set(name string, values ...string) {
	if len(values) == 0 {
		delete(e.attrs, strings.ToLower(name))
		return
	}
	e.attrs[strings.ToLower(name)] = &attribute{name, values}
}

func (e *entry) first(name string) string {
	if a := e.attrs[strings.ToLower(name)]; a != nil {
		return a.values[0]
	}
	return ""
}

func (e *entry) guid() string {
	g := e.first("objectGUID")
	return formatGUID(binary.BigEndian.Uint64([]byte(g[8:])))
}

func (e *entry) isA(class string) bool {
	a := e.attrs["objectclass"]
	return a != nil && slices.ContainsFunc(a.values, func(v string) bool { return strings.EqualFold(v, class) })
}

// link makes the objects that a link attribute names exactly those of to.
func (e *entry) link(name string, to []*entry) {
	key := strings.ToLower(name)
	back := strings.ToLower(backLinks[key])
	for _, other := range e.links[key] {
		other.back[back] = slices.DeleteFunc(other.back[back], func(o *entry) bool { return o == e })
	}
	if e.links == nil {
		e.links = map[string][]*entry{}
	}
	if e.links[key] = to; len(to) == 0 {
		delete(e.links, key)
	}
	for _, other := range to {
		if other.back == nil {
			other.back = map[string][]*entry{}
		}
		other.back[back] = append(other.back[back], e)
	}
}

// SetHost gives the server another name than dc1.corp.example.com: a second controller of the domain.
func (s *Server) SetHost(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries[""].set("dnsHostName", name)
}

// populate makes what clients look for in every domain.
func (s *Server) populate(containers []string) {
	root := newEntry("")
	schema := "CN=Schema,CN=Configuration," + Base
	root.set("defaultNamingContext", Base)
	root.set("rootDomainNamingContext", Base)
	root.set("configurationNamingContext", "CN=Configuration,"+Base)
	root.set("schemaNamingContext", schema)
	root.set("dnsHostName", "dc1.corp.example.com")
	root.set("isGlobalCatalogReady", "TRUE")
	root.set("domainControllerFunctionality", "7")
	root.set("supportedControl", controlPaging, controlDeleted, controlPermissive)
	root.set("supportedCapabilities", "1.2.840.113556.1.4.800", "1.2.840.113556.1.4.1670")
	root.set("objectClass", "top")
	s.entries[""] = root
	s.put(Base, "domainDNS", map[string]string{"minPwdLength": "7", "pwdProperties": "1", "maxPwdAge": "-36288000000000"})
	for _, e := range []*entry{
		s.put("CN=Configuration,"+Base, "configuration", nil),
		s.put("CN=Partitions,CN=Configuration,"+Base, "crossRefContainer", nil),
		s.put("CN=CORP,CN=Partitions,CN=Configuration,"+Base, "crossRef", map[string]string{"nCName": Base, "dnsRoot": "corp.example.com", "nETBIOSName": "CORP", "systemFlags": "3"}),
		s.put(schema, "dMD", nil),
	} {
		e.outside = true
	}
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

// catalogued are attributes that the global catalog of a forest without Exchange holds.
var catalogued = map[string]bool{"objectguid": true, "objectsid": true, "objectclass": true, "useraccountcontrol": true, "cn": true,
	"samaccountname": true, "userprincipalname": true, "mail": true, "displayname": true, "givenname": true, "sn": true}

// AddDomain makes the forest one of several domains, of which the server holds its own only.
func (s *Server) AddDomain(name, base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.put("CN="+name+",CN=Partitions,CN=Configuration,"+Base, "crossRef", map[string]string{"nCName": base, "systemFlags": "3"})
	e.outside = true
}

func (s *Server) populateSchema(schema string) {
	standard := activedirectory.StandardSchema()
	names := standard.Names()
	user := s.put("CN=User,"+schema, "classSchema", map[string]string{"lDAPDisplayName": "user", "subClassOf": "top"})
	user.set("mayContain", names...)
	user.outside = true
	for _, name := range names {
		t, _ := standard.Lookup(name)
		syntax := syntaxes[t.Syntax]
		e := s.put("CN="+name+","+schema, "attributeSchema", map[string]string{"lDAPDisplayName": t.Name, "attributeSyntax": syntax[0], "oMSyntax": syntax[1], "isSingleValued": strings.ToUpper(fmt.Sprint(!t.Multi))})
		e.outside = true
		if catalogued[strings.ToLower(name)] {
			e.set("isMemberOfPartialAttributeSet", "TRUE")
		}
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
	e := newEntry(dn)
	e.set("objectClass", "top", class)
	for name, v := range attrs {
		if backLinks[strings.ToLower(name)] != "" {
			e.link(name, s.targets([]string{v}))
			continue
		}
		e.set(name, v)
	}
	s.insert(e)
	return e
}

// Descriptor is an nTSecurityDescriptor that denies nobody anything ([MS-DTYP] 2.4.6): self-relative, with an access
// list without entries. It is that of every user to whom a test gives no other.
const Descriptor = "\x01\x00\x04\x80" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" + "\x14\x00\x00\x00" +
	"\x04\x00\x08\x00\x00\x00\x00\x00"

// PutUser makes an enabled user with a password without a client, and returns its objectGUID.
func (s *Server) PutUser(dn string, attrs map[string]string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.put(dn, "user", attrs)
	e.set("objectClass", "top", "person", "organizationalPerson", "user")
	if e.first("userAccountControl") == "" {
		e.set("userAccountControl", "512")
	}
	s.stamp(e, "userAccountControl", credentials)
	return e.guid()
}

// PutGroup makes a global security group without a client, and returns its objectGUID.
func (s *Server) PutGroup(dn, login string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.put(dn, "group", map[string]string{"sAMAccountName": login, "groupType": "-2147483646"}).guid()
}

// byName returns the entry of a distinguished name, or of <GUID=…>
// ([MS-ADTS] 3.1.1.3.1.2.4).
func (s *Server) byName(name string) *entry {
	if guid, is := strings.CutPrefix(strings.ToLower(name), "<guid="); is {
		e := s.byGUID[strings.TrimSuffix(guid, ">")]
		if e != nil && !e.deleted.IsZero() {
			return nil
		}
		return e
	}
	return s.entries[key(name)]
}

// formatGUID is the text of an objectGUID as insert makes it.
func formatGUID(serial uint64) string {
	return fmt.Sprintf("00000000-0000-0000-%04x-%012x", serial>>48, serial&(1<<48-1))
}

// targets are the objects of distinguished names; nil where one is missing.
func (s *Server) targets(names []string) []*entry {
	out := make([]*entry, len(names))
	for i, name := range names {
		if out[i] = s.byName(name); out[i] == nil {
			return nil
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
	if e.isA("domainDNS") {
		sid[1] = 4
		sid = sid[:24]
	}
	e.set("objectGUID", string(guid))
	s.byGUID[formatGUID(s.serial)] = e
	e.set("objectSid", string(sid))
	s.file(e)
	s.order = append(s.order, e)
}

// file enters an object under its name, and in the attributes that repeat it.
func (s *Server) file(e *entry) {
	rdn, _, _ := strings.Cut(e.dn, "=")
	value := activedirectory.CommonName(e.dn)
	e.set("distinguishedName", e.dn)
	e.set("name", value)
	e.set(strings.ToLower(rdn), value)
	s.entries[key(e.dn)] = e
	s.count(e, 1)
}

// unfile is the contrary of file.
func (s *Server) unfile(e *entry) {
	delete(s.entries, key(e.dn))
	s.count(e, -1)
}

// count keeps who has children and which names are taken.
func (s *Server) count(e *entry, n int) {
	if parent := s.entries[key(activedirectory.Parent(e.dn))]; parent != nil && parent != e {
		s.children[parent] += n
	}
	for _, name := range uniqueNames {
		if v := e.first(name); v != "" && !e.outside {
			if k := strings.ToLower(name + "\x00" + v); n > 0 {
				s.names[k] = e
			} else if s.names[k] == e {
				delete(s.names, k)
			}
		}
	}
}

// uniqueNames are attributes of which no two objects of a domain have the same value:
// sAMAccountName ([MS-SAMR] 3.1.1.8.4) and userPrincipalName ([MS-ADTS] 3.1.1.5.1.3).
var uniqueNames = []string{"sAMAccountName", "userPrincipalName"}

// stamp notes that attributes were written now.
func (s *Server) stamp(e *entry, names ...string) {
	for _, name := range names {
		e.changed[strings.ToLower(name)] = s.now()
	}
}

func (s *Server) now() time.Time {
	if clock := s.clock.Load(); clock != nil {
		return (*clock)().UTC()
	}
	return time.Now().UTC()
}

// clone copies what a change may alter before it is known to be allowed.
func (e *entry) clone() *entry {
	c := *e
	c.attrs = maps.Clone(e.attrs)
	return &c
}
