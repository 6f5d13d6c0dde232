// SPDX-License-Identifier: MPL-2.0

package ldapdir

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/sandbox/openldap"
	"terraform-provider-workforce/internal/source"
)

// person is an LDIF record.
func person(id string, lines ...string) string {
	return fmt.Sprintf("dn: uid=%s,ou=People,%s\nobjectClass: inetOrgPerson\nuid: %s\ncn: Person %s\nsn: Name\n%s\n\n", id, openldap.Base, id, id, strings.Join(lines, "\n"))
}

func encoded(name, value string) string {
	return name + ":: " + base64.StdEncoding.EncodeToString([]byte(value))
}

var tree = "dn: ou=People," + openldap.Base + "\nobjectClass: organizationalUnit\nou: People\n\n" +
	"dn: ou=Board," + openldap.Base + "\nobjectClass: organizationalUnit\nou: Board\n\n" +
	"dn: ou=Remote,ou=People," + openldap.Base + "\nobjectClass: referral\nobjectClass: extensibleObject\nou: Remote\nref: ldap://other.example.com/ou=Remote\n\n" +
	"dn: uid=chair,ou=Board," + openldap.Base + "\nobjectClass: inetOrgPerson\nuid: chair\nemployeeNumber: B1\ncn: Chair\nsn: Chair\n\n" +
	person("a", "employeeNumber: 007", encoded("givenName", "Zoë"), "mail: z@example.com", "mail: a@example.com", "manager: uid=chair,ou=Board,"+openldap.Base, "destinationIndicator: 20200229000000Z", "title;lang-de: Leitung", encoded("jpegPhoto", "\xff\xd8\xff"), "userPassword: geheim-geheim", "carLicense: 20200229120000Z") +
	person("b", "employeeNumber: 008", "manager: UID = a, OU=people, DC=Example,DC=com", "destinationIndicator: 202007010000+0200", "mail: b@example.com") +
	person("c", "employeeNumber: 009", "manager: uid=gone,ou=People,"+openldap.Base, "destinationIndicator: 2021-01-31") +
	person("d", "description: no worker")

func start(t testing.TB) *openldap.Server { return openldap.Start(t, tree) }

func config(s *openldap.Server) Config {
	return Config{URLs: []string{s.URL}, CACertificateFile: s.CAFile, Username: openldap.Reader, Password: openldap.Password,
		Base: "ou=People," + openldap.Base, Filter: "(&(objectClass=person)(employeeNumber=*))", Referrals: "ignore"}
}

var spec = source.Spec{Fields: source.Fields{"worker_id": "employeeNumber", "manager_id": "manager", "hire_date": "destinationIndicator"}}

func TestRead(t *testing.T) {
	s := start(t)
	c := config(s)
	named := spec
	named.Attributes = []string{"givenname", "mail", "dn"}
	t.Run("named attributes", func(t *testing.T) {
		result, err := Read(t.Context(), c, named)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := result.Workers.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		const rest = `"termination_date":null,"last_day_of_work":null,"on_leave":null`
		const want = `{"007":{"worker_id":"007","status":null,"worker_type":null,"hire_date":"2020-02-29",` + rest + `,"manager_id":"B1","time_zone":null,"attributes":{"dn":"uid=a,ou=People,dc=example,dc=com","givenname":"Zoë","mail":["a@example.com","z@example.com"]}},` +
			`"008":{"worker_id":"008","status":null,"worker_type":null,"hire_date":"2020-07-01",` + rest + `,"manager_id":"007","time_zone":null,"attributes":{"dn":"uid=b,ou=People,dc=example,dc=com","givenname":null,"mail":"b@example.com"}},` +
			`"009":{"worker_id":"009","status":null,"worker_type":null,"hire_date":"2021-01-31",` + rest + `,"manager_id":"uid=gone,ou=People,dc=example,dc=com","time_zone":null,"attributes":{"dn":"uid=c,ou=People,dc=example,dc=com","givenname":null,"mail":null}}}`
		if doc != want {
			t.Errorf("found    %s\nexpected %s", doc, want)
		}
		if len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "2 workers with a manager who is not among the records") {
			t.Errorf("warnings %q", result.Warnings)
		}
	})
	t.Run("all attributes, small pages, StartTLS", func(t *testing.T) {
		c := c
		c.URLs, c.StartTLS, c.PageSize = []string{s.PlainURL}, true, 1
		result, err := Read(t.Context(), c, spec)
		if err != nil {
			t.Fatal(err)
		}
		attributes := strings.Join(result.Attributes, " ")
		if attributes != "carLicense cn givenName mail objectClass sn title;lang-de uid" {
			t.Errorf("attributes %s", attributes)
		}
		if w := result.Workers["007"]; w.Attributes["carLicense"].Text() != "20200229120000Z" || w.Attributes["title;lang-de"].Text() != "Leitung" {
			t.Errorf("found %v", w.Attributes)
		}
		if !strings.Contains(strings.Join(result.Warnings, "\n"), "left out as binary: jpegPhoto") {
			t.Errorf("warnings %q", result.Warnings)
		}
	})
	t.Run("one level", func(t *testing.T) {
		c := c
		c.Base, c.Scope = openldap.Base, "one_level"
		_, err := Read(t.Context(), c, spec)
		mustContain(t, err, "found no records")
	})
	t.Run("faults", func(t *testing.T) { testFaults(t, s) })
}

