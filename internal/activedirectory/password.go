// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
)

// generatedLength is the least number of characters of a generated password.
const generatedLength = 24

// The classes of characters of the password policy ([MS-SAMR] 3.1.1.7.2),
// without characters that are easily mistaken for each other.
var passwordClasses = []string{"ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz", "23456789", "!#%*+-./:=?@_~"}

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
	names := nameParts(want)
	for {
		p, err := randomPassword(max(generatedLength, policy.minLength))
		if err != nil {
			return "", err
		}
		if !containsAny(strings.ToLower(p), names) {
			return p, nil
		}
	}
}

func randomPassword(length int) (string, error) {
	all := strings.Join(passwordClasses, "")
	b := make([]byte, length)
	for i := range b {
		from := all
		if i < len(passwordClasses) {
			from = passwordClasses[i]
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(from))))
		if err != nil {
			return "", err
		}
		b[i] = from[n.Int64()]
	}
	for i := len(b) - 1; i > 0; i-- {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(i+1)))
		if err != nil {
			return "", err
		}
		j := n.Int64()
		b[i], b[j] = b[j], b[i]
	}
	return string(b), nil
}

// nameParts returns what the policy forbids in a password: the login, and the
// parts of the display name of three characters or more.
func nameParts(want directory.Account) []string {
	var parts []string
	for _, name := range []string{attrLogin, attrDisplayName, attrCN, "givenName", "sn"} {
		v, _ := lookup(want.Attributes, name)
		for _, p := range strings.FieldsFunc(strings.ToLower(v.Text()), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",.-_#", r) }) {
			if len(p) >= 3 {
				parts = append(parts, p)
			}
		}
	}
	return parts
}

func containsAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

// initialPassword is that of a new account: the given one, a generated one for
// an account that is enabled, and none for one that is not.
func (r *run) initialPassword(ctx context.Context, t *task) (password string, generated bool, err error) {
	if t.Password != "" || !t.Want.Enabled {
		return t.Password, false, nil
	}
	password, err = r.generatePassword(ctx, t.Want)
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
