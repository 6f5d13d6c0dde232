// SPDX-License-Identifier: MPL-2.0

package successfactors_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
	sandbox "terraform-provider-workforce/internal/sandbox/successfactors"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/successfactors"
	"terraform-provider-workforce/internal/source/web"
	"terraform-provider-workforce/internal/worker"
)

const (
	user     = "sfapi"
	password = "canary-9f31-secret"
	client   = "canary-api-key-77ab"
	horizon  = 60
)

// tenant is an instance with the people of a company.
type tenant struct {
	*sandbox.Server
	company *company.Company
	url     string
	queries func() []url.Values
}

func start(t testing.TB, n int, o sandbox.Options) *tenant {
	t.Helper()
	c := company.New(1, n)
	o.Username, o.Password = user, password
	s := sandbox.New(c, o)
	var mu sync.Mutex
	var queries []url.Values
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		queries = append(queries, r.URL.Query())
		mu.Unlock()
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return &tenant{s, c, server.URL, func() []url.Values {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(queries)
	}}
}

func (x *tenant) config() successfactors.Config {
	return successfactors.Config{Web: web.Config{URL: x.url, Retries: -1}, CompanyID: "ACME", Username: user, Password: password, HorizonDays: horizon}
}

func (x *tenant) read(t testing.TB, c successfactors.Config, s source.Spec) (*source.Result, error) {
	t.Helper()
	return successfactors.Read(t.Context(), c, s, x.company.AsOf.Add(9*time.Hour))
}

func value(t *testing.T, w *worker.Worker, name string) string {
	t.Helper()
	v, ok := w.Attributes[name]
	if !ok {
		t.Fatalf("worker %s has no attribute %q", w.ID, name)
	}
	return v.Text()
}

// TestEveryWorker reads a company through its whole history and expects every
// worker as they are.
func TestEveryWorker(t *testing.T) {
	x := start(t, 400, sandbox.Options{})
	got, err := x.read(t, x.config(), source.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Workers) != 400 || got.Records != 400 || len(got.Warnings) > 0 || len(got.LeftOut) > 0 {
		t.Errorf("got %d workers of %d records, warnings %q, left out %q", len(got.Workers), got.Records, got.Warnings, got.LeftOut)
	}
	today := worker.Date(x.company.AsOf.Format(time.DateOnly))
	for _, want := range x.company.Workers {
		w := got.Workers[want.ID]
		if w == nil {
			t.Fatalf("worker %s is missing", want.ID)
		}
		code := "A"
		switch {
		case want.TerminationDate != "" && worker.Date(want.TerminationDate) < today:
			code = "T"
		case want.OnLeave:
			code = map[bool]string{true: "P", false: "U"}[number(t, want.ID)%2 == 0]
		}
		status := map[string]string{"A": "Active", "T": "Terminated", "P": "Paid leave", "U": "Unpaid leave"}[code]
		kind := map[string]string{"Employee": "Employee", "Contractor": "Contingent Worker"}[want.Type]
		canonical := worker.Worker{ID: want.ID, Status: status, Type: kind, HireDate: worker.Date(want.HireDate), TerminationDate: worker.Date(want.TerminationDate),
			LastDayOfWork: worker.Date(want.LastDayOfWork), ManagerID: want.ManagerID, TimeZone: want.TimeZone}
		onLeave := w.OnLeave != nil && *w.OnLeave
		bare := *w
		bare.OnLeave, bare.Attributes = nil, nil
		if bare.OnLeave != canonical.OnLeave || bare.ID != canonical.ID || bare.Status != status || bare.Type != kind || bare.HireDate != canonical.HireDate ||
			bare.TerminationDate != canonical.TerminationDate || bare.LastDayOfWork != canonical.LastDayOfWork || bare.ManagerID != canonical.ManagerID || bare.TimeZone != canonical.TimeZone || onLeave != want.OnLeave {
			t.Fatalf("got %+v on leave %v,\nexpected %+v on leave %v", bare, onLeave, canonical, want.OnLeave)
		}
		hire, err := time.Parse(time.DateOnly, want.HireDate)
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{
			"personIdExternal": want.ID, "firstName": want.FirstName, "lastName": want.LastName, "preferredName": want.PreferredName, "department": want.Department, "departmentId": "D-" + want.Department,
			"division": want.Division, "company": want.Company, "costCenterId": want.CostCenter, "LocationName": want.Location, "jobTitle": want.JobTitle, "city": want.City,
			"officeLocationAddress": want.StreetAddress, "officeLocationZipCode": want.PostalCode, "twoCharCountryCode": want.CountryCode, "businessPhone": want.OfficePhone, "cellPhone": want.Mobile,
			"managerId": want.ManagerID, "emplStatus": code, "emailAddress": "w" + want.ID + "@example.com", "emailType": "B", "phoneType": "B", "userId": "u" + want.ID,
			"isContingentWorker": map[bool]string{true: "True", false: "False"}[kind != "Employee"], "firstDateWorked": hire.Format("1/2/2006") + " 12:00:00 AM",
		} {
			if v := value(t, w, name); v != text {
				t.Errorf("worker %s, %s: got %q, expected %q", want.ID, name, v, text)
			}
		}
	}
	for _, name := range []string{"custom01", "empJobNavCustomString1", "dateOfBirth"} {
		if slices.Contains(got.Attributes, name) {
			t.Errorf("%s is read without being named", name)
		}
	}
}

