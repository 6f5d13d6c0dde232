// SPDX-License-Identifier: MPL-2.0

package workday_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
	sandbox "terraform-provider-workforce/internal/sandbox/workday"
	"terraform-provider-workforce/internal/source/web"
	source "terraform-provider-workforce/internal/source/workday"
	"terraform-provider-workforce/internal/writeback"
	"terraform-provider-workforce/internal/writeback/workday"
)

const today = "2026-01-15"

func config(url string) workday.Config {
	return workday.Config{
		Tenant: source.Config{Web: web.Config{URL: url, Retries: -1}, Tenant: sandbox.Tenant, Username: sandbox.User, Password: sandbox.Password},
		Email:  "mail", Username: "user", Phones: map[string]string{"phone": "Landline", "mobile": "Mobile"},
		Now: func() time.Time { return company.DefaultDate.Add(9 * time.Hour) },
	}
}

func start(t *testing.T, change func(*workday.Config)) (*sandbox.Server, *workday.Tenant) {
	t.Helper()
	s := sandbox.New(company.New(7, 300))
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c := config(server.URL)
	if change != nil {
		change(&c)
	}
	tenant, err := workday.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return s, tenant
}

// find returns the id of a worker.
func find(t *testing.T, s *sandbox.Server, fits func(*company.Worker) bool) string {
	t.Helper()
	for _, w := range s.Company.Workers {
		if fits(w) {
			return w.ID
		}
	}
	t.Fatal("the company has no such worker")
	return ""
}

func kind(name string) func(*company.Worker) bool {
	return func(w *company.Worker) bool {
		return w.Type == name && w.Status == "Active" && w.HireDate <= today && w.OfficePhone != "" && w.Mobile != ""
	}
}

func one(t *testing.T, tenant *workday.Tenant, id string, want writeback.Record) writeback.Outcome {
	t.Helper()
	return writeback.Apply(t.Context(), tenant, []writeback.WorkerChange{{WorkerID: id, Want: want}})[0]
}

// TestWrite changes some entries, and holds all the others to be as they were.
func TestWrite(t *testing.T) {
	for _, tt := range []string{"Employee", "Contractor"} {
		s, tenant := start(t, nil)
		id := find(t, s, kind(tt))
		before := s.Contacts(id, today)
		want := writeback.Record{"mail": "ada@example.com", "phone": "+442071838750 x42", "mobile": "+12065550188", "user": "ada"}
		o := one(t, tenant, id, want)
		if o.Err != nil || !o.Written {
			t.Fatalf("%s: %v", tt, o.Err)
		}
		after := s.Contacts(id, today)
		if len(after) != len(before) || s.Account(id) != "ada" {
			t.Fatalf("%s: found %v and the user %s", tt, after, s.Account(id))
		}
		for i, was := range before {
			switch {
			case was.Usage == "WORK" && was.Device == "" && was.Primary:
				was.Value = "ada@example.com"
			case was.Usage == "WORK" && was.Device == "Landline" && was.Primary:
				was.Value, was.Code, was.Country, was.Extension = "2071838750", "44", "GBR", "42"
			case was.Usage == "WORK" && was.Device == "Mobile":
				country := "USA"
				if was.Code == "1" {
					country = was.Country
				}
				was.Value, was.Code, was.Country = "2065550188", "1", country
			}
			if after[i] != was {
				t.Errorf("%s: found %+v, expected %+v", tt, after[i], was)
			}
		}
		s.Writes()
		if o := one(t, tenant, id, want); o.Err != nil || o.Written || len(s.Writes()) > 0 {
			t.Errorf("%s: the same values were written again: %v", tt, o.Err)
		}
	}
}

