// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/wording"
)

// adoption is an existing account that this population takes over.
type adoption struct {
	worker string
	e      *directory.Existing
	// from is the worker of the same population who gives the account up; empty for none.
	from string
}

// adopt looks for the existing accounts of accounts without an object id: the one that carries the worker id, whatever
// its login is, else the one that has the login. It adds those that it takes over to ids, and returns them by
// worker id. When a contractor becomes an employee, the worker id changes: the new worker takes over the
// account of the worker who is removed in the same run.
//
// What must hold: nobody whose worker id an account carries already gets a second one.
//
// Where a document names an account that must not be taken over, and rules decided in this run,
// adopt sets the worker aside, and everybody else goes on: aside holds their worker ids. Three cases are
// an error instead: more of them than [roster.DefaultLimit] of total, documents that the configuration wrote
// without rules, and the first creation, before which no rules are known.
func (p *Population) adopt(ctx context.Context, dir Users, accounts map[string]directory.Account, ids map[string]string, removed []string, total int, f *Findings) (adopted map[string]adoption, aside map[string]bool, ok bool) {
	var names []string
	for id, a := range accounts {
		if ids[id] == "" {
			names = append(names, a.Attributes[p.Target.Format.Login].Text())
		}
	}
	if len(names) == 0 {
		return nil, nil, true
	}
	slices.Sort(names)
	found, err := dir.Find(ctx, p.Target.Format.Login, names)
	if err != nil {
		f.problems("Cannot read the directory", err)
		return nil, nil, false
	}
	out := map[string]adoption{}
	aside = map[string]bool{}
	var problems []error
	former := map[string]string{} // object id → worker id that gives it up
	for _, id := range removed {
		former[p.Memory.IDs[id]] = id
	}
	carriers, err := p.carriers(ctx, dir, accounts, ids)
	if err != nil {
		f.problems("Cannot read the directory", err)
		return nil, nil, false
	}
	owners := p.owners(ids, former)
	freed := p.losingLogin(accounts, ids)
	moved := p.refuseMoved(ctx, dir, accounts, ids)
	for _, id := range sortedKeys(accounts) {
		if ids[id] != "" {
			continue
		}
		byLogin := slices.DeleteFunc(slices.Clone(found[directory.Fold(accounts[id].Attributes[p.Target.Format.Login].Text())]),
			func(e *directory.Existing) bool { return freed[e.ID] })
		e, err := p.fitting(id, accounts[id], carriers[id], byLogin, owners, dir.WorkerIDAttribute())
		if err == nil {
			err = moved[id]
		}
		if err == nil && e != nil {
			err = p.checkAdoption(id, accounts[id], e, former[e.ID], dir.WorkerIDAttribute())
		}
		switch {
		case err != nil:
			problems, aside[id] = append(problems, err), true
		case e != nil:
			ids[id], out[id] = e.ID, adoption{id, e, former[e.ID]}
		}
	}
	lasting := maps.Clone(accounts)
	maps.DeleteFunc(lasting, func(id string, _ directory.Account) bool { return aside[id] })
	restored, err := p.restorable(ctx, dir, lasting, ids, f)
	if err != nil {
		return nil, nil, false
	}
	maps.Copy(out, restored)
	p.refuseUnfound(ctx, dir, lasting, ids, f)
	return out, aside, p.setAsideOrStop(problems, total, f) && !f.Failed()
}

// setAsideOrStop reports the workers whose account is not taken over. It returns true where they are so few
// that the others go on.
func (p *Population) setAsideOrStop(problems []error, total int, f *Findings) bool {
	if len(problems) == 0 {
		return true
	}
	limit, err := roster.ParseLimit(roster.DefaultLimit)
	if _, over := limit.Exceeded(len(problems), total); over || err != nil || p.Memory.Verdicts == nil {
		f.problems("Cannot take over an existing account", errors.Join(problems...))
		return false
	}
	lines := make([]string, len(problems))
	for i, problem := range problems {
		lines[i] = problem.Error()
	}
	f.warn("Set aside: accounts that are not taken over", fmt.Sprintf("%d of %s name an existing account that is not taken over. "+
		"Nothing is done for these workers, everybody else goes on, and the next plan names them again:\n%s",
		len(problems), wording.Count(total, "document"), Listed(lines)))
	return true
}

