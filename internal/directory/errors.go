// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"errors"
	"fmt"
	"strings"
)

// Causes that a [PersonError] may wrap, for [errors.Is].
var (
	ErrNotAttempted  = errors.New("not attempted")
	ErrGone          = errors.New("the account no longer exists")
	ErrNameTaken     = errors.New("the name is taken")
	ErrChanged       = errors.New("the account was changed since the plan")
	ErrProtected     = errors.New("the account is protected")
	ErrEnabled       = errors.New("the account is enabled, and only a disabled one is deleted")
	ErrNoManager     = errors.New("the manager has no account")
	ErrNotAsWritten  = errors.New("the directory holds something else than was written")
	ErrNoContainer   = errors.New("the container does not exist")
	ErrDenied        = errors.New("the right to do this is missing")
	ErrPassword      = errors.New("the password was refused")
	ErrInvalid       = errors.New("the value is not valid")
	ErrAmbiguous     = errors.New("several accounts fit")
	ErrAlreadyExists = errors.New("the account exists already")
	ErrHasChildren   = errors.New("the account has objects below it")
)

// advice says what to do next, by cause.
var advice = []struct {
	cause error
	next  string
}{
	{ErrNotAttempted, "Mend the first error and run again: what was done is kept, the next plan shows the rest."},
	{ErrGone, "If it was deleted on purpose, run again to create it anew; otherwise restore it from the recycle bin first."},
	{ErrNameTaken, "Choose another name, rename the other object, or import it if it is this person's account."},
	{ErrChanged, "Somebody else, or another run, changed it in the meantime. Plan again and look at the new differences."},
	{ErrProtected, "Change it by hand, or take it out of what protects it."},
	{ErrEnabled, "Somebody enabled it in the meantime. Plan again: the plan disables it if its worker has left, and deletes it when it has been disabled long enough."},
	{ErrNoManager, "Add the manager to the accounts, correct the manager's worker id, or clear the manager."},
	{ErrAlreadyExists, "Import it, or allow adoption, if it is this person's account."},
	{ErrNotAsWritten, "A rule or program of the directory changed it. Plan again to see whether it lasts."},
	{ErrNoContainer, "Create the container, or correct its name in the mapping."},
	{ErrDenied, "Give the identity the provider signs in with that right: in Active Directory delegate it on the container, in Microsoft Entra ID grant the application the permission."},
	{ErrPassword, "Choose one that has the length, complexity, age and history the password policy asks for."},
	{ErrInvalid, "Correct the value in the HR system or in the mapping."},
	{ErrAmbiguous, "Leave the value with one of them."},
	{ErrHasChildren, "Remove or move the objects below it first."},
}

// PersonError is what went wrong with one person. Its text names the person, the
// attribute, what the server said and what to do next.
type PersonError struct {
	WorkerID  string // "" for an account that no worker stands behind
	Name      string // display name, if known
	Path      string // where the account is, or was to be
	Op        string // "create", "modify", "rename", "read back", …
	Attribute string // "" when it is not about one attribute
	Err       error
}

func (e *PersonError) Unwrap() error { return e.Err }

func (e *PersonError) Error() string {
	path := ""
	if e.Path != "" {
		path = fmt.Sprintf(" %q", e.Path)
	}
	return e.person() + ": " + e.Op + path + e.rest()
}

// Who names the person.
func (e *PersonError) Who() string {
	if e.WorkerID == "" && e.Name == "" && e.Path != "" {
		return fmt.Sprintf("user %q", e.Path)
	}
	return e.person()
}

func (e *PersonError) person() string {
	who := "user"
	if e.WorkerID != "" {
		who = fmt.Sprintf("worker %q", e.WorkerID)
	}
	if e.Name != "" {
		who += " (" + e.Name + ")"
	}
	return who
}

// What is the text without the person: what many may have in common.
func (e *PersonError) What() string { return e.Op + e.rest() }

func (e *PersonError) rest() string {
	attribute := ""
	if e.Attribute != "" {
		attribute = ", attribute " + e.Attribute
	}
	return attribute + explained(e.Err)
}

func adviceFor(err error) string {
	for _, a := range advice {
		if errors.Is(err, a.cause) {
			return a.next
		}
	}
	return ""
}

// Because adds a cause to what the server said.
func Because(cause, said error) error {
	if said == nil {
		return cause
	}
	return &causedError{cause, said}
}

type causedError struct{ cause, said error }

func (e *causedError) Error() string   { return e.cause.Error() + ": " + e.said.Error() }
func (e *causedError) Unwrap() []error { return []error{e.cause, e.said} }

// MembershipError is what went wrong with one member of a group, or with the
// whole group where Member is the zero value.
type MembershipError struct {
	Group  string // name or path
	Member Member
	Op     string // "add", "remove", "read"
	Err    error
}

func (e *MembershipError) Unwrap() error { return e.Err }

func (e *MembershipError) Error() string {
	who := e.Who()
	if who != "" {
		who = " " + who
	}
	return fmt.Sprintf("group %q: %s", e.Group, e.Op) + who + explained(e.Err)
}

// Who names the member, "" where it is about the whole group.
func (e *MembershipError) Who() string {
	switch {
	case e.Member.WorkerID != "":
		return fmt.Sprintf("worker %q", e.Member.WorkerID)
	case e.Member.Path != "":
		return fmt.Sprintf("%q", e.Member.Path)
	case e.Member.ID != "":
		return fmt.Sprintf("%q", e.Member.ID)
	}
	return ""
}

// What is the text without the member: what many may have in common.
func (e *MembershipError) What() string {
	return fmt.Sprintf("group %q: %s", e.Group, e.Op) + explained(e.Err)
}

// explained appends what to do next to what was said.
func explained(err error) string {
	text := strings.TrimSuffix(err.Error(), ".")
	if next := adviceFor(err); next != "" && !strings.Contains(text, strings.TrimSuffix(next, ".")) {
		return ": " + text + ". " + next
	}
	return ": " + text + "."
}
