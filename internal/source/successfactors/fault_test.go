// SPDX-License-Identifier: MPL-2.0

package successfactors_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	sandbox "terraform-provider-workforce/internal/sandbox/successfactors"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/successfactors"
)

// dig returns what is at a path in an answer; numbers index lists.
func dig(t *testing.T, v any, path ...any) map[string]any {
	t.Helper()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			o, ok := v.(map[string]any)
			if !ok {
				t.Errorf("%v: no object", path)
				return nil
			}
			v = o[step]
		case int:
			list, ok := v.([]any)
			if !ok || len(list) <= step {
				t.Errorf("%v: no list", path)
				return nil
			}
			v = list[step]
		}
	}
	o, ok := v.(map[string]any)
	if !ok {
		t.Errorf("%v: no object", path)
	}
	return o
}

func employment(t *testing.T, d map[string]any) map[string]any {
	t.Helper()
	return dig(t, d, "results", 0, "employmentNav", "results", 0)
}

func job(t *testing.T, d map[string]any) map[string]any {
	t.Helper()
	return dig(t, employment(t, d), "jobInfoNav", "results", 0)
}

// TestWrongAnswers spoils answers of the instance.
func TestWrongAnswers(t *testing.T) {
	var first []any // the persons of the first page
	for name, tt := range map[string]struct {
		change func(t *testing.T, n int, d map[string]any)
		want   string
	}{
		"no persons": {func(_ *testing.T, _ int, d map[string]any) {
			d["results"], d["__count"] = []any{}, "0"
			delete(d, "__next")
		}, "found no records, expected at least one"},
		"no list":             {func(_ *testing.T, _ int, d map[string]any) { delete(d, "results") }, "found no d.results in the answer"},
		"list of texts":       {func(_ *testing.T, _ int, d map[string]any) { d["results"] = []any{"x"} }, "the answer is no JSON of OData v2"},
		"end too early":       {func(_ *testing.T, _ int, d map[string]any) { delete(d, "__next") }, "found 20 records on 1 pages, expected 60, as page 1 says: the answer is incomplete"},
		"more than announced": {func(_ *testing.T, _ int, d map[string]any) { d["__count"] = "30" }, "expected 30 in all"},
		"count of words":      {func(_ *testing.T, _ int, d map[string]any) { d["__count"] = "many" }, "JSON of OData v2"},
		"page again": {func(_ *testing.T, n int, d map[string]any) {
			if list, ok := d["results"].([]any); ok && n == 1 {
				first = list
			}
			if n > 1 {
				d["results"] = first
			}
		}, "page 2 has the same records as page 1"},
		"person again": {func(_ *testing.T, _ int, d map[string]any) {
			if list, ok := d["results"].([]any); ok {
				list[1] = list[0]
			}
		}, "person \"000001\" is at page 1, item 1 and at page 1, item 2"},
		"other host": {func(_ *testing.T, _ int, d map[string]any) {
			d["__next"] = "https://evil.example.com/odata/v2/PerPerson"
		}, "credentials are sent to no other host"},
		"link to nowhere": {func(_ *testing.T, _ int, d map[string]any) { d["__next"] = "http://[x" }, "expected a URL"},
		"without id":      {func(t *testing.T, _ int, d map[string]any) { dig(t, d, "results", 0)["personIdExternal"] = nil }, "page 1, item 1: found no personIdExternal"},
		"employments as a link": {func(t *testing.T, _ int, d map[string]any) {
			dig(t, d, "results", 0)["employmentNav"] = map[string]any{"__deferred": map[string]any{"uri": "x"}}
		}, "person \"000001\": employmentNav is not expanded in the answer"},
		"jobs as a link": {func(t *testing.T, _ int, d map[string]any) {
			employment(t, d)["jobInfoNav"] = map[string]any{"__deferred": map[string]any{"uri": "x"}}
		}, "employmentNav/jobInfoNav is not expanded"},
		"employments on several pages": {func(t *testing.T, _ int, d map[string]any) {
			dig(t, d, "results", 0, "employmentNav")["__next"] = "https://x/PerPerson('1')/employmentNav?$skiptoken=2"
		}, "employmentNav: found a part of the entities and a link to more (__next)"},
		"jobs on several pages": {func(t *testing.T, _ int, d map[string]any) {
			dig(t, employment(t, d), "jobInfoNav")["__next"] = "https://x/EmpEmployment('1')/jobInfoNav?$skiptoken=2"
		}, "employmentNav/jobInfoNav: found a part of the entities"},
		"department as a link": {func(t *testing.T, _ int, d map[string]any) {
			job(t, d)["departmentNav"] = map[string]any{"__deferred": map[string]any{"uri": "x"}}
		}, "column \"department\", worker \"000001\": employmentNav/jobInfoNav/departmentNav is not expanded"},
		"date in another form": {func(t *testing.T, _ int, d map[string]any) { employment(t, d)["startDate"] = "2024-05-01T00:00:00" }, "employmentNav/startDate: found \"2024-05-01T00:00:00\", expected a date such as /Date(1714521600000)/"},
		"start before the year 1": {func(t *testing.T, _ int, d map[string]any) { employment(t, d)["startDate"] = "/Date(-99999999999999)/" },
			"hire_date\": employmentNav/startDate: found \"/Date(-99999999999999)/\", expected a date from the year 1 to 9999"},
		"start in the year 1": {func(t *testing.T, _ int, d map[string]any) { employment(t, d)["startDate"] = "/Date(-62135596800000)/" },
			"column \"hire_date\": found \"0001-01-01\", expected a date from 1900 to 2199"},
		"end out of range": {func(t *testing.T, _ int, d map[string]any) {
			employment(t, d)["endDate"] = "/Date(99999999999999999999)/"
		},
			"termination_date\": employmentNav/endDate: found \"/Date(99999999999999999999)/\""},
		"job before the year 1": {func(t *testing.T, _ int, d map[string]any) { job(t, d)["startDate"] = "/Date(-99999999999999)/" },
			"status\": employmentNav/jobInfoNav/startDate: found"},
		"last day before the year 1": {func(t *testing.T, _ int, d map[string]any) {
			employment(t, d)["lastDateWorked"] = "/Date(-99999999999999)/"
		},
			"last_day_of_work\": lastDateWorked: found"},
		"sequence of words":   {func(t *testing.T, _ int, d map[string]any) { job(t, d)["seqNumber"] = "first" }, "seqNumber: found \"first\", expected a number"},
		"status without code": {func(t *testing.T, _ int, d map[string]any) { job(t, d)["emplStatusNav"] = nil }, "found the option \"5586\" and no external code for it"},
		"last day of words":   {func(t *testing.T, _ int, d map[string]any) { employment(t, d)["lastDateWorked"] = "soon" }, "column \"last_day_of_work\", worker \"000001\": lastDateWorked: found \"soon\""},
		"own manager":         {func(t *testing.T, _ int, d map[string]any) { job(t, d)["managerId"] = "u000001" }, "the worker is their own manager"},
		"unknown zone": {func(t *testing.T, _ int, d map[string]any) {
			dig(t, employment(t, d), "userNav")["timeZone"] = "W. Europe Standard Time"
		}, "found \"W. Europe Standard Time\", expected the IANA name"},
	} {
		t.Run(name, func(t *testing.T) {
			x := start(t, 60, sandbox.Options{})
			page := 0
			x.Change = func(_ int, d map[string]any) {
				page++
				tt.change(t, (page-1)%3+1, d)
			}
			c := x.config()
			c.PageSize, c.HorizonDays, c.AsOf = 20, 0, "2026-04-01" // everybody has started
			got, err := x.read(t, c, source.Spec{})
			found := fmt.Sprint(err)
			if err == nil { // the trouble of one worker
				found = strings.Join(got.Workers["000001"].Problems, "\n")
			}
			if !strings.Contains(found, tt.want) {
				t.Errorf("got %v, expected %q in it", found, tt.want)
			}
		})
	}
}

