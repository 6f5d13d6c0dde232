// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"cmp"
	"context"
	"fmt"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/ldapconn"
)

// identity is what tells one domain from every other: its security identifier, which
// survives even the renaming of the domain, and its DNS name.
type identity struct{ sid, name string }

// Identity returns the security identifier and the DNS name of the domain. They are
// read once.
func (d *Domain) Identity(ctx context.Context) (id, name string, err error) {
	i, err := d.itself.get(ctx, d.readIdentity)
	return i.sid, i.name, err
}

// DNSName returns the DNS name of the domain, such as "corp.example.com", in lower
// case. A naming context without one (RFC 2247) is returned as it is spelled.
func (d *Domain) DNSName(ctx context.Context) (string, error) {
	root, err := d.root(ctx)
	return cmp.Or(ldapconn.DNSName(root), root), err
}

func (d *Domain) readIdentity(ctx context.Context) (identity, error) {
	root, err := d.root(ctx)
	if err != nil {
		return identity{}, err
	}
	entries, err := d.client.Search(ctx, &ldap.SearchRequest{BaseDN: root, Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)", Attributes: []string{attrSID}})
	if err != nil {
		return identity{}, fmt.Errorf("reading which domain this is: %w", err)
	}
	if len(entries) != 1 {
		return identity{}, fmt.Errorf("reading which domain this is: %q is not there", root)
	}
	sid, err := formatSID(entries[0].GetEqualFoldRawAttributeValue(attrSID))
	if err != nil {
		return identity{}, fmt.Errorf("reading which domain this is: the objectSid of %q: %w: the account the provider signs in with needs the right to read it", root, err)
	}
	return identity{sid, ldapconn.DNSName(root)}, nil
}

// Prefer makes the domain use a controller, as [Domain.Replica] named it, if none is in use yet.
func (d *Domain) Prefer(server string) { d.client.Prefer(server) }

// Replica returns the DNS name of the controller that is used.
func (d *Domain) Replica(ctx context.Context) (string, error) {
	root, err := d.client.RootDSE(ctx)
	if err != nil {
		return "", err
	}
	return root.DNSHostName, nil
}
