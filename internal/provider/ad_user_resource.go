// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ resource.Resource                   = (*adUserResource)(nil)
	_ resource.ResourceWithConfigure      = (*adUserResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*adUserResource)(nil)
	_ resource.ResourceWithValidateConfig = (*adUserResource)(nil)
	_ resource.ResourceWithImportState    = (*adUserResource)(nil)
)

func newADUserResource() resource.Resource { return &adUserResource{} }

// adUserResource is one person's account: a population of one, with arguments
// for accounts that are written by hand.
type adUserResource struct {
	data *providerData
}

func (r *adUserResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_ad_user"
}

func (r *adUserResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	core := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: []validator.String{
			stringvalidator.LengthAtLeast(1), stringvalidator.ConflictsWith(path.MatchRoot("account")),
		}}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "One person's account in Active Directory, either as a document from `workforce_ad_accounts` (`account`) or written by hand. For more than a few hundred people use `workforce_ad_population`. " +
			"The account is renamed, moved, enabled and disabled in place, and never replaced. Drift in managed attributes is shown and repaired.",
		Attributes: map[string]schema.Attribute{
			"account": schema.StringAttribute{Optional: true, MarkdownDescription: "One account document, as `accounts` of `workforce_ad_accounts` holds it. It excludes the arguments for accounts written by hand. It must be known at plan, unless `allow_unreviewed` is set."},
			"worker_id": schema.StringAttribute{Optional: true, MarkdownDescription: "Worker id, under which other accounts name this one as their manager. " +
				"Unset: the value of the provider's `worker_id_attribute` (`employeeID`) in this account, else its `sam_account_name`."},
			"container":           core("Distinguished name of the organizational unit or container that the account lives in. A change moves the account. Required without `account`."),
			"common_name":         core("The name (`cn`) of the account in its container, at most 64 characters, unescaped. A change renames the account. Required without `account`."),
			"sam_account_name":    core("The logon name (`sAMAccountName`), at most 20 characters, unique in the domain. Required without `account`."),
			"user_principal_name": core("The user principal name, such as `zoe@corp.example.com`, unique in the forest. Unset: not managed."),
			"enabled":             schema.BoolAttribute{Optional: true, Computed: true, MarkdownDescription: "Whether people can sign in with the account. The default is true; with `account`, it is what the document says. Other flags of `userAccountControl` are not touched."},
			"manager":             core("Worker id of the manager. Unset: not managed. Managers may be created in the same apply, in any order."),
			"attributes": schema.DynamicAttribute{Optional: true, MarkdownDescription: "All other attributes by LDAP name, as an object: `{ givenName = \"Zoë\", proxyAddresses = [\"SMTP:zoe@example.com\"] }`. " +
				"An attribute that is absent or null is not managed; `\"\"` and `[]` clear it. Times such as `accountExpires` may be written as RFC 3339 or `never`."},
			"password_wo": schema.StringAttribute{Optional: true, WriteOnly: true, Sensitive: true, MarkdownDescription: "Password of the account. It is write-only: neither plan nor state holds it. Unset: a new account gets a random password that is not kept anywhere. " +
				"Needs Terraform 1.11."},
			"password_wo_version": schema.Int64Attribute{Optional: true, MarkdownDescription: "Any number; changing it sets `password_wo` on the existing account again.",
				Validators: []validator.Int64{int64validator.AlsoRequires(path.MatchRoot("password_wo"))}},
			"change_password_at_next_logon": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether the person must change a password set here when they next sign in. The default is true."},
			"adopt_existing": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(adoptMatched), Validators: []validator.String{oneOf(adoptNever, adoptMatched, adoptAlways)},
				MarkdownDescription: "Whether an account that exists already under the same `sam_account_name` may be taken over: `matched`, the default, if it carries the same worker id; `always` also if it carries none; `never`."},
			"on_destroy":       removalAttribute("the account when the resource is destroyed or removed from the configuration", removeDisable),
			"retention_days":   retentionAttribute(),
			"allow_unreviewed": allowUnreviewedAttribute("account"),
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "The account's objectGUID, which survives rename and move.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()}},
			"sid": schema.StringAttribute{Computed: true, MarkdownDescription: "The account's security identifier.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()}},
			"distinguished_name": schema.StringAttribute{Computed: true, MarkdownDescription: "Where the account is now."},
		},
	}
}

