// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/wording"
	"terraform-provider-workforce/internal/worker"
)

// hrSourceModel holds what the data sources of all HR systems share. It is
// embedded in theirs.
type hrSourceModel struct {
	Fields      map[string]string  `tfsdk:"fields"`
	Attributes  []string           `tfsdk:"attributes"`
	DateFormats []string           `tfsdk:"date_formats"`
	NoDate      []string           `tfsdk:"no_date_values"`
	TrueValues  []string           `tfsdk:"true_values"`
	FalseValues []string           `tfsdk:"false_values"`
	NullValues  []string           `tfsdk:"null_values"`
	Manager     types.String       `tfsdk:"manager_reference"`
	NoManager   []string           `tfsdk:"no_manager_values"`
	SelfManaged types.Bool         `tfsdk:"self_managed"`
	Trim        types.Bool         `tfsdk:"trim"`
	TimeZone    types.String       `tfsdk:"time_zone"`
	TimeZones   map[string]string  `tfsdk:"time_zones"`
	MinRecords  types.Int64        `tfsdk:"min_records"`
	MinFilled   map[string]float64 `tfsdk:"min_filled"`
	Sentinels   []string           `tfsdk:"sentinels"`
	AllowEmpty  types.Bool         `tfsdk:"allow_empty"`
	Primary     types.String       `tfsdk:"primary_column"`
	PrimaryOnly []string           `tfsdk:"primary_values"`

	JSON        types.String `tfsdk:"json"`
	Count       types.Int64  `tfsdk:"worker_count"`
	Fingerprint types.String `tfsdk:"fingerprint"`
	LeftOut     types.List   `tfsdk:"left_out"`
	Warnings    types.List   `tfsdk:"warnings"`
}

// hrReader is embedded in the data sources of HR systems.
type hrReader struct{ data *providerData }

func (d *hrReader) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = configured(req.ProviderData, &resp.Diagnostics)
}

// managerFound says how managers are found by manager_reference.
const managerFound = " Managers are found by it, ignoring case and blanks around it, and replaced by their worker ids; " +
	"managers who have left count too. A worker whose manager could be several workers is set aside: no one is guessed. " +
	"A manager whom no record has is a warning, and is treated like an unknown worker id."