// TestNew: the first phone becomes the primary one, a further one does not; a mail
// address is new; what is private stays.
func TestNew(t *testing.T) {
	s, tenant := start(t, func(c *workday.Config) { c.Private = true })
	id := find(t, s, kind("Employee"))
	home := sandbox.Contact{ID: "H1", Value: "home@example.org", Usage: "HOME", Primary: true, Comment: "mine"}
	s.SetContacts(id, home)
	o := one(t, tenant, id, writeback.Record{"mail": "ada@example.com", "mobile": "+12065550188", "phone": "+442071838750"})
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	got := s.Contacts(id, today)
	if len(got) != 4 || got[0] != home {
		t.Fatalf("found %+v", got)
	}
	primaries := map[string]bool{}
	for _, c := range got[1:] {
		if c.Public || c.Usage != "WORK" {
			t.Errorf("found %+v, expected one that is not public, for work", c)
		}
		primaries[c.Device] = c.Primary
	}
	if !primaries[""] || !primaries["Mobile"] || primaries["Landline"] {
		t.Errorf("found the primary entries %v, expected mail and the first phone", primaries)
	}
	if len(s.Writes()) != 1 {
		t.Error("expected one request for all contacts")
	}
	// Clearing: an additional phone goes, the primary one with others is refused.
	if o := one(t, tenant, id, writeback.Record{"phone": ""}); o.Err != nil || len(s.Contacts(id, today)) != 3 {
		t.Error(o.Err)
	}
	s.SetContacts(id, append(s.Contacts(id, today), sandbox.Contact{ID: "W2", Value: "team@example.com", Usage: "WORK", Public: true})...)
	if o := one(t, tenant, id, writeback.Record{"mail": ""}); o.Err == nil || !strings.Contains(o.Err.Error(), "exactly one primary") || o.Now["mail"] != "ada@example.com" {
		t.Error(o.Err)
	}
}

// TestNotReferenced: an entry that could only be replaced, or that is for home as
// well, is not changed from here.
func TestNotReferenced(t *testing.T) {
	s, tenant := start(t, nil)
	id := find(t, s, kind("Employee"))
	s.Spoil = func(w http.ResponseWriter, c sandbox.Call, answer []byte) bool {
		if c.Operation != "" {
			return false
		}
		_, _ = w.Write([]byte(strings.ReplaceAll(string(answer), "Email_Reference", "Other_Reference")))
		return true
	}
	if o := one(t, tenant, id, writeback.Record{"mail": "ada@example.com"}); o.Err == nil || !strings.Contains(o.Err.Error(), "no reference of the entry") || len(s.Writes()) > 0 {
		t.Error(o.Err)
	}
	s.Spoil = func(w http.ResponseWriter, c sandbox.Call, answer []byte) bool {
		if c.Operation != "" {
			return false
		}
		text := string(answer)
		from := strings.LastIndex(text, "<wd:Type_Data")
		to := strings.LastIndex(text, "</wd:Type_Data>") + len("</wd:Type_Data>")
		_, _ = w.Write([]byte(text[:to] + strings.ReplaceAll(text[from:to], ">WORK<", ">HOME<") + text[to:]))
		return true
	}
	if o := one(t, tenant, id, writeback.Record{"mail": "ada@example.com"}); o.Err == nil || !strings.Contains(o.Err.Error(), "not for work only") || len(s.Writes()) > 0 {
		t.Error(o.Err)
	}
}

// TestStarter: who starts later gets a change as of the hire date.
func TestStarter(t *testing.T) {
	s, tenant := start(t, nil)
	id := find(t, s, func(w *company.Worker) bool { return w.HireDate > today })
	hire := s.Company.Worker(id).HireDate
	if o := one(t, tenant, id, writeback.Record{"mail": "new@example.com", "user": "new"}); o.Err != nil {
		t.Fatal(o.Err)
	}
	value := func(date string) string {
		i := slices.IndexFunc(s.Contacts(id, date), func(c sandbox.Contact) bool { return c.Device == "" && c.Usage == "WORK" && c.Primary })
		return s.Contacts(id, date)[i].Value
	}
	if value(hire) != "new@example.com" || value(today) == "new@example.com" {
		t.Errorf("found %s on %s and %s today", value(hire), hire, value(today))
	}
}

// TestLostAnswer: nothing is sent twice that would create something twice, and
// reading tells how it ended.
func TestLostAnswer(t *testing.T) {
	s, tenant := start(t, func(c *workday.Config) { c.Tenant.Web.Retries = 3 })
	id := find(t, s, kind("Employee"))
	s.SetContacts(id)
	s.Spoil = func(_ http.ResponseWriter, c sandbox.Call, _ []byte) bool {
		if c.Operation != "" {
			panic(http.ErrAbortHandler)
		}
		return false
	}
	if o := one(t, tenant, id, writeback.Record{"mail": "ada@example.com", "phone": "+12065550188"}); o.Err != nil {
		t.Errorf("the values are there, and yet: %v", o.Err)
	}
	if writes := s.Writes(); len(writes) != 1 {
		t.Errorf("found the writes %v, expected one", writes)
	}
}

