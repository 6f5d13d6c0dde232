// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/worker"
)

var (
	_ resource.Resource                   = (*overrideResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*overrideResource)(nil)
	_ resource.ResourceWithValidateConfig = (*overrideResource)(nil)
	_ resource.ResourceWithConfigure      = (*overrideResource)(nil)
)

func newOverrideResource() resource.Resource { return &overrideResource{} }

// overrideResource holds what somebody decided about workers ahead of the HR
// system. Like rules it exists in the state alone, so that it is reviewed, and
// acts through the accounts data sources.
type overrideResource struct{ data *providerData }

type overrideModel struct {
	WorkerIDs  types.Set     `tfsdk:"worker_ids"`
	Hold       types.Bool    `tfsdk:"hold"`
	Enabled    types.Bool    `tfsdk:"enabled"`
	Container  types.String  `tfsdk:"container"`
	Attributes types.Dynamic `tfsdk:"attributes"`
	Reason     types.String  `tfsdk:"reason"`
	Expires    types.String  `tfsdk:"expires"`
	JSON       types.String  `tfsdk:"json"`
}

func (r *overrideResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_override"
}

func (r *overrideResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "What somebody decided about workers before the HR system says so: a person who must not sign in from this minute on, or a value that is needed today. It wins over the rules in what it names, until its last day. " +
			"It is not written anywhere by itself: give `json`, through a local value, to `overrides` of `workforce_ad_accounts` and `workforce_entra_accounts`. " +
			"Their report lists every override with its reason and its end, and tells when the HR system has caught up and the override can go. Removing it gives the accounts back what the rules say. " +
			"Do not keep it in a file called `override.tf`, or one whose name ends in `_override.tf`: Terraform takes such files for changes of other blocks.",
		Attributes: map[string]schema.Attribute{
			"worker_ids": schema.SetAttribute{Required: true, ElementType: types.StringType, Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
				MarkdownDescription: "Worker ids of the people it is about. One that is neither in the feed nor carried by an account is a warning."},
			"hold": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether everything stays as it is: nobody makes, changes, moves, renames, enables, disables or deletes an account of these people, while everybody else goes on. " +
				"For people about whom somebody must ask first. It also keeps the access of somebody who has left, and the report asks about that; only another override with `enabled = false` still takes it. " +
				"It stands alone: without `enabled`, `container` and `attributes`. Unset: nothing is held."},
			"enabled": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the people may sign in. Of several overrides for one worker, one that disables wins. `true` also enables an account that the rules keep disabled because a hand disabled it (`kept_disabled` of the accounts data source). Unset: the rules decide. Whatever it says, an account is neither deleted nor released while an override for its worker is in force."},
			"container": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "Distinguished name of the container that the accounts live in meanwhile. Only for Active Directory, and for rules that move accounts back. Unset: the rules decide."},
			"attributes": schema.DynamicAttribute{Optional: true, MarkdownDescription: "Values by target attribute, as an object: `{ title = \"Acting Director\", manager = \"1042\" }`; `\"\"` and `[]` clear one. " +
				"The mapping must have a rule for each that keeps the attribute up to date, because the rule gives the attribute back afterwards. Names that must be unique cannot be overridden. " +
				"`groups = \"removed\"` takes the people out of their groups meanwhile, where the mapping has `leaver_groups = \"remove\"` and `restore_groups`."},
			"reason":  schema.StringAttribute{Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}, MarkdownDescription: "Who decided it, and why. Reports and plans show it."},
			"expires": schema.StringAttribute{Required: true, Validators: []validator.String{dayValidator{}}, MarkdownDescription: "Last day on which it holds, as YYYY-MM-DD, in UTC. Afterwards it is ignored, with a warning."},
			"json":    schema.StringAttribute{Computed: true, MarkdownDescription: "The override as one document, for `overrides` of the accounts data sources. It is known at plan."},
		},
	}
}

func (r *overrideResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (r *overrideResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config overrideModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() && config.Hold.IsNull() && config.Enabled.IsNull() && config.Container.IsNull() && config.Attributes.IsNull() {
		resp.Diagnostics.AddError("The override changes nothing",
			"Give hold, enabled, container or attributes: what is not given is left to the rules.")
	}
}

// ModifyPlan writes the document, so that the accounts data sources show the
// consequences in the same plan.
func (r *overrideResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || !configKnown(req.Config) {
		return
	}
	var plan overrideModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.write(ctx, &resp.Diagnostics)
	if r.data != nil && plan.Expires.ValueString() < r.data.clock().UTC().Format(time.DateOnly) {
		resp.Diagnostics.AddAttributeWarning(path.Root("expires"), "The override has expired", fmt.Sprintf("Its last day was %s, so it is ignored: remove it, or agree on a new last day.", plan.Expires.ValueString()))
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// write fills in the document.
func (m *overrideModel) write(ctx context.Context, diags *diag.Diagnostics) {
	o := roster.Override{Hold: m.Hold.ValueBool(), Enabled: m.Enabled.ValueBoolPointer(), Container: m.Container.ValueString(), Reason: m.Reason.ValueString(), Expires: worker.Date(m.Expires.ValueString())}
	diags.Append(m.WorkerIDs.ElementsAs(ctx, &o.WorkerIDs, false)...)
	if !m.Attributes.IsNull() {
		o.Attributes = map[string]directory.Value{}
		expandDynamic(m.Attributes, o.Attributes, diags)
	}
	doc, err := o.Marshal()
	if err != nil {
		addProblems(diags, "Invalid override", err)
		return
	}
	m.JSON = types.StringValue(doc)
}

func (r *overrideResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan overrideModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	plan.write(ctx, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	}
}

// Read has nothing to read: overrides live in the state alone.
func (r *overrideResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (r *overrideResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan overrideModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	plan.write(ctx, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	}
}

// Delete forgets the override; the accounts follow the rules again with the next decision.
func (r *overrideResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// dayValidator refuses what is no day.
type dayValidator struct{}

func (dayValidator) Description(context.Context) string { return "a day as YYYY-MM-DD" }

func (v dayValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v dayValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := time.Parse(time.DateOnly, req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid date", fmt.Sprintf("Found %q, expected %s.", req.ConfigValue.ValueString(),
			v.Description(ctx)))
	}
}

// expandOverrides reads the documents that the accounts data sources are given.
func expandOverrides(docs []string, diags *diag.Diagnostics) []roster.Override {
	var out []roster.Override
	for i, doc := range docs {
		o, err := roster.ParseOverride(doc)
		if err != nil {
			diags.AddAttributeError(path.Root("overrides").AtListIndex(i), "Invalid override", "Expected the json of a workforce_override: "+err.Error())
			continue
		}
		out = append(out, o)
	}
	return out
}
