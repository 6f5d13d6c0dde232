// SPDX-License-Identifier: MPL-2.0

// Package company makes up a company: workers as an HR system exports them, with names in many scripts, managers, leavers,
// people who start in some weeks, and everything else that provisioning has to get right. The same seed gives the same company
// for ever, and worker number i is the same in a company of any size.
package company

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"
)

// DefaultDate is the reference date of New: what is past and future in the company is so relative to it.
var DefaultDate = time.Date(2026, time.January, 15, 0, 0, 0, 0, time.UTC)

// teamSize is the number of people in a team with its manager. Numbers divisible by it are managers: they are neither leavers nor
// starters of tomorrow.
const teamSize = 8

// Worker is one record of the HR system. Dates are YYYY-MM-DD, or empty.
type Worker struct {
	ID              string // six digits with leading zeros, unique
	Status          string // Active, or Inactive once the last day of work is over
	Type            string // Employee or Contractor
	FirstName       string
	LastName        string
	PreferredName   string // empty for most
	ManagerID       string // empty for the head of the company
	HireDate        string
	TerminationDate string
	LastDayOfWork   string
	OnLeave         bool
	Department      string
	Division        string
	CostCenter      string
	Company         string
	Location        string
	JobTitle        string
	StreetAddress   string
	City            string
	PostalCode      string
	CountryCode     string // ISO 3166-1 alpha-2
	TimeZone        string // IANA name
	OfficePhone     string
	Mobile          string
}

// Columns is the header of the CSV file. The names are those of Microsoft's sample file for API-driven provisioning where that has the column.
var Columns = []string{"WorkerID", "WorkerStatus", "WorkerType", "FirstName", "LastName", "PreferredName", "ManagerID", "HireDate", "TerminationDate", "LastDayOfWork",
	"OnLeave", "Department", "Division", "CostCenter", "Company", "Location", "JobTitle", "StreetAddress", "City", "PostalCode", "CountryCode", "TimeZone", "OfficePhone", "Mobile"}

// Row returns the worker in the order of Columns.
func (w *Worker) Row() []string {
	onLeave := "False"
	if w.OnLeave {
		onLeave = "True"
	}
	return []string{w.ID, w.Status, w.Type, w.FirstName, w.LastName, w.PreferredName, w.ManagerID, w.HireDate, w.TerminationDate, w.LastDayOfWork,
		onLeave, w.Department, w.Division, w.CostCenter, w.Company, w.Location, w.JobTitle, w.StreetAddress, w.City, w.PostalCode, w.CountryCode, w.TimeZone, w.OfficePhone, w.Mobile}
}

// Company is all workers, and the date that it is.
type Company struct {
	Workers []*Worker
	AsOf    time.Time

	seed uint64
	byID map[string]*Worker
}

// New makes a company of n workers at DefaultDate; n below 0 is 0.
func New(seed uint64, n int) *Company { return NewAt(seed, n, DefaultDate) }

// NewAt makes a company of n workers at a date.
func NewAt(seed uint64, n int, asOf time.Time) *Company {
	n = max(n, 0)
	c := &Company{Workers: make([]*Worker, 0, n), AsOf: asOf, seed: seed, byID: make(map[string]*Worker, n)}
	for i := range n {
		c.add(c.generate(i))
	}
	return c
}

func (c *Company) add(w *Worker) {
	c.Workers = append(c.Workers, w)
	c.byID[w.ID] = w
}

// Worker returns the worker with an id, or nil.
func (c *Company) Worker(id string) *Worker { return c.byID[id] }

