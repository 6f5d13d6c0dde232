// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"fmt"
	"strconv"

	"github.com/microsoft/kiota-abstractions-go/serialization"

	"terraform-provider-workforce/internal/directory"
)

// raw reads a value that the models of Microsoft Graph do not know, as kiota
// gives it: a pointer to a simple value, a collection, or an untyped node.
func raw(v any) directory.Value {
	switch x := v.(type) {
	case nil:
		return nil
	case string:
		return fromPointer(&x)
	case *string:
		return fromPointer(x)
	case *bool:
		return directory.Value{fmt.Sprint(*x)}
	case *float64:
		return directory.Value{strconv.FormatFloat(*x, 'f', -1, 64)}
	case *int32:
		return directory.Value{fmt.Sprint(*x)}
	case *int64:
		return directory.Value{fmt.Sprint(*x)}
	case []any:
		var out directory.Value
		for _, e := range x {
			out = append(out, raw(e)...)
		}
		return out
	case *serialization.UntypedString:
		return raw(x.GetValue())
	case *serialization.UntypedBoolean:
		return raw(x.GetValue())
	case *serialization.UntypedDouble:
		return raw(x.GetValue())
	case *serialization.UntypedArray:
		var out directory.Value
		for _, e := range x.GetValue() {
			out = append(out, raw(e)...)
		}
		return out
	}
	return nil
}

// member returns a member of an object that the models do not know.
func member(v any, name string) any {
	switch x := v.(type) {
	case map[string]any:
		return x[name]
	case *serialization.UntypedObject:
		if m, ok := x.GetValue()[name]; ok {
			return m
		}
	}
	return nil
}
