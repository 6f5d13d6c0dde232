// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestReleaseForgetsItsParent(t *testing.T) {
	type key struct{}
	parent, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	defer cancel()
	r, free := release(parent)
	if r.Value(key{}) != "value" || r.Err() != nil {
		t.Fatalf("during the call: value %v, error %v", r.Value(key{}), r.Err())
	}
	free()
	if r.Value(key{}) != nil || !errors.Is(r.Err(), context.Canceled) {
		t.Errorf("after the call: value %v, error %v; expected none, and canceled", r.Value(key{}), r.Err())
	}
	<-r.Done() // whoever still waits is let go
}

// TestWithoutWriteOnly: of a proposed state only the write-only arguments go, as
// the framework would have it.
func TestWithoutWriteOnly(t *testing.T) {
	server := NewServer("test")()
	schemas, err := readWriteOnly(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	schema := schemas["workforce_entra_group_members"]
	if schema == nil || schemas["workforce_entra_group"] != nil {
		t.Fatalf("found %d schemas with write-only arguments", len(schemas))
	}
	kind := schema.ValueType()
	text := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
	state := func(members tftypes.Value) tftypes.Value {
		return tftypes.NewValue(kind, map[string]tftypes.Value{"group": text("g"),
			"mode": tftypes.NewValue(tftypes.String, tftypes.UnknownValue), "id": text("x"), "member_names": text("{}"), "members": members,
			"timeouts": tftypes.NewValue(timeoutsType.TerraformType(t.Context()), nil)})
	}
	list := tftypes.List{ElementType: tftypes.String}
	for name, c := range map[string]struct{ given, want tftypes.Value }{
		"values":      {state(tftypes.NewValue(list, []tftypes.Value{text("a"), tftypes.NewValue(tftypes.String, tftypes.UnknownValue)})), state(tftypes.NewValue(list, nil))},
		"unknown":     {state(tftypes.NewValue(list, tftypes.UnknownValue)), state(tftypes.NewValue(list, nil))},
		"destruction": {tftypes.NewValue(kind, nil), tftypes.NewValue(kind, nil)},
	} {
		given, err := tfprotov6.NewDynamicValue(kind, c.given)
		if err != nil {
			t.Fatal(err)
		}
		out, err := withoutWriteOnly(schema, &given)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := out.Unmarshal(kind); err != nil || !got.Equal(c.want) {
			t.Errorf("%s: found %v (%v), expected %v", name, got, err, c.want)
		}
	}
}
