// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Attributes of identities beside the one that names the directory.
const (
	identityID        = "id"
	identityGroupID   = "group_id"
	identityMode      = "mode"
	identityContainer = "container"
	identityDomain    = "domain"
)

// identityHome is what identities say about the directory.
type identityHome struct {
	attribute, description string
	// name returns the directory that the provider is configured for.
	name func(context.Context, *providerData) (string, error)
}

const homeDefault = "The default is the one that the provider is configured for; an import of another one is refused."

var adHome = identityHome{
	attribute:   identityDomain,
	description: "DNS name of the Active Directory domain, such as corp.example.com. " + homeDefault,
	name: func(ctx context.Context, data *providerData) (string, error) {
		domain, err := data.activeDirectory.Domain()
		if err != nil {
			return "", err
		}
		return domain.DNSName(ctx)
	},
}

var entraHome = identityHome{
	attribute:   "tenant_id",
	description: "Id of the Microsoft Entra ID tenant. " + homeDefault,
	name: func(ctx context.Context, data *providerData) (string, error) {
		tenant, err := data.entra.Tenant()
		if err != nil {
			return "", err
		}
		return tenant.ID(ctx)
	},
}

// identityAttribute is an attribute of an identity, which is text. An import may leave out an optional one.
func identityAttribute(required bool, description string) identityschema.Attribute {
	return identityschema.StringAttribute{RequiredForImport: required, OptionalForImport: !required, Description: description}
}

// schema is the schema of identities: the directory, and what tells one thing in it from every other.
// Terraform 1.12 and newer keeps identities beside the state and imports by them; older ones never ask.
func (h identityHome) schema(own map[string]identityschema.Attribute) identityschema.Schema {
	own[h.attribute] = identityAttribute(false, h.description)
	return identityschema.Schema{Attributes: own}
}

// objectIdentity is the identity of one object.
func (h identityHome) objectIdentity(noun string) identityschema.Schema {
	id := "objectGUID"
	if h.attribute == entraHome.attribute {
		id = "object id"
	}
	return h.schema(map[string]identityschema.Attribute{identityID: identityAttribute(true, "The "+id+" of the "+noun+".")})
}

// record puts the identity of what own tells apart into the answer of a call. What is recorded already about
// the same thing stays as it is, so that an identity never changes because a directory is renamed.
// Text that is empty is not recorded, and takes nothing away.
func (h identityHome) record(
	ctx context.Context, data *providerData, into *tfsdk.ResourceIdentity, own map[string]string, diags *diag.Diagnostics,
) {
	if into == nil || data == nil {
		return
	}
	same := identityText(ctx, into, h.attribute) != "" // an import may have left it out
	for attribute, text := range own {
		same = same && (text == "" || strings.EqualFold(identityText(ctx, into, attribute), text))
	}
	if same {
		return
	}
	home := types.StringNull()
	if name, err := h.name(ctx, data); err == nil { // what it is about is known all the same
		home = types.StringValue(name)
	}
	diags.Append(into.SetAttribute(ctx, path.Root(h.attribute), home)...)
	for attribute, text := range own {
		if text != "" {
			diags.Append(into.SetAttribute(ctx, path.Root(attribute), text)...)
		}
	}
	if into.Raw.IsFullyNull() { // the framework would call this a fault of the provider
		diags.Append(into.SetAttribute(ctx, path.Root(h.attribute), "")...)
	}
}

// identityText returns a text of an identity, "" for none.
func identityText(ctx context.Context, from *tfsdk.ResourceIdentity, attribute string) string {
	if from == nil || from.Raw.IsNull() {
		return ""
	}
	var text types.String
	if from.GetAttribute(ctx, path.Root(attribute), &text).HasError() {
		return ""
	}
	return text.ValueString()
}

// reference returns what an import names: the text of `terraform import`, or the attribute of an identity that
// has to belong to the directory of the provider.
func (h identityHome) reference(
	ctx context.Context, data *providerData, req resource.ImportStateRequest, attribute string, diags *diag.Diagnostics,
) (string, bool) {
	if req.ID != "" {
		return req.ID, true
	}
	text := identityText(ctx, req.Identity, attribute)
	if text == "" {
		diags.AddError("The import names no object", fmt.Sprintf("Expected an id, or an identity with %s: found neither.", attribute))
		return "", false
	}
	wanted := identityText(ctx, req.Identity, h.attribute)
	if wanted == "" {
		return text, true
	}
	if data == nil {
		diags.AddError("Cannot import", "The provider is not configured.")
		return "", false
	}
	have, err := h.name(ctx, data)
	if err != nil {
		addProblems(diags, "Cannot import: which directory this is cannot be read", err)
		return "", false
	}
	if !strings.EqualFold(wanted, have) {
		diags.AddError("The identity is of another directory", fmt.Sprintf("%s: found %q, expected %q, which the provider is configured for. "+
			"Use a provider configuration for %q, or correct %s in the identity.", h.attribute, wanted, have, wanted, h.attribute))
		return "", false
	}
	return text, true
}

// keepsIdentities reports whether a version of Terraform, such as "1.12.0", keeps identities beside the state.
func keepsIdentities(version string) bool {
	var major, minor int
	if n, _ := fmt.Sscanf(version, "%d.%d", &major, &minor); n < 2 { // unknown: as the newest
		return true
	}
	return major > 1 || minor >= 12
}
