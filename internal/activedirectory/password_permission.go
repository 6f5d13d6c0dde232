// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
)

const (
	allowObjectEntry = 5 // ACCESS_ALLOWED_OBJECT_ACE ([MS-DTYP] 2.4.4.3)
	denyObjectEntry  = 6 // ACCESS_DENIED_OBJECT_ACE ([MS-DTYP] 2.4.4.5)
	hasObjectType    = 1
	hasInherited     = 2

	rightControl = 0x100

	// revisionWithObjects is ACL_REVISION_DS, which a list with entries about parts of objects must have
	// ([MS-DTYP] 2.4.5).
	revisionWithObjects = 4
)

// self is S-1-5-10: whoever the object is.
var self = []byte{1, 1, 0, 0, 0, 0, 0, 5, 10, 0, 0, 0}

// changePassword is User-Change-Password, ab721a53-1e2f-11d0-9819-00aa0040529b
// ([MS-ADTS] 5.1.3.2.1), as it is in entries.
var changePassword = []byte{0x53, 0x1a, 0x72, 0xab, 0x2f, 0x1e, 0xd0, 0x11, 0x98, 0x19, 0x00, 0xaa, 0x00, 0x40, 0x52, 0x9b}

// passwordChangers are whom "User cannot change password" of the consoles denies the right.
var passwordChangers = [][]byte{everyone, self}

// changesPassword returns whom an entry grants or denies the right to change the password of the object itself;
// nil where it says nothing about that.
func changesPassword(e []byte) []byte {
	if e[0] != allowObjectEntry && e[0] != denyObjectEntry || e[1]&inheritOnly != 0 || len(e) < 12 || entryMask(e)&rightControl == 0 {
		return nil
	}
	flags, rest := binary.LittleEndian.Uint32(e[8:]), e[12:]
	if flags&hasObjectType == 0 || !bytes.HasPrefix(rest, changePassword) {
		return nil
	}
	rest = rest[len(changePassword):]
	if flags&hasInherited != 0 {
		rest = rest[min(16, len(rest)):]
	}
	return rest
}

// passwordEntry returns the entry that decides whether somebody may change the password: the first one. Entries
// are in the order in which controllers look at them ([MS-ADTS] 5.1.3.3.3).
func (l *accessList) passwordEntry(whom []byte) []byte {
	for _, e := range l.entries {
		if bytes.Equal(changesPassword(e), whom) {
			return e
		}
	}
	return nil
}

// forbidsPasswordChange reports what consoles show as "User cannot change
// password": a denial of the right to do so for everyone, or for the account itself.
// https://learn.microsoft.com/windows/win32/adsi/reading-user-cannot-change-password-ldap-provider
func (l *accessList) forbidsPasswordChange() bool {
	return slices.ContainsFunc(passwordChangers, func(whom []byte) bool {
		e := l.passwordEntry(whom)
		return e != nil && e[0] == denyObjectEntry
	})
}

// forbidPasswordChange denies everyone and the account itself the right. Other entries stay as they are.
// https://learn.microsoft.com/windows/win32/adsi/modifying-user-cannot-change-password-ldap-provider
func (l *accessList) forbidPasswordChange() {
	for _, whom := range passwordChangers {
		if e := l.passwordEntry(whom); e == nil || e[0] != denyObjectEntry || e[1]&inherited != 0 {
			l.decidePasswordChange(denyObjectEntry, whom)
		}
	}
}

// permitPasswordChange takes the denials away that are on the object itself, and grants the right where no
// entry does: consoles turn the grant into the denial. A grant goes before what is inherited, and so before a denial
// of a container.
func (l *accessList) permitPasswordChange() {
	l.entries = slices.DeleteFunc(l.entries, func(e []byte) bool {
		whom := changesPassword(e)
		return whom != nil && e[0] == denyObjectEntry && e[1]&inherited == 0 &&
			slices.ContainsFunc(passwordChangers, func(c []byte) bool { return bytes.Equal(whom, c) })
	})
	for _, whom := range slices.Backward(passwordChangers) { // each goes before the last one
		if e := l.passwordEntry(whom); e == nil || e[0] == denyObjectEntry {
			l.decidePasswordChange(allowObjectEntry, whom)
		}
	}
}

// decidePasswordChange adds an entry behind the denials of the object itself, where both a denial and a grant are
// in canonical order: denials before grants, and what is inherited last.
func (l *accessList) decidePasswordChange(kind byte, whom []byte) {
	const size = 12 + 16 + 12
	e := []byte{kind, 0, size, 0}
	e = binary.LittleEndian.AppendUint32(e, rightControl)
	e = binary.LittleEndian.AppendUint32(e, hasObjectType)
	e = append(append(e, changePassword...), whom...)
	at := slices.IndexFunc(l.entries, func(e []byte) bool {
		return e[0] != denyEntry && e[0] != denyObjectEntry || e[1]&inherited != 0
	})
	if at < 0 {
		at = len(l.entries)
	}
	l.entries = slices.Insert(l.entries, at, e)
	l.revision = revisionWithObjects
}

// withDescriptor makes a search that asks for [FlagCannotChangePassword] ask for the access list, and
// for nothing else of the security descriptor: the audit list takes a privilege.
func withDescriptor(req *ldap.SearchRequest) *ldap.SearchRequest {
	asks := func(name string) bool { return isName(name, FlagCannotChangePassword) }
	if !slices.ContainsFunc(req.Attributes, asks) {
		return req
	}
	out := *req
	out.Attributes = append(slices.DeleteFunc(slices.Clone(req.Attributes), asks), attrDescriptor)
	out.Controls = append(slices.Clone(req.Controls), ldap.NewControlString(sdFlags, true, daclOnly))
	return &out
}