// hrSourceSchema returns the attributes that all HR sources share, and more.
func hrSourceSchema(more map[string]schema.Attribute) map[string]schema.Attribute {
	texts := func(description string) schema.Attribute {
		return schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	flag := func(description string) schema.Attribute {
		return schema.BoolAttribute{Optional: true, MarkdownDescription: description}
	}
	out := map[string]schema.Attribute{
		"fields": schema.MapAttribute{Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Which column fills which canonical key: `worker_id` (required), `status`, `worker_type`, `hire_date`, `termination_date`, `last_day_of_work`, `on_leave`, `manager_id`, `time_zone`. " +
				"A key that is not mentioned is filled by the column of exactly its name, if there is one; a key mapped to `\"\"` by none."},
		"attributes": texts("Columns that become attributes of the workers, for rules to read. Unset: all columns that fill no " +
			"canonical key, except sensitive ones: national id, birth date, nationality, home address, salary, bank account, health, " +
			"religion, union, performance, reason for leaving and the like, " +
			"recognised by their names, or by the labels that the source gives them, in several languages. " +
			"A column that is named here is read, whatever it holds. Everything that is read ends up in the state: `attributes` = " +
			"the `source_attributes` of the mapping, through a local value, reads what the rules need and nothing else. " +
			"Canonical keys are always there, whether they are named here or not."),
		"date_formats": texts("Formats of dates, such as `yyyy-MM-dd`, `dd.MM.yyyy` or `M/d/yyyy`. " +
			"The default is `yyyy-MM-dd`, with or without an offset, and RFC 3339. " +
			"A date that does not exist, or that two formats read differently, sets its worker aside; where many or all cannot be read, " +
			"it is an error."),
		"no_date_values": texts("Values that mean no date. The default is `9999-12-31` and `0000-00-00`, the second also as zeros in " +
			"another format, such as `00.00.0000`. An end date of `1900-01-01`, which programs write where there is none, sets its worker " +
			"aside unless it is named here; where many workers have it, it is an error that says what to write."),
		"true_values":  texts("Words for true, ignoring case. The default is `true`, `yes`, `y`, `1` and `t`."),
		"false_values": texts("Words for false, ignoring case. The default is `false`, `no`, `n`, `0` and `f`."),
		"null_values":  texts("Texts that mean no value in every column, such as `NULL`. The default is none but the empty text."),
		"manager_reference": hrOptionalText("What `manager_id` holds: `worker_id`, the worker id of the manager, is the default; " +
			"otherwise the name of the column in which the manager's own record has it, such as the column of the e-mail address " +
			"or of the name." + managerFound),
		"no_manager_values": texts("Values of `manager_id` that mean no manager. The default is none but the empty text."),
		"self_managed":      flag("Whether a worker who is their own manager has none, as some systems mark the head of the company. The default is false: such a worker is set aside."),
		"trim":              flag("Whether white space at both ends of values is removed. The default is true."),
		"time_zone":         schema.StringAttribute{Optional: true, MarkdownDescription: "IANA time zone of workers whose record has none, such as `Europe/Berlin`. Unset: the mapping's default."},
		"time_zones":        schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Other names of time zones, such as `W. Europe Standard Time` or the code of a site, with the IANA name of each."},
		"min_records":       schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.AtLeast(0)}, MarkdownDescription: "Least number of records. Fewer are an error: half a file must not make people leavers. The default is 1."},
		"min_filled": schema.MapAttribute{Optional: true, ElementType: types.Float64Type, MarkdownDescription: "Least share of records, from 0 to 1, with a value, by column. " +
			"A column that fills a canonical key and is empty in every record is always reported: `status` and `hire_date` as an error, " +
			"`worker_type` of a file or a query too, and the others as a warning. 0 says that the column may be empty."},
		"sentinels": texts("Worker ids that must be among the records."),
		"primary_column": schema.StringAttribute{Optional: true, MarkdownDescription: "Column that marks the primary record of a worker who has several, such as one for each contract. The other records of the worker are left out. " +
			"Unset: a worker id that comes twice is an error. Contracts that each have an id of their own are joined by `workforce_hr_merge` with `person_key` instead."},
		"primary_values": texts("Values of `primary_column` that mark the primary record, ignoring case. The default is `true`, `yes`, `y`, `1` and `t`."),
		"allow_empty":    flag("Whether a source without any record is accepted. The default is false."),

		"json": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "The workers, as one canonical document " +
			"for `workforce_ad_accounts` and `workforce_hr_merge`. It is personal data: plans and outputs do not show it, and the state has it once, here. " +
			"An expression that takes it apart shows what it gets by `nonsensitive()`. The same workers give the same bytes. A worker with values that cannot be read has `problems`, which say where and what; the accounts data sources set such workers aside."},
		"worker_count": schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of workers."},
		"fingerprint":  schema.StringAttribute{Computed: true, MarkdownDescription: "SHA-256 of `json`, in hex. Two sources have the same fingerprint exactly if they say the same."},
		"left_out":     schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Columns left out because their names say that they are sensitive."},
		"warnings":     schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "What looks wrong in HR data that was accepted all the same, such as managers who are not among the workers."},
	}
	maps.Copy(out, more)
	return out
}

// saveWorkers puts what was read into the model m and the state, or says under a
// title why there is nothing.
func saveWorkers(ctx context.Context, data *providerData, resp *datasource.ReadResponse, m interface {
	record(r *source.Result, diags *diag.Diagnostics)
	readWhole() (fingerprint string, whole bool)
}, result *source.Result, err error, title string) {
	if files, ok := m.(interface{ secretFiles() []string }); ok {
		warnSecretFiles(&resp.Diagnostics, files.secretFiles()...)
	}
	if err != nil {
		addProblems(&resp.Diagnostics, title, err)
		return
	}
	m.record(result, &resp.Diagnostics)
	if fingerprint, whole := m.readWhole(); whole {
		data.whole.note(fingerprint)
	}
	resp.Diagnostics.Append(setWithoutSecrets(ctx, &resp.State, m)...)
}

// setWithoutSecrets puts a model into the state, but for the arguments that are
// sensitive: they were needed to read, and nothing of a data source is compared
// with its configuration afterwards.
func setWithoutSecrets(ctx context.Context, state *tfsdk.State, model any) diag.Diagnostics {
	diags := state.Set(ctx, model)
	if !diags.HasError() {
		diags.Append(withoutSecrets(ctx, state)...)
	}
	return diags
}

