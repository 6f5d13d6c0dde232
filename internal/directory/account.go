// SPDX-License-Identifier: MPL-2.0

// Package directory holds what every identity target shares. It knows no protocol.
//
// An [Account] is what one person's account is to be: enabled or not, deleted, released, its container
// and attributes. It is written as a JSON document, one a person, which is what a plan shows and a
// state keeps; [Format] says for each target which keys such a document has and what their values may be.
//
// An [Existing] is an account as it stands in a directory, with what only the directory knows: since when
// it is disabled, why, whether its sessions are revoked, what protects it. Decisions (package roster) read
// these through [Directory], in bulk: one question carries all values of a population.
//
// A [Change] takes an account from what it is to what it is to be, and an [Outcome] says what became of
// it, for one person each. What concerns one person is a [PersonError] and stops nobody else.
//
// The engines that carry changes out are packages activedirectory and entra. Each works in its own
// way, since one writes object by object and the other in batches, but both come to the same end:
// package applytest is the list of cases that says so.
package directory

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"terraform-provider-workforce/internal/canonical"
)

// decoded and encoded count, see [Documents].
var decoded, encoded atomic.Int64

// Documents returns how many account documents this process has read and written so
// far. Tests and benchmarks hold how often a stage does either for one person.
func Documents() (read, written int64) { return decoded.Load(), encoded.Load() }

// ManagerAttribute is the attribute that holds the worker id of the manager in
// an Account. Targets translate it to their own reference.
const ManagerAttribute = "manager"

// Account is the state an account should have or has, as documents carry it.
type Account struct {
	// Container is where the account lives: in Active Directory the
	// distinguished name of its parent. Empty for targets without containers.
	Container string
	// Enabled is false for an account that nobody can sign in with.
	Enabled bool
	// Deleted says that the account is to be deleted: it stays in the document of its
	// worker until the directory no longer has it. Only a disabled account is ever
	// deleted, so that Enabled is false then.
	Deleted bool
	// Released says that the account is no longer managed: nothing is read, written or
	// undone for it, and its document records what it was.
	Released bool
	// Synchronised says that a synchronisation writes the account from a directory that
	// masters most of it. Enabled and the names then only tell what the account has; they
	// and whatever else Format.Mastered names are never written. Only where Format.Mastered is set.
	Synchronised bool
	// DisabledFor says why the rules have the account disabled, see the constants
	// ForLeft and so on; empty for an enabled one, and for one that somebody else
	// disabled. Targets keep it at the account, where Existing.DisabledFor reads it.
	// An account that keeps none is as good as one that keeps what is wanted.
	DisabledFor string
	// Sessions is SessionsRevoked for an account whose sessions are to be ended
	// because it is disabled; empty leaves them alone. Only where Format.Sessions.
	Sessions string
	// Attributes holds every managed attribute by its name at the target, the
	// naming attributes and ManagerAttribute (a worker id) included. An
	// attribute that is not in the map is not managed and never touched; one
	// with an empty Value is to be cleared.
	Attributes map[string]Value
}

// Values of Account.DisabledFor: what the worker was when the rules disabled the account.
const (
	ForLeft       = "left"         // no longer employed
	ForPrehire    = "prehire"      // not there yet
	ForLeave      = "leave"        // on leave, or suspended
	ForAbsent     = "absent"       // not in the feed
	ForOutOfScope = "out of scope" // in the feed, and not for this directory
	ForMoved      = "moved"        // out of scope, which is declared to be leaving this directory
	ForOverride   = "override"     // somebody decided it
)

// Causes lists the values of Account.DisabledFor.
var Causes = []string{ForLeft, ForPrehire, ForLeave, ForAbsent, ForOutOfScope, ForMoved, ForOverride}

// Leaves reports whether an account that was disabled for that cause is on the leavers'
// ladder: its groups, its container and its retention follow.
func Leaves(cause string) bool { return cause == ForLeft || cause == ForMoved }

// Values of Account.Sessions.
const (
	// SessionsRevoked is wanted of a disabled account whose sessions must end, and
	// found where none is older than the disabling.
	SessionsRevoked = "revoked"
	// SessionsLive is found, and never wanted, where sessions began before the account
	// was disabled, or where nothing tells since when it is disabled.
	SessionsLive = "live"
)

