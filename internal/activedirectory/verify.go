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

// readBack reads what was written, in batches. New accounts, whose objectGUID is
// not known, are found by their login. It works on after ctx has ended, because
// an account that exists and is not known to the caller would be created twice.
func (r *run) readBack(ctx context.Context, tasks []*task) {
	byID, byLogin := map[string]*task{}, map[string]*task{}
	for _, t := range tasks {
		switch {
		case !t.touched:
		case t.out.ID != "":
			byID[t.out.ID] = t
		default:
			byLogin[t.takes(claimLogin)] = t
		}
	}
	if len(byID)+len(byLogin) == 0 {
		return
	}
	ctx, cancel := detach(ctx)
	defer cancel()
	logins := make([]string, 0, len(byLogin))
	for _, t := range byLogin {
		v, _ := t.want(attrLogin)
		logins = append(logins, v.Text())
	}
	records, err := r.fetch(ctx, attrGUID, slices.Collect(maps.Keys(byID)))
	created, createdErr := r.fetch(ctx, attrLogin, logins)
	for _, rec := range records {
		byID[rec.id].have = rec
		_, atFinalDN := byID[rec.id].where()
		byID[rec.id].at(rec.dn, atFinalDN)
		delete(byID, rec.id)
	}
	for _, rec := range created {
		key := nameKey(rec.text(attrLogin))
		if t := byLogin[key]; t != nil && sameDN(rec.dn, joinDN(t.cn(), t.Want.Container)) {
			t.have, t.out.ID = rec, rec.id
			delete(byLogin, key)
		}
	}
	r.notThere(byID, err)
	r.notThere(byLogin, createdErr)
}

// notThere reports accounts that were written and are not found afterwards.
func (r *run) notThere(tasks map[string]*task, err error) {
	for _, t := range tasks {
		if t.dead() {
			continue
		}
		if err != nil {
			t.fail("read back", "", fmt.Errorf("it was written, but cannot be read: %w", err))
			continue
		}
		t.fail("read back", "", directory.Because(directory.ErrGone, errors.New("it was written, but is not there now")))
	}
}

// verify compares what was read back with what was wanted.
func (r *run) verify(ctx context.Context) {
	r.expirePasswords(ctx)
	var records []*record
	for _, t := range r.tasks {
		if t.have != nil {
			records = append(records, t.have)
		}
	}
	detached, cancel := detach(ctx)
	defer cancel()
	known, err := r.existingAll(detached, records)
	for _, t := range r.tasks {
		switch {
		case t.have == nil:
		case err != nil:
			t.fail("read back", "", err)
		default:
			t.out.Account = known[t.have.id]
			r.compare(t)
		}
	}
}

// expirePasswords requires a new password once more where that was wanted: on some servers, a
// password in the same request cancels the requirement.
func (r *run) expirePasswords(ctx context.Context) {
	var todo []*task
	for _, t := range r.alive() {
		if set := t.haveText(attrPasswordSet); t.mustChange && t.out.PasswordSet && set != "" && set != "0" {
			todo = append(todo, t)
		}
	}
	r.each(ctx, todo, func(ctx context.Context, t *task) {
		if err := r.send(ctx, t, []edit{{name: attrPasswordSet, add: []string{"0"}}}); err != nil {
			t.fail("ask for a new password", attrPasswordSet, explainWrite(err))
		}
	})
	r.readBack(ctx, todo)
}

func (t *task) haveText(name string) string {
	if t.have == nil {
		return ""
	}
	return t.have.text(name)
}

// compare names each attribute that is not what was wanted, unless an error
// already says why.
func (r *run) compare(t *task) {
	if t.dead() || !t.touched {
		return
	}
	differs := func(what string, want, found directory.Value) {
		if !t.failed[directory.Fold(what)] {
			t.fail("read back", what, fmt.Errorf("%w: wanted %s, found %s", directory.ErrNotAsWritten, quote(want), quote(found)))
		}
	}
	have := t.out.Account.Account
	if have.Enabled != t.Want.Enabled && !t.failed[directory.Fold(attrControl)] {
		differs("enabled", directory.Value{fmt.Sprint(t.Want.Enabled)}, directory.Value{fmt.Sprint(have.Enabled)})
	}
	if cause := t.out.Account.DisabledFor; cause != "" && cause != t.Want.DisabledFor && !have.Enabled && !t.Want.Enabled && !t.failed[directory.Fold(r.Domain.o.RemovedGroupsAttribute)] {
		differs("disabled_for", directory.Value{t.Want.DisabledFor}, directory.Value{cause})
	}
	if !sameDN(have.Container, t.Want.Container) && !t.failed[attrCN] && !t.failed[attrContainer] {
		differs("container", directory.Value{t.Want.Container}, directory.Value{have.Container})
	}
	for _, name := range slices.Sorted(maps.Keys(t.Want.Attributes)) {
		want, found := t.Want.Attributes[name], r.foreign(t.have, name)
		if isName(name, attrControl) && t.badControl || isBit(name) && t.failed[directory.Fold(attrControl)] {
			continue
		}
		if isGroups(name) {
			found = r.groupsState(t.have)
		}
		if isName(name, attrManager) {
			r.compareManager(t, differs)
		} else if !Equal(r.types, name, want, found) {
			differs(name, want, found)
		}
	}
}

func (r *run) compareManager(t *task, differs func(string, directory.Value, directory.Value)) {
	want, err := r.managerDN(t)
	found := t.have.text(attrManager)
	if want == "" && found != "" && r.cameBack(found) {
		return // the directory gave the manager back with the account; the next plan sees it
	}
	if err == nil && want != found && (want == "" || found == "" || !sameDN(want, found)) {
		v, _ := t.want(attrManager)
		differs(attrManager, v, t.have.get(attrManager))
	}
}

// cameBack reports whether an account is one that this run restored.
func (r *run) cameBack(dn string) bool {
	return slices.ContainsFunc(r.tasks, func(t *task) bool { return t.gone != nil && t.have != nil && sameDN(t.have.dn, dn) })
}

// quote writes a value for an error; long ones are cut.
func quote(v directory.Value) string {
	if len(v) == 0 {
		return "nothing"
	}
	s := fmt.Sprintf("%q", strings.Join(v, ", "))
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}
