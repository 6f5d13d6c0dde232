// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-workforce/internal/reconcile"
	"terraform-provider-workforce/internal/wording"
	"terraform-provider-workforce/internal/writeback"
)

// writebackRun is one plan, apply or refresh of values in an HR system.
type writebackRun struct {
	data *providerData // of an apply
	// plan is nil in a refresh; state is the zero model in a creation.
	plan, state *hrWritebackModel
	diags       *diag.Diagnostics
	// managed holds what the state records, by worker id, once it is read.
	managed map[string]writeback.Record
}

// preview says what a plan will overwrite in the HR system and the plan itself
// does not show. It returns who is set aside, and why.
func (w *writebackRun) preview(ctx context.Context) map[string]string {
	changes, want := w.changes(goMap(w.state.SetAside))
	if len(changes) == 0 || w.diags.HasError() {
		return nil
	}
	system := w.open(w.plan)
	if system == nil {
		return nil
	}
	defer closeSystem(system)
	differences, problems, err := writeback.Preview(ctx, system, changes)
	if err != nil {
		addProblems(w.diags, "The HR system would refuse values", err)
		return nil
	}
	aside := w.problems(problems, want)
	w.checkCount(differences)
	w.warnOfChanges(differences)
	return aside
}

// problems reports what stands in the way of workers, and returns who is set aside.
func (w *writebackRun) problems(problems []writeback.Problem, want map[string]writeback.Record) map[string]string {
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
	case w.plan.OnProblem.ValueString() == problemStop || len(aside) > 0 && len(aside) == len(want):
		addProblems(w.diags, "The HR system would refuse values", errors.Join(all...))
		return nil
	case len(aside) > 0:
		w.warnOfAside(aside, "No values are written for them, and the next plan looks at them again")
	}
	addProblems(w.diags, "The HR system would refuse values", errors.Join(others...))
	return aside
}

// reasonOf is what an error says of a worker, without their id.
func reasonOf(id string, err error) string {
	return strings.ReplaceAll(strings.TrimPrefix(err.Error(), fmt.Sprintf("worker %q: ", id)), "\n", "; ")
}

func (w *writebackRun) warnOfAside(aside map[string]string, what string) {
	var lines []string
	for _, id := range slices.Sorted(maps.Keys(aside)) {
		lines = append(lines, fmt.Sprintf("worker %q: %s", id, aside[id]))
	}
	w.diags.AddWarning("Workers are set aside", fmt.Sprintf("%d of %s have a problem. %s; the others go on (on_problem = %q):\n%s", len(aside), wording.Count(len(w.plan.Values.Elements()), "worker"), what, problemSetAside, listed(lines)))
}

// warnOfChanges names the values that are overwritten or cleared, and that the
// plan does not show.
func (w *writebackRun) warnOfChanges(differences []writeback.Difference) {
	before, docs, aside := w.before(), goMap(w.plan.Values), goMap(w.state.SetAside)
	var overwritten, cleared []string
	for _, d := range differences {
		_, wanted := docs[d.WorkerID]
		_, managed := before[d.WorkerID][d.Attribute]
		_, unseen := aside[d.WorkerID]
		switch {
		case !wanted || d.New == "":
			cleared = append(cleared, d.String())
		case unseen || !managed && d.Old != "":
			overwritten = append(overwritten, d.String())
		}
	}
	if len(overwritten) > 0 {
		w.diags.AddWarning("Values in the HR system will be overwritten", fmt.Sprintf("%s not managed yet and %s from what is wanted:\n%s", wording.Count(len(overwritten), "value is", "values are"), wording.One(len(overwritten), "differs", "differ"), listed(overwritten)))
	}
	if len(cleared) > 0 {
		w.diags.AddWarning("Values in the HR system will be cleared", fmt.Sprintf("%s will be removed:\n%s", wording.Count(len(cleared), "value"), listed(cleared)))
	}
}

