// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/wording"
	"terraform-provider-workforce/internal/writeback"
)

// Writeback makes an HR system agree with documents of values: one resource in one call.
//
// What concerns one worker sets that worker aside: nothing is written for them, and the
// others go on.
type Writeback struct {
	// Values holds the documents that are wanted, and Before those of the state, by worker id.
	Values, Before map[string]string
	// Attributes may be written. Former are those that the state was written with.
	Attributes, Former []string
	// BeforeAside holds who is set aside by the state, and why. Of them the state does not
	// say what the system holds.
	BeforeAside map[string]string
	// Aside holds who is set aside by the plan, and why; nil where only the apply can tell.
	Aside map[string]string
	// SameSystem says that the state is about the system that is written to, with the same settings.
	SameSystem bool
	// Clear removes the values of workers, and of attributes, that are no longer wanted;
	// otherwise they are released.
	Clear bool
	// MaxChanges is the largest number of workers that one plan may write to; nil for no limit.
	MaxChanges *int64
	// Stop makes the problem of one worker an error.
	Stop     bool
	Recorder writeback.Recorder
	Open     func() (writeback.System, error)

	findings Findings
	// managed holds what the state records, once it is read.
	managed map[string]writeback.Record
}

// Titles of what stands in the way of values.
const (
	refusesValues   = "The HR system would refuse values"
	workersSetAside = "Workers are set aside"
)

// Plan says what will be overwritten in the HR system and the documents do not show
// by themselves. It returns who is set aside, and why.
func (w *Writeback) Plan(ctx context.Context) (map[string]string, Findings) {
	return w.plan(ctx), w.findings
}

func (w *Writeback) plan(ctx context.Context) map[string]string {
	changes, want := w.changes()
	if len(changes) == 0 || w.findings.Failed() {
		return nil
	}
	system := w.open()
	if system == nil {
		return nil
	}
	defer closeSystem(system)
	differences, problems, err := writeback.Preview(ctx, system, changes)
	if err != nil {
		w.findings.problems(refusesValues, err)
		return nil
	}
	aside := w.reportProblems(problems, want)
	w.checkCount(differences)
	w.warnOfChanges(differences)
	return aside
}

// reportProblems reports what stands in the way of workers, and returns who is set aside.
func (w *Writeback) reportProblems(problems []writeback.Problem, want map[string]writeback.Record) map[string]string {
	aside, all, others := map[string]string{}, []error(nil), []error(nil)
	for _, p := range problems {
		all = append(all, p.Err)
		if _, wanted := want[p.WorkerID]; wanted && p.Personal {
			aside[p.WorkerID] = reasonOf(p.WorkerID, p.Err)
		} else {
			others = append(others, p.Err)
		}
	}
	switch {
	case w.Stop || len(aside) > 0 && len(aside) == len(want):
		w.findings.problems(refusesValues, errors.Join(all...))
		return nil
	case len(aside) > 0:
		w.warnOfAside(aside, "No values are written for them, and the next plan looks at them again")
	}
	w.findings.problems(refusesValues, errors.Join(others...))
	return aside
}

// reasonOf is what an error says of a worker, without their id.
func reasonOf(id string, err error) string {
	return strings.ReplaceAll(strings.TrimPrefix(err.Error(), fmt.Sprintf("worker %q: ", id)), "\n", "; ")
}

func (w *Writeback) warnOfAside(aside map[string]string, what string) {
	lines := make([]string, 0, len(aside))
	for _, id := range sortedKeys(aside) {
		lines = append(lines, fmt.Sprintf("worker %q: %s", id, aside[id]))
	}
	w.findings.warn(workersSetAside, fmt.Sprintf("%d of %s have a problem. %s; the others go on (on_problem = \"set_aside\"):\n%s",
		len(aside), wording.Count(len(w.Values), "worker"), what, Listed(lines)))
}

// warnOfChanges names the values that are overwritten or cleared, and that the
// plan does not show.
func (w *Writeback) warnOfChanges(differences []writeback.Difference) {
	before := w.before()
	var overwritten, cleared []string
	for _, d := range differences {
		_, wanted := w.Values[d.WorkerID]
		_, managed := before[d.WorkerID][d.Attribute]
		_, unseen := w.BeforeAside[d.WorkerID]
		switch {
		case !wanted || d.New == "":
			cleared = append(cleared, d.String())
		case unseen || !managed && d.Old != "":
			overwritten = append(overwritten, d.String())
		}
	}
	if len(overwritten) > 0 {
		w.findings.warn("Values in the HR system will be overwritten", fmt.Sprintf("%s not managed yet and %s from what is wanted:\n%s",
			wording.Count(len(overwritten), "value is", "values are"), wording.One(len(overwritten), "differs", "differ"), Listed(overwritten)))
	}
	if len(cleared) > 0 {
		w.findings.warn("Values in the HR system will be cleared",
			fmt.Sprintf("%s will be removed:\n%s", wording.Count(len(cleared), "value"), Listed(cleared)))
	}
}