func mustContain(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, expected one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error lacks %q:\n%v", part, err)
		}
	}
	if strings.Contains(err.Error(), openldap.Password) || strings.Contains(err.Error(), "geheim") {
		t.Errorf("the error holds a password: %v", err)
	}
}

func testFaults(t *testing.T, s *openldap.Server) {
	for _, tt := range []struct {
		name   string
		change func(c *Config, s *source.Spec)
		want   []string
	}{
		{"referral", func(c *Config, _ *source.Spec) { c.Referrals = "" }, []string{"ou=Remote,ou=People,dc=example,dc=com: found a referral to \"ldap://other.example.com/ou=Remote\"", `referrals = "ignore"`}},
		{"no id", func(c *Config, _ *source.Spec) { c.Filter = "" }, []string{`"uid=d,ou=People,dc=example,dc=com", column "employeeNumber": found no worker id`}},
		{"base", func(c *Config, _ *source.Spec) { c.Base = "ou=None," + openldap.Base }, []string{`base: there is no entry "ou=None,dc=example,dc=com"`}},
		{"password", func(c *Config, _ *source.Spec) { c.Password = "wrong-" + openldap.Password }, []string{"the sign-in was refused", "49"}},
		{"size limit", func(c *Config, _ *source.Spec) { c.Username = openldap.Limited }, []string{"more entries match than may be returned", "size limit"}},
		{"too large", func(c *Config, _ *source.Spec) { c.MaxBytes = 60 }, []string{"found more than 60 bytes up to", "max_bytes"}},
		{"authority", func(c *Config, _ *source.Spec) { c.CACertificateFile = "" }, []string{"certificate"}},
		{"several ids", func(_ *Config, s *source.Spec) { s.Fields = source.Fields{"worker_id": "mail"} }, []string{`"uid=a,ou=People,dc=example,dc=com", column "mail": found 2 values`}},
		{"binary", func(_ *Config, s *source.Spec) { s.Attributes = []string{"jpegPhoto"} }, []string{`column "jpegPhoto": found binary values, expected text`}},
		{"secret", func(_ *Config, s *source.Spec) { s.Attributes = []string{"userPassword"} }, []string{`column "userPassword": the attribute holds passwords`}},
		{"date", func(_ *Config, s *source.Spec) {
			s.Fields = source.Fields{"worker_id": "employeeNumber", "hire_date": "carLicense"}
		}, []string{`column "carLicense", worker "007": found "2020-02-29T12:00:00Z", an instant in UTC`}},
		{"settings", func(c *Config, s *source.Spec) {
			c.Base, c.Scope, c.Filter, c.Referrals, c.URLs, s.TimeZone = "people", "tree", "(x", "follow", []string{"ldap://db"}, "Mars"
		}, []string{"time_zone", `base: found "people"`, `scope: found "tree"`, `filter: found "(x"`, `referrals: found "follow"`, "not encrypted"}},
		{"anonymous", func(c *Config, _ *source.Spec) { c.Username, c.Password = "", "" }, []string{"no way to sign in"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, spec := config(s), spec
			c.ConnectTimeout = 5 * time.Second
			tt.change(&c, &spec)
			_, err := Read(t.Context(), c, spec)
			mustContain(t, err, tt.want...)
		})
	}
}

func TestGeneralizedTime(t *testing.T) {
	for text, want := range map[string]string{
		"20260701000000Z": "2026-07-01T00:00:00Z", "2026070100Z": "2026-07-01T00:00:00Z", "202607010830-0330": "2026-07-01T08:30:00-03:30", "20260701083015.5+02": "2026-07-01T08:30:15+02:00",
		"20261301000000Z": "20261301000000Z", "20260701000000": "20260701000000", "2026-07-01": "2026-07-01", "": "",
	} {
		if got := generalizedTimes([]string{text}); got[0] != want {
			t.Errorf("%s: found %s, expected %s", text, got[0], want)
		}
	}
}

