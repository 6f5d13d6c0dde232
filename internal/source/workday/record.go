// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"errors"
	"fmt"
	"strings"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/worker"
)

// record is what is kept of one worker.
type record struct {
	position   string // in the answers, for messages
	wid, id    string
	contingent bool
	active     bool

	hire, termination, lastDay string
	status, onLeave, location  string
	managers                   []reference // the nearest first
	values                     []expression.Value
}

// reference is one that names a worker, by all the ids that are of use.
type reference struct{ wid, id string }

// leaves takes over from a later record when the worker leaves.
func (r *record) leaves(later *record) {
	if later.termination == "" || later.active && !later.contingent {
		return
	}
	r.termination, r.lastDay = later.termination, later.lastDay
}

// starts says of a record as of the hire date what is so until then.
func (r *record) starts(date worker.Date) {
	r.hire = string(date)
	if r.termination < r.hire {
		r.termination, r.lastDay = "", "" // of a former employment
	}
}

// extractor takes the wanted data out of worker elements. It is for one
// goroutine.
type extractor struct {
	columns []compiled
	scratch []match
	texts   map[string]string
}

type compiled struct {
	paths []*selector
	own   bool
}

func (p *plan) extractor() (*extractor, error) {
	x := &extractor{texts: map[string]string{}}
	for _, one := range p.columns {
		c := compiled{own: one.own}
		if one.isManager() {
			one.paths = nil
		}
		for _, path := range one.paths {
			s, err := compile(path)
			if err != nil {
				return nil, err
			}
			c.paths = append(c.paths, s)
		}
		x.columns = append(x.columns, c)
	}
	return x, nil
}

// intern returns text that does not hold the answer in memory, and each text once:
// companies, towns and titles repeat.
func (x *extractor) intern(text string) string {
	if known, ok := x.texts[text]; ok {
		return known
	}
	text = strings.Clone(text)
	x.texts[text] = text
	return text
}

// worker reads the element n.
func (x *extractor) worker(t *tree, n int32) (*record, error) {
	ref, data := t.child(n, "Worker_Reference"), t.child(n, "Worker_Data")
	r := &record{wid: x.intern(t.id(ref, "WID")), id: x.intern(t.text(data, "Worker_ID"))}
	if r.wid == "" {
		return nil, fmt.Errorf("worker %s: found no WID in Worker_Reference (Include_Reference)", source.Quote(r.id))
	}
	employee, contingent := t.id(ref, "Employee_ID"), t.id(ref, "Contingent_Worker_ID")
	r.contingent = contingent != ""
	if r.id == "" {
		r.id = x.intern(employee + contingent)
	}
	if r.id == "" {
		return nil, fmt.Errorf("the worker with WID %s has neither Worker_ID nor Employee_ID nor Contingent_Worker_ID", source.Quote(r.wid))
	}
	employment := t.child(data, "Employment_Data")
	if status := t.child(employment, "Worker_Status_Data"); status != 0 {
		x.status(r, t, status)
	} else {
		return nil, fmt.Errorf("worker %s: found no Employment_Data/Worker_Status_Data, without which nobody can tell whether they work here: the integration system user lacks Get access to the domain Worker Data: Current Staffing Information, or the worker has never started (exclude_inactive = true leaves those out)", source.Quote(r.id))
	}
	if r.contingent {
		x.contract(r, t, employment)
	}
	r.location = x.intern(t.id(t.find(primaryJob(t, employment), "Position_Data", "Business_Site_Summary_Data", "Location_Reference"), "Location_ID"))
	x.managers(r, t, data, employment)
	return r, x.attributes(r, t, n)
}

// primaryJob returns the element that holds Position_Data of the primary job.
func primaryJob(t *tree, employment int32) int32 {
	for job := t.child(employment, "Worker_Job_Data"); employment != 0 && job != 0; job = t.sibling(job) {
		if primary, _ := t.attribute(job, "Primary_Job"); primary == "1" {
			return job
		}
	}
	return employment // before about version 22 there is no other
}

