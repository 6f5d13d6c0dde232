// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/roster"
)

var (
	_ datasource.DataSource              = (*correlationDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*correlationDataSource)(nil)
)

func newADCorrelationDataSource() datasource.DataSource {
	return &correlationDataSource{target: activeDirectoryTarget}
}

func newEntraCorrelationDataSource() datasource.DataSource {
	return &correlationDataSource{target: entraTarget}
}

// correlationDataSource says who is who between a population and a directory that
// exists already, before anything is adopted.
type correlationDataSource struct {
	target target
	data   *providerData
}

// correlationConfig is the model of one target's data source.
type correlationConfig interface {
	common() *correlationModel
	parts() []string
}

type adCorrelationModel struct {
	correlationModel
	ownedContainers
}

type entraCorrelationModel struct {
	correlationModel
	ownedDomains
}

type correlationModel struct {
	populationInput
	Matched           types.Map    `tfsdk:"matched"`
	Suggested         types.Map    `tfsdk:"suggested"`
	Ambiguous         types.List   `tfsdk:"ambiguous"`
	UnmatchedWorkers  types.List   `tfsdk:"unmatched_workers"`
	UnmatchedAccounts types.List   `tfsdk:"unmatched_accounts"`
	Report            types.String `tfsdk:"report"`
	ReportJSON        types.String `tfsdk:"report_json"`
}

func (m *correlationModel) common() *correlationModel { return m }

func (d *correlationDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.target.prefix + "_correlation"
}

func (d *correlationDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	accounts := "workforce_" + d.target.prefix + "_accounts"
	list := func(description string) schema.ListAttribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	ids := func(description string) schema.MapAttribute {
		return schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Says who is who between a population of workers and the accounts of " + d.target.title + " that exist already: who is recognised by which rule, what adopting them would change, who is ambiguous, and what is left over on both sides. " +
			"It is for looking before anything is adopted: it writes nothing, has no safeguards, and names everything that `" + accounts + "` would stop at. It takes the same arguments, and what it says is what `" + accounts + "` decides with them. " +
			"It reads every user of the directory, in bulk. Remove it when the estate is adopted.",
		Attributes: map[string]schema.Attribute{
			"matched":           ids("Object id (objectGUID in Active Directory) by worker id, of the workers who match exactly one account."),
			"suggested":         ids("Object id by worker id, of workers who match nothing while exactly one account without a worker id looks like theirs: by an id that differs in zeros or dashes only, by address and name, or by a part of a match rule. Nobody is linked by this: give those that are right to `links`."),
			"ambiguous":         list("Worker ids that match several accounts, or an account that other workers match too: all of them."),
			"unmatched_workers": list("Worker ids that should have an account and match none."),
			"unmatched_accounts": list("Users that no worker matches, by " + map[bool]string{true: "distinguished name", false: "user principal name"}[d.target.format.HasContainer] +
				": absent workers', service accounts, administrators. They are those that belong to the population, as far as the arguments say which do."),
			"report": schema.StringAttribute{Computed: true, MarkdownDescription: "The same for people, as Markdown: counts, matches by rule, everybody who is ambiguous, what would change by attribute with the first people, and near misses. " +
				"Lists of everything else are cut after `max_listed`. Redacted attributes show no values."},
			"report_json": schema.StringAttribute{Computed: true, MarkdownDescription: "The same in full for scripts and policy engines, as JSON: `rules`, `attributes`, `matched` with every change, `ambiguous`, `claimed_by_several`, `unmatched_workers` with near misses, " +
				"`suggested`, `no_account_needed`, `unmatched_accounts`, `data_errors`, `refusals` and `warnings`."},
		},
	}
	maps.Copy(resp.Schema.Attributes, d.target.inputAttributes())
}

func (d *correlationDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (d *correlationDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config correlationConfig = &adCorrelationModel{}
	if d.target.format.Target == entraTarget.format.Target {
		config = &entraCorrelationModel{}
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	m := config.common()
	dir, in, ok := m.expand(d.target, d.data, config.parts(), &resp.Diagnostics)
	if !ok {
		return
	}
	known := d.target.schema()
	for _, name := range roster.CorrelationAttributes {
		if _, ok := known.Lookup(name); ok {
			dir.Need(name)
		}
	}
	for _, rule := range in.Mapping.Rules().Match {
		for _, c := range rule.All {
			dir.Need(c.Target)
		}
	}
	c, err := roster.Correlate(ctx, in, dir.WithDeleted())
	if err != nil {
		addProblems(&resp.Diagnostics, "Workers and accounts could not be compared", err)
		return
	}
	for _, note := range dir.Notes() {
		resp.Diagnostics.AddWarning(d.target.title+" accounts: check this before you adopt them", note)
	}
	m.Matched, m.Suggested = stringMap(c.Matched), stringMap(c.Suggested)
	m.Ambiguous, m.UnmatchedWorkers, m.UnmatchedAccounts = stringList(c.Ambiguous), stringList(c.UnmatchedWorkers), stringList(c.UnmatchedAccounts)
	m.Report, m.ReportJSON = types.StringValue(c.Report), types.StringValue(c.ReportJSON)
	m.forget()
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
