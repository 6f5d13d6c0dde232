// SPDX-License-Identifier: MPL-2.0

package worker

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/status"
)

// member is a record and the source it is from.
type member struct {
	source int
	*Worker
}

// person is all records of one person, by source and worker id.
type person struct {
	key     string
	members []member
}

// people finds the records that belong together: those of one worker id, and
// those of one person key. They are sorted by their first worker id.
func (m *merger) people() ([]*person, error) {
	byID, byKey := map[string]*person{}, map[string]*person{}
	var all []*person
	keyOf := map[string]member{} // the record that first gave a worker id its key
	for i, s := range m.sources {
		engagements := map[string]int{}
		for _, id := range s.Workers.IDs() {
			w := s.Workers[id]
			key, err := m.personKey(i, w)
			if err != nil {
				m.fail("source %s, worker %q: person_key: %v", s.Name, id, err)
				continue
			}
			p := byID[id]
			if key != "" {
				if engagements[key]++; engagements[key] == m.rules.MaxEngagements+1 {
					m.fail("source %s: more than %d workers have the person key %q, %q the last of them: leave the key empty where there is none (max_engagements)", s.Name, m.rules.MaxEngagements, key, id)
				}
				if p != nil && p.key != "" && p.key != key {
					m.fail("worker %q has the person key %q in source %s and %q in source %s, expected the same: one person or two? Two people need an id_prefix for one of the sources", id, p.key, m.sources[keyOf[id].source].Name, key, s.Name)
					continue
				}
				p = m.join(p, byKey[key], key, byID)
				byKey[key] = p
				keyOf[id] = member{i, w}
			}
			if p == nil {
				p = new(person)
			}
			if p.members == nil {
				all = append(all, p)
			}
			p.members = append(p.members, member{i, w})
			byID[id] = p
		}
	}
	if len(m.problems) > 0 {
		return nil, m.failure()
	}
	all = slices.DeleteFunc(all, func(p *person) bool { return len(p.members) == 0 })
	for _, p := range all {
		slices.SortFunc(p.members, func(a, b member) int {
			return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.ID, b.ID))
		})
	}
	first := func(p *person) string {
		return slices.MinFunc(p.members, func(a, b member) int { return cmp.Compare(a.ID, b.ID) }).ID
	}
	slices.SortFunc(all, func(a, b *person) int { return cmp.Compare(first(a), first(b)) })
	return all, nil
}

// join makes one person of the one known by worker id and the one known by key.
func (m *merger) join(byID, byKey *person, key string, ids map[string]*person) *person {
	switch {
	case byID == nil && byKey == nil:
		return &person{key: key}
	case byKey == nil || byID == byKey:
		byID.key = key
		return byID
	case byID == nil:
		return byKey
	}
	for _, one := range byID.members {
		ids[one.ID] = byKey
	}
	byKey.members = append(byKey.members, byID.members...)
	byID.members = []member{}
	return byKey
}

// personKey returns the person key of a record, or "".
func (m *merger) personKey(source int, w *Worker) (string, error) {
	if m.keys[source] == nil {
		return "", nil
	}
	v, err := m.keys[source].Eval(&expression.Env{Attribute: w.Attribute})
	if err != nil {
		return "", err
	}
	if n := len(v.Strings()); n > 1 {
		return "", fmt.Errorf("found %d values, expected one", n)
	}
	return strings.TrimSpace(v.Text()), nil
}

// engagement is one employment, merged from all sources.
type engagement struct {
	Engagement
	worker    *Worker
	conflicts []Conflict
}

