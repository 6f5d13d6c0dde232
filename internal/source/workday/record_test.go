// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/source"
)

// workerXML is a worker as Workday sends them, with places for what a test is about.
const workerXML = `<wd:Worker>
 <wd:Worker_Reference wd:Descriptor="Jo Doe"><wd:ID wd:type="{kind}_ID">1</wd:ID><wd:ID wd:type="WID">w1</wd:ID></wd:Worker_Reference>
 <wd:Worker_Data><wd:Worker_ID>1</wd:Worker_ID>
  <wd:Personal_Data><wd:Contact_Data>{contact}</wd:Contact_Data></wd:Personal_Data>
  <wd:Employment_Data>{jobs}<wd:Worker_Status_Data>{status}</wd:Worker_Status_Data>{contract}</wd:Employment_Data>
  <wd:Management_Chain_Data><wd:Worker_Supervisory_Management_Chain_Data>{chain}</wd:Worker_Supervisory_Management_Chain_Data></wd:Management_Chain_Data>
 </wd:Worker_Data></wd:Worker>`

// envelope makes an answer of workers.
func envelope(count, workers string) string {
	return `<env:Envelope xmlns:env="` + soap + `"><env:Body><wd:Get_Workers_Response xmlns:wd="` + bsvc + `"><wd:Response_Results><wd:Total_Results>` + count + `</wd:Total_Results><wd:Total_Pages>1</wd:Total_Pages><wd:Page_Results>` +
		count + `</wd:Page_Results><wd:Page>1</wd:Page></wd:Response_Results><wd:Response_Data>` + workers + `</wd:Response_Data></wd:Get_Workers_Response></env:Body></env:Envelope>`
}

// readOne reads one worker through everything but the network.
func readOne(t *testing.T, c Config, s source.Spec, parts ...string) (*source.Result, error) {
	t.Helper()
	text := strings.NewReplacer(append(parts, "{kind}", "Employee", "{contact}", "", "{jobs}", "", "{contract}", "", "{chain}", "", "{status}", "<wd:Active>1</wd:Active>")...).Replace(workerXML)
	return readText(t, c, s, envelope("1", text))
}

func readText(t *testing.T, c Config, s source.Spec, text string) (*source.Result, error) {
	t.Helper()
	if c.version == 0 {
		c.version = 44.2
	}
	p, err := c.plan(s)
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{config: &c, plan: p}
	page, err := r.parsePage(text, query{}, 1)
	if err != nil {
		return nil, err
	}
	for _, one := range page.people {
		one.position = "page 1"
	}
	r.people = page.people
	return r.build(p.spec)
}

func status(elements ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(elements); i += 2 {
		b.WriteString("<wd:" + elements[i] + ">" + elements[i+1] + "</wd:" + elements[i] + ">")
	}
	return b.String()
}