// carriers finds the accounts that carry the worker id of accounts without an object id, by worker id.
func (p *Population) carriers(
	ctx context.Context, dir Users, accounts map[string]directory.Account, ids map[string]string,
) (map[string][]*directory.Existing, error) {
	attribute := dir.WorkerIDAttribute()
	carried := map[string]string{} // what the account carries, by worker id
	for id, a := range accounts {
		if v := a.Attributes[attribute].Text(); ids[id] == "" && v != "" {
			carried[id] = v
		}
	}
	if attribute == "" || len(carried) == 0 {
		return nil, nil
	}
	found, err := dir.Find(ctx, attribute, slices.Sorted(maps.Values(carried)))
	if err != nil {
		return nil, err
	}
	out := make(map[string][]*directory.Existing, len(carried))
	for id, v := range carried {
		out[id] = slices.DeleteFunc(slices.Clone(found[directory.Fold(v)]), func(e *directory.Existing) bool {
			return e.Deleted || e.Class != "user" || !slices.ContainsFunc(e.Account.Attributes[attribute], func(has string) bool {
				return directory.Fold(has) == directory.Fold(v) // directories also find what they compare without accents
			})
		})
	}
	return out, nil
}

// owners are the workers of this population who have an account and keep it, by object id. An account that a worker leaves
// for another one in this run is nobody's to take over.
func (p *Population) owners(ids, former map[string]string) map[string]string {
	out := make(map[string]string, len(ids))
	for _, list := range []map[string]string{p.left, ids} {
		for id, object := range list {
			if former[object] == "" {
				out[object] = id
			}
		}
	}
	return out
}

// fitting returns the existing account of a worker: the only one that carries the worker id and is nobody else's, or what has
// the login; nil where there is none. It returns an error where a new account would be a second one.
//
//   - What has the login wins, where it may be taken over: rules that decided over the other account would not have given
//     a login that is taken.
//   - An account to which this run writes another worker id back carries this one for a moment only.
func (p *Population) fitting(
	id string, want directory.Account, carriers, byLogin []*directory.Existing, owners map[string]string, attribute string,
) (*directory.Existing, error) {
	for _, e := range slices.Concat(carriers, byLogin) {
		if owner := owners[e.ID]; owner != "" && p.restoring[owner] {
			return nil, fmt.Errorf("worker %q: %s carries the worker id because somebody wrote it there by hand. The account is that of worker %q, "+
				"whose worker id this run writes back", id, e.Path, owner)
		}
	}
	free := slices.DeleteFunc(slices.Clone(carriers), func(e *directory.Existing) bool { return owners[e.ID] != "" })
	login := want.Attributes[p.Target.Format.Login].Text()
	switch {
	case len(byLogin) > 0:
		e := byLogin[0]
		carries := slices.ContainsFunc(free, func(c *directory.Existing) bool { return c.ID == e.ID })
		if len(free) == 1 && !carries && !p.Typed && p.checkAdoption(id, want, e, "", attribute) != nil {
			return nil, fmt.Errorf("worker %q: %s carries the worker id, and %s has the %s %q: choose another name, or link the worker to one of "+
				"them",
				id, free[0].Path, e.Path, p.Target.Format.Login, login)
		}
		return e, nil
	case len(free) == 0:
		return nil, nil
	case len(free) > 1:
		return nil, fmt.Errorf("worker %q: %d accounts carry the worker id, such as %s and %s, and none has the %s %q: "+
			"link the worker to one of them (links of the accounts data source), or clear %s of the others",
			id, len(free), free[0].Path, free[1].Path, p.Target.Format.Login, login, attribute)
	case p.Typed:
		return nil, fmt.Errorf("worker %q: %s carries the worker id already, under another %s than %q: import that account, "+
			"or give this one another %s; for a second account of the same person, such as an administrator's, "+
			"use a provider alias with another worker_id_attribute", id, free[0].Path, p.Target.Format.Login, login, attribute)
	}
	return free[0], nil
}