func number(t *testing.T, id string) int {
	t.Helper()
	n, err := strconv.Atoi(id)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestHorizon(t *testing.T) {
	x := start(t, 400, sandbox.Options{})
	future := 0
	for _, w := range x.company.Workers {
		if w.HireDate > x.company.AsOf.Format(time.DateOnly) && number(t, w.ID)%20 != 7 { // those have worked there before
			future++
		}
	}
	c := x.config()
	c.HorizonDays = 0
	got, err := x.read(t, c, source.Spec{})
	if err != nil || future == 0 || len(got.Workers) != 400-future {
		t.Fatalf("without a horizon: got %v, expected %d workers", err, 400-future)
	}
	c.HorizonDays = 30
	near, err := x.read(t, c, source.Spec{})
	if err != nil || len(near.Workers) <= len(got.Workers) || len(near.Workers) >= 400 {
		t.Errorf("with a horizon of 30 days: got %v", err)
	}
	c.HorizonDays, c.AsOf = horizon, "2026-03-20"
	if later, err := x.read(t, c, source.Spec{}); err != nil || len(later.Workers) != 400-future {
		t.Errorf("at a later date: got %v", err)
	}
}

// TestRequests holds what is asked for against what is wanted.
func TestRequests(t *testing.T) {
	x := start(t, 500, sandbox.Options{})
	c := x.config()
	c.HorizonDays, c.PageSize = 0, 100
	if _, err := x.read(t, c, source.Spec{Attributes: []string{"firstName", "department", "custom01"}}); err != nil {
		t.Fatal(err)
	}
	queries := x.queries()
	if n := x.Requests(); n != 5 || len(queries) != 5 {
		t.Errorf("got %d requests, expected 5 pages", n)
	}
	want := "employmentNav,employmentNav/jobInfoNav,employmentNav/jobInfoNav/departmentNav,employmentNav/jobInfoNav/emplStatusNav,employmentNav/userNav,employmentNav/userNav/manager,employmentNav/userNav/manager/empInfo,personEmpTerminationInfoNav,personalInfoNav"
	if got := queries[0].Get("$expand"); got != want {
		t.Errorf("got $expand %s,\nexpected %s", got, want)
	}
	if q := queries[0]; q.Get("asOfDate") != "2026-01-15" || q.Get("paging") != "snapshot" || q.Get("customPageSize") != "100" || q.Get("$filter") != "personEmpTerminationInfoNav/activeEmploymentsCount ne null" {
		t.Errorf("got %v", q)
	}

	before := x.Requests()
	c.Filter, c.TerminatedDays = "employmentNav/jobInfoNav/division eq 'V-Product'", 30
	got, err := x.read(t, c, source.Spec{Fields: source.Fields{"worker_id": "personIdExternal", "manager_id": "", "status": "emplStatus", "time_zone": ""}, Attributes: []string{"division"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range got.Workers {
		if value(t, w, "division") != "Product" || w.ManagerID != "" || w.TerminationDate != "" && w.TerminationDate < "2025-12-16" {
			t.Errorf("got %+v", w)
		}
	}
	q := x.queries()[before]
	if strings.Contains(q.Get("$expand"), "userNav") || !strings.HasSuffix(q.Get("$filter"), "latestTerminationDate ge datetime'2025-12-16T00:00:00') and (employmentNav/jobInfoNav/division eq 'V-Product')") {
		t.Errorf("got %v", q)
	}
}

// TestFilterOfStarters expects those of one division, whether they work there
// already or not.
func TestFilterOfStarters(t *testing.T) {
	x := start(t, 400, sandbox.Options{})
	c := x.config()
	c.Filter = "employmentNav/jobInfoNav/division eq 'V-Product'"
	got, err := x.read(t, c, source.Spec{Attributes: []string{"division"}})
	if err != nil {
		t.Fatal(err)
	}
	starters := 0
	for _, w := range x.company.Workers {
		if w.HireDate > x.company.AsOf.Format(time.DateOnly) && w.Division == "Product" {
			starters++
		}
		if in := got.Workers[w.ID] != nil; in != (w.Division == "Product") {
			t.Errorf("worker %s of division %s: read %v", w.ID, w.Division, in)
		}
	}
	if starters == 0 {
		t.Error("nobody in the division starts soon")
	}
}

// TestOwnPaths tries the JSONPaths of Microsoft's documentation.
func TestOwnPaths(t *testing.T) {
	x := start(t, 60, sandbox.Options{})
	c := x.config()
	c.ISODates = true
	c.Paths = map[string]string{
		"okToRehire":   "$.employmentNav.results[0].okToRehire",
		"newestUser":   "$.employmentNav.results[-1:].userNav.username",
		"globalUser":   "$.employmentNav.results[?(@.assignmentClass == 'GA')].userNav.username",
		"activeTitles": "$.employmentNav..jobInfoNav..results[?(@.emplStatusNav.externalCode == 'A' || @.emplStatusNav.externalCode == 'U' || @.emplStatusNav.externalCode == 'P')].jobTitle",
		"privateMail":  "$.emailNav.results[?(@.isPrimary != true)].emailAddress",
		"statusLabel":  "$.employmentNav.results[0].jobInfoNav.results[0].emplStatusNav.picklistLabels.results[?(@.locale=='en_US')].label",
		"firstDay":     "$.employmentNav.results[0].firstDateWorked",
		"nickname":     "$.employmentNav.results[0].userNav.custom01",
		"born":         "$['dateOfBirth']",
	}
	got, err := x.read(t, c, source.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	one := got.Workers["000009"] // on a global assignment
	for name, want := range map[string]string{
		"globalUser": "u000009-ga", "newestUser": "u000009", "privateMail": "private@example.net", "statusLabel": "employee-status A", "nickname": "x000009", "born": "1980-01-10",
		"firstDateWorked": string(one.HireDate), "endDate": "",
	} {
		if v := value(t, one, name); v != want {
			t.Errorf("%s: got %q, expected %q", name, v, want)
		}
	}
	if titles := one.Attributes["activeTitles"].Strings(); len(titles) != 2 || titles[0] != "Job Abroad" {
		t.Errorf("activeTitles: got %q", titles)
	}
	if v := value(t, got.Workers["000007"], "okToRehire"); v != "True" {
		t.Errorf("okToRehire of the former employment: got %q", v)
	}
}

func TestConfig(t *testing.T) {
	x := start(t, 20, sandbox.Options{})
	for name, tt := range map[string]struct {
		change func(*successfactors.Config, *source.Spec)
		want   string
	}{
		"no URL":           {func(c *successfactors.Config, _ *source.Spec) { c.Web.URL = "" }, "url: found no URL with a host"},
		"other path":       {func(c *successfactors.Config, _ *source.Spec) { c.Web.URL += "/sfapi" }, "url: found the path /sfapi"},
		"http":             {func(c *successfactors.Config, _ *source.Spec) { c.Web.URL = "http://api4.example.com" }, "expected https"},
		"no company":       {func(c *successfactors.Config, _ *source.Spec) { c.CompanyID = "" }, "company_id"},
		"no credentials":   {func(c *successfactors.Config, _ *source.Spec) { c.Password = "" }, "found no credentials"},
		"both credentials": {func(c *successfactors.Config, _ *source.Spec) { c.ClientID = client }, "found a password and an OAuth client"},
		"half an OAuth":    {func(c *successfactors.Config, _ *source.Spec) { c.ClientID, c.Password = client, "" }, "client_id, private_key and username"},
		"key": {func(c *successfactors.Config, _ *source.Spec) {
			c.ClientID, c.Password, c.PrivateKeyPEM = client, "", "x"
		}, "private_key: found no PEM"},
		"page size":         {func(c *successfactors.Config, _ *source.Spec) { c.PageSize = 1001 }, "page_size: found 1001, expected 1 to 1000"},
		"horizon":           {func(c *successfactors.Config, _ *source.Spec) { c.HorizonDays = 400 }, "horizon_days: found 400"},
		"date":              {func(c *successfactors.Config, _ *source.Spec) { c.AsOf = "22.11.2026" }, "as_of: found \"22.11.2026\""},
		"filter":            {func(c *successfactors.Config, _ *source.Spec) { c.Filter = "a eq 1) or (1 eq 1" }, "filter: found \"a eq 1) or (1 eq 1\""},
		"open filter":       {func(c *successfactors.Config, _ *source.Spec) { c.Filter = "(a eq 1" }, "filter: found \"(a eq 1\""},
		"open text":         {func(c *successfactors.Config, _ *source.Spec) { c.Filter = "a eq 'x" }, "filter: found \"a eq 'x\""},
		"token elsewhere":   {func(c *successfactors.Config, _ *source.Spec) { c.TokenURL = "https://evil.example.com/token" }, "token_url: expected an address on"},
		"unknown attribute": {func(_ *successfactors.Config, s *source.Spec) { s.Attributes = []string{"firstname"} }, "did you mean \"firstName\"?"},
		"unknown field":     {func(_ *successfactors.Config, s *source.Spec) { s.Fields = source.Fields{"worker_id": "employeeId"} }, "there is no column \"employeeId\""},
		"path":              {func(c *successfactors.Config, _ *source.Spec) { c.Paths = map[string]string{"x": "employmentNav"} }, "paths: \"x\": found \"employmentNav\", expected a JSONPath"},
		"path without a leaf": {func(c *successfactors.Config, _ *source.Spec) {
			c.Paths = map[string]string{"x": "$.employmentNav.results[0]"}
		}, "expected it to end with the name of a property"},
		"path of a key": {func(c *successfactors.Config, _ *source.Spec) { c.Paths = map[string]string{"status": "$.a"} }, "is the name of a canonical key"},
	} {
		t.Run(name, func(t *testing.T) {
			c, s := x.config(), source.Spec{}
			tt.change(&c, &s)
			before := x.Requests()
			_, err := x.read(t, c, s)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, expected %q in it", err, tt.want)
			}
			if x.Requests() != before {
				t.Error("something was asked for before the configuration was checked")
			}
		})
	}
}

// key returns a key and the certificate that is registered for it.
func key(t testing.TB) (keyPEM string, certificate *x509.Certificate) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: user}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	if certificate, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})), certificate
}

