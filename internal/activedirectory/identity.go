// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
)

// Identity returns the SID of the domain, which stays when the domain is renamed,
// and its DNS name.
func (d *Domain) Identity(ctx context.Context) (id, name string, err error) {
	both, err := d.itself.get(ctx, func(ctx context.Context) ([2]string, error) {
		root, err := d.root(ctx)
		if err != nil {
			return [2]string{}, err
		}
		entries, err := d.client.Search(ctx, &ldap.SearchRequest{BaseDN: root, Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)", Attributes: []string{attrSID}})
		if err != nil {
			return [2]string{}, fmt.Errorf("finding out which domain this is: %w", err)
		}
		sid := ""
		for _, e := range entries {
			// Where the SID cannot be read, the name has to do.
			sid, _ = formatSID(e.GetEqualFoldRawAttributeValue(attrSID)) //nolint:errcheck // empty then
		}
		return [2]string{cmp.Or(sid, directory.Fold(root)), dnsName(root)}, nil
	})
	return both[0], both[1], err
}

// dnsName turns DC=corp,DC=example,DC=com into corp.example.com.
func dnsName(root string) string {
	var labels []string
	for part := range strings.SplitSeq(root, ",") {
		if key, value, ok := strings.Cut(strings.TrimSpace(part), "="); ok && strings.EqualFold(key, "DC") {
			labels = append(labels, value)
		}
	}
	return cmp.Or(strings.Join(labels, "."), root)
}