func (x *extractor) status(r *record, t *tree, status int32) {
	r.active = t.text(status, "Active") == "1"
	switch {
	case r.active:
		r.status = "Active"
	case t.text(status, "Terminated") == "1":
		r.status = "Terminated"
	case t.text(status, "Retired") == "1":
		r.status = "Retired"
	default:
		r.status = "Inactive"
	}
	date := func(name string) string { return x.intern(isoDate(t.text(status, name))) }
	r.hire, r.termination, r.lastDay = date("Hire_Date"), date("Termination_Date"), date("Termination_Last_Day_of_Work")
	if r.active && r.termination != "" && r.termination < r.hire {
		r.termination, r.lastDay = "", "" // of a former employment
	}
	r.onLeave = "0"
	for leave := t.child(status, "Leave_Status_Data"); leave != 0; leave = t.sibling(leave) {
		if t.text(leave, "On_Leave") == "1" {
			r.onLeave = "1"
		}
	}
}

// contract reads the end of a contingent worker's contract, who is not terminated.
func (x *extractor) contract(r *record, t *tree, employment int32) {
	end := isoDate(t.text(employment, "Worker_Contract_Data", "Contract_End_Date"))
	if end == "" {
		end = isoDate(t.text(employment, "Worker_Status_Data", "End_Employment_Date"))
	}
	if r.termination == "" {
		r.termination = x.intern(end)
	}
	if r.lastDay == "" {
		r.lastDay = r.termination
	}
}

// managers lists the managers above a worker, the nearest first: those of the
// supervisory organisation's chain, which ends with the worker's own one. Where
// the integration may not see it, it is the manager as of the last change.
func (x *extractor) managers(r *record, t *tree, data, employment int32) {
	add := func(ref int32) {
		one := reference{wid: t.id(ref, "WID"), id: t.id(ref, "Employee_ID")}
		if one.id == "" {
			one.id = t.id(ref, "Contingent_Worker_ID")
		}
		if one.wid != "" || one.id != "" {
			r.managers = append(r.managers, reference{x.intern(one.wid), x.intern(one.id)})
		}
	}
	chain := t.find(data, "Management_Chain_Data", "Worker_Supervisory_Management_Chain_Data")
	if chain != 0 {
		for n := t.nodes[chain].last; n != 0; n = t.nodes[n].prev {
			if t.nodes[n].name != "Management_Chain_Data" {
				continue
			}
			before := len(r.managers)
			add(t.child(n, "Manager_Reference"))
			if manager := t.find(n, "Manager", "Worker_Reference"); manager != 0 && len(r.managers) == before {
				add(manager)
			}
		}
	}
	if len(r.managers) == 0 {
		add(t.find(primaryJob(t, employment), "Position_Data", "Manager_as_of_last_detected_manager_change_Reference"))
	}
}

// attributes evaluates the XPaths.
func (x *extractor) attributes(r *record, t *tree, n int32) error {
	r.values = make([]expression.Value, len(x.columns))
	top := t.nodes[n].parent
	for i := range x.columns {
		c := &x.columns[i]
		found := x.scratch[:0]
		for _, path := range c.paths {
			var err error
			if found, err = path.results(t, top, found); err != nil {
				return fmt.Errorf("worker %s: %w", source.Quote(r.id), err)
			}
			if len(found) > 0 {
				break
			}
		}
		x.scratch = found[:0]
		r.values[i] = x.value(t, found, c.own)
	}
	return nil
}

// value makes an attribute of what an XPath found: the first, as Microsoft's
// connector does, but one that is primary before others. Of configured XPaths it
// is all there is.
func (x *extractor) value(t *tree, found []match, all bool) expression.Value {
	switch {
	case len(found) == 0:
		return expression.Null
	case len(found) == 1:
		return expression.String(x.intern(found[0].text))
	case all:
		texts := make([]string, len(found))
		for i, one := range found {
			texts[i] = x.intern(one.text)
		}
		return expression.List(texts...)
	}
	best := found[0]
	for _, one := range found {
		if isPrimary(t, one.node) {
			best = one
			break
		}
	}
	return expression.String(x.intern(best.text))
}

