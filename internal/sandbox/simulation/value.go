// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"fmt"
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// object is a configuration or a state as a Go value: what is absent is null.
type object = map[string]any

// toValue makes a value of a type out of strings, booleans, integers, lists and maps.
func toValue(t tftypes.Type, v any) tftypes.Value {
	if v == nil {
		return tftypes.NewValue(t, nil)
	}
	switch kind := t.(type) {
	case tftypes.Object:
		given := asObject(v)
		values := make(map[string]tftypes.Value, len(kind.AttributeTypes))
		for name, at := range kind.AttributeTypes {
			values[name] = toValue(at, given[name])
		}
		for name := range given {
			if _, known := kind.AttributeTypes[name]; !known {
				panic(fmt.Sprintf("simulation: the schema has no %q", name))
			}
		}
		return tftypes.NewValue(t, values)
	case tftypes.Map:
		values := map[string]tftypes.Value{}
		for name, e := range asObject(v) {
			values[name] = toValue(kind.ElementType, e)
		}
		return tftypes.NewValue(t, values)
	case tftypes.Set:
		values := []tftypes.Value{}
		for _, e := range asList(v) {
			values = append(values, toValue(kind.ElementType, e))
		}
		return tftypes.NewValue(t, values)
	case tftypes.List:
		values := []tftypes.Value{}
		for _, e := range asList(v) {
			values = append(values, toValue(kind.ElementType, e))
		}
		return tftypes.NewValue(t, values)
	}
	return primitive(t, v)
}

func primitive(t tftypes.Type, v any) tftypes.Value {
	switch x := v.(type) {
	case int:
		if t.Is(tftypes.String) {
			return tftypes.NewValue(t, fmt.Sprint(x))
		}
		return tftypes.NewValue(t, big.NewFloat(float64(x)))
	case string, bool:
		return tftypes.NewValue(t, x)
	}
	panic(fmt.Sprintf("simulation: no value of the type %s: %T", t, v))
}

func asObject(v any) object {
	switch x := v.(type) {
	case object:
		return x
	case map[string]string:
		out := object{}
		for name, e := range x {
			out[name] = e
		}
		return out
	}
	panic(fmt.Sprintf("simulation: expected an object, found %T", v))
}

func asList(v any) []any {
	switch x := v.(type) {
	case []any:
		return x
	case []object:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = e
		}
		return out
	case []string:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = e
		}
		return out
	}
	panic(fmt.Sprintf("simulation: expected a list, found %T", v))
}

// fields returns the attributes of an object; none of null.
func fields(v tftypes.Value) map[string]tftypes.Value {
	out := map[string]tftypes.Value{}
	if v.IsNull() || !v.IsKnown() {
		return out
	}
	must(v.As(&out))
	return out
}

// text returns a string, and "" of null and of what is unknown.
func text(v tftypes.Value) string {
	out := ""
	if v.IsKnown() && !v.IsNull() {
		must(v.As(&out))
	}
	return out
}

// texts returns a list of strings.
func texts(v tftypes.Value) []string {
	var list []tftypes.Value
	if v.IsKnown() && !v.IsNull() {
		must(v.As(&list))
	}
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = text(e)
	}
	return out
}

// textMap returns a map of strings.
func textMap(v tftypes.Value) map[string]string {
	out := map[string]string{}
	for name, e := range fields(v) {
		out[name] = text(e)
	}
	return out
}

// must ends a simulation whose own machinery is wrong.
func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("simulation: %v", err))
	}
}
