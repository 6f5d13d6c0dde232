// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

var (
	_ basetypes.SetTypable                    = textSetType{}
	_ basetypes.SetValuableWithSemanticEquals = textSet{}
)

// textSetType is a set of strings that may be large. The framework compares each
// element of a set with each other, several times a plan: thousands of members
// would take minutes. Terraform sends no element twice, so that is left out here.
type textSetType struct{ basetypes.SetType }

func newTextSetType() textSetType {
	return textSetType{basetypes.SetType{ElemType: types.StringType}}
}

func (t textSetType) Equal(o attr.Type) bool {
	other, ok := o.(textSetType)
	return ok && t.SetType.Equal(other.SetType)
}

func (t textSetType) String() string { return "textSetType" }

func (t textSetType) ValueType(context.Context) attr.Value { return textSet{} }

// Validate replaces the search for duplicates.
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

// textSet is a value of textSetType.
type textSet struct{ basetypes.SetValue }

// newTextSet returns a set of the texts, each once.
func newTextSet(texts []string) textSet {
	texts = slices.Compact(slices.Sorted(slices.Values(texts)))
	elements := make([]attr.Value, len(texts))
	for i, s := range texts {
		elements[i] = types.StringValue(s)
	}
	return textSet{types.SetValueMust(types.StringType, elements)}
}

func (s textSet) Type(context.Context) attr.Type { return newTextSetType() }

func (s textSet) Equal(o attr.Value) bool {
	other, ok := o.(textSet)
	return ok && s.IsNull() == other.IsNull() && s.IsUnknown() == other.IsUnknown() && s.known() == other.known() && slices.Equal(s.texts(), other.texts())
}

func (s textSet) SetSemanticEquals(_ context.Context, o basetypes.SetValuable) (bool, diag.Diagnostics) {
	other, ok := o.(textSet)
	return ok && s.Equal(other), nil
}

// texts returns the texts that are known, sorted.
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

// known reports whether the set and all of its elements are.
func (s textSet) known() bool {
	return !s.IsUnknown() && !slices.ContainsFunc(s.Elements(), func(v attr.Value) bool { return v.IsUnknown() })
}
