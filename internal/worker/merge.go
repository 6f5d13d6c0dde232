// SPDX-License-Identifier: MPL-2.0

package worker

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/expression"
)

// Named is the population of one source.
type Named struct {
	Name    string
	Workers Population
}

// MergeRules say how the populations of several sources become one.
type MergeRules struct {
	// Primary names the sources whose records make a person exist. The others
	// only enrich: a record there without a person waits. Optional for a single source.
	Primary []string
	// Prefixes come, by source, before each worker id, so that the ids of a source
	// cannot be those of another. The ids of managers who are in the same source get it too.
	Prefixes map[string]string
	// Authority names, by attribute or canonical key, the sources that it may
	// come from: the first that has a value gives it. An attribute that is not
	// listed comes from the first source that has a value; status, worker_type,
	// the dates and on_leave come together from the first primary source that has the
	// record, because half of one employment and half of another is neither.
	Authority map[string][]string
	// PersonKey is an attribute, or an expression if it contains [ ( or ", whose
	// value several records of one person share, such as a universal id. Records
	// of the same worker id belong to one person in any case. PersonKeys
	// replaces it for the sources that it names.
	PersonKey  string
	PersonKeys map[string]string
	// MaxEngagements is how many worker ids of one source may share a person
	// key; 10 if 0. More are a placeholder such as "0", not a person.
	MaxEngagements int
	// TypeOrder lists worker types, the most important first, in any case. Types
	// that are not listed come after.
	TypeOrder []string
	// ActiveStatuses and InactiveStatuses sort the words of status, in any
	// case, before the vocabulary of package status does. With ActiveStatuses given,
	// all other words are inactive.
	ActiveStatuses, InactiveStatuses []string
	// AsOf is the instant at which engagements are active, future or past.
	AsOf time.Time
	// TimeZone is the IANA name for workers without one; UTC if empty.
	TimeZone string
	// BridgeDays is the longest gap, in days, between two engagements that is no
	// leave: until the second begins, the first is carried on.
	BridgeDays int
	// IDFromKey makes the person key the worker id of the result, where there is
	// one, so that the id stays when a contractor becomes an employee.
	IDFromKey bool
	// EngagementAttribute names an attribute that takes the worker id of the
	// chosen engagement; empty: none.
	EngagementAttribute string
}

// Merged is one population made of several.
type Merged struct {
	Workers Population `json:"-"`
	// Choices explains, for each person with several engagements, which one
	// counts; sorted by worker id.
	Choices []Choice `json:"choices"`
	// Conflicts are values that sources disagree about, sorted by worker id and attribute.
	Conflicts []Conflict `json:"conflicts"`
	// Waiting are records of sources that only enrich, without a person.
	Waiting  []Waiting `json:"waiting"`
	Warnings []string  `json:"warnings"`
}

// State is where an engagement is in time.
type State string

// The states, the one that counts most first. An unclear engagement has a status
// word that nobody knows, or values that could not be read: it counts before one that has not
// begun or is over, so that whoever evaluates the worker sees that, and loses to one that is active.
const (
	Active  State = "active"
	Unclear State = "unclear"
	Future  State = "future"
	Past    State = "past"
)

// Engagement is one employment of a person.
type Engagement struct {
	WorkerID string   `json:"worker_id"`
	Type     string   `json:"worker_type"`
	Status   string   `json:"status"`
	State    State    `json:"state"`
	HireDate Date     `json:"hire_date"`
	End      Date     `json:"end"` // the last day
	Sources  []string `json:"sources"`
}

// Choice says which engagement of a person counts, and why.
type Choice struct {
	WorkerID  string       `json:"worker_id"` // in the merged population
	PersonKey string       `json:"person_key"`
	Chosen    Engagement   `json:"chosen"`
	Others    []Engagement `json:"others"`
	Reason    string       `json:"reason"`
}

