// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/entra"
	"terraform-provider-workforce/internal/reconcile"
)

// objectModel is the model of one object in a directory of type D. Its methods
// bring the model in line with the directory, and report whether the object
// exists; one that exists beside an error was written in part.
type objectModel[D any] interface {
	create(ctx context.Context, run *objectRun[D]) (exists bool, err error)
	read(ctx context.Context, run *objectRun[D]) (exists bool, err error)
	update(ctx context.Context, run *objectRun[D]) (exists bool, err error)
	remove(ctx context.Context, run *objectRun[D]) error
	// locate finds an object to import, and returns what the state has to begin with.
	locate(ctx context.Context, run *objectRun[D], ref string) (map[string]any, error)
	// objectID is the id that the directory gave the object.
	objectID() string
	// limit returns the context of an operation, see [timeoutsModel.limit].
	limit(ctx context.Context, op operation, limits timeLimits, diags *diag.Diagnostics) (context.Context, func())
}

// objectRun is one call of a resource.
type objectRun[D any] struct {
	dir   D
	diags *diag.Diagnostics
	names map[string]string // IDs by the references that the state holds
	taken []string          // IDs of members that the plan of a take-over said to remove
}

// objectResource is what resources for one object each have in common.
type objectResource[D any, M any, P interface {
	*M
	objectModel[D]
}] struct {
	name, noun string
	home       identityHome
	open       func(*providerData, *diag.Diagnostics) (D, bool)
	data       *providerData
}

func (r *objectResource[D, M, P]) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.name
}

func (r *objectResource[D, M, P]) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = r.home.objectIdentity(r.noun)
}

// identify records which object the resource stands for.
func (r *objectResource[D, M, P]) identify(ctx context.Context, m P, into *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	r.home.record(ctx, r.data, into, map[string]string{identityID: m.objectID()}, diags)
}

func (r *objectResource[D, M, P]) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = configured(req.ProviderData, &resp.Diagnostics)
}

// run begins a call with the model that get reads.
func (r *objectResource[D, M, P]) run(ctx context.Context, get func(context.Context, any) diag.Diagnostics, diags *diag.Diagnostics) (P, *objectRun[D], bool) {
	m := P(new(M))
	if diags.Append(get(ctx, m)...); diags.HasError() {
		return nil, nil, false
	}
	dir, ok := r.open(r.data, diags)
	return m, &objectRun[D]{dir: dir, diags: diags, names: map[string]string{}}, ok
}

func (r *objectResource[D, M, P]) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	m, run, ok := r.run(ctx, req.Plan.Get, &resp.Diagnostics)
	if !ok {
		return
	}
	ctx, end := m.limit(ctx, creating, limitsOfOne, &resp.Diagnostics)
	defer end()
	exists, err := m.create(ctx, run)
	if err != nil {
		addProblems(&resp.Diagnostics, "The "+r.noun+" could not be created", err)
	}
	if !exists {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
	r.identify(ctx, m, resp.Identity, &resp.Diagnostics)
	savePrivate(ctx, resp.Private, privateIDs, run.names, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		resp.Diagnostics.AddError("The "+r.noun+" was created in part", "What was done is in the state. Terraform marks a resource whose creation failed as tainted. Run `terraform untaint` with this resource's address: the next plan then shows only the rest.")
	}
}

func (r *objectResource[D, M, P]) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	m, run, ok := r.run(ctx, req.State.Get, &resp.Diagnostics)
	if !ok {
		return
	}
	ctx, end := m.limit(ctx, reading, limitsOfOne, &resp.Diagnostics)
	defer end()
	r.identify(ctx, m, resp.Identity, &resp.Diagnostics) // of an object that is gone, too
	run.names = loadIDs(ctx, req.Private, &resp.Diagnostics)
	switch exists, err := m.read(ctx, run); {
	case err != nil:
		addProblems(&resp.Diagnostics, "Cannot read the "+r.noun, err)
	case !exists:
		resp.State.RemoveResource(ctx)
	default:
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
		savePrivate(ctx, resp.Private, privateIDs, run.names, &resp.Diagnostics)
	}
}

