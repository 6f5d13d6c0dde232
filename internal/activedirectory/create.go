// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/retry"
)

// create adds an account with everything it is to have, password included, in
// one request. Servers that refuse a password there get three: a disabled
// account, its password, and only then the account enabled.
func (r *run) create(ctx context.Context, t *task) {
	if t.own != nil {
		r.adopt(ctx, t, t.own)
		return
	}
	password, generated, err := r.initialPassword(ctx, t)
	if err != nil {
		t.fail("create", "", err)
		return
	}
	req, err := r.addRequest(t, password)
	if err != nil {
		t.fail("create", "", directory.Because(directory.ErrInvalid, err))
		return
	}
	err = r.add(ctx, t, req)
	if password != "" && refusesPasswordInAdd(err) {
		r.createInSteps(ctx, t, password, generated)
		return
	}
	if err != nil {
		r.createFailed(ctx, t, err)
		return
	}
	r.created(t, req.DN)
	if password != "" {
		r.passwordSet(ctx, t, password, generated)
	}
	r.flagsAlone(ctx, t, controlOf(req))
}

// controlOf returns the userAccountControl of a new account.
func controlOf(req *ldap.AddRequest) string {
	for _, a := range req.Attributes {
		if a.Type == attrControl {
			return a.Vals[0]
		}
	}
	return ""
}

func (r *run) created(t *task, dn string) {
	t.out.Created, t.touched = true, true
	t.at(dn, true)
}

// refusesPasswordInAdd reports whether the server may refuse to set the password in the request that
// creates the account. If the cause is another one, the request without the password fails with it.
func refusesPasswordInAdd(err error) bool {
	var e *ldapconn.Error
	if !errors.As(err, &e) || e.Code == 0 || nameTaken(err) {
		return false
	}
	return e.Kind == ldapconn.KindOther || e.Kind == ldapconn.KindConstraint
}