// Conflict is an attribute for which sources give different values.
type Conflict struct {
	WorkerID  string        `json:"worker_id"`
	Attribute string        `json:"attribute"`
	Values    []SourceValue `json:"values"`
	// Winner is the source whose value counts; Ruled says that MergeRules.Authority made it so.
	Winner string `json:"winner"`
	Ruled  bool   `json:"ruled"`
}

// SourceValue is the value that a source gives.
type SourceValue struct {
	Source string           `json:"source"`
	Value  expression.Value `json:"value"`
}

// Waiting is a record that belongs to nobody yet.
type Waiting struct {
	Source    string `json:"source"`
	WorkerID  string `json:"worker_id"`
	PersonKey string `json:"person_key"`
}

const (
	defaultEngagements = 10
	maxMergeProblems   = 20
)

// Merge makes one population of several. The order of the sources matters; the
// order of records within a source does not. The populations are not changed.
// Errors are about the rules and about records that cannot be told to be one person or two.
func Merge(sources []Named, rules MergeRules) (*Merged, error) {
	m := &merger{sources: prefixed(sources, rules.Prefixes), rules: rules, index: map[string]int{}, alias: map[string]string{}}
	m.result = &Merged{Workers: Population{}, Choices: []Choice{}, Conflicts: []Conflict{}, Waiting: []Waiting{}, Warnings: []string{}}
	if err := m.prepare(); err != nil {
		return nil, err
	}
	people, err := m.people()
	if err != nil {
		return nil, err
	}
	m.folded = make(map[string]string, len(people))
	for _, p := range people {
		m.decide(p)
	}
	m.linkManagers()
	if len(m.problems) > 0 {
		return nil, m.failure()
	}
	slices.SortFunc(m.result.Choices, func(a, b Choice) int { return cmp.Compare(a.WorkerID, b.WorkerID) })
	slices.SortFunc(m.result.Conflicts, func(a, b Conflict) int {
		return cmp.Or(cmp.Compare(a.WorkerID, b.WorkerID), cmp.Compare(a.Attribute, b.Attribute))
	})
	return m.result, nil
}

// merger carries a merge.
type merger struct {
	sources  []Named
	rules    MergeRules
	index    map[string]int // of a source by its name
	primary  []bool         // by source
	keys     []*expression.Program
	ranked   map[string][]int // Authority by index
	location *time.Location
	result   *Merged
	alias    map[string]string // worker id in a source → in the result
	folded   map[string]string // lower case → worker id of the result
	problems []string
}

func (m *merger) fail(format string, args ...any) {
	m.problems = append(m.problems, fmt.Sprintf(format, args...))
}

func (m *merger) failure() error {
	list, more := m.problems, ""
	if len(list) > maxMergeProblems {
		more = fmt.Sprintf("\n… and %d more", len(list)-maxMergeProblems)
		list = list[:maxMergeProblems]
	}
	return errors.New(strings.Join(list, "\n") + more)
}

