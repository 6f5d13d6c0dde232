// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/entra"
)

var (
	_ ephemeral.EphemeralResource              = (*accessPassResource)(nil)
	_ ephemeral.EphemeralResourceWithConfigure = (*accessPassResource)(nil)
)

func newAccessPassResource() ephemeral.EphemeralResource { return &accessPassResource{} }

// accessPassResource is a temporary access pass, which neither plan nor state holds.
type accessPassResource struct {
	data *providerData
}

type accessPassModel struct {
	User            types.String `tfsdk:"user"`
	Applying        types.Bool   `tfsdk:"applying"`
	LifetimeMinutes types.Int64  `tfsdk:"lifetime_minutes"`
	UsableOnce      types.Bool   `tfsdk:"usable_once"`
	Start           types.String `tfsdk:"start"`
	ReplaceExisting types.Bool   `tfsdk:"replace_existing"`
	ID              types.String `tfsdk:"id"`
	Pass            types.String `tfsdk:"temporary_access_pass"`
	Expires         types.String `tfsdk:"expires"`
}

func (r *accessPassResource) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_entra_temporary_access_pass"
}

func (r *accessPassResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A temporary access pass of a Microsoft Entra ID user: a code for the first sign-in, or after a phone was lost. Neither plan nor state holds it; hand it on to a write-only argument or an ephemeral output. " +
			"No pass is made at plan: Terraform opens ephemeral resources at plan and again at apply, and `applying = " +
			"terraform.applying` tells the two apart. A user has one pass at most, so that each apply replaces the pass of the " +
			"one before. " +
			"Terraform opens it where something that it does refers to it; a plan without changes is not applied, and makes none. " +
			"Users whom the provider's `entra.protect` names get none. " +
			"The application needs the permission `UserAuthenticationMethod.ReadWrite.All` for the apply, and for the plan only the " +
			"right to read users.",
		Attributes: map[string]schema.Attribute{
			"user": schema.StringAttribute{Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "Object id, user principal name or worker id of the user."},
			"applying": schema.BoolAttribute{Required: true,
				MarkdownDescription: "Whether a pass is made: write `terraform.applying`, which Terraform sets to true at apply " +
					"only. With false the user is looked up, and `id`, `temporary_access_pass` and `expires` are null."},
			"lifetime_minutes": schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.Between(10, 43200)},
				MarkdownDescription: "Minutes for which the pass is valid, from 10 to 43200, within what the tenant's policy allows. Unset: what the policy says."},
			"usable_once": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the pass can be used once only. Unset: what the policy says."},
			"start": schema.StringAttribute{Optional: true, Validators: []validator.String{momentValidator{}},
				MarkdownDescription: "When the pass becomes valid, as RFC 3339, or as a date, which means noon UTC of that day. Unset: at once."},
			"replace_existing": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether a pass that the user has already is replaced. The default is true; with false it is an error."},
			"id":               schema.StringAttribute{Computed: true, MarkdownDescription: "Id of the pass; null at plan."},
			"temporary_access_pass": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "The pass; null " +
				"at plan."},
			"expires": schema.StringAttribute{Computed: true, MarkdownDescription: "When it ends to be valid, as RFC " +
				"3339; null at plan."},
		},
	}
}

func (r *accessPassResource) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	r.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (r *accessPassResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model accessPassModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	tenant, err := r.data.entra.Tenant()
	if err != nil {
		resp.Diagnostics.AddError(entraTarget.title+" cannot be used", err.Error())
		return
	}
	if !model.Applying.ValueBool() {
		if err := tenant.CheckAccessPass(ctx, model.User.ValueString()); err != nil {
			resp.Diagnostics.AddAttributeError(path.Root("user"), "The temporary access pass cannot be made", err.Error())
			return
		}
		model.ID, model.Pass, model.Expires = types.StringNull(), types.StringNull(), types.StringNull()
		resp.Diagnostics.Append(resp.Result.Set(ctx, &model)...)
		return
	}
	options := entra.AccessPassOptions{
		Lifetime: int(model.LifetimeMinutes.ValueInt64()), UsableOnce: model.UsableOnce.ValueBoolPointer(), Replace: model.ReplaceExisting.IsNull() || model.ReplaceExisting.ValueBool(),
	}
	if !model.Start.IsNull() {
		options.Start, _ = parseMoment(model.Start.ValueString()) // validated
	}
	ctx = audit.Because(ctx, "ephemeral resource workforce_entra_temporary_access_pass")
	pass, err := tenant.CreateAccessPass(ctx, model.User.ValueString(), options)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("user"), "The temporary access pass cannot be made", err.Error())
		return
	}
	model.ID, model.Pass = types.StringValue(pass.ID), types.StringValue(pass.Pass)
	model.Expires = types.StringValue(pass.Start.Add(time.Duration(pass.Lifetime) * time.Minute).UTC().Format(time.RFC3339))
	resp.Diagnostics.Append(resp.Result.Set(ctx, &model)...)
}
