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

// workers finds tasks by worker id, whose case does not matter: directories ignore it.
type workers map[string]*task

func (w workers) put(t *task) { w[directory.Fold(t.WorkerID)] = t }

func (w workers) get(id string) *task { return w[directory.Fold(id)] }

// prepare checks the changes and reads the accounts they are about.
func (r *run) prepare(ctx context.Context) {
	ids, names := r.identify()
	wanted := slices.Collect(maps.Keys(names))
	r.Need(wanted...)
	types, err := r.typesFor(ctx, wanted)
	if err != nil {
		r.failAll("read the schema", err)
		return
	}
	r.types = types
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
			t.at(rec.dn, false)
		}
	}
	for _, t := range r.alive() {
		r.check(t)
	}
	if err := r.findGone(ctx); err != nil {
		r.failAll("read", err)
		return
	}
	for _, t := range r.alive() {
		switch {
		case t.gone != nil || t.Want.Deleted:
		case t.ID != "" && t.have == nil:
			t.out.ID = ""
			since := ""
			if t.Planned != nil {
				since = ": it was deleted since the plan was made"
			}
			t.fail("read", "", fmt.Errorf("%w: no object has the objectGUID %s%s", directory.ErrGone, t.ID, since))
		case t.have != nil && !t.have.isUser():
			t.fail("read", "", directory.Because(directory.ErrInvalid, fmt.Errorf("%q is a %s, expected a user", t.have.dn, t.have.class)))
		}
	}
	r.checkPlanned(ctx)
	for _, t := range r.tasks {
		if t.have != nil {
			t.at(t.have.dn, !t.renames())
		}
	}
	r.resolveManagers(ctx)
}

// identify finds the tasks by objectGUID, and the names of all attributes.
func (r *run) identify() (ids map[string]*task, names map[string]bool) {
	ids, names = map[string]*task{}, map[string]bool{}
	for _, t := range r.tasks {
		if r.byWorker.get(t.WorkerID) != nil {
			t.fail("check", "", directory.Because(directory.ErrInvalid, errors.New("the worker id stands for two changes at once")))
			continue
		}
		r.byWorker.put(t)
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
		if t.Want.Deleted && t.Planned != nil { // all of it is compared
			for name := range t.Planned.Attributes {
				names[name] = true
			}
		}
	}
	return ids, names
}

// check finds what is wrong with the values before anything is written. What is not
// to be written is not judged. Who is to lose access loses it whatever is wrong with
// the values, which are left out.
func (r *run) check(t *task) {
	if t.WorkerID == "" {
		t.fail("check", "", directory.Because(directory.ErrInvalid, errors.New("the worker id is empty")))
		return
	}
	if t.Want.Deleted {
		return
	}
	problems := problemsOf(t.Want, r.types)
	if t.have != nil {
		problems = slices.DeleteFunc(problems, func(p problem) bool {
			return !p.written(t.Want, t.have.container(), func(name string) directory.Value { return r.foreign(t.have, typeOf(r.types, name).Name) }, r.types)
		})
		if err := checkForbidding(t.Want, directory.Account{Enabled: t.have.enabled(), Attributes: t.have.values}); err != nil {
			problems = append(problems, problem{passwordChangeAttributes, err})
		}
	}
	if t.takesAccess() {
		for _, p := range problems {
			r.leaveOut(t, p.attributes, "check", directory.Because(directory.ErrInvalid, p))
		}
		return
	}
	if len(problems) > 0 {
		t.fail("check", "", directory.Because(directory.ErrInvalid, joined(problems)))
	}
}

// leaveOut records an error about attributes that are then not written.
func (r *run) leaveOut(t *task, attributes []string, op string, err error) {
	for i, name := range attributes {
		if i == 0 {
			t.fail(op, name, err)
		}
		t.failed[directory.Fold(name)] = true
		if isName(name, attrControl) { // the state is not among what is left out
			delete(t.failed, directory.Fold(name))
			t.badControl = true
		}
	}
}

// checkPlanned finds what changed between the plan and now in what is to be written.
func (r *run) checkPlanned(ctx context.Context) {
	var records []*record
	planned := slices.DeleteFunc(r.alive(), func(t *task) bool { return t.have == nil || t.Planned == nil || t.Want.Deleted })
	for _, t := range planned {
		records = append(records, t.have)
	}
	if len(records) == 0 {
		return
	}
	known, err := r.translate(ctx, records)
	if err != nil {
		r.failAll("read", err)
		return
	}
	for _, t := range planned {
		takes := t.takesAccess()
		r.changedSincePlan(*t.Planned, t.Want, known[t.have.id].Account, func(what, planned, found string) {
			err := fmt.Errorf("%w: it was %q when the plan was made and is %q now", directory.ErrChanged, planned, found)
			if takes && what != "enabled" {
				r.leaveOut(t, []string{what}, "modify", err)
				return
			}
			t.fail("modify", what, err)
			t.failed[""] = true
		})
	}
}

// changedSincePlan names what is neither as it was when the plan was made nor as it is wanted.
func (r *run) changedSincePlan(planned, want, now directory.Account, changed func(what, planned, found string)) {
	if now.Enabled != planned.Enabled && now.Enabled != want.Enabled {
		changed("enabled", fmt.Sprint(planned.Enabled), fmt.Sprint(now.Enabled))
	}
	if !sameDN(now.Container, planned.Container) && !sameDN(now.Container, want.Container) {
		changed(attrContainer, planned.Container, now.Container)
	}
	for _, name := range slices.Sorted(maps.Keys(want.Attributes)) {
		before, ok := lookup(planned.Attributes, name)
		found, _ := lookup(now.Attributes, name)
		if ok && !directory.GroupsUnderWay(name, found) && !Equal(r.types, name, before, found) && !Equal(r.types, name, want.Attributes[name], found) {
			changed(name, before.Text(), found.Text())
		}
	}
}