func TestStatus(t *testing.T) {
	for _, tt := range []struct{ name, kind, status, contract, want string }{
		{"active", "Employee", status("Active", "1", "Hire_Date", "2020-03-16-07:00"), "", "Active Employee 2020-03-16 - - false"},
		{"spelled out", "Employee", status("Active", "true", "Hire_Date", "2020-03-16Z"), "", "Active Employee 2020-03-16 - - false"},
		{"east", "Employee", status("Active", "1", "Hire_Date", "2020-03-16+13:00"), "", "Active Employee 2020-03-16 - - false"},
		{"date with time", "Employee", status("Active", "1", "Hire_Date", "2020-03-16T00:00:00.000-07:00"), "", "Active Employee 2020-03-16 - - false"},
		{"none", "Employee", status("Active", "1", "Hire_Date", "9999-12-31-08:00"), "", "Active Employee - - - false"},
		{"left", "Employee", status("Active", "0", "Hire_Date", "2020-03-16", "Terminated", "1", "Termination_Date", "2025-05-31-07:00", "Termination_Last_Day_of_Work", "2025-05-15-07:00"), "", "Terminated Employee 2020-03-16 2025-05-31 2025-05-15 false"},
		{"spelled-out leaver", "Employee", status("Active", "false", "Terminated", "true"), "", "Terminated Employee - - - false"},
		{"retired", "Employee", status("Active", "0", "Retired", "true", "Terminated", "0"), "", "Retired Employee - - - false"},
		{"not yet", "Employee", status("Active", "0", "Hire_Date", "2026-12-01-08:00"), "", "Inactive Employee 2026-12-01 - - false"},
		{"returned", "Employee", status("Active", "1", "Hire_Date", "2025-01-01", "Termination_Date", "2023-05-31", "Termination_Last_Day_of_Work", "2023-05-31"), "", "Active Employee 2025-01-01 - - false"},
		{"a fixed term is no termination", "Employee", status("Active", "1", "End_Employment_Date", "2026-12-31"), "", "Active Employee - - - false"},
		{"on leave", "Employee", status("Active", "1") + "<wd:Leave_Status_Data>" + status("On_Leave", "false") + "</wd:Leave_Status_Data><wd:Leave_Status_Data>" + status("On_Leave", "true") + "</wd:Leave_Status_Data>", "", "Active Employee - - - true"},
		{"back from leave", "Employee", status("Active", "1") + "<wd:Leave_Status_Data>" + status("On_Leave", "0") + "</wd:Leave_Status_Data>", "", "Active Employee - - - false"},
		{"contract", "Contingent_Worker", status("Active", "1", "Hire_Date", "2026-01-01-08:00"), "<wd:Worker_Contract_Data>" + status("Contract_End_Date", "2026-06-30-07:00") + "</wd:Worker_Contract_Data>", "Active Contingent Worker 2026-01-01 2026-06-30 2026-06-30 false"},
		{"contract by status", "Contingent_Worker", status("Active", "1", "End_Employment_Date", "2026-06-30-07:00"), "", "Active Contingent Worker - 2026-06-30 2026-06-30 false"},
		{"contract ended early", "Contingent_Worker", status("Active", "0", "Terminated", "1", "Termination_Date", "2026-02-28-08:00", "Termination_Last_Day_of_Work", "2026-02-20-08:00"), "<wd:Worker_Contract_Data>" + status("Contract_End_Date", "2026-06-30-07:00") + "</wd:Worker_Contract_Data>", "Terminated Contingent Worker - 2026-02-28 2026-02-20 false"},
	} {
		got, err := readOne(t, Config{}, source.Spec{Attributes: []string{}}, "{kind}", tt.kind, "{status}", tt.status, "{contract}", tt.contract)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		w := got.Workers["1"]
		parts := []string{w.Status, w.Type, string(w.HireDate), string(w.TerminationDate), string(w.LastDayOfWork), map[bool]string{true: "true", false: "false"}[*w.OnLeave]}
		for i, part := range parts {
			if part == "" {
				parts[i] = "-"
			}
		}
		if line := strings.Join(parts, " "); line != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, line, tt.want)
		}
	}
}

func TestStatusErrors(t *testing.T) {
	for _, tt := range []struct{ hire, want string }{
		{"2026-02-30-08:00", `page 1, column "hire_date", worker "1": found "2026-02-30"`},
		{"31.12.2025", `column "hire_date", worker "1": found "31.12.2025"`},
		{"2026-01-01junk", `found "2026-01-01junk"`},
	} {
		_, err := readOne(t, Config{}, source.Spec{Attributes: []string{}}, "{status}", status("Active", "1", "Hire_Date", tt.hire))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v, want %q in it", err, tt.want)
		}
	}
}

