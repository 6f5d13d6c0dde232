// SPDX-License-Identifier: MPL-2.0

package directory

import "context"

// Change is what the account of one person is to become.
type Change struct {
	WorkerID string
	// ID is the identity of the account (see Existing.ID); empty to create one.
	ID string
	// Want is what the account is to become. With Want.Deleted it is deleted, provided it
	// is disabled by then and nothing protects it; the rest of Want says what it is now.
	// An account that is gone already is no error.
	Want Account
	// Password, if not empty, is set now. It never appears in errors.
	Password string
	// Planned, if not nil, is the state that the plan was made from. An
	// attribute that is to be written and has another value by now is an error,
	// instead of undoing what somebody else just did.
	Planned *Account
	// Cause says for the record why; empty: nothing but what the context of writes says.
	Cause string
}

// Outcome is how a Change ended.
type Outcome struct {
	WorkerID string
	// ID is set as soon as the account exists, also when a later step failed.
	ID string
	// Account is the account as it was read back; nil when it does not exist or could not be read.
	Account *Existing
	// Created, Changed and Renamed (or moved) say what was done. All are false
	// for an account that was right already.
	Created, Changed, Renamed, Adopted bool
	// Deleted says that the account is gone, because Change.Want.Deleted asked for it
	// or because it was gone already.
	Deleted bool
	// PasswordSet says that a password was set, the given one or a generated one.
	PasswordSet bool
	// Waiting is the worker id of a manager who has no account yet; the link is
	// made when this process creates it. See ApplyOptions.LinkLater.
	Waiting string
	// Err joins a *PersonError for each thing that went wrong with this person.
	Err error
}

// ApplyOptions say how changes are carried out.
type ApplyOptions struct {
	// Parallel is how many accounts are at most written at once; 0 is 8. How many
	// there are depends on what makes the server fastest.
	Parallel int
	// Adopt takes over an account that a create meets, if it already carries the
	// worker id and the login that are wanted: what an interrupted run left.
	// Otherwise that is an error that names the account.
	Adopt bool
	// LinkLater keeps a manager without account in mind instead of failing, for
	// callers that create one person at a time in no order.
	LinkLater bool
	// KeepPassword lets people keep the password that is set; otherwise they must
	// change it at their next sign-in (pwdLastSet 0).
	KeepPassword bool
	// Deliver, if not nil, is given each generated password once, right after it
	// was set, from several goroutines. Without it generated passwords are discarded.
	Deliver func(ctx context.Context, workerID, path, password string) error
	// Handover, if not nil, makes the credentials that people first sign in with, and is given each
	// before it is in effect, or, where the directory makes it, right afterwards.
	Handover Handover
}

// Removal is what removing does to accounts.
type Removal int

// What can be done to accounts that are no longer wanted.
const (
	Disable Removal = iota // nobody can sign in; everything else stays
	Delete                 // the object goes, into the recycle bin where there is one
	Purge                  // the object goes for good: only where the target can restore deleted ones, and tells both apart
)
