// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestTextSet(t *testing.T) {
	a := newTextSet([]string{"b", "a", "b"})
	unknown := textSet{types.SetValueMust(types.StringType, []attr.Value{types.StringValue("a"), types.StringUnknown()})}
	null := textSet{types.SetNull(types.StringType)}
	if strings.Join(a.texts(), " ") != "a b" || strings.Join(unknown.texts(), " ") != "a" {
		t.Errorf("%v, %v", a, unknown)
	}
	for _, c := range []struct {
		a, b textSet
		want bool
	}{
		{a, newTextSet([]string{"a", "b"}), true},
		{a, newTextSet([]string{"a", "c"}), false},
		{a, newTextSet(nil), false},
		{a, unknown, false},
		{unknown, unknown, true},
		{null, null, true},
		{null, newTextSet(nil), false},
	} {
		if c.a.Equal(c.b) != c.want || c.b.Equal(c.a) != c.want {
			t.Errorf("%v and %v: expected equal %v", c.a, c.b, c.want)
		}
	}
}
