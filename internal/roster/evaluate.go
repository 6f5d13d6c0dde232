// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"errors"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
)

// newFeed puts people in the natural order of their worker ids: "9" before "10". Names are
// given in that order: where ids are counted up, who was hired first gets the shortest name.
func newFeed(run *run) (*feed, error) {
	d := &feed{run: run, byWorker: make(map[string]*person, len(run.in.Workers)), folded: make(map[string]*person, len(run.in.Workers))}
	for id, w := range run.in.Workers {
		p := &person{id: id, worker: w, waits: run.waits(id)}
		d.byWorker[id] = p
		d.people = append(d.people, p)
	}
	slices.SortFunc(d.people, byID)
	for _, p := range d.people {
		if key := directory.Fold(p.id); d.folded[key] == nil {
			d.folded[key] = p
		}
	}
	return d, errors.Join(run.readExceptions(), d.readOverrides())
}

// evaluate runs the rules for every worker.
func (d *feed) evaluate() {
	inParallel(len(d.people), func(i int) {
		p := d.people[i]
		if p.desired, p.problem = d.in.Mapping.Evaluate(p.worker, d.in.AsOf); p.problem != nil {
			p.desired = nil
		}
	})
	for _, p := range d.people {
		if p.desired == nil || p.desired.Attributes == nil || d.origins[kind(p)] != nil {
			continue
		}
		d.origins[kind(p)] = map[string]origin{}
		for name, o := range p.desired.Attributes {
			d.origins[kind(p)][name] = origin{o.Rule, o.Inputs}
		}
	}
	asideForData(d.people)
}

// evaluateKnown evaluates people again with what their accounts tell, and sets people aside if
// that fails.
func (d *run) evaluateKnown(people []*person) {
	inParallel(len(people), func(i int) { d.vet(people[i]) })
	asideForData(people)
}

// vet evaluates a worker again, and asks for the first candidate of every unique rule that is about to give a
// name, which is where such a rule fails. What fails for somebody who has left
// stays as it is: a bad record must not keep an account open.
func (d *run) vet(p *person) {
	if p.desired == nil || p.waits {
		return
	}
	if d.lookAgain(p); p.desired == nil || p.existing == nil && p.stage() == mapping.StageLeft && !d.rules.Lifecycle.CreateLeavers {
		return
	}
	for name, o := range p.desired.Attributes {
		if !o.Managed || o.Candidates == nil || p.existing != nil && o.OnCreate && !d.fresh(p) {
			continue
		}
		first, err := take(o.Candidates, 1)
		switch {
		case err != nil && p.stage() == mapping.StageLeft:
			o.Managed, o.Candidates = false, nil
			p.desired.Attributes[name] = o
			p.desired.Warnings = append(p.desired.Warnings, err.Error())
		case err != nil:
			if p.problem == nil || err.Error() < p.problem.Error() {
				p.problem = err
			}
		default:
			o.Candidates = ahead(first, o.Candidates)
			p.desired.Attributes[name] = o
		}
	}
	if p.problem != nil {
		p.desired = nil
	}
	if p.desired != nil {
		slices.Sort(p.desired.Warnings)
	}
}

// lookAgain evaluates a worker again with what their account tells: whether there is
// one, and for a leaver of whom the HR system gives no last day, since when they have left.
func (d *run) lookAgain(p *person) {
	undated := p.stage() == mapping.StageLeft && p.desired.LeftSince == ""
	known := d.known(p)
	if !p.desired.DependsOnAccount && !(undated && known.Left != "") {
		return
	}
	if again, err := d.in.Mapping.EvaluateKnown(p.worker, d.in.AsOf, known); err == nil {
		p.desired = again
	} else {
		p.desired, p.problem = nil, err
	}
}

// asideForData sets those aside whose HR record cannot be evaluated.
func asideForData(people []*person) {
	for _, p := range people {
		if p.desired != nil && p.desired.Doubt != "" {
			p.setAside(problemDates, p.desired.Doubt, remedyDates)
		}
		if p.problem == nil || p.aside() {
			continue
		}
		var unknown *mapping.UnknownStatusError
		if errors.As(p.problem, &unknown) {
			text, remedy, _ := strings.Cut(unknown.Error(), "; ")
			if p.setAside(problemStatus, text, remedy); own(p, p.problem) == unknown.Error() {
				continue
			}
		}
		p.setAside(problemData, own(p, p.problem), remedyData)
	}
}
