// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/worker"
)

var (
	_ datasource.DataSource              = (*adAccountsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*adAccountsDataSource)(nil)
)

func newADAccountsDataSource() datasource.DataSource { return &adAccountsDataSource{} }

// adAccountsDataSource evaluates the rules for a whole population against the
// live domain, at plan.
type adAccountsDataSource struct {
	data *providerData
}

type adAccountsModel struct {
	Workers         types.String        `tfsdk:"workers"`
	Mapping         types.String        `tfsdk:"mapping"`
	AsOf            types.String        `tfsdk:"as_of"`
	Links           map[string]string   `tfsdk:"links"`
	Reserved        map[string][]string `tfsdk:"reserved"`
	ReuseDeleted    types.Bool          `tfsdk:"reuse_deleted_names"`
	OwnedContainers []string            `tfsdk:"owned_containers"`
	Optional        []string            `tfsdk:"optional_attributes"`
	OnDataError     types.String        `tfsdk:"on_data_error"`
	OnUnmatched     types.String        `tfsdk:"on_unmatched"`
	MaxListed       types.Int64         `tfsdk:"max_listed"`
	Safeguards      *safeguardsModel    `tfsdk:"safeguards"`
	Partition       *partitionModel     `tfsdk:"partition"`
	Accounts        types.Map           `tfsdk:"accounts"`
	Partitions      types.Map           `tfsdk:"partitions"`
	ObjectIDs       types.Map           `tfsdk:"object_ids"`
	Joiners         types.List          `tfsdk:"joiners"`
	Movers          types.List          `tfsdk:"movers"`
	Leavers         types.List          `tfsdk:"leavers"`
	Rehires         types.List          `tfsdk:"rehires"`
	Orphans         types.List          `tfsdk:"orphans"`
	Calendar        types.List          `tfsdk:"calendar"`
	Warnings        types.List          `tfsdk:"warnings"`
	Report          types.String        `tfsdk:"report"`
	ReportJSON      types.String        `tfsdk:"report_json"`
}

type partitionModel struct {
	Shards    types.Int64  `tfsdk:"shards"`
	Size      types.Int64  `tfsdk:"size"`
	Attribute types.String `tfsdk:"attribute"`
}

func (d *adAccountsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_ad_accounts"
}

