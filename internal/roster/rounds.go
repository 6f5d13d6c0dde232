// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"slices"
)

// decideAccounts works out every account and what changes: draft, give names, link managers,
// compare, check. People with a problem are set aside, which may give others one: a
// manager without an account, or a name that stays taken. Every round sets somebody aside, leaves
// out of a document what the directory has not enough of, or is the last.
func decideAccounts(ctx context.Context, who *recognised) (*comparison, error) {
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
		outcome.checkNamesakes(names)
		if who.looksOnly || !slices.ContainsFunc(drafts.all, func(p *drafted) bool { return p.stale() || p.lacking() }) {
			return outcome, nil
		}
	}
}
