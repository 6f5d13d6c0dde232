// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"terraform-provider-workforce/internal/directory"
)

// First passwords are kept before they are set: no account ever has a password that this run made and
// nobody can read. Everybody's go into one file. Whoever turns out later to need one, such as
// somebody whose name another account gives up in the same run, gets a file of their own.

// issue makes the first passwords of everybody who is to get one, and keeps them: with a new account, also
// one that is to be enabled later, and see [run.isDue].
func (r *run) issue(ctx context.Context) {
	if r.o.Handover == nil {
		return
	}
	if err := r.meetOwn(ctx); err != nil {
		r.failAll("read", err)
		return
	}
	var mu sync.Mutex
	var todo []*task
	var asked []*task
	for _, t := range r.alive() {
		switch {
		case t.Want.Deleted, t.Password != "", t.own != nil:
		case t.have != nil && r.enables(t):
			asked = append(asked, t)
		case t.have == nil && (t.gone == nil || r.o.Handover.Returners() && t.Want.Enabled):
			todo = append(todo, t)
		}
	}
	r.each(ctx, asked, func(ctx context.Context, t *task) {
		if due, err := r.isDue(ctx, t); err != nil {
			t.fail("make a first password", attrPassword, err)
		} else if due {
			mu.Lock()
			defer mu.Unlock()
			todo = append(todo, t)
		}
	})
	slices.SortFunc(todo, byWorkerID)
	r.keepPasswords(ctx, todo)
}

// meetOwn finds the accounts that creations will meet: what an interrupted run left has the password
// that the run kept, and must not get another one that is never set.
func (r *run) meetOwn(ctx context.Context) error {
	byLogin := map[string]*task{}
	var logins []string
	for _, t := range r.alive() {
		if v, _ := t.want(attrLogin); t.have == nil && t.gone == nil && len(v) == 1 {
			byLogin[nameKey(v.Text())] = t
			logins = append(logins, v.Text())
		}
	}
	if len(logins) == 0 {
		return nil
	}
	slices.Sort(logins)
	records, err := r.fetch(ctx, attrLogin, logins)
	for _, rec := range records {
		if t := byLogin[nameKey(rec.text(attrLogin))]; t != nil {
			t.own = r.ownAccount(t, []*record{rec})
		}
	}
	return err
}

// enables reports that a change lets somebody sign in who cannot now.
func (r *run) enables(t *task) bool {
	_, enables, err := controlEdit(t.writable(), t.have)
	return err == nil && enables
}

// isDue reports whether somebody whose account is about to be enabled gets a first password: where it never
// had one, and, if the configuration says so, when they come back.
func (r *run) isDue(ctx context.Context, t *task) (bool, error) {
	if r.o.Handover.Returners() && r.comesBack(t) {
		return true, nil
	}
	return r.neverHadPassword(ctx, t.have)
}

// comesBack reports that an account is disabled because its person had left.
func (r *run) comesBack(t *task) bool {
	m, _ := r.recall(t.have)
	return directory.Leaves(m.cause) || t.Planned != nil && directory.Leaves(t.Planned.DisabledFor)
}

// keepPasswords makes passwords and keeps them together. Where that fails nothing is done to the people that
// they are for.
func (r *run) keepPasswords(ctx context.Context, tasks []*task) {
	var made []*task
	var credentials []directory.Credential
	for _, t := range tasks {
		policy, err := r.policy.get(ctx, r.readPolicy)
		if err == nil {
			t.issued, err = r.o.Handover.Password(policy.MinLength, namesIn(t.Want))
		}
		if err != nil {
			t.fail("make a first password", "", fmt.Errorf("%w: %w", directory.ErrNotAttempted, err))
			continue
		}
		made, credentials = append(made, t), append(credentials, r.credential(t, t.issued))
	}
	if len(made) == 0 {
		return
	}
	if err := r.o.Handover.Keep(ctx, credentials); err != nil {
		for _, t := range made {
			t.issued = ""
			t.fail("keep the first password", "", fmt.Errorf("%w: %w", directory.ErrNotAttempted, err))
		}
	}
}

