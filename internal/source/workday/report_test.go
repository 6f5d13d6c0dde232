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

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/workday"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/web"
)

// reportSpec says what the columns of the tenant's report are.
var reportSpec = source.Spec{Fields: source.Fields{"worker_id": "Employee_ID", "status": "Worker_Status", "worker_type": "Worker_Type", "hire_date": "Hire_Date", "termination_date": "Termination_Date",
	"last_day_of_work": "Last_Day_of_Work", "on_leave": "On_Leave", "manager_id": "Manager_ID"}, Attributes: []string{"First_Name", "Last_Name", "Department", "Work_Email"}}

func reportConfig(t *testing.T, n int, format string) (*workday.Server, Config) {
	t.Helper()
	s, c := tenant(t, n)
	c.Report = &Report{Owner: workday.ReportOwner, Name: workday.ReportName, Format: format}
	return s, c
}

// TestReports reads one report in all formats, and finds the same in each.
func TestReports(t *testing.T) {
	want := ""
	for _, format := range append([]string{""}, Formats...) {
		s, c := reportConfig(t, 300, format)
		got, err := Read(context.Background(), c, reportSpec, now)
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		doc, err := source.Fingerprint(got.Workers)
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = doc
		}
		if doc != want || len(got.Workers) != 300 || len(s.Calls()) != 1 {
			t.Errorf("%s: got %d workers in %d requests, fingerprint %s, want %s", format, len(got.Workers), len(s.Calls()), doc, want)
		}
		one := got.Workers["000010"]
		if hr := s.Company.Worker("000010"); one.Attributes["First_Name"].Text() != hr.FirstName || string(one.HireDate) != hr.HireDate || one.ManagerID != hr.ManagerID {
			t.Errorf("%s: got %+v, want %+v", format, one, hr)
		}
	}
}

// TestReportColumns reads groups, references and sensitive columns.
func TestReportColumns(t *testing.T) {
	spec := reportSpec
	spec.Attributes = nil
	for format, want := range map[string]map[string]string{
		"json": {"Manager_group.Manager_WID": workday.WID("000001")},
		"xml":  {"Manager_group.Manager.WID": workday.WID("000001"), "Manager_group.Manager.Employee_ID": "000001"},
	} {
		_, c := reportConfig(t, 5, format)
		got, err := Read(context.Background(), c, spec, now)
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		for name, value := range want {
			if v := got.Workers["000002"].Attributes[name]; v.Text() != value {
				t.Errorf("%s: %s is %q, want %q", format, name, v.Text(), value)
			}
		}
		if len(got.LeftOut) != 1 || got.LeftOut[0] != "National_ID" {
			t.Errorf("%s: left out %q", format, got.LeftOut)
		}
	}
}