// Clone returns a copy that shares nothing with a.
func (a Account) Clone() Account {
	a.Attributes = maps.Clone(a.Attributes)
	for name, v := range a.Attributes {
		a.Attributes[name] = slices.Clone(v)
	}
	return a
}

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
	// Days are the attributes of an instant where a date as YYYY-MM-DD means the end of that day.
	Days []string
	// ID is the attribute by which [Directory.Find] looks up object ids.
	ID string
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

// Marshal writes the canonical document of a: sorted keys, no white space.
func (f Format) Marshal(a Account) (string, error) {
	encoded.Add(1)
	keys := make([]string, 0, 16) // of fixed size, like buffer: most documents then cost one allocation
	keys = append(keys, "attributes", "enabled")
	if f.HasContainer {
		keys = append(keys, "container")
	}
	for _, s := range a.states() {
		if s.set {
			keys = append(keys, s.key)
		}
	}
	for _, c := range f.Core {
		if v, managed := a.Attributes[c.Attribute]; managed {
			if len(v) > 1 {
				return "", fmt.Errorf("%s holds %d values, expected one", c.Attribute, len(v))
			}
			keys = append(keys, c.Key)
		}
	}
	slices.Sort(keys)
	var buffer [2048]byte
	out := append(buffer[:0], '{')
	for i, key := range keys {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(canonical.AppendString(out, key), ':')
		switch key {
		case "attributes":
			out = f.appendAttributes(out, a.Attributes)
		case "enabled":
			out = strconv.AppendBool(out, a.Enabled)
		case "container":
			out = canonical.AppendString(out, a.Container)
		case keyDeleted, keyReleased, keySynchronised:
			out = strconv.AppendBool(out, true)
		case keyDisabledFor:
			out = canonical.AppendString(out, a.DisabledFor)
		case keySessions:
			out = canonical.AppendString(out, a.Sessions)
		default:
			out = a.Attributes[f.attributeOf(key)].appendJSON(out)
		}
	}
	return string(append(out, '}')), nil
}

// Keys of a document that stand there only where they say something.
const (
	keyDeleted      = "deleted"
	keyReleased     = "released"
	keySynchronised = "synchronised"
	keyDisabledFor  = "disabled_for"
	keySessions     = "sessions"
)

type stateKey struct {
	key string
	set bool
}

// states says which of the optional keys an account has.
func (a Account) states() [5]stateKey {
	return [...]stateKey{
		{keyDeleted, a.Deleted}, {keyReleased, a.Released}, {keySynchronised, a.Synchronised},
		{keyDisabledFor, a.DisabledFor != ""}, {keySessions, a.Sessions != ""},
	}
}

// unmarshalStates reads the optional keys, and refuses what contradicts itself.
func (f Format) unmarshalStates(a *Account, take func(string, any) bool, fail func(string, error)) {
	take(keyDeleted, &a.Deleted)
	take(keyReleased, &a.Released)
	take(keyDisabledFor, &a.DisabledFor)
	if f.Sessions {
		take(keySessions, &a.Sessions)
	}
	if f.Mastered != nil {
		take(keySynchronised, &a.Synchronised)
	}
	if c := a.contradicts(); c != nil {
		fail(c.key, c.err)
	}
}

type contradiction struct {
	key string
	err error
}

// contradicts says which of the optional keys cannot stand there; nil where all can.
func (a Account) contradicts() *contradiction {
	switch {
	case a.Deleted && a.Synchronised:
		return &contradiction{keyDeleted,
			errors.New("found true beside synchronised, expected one of them: the directory that the account comes from deletes it")}
	case a.Deleted && a.Enabled:
		return &contradiction{keyDeleted, errors.New("found true beside enabled, expected enabled = false: only a disabled account is deleted")}
	case a.Deleted && a.Released:
		return &contradiction{keyDeleted, errors.New("found true beside released, expected one of them")}
	case a.DisabledFor != "" && a.Enabled:
		return &contradiction{keyDisabledFor, fmt.Errorf("found %q beside enabled, expected enabled = false", a.DisabledFor)}
	case a.DisabledFor != "" && !slices.Contains(Causes, a.DisabledFor):
		return &contradiction{keyDisabledFor, fmt.Errorf("found %q, expected one of %s", a.DisabledFor, strings.Join(Causes, ", "))}
	case a.Sessions != "" && a.Sessions != SessionsRevoked && a.Sessions != SessionsLive:
		return &contradiction{keySessions, fmt.Errorf("found %q, expected %q", a.Sessions, SessionsRevoked)}
	case a.Sessions == SessionsRevoked && a.Enabled:
		return &contradiction{keySessions, fmt.Errorf("found %q beside enabled, expected enabled = false", a.Sessions)}
	}
	return nil
}