func (r *run) credential(t *task, password string) directory.Credential {
	login, managesLogin := t.want(attrLogin)
	principal, managesPrincipal := t.want(attrPrincipal)
	if t.have != nil && !managesLogin {
		login = t.have.get(attrLogin)
	}
	if t.have != nil && !managesPrincipal {
		principal = t.have.get(attrPrincipal)
	}
	return directory.Credential{WorkerID: t.WorkerID, Login: login.Text(), Principal: principal.Text(), Password: password, Created: r.now()}
}

// newFor returns the password of an account that has none yet: the one that was kept for it, or a new
// one. Where passwords are handed over it is kept first.
func (r *run) newFor(ctx context.Context, t *task) (string, error) {
	if t.issued != "" {
		return t.issued, nil
	}
	if r.o.Handover == nil {
		return r.generatePassword(ctx, t.Want)
	}
	before := len(t.errs)
	if r.keepPasswords(ctx, []*task{t}); len(t.errs) > before {
		err := t.errs[before]
		t.errs = t.errs[:before] // the caller tells it
		return "", err
	}
	return t.issued, nil
}

// voidUnused puts on record which passwords that were kept are not in effect, as far as that is known, so that
// what is kept last about somebody is right.
func (r *run) voidUnused(ctx context.Context) {
	var unused []directory.Credential
	var tasks []*task
	for _, t := range r.tasks {
		if t.issued == "" || t.out.PasswordSet || t.doubt {
			continue
		}
		c := r.credential(t, "")
		c.Void = true
		unused, tasks = append(unused, c), append(tasks, t)
	}
	if len(unused) == 0 {
		return
	}
	ctx, cancel := detach(ctx)
	defer cancel()
	if err := r.o.Handover.Keep(ctx, unused); err != nil {
		for _, t := range tasks {
			t.fail("say that the first password is not in effect", attrPassword, err)
		}
	}
}

// IssuePasswords gives accounts new passwords, which must be changed at the next sign-in, and returns an outcome for each
// subject, in their order. All are kept by h, together, before the first one is set. Every account is read and
// judged before. Err is a *PersonError.
func (d *Domain) IssuePasswords(ctx context.Context, subjects []directory.Subject, h directory.Handover) []directory.Outcome {
	r, outcomes := d.about(ctx, subjects, directory.ApplyOptions{Handover: h})
	var due []*task
	for _, t := range r.alive() {
		if t.have == nil {
			t.fail("issue a password", "", directory.Because(directory.ErrGone, fmt.Errorf("no object has the objectGUID %s", t.ID)))
			continue
		}
		if _, err := r.checkOperation(ctx, directory.OperationIssueCredential, t.have); err != nil {
			t.fail("issue a password", "", err)
			continue
		}
		for _, name := range []string{attrLogin, attrPrincipal, attrDisplayName} {
			t.Want.Attributes[name] = t.have.get(name)
		}
		due = append(due, t)
	}
	r.keepPasswords(ctx, due)
	r.each(ctx, r.alive(), func(ctx context.Context, t *task) {
		if err := r.send(ctx, t, r.passwordEdits(t, t.issued)); err != nil {
			t.fail("issue a password", attrPassword, explainWrite(err))
			return
		}
		t.out.PasswordSet = true
	})
	r.confirmIssued(ctx)
	r.voidUnused(ctx)
	for _, t := range r.tasks {
		t.out.Err = errors.Join(t.errs...)
	}
	return outcomes
}

// confirmIssued reads back that the new passwords must be changed.
func (r *run) confirmIssued(ctx context.Context) {
	ctx, cancel := detach(ctx)
	defer cancel()
	written := slices.DeleteFunc(slices.Clone(r.tasks), func(t *task) bool { return !t.out.PasswordSet })
	if len(written) == 0 {
		return
	}
	err := r.meet(ctx, written)
	if err == nil {
		r.expirePasswords(ctx)
	}
	for _, t := range written {
		switch {
		case err != nil:
			t.fail("read back", "", fmt.Errorf("it was written, but cannot be read: %w", err))
		case t.have == nil:
			t.fail("read back", "", directory.Because(directory.ErrGone, errors.New("it was written, but is not there now")))
		case t.have.text(attrPasswordSet) != "0":
			t.fail("read back", attrPasswordSet, directory.ErrNotAsWritten)
		}
	}
}
