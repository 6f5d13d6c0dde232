// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// Remove disables or deletes accounts, given by worker id with their objectGUID,
// and returns the outcomes by worker id. An account that is gone already is no
// error. Of what is below an account only objects of [Options.DeleteChildrenOfClasses]
// are deleted with it, and what is protected is neither deleted nor disabled. Who is
// disabled here remembers no reason: the rules that would know it are gone.
func (d *Domain) Remove(ctx context.Context, ids map[string]string, mode directory.Removal) []directory.Outcome {
	r := &run{Domain: d, o: directory.ApplyOptions{Parallel: defaultParallel}, types: StandardSchema()}
	workers := slices.Sorted(maps.Keys(ids))
	outcomes := make([]directory.Outcome, len(workers))
	byID := map[string][]*task{}
	for i, worker := range workers {
		outcomes[i] = directory.Outcome{WorkerID: worker, ID: ids[worker]}
		t := &task{Change: directory.Change{WorkerID: worker, ID: ids[worker]}, out: &outcomes[i], failed: map[string]bool{}}
		r.tasks = append(r.tasks, t)
		id, err := canonicalGUID(t.ID)
		if err != nil {
			t.fail("remove", "", directory.Because(directory.ErrInvalid, err))
			continue
		}
		t.ID, t.out.ID, byID[id] = id, id, append(byID[id], t)
	}
	records, err := d.fetch(ctx, attrGUID, slices.Collect(maps.Keys(byID)))
	if err == nil {
		err = d.guard(ctx)
	}
	if err != nil {
		r.failAll("read", err)
	}
	for _, rec := range records {
		for _, t := range byID[rec.id] {
			t.have = rec
			t.at(rec.dn, true)
		}
	}
	r.each(ctx, r.alive(), func(ctx context.Context, t *task) { r.remove(ctx, t, mode) })
	if mode == directory.Disable {
		r.readBack(ctx, r.alive())
		r.verifyDisabled(ctx)
	}
	for _, t := range r.tasks {
		t.out.Err = errors.Join(t.errs...)
	}
	return outcomes
}

func (r *run) remove(ctx context.Context, t *task, mode directory.Removal) {
	op := map[directory.Removal]string{directory.Disable: "disable", directory.Delete: "delete"}[mode]
	why := ""
	if t.have != nil {
		why = r.protection(t.have)
	}
	switch {
	case t.have == nil:
	case !t.have.isUser():
		t.fail(op, "", directory.Because(directory.ErrProtected, fmt.Errorf("it is a %s, not a user", t.have.class)))
	case mode == directory.Disable && !t.have.enabled():
	case why != "":
		t.fail(op, "", directory.Because(directory.ErrProtected, errors.New(why)))
	case mode == directory.Disable:
		r.disable(ctx, t)
	default:
		r.delete(ctx, t)
	}
}

func (r *run) disable(ctx context.Context, t *task) {
	// The configuration took it away, and may give it back.
	edits, err := r.disableEdits(t.have, memory{directory.ForOutOfScope, r.now()})
	if err == nil {
		err = r.sendState(ctx, t, edits)
	}
	if err != nil && !errors.Is(err, directory.ErrGone) {
		t.fail("disable", attrControl, explainWrite(err))
	}
}

func (r *run) verifyDisabled(ctx context.Context) {
	detached, cancel := detach(ctx)
	defer cancel()
	var records []*record
	for _, t := range r.alive() {
		if t.have != nil {
			records = append(records, t.have)
		}
	}
	known, err := r.existingAll(detached, records)
	for _, t := range r.alive() {
		switch {
		case t.have == nil:
		case err != nil:
			t.fail("read back", "", err)
		case known[t.have.id].Account.Enabled:
			t.fail("read back", attrControl, fmt.Errorf("%w: the account is still enabled", directory.ErrNotAsWritten))
		default:
			t.out.Account = known[t.have.id]
		}
	}
}
