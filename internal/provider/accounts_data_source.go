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

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/worker"
)

var (
	_ datasource.DataSource              = (*accountsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*accountsDataSource)(nil)
)

func newADAccountsDataSource() datasource.DataSource {
	return &accountsDataSource{target: activeDirectoryTarget}
}

func newEntraAccountsDataSource() datasource.DataSource {
	return &accountsDataSource{target: entraTarget}
}

// accountsDataSource evaluates the rules for a whole population against the
// live directory, at plan.
type accountsDataSource struct {
	target target
	data   *providerData
}

// accountsConfig is the model of one target's data source.
type accountsConfig interface {
	common() *accountsModel
	// parts are the containers or domains that belong to the population; nil: everywhere.
	parts() []string
}

type adAccountsModel struct {
	accountsModel
	OwnedContainers []string `tfsdk:"owned_containers"`
}

type entraAccountsModel struct {
	accountsModel
	OwnedDomains []string `tfsdk:"owned_domains"`
}

func (m *adAccountsModel) parts() []string      { return m.OwnedContainers }
func (m *entraAccountsModel) parts() []string   { return m.OwnedDomains }
func (m *accountsModel) common() *accountsModel { return m }

type accountsModel struct {
	Workers        types.String        `tfsdk:"workers"`
	Mapping        types.String        `tfsdk:"mapping"`
	AsOf           types.String        `tfsdk:"as_of"`
	Links          map[string]string   `tfsdk:"links"`
	Reserved       map[string][]string `tfsdk:"reserved"`
	ReuseDeleted   types.Bool          `tfsdk:"reuse_deleted_names"`
	RestoreDeleted types.Bool          `tfsdk:"restore_deleted"`
	Optional       []string            `tfsdk:"optional_attributes"`
	Overrides      []string            `tfsdk:"overrides"`
	OnDataError    types.String        `tfsdk:"on_data_error"`
	OnUnmatched    types.String        `tfsdk:"on_unmatched"`
	MaxListed      types.Int64         `tfsdk:"max_listed"`
	Safeguards     *safeguardsModel    `tfsdk:"safeguards"`
	Partition      *partitionModel     `tfsdk:"partition"`
	Accounts       types.Map           `tfsdk:"accounts"`
	Partitions     types.Map           `tfsdk:"partitions"`
	ObjectIDs      types.Map           `tfsdk:"object_ids"`
	Joiners        types.List          `tfsdk:"joiners"`
	Movers         types.List          `tfsdk:"movers"`
	Leavers        types.List          `tfsdk:"leavers"`
	Rehires        types.List          `tfsdk:"rehires"`
	Orphans        types.List          `tfsdk:"orphans"`
	Overridden     types.List          `tfsdk:"overridden"`
	Calendar       types.List          `tfsdk:"calendar"`
	Warnings       types.List          `tfsdk:"warnings"`
	Report         types.String        `tfsdk:"report"`
	ReportJSON     types.String        `tfsdk:"report_json"`
}

type partitionModel struct {
	Shards    types.Int64  `tfsdk:"shards"`
	Size      types.Int64  `tfsdk:"size"`
	Attribute types.String `tfsdk:"attribute"`
}

func (d *accountsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.target.prefix + "_accounts"
}

