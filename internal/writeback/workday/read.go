// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/worker"
)

// chunk is how many workers are asked for at once: two references each.
const chunk = 100

// The kinds of ids that a worker id may be.
const (
	employee   = "Employee_ID"
	contingent = "Contingent_Worker_ID"
)

// person is what is read of a worker.
type person struct {
	id, kind string
	// effective is the date from which changes are to be so: that of the hire for
	// those who have not started.
	effective worker.Date
	hire      worker.Date
	active    bool
	account   string
	entries   []*entry // for work
}

// entry is a mail address or a phone.
type entry struct {
	device  string // of phones; empty for mail addresses
	value   string
	country string // ISO 3166-1 alpha-3, and code its dialling code
	code    string
	comment string
	primary bool
	public  bool
	home    bool // is for home as well
	// id is what Workday knows the entry by, and usages is what it is for, both as read.
	id     *node
	usages []node
}

func (e *entry) wid() string {
	for _, id := range e.id.children() {
		if id.attribute("type") == "WID" {
			return id.Text
		}
	}
	return ""
}

// email returns the primary work mail address, or nil.
func (p *person) email() *entry {
	for _, e := range p.entries {
		if e.device == "" && e.primary {
			return e
		}
	}
	return nil
}

// phone returns the work phone of a device type, or nil. Of several the primary one
// counts, else a public one, else that with the lowest id: always the same.
func (p *person) phone(device string) *entry {
	var best *entry
	for _, e := range p.entries {
		if e.device == device && (best == nil || e.before(best)) {
			best = e
		}
	}
	return best
}

func (e *entry) before(other *entry) bool {
	switch {
	case e.primary != other.primary:
		return e.primary
	case e.public != other.public:
		return e.public
	}
	return e.wid() < other.wid()
}

func (p *person) hasPrimaryPhone() bool {
	return slices.ContainsFunc(p.entries, func(e *entry) bool { return e.device != "" && e.primary })
}

// node is any XML of an answer, to be sent again.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Nodes   []node     `xml:",any"`
	Text    string     `xml:",chardata"`
}

func (n *node) children() []node {
	if n == nil {
		return nil
	}
	return n.Nodes
}

