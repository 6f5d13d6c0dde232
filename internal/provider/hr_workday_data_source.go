// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/objectvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/workday"
	"terraform-provider-workforce/internal/worker"
)

var (
	_ datasource.DataSource              = (*hrWorkdayDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*hrWorkdayDataSource)(nil)
)

func newHRWorkdayDataSource() datasource.DataSource { return &hrWorkdayDataSource{} }

// hrWorkdayDataSource reads workers from Workday.
type hrWorkdayDataSource struct{ hrReader }

type hrWorkdayModel struct {
	Tenant                   types.String        `tfsdk:"tenant"`
	Version                  types.String        `tfsdk:"version"`
	Username                 types.String        `tfsdk:"username"`
	Password                 types.String        `tfsdk:"password"`
	ClientID                 types.String        `tfsdk:"client_id"`
	ClientSecret             types.String        `tfsdk:"client_secret"`
	RefreshToken             types.String        `tfsdk:"refresh_token"`
	TokenURL                 types.String        `tfsdk:"token_url"`
	AsOf                     types.String        `tfsdk:"as_of"`
	HorizonDays              types.Int64         `tfsdk:"horizon_days"`
	ExcludeEmployees         types.Bool          `tfsdk:"exclude_employees"`
	ExcludeContingentWorkers types.Bool          `tfsdk:"exclude_contingent_workers"`
	ExcludeInactive          types.Bool          `tfsdk:"exclude_inactive"`
	XPaths                   map[string]string   `tfsdk:"xpaths"`
	PageSize                 types.Int64         `tfsdk:"page_size"`
	Concurrency              types.Int64         `tfsdk:"concurrency"`
	Report                   *workdayReportModel `tfsdk:"report"`
	hrConnectionModel
	hrSourceModel
}

type workdayReportModel struct {
	Owner      types.String      `tfsdk:"owner"`
	Name       types.String      `tfsdk:"name"`
	Format     types.String      `tfsdk:"format"`
	Parameters map[string]string `tfsdk:"parameters"`
}

const workdayPrefix = "WORKFORCE_WORKDAY"

// defaultHorizonDays is how far ahead hires and terminations are looked for, unless configured.
const defaultHorizonDays = 30

func (d *hrWorkdayDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_workday"
}

func (d *hrWorkdayDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := workdaySignInSchema()
	maps.Copy(attributes, workdayReadSchema())
	resp.Schema = schema.Schema{
		MarkdownDescription: "Workers from Workday: all of them as of one moment by the web service `Human_Resources` (SOAP, operation `Get_Workers`), or the rows of a custom report (Reports-as-a-Service).\n\n" +
			"By `Get_Workers`, the canonical keys fill themselves: `worker_id` from Worker_ID; `status` is `Active`, `Terminated`, `Retired` or `Inactive`; `worker_type` is `Employee` or `Contingent Worker`; the dates are those of Worker_Status_Data, " +
			"for contingent workers the end of the contract where they are not terminated; `on_leave` from Leave_Status_Data; `manager_id` is the worker id of the nearest manager in the chain of supervisory organisations who is not the worker; " +
			"`time_zone` by the `Location_ID` of the site, for those that `time_zones` lists. The attributes have the names and XPaths of Microsoft's connector, so that existing mapping expressions keep working: dates with their offset, booleans as `1` and `0`; " +
			"`ManagerReference` is the manager's worker id. Where an XPath finds several phones, mail or postal addresses, the primary one counts. In a report, `fields` says which column is what.\n\n" +
			"Pages that do not fit together, answers that are cut off and numbers that lie are errors: half a population is never taken for a whole one.",
		Attributes: hrConnectionSchema(workdayPrefix, "URL of the host, such as `https://wd3-services1.workday.com`, or of the service as Microsoft's connector takes it, such as `https://wd3-services1.workday.com/ccx/service/acme/Human_Resources/v44.2`.", attributes),
	}
}

// workdaySignInSchema returns which tenant it is and how to sign in.
func workdaySignInSchema() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"tenant":        hrText("Name of the tenant. The default is that in `url` or behind the @ of `username`.", workdayPrefix+"_TENANT"),
		"version":       hrOptionalText("Version of the web service. The default is that in `url`, or `" + workday.DefaultVersion + "`. XPaths for versions below 30 differ; both sets are known."),
		"username":      hrText("User name of an integration system user, with or without `@tenant`.", workdayPrefix+"_USERNAME"),
		"password":      hrSecret("Password of the user.", workdayPrefix+"_PASSWORD"),
		"client_id":     hrText("Id of an API client for integrations, instead of a user.", workdayPrefix+"_CLIENT_ID"),
		"client_secret": hrSecret("Secret of the API client.", workdayPrefix+"_CLIENT_SECRET"),
		"refresh_token": hrSecret("Refresh token of the API client.", workdayPrefix+"_REFRESH_TOKEN"),
		"token_url":     hrOptionalText("Where access tokens are given out. The default is `/ccx/oauth2/{tenant}/token` on the host."),
	}
}

