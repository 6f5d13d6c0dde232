// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/reconcile"
	"terraform-provider-workforce/internal/roster"
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
	ownedContainers
}

type entraAccountsModel struct {
	accountsModel
	ownedDomains
}

func (m *accountsModel) common() *accountsModel { return m }

type accountsModel struct {
	populationInput
	reportInput
	Reserved     map[string][]string `tfsdk:"reserved"`
	TakenNames   map[string]string   `tfsdk:"taken_names"`
	ReuseDeleted types.Bool          `tfsdk:"reuse_deleted_names"`
	Overrides    []string            `tfsdk:"overrides"`
	Only         []string            `tfsdk:"only"`
	OnProblem    types.String        `tfsdk:"on_problem"`
	OnUnmatched  types.String        `tfsdk:"on_unmatched"`
	Safeguards   *safeguardsModel    `tfsdk:"safeguards"`
	Partition    *partitionModel     `tfsdk:"partition"`
	Accounts     types.Map           `tfsdk:"accounts"`
	Partitions   types.Map           `tfsdk:"partitions"`
	Names        types.String        `tfsdk:"names"`
	ObjectIDs    types.Map           `tfsdk:"object_ids"`
	Joiners      types.List          `tfsdk:"joiners"`
	Movers       types.List          `tfsdk:"movers"`
	Leavers      types.List          `tfsdk:"leavers"`
	Rehires      types.List          `tfsdk:"rehires"`
	Orphans      types.List          `tfsdk:"orphans"`
	SetAside     types.List          `tfsdk:"set_aside"`
	KeptDisabled types.List          `tfsdk:"kept_disabled"`
	Overridden   types.List          `tfsdk:"overridden"`
	Calendar     types.List          `tfsdk:"calendar"`
	Warnings     types.List          `tfsdk:"warnings"`
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
	ids := func(description string) schema.ListAttribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	documents := types.MapType{ElemType: types.StringType}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Decides what a population of workers means for the accounts of " + d.target.title + ": evaluates the rules for everybody, matches workers with existing accounts, chooses free names, follows the lifecycle, " +
			"and checks everything that the directory would refuse. It writes nothing. What concerns one person sets that person aside, and everybody else goes on; the safeguards stop the plan before anybody is touched. " +
			"An account that somebody disabled is enabled only where the worker's own story says why it was disabled, see `kept_disabled`. " +
			"The [glossary](../guides/glossary.md) has the words, [Lifecycle](../guides/lifecycle.md) what follows from status words and dates.",
		Attributes: map[string]schema.Attribute{
			"reserved": schema.MapAttribute{Optional: true, ElementType: types.ListType{ElemType: types.StringType},
				Validators:          []validator.Map{mapvalidator.NoNullValues(), mapvalidator.ValueListsAre(listvalidator.NoNullValues())},
				MarkdownDescription: "Names that no new account may get, by target attribute, or by `*` for every unique attribute, ignoring case. A name without `@` also reserves the part before the `@` of longer names."},
			"taken_names": schema.MapAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.Map{mapvalidator.NoNullValues()},
				MarkdownDescription: "Names that accounts of other directories have, by a label of your choice for each directory. A value is the " +
					"output `names` of another accounts data source, of `workforce_ad_names` or of `workforce_entra_names`, or a JSON object of worker " +
					"id by name, with null for an account without a worker. " +
					"No new account gets one, unless the worker id is its own, so that somebody who moves between directories keeps their address. User principal names and mail addresses share one name space. " +
					"A person whose rule has no other address to offer is set aside. An address that two accounts have already is a warning."},
			"reuse_deleted_names": schema.BoolAttribute{Optional: true,
				MarkdownDescription: "Whether new accounts may get names that deleted accounts still hold. Such a deleted account could then not be " +
					"restored under its old name. The default is false. " +
					"The provider knows the deleted accounts that its own account may read; a warning says when it may read none."},
			"overrides": schema.ListAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.List{listvalidator.NoNullValues()},
				MarkdownDescription: "The `json` of `workforce_override` resources, which win over the rules. Pass them through a local value, like " +
					"the rules, so that the plan shows what they do. One that has expired is a warning, and so is one about a worker id that neither " +
					"the feed nor the directory has."},
			"only": schema.ListAttribute{Optional: true, ElementType: types.StringType,
				Validators: []validator.List{listvalidator.SizeAtLeast(1), listvalidator.NoNullValues(),
					listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
				MarkdownDescription: "Worker ids, ignoring case, that this run decides about, such as one person who cannot wait for the next run of " +
					"everybody (Microsoft calls it provision on demand). The default, null, is everybody; an empty list is an error. " +
					"`workers` stays the whole feed. Everybody else keeps the account exactly as it is: nobody else is created, changed, disabled, " +
					"deleted, released, set aside or counted as absent, and their documents in `accounts` say what the accounts have. " +
					"Names are unique against everybody, limits count the named people, and percentages are of everybody. The report says on its " +
					"first lines that it is partial. An id that nobody has is an error. " +
					"Remove the argument after the run: the next plan of everybody changes nothing more about these people."},
			"on_problem": schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf(roster.ProblemSetAside, roster.ProblemStop)},
				MarkdownDescription: "What happens when something is wrong with one person: an HR record that cannot be evaluated, an unknown status word, an account that is not clearly theirs, a name that cannot be given, a value or container that the directory does not take. " +
					"`set_aside`, the default, sets that person aside: their account stays as it is, except that access they must lose is taken; no " +
					"account is created for them; `set_aside` and the first page of the report name them. `max_set_aside` limits how many. `stop` " +
					"stops the plan and names all of them."},
			"on_unmatched": schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf(roster.UnmatchedCreate, roster.UnmatchedReport)},
				MarkdownDescription: "What happens when a worker who should have an account matches none: `create`, the default, creates one; " +
					"`report` creates nothing and reports the worker, which is meant for the time in which accounts that exist already are taken over. " +
					"For a first look at a directory that exists already there is `workforce_" + d.target.prefix + "_correlation`."},
			"safeguards": safeguardsSchema(d.target.ownedArgument()),
			"partition": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "How `partitions` divides the accounts. Without it `partitions` is null.",
				Attributes: map[string]schema.Attribute{
					"shards":    schema.Int64Attribute{Optional: true, MarkdownDescription: "Divide by a hash of the worker id into that many parts. Nobody moves to another part as long as the number stays."},
					"size":      schema.Int64Attribute{Optional: true, MarkdownDescription: "Divide by a hash of the worker id into parts of about that size. When the population outgrows it, half of the people move to a new part."},
					"attribute": schema.StringAttribute{Optional: true, MarkdownDescription: "Divide by the value of a target attribute, or by `container`. A mover then changes parts."},
				},
			},
			"accounts": schema.MapAttribute{Computed: true, ElementType: types.StringType,
				MarkdownDescription: "The accounts that the population should have, by worker id: for `accounts` of " +
					"`workforce_" + d.target.prefix + "_population`. Each is a JSON text that says everything about the account, also that it is to be " +
					"disabled or deleted. " +
					"A worker is missing only where there is nothing to manage: no account, and none to create."},
			"partitions": schema.MapAttribute{Computed: true, ElementType: documents, MarkdownDescription: "The same accounts divided as `partition` says: for `for_each` of `workforce_" + d.target.prefix +
				"_population` beyond 20,000 people. " +
				"Null without `partition`, because the same accounts would stand in the plan and the state twice."},
			"names":      schema.StringAttribute{Computed: true, MarkdownDescription: "User principal names and mail addresses of the accounts that carry a worker id or get one, before and after this run, as a JSON object of worker id by name in lower case: for `taken_names` of another data source."},
			"object_ids": schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Object id (objectGUID in Active Directory) by worker id, of the accounts that exist: for sending the directory's id back to the HR system."},
			"joiners":    ids("Worker ids that get a new account."),
			"movers":     ids("Worker ids whose account changes and stays in use."),
			"leavers":    ids("Worker ids whose account is disabled or deleted by this run, because they have left, are absent or out of scope by policy, or by an override."),
			"rehires":    ids("Worker ids whose former account is taken into use again."),
			"orphans":    ids("Worker ids that accounts of the directory carry and no worker in the feed has."),
			"set_aside":  ids("Worker ids of people with whom something is wrong, whose accounts stay as they are except that access they must lose is taken. The report says what is wrong and what to do. An account that is protected, and that the rules would change, is among them."),
			"kept_disabled": ids("Worker ids of people who work by the HR record and whose account stays disabled all the same: it was disabled while they worked, so that somebody disabled it for a reason that HR does not know, or a column of the feed came empty. " +
				"A `workforce_override` with `enabled = true`, or the action that enables users, enables it."),
			"overridden": ids("Worker ids for whom an override is in force."),
			"calendar":   ids("What will happen within 30 days if nothing changes, earliest first."),
			"warnings":   ids("Everything that the run warns of. Terraform shows the first of them below the plan; none stops it."),
		},
	}
	maps.Copy(resp.Schema.Attributes, d.target.inputAttributes())
	maps.Copy(resp.Schema.Attributes, reportAttributes(d.target))
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
	config.common().write(ctx, d.target, d.data, dir, in, result, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	title := d.target.title + " accounts: check this before you apply"
	for i, warning := range result.Warnings {
		if i == maxProblems {
			resp.Diagnostics.AddWarning(title, fmt.Sprintf("… and %d more; the output warnings has all of them.", len(result.Warnings)-i))
			break
		}
		resp.Diagnostics.AddWarning(title, warning)
	}
	d.data.whole.warnUnread(config.common().Workers.ValueString(), in, &resp.Diagnostics)
	report(d.data.addresses.Note(d.target.title, result.Names, result.Gained, result.NamesHidden), atAccounts, &resp.Diagnostics)
	d.data.labels.note(d.target.format.Target, in.Mapping)
	d.data.verdicts.Note(d.target.format.Target, verdicts(result.Unmanaged))
	d.data.verdicts.NoteDocuments(d.target.format.Target, result.Documents, result.ObjectIDs, result.Barred)
	d.data.wanted.Note(d.target.format.Target, result.Documents)
	if result.Partial != nil {
		d.data.verdicts.NotePartial(d.target.format.Target)
	}
	config.common().record(result)
	config.common().forget()
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}

