// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/workday"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/web"
)

// canaries must be in no message.
var canaries = []string{workday.Password, workday.ClientSecret, workday.RefreshToken, "wd-access-token-canary", "wd-P4ssw0rd", "canary"}

func leaks(text string) string {
	for _, secret := range canaries {
		if strings.Contains(text, secret) {
			return secret
		}
	}
	return ""
}

// spoil returns what sends text instead of the second page.
func spoil(change func(answer string) string) func(http.ResponseWriter, workday.Call, []byte) bool {
	return func(w http.ResponseWriter, c workday.Call, answer []byte) bool {
		if c.Page != 2 {
			return false
		}
		_, _ = io.WriteString(w, change(string(answer)))
		return true
	}
}

func replace(from, to string) func(string) string {
	return func(answer string) string { return strings.Replace(answer, from, to, 1) }
}

// faults are answers that are none, and what is to be said of them.
var faults = []struct {
	name  string
	spoil func(http.ResponseWriter, workday.Call, []byte) bool
	want  []string
}{
	{"cut off", spoil(func(a string) string { return a[:len(a)/2] }), []string{"workers, page 2", "line 2, column", "cut off"}},
	{"closed", func(w http.ResponseWriter, c workday.Call, a []byte) bool {
		if c.Page != 2 {
			return false
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(a)))
		_, _ = w.Write(a[:len(a)/2])
		return true
	}, []string{"workers, page 2", "unexpected EOF"}},
	{"maintenance", func(w http.ResponseWriter, c workday.Call, _ []byte) bool {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!DOCTYPE html><html><title>Workday is currently unavailable</title></html>")
		return true
	}, []string{"workers, page 1", "found a web page", "maintenance", "currently unavailable"}},
	{"maintenance as xml", spoil(func(string) string { return "<html><body>We will be back</body></html>" }), []string{"found a web page"}},
	{"bomb", spoil(func(string) string { return bomb }), []string{"workers, page 2", "document type", "SOAP forbids"}},
	{"not soap", spoil(func(string) string { return "<a/>" }), []string{"found the element a, expected a SOAP 1.1 envelope"}},
	{"another operation", spoil(replace("Get_Workers_Response", "Get_Locations_Response")), []string{"</wd:Get_Workers_Response>"}},
	{"another namespace", spoil(replace(bsvc, "urn:other")), []string{"found a Worker of another namespace, expected urn:com.workday/bsvc"}},
	{"page 1 again", spoil(replace("<wd:Page>2</wd:Page></wd:Response_Results>", "<wd:Page>1</wd:Page></wd:Response_Results>")), []string{"workers, page 2: found page 1, which was not asked for"}},
	{"one worker less", spoil(func(a string) string {
		from, to := strings.Index(a, "<wd:Worker>"), strings.Index(a, "</wd:Worker>")
		return a[:from] + a[to+len("</wd:Worker>"):]
	}), []string{"found 49 workers, expected 50, as Page_Results says"}},
	{"total moves", spoil(replace("<wd:Total_Results>", "<wd:Total_Results>1")), []string{"changed while its pages were read", "read three times"}},
	{"pages move", spoil(replace("<wd:Total_Pages>3", "<wd:Total_Pages>4")), []string{"page 2 says that there are 4 pages, workers, page 1 said 3"}},
	{"no numbers", spoil(replace("Response_Results>", "Results>")), []string{"</wd:Response_Results>"}},
	{"a word for a number", spoil(replace("<wd:Total_Pages>3", "<wd:Total_Pages>three")), []string{`Response_Results/Total_Pages: found "three", expected a whole number`}},
	{"another date", spoil(replace("<wd:As_Of_Effective_Date>2026-01-15", "<wd:As_Of_Effective_Date>2026-01-16")), []string{`as of "2026-01-16-08:00", expected one as of 2026-01-15`}},
	{"another moment", spoil(replace("<wd:As_Of_Entry_DateTime>2026", "<wd:As_Of_Entry_DateTime>2025")), []string{"the pages would not fit together"}},
	{"no status", spoil(replace("Worker_Status_Data>", "Status>")), []string{"</wd:Worker_Status_Data>"}},
	{"no WID", spoil(replace(`wd:type="WID"`, `wd:type="wid"`)), []string{"workers, page 2: worker 1", "found no WID in Worker_Reference"}},
	{"a fault with status 200", spoil(func(string) string { return faultText("SOAP-ENV:Client.validationError", "Bad thing") }), []string{"Workday refuses the request (SOAP-ENV:Client.validationError): Bad thing; more about it at /wd:x"}},
	{"a redirect", func(w http.ResponseWriter, c workday.Call, _ []byte) bool {
		w.Header().Set("Location", "https://elsewhere.example/login")
		w.WriteHeader(http.StatusTemporaryRedirect)
		return true
	}, []string{"redirected to https://elsewhere.example/login", "credentials are sent to no other host"}},
	{"a million pages", func(w http.ResponseWriter, _ workday.Call, a []byte) bool {
		_, _ = io.WriteString(w, replace("<wd:Total_Pages>3", "<wd:Total_Pages>1000000")(string(a)))
		return true
	}, []string{"found 50 workers of", "on the first of 1000000 pages, expected 3 pages"}},
	{"nobody on the first page", func(w http.ResponseWriter, _ workday.Call, a []byte) bool {
		text := string(a)
		from, to := strings.Index(text, "<wd:Response_Data>"), strings.Index(text, "</wd:Response_Data>")
		_, _ = io.WriteString(w, replace("<wd:Page_Results>50", "<wd:Page_Results>0")(text[:from]+text[to+len("</wd:Response_Data>"):]))
		return true
	}, []string{"found nobody, expected"}},
	{"forbidden", func(w http.ResponseWriter, _ workday.Call, _ []byte) bool {
		w.WriteHeader(http.StatusForbidden)
		return true
	}, []string{"403 Forbidden", "may not read"}},
	{"unavailable", func(w http.ResponseWriter, _ workday.Call, _ []byte) bool {
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}, []string{"503 Service Unavailable"}},
}

