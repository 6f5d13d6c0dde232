// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// lookup finds an attribute by name in any case.
func lookup(attributes map[string]directory.Value, name string) (directory.Value, bool) {
	if v, ok := attributes[name]; ok {
		return v, true
	}
	for n, v := range attributes {
		if isName(n, name) {
			return v, true
		}
	}
	return nil, false
}

// typeOf returns the type of an attribute; unknown ones are sets of text, which
// compare exactly.
func typeOf(schema *directory.Schema, name string) directory.AttributeType {
	if schema != nil {
		if t, ok := schema.Lookup(name); ok {
			return t
		}
	}
	if t, ok := StandardSchema().Lookup(name); ok {
		return t
	}
	return directory.AttributeType{Name: name, Multi: true}
}

// Equal reports whether two values of an attribute mean the same to the
// directory: distinguished names in any spelling, numbers, booleans and times in
// any notation, flags that are cleared or FALSE, accountExpires 0, 9223372036854775807 and "never". The disabled
// bit of userAccountControl does not count, since Account.Enabled carries it.
//
// Text differs when only its case differs: people care how their name is
// written, and the directory keeps what it is given. schema may be nil.
func Equal(schema *directory.Schema, attribute string, a, b directory.Value) bool {
	if a.Equal(b) {
		return true
	}
	if isGroups(attribute) {
		return directory.SameGroups(a, b)
	}
	if isFlag(attribute) {
		return flagSet(a) == flagSet(b)
	}
	if len(a) != len(b) {
		return meansNever(attribute, a) && meansNever(attribute, b)
	}
	t := typeOf(schema, attribute)
	if len(a) == 1 {
		return sameValue(t, a[0], b[0])
	}
	rest := slices.Clone(b)
	for _, x := range a {
		i := slices.IndexFunc(rest, func(y string) bool { return sameValue(t, x, y) })
		if i < 0 {
			return false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return true
}

// meansNever reports an accountExpires that never comes; so does an absent one.
func meansNever(attribute string, v directory.Value) bool {
	if !isName(attribute, attrExpires) {
		return false
	}
	n, err := parseExpiry(v.Text())
	return len(v) == 0 || err == nil && n == never
}

func sameValue(t directory.AttributeType, a, b string) bool {
	if a == b {
		return true
	}
	switch {
	case isName(t.Name, attrExpires):
		x, errX := parseExpiry(a)
		y, errY := parseExpiry(b)
		return errX == nil && errY == nil && x == y
	case isName(t.Name, attrControl):
		return sameControl(a, b)
	case isName(t.Name, attrPasswordSet):
		return samePasswordSet(a, b)
	case isName(t.Name, attrManager): // a worker id, or a path
		return strings.EqualFold(a, b) || isDN(a) && isDN(b) && sameDN(a, b)
	case t.Syntax == directory.Path:
		return isDN(a) && isDN(b) && sameDN(a, b)
	}
	switch t.Syntax {
	case directory.Boolean, directory.Security:
		return strings.EqualFold(a, b)
	case directory.Integer, directory.Large:
		x, errX := strconv.ParseInt(a, 10, 64)
		y, errY := strconv.ParseInt(b, 10, 64)
		return errX == nil && errY == nil && x == y
	case directory.Time:
		x, errX := parseTime(a)
		y, errY := parseTime(b)
		return errX == nil && errY == nil && x.Equal(y)
	}
	return false
}

// samePasswordSet: -1 asks for "now", so that any time satisfies it; 0 is
// "must change at the next sign-in".
func samePasswordSet(a, b string) bool { return (a == "0") == (b == "0") }

// SameAccount reports whether have is what want describes: container, enabled,
// and every attribute that want manages. schema may be nil.
func SameAccount(want, have directory.Account, schema *directory.Schema) bool {
	if want.Enabled != have.Enabled || !sameDN(want.Container, have.Container) {
		return false
	}
	for name, v := range want.Attributes {
		present, _ := lookup(have.Attributes, name)
		if !Equal(schema, name, v, present) {
			return false
		}
	}
	return true
}

// asWanted reports whether nothing is to be done to an account.
func (d *Domain) asWanted(want directory.Account, have *directory.Existing) bool {
	return !want.Deleted && SameAccount(want, have.Account, d.schema.peek()) && d.Render(want, have).DisabledFor == want.DisabledFor
}

// Render returns the present state of an account restricted to what want
// manages. Values that are equal by meaning are written as in want, so that no
// difference shows that is none. An account that does not remember why it is disabled
// is as good as one that remembers what is wanted, and one that is there is never
// deleted. schema may be nil.
func Render(want directory.Account, have *directory.Existing, schema *directory.Schema) directory.Account {
	if have == nil {
		return directory.Account{}
	}
	out := directory.Account{Container: have.Account.Container, Enabled: have.Account.Enabled, Released: want.Released, DisabledFor: have.DisabledFor,
		Attributes: make(map[string]directory.Value, len(want.Attributes))}
	if !want.Enabled && !out.Enabled && out.DisabledFor == "" {
		out.DisabledFor = want.DisabledFor
	}
	if sameDN(want.Container, out.Container) {
		out.Container = want.Container
	}
	for name, v := range want.Attributes {
		present, _ := lookup(have.Account.Attributes, name)
		if Equal(schema, name, v, present) {
			present = v
		}
		out.Attributes[name] = slices.Clone(present)
	}
	return out
}