// verdicts are why accounts have no document, for populations that managed them.
func verdicts(unmanaged map[string]roster.Unmanaged) map[string]reconcile.Verdict {
	out := make(map[string]reconcile.Verdict, len(unmanaged))
	for object, u := range unmanaged {
		out[object] = reconcile.Verdict{Kind: u.Kind, Worker: u.WorkerID, Reason: u.Reason}
	}
	return out
}

// input gathers everything that the decision rests on.
func (d *accountsDataSource) input(config accountsConfig, diags *diag.Diagnostics) (userDirectory, roster.Input, bool) {
	m := config.common()
	safeguards, overrides := m.Safeguards.expand(diags), expandOverrides(m.Overrides, diags)
	elsewhere := expandNames(m.TakenNames, diags)
	dir, in, ok := m.expand(d.target, d.data, config.parts(), diags)
	if !ok {
		return nil, in, false
	}
	in.Safeguards, in.Overrides, in.Reserved, in.ReuseDeletedNames = safeguards, overrides, m.Reserved, m.ReuseDeleted.ValueBool()
	in.Elsewhere = elsewhere
	in.Only, in.OnProblem, in.OnUnmatched, in.Now = m.Only, m.OnProblem.ValueString(), m.OnUnmatched.ValueString(), d.data.clock()
	if c, ok := dir.(reconcile.ChangeChecker); ok {
		in.Refuses = c.Check
	}
	if l, ok := dir.(reconcile.Allotter); ok {
		in.Allots = l.CheckLicenses
	}
	if m.Partition != nil {
		in.Partition = roster.Partition{Shards: int(m.Partition.Shards.ValueInt64()), Size: int(m.Partition.Size.ValueInt64()), Attribute: m.Partition.Attribute.ValueString()}
	}
	return dir, in, true
}

