// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"fmt"
	"strings"

	"github.com/biter777/countries"

	"terraform-provider-workforce/internal/sandbox/company"
)

// xmlText writes elements of Workday's namespace.
type xmlText struct{ strings.Builder }

func (x *xmlText) el(name, text string) {
	if text != "" {
		x.WriteString("<wd:" + name + ">" + esc(text) + "</wd:" + name + ">")
	}
}

func (x *xmlText) open(name string, attrs ...string) {
	x.WriteString("<wd:" + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] != "" {
			x.WriteString(" wd:" + attrs[i] + `="` + esc(attrs[i+1]) + `"`)
		}
	}
	x.WriteString(">")
}

func (x *xmlText) close(name string) { x.WriteString("</wd:" + name + ">") }

// ref writes a reference: a descriptor and a set of ids by type, the WID among them.
func (x *xmlText) ref(name, descriptor string, ids ...string) {
	x.open(name, "Descriptor", descriptor)
	x.open("ID", "type", "WID")
	x.WriteString(wid(name + fmt.Sprint(ids)))
	x.close("ID")
	x.ids(ids)
	x.close(name)
}

func (x *xmlText) ids(ids []string) {
	for i := 0; i+1 < len(ids); i += 2 {
		x.open("ID", "type", ids[i])
		x.WriteString(esc(ids[i+1]))
		x.close("ID")
	}
}

// workerRef writes a reference to a worker. The order of its ids is any.
func (x *xmlText) workerRef(name string, w *company.Worker, turned bool) {
	kind := "Employee_ID"
	if w.Type == "Contractor" {
		kind = "Contingent_Worker_ID"
	}
	ids := []string{"WID", WID(w.ID), kind, w.ID}
	if turned {
		ids = []string{kind, w.ID, "WID", WID(w.ID)}
	}
	x.open(name, "Descriptor", w.FirstName+" "+w.LastName)
	x.ids(ids)
	x.close(name)
}

// date writes a date of XML Schema with the offset of the data centre.
func (x *xmlText) date(name, date string) {
	if date != "" {
		x.el(name, date+"-08:00")
	}
}

// truth writes a boolean in one of its spellings.
func (p *person) truth(v bool) string {
	switch {
	case v && p.number%2 == 0:
		return "1"
	case v:
		return "true"
	case p.number%2 == 0:
		return "0"
	}
	return "false"
}

func (s *Server) render(x *xmlText, p *person, q *query) {
	x.open("Worker")
	if q.has("Include_Reference") {
		x.workerRef("Worker_Reference", &p.Worker, p.number%3 == 0)
		x.el("Worker_Descriptor", p.FirstName+" "+p.LastName)
	}
	x.open("Worker_Data")
	x.el("Worker_ID", p.ID)
	if p.started {
		x.el("User_ID", p.account)
	}
	x.el("Universal_ID", "P"+p.ID)
	if q.has("Include_Personal_Information") && p.started {
		p.personal(x)
	}
	if q.has("Include_Employment_Information") {
		s.employment(x, p, q)
	}
	if q.has("Include_Organizations") && p.started {
		p.organizations(x, q)
	}
	if q.has("Include_Management_Chain_Data") && p.started && !s.NoManagementChain {
		s.managers(x, p)
	}
	if q.has("Include_User_Account") && p.started {
		x.open("User_Account_Data")
		x.el("User_Name", p.account)
		x.el("Account_Disabled", p.truth(p.ended))
		x.close("User_Account_Data")
	}
	x.close("Worker_Data")
	x.close("Worker")
}

func (p *person) personal(x *xmlText) {
	country := countries.ByName(p.CountryCode)
	name := func(element, first, last string) {
		x.open(element)
		x.open("Name_Detail_Data", "Formatted_Name", first+" "+last, "Reporting_Name", last+", "+first)
		x.ref("Country_Reference", country.String(), "ISO_3166-1_Alpha-2_Code", country.Alpha2(), "ISO_3166-1_Alpha-3_Code", country.Alpha3())
		x.el("First_Name", first)
		x.el("Last_Name", last)
		x.close("Name_Detail_Data")
		x.close(element)
	}
	preferred := p.PreferredName
	if preferred == "" {
		preferred = p.FirstName
	}
	x.open("Personal_Data")
	x.open("Name_Data")
	name("Legal_Name_Data", p.FirstName, p.LastName)
	name("Preferred_Name_Data", preferred, p.LastName)
	x.close("Name_Data")
	x.el("Birth_Date", fmt.Sprintf("19%02d-%02d-%02d-08:00", 60+p.number%40, 1+p.number%12, 1+p.number%28))
	x.open("Identification_Data")
	x.open("National_ID")
	x.ref("National_ID_Reference", fmt.Sprintf("000-00-%04d (USA-SSN)", p.number))
	x.close("National_ID")
	x.close("Identification_Data")
	p.renderContacts(x)
	x.close("Personal_Data")
}