// prepare checks the rules.
func (m *merger) prepare() error {
	names := make([]string, len(m.sources))
	for i, s := range m.sources {
		names[i] = s.Name
		if before, twice := m.index[s.Name]; twice || s.Name == "" {
			m.fail("sources: the name of source %d is %q, expected one that no other has (as source %d)", i+1, s.Name, before+1)
		}
		m.index[s.Name] = i
	}
	known := func(where, name string) (int, bool) {
		i, ok := m.index[name]
		if !ok {
			m.fail("%s: there is no source %q%s, expected one of %s", where, name, didYouMean(name, names), strings.Join(names, ", "))
		}
		return i, ok
	}
	m.primary = make([]bool, len(m.sources))
	for _, name := range m.rules.Primary {
		if i, ok := known("primary", name); ok {
			m.primary[i] = true
		}
	}
	switch {
	case len(m.sources) == 0:
		m.fail("sources: found none, expected at least one")
	case len(m.rules.Primary) == 0 && len(m.sources) == 1:
		m.primary[0] = true
	case len(m.rules.Primary) == 0:
		m.fail("primary: found none, expected the sources whose records make a person exist, of %s", strings.Join(names, ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(m.rules.PersonKeys)) {
		known("person_keys", name)
	}
	for _, name := range slices.Sorted(maps.Keys(m.rules.Prefixes)) {
		known("prefixes", name)
	}
	m.prepareAuthority(known)
	m.prepareKeys()
	var err error
	if m.location, err = Location(cmp.Or(m.rules.TimeZone, "UTC")); err != nil {
		m.fail("time_zone: %v", err)
	}
	if m.rules.BridgeDays < 0 {
		m.fail("bridge_days: found %d, expected 0 or more", m.rules.BridgeDays)
	}
	if m.rules.MaxEngagements <= 0 {
		m.rules.MaxEngagements = defaultEngagements
	}
	if len(m.problems) > 0 {
		return m.failure()
	}
	return nil
}

func (m *merger) prepareAuthority(known func(where, name string) (int, bool)) {
	m.ranked = map[string][]int{}
	if len(m.rules.Authority) == 0 && m.rules.EngagementAttribute == "" {
		return
	}
	attributes := map[string]bool{}
	for _, s := range m.sources {
		for _, name := range s.Workers.Attributes() {
			attributes[name] = true
		}
	}
	if name := m.rules.EngagementAttribute; attributes[name] || slices.Contains(Fields, name) {
		m.fail("engagement_attribute: there is %q already, expected another name", name)
	}
	candidates := append(slices.Clone(Fields[1:]), slices.Sorted(maps.Keys(attributes))...)
	for _, name := range slices.Sorted(maps.Keys(m.rules.Authority)) {
		order := m.rules.Authority[name]
		if name == "worker_id" || len(order) == 0 {
			m.fail("authority.%s: expected at least one source for an attribute other than worker_id", name)
		}
		if !slices.Contains(candidates, name) {
			m.result.Warnings = append(m.result.Warnings, fmt.Sprintf("authority.%s: no source has this attribute%s", name, didYouMean(name, candidates)))
		}
		for _, source := range order {
			if i, ok := known("authority."+name, source); ok {
				m.ranked[name] = append(m.ranked[name], i)
			}
		}
	}
}

func (m *merger) prepareKeys() {
	m.keys = make([]*expression.Program, len(m.sources))
	for i, s := range m.sources {
		key, where := m.rules.PersonKey, "person_key"
		if own, ok := m.rules.PersonKeys[s.Name]; ok {
			key, where = own, "person_keys."+s.Name
		}
		if key == "" {
			continue
		}
		if !strings.ContainsAny(key, `[("`) {
			key = "[" + key + "]"
		}
		p, err := expression.Compile(key, expression.Options{})
		switch {
		case err != nil:
			m.fail("%s: %v", where, err)
		case p.UsesClock() || p.UsesRandom():
			m.fail("%s: %s changes by itself, expected an expression of the record alone", where, key)
		}
		m.keys[i] = p
	}
	if m.rules.IDFromKey && m.rules.PersonKey == "" && len(m.rules.PersonKeys) == 0 {
		m.fail("id_from_key: expected a person_key as well")
	}
}

// linkManagers turns the worker ids of managers into those of the result.
func (m *merger) linkManagers() {
	for _, id := range m.result.Workers.IDs() {
		w := m.result.Workers[id]
		manager, ok := m.alias[w.ManagerID]
		if !ok || manager == w.ManagerID && manager != id {
			continue
		}
		linked := *w
		linked.ManagerID = manager
		if manager == id {
			linked.ManagerID = ""
			m.result.Warnings = append(m.result.Warnings, fmt.Sprintf("worker %q: the manager %q is the same person and is left out", id, w.ManagerID))
		}
		m.result.Workers[id] = &linked
	}
}
