// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/wording"
	"terraform-provider-workforce/internal/worker"
)

// run is what a decision rests on, whoever the workers are: the input, and what follows from it.
// Nothing changes it but the note of which exceptions were needed.
type run struct {
	in         Input
	looksOnly  bool // Correlate: nobody falls back, so that all that would change shows, and all that stands in the way
	rules      mapping.Rules
	zone       *time.Location // of dates that belong to no worker
	today      worker.Date    // in zone
	targets    []string       // attributes the mapping may write
	unique     []string       // those whose values nobody may share
	core       map[string]directory.CoreKey
	redacted   map[string]bool // by folded target attribute
	only       map[string]bool // folded worker ids that the run decides about; nil: everybody
	exceptions exceptions
	elsewhere  elsewhere
}

func newRun(in Input) (*run, error) {
	if err := in.validate(); err != nil {
		return nil, err
	}
	links := make(map[string]string, len(in.Links))
	for id, object := range in.Links {
		links[id] = objectID(object)
	}
	in.Links = links
	if in.MaxListed <= 0 {
		in.MaxListed = 50
	}
	d := &run{
		in: in, rules: in.Mapping.Rules(), zone: time.UTC, targets: in.Mapping.TargetAttributes(), unique: in.Mapping.UniqueAttributes(),
		core: map[string]directory.CoreKey{}, redacted: map[string]bool{}, elsewhere: readElsewhere(in.Elsewhere),
	}
	if name := d.rules.Lifecycle.TimeZone; name != "" {
		zone, err := worker.Location(name)
		if err != nil {
			return nil, fmt.Errorf("worker_lifecycle.time_zone: %w", err)
		}
		d.zone = zone
	}
	d.today = worker.Date(in.AsOf.In(d.zone).Format(time.DateOnly))
	for _, c := range in.Format.Core {
		d.core[c.Attribute] = c
	}
	for _, name := range in.Mapping.Redacted() {
		d.redacted[directory.Fold(name)] = true
	}
	if len(in.Only) > 0 {
		d.only = make(map[string]bool, len(in.Only))
		for _, id := range in.Only {
			d.only[directory.Fold(id)] = true
		}
	}
	return d, nil
}

// waits reports whether nothing is decided about a worker id in this run.
func (d *run) waits(id string) bool { return d.only != nil && !d.only[directory.Fold(id)] }

// hides reports whether no message may show values of a target attribute.
func (d *run) hides(attribute string) bool {
	hidden, _ := directory.ByName(d.redacted, attribute)
	return hidden
}

// stops reports whether one person's problem stops the run.
func (d *run) stops() bool { return d.in.OnProblem == ProblemStop }

// conditions writes match conditions for a message.
func (d *run) conditions(keys []mapping.Key) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = fmt.Sprintf("%s = %q", k.Target, k.Value)
		if d.hides(k.Target) {
			parts[i] = k.Target + " = (redacted)"
		}
	}
	return strings.Join(parts, " and ")
}

// isRename reports whether the change of an attribute changes a name that people know the account by.
func (d *run) isRename(attribute string) bool {
	_, core := d.core[attribute]
	return core && attribute != directory.ManagerAttribute && slices.Contains(d.unique, attribute)
}

// refuseAside fails with every problem of every person, where one stops the run.
func (d *run) refuseAside(people []*person) error {
	if !d.stops() {
		return nil
	}
	texts, remedies := map[string][]string{}, map[string]string{}
	for _, p := range people {
		for _, t := range p.troubles {
			if t.standing() {
				continue // left as it is, whatever on_problem says; see refuseProtected
			}
			kind := string(t.kind)
			texts[kind] = append(texts[kind], fmt.Sprintf("worker %q: %s", p.id, t.text))
			if remedies[kind] == "" {
				remedies[kind] = t.remedy
			}
		}
	}
	var errs []error
	for _, kind := range sortedKeys(texts) {
		title := fmt.Sprintf("%s (%s, or set these people aside with on_problem = %q)",
			problemTitles[problemKind(kind)], remedies[kind], ProblemSetAside)
		errs = append(errs, refuse(title, texts[kind]))
	}
	return errors.Join(errs...)
}

// notes are what a phase has to say that stops nothing.
type notes struct{ warnings []string }

func (n *notes) warn(format string, args ...any) {
	n.warnings = append(n.warnings, fmt.Sprintf(format, args...))
}

// warnSome warns of each of the first, and says how many more there are.
func (n *notes) warnSome(lines []string, more string) {
	for _, line := range lines[:min(listed, len(lines))] {
		n.warn("%s", line)
	}
	if rest := len(lines) - listed; rest > 0 {
		n.warn("%s %s", wording.Thousands(rest), more)
	}
}
