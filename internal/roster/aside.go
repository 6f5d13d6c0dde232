// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// problemKind is a kind of trouble that concerns one person.
type problemKind string

// The kinds, as reports name them.
const (
	problemAmbiguous problemKind = "ambiguous" // several accounts fit
	problemContested problemKind = "contested" // several workers fit one account
	problemTakeover  problemKind = "takeover"  // the account is somebody else's
	problemNoName    problemKind = "no_name"   // every candidate for a name is taken
	problemName      problemKind = "name"      // two accounts would share a name
)

// trouble is one problem of one person.
type trouble struct {
	kind         problemKind
	text, remedy string
}

// setAside notes a problem that concerns one person and stops nobody else.
func (d *decider) setAside(p *person, kind problemKind, text, remedy string) {
	t := trouble{kind, text, remedy}
	if !slices.Contains(p.troubles, t) {
		p.troubles = append(p.troubles, t)
	}
}

func (p *person) aside() bool { return len(p.troubles) > 0 }

func (d *decider) stops() bool { return d.in.OnProblem == ProblemStop }

// fallBack gives a person who is set aside what they have, less the access that they must lose.
func (d *decider) fallBack(p *person) {
	p.slots, p.boss, p.rehired, p.account = nil, nil, false, nil
	p.action = ActionSetAside
	texts := make([]string, len(p.troubles))
	for i, t := range p.troubles {
		texts[i] = t.text + " (" + t.remedy + ")"
	}
	p.reason = strings.Join(texts, "; ")
	if p.existing == nil || p.restored() {
		return
	}
	d.keep(p)
	if p.desired != nil && p.stage().HasAccount() && !p.desired.Enabled {
		p.account.Enabled = false
	}
}

func (d *decider) fallBackLate(p *person) { d.fallBack(p) }

var problemTitles = map[problemKind]string{
	problemNoName:    "no free name",
	problemName:      "two accounts would share a name that must be unique",
	problemAmbiguous: "these workers match several accounts",
	problemContested: "these accounts are matched by several workers",
	problemTakeover:  "these accounts are somebody else's",
}

// refuseAside fails with every problem of every person, where one stops the run.
func (d *decider) refuseAside() error {
	if !d.stops() {
		return nil
	}
	texts := map[problemKind][]string{}
	remedies := map[problemKind]string{}
	for _, p := range d.people {
		for _, t := range p.troubles {
			texts[t.kind] = append(texts[t.kind], fmt.Sprintf("worker %q: %s", p.id, t.text))
			remedies[t.kind] = cmp.Or(remedies[t.kind], t.remedy)
		}
	}
	var errs []error
	for _, kind := range slices.Sorted(maps.Keys(texts)) {
		errs = append(errs, refuse(fmt.Sprintf("%s (%s, or set these people aside with on_problem = %q)", problemTitles[kind], remedies[kind], ProblemSetAside), texts[kind]))
	}
	return errors.Join(errs...)
}