// usage tells whether a contact is public, primary, and for work or home.
func (p *person) usage(x *xmlText, kind string, public, primary bool) {
	x.open("Usage_Data", "Public", p.truth(public))
	x.open("Type_Data", "Primary", p.truth(primary))
	x.ref("Type_Reference", strings.ToUpper(kind[:1])+strings.ToLower(kind[1:]), "Communication_Usage_Type_ID", kind)
	x.close("Type_Data")
	x.close("Usage_Data")
}

func (s *Server) employment(x *xmlText, p *person, q *query) {
	x.open("Employment_Data")
	if p.started {
		old := q.version < "v22"
		if q.has("Include_Additional_Jobs") && p.number%10 == 3 {
			x.open("Worker_Job_Data", "Primary_Job", p.truth(false))
			s.position(x, p, "Fire warden")
			x.close("Worker_Job_Data")
		}
		if !old {
			x.open("Worker_Job_Data", "Primary_Job", p.truth(true))
		}
		s.position(x, p, p.JobTitle)
		if !old {
			x.close("Worker_Job_Data")
		}
	}
	if !s.NoStatus {
		p.status(x)
	}
	if p.contingent && p.started && p.TerminationDate != "" {
		x.open("Worker_Contract_Data")
		x.el("Contract_Assignment_Details", "Assignment of "+p.FirstName)
		x.date("Contract_End_Date", p.TerminationDate)
		x.close("Worker_Contract_Data")
	}
	x.close("Employment_Data")
}

func (s *Server) position(x *xmlText, p *person, title string) {
	country := countries.ByName(p.CountryCode)
	x.open("Position_Data", "Effective_Date", p.HireDate+"-08:00")
	x.ref("Position_Reference", title, "Position_ID", "P-"+p.ID)
	x.el("Position_ID", "P-"+p.ID)
	x.el("Position_Title", title)
	x.el("Business_Title", title)
	x.date("Start_Date", p.HireDate)
	if p.contingent {
		x.ref("Worker_Type_Reference", "Independent Contractor", "Contingent_Worker_Type_ID", "Independent_Contractor")
	} else {
		x.ref("Worker_Type_Reference", "Regular", "Employee_Type_ID", "Regular")
	}
	x.open("Job_Profile_Summary_Data")
	x.ref("Job_Profile_Reference", title, "Job_Profile_ID", "JP-"+p.CostCenter)
	x.ref("Job_Family_Reference", "", "Job_Family_ID", "JF-"+p.CostCenter)
	x.el("Job_Profile_Name", title)
	x.close("Job_Profile_Summary_Data")
	x.open("Business_Site_Summary_Data")
	x.ref("Location_Reference", p.City, "Location_ID", LocationID(&p.Worker))
	x.el("Name", p.City)
	x.ref("Local_Reference", "", "Locale_ID", "en_"+p.CountryCode)
	x.open("Address_Data", "Effective_Date", "1900-01-01-08:00", "Formatted_Address", p.StreetAddress+"\n"+p.City, "Defaulted_Business_Site_Address", "1")
	x.ref("Country_Reference", country.String(), "ISO_3166-1_Alpha-2_Code", country.Alpha2(), "ISO_3166-1_Alpha-3_Code", country.Alpha3(), "ISO_3166-1_Numeric-3_Code", fmt.Sprintf("%03d", int(country)))
	x.open("Address_Line_Data", "Type", "ADDRESS_LINE_1", "Descriptor", "Address Line 1")
	x.WriteString(esc(p.StreetAddress))
	x.close("Address_Line_Data")
	x.el("Municipality", p.City)
	x.el("Postal_Code", p.PostalCode)
	x.close("Address_Data")
	x.close("Business_Site_Summary_Data")
	if p.manager != nil {
		manager := p.manager
		if p.number%7 == 0 { // the organisation got another manager since the worker's last change
			manager = s.Company.Workers[0]
		}
		x.workerRef("Manager_as_of_last_detected_manager_change_Reference", manager, p.number%2 == 0)
	}
	x.close("Position_Data")
}

