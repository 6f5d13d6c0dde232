// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/progress"
)

const defaultParallel = 8

// readBackGrace bounds finding out what was done after the caller's context has ended.
const readBackGrace = time.Minute

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
// interrupted run began. Who must not sign in any more is disabled before anything
// else is done, whatever else is wrong with them.
func (d *Domain) Apply(ctx context.Context, changes []directory.Change, o directory.ApplyOptions) []directory.Outcome {
	if o.Parallel <= 0 {
		o.Parallel = defaultParallel
	}
	r := &run{Domain: d, o: o, byWorker: make(workers, len(changes))}
	outcomes := make([]directory.Outcome, len(changes))
	for i, c := range changes {
		outcomes[i] = directory.Outcome{WorkerID: c.WorkerID, ID: c.ID}
		if c.Want.Released { // nothing is read, written or undone
			continue
		}
		r.tasks = append(r.tasks, &task{Change: c, out: &outcomes[i], failed: map[string]bool{}})
	}
	r.prepare(ctx)
	r.takeAccess(ctx)
	r.issue(ctx)
	for _, w := range r.schedule() {
		r.each(ctx, w.aside, r.stepAside)
		r.each(ctx, w.tasks, r.write)
		r.readBack(ctx, w.tasks)
	}
	r.linkManagers(ctx)
	r.writeGroups(ctx)
	r.writePasswordRights(ctx)
	r.verify(ctx)
	r.linkWaiting(ctx)
	r.voidUnused(ctx)
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
	byWorker workers
	types    *directory.Schema
	managers map[string][]*record // by folded worker id, of those who are not in tasks
	lookup   error                // why managers could not be looked for
	stopped  atomic.Pointer[error]
}

// task is one change on its way. Only one goroutine works on it at a time.
type task struct {
	directory.Change
	out  *directory.Outcome
	have *record // as last read; nil before creation
	gone *record // the deleted account that is to be restored; nil: none
	own  *record // what an interrupted run left of an account that is to be created, where that was looked for

	mu        sync.Mutex
	dn        string // where the account is; "" before creation
	atFinalDN bool   // it is where it is to stay

	errs    []error
	failed  map[string]bool // attributes not to be verified, "" for all
	touched bool            // something was written
	link    bool            // the manager is to be linked after everybody exists

	doubt      bool   // no answer came to a write, which may have been carried out all the same
	issued     string // the first password that was kept for the person; "": none
	mustChange bool   // pwdLastSet 0 was written
	mayNot     bool   // the access list forbids the owner to change the password, and no document says so
	badControl bool   // what the document says of userAccountControl is not to be written
}

func (t *task) where() (dn string, atFinalDN bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.dn, t.atFinalDN
}

func (t *task) at(dn string, atFinalDN bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dn, t.atFinalDN = dn, atFinalDN
}

// dead reports that nothing more is to be done for the person.
func (t *task) dead() bool { return t.failed[""] }

// fail records an error about an attribute, or with "" about everything.
func (t *task) fail(op, attribute string, err error) {
	if e := unrecorded(err); e != nil && !errors.Is(err, directory.ErrNotAttempted) {
		err = directory.Because(directory.ErrNotAttempted, e)
	}
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
	m := r.client.Meter(ctx, "accounts", len(tasks))
	defer m.End()
	for _, t := range tasks {
		if t.dead() {
			m.Add(0, 1)
			continue
		}
		g.Go(func() error {
			defer t.counted(m, len(t.errs))
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
			f(t.recorded(ctx), t)
			for _, err := range t.errs[before:] {
				if isLost(err) {
					r.stop(notTriedError(err))
				}
			}
			return nil
		})
	}
	_ = g.Wait() // no task returns an error
}

// counted tells the meter how an account ended, which had so many errors before.
func (t *task) counted(m *progress.Meter, errs int) {
	if len(t.errs) > errs {
		m.Add(0, 1)
		return
	}
	m.Add(1, 0)
}

// write makes one account what it is to be.
func (r *run) write(ctx context.Context, t *task) {
	switch {
	case t.Want.Deleted:
		r.deleteWanted(ctx, t)
	case t.have != nil:
		r.update(ctx, t)
	case t.gone != nil:
		r.restore(ctx, t)
	default:
		r.create(ctx, t)
	}
}
