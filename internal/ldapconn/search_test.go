// SPDX-License-Identifier: MPL-2.0

package ldapconn_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/sandbox/samba"
)

const groupDN = `CN=Alle \(groß\),DC=fake`

// ranged answers like Active Directory: at most limit values of member at once.
func ranged(total, limit int) func(fakeRequest) []*ber.Packet {
	return func(r fakeRequest) []*ber.Packet {
		first, attributes := 0, map[string][]string{"cn": {"Alle"}}
		for _, a := range r.attributes {
			if _, bounds, ok := strings.Cut(a, ";range="); ok {
				first, _ = strconv.Atoi(strings.TrimSuffix(bounds, "-*"))
				delete(attributes, "cn")
			}
		}
		last := min(first+limit, total) - 1
		name := fmt.Sprintf("member;range=%d-%d", first, last)
		if last == total-1 {
			name = fmt.Sprintf("member;range=%d-*", first)
		}
		for i := first; i <= last; i++ {
			attributes[name] = append(attributes[name], fmt.Sprintf("CN=%d,DC=fake", i))
		}
		if first == 0 {
			attributes["member"] = nil
		}
		return []*ber.Packet{entry(groupDN, attributes), done("")}
	}
}

func TestRanges(t *testing.T) {
	for _, tt := range []struct{ total, limit, requests int }{{4700, 1500, 4}, {3000, 1500, 2}, {1501, 1500, 2}, {5, 1, 5}} {
		t.Run(fmt.Sprintf("%d of %d", tt.limit, tt.total), func(t *testing.T) {
			f := &fake{handle: ranged(tt.total, tt.limit)}
			client := newClient(t, f.start(t))
			entries, err := client.Search(t.Context(), search("DC=fake", "(objectClass=group)", "cn", "member"))
			mustSucceed(t, err)
			if len(entries) != 1 || len(entries[0].Attributes) != 2 || entries[0].GetAttributeValue("cn") != "Alle" {
				t.Fatalf("entries: %v", entries)
			}
			values := entries[0].GetAttributeValues("member")
			raw := entries[0].GetRawAttributeValues("member")
			if len(values) != tt.total || len(raw) != tt.total {
				t.Fatalf("%d values and %d raw values, want %d", len(values), len(raw), tt.total)
			}
			for i, v := range values {
				if want := fmt.Sprintf("CN=%d,DC=fake", i); v != want || string(raw[i]) != want {
					t.Fatalf("value %d is %q", i, v)
				}
			}
			if len(f.ops) != tt.requests {
				t.Errorf("%d requests, want %d", len(f.ops), tt.requests)
			}
		})
	}
}

func TestRangeTheCallerAskedFor(t *testing.T) {
	f := &fake{handle: func(fakeRequest) []*ber.Packet {
		return []*ber.Packet{entry(groupDN, map[string][]string{"member;Range=0-1": {"a", "b"}}), done("")}
	}}
	entries, err := newClient(t, f.start(t)).Search(t.Context(), search("DC=fake", "(cn=*)", "member;range=0-1"))
	mustSucceed(t, err)
	if len(f.ops) != 1 || entries[0].Attributes[0].Name != "member;Range=0-1" {
		t.Errorf("%d requests, %v", len(f.ops), entries[0].Attributes[0])
	}
}