func (r *objectResource[D, M, P]) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	m, run, ok := r.run(ctx, req.Plan.Get, &resp.Diagnostics)
	if !ok {
		return
	}
	ctx, end := m.limit(ctx, changing, limitsOfOne, &resp.Diagnostics)
	defer end()
	run.names = loadIDs(ctx, req.Private, &resp.Diagnostics)
	loadPrivate(ctx, req.Private, privateTaken, &run.taken, &resp.Diagnostics)
	exists, err := m.update(ctx, run)
	if err != nil {
		addProblems(&resp.Diagnostics, "The "+r.noun+" could not be changed", err)
	} else if !exists {
		resp.Diagnostics.AddError("The "+r.noun+" no longer exists", "Plan again to create it anew, or restore it first.")
	}
	if exists {
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
		r.identify(ctx, m, resp.Identity, &resp.Diagnostics)
		savePrivate(ctx, resp.Private, privateIDs, run.names, &resp.Diagnostics)
	}
	if len(run.taken) > 0 {
		savePrivate(ctx, resp.Private, privateTaken, []string{}, &resp.Diagnostics)
	}
}

func (r *objectResource[D, M, P]) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	m, run, ok := r.run(ctx, req.State.Get, &resp.Diagnostics)
	if !ok {
		return
	}
	ctx, end := m.limit(ctx, deleting, limitsOfOne, &resp.Diagnostics)
	defer end()
	if err := m.remove(ctx, run); err != nil {
		addProblems(&resp.Diagnostics, "The "+r.noun+" was not deleted", err)
	}
}

func (r *objectResource[D, M, P]) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	m, run, ok := r.run(ctx, func(context.Context, any) diag.Diagnostics { return nil }, &resp.Diagnostics)
	if !ok {
		return
	}
	ref, ok := r.home.reference(ctx, r.data, req, identityID, &resp.Diagnostics)
	if !ok {
		return
	}
	known, err := m.locate(ctx, run, ref)
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot import the "+r.noun, err)
		return
	}
	for name, v := range known {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), v)...)
	}
	if id, is := known["id"].(string); is {
		r.home.record(ctx, r.data, resp.Identity, map[string]string{identityID: id}, &resp.Diagnostics)
	}
}

func openDomain(data *providerData, diags *diag.Diagnostics) (*activedirectory.Domain, bool) {
	return open(activeDirectoryTarget.title, data, func(d *providerData) (*activedirectory.Domain, error) { return d.activeDirectory.Domain() }, diags)
}

func openTenant(data *providerData, diags *diag.Diagnostics) (*entra.Tenant, bool) {
	return open(entraTarget.title, data, func(d *providerData) (*entra.Tenant, error) { return d.entra.Tenant() }, diags)
}

// open returns the directory of the configuration, or reports how to configure it.
func open[D any](title string, data *providerData, connect func(*providerData) (D, error), diags *diag.Diagnostics) (dir D, ok bool) {
	if data == nil {
		diags.AddError(title+" cannot be used", "The provider is not configured.")
		return dir, false
	}
	dir, err := connect(data)
	if err != nil {
		diags.AddError(title+" cannot be used", err.Error())
	}
	return dir, err == nil
}

// claimObject is [reconcile.GroupClaims.ClaimName] for an object with that name as an attribute.
func (d *providerData) claimObject(attribute, name string, claim reconcile.NameClaim, diags *diag.Diagnostics) {
	if diags.HasError() {
		return
	}
	if other, taken := d.groups.ClaimName(name, claim); taken {
		diags.AddAttributeError(path.Root(attribute), "Two resources have the same name", fmt.Sprintf("The configuration has\n  %s\n  %s\n"+
			"Keep one of them, or give one another %s.", other.Label, claim.Label, attribute))
	}
}
