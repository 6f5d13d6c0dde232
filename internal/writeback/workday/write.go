// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"context"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/writeback"
)

// The kinds of ids of what an entry is for, what a phone is, and what country it is in.
const (
	usageType   = "Communication_Usage_Type_ID"
	deviceType  = "Phone_Device_Type_ID"
	countryCode = "Country_Phone_Code_ID"
)

// The requests below have the elements and the order of the published schema of
// Human_Resources (types Get_Workers_RequestType, Change_Work_Contact_Information_RequestType,
// Person_Contact_Information_DataType, Person_Email_DataType, Person_Phone_DataType,
// Phone_Core_DataType, Business_Process_ParametersType and
// Workday_Account_for_Worker_UpdateType). The rules that they keep are those in its documentation:
//
//   - Replace_All="true" deletes all entries of a kind that are not primary, so it is false:
//     then only the entries that are referenced are changed, and those without a reference are added.
//   - An entry that is changed or deleted needs its reference. Its usage type and whether it is
//     primary cannot change, so they are sent as they were read.
//   - Others than the primary entry need a primary one, and there can be only one of a usage.
//   - The country code is needed for all phones (but VOIP).
//   - Without Auto_Complete a change waits for approvals; without Run_Now it is made later.

type idElement struct {
	Type  string `xml:"wd:type,attr"`
	Value string `xml:",chardata"`
}

type idList struct {
	ID []idElement `xml:"wd:ID"`
}

func reference(kind, value string) idList { return idList{[]idElement{{kind, value}}} }

type getWorkers struct {
	XMLName    xml.Name `xml:"wd:content"`
	Skip       bool     `xml:"-"`
	References []idList `xml:"wd:Request_References>wd:Worker_Reference"`
	AsOf       string   `xml:"wd:Response_Filter>wd:As_Of_Effective_Date"`
	Page       int      `xml:"wd:Response_Filter>wd:Page"`
	Count      int      `xml:"wd:Response_Filter>wd:Count"`
	Reference  bool     `xml:"wd:Response_Group>wd:Include_Reference"`
	Personal   bool     `xml:"wd:Response_Group>wd:Include_Personal_Information"`
	Employment bool     `xml:"wd:Response_Group>wd:Include_Employment_Information"`
}

type contactChange struct {
	XMLName      xml.Name     `xml:"wd:content"`
	AutoComplete bool         `xml:"wd:Business_Process_Parameters>wd:Auto_Complete"`
	RunNow       bool         `xml:"wd:Business_Process_Parameters>wd:Run_Now"`
	Data         changeOfWork `xml:"wd:Change_Work_Contact_Information_Data"`
}

type changeOfWork struct {
	Person    idList     `xml:"wd:Person_Reference"`
	Effective string     `xml:"wd:Event_Effective_Date"`
	Phones    *phoneList `xml:"wd:Person_Contact_Information_Data>wd:Person_Phone_Information_Data"`
	Emails    *emailList `xml:"wd:Person_Contact_Information_Data>wd:Person_Email_Information_Data"`
}

type phoneList struct {
	ReplaceAll bool           `xml:"wd:Replace_All,attr"`
	List       []phoneElement `xml:"wd:Phone_Information_Data"`
}

type emailList struct {
	ReplaceAll bool           `xml:"wd:Replace_All,attr"`
	List       []emailElement `xml:"wd:Email_Information_Data"`
}

type phoneElement struct {
	Delete    bool       `xml:"wd:Delete,attr"`
	Data      *phoneData `xml:"wd:Phone_Data"`
	Usages    []sentNode `xml:"wd:Usage_Data"`
	Reference *idList    `xml:"wd:Phone_Reference"`
}

type phoneData struct {
	Device    idList `xml:"wd:Device_Type_Reference"`
	Country   idList `xml:"wd:Country_Code_Reference"`
	Number    string `xml:"wd:Complete_Phone_Number"`
	Extension string `xml:"wd:Extension,omitempty"`
}

type emailElement struct {
	Delete    bool       `xml:"wd:Delete,attr"`
	Data      *emailData `xml:"wd:Email_Data"`
	Usages    []sentNode `xml:"wd:Usage_Data"`
	Reference *idList    `xml:"wd:Email_Reference"`
}

type emailData struct {
	Address string `xml:"wd:Email_Address"`
	Comment string `xml:"wd:Email_Comment,omitempty"`
}

// sentNode is an element as it was read, without descriptors, which are for reading.
type sentNode struct{ node }