func (p *person) status(x *xmlText) {
	x.open("Worker_Status_Data")
	x.el("Active", p.truth(p.started && !p.ended))
	x.date("Hire_Date", p.HireDate)
	x.date("Original_Hire_Date", p.HireDate)
	x.date("First_Day_of_Work", p.HireDate)
	x.el("Retired", p.truth(false))
	x.el("Terminated", p.truth(p.ended))
	if p.ended {
		x.date("Termination_Date", p.TerminationDate)
		x.date("Termination_Last_Day_of_Work", p.LastDayOfWork)
	}
	x.el("Rehire", p.truth(false))
	if p.number%5 == 0 { // a leave that is over
		x.open("Leave_Status_Data")
		x.el("On_Leave", p.truth(false))
		x.date("Leave_Start_Date", "2024-02-01")
		x.close("Leave_Status_Data")
	}
	if p.OnLeave {
		x.open("Leave_Status_Data")
		x.el("On_Leave", p.truth(true))
		x.date("Leave_Start_Date", "2025-12-01")
		x.ref("Leave_of_Absence_Type_Reference", "Parental", "Leave_of_Absence_Type_ID", "PARENTAL")
		x.close("Leave_Status_Data")
	}
	x.close("Worker_Status_Data")
}

func (p *person) organizations(x *xmlText, q *query) {
	org := func(exclude, kind, id, name string) {
		if q.has(exclude) {
			return
		}
		x.open("Worker_Organization_Data")
		x.ref("Organization_Reference", name, "Organization_Reference_ID", id)
		x.open("Organization_Data")
		x.el("Organization_Reference_ID", id)
		x.el("Organization_Code", id)
		x.el("Organization_Name", name)
		x.ref("Organization_Type_Reference", map[string]string{"COST_CENTER": "Cost Center"}[kind], "Organization_Type_ID", kind)
		x.close("Organization_Data")
		x.close("Worker_Organization_Data")
	}
	x.open("Organization_Data")
	org("Exclude_Pay_Groups", "PAY_GROUP", "PG-1", "Monthly")
	org("Exclude_Cost_Centers", "COST_CENTER", p.CostCenter, p.Department)
	org("Exclude_Location_Hierarchies", "LOCATION_HIERARCHY", "LH-"+p.Location, p.Location)
	org("Exclude_Companies", "Company", "CO-"+p.Company, p.Company)
	org("Exclude_Supervisory_Organizations", "SUPERVISORY", "SUP-"+p.ManagerID, p.Department)
	org("Exclude_Custom_Organizations", "CUSTOM_DIVISION", "DIV-"+p.Division, p.Division)
	x.close("Organization_Data")
}

// managers writes the chain of supervisory organisations, the highest first. Who
// leads the highest is in it. Where a team has no manager, the one above counts.
func (s *Server) managers(x *xmlText, p *person) {
	x.open("Management_Chain_Data")
	x.open("Worker_Supervisory_Management_Chain_Data")
	link := func(m *company.Worker) {
		x.open("Management_Chain_Data")
		if m != nil {
			x.ref("Organization_Reference", "", "Organization_Reference_ID", "SUP-"+m.ID)
			x.workerRef("Manager_Reference", m, p.number%2 == 1)
		} else {
			x.ref("Organization_Reference", "", "Organization_Reference_ID", "SUP-vacant")
		}
		x.close("Management_Chain_Data")
	}
	for _, m := range s.chain(p) {
		link(m)
	}
	if p.manager == nil {
		link(&p.Worker)
	}
	if p.number%13 == 5 {
		link(nil)
	}
	x.close("Worker_Supervisory_Management_Chain_Data")
	x.close("Management_Chain_Data")
}

// getWorkers answers Get_Workers.
func (s *Server) getWorkers(q *query) ([]byte, *fault) {
	people, f := s.people(q)
	if f != nil {
		return nil, f
	}
	pages := (len(people) + q.count - 1) / q.count
	if q.page > max(pages, 1) {
		return nil, invalid("/wd:Get_Workers_Request/wd:Response_Filter/wd:Page", "Page %d is out of range, there are %d", q.page, pages)
	}
	from := min((q.page-1)*q.count, len(people))
	on := people[from:min(from+q.count, len(people))]
	x := &xmlText{}
	x.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<env:Envelope xmlns:env="` + soap + `"><env:Body><wd:Get_Workers_Response xmlns:wd="` + bsvc + `" wd:version="` + q.version + `">`)
	x.open("Response_Filter")
	x.el("As_Of_Effective_Date", q.effective+"-08:00")
	x.el("As_Of_Entry_DateTime", q.entry)
	x.el("Page", fmt.Sprint(q.page))
	x.el("Count", fmt.Sprint(q.count))
	x.close("Response_Filter")
	x.open("Response_Results")
	x.el("Total_Results", fmt.Sprint(len(people)))
	x.el("Total_Pages", fmt.Sprint(pages))
	x.el("Page_Results", fmt.Sprint(len(on)))
	x.el("Page", fmt.Sprint(q.page))
	x.close("Response_Results")
	x.open("Response_Data")
	for _, p := range on {
		s.render(x, p, q)
	}
	x.close("Response_Data")
	x.WriteString(`</wd:Get_Workers_Response></env:Body></env:Envelope>`)
	return []byte(x.String()), nil
}