// Each answer would make a careless client loop, stop early or crash.
func TestAnswersThatMakeNoSense(t *testing.T) {
	member := func(name string, values ...string) map[string][]string { return map[string][]string{name: values} }
	tests := []struct {
		name    string
		answers []map[string][]string // one a request, the last repeated
	}{
		{"range goes back", []map[string][]string{member("member;range=0-1", "a", "b"), member("member;range=0-1", "a", "b")}},
		{"range skips", []map[string][]string{member("member;range=0-1", "a", "b"), member("member;range=3-*", "d")}},
		{"range without values", []map[string][]string{member("member;range=0-1", "a", "b"), member("member;range=2-9")}},
		{"range that lies", []map[string][]string{member("member;range=0-9", "a", "b")}},
		{"range does not begin", []map[string][]string{member("member;range=5-9", "a", "b", "c", "d", "e")}},
		{"no range", []map[string][]string{member("member;range=0-1", "a", "b"), member("member", "c")}},
		{"nothing", []map[string][]string{member("member;range=0-1", "a", "b"), {}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := 0
			f := &fake{handle: func(fakeRequest) []*ber.Packet {
				n++
				return []*ber.Packet{entry(groupDN, tt.answers[min(n, len(tt.answers))-1]), done("")}
			}}
			entries, err := newClient(t, f.start(t)).Search(t.Context(), search("DC=fake", "(cn=*)", "member"))
			if !isKind(ldapconn.KindOther)(err) || !strings.Contains(err.Error(), "makes no sense") || entries != nil {
				t.Errorf("Search() = %v, %v", entries, err)
			}
		})
	}
	t.Run("pages without end", func(t *testing.T) {
		f := &fake{handle: func(fakeRequest) []*ber.Packet { return []*ber.Packet{done("again")} }}
		_, err := newClient(t, f.start(t)).Search(t.Context(), search("DC=fake", "(cn=*)"))
		if !isKind(ldapconn.KindOther)(err) || !strings.Contains(err.Error(), "empty pages") {
			t.Errorf("Search() = %v", err)
		}
	})
	t.Run("a page that comes again and again", func(t *testing.T) {
		f := &fake{handle: func(fakeRequest) []*ber.Packet {
			return []*ber.Packet{entry("CN=1,DC=fake", nil), entry("CN=2,DC=fake", nil), done("again")}
		}}
		entries, err := newClient(t, f.start(t)).Search(t.Context(), search("DC=fake", "(cn=*)"))
		if !isKind(ldapconn.KindOther)(err) || !strings.Contains(err.Error(), "CN=1,DC=fake came twice") || entries != nil {
			t.Errorf("Search() = %d entries, %v", len(entries), err)
		}
	})
	t.Run("garbage", func(t *testing.T) {
		f := &fake{handle: func(fakeRequest) []*ber.Packet {
			p := ber.NewSequence("")
			p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 7, ""))
			return []*ber.Packet{p, done("")}
		}}
		if entries, err := newClient(t, f.start(t)).Search(t.Context(), search("DC=fake", "(cn=*)")); err == nil && len(entries) > 0 {
			t.Errorf("Search() = %v", entries)
		}
	})
}

// A server that stands only small pages gets them; one that never says yes is an error.
func TestPageSizeTheServerDoesNotStand(t *testing.T) {
	for _, tt := range []struct {
		name  string
		limit uint32
		want  int
	}{{"limit 300", 300, 1000}, {"limit 0", 0, -1}} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{handle: func(r fakeRequest) []*ber.Packet {
				p := r.paging()
				if p.PagingSize > tt.limit {
					return []*ber.Packet{entry("CN=0,DC=fake", nil), result(ldap.ApplicationSearchResultDone, ldap.LDAPResultSizeLimitExceeded, "")}
				}
				start, _ := strconv.Atoi(string(p.Cookie))
				var answers []*ber.Packet
				for i := start; i < min(start+int(p.PagingSize), 1000); i++ {
					answers = append(answers, entry(fmt.Sprintf("CN=%d,DC=fake", i), nil))
				}
				cookie := strconv.Itoa(start + int(p.PagingSize))
				if start+int(p.PagingSize) >= 1000 {
					cookie = ""
				}
				return append(answers, done(cookie))
			}}
			entries, err := newClient(t, f.start(t)).Search(t.Context(), search("DC=fake", "(cn=*)"))
			if tt.want < 0 {
				if !ldapconn.IsSizeLimit(err) || entries != nil {
					t.Errorf("Search() = %d entries, %v", len(entries), err)
				}
				return
			}
			mustSucceed(t, err)
			seen := map[string]bool{}
			for _, e := range entries {
				seen[e.DN] = true
			}
			if len(entries) != tt.want || len(seen) != tt.want {
				t.Errorf("%d entries, %d different, want %d", len(entries), len(seen), tt.want)
			}
		})
	}
}

// Whatever cuts an answer short is an error and no short list.
func TestShortAnswers(t *testing.T) {
	tests := []struct {
		code int64
		is   func(error) bool
		want string
	}{
		{ldap.LDAPResultTimeLimitExceeded, ldapconn.IsUnavailable, "longer than the server allows"},
		{ldap.LDAPResultReferral, ldapconn.IsReferral, "writable controller of the domain"},
		{ldap.LDAPResultInsufficientAccessRights, ldapconn.IsAccessDenied, "Delegate"},
		{ldap.LDAPResultOperationsError, isKind(ldapconn.KindAuthentication), "not take this connection as signed in"},
	}
	for _, tt := range tests {
		f := &fake{handle: func(r fakeRequest) []*ber.Packet {
			if len(r.paging().Cookie) == 0 {
				return []*ber.Packet{entry("CN=1,DC=fake", nil), done("more")}
			}
			return []*ber.Packet{entry("CN=2,DC=fake", nil), result(ldap.ApplicationSearchResultDone, tt.code,
				"000004DC: LdapErr: DSID-0C090A5C, comment: In order to perform this operation a successful bind must be completed, data 0, v4563\x00")}
		}}
		if tt.code != ldap.LDAPResultOperationsError {
			f.handle = stripMessage(f.handle)
		}
		entries, err := newClient(t, f.start(t)).Search(t.Context(), search("DC=fake", "(cn=*)"))
		if !tt.is(err) || !strings.Contains(err.Error(), tt.want) || entries != nil {
			t.Errorf("code %d: %d entries, %v", tt.code, len(entries), err)
		}
		if strings.Contains(err.Error(), "\x00") {
			t.Errorf("code %d: NUL in %q", tt.code, err)
		}
	}
}

