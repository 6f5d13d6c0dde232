// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"fmt"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/membership"
	"terraform-provider-workforce/internal/wording"
)

// Directory is what populations and groups need of a directory, whichever it is.
type Directory interface {
	directory.Directory
	directory.Groups
	directory.Operator
	Accounts
}

// Accounts is the part of a [Directory] that reads and writes the accounts of people.
type Accounts interface {
	// Need announces attributes, so that one bulk read brings them all.
	Need(attributes ...string)
	WorkerIDAttribute() string
	// WithDeleted also finds deleted objects, marked as such.
	WithDeleted() directory.Census
	// Notes says what could not be read that decisions do without.
	Notes() []string
	// Identity returns what tells this directory from every other one, whatever it is called, and its name.
	Identity(ctx context.Context) (id, name string, err error)
	Locate(ctx context.Context, ref string) (*directory.Existing, error)
	Read(ctx context.Context, ids map[string]string, attributes []string) (map[string]*directory.Existing, error)
	// Render returns the present state with the attributes that want names, in the form want gives them.
	Render(want directory.Account, have *directory.Existing) directory.Account
	Apply(ctx context.Context, changes []directory.Change, o directory.ApplyOptions) []directory.Outcome
	Remove(ctx context.Context, ids map[string]string, mode directory.Removal) []directory.Outcome
	DisabledSince(ctx context.Context, ids map[string]string) (map[string]time.Time, error)
}

// Users is a directory as far as populations need it.
type Users interface {
	directory.Directory
	Accounts
}

// ChangeChecker is a directory that refuses changes for reasons that only the
// present objects show.
type ChangeChecker interface {
	Check(ctx context.Context, changes []directory.Change) error
}

// Allotter is a directory that has only so many of something that accounts are to get.
type Allotter interface {
	// CheckLicenses says who is to get a license that cannot be had: a *directory.PersonError for each.
	CheckLicenses(ctx context.Context, changes []directory.Change) error
}

// Target is what a kind of directory makes of accounts.
type Target struct {
	Format directory.Format
	// Title is what people call it, such as "Active Directory", and Prefix begins the names of its resources, such as "workforce_ad".
	Title, Prefix string
	// Valid says what is wrong with an account by itself.
	Valid func(directory.Account, *directory.Schema) error
	// Label is the attribute that names an account to people.
	Label string
	// Restores says that an account in the recycle bin can be taken into use again.
	Restores bool
	// PartOf reports whether an account belongs to one of the given containers or domains.
	PartOf func(e *directory.Existing, part string) bool
	// GroupRefs are the kinds of references to a group, MemberRefs to a member of one. Naming tells members apart.
	GroupRefs, MemberRefs []string
	Naming                membership.Naming
}

// NoGroup says that no group goes by a reference.
func (t Target) NoGroup(ref string) string {
	return fmt.Sprintf("No group is %q in %s: expected its %s. Create it first, or correct the reference; "+
		"for a group of the same configuration, refer to the id of its %s_group.",
		ref, t.Title, wording.AnyOf(t.GroupRefs), t.Prefix)
}

// Nobody says that no member goes by a reference.
func (t Target) Nobody(ref string) string {
	return fmt.Sprintf("nobody in %s is %q: expected a %s. Create the account first, or correct the reference",
		t.Title, ref, wording.AnyOf(t.MemberRefs))
}

// LoginKey is what documents call the login attribute.
func (t Target) LoginKey() string {
	for _, c := range t.Format.Core {
		if c.Attribute == t.Format.Login {
			return c.Key
		}
	}
	return t.Format.Login
}