// TestOddEntries: nobody, a worker who is told twice, and dates that mean none.
func TestOddEntries(t *testing.T) {
	s := openldap.Start(t, "dn: ou=People,"+openldap.Base+"\nobjectClass: organizationalUnit\nou: People\n\n"+
		person("a", "employeeNumber: 007", "destinationIndicator: 20991231000000Z", "manager: uid=b,ou=People,"+openldap.Base)+
		person("b", "employeeNumber: 7", "destinationIndicator: 99991231235959Z", "manager: uid=a,ou=People,"+openldap.Base)+
		person("c", "employeeNumber: 8", "destinationIndicator: 01.07.2026")+person("d", "employeeNumber: 8", "description: again"))
	c := config(s)
	odd := source.Spec{Fields: source.Fields{"worker_id": "employeeNumber", "manager_id": "manager", "termination_date": "destinationIndicator"}, Attributes: []string{"uid"},
		NoDate: []string{"9999-12-31", "2099-12-31"}, DateFormats: []string{"dd.MM.yyyy", "rfc3339"}, TimeZone: "UTC"}
	_, err := Read(t.Context(), c, odd)
	mustContain(t, err, `"uid=d,ou=People,dc=example,dc=com", column "employeeNumber", worker "8": the same worker id as "uid=c,ou=People,dc=example,dc=com"`)
	c.Filter = "(&(employeeNumber=*)(!(uid=d)))"
	result, err := Read(t.Context(), c, odd)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string][2]string{"007": {"", "7"}, "7": {"", "007"}, "8": {"2026-07-01", ""}} {
		if w := result.Workers[id]; w == nil || string(w.TerminationDate) != want[0] || w.ManagerID != want[1] {
			t.Errorf("%s: found %+v, expected %q", id, w, want)
		}
	}
	c.Filter = "(employeeNumber=nobody)"
	_, err = Read(t.Context(), c, odd)
	mustContain(t, err, "found no records")
}

// BenchmarkRead reads people from a real server, named attributes only.
func BenchmarkRead(b *testing.B) {
	const n = 10_000
	var ldif strings.Builder
	ldif.WriteString("dn: ou=People," + openldap.Base + "\nobjectClass: organizationalUnit\nou: People\n\n")
	for i := range n {
		ldif.WriteString(person(fmt.Sprint(i), fmt.Sprintf("employeeNumber: %06d", i), fmt.Sprintf("manager: uid=%d,ou=People,%s", (i+1)%n, openldap.Base), "title: Engineer", fmt.Sprintf("mail: p%d@example.com", i)))
	}
	c := config(openldap.Start(b, ldif.String()))
	spec := source.Spec{Fields: source.Fields{"worker_id": "employeeNumber", "manager_id": "manager"}, Attributes: []string{"cn", "sn", "title", "mail"}}
	b.ReportAllocs()
	for b.Loop() {
		if got, err := Read(b.Context(), c, spec); err != nil || got.Records != n {
			b.Fatal(err)
		}
	}
}

// TestManagerReference: managers are named by an address, in an attribute that is text, or by the distinguished name
// of an entry whose address is known.
func TestManagerReference(t *testing.T) {
	s := openldap.Start(t, "dn: ou=People,"+openldap.Base+"\nobjectClass: organizationalUnit\nou: People\n\n"+
		person("a", "employeeNumber: 1", "mail: z@example.com", "mail: a@example.com")+
		person("b", "employeeNumber: 2", "roomNumber: A@Example.com", "manager: uid=a,ou=People,"+openldap.Base)+
		person("c", "employeeNumber: 3", "roomNumber: b@example.com", "manager: uid=b,ou=People,"+openldap.Base))
	for _, tt := range []struct{ manager, reference, want string }{
		{"roomNumber", "mail", "2 1, 3 mail=b@example.com"}, {"manager", "mail", "2 1, 3 mail=uid=b,ou=People,dc=example,dc=com"},
		{"manager", "DN", "2 1, 3 2"}, {"manager", source.ByWorkerID, "2 1, 3 2"}, {"manager", "uid", "2 1, 3 2"},
	} {
		result, err := Read(t.Context(), config(s), source.Spec{Attributes: []string{}, ManagerReference: tt.reference,
			Fields: source.Fields{"worker_id": "employeeNumber", "manager_id": tt.manager}})
		if err != nil {
			t.Fatal(err)
		}
		if got := "2 " + result.Workers["2"].ManagerID + ", 3 " + result.Workers["3"].ManagerID; got != tt.want || len(result.Attributes) != 0 {
			t.Errorf("%s by %s: found %s and the attributes %v, expected %s", tt.manager, tt.reference, got, result.Attributes, tt.want)
		}
	}
}
