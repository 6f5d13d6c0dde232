// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"fmt"
	"slices"
	"strings"

	"github.com/biter777/countries"
)

// Contact is a mail address or, with a Device, a phone of a worker.
type Contact struct {
	// ID is the Email_ID or Phone_ID.
	ID string
	// Value is the address, or the number behind the dialling Code of the Country (alpha-3).
	Value, Code, Country, Extension string
	// Device is a Phone_Device_Type_ID, Usage WORK or HOME.
	Device, Usage   string
	Comment         string
	Public, Primary bool
}

// dated is the contacts of a worker from a date on.
type dated struct {
	effective string
	contacts  []Contact
}

// deviceTypes are those that the tenant has, with their names.
var deviceTypes = map[string]string{"Landline": "Telephone", "Mobile": "Mobile", "Fax": "Fax"}

// Contacts returns the contacts of a worker as of a date, and Account the user name.
func (s *Server) Contacts(workerID, date string) []Contact {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.Company.Worker(workerID); w != nil {
		if p := s.view(w, date, s.now()); p != nil {
			return slices.Clone(p.contacts)
		}
	}
	return nil
}

// Account returns the user name of a worker's account.
func (s *Server) Account(workerID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.account(workerID)
}

func (s *Server) account(workerID string) string {
	if name, changed := s.accounts[workerID]; changed {
		return name
	}
	return "u" + workerID
}

// SetContacts makes these the contacts of a worker, from ever on.
func (s *Server) SetContacts(workerID string, contacts ...Contact) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.contacts[workerID] = []dated{{"", contacts}}
}

// contactsAsOf returns what is so on a date: the latest change until then counts.
func (s *Server) contactsAsOf(p *person, date string) []Contact {
	list := initial(p)
	latest := ""
	for _, d := range s.contacts[p.ID] {
		if d.effective <= date && d.effective >= latest {
			list, latest = d.contacts, d.effective
		}
	}
	return list
}

// initial returns contacts of all kinds: those to use are not the first.
func initial(p *person) []Contact {
	country := countries.ByName(p.CountryCode).Alpha3()
	var list []Contact
	add := func(c Contact) {
		c.ID = fmt.Sprintf("%s_%d", p.ID, len(list)+1)
		list = append(list, c)
	}
	phone := func(number, device, usage string, public, primary bool) {
		if code, rest, ok := strings.Cut(number, " "); ok {
			add(Contact{Value: rest, Code: strings.TrimPrefix(code, "+"), Country: country, Device: device, Usage: usage, Public: public, Primary: primary})
		}
	}
	mail := func(address, usage string, public, primary bool) {
		add(Contact{Value: address, Usage: usage, Public: public, Primary: primary})
	}
	phone("+1 206 555 0199", "Mobile", "HOME", false, true)
	phone("+1 206 555 0100", "Landline", "WORK", true, false) // the switchboard
	phone(p.OfficePhone, "Landline", "WORK", true, true)
	phone(p.Mobile, "Mobile", "WORK", true, false)
	mail("private-"+p.ID+"@home.example", "HOME", false, true)
	mail("team-"+strings.ToLower(p.CostCenter)+"@example.com", "WORK", true, false)
	mail("w"+p.ID+"@example.com", "WORK", true, true)
	return list
}

// renderContacts writes phones and mails.
func (p *person) renderContacts(x *xmlText) {
	x.open("Contact_Data")
	for _, c := range p.contacts {
		if c.Device == "" {
			continue
		}
		number := "+" + c.Code + " " + c.Value
		if c.Extension != "" {
			number += " x" + c.Extension
		}
		x.open("Phone_Data", "Formatted_Phone", number, "Tenant_Formatted_Phone", number, "International_Formatted_Phone", number,
			"E164_Formatted_Phone", strings.ReplaceAll(number, " ", ""), "Workday_Traditional_Formatted_Phone", number)
		x.el("Country_ISO_Code", c.Country)
		x.el("International_Phone_Code", c.Code)
		x.el("Phone_Number", c.Value)
		x.el("Phone_Extension", c.Extension)
		x.ref("Phone_Device_Type_Reference", deviceTypes[c.Device], "Phone_Device_Type_ID", c.Device)
		p.usage(x, c.Usage, c.Public, c.Primary)
		x.ref("Phone_Reference", "", "Phone_ID", c.ID)
		x.el("ID", c.ID)
		x.close("Phone_Data")
	}
	for _, c := range p.contacts {
		if c.Device != "" {
			continue
		}
		x.open("Email_Address_Data")
		x.el("Email_Address", c.Value)
		x.el("Email_Comment", c.Comment)
		p.usage(x, c.Usage, c.Public, c.Primary)
		x.ref("Email_Reference", "", "Email_ID", c.ID)
		x.el("ID", c.ID)
		x.close("Email_Address_Data")
	}
	x.close("Contact_Data")
}
