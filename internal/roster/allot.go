// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"

	"terraform-provider-workforce/internal/directory"
)

// checkAllotments sets those aside who are to get what the directory has not, or has not enough of. Everybody who is
// to get something is asked about at once, so that nobody gets what somebody else has been promised.
func (d *comparison) checkAllotments(ctx context.Context) error {
	if d.in.Allots == nil {
		return nil
	}
	var changes []directory.Change
	for _, p := range d.people {
		if p.account == nil || p.account.Deleted || p.account.Released || p.waits || p.aside() || p.existing != nil && len(p.changes) == 0 {
			continue
		}
		c := directory.Change{WorkerID: p.id, Want: *p.account}
		if p.existing != nil {
			c.ID = p.existing.ID
		}
		changes = append(changes, c)
	}
	if len(changes) == 0 {
		return nil
	}
	return d.asideRefused(d.in.Allots(ctx, changes), problemValue, remedyValue)
}
