// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Existing is an account, or another object that takes up a name, as the
// directory holds it.
type Existing struct {
	// ID is the identity that survives rename and move: objectGUID in
	// Active Directory, the object id in Microsoft Entra ID.
	ID string
	// Path is where the object is now: its distinguished name, or its
	// userPrincipalName where there are no paths. Of a deleted object it is where
	// it was, as far as that is known.
	Path string
	// Class is "user", or what else the object is: "group", "computer", "contact" …
	// Only users are ever matched; the others still take up names.
	Class string
	// Deleted is true for an object in the recycle bin, or a tombstone: it can
	// still be restored, with the names it has. It is never matched or adopted.
	Deleted bool
	// Lost says why a deleted object cannot be taken into use again as it was, and
	// is empty where it can.
	Lost string
	// Account is the present state, with every attribute that was asked for.
	// Its manager is a worker id where the manager's worker id is known, else
	// the manager's path.
	Account Account
	// Interim is true while the login is one that a run gave only to free the former
	// one for somebody else, and was interrupted before it gave the next.
	Interim bool
	// DisabledSince is when the account was disabled, by the directory's own record:
	// the replication metadata of userAccountControl in Active Directory, the moment
	// that this provider recorded in Microsoft Entra ID. Of a leaver whose account was
	// disabled for another reason before, it is when this provider noted the leaving. It
	// is zero for an enabled account, and where nothing tells.
	DisabledSince time.Time
	// MustChangePassword says that the owner must change the password at the next sign-in, or has none. It is false
	// where the directory does not tell.
	MustChangePassword bool
	// Restricted says why the directory refuses what this provider would write to the account; it is empty where it
	// does not. RestrictedUnsure: perhaps it does not, which could not be found out.
	Restricted       string
	RestrictedUnsure bool
	// Unrecorded says why this provider cannot record when it disables the account, so that nothing
	// tells later since when it is disabled. It is empty where it can, and where nobody asked for a record.
	Unrecorded string
	// DisabledFor is why this provider disabled the account, as Account.DisabledFor.
	// It is empty for an enabled account, for one that somebody else disabled, and for
	// one that was enabled and disabled again by hand since.
	DisabledFor string
	// Remembers is the reason that an enabled account still carries: somebody enabled it by
	// hand after this provider had disabled it. It is empty for a disabled account.
	Remembers string
	// Sessions is SessionsLive or SessionsRevoked of a disabled account; empty where
	// the target has no sessions, or cannot tell.
	Sessions string
	// Guest says that somebody from outside was invited (userType "Guest", or "#EXT#"
	// in the user principal name).
	Guest bool
	// Synchronised says that a synchronisation writes the account from another
	// directory, which masters what Format.Mastered names.
	Synchronised bool
	// Protected says why nothing may change, disable, move, rename or delete the
	// account, and is empty where nothing protects it.
	Protected string
}

// Directory answers what decisions need to know about a target. Implementations
// read in bulk: one call carries every value of a population, so that ten
// thousand questions cost a handful of requests.
type Directory interface {
	// Find returns the objects whose attribute equals one of values under the
	// target's matching rule (for names: case-insensitive), by Fold(value).
	// Multi-valued attributes match when any of their values does.
	Find(ctx context.Context, attribute string, values []string) (map[string][]*Existing, error)
	// Owned returns every user with a value in the attribute that carries worker
	// ids: the accounts that an HR system stands behind, or once stood.
	Owned(ctx context.Context) ([]*Existing, error)
	// MissingContainers returns those of the containers that do not exist, in the order given.
	MissingContainers(ctx context.Context, containers []string) ([]string, error)
	// Schema returns the attribute types of the target's users.
	Schema(ctx context.Context) (*Schema, error)
	// Suffixes returns the domains that user principal names may end in; none
	// when the target does not restrict them.
	Suffixes(ctx context.Context) ([]string, error)
}

// Rooted is a Directory all of whose objects are below one path.
type Rooted interface {
	// Root returns that path, such as "DC=corp,DC=example,DC=com".
	Root(ctx context.Context) (string, error)
}

// Census is a Directory that can also name everybody.
type Census interface {
	Directory
	// Users returns every user that is not deleted, HR behind them or not, read in bulk.
	Users(ctx context.Context) ([]*Existing, error)
}

// Fold returns the form under which names compare equal: directories ignore
// the case of names, paths and addresses. It is the one Unicode form, too (NFC): an é of one
// character and one of two are the same name to people, and to Terraform, which brings all text into that form.
//
// Most names are ASCII, which is in that form as it stands: asking the tables of Unicode about each of them
// was a quarter of all objects that a decision allocates.
func Fold(s string) string {
	s = strings.ToLower(s)
	if isASCII(s) || norm.NFC.IsNormalString(s) {
		return s
	}
	return norm.NFC.String(s)
}

// ByName looks up an attribute in a map by folded names, without writing the folded name down: the names are a few
// dozen, and each is looked up for every value of everybody.
func ByName[V any](m map[string]V, name string) (V, bool) {
	var folded [64]byte
	if len(name) > len(folded) || !isASCII(name) {
		v, known := m[Fold(name)]
		return v, known
	}
	for i := range len(name) {
		folded[i] = name[i]
		if 'A' <= name[i] && name[i] <= 'Z' {
			folded[i] += 'a' - 'A'
		}
	}
	v, known := m[string(folded[:len(name)])]
	return v, known
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// AllSpellings returns values and, of those that differ in it, both Unicode forms in which a directory may hold
// them: composed (NFC) and decomposed (NFD). Servers prepare text before they compare it (RFC 4518, 2.3), and not
// all of them bring it into one form, so that a search has to ask for each.
func AllSpellings(values []string) []string {
	var more []string
	for _, v := range values {
		for _, form := range []norm.Form{norm.NFC, norm.NFD} {
			if !form.IsNormalString(v) {
				more = append(more, form.String(v))
			}
		}
	}
	if more == nil {
		return values
	}
	return append(slices.Clone(values), more...)
}
