// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-workforce/internal/writeback"
)

// writebackRun is one plan, apply or refresh of values in an HR system.
type writebackRun struct {
	// plan is nil in a refresh; state is the zero model in a creation.
	plan, state *hrWritebackModel
	diags       *diag.Diagnostics
	// managed holds what the state records, by worker id, once it is read.
	managed map[string]writeback.Record
}

// preview says what a plan will overwrite in the HR system and the plan itself
// does not show, and refuses what cannot be written.
func (w *writebackRun) preview(ctx context.Context) {
	changes, _ := w.changes()
	if len(changes) == 0 || w.diags.HasError() {
		return
	}
	system := w.open(w.plan)
	if system == nil {
		return
	}
	defer closeSystem(system)
	differences, err := writeback.Preview(ctx, system, changes)
	if err != nil {
		addProblems(w.diags, "The HR system would refuse values", err)
		return
	}
	w.checkCount(differences)
	before, docs := w.before(), goMap(w.plan.Values)
	var overwritten, cleared []string
	for _, d := range differences {
		_, wanted := docs[d.WorkerID]
		_, managed := before[d.WorkerID][d.Attribute]
		switch {
		case !wanted || d.New == "":
			cleared = append(cleared, d.String())
		case !managed && d.Old != "":
			overwritten = append(overwritten, d.String())
		}
	}
	if len(overwritten) > 0 {
		w.diags.AddWarning("Values in the HR system will be overwritten", fmt.Sprintf("%d values are not managed yet and differ from those wanted:\n%s", len(overwritten), listed(overwritten)))
	}
	if len(cleared) > 0 {
		w.diags.AddWarning("Values in the HR system will be cleared", fmt.Sprintf("%d values will be removed:\n%s", len(cleared), listed(cleared)))
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
			fmt.Sprintf("The plan writes to %d workers, and max_changes is %d:\n%s\nSee why so many change; if it is right, raise max_changes for this run.", len(workers), *limit, listed(lines)))
	}
}

// apply makes the HR system agree with the plan, and returns the documents of
// the workers as it holds them then.
func (w *writebackRun) apply(ctx context.Context) map[string]string {
	docs := goMap(w.state.Values)
	changes, want := w.changes()
	if w.diags.HasError() {
		return docs
	}
	after := goMap(w.plan.Values)
	if len(changes) == 0 {
		return after
	}
	system := w.open(w.plan)
	if system == nil {
		return docs
	}
	defer closeSystem(system)
	var failures []error
	for _, o := range writeback.Apply(ctx, system, changes) {
		if o.Err == nil {
			continue
		}
		failures = append(failures, o.Err)
		w.keep(o, docs, want, after)
	}
	w.addFailures(failures, len(changes))
	return after
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
	texts := map[string]bool{}
	for i, err := range failures {
		if i == maxProblems {
			break
		}
		if !texts[err.Error()] { // one failed read is the failure of everybody
			w.diags.AddError("The HR system did not take values", err.Error())
		}
		texts[err.Error()] = true
	}
	if len(failures) > 1 {
		w.diags.AddError("Some workers could not be written", fmt.Sprintf("%d of %d workers failed; the first %d are named above. What succeeded is in the state, and the next plan shows only the rest.", len(failures), of, min(len(failures), maxProblems)))
	}
}

// refresh returns the documents of the state with what the HR system holds now.
// A worker whom it no longer has is left out.
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
	after := make(map[string]string, len(docs))
	for id, r := range before {
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
func (w *writebackRun) changes() ([]writeback.Change, map[string]writeback.Record) {
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
		if sameSystem {
			c.Planned = before[id]
		}
		if clears && sameSystem {
			for name := range before[id] {
				if _, stays := c.Want[name]; !stays && slices.Contains(allowed, name) {
					c.Want[name] = ""
				}
			}
		}
		if len(c.Want) > 0 && (!sameSystem || !holdsAll(before[id], c.Want)) {
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
	bad := 0
	for _, id := range slices.Sorted(maps.Keys(docs)) {
		r, err := writeback.Parse(docs[id], allowed)
		if err == nil {
			err = writeback.CheckWorkerID(id)
		}
		if out[id] = r; err == nil {
			continue
		}
		if bad++; bad <= maxProblems {
			w.diags.AddAttributeError(path.Root("values").AtMapKey(id), "Invalid values", fmt.Sprintf("Worker %q: %s.", id, strings.ReplaceAll(err.Error(), "\n", "; ")))
		}
	}
	if bad > maxProblems {
		w.diags.AddError("Invalid values", fmt.Sprintf("… and %d more documents like those above.", bad-maxProblems))
	}
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
