// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

var _ directory.Operator = (*Domain)(nil)

// Subjects implements [directory.Operator]. References are those of [Domain.Locate];
// one that is the login of one account and the worker id of another is ambiguous here.
func (d *Domain) Subjects(ctx context.Context, op directory.Operation, refs []string) ([]directory.Subject, error) {
	found, err := d.named(ctx, refs)
	if err == nil {
		err = d.guard(ctx)
	}
	if err != nil {
		return nil, err
	}
	var subjects []directory.Subject
	var problems []error
	seen := map[string]bool{}
	for _, ref := range refs {
		err := d.checkHome(ctx, ref)
		r := (*record)(nil)
		if err == nil {
			r, err = onlyUser(ref, found[ref])
		}
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if seen[r.id] {
			continue
		}
		seen[r.id] = true
		m := d.member(r)
		done, err := d.checkOperation(ctx, op, r)
		if err != nil {
			problems = append(problems, &directory.PersonError{WorkerID: m.WorkerID, Name: m.Name, Path: r.dn, Op: string(op), Err: err})
			continue
		}
		subjects = append(subjects, directory.Subject{Ref: ref, ID: r.id, Path: r.dn, Name: m.Name, WorkerID: m.WorkerID, Done: done})
	}
	return subjects, errors.Join(problems...)
}

// named returns the objects that each reference may mean.
func (d *Domain) named(ctx context.Context, refs []string) (map[string][]*record, error) {
	asked := map[string][]string{} // values by attribute
	for _, ref := range refs {
		for _, way := range d.waysTo(ref) {
			asked[way.attribute] = append(asked[way.attribute], way.value)
		}
	}
	attributes := slices.Sorted(maps.Keys(asked))
	if _, err := d.typesFor(ctx, attributes); err != nil {
		return nil, err
	}
	look := func(ctx context.Context, filter string) ([]*record, error) {
		return d.lookAt(ctx, filter, attributes...)
	}
	found := map[string]map[string][]*record{}
	for _, attribute := range attributes {
		t := d.typeOf(attribute)
		matches, err := matchAll(ctx, look, t, distinct(t, asked[attribute]))
		if err != nil {
			return nil, lookupError(t, len(asked[attribute]), err)
		}
		found[attribute] = map[string][]*record{}
		for v, records := range matches {
			found[attribute][directory.Fold(v)] = exactMatches(records, attribute, v)
		}
	}
	out := make(map[string][]*record, len(refs))
	for _, ref := range refs {
		for _, way := range d.waysTo(ref) {
			for _, r := range found[way.attribute][directory.Fold(way.value)] {
				if !slices.ContainsFunc(out[ref], func(o *record) bool { return o.id == r.id }) {
					out[ref] = append(out[ref], r)
				}
			}
		}
	}
	return out, nil
}

// lookAt reads objects wherever in the domain, with all that operations judge by.
func (d *Domain) lookAt(ctx context.Context, filter string, more ...string) ([]*record, error) {
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	asked := append(append(d.needed(), attrLockout), more...)
	entries, err := d.search(ctx, root, filter, asked)
	if err != nil {
		return nil, err
	}
	return d.newRecords(entries, asked)
}

// onlyUser returns the one user that a reference means.
func onlyUser(ref string, found []*record) (*record, error) {
	switch {
	case len(found) == 0:
		return nil, fmt.Errorf("no account is %q in this domain: expected %s", ref, references)
	case len(found) > 1:
		return nil, because(directory.ErrAmbiguous, "%q names %d accounts, expected one: %s; give the objectGUID of the one that is meant", ref, len(found), listPaths(found))
	case !found[0].isUser():
		return nil, fmt.Errorf("%q is %q, a %s: expected a user", ref, found[0].dn, found[0].class)
	}
	return found[0], nil
}

// checkOperation says whether an account is already as an operation would leave it, or why it must
// not be operated on. [Domain.guard] comes first.
func (d *Domain) checkOperation(ctx context.Context, op directory.Operation, r *record) (done bool, err error) {
	control, err := parseControl(r.text(attrControl))
	if err != nil {
		return false, directory.Because(directory.ErrDenied, errors.New("its userAccountControl cannot be read"))
	}
	switch op {
	case directory.OperationDisable:
		done = control&bitDisabled != 0
	case directory.OperationEnable:
		done = control&bitDisabled == 0
	case directory.OperationUnlock:
		done = strings.Trim(r.text(attrLockout), "0") == ""
	case directory.OperationRequirePasswordChange, directory.OperationIssueCredential:
		// [MS-SAMR] 3.1.5.14.4: the password of such an account never must be changed.
		if control&bitNeverExpires != 0 {
			return false, errors.New("its password never expires (userAccountControl 0x10000), so that Active Directory would not ask for a new one: take the mark away, or reset the password")
		}
		if control&bitSmartcard != 0 {
			return false, errors.New("it signs in with a smart card only (userAccountControl 0x40000), so that Active Directory would not ask for a new password")
		}
		done = r.text(attrPasswordSet) == "0" && op == directory.OperationRequirePasswordChange
	default:
		return false, directory.Because(directory.ErrInvalid, fmt.Errorf("there is no way to %s in Active Directory", op))
	}
	if why := d.protection(r); why != "" && !done {
		return false, directory.Because(directory.ErrProtected, errors.New(why))
	}
	if done {
		return true, nil
	}
	switch op {
	case directory.OperationEnable:
		never, err := d.neverHadPassword(ctx, r)
		if err == nil && never {
			err = errors.New("it never had a password: apply the rules that enable it, which give it one, or set one first")
		}
		return false, err
	case directory.OperationRequirePasswordChange, directory.OperationIssueCredential:
		access, err := d.accessList(ctx, r.dn)
		if err == nil && access.forbidsPasswordChange() {
			err = errors.New("it must not change its password (\"User cannot change password\"), so that it could not sign in any more: take the denial away, or reset the password")
		}
		return false, err
	}
	return false, nil
}