// TestOtherWords keeps Workday's booleans where the configuration has words of its own.
func TestOtherWords(t *testing.T) {
	s := source.Spec{Attributes: []string{}, TrueValues: []string{"ja"}, FalseValues: []string{"nein"}, DateFormats: []string{"dd.MM.yyyy"}}
	got, err := readOne(t, Config{}, s, "{status}", status("Active", "1", "Hire_Date", "2020-03-16-07:00"))
	if err != nil || got.Workers["1"].HireDate != "2020-03-16" || got.Workers["1"].OnLeave == nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func reports(ids ...string) string { // a chain of managers by WID and worker id
	var b strings.Builder
	for i := 0; i+1 < len(ids); i += 2 {
		b.WriteString("<wd:Management_Chain_Data><wd:Organization_Reference/>")
		if ids[i] != "" {
			b.WriteString(`<wd:Manager_Reference><wd:ID wd:type="WID">` + ids[i] + `</wd:ID><wd:ID wd:type="Employee_ID">` + ids[i+1] + `</wd:ID></wd:Manager_Reference>`)
		}
		b.WriteString("</wd:Management_Chain_Data>")
	}
	return b.String()
}

func TestManagers(t *testing.T) {
	const lastChange = `<wd:Worker_Job_Data wd:Primary_Job="1"><wd:Position_Data><wd:Manager_as_of_last_detected_manager_change_Reference><wd:ID wd:type="WID">w8</wd:ID><wd:ID wd:type="Contingent_Worker_ID">8</wd:ID></wd:Manager_as_of_last_detected_manager_change_Reference></wd:Position_Data></wd:Worker_Job_Data>`
	for _, tt := range []struct{ name, chain, jobs, want string }{
		{"the last of the chain", reports("w5", "5", "w9", "9"), lastChange, "9"},
		{"who leads their own organisation", reports("w5", "5", "w1", "1"), "", "5"},
		{"a vacant organisation", reports("w5", "5", "", ""), "", "5"},
		{"the head", reports("w1", "1"), "", ""},
		{"no chain", "", lastChange, "8"},
		{"nothing", "", "", ""},
		{"a WID only", `<wd:Management_Chain_Data><wd:Manager_Reference><wd:ID wd:type="WID">w7</wd:ID></wd:Manager_Reference></wd:Management_Chain_Data>`, "", "w7"},
		{"managers in plural", `<wd:Management_Chain_Data><wd:Manager><wd:Worker_Reference><wd:ID wd:type="WID">w7</wd:ID><wd:ID wd:type="Employee_ID">7</wd:ID></wd:Worker_Reference></wd:Manager></wd:Management_Chain_Data>`, "", "7"},
	} {
		got, err := readOne(t, Config{}, source.Spec{Attributes: []string{"ManagerReference"}}, "{chain}", tt.chain, "{jobs}", tt.jobs)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		w := got.Workers["1"]
		if w.ManagerID != tt.want || w.Attributes["ManagerReference"].Text() != tt.want {
			t.Errorf("%s: got %q, attribute %q, want %q", tt.name, w.ManagerID, w.Attributes["ManagerReference"], tt.want)
		}
		if (tt.want != "") != (len(got.Warnings) == 1) {
			t.Errorf("%s: got the warnings %q", tt.name, got.Warnings)
		}
	}
}

func TestContacts(t *testing.T) {
	phone := func(number, device, usage, public, primary string) string {
		return `<wd:Phone_Data wd:Formatted_Phone="` + number + `" wd:Workday_Traditional_Formatted_Phone="` + number + `"><wd:Phone_Device_Type_Reference wd:Descriptor="Telephone"><wd:ID wd:type="WID">x</wd:ID><wd:ID wd:type="Phone_Device_Type_ID">` + device +
			`</wd:ID></wd:Phone_Device_Type_Reference><wd:Usage_Data wd:Public="` + public + `"><wd:Type_Data wd:Primary="` + primary + `"><wd:Type_Reference wd:Descriptor="Work"><wd:ID wd:type="Communication_Usage_Type_ID">` + usage + `</wd:ID></wd:Type_Reference></wd:Type_Data></wd:Usage_Data></wd:Phone_Data>`
	}
	all := phone("home", "Landline", "HOME", "1", "1") + phone("second", "Landline", "WORK", "true", "false") + phone("secret", "Landline", "WORK", "0", "1") + phone("first", "Landline", "WORK", "1", "true") + phone("cell", "Mobile", "WORK", "1", "0")
	own := map[string]string{"All": "wd:Worker/wd:Worker_Data/wd:Personal_Data/wd:Contact_Data/wd:Phone_Data/@wd:Formatted_Phone", "Count": "count(//wd:Phone_Data)", "None": "wd:Worker/wd:Nothing"}
	got, err := readOne(t, Config{XPaths: own}, source.Spec{}, "{contact}", all)
	if err != nil {
		t.Fatal(err)
	}
	a := got.Workers["1"].Attributes
	for name, want := range map[string]string{"PrimaryWorkTelephone": "first", "Telephone": "first", "Mobile": "cell", "Fax": "", "All": "home|second|secret|first|cell", "Count": "5", "None": "", "Active": "1", "WID": "w1"} {
		if text(a[name]) != want {
			t.Errorf("%s: got %q, want %q", name, text(a[name]), want)
		}
	}
	if _, there := a[manyByDefault]; there {
		t.Errorf("%s is there without having been asked for", manyByDefault)
	}
}

func TestJobs(t *testing.T) {
	job := func(primary, title string) string {
		return `<wd:Worker_Job_Data wd:Primary_Job="` + primary + `"><wd:Position_Data><wd:Business_Title>` + title + `</wd:Business_Title><wd:Business_Site_Summary_Data><wd:Location_Reference><wd:ID wd:type="Location_ID">` + title + `</wd:ID></wd:Location_Reference></wd:Business_Site_Summary_Data></wd:Position_Data></wd:Worker_Job_Data>`
	}
	s := source.Spec{Attributes: []string{"BusinessTitle"}, TimeZones: map[string]string{"Main": "Europe/Oslo", "Other": "Asia/Tokyo"}, TimeZone: "Europe/Paris"}
	for _, tt := range []struct{ jobs, title, zone string }{
		{job("0", "Other") + job("1", "Main"), "Main", "Europe/Oslo"},
		{job("false", "Other") + job("true", "Main"), "Main", "Europe/Oslo"},
		{job("1", "Elsewhere"), "Elsewhere", "Europe/Paris"},
		{"", "", "Europe/Paris"},
	} {
		got, err := readOne(t, Config{}, s, "{jobs}", tt.jobs)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if w := got.Workers["1"]; w.Attributes["BusinessTitle"].Text() != tt.title || w.TimeZone != tt.zone {
			t.Errorf("got %s in %s, want %s in %s", w.Attributes["BusinessTitle"], w.TimeZone, tt.title, tt.zone)
		}
	}
}

// TestDuplicate finds two records with one worker id.
func TestDuplicate(t *testing.T) {
	one := strings.NewReplacer("{kind}", "Employee", "{contact}", "", "{jobs}", "", "{contract}", "", "{chain}", "", "{status}", "<wd:Active>1</wd:Active>").Replace(workerXML)
	_, err := readText(t, Config{}, source.Spec{}, envelope("2", one+strings.Replace(one, ">w1<", ">w2<", 1)))
	if err == nil || !strings.Contains(err.Error(), "the same worker id as page 1") {
		t.Errorf("got %v", err)
	}
}

// TestRecording reads what a tenant has sent, if there is a recording of it.
func TestRecording(t *testing.T) {
	text := envelope("1", strings.NewReplacer("{kind}", "Employee", "{contact}", "", "{jobs}", "", "{contract}", "", "{chain}", "", "{status}", "").Replace(workerXML))
	want := "found no Employment_Data/Worker_Status_Data"
	text = strings.ReplaceAll(text, "<wd:Worker_Status_Data></wd:Worker_Status_Data>", "")
	if dir := os.Getenv("WORKFORCE_SHARED"); dir != "" {
		b, err := os.ReadFile(filepath.Join(dir, "data", "workday-get-workers-response.xml"))
		if err != nil {
			t.Fatal(err)
		}
		text = `<env:Envelope xmlns:env="` + soap + `"><env:Body>` + string(b) + `</env:Body></env:Envelope>`
	}
	_, err := readText(t, Config{version: 25.1}, source.Spec{}, text)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q: without a status nobody's account can be decided on", err, want)
	}
	got, err := readText(t, Config{version: 25.1}, source.Spec{}, strings.Replace(text, "</wd:Employment_Data>", "<wd:Worker_Status_Data><wd:Active>true</wd:Active></wd:Worker_Status_Data></wd:Employment_Data>", 1))
	if err != nil {
		t.Fatal(err)
	}
	w := got.Workers["1"]
	if w == nil || w.Status != "Active" || w.Attributes["WorkerID"].Text() != "1" {
		t.Fatalf("got %+v", w)
	}
	if os.Getenv("WORKFORCE_SHARED") == "" {
		return
	}
	for name, want := range map[string]string{"FirstName": "Example", "PreferredNameData": "Example Worker", "UserID": "ExampleWorker@example.com", "EmailAddress": "test@example.com", "EmployeeID": "1", "PrimaryWorkTelephone": "+1 (517) 123-4567 x4321"} {
		if w.Attributes[name].Text() != want {
			t.Errorf("%s: got %q, want %q", name, w.Attributes[name], want)
		}
	}
}
