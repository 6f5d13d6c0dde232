// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
)

// update writes what differs: attributes and state in one request, then the
// name and place in another. The state goes first, so that a leaver whose move
// fails is disabled all the same.
func (r *run) update(ctx context.Context, t *task) {
	edits, err := r.diff(r.types, t.writable(), t.have)
	if err != nil {
		t.fail("modify", "", directory.Because(directory.ErrInvalid, err))
		return
	}
	state, password, err := r.stateEdits(ctx, t)
	if err != nil {
		t.fail("enable", attrControl, err)
		return
	}
	if manager := r.managerEdit(t); manager != nil {
		edits = append(edits, *manager)
	}
	edits = append(state, edits...)
	if why := r.protection(t.have); why != "" && (len(edits) > 0 || t.renames()) {
		t.fail("modify", "", directory.Because(directory.ErrProtected, errors.New(why)))
		return
	}
	if len(edits) > 0 {
		r.modify(ctx, t, edits, password)
	}
	if !t.dead() && t.renames() {
		r.rename(ctx, t)
	}
	dn, _ := t.where()
	t.at(dn, !t.dead())
}

// newPassword is a password that is about to be set.
type newPassword struct {
	text      string
	generated bool
}

// stateEdits sets a password and enables or disables. An account that never had
// a password gets one before it is enabled.
func (r *run) stateEdits(ctx context.Context, t *task) ([]edit, newPassword, error) {
	if t.failed[directory.Fold(attrControl)] { // access could not be taken: that is said already
		return r.passwordEdits(t, t.Password), newPassword{text: t.Password}, nil
	}
	control, enables, err := controlEdit(t.writable(), t.have)
	if err != nil {
		return nil, newPassword{}, directory.Because(directory.ErrInvalid, err)
	}
	memory, err := r.memoryEdits(ctx, t)
	if err != nil {
		return nil, newPassword{}, err
	}
	control = append(control, memory...)
	p := newPassword{text: t.Password}
	due := t.issued != "" && !t.out.Adopted // who turned out to have an account keeps their password
	if p.text == "" && (enables || due) {
		never := due
		if !never {
			if never, err = r.neverHadPassword(ctx, t.have); err != nil {
				return nil, p, err
			}
		}
		if never {
			if p.text, err = r.newFor(ctx, t); err != nil {
				return nil, p, err
			}
			p.generated = true
		} else if enables {
			control = append(control, r.acceptsPassword(t)...)
		}
	}
	if _, managed := t.want(FlagCannotChangePassword); !managed && p.text != "" && r.asksForChange(t) {
		dn, _ := t.where()
		l, err := r.accessList(ctx, dn) // somebody may have forbidden it by hand
		t.mayNot = err == nil && l.forbidsPasswordChange()
	}
	return append(r.passwordEdits(t, p.text), control...), p, nil
}

func (r *run) passwordEdits(t *task, password string) []edit {
	if password == "" {
		return nil
	}
	edits := []edit{{name: attrPassword, add: []string{encodePassword(password)}}}
	if r.asksForChange(t) {
		edits = append(edits, edit{name: attrPasswordSet, add: []string{"0"}})
		t.mustChange = true
	}
	return edits
}

// modify writes edits in one request. Where the directory refuses that, it writes them in several, so that
// everything that can be written is, and each refused edit is named.
func (r *run) modify(ctx context.Context, t *task, edits []edit, p newPassword) {
	err := r.send(ctx, t, edits)
	switch {
	case err == nil:
		if p.text != "" {
			r.passwordSet(ctx, t, p.text, p.generated)
		}
		return
	case errors.Is(err, directory.ErrGone), isLost(err), ldapconn.IsUnknownOutcome(err):
		t.fail("modify", "", err)
		return
	case p.text == "" && ldapconn.IsPasswordPolicy(err) && t.Want.Enabled && !t.have.enabled():
		// Enabling was refused for want of a password that metadata did not show.
		generated, genErr := r.newFor(ctx, t)
		if genErr != nil {
			t.fail("enable", attrControl, genErr)
			return
		}
		r.modify(ctx, t, append(r.passwordEdits(t, generated), edits...), newPassword{generated, true})
		return
	}
	if edits, err = r.denied(ctx, t, edits, err, p); len(edits) == 1 {
		r.refused(ctx, t, edits[0], err)
		return
	}
	r.oneByOne(ctx, t, edits, p)
}

