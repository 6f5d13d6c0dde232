// SPDX-License-Identifier: MPL-2.0

package directory

import "context"

// GroupOwners is a directory that knows which groups its users answer for.
type GroupOwners interface {
	// GroupsOwnedBy returns the names of the groups that users own, by object id of the user
	// and in order; users who own none are left out.
	GroupsOwnedBy(ctx context.Context, ids []string) (map[string][]string, error)
}
