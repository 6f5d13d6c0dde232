// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"fmt"
	"strconv"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/handover"
)

// generatedLength is the least number of characters of a password that nobody is to type.
const generatedLength = 24

// passwordPolicy is what matters of the policy of the domain.
type passwordPolicy struct{ minLength int }

func (d *Domain) readPolicy(ctx context.Context) (passwordPolicy, error) {
	root, err := d.root(ctx)
	if err != nil {
		return passwordPolicy{}, err
	}
	entries, err := d.client.Search(ctx, &ldap.SearchRequest{BaseDN: root, Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)", Attributes: []string{"minPwdLength"}})
	if err != nil {
		return passwordPolicy{}, fmt.Errorf("reading the password policy: %w", err)
	}
	var p passwordPolicy
	for _, e := range entries {
		p.minLength, _ = strconv.Atoi(e.GetEqualFoldAttributeValue("minPwdLength")) // unreadable: the default is longer
	}
	return p, nil
}

// generatePassword returns a random password of all classes, at least as long as
// the policy of the domain asks for, that contains no part of the person's names.
func (d *Domain) generatePassword(ctx context.Context, want directory.Account) (string, error) {
	policy, err := d.policy.get(ctx, d.readPolicy)
	if err != nil {
		return "", err
	}
	return handover.Policy{Length: generatedLength}.Generate(policy.minLength, namesIn(want))
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

// asksForChange reports whether the person must change a password that is set now.
func (r *run) asksForChange(t *task) bool {
	_, managed := t.want(attrPasswordSet)
	return !managed && !r.o.KeepPassword
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