// MarshalXML implements xml.Marshaler.
func (n sentNode) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	start.Attr = nil
	for _, a := range n.Attrs {
		if a.Name.Space != "" && a.Name.Space != "xmlns" && a.Name.Local != "Descriptor" {
			start.Attr = append(start.Attr, xml.Attr{Name: xml.Name{Local: "wd:" + a.Name.Local}, Value: a.Value})
		}
	}
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for _, c := range n.Nodes {
		if err := e.EncodeElement(sentNode{c}, xml.StartElement{Name: xml.Name{Local: "wd:" + c.XMLName.Local}}); err != nil {
			return err
		}
	}
	if len(n.Nodes) == 0 {
		if err := e.EncodeToken(xml.CharData(n.Text)); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

// newUsage says that an entry is for work.
func newUsage(primary, public bool) []sentNode {
	attribute := func(name, value string) []xml.Attr {
		return []xml.Attr{{Name: xml.Name{Space: "wd", Local: name}, Value: value}}
	}
	id := node{XMLName: xml.Name{Local: "ID"}, Attrs: attribute("type", usageType), Text: "WORK"}
	kind := node{XMLName: xml.Name{Local: "Type_Reference"}, Nodes: []node{id}}
	data := node{XMLName: xml.Name{Local: "Type_Data"}, Attrs: attribute("Primary", fmt.Sprint(primary)), Nodes: []node{kind}}
	return []sentNode{{node{Attrs: attribute("Public", fmt.Sprint(public)), Nodes: []node{data}}}}
}

// marshal returns what is inside of the element of a request.
func marshal(request any) (string, error) {
	b, err := xml.Marshal(request)
	if err != nil {
		return "", err
	}
	text := strings.TrimSuffix(strings.TrimPrefix(string(b), "<wd:content>"), "</wd:content>")
	if r, ok := request.(getWorkers); ok && r.Skip {
		text = strings.Replace(text, "<wd:Request_References>", `<wd:Request_References wd:Skip_Non_Existing_Instances="true">`, 1)
	}
	return text, nil
}

// contacts returns the change of contacts that makes want so, or nil if there is
// none. safe says that it creates nothing, so that it may be sent twice.
func (t *Tenant) contacts(p *person, want writeback.Record) (_ *contactChange, safe bool, err error) {
	c := &contactChange{AutoComplete: true, RunNow: true, Data: changeOfWork{Person: reference(p.kind, p.id), Effective: string(p.effective)}}
	hasPrimary, safe := p.hasPrimaryPhone(), true
	for _, name := range slices.Sorted(maps.Keys(want)) {
		value, device := want[name], t.config.Phones[name]
		var old *entry
		switch {
		case device != "":
			old = p.phone(device)
		case name == t.config.Email:
			old = p.email()
		default:
			continue
		}
		if old == nil && value == "" {
			continue
		}
		ids, usages, err := t.usageOf(name, old, device == "" || !hasPrimary)
		if err != nil {
			return nil, false, err
		}
		safe = safe && old != nil
		if device == "" {
			c.addEmail(value, old, ids, usages)
			continue
		}
		hasPrimary = true
		if err := c.addPhone(device, value, old, ids, usages); err != nil {
			return nil, false, fmt.Errorf("%s: %w", name, err)
		}
	}
	if c.Data.Phones == nil && c.Data.Emails == nil {
		return nil, true, nil
	}
	return c, safe, nil
}

// usageOf returns the reference of an entry and what it is for, or what a new one is for.
func (t *Tenant) usageOf(name string, old *entry, primary bool) (*idList, []sentNode, error) {
	if old == nil {
		return nil, newUsage(primary, !t.config.Private), nil
	}
	if old.home {
		return nil, nil, fmt.Errorf("%s: the entry %s is not for work only, expected one of its own: to change it would change what is private, make two entries of it in Workday", name, writeback.Quote(old.value))
	}
	ids := &idList{}
	for _, id := range old.id.children() {
		ids.ID = append(ids.ID, idElement{id.attribute("type"), id.Text})
	}
	if len(ids.ID) == 0 {
		return nil, nil, fmt.Errorf("%s: Workday gives no reference of the entry %s, without which others could be lost: set version to one that has references, such as v44.2", name, writeback.Quote(old.value))
	}
	usages := make([]sentNode, len(old.usages))
	for i, u := range old.usages {
		usages[i] = sentNode{u}
	}
	return ids, usages, nil
}

func (c *contactChange) addEmail(value string, old *entry, ids *idList, usages []sentNode) {
	if c.Data.Emails == nil {
		c.Data.Emails = &emailList{}
	}
	e := emailElement{Reference: ids, Delete: value == ""}
	if !e.Delete {
		e.Data, e.Usages = &emailData{Address: value}, usages
		if old != nil {
			e.Data.Comment = old.comment
		}
	}
	c.Data.Emails.List = append(c.Data.Emails.List, e)
}

func (c *contactChange) addPhone(device, value string, old *entry, ids *idList, usages []sentNode) error {
	if c.Data.Phones == nil {
		c.Data.Phones = &phoneList{}
	}
	e := phoneElement{Reference: ids, Delete: value == ""}
	if !e.Delete {
		n, err := parseNumber(value)
		if err != nil {
			return err
		}
		if old != nil && old.code == n.code && old.country != "" {
			n.country = old.country // several countries share a code
		}
		e.Data = &phoneData{Device: reference(deviceType, device), Country: reference(countryCode, n.country+"_"+n.code), Number: n.national, Extension: n.extension}
		e.Usages = usages
	}
	c.Data.Phones.List = append(c.Data.Phones.List, e)
	return nil
}

type accountChange struct {
	XMLName    xml.Name     `xml:"wd:content"`
	Employee   *integration `xml:"wd:Worker_Reference>wd:Employee_Reference"`
	Contingent *integration `xml:"wd:Worker_Reference>wd:Contingent_Worker_Reference"`
	UserName   string       `xml:"wd:Workday_Account_for_Worker_Data>wd:User_Name"`
}

type integration struct {
	ID struct {
		System string `xml:"wd:System_ID,attr"`
		Value  string `xml:",chardata"`
	} `xml:"wd:Integration_ID_Reference>wd:ID"`
}

// accountUpdate changes the user name and nothing else. The worker is referred to in the
// older way of the schema (Worker_ReferenceType); the system WD-EMPLID is for both kinds of
// workers, as in the public clients treestryder/powershell_module_workdayapi and others.
func accountUpdate(p *person, name string) *accountChange {
	ref := &integration{}
	ref.ID.System, ref.ID.Value = "WD-EMPLID", p.id
	c := &accountChange{UserName: name}
	if p.kind == employee {
		c.Employee = ref
	} else {
		c.Contingent = ref
	}
	return c
}

func (t *Tenant) call(ctx context.Context, element string, request any, safe bool) error {
	content, err := marshal(request)
	if err != nil {
		return err
	}
	if _, err := t.service.Call(ctx, element, content, safe); err != nil {
		return unavailable(err)
	}
	return nil
}