// TestGlobalCatalog: the catalog is asked at its own place, with the same sign-in; one that is not whole is not used, and where it
// is must follow from the configuration.
func TestGlobalCatalog(t *testing.T) {
	domain := (&fake{root: map[string][]string{"rootDomainNamingContext": {"DC=forest,DC=example,DC=com"}}}).start(t)
	_, err := newClient(t, domain).Catalog(t.Context())
	if err == nil || !strings.Contains(err.Error(), "whose port is none of Active Directory") || !strings.Contains(err.Error(), ":3269") {
		t.Errorf("without a URL: %v", err)
	}
	asked := func(r fakeRequest) []*ber.Packet {
		return []*ber.Packet{entry("CN=Far,DC=emea,DC=example,DC=com", map[string][]string{"mail": {"far@example.com"}}),
			result(ldap.ApplicationSearchResultDone, 0, "")}
	}
	// A read-only controller may hold the catalog.
	catalog := (&fake{handle: asked, root: map[string][]string{"supportedCapabilities": {"1.2.840.113556.1.4.1920"}}}).start(t)
	domain.GlobalCatalogURLs = catalog.URLs
	client := newClient(t, domain)
	gc, err := client.Catalog(t.Context())
	mustSucceed(t, err)
	again, err := client.Catalog(t.Context())
	mustSucceed(t, err)
	entries, err := gc.Search(t.Context(), search("CN=Far,DC=emea,DC=example,DC=com", "(mail=*)", "mail"))
	if err != nil || len(entries) != 1 || gc != again || gc.Server() != catalog.URLs[0] || client.Server() != domain.URLs[0] {
		t.Errorf("%d entries of %q, error %v", len(entries), gc.Server(), err)
	}
	halfway := (&fake{root: map[string][]string{"isGlobalCatalogReady": {"FALSE"}}}).start(t)
	domain.GlobalCatalogURLs = halfway.URLs
	if gc, err = newClient(t, domain).Catalog(t.Context()); err == nil {
		_, err = gc.Search(t.Context(), search("", "(mail=*)", "mail"))
	}
	if !ldapconn.IsUnavailable(err) || !strings.Contains(err.Error(), "not ready to serve the global catalog") {
		t.Errorf("a catalog that is not whole: %v", err)
	}
	// One of another forest gets no credentials.
	other := &fake{root: map[string][]string{"rootDomainNamingContext": {"DC=other,DC=example,DC=net"}}}
	domain.GlobalCatalogURLs = other.start(t).URLs
	if gc, err = newClient(t, domain).Catalog(t.Context()); err == nil {
		_, err = gc.Search(t.Context(), search("", "(mail=*)", "mail"))
	}
	if !ldapconn.IsUnavailable(err) || !strings.Contains(err.Error(), `"other.example.net"`) ||
		!strings.Contains(err.Error(), `"forest.example.com"`) || len(other.binds) > 0 {
		t.Errorf("a catalog of another forest: %v, binds %q", err, other.binds)
	}
	// DNS names the catalogs of the forest, wherever the domain's controllers are.
	d := samba.Shared(t)
	domain = config(d)
	domain.URLs, domain.Domain = nil, d.Realm()
	domain.Resolver = newDNS(t, map[string][]srv{"_ldap._tcp.dc._msdcs." + d.Realm(): {{target: d.ServerName(), port: 389}},
		"_gc._tcp." + d.Realm(): {{target: d.ServerName(), port: 3268}}})
	gc, err = newClient(t, domain).Catalog(t.Context())
	mustSucceed(t, err)
	entries, err = gc.Search(t.Context(), search("", "(sAMAccountName=Administrator)", "sAMAccountName"))
	if err != nil || len(entries) != 1 || gc.Server() != "ldaps://"+d.ServerName()+":3269" {
		t.Errorf("%d entries of %q, error %v", len(entries), gc.Server(), err)
	}
}

