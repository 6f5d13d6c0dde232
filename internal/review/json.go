// SPDX-License-Identifier: MPL-2.0

package review

import (
	"time"

	"terraform-provider-workforce/internal/canonical"
	"terraform-provider-workforce/internal/roster"
)

// Version is the version of the JSON report. It changes where a key changes its meaning or
// goes; new keys may come at any time.
const Version = 1

// The shape of the JSON report, as report.schema.json describes it.
type (
	document struct {
		Version     int    `json:"version"`
		Directory   string `json:"directory"`
		AsOf        string `json:"as_of"`
		Fingerprint string `json:"fingerprint"`
		// Acts are signs of every change by worker id, which Unapproved compares.
		Acts     map[string][]string   `json:"acts"`
		Partial  *roster.Partial       `json:"partial,omitempty"`
		Workers  int                   `json:"workers"`
		Accounts int                   `json:"accounts"`
		SignIns  signIns               `json:"sign_ins"`
		Counts   map[roster.Action]int `json:"counts"`
		Effects  []effectJSON          `json:"effects"`
		Findings []Finding             `json:"findings"`
		// Choices are what can be done, the recommended one first, Held whom it holds.
		Choices   []choiceJSON          `json:"choices"`
		Held      []string              `json:"held"`
		Causes    []cause               `json:"causes"`
		Decisions []decisionJSON        `json:"decisions"`
		Orphans   []string              `json:"orphans"`
		Overrides []roster.OverrideLine `json:"overrides"`
		SetAside  []string              `json:"set_aside"`
		Words     []roster.Word         `json:"status_words"`
		Cycles    [][]string            `json:"manager_cycles"`
		Calendar  []eventJSON           `json:"calendar"`
		Warnings  []string              `json:"warnings"`
	}
	// signIns counts who can sign in: before − lost + gained = after.
	signIns struct {
		Before int `json:"before"`
		Lost   int `json:"lost"`
		Gained int `json:"gained"`
		After  int `json:"after"`
	}
	effectJSON struct {
		Action roster.Action `json:"action"`
		People int           `json:"people"`
		Stands []string      `json:"stands_out"`
	}
	choiceJSON struct {
		Recommended bool   `json:"recommended"`
		What        string `json:"what"`
		Lose        int    `json:"lose_access"`
		Make        int    `json:"get_an_account"`
		Can         int    `json:"can_sign_in"`
		Costs       string `json:"costs"`
	}
	personJSON struct {
		Title      string `json:"title,omitempty"`
		Department string `json:"department,omitempty"`
		Place      string `json:"place,omitempty"`
		Country    string `json:"country,omitempty"`
		Company    string `json:"company,omitempty"`
		ManagerID  string `json:"manager_id,omitempty"`
		Manager    string `json:"manager,omitempty"`
		Login      string `json:"login,omitempty"`
		Status     string `json:"hr_status,omitempty"`
		HireDate   string `json:"hire_date,omitempty"`
		EndDate    string `json:"end_date,omitempty"`
		SignInFrom string `json:"can_sign_in_from,omitempty"`
		// LastSignIn and Privileged are left out where nobody knows them.
		LastSignIn string   `json:"last_sign_in,omitempty"`
		Privileged []string `json:"privileged,omitempty"`
	}
	decisionJSON struct {
		roster.Decision
		CouldSignIn bool       `json:"could_sign_in"`
		CanSignIn   bool       `json:"can_sign_in"`
		Person      personJSON `json:"person"`
	}
	eventJSON struct {
		At       string `json:"at"`
		Kind     string `json:"kind"`
		WorkerID string `json:"worker_id"`
		Name     string `json:"name,omitempty"`
		What     string `json:"what"`
	}
)

// JSON writes the report for policy engines and scripts: everything, whatever its size. It
// lists everybody for whom anything happens; the values of new accounts are in the accounts
// themselves.
func (v *Review) JSON() (string, error) {
	r := v.r
	doc := document{
		Version: Version, Directory: v.o.Title, AsOf: v.o.AsOf.UTC().Format(time.RFC3339), Fingerprint: v.Fingerprint(),
		Acts: map[string][]string{}, Partial: r.Partial, Accounts: len(r.Accounts), Counts: map[roster.Action]int{},
		Effects: []effectJSON{}, Findings: v.Findings(), Choices: []choiceJSON{}, Held: canonical.List(sortedKeys(v.held)),
		Causes: canonical.List(v.causes), Decisions: []decisionJSON{}, Orphans: canonical.List(r.Orphans),
		Overrides: canonical.List(r.Overrides), SetAside: canonical.List(r.SetAside),
		Words: canonical.List(r.Words), Cycles: canonical.List(r.Cycles), Calendar: []eventJSON{}, Warnings: canonical.List(r.Warnings),
	}
	for _, c := range v.choices() {
		doc.Choices = append(doc.Choices, choiceJSON{c.recommended, c.what.String(), c.lose, c.make, c.can, c.costs.String()})
	}
	for _, a := range v.acts() {
		doc.Acts[a.WorkerID] = a.signs()
	}
	for _, p := range v.people {
		doc.Counts[p.dec.Action]++
		doc.add(p)
		if p.dec.Action != roster.ActionNone || len(p.dec.OpenAccounts) > 0 {
			doc.Decisions = append(doc.Decisions, decisionJSON{Decision: *p.dec, CouldSignIn: p.pro.CouldSignIn, CanSignIn: p.pro.CanSignIn, Person: v.personJSON(p)})
		}
	}
	for _, e := range v.effects {
		stands := []string{}
		for _, t := range e.stands {
			stands = append(stands, t.String())
		}
		doc.Effects = append(doc.Effects, effectJSON{e.action, e.people, stands})
	}
	for _, e := range r.Calendar {
		doc.Calendar = append(doc.Calendar, eventJSON{e.At.UTC().Format(time.RFC3339), string(e.Kind), e.WorkerID, e.Name, e.What})
	}
	return canonical.Report(doc)
}

// add counts one person.
func (d *document) add(p *person) {
	if p.pro.InFeed {
		d.Workers++
	}
	if p.pro.CouldSignIn {
		d.SignIns.Before++
	}
	if p.pro.CanSignIn {
		d.SignIns.After++
	}
	if p.loses() {
		d.SignIns.Lost++
	}
	if p.gains() {
		d.SignIns.Gained++
	}
}

func (v *Review) personJSON(p *person) personJSON {
	out := personJSON{
		Title: p.known(roster.RoleTitle), Department: p.known(roster.RoleDepartment), Place: p.known(roster.RolePlace), Country: p.known(roster.RoleCountry), Company: p.known(roster.RoleCompany),
		ManagerID: p.known(roster.RoleManager), Login: p.known(roster.RoleLogin), Status: p.pro.Status, HireDate: string(p.pro.HireDate), EndDate: string(p.pro.EndDate),
	}
	out.LastSignIn, out.Privileged = v.usageJSON(p)
	if m := v.byID[out.ManagerID]; m != nil {
		out.Manager = m.pro.Name
	}
	if at := v.start[p.id()]; !at.IsZero() && !p.pro.CanSignIn {
		out.SignInFrom = at.UTC().Format(time.RFC3339)
	}
	return out
}