// decide makes one worker of a person.
func (m *merger) decide(p *person) {
	list := m.engagements(p)
	if len(list) == 0 {
		for _, one := range p.members {
			m.result.Waiting = append(m.result.Waiting, Waiting{m.sources[one.source].Name, one.ID, p.key})
		}
		return
	}
	slices.SortFunc(list, m.compare)
	reason := ""
	if len(list) > 1 {
		reason = m.reason(list[0], list[1])
	}
	list, bridge := m.bridge(list)
	chosen := list[0]
	id := chosen.WorkerID
	if m.rules.IDFromKey && p.key != "" {
		id = p.key
	}
	w := chosen.worker
	if id != w.ID || m.rules.EngagementAttribute != "" {
		named := *w
		named.ID = id
		if m.rules.EngagementAttribute != "" {
			named.Attributes = maps.Clone(w.Attributes)
			if named.Attributes == nil {
				named.Attributes = map[string]expression.Value{}
			}
			named.Attributes[m.rules.EngagementAttribute] = expression.String(chosen.WorkerID)
		}
		w = &named
	}
	if other, taken := m.folded[strings.ToLower(id)]; taken {
		m.fail("worker %q: another person has the worker id %q, expected ids that differ by more than case", id, other)
		return
	}
	m.folded[strings.ToLower(id)] = id
	m.result.Workers[id] = w
	for _, one := range p.members {
		m.alias[one.ID] = id
	}
	for _, c := range chosen.conflicts {
		c.WorkerID = id
		m.result.Conflicts = append(m.result.Conflicts, c)
	}
	if len(list) > 1 {
		choice := Choice{WorkerID: id, PersonKey: p.key, Chosen: chosen.Engagement, Reason: cmp.Or(bridge, reason)}
		for _, e := range list[1:] {
			choice.Others = append(choice.Others, e.Engagement)
		}
		m.result.Choices = append(m.result.Choices, choice)
	}
}

// engagements merges the records of each worker id that a primary source has.
// Records under other ids enrich every engagement: they are about the person.
func (m *merger) engagements(p *person) []engagement {
	var ids []string
	for _, one := range p.members {
		if m.primary[one.source] && !slices.Contains(ids, one.ID) {
			ids = append(ids, one.ID)
		}
	}
	list := make([]engagement, 0, len(ids))
	for _, id := range ids {
		var records []member
		for _, one := range p.members {
			if one.ID == id || !slices.Contains(ids, one.ID) {
				records = append(records, one)
			}
		}
		slices.SortFunc(records, func(a, b member) int { return m.order(id, a, b) })
		m.refuseStrangers(id, records)
		w, conflicts := m.combine(records)
		e := m.describe(w)
		e.conflicts = conflicts
		for _, one := range records {
			e.Sources = append(e.Sources, m.sources[one.source].Name)
		}
		e.Sources = slices.Compact(e.Sources)
		list = append(list, e)
	}
	return list
}

// order sorts the records of an engagement by source; within one, the record of
// the worker id itself comes before others about the same person.
func (m *merger) order(id string, a, b member) int {
	switch {
	case a.source != b.source || a.ID == b.ID:
		return cmp.Compare(a.source, b.source)
	case a.ID == id:
		return -1
	case b.ID == id:
		return 1
	}
	return m.compare(m.describe(a.Worker), m.describe(b.Worker))
}

func (m *merger) describe(w *Worker) engagement {
	e := engagement{worker: w, Engagement: Engagement{WorkerID: w.ID, Type: w.Type, Status: w.Status, HireDate: w.HireDate, End: Date(cmp.Or(string(w.LastDayOfWork), string(w.TerminationDate)))}}
	if e.End < e.HireDate {
		e.End = "" // the end of an earlier employment under the same id: a rehire
	}
	e.State = m.state(e)
	return e
}

func (m *merger) state(e engagement) State {
	loc := m.location
	if own, err := Location(e.worker.TimeZone); err == nil {
		loc = own
	}
	class := m.class(e.Status)
	switch {
	case e.End != "" && !e.End.End(loc).After(m.rules.AsOf), class == status.NeverStarted:
		return Past
	case e.HireDate != "" && e.HireDate.Start(loc).After(m.rules.AsOf):
		return Future
	case class == status.Left:
		return Past
	case class == status.Prehire:
		return Future
	case class == status.Unknown, len(e.worker.Problems) > 0:
		return Unclear
	}
	return Active
}

