// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"context"
	"time"
)

// SignIn is what a reviewer asks of an account beside what is managed of it: who still
// uses it, and how much harm it could do.
type SignIn struct {
	// Last is when somebody last signed in, as the directory remembers it. It is zero where it
	// remembers none. Active Directory writes it down 9 to 14 days late (lastLogonTimestamp).
	Last time.Time
	// Privileged says by what the account administers the directory, and is empty where it
	// does not, as far as that is known.
	Privileged string
}

// SignIns is a Directory that knows the sign-ins of accounts.
type SignIns interface {
	// SignIns returns what is known of accounts, by ID as it was given. One that does not exist
	// is absent. It reads in bulk: the number of requests hardly grows with the accounts.
	SignIns(ctx context.Context, ids []string) (map[string]SignIn, error)
}