// withoutSecrets takes the arguments that are sensitive out of a state. What was read, such as the workers document, stays.
func withoutSecrets(ctx context.Context, state *tfsdk.State) (diags diag.Diagnostics) {
	raw, err := tftypes.Transform(state.Raw, func(at *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if a, err := state.Schema.AttributeAtTerraformPath(ctx, at); err == nil && a.IsSensitive() && !a.IsComputed() {
			return tftypes.NewValue(v.Type(), nil), nil
		}
		return withoutKeyInside(at, v) // elements of collections have no schema of their own
	})
	if err != nil {
		diags.AddError("Secrets cannot be kept out of the state", err.Error())
		return diags
	}
	state.Raw = raw
	return diags
}

// withoutKeys leaves canonical keys out of a list of attributes: they are always there, and what a mapping reads
// names them too. nil stays nil, which means all columns.
func withoutKeys(attributes []string) []string {
	return slices.DeleteFunc(slices.Clone(attributes), func(name string) bool { return slices.Contains(worker.Fields, name) })
}

// harmless are parameters of a request for a token that say what is asked for, not who asks.
var harmless = []string{"audience", "resource", "scope", "grant_type", "response_type", "company_id", "tenant"}

// withoutKeyInside takes out of arguments that are no secrets what may be one in them: the query of an address
// and the parameters that a token is asked for with.
func withoutKeyInside(at *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
	steps := at.Steps()
	if len(steps) == 0 || !v.IsKnown() || v.IsNull() || !v.Type().Is(tftypes.String) {
		return v, nil
	}
	var text string
	if err := v.As(&text); err != nil {
		return v, err
	}
	switch last := steps[len(steps)-1].(type) {
	case tftypes.AttributeName:
		if last == "path" || last == "token_url" {
			text, _, _ = strings.Cut(text, "?")
			return tftypes.NewValue(tftypes.String, text), nil
		}
	case tftypes.ElementKeyString:
		if len(steps) > 1 && steps[len(steps)-2] == tftypes.AttributeName("parameters") && !slices.Contains(harmless,
			strings.ToLower(string(last))) {
			return tftypes.NewValue(tftypes.String, nil), nil
		}
	}
	return v, nil
}

func (m *hrSourceModel) spec() source.Spec {
	return source.Spec{
		Fields: m.Fields, Attributes: withoutKeys(m.Attributes), DateFormats: m.DateFormats, NoDate: m.NoDate, TrueValues: m.TrueValues,
		FalseValues: m.FalseValues,
		NullValues:  m.NullValues, ManagerReference: m.Manager.ValueString(),
		NoManager: m.NoManager, SelfManaged: m.SelfManaged.ValueBool(), KeepSpace: !m.Trim.IsNull() && !m.Trim.ValueBool(),
		TimeZone: m.TimeZone.ValueString(), TimeZones: m.TimeZones, AllowEmpty: m.AllowEmpty.ValueBool(), MinRecords: int(m.MinRecords.ValueInt64()),
		MinFilled: m.MinFilled, Sentinels: m.Sentinels, MaxProblems: maxProblems, PrimaryColumn: m.Primary.ValueString(), PrimaryValues: m.PrimaryOnly,
	}
}

// record puts what a source read into the model.
func (m *hrSourceModel) record(r *source.Result, diags *diag.Diagnostics) {
	doc, fingerprint, err := source.Document(r.Workers)
	if err != nil {
		diags.AddError("The workers document cannot be written", err.Error())
		return
	}
	m.JSON, m.Fingerprint, m.Count = types.StringValue(doc), types.StringValue(fingerprint), types.Int64Value(int64(len(r.Workers)))
	m.LeftOut, m.Warnings = stringList(r.LeftOut), stringList(r.Warnings)
	if len(r.Warnings) > 0 {
		diags.AddWarning("The HR data was accepted with "+wording.Count(len(r.Warnings), "warning"), listed(r.Warnings))
	}
}

// readWhole reports that no argument says which columns to let in, and the fingerprint of what was read.
func (m *hrSourceModel) readWhole() (fingerprint string, whole bool) {
	return m.Fingerprint.ValueString(), m.Attributes == nil
}