func TestOAuth(t *testing.T) {
	keyPEM, certificate := key(t)
	x := start(t, 300, sandbox.Options{ClientID: client, Certificate: certificate})
	x.Intercept = func(_ http.ResponseWriter, _ *http.Request, n int) bool {
		if n == 2 {
			x.Revoke() // in the middle of the read
		}
		return false
	}
	c := x.config()
	c.Password, c.ClientID, c.PrivateKeyPEM, c.PageSize = "", client, keyPEM, 100
	got, err := x.read(t, c, source.Spec{})
	if err != nil || len(got.Workers) != 300 || x.Logins() != 2 {
		t.Fatalf("got %v after %d tokens", err, x.Logins())
	}
	other, _ := key(t)
	for name, change := range map[string]func(*successfactors.Config){
		"key of another": func(c *successfactors.Config) { c.PrivateKeyPEM = other },
		"client":         func(c *successfactors.Config) { c.ClientID = client + "x" },
		"company":        func(c *successfactors.Config) { c.CompanyID = "OTHER" },
		"user":           func(c *successfactors.Config) { c.Username = "nobody" },
	} {
		wrong := c
		change(&wrong)
		_, err := x.read(t, wrong, source.Spec{})
		if err == nil || !strings.Contains(err.Error(), "getting a token: POST") || !strings.Contains(err.Error(), "certificate of private_key") {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		for _, secret := range []string{client, "PRIVATE KEY", "saml2"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error shows %s: %v", name, secret, err)
			}
		}
	}
}

func BenchmarkRead(b *testing.B) {
	x := start(b, 10_000, sandbox.Options{})
	c := x.config()
	c.PageSize, c.HorizonDays = 1000, 0
	for b.Loop() {
		if _, err := x.read(b, c, source.Spec{}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestManagerReference: where worker ids are users, the person id of a manager leads to theirs.
func TestManagerReference(t *testing.T) {
	x := start(t, 60, sandbox.Options{})
	spec := source.Spec{Fields: source.Fields{"worker_id": "userId"}, Attributes: []string{}, ManagerReference: "personIdExternal"}
	got, err := x.read(t, x.config(), spec)
	if err != nil {
		t.Fatal(err)
	}
	w, want := got.Workers["u000010"], "u"+x.company.Worker("000010").ManagerID
	if w == nil || w.ManagerID != want || len(w.Attributes) != 0 {
		t.Errorf("got %+v, want the manager %s", w, want)
	}
}
