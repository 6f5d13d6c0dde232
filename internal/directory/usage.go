// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"context"
	"time"
)

// Usage is what a directory knows of how an account is used and what it opens.
type Usage struct {
	// SignInsKnown reports whether the directory tells when the account was used.
	SignInsKnown bool
	// LastSignIn is the last sign-in on record; zero: none is.
	LastSignIn time.Time
	// Lag is how much later than LastSignIn the account may have been used unrecorded:
	// Active Directory replicates a sign-in only when the one on record is older than
	// 9 to 14 days (Microsoft, lastLogonTimestamp).
	Lag time.Duration
	// Privileged are the names of the privileged groups and roles that the account holds,
	// directly or through groups, in order.
	Privileged []string
}

// UsageTeller is a directory that knows how accounts are used.
type UsageTeller interface {
	// Usage returns what is known of users, by object id. Users of whom nothing is known are
	// left out. What the directory may not tell (a right or a licence is missing) is unknown
	// and no error; partly says in a sentence what that is and how to have it.
	Usage(ctx context.Context, ids []string) (usage map[string]Usage, partly string, err error)
}