// refuseUnfound stops a plan that would make a second account for a worker whose account the rules recognised: neither
// the worker id nor the login of the document leads to it.
func (p *Population) refuseUnfound(
	ctx context.Context, dir Users, accounts map[string]directory.Account, ids map[string]string, f *Findings,
) {
	if p.Recognised == nil || p.Typed {
		return
	}
	unfound := map[string]string{}
	for id, a := range accounts {
		if object := p.Recognised(id, p.documents[id]); object != "" && ids[id] == "" && p.left[id] == "" && !a.Deleted && !a.Released {
			unfound[id] = object
		}
	}
	if len(unfound) == 0 {
		return
	}
	live, err := dir.Find(ctx, p.Target.Format.ID, objectsOf(unfound)) // what was deleted is no second account
	if err != nil {
		f.problems("Cannot read the directory", err)
		return
	}
	var lines []string
	for _, id := range sortedKeys(unfound) {
		if object := unfound[id]; len(live[directory.Fold(object)]) > 0 {
			lines = append(lines, fmt.Sprintf("worker %s: object id %s, new %s %q", id, object, p.Target.Format.Login,
				accounts[id].Attributes[p.Target.Format.Login].Text()))
		}
	}
	if len(lines) > 0 {
		f.fail("Second accounts would be created", fmt.Sprintf("The rules recognise an account that exists as the worker's, and their document "+
			"leads to none: it has another login, and the account does not carry the worker id.\n%s\n"+
			"Let the mapping write the worker id (the provider's worker_id_attribute), or let the login stay as it is (apply = "+
			"\"on_create\").", Listed(lines)))
	}
}

// losingLogin returns the object ids of managed accounts that lose their login in this run. A worker
// who gets such a login gets a new account, and does not take the old one over.
func (p *Population) losingLogin(accounts map[string]directory.Account, ids map[string]string) map[string]bool {
	out := map[string]bool{}
	for id, a := range accounts {
		if ids[id] == "" {
			continue
		}
		before, known := p.before(id)
		if !known {
			continue
		}
		if a.Deleted || directory.Fold(before.Attributes[p.Target.Format.Login].Text()) != directory.Fold(a.Attributes[p.Target.Format.Login].Text()) {
			out[ids[id]] = true
		}
	}
	return out
}

// checkAdoption returns an error where the account that has the login of a document must not be taken over.
func (p *Population) checkAdoption(id string, want directory.Account, e *directory.Existing, from, attribute string) error {
	login := want.Attributes[p.Target.Format.Login].Text()
	wants, has := want.Attributes[attribute].Text(), e.Account.Attributes[attribute].Text()
	if want.Synchronised { // its document leaves out the attributes that Active Directory masters
		wants = id
	}
	same := has != "" && directory.Fold(has) == directory.Fold(wants)
	switch {
	case from != "":
		return nil
	case e.Class != "user":
		return fmt.Errorf("worker %q: %s %q is taken by %s %s: choose another name", id, p.Target.Format.Login, login, e.Class, e.Path)
	case has != "" && wants == "":
		return fmt.Errorf("worker %q: %s %q is taken by %s %s, whose %s is %q, and the document gives no %s: "+
			"if it is this worker's account, add %s = %q to the attributes of the document; if not, choose another name",
			id, p.Target.Format.Login, login, e.Class, e.Path, attribute, has, attribute, attribute, has)
	case has != "" && !same && !(want.Synchronised && e.Synchronised):
		return fmt.Errorf("worker %q: %s %q is taken by %s %s, whose %s is %q: choose another name; or, if it is this worker's account, write %q into its %s first, after which it is taken over",
			id, p.Target.Format.Login, login, e.Class, e.Path, attribute, has, wants, attribute)
	case same && p.Options.Adopt != AdoptNever, p.Options.Adopt == AdoptAlways:
		return nil
	}
	if same {
		return fmt.Errorf("worker %q: %s exists already and carries the worker id (its %s is %q). Set adopt_existing = %q to take it over, "+
			"or clear its %s if the account is not this worker's", id, e.Path, attribute, has, AdoptMatched, attribute)
	}
	return fmt.Errorf("worker %q: the account %s exists already as %s (its %s is %q, the document says %q). Set adopt_existing = %q to take it over, or choose another %s",
		id, login, e.Path, attribute, has, wants, AdoptAlways, p.Target.LoginKey())
}