func stripMessage(handle func(fakeRequest) []*ber.Packet) func(fakeRequest) []*ber.Packet {
	return func(r fakeRequest) []*ber.Packet {
		answers := handle(r)
		last := answers[len(answers)-1]
		if code, ok := last.Children[0].Children[0].Value.(int64); ok && code != 0 {
			answers[len(answers)-1] = result(ldap.ApplicationSearchResultDone, code, "")
		}
		return answers
	}
}

func TestControllersThatCannotBeUsed(t *testing.T) {
	good := (&fake{}).start(t)
	// What a read-only controller knows of the others.
	knows := func(r fakeRequest) []*ber.Packet {
		end := result(ldap.ApplicationSearchResultDone, 0, "")
		switch r.base {
		case "DC=fake":
			return []*ber.Packet{entry(r.base, map[string][]string{"fSMORoleOwner": {"CN=NTDS Settings,CN=DC7,CN=Servers,DC=fake"}}), end}
		case "CN=DC7,CN=Servers,DC=fake":
			return []*ber.Packet{entry(r.base, map[string][]string{"dNSHostName": {"dc7.corp.example.com"}}), end}
		}
		return []*ber.Packet{end}
	}
	tests := []struct {
		name string
		root map[string][]string
		want string
	}{
		{"read-only, which knows another", map[string][]string{"supportedCapabilities": {"1.2.840.113556.1.4.1920"}},
			"Name a writable controller such as ldaps://dc7.corp.example.com (the PDC emulator), or the domain"},
		{"read-only, alone", map[string][]string{"supportedCapabilities": {"1.2.840.113556.1.4.1920"}, "defaultNamingContext": {"DC=x"}},
			"Name a writable controller, or the domain"},
		{"read-only", map[string][]string{"supportedCapabilities": {"1.2.840.113556.1.4.800", "1.2.840.113556.1.4.1920"}}, "read-only domain controller"},
		{"not synchronized", map[string][]string{"isSynchronized": {"FALSE"}}, "first replication"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := (&fake{root: tt.root, handle: knows}).start(t)
			if _, err := newClient(t, c).RootDSE(t.Context()); !ldapconn.IsUnavailable(err) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("RootDSE() = %v", err)
			}
			c.URLs = append(c.URLs, good.URLs...)
			client := newClient(t, c)
			_, err := client.RootDSE(t.Context())
			mustSucceed(t, err)
			if client.Server() != good.URLs[0] {
				t.Errorf("Server() = %q, want the other", client.Server())
			}
		})
	}
	t.Run("no directory of Microsoft", func(t *testing.T) {
		c := (&fake{root: map[string][]string{"defaultNamingContext": nil}}).start(t)
		if _, err := newClient(t, c).BaseDN(t.Context()); err == nil || !strings.Contains(err.Error(), "Set the base DN") {
			t.Errorf("BaseDN() = %v", err)
		}
	})
	t.Run("StartTLS refused", func(t *testing.T) {
		c := (&fake{startTLS: true, refuse: true}).start(t)
		if _, err := newClient(t, c).RootDSE(t.Context()); !ldapconn.IsUnavailable(err) || !strings.Contains(err.Error(), "does not offer StartTLS") {
			t.Errorf("RootDSE() = %v", err)
		}
	})
}

// TestElsewhere: who asks is told of the parts of the tree that another server keeps, and may end the search.
func TestElsewhere(t *testing.T) {
	const child = "ldap://emea.fake/DC=emea,DC=fake"
	reference := ber.NewSequence("")
	body := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultReference, nil, "")
	body.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, child, ""))
	reference.AppendChild(body)
	f := &fake{handle: func(fakeRequest) []*ber.Packet {
		return []*ber.Packet{entry("CN=a,DC=fake", nil), reference, done("")}
	}}
	client := newClient(t, f.start(t))
	var told []string
	entries := 0
	each := func(*ldap.Entry) error { entries++; return nil }
	mustSucceed(t, client.SearchEachHere(t.Context(), search("DC=fake", "(cn=*)"), each, func(url string) error {
		told = append(told, url)
		return nil
	}))
	if len(told) != 1 || told[0] != child || entries != 1 {
		t.Errorf("found %q and %d entries", told, entries)
	}
	refused := errors.New("not here")
	err := client.SearchEachHere(t.Context(), search("DC=fake", "(cn=*)"), each, func(string) error { return refused })
	if !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	mustSucceed(t, client.SearchEach(t.Context(), search("DC=fake", "(cn=*)"), each))
}
