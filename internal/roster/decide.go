// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
)

// Decide compares the accounts that the workers should have with those that
// exist. What concerns one person sets that person aside; it fails as a whole where
// the feed or the outcome is not plausible. It asks the directory a handful of
// questions, however many workers there are.
func Decide(ctx context.Context, in Input) (*Result, error) {
	run, err := newRun(in)
	if err != nil {
		return nil, err
	}
	feed, err := newFeed(run)
	if err != nil {
		return nil, err
	}
	feed.evaluate()
	if err := feed.guard(); err != nil {
		return nil, err
	}
	if err := feed.refuseAside(feed.people); err != nil {
		return nil, err
	}
	who, err := recognise(ctx, feed)
	if err != nil {
		return nil, err
	}
	if err := who.refuseUnclear(); err != nil {
		return nil, err
	}
	who.assignOverrides()
	who.evaluateKnown(who.people)
	who.asideForCloudAccounts()
	if err := who.refuseAside(who.people); err != nil {
		return nil, err
	}
	outcome, err := decideAccounts(ctx, who)
	if err != nil {
		return nil, err
	}
	warnings, err := guardOutcome(outcome)
	if err != nil {
		return nil, err
	}
	return newReport(outcome, warnings).result()
}
