// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"slices"
	"strconv"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// adapt makes a configuration fit the schema of the provider that is there, so
// that the same life can be lived with versions from before some arguments existed:
// what the schema does not have is left out, and a limit is written in its type.
func adapt(schema *tfprotov6.Schema, config object) object {
	return adaptTo(schema.ValueType(), config).(object)
}

func adaptTo(t tftypes.Type, v any) any {
	if v == nil {
		return nil
	}
	switch kind := t.(type) {
	case tftypes.Object:
		out := object{}
		for name, e := range asObject(v) {
			if at, known := kind.AttributeTypes[name]; known {
				out[name] = adaptTo(at, e)
			}
		}
		return out
	case tftypes.List:
		list := slices.Clone(asList(v))
		for i, e := range list {
			list[i] = adaptTo(kind.ElementType, e)
		}
		return list
	}
	if limit, is := v.(string); is && t.Is(tftypes.Number) {
		if n, err := strconv.Atoi(limit); err == nil {
			return n
		}
		return nil // a number has no per cent: there is no limit then
	}
	return v
}