// TestFaults sends what goes wrong with the second of three pages.
func TestFaults(t *testing.T) {
	for _, tt := range faults {
		s, c := tenant(t, 130)
		c.PageSize = 50
		s.Spoil = tt.spoil
		_, err := Read(context.Background(), c, source.Spec{}, now)
		if err == nil {
			t.Errorf("%s: no error", tt.name)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %q in it", tt.name, err, want)
			}
		}
		if secret := leaks(err.Error()); secret != "" {
			t.Errorf("%s: %v shows %q", tt.name, err, secret)
		}
	}
}

func faultText(code, text string) string {
	return `<SOAP-ENV:Envelope xmlns:SOAP-ENV="` + soap + `"><SOAP-ENV:Body><SOAP-ENV:Fault xmlns:wd="` + bsvc + `"><faultcode>` + code + `</faultcode><faultstring>` + text +
		`</faultstring><detail><wd:Validation_Fault><wd:Validation_Error><wd:Message>more about it</wd:Message><wd:Detail_Message></wd:Detail_Message><wd:Xpath>/wd:x</wd:Xpath></wd:Validation_Error></wd:Validation_Fault></detail></SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>`
}

// TestRefused is refused by the tenant itself.
func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  func(*Config)
		want []string
	}{
		{"password", func(c *Config) { c.Password = "wrong-canary" }, []string{"Client.authenticationError", "invalid username or password", "check user (user@tenant)"}},
		{"user", func(c *Config) { c.Username = "nobody" }, []string{"authenticationError"}},
		{"tenant", func(c *Config) { c.Tenant = "other" }, []string{"authenticationError"}},
		{"version", func(c *Config) { c.Version = "v99.9" }, []string{"validationError", "invalid version v99.9", "choose another version"}},
		{"client", func(c *Config) { oauth(c); c.ClientSecret = "wrong-canary" }, []string{"getting a token", "invalid_client"}},
		{"refresh token", func(c *Config) { oauth(c); c.RefreshToken = "wrong-canary" }, []string{"getting a token", "invalid_grant"}},
	} {
		_, c := tenant(t, 20)
		tt.set(&c)
		_, err := Read(context.Background(), c, source.Spec{}, now)
		if err == nil {
			t.Errorf("%s: no error", tt.name)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %q in it", tt.name, err, want)
			}
		}
		if secret := leaks(err.Error()); secret != "" {
			t.Errorf("%s: %v shows %q", tt.name, err, secret)
		}
	}
}

func oauth(c *Config) {
	c.Username, c.Password = "", ""
	c.ClientID, c.ClientSecret, c.RefreshToken = workday.ClientID, workday.ClientSecret, workday.RefreshToken
}

// TestEcho sends the password back in a fault.
func TestEcho(t *testing.T) {
	s, c := tenant(t, 20)
	s.Spoil = func(w http.ResponseWriter, _ workday.Call, _ []byte) bool {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, faultText("SOAP-ENV:Client", "not for "+escape(workday.Password)))
		return true
	}
	_, err := Read(context.Background(), c, source.Spec{}, now)
	if err == nil || !strings.Contains(err.Error(), "not for [hidden]") || leaks(err.Error()) != "" {
		t.Errorf("got %v", err)
	}
}