// restorable finds the deleted accounts of workers who have no account, adds them to ids and
// returns them. It restores also for a document that is disabled: a worker who returns next week
// keeps their former account, disabled until then, and gets no second one.
func (p *Population) restorable(ctx context.Context, dir Users, accounts map[string]directory.Account, ids map[string]string, f *Findings) (map[string]adoption, error) {
	if !p.Options.Restore || !p.Target.Restores {
		return nil, nil
	}
	attribute := dir.WorkerIDAttribute()
	byValue := map[string]string{} // folded worker id at the target → worker id
	for id, a := range accounts {
		if v := a.Attributes[attribute].Text(); ids[id] == "" && v != "" && !a.Deleted {
			byValue[directory.Fold(v)] = id
		}
	}
	if len(byValue) == 0 {
		return nil, nil
	}
	found, err := dir.WithDeleted().Find(ctx, attribute, sortedKeys(byValue))
	if err != nil {
		f.problems("Cannot read deleted accounts", err)
		return nil, err
	}
	out := map[string]adoption{}
	for _, value := range sortedKeys(byValue) {
		id := byValue[value]
		deleted := slices.DeleteFunc(slices.Clone(found[value]), func(e *directory.Existing) bool { return !e.Deleted || e.Lost != "" || e.Class != "user" })
		switch len(deleted) {
		case 0:
		case 1:
			ids[id], out[id] = deleted[0].ID, adoption{worker: id, e: deleted[0]}
		default:
			f.problems("Cannot take over an existing account", fmt.Errorf("worker %q: %d deleted accounts carry the %s %q, such as %s (%s): purge those that are not to come back, or set restore_deleted = false",
				id, len(deleted), attribute, value, deleted[0].Path, deleted[0].ID))
		}
	}
	return out, nil
}