// Operate implements [directory.Operator]. When an account was disabled is
// recorded by Active Directory itself; see [Domain.DisabledSince].
func (d *Domain) Operate(ctx context.Context, op directory.Operation, subjects []directory.Subject) []directory.Outcome {
	r, outcomes := d.about(ctx, subjects, directory.ApplyOptions{})
	r.each(ctx, r.alive(), func(ctx context.Context, t *task) { r.operate(ctx, op, t) })
	r.confirm(ctx, op)
	for _, t := range r.tasks {
		t.out.Err = errors.Join(t.errs...)
	}
	return outcomes
}

// about returns a run about subjects, who are read.
func (d *Domain) about(ctx context.Context, subjects []directory.Subject, o directory.ApplyOptions) (*run, []directory.Outcome) {
	o.Parallel = defaultParallel
	r := &run{Domain: d, o: o, types: StandardSchema()}
	outcomes := make([]directory.Outcome, len(subjects))
	for i, s := range subjects {
		outcomes[i] = directory.Outcome{WorkerID: s.WorkerID, ID: s.ID}
		named := directory.Account{Attributes: map[string]directory.Value{attrDisplayName: {s.Name}}}
		t := &task{Change: directory.Change{WorkerID: s.WorkerID, ID: s.ID, Want: named}, out: &outcomes[i], failed: map[string]bool{}}
		t.at(s.Path, true)
		r.tasks = append(r.tasks, t)
	}
	if err := r.meet(ctx, r.tasks); err != nil {
		r.failAll("read", err)
	}
	return r, outcomes
}

// meet reads the accounts of tasks as they are now.
func (r *run) meet(ctx context.Context, tasks []*task) error {
	byID := make(map[string]*task, len(tasks))
	for _, t := range tasks {
		t.have, byID[t.ID] = nil, t
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(byID)), chunk) {
		records, err := r.lookAt(ctx, anyOf(attrGUID, part))
		if err != nil {
			return err
		}
		for _, rec := range records {
			if t := byID[rec.id]; t != nil {
				t.have = rec
				t.at(rec.dn, true)
			}
		}
	}
	return r.guard(ctx)
}

func (r *run) operate(ctx context.Context, op directory.Operation, t *task) {
	if t.have == nil {
		t.fail(string(op), "", directory.Because(directory.ErrGone, fmt.Errorf("no object has the objectGUID %s", t.ID)))
		return
	}
	done, err := r.checkOperation(ctx, op, t.have)
	if err != nil {
		t.fail(string(op), "", err)
	}
	if done || err != nil {
		return
	}
	var edits []edit
	switch op {
	case directory.OperationUnlock:
		edits = []edit{{name: attrLockout, add: []string{"0"}}}
	case directory.OperationRequirePasswordChange:
		edits = []edit{{name: attrPasswordSet, add: []string{"0"}}}
	default:
		control, err := controlFor(directory.Account{Enabled: op == directory.OperationEnable}, t.have.text(attrControl))
		if err != nil {
			t.fail(string(op), attrControl, err)
			return
		}
		// What rules remembered is void: now it was somebody who decided.
		edits = append([]edit{{name: attrControl, add: []string{control}}}, r.rememberEdits(t.have, memory{})...)
	}
	if err := r.sendState(ctx, t, edits); err != nil {
		t.fail(string(op), edits[0].name, explainWrite(err))
	}
}

// confirm reads back what was written. It works on after ctx has ended, so that
// it is known what was done.
func (r *run) confirm(ctx context.Context, op directory.Operation) {
	ctx, cancel := detach(ctx)
	defer cancel()
	written := slices.DeleteFunc(slices.Clone(r.tasks), func(t *task) bool { return !t.touched || len(t.errs) > 0 })
	if len(written) == 0 {
		return
	}
	err := r.meet(ctx, written)
	for _, t := range written {
		switch {
		case err != nil:
			t.fail("read back", "", fmt.Errorf("it was written, but cannot be read: %w", err))
			continue
		case t.have == nil:
			t.fail("read back", "", directory.Because(directory.ErrGone, errors.New("it was written, but is not there now")))
			continue
		}
		r.note(change{record: t.have})
		if done, err := r.checkOperation(ctx, op, t.have); err != nil || !done {
			t.fail("read back", "", errors.Join(directory.ErrNotAsWritten, err))
		}
	}
}