// isPrimary reports whether a node is in a phone, mail or address that is primary.
func isPrimary(t *tree, n int32) bool {
	for ; n != 0; n = t.nodes[n].parent {
		switch t.nodes[n].name {
		case "Phone_Data", "Email_Address_Data", "Address_Data":
			for usage := t.child(n, "Usage_Data"); usage != 0; usage = t.sibling(usage) {
				for kind := t.child(usage, "Type_Data"); kind != 0; kind = t.sibling(kind) {
					if primary, _ := t.attribute(kind, "Primary"); primary == "1" {
						return true
					}
				}
			}
			return false
		}
	}
	return false
}

// build makes workers of the records.
func (r *reader) build(s source.Spec) (*source.Result, error) {
	s.OwnKeys = true
	b, err := source.NewBuilder(s, r.plan.names)
	if err != nil {
		return nil, err
	}
	index := make(map[string]int, len(r.plan.names))
	for i, name := range r.plan.names {
		index[name] = i
	}
	ids := r.workerIDs(s)
	for _, one := range r.people {
		b.Add(one.position, func(name string) (expression.Value, bool) {
			at, ok := index[name]
			if !ok {
				return expression.Null, false
			}
			if at -= len(r.plan.canonical); at >= 0 {
				if r.plan.columns[at].isManager() {
					return r.manager(one, ids), true
				}
				return one.values[at], true
			}
			return r.canonical(one, name, s, ids), true
		})
	}
	result, err := b.Finish()
	if problems, ok := errors.AsType[*source.Problems](err); ok && len(r.people) == 0 {
		return nil, fmt.Errorf("%w (does the integration system user have Get access to the domain Worker Data: Public Worker Reports?)", problems)
	}
	return result, err
}

// workerIDs returns the worker ids by WID.
func (r *reader) workerIDs(s source.Spec) map[string]string {
	ids := make(map[string]string, len(r.people))
	at := -1
	if name, named := s.Fields["worker_id"]; named {
		for i, one := range r.plan.columns {
			if one.name == name {
				at = i
			}
		}
	}
	for _, one := range r.people {
		ids[one.wid] = one.id
		if at >= 0 {
			ids[one.wid] = one.values[at].Text()
		}
	}
	return ids
}

// manager returns the worker id of the nearest manager who is not the worker: who
// leads the organisation they are in is managed from the one above.
func (r *reader) manager(one *record, ids map[string]string) expression.Value {
	for _, m := range one.managers {
		if m.wid == one.wid || m.wid == "" && m.id == one.id {
			continue
		}
		if id, known := ids[m.wid]; known {
			return expression.String(id)
		}
		if m.id != "" {
			return expression.String(m.id)
		}
		return expression.String(m.wid) // reported as a manager who is not among the workers
	}
	return expression.Null
}

// canonical returns the value of a key that the configuration leaves to us.
func (r *reader) canonical(one *record, key string, s source.Spec, ids map[string]string) expression.Value {
	switch key {
	case "worker_id":
		return expression.String(one.id)
	case "status":
		return expression.String(one.status)
	case "worker_type":
		if one.contingent {
			return expression.String("Contingent Worker")
		}
		return expression.String("Employee")
	case "hire_date":
		return expression.String(one.hire)
	case "termination_date":
		return expression.String(one.termination)
	case "last_day_of_work":
		return expression.String(one.lastDay)
	case "on_leave":
		return expression.String(one.onLeave)
	case "manager_id":
		return r.manager(one, ids)
	case "time_zone":
		if _, known := s.TimeZones[one.location]; known {
			return expression.String(one.location)
		}
	}
	return expression.Null
}