func (w *Writeback) checkCount(differences []writeback.Difference) {
	workers := map[string]bool{}
	var lines []string
	for _, d := range differences {
		workers[d.WorkerID] = true
		lines = append(lines, d.String())
	}
	if limit := w.MaxChanges; limit != nil && int64(len(workers)) > *limit {
		w.findings.failArgument("max_changes", "Too many workers would be written to",
			fmt.Sprintf("The plan writes to %s, and max_changes is %d:\n%s\nSee why so many change; if it is right, raise max_changes for this run.",
				wording.Count(len(workers), "worker"), *limit, Listed(lines)))
	}
}

// Apply makes the HR system agree with the plan. It returns the documents of the workers
// as it holds them then, and who is set aside.
func (w *Writeback) Apply(ctx context.Context) (after, aside map[string]string, findings Findings) {
	after, aside = w.apply(ctx)
	return after, aside, w.findings
}

func (w *Writeback) apply(ctx context.Context) (after, aside map[string]string) {
	unplanned := w.Aside == nil
	if aside = w.Aside; unplanned {
		aside = map[string]string{}
	}
	changes, want := w.changes()
	if w.findings.Failed() {
		return w.Before, aside
	}
	changes = slices.DeleteFunc(changes, func(c writeback.WorkerChange) bool { _, skip := w.Aside[c.WorkerID]; return skip })
	after = maps.Clone(w.Values)
	if len(changes) == 0 {
		return after, aside
	}
	system := w.open()
	if system == nil {
		return w.Before, aside
	}
	defer closeSystem(system)
	failed := slices.DeleteFunc(w.Recorder.Apply(ctx, system, changes), func(o writeback.Outcome) bool { return o.Err == nil })
	skipped := w.refused(changes, failed)
	if len(skipped) > 0 {
		w.warnOfAside(skipped, "Their values were not written, and the next plan shows them again")
	}
	if unplanned {
		aside = skipped
	}
	var failures []error
	for _, o := range failed {
		if _, is := skipped[o.WorkerID]; !is {
			failures = append(failures, o.Err)
			w.recordFailed(o, want, after)
		}
	}
	w.addFailures(failures, len(changes))
	return after, aside
}

// refused returns who of those that failed is set aside, and why. Nobody is where a failure
// stops everything, and where nobody is left: that is no matter of one worker.
func (w *Writeback) refused(changes []writeback.WorkerChange, failed []writeback.Outcome) map[string]string {
	aside := map[string]string{}
	for _, o := range failed {
		if o.Personal && w.Values[o.WorkerID] != "" {
			aside[o.WorkerID] = reasonOf(o.WorkerID, o.Err)
		}
	}
	if w.Stop || len(aside)+len(w.Aside) == len(w.Values) || allRefused(changes, aside, w.BeforeAside) {
		clear(aside)
	}
	return aside
}

// allRefused reports that of several workers who were not set aside before, every one is now.
func allRefused(changes []writeback.WorkerChange, aside, before map[string]string) bool {
	tried, refused := 0, 0
	for _, c := range changes {
		if _, was := before[c.WorkerID]; !was {
			tried++
			if _, is := aside[c.WorkerID]; is {
				refused++
			}
		}
	}
	return refused > 1 && refused == tried
}

// recordFailed puts a worker who failed into after: as read back if that is known, else as before.
func (w *Writeback) recordFailed(o writeback.Outcome, want map[string]writeback.Record, after map[string]string) {
	delete(after, o.WorkerID)
	before := w.before()[o.WorkerID]
	switch _, wanted := want[o.WorkerID]; {
	case before == nil: // not managed before and not as wanted now: the next plan adds it
	case wanted && o.Now != nil && o.Written:
		now := maps.Clone(before)
		for name := range now {
			if v, known := o.Now[name]; known {
				now[name] = v
			}
		}
		after[o.WorkerID] = now.Marshal()
	default:
		after[o.WorkerID] = w.Before[o.WorkerID]
	}
}

func (w *Writeback) addFailures(failures []error, of int) {
	if len(failures) > 1 {
		w.findings.fail("Some workers could not be written",
			fmt.Sprintf("%d of %s failed. What succeeded is in the state, and the next plan shows only the rest.", len(failures), wording.Count(of, "worker")))
	}
	texts := map[string]bool{}
	failures = slices.DeleteFunc(failures, func(err error) bool { // one failed read is the failure of everybody
		said := texts[err.Error()]
		texts[err.Error()] = true
		return said
	})
	w.findings.problems("The HR system did not take values", errors.Join(failures...))
}

// Refresh returns the documents of the state with what the HR system holds now.
// A worker whom it no longer has is left out, but for those who are set aside:
// of them the state holds what is wanted, so that the plan shows nothing of them.
func (w *Writeback) Refresh(ctx context.Context) (map[string]string, Findings) {
	return w.refresh(ctx), w.findings
}

