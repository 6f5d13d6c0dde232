// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/source/web"
	"terraform-provider-workforce/internal/worker"
)

const (
	wsse         = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
	passwordText = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"
)

// query is one question to Get_Workers, without the page.
type query struct {
	doing  string // for messages
	asOf   worker.Date
	groups []string
	// wids ask for these workers only.
	wids []string
	// from and through ask for workers with a change that becomes effective then.
	from, through worker.Date
	// all includes inactive workers even where they are to be left out: whoever
	// starts in the future is inactive now.
	all bool
}

// request makes the request for a page.
func (r *reader) request(q query, page int) web.Request {
	var b strings.Builder
	r.criteria(&b, q)
	b.WriteString(`<wd:Response_Filter>`)
	writeElement(&b, "wd:As_Of_Effective_Date", string(q.asOf))
	writeElement(&b, "wd:As_Of_Entry_DateTime", r.moment.entry)
	writeElement(&b, "wd:Page", fmt.Sprint(page))
	writeElement(&b, "wd:Count", fmt.Sprint(r.config.PageSize))
	b.WriteString(`</wd:Response_Filter><wd:Response_Group>`)
	for _, group := range q.groups {
		writeElement(&b, "wd:"+group, "true")
	}
	b.WriteString(`</wd:Response_Group>`)
	return r.config.call("Get_Workers_Request", b.String())
}

// criteria writes which workers are asked for.
func (r *reader) criteria(b *strings.Builder, q query) {
	c := r.config
	if q.wids != nil {
		b.WriteString(`<wd:Request_References>`)
		for _, wid := range q.wids {
			b.WriteString(`<wd:Worker_Reference><wd:ID wd:type="WID">` + escape(wid) + `</wd:ID></wd:Worker_Reference>`)
		}
		b.WriteString(`</wd:Request_References>`)
		return
	}
	b.WriteString(`<wd:Request_Criteria>`)
	if q.from != "" {
		b.WriteString(`<wd:Transaction_Log_Criteria_Data><wd:Transaction_Date_Range_Data>`)
		writeElement(b, "wd:Effective_From", string(q.from)+"T00:00:00.000Z")
		writeElement(b, "wd:Effective_Through", string(q.through)+"T23:59:59.999Z")
		b.WriteString(`</wd:Transaction_Date_Range_Data></wd:Transaction_Log_Criteria_Data>`)
	}
	for _, flag := range []struct {
		name string
		set  bool
	}{{"Exclude_Inactive_Workers", c.ExcludeInactive && !q.all}, {"Exclude_Employees", c.ExcludeEmployees}, {"Exclude_Contingent_Workers", c.ExcludeContingentWorkers}} {
		writeElement(b, "wd:"+flag.name, fmt.Sprint(flag.set)) // always said: the default leaves out inactive workers
	}
	b.WriteString(`</wd:Request_Criteria>`)
}

func writeElement(b *strings.Builder, name, text string) {
	b.WriteString("<" + name + ">" + escape(text) + "</" + name + ">")
}

func escape(text string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(text)); err != nil { // a Builder never fails
		return ""
	}
	return b.String()
}

// responseGroups are the parts of a worker that are only sent when asked for,
// in the order of the schema, with the elements that they hold.
var responseGroups = []struct {
	name     string
	elements []string
}{
	{"Include_Personal_Information", []string{"Personal_Data"}},
	{"Include_Additional_Jobs", nil}, // see groups
	{"Include_Employment_Information", []string{"Employment_Data"}},
	{"Include_Compensation", []string{"Compensation_Data"}},
	{"Include_Organizations", []string{"Organization_Data"}},
	{"Include_Roles", []string{"Role_Data"}},
	{"Include_Management_Chain_Data", []string{"Management_Chain_Data"}},
	{"Include_Related_Persons", []string{"Related_Person_Data"}},
	{"Include_Qualifications", []string{"Qualification_Data"}},
	{"Include_Photo", []string{"Photo_Data"}},
	{"Include_Transaction_Log_Data", []string{"Transaction_Log_Entry_Data"}},
	{"Include_Employee_Contract_Data", []string{"Employee_Contracts_Data"}},
	{"Include_User_Account", []string{"User_Account_Data"}},
	{"Include_Account_Provisioning", []string{"Account_Provisioning_Data"}},
}

// excludes are the organisations to leave out, unless an XPath names their type.
var excludes = []struct{ name, kind string }{
	{"Exclude_Organization_Support_Role_Data", "Organization_Support_Role_Data"},
	{"Exclude_Location_Hierarchies", "LOCATION_HIERARCHY"},
	{"Exclude_Cost_Centers", "COST_CENTER"},
	{"Exclude_Cost_Center_Hierarchies", "COST_CENTER_HIERARCHY"},
	{"Exclude_Companies", "COMPANY"},
	{"Exclude_Company_Hierarchies", "COMPANY_HIERARCHY"},
	{"Exclude_Matrix_Organizations", "MATRIX"},
	{"Exclude_Pay_Groups", "PAY_GROUP"},
	{"Exclude_Regions", "REGION"},
	{"Exclude_Region_Hierarchies", "REGION_HIERARCHY"},
	{"Exclude_Supervisory_Organizations", "SUPERVISORY"},
	{"Exclude_Teams", "TEAM"},
	{"Exclude_Custom_Organizations", "CUSTOM"},
}

// groups returns the parts of a worker that the wanted attributes are in, and
// no others: Workday takes its time for each.
func (c *Config) groups(p *plan) []string {
	var paths, orgs []string
	otherJobs, plain, vague := false, true, false
	for _, one := range p.columns {
		for _, path := range one.paths {
			paths = append(paths, path)
			vague = vague || one.own && (strings.Contains(path, "//") || strings.Contains(path, "*")) // may be about anything
			if mentions(path, "Worker_Organization_Data") {
				orgs = append(orgs, path)
				plain = plain && !one.own
			}
			otherJobs = otherJobs || one.own && mentions(path, "Worker_Job_Data") && !strings.Contains(path, "[@wd:Primary_Job=1]")
		}
	}
	list := []string{"Include_Reference"}
	for _, group := range responseGroups {
		include := group.name == "Include_Employment_Information" || // status and dates
			group.name == "Include_Management_Chain_Data" && slices.Contains(p.canonical, "manager_id") ||
			group.name == "Include_Additional_Jobs" && otherJobs ||
			vague && slices.Contains([]string{"Include_Personal_Information", "Include_Organizations", "Include_Management_Chain_Data"}, group.name)
		for _, path := range paths {
			for _, e := range group.elements {
				include = include || strings.Contains(path, "/wd:"+e+"/") || strings.Contains(path, "/wd:"+e+"[") || strings.HasSuffix(path, "/wd:"+e)
			}
		}
		if !include {
			continue
		}
		list = append(list, group.name)
		if group.name != "Include_Organizations" {
			continue
		}
		for _, exclude := range excludes {
			// An XPath of one's own may tell types by anything: it gets them all.
			if plain && !vague && !slices.ContainsFunc(orgs, func(path string) bool { return strings.Contains(path, "'"+exclude.kind+"'") }) {
				list = append(list, exclude.name)
			}
		}
	}
	return list
}
