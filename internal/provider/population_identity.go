// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
)

// placeAttribute is what the identity of a population calls the place that an import takes accounts from.
func (t target) placeAttribute() (name, description string) {
	if t.format.HasContainer {
		return identityContainer, "Distinguished name of the container that held all accounts when the population was created. " +
			"An import takes over the accounts below it that carry a worker id."
	}
	return identityDomain, "The verified domain that all user principal names were in when the population was created; " +
		"null where they were in several. An import takes over the users of the domain that carry a worker id."
}

func (r *populationResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	place, description := r.target.placeAttribute()
	resp.IdentitySchema = r.target.home.schema(map[string]identityschema.Attribute{place: identityAttribute(true, description)})
}

// identify records where the population was when it was created or imported. People come and go
// and move: its identity stays.
func (r *populationResource) identify(
	ctx context.Context, accounts map[string]string, into *tfsdk.ResourceIdentity, diags *diag.Diagnostics,
) {
	if into == nil || !into.Raw.IsNull() {
		return
	}
	name, _ := r.target.placeAttribute()
	place := ""
	if r.data.identities { // everybody's document is read for it, which a Terraform that forgets it would ask for in every run
		place = r.target.commonPlace(accounts)
	}
	r.target.home.record(ctx, r.data, into, map[string]string{name: place}, diags)
}

// ImportState takes a container, or the domain of user principal names: the accounts there that
// carry a worker id become the population. Documents then hold what the rules of the run name, as
// the directory has it, so that the plan shows what changes; without rules, only the core of each account.
func (r *populationResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	name, _ := r.target.placeAttribute()
	place, ok := r.target.home.reference(ctx, r.data, req, name, &resp.Diagnostics)
	if !ok {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("accounts"), map[string]string{})...)
	savePrivate(ctx, resp.Private, privateImport, place, &resp.Diagnostics)
	r.target.home.record(ctx, r.data, resp.Identity, map[string]string{name: place}, &resp.Diagnostics)
}
