// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
)

// elements returns the members of an object or map given as a dynamic value.
func elements(v types.Dynamic) (map[string]attr.Value, bool) {
	switch o := v.UnderlyingValue().(type) {
	case nil:
		return nil, true
	case types.Object:
		return o.Attributes(), true
	case types.Map:
		return o.Elements(), true
	}
	return nil, false
}

func dynamicKnown(v types.Dynamic) bool {
	if v.IsUnknown() || v.IsUnderlyingValueUnknown() {
		return false
	}
	members, _ := elements(v)
	for _, m := range members {
		if m.IsUnknown() {
			return false
		}
		texts, _ := texts(m)
		for _, t := range texts {
			if t.IsUnknown() {
				return false
			}
		}
	}
	return true
}

// expandDynamic reads attributes given as an object of strings, booleans and lists.
func expandDynamic(v types.Dynamic, into map[string]directory.Value, diags *diag.Diagnostics) {
	members, ok := elements(v)
	if !ok {
		diags.AddAttributeError(path.Root("attributes"), "Invalid attributes", "Expected an object such as { givenName = \"Zoë\", proxyAddresses = [\"SMTP:zoe@example.com\"] }.")
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if members[name].IsNull() {
			continue
		}
		values, ok := texts(members[name])
		if !ok {
			diags.AddAttributeError(path.Root("attributes"), "Invalid attributes", fmt.Sprintf("%s: found %s, expected a string, "+
				"true or false, or a list of strings. Write numbers in quotes, as LDAP does.", name, members[name]))
			continue
		}
		value := directory.Value{}
		for _, t := range values {
			if t.ValueString() != "" {
				value = append(value, t.ValueString())
			}
		}
		if len(value) == 1 && slices.ContainsFunc(activedirectory.Format.Days, func(day string) bool {
			return strings.EqualFold(day,
				name)
		}) {
			if end, ok := directory.EndOfDay(value[0], time.UTC); ok {
				value[0] = end.Format(time.RFC3339)
			}
		}
		if twice := repeated(value); twice != "" {
			diags.AddAttributeError(path.Root("attributes"), "Invalid attributes",
				fmt.Sprintf("%s: found %q twice, expected each value once. A directory keeps a value of an attribute once: remove "+
					"one of them.", name, twice))
		}
		into[name] = value
	}
}

// repeated returns a value that stands there more than once, or "".
func repeated(v directory.Value) string {
	for i, s := range v {
		if slices.Contains(v[:i], s) {
			return s
		}
	}
	return ""
}

// texts returns the strings of one attribute: a string, a list of strings, or a boolean as directories write it.
func texts(v attr.Value) ([]types.String, bool) {
	var members []attr.Value
	switch x := v.(type) {
	case types.String:
		return []types.String{x}, true
	case types.Bool:
		if x.IsUnknown() {
			return []types.String{types.StringUnknown()}, true
		}
		return []types.String{types.StringValue(strings.ToUpper(strconv.FormatBool(x.ValueBool())))}, true
	case types.Tuple:
		members = x.Elements()
	case types.List:
		members = x.Elements()
	case types.Set:
		members = x.Elements()
	default:
		return nil, false
	}
	out := make([]types.String, len(members))
	for i, m := range members {
		t, ok := m.(types.String)
		if !ok {
			return nil, false
		}
		out[i] = t
	}
	return out, true
}

// flattenDynamic returns given with the values that differ from now replaced,
// so that what did not change keeps the form the configuration gave it.
func flattenDynamic(given types.Dynamic, now map[string]directory.Value) types.Dynamic {
	before := map[string]directory.Value{}
	expandDynamic(given, before, &diag.Diagnostics{})
	if maps.EqualFunc(before, now, directory.Value.Equal) {
		return given
	}
	members, _ := elements(given)
	values := maps.Clone(members)
	for name, v := range now {
		if was, managed := before[name]; managed && was.Equal(v) {
			continue
		}
		values[name] = flattenValue(v)
	}
	kinds := make(map[string]attr.Type, len(values))
	for name, v := range values {
		kinds[name] = v.Type(context.Background())
	}
	return types.DynamicValue(types.ObjectValueMust(kinds, values))
}

func flattenValue(v directory.Value) attr.Value {
	if len(v) < 2 {
		return types.StringValue(v.Text())
	}
	values, kinds := make([]attr.Value, len(v)), make([]attr.Type, len(v))
	for i, s := range v {
		values[i], kinds[i] = types.StringValue(s), types.StringType
	}
	return types.TupleValueMust(kinds, values)
}