// oneByOne writes each edit in a request of its own. Where a password is refused, it leaves out the later
// edits that need the password.
func (r *run) oneByOne(ctx context.Context, t *task, edits []edit, p newPassword) {
	for _, e := range edits {
		if e.memory && t.failed[directory.Fold(attrControl)] {
			continue
		}
		if t.failed[directory.Fold(attrPassword)] && (e.name == attrPasswordSet || e.name == attrControl && t.Want.Enabled) {
			t.failed[directory.Fold(e.name)] = true
			continue
		}
		err := r.send(ctx, t, []edit{e})
		switch {
		case err == nil && e.name == attrPassword:
			r.passwordSet(ctx, t, p.text, p.generated)
		case err == nil:
		case errors.Is(err, directory.ErrGone), isLost(err), ldapconn.IsUnknownOutcome(err):
			t.fail("modify", "", err)
			return
		default:
			r.refused(ctx, t, e, err)
		}
	}
}

// denied takes out the edits for which the account lacks the right, if the
// server says which those are (allowedAttributesEffective, [MS-ADTS] 3.1.1.4.5.21).
func (r *run) denied(ctx context.Context, t *task, edits []edit, err error, p newPassword) ([]edit, error) {
	if !ldapconn.IsAccessDenied(err) || len(edits) < 2 {
		return edits, err
	}
	dn, _ := t.where()
	entries, readErr := r.client.Search(ctx, &ldap.SearchRequest{BaseDN: dn, Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)", Attributes: []string{"allowedAttributesEffective"}})
	if readErr != nil || len(entries) != 1 {
		return edits, err
	}
	allowed := entries[0].GetEqualFoldAttributeValues("allowedAttributesEffective")
	if len(allowed) == 0 {
		return edits, err
	}
	rest := slices.DeleteFunc(slices.Clone(edits), func(e edit) bool {
		// A password takes a right of its own, which is not about an attribute.
		return e.name != attrPassword && !slices.ContainsFunc(allowed, func(a string) bool { return isName(a, e.name) })
	})
	if len(rest) == len(edits) || len(rest) == 0 {
		return edits, err
	}
	for _, e := range edits {
		if !slices.ContainsFunc(rest, func(k edit) bool { return k.name == e.name }) {
			t.fail("modify", e.name, directory.Because(directory.ErrDenied, err))
		}
	}
	if t.failed[directory.Fold(attrControl)] {
		rest = slices.DeleteFunc(rest, func(e edit) bool { return e.memory })
	}
	if len(rest) == 0 {
		return nil, nil
	}
	if next := r.send(ctx, t, rest); next != nil {
		return rest, next
	}
	if p.text != "" {
		r.passwordSet(ctx, t, p.text, p.generated)
	}
	return nil, nil
}

// refusedFlags writes who can sign in without the flags that came along, and then each flag for itself.
func (r *run) refusedFlags(ctx context.Context, t *task, e edit) {
	if !sameControl(e.without[0], t.have.text(attrControl)) || t.Want.Enabled != t.have.enabled() {
		if bare := r.send(ctx, t, []edit{{name: e.name, add: e.without}}); bare != nil {
			t.fail("modify", e.name, explainWrite(bare))
			return
		}
	}
	r.flagsAlone(ctx, t, e.without[0])
}

// flagsAlone sets each flag of a document on an account with a userAccountControl, and says which are
// refused: one that is takes no other along. Who can sign in stays as it is.
func (r *run) flagsAlone(ctx context.Context, t *task, control string) {
	_, flags := withoutFlags(t.Want)
	bits, err := parseControl(control)
	if err != nil || len(flags) == 0 {
		return
	}
	enabled := bits&bitDisabled == 0
	for _, name := range flags {
		v, _ := t.want(name)
		next, err := controlFor(directory.Account{Enabled: enabled, Attributes: map[string]directory.Value{name: v}}, control)
		if err == nil && sameControl(next, control) {
			continue
		}
		if err == nil {
			err = r.send(ctx, t, []edit{{name: attrControl, add: []string{next}}})
		}
		if err != nil {
			t.fail("modify", name, explainWrite(err))
			continue
		}
		control = next
	}
}

// refused reports why one attribute could not be written.
func (r *run) refused(ctx context.Context, t *task, e edit, err error) {
	switch {
	case len(e.flags) > 0: // who can sign in must not depend on them
		r.refusedFlags(ctx, t, e)
	case errors.Is(err, directory.ErrChanged):
		t.fail("modify", e.name, err)
	case e.name == attrPassword:
		t.fail("set the password", e.name, passwordError(err))
	case nameTaken(err) && (e.name == attrLogin || e.name == attrPrincipal):
		c := claimLogin
		if e.name == attrPrincipal {
			c = claimPrincipal
		}
		holders, findErr := r.holders(ctx, t, c)
		if findErr != nil || len(holders) == 0 {
			t.fail("modify", e.name, directory.Because(directory.ErrNameTaken, errors.Join(err, findErr)))
			return
		}
		t.fail("modify", e.name, r.takenBy(holders, err))
	default:
		t.fail("modify", e.name, explainWrite(err))
	}
}

// send writes edits. It follows an account that was moved by hand, reads back a request whose response
// never arrived, and reports a value that somebody else changed meanwhile.
func (r *run) send(ctx context.Context, t *task, edits []edit) error {
	for attempt := 0; ; attempt++ {
		dn, atFinalDN := t.where()
		err := r.client.Modify(ctx, modifyRequest(dn, edits))
		if err == nil {
			t.touched, t.out.Changed = true, true
			return nil
		}
		lost := ldapconn.IsUnknownOutcome(err)
		t.doubt = t.doubt || lost
		conflict := ldapconn.IsValueExists(err) || ldapconn.IsValueMissing(err)
		if attempt > 0 || !lost && !conflict && !ldapconn.IsNotFound(err) {
			return err
		}
		now, readErr := r.readAgain(ctx, t)
		switch {
		case readErr != nil:
			return errors.Join(err, readErr)
		case now == nil:
			return directory.Because(directory.ErrGone, err)
		case lost:
			if edits = r.undone(now, edits); len(edits) == 0 {
				t.touched, t.out.Changed = true, true
				return nil
			}
		case conflict:
			if changed := r.changedSince(t, now, edits); changed != nil {
				return changed
			}
			edits = r.withoutComparison(t, edits)
		}
		t.at(now.dn, atFinalDN)
		if ctx.Err() != nil {
			return err
		}
	}
}

// readAgain reads the account as it is now; nil when it is gone.
func (r *run) readAgain(ctx context.Context, t *task) (*record, error) {
	ctx, cancel := detach(ctx)
	defer cancel()
	records, err := r.fetch(ctx, attrGUID, []string{t.have.id})
	if err != nil || len(records) == 0 {
		return nil, err
	}
	return records[0], nil
}

// undone returns the edits that are not in effect. A password cannot be read, so it is set once more, and
// so is the requirement to change it.
func (r *run) undone(now *record, edits []edit) []edit {
	password := slices.ContainsFunc(edits, func(e edit) bool { return e.name == attrPassword })
	return slices.DeleteFunc(slices.Clone(edits), func(e edit) bool {
		if e.name == attrPassword || password && e.name == attrPasswordSet {
			return false
		}
		values, err := encodeAll(typeOf(r.types, e.name), now.get(e.name))
		switch {
		case err != nil:
			return false
		case e.compare:
			return len(subtract(e.add, values)) == 0 && len(subtract(e.remove, values)) == len(e.remove)
		}
		return sameSet(values, e.add)
	})
}

// changedSince names what somebody else changed since the account was read.
func (r *run) changedSince(t *task, now *record, edits []edit) error {
	for _, e := range edits {
		before, after := t.have.get(e.name), now.get(e.name)
		if e.compare && !before.Equal(after) {
			return fmt.Errorf("%w: %s was %q when it was read and is %q now", directory.ErrChanged, e.name, strings.Join(before, ", "), strings.Join(after, ", "))
		}
	}
	return nil
}

// withoutComparison replaces all values of an attribute where the server cannot delete a value in the
// form in which it returned it.
func (r *run) withoutComparison(t *task, edits []edit) []edit {
	out := slices.Clone(edits)
	for i, e := range out {
		if !e.compare {
			continue
		}
		if values, err := encodeAll(typeOf(r.types, e.name), t.have.get(e.name)); err == nil {
			out[i] = editUncompared(e, append(subtract(values, e.remove), e.add...))
		}
	}
	return out
}
