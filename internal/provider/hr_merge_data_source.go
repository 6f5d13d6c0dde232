// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/wording"
	"terraform-provider-workforce/internal/worker"
)

var (
	_ datasource.DataSource              = (*hrMergeDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*hrMergeDataSource)(nil)
)

func newHRMergeDataSource() datasource.DataSource { return &hrMergeDataSource{} }

// hrMergeDataSource joins the workers of several sources.
type hrMergeDataSource struct{ hrReader }

type hrMergeModel struct {
	Sources             []hrMergeSourceModel `tfsdk:"sources"`
	Primary             []string             `tfsdk:"primary"`
	Authority           map[string][]string  `tfsdk:"authority"`
	PersonKey           types.String         `tfsdk:"person_key"`
	PersonKeys          map[string]string    `tfsdk:"person_keys"`
	MaxEngagements      types.Int64          `tfsdk:"max_engagements"`
	TypeOrder           []string             `tfsdk:"type_order"`
	ActiveStatuses      []string             `tfsdk:"active_statuses"`
	InactiveStatuses    []string             `tfsdk:"inactive_statuses"`
	AsOf                types.String         `tfsdk:"as_of"`
	TimeZone            types.String         `tfsdk:"time_zone"`
	BridgeDays          types.Int64          `tfsdk:"bridge_days"`
	IDFromKey           types.Bool           `tfsdk:"id_from_key"`
	EngagementAttribute types.String         `tfsdk:"engagement_attribute"`
	JSON                types.String         `tfsdk:"json"`
	WorkerCount         types.Int64          `tfsdk:"worker_count"`
	Fingerprint         types.String         `tfsdk:"fingerprint"`
	Findings            types.String         `tfsdk:"findings_json"`
	Warnings            types.List           `tfsdk:"warnings"`
}

type hrMergeSourceModel struct {
	Name    types.String `tfsdk:"name"`
	Workers types.String `tfsdk:"workers"`
	Prefix  types.String `tfsdk:"id_prefix"`
}

func (d *hrMergeDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_merge"
}

func (d *hrMergeDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	texts := func(description string) schema.Attribute {
		return schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	count := func(description string) schema.Attribute {
		return schema.Int64Attribute{Optional: true, MarkdownDescription: description, Validators: []validator.Int64{int64validator.AtLeast(0)}}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Joins the workers of several HR sources: several systems that know the same people, and several contracts of one person. " +
			"Who exists, whose word counts for which attribute, and which contract is the primary one follow from stated rules; conflicts and choices are reported. The order of the sources' own records never matters.",
		Attributes: map[string]schema.Attribute{
			"sources": schema.ListNestedAttribute{
				Required: true, Validators: []validator.List{listvalidator.SizeAtLeast(1)},
				MarkdownDescription: "The sources, in order of authority: where no other rule says whose word counts, the first source with a value wins.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"name": schema.StringAttribute{Required: true, MarkdownDescription: "Name of the source, for the other arguments and for reports."},
					"workers": schema.StringAttribute{Required: true, Sensitive: true,
						MarkdownDescription: "Workers document, the `json` of an HR data source. It is kept out of the state, which has it with its source."},
					"id_prefix": text("Text that comes before every worker id of this source, such as `C-`, for a source that counts its ids by itself: its 1001 is another person than the 1001 of the next source. " +
						"The ids of managers get it where the manager is in the same source. Unset: none. Two primary sources that give one worker id to different people are an error that names both."),
				}},
			},
			"primary":         texts("Names of the sources that decide who exists; the others only add to them. A record of another source without one in a primary source is waiting: reported, and not provisioned. Required with two or more sources."),
			"authority":       schema.MapAttribute{Optional: true, ElementType: types.ListType{ElemType: types.StringType}, MarkdownDescription: "Ordered names of sources by attribute or canonical key: the first of them with a value wins. Where nothing is said, status, type, dates and leave come together from the first primary source that has the record, and everything else from the first source with a value."},
			"person_key":      text("Attribute, or expression, that is the same in all records of one person, such as `UniversalID`, where worker ids differ between contracts. Unset: the worker id."),
			"person_keys":     schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "The same by source, where sources call it differently."},
			"max_engagements": count("Largest number of contracts that one person may have in a source; more are an error, as when the key is a placeholder such as `0`. The default is 10."),
			"type_order":      texts("Worker types from the most to the least important, for choosing the primary contract."),
			"active_statuses": texts("Status words of contracts that are active, ignoring case. With this list, every other word means that the contract has ended. Unset: the vocabulary that the mapping uses too; " +
				"a contract whose word it does not know counts less than an active one and more than one that is over, so that the mapping sees the word and sets the worker aside."),
			"inactive_statuses":    texts("Status words of contracts that have ended, ignoring case. They come before the vocabulary."),
			"as_of":                schema.StringAttribute{Optional: true, MarkdownDescription: "The moment for telling active, future and past contracts apart, as RFC 3339, or as a date, which means noon UTC of that day. The default is now.", Validators: []validator.String{momentValidator{}}},
			"time_zone":            text("IANA time zone of workers without one. The default is `UTC`."),
			"bridge_days":          count("Longest gap in days between two contracts of a person over which the first is taken as not ended, so that nobody is disabled for a weekend. The default is 0."),
			"id_from_key":          schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the person key becomes the worker id. The default is false: the worker id of the chosen contract, which changes when a contractor becomes an employee."},
			"engagement_attribute": text("Name of an attribute that receives the worker id of the chosen contract. Unset: none."),
			"json":                 schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "The joined workers, as one canonical document."},
			"worker_count":         schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of workers."},
			"fingerprint":          schema.StringAttribute{Computed: true, MarkdownDescription: "SHA-256 of `json`, in hex."},
			"findings_json":        schema.StringAttribute{Computed: true, MarkdownDescription: "JSON with `choices` (the contract chosen for a person, and why), `conflicts` (sources that disagree, and who won) and `waiting` (records without a primary one)."},
			"warnings":             schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "What somebody should look at."},
		},
	}
}

