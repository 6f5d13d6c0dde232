// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/reconcile"
)

var (
	_ resource.Resource                   = (*userResource)(nil)
	_ resource.ResourceWithConfigure      = (*userResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*userResource)(nil)
	_ resource.ResourceWithValidateConfig = (*userResource)(nil)
	_ resource.ResourceWithImportState    = (*userResource)(nil)
	_ resource.ResourceWithIdentity       = (*userResource)(nil)
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
	// Documents delete the account of who has left, and make another one of who returns after that.
	resp.ResourceBehavior.MutableIdentity = true
}

func (r *userResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = r.target.home.objectIdentity("account")
}

// identify records which account the resource stands for.
func (r *userResource) identify(ctx context.Context, m userArguments, into *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	r.target.home.record(ctx, r.data, into, map[string]string{identityID: m.ID.ValueString()}, diags)
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
	cannot := config.flags()[activedirectory.FlagCannotChangePassword]
	if cannot != nil && cannot.ValueBool() && config.ChangePasswordAtNextLogon.ValueBool() {
		resp.Diagnostics.AddAttributeError(path.Root("cannot_change_password"), "Conflicting arguments",
			"Who must change the password at the next sign-in and may not could not sign in any more: "+
				"remove change_password_at_next_logon, or cannot_change_password.")
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
		if !incomplete(ctx, req.Private, &resp.Diagnostics) {
			p, _ := r.managed(ctx, state, state, state.document(&resp.Diagnostics), req.Private, &resp.Diagnostics)
			r.report(state, p.PlanEnd(ctx), &resp.Diagnostics)
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
	files := plan.handover(ctx, r.data, &resp.Diagnostics)
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
		p, id = r.managed(ctx, plan, state, doc, req.Private, &resp.Diagnostics)
	}
	p.Options.FirstCredential = r.target.firstCredentialOf(files)
	adopted, findings := p.Plan(ctx, map[string]string{id: doc}, adoptedBy(state, id))
	r.report(plan, findings, &resp.Diagnostics)
	plan.Adopted = types.StringValue(adopted[id])
	if exists && state.Adopted.IsNull() && adopted[id] == "" {
		plan.Adopted = state.Adopted
	}
	plan.fillComputed(doc, state, exists)
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
	ctx, end := plan.limit(ctx, creating, limitsOfOne, &resp.Diagnostics)
	defer end()
	p, id := r.person(plan, doc)
	p.Options.Password = config.PasswordWO.ValueString()
	files := plan.handover(ctx, r.data, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p.Options.Handover = handoverOf(files)
	after, findings := p.Apply(r.data.labelled(ctx, r.target.format.Target, nil, &resp.Diagnostics), map[string]string{id: doc}, adoptedBy(plan, id))
	r.report(plan, findings, &resp.Diagnostics)
	tellWritten(files, r.target.firstCredential, &resp.Diagnostics)
	if p.Memory.IDs[id] == "" && after[id] == "" {
		return // nothing was created
	}
	if plan.Adopted.IsUnknown() { // as the account was at plan
		plan.Adopted = types.StringValue("")
	}
	r.record(plan, p, id, after[id], &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.personModel)...)
	r.identify(ctx, plan, resp.Identity, &resp.Diagnostics)
	saveMemory(ctx, resp.Private, nil, p.Memory, &resp.Diagnostics)
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
	ctx, end := state.limit(ctx, reading, limitsOfOne, &resp.Diagnostics)
	defer end()
	r.identify(ctx, state, resp.Identity, &resp.Diagnostics) // of an account that is gone, too
	imported := state.imported()
	doc := ""
	if !imported {
		doc = state.document(&resp.Diagnostics)
	}
	p, id := r.managed(ctx, state, state, doc, req.Private, &resp.Diagnostics)
	var after map[string]string
	var findings reconcile.Findings
	if imported {
		after, findings = p.ReadCore(ctx, id)
	} else {
		after, findings = p.Refresh(ctx)
	}
	r.report(state, findings, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	now, there := after[id]
	if !there {
		resp.State.RemoveResource(ctx)
		return
	}
	state.Adopted = types.StringValue("")
	p.Memory.Verdicts = r.data.verdicts.Known(r.target.format.Target, p.Memory.IDs)
	p.Memory.Crossed = r.data.verdicts.Crossed(r.target.format.Target, p.Memory.IDs)
	r.record(state, p, id, now, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state.personModel)...)
	saveMemory(ctx, resp.Private, req.Private, p.Memory, &resp.Diagnostics)
	r.data.keepLabels(ctx, r.target.format.Target, resp.Private, &resp.Diagnostics)
}

func (r *userResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	state, plan, config := r.target.newArguments(), r.target.newArguments(), r.target.newArguments()
	resp.Diagnostics.Append(req.State.Get(ctx, state.personModel)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, plan.personModel)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, config.personModel)...)
	doc := plan.document(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, end := plan.limit(ctx, changing, limitsOfOne, &resp.Diagnostics)
	defer end()
	p, id := r.managed(ctx, plan, state, doc, req.Private, &resp.Diagnostics)
	p.Options.Password = config.PasswordWO.ValueString()
	files := plan.handover(ctx, r.data, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p.Options.Handover = handoverOf(files)
	p.Options.ResetPassword = !plan.PasswordWOVersion.Equal(state.PasswordWOVersion) && p.Options.Password != ""
	after, findings := p.Apply(r.data.labelled(ctx, r.target.format.Target, req.Private, &resp.Diagnostics), map[string]string{id: doc}, adoptedBy(plan, id))
	r.report(plan, findings, &resp.Diagnostics)
	tellWritten(files, r.target.firstCredential, &resp.Diagnostics)
	failed := resp.Diagnostics.HasError()
	if failed {
		plan.PasswordWOVersion = state.PasswordWOVersion // so that the next plan sets it again
	}
	if plan.Adopted.IsUnknown() { // as the account was at plan
		plan.Adopted = types.StringValue("")
	}
	r.record(plan, p, id, after[id], &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.personModel)...)
	r.identify(ctx, plan, resp.Identity, &resp.Diagnostics)
	saveMemory(ctx, resp.Private, req.Private, p.Memory, &resp.Diagnostics)
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
	ctx, end := state.limit(ctx, deleting, limitsOfOne, &resp.Diagnostics)
	defer end()
	p, _ := r.managed(ctx, state, state, state.document(&resp.Diagnostics), req.Private, &resp.Diagnostics)
	left, findings := p.End(r.data.labelled(ctx, r.target.format.Target, req.Private, &resp.Diagnostics))
	r.report(state, findings, &resp.Diagnostics)
	if len(left) > 0 {
		saveMemory(ctx, resp.Private, req.Private, p.Memory, &resp.Diagnostics)
	}
}

