// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"cmp"
	"fmt"
	"strings"
)

// CoreKey ties a top-level key of an account document to a target attribute.
type CoreKey struct {
	Key       string
	Attribute string
	Required  bool
	// PerContainer is true for a name that must be unique in its container
	// only, and false for one that must be unique in the whole directory.
	PerContainer bool
	// Shared is true for a name that several accounts may have.
	Shared bool
}

// Format is the account document of one target: which attributes stand at the
// top level rather than under "attributes".
type Format struct {
	// Target is the name the configuration uses, such as "active_directory".
	Target string
	// HasContainer says that documents carry a container.
	HasContainer bool
	// Sessions says that sessions outlive the disabling of an account until they are revoked.
	Sessions bool
	// Mastered reports whether an attribute of a synchronised account belongs to the
	// directory that it comes from. Nil: the target has no synchronised accounts.
	Mastered func(attribute string) bool
	// Core lists the top-level keys, in the order errors report them.
	Core []CoreKey
	// Equal reports whether two values of an attribute mean the same to the
	// target, such as "076" and "76" for a number. Nil: Value.Equal.
	Equal func(attribute string, a, b Value) bool
	// Check says what is wrong with a value of an attribute, its syntax and length included; an empty
	// one is to be cleared. Nil: AttributeType.Check.
	Check func(t AttributeType, v Value) error
	// Contradiction says what several attributes of one account say differently, and which they are; have is the
	// account as it is, nil where there is none yet. Nil: nothing.
	Contradiction func(want Account, have *Existing) ([]string, error)
	// Unique are the attributes beside Core whose value one account of the directory may have.
	Unique []string
	// Unsupported are attributes that users have at the target and that this provider does not manage. Instead says what to
	// do about some of them, by name.
	Unsupported []string
	Instead     map[string]string
	// Naming are the attributes that name an account, by the target's spelling, each with what is wrong with a value
	// that a rule gives it. No two accounts share a value of these, and a change renames.
	Naming map[string]func(string) error
	// Refused are attributes that no rule may write, by lower-cased name, with the reason or what to write instead:
	// one of the constants ByLifecycle and so on, or a text of its own.
	Refused map[string]string
	// CheckPath says what is wrong with a container, and with a value of an attribute whose syntax is Path.
	// Nil: the target's are no paths.
	CheckPath func(string) error
	// CheckTime says what is wrong with a value that a rule gives an attribute whose syntax is Time. Nil: nothing.
	CheckTime func(attribute, s string) error
	// Days are the attributes of an instant where a date as YYYY-MM-DD means the end of that day.
	Days []string
	// ID is the attribute by which [Directory.Find] looks up object ids.
	ID string
	// Login is the attribute by which a population recognises an existing account that carries no worker id. It is in Core.
	Login string
	// Additive reports whether a document names only what it gives of an attribute: what the account has
	// besides is left alone, and stands in no document. Nil: no attribute is like that.
	Additive func(attribute string) bool
	// HoldsAddresses says that a mail address cannot change hands within one run: the target looks at all
	// addresses whenever it writes one, in no order that we could choose.
	HoldsAddresses bool
}

// IsAdditive reports whether an attribute is one of which a document names only what it gives.
func (f Format) IsAdditive(attribute string) bool { return f.Additive != nil && f.Additive(attribute) }

// WhyUnsupported says that users have the attribute at the target, that this provider does not manage it, and what to do.
// It is "" for any other attribute.
func (f Format) WhyUnsupported(name string) string {
	for _, known := range f.Unsupported {
		if strings.EqualFold(known, name) {
			return fmt.Sprintf("users have the attribute %s, and this provider does not manage it; %s",
				name, cmp.Or(f.Instead[known], "leave it out"))
		}
	}
	return ""
}

// names lists what must be unique, in the directory or in its container.
func (f Format) names() []CoreKey {
	var names []CoreKey
	for _, c := range f.Core {
		if c.Attribute != ManagerAttribute && !c.Shared {
			names = append(names, c)
		}
	}
	for _, attribute := range f.Unique {
		names = append(names, CoreKey{Key: attribute, Attribute: attribute})
	}
	return names
}

// CheckValue says what is wrong with v as the value of an attribute.
func (f Format) CheckValue(t AttributeType, v Value) error {
	if f.Check == nil {
		return t.Check(v)
	}
	return f.Check(t, v)
}

// Same reports whether two values of an attribute mean the same to the target.
func (f Format) Same(attribute string, a, b Value) bool {
	return a.Equal(b) || f.Equal != nil && f.Equal(attribute, a, b)
}

// Reasons of Format.Refused that targets share.
const (
	ByLifecycle = "whether an account is enabled follows from lifecycle (status words, dates, on_leave), not from an attribute rule"
	ByPassword  = "passwords are write-only arguments of the resource and never part of rules, plans or state"
	ByGroups    = "groups are managed by their own resources; worker_lifecycle.leaver_groups takes them from leavers"
	ByDirectory = "the directory sets it, once and for all"
)
