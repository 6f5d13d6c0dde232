// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"cmp"
	"context"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

var _ directory.GroupOwners = (*Domain)(nil)

// ownersAtOnce is how many users one search is about.
const ownersAtOnce = 50

// GroupsOwnedBy implements [directory.GroupOwners]: the groups whose managedBy names a user.
func (d *Domain) GroupsOwnedBy(ctx context.Context, ids []string) (map[string][]string, error) {
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for some := range slices.Chunk(ids, ownersAtOnce) {
		users, err := d.search(ctx, root, "(&(objectClass=user)"+anyOf(attrGUID, some)+")", []string{attrGUID})
		if err != nil {
			return nil, err
		}
		byDN, dns := map[string]string{}, []string(nil)
		for _, e := range users {
			id, err := entryID(e)
			if err != nil {
				return nil, err
			}
			byDN[dnKey(e.DN)] = id
			dns = append(dns, e.DN)
		}
		if len(dns) == 0 {
			continue
		}
		groups, err := d.search(ctx, root, "(&(objectClass=group)"+anyOf(attrManagedBy, dns)+")", []string{attrManagedBy, attrLogin})
		if err != nil {
			return nil, err
		}
		for _, g := range groups {
			owner := byDN[dnKey(g.GetEqualFoldAttributeValue(attrManagedBy))]
			out[owner] = append(out[owner], cmp.Or(g.GetEqualFoldAttributeValue(attrLogin), g.DN))
		}
	}
	delete(out, "")
	for _, names := range out {
		slices.Sort(names)
	}
	return out, nil
}
