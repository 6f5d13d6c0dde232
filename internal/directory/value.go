// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"encoding/json"
	"fmt"
	"slices"

	"terraform-provider-workforce/internal/canonical"
)

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
	*v = manyValues(many)
	return nil
}

// manyValues sorts what a list gives, each once; nil where that is nothing.
func manyValues(list []string) Value {
	list = slices.Compact(slices.DeleteFunc(sorted(list), func(s string) bool { return s == "" }))
	if len(list) == 0 {
		return nil
	}
	return list
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
