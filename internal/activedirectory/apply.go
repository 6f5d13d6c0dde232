// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"terraform-provider-workforce/internal/directory"
)

const defaultParallel = 8

// readBackTimeout bounds finding out what was done after the caller's context ended.
const readBackTimeout = time.Minute

// Apply carries out changes and returns their outcomes in the same order. The
// order of changes does not matter: managers are created before who reports to
// them where that is possible and linked afterwards where it is not, and names
// that change hands are freed before they are taken. One person's failure does
// not stop the others, except when the server is lost or ctx ends: then the rest
// fails with directory.ErrNotAttempted.
//
// Accounts are read again right before they are changed, only what differs is
// written, single values are replaced only while they still are what was read,
// and everything is read back and compared. Running it again finishes what an
// interrupted run began.
func (d *Domain) Apply(ctx context.Context, changes []directory.Change, o directory.ApplyOptions) []directory.Outcome {
	if o.Parallel <= 0 {
		o.Parallel = defaultParallel
	}
	r := &run{Domain: d, o: o, byWorker: make(map[string]*task, len(changes))}
	outcomes := make([]directory.Outcome, len(changes))
	for i, c := range changes {
		outcomes[i] = directory.Outcome{WorkerID: c.WorkerID, ID: c.ID}
		r.tasks = append(r.tasks, &task{Change: c, out: &outcomes[i], failed: map[string]bool{}})
	}
	r.prepare(ctx)
	for _, w := range r.schedule() {
		r.each(ctx, w.aside, r.stepAside)
		r.each(ctx, w.tasks, r.write)
		r.readBack(ctx, w.tasks)
	}
	r.linkManagers(ctx)
	r.settleGroups(ctx)
	r.verify(ctx)
	r.linkWaiting(ctx)
	for _, t := range r.tasks {
		t.out.Err = errors.Join(t.errs...)
	}
	return outcomes
}

// run is one Apply.
type run struct {
	*Domain
	o        directory.ApplyOptions
	tasks    []*task
	byWorker map[string]*task
	types    *directory.Schema
	managers map[string][]*record // by worker id, of those who are not in tasks
	stopped  atomic.Pointer[error]
}

// task is one change on its way. Only one goroutine works on it at a time.
type task struct {
	directory.Change
	out  *directory.Outcome
	have *record // as last read; nil before creation
	gone *record // the deleted account that is to be restored; nil: none

	mu     sync.Mutex
	dn     string // where the account is; "" before creation
	landed bool   // it is where it is to stay

	errs    []error
	failed  map[string]bool // attributes not to be verified, "" for all
	touched bool            // something was written
	link    bool            // the manager is to be linked after everybody exists

	mustChange bool // pwdLastSet 0 was written
}

func (t *task) where() (dn string, landed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.dn, t.landed
}

func (t *task) at(dn string, landed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dn, t.landed = dn, landed
}

// dead reports that nothing more is to be done for the person.
func (t *task) dead() bool { return t.failed[""] }

// fail records an error about an attribute, or with "" about everything.
func (t *task) fail(op, attribute string, err error) {
	name := ""
	if v, ok := lookup(t.Want.Attributes, attrDisplayName); ok {
		name = v.Text()
	}
	dn, _ := t.where()
	if dn == "" && t.Want.Container != "" {
		dn = joinDN(t.cn(), t.Want.Container)
	}
	t.failed[directory.Fold(attribute)] = true
	t.errs = append(t.errs, &directory.PersonError{WorkerID: t.WorkerID, Name: name, Path: dn, Op: op, Attribute: attribute, Err: err})
}

func (t *task) want(name string) (directory.Value, bool) { return lookup(t.Want.Attributes, name) }

func (t *task) cn() string {
	v, _ := t.want(attrCN)
	return v.Text()
}

// alive returns the tasks that have not failed.
func (r *run) alive() []*task {
	return slices.DeleteFunc(slices.Clone(r.tasks), (*task).dead)
}