// workdayReadSchema returns what to read.
func workdayReadSchema() map[string]schema.Attribute {
	flag := func(description string) schema.Attribute {
		return schema.BoolAttribute{Optional: true, MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		"as_of": schema.StringAttribute{Optional: true, MarkdownDescription: "Effective date of what is read, such as `2026-11-22`. The default is today in `time_zone`, or else in UTC."},
		"horizon_days": hrCountBetween("How many days ahead hires and terminations are looked for: Workday tells neither as of today. A worker who starts in that time is read as of the hire date; of those who leave, `termination_date` and `last_day_of_work` are known in advance, as long as `fields` does not fill them from attributes, which say what is so today. "+
			"The default is 30; 0 looks only at the day itself.", 0, workday.MaxHorizonDays),
		"exclude_employees":          flag("Whether employees are left out. The default is false."),
		"exclude_contingent_workers": flag("Whether contingent workers are left out. The default is false."),
		"exclude_inactive":           flag("Whether workers who have left are left out. The default is false: a worker who has left must be told from one who is missing."),
		"xpaths": schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Attributes beside those of Microsoft's connector, or instead of them: XPath 1.0 by name, beginning with `wd:Worker`. One that finds several values makes a list. " +
			"Only the parts of a worker that a wanted attribute is in are asked for."},
		"page_size":   hrCountBetween("Workers on a page. The default is 100.", 1, workday.MaxPageSize),
		"concurrency": hrCountBetween("Pages that are asked for at the same time. The default is 4.", 1, 16),
		"report": schema.SingleNestedAttribute{Optional: true,
			MarkdownDescription: "A custom report to read instead: of type Advanced, enabled as a web service. Its columns are the XML aliases; what is in a group is the column `Group.Column`. All rows come at once and nothing says how many there are: set `min_records`.",
			Validators: []validator.Object{objectvalidator.ConflictsWith(path.MatchRoot("as_of"), path.MatchRoot("horizon_days"), path.MatchRoot("xpaths"), path.MatchRoot("page_size"), path.MatchRoot("concurrency"), path.MatchRoot("exclude_employees"),
				path.MatchRoot("exclude_contingent_workers"), path.MatchRoot("exclude_inactive"), path.MatchRoot("version"))},
			Attributes: map[string]schema.Attribute{
				"owner":      schema.StringAttribute{Required: true, MarkdownDescription: "Account that owns the report, as in its URL."},
				"name":       schema.StringAttribute{Required: true, MarkdownDescription: "Name of the report, as in its URL."},
				"format":     schema.StringAttribute{Optional: true, MarkdownDescription: "`json`, `csv` or `xml`. The default is `json`.", Validators: []validator.String{stringvalidator.OneOf(workday.Formats...)}},
				"parameters": schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Values of the report's prompts, by XML alias, such as `Effective_as_of_Date`."},
			}},
	}
}

// config returns the configuration, with what the environment adds to it.
func (m *hrWorkdayModel) config() workday.Config {
	text := func(v types.String, name string) string { return m.env(v, workdayPrefix, name) }
	c := workday.Config{
		Web: m.web(workdayPrefix), Tenant: text(m.Tenant, "TENANT"), Version: m.Version.ValueString(), TokenURL: m.TokenURL.ValueString(),
		AsOf: worker.Date(m.AsOf.ValueString()), HorizonDays: defaultHorizonDays, ExcludeEmployees: m.ExcludeEmployees.ValueBool(), ExcludeContingentWorkers: m.ExcludeContingentWorkers.ValueBool(),
		ExcludeInactive: m.ExcludeInactive.ValueBool(), XPaths: m.XPaths, PageSize: int(m.PageSize.ValueInt64()), Concurrency: int(m.Concurrency.ValueInt64()),
	}
	if !m.HorizonDays.IsNull() {
		c.HorizonDays = int(m.HorizonDays.ValueInt64())
	}
	// What is configured says which way to sign in; the environment fills that one only.
	user := !m.Username.IsNull() || !m.Password.IsNull()
	client := !m.ClientID.IsNull() || !m.ClientSecret.IsNull() || !m.RefreshToken.IsNull()
	if user || !client {
		c.Username, c.Password = text(m.Username, "USERNAME"), text(m.Password, "PASSWORD")
	}
	if client || !user {
		c.ClientID, c.ClientSecret, c.RefreshToken = text(m.ClientID, "CLIENT_ID"), text(m.ClientSecret, "CLIENT_SECRET"), text(m.RefreshToken, "REFRESH_TOKEN")
	}
	if m.Report != nil {
		c.Report = &workday.Report{Owner: m.Report.Owner.ValueString(), Name: m.Report.Name.ValueString(), Format: m.Report.Format.ValueString(), Parameters: m.Report.Parameters}
	}
	return c
}

func (d *hrWorkdayDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hrWorkdayModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	result, err := workday.Read(ctx, m.config(), m.spec(), d.data.clock())
	saveWorkers(ctx, d.data, resp, &m, result, err, "Workday cannot be used as the source of workers")
}
