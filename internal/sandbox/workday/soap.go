// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	soap = "http://schemas.xmlsoap.org/soap/envelope/"
	bsvc = "urn:com.workday/bsvc"
	wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
)

// element is any XML.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []*element `xml:",any"`
	Text     string     `xml:",chardata"`
}

func (e *element) child(space, name string) *element {
	for _, c := range e.Children {
		if c.XMLName.Space == space && c.XMLName.Local == name {
			return c
		}
	}
	return nil
}

func (e *element) attr(space, name string) string {
	for _, a := range e.Attrs {
		if a.Name.Space == space && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// fault is a refusal in SOAP 1.1.
type fault struct {
	status             int
	code, text, detail string
	path               string
}

func invalid(path, format string, args ...any) *fault {
	text := fmt.Sprintf(format, args...)
	return &fault{status: http.StatusInternalServerError, code: "SOAP-ENV:Client.validationError", text: "Validation error occurred. " + text, detail: text, path: path}
}

func (f *fault) send(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	w.WriteHeader(f.status)
	detail := ""
	if f.detail != "" {
		detail = `<detail><wd:Validation_Fault xmlns:wd="` + bsvc + `"><wd:Validation_Error><wd:Message>` + esc(f.text) + `</wd:Message><wd:Detail_Message>` + esc(f.detail) +
			`</wd:Detail_Message><wd:Xpath>` + esc(f.path) + `</wd:Xpath></wd:Validation_Error></wd:Validation_Fault></detail>`
	}
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<SOAP-ENV:Envelope xmlns:SOAP-ENV="%s"><SOAP-ENV:Body><SOAP-ENV:Fault><faultcode>%s</faultcode><faultstring>%s</faultstring>%s</SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>`,
		soap, f.code, esc(f.text), detail)
}

// query is a Get_Workers request.
type query struct {
	version, effective, entry                             string
	at                                                    time.Time // of entry
	page, count                                           int
	groups                                                []string
	wids                                                  []string // with their types
	skip                                                  bool     // those that do not exist
	from, through                                         string   // effective dates of changes
	excludeInactive, excludeEmployees, excludeContingents bool
}

func (q *query) has(group string) bool { return slices.Contains(q.groups, group) }

// The elements of a request, in the order of the schema.
var (
	requestOrder  = []string{"Request_References", "Request_Criteria", "Response_Filter", "Response_Group"}
	criteriaOrder = []string{"Transaction_Log_Criteria_Data", "Field_And_Parameter_Criteria_Data", "Eligibility_Criteria_Data", "Organization_Reference", "Include_Subordinate_Organizations",
		"Exclude_Inactive_Workers", "Exclude_Employees", "Exclude_Contingent_Workers"}
	filterOrder = []string{"As_Of_Effective_Date", "As_Of_Entry_DateTime", "Page", "Count"}
	groupNames  = strings.Fields(`Include_Reference Include_Personal_Information Include_Additional_Jobs Include_Employment_Information Include_Compensation Include_Organizations
		Exclude_Organization_Support_Role_Data Exclude_Location_Hierarchies Exclude_Cost_Centers Exclude_Cost_Center_Hierarchies Exclude_Companies Exclude_Company_Hierarchies
		Exclude_Matrix_Organizations Exclude_Pay_Groups Exclude_Regions Exclude_Region_Hierarchies Exclude_Supervisory_Organizations Exclude_Teams Exclude_Custom_Organizations
		Include_Roles Include_Management_Chain_Data Include_Multiple_Managers_in_Management_Chain_Data Include_Related_Persons Include_Qualifications Include_Photo
		Include_Worker_Documents Include_Transaction_Log_Data Include_Employee_Contract_Data Include_User_Account Include_Account_Provisioning`)
)

// readEnvelope checks a request as the schema and the security of the real
// service do, and returns the element of the operation.
func (s *Server) readEnvelope(r *http.Request, body []byte, tenant, version string) (*element, *fault) {
	var envelope element
	if err := xml.Unmarshal(body, &envelope); err != nil {
		return nil, &fault{status: http.StatusInternalServerError, code: "SOAP-ENV:Client", text: "Invalid request: " + err.Error()}
	}
	if envelope.XMLName != (xml.Name{Space: soap, Local: "Envelope"}) {
		return nil, &fault{status: http.StatusInternalServerError, code: "SOAP-ENV:VersionMismatch", text: "the envelope is not of SOAP 1.1"}
	}
	if tenant != Tenant {
		return nil, &fault{status: http.StatusInternalServerError, code: "SOAP-ENV:Client.authenticationError", text: "invalid username or password"}
	}
	if f := s.authenticate(r, envelope.child(soap, "Header")); f != nil {
		return nil, f
	}
	content := envelope.child(soap, "Body")
	if content == nil || len(content.Children) != 1 || content.Children[0].XMLName.Space != bsvc {
		return nil, invalid("", "the body holds no request of %s", bsvc)
	}
	request := content.Children[0]
	if !slices.Contains(versions, version) {
		return nil, invalid("", "invalid version %s of the web service", version)
	}
	if stated := request.attr(bsvc, "version"); stated != version {
		return nil, invalid("/wd:"+request.XMLName.Local+"/@wd:version", "version %q is not that of the URL", stated)
	}
	return request, nil
}

// readRequest reads a Get_Workers_Request.
func (s *Server) readRequest(request *element, version string) (*query, *fault) {
	q := &query{version: version}
	if f := ordered(request, requestOrder); f != nil {
		return nil, f
	}
	for _, part := range request.Children {
		var f *fault
		switch part.XMLName.Local {
		case "Request_References":
			f = q.readReferences(part)
		case "Request_Criteria":
			f = q.readCriteria(part)
		case "Response_Filter":
			f = q.readFilter(part)
		case "Response_Group":
			f = q.readGroups(part)
		}
		if f != nil {
			return nil, f
		}
	}
	if q.wids != nil && request.child(bsvc, "Request_Criteria") != nil {
		return nil, invalid("/wd:Get_Workers_Request", "Request_References and Request_Criteria exclude each other")
	}
	return q, s.checkMoments(q)
}

// ordered refuses elements that the schema does not know, or not here.
func ordered(e *element, order []string) *fault {
	at := 0
	for _, c := range e.Children {
		if c.XMLName.Space != bsvc {
			return invalid("/wd:"+e.XMLName.Local, "element %s is of the namespace %q", c.XMLName.Local, c.XMLName.Space)
		}
		i := slices.Index(order, c.XMLName.Local)
		if i < 0 {
			return invalid("/wd:"+e.XMLName.Local, "element %s is unknown", c.XMLName.Local)
		}
		if i < at {
			return invalid("/wd:"+e.XMLName.Local, "element %s is out of order", c.XMLName.Local)
		}
		at = i
	}
	return nil
}

func (q *query) readReferences(e *element) *fault {
	if f := ordered(e, []string{"Worker_Reference"}); f != nil {
		return f
	}
	q.wids = []string{}
	q.skip, _ = boolean(e.attr(bsvc, "Skip_Non_Existing_Instances"))
	for _, ref := range e.Children {
		for _, id := range ref.Children {
			kind := id.attr(bsvc, "type")
			if known := slices.Contains([]string{"WID", "Employee_ID", "Contingent_Worker_ID"}, kind); !known || id.Text == "" || kind == "WID" && len(id.Text) != 32 {
				return invalid("/wd:Request_References/wd:Worker_Reference/wd:ID", "invalid ID value %q of type %q", id.Text, kind)
			}
			q.wids = append(q.wids, kind+" "+id.Text)
		}
	}
	return nil
}

func (q *query) readCriteria(e *element) *fault {
	if f := ordered(e, criteriaOrder); f != nil {
		return f
	}
	q.excludeInactive = true // the default of the real service leaves inactive workers out
	for _, c := range e.Children {
		flag := map[string]*bool{"Exclude_Inactive_Workers": &q.excludeInactive, "Exclude_Employees": &q.excludeEmployees, "Exclude_Contingent_Workers": &q.excludeContingents}[c.XMLName.Local]
		if flag != nil {
			v, ok := boolean(c.Text)
			if !ok {
				return invalid("/wd:Request_Criteria/wd:"+c.XMLName.Local, "%q is no boolean", c.Text)
			}
			*flag = v
		}
		if c.XMLName.Local != "Transaction_Log_Criteria_Data" {
			continue
		}
		dates := c.child(bsvc, "Transaction_Date_Range_Data")
		if dates == nil {
			return invalid("/wd:Request_Criteria/wd:Transaction_Log_Criteria_Data", "Transaction_Date_Range_Data is missing")
		}
		if f := ordered(dates, []string{"Updated_From", "Updated_Through", "Effective_From", "Effective_Through"}); f != nil {
			return f
		}
		for _, d := range dates.Children {
			if _, err := time.Parse(time.RFC3339Nano, d.Text); err != nil {
				return invalid("/wd:Transaction_Date_Range_Data/wd:"+d.XMLName.Local, "%q is no dateTime", d.Text)
			}
			switch d.XMLName.Local {
			case "Effective_From":
				q.from = d.Text[:10]
			case "Effective_Through":
				q.through = d.Text[:10]
			}
		}
	}
	return nil
}

func (q *query) readFilter(e *element) *fault {
	if f := ordered(e, filterOrder); f != nil {
		return f
	}
	for _, c := range e.Children {
		path := "/wd:Get_Workers_Request/wd:Response_Filter/wd:" + c.XMLName.Local
		switch text := c.Text; c.XMLName.Local {
		case "As_Of_Effective_Date":
			if _, err := time.Parse(time.DateOnly, text); err != nil {
				return invalid(path, "%q is no date", text)
			}
			q.effective = text
		case "As_Of_Entry_DateTime":
			at, err := time.Parse(time.RFC3339Nano, text)
			if err != nil {
				return invalid(path, "%q is no dateTime", text)
			}
			q.entry, q.at = text, at
		case "Page":
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 {
				return invalid(path, "Page %q is invalid, pages count from 1", text)
			}
			q.page = n
		case "Count":
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 || n > MaxCount {
				return invalid(path, "Count %q is invalid, 1 to %d", text, MaxCount)
			}
			q.count = n
		}
	}
	return nil
}

func (q *query) readGroups(e *element) *fault {
	for _, c := range e.Children {
		if c.XMLName.Space != bsvc || !slices.Contains(groupNames, c.XMLName.Local) {
			return invalid("/wd:Get_Workers_Request/wd:Response_Group", "element %s is unknown", c.XMLName.Local)
		}
		v, ok := boolean(c.Text)
		if !ok {
			return invalid("/wd:Get_Workers_Request/wd:Response_Group/wd:"+c.XMLName.Local, "%q is no boolean", c.Text)
		}
		if v {
			q.groups = append(q.groups, c.XMLName.Local)
		}
	}
	return nil
}

// checkMoments refuses further pages as of other moments than the first one. The
// real service would answer, with people twice and others not at all.
func (s *Server) checkMoments(q *query) *fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.page == 0 {
		q.page = 1
	}
	if q.count == 0 {
		q.count = 100
	}
	key := fmt.Sprint(q.effective, " ", q.entry, " ", q.count, q.wids, q.from, q.through)
	if q.page == 1 {
		s.moments[key] = true
	} else if !s.moments[key] || q.effective == "" || q.entry == "" {
		return invalid("/wd:Get_Workers_Request/wd:Response_Filter", "page %d is asked for as of other moments, or by other criteria, than page 1", q.page)
	}
	if q.effective == "" {
		q.effective = s.now().Format(time.DateOnly)
	}
	if q.entry == "" {
		q.at = s.now()
	}
	return nil
}

func boolean(text string) (value, ok bool) {
	switch text {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}

func esc(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder never fails
	return b.String()
}