// TestPassing repeats what passes: a busy server, and a limit of requests.
func TestPassing(t *testing.T) {
	s, c := tenant(t, 130)
	c.PageSize, c.Web.Retries = 50, 3
	s.Spoil = func(w http.ResponseWriter, one workday.Call, _ []byte) bool {
		switch one.Number {
		case 1:
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, faultText("SOAP-ENV:Server.processingError", "busy"))
			return true
		case 3:
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		}
		return false
	}
	got, err := Read(context.Background(), c, source.Spec{}, now)
	if err != nil || len(got.Workers) != started(s.Company) {
		t.Fatalf("got %v, %v", got, err)
	}
	if n := len(s.Calls()); n != 5 {
		t.Errorf("got %d requests, want 3 pages and 2 again", n)
	}
}

// TestOAuth reads with access tokens that end in the middle.
func TestOAuth(t *testing.T) {
	s, c := tenant(t, 130)
	oauth(&c)
	c.PageSize, c.Concurrency = 20, 1
	s.TokenUses = 3
	got, err := Read(context.Background(), c, source.Spec{}, now)
	if err != nil || len(got.Workers) != started(s.Company) {
		t.Fatalf("got %v, %v", got, err)
	}
	if n := s.Tokens(); n != 3 {
		t.Errorf("got %d access tokens for 7 pages, want 3", n)
	}
}

// TestBounds reads answers that are too large, too slow and without an end.
func TestBounds(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  func(*Config)
		send func(w http.ResponseWriter, r *http.Request)
		want string
	}{
		{"2 GB", func(c *Config) { c.Web.MaxBytes = 1 << 20 }, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(2<<30))
			_, _ = io.WriteString(w, "<a>")
		}, "max_response_mb"},
		{"without an end", func(c *Config) { c.Web.MaxBytes = 1 << 20 }, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat("<a>", 10000)); err != nil {
					return
				}
			}
		}, "max_response_mb"},
		{"drip", func(c *Config) { c.Web.Stall = 50 * time.Millisecond }, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, " ")
				http.NewResponseController(w).Flush()
				select {
				case <-r.Context().Done():
				case <-time.After(10 * time.Millisecond):
				}
			}
		}, "workers, page 1"},
		{"silence", func(c *Config) { c.Web.Stall = 50 * time.Millisecond }, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "no answer within 50ms"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			tt.send(w, r)
		}))
		c := Config{Web: web.Config{URL: server.URL, Retries: -1}, Tenant: workday.Tenant, Username: workday.User, Password: workday.Password}
		tt.set(&c)
		_, err := Read(context.Background(), c, source.Spec{}, now)
		if err == nil || !strings.Contains(err.Error(), tt.want) || leaks(err.Error()) != "" {
			t.Errorf("%s: got %v, want %q in it", tt.name, err, tt.want)
		}
		server.Close()
	}
}

// TestCancel ends a read.
func TestCancel(t *testing.T) {
	s, c := tenant(t, 130)
	c.PageSize = 10
	ctx, cancel := context.WithCancel(context.Background())
	s.Spoil = func(_ http.ResponseWriter, one workday.Call, _ []byte) bool {
		if one.Number == 3 {
			cancel()
		}
		return false
	}
	if _, err := Read(ctx, c, source.Spec{}, now); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("got %v, want it canceled", err)
	}
}

// TestEmpty reads tenants without people, or without a right to them.
func TestEmpty(t *testing.T) {
	s := workday.New(company.New(7, 0))
	c := serve(t, s)
	if _, err := Read(context.Background(), c, source.Spec{}, now); err == nil || !strings.Contains(err.Error(), "everybody absent") || !strings.Contains(err.Error(), "Public Worker Reports") {
		t.Errorf("got %v", err)
	}
	if got, err := Read(context.Background(), c, source.Spec{AllowEmpty: true}, now); err != nil || len(got.Workers) != 0 {
		t.Errorf("allowed: got %v, %v", got, err)
	}
	s = workday.New(company.New(7, 10))
	s.NoStatus = true
	if _, err := Read(context.Background(), serve(t, s), source.Spec{}, now); err == nil || !strings.Contains(err.Error(), "Current Staffing Information") {
		t.Errorf("no status: got %v", err)
	}
}

