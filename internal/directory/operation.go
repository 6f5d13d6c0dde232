// SPDX-License-Identifier: MPL-2.0

package directory

import "context"

// Operation is something that is done to accounts at once, whatever rules say.
type Operation string

// The operations. A target supports those that mean something to it.
const (
	// OperationDisable keeps people from signing in. Where sessions live on, it ends them, too.
	OperationDisable Operation = "disable"
	// OperationEnable lets people sign in.
	OperationEnable Operation = "enable"
	// OperationUnlock ends a lockout after wrong passwords.
	OperationUnlock Operation = "unlock"
	// OperationRevokeSessions makes people sign in again everywhere.
	OperationRevokeSessions Operation = "revoke sessions"
	// OperationRequirePasswordChange makes people change their password at their next sign-in.
	OperationRequirePasswordChange Operation = "require a password change"
	// OperationIssueCredential gives people a new credential for their next sign-in. It takes more
	// than [Operator.Operate] is told: engines have a method of their own.
	OperationIssueCredential Operation = "issue a credential"
)

// Subject is an account that an operation is about.
type Subject struct {
	// Ref is how the account was named.
	Ref string
	// ID and Path are those of [Existing].
	ID, Path string
	// Name is what people call the person; empty where nothing does.
	Name string
	// WorkerID is the worker id that the account carries; empty where there is none.
	WorkerID string
	// Done says that the account is already as the operation would leave it.
	Done bool
}

// Operator carries out operations. Like [Directory] it works in bulk.
type Operator interface {
	// Subjects finds the accounts that refs name, each once, in the order of refs,
	// as they are now. References are those of a worker: worker id, ID, user
	// principal name and, where there are such, Path and sAMAccountName. The error joins one for each reference
	// that names nobody, several accounts or no user, and for each account that
	// must not be operated on, or for which the operation means nothing; the
	// others are returned beside it.
	Subjects(ctx context.Context, op Operation, refs []string) ([]Subject, error)
	// Operate carries out an operation and returns an outcome for each subject, in
	// their order. Every account is read, judged, written and read back; one that
	// is Done is left alone. Err is a *PersonError.
	Operate(ctx context.Context, op Operation, subjects []Subject) []Outcome
}
