// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// writeOnlySchemas are the schemas of the resources that have write-only
// arguments, by type. They are read once.
type writeOnlySchemas struct {
	once   sync.Once
	byType map[string]*tfprotov6.Schema
	err    error
}

// strip takes write-only arguments out of a proposed state. The framework does so
// too, but one value at a time in a time that grows with the square of their
// number: ten seconds for 20,000.
func (w *writeOnlySchemas) strip(ctx context.Context, server tfprotov6.ProviderServer, resource string, proposed *tfprotov6.DynamicValue) (*tfprotov6.DynamicValue, error) {
	w.once.Do(func() { w.byType, w.err = readWriteOnly(ctx, server) })
	schema := w.byType[resource]
	if w.err != nil || schema == nil || proposed == nil {
		return proposed, w.err
	}
	return withoutWriteOnly(schema, proposed)
}

func readWriteOnly(ctx context.Context, server tfprotov6.ProviderServer) (map[string]*tfprotov6.Schema, error) {
	all, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, fmt.Errorf("reading the schemas: %w", err)
	}
	out := map[string]*tfprotov6.Schema{}
	for name, schema := range all.ResourceSchemas {
		for _, a := range schema.Block.Attributes {
			if a.WriteOnly {
				out[name] = schema
			}
		}
	}
	return out, nil
}

// withoutWriteOnly returns the state with null in place of its write-only arguments.
func withoutWriteOnly(schema *tfprotov6.Schema, state *tfprotov6.DynamicValue) (*tfprotov6.DynamicValue, error) {
	kind := schema.ValueType()
	v, err := state.Unmarshal(kind)
	if err != nil || v.IsNull() {
		return state, err
	}
	values := map[string]tftypes.Value{}
	if err := v.As(&values); err != nil {
		return nil, err
	}
	for _, a := range schema.Block.Attributes {
		if a.WriteOnly {
			values[a.Name] = tftypes.NewValue(a.ValueType(), nil)
		}
	}
	slim, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, values))
	return &slim, err
}
