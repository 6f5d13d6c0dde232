// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/mapping"
)

var (
	_ resource.Resource                   = (*mappingResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*mappingResource)(nil)
	_ resource.ResourceWithValidateConfig = (*mappingResource)(nil)
)

func newMappingResource() resource.Resource { return &mappingResource{} }

// mappingResource holds rules. It exists nowhere but in the state, so that a
// change of rules is a line of the plan that somebody reviews.
type mappingResource struct{}

func (r *mappingResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_mapping"
}

func (r *mappingResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = mappingSchema()
}

// ValidateConfig compiles rules that refer to nothing else, so that terraform validate
// finds what is wrong with them, without HR data and without a directory.
func (r *mappingResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	if !configKnown(req.Config) {
		return
	}
	var config mappingModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config.compile(&resp.Diagnostics)
}

// ModifyPlan compiles the rules, so that everything that can be wrong with
// them fails at plan and the document is known before anything is applied.
func (r *mappingResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	if !configKnown(req.Config) {
		return // compiled at apply; whatever reads the document will say that it is unknown
	}
	var plan mappingModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.compile(&resp.Diagnostics)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// configKnown reports whether nothing in the configuration waits for another resource.
func configKnown(config tfsdk.Config) bool { return config.Raw.IsFullyKnown() }

// compile checks the rules and fills in the computed attributes.
func (m *mappingModel) compile(diags *diag.Diagnostics) {
	rules, err := m.expand()
	if err != nil {
		addProblems(diags, "Invalid mapping", err)
		return
	}
	target, err := targetOf(rules.Target)
	if err != nil {
		diags.AddError("Invalid mapping", err.Error())
		return
	}
	compiled, err := mapping.Compile(rules, target.schema(), target.format)
	if err != nil {
		addProblems(diags, "Invalid mapping", err)
		return
	}
	doc, err := compiled.Rules().Marshal()
	if err != nil {
		diags.AddError("Invalid mapping", err.Error())
		return
	}
	m.JSON = types.StringValue(doc)
	m.SourceAttributes = stringList(compiled.SourceAttributes())
}

func (r *mappingResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan mappingModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.compile(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Read has nothing to read: rules live in the state alone.
func (r *mappingResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (r *mappingResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan mappingModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.compile(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Delete forgets the rules; accounts are not touched by it.
func (r *mappingResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