func (w *writebackRun) checkCount(differences []writeback.Difference) {
	workers := map[string]bool{}
	var lines []string
	for _, d := range differences {
		workers[d.WorkerID] = true
		lines = append(lines, d.String())
	}
	if limit := w.plan.MaxChanges.ValueInt64Pointer(); limit != nil && int64(len(workers)) > *limit {
		w.diags.AddAttributeError(path.Root("max_changes"), "Too many workers would be written to",
			fmt.Sprintf("The plan writes to %s, and max_changes is %d:\n%s\nSee why so many change; if it is right, raise max_changes for this run.", wording.Count(len(workers), "worker"), *limit, listed(lines)))
	}
}

// apply makes the HR system agree with the plan, and returns the documents of
// the workers as it holds them then.
func (w *writebackRun) apply(ctx context.Context) map[string]string {
	docs, before := goMap(w.state.Values), goMap(w.state.SetAside)
	planned, unplanned := goMap(w.plan.SetAside), w.plan.SetAside.IsUnknown()
	if unplanned {
		w.plan.SetAside = stringMap(nil)
	}
	changes, want := w.changes(before)
	if w.diags.HasError() {
		return docs
	}
	changes = slices.DeleteFunc(changes, func(c writeback.Change) bool { _, skip := planned[c.WorkerID]; return skip })
	after := goMap(w.plan.Values)
	if len(changes) == 0 {
		return after
	}
	system := w.open(w.plan)
	if system == nil {
		return docs
	}
	defer closeSystem(system)
	var failed []writeback.Outcome
	aside := map[string]string{}
	for _, o := range w.recorder().Apply(ctx, system, changes) {
		if o.Err == nil {
			continue
		}
		if failed = append(failed, o); o.Personal && after[o.WorkerID] != "" {
			aside[o.WorkerID] = reasonOf(o.WorkerID, o.Err)
		}
	}
	if w.plan.OnProblem.ValueString() == problemStop || len(aside)+len(planned) == len(after) || allRefused(changes, aside, before) {
		clear(aside)
	}
	if len(aside) > 0 {
		w.warnOfAside(aside, "Their values were not written, and the next plan shows them again")
	}
	if unplanned {
		w.plan.SetAside = stringMap(aside)
	}
	var failures []error
	for _, o := range failed {
		if _, skipped := aside[o.WorkerID]; !skipped {
			failures = append(failures, o.Err)
			w.keep(o, docs, want, after)
		}
	}
	w.addFailures(failures, len(changes))
	return after
}

// recorder says where the writes of an apply are put on record, and who writes them to what.
func (w *writebackRun) recorder() writeback.Recorder {
	r := w.plan.recorder()
	r.Log = w.data.audit
	return r
}

// allRefused reports that of several workers who were not set aside before, every one is now.
func allRefused(changes []writeback.Change, aside, before map[string]string) bool {
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

// keep records a worker who failed: as read back if that is known, else as before.
func (w *writebackRun) keep(o writeback.Outcome, docs map[string]string, want map[string]writeback.Record, after map[string]string) {
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
		after[o.WorkerID] = docs[o.WorkerID]
	}
}

func (w *writebackRun) addFailures(failures []error, of int) {
	if len(failures) > 1 {
		w.diags.AddError("Some workers could not be written", fmt.Sprintf("%d of %s failed. What succeeded is in the state, and the next plan shows only the rest.", len(failures), wording.Count(of, "worker")))
	}
	texts := map[string]bool{}
	failures = slices.DeleteFunc(failures, func(err error) bool { // one failed read is the failure of everybody
		said := texts[err.Error()]
		texts[err.Error()] = true
		return said
	})
	addProblems(w.diags, "The HR system did not take values", errors.Join(failures...))
}

