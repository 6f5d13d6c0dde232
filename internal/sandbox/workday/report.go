// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
)

// reportColumns are the XML aliases of the report's columns. Those of the manager
// are a group of their own.
var reportColumns = []string{"Employee_ID", "Worker_Status", "Worker_Type", "First_Name", "Last_Name", "Hire_Date", "Termination_Date", "Last_Day_of_Work", "On_Leave",
	"Manager_ID", "Department", "Business_Title", "Work_Email", "Location", "National_ID"}

// reportRow is a row of the report. Values are texts, whatever they are.
func reportRow(p *person) []string {
	leave := map[bool]string{true: "1", false: "0"}[p.OnLeave]
	return []string{p.ID, p.Status, p.Type, p.FirstName, p.LastName, p.HireDate, p.TerminationDate, p.LastDayOfWork, leave,
		p.ManagerID, p.Department, p.JobTitle, "w" + p.ID + "@example.com", p.City, "000-00-0000"}
}

// serveReport answers Reports-as-a-Service: all rows at once.
func (s *Server) serveReport(w http.ResponseWriter, r *http.Request, path []string) {
	call := s.record(Call{Path: r.URL.Path})
	user, password, basic := r.BasicAuth()
	switch {
	case basic && (password != Password || user != User && user != User+"@"+Tenant), !basic && !s.bearer(r):
		w.Header().Set("WWW-Authenticate", `Basic realm="Workday"`)
		http.Error(w, `{"error":"invalid username or password"}`, http.StatusUnauthorized)
		return
	case path[0] != Tenant || path[1] != ReportOwner || path[2] != ReportName || r.Method != http.MethodGet:
		http.Error(w, `{"error":"report not found"}`, http.StatusNotFound)
		return
	}
	effective := s.now().Format(time.DateOnly)
	for name, values := range r.URL.Query() {
		switch name {
		case "format":
		case "Effective_as_of_Date":
			if len(values[0]) < 10 {
				http.Error(w, `{"error":"invalid value of the prompt Effective_as_of_Date"}`, http.StatusBadRequest)
				return
			}
			effective = values[0][:10]
		default:
			http.Error(w, `{"error":"unknown prompt `+name+`"}`, http.StatusBadRequest)
			return
		}
	}
	var people []*person
	s.mu.Lock()
	for _, one := range s.Company.Workers {
		if p := s.view(one, effective, s.now()); p != nil {
			people = append(people, p)
		}
	}
	s.mu.Unlock()
	switch r.URL.Query().Get("format") {
	case "json":
		s.send(w, call, "application/json;charset=UTF-8", s.jsonReport(people))
	case "csv":
		s.send(w, call, "text/csv;charset=UTF-8", csvReport(people))
	case "", "xml", "simplexml":
		s.send(w, call, "text/xml;charset=UTF-8", s.xmlReport(people))
	default:
		http.Error(w, `{"error":"unknown format"}`, http.StatusBadRequest)
	}
}

// jsonReport leaves out what is empty, as Workday does, and has the manager as a group.
func (s *Server) jsonReport(people []*person) []byte {
	entries := []map[string]any{}
	for _, p := range people {
		entry := map[string]any{}
		for i, value := range reportRow(p) {
			if value != "" {
				entry[reportColumns[i]] = value
			}
		}
		if p.manager != nil {
			entry["Manager_group"] = []any{map[string]string{"Manager_Name": p.manager.FirstName + " " + p.manager.LastName, "Manager_WID": WID(p.manager.ID)}}
		}
		entries = append(entries, entry)
	}
	b, _ := json.Marshal(map[string]any{"Report_Entry": entries}) // texts always marshal
	return b
}

func csvReport(people []*person) []byte {
	var b strings.Builder
	w := csv.NewWriter(&b)
	rows := [][]string{reportColumns}
	for _, p := range people {
		rows = append(rows, reportRow(p))
	}
	_ = w.WriteAll(rows) // a Builder never fails
	return []byte(b.String())
}

func (s *Server) xmlReport(people []*person) []byte {
	x := &xmlText{}
	x.WriteString(`<?xml version='1.0' encoding='UTF-8'?><wd:Report_Data xmlns:wd="urn:com.workday.report/` + ReportName + `">`)
	for _, p := range people {
		x.open("Report_Entry")
		for i, value := range reportRow(p) {
			x.el(reportColumns[i], value)
		}
		if p.manager != nil {
			x.open("Manager_group")
			manager(x, p.manager)
			x.close("Manager_group")
		}
		x.close("Report_Entry")
	}
	x.close("Report_Data")
	return []byte(x.String())
}

func manager(x *xmlText, m *company.Worker) {
	x.workerRef("Manager", m, false)
}