func (n *node) attribute(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// child returns the first child of a name, or nil.
func (n *node) child(name string) *node {
	for i := range n.Nodes {
		if n.Nodes[i].XMLName.Local == name {
			return &n.Nodes[i]
		}
	}
	return nil
}

// text returns the text of a child.
func (n *node) text(name string) string {
	if c := n.child(name); c != nil {
		return strings.TrimSpace(c.Text)
	}
	return ""
}

// id returns the id of a type in a reference.
func (n *node) idOf(reference, kind string) string {
	for _, id := range n.child(reference).children() {
		if id.attribute("type") == kind {
			return strings.TrimSpace(id.Text)
		}
	}
	return ""
}

func truth(text string) bool { return text == "1" || text == "true" }

// answer is that to Get_Workers.
type answer struct {
	Total   string          `xml:"Body>Get_Workers_Response>Response_Results>Total_Results"`
	Workers []workerElement `xml:"Body>Get_Workers_Response>Response_Data>Worker"`
}

type workerElement struct {
	Reference node `xml:"Worker_Reference"`
	Data      struct {
		WorkerID string `xml:"Worker_ID"`
		UserID   string `xml:"User_ID"`
		Personal *struct {
			Emails []node `xml:"Contact_Data>Email_Address_Data"`
			Phones []node `xml:"Contact_Data>Phone_Data"`
		} `xml:"Personal_Data"`
		Status *struct {
			Active string `xml:"Active"`
			Hire   string `xml:"Hire_Date"`
		} `xml:"Employment_Data>Worker_Status_Data"`
	} `xml:"Worker_Data"`
}

// people reads workers by their ids as of today, and those who start later as of
// their hire date: before, Workday shows little of them.
func (t *Tenant) people(ctx context.Context, ids []string) (map[string]*person, error) {
	out, err := t.peopleAsOf(ctx, ids, t.today)
	if err != nil {
		return nil, err
	}
	later := map[worker.Date][]string{}
	for _, id := range slices.Sorted(maps.Keys(out)) {
		if p := out[id]; !p.active && p.hire > t.today {
			later[p.hire] = append(later[p.hire], id)
		}
	}
	for _, date := range slices.Sorted(maps.Keys(later)) {
		starters, err := t.peopleAsOf(ctx, later[date], date)
		if err != nil {
			return nil, err
		}
		maps.Copy(out, starters)
	}
	return out, nil
}

// peopleAsOf asks for each id as that of an employee and as that of a contingent
// worker: the id does not tell. Ids that do not exist are skipped
// (Skip_Non_Existing_Instances, as in Microsoft's "Tutorial: Configure Workday for
// automatic user provisioning", "Customizing the list of Workday user attributes").
func (t *Tenant) peopleAsOf(ctx context.Context, ids []string, date worker.Date) (map[string]*person, error) {
	request := getWorkers{Skip: true, AsOf: string(date), Page: 1, Count: 999, Reference: true, Personal: true, Employment: true}
	for _, id := range ids {
		request.References = append(request.References, reference(employee, id), reference(contingent, id))
	}
	content, err := marshal(request)
	if err != nil {
		return nil, err
	}
	text, err := t.service.Call(ctx, "Get_Workers_Request", content, true)
	if err != nil {
		return nil, unavailable(err)
	}
	var a answer
	if err := xml.Unmarshal(text, &a); err != nil {
		return nil, fmt.Errorf("Get_Workers: the answer is not as expected: %w", err)
	}
	if found := fmt.Sprint(len(a.Workers)); a.Total != found {
		return nil, fmt.Errorf("Get_Workers: found %s workers, expected Total_Results, %q: the answer is incomplete", found, a.Total)
	}
	out := make(map[string]*person, len(ids))
	for _, w := range a.Workers {
		p, err := readPerson(&w, date, t.today)
		if err != nil {
			return nil, fmt.Errorf("Get_Workers: worker %q: %w", w.Data.WorkerID, err)
		}
		if !slices.Contains(ids, p.id) {
			continue // an id of another kind
		}
		other := out[p.id]
		if other != nil && other.active == p.active {
			return nil, fmt.Errorf("Get_Workers: found an employee and a contingent worker with the id %q, expected one of them to be active", p.id)
		}
		if other == nil || p.active {
			out[p.id] = p
		}
	}
	return out, nil
}

func readPerson(w *workerElement, date, today worker.Date) (*person, error) {
	p := &person{effective: date, account: strings.TrimSpace(w.Data.UserID)}
	for _, id := range w.Reference.Nodes {
		if kind := id.attribute("type"); kind == employee || kind == contingent {
			p.kind, p.id = kind, strings.TrimSpace(id.Text)
		}
	}
	if p.id == "" || w.Data.Status == nil {
		return nil, errors.New("found no Employee_ID, no Contingent_Worker_ID or no Worker_Status_Data, expected them: does the account have the right to read them?")
	}
	p.active = truth(strings.TrimSpace(w.Data.Status.Active))
	if hire := strings.TrimSpace(w.Data.Status.Hire); len(hire) >= len("2006-01-02") {
		p.hire = worker.Date(hire[:len("2006-01-02")]) // an offset follows
	}
	if w.Data.Personal == nil {
		if !p.active && p.hire > today && date < p.hire {
			return p, nil // read again as of the hire date
		}
		return nil, errors.New("found no Personal_Data, expected it: does the account have the right to read it?")
	}
	for i := range w.Data.Personal.Emails {
		p.add(&w.Data.Personal.Emails[i], false)
	}
	for i := range w.Data.Personal.Phones {
		p.add(&w.Data.Personal.Phones[i], true)
	}
	return p, nil
}

// add takes an entry that is for work.
func (p *person) add(n *node, phone bool) {
	e := &entry{}
	work := false
	for _, usage := range n.Nodes {
		if usage.XMLName.Local != "Usage_Data" {
			continue
		}
		e.usages = append(e.usages, usage)
		for _, kind := range usage.Nodes {
			if kind.XMLName.Local != "Type_Data" {
				continue
			}
			switch kind.idOf("Type_Reference", usageType) {
			case "WORK":
				work = true
				e.primary = truth(kind.attribute("Primary"))
				e.public = truth(usage.attribute("Public"))
			default:
				e.home = true
			}
		}
	}
	if !work {
		return
	}
	if phone {
		e.id, e.device = n.child("Phone_Reference"), n.idOf("Phone_Device_Type_Reference", deviceType)
		e.country, e.code = n.text("Country_ISO_Code"), digits(n.text("International_Phone_Code"))
		e.value = "+" + e.code + digits(n.text("Area_Code")) + digits(n.text("Phone_Number"))
		if extension := n.text("Phone_Extension"); extension != "" {
			e.value += " x" + extension
		}
	} else {
		e.id, e.value, e.comment = n.child("Email_Reference"), n.text("Email_Address"), n.text("Email_Comment")
	}
	p.entries = append(p.entries, e)
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}