// refresh returns the documents of the state with what the HR system holds now.
// A worker whom it no longer has is left out, but for those who are set aside:
// of them the state holds what is wanted, so that the plan shows nothing of them.
func (w *writebackRun) refresh(ctx context.Context) map[string]string {
	docs, before := goMap(w.state.Values), w.before()
	if len(docs) == 0 || w.diags.HasError() {
		return docs
	}
	system := w.open(w.state)
	if system == nil {
		return docs
	}
	defer closeSystem(system)
	names := map[string]bool{}
	for _, r := range before {
		for name := range r {
			names[name] = true
		}
	}
	found, err := system.Read(ctx, slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(names)))
	if err != nil {
		addProblems(w.diags, "Cannot read the values in the HR system", err)
		return docs
	}
	after, aside := make(map[string]string, len(docs)), goMap(w.state.SetAside)
	if n := len(docs) - len(aside); n > 1 && len(found) == 0 {
		w.diags.AddError("The HR system knows none of the workers", fmt.Sprintf("The state holds %d workers whom the HR system had, and it has none of them now. That is no reason to believe that all of them were deleted: see that the address and the credentials lead to the right system. "+
			"If they are really gone, take them out of values and run once with -refresh=false.", n))
		return docs
	}
	for id, r := range before {
		if _, is := aside[id]; is {
			after[id] = docs[id]
			continue
		}
		have, exists := found[id]
		if !exists {
			continue
		}
		after[id] = docs[id]
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

// changes returns what is to be written for the plan, by worker id, and its documents.
// Whoever was set aside is looked at anew: the state does not say what the system holds.
func (w *writebackRun) changes(aside map[string]string) ([]writeback.Change, map[string]writeback.Record) {
	allowed := w.plan.Attributes
	want := w.parse(goMap(w.plan.Values), allowed)
	before := w.before()
	sameSystem := w.plan.sameSystem(w.state)
	clears := w.plan.OnRemoval.ValueString() == writebackClear
	ids := maps.Clone(want)
	maps.Copy(ids, before)
	var changes []writeback.Change
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		_, wanted := want[id]
		c := writeback.Change{WorkerID: id, Want: maps.Clone(want[id]), MayBeGone: !wanted}
		if c.Want == nil {
			c.Want = writeback.Record{}
		}
		_, unseen := aside[id]
		if sameSystem && !unseen {
			c.Planned = before[id]
		}
		if clears && sameSystem {
			for name := range before[id] {
				if _, stays := c.Want[name]; !stays && slices.Contains(allowed, name) {
					c.Want[name] = ""
				}
			}
		}
		if len(c.Want) > 0 && (unseen || !sameSystem || !holdsAll(before[id], c.Want)) {
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

// before returns the documents of the state.
func (w *writebackRun) before() map[string]writeback.Record {
	if w.managed == nil {
		w.managed = w.parse(goMap(w.state.Values), w.state.Attributes)
	}
	return w.managed
}

func (w *writebackRun) parse(docs map[string]string, allowed []string) map[string]writeback.Record {
	out := make(map[string]writeback.Record, len(docs))
	var bad reconcile.Findings
	for _, id := range slices.Sorted(maps.Keys(docs)) {
		r, err := writeback.Parse(docs[id], allowed)
		if err == nil {
			err = writeback.CheckWorkerID(id)
		}
		if out[id] = r; err == nil {
			continue
		}
		bad = append(bad, reconcile.Finding{Severity: reconcile.Error, Title: "Invalid values", Worker: id, Who: fmt.Sprintf("worker %q", id),
			Text: fmt.Sprintf("Worker %q: %s.", id, strings.ReplaceAll(err.Error(), "\n", "; "))})
	}
	report(bad, func(id string) path.Path { return path.Root("values").AtMapKey(id) }, w.diags)
	return out
}

func (w *writebackRun) open(m *hrWritebackModel) writeback.System {
	system, err := m.open(os.Getenv)
	if err != nil {
		addProblems(w.diags, "The HR system cannot be written to as configured", err)
		return nil
	}
	return system
}