func (d *adAccountsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	input := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Required: true, MarkdownDescription: description}
	}
	ids := func(description string) schema.ListAttribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	documents := types.MapType{ElemType: types.StringType}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Decides what a population of workers means for the accounts of an Active Directory domain: evaluates the rules for everybody, matches workers with existing accounts, chooses free names, follows the lifecycle, " +
			"and checks everything that the directory would refuse. It writes nothing. Any problem stops the plan, and so do the safeguards, before anybody is touched.",
		Attributes: map[string]schema.Attribute{
			"workers": input("Workers document, the `json` of an HR data source."),
			"mapping": input("Rules, the `json` of a `workforce_mapping`. Pass it through a local value: Terraform postpones a data source that refers directly to a resource with pending changes, and the plan would show nobody's changes exactly when the rules change."),
			"as_of": schema.StringAttribute{Optional: true, MarkdownDescription: "The moment to decide for, as RFC 3339, or as a date, which means noon UTC of that day. Dates of workers are compared with it in each worker's time zone. " +
				"The default is now; give it for plans that must be repeatable.", Validators: []validator.String{momentValidator{}}},
			"links": schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Accounts that people have decided belong to a worker: objectGUID by worker id. A link wins over every match rule."},
			"reserved": schema.MapAttribute{Optional: true, ElementType: types.ListType{ElemType: types.StringType},
				MarkdownDescription: "Names that no new account may get, by target attribute, or by `*` for every unique attribute, ignoring case. A name without `@` also reserves the part before the `@` of longer names."},
			"reuse_deleted_names": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether new accounts may get names that deleted accounts still hold, so that those could no longer be restored as they were. The default is false. " +
				"Deleted accounts are known as far as the account that signs in may read them; a warning says when it may not."},
			"owned_containers": schema.ListAttribute{Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Containers below which accounts that carry a worker id belong to this population. It matters for accounts whose worker is not in the feed, when several populations share a domain, and for a pilot with a few people. The default is the whole domain; `[]` is nowhere."},
			"optional_attributes": schema.ListAttribute{Optional: true, ElementType: types.StringType,
				MarkdownDescription: "HR attributes that the rules read and that may be missing from the whole feed. Any other attribute that no worker has is an error, because a misspelt name would be null for everybody."},
			"on_data_error": schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf(roster.DataErrorFail, roster.DataErrorExclude)},
				MarkdownDescription: "What happens when the rules cannot be evaluated for a worker: `fail`, the default, stops the plan and names all of them; `exclude` leaves their accounts exactly as they are and reports them."},
			"on_unmatched": schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf(roster.UnmatchedCreate, roster.UnmatchedReport)},
				MarkdownDescription: "What happens when a worker who should have an account matches none: `create`, the default, creates one; `report` creates nothing and reports the worker, as for a first look at a directory that exists already."},
			"max_listed": schema.Int64Attribute{Optional: true, MarkdownDescription: "Rows after which a list of the report is cut. The default is 50."},
			"safeguards": safeguardsSchema(),
			"partition": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "How `partitions` divides the accounts. Without it there is one partition, `all`.",
				Attributes: map[string]schema.Attribute{
					"shards":    schema.Int64Attribute{Optional: true, MarkdownDescription: "Divide by a hash of the worker id into that many parts. Nobody moves to another part as long as the number stays."},
					"size":      schema.Int64Attribute{Optional: true, MarkdownDescription: "Divide by a hash of the worker id into parts of about that size. When the population outgrows it, half of the people move to a new part."},
					"attribute": schema.StringAttribute{Optional: true, MarkdownDescription: "Divide by the value of a target attribute, or by `container`. A mover then changes parts."},
				},
			},
			"accounts":    schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "The accounts the population should have: one document by worker id."},
			"partitions":  schema.MapAttribute{Computed: true, ElementType: documents, MarkdownDescription: "The same accounts divided as `partition` says: for `for_each` of `workforce_ad_population` beyond 20,000 people."},
			"object_ids":  schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "objectGUID by worker id, of the accounts that exist: for sending the directory's id back to the HR system."},
			"joiners":     ids("Worker ids that get a new account."),
			"movers":      ids("Worker ids whose account changes and stays in use."),
			"leavers":     ids("Worker ids whose account is disabled, or drops out of the accounts."),
			"rehires":     ids("Worker ids whose former account is taken into use again."),
			"orphans":     ids("Worker ids that accounts of the domain carry and no worker in the feed has."),
			"calendar":    ids("What will happen within 30 days if nothing changes, earliest first."),
			"warnings":    ids("What somebody should look at, and what stops nothing."),
			"report":      schema.StringAttribute{Computed: true, MarkdownDescription: "The decisions for people, as Markdown: counts by action and by cause, the riskiest first, with the reason for each person. Redacted attributes show no values."},
			"report_json": schema.StringAttribute{Computed: true, MarkdownDescription: "The same for policy engines, as JSON."},
		},
	}
}