// warnOfAdoptions lists the accounts that are taken over, and whose sign-in changes by it.
func (p *Population) warnOfAdoptions(adoptions map[string]adoption, accounts map[string]directory.Account, f *Findings) {
	var lines []string
	enabled, disabled, taken := 0, 0, 0
	for _, id := range sortedKeys(adoptions) {
		a := adoptions[id]
		line := fmt.Sprintf("worker %s: %s", id, a.e.Path)
		switch {
		case a.from != "":
			line = fmt.Sprintf("worker %s, from worker %s: %s", id, a.from, a.e.Path)
		case a.e.Deleted:
			line += ", which was deleted and is restored"
		}
		if a.from == "" {
			taken++
		}
		switch has := a.e.Account.Enabled && !a.e.Deleted; {
		case !has && accounts[id].Enabled:
			enabled++
			line += ", which will be enabled"
		case has && !accounts[id].Enabled:
			disabled++
			line += ", which will be disabled"
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return
	}
	f.warn("Existing accounts will be taken over", fmt.Sprintf("%s already and will be managed from now on. Of these, %d are disabled now and will be enabled, and %d are enabled now and will be disabled:\n%s\n"+
		"If Terraform says at apply that the final plan is inconsistent at adopted, somebody changed one of these accounts "+
		"after the plan: plan again.", wording.Count(len(lines), "account exists", "accounts exist"), enabled, disabled, Listed(lines)))
	p.warnOfUnknownPasswords(adoptions, accounts, f)
	if allowed, over := p.Options.MaxAdopt.Exceeded(taken, len(accounts)); over {
		f.failArgument("max_adopt", "Too many accounts would be taken over",
			fmt.Sprintf("%d existing accounts would be taken over, and max_adopt is %s (%d of %d). "+
				"Check that each belongs to the person of its document. If it does, raise max_adopt for this run.",
				taken, p.Options.MaxAdopt, allowed, len(accounts)))
	}
}

// warnOfUnknownPasswords lists the accounts that are taken over and whose owners may have no password: only who gets a new
// account is handed one. So are accounts of a run that was killed, whose files may be gone with the machine that it ran on.
func (p *Population) warnOfUnknownPasswords(adoptions map[string]adoption, accounts map[string]directory.Account, f *Findings) {
	if p.Options.FirstCredential == "" {
		return
	}
	var lines []string
	for _, id := range sortedKeys(adoptions) {
		a, want := adoptions[id], accounts[id]
		if a.from == "" && !a.e.Deleted && a.e.MustChangePassword && (want.Enabled || want.DisabledFor == directory.ForPrehire) {
			lines = append(lines, fmt.Sprintf("worker %s: %s", id, a.e.Path))
		}
	}
	if len(lines) == 0 {
		return
	}
	f.warn("People may have no first password", fmt.Sprintf("%s taken over, and must change the password at the next sign-in. "+
		"This run hands over no password for accounts that exist (%s). If an earlier run created them and was interrupted, "+
		"its files have their passwords. Where nobody has such a file, issue new passwords with the action workforce_ad_issue_passwords, "+
		"or let the service desk reset them:\n%s",
		wording.Count(len(lines), "account will be", "accounts will be"), p.Options.FirstCredential, Listed(lines)))
}

// fingerprint describes an account that is taken over, as far as want manages it: object id,
// enabled or disabled, and a hash of the attributes. Apply compares it with the plan's.
//
// It leaves out container, manager and groups, which other resources of the same run may
// change. An account that another population removed in this run counts as it was before.
func (p *Population) fingerprint(want directory.Account, e *directory.Existing) string {
	if before := p.Claims.beforeRemoval(e.ID); before != nil {
		e = before
	}
	if e.Deleted {
		return e.ID + " deleted"
	}
	have := make(map[string]directory.Value, len(e.Account.Attributes))
	for name, v := range e.Account.Attributes {
		have[directory.Fold(name)] = v
	}
	h := sha256.New()
	for _, name := range sortedKeys(want.Attributes) {
		if name == directory.ManagerAttribute || name == directory.GroupsAttribute {
			continue
		}
		v := slices.Sorted(slices.Values(have[directory.Fold(name)]))
		_, _ = io.WriteString(h, fmt.Sprintf("%q=%q\n", name, v))
	}
	return e.ID + " " + map[bool]string{true: "enabled", false: "disabled"}[e.Account.Enabled] + " " + hex.EncodeToString(h.Sum(nil)[:6])
}

// plannedAdoptions returns the fingerprints of the accounts that a plan takes over. Without any, it returns carried,
// the fingerprints of an earlier plan, unless these are about a worker who has no account any more.
func (p *Population) plannedAdoptions(
	adoptions map[string]adoption, accounts map[string]directory.Account, carried map[string]string,
) map[string]string {
	stale := false
	for id := range carried {
		if _, wanted := accounts[id]; wanted && p.Memory.IDs[id] == "" {
			stale = true
		}
	}
	if len(adoptions) == 0 && !stale {
		return carried
	}
	out := make(map[string]string, len(adoptions))
	for id, a := range adoptions {
		out[id] = p.fingerprint(accounts[id], a.e)
	}
	return out
}

// checkAsPlanned returns the present state of an account that is taken over, and an error where
// it is not as the plan found it.
func (p *Population) checkAsPlanned(
	dir Users, id string, want directory.Account, adoptions map[string]adoption, planned map[string]string,
) (*directory.Account, error) {
	a, found := adoptions[id]
	said, was := planned[id]
	refuse := func(cause error, path, text string) error {
		return &directory.PersonError{WorkerID: id, Name: want.Attributes[p.Target.Label].Text(), Path: path, Op: "take over", Err: directory.Because(cause, errors.New(text))}
	}
	object, _, _ := strings.Cut(said, " ")
	switch {
	case was && (!found || a.e.ID != object):
		return nil, refuse(directory.ErrGone, "",
			fmt.Sprintf("the plan takes over the account with the object id %s, which has neither this login nor this worker id any more, or was "+
				"deleted since", object))
	case !found:
		return nil, nil
	case was && p.fingerprint(want, a.e) != said:
		return nil, refuse(directory.ErrChanged, a.e.Path, fmt.Sprintf("the plan was made when it was %q, now it is %q (object id, sign-in, fingerprint of the managed attributes)", said, p.fingerprint(want, a.e)))
	case a.e.Deleted, p.Claims.beforeRemoval(a.e.ID) != nil:
		return nil, nil
	}
	now := dir.Render(want, a.e)
	return &now, nil
}