// TestServerFaults answers something else than the instance would.
func TestServerFaults(t *testing.T) {
	answer := func(status int, header, body string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			if name, value, ok := strings.Cut(header, ": "); ok {
				w.Header().Set(name, value)
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	coe := func(code, message string) string {
		return `{"error":{"code":"` + code + `","message":{"lang":"en-US","value":"` + message + `"}}}`
	}
	for name, tt := range map[string]struct {
		answer func(http.ResponseWriter)
		want   []string
	}{
		"maintenance": {answer(200, "Content-Type: text/html", "<!DOCTYPE html><html>down for maintenance</html>"),
			[]string{"found a web page, expected JSON", "maintenance"}},
		"empty": {answer(200, "", ""), []string{"found an empty answer"}},
		"half a page": {answer(200, "Content-Type: application/json", `{"d":{"results":[{"personIdExternal":"1"`),
			[]string{"the answer is no JSON of OData v2"}},
		"closed": {answer(200, "Content-Length: 1000", `{"d":`), []string{"the connection ended after"}},
		"key twice": {answer(200, "Content-Type: application/json", `{"d":{"results":[{"personIdExternal":"1","personIdExternal":"2"}]}}`),
			[]string{`found the key "/d/results/0/personIdExternal" twice in one object`}},
		"two documents": {answer(200, "Content-Type: application/json", `{"d":{"results":[{"personIdExternal":"1"}]}}{}`),
			[]string{"found more behind the JSON document"}},
		"unauthorized":       {answer(401, "", coe("LGN0011", "Login failed")), []string{"401 Unauthorized", "LGN0011", "check the credentials"}},
		"property":           {answer(400, "", coe("COE_PROPERTY_NOT_FOUND", "[COE0021]Invalid property names: EmpJob/x.")), []string{"400 COE_PROPERTY_NOT_FOUND: [COE0021]Invalid property names: EmpJob/x.", "may not see it"}},
		"forbidden":          {answer(403, "", coe("COE_GENERAL_FORBIDDEN", "no permission")), []string{"403 COE_GENERAL_FORBIDDEN", "grant the permissions"}},
		"not found":          {answer(404, "", "nothing here"), []string{"404 Not Found", "check the URL"}},
		"message as a text":  {answer(400, "", `{"error":{"code":"X1","message":"plain text"}}`), []string{"400 X1: plain text"}},
		"message as a list":  {answer(400, "", `{"error":{"code":"X1","message":[1]}}`), []string{"400 X1: [1]"}},
		"error with 200":     {answer(200, "", coe("COE_GENERAL_SERVER_ERROR", "try later")), []string{"200 COE_GENERAL_SERVER_ERROR: try later"}},
		"secret in an error": {answer(400, "", coe("X1", "user sfapi with "+password)), []string{"400 X1: user sfapi with [hidden]"}},
		"secret in a page":   {answer(500, "", "user sfapi with "+password), []string{"[hidden]"}},
		"long message":       {answer(400, "", coe("X1", strings.Repeat("x ", 5000))), []string{"…"}},
		"too many":           {answer(429, "Retry-After: 3600", ""), []string{"429", "the server asks to wait 1h"}},
		"unavailable":        {answer(503, "", "<html>"), []string{"503 Service Unavailable"}},
		"elsewhere":          {answer(302, "Location: https://evil.example.com/login", ""), []string{"redirected to https://evil.example.com/login", "credentials are sent to no other host"}},
	} {
		t.Run(name, func(t *testing.T) {
			x := start(t, 5, sandbox.Options{})
			x.Intercept = func(w http.ResponseWriter, _ *http.Request, _ int) bool { tt.answer(w); return true }
			c := x.config()
			if name == "too many" {
				c.Web.Retries = 1
			}
			_, err := x.read(t, c, source.Spec{})
			if err == nil {
				t.Fatal("got no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, expected %q in it", err, want)
				}
			}
			if strings.Contains(err.Error(), password) || len(err.Error()) > 2000 {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestFaultsThatPass reads everybody in spite of them.
func TestFaultsThatPass(t *testing.T) {
	for name, intercept := range map[string]func(x *tenant, w http.ResponseWriter, n int) bool{
		"too many requests": func(_ *tenant, w http.ResponseWriter, n int) bool {
			if n == 2 {
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(http.StatusTooManyRequests)
			}
			return n == 2
		},
		"connection lost": func(_ *tenant, _ http.ResponseWriter, n int) bool {
			if n == 2 {
				panic(http.ErrAbortHandler)
			}
			return false
		},
		"snapshot gone": func(x *tenant, _ http.ResponseWriter, n int) bool {
			if n == 3 {
				x.Expire()
			}
			return false
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := start(t, 80, sandbox.Options{})
			x.Intercept = func(w http.ResponseWriter, _ *http.Request, n int) bool { return intercept(x, w, n) }
			c := x.config()
			c.PageSize, c.Web.Retries = 20, 2
			got, err := x.read(t, c, source.Spec{})
			if err != nil || len(got.Workers) != 80 {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestChangesMeanwhile changes the company between two pages: the snapshot stays
// as it was.
func TestChangesMeanwhile(t *testing.T) {
	x := start(t, 60, sandbox.Options{})
	x.Intercept = func(_ http.ResponseWriter, _ *http.Request, n int) bool {
		if n == 2 {
			x.company.Shorten(30)
			x.Reload()
		}
		return false
	}
	c := x.config()
	c.PageSize, c.HorizonDays, c.AsOf = 20, 0, "2026-04-01"
	got, err := x.read(t, c, source.Spec{})
	if err != nil || len(got.Workers) < 55 {
		t.Errorf("got %v", err)
	}
}

func TestHiddenFromTheUser(t *testing.T) {
	x := start(t, 80, sandbox.Options{Hidden: []string{"employmentNav/jobInfoNav/departmentNav", "employmentNav/userNav", "emailNav"}})
	_, err := x.read(t, x.config(), source.Spec{})
	if err == nil || !strings.Contains(err.Error(), "column \"department\": found a code in 80 persons and departmentNav/name_localized in none") ||
		!strings.Contains(err.Error(), "column \"emailAddress\", worker \"000001\": emailNav is not expanded") || !strings.Contains(err.Error(), "(and 79 more persons)") {
		t.Errorf("got %v", err)
	}
	got, err := x.read(t, x.config(), source.Spec{Attributes: []string{"departmentId", "firstName"}})
	if err != nil || got.Workers["000002"].ManagerID != "000001" || got.Workers["000002"].TimeZone != "" {
		t.Errorf("got %v", err)
	}
}

func TestCancellation(t *testing.T) {
	x := start(t, 40, sandbox.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	x.Intercept = func(http.ResponseWriter, *http.Request, int) bool { cancel(); return false }
	c := x.config()
	c.Web.Retries = 5
	if _, err := successfactors.Read(ctx, c, source.Spec{}, time.Now()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestClientPaging reads from an entity that has no snapshots.
func TestClientPaging(t *testing.T) {
	x := start(t, 100, sandbox.Options{})
	x.Intercept = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		q := r.URL.Query()
		q.Del("paging")
		r.URL.RawQuery = q.Encode()
		return false
	}
	c := x.config()
	c.PageSize = 30
	c.Concurrency = 1
	got, err := x.read(t, c, source.Spec{})
	if err != nil || len(got.Workers) != 100 || !slices.Contains(got.Attributes, "department") {
		t.Errorf("got %v", err)
	}
	x.Change = func(n int, d map[string]any) { d["__count"] = fmt.Sprint(1000 + n) }
	if _, err := x.read(t, c, source.Spec{}); err == nil || !strings.Contains(err.Error(), "said") || !strings.Contains(err.Error(), "read three times") {
		t.Errorf("a count that changes: got %v", err)
	}
}

// TestManagers changes who the managers of the second and third person are.
func TestManagers(t *testing.T) {
	x := start(t, 12, sandbox.Options{})
	x.Change = func(_ int, d map[string]any) {
		second, third := dig(t, d, "results", 1, "employmentNav", "results", 0), dig(t, d, "results", 2, "employmentNav", "results", 0)
		for _, e := range []map[string]any{second, third} {
			if jobs, ok := dig(t, e, "jobInfoNav")["results"].([]any); ok {
				for i := range jobs {
					dig(t, jobs, i)["managerId"] = "elsewhere"
				}
			}
		}
		manager := dig(t, third, "userNav", "manager")
		manager["userId"], dig(t, manager, "empInfo")["personIdExternal"] = "elsewhere", "000009"
	}
	c := x.config()
	c.HorizonDays, c.AsOf = 0, "2026-04-01"
	got, err := x.read(t, c, source.Spec{})
	if err != nil || got.Workers["000002"].ManagerID != "elsewhere" || got.Workers["000003"].ManagerID != "000009" || got.Workers["000004"].ManagerID != "000001" {
		t.Fatalf("got %v", err)
	}
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "worker \"000002\" (page 1, item 2) names \"elsewhere\"") {
		t.Errorf("got %q", got.Warnings)
	}
}
