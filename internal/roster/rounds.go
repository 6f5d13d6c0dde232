// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"slices"
)

// settleAccounts works out every account and what changes: draft, settle names, link managers,
// compare, check. Whoever turns out to have a problem is set aside, which may give others one: a
// manager without an account, a name that is kept after all. Every round sets somebody aside, or
// is the last.
func settleAccounts(ctx context.Context, who *recognised) (*comparison, error) {
	drafts := newDrafts(who)
	names := newNames(drafts)
	for {
		drafts.redraft()
		if err := names.assign(ctx); err != nil {
			return nil, err
		}
		outcome := compare(drafts, linkManagers(drafts))
		if err := outcome.check(ctx, names.collisions); err != nil {
			return nil, err
		}
		if who.looksOnly || !slices.ContainsFunc(drafts.all, (*drafted).stale) {
			return outcome, nil
		}
	}
}