// WriteCSV writes the header and all workers (RFC 4180, UTF-8, lines end with LF).
func (c *Company) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(Columns); err != nil {
		return err
	}
	for _, worker := range c.Workers {
		if err := out.Write(worker.Row()); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func workerID(i int) string { return fmt.Sprintf("%06d", i+1) }

// managerOf returns the number of the manager of worker i > 0: the head of the team, and for heads the head of their group of teams.
func managerOf(i int) int {
	if i%teamSize != 0 {
		return i - i%teamSize
	}
	team := i / teamSize
	return team / teamSize * teamSize
}

// generate makes worker number i.
func (c *Company) generate(i int) *Worker {
	r := newRandom(c.seed, i)
	w := &Worker{ID: workerID(i), Status: "Active", Type: "Employee"}
	if i > 0 {
		w.ManagerID = workerID(managerOf(i))
	}
	place := &places[r.weighted(weights)]
	place.settle(w, r)
	named(w, i, place, r)
	c.employ(w, i, r)
	c.dates(w, i, r)
	return w
}

// employ puts the worker into the department of the team.
func (c *Company) employ(w *Worker, i int, r *random) {
	d := departments[i/teamSize%len(departments)]
	w.Department, w.Division = d.name, d.division
	w.CostCenter = "CC" + strconv.Itoa(1000+10*(i/teamSize%len(departments)))
	w.Company = "Example " + map[bool]string{true: "Europe GmbH", false: "Inc."}[w.Location == "Europe"]
	switch {
	case i == 0:
		w.Department, w.Division, w.JobTitle = "Executive", "Corporate", "Chief Executive Officer"
	case i%(teamSize*teamSize) == 0:
		w.JobTitle = "Director, " + d.name
	case i%teamSize == 0:
		w.JobTitle = "Manager, " + d.name
	default:
		w.JobTitle = pick(r, d.titles)
		if r.chance(12) {
			w.Type = "Contractor"
		}
	}
}

// dates gives the worker a history: nine of ten work; of the others some have left, some will leave or start in the next weeks, some are on leave.
func (c *Company) dates(w *Worker, i int, r *random) {
	w.HireDate = c.day(-30 - r.below(365*20))
	if i%teamSize == 0 {
		return
	}
	fate := r.below(100)
	switch {
	case fate < 3: // has left; HR keeps the record
		last := -1 - r.below(120)
		w.HireDate = c.day(last - 90 - r.below(3650))
		w.LastDayOfWork, w.TerminationDate, w.Status = c.day(last), c.day(last+r.below(3)), "Inactive"
	case fate < 5: // will leave; the last day of work can be before the end of the contract
		end := 1 + r.below(60)
		w.TerminationDate, w.LastDayOfWork = c.day(end), c.day(max(0, end-r.below(15)))
	case fate < 7: // starts in the next weeks
		w.HireDate = c.day(1 + r.below(60))
	case fate < 10:
		w.OnLeave = true
	}
	if w.Type == "Contractor" && w.TerminationDate == "" {
		w.TerminationDate = c.day(90 + r.below(365))
		w.LastDayOfWork = w.TerminationDate
	}
}

// day returns the date some days from the reference date.
func (c *Company) day(days int) string { return c.AsOf.AddDate(0, 0, days).Format(time.DateOnly) }

// named gives the worker a name, mostly of the country. Forty people in the first thousand are called Wei Li, one in fifty has a
// name that programs often get wrong.
func named(w *Worker, i int, p *place, r *random) {
	w.FirstName, w.LastName = pick(r, p.first), pick(r, p.last)
	if r.chance(8) { // people move
		other := &places[r.below(len(places))]
		w.FirstName, w.LastName = pick(r, other.first), pick(r, other.last)
	}
	if r.chance(10) {
		w.LastName += "-" + pick(r, p.last)
	}
	if r.chance(6) {
		w.PreferredName = pick(r, p.first)
	}
	switch {
	case i < 1000 && i%25 == 7:
		w.FirstName, w.LastName, w.PreferredName = "Wei", "Li", ""
	case i%50 == 13:
		n := hostile[i/50%len(hostile)]
		w.FirstName, w.LastName, w.PreferredName = n[0], n[1], ""
	}
}

// random is SplitMix64: a few lines, and the same for ever, which the standard library does not promise for its helpers.
type random struct{ state uint64 }

func newRandom(seed uint64, i int) *random {
	r := &random{state: seed}
	r.state = r.next() ^ uint64(i)*0xd1342543de82ef95
	return r
}

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number from 0 to n-1.
func (r *random) below(n int) int { return int(r.next() % uint64(n)) }

// chance is true in so many of a hundred cases.
func (r *random) chance(percent int) bool { return r.below(100) < percent }

func (r *random) weighted(weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := r.below(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return len(weights) - 1
}

func pick(r *random, from []string) string { return from[r.below(len(from))] }