// expandNames reads the names of other directories.
func expandNames(taken map[string]string, diags *diag.Diagnostics) map[string]map[string]string {
	out := make(map[string]map[string]string, len(taken))
	for label, text := range taken {
		names, err := roster.ParseNames(text)
		if err != nil {
			diags.AddAttributeError(path.Root("taken_names").AtMapKey(label), "Invalid names", fmt.Sprintf("taken_names[%q]: %v.", label, err))
		}
		out[label] = names
	}
	return out
}

func (m *accountsModel) record(r *roster.Result) {
	m.Accounts = stringMap(r.Documents)
	m.Partitions = types.MapNull(types.MapType{ElemType: types.StringType})
	if m.Partition != nil {
		m.Partitions = stringMaps(r.Partitions)
	}
	m.ObjectIDs, m.Names = stringMap(r.ObjectIDs), types.StringValue(roster.FormatNames(r.Names))
	m.Joiners, m.Movers, m.Leavers, m.Rehires, m.Orphans = stringList(r.Joiners), stringList(r.Movers), stringList(r.Leavers), stringList(r.Rehires), stringList(r.Orphans)
	m.Overridden, m.SetAside, m.KeptDisabled = stringList(r.Overridden), stringList(r.SetAside), stringList(r.KeptDisabled)
	events := make([]string, len(r.Calendar))
	for i, e := range r.Calendar {
		events[i] = fmt.Sprintf("%s %s (%s): %s", e.At.Format("2006-01-02 15:04 MST"), e.WorkerID, e.Name, e.What)
	}
	m.Calendar, m.Warnings = stringList(events), stringList(r.Warnings)
}
