// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

var (
	_ basetypes.SetTypable  = textSetType{}
	_ basetypes.SetValuable = textSet{}

	_ basetypes.SetValuableWithSemanticEquals = textSet{}
)

// textSetType is the type of a set of many strings. The framework's own set
// compares every element with every other to find duplicates, which Terraform
// does not let through anyway, and to compare two sets: minutes for the members
// of a large group.
type textSetType struct{ basetypes.SetType }

// textSet is a set of many strings.
type textSet struct{ basetypes.SetValue }

func newTextSetType() textSetType {
	return textSetType{basetypes.SetType{ElemType: types.StringType}}
}

func (t textSetType) Equal(o attr.Type) bool {
	other, ok := o.(textSetType)
	return ok && t.SetType.Equal(other.SetType)
}

func (t textSetType) String() string { return "textSetType" }

func (t textSetType) ValueType(context.Context) attr.Value { return textSet{} }

// Validate leaves duplicates to Terraform.
func (t textSetType) Validate(context.Context, tftypes.Value, path.Path) diag.Diagnostics { return nil }

func (t textSetType) ValueFromSet(_ context.Context, in basetypes.SetValue) (basetypes.SetValuable, diag.Diagnostics) {
	return textSet{in}, nil
}

func (t textSetType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	v, err := t.SetType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	set, ok := v.(basetypes.SetValue)
	if !ok {
		return nil, fmt.Errorf("found %T, expected a set", v)
	}
	return textSet{set}, nil
}

func (s textSet) Type(context.Context) attr.Type { return newTextSetType() }

func (s textSet) Equal(o attr.Value) bool {
	other, ok := o.(textSet)
	if !ok {
		return false
	}
	if s.IsNull() || s.IsUnknown() || other.IsNull() || other.IsUnknown() {
		return s.SetValue.Equal(other.SetValue)
	}
	a, b := s.Elements(), other.Elements()
	if len(a) != len(b) {
		return false
	}
	left := make(map[attr.Value]bool, len(a)) // strings are comparable, known or not
	for _, v := range a {
		left[v] = true
	}
	return !slices.ContainsFunc(b, func(v attr.Value) bool { return !left[v] })
}

// texts returns the known elements, sorted.
func (s textSet) texts() []string {
	elements := s.Elements()
	out := make([]string, 0, len(elements))
	for _, v := range elements {
		if t, ok := v.(types.String); ok && !t.IsUnknown() && !t.IsNull() {
			out = append(out, t.ValueString())
		}
	}
	slices.Sort(out)
	return out
}

// newTextSet returns the set of the texts.
func newTextSet(texts []string) textSet {
	texts = slices.Compact(slices.Sorted(slices.Values(texts)))
	elements := make([]attr.Value, len(texts))
	for i, s := range texts {
		elements[i] = types.StringValue(s)
	}
	return textSet{types.SetValueMust(types.StringType, elements)}
}

// SetSemanticEquals keeps the framework from comparing each element with each
// other, which takes minutes for thousands.
func (s textSet) SetSemanticEquals(_ context.Context, o basetypes.SetValuable) (bool, diag.Diagnostics) {
	other, ok := o.(textSet)
	return ok && s.Equal(other), nil
}

// known reports whether the set and all of its elements are.
func (s textSet) known() bool {
	return !s.IsUnknown() && !slices.ContainsFunc(s.Elements(), func(v attr.Value) bool { return v.IsUnknown() })
}

// become makes s the set of the keys, unless it is that already.
func (s *textSet) become(ids map[string]string) {
	if now := newTextSet(slices.Collect(maps.Keys(ids))); !now.Equal(*s) {
		*s = now
	}
}