// class sorts a status word.
func (m *merger) class(word string) status.Class {
	is := func(listed string) bool { return strings.EqualFold(listed, word) }
	switch {
	case slices.ContainsFunc(m.rules.InactiveStatuses, is):
		return status.Left
	case slices.ContainsFunc(m.rules.ActiveStatuses, is):
		return status.Active
	case len(m.rules.ActiveStatuses) > 0 && word != "":
		return status.Left
	}
	return status.Classify(word)
}

var stateOrder = map[State]int{Active: 0, Unclear: 1, Future: 2, Past: 3}

func (m *merger) typeRank(name string) int {
	i := slices.IndexFunc(m.rules.TypeOrder, func(t string) bool { return strings.EqualFold(t, name) })
	if i < 0 {
		return len(m.rules.TypeOrder)
	}
	return i
}

// compare sorts the engagement that counts most to the front: active before
// unclear before future before past, then by type, then the latest hire date, then the lowest id.
func (m *merger) compare(a, b engagement) int {
	return cmp.Or(cmp.Compare(stateOrder[a.State], stateOrder[b.State]), cmp.Compare(m.typeRank(a.Type), m.typeRank(b.Type)),
		cmp.Compare(b.HireDate, a.HireDate), cmp.Compare(a.WorkerID, b.WorkerID))
}

// reason says what decided between the first and the second.
func (m *merger) reason(a, b engagement) string {
	switch {
	case a.State != b.State:
		return fmt.Sprintf("%s is %s, %s is %s", a.WorkerID, a.State, b.WorkerID, b.State)
	case m.typeRank(a.Type) != m.typeRank(b.Type):
		return fmt.Sprintf("%s and %s are both %s; type %q comes before %q", a.WorkerID, b.WorkerID, a.State, a.Type, b.Type)
	case a.HireDate != b.HireDate:
		return fmt.Sprintf("%s and %s are both %s and of equal type; %s was hired later (%s, not %s)", a.WorkerID, b.WorkerID, a.State, a.WorkerID, a.HireDate, cmp.Or(string(b.HireDate), "unknown"))
	}
	return fmt.Sprintf("%s and %s are equal in state, type and hire date; %s is the lowest id", a.WorkerID, b.WorkerID, a.WorkerID)
}

// bridge carries an engagement on until the next begins, if the gap is short.
func (m *merger) bridge(list []engagement) ([]engagement, string) {
	if m.rules.BridgeDays == 0 {
		return list, ""
	}
	for i, e := range list {
		carriedOn := i == 0 && e.State == Active || list[0].State == Future && e.State == Past
		if !carriedOn || e.End == "" {
			continue
		}
		next := slices.IndexFunc(list, func(f engagement) bool {
			return f.State == Future && f.HireDate > e.End && f.HireDate <= e.End.AddDays(m.rules.BridgeDays+1)
		})
		if next < 0 {
			continue
		}
		reason := fmt.Sprintf("%s ends on %s and %s begins on %s, %d days later (bridge_days %d): until then %s is carried on",
			e.WorkerID, e.End, list[next].WorkerID, list[next].HireDate, days(e.End, list[next].HireDate), m.rules.BridgeDays, e.WorkerID)
		carried := *e.worker
		carried.TerminationDate, carried.LastDayOfWork = "", ""
		if class := m.class(carried.Status); class == status.Left || class == status.NeverStarted {
			carried.Status = ""
			if len(m.rules.ActiveStatuses) > 0 {
				carried.Status = m.rules.ActiveStatuses[0]
			}
		}
		e.worker = &carried
		rest := slices.Delete(slices.Clone(list), i, i+1)
		return append([]engagement{e}, rest...), reason
	}
	return list, ""
}

func days(from, to Date) int {
	return int(to.Start(time.UTC).Sub(from.Start(time.UTC)) / (24 * time.Hour))
}
