// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
)

// The operations that write are held to the published schema of Human_Resources
// and the rules in its documentation (types Person_Email_Information_DataType,
// Person_Email_DataType and their like for phones). The words of the faults are
// assumed, but that of a task that is not authorized.

// unauthorized is what an account without the right to an operation gets.
func unauthorized() *fault {
	return &fault{status: http.StatusInternalServerError, code: "SOAP-ENV:Server.processingError", text: "Processing error occurred. The task submitted is not authorized."}
}

// serveWrite answers an operation that writes.
func (s *Server) serveWrite(request *element) ([]byte, *fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(s.Unauthorized, request.XMLName.Local) {
		return nil, unauthorized()
	}
	answer := ""
	var f *fault
	switch request.XMLName.Local {
	case "Change_Work_Contact_Information_Request":
		answer, f = s.changeContacts(request)
	case "Workday_Account_for_Worker_Update":
		f = s.updateAccount(request)
	default:
		f = invalid("", "Element not found=%s", request.XMLName.Local)
	}
	if f != nil {
		return nil, f
	}
	s.writes = append(s.writes, request.XMLName.Local)
	return []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<env:Envelope xmlns:env="` + soap + `"><env:Body>` + answer + `</env:Body></env:Envelope>`), nil
}

// Writes returns the operations that have written since the last call.
func (s *Server) Writes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.writes
	s.writes = nil
	return list
}

// at returns the element of a path, or nil.
func (e *element) at(path ...string) *element {
	for _, name := range path {
		if e = e.child(bsvc, name); e == nil {
			return nil
		}
	}
	return e
}

// value returns the text of an element of a path.
func (e *element) value(path ...string) string {
	if e = e.at(path...); e != nil {
		return e.Text
	}
	return ""
}

// id returns the id of a kind in a reference.
func (e *element) id(kind string) string {
	if e == nil {
		return ""
	}
	for _, c := range e.Children {
		if c.XMLName.Local == "ID" && c.attr(bsvc, "type") == kind {
			return c.Text
		}
	}
	return ""
}

// worker returns who a pair of ids is about: an id is that of a kind of workers.
func (s *Server) worker(employee, contingent, path string) (*company.Worker, *fault) {
	id := employee + contingent
	w := s.Company.Worker(id)
	if w == nil || employee != "" && contingent != "" || (w.Type == "Contractor") != (contingent != "") {
		return nil, invalid(path, "Invalid ID value. '%s' is not a valid ID value", id)
	}
	return w, nil
}

const contactPath = "/wd:Change_Work_Contact_Information_Request/wd:Change_Work_Contact_Information_Data"

func (s *Server) changeContacts(request *element) (string, *fault) {
	data := request.at("Change_Work_Contact_Information_Data")
	if f := ordered(request, []string{"Business_Process_Parameters", "Change_Work_Contact_Information_Data"}); f != nil {
		return "", f
	}
	if data == nil {
		return "", invalid(contactPath, "Change_Work_Contact_Information_Data is required")
	}
	if f := ordered(data, []string{"Person_Reference", "Universal_ID_Reference", "Event_Effective_Date", "Person_Contact_Information_Data"}); f != nil {
		return "", f
	}
	ref := data.at("Person_Reference")
	w, f := s.worker(ref.id("Employee_ID"), ref.id("Contingent_Worker_ID"), contactPath+"/wd:Person_Reference")
	if f != nil {
		return "", f
	}
	date := data.value("Event_Effective_Date")
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return "", invalid(contactPath+"/wd:Event_Effective_Date", "%q is no date: the effective date is required", date)
	}
	if date < w.HireDate {
		return "", invalid(contactPath+"/wd:Event_Effective_Date", "The effective date is before the hire date")
	}
	p := s.view(w, date, s.now())
	changes := data.at("Person_Contact_Information_Data")
	if changes == nil {
		return "", invalid(contactPath, "Person_Contact_Information_Data is required")
	}
	if f := ordered(changes, []string{"Person_Address_Information_Data", "Person_Phone_Information_Data", "Person_Email_Information_Data"}); f != nil {
		return "", f
	}
	after := slices.Clone(p.contacts)
	for _, kind := range []string{"Phone", "Email"} {
		if list := changes.at("Person_" + kind + "_Information_Data"); list != nil {
			if after, f = s.changeList(after, list, kind); f != nil {
				return "", f
			}
		}
	}
	answer := `<wd:Change_Work_Contact_Information_Response xmlns:wd="` + bsvc + `"><wd:Change_Work_Contact_Information_Event_Reference><wd:ID wd:type="WID">` + wid(date+w.ID) + `</wd:ID></wd:Change_Work_Contact_Information_Event_Reference></wd:Change_Work_Contact_Information_Response>`
	parameters := request.at("Business_Process_Parameters")
	complete, _ := boolean(parameters.valueOrEmpty("Auto_Complete"))
	now, _ := boolean(parameters.valueOrEmpty("Run_Now"))
	if complete && now { // otherwise it waits for approvals, or for later
		s.contacts[w.ID] = append(s.contacts[w.ID], dated{date, after})
	}
	return answer, nil
}

func (e *element) valueOrEmpty(name string) string {
	if e == nil {
		return ""
	}
	return e.value(name)
}

// changeList applies the changes of one kind of entries.
func (s *Server) changeList(contacts []Contact, list *element, kind string) ([]Contact, *fault) {
	path := contactPath + "/wd:Person_Contact_Information_Data/wd:Person_" + kind + "_Information_Data"
	all, _ := boolean(list.attr(bsvc, "Replace_All"))
	isPhone := kind == "Phone"
	if all {
		contacts = slices.DeleteFunc(contacts, func(c Contact) bool { return (c.Device != "") == isPhone && c.Usage == "WORK" && !c.Primary })
	}
	for i, e := range list.Children {
		at := fmt.Sprintf("%s/wd:%s_Information_Data[%d]", path, kind, i+1)
		if e.XMLName.Local != kind+"_Information_Data" {
			return nil, invalid(path, "element %s is unknown", e.XMLName.Local)
		}
		if f := ordered(e, []string{kind + "_Data", "Usage_Data", kind + "_Reference", kind + "_ID"}); f != nil {
			return nil, f
		}
		ref := e.at(kind + "_Reference")
		del, _ := boolean(e.attr(bsvc, "Delete"))
		if all && (ref != nil || del) {
			return nil, invalid(at, "When Replace All is True, you can't pass a Reference, and Delete can't be True")
		}
		known := -1
		if ref != nil {
			known = slices.IndexFunc(contacts, func(c Contact) bool {
				return c.ID == ref.id(kind+"_ID") && (c.Device != "") == isPhone && wid(kind+"_Reference"+fmt.Sprint([]string{kind + "_ID", c.ID})) == ref.id("WID")
			})
			if known < 0 {
				return nil, invalid(at+"/wd:"+kind+"_Reference", "%s Reference must match an existing %s in use by the person", kind, kind)
			}
		}
		if del {
			if known < 0 {
				return nil, invalid(at, "%s Reference is required when you delete", kind)
			}
			contacts = slices.Delete(contacts, known, known+1)
			continue
		}
		c, f := readContact(e, kind, at)
		if f != nil {
			return nil, f
		}
		if known < 0 {
			s.made++
			c.ID = fmt.Sprintf("%s_NEW_%d", kind, s.made)
			contacts = append(contacts, c)
			continue
		}
		old := contacts[known]
		if old.Usage != c.Usage || old.Primary != c.Primary {
			return nil, invalid(at+"/wd:Usage_Data", "You can't change the usage type, or a primary entry to an additional one or the other way round")
		}
		c.ID = old.ID
		contacts[known] = c
	}
	return contacts, primaries(contacts, isPhone, path)
}

// primaries refuses a second primary entry, and others without one.
func primaries(contacts []Contact, phone bool, path string) *fault {
	for _, usage := range []string{"WORK", "HOME"} {
		primary, others := 0, 0
		for _, c := range contacts {
			switch {
			case (c.Device != "") != phone || c.Usage != usage:
			case c.Primary:
				primary++
			default:
				others++
			}
		}
		if primary > 1 || primary == 0 && others > 0 {
			return invalid(path, "Subject worker must have exactly one primary %s entry in order to submit non-primary entries", strings.ToLower(usage))
		}
	}
	return nil
}

var (
	phoneCountry = regexp.MustCompile(`^([A-Z]{3})_([0-9]{1,4})$`)
	onlyDigits   = regexp.MustCompile(`^[0-9]{4,15}$`)
)

// readContact checks an entry that is not deleted.
func readContact(e *element, kind, path string) (Contact, *fault) {
	data, usage := e.at(kind+"_Data"), e.at("Usage_Data")
	if data == nil || usage == nil {
		return Contact{}, invalid(path, "%s Data and Usage Data are required unless it is being deleted", kind)
	}
	kindOfUse := usage.at("Type_Data")
	c := Contact{Usage: kindOfUse.usageID()}
	c.Public, _ = boolean(usage.attr(bsvc, "Public"))
	if kindOfUse != nil {
		c.Primary, _ = boolean(kindOfUse.attr(bsvc, "Primary"))
	}
	if c.Usage != "WORK" {
		return c, invalid(path+"/wd:Usage_Data/wd:Type_Data/wd:Type_Reference", "Invalid ID value. '%s' is not a valid ID value for type = 'Communication_Usage_Type_ID' of work contact information", c.Usage)
	}
	if kind == "Email" {
		c.Value, c.Comment = data.value("Email_Address"), data.value("Email_Comment")
		if !strings.Contains(c.Value, "@") || strings.Contains(c.Value, "refused") {
			return c, invalid(path+"/wd:Email_Data/wd:Email_Address", "Email Address '%s' is not valid", c.Value)
		}
		return c, nil
	}
	if f := ordered(data, []string{"Device_Type_Reference", "Country_Code_Reference", "Complete_Phone_Number", "Extension"}); f != nil {
		return c, f
	}
	c.Device, c.Value, c.Extension = data.at("Device_Type_Reference").id("Phone_Device_Type_ID"), data.value("Complete_Phone_Number"), data.value("Extension")
	country := phoneCountry.FindStringSubmatch(data.at("Country_Code_Reference").id("Country_Phone_Code_ID"))
	switch {
	case deviceTypes[c.Device] == "":
		return c, invalid(path+"/wd:Phone_Data/wd:Device_Type_Reference", "Invalid ID value. '%s' is not a valid ID value for type = 'Phone_Device_Type_ID'", c.Device)
	case country == nil:
		return c, invalid(path+"/wd:Phone_Data/wd:Country_Code_Reference", "Country Code is required unless the device type is VOIP")
	case !onlyDigits.MatchString(c.Value):
		return c, invalid(path+"/wd:Phone_Data/wd:Complete_Phone_Number", "Only numbers are allowed for Phone Number")
	}
	c.Country, c.Code = country[1], country[2]
	return c, nil
}

func (e *element) usageID() string {
	if e == nil {
		return ""
	}
	return e.at("Type_Reference").id("Communication_Usage_Type_ID")
}

func (s *Server) updateAccount(request *element) *fault {
	const path = "/wd:Workday_Account_for_Worker_Update"
	if f := ordered(request, []string{"Worker_Reference", "Non_Worker_Reference", "Workday_Account_for_Worker_Data"}); f != nil {
		return f
	}
	id := func(kind string) string {
		e := request.at("Worker_Reference", kind, "Integration_ID_Reference", "ID")
		if e == nil || e.attr(bsvc, "System_ID") != "WD-EMPLID" {
			return ""
		}
		return e.Text
	}
	w, f := s.worker(id("Employee_Reference"), id("Contingent_Worker_Reference"), path+"/wd:Worker_Reference")
	if f != nil {
		return f
	}
	name := request.value("Workday_Account_for_Worker_Data", "User_Name")
	if name == "" {
		return invalid(path+"/wd:Workday_Account_for_Worker_Data/wd:User_Name", "User Name is required")
	}
	for _, other := range s.Company.Workers {
		if other.ID != w.ID && strings.EqualFold(s.account(other.ID), name) {
			return invalid(path+"/wd:Workday_Account_for_Worker_Data/wd:User_Name", "The user name %s is already in use", name)
		}
	}
	s.accounts[w.ID] = name
	return nil
}