func TestPrepare(t *testing.T) {
	good := Config{Web: web.Config{URL: "https://wd3.example.com"}, Tenant: "acme", Username: "u", Password: "secret-canary"}
	for _, tt := range []struct {
		set  func(*Config)
		want string // of the error, or tenant version user and endpoint
	}{
		{func(*Config) {}, "acme v44.2 u@acme /ccx/service/acme/Human_Resources/v44.2"},
		{func(c *Config) { c.Username, c.Tenant = "u@other", "" }, "other v44.2 u@other /ccx/service/other/Human_Resources/v44.2"},
		{func(c *Config) { c.Web.URL += "/ccx/service/acme/Human_Resources/v40.1" }, "acme v40.1 u@acme /ccx/service/acme/Human_Resources/v40.1"},
		{func(c *Config) { c.Web.URL, c.Tenant = "https://wd3.example.com/ccx/service/beta/", "" }, "beta v44.2 u@beta /ccx/service/beta/Human_Resources/v44.2"},
		{func(c *Config) { c.Version = "30.0" }, "acme v30.0 u@acme /ccx/service/acme/Human_Resources/v30.0"},
		{func(c *Config) { c.Web.URL += "/ccx/service/beta" }, `tenant: found "acme", and "beta" in url`},
		{func(c *Config) { c.Web.URL += "/ccx/service/acme/Staffing/v40.1" }, "found the service Staffing, expected Human_Resources"},
		{func(c *Config) { c.Web.URL += "/login" }, "found the path /login"},
		{func(c *Config) { c.Web.URL = "wd3.example.com" }, "found no URL with a host"},
		{func(c *Config) { c.Tenant = "" }, `tenant: found "", expected`},
		{func(c *Config) { c.Tenant = "a/b" }, `tenant: found "a/b"`},
		{func(c *Config) { c.Version = "latest" }, `version: found "latest"`},
		{func(c *Config) { c.PageSize = 1000 }, "page_size: found 1000"},
		{func(c *Config) { c.PageSize = -1 }, "page_size: found -1"},
		{func(c *Config) { c.Concurrency = 17 }, "concurrency: found 17"},
		{func(c *Config) { c.HorizonDays = 367 }, "horizon_days: found 367"},
		{func(c *Config) { c.AsOf = "2026-02-30" }, `as_of: found "2026-02-30"`},
		{func(c *Config) { c.ExcludeEmployees, c.ExcludeContingentWorkers = true, true }, "leaves nobody"},
		{func(c *Config) { c.Password = "" }, "found no credentials"},
		{func(c *Config) { c.ClientID = "x" }, "found a user and an API client"},
		{func(c *Config) { c.Username, c.Password, c.ClientID = "", "", "x" }, "expected all three"},
		{func(c *Config) { c.Report = &Report{Owner: "x"} }, `report: found owner "x" and name ""`},
		{func(c *Config) { c.Report = &Report{Owner: "x", Name: "y", Format: "pdf"} }, `found the format "pdf"`},
		{func(c *Config) {
			c.Report = &Report{Owner: "x", Name: "y", Parameters: map[string]string{"format": "json"}}
		}, `the parameter "format"`},
	} {
		c := good
		tt.set(&c)
		err := c.prepare()
		got := strings.Join([]string{c.Tenant, c.Version, c.Username, c.endpoint()}, " ")
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, tt.want) || leaks(got) != "" {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// TestPlanErrors are told before anything is asked for.
func TestPlanErrors(t *testing.T) {
	for _, tt := range []struct {
		spec   source.Spec
		xpaths map[string]string
		want   string
	}{
		{source.Spec{Attributes: []string{"Firstname"}}, nil, `there is no column "Firstname" (did you mean "FirstName"?)`},
		{source.Spec{Fields: source.Fields{"hire_date": "HireDate"}}, nil, `there is no column "HireDate"`},
		{source.Spec{MinFilled: map[string]float64{"X": 2}}, nil, "a share from 0 to 1"},
		{source.Spec{}, map[string]string{"hire_date": "wd:Worker"}, "the name of a canonical key"},
		{source.Spec{}, map[string]string{"X": "wd:Worker["}, `xpaths: "X": XPath`},
	} {
		s, c := tenant(t, 5)
		c.XPaths = tt.xpaths
		_, err := Read(context.Background(), c, tt.spec, now)
		if err == nil || !strings.Contains(err.Error(), tt.want) || len(s.Calls()) > 0 {
			t.Errorf("got %v after %d requests, want %q after none", err, len(s.Calls()), tt.want)
		}
	}
}