func (d *adAccountsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (d *adAccountsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model adAccountsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	in, ok := d.input(&model, &resp.Diagnostics)
	if !ok {
		return
	}
	result, err := roster.Decide(ctx, in)
	if err != nil {
		addProblems(&resp.Diagnostics, "No decision about the accounts", err)
		return
	}
	if domain, ok := (&population{data: d.data}).domain(&resp.Diagnostics); ok {
		result.Warnings = append(result.Warnings, domain.Notes()...)
	}
	for i, warning := range result.Warnings {
		if i == maxProblems {
			resp.Diagnostics.AddWarning("Something to look at", fmt.Sprintf("… and %d more; the output warnings has all of them.", len(result.Warnings)-i))
			break
		}
		resp.Diagnostics.AddWarning("Something to look at", warning)
	}
	model.record(result)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// input gathers everything that the decision rests on.
func (d *adAccountsDataSource) input(m *adAccountsModel, diags *diag.Diagnostics) (roster.Input, bool) {
	workers, err := worker.Parse(m.Workers.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("workers"), "Invalid workers document", err.Error())
	}
	rules, err := mapping.ParseRules(m.Mapping.ValueString())
	var compiled *mapping.Mapping
	if err == nil && rules.Target != activedirectory.Format.Target {
		err = fmt.Errorf("these rules are for the target %q, expected %q", rules.Target, activedirectory.Format.Target)
	}
	if err == nil {
		compiled, err = mapping.Compile(rules, activedirectory.StandardSchema(), activedirectory.Format)
	}
	if err != nil {
		addProblems(diags, "Invalid mapping", err)
	}
	if err == nil {
		addProblems(diags, "Unknown HR attribute", unknownSources(compiled, workers, m.Optional))
	}
	safeguards := m.Safeguards.expand(diags)
	population := population{data: d.data}
	if diags.HasError() {
		return roster.Input{}, false
	}
	domain, ok := population.domain(diags)
	if !ok {
		return roster.Input{}, false
	}
	domain.Need(compiled.TargetAttributes()...)
	in := roster.Input{
		Workers: workers, Mapping: compiled, AsOf: d.asOf(m.AsOf), Directory: domain.WithDeleted(), Format: activedirectory.Format, WorkerIDAttribute: domain.WorkerIDAttribute(),
		Links: m.Links, Reserved: m.Reserved, OnDataError: m.OnDataError.ValueString(), OnUnmatched: m.OnUnmatched.ValueString(), MaxListed: int(m.MaxListed.ValueInt64()),
		Safeguards: safeguards, ReuseDeletedNames: m.ReuseDeleted.ValueBool(),
	}
	if m.Partition != nil {
		in.Partition = roster.Partition{Shards: int(m.Partition.Shards.ValueInt64()), Size: int(m.Partition.Size.ValueInt64()), Attribute: m.Partition.Attribute.ValueString()}
	}
	if m.OwnedContainers != nil {
		in.Owned = func(e *directory.Existing) bool {
			for _, container := range m.OwnedContainers {
				if activedirectory.Below(e.Path, container) {
					return true
				}
			}
			return false
		}
	}
	return in, true
}

// unknownSources reports the HR attributes that rules read and no worker has.
func unknownSources(m *mapping.Mapping, workers worker.Population, optional []string) error {
	if len(workers) == 0 {
		return nil
	}
	known := slices.Concat(worker.Fields, workers.Attributes())
	var problems []error
	for _, name := range m.SourceAttributes() {
		if slices.Contains(known, name) || slices.Contains(optional, name) {
			continue
		}
		hint := ""
		if near := directory.Nearest(name, known); near != "" {
			hint = fmt.Sprintf(" Did you mean %q?", near)
		}
		problems = append(problems, fmt.Errorf("the rules read [%s], which no worker in the feed has.%s Correct the rule, let the column in with attributes of the HR data source, or name it in optional_attributes", name, hint))
	}
	return errors.Join(problems...)
}

func (d *adAccountsDataSource) asOf(v types.String) time.Time {
	if at, err := parseMoment(v.ValueString()); err == nil {
		return at
	}
	return d.data.clock()
}

func (m *adAccountsModel) record(r *roster.Result) {
	m.Accounts = stringMap(r.Documents)
	m.Partitions = stringMaps(r.Partitions)
	objects := map[string]string{}
	for _, decision := range r.Decisions {
		if decision.ObjectID != "" {
			objects[decision.WorkerID] = decision.ObjectID
		}
	}
	m.ObjectIDs = stringMap(objects)
	m.Joiners, m.Movers, m.Leavers, m.Rehires, m.Orphans = stringList(r.Joiners), stringList(r.Movers), stringList(r.Leavers), stringList(r.Rehires), stringList(r.Orphans)
	events := make([]string, len(r.Calendar))
	for i, e := range r.Calendar {
		events[i] = fmt.Sprintf("%s %s (%s): %s", e.At.Format("2006-01-02 15:04 MST"), e.WorkerID, e.Name, e.What)
	}
	m.Calendar, m.Warnings = stringList(events), stringList(r.Warnings)
	m.Report, m.ReportJSON = types.StringValue(r.Report), types.StringValue(r.ReportJSON)
}

// parseMoment reads RFC 3339, or a date as noon UTC of that day.
func parseMoment(s string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, s); err == nil {
		return day.Add(12 * time.Hour), nil
	}
	return time.Parse(time.RFC3339, s)
}

// momentValidator refuses what parseMoment cannot read.
type momentValidator struct{}

func (momentValidator) Description(context.Context) string {
	return "a date as YYYY-MM-DD, or a moment as RFC 3339"
}

func (v momentValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v momentValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := parseMoment(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid moment", fmt.Sprintf("Found %q, expected %s, such as 2026-01-15 or 2026-01-15T09:00:00+01:00.", req.ConfigValue.ValueString(), v.Description(ctx)))
	}
}
