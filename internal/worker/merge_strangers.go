// SPDX-License-Identifier: MPL-2.0

package worker

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"terraform-provider-workforce/internal/status"
)

// prefixed returns the sources with the worker ids that MergeRules.Prefixes make. The
// populations that were given stay as they are.
func prefixed(sources []Named, prefixes map[string]string) []Named {
	out := slices.Clone(sources)
	for i, s := range out {
		prefix := prefixes[s.Name]
		if prefix == "" {
			continue
		}
		out[i].Workers = make(Population, len(s.Workers))
		for id, w := range s.Workers {
			own := *w
			own.ID = prefix + id
			if s.Workers[w.ManagerID] != nil {
				own.ManagerID = prefix + w.ManagerID
			}
			out[i].Workers[own.ID] = &own
		}
	}
	return out
}

// refuseStrangers fails where two primary sources give one worker id to different
// people: each system counts its own ids. A person key that both have says that they are one.
func (m *merger) refuseStrangers(id string, records []member) {
	primary := slices.DeleteFunc(slices.Clone(records), func(r member) bool { return r.ID != id || !m.primary[r.source] })
	for i, a := range primary {
		for _, b := range primary[i+1:] {
			if why := m.strangers(a, b); why != "" && !(m.keyed(a) && m.keyed(b)) {
				m.fail("worker id %q: source %s has %s, source %s has %s (%s), expected one person: "+
					"if the ids of the two sources have nothing to do with each other, give one of them an id_prefix; "+
					"if it is one person, correct the records or name a person_key that both records have",
					id, m.sources[a.source].Name, m.introduce(a.Worker), m.sources[b.source].Name, m.introduce(b.Worker), why)
				return
			}
		}
	}
}

// keyed reports whether a record has a person key; those of one worker id were compared already.
func (m *merger) keyed(r member) bool {
	key, err := m.personKey(r.source, r.Worker)
	return err == nil && key != ""
}

// strangers says why two records of one worker id are about different people, or "".
func (m *merger) strangers(a, b member) string {
	nameA, nameB := nameWords(a.Worker), nameWords(b.Worker)
	partly := false // the names agree in a part, as those of siblings, or after a marriage
	if len(nameA) > 0 && len(nameB) > 0 {
		shared := 0
		for _, word := range nameA {
			if slices.Contains(nameB, word) {
				shared++
			}
		}
		switch {
		case shared == 0:
			return "no part of the names agrees"
		case shared > 1 || len(nameA) == len(nameB) && shared == len(nameA):
			return ""
		}
		partly = true
	}
	over := func(w *Worker) bool {
		class := m.class(w.Status)
		return class == status.Left || class == status.NeverStarted
	}
	types := a.Type != "" && b.Type != "" && !strings.EqualFold(a.Type, b.Type)
	hires := a.HireDate != "" && b.HireDate != "" && a.HireDate != b.HireDate
	left := over(a.Worker) != over(b.Worker)
	if types && (hires || left) || partly && left {
		return "type, dates or status do not agree"
	}
	return ""
}

// introduce describes a record for a message.
func (m *merger) introduce(w *Worker) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(w.Attributes)) {
		if v := w.Attributes[name]; isName(name) && !v.IsNull() {
			parts = append(parts, fmt.Sprintf("%s %q", name, v.Text()))
		}
	}
	for _, field := range []struct{ name, value string }{
		{"worker_type", w.Type}, {"status", w.Status}, {"hire_date", string(w.HireDate)},
		{"end", cmp.Or(string(w.LastDayOfWork), string(w.TerminationDate))},
	} {
		if field.value != "" {
			parts = append(parts, fmt.Sprintf("%s %q", field.name, field.value))
		}
	}
	if len(parts) == 0 {
		return "a record without a name"
	}
	return strings.Join(parts, ", ")
}

// nameColumns are the names of attributes that hold a person's name, folded.
var nameColumns = strings.Fields(`name names fullname displayname legalname preferredname employeename workername cn
	first firstname firstnames given givenname givennames forename vorname prenom nombre nome voornaam
	last lastname surname familyname family sn nachname familienname nom nomdefamille apellido apellidos cognome achternaam`)

// isName reports whether an attribute holds a name, by its own name less any path.
func isName(attribute string) bool {
	last := attribute[strings.LastIndexAny(attribute, ".:/")+1:]
	return slices.Contains(nameColumns, strings.Join(words(last), ""))
}

// nameWords returns the words of a worker's name, sorted, without accents and case.
func nameWords(w *Worker) []string {
	var all []string
	for name, v := range w.Attributes {
		if isName(name) {
			all = append(all, words(v.Text())...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// words returns the words of a text in lower case, without accents.
func words(text string) []string {
	folded := strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Mn, c) {
			return -1
		}
		return unicode.ToLower(c)
	}, norm.NFKD.String(text))
	return strings.FieldsFunc(folded, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
}