var passwordChangeAttributes = []string{FlagCannotChangePassword, attrPasswordSet}

// checkPasswordChange says why a document must not forbid somebody to change the password.
func checkPasswordChange(want directory.Account) error {
	flag, _ := lookup(want.Attributes, FlagCannotChangePassword)
	set, _ := lookup(want.Attributes, attrPasswordSet)
	if !flagSet(flag) || set.Text() != "0" {
		return nil
	}
	return fmt.Errorf("%s: found true, but pwdLastSet 0 in the same document asks for a new password at the next sign-in: "+
		"the person could not sign in any more; leave one of the two out", FlagCannotChangePassword)
}

// checkForbidding says why the owner of an account must not be forbidden to change its password, who may so far.
// Nobody who must not sign in is refused anything: their account goes on along the ladder.
func checkForbidding(want, have directory.Account) error {
	flag, _ := lookup(want.Attributes, FlagCannotChangePassword)
	if is, _ := lookup(have.Attributes, FlagCannotChangePassword); !flagSet(flag) || flagSet(is) || !want.Enabled {
		return nil
	}
	if count, _ := lookup(have.Attributes, attrAdminCount); count.Text() == "1" {
		return errors.New(FlagCannotChangePassword +
			": found true, but the account is or was one of administrators whose access list Active Directory writes " +
			"itself every hour (adminCount is 1), so that the denial would not last: make the rule leave them out")
	}
	_, managed := lookup(want.Attributes, attrPasswordSet)
	if last, _ := lookup(have.Attributes, attrPasswordSet); !managed && last.Text() == "0" && have.Enabled && mayAskForChange(want, have) {
		return errors.New(FlagCannotChangePassword +
			": found true, but the person must change the password at the next sign-in and could not sign in any more: " +
			"let them sign in first, or give them a password that they need not change")
	}
	return nil
}

// mayAskForChange reports whether Active Directory asks the owner of an account for a new password at all, see
// [MS-SAMR] 3.1.5.14.4.
func mayAskForChange(want, have directory.Account) bool {
	control, _ := lookup(have.Attributes, attrControl)
	for _, name := range []string{FlagPasswordNeverExpires, FlagSmartcardLogonRequired} {
		v, managed := lookup(want.Attributes, name)
		if !managed {
			v = flagOf(control.Text(), name)
		}
		if flagSet(v) {
			return false
		}
	}
	return true
}

// acceptsPassword returns the edit that ends the demand for a new password where an account is enabled whose owner
// must not change it, and no password is set now: they could not sign in at all.
func (r *run) acceptsPassword(t *task) []edit {
	cannot, _ := t.want(FlagCannotChangePassword)
	if _, managed := t.want(attrPasswordSet); managed || !flagSet(cannot) || t.have.text(attrPasswordSet) != "0" {
		return nil
	}
	return []edit{{name: attrPasswordSet, add: []string{"-1"}}}
}

// writePasswordRights writes for whom it differs whether people may change their password. It comes last: who can
// sign in must not depend on it.
func (r *run) writePasswordRights(ctx context.Context) {
	var todo []*task
	for _, t := range r.alive() {
		v, managed := t.want(FlagCannotChangePassword)
		if !managed || t.have == nil || t.Want.Deleted || t.failed[directory.Fold(FlagCannotChangePassword)] ||
			flagSet(v) == flagSet(t.have.get(FlagCannotChangePassword)) {
			continue
		}
		if why := r.protection(t.have); why != "" {
			t.fail("modify", FlagCannotChangePassword, directory.Because(directory.ErrProtected, errors.New(why)))
			continue
		}
		todo = append(todo, t)
	}
	r.each(ctx, todo, func(ctx context.Context, t *task) {
		v, _ := t.want(FlagCannotChangePassword)
		err := r.setPasswordChange(ctx, t, flagSet(v))
		if ldapconn.IsUnknownOutcome(err) && ctx.Err() == nil { // what was written already is not written again
			t.doubt = true
			if err = r.setPasswordChange(ctx, t, flagSet(v)); err == nil {
				t.touched, t.out.Changed = true, true
			}
		}
		if err != nil {
			t.fail("modify", FlagCannotChangePassword, err)
		}
	})
	r.readBack(ctx, todo)
}

// setPasswordChange reads the access list as it is now, and writes it with no other difference.
func (r *run) setPasswordChange(ctx context.Context, t *task, forbid bool) error {
	dn, _ := t.where()
	l, err := r.accessList(ctx, dn)
	if err != nil || l.forbidsPasswordChange() == forbid {
		return err
	}
	if forbid {
		l.forbidPasswordChange()
	} else {
		l.permitPasswordChange()
	}
	if l.size() > math.MaxUint16 {
		return fmt.Errorf("the permissions of %q have %d entries, and no room for another: take some away", dn, len(l.entries))
	}
	req := ldap.NewModifyRequest(dn, []ldap.Control{ldap.NewControlString(sdFlags, true, daclOnly)})
	req.Replace(attrDescriptor, []string{string(l.bytes())})
	if err := r.client.Modify(ctx, req); err != nil {
		if ldapconn.IsAccessDenied(err) {
			return fmt.Errorf("the permissions of %q cannot be changed: the account the provider signs in with needs the right "+
				"to modify permissions of users: %w", dn, explainWrite(err))
		}
		return explainWrite(err)
	}
	t.touched, t.out.Changed = true, true
	return nil
}
