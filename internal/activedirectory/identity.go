// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"fmt"

	"github.com/go-ldap/ldap/v3"
)

// Identity returns the SID of the domain, in hexadecimal, and its distinguished name.
func (d *Domain) Identity(ctx context.Context) (id, name string, err error) {
	root, err := d.root(ctx)
	if err != nil {
		return "", "", err
	}
	entries, err := d.client.Search(ctx, &ldap.SearchRequest{BaseDN: root, Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)", Attributes: []string{"objectSid"}})
	if err != nil {
		return "", "", fmt.Errorf("finding out which domain this is: %w", err)
	}
	if len(entries) != 1 {
		return "", "", fmt.Errorf("finding out which domain this is: found %d objects at %q, expected one", len(entries), root)
	}
	return fmt.Sprintf("%x", entries[0].GetEqualFoldRawAttributeValue("objectSid")), root, nil
}