func (w *Writeback) refresh(ctx context.Context) map[string]string {
	before := w.before()
	if len(w.Before) == 0 || w.findings.Failed() {
		return w.Before
	}
	system := w.open()
	if system == nil {
		return w.Before
	}
	defer closeSystem(system)
	names := map[string]bool{}
	for _, r := range before {
		for name := range r {
			names[name] = true
		}
	}
	found, err := system.Read(ctx, sortedKeys(before), sortedKeys(names))
	if err != nil {
		w.findings.problems("Cannot read the values in the HR system", err)
		return w.Before
	}
	if n := len(w.Before) - len(w.BeforeAside); n > 1 && len(found) == 0 {
		w.findings.fail("The HR system knows none of the workers", fmt.Sprintf("The state holds %d workers whom the HR system had, "+
			"and it has none of them now. That is no reason to believe that all of them were deleted: see that the address and the credentials lead to the right system. "+
			"If they are really gone, take them out of values and run once with -refresh=false.", n))
		return w.Before
	}
	return w.refreshed(found)
}

// refreshed returns the documents of the state with what was found.
func (w *Writeback) refreshed(found map[string]writeback.Record) map[string]string {
	after := make(map[string]string, len(w.Before))
	for id, r := range w.before() {
		if _, is := w.BeforeAside[id]; is {
			after[id] = w.Before[id]
			continue
		}
		have, exists := found[id]
		if !exists {
			continue
		}
		after[id] = w.Before[id]
		now := make(writeback.Record, len(r))
		for name := range r {
			now[name] = have[name]
		}
		if !maps.Equal(now, r) {
			after[id] = now.Marshal()
		}
	}
	return after
}

// PlanEnd says what ends with the resource.
func (w *Writeback) PlanEnd() (f Findings) {
	if n := len(w.Before); w.Clear && n > 0 {
		f.warn("Values will be cleared",
			fmt.Sprintf("Destroying this resource removes the values of %s from the HR system (on_destroy = \"clear\").", wording.Count(n, "worker")))
	}
	return f
}

// End clears all values that the state records, where that is asked for. It returns the
// documents of those for whom it failed.
func (w *Writeback) End(ctx context.Context) (left map[string]string, findings Findings) {
	if !w.Clear {
		return nil, nil
	}
	w.Values, w.Aside = map[string]string{}, map[string]string{}
	left, _, findings = w.Apply(ctx)
	return left, findings
}

// changes returns what is to be written, by worker id, and the documents that are wanted.
// Whoever was set aside is looked at anew: the state does not say what the system holds.
func (w *Writeback) changes() ([]writeback.WorkerChange, map[string]writeback.Record) {
	want, before := w.parse(w.Values, w.Attributes), w.before()
	ids := maps.Clone(want)
	maps.Copy(ids, before)
	var changes []writeback.WorkerChange
	for _, id := range sortedKeys(ids) {
		_, wanted := want[id]
		c := writeback.WorkerChange{WorkerID: id, Want: maps.Clone(want[id]), MayBeGone: !wanted}
		if c.Want == nil {
			c.Want = writeback.Record{}
		}
		_, unseen := w.BeforeAside[id]
		if w.SameSystem && !unseen {
			c.Planned = before[id]
		}
		if w.Clear && w.SameSystem {
			for name := range before[id] {
				if _, stays := c.Want[name]; !stays && slices.Contains(w.Attributes, name) {
					c.Want[name] = ""
				}
			}
		}
		if len(c.Want) > 0 && (unseen || !w.SameSystem || !holdsAll(before[id], c.Want)) {
			changes = append(changes, c)
		}
	}
	return changes, want
}

// holdsAll reports whether have has every value of want.
func holdsAll(have, want writeback.Record) bool {
	for name, v := range want {
		if now, managed := have[name]; !managed || now != v {
			return false
		}
	}
	return true
}

// before returns the documents of the state, decoded.
func (w *Writeback) before() map[string]writeback.Record {
	if w.managed == nil {
		w.managed = w.parse(w.Before, w.Former)
	}
	return w.managed
}

func (w *Writeback) parse(docs map[string]string, allowed []string) map[string]writeback.Record {
	out := make(map[string]writeback.Record, len(docs))
	for _, id := range sortedKeys(docs) {
		r, err := writeback.Parse(docs[id], allowed)
		if err == nil {
			err = writeback.CheckWorkerID(id)
		}
		if out[id] = r; err != nil {
			w.findings.failWorker(id, "Invalid values", fmt.Sprintf("Worker %q: %s.", id, strings.ReplaceAll(err.Error(), "\n", "; ")))
		}
	}
	return out
}

// open returns the HR system, or nil and says why it cannot be used.
func (w *Writeback) open() writeback.System {
	system, err := w.Open()
	if err != nil {
		w.findings.problems("The HR system cannot be written to as configured", err)
		return nil
	}
	return system
}

// closeSystem frees what a system holds open.
func closeSystem(s writeback.System) {
	if c, ok := s.(interface{ Close() error }); ok {
		_ = c.Close() // there is nothing left to be done with it
	}
}
