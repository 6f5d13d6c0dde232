// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"crypto/md5"
	"encoding/hex"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
)

// person is a worker as of a moment.
type person struct {
	company.Worker
	number     int // a number of theirs, for what differs between people without reason
	contingent bool
	started    bool
	ended      bool
	manager    *company.Worker
	contacts   []Contact
	account    string
}

// WID returns the Workday id of a worker: 32 hexadecimal digits.
func WID(workerID string) string {
	sum := md5.Sum([]byte("worker " + workerID))
	return hex.EncodeToString(sum[:])
}

func wid(what string) string {
	sum := md5.Sum([]byte(what))
	return hex.EncodeToString(sum[:])
}

// LocationID returns the Location_ID of a worker's site.
func LocationID(w *company.Worker) string {
	return "LOC_" + w.CountryCode + "_" + strings.ToUpper(wid(w.City)[:6])
}

// view returns a worker as of an effective date, as it was known at a moment, or
// nil if nobody knew of them.
func (s *Server) view(w *company.Worker, effective string, at time.Time) *person {
	if entered, ok := s.entered[w.ID]; ok && entered.After(at) {
		return nil
	}
	h := fnv.New32a()
	h.Write([]byte(w.ID))
	p := &person{Worker: *w, number: int(h.Sum32() % 1000)}
	for _, c := range s.changes {
		if c.WorkerID == w.ID && c.Effective <= effective && !c.Entered.After(at) {
			c.Apply(&p.Worker)
		}
	}
	p.contingent = p.Type == "Contractor"
	p.started = p.HireDate <= effective
	end := p.LastDayOfWork
	if end == "" {
		end = p.TerminationDate
	}
	p.ended = end != "" && end < effective
	p.manager = s.Company.Worker(p.ManagerID)
	p.contacts, p.account = s.contactsAsOf(p, effective), s.account(w.ID)
	return p
}

// people returns who a query finds.
func (s *Server) people(q *query) ([]*person, *fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.wids != nil {
		return s.named(q)
	}
	var list []*person
	for _, w := range s.Company.Workers {
		p := s.view(w, q.effective, q.at)
		switch {
		case p == nil, !p.started && !s.ShowFutureHires,
			q.excludeInactive && (!p.started || p.ended),
			q.excludeEmployees && !p.contingent, q.excludeContingents && p.contingent,
			q.from != "" && !s.changesIn(p, q):
			continue
		}
		list = append(list, p)
	}
	return list, nil
}

// named returns the workers asked for by reference. Ids that do not exist are a
// fault, unless they are to be skipped.
func (s *Server) named(q *query) ([]*person, *fault) {
	var list []*person
	for _, w := range s.Company.Workers {
		kind := "Employee_ID"
		if w.Type == "Contractor" {
			kind = "Contingent_Worker_ID"
		}
		if !slices.Contains(q.wids, "WID "+WID(w.ID)) && !slices.Contains(q.wids, kind+" "+w.ID) {
			continue
		}
		if p := s.view(w, q.effective, q.at); p != nil {
			list = append(list, p)
		}
	}
	if len(list) != len(q.wids) && !q.skip {
		return nil, invalid("/wd:Get_Workers_Request/wd:Request_References", "Invalid ID value. %d of %d workers are not valid values for their type", len(q.wids)-len(list), len(q.wids))
	}
	return list, nil
}

// changesIn reports whether something becomes effective in the time asked for.
func (s *Server) changesIn(p *person, q *query) bool {
	dates := []string{p.HireDate, p.TerminationDate, p.LastDayOfWork}
	for _, c := range s.changes {
		if c.WorkerID == p.ID && !c.Entered.After(q.at) {
			dates = append(dates, c.Effective)
		}
	}
	return slices.ContainsFunc(dates, func(d string) bool { return d >= q.from && d <= q.through })
}

// chain returns the managers above a person, the highest first.
func (s *Server) chain(p *person) []*company.Worker {
	var list []*company.Worker
	for m := p.manager; m != nil && len(list) < 50; m = s.Company.Worker(m.ManagerID) {
		list = append(list, m)
	}
	slices.Reverse(list)
	return list
}
