// SPDX-License-Identifier: MPL-2.0

// Package directory holds what every identity target shares: the account
// document, the shape of an existing account, attribute types and the
// questions that decisions ask of a directory.
package directory

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/canonical"
)

// ManagerAttribute is the attribute that holds the worker id of the manager in
// an Account. Targets translate it to their own reference.
const ManagerAttribute = "manager"

// Value is everything one attribute holds. Several values are a set: their
// order carries no meaning. An empty Value is an attribute that is, or is to
// be, absent from the directory.
type Value []string

// Text returns the first value, or "" when there is none.
func (v Value) Text() string {
	if len(v) == 0 {
		return ""
	}
	return v[0]
}

// Equal reports whether both hold the same set of values, exactly.
func (v Value) Equal(w Value) bool {
	if len(v) != len(w) {
		return false
	}
	if len(v) == 1 {
		return v[0] == w[0]
	}
	return slices.Equal(sorted(v), sorted(w))
}

// MarshalJSON writes null for a cleared attribute, a string for one value and
// a sorted list for several.
func (v Value) MarshalJSON() ([]byte, error) { return v.appendJSON(nil), nil }

func (v Value) appendJSON(out []byte) []byte {
	switch {
	case len(v) == 0:
		return append(out, "null"...)
	case len(v) == 1:
		return canonical.AppendString(out, v[0])
	case slices.IsSorted(v):
		return canonical.AppendList(out, v)
	}
	return canonical.AppendList(out, sorted(v))
}

// UnmarshalJSON accepts null, "" and [] as cleared, a string as one value, and
// a list of strings as several. Numbers, booleans and objects are refused,
// because directories hold text and a silent conversion would hide leading zeros.
func (v *Value) UnmarshalJSON(data []byte) error {
	*v = nil
	var one string
	if json.Unmarshal(data, &one) == nil {
		if one != "" {
			*v = Value{one}
		}
		return nil
	}
	var many []string
	if err := json.Unmarshal(data, &many); err != nil {
		return fmt.Errorf("found %s, expected a string, a list of strings or null (write numbers and booleans as strings)", abbreviate(data))
	}
	many = slices.DeleteFunc(sorted(many), func(s string) bool { return s == "" })
	if many = slices.Compact(many); len(many) > 0 {
		*v = many
	}
	return nil
}

// Account is the state an account should have or has, as documents carry it.
type Account struct {
	// Container is where the account lives: in Active Directory the
	// distinguished name of its parent. Empty for targets without containers.
	Container string
	// Enabled is false for an account that nobody can sign in with.
	Enabled bool
	// Attributes holds every managed attribute by its name at the target, the
	// naming attributes and ManagerAttribute (a worker id) included. An
	// attribute that is not in the map is not managed and never touched; one
	// with an empty Value is to be cleared.
	Attributes map[string]Value
}

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
	// Core lists the top-level keys, in the order errors report them.
	Core []CoreKey
	// Equal reports whether two values of an attribute mean the same to the
	// target, such as "076" and "76" for a number. Nil: Value.Equal.
	Equal func(attribute string, a, b Value) bool
}

// Same reports whether two values of an attribute mean the same to the target.
func (f Format) Same(attribute string, a, b Value) bool {
	return a.Equal(b) || f.Equal != nil && f.Equal(attribute, a, b)
}

// Marshal writes the canonical document of a: sorted keys, no white space.
func (f Format) Marshal(a Account) (string, error) {
	keys := make([]string, 0, 16) // of fixed size, like buffer: most documents then cost one allocation
	keys = append(keys, "attributes", "enabled")
	if f.HasContainer {
		keys = append(keys, "container")
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
		default:
			out = a.Attributes[f.attributeOf(key)].appendJSON(out)
		}
	}
	return string(append(out, '}')), nil
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
		if c.Required && len(a.Attributes[c.Attribute]) == 0 {
			fail(c.Key, errors.New("missing"))
		}
		if len(v) > 1 {
			fail(c.Key, fmt.Errorf("found %d values, expected one", len(v)))
		}
	}
}

func (f Format) keys() []string {
	keys := []string{"attributes", "enabled"}
	if f.HasContainer {
		keys = append(keys, "container")
	}
	for _, c := range f.Core {
		keys = append(keys, c.Key)
	}
	slices.Sort(keys)
	return keys
}

func sorted(v []string) []string {
	out := slices.Clone(v)
	slices.Sort(out)
	return out
}

func abbreviate(data []byte) string {
	if len(data) > 60 {
		return string(data[:60]) + "…"
	}
	return string(data)
}