// addRequest describes the new account; without a password it is disabled.
func (r *run) addRequest(t *task, password string) (*ldap.AddRequest, error) {
	req := ldap.NewAddRequest(joinDN(t.cn(), t.Want.Container), nil)
	req.Attribute(attrClass, []string{"top", "person", "organizationalPerson", "user"})
	for _, name := range slices.Sorted(maps.Keys(t.Want.Attributes)) {
		v := t.Want.Attributes[name]
		kind := typeOf(r.types, name)
		if len(v) == 0 || isName(name, attrCN) || isName(name, attrManager) || isName(name, attrControl) || isFlag(name) || isGroups(name) {
			continue
		}
		values, err := encodeAll(kind, v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		req.Attribute(kind.Name, values)
	}
	if dn := r.managerFor(t); dn != "" {
		req.Attribute(attrManager, []string{dn})
	}
	want, _ := withoutFlags(t.Want)     // they come after: who can sign in must not depend on them
	if want.Enabled && password == "" { // for a moment, which an interruption may end
		want.Enabled, want.DisabledFor = false, directory.ForPrehire
	}
	if want.DisabledFor != "" && !want.Enabled {
		addValues(req, r.Domain.o.RemovedGroupsAttribute, memory{want.DisabledFor, r.now()}.String())
	}
	control, err := controlFor(want, "")
	if err != nil {
		return nil, err
	}
	req.Attribute(attrControl, []string{control})
	if password != "" {
		req.Attribute(attrPassword, []string{encodePassword(password)})
		if r.asksForChange(t) {
			req.Attribute(attrPasswordSet, []string{"0"})
			t.mustChange = true
		}
	}
	return req, nil
}

// addValues gives a new object further values of an attribute.
func addValues(req *ldap.AddRequest, name string, values ...string) {
	for i, a := range req.Attributes {
		if isName(a.Type, name) {
			req.Attributes[i].Vals = append(slices.Clone(a.Vals), values...)
			return
		}
	}
	req.Attribute(name, values)
}

// add sends the request. When no response arrives, it searches for the account, and sends the request
// once more only where the account does not exist.
func (r *run) add(ctx context.Context, t *task, req *ldap.AddRequest) error {
	err := r.client.Add(ctx, req)
	if !ldapconn.IsUnknownOutcome(err) {
		return err
	}
	t.doubt = true
	detached, cancel := detach(ctx)
	defer cancel()
	records, readErr := r.fetch(detached, attrDN, []string{req.DN})
	login, _ := t.want(attrLogin)
	switch {
	case readErr != nil:
		return errors.Join(err, readErr)
	case len(records) == 0 && ctx.Err() == nil:
		return r.client.Add(ctx, req)
	case len(records) == 0:
		return err
	case nameKey(records[0].text(attrLogin)) != nameKey(login.Text()):
		return fmt.Errorf("%w by %q with the login %q", directory.ErrNameTaken, records[0].dn, records[0].text(attrLogin))
	}
	return nil
}

func (r *run) createInSteps(ctx context.Context, t *task, password string, generated bool) {
	t.mustChange = false
	req, err := r.addRequest(t, "")
	if err != nil {
		t.fail("create", "", directory.Because(directory.ErrInvalid, err))
		return
	}
	if err := r.add(ctx, t, req); err != nil {
		r.createFailed(ctx, t, err)
		return
	}
	r.created(t, req.DN)
	set := modifyRequest(req.DN, r.passwordEdits(t, password))
	if err = r.client.Modify(ctx, set); ldapconn.IsUnknownOutcome(err) && ctx.Err() == nil {
		t.doubt = true
		err = r.client.Modify(ctx, set) // the same password once more: that it is set cannot be seen
	}
	t.doubt = t.doubt || ldapconn.IsUnknownOutcome(err)
	if err != nil {
		t.fail("set the password", "", passwordError(err))
		return
	}
	r.passwordSet(ctx, t, password, generated)
	bare, _ := withoutFlags(t.Want)
	control, err := controlFor(bare, "")
	if err != nil {
		t.fail("enable", attrControl, directory.Because(directory.ErrInvalid, err))
		return
	}
	var finish []edit
	if r.asksForChange(t) { // again: some servers let the password in the same request win
		finish = append(finish, edit{name: attrPasswordSet, add: []string{"0"}})
	}
	finish = append(finish, edit{name: attrControl, add: []string{control}})
	if t.Want.Enabled {
		for _, a := range req.Attributes {
			if ours := rememberedCauses(a.Vals); isName(a.Type, r.Domain.o.RemovedGroupsAttribute) && len(ours) > 0 {
				finish = append(finish, edit{name: a.Type, compare: true, memory: true, remove: ours})
			}
		}
	}
	if err := r.client.Modify(ctx, modifyRequest(req.DN, finish)); err != nil {
		t.fail("enable", attrControl, explainWrite(err))
		return
	}
	r.flagsAlone(ctx, t, control)
}

// createFailed handles a refusal to create an account. Where the object that has its name is the person's
// own account, it takes that over. Otherwise it fails the task with the reason, and names who has the name.
func (r *run) createFailed(ctx context.Context, t *task, err error) {
	switch {
	case nameTaken(err):
		holders, findErr := r.holders(ctx, t, claimPath, claimLogin, claimPrincipal)
		if findErr != nil || len(holders) == 0 {
			t.fail("create", "", directory.Because(directory.ErrNameTaken, errors.Join(err, findErr)))
			return
		}
		if own := r.ownAccount(t, holders); own != nil {
			r.adopt(ctx, t, own)
			return
		}
		t.fail("create", "", r.takenBy(holders, err))
	case ldapconn.IsPasswordPolicy(err):
		t.fail("create", "", passwordError(err))
	case ldapconn.IsParentMissing(err):
		t.fail("create", "", directory.Because(directory.ErrNoContainer, err))
	default:
		t.fail("create", "", explainWrite(err))
	}
}

// ownAccount returns the object among holders that has both the wanted worker id and the wanted login.
func (r *run) ownAccount(t *task, holders []*record) *record {
	login, _ := t.want(attrLogin)
	for _, h := range holders {
		if h.isUser() && directory.Fold(h.text(r.Domain.o.WorkerIDAttribute)) == directory.Fold(t.WorkerID) &&
			nameKey(h.text(attrLogin)) == nameKey(login.Text()) {
			return h
		}
	}
	return nil
}

func (r *run) adopt(ctx context.Context, t *task, own *record) {
	if !r.o.Adopt {
		t.fail("create", "", fmt.Errorf("%w: %q (objectGUID %s) carries the worker id and the login", directory.ErrAlreadyExists, own.dn, own.id))
		return
	}
	t.have, t.mustChange = own, false
	t.out.ID, t.out.Adopted = own.id, true
	t.at(own.dn, !t.renames())
	r.update(ctx, t)
}

// holders returns the other objects that have a name that t wants.
func (r *run) holders(ctx context.Context, t *task, which ...claim) ([]*record, error) {
	var out []*record
	seen := map[string]bool{t.out.ID: true}
	for _, c := range which {
		attribute, value := attrDN, joinDN(t.cn(), t.Want.Container)
		switch c {
		case claimLogin:
			v, _ := t.want(attrLogin)
			attribute, value = attrLogin, v.Text()
		case claimPrincipal:
			v, _ := t.want(attrPrincipal)
			attribute, value = attrPrincipal, v.Text()
		}
		if value == "" {
			continue
		}
		found, err := r.fetch(ctx, attribute, []string{value})
		if err != nil {
			return nil, err
		}
		for _, h := range found {
			if !seen[h.id] {
				seen[h.id] = true
				out = append(out, h)
			}
		}
	}
	return out, nil
}

// takenBy names the holders, and which name each of them has.
func (d *Domain) takenBy(holders []*record, said error) error {
	text, worker := "", d.o.WorkerIDAttribute
	for _, h := range holders {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%q (%s, sAMAccountName %q, userPrincipalName %q, ", h.dn, h.class, h.text(attrLogin), h.text(attrPrincipal))
		if id := h.text(worker); id != "" {
			text += fmt.Sprintf("%s %q, ", worker, id)
		}
		text += "objectGUID " + h.id + ")"
	}
	return directory.Because(fmt.Errorf("%w by %s", directory.ErrNameTaken, text), said)
}

// nameTaken reports that another object has the name, login or user principal
// name. Samba says the last of these as a violated constraint.
func nameTaken(err error) bool {
	return ldapconn.IsAlreadyExists(err) || ldapconn.IsConstraintViolation(err) && strings.Contains(err.Error(), "already in use")
}

// explainWrite adds one of the causes of package directory to a refusal of the server.
func explainWrite(err error) error {
	switch {
	case ldapconn.IsAccessDenied(err):
		return directory.Because(directory.ErrDenied, err)
	case ldapconn.IsConstraintViolation(err):
		return directory.Because(directory.ErrInvalid, err)
	case ldapconn.IsParentMissing(err):
		return directory.Because(directory.ErrNoContainer, err)
	case ldapconn.IsNotLeaf(err):
		return directory.Because(directory.ErrHasChildren, err)
	case ldapconn.IsNotFound(err):
		return directory.Because(directory.ErrGone, err)
	case ldapconn.IsPasswordPolicy(err):
		return passwordError(err)
	}
	return err
}

// detach returns a context that goes on for a while after the caller's has ended, to read back
// what was written.
func detach(ctx context.Context) (context.Context, context.CancelFunc) {
	return retry.Outlive(ctx, readBackGrace)
}

// sameSet reports whether two sets of encoded values are equal.
func sameSet(a, b []string) bool { return directory.Value(a).Equal(b) }