// appendAttributes appends what does not stand at the top level.
func (f Format) appendAttributes(out []byte, attributes map[string]Value) []byte {
	names := make([]string, 0, 64)
	for name := range attributes {
		if !slices.ContainsFunc(f.Core, func(c CoreKey) bool { return c.Attribute == name }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	out = append(out, '{')
	for i, name := range names {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(canonical.AppendString(out, name), ':')
		out = attributes[name].appendJSON(out)
	}
	return append(out, '}')
}

// attributeOf returns the attribute of a top-level key.
func (f Format) attributeOf(key string) string {
	for _, c := range f.Core {
		if c.Key == key {
			return c.Attribute
		}
	}
	return ""
}

// Unmarshal reads a document, canonical or written by hand. Every problem is
// reported, each with the key it belongs to.
func (f Format) Unmarshal(doc string) (Account, error) {
	decoded.Add(1)
	if a, ok := f.scan(doc); ok {
		return a, nil
	}
	return f.unmarshalSlowly(doc)
}

// unmarshalSlowly reads what scan would not, mostly to say what is wrong with it.
func (f Format) unmarshalSlowly(doc string) (Account, error) {
	a := Account{Attributes: map[string]Value{}}
	var top map[string]json.RawMessage
	if err := json.Unmarshal([]byte(doc), &top); err != nil {
		return a, fmt.Errorf("not an account document: %w", err)
	}
	var errs []error
	fail := func(key string, err error) { errs = append(errs, fmt.Errorf("%s: %w", key, err)) }
	take := func(key string, into any) bool {
		raw, ok := top[key]
		delete(top, key)
		if !ok {
			return false
		}
		if err := json.Unmarshal(raw, into); err != nil {
			fail(key, fmt.Errorf("found %s: %w", abbreviate(raw), err))
		}
		return true
	}
	if !take("enabled", &a.Enabled) {
		fail("enabled", errors.New("missing, expected true or false"))
	}
	if f.HasContainer && (!take("container", &a.Container) || a.Container == "") {
		fail("container", errors.New("missing, expected the container the account lives in"))
	}
	f.unmarshalStates(&a, take, fail)
	f.unmarshalAttributes(&a, take, fail)
	for _, key := range slices.Sorted(maps.Keys(top)) {
		fail(key, fmt.Errorf("unknown key, expected one of %s", strings.Join(f.keys(), ", ")))
	}
	return a, errors.Join(errs...)
}

func (f Format) unmarshalAttributes(a *Account, take func(string, any) bool, fail func(string, error)) {
	var raw map[string]json.RawMessage
	take("attributes", &raw)
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		if before, twice := seen[strings.ToLower(name)]; twice {
			fail("attributes."+name, fmt.Errorf("the same attribute as %q", before))
		}
		seen[strings.ToLower(name)] = name
		var v Value
		if err := v.UnmarshalJSON(raw[name]); err != nil {
			fail("attributes."+name, err)
		}
		a.Attributes[name] = v
		if a.Synchronised && f.Mastered(name) {
			fail("attributes."+name, errors.New("the account is synchronised, and the directory that it comes from masters this: "+
				"take it out, and change it there"))
		}
	}
	for _, c := range f.Core {
		if other, there := seen[strings.ToLower(c.Attribute)]; there {
			fail("attributes."+other, fmt.Errorf("belongs at the top level, as %s", c.Key))
			delete(a.Attributes, other)
		}
		var v Value
		if take(c.Key, &v) {
			a.Attributes[c.Attribute] = v
		}
		if c.Required && !a.Synchronised && len(a.Attributes[c.Attribute]) == 0 {
			fail(c.Key, errors.New("missing"))
		}
		if len(v) > 1 {
			fail(c.Key, fmt.Errorf("found %d values, expected one", len(v)))
		}
	}
}

func (f Format) keys() []string {
	keys := []string{"attributes", "enabled", keyDeleted, keyReleased, keyDisabledFor}
	if f.HasContainer {
		keys = append(keys, "container")
	}
	if f.Sessions {
		keys = append(keys, keySessions)
	}
	if f.Mastered != nil {
		keys = append(keys, keySynchronised)
	}
	for _, c := range f.Core {
		keys = append(keys, c.Key)
	}
	slices.Sort(keys)
	return keys
}
