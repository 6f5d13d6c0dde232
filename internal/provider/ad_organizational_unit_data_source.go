// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
)

var (
	_ datasource.DataSource                     = (*adOrganizationalUnitDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*adOrganizationalUnitDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*adOrganizationalUnitDataSource)(nil)
	_ datasource.DataSource                     = (*adOrganizationalUnitsDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*adOrganizationalUnitsDataSource)(nil)
)

func newADOrganizationalUnitDataSource() datasource.DataSource {
	return &adOrganizationalUnitDataSource{}
}

func newADOrganizationalUnitsDataSource() datasource.DataSource {
	return &adOrganizationalUnitsDataSource{}
}

var adUnitKeys = []adKey{
	{"object_id", "objectGUID", "objectGUID of the organizational unit."},
	{"distinguished_name", "distinguishedName", "Distinguished name of the organizational unit; its spelling does not matter."},
}

// adOrganizationalUnitDataSource looks up one organizational unit.
type adOrganizationalUnitDataSource struct{ adDataSource }

type adUnitLookupModel struct {
	ObjectID            types.String `tfsdk:"object_id"`
	DistinguishedName   types.String `tfsdk:"distinguished_name"`
	Name                types.String `tfsdk:"name"`
	Container           types.String `tfsdk:"container"`
	Description         types.String `tfsdk:"description"`
	ProtectFromDeletion types.Bool   `tfsdk:"protect_from_deletion"`
}

func (d *adOrganizationalUnitDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_ad_organizational_unit"
}

func (d *adOrganizationalUnitDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks up one organizational unit of Active Directory by its objectGUID or distinguished name. One " +
			"that does not exist is an error.",
		Attributes: keyArguments(adUnitKeys),
	}
	maps.Copy(resp.Schema.Attributes, map[string]schema.Attribute{
		"name":        text("Its name (`ou`), unescaped."),
		"container":   text("Distinguished name of what it is in."),
		"description": text("What it is for. Null when it says nothing."),
		"protect_from_deletion": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether it is protected from " +
			"accidental deletion, as the consoles of Windows do it."},
	})
}

func (d *adOrganizationalUnitDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(keyPaths(adUnitKeys, "")...)}
}

func (d *adOrganizationalUnitDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model adUnitLookupModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	domain, ok := openDomain(d.data, &resp.Diagnostics)
	if !ok || resp.Diagnostics.HasError() {
		return
	}
	key, value := theKey(adUnitKeys, model.ObjectID, model.DistinguishedName)
	u, err := domain.FindUnit(ctx, value)
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot look up the organizational unit", key.blame(err))
		return
	}
	var paths []string
	if u != nil {
		paths = []string{u.Path}
	}
	if !onlyOne("organizational unit", key, value, paths, &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &adUnitLookupModel{
		ObjectID: types.StringValue(u.ID), DistinguishedName: types.StringValue(u.Path), Name: types.StringValue(u.Name),
		Container: types.StringValue(u.Container), Description: orNull(u.Description), ProtectFromDeletion: types.BoolValue(u.Protected),
	})...)
}

// adOrganizationalUnitsDataSource lists organizational units.
type adOrganizationalUnitsDataSource struct{ adDataSource }

type adUnitsModel struct {
	adListing
	Units types.Map `tfsdk:"organizational_units"`
	IDs   types.Map `tfsdk:"ids"`
}

func (d *adOrganizationalUnitsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_ad_organizational_units"
}

func (d *adOrganizationalUnitsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the organizational units of Active Directory that a container and a filter leave. The " +
			"answer is whole, or an error.",
		Attributes: listingArguments("organizational units", ""),
	}
	maps.Copy(resp.Schema.Attributes, map[string]schema.Attribute{
		"organizational_units": schema.MapAttribute{Computed: true, ElementType: types.StringType,
			MarkdownDescription: "The organizational units by distinguished name, each as a JSON object for `jsondecode`: `id`, " +
				"`name`, `container`, `description`. " +
				"Whether one is protected from deletion says the data source `workforce_ad_organizational_unit`."},
		"ids": schema.MapAttribute{Computed: true, ElementType: types.StringType,
			MarkdownDescription: "The objectGUID of each by distinguished name."},
	})
}

func (d *adOrganizationalUnitsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model adUnitsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	domain, ok := openDomain(d.data, &resp.Diagnostics)
	if !ok || resp.Diagnostics.HasError() {
		return
	}
	all, err := domain.ListUnits(ctx, model.listing())
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot list organizational units", err)
		return
	}
	units, ids := map[string]string{}, map[string]string{}
	for _, u := range all {
		units[u.Path], ids[u.Path] = adUnitDocument(u), u.ID
	}
	model.Units, model.IDs = stringMap(units), stringMap(ids)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// adUnitDocument is an organizational unit as JSON.
func adUnitDocument(u *activedirectory.Unit) string {
	// texts cannot fail
	doc, _ := json.Marshal(map[string]string{"id": u.ID, "name": u.Name, "container": u.Container, "description": u.Description})
	return string(doc)
}