func (d *hrMergeDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hrMergeModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var sources []worker.Named
	for i, s := range m.Sources {
		workers, err := worker.Parse(s.Workers.ValueString())
		if err != nil {
			resp.Diagnostics.AddAttributeError(path.Root("sources").AtListIndex(i).AtName("workers"), "Invalid workers document", fmt.Sprintf("Source %q: %s", s.Name.ValueString(), err))
			continue
		}
		sources = append(sources, worker.Named{Name: s.Name.ValueString(), Workers: workers})
	}
	if resp.Diagnostics.HasError() {
		return
	}
	merged, err := worker.Merge(sources, m.rules(d.data))
	if err != nil {
		addProblems(&resp.Diagnostics, "The sources cannot be joined", err)
		return
	}
	m.record(merged, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(setWithoutSecrets(ctx, &resp.State, &m)...)
	}
}

func (m *hrMergeModel) rules(data *providerData) worker.MergeRules {
	asOf, err := parseMoment(m.AsOf.ValueString())
	if err != nil {
		asOf = data.clock()
	}
	prefixes := map[string]string{}
	for _, s := range m.Sources {
		prefixes[s.Name.ValueString()] = s.Prefix.ValueString()
	}
	return worker.MergeRules{
		Primary: m.Primary, Prefixes: prefixes, Authority: m.Authority, PersonKey: m.PersonKey.ValueString(), PersonKeys: m.PersonKeys, MaxEngagements: int(m.MaxEngagements.ValueInt64()),
		TypeOrder: m.TypeOrder, ActiveStatuses: m.ActiveStatuses, InactiveStatuses: m.InactiveStatuses, AsOf: asOf, TimeZone: m.TimeZone.ValueString(),
		BridgeDays: int(m.BridgeDays.ValueInt64()), IDFromKey: m.IDFromKey.ValueBool(), EngagementAttribute: m.EngagementAttribute.ValueString(),
	}
}

func (m *hrMergeModel) record(merged *worker.Merged, diags *diag.Diagnostics) {
	doc, fingerprint, err := source.Document(merged.Workers)
	if err != nil {
		diags.AddError("The workers document cannot be written", err.Error())
		return
	}
	findings, err := json.Marshal(map[string]any{"choices": merged.Choices, "conflicts": merged.Conflicts, "waiting": merged.Waiting})
	if err != nil {
		diags.AddError("The findings of the merge cannot be written", err.Error())
		return
	}
	m.JSON, m.Fingerprint, m.WorkerCount = types.StringValue(doc), types.StringValue(fingerprint), types.Int64Value(int64(len(merged.Workers)))
	m.Findings, m.Warnings = types.StringValue(string(findings)), stringList(merged.Warnings)
	if len(merged.Warnings) > 0 {
		diags.AddWarning("The HR data was accepted with "+wording.Count(len(merged.Warnings), "warning"), listed(merged.Warnings))
	}
}
