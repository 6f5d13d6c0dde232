// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ list.ListResource              = (*listResource)(nil)
	_ list.ListResourceWithConfigure = (*listResource)(nil)
)

// listResource finds what is there already, so that `terraform query` makes a configuration of it.
type listResource struct {
	kind listKind
	data *providerData
}

// listKind is one kind of resource that can be listed.
type listKind struct {
	home identityHome
	// name follows the name of the provider in the name of the resource.
	name, description string
	filters           map[string]listschema.Attribute
	// find returns what the filters leave, in a fixed order and without reading more than that takes.
	find func(ctx context.Context, data *providerData, by listFilters) ([]found, error)
}

// found is one object that was found.
type found struct {
	id, display string
	// model returns the object as a resource whose state was just imported, for configuration to be made of.
	model func(ctx context.Context) (any, error)
}

// listFilters are the arguments of a list block.
type listFilters struct {
	config tfsdk.Config
	diags  *diag.Diagnostics
}

func (f listFilters) text(ctx context.Context, name string) string {
	var v types.String
	f.diags.Append(f.config.GetAttribute(ctx, path.Root(name), &v)...)
	return v.ValueString()
}

// flag returns a boolean argument; nil where it is not set.
func (f listFilters) flag(ctx context.Context, name string) *bool {
	var v types.Bool
	f.diags.Append(f.config.GetAttribute(ctx, path.Root(name), &v)...)
	return v.ValueBoolPointer()
}

// fits reports whether a fact is as a flag asks for, if it asks.
func fits(asked *bool, is bool) bool { return asked == nil || *asked == is }

func listResources() []func() list.ListResource {
	var out []func() list.ListResource
	for _, k := range listKinds() {
		out = append(out, func() list.ListResource { return &listResource{kind: k} })
	}
	return out
}

func (r *listResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.kind.name
}

func (r *listResource) ListResourceConfigSchema(
	_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse,
) {
	resp.Schema = listschema.Schema{MarkdownDescription: r.kind.description, Attributes: maps.Clone(r.kind.filters)}
}

func (r *listResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = configured(req.ProviderData, &resp.Diagnostics)
}

// List finds the objects, and sends as many as Terraform asks for.
func (r *listResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var diags diag.Diagnostics
	var objects []found
	if r.data == nil {
		diags.AddError("Objects cannot be listed", "The provider is not configured.")
	} else {
		var err error
		if objects, err = r.kind.find(ctx, r.data, listFilters{req.Config, &diags}); err != nil {
			addProblems(&diags, "Cannot list workforce_"+r.kind.name, err)
		}
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	if req.Limit > 0 && int64(len(objects)) > req.Limit {
		objects = objects[:req.Limit]
	}
	stream.Results = func(push func(list.ListResult) bool) {
		for _, object := range objects {
			result := req.NewListResult(ctx)
			r.fill(ctx, req, object, &result)
			if !push(result) || ctx.Err() != nil {
				return
			}
		}
	}
}

func (r *listResource) fill(ctx context.Context, req list.ListRequest, object found, result *list.ListResult) {
	result.DisplayName = object.display
	r.kind.home.record(ctx, r.data, result.Identity, map[string]string{identityID: object.id}, &result.Diagnostics)
	if !req.IncludeResource {
		return
	}
	model, err := object.model(ctx)
	if err != nil {
		addProblems(&result.Diagnostics, fmt.Sprintf("Cannot read %s", object.display), err)
		return
	}
	result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
}