// ImportState finds the account by its object id, security identifier, distinguished name,
// sAMAccountName, user principal name or worker id, or by its identity.
func (r *userResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	dir, ok := r.target.open(r.data, &resp.Diagnostics)
	if !ok {
		return
	}
	ref, ok := r.target.home.reference(ctx, r.data, req, identityID, &resp.Diagnostics)
	if !ok {
		return
	}
	found, err := dir.Locate(ctx, ref)
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot import the account", err)
		return
	}
	for name, v := range map[string]any{ // with the defaults, so that the plan shows only what changes about the account
		"id": found.ID, "adopt_existing": reconcile.AdoptMatched, "restore_deleted": true, "on_destroy": reconcile.Disable,
		"retention_days": defaultRetention, "change_password_at_next_logon": true, "allow_unreviewed": false,
	} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), v)...)
	}
	r.target.home.record(ctx, r.data, resp.Identity, map[string]string{identityID: found.ID}, &resp.Diagnostics)
}

// person returns a population of the one account, and its worker id.
func (r *userResource) person(m userArguments, doc string) (*reconcile.Population, string) {
	p := r.target.population("user", r.data)
	p.Single, p.Typed, p.Gathering, p.Decoded = true, m.Account.IsNull(), r.target.gathering(r.data), m.decoded
	p.Options = reconcile.Options{
		Adopt: m.AdoptExisting.ValueString(), Restore: m.RestoreDeleted.ValueBool(), OnRemoval: m.OnDestroy.ValueString(), RetentionDays: int(m.RetentionDays.ValueInt64()),
		ChangePassword: m.ChangePasswordAtNextLogon.ValueBool(), LinkLater: true,
	}
	return p, m.workerID(doc, r.data)
}

// managed returns person of an account that the state knows, under the worker id of
// doc: the worker id of a single user may change.
func (r *userResource) managed(ctx context.Context, m, state userArguments, doc string, from privateGetter, diags *diag.Diagnostics) (*reconcile.Population, string) {
	p, id := r.person(m, doc)
	known, recorded := loadMemory(ctx, from, diags), state.document(diags)
	for worker, names := range known.ByHand { // one at most
		if doc == recorded && slices.Contains(names, p.Carrier) {
			id = worker // the state has taken over a worker id that somebody wrote by hand
		}
		p.Memory.ByHand[id] = names
	}
	if barred, crossed := known.Crossed[id]; crossed {
		p.Memory.Crossed[id] = barred
	}
	if len(known.Unwritten) > 0 {
		p.Memory.Unwritten[id] = true
	}
	p.Memory.Directory, p.Memory.Verdicts = known.Directory, known.Verdicts
	if object := state.ID.ValueString(); len(known.Moved) > 0 {
		for _, moved := range known.Moved { // one, whatever the worker id was then
			p.Memory.Moved[id] = moved
		}
	} else if object != "" {
		p.Memory.IDs[id] = object
	}
	if len(known.Untouched) > 0 {
		p.Memory.Untouched[id] = true
	}
	if len(known.Purging) > 0 {
		p.Memory.Purging[id] = true
	}
	if !state.imported() {
		p.Before[id] = recorded
	}
	return p, id
}

// report puts findings at the argument that the account comes from.
func (r *userResource) report(m userArguments, findings reconcile.Findings, diags *diag.Diagnostics) {
	at := path.Root(r.target.loginKey())
	if !m.Account.IsNull() {
		at = path.Root("account")
	}
	report(findings, func(string) path.Path { return at }, diags)
}

// adoptedBy returns what a plan found out about the account that it takes over.
func adoptedBy(m userArguments, id string) map[string]string {
	if said := m.Adopted.ValueString(); said != "" {
		return map[string]string{id: said}
	}
	return nil
}

// record puts the account as it is now into the model.
func (r *userResource) record(m userArguments, p *reconcile.Population, id, doc string, diags *diag.Diagnostics) {
	m.ID = types.StringValue(cmp.Or(p.Memory.IDs[id], p.Memory.Moved[id]))
	if seen := p.Seen[id]; seen != nil {
		m.fillFromPlace(seen, nil, false)
	}
	m.fillFromDocument(doc, diags)
}
