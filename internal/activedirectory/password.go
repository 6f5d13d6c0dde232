// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/handover"
)

// generatedLength is the least number of characters of a password that nobody is to type.
const generatedLength = 24

// PasswordPolicy is the policy of the domain ([MS-ADTS] 3.1.1.5 and [MS-SAMR] 3.1.1.7). Fine-grained policies
// of groups take its place for their members. What cannot be read is zero.
type PasswordPolicy struct {
	MinLength, History int
	// Complexity asks for characters of three kinds, and none of the names of the person.
	Complexity bool
	// Reversible keeps passwords so that they can be decrypted.
	Reversible bool
	// MaxAge is how long a password can be used, MinAge how long it must be; zero: any time.
	MaxAge, MinAge time.Duration
	// LockoutThreshold is the number of wrong passwords within LockoutWindow that lock an account out; zero: none does.
	LockoutThreshold int
	LockoutWindow    time.Duration
	// LockoutDuration is how long they are locked out; zero: until somebody unlocks them.
	LockoutDuration time.Duration
}

// Bits of pwdProperties ([MS-SAMR] 2.2.3.12).
const (
	bitComplex    = 0x1
	bitReversible = 0x10
)

func (d *Domain) readPolicy(ctx context.Context) (PasswordPolicy, error) {
	root, err := d.root(ctx)
	if err != nil {
		return PasswordPolicy{}, err
	}
	entries, err := d.client.Search(ctx, &ldap.SearchRequest{BaseDN: root, Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)",
		Attributes: []string{"minPwdLength", "pwdHistoryLength", "pwdProperties", "maxPwdAge", "minPwdAge", "lockoutThreshold",
			"lockoutDuration", "lockOutObservationWindow"}})
	if err != nil {
		return PasswordPolicy{}, fmt.Errorf("reading the password policy: %w", err)
	}
	var p PasswordPolicy
	for _, e := range entries {
		number := func(name string) int { // unreadable: 0
			n, _ := strconv.Atoi(e.GetEqualFoldAttributeValue(name))
			return n
		}
		properties := number("pwdProperties")
		p = PasswordPolicy{
			MinLength: number("minPwdLength"), History: number("pwdHistoryLength"),
			Complexity: properties&bitComplex != 0, Reversible: properties&bitReversible != 0,
			MaxAge: policyDuration(e, "maxPwdAge"), MinAge: policyDuration(e, "minPwdAge"),
			LockoutThreshold: number("lockoutThreshold"), LockoutWindow: policyDuration(e, "lockOutObservationWindow"),
			LockoutDuration: policyDuration(e, "lockoutDuration"),
		}
	}
	return p, nil
}

// policyDuration reads a time that policies keep as a negative number of 100 ns; zero for the least one, which means never, and for none.
func policyDuration(e *ldap.Entry, name string) time.Duration {
	n, err := strconv.ParseInt(e.GetEqualFoldAttributeValue(name), 10, 64)
	if err != nil || n >= 0 || n < math.MinInt64/100 {
		return 0
	}
	return time.Duration(-n) * 100
}

// generatePassword returns a random password of all classes, at least as long as
// the policy of the domain asks for, that contains no part of the person's names.
func (d *Domain) generatePassword(ctx context.Context, want directory.Account) (string, error) {
	policy, err := d.policy.get(ctx, d.readPolicy)
	if err != nil {
		return "", err
	}
	return handover.Policy{Length: generatedLength}.Generate(policy.MinLength, namesIn(want))
}

// namesIn returns what the policy forbids in a password: the parts of the login and of the names.
func namesIn(want directory.Account) []string {
	var names []string
	for _, name := range []string{attrLogin, attrDisplayName, attrCN, "givenName", "sn"} {
		v, _ := lookup(want.Attributes, name)
		names = append(names, v.Text())
	}
	return handover.NameParts(names...)
}

// initialPassword is that of a new account: the given one, or a new one for an account that
// is enabled or whose password is handed over. A disabled account has none otherwise.
func (r *run) initialPassword(ctx context.Context, t *task) (password string, generated bool, err error) {
	if t.Password != "" || !t.Want.Enabled && r.o.Handover == nil {
		return t.Password, false, nil
	}
	password, err = r.newFor(ctx, t)
	return password, true, err
}

// asksForChange reports whether the person must change a password that is set now. Nobody must who may not:
// they could not sign in at all.
func (r *run) asksForChange(t *task) bool {
	_, managed := t.want(attrPasswordSet)
	cannot, _ := t.want(FlagCannotChangePassword)
	return !managed && !r.o.KeepPassword && !flagSet(cannot) && !t.mayNot
}

// passwordSet notes that a password is in effect, and delivers a generated one.
func (r *run) passwordSet(ctx context.Context, t *task, password string, generated bool) {
	t.out.PasswordSet = true
	if !generated || r.o.Deliver == nil {
		return
	}
	dn, _ := t.where()
	if err := r.o.Deliver(ctx, t.WorkerID, dn, password); err != nil {
		t.fail("deliver the password", attrPassword, err)
	}
}

// neverHadPassword reports whether an account was made without a password.
// pwdLastSet is 0 then, but also when a password must be changed at the next
// sign-in; the replication metadata tells the two apart, since the keys that
// are derived from a password exist only after one was set. Where there is no
// metadata, enabling is tried, and the server refuses it without a password.
func (d *Domain) neverHadPassword(ctx context.Context, have *record) (bool, error) {
	if set := have.text(attrPasswordSet); set != "" && set != "0" {
		return false, nil
	}
	m, err := d.metaDataOf(ctx, have.dn)
	if err != nil {
		return false, err
	}
	_, ever := m.changed(credentialsID, attrCredentials)
	return m.readable() && !ever, nil
}

// passwordError adds our cause to a refused password.
func passwordError(err error) error { return directory.Because(directory.ErrPassword, err) }
