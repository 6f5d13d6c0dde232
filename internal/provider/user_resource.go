// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ resource.Resource                   = (*userResource)(nil)
	_ resource.ResourceWithConfigure      = (*userResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*userResource)(nil)
	_ resource.ResourceWithValidateConfig = (*userResource)(nil)
	_ resource.ResourceWithImportState    = (*userResource)(nil)
)

func newADUserResource() resource.Resource { return &userResource{target: activeDirectoryTarget} }

func newEntraUserResource() resource.Resource { return &userResource{target: entraTarget} }

// userResource is one person's account: a population of one, with arguments
// for accounts that are written by hand.
type userResource struct {
	target target
	data   *providerData
}

func (r *userResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.target.prefix + "_user"
}

func (r *userResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = configured(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig asks for either a document or the core of one written by hand.
func (r *userResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	config := r.target.newArguments()
	resp.Diagnostics.Append(req.Config.Get(ctx, config.personModel)...)
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
	missing := func(name string, v *types.String) {
		if v.IsNull() {
			resp.Diagnostics.AddAttributeError(path.Root(name), "Missing argument", name+" is required, unless account holds a whole document.")
		}
	}
	for _, c := range r.target.format.Core {
		if c.Required {
			missing(c.Key, config.typed()[c.Attribute])
		}
	}
	if place := config.place(); place != nil {
		missing("container", place)
	}
}

func (r *userResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	state, plan := r.target.newArguments(), r.target.newArguments()
	exists := !req.State.Raw.IsNull()
	if exists {
		resp.Diagnostics.Append(req.State.Get(ctx, state.personModel)...)
	}
	if req.Plan.Raw.IsNull() {
		doc := state.document(&resp.Diagnostics)
		if p, id := r.person(state, doc); !incomplete(ctx, req.Private, &resp.Diagnostics) {
			p.before[id], p.ids[id], p.purging = doc, state.ID.ValueString(), loadPurging(ctx, req.Private, &resp.Diagnostics)
			p.checkProtected(ctx, []string{id}, state.OnDestroy.ValueString(), &resp.Diagnostics)
			p.checkRemoval(ctx, []string{id}, state.OnDestroy.ValueString(), &resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, plan.personModel)...)
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
	p, id := r.person(plan, doc)
	if exists {
		p.before[id] = state.document(&resp.Diagnostics)
		p.ids[id] = state.ID.ValueString()
	}
	p.plan(ctx, map[string]string{id: doc}, &resp.Diagnostics)
	plan.settleComputed(doc, state, exists)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan.personModel)...)
}

func (r *userResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan, config := r.target.newArguments(), r.target.newArguments()
	resp.Diagnostics.Append(req.Plan.Get(ctx, plan.personModel)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, config.personModel)...)
	doc := plan.document(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p, id := r.person(plan, doc)
	p.options.password = config.PasswordWO.ValueString()
	after := p.apply(ctx, map[string]string{id: doc}, &resp.Diagnostics)
	if p.ids[id] == "" {
		return // nothing was created
	}
	r.record(plan, p, id, after[id], &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.personModel)...)
	savePrivate(ctx, resp.Private, privateIncomplete, resp.Diagnostics.HasError(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		resp.Diagnostics.AddError("The account was created in part", "What was done is in the state. Terraform marks a resource whose creation failed as tainted. Run `terraform untaint` with this resource's address: the next plan then shows only the rest. "+
			"Applying the replacement instead is safe too: the account is neither disabled nor deleted by it.")
	}
}

func (r *userResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := r.target.newArguments()
	resp.Diagnostics.Append(req.State.Get(ctx, state.personModel)...)
	if resp.Diagnostics.HasError() {
		return
	}
	imported := state.imported()
	doc := ""
	if !imported {
		doc = state.document(&resp.Diagnostics)
	}
	p, id := r.person(state, doc)
	p.ids[id] = state.ID.ValueString()
	var after map[string]string
	if imported {
		after = p.readCore(ctx, id, &resp.Diagnostics)
	} else {
		p.before[id], p.purging = doc, loadPurging(ctx, req.Private, &resp.Diagnostics)
		after = p.refresh(ctx, &resp.Diagnostics)
		savePurging(ctx, resp.Private, req.Private, p.purging, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	now, there := after[id]
	if !there {
		resp.State.RemoveResource(ctx)
		return
	}
	r.record(state, p, id, now, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state.personModel)...)
}

func (r *userResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	state, plan, config := r.target.newArguments(), r.target.newArguments(), r.target.newArguments()
	resp.Diagnostics.Append(req.State.Get(ctx, state.personModel)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, plan.personModel)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, config.personModel)...)
	doc := plan.document(&resp.Diagnostics)
	before := state.document(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p, id := r.person(plan, doc)
	p.before[id] = before
	p.ids[id] = state.ID.ValueString()
	p.options.password = config.PasswordWO.ValueString()
	p.options.resetPassword = !plan.PasswordWOVersion.Equal(state.PasswordWOVersion) && p.options.password != ""
	after := p.apply(ctx, map[string]string{id: doc}, &resp.Diagnostics)
	failed := resp.Diagnostics.HasError()
	if failed {
		plan.PasswordWOVersion = state.PasswordWOVersion // so that the next plan sets it again
	}
	r.record(plan, p, id, after[id], &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.personModel)...)
	if !failed && incomplete(ctx, req.Private, &resp.Diagnostics) {
		savePrivate(ctx, resp.Private, privateIncomplete, false, &resp.Diagnostics)
	}
}

func (r *userResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := r.target.newArguments()
	resp.Diagnostics.Append(req.State.Get(ctx, state.personModel)...)
	if resp.Diagnostics.HasError() || incomplete(ctx, req.Private, &resp.Diagnostics) {
		return
	}
	doc := state.document(&resp.Diagnostics)
	p, id := r.person(state, doc)
	p.before[id] = doc
	p.ids[id] = state.ID.ValueString()
	p.purging = loadPurging(ctx, req.Private, &resp.Diagnostics)
	p.remove(ctx, []string{id}, state.OnDestroy.ValueString(), &resp.Diagnostics)
	savePurging(ctx, resp.Private, req.Private, p.purging, &resp.Diagnostics)
}

// ImportState finds the account by its object id, distinguished name,
// sAMAccountName, user principal name or worker id.
func (r *userResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	dir, ok := r.target.open(r.data, &resp.Diagnostics)
	if !ok {
		return
	}
	found, err := dir.Locate(ctx, req.ID)
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot import the account", err)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), found.ID)...)
}

// person returns a population of the one account, and its worker id.
func (r *userResource) person(m userArguments, doc string) (*population, string) {
	at := path.Root(r.target.loginKey())
	if !m.Account.IsNull() {
		at = path.Root("account")
	}
	return &population{
		target: r.target, data: r.data, before: map[string]string{}, ids: map[string]string{}, at: func(string) path.Path { return at },
		options: populationOptions{adopt: m.AdoptExisting.ValueString(), restore: m.RestoreDeleted.ValueBool(), onRemoval: m.OnDestroy.ValueString(), retentionDays: int(m.RetentionDays.ValueInt64()), changePassword: m.ChangePasswordAtNextLogon.ValueBool(), linkLater: true},
	}, m.workerID(doc, r.data)
}

// record puts the account as it is now into the model.
func (r *userResource) record(m userArguments, p *population, id, doc string, diags *diag.Diagnostics) {
	m.ID = types.StringValue(p.ids[id])
	if seen := p.seen[id]; seen != nil {
		m.settle(seen, nil, false)
	}
	m.settleDocument(doc, diags)
}