func (r *adUserResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = configured(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig asks for either a document or the core of one written by hand.
func (r *adUserResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config adUserModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || config.Account.IsUnknown() {
		return
	}
	if !config.Account.IsNull() {
		for name, given := range map[string]bool{"attributes": !config.Attributes.IsNull(), "enabled": !config.Enabled.IsNull()} {
			if given {
				resp.Diagnostics.AddAttributeError(path.Root(name), "Conflicting arguments", "The document in account says this already: remove "+name+", or account.")
			}
		}
		return
	}
	for name, v := range map[string]types.String{"container": config.Container, "common_name": config.CommonName, "sam_account_name": config.SAMAccountName} {
		if v.IsNull() {
			resp.Diagnostics.AddAttributeError(path.Root(name), "Missing argument", name+" is required, unless account holds a whole document.")
		}
	}
}

func (r *adUserResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan adUserModel
	exists := !req.State.Raw.IsNull()
	if exists {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		if p, id := r.person(&state, state.document(&resp.Diagnostics)); !incomplete(ctx, req.Private, &resp.Diagnostics) {
			p.checkRemoval(ctx, []string{id}, state.OnDestroy.ValueString(), &resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !exists {
		forgetReplaced(ctx, resp.Private, &resp.Diagnostics)
	}
	if !plan.known() {
		if !plan.AllowUnreviewed.ValueBool() && plan.Account.IsUnknown() {
			addUnreviewable(&resp.Diagnostics, "account")
		}
		return
	}
	doc := plan.document(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p, id := r.person(&plan, doc)
	if exists {
		p.before[id] = state.document(&resp.Diagnostics)
		p.ids[id] = state.ID.ValueString()
	}
	p.plan(ctx, map[string]string{id: doc}, &resp.Diagnostics)
	plan.settleComputed(doc, &state, exists)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *adUserResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config adUserModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	doc := plan.document(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p, id := r.person(&plan, doc)
	p.options.password = config.PasswordWO.ValueString()
	after := p.apply(ctx, map[string]string{id: doc}, &resp.Diagnostics)
	if p.ids[id] == "" {
		return // nothing was created
	}
	r.record(&plan, p, id, after[id], &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	savePrivate(ctx, resp.Private, privateIncomplete, resp.Diagnostics.HasError(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		resp.Diagnostics.AddError("The account was created in part", "What was done is in the state. Terraform marks a resource whose creation failed as tainted. Run `terraform untaint` with this resource's address: the next plan then shows only the rest. "+
			"Applying the replacement instead is safe too: the account is neither disabled nor deleted by it.")
	}
}

func (r *adUserResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state adUserModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	imported := state.Account.IsNull() && state.Container.IsNull()
	doc := ""
	if !imported {
		doc = state.document(&resp.Diagnostics)
	}
	p, id := r.person(&state, doc)
	p.ids[id] = state.ID.ValueString()
	var after map[string]string
	if imported {
		after = p.readCore(ctx, id, &resp.Diagnostics)
	} else {
		p.before[id] = doc
		after = p.refresh(ctx, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	now, there := after[id]
	if !there {
		resp.State.RemoveResource(ctx)
		return
	}
	r.record(&state, p, id, now, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *adUserResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var state, plan, config adUserModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	doc := plan.document(&resp.Diagnostics)
	before := state.document(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p, id := r.person(&plan, doc)
	p.before[id] = before
	p.ids[id] = state.ID.ValueString()
	p.options.password = config.PasswordWO.ValueString()
	p.options.resetPassword = !plan.PasswordWOVersion.Equal(state.PasswordWOVersion) && p.options.password != ""
	after := p.apply(ctx, map[string]string{id: doc}, &resp.Diagnostics)
	failed := resp.Diagnostics.HasError()
	if failed {
		plan.PasswordWOVersion = state.PasswordWOVersion // so that the next plan sets it again
	}
	r.record(&plan, p, id, after[id], &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	if !failed && incomplete(ctx, req.Private, &resp.Diagnostics) {
		savePrivate(ctx, resp.Private, privateIncomplete, false, &resp.Diagnostics)
	}
}

func (r *adUserResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state adUserModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || incomplete(ctx, req.Private, &resp.Diagnostics) {
		return
	}
	doc := state.document(&resp.Diagnostics)
	p, id := r.person(&state, doc)
	p.before[id] = doc
	p.ids[id] = state.ID.ValueString()
	p.remove(ctx, []string{id}, state.OnDestroy.ValueString(), &resp.Diagnostics)
}

// ImportState finds the account by objectGUID, distinguished name,
// sAMAccountName, user principal name or worker id.
func (r *adUserResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	p := population{data: r.data}
	domain, ok := p.domain(&resp.Diagnostics)
	if !ok {
		return
	}
	found, err := domain.Locate(ctx, req.ID)
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot import the account", err)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), found.ID)...)
}

// person returns a population of the one account, and its worker id.
func (r *adUserResource) person(m *adUserModel, doc string) (*population, string) {
	at := path.Root("container")
	if !m.Account.IsNull() {
		at = path.Root("account")
	}
	return &population{
		data: r.data, before: map[string]string{}, ids: map[string]string{}, at: func(string) path.Path { return at },
		options: populationOptions{adopt: m.AdoptExisting.ValueString(), onRemoval: m.OnDestroy.ValueString(), retentionDays: int(m.RetentionDays.ValueInt64()), changePassword: m.ChangePasswordAtNextLogon.ValueBool(), linkLater: true},
	}, m.workerID(doc, r.data)
}

// record puts the account as it is now into the model.
func (r *adUserResource) record(m *adUserModel, p *population, id, doc string, diags *diag.Diagnostics) {
	m.ID = types.StringValue(p.ids[id])
	if seen := p.seen[id]; seen != nil {
		m.SID = types.StringValue(seen.Account.Attributes["objectSid"].Text())
		m.DistinguishedName = types.StringValue(seen.Path)
	}
	m.settleDocument(doc, diags)
}