func (d *accountsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	input := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Required: true, MarkdownDescription: description}
	}
	ids := func(description string) schema.ListAttribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	documents := types.MapType{ElemType: types.StringType}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Decides what a population of workers means for the accounts of " + d.target.title + ": evaluates the rules for everybody, matches workers with existing accounts, chooses free names, follows the lifecycle, " +
			"and checks everything that the directory would refuse. It writes nothing. Any problem stops the plan, and so do the safeguards, before anybody is touched.",
		Attributes: map[string]schema.Attribute{
			"workers": input("Workers document, the `json` of an HR data source."),
			"mapping": input("Rules, the `json` of a `workforce_mapping`. Pass it through a local value: Terraform postpones a data source that refers directly to a resource with pending changes, and the plan would show nobody's changes exactly when the rules change."),
			"as_of": schema.StringAttribute{Optional: true, MarkdownDescription: "The moment to decide for, as RFC 3339, or as a date, which means noon UTC of that day. Dates of workers are compared with it in each worker's time zone. " +
				"The default is now; give it for plans that must be repeatable.", Validators: []validator.String{momentValidator{}}},
			"links": schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Accounts that people have decided belong to a worker: object id (objectGUID in Active Directory) by worker id. A link wins over every match rule."},
			"reserved": schema.MapAttribute{Optional: true, ElementType: types.ListType{ElemType: types.StringType},
				MarkdownDescription: "Names that no new account may get, by target attribute, or by `*` for every unique attribute, ignoring case. A name without `@` also reserves the part before the `@` of longer names."},
			"reuse_deleted_names": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether new accounts may get names that deleted accounts still hold, so that those could no longer be restored as they were. The default is false. " +
				"Deleted accounts are known as far as the account that signs in may read them; a warning says when it may not."},
			"optional_attributes": schema.ListAttribute{Optional: true, ElementType: types.StringType,
				MarkdownDescription: "HR attributes that the rules read and that may be missing from the whole feed. Any other attribute that no worker has is an error, because a misspelt name would be null for everybody."},
			"overrides": schema.ListAttribute{Optional: true, ElementType: types.StringType,
				MarkdownDescription: "The `json` of `workforce_override` resources, which win over the rules. Pass them through a local value, like the rules, so that the plan shows what they do. One that has expired, or is about a worker nobody knows, is a warning."},
			"on_data_error": schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf(roster.DataErrorFail, roster.DataErrorExclude)},
				MarkdownDescription: "What happens when the rules cannot be evaluated for a worker: `fail`, the default, stops the plan and names all of them; `exclude` leaves their accounts exactly as they are and reports them."},
			"on_unmatched": schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf(roster.UnmatchedCreate, roster.UnmatchedReport)},
				MarkdownDescription: "What happens when a worker who should have an account matches none: `create`, the default, creates one; `report` creates nothing and reports the worker, as for a first look at a directory that exists already."},
			"max_listed": schema.Int64Attribute{Optional: true, MarkdownDescription: "Rows after which a list of the report is cut. The default is 50."},
			"restore_deleted": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether a worker who returns while their deleted account can still be restored gets it back, with its identity, instead of a new one. It is recognised by the worker id. " +
				"The default is true; a name that somebody else has got meanwhile is given anew. In Active Directory it takes the recycle bin of the forest. Say the same to the population or user."},
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
			"partitions":  schema.MapAttribute{Computed: true, ElementType: documents, MarkdownDescription: "The same accounts divided as `partition` says: for `for_each` of `workforce_" + d.target.prefix + "_population` beyond 20,000 people."},
			"object_ids":  schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Object id (objectGUID in Active Directory) by worker id, of the accounts that exist: for sending the directory's id back to the HR system."},
			"joiners":     ids("Worker ids that get a new account."),
			"movers":      ids("Worker ids whose account changes and stays in use."),
			"leavers":     ids("Worker ids whose account is disabled, or drops out of the accounts."),
			"rehires":     ids("Worker ids whose former account is taken into use again."),
			"orphans":     ids("Worker ids that accounts of the directory carry and no worker in the feed has."),
			"overridden":  ids("Worker ids for whom an override is in force."),
			"calendar":    ids("What will happen within 30 days if nothing changes, earliest first."),
			"warnings":    ids("What somebody should look at, and what stops nothing."),
			"report":      schema.StringAttribute{Computed: true, MarkdownDescription: "The decisions for people, as Markdown: counts by action and by cause, the riskiest first, with the reason for each person. Redacted attributes show no values."},
			"report_json": schema.StringAttribute{Computed: true, MarkdownDescription: "The same for policy engines, as JSON."},
		},
	}
	d.ownArguments(resp.Schema.Attributes)
}