// TestFaults: refusals name the field, failed workers fail alone, and a right that is
// missing ends the run.
func TestFaults(t *testing.T) {
	s, tenant := start(t, nil)
	id := find(t, s, kind("Employee"))
	other := find(t, s, func(w *company.Worker) bool { return kind("Employee")(w) && w.ID != id })
	third := find(t, s, func(w *company.Worker) bool { return w.ID != id && w.ID != other })
	outcomes := writeback.Apply(t.Context(), tenant, []writeback.WorkerChange{
		{WorkerID: id, Want: writeback.Record{"mail": "refused@example.com", "user": "ok"}},
		{WorkerID: other, Want: writeback.Record{"user": "u" + third}},
		{WorkerID: "404", Want: writeback.Record{"user": "x"}},
		{WorkerID: other, Want: writeback.Record{"phone": "555", "user": "", "mail": "no address"}},
	})
	for i, want := range [][]string{
		{"Email Address 'refused@example.com' is not valid", "wd:Email_Information_Data[1]/wd:Email_Data/wd:Email_Address"},
		{"already in use", "wd:User_Name"}, {"no such worker"}, {"mail: found", "phone: found", "E.164", "user: found no value"},
	} {
		for _, part := range want {
			if err := outcomes[i].Err; err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("found %v, expected %q", err, part)
			}
		}
	}
	if s.Account(id) != "ok" || outcomes[0].Now["user"] != "ok" {
		t.Error("the user name was not written beside the address")
	}
	s.Unauthorized = []string{"Change_Work_Contact_Information_Request"}
	_, err := tenant.Write(t.Context(), id, nil, writeback.Record{"mail": "ada@example.com"})
	if _, ok := errors.AsType[*writeback.UnavailableError](err); !ok || !strings.Contains(err.Error(), "The task submitted is not authorized") || !strings.Contains(err.Error(), "Put access") {
		t.Error(err)
	}
}

// TestSignIn: by API client as for reading; a wrong password is said without it.
func TestSignIn(t *testing.T) {
	s, tenant := start(t, func(c *workday.Config) {
		c.Tenant.Username, c.Tenant.Password = "", ""
		c.Tenant.ClientID, c.Tenant.ClientSecret, c.Tenant.RefreshToken = sandbox.ClientID, sandbox.ClientSecret, sandbox.RefreshToken
	})
	s.TokenUses = 2
	id := find(t, s, kind("Employee"))
	if o := one(t, tenant, id, writeback.Record{"mail": "ada@example.com", "user": "ada"}); o.Err != nil || s.Tokens() < 2 {
		t.Errorf("%v after %d tokens", o.Err, s.Tokens())
	}
	_, tenant = start(t, func(c *workday.Config) { c.Tenant.Password = "canary-s3cret" })
	_, err := tenant.Read(t.Context(), []string{id}, []string{"mail"})
	if _, ok := errors.AsType[*writeback.UnavailableError](err); !ok || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "invalid username") {
		t.Error(err)
	}
}

// TestReadMany asks for those listed only, 100 at a time.
func TestReadMany(t *testing.T) {
	s, tenant := start(t, nil)
	ids := []string{"404"}
	for _, w := range s.Company.Workers {
		if w.HireDate <= today {
			ids = append(ids, w.ID)
		}
	}
	found, err := tenant.Read(t.Context(), ids, []string{"mail", "user", "phone"})
	if err != nil || len(found) != len(ids)-1 || found["000002"]["mail"] != "w000002@example.com" || found["000002"]["user"] != "u000002" {
		t.Fatalf("found %d workers, %v", len(found), err)
	}
	if calls := s.Calls(); len(calls) != (len(ids)+99)/100 || calls[0].References != 200 {
		t.Errorf("found %d requests", len(calls))
	}
	office := s.Company.Worker("000002").OfficePhone
	if got := found["000002"]["phone"]; got != strings.ReplaceAll(office, " ", "") {
		t.Errorf("found the phone %q, expected %q", got, office)
	}
}

func TestConfig(t *testing.T) {
	for want, change := range map[string]func(*workday.Config){
		"no email, user_name or phones": func(c *workday.Config) { c.Email, c.Username, c.Phones = "", "", nil },
		"in another place":              func(c *workday.Config) { c.Username = "mail" },
		"device type":                   func(c *workday.Config) { c.Phones = map[string]string{"phone": ""} },
		`"a" and "b"`:                   func(c *workday.Config) { c.Phones = map[string]string{"a": "Fax", "b": "Fax"} },
		"concurrency":                   func(c *workday.Config) { c.Concurrency = 100 },
		"time_zone":                     func(c *workday.Config) { c.TimeZone = "Nowhere/Land" },
	} {
		c := config("https://example.com")
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("found %v, expected an error with %q", err, want)
		}
	}
	if _, err := workday.Open(workday.Config{Email: "mail"}); err == nil || !strings.Contains(fmt.Sprint(err), "credentials") {
		t.Error(err)
	}
}