// prepare checks the changes and reads the accounts they are about.
func (r *run) prepare(ctx context.Context) {
	names := map[string]bool{}
	ids := map[string]*task{}
	for _, t := range r.tasks {
		if other := r.byWorker[t.WorkerID]; other != nil {
			t.fail("check", "", directory.Because(directory.ErrInvalid, errors.New("the worker id stands for two changes at once")))
			continue
		}
		r.byWorker[t.WorkerID] = t
		if t.ID != "" {
			id, err := canonicalGUID(t.ID)
			if err == nil && ids[id] != nil {
				err = fmt.Errorf("the account is that of worker %q as well", ids[id].WorkerID)
			}
			if err != nil {
				t.fail("check", "", directory.Because(directory.ErrInvalid, err))
				continue
			}
			t.ID, t.out.ID, ids[id] = id, id, t
		}
		for name := range t.Want.Attributes {
			names[name] = true
		}
	}
	wanted := slices.Collect(maps.Keys(names))
	r.Need(wanted...)
	types, err := r.typesFor(ctx, wanted)
	if err != nil {
		r.failAll("read the schema", err)
		return
	}
	r.types = types
	for _, t := range r.alive() {
		r.check(t)
	}
	records, err := r.fetch(ctx, attrGUID, slices.Collect(maps.Keys(ids)))
	if err == nil {
		err = r.guard(ctx)
	}
	if err != nil {
		r.failAll("read", err)
		return
	}
	for _, rec := range records {
		if t := ids[rec.id]; t != nil { // a server may answer more than it was asked
			t.have = rec
			t.at(rec.dn, !t.renames())
		}
	}
	if err := r.findGone(ctx); err != nil {
		r.failAll("read", err)
		return
	}
	for _, t := range r.alive() {
		switch {
		case t.gone != nil:
		case t.ID != "" && t.have == nil:
			t.out.ID = ""
			t.fail("read", "", fmt.Errorf("%w: no object has the objectGUID %s", directory.ErrGone, t.ID))
		case t.have != nil && !t.have.isUser():
			t.fail("read", "", directory.Because(directory.ErrInvalid, fmt.Errorf("%q is a %s, expected a user", t.have.dn, t.have.class)))
		}
	}
	r.checkPlanned(ctx)
	r.resolveManagers(ctx)
}

// check finds what is wrong with the values before anything is written.
func (r *run) check(t *task) {
	err := CheckAccount(t.Want, r.types)
	if t.WorkerID == "" {
		err = errors.Join(errors.New("the worker id is empty"), err)
	}
	if err != nil {
		t.fail("check", "", directory.Because(directory.ErrInvalid, err))
	}
}

// checkPlanned finds what changed between the plan and now in what is to be written.
func (r *run) checkPlanned(ctx context.Context) {
	var records []*record
	for _, t := range r.alive() {
		if t.have != nil && t.Planned != nil {
			records = append(records, t.have)
		}
	}
	if len(records) == 0 {
		return
	}
	known, err := r.existingAll(ctx, records)
	if err != nil {
		r.failAll("read", err)
		return
	}
	for _, t := range r.alive() {
		if t.have == nil || t.Planned == nil {
			continue
		}
		now := known[t.have.id].Account
		changed := func(what, planned, found string) {
			t.fail("modify", what, fmt.Errorf("%w: it was %q when the plan was made and is %q now", directory.ErrChanged, planned, found))
			t.failed[""] = true
		}
		if now.Enabled != t.Planned.Enabled && now.Enabled != t.Want.Enabled {
			changed("enabled", fmt.Sprint(t.Planned.Enabled), fmt.Sprint(now.Enabled))
		}
		if !sameDN(now.Container, t.Planned.Container) && !sameDN(now.Container, t.Want.Container) {
			changed("container", t.Planned.Container, now.Container)
		}
		for name, v := range t.Want.Attributes {
			planned, ok := lookup(t.Planned.Attributes, name)
			found, _ := lookup(now.Attributes, name)
			if ok && !Equal(r.types, name, planned, found) && !Equal(r.types, name, v, found) {
				changed(name, planned.Text(), found.Text())
			}
		}
	}
}

// failAll ends the run before it began.
func (r *run) failAll(op string, err error) {
	r.stop(err)
	for _, t := range r.alive() {
		t.fail(op, "", err)
	}
}

func (r *run) stop(err error) { r.stopped.CompareAndSwap(nil, &err) }

// each runs f for tasks, several at once, until the server is lost.
func (r *run) each(ctx context.Context, tasks []*task, f func(context.Context, *task)) {
	var g errgroup.Group
	g.SetLimit(r.o.Parallel)
	for _, t := range tasks {
		if t.dead() {
			continue
		}
		g.Go(func() error {
			if ctx.Err() != nil {
				r.stop(context.Cause(ctx))
			}
			if lost := r.stopped.Load(); lost != nil {
				t.fail("change", "", fmt.Errorf("%w: %w", directory.ErrNotAttempted, *lost))
				return nil
			}
			if r.pace.enter(ctx) != nil {
				t.fail("change", "", fmt.Errorf("%w: %w", directory.ErrNotAttempted, context.Cause(ctx)))
				return nil
			}
			defer r.pace.leave(r.o.Parallel)
			before := len(t.errs)
			f(ctx, t)
			for _, err := range t.errs[before:] {
				if isLost(err) {
					r.stop(errors.New("the directory cannot be reached any more"))
				}
			}
			return nil
		})
	}
	_ = g.Wait() // no task returns an error
}

// write makes one account what it is to be.
func (r *run) write(ctx context.Context, t *task) {
	switch {
	case t.have != nil:
		r.update(ctx, t)
	case t.gone != nil:
		r.restore(ctx, t)
	default:
		r.create(ctx, t)
	}
}