// TestReportParameters asks with prompts, as a user and as an API client.
func TestReportParameters(t *testing.T) {
	s, c := reportConfig(t, 50, "json")
	s.Change(workday.Change{WorkerID: "000003", Effective: "2026-06-01", Apply: func(w *company.Worker) { w.Department = "Later" }})
	c.Report.Parameters = map[string]string{"Effective_as_of_Date": "2026-07-01-07:00"}
	oauth(&c)
	got, err := Read(context.Background(), c, reportSpec, now)
	if err != nil || got.Workers["000003"].Attributes["Department"].Text() != "Later" {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestEmptyReport is an answer that is accepted if that is wanted.
func TestEmptyReport(t *testing.T) {
	for _, format := range []string{"json", "xml"} {
		_, c := reportConfig(t, 0, format)
		spec := reportSpec
		spec.AllowEmpty = true
		if got, err := Read(context.Background(), c, spec, now); err != nil || len(got.Workers) != 0 {
			t.Errorf("%s: got %v, %v", format, got, err)
		}
	}
}

func TestReadJSON(t *testing.T) {
	rows, err := readJSON([]byte("\ufeff" + `{"Report_Entry":[{"A":"x","N":12345678901234567890,"F":1.50,"B":true,"Z":null,"L":["a","b"],"G":[{"X":"1","Y":"2"},{"X":"3"}],"O":{"P":{"Q":"deep"}}},{}]}`))
	if err != nil || len(rows) != 2 || len(rows[1]) != 0 {
		t.Fatalf("got %v, %v", rows, err)
	}
	for name, want := range map[string]string{"A": "x", "N": "12345678901234567890", "F": "1.50", "B": "1", "L": "a|b", "G.X": "1|3", "G.Y": "2", "O.P.Q": "deep"} {
		if got := text(rows[0][name]); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if v, there := rows[0]["Z"]; there {
		t.Errorf("null is %v, want nothing", v)
	}
}

func TestReadXML(t *testing.T) {
	rows, err := readXML([]byte(`<wd:Report_Data xmlns:wd="urn:com.workday.report/R"><wd:Report_Entry><wd:A>x &amp; y</wd:A><wd:E/><wd:R wd:Descriptor="Jo"><wd:ID wd:type="WID">w</wd:ID><wd:ID wd:type="Employee_ID">007</wd:ID></wd:R><wd:G><wd:X>1</wd:X></wd:G><wd:G><wd:X>2</wd:X></wd:G></wd:Report_Entry><wd:Report_Entry/></wd:Report_Data>`))
	if err != nil || len(rows) != 2 || len(rows[1]) != 0 {
		t.Fatalf("got %v, %v", rows, err)
	}
	for name, want := range map[string]string{"A": "x & y", "R": "Jo", "R.WID": "w", "R.Employee_ID": "007", "G.X": "1|2"} {
		if got := text(rows[0][name]); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if v := rows[0]["E"]; v.Kind() != expression.KindNull {
		t.Errorf("an empty element is %v", v)
	}
}

// TestReportErrors sends what is no report.
func TestReportErrors(t *testing.T) {
	for _, tt := range []struct {
		format, answer, want string
		set                  func(*Config)
	}{
		{"json", `{"Report_Entry":[{"Employee_ID":"1"}`, "the answer is cut off", nil},
		{"json", `{"Report_Entry":[{"Employee_ID":"1","Status":"Active","Status":"Left"}]}`, `the key "/Report_Entry/0/Status" twice`, nil},
		{"json", `{"Report_Entry":[{"Employee_ID":"1"}]}{"Report_Entry":[]}`, "found more behind the JSON document", nil},
		{"json", `{"error":"Report is not available"}`, "found no Report_Entry", nil},
		{"json", `{"Report_Entry":"x"}`, "found no report in JSON", nil},
		{"json", `{"Report_Entry":[]}`, "everybody absent", nil},
		{"json", `{"Report_Entry":[{"Employee":"1"}]}`, `fields.worker_id: there is no column "Employee_ID"`, nil},
		{"json", `{"Report_Entry":[{"Employee_ID":"1"},{"Employee_ID":"1"}]}`, "row 2, column \"Employee_ID\", worker \"1\": the same worker id as row 1", nil},
		{"json", `{"Report_Entry":[{"Employee_ID":"1","Hire_Date":"1/2/2026"}]}`, `row 1, column "Hire_Date", worker "1": found "1/2/2026"`, nil},
		{"json", `{"Report_Entry":[{"A":` + strings.Repeat(`{"A":`, 10) + `1` + strings.Repeat("}", 10) + `}]}`, "row 1: A.A.A", nil},
		{"json", `{"Report_Entry":[{"A":` + strings.Repeat(`[`, 10) + strings.Repeat("]", 10) + `}]}`, "row 1: A: found lists in each other", nil},
		{"json", "<html><title>Sign in</title></html>", "found a web page", nil},
		{"xml", "<a/>", "found the element a, expected Report_Data", nil},
		{"xml", `<wd:Report_Data xmlns:wd="urn:com.workday.report/R"><wd:Report_Entry>`, "cut off", nil},
		{"xml", bomb, "document type", nil},
		{"csv", "Employee_ID,Worker_Status\n1,Active\n1,Active\n", "the same worker id as row 2", nil},
		{"csv", `{"Report_Entry":[]}`, "found something else than CSV", nil},
		{"json", "", "401 Unauthorized", func(c *Config) { c.Password = "wrong-canary" }},
		{"json", "", "404 Not Found", func(c *Config) { c.Report.Name = "Other" }},
		{"json", "", "400 Bad Request", func(c *Config) { c.Report.Parameters = map[string]string{"Bad": "1"} }},
	} {
		s, c := reportConfig(t, 5, tt.format)
		if tt.set != nil {
			tt.set(&c)
		} else {
			s.Spoil = func(w http.ResponseWriter, _ workday.Call, _ []byte) bool {
				_, _ = io.WriteString(w, tt.answer)
				return true
			}
		}
		_, err := Read(context.Background(), c, reportSpec, now)
		if err == nil || !strings.Contains(err.Error(), tt.want) || leaks(err.Error()) != "" {
			t.Errorf("%s %.60s: got %v, want %q in it", tt.format, tt.answer, err, tt.want)
		}
	}
}

// TestReportWithoutAnEnd: rows of text that end where the connection does may be half of them.
func TestReportWithoutAnEnd(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, out, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		fmt.Fprint(out, "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nConnection: close\r\n\r\nEmployee_ID\n1\n2\n")
		_ = out.Flush()
		_ = conn.Close()
	}))
	defer server.Close()
	client, err := web.New(web.Config{URL: server.URL, Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	c := &Config{Tenant: "t", Report: &Report{Owner: "o", Name: "Staff", Format: "csv"}}
	spec := source.Spec{Fields: source.Fields{"worker_id": "Employee_ID"}}
	_, err = c.readReport(t.Context(), client, spec)
	if err == nil || !strings.Contains(err.Error(), "report Staff: found 16 bytes without an end") ||
		!strings.Contains(err.Error(), "min_records") {
		t.Errorf("got %v", err)
	}
	spec.MinRecords = 2
	if r, err := c.readReport(t.Context(), client, spec); err != nil || len(r.Workers) != 2 {
		t.Errorf("got %v, %v with min_records", r, err)
	}
}