// ownArguments adds what only one of the targets has.
func (d *accountsDataSource) ownArguments(attributes map[string]schema.Attribute) {
	const matters = "It matters for accounts whose worker is not in the feed, when several populations share a directory, and for a pilot with a few people. "
	if d.target.format.HasContainer {
		attributes["owned_containers"] = schema.ListAttribute{Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Containers below which accounts that carry a worker id belong to this population. " + matters + "The default is the whole domain; `[]` is nowhere."}
		return
	}
	attributes["owned_domains"] = schema.ListAttribute{Optional: true, ElementType: types.StringType,
		MarkdownDescription: "Domains of user principal names in which users that carry a worker id belong to this population. " + matters + "The default is the whole tenant; `[]` is nowhere."}
}

func (d *accountsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = configured(req.ProviderData, &resp.Diagnostics)
}

func (d *accountsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config accountsConfig = &adAccountsModel{}
	if d.target.format.Target == entraTarget.format.Target {
		config = &entraAccountsModel{}
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	dir, in, ok := d.input(config, &resp.Diagnostics)
	if !ok {
		return
	}
	result, err := roster.Decide(ctx, in)
	if err != nil {
		addProblems(&resp.Diagnostics, "No decision about the accounts", err)
		return
	}
	result.Warnings = append(result.Warnings, dir.Notes()...)
	for i, warning := range result.Warnings {
		if i == maxProblems {
			resp.Diagnostics.AddWarning("Something to look at", fmt.Sprintf("… and %d more; the output warnings has all of them.", len(result.Warnings)-i))
			break
		}
		resp.Diagnostics.AddWarning("Something to look at", warning)
	}
	config.common().record(result)
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}

// input gathers everything that the decision rests on.
func (d *accountsDataSource) input(config accountsConfig, diags *diag.Diagnostics) (userDirectory, roster.Input, bool) {
	m := config.common()
	workers, err := worker.Parse(m.Workers.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("workers"), "Invalid workers document", err.Error())
	}
	rules, err := mapping.ParseRules(m.Mapping.ValueString())
	var compiled *mapping.Mapping
	if err == nil && rules.Target != d.target.format.Target {
		err = fmt.Errorf("these rules are for the target %q, expected %q", rules.Target, d.target.format.Target)
	}
	if err == nil {
		compiled, err = mapping.Compile(rules, d.target.schema(), d.target.format)
	}
	if err != nil {
		addProblems(diags, "Invalid mapping", err)
	}
	if err == nil {
		addProblems(diags, "Unknown HR attribute", unknownSources(compiled, workers, m.Optional))
	}
	safeguards, overrides := m.Safeguards.expand(diags), expandOverrides(m.Overrides, diags)
	if diags.HasError() {
		return nil, roster.Input{}, false
	}
	dir, ok := d.target.open(d.data, diags)
	if !ok {
		return nil, roster.Input{}, false
	}
	dir.Need(compiled.TargetAttributes()...)
	in := roster.Input{
		Workers: workers, Mapping: compiled, AsOf: d.asOf(m.AsOf), Directory: dir.WithDeleted(), Format: d.target.format, WorkerIDAttribute: dir.WorkerIDAttribute(),
		Links: m.Links, Reserved: m.Reserved, OnDataError: m.OnDataError.ValueString(), OnUnmatched: m.OnUnmatched.ValueString(), MaxListed: int(m.MaxListed.ValueInt64()),
		Overrides: overrides, Safeguards: safeguards, ReuseDeletedNames: m.ReuseDeleted.ValueBool(), RestoreDeleted: d.target.restores && (m.RestoreDeleted.IsNull() || m.RestoreDeleted.ValueBool()),
	}
	if m.Partition != nil {
		in.Partition = roster.Partition{Shards: int(m.Partition.Shards.ValueInt64()), Size: int(m.Partition.Size.ValueInt64()), Attribute: m.Partition.Attribute.ValueString()}
	}
	if parts := config.parts(); parts != nil {
		in.Owned = func(e *directory.Existing) bool {
			return slices.ContainsFunc(parts, func(part string) bool { return d.target.partOf(e, part) })
		}
	}
	return dir, in, true
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

func (d *accountsDataSource) asOf(v types.String) time.Time {
	if at, err := parseMoment(v.ValueString()); err == nil {
		return at
	}
	return d.data.clock()
}

func (m *accountsModel) record(r *roster.Result) {
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
	m.Overridden = stringList(r.Overridden)
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
