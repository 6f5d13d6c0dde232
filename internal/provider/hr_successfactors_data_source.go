// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/successfactors"
	"terraform-provider-workforce/internal/worker"
)

var (
	_ datasource.DataSource              = (*hrSuccessFactorsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*hrSuccessFactorsDataSource)(nil)
)

func newHRSuccessFactorsDataSource() datasource.DataSource { return &hrSuccessFactorsDataSource{} }

// hrSuccessFactorsDataSource reads workers from SAP SuccessFactors.
type hrSuccessFactorsDataSource struct{ hrReader }

type hrSuccessFactorsModel struct {
	CompanyID      types.String      `tfsdk:"company_id"`
	Username       types.String      `tfsdk:"username"`
	Password       types.String      `tfsdk:"password"`
	ClientID       types.String      `tfsdk:"client_id"`
	PrivateKey     types.String      `tfsdk:"private_key"`
	Issuer         types.String      `tfsdk:"issuer"`
	NameFormat     types.String      `tfsdk:"name_format"`
	TokenURL       types.String      `tfsdk:"token_url"`
	AsOf           types.String      `tfsdk:"as_of"`
	HorizonDays    types.Int64       `tfsdk:"horizon_days"`
	TerminatedDays types.Int64       `tfsdk:"terminated_days"`
	Filter         types.String      `tfsdk:"filter"`
	Paths          map[string]string `tfsdk:"paths"`
	DateStyle      types.String      `tfsdk:"date_style"`
	PageSize       types.Int64       `tfsdk:"page_size"`
	Concurrency    types.Int64       `tfsdk:"concurrency"`
	hrConnectionModel
	hrSourceModel
}

const successFactorsPrefix = "WORKFORCE_SUCCESSFACTORS"

func (d *hrSuccessFactorsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_successfactors"
}

func (d *hrSuccessFactorsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := successFactorsSignInSchema()
	maps.Copy(attributes, successFactorsReadSchema())
	resp.Schema = schema.Schema{
		MarkdownDescription: "Workers from SAP SuccessFactors Employee Central, by OData v2 of `PerPerson`: everybody who works there, has worked there or starts soon, as of one date.\n\n" +
			"The canonical keys fill themselves: `worker_id` from personIdExternal; `status` is the external code of emplStatus in words: `Active` (A), `Unpaid leave` (U), `Paid leave` (P), `Suspended` (S), `Dormant` (D), `Furlough` (F), `Discarded` (O), `Retired` (R), `Terminated` (T), `Reported no show` (RNS), and other codes as they are; the attribute `emplStatus` has the code itself; `worker_type` is `Employee` or `Contingent Worker`; `hire_date`, `termination_date` and `last_day_of_work` " +
			"are startDate, endDate and lastDateWorked of the employment; `on_leave` is true for `U` and `P`; `manager_id` is the person id of the user that the job names as manager; `time_zone` is that of the job or of the user.\n\n" +
			"Of several employments of a person one counts: those that go on come before those that begin within the horizon and those that are over, standard assignments before global ones, active ones before others, the newest first. " +
			"Its job is the one in force on the date, with the highest sequence number of that day.\n\n" +
			"The attributes have the names of Microsoft's connector, so that existing mapping expressions keep working: dates as `11/22/2026 12:00:00 AM` (see `date_style`), booleans as `True` and `False`, `managerId` as the person id of the manager. " +
			"`emplStatus`, `employeeClass`, `employmentType`, `phoneType` and `emailType` are the external codes of picklist options, not their ids. The fields that each company fills otherwise (`custom01` to `custom15`, `empNavCustomString1` and `empJobNavCustomString1` to `15`, `customString13`) are read if `attributes` names them. " +
			"Only the entities that a wanted attribute is in are asked for.\n\n" +
			"Pages that do not fit together, answers that are cut off, numbers that lie and entities that the API user may not read are errors: half a population is never taken for a whole one.",
		Attributes: hrConnectionSchema(successFactorsPrefix, "URL of the API server, such as `https://api4.successfactors.com`.", attributes),
	}
}

// successFactorsSignInSchema returns which company it is and how to sign in.
func successFactorsSignInSchema() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"company_id":  hrText("Id of the company, as it is entered to sign in.", successFactorsPrefix+"_COMPANY_ID"),
		"username":    hrText("API user, with or without `@` and the company id. With `client_id`, the user in the name of whom the client reads.", successFactorsPrefix+"_USERNAME"),
		"password":    hrSecret("Password of the API user, for basic authentication.", successFactorsPrefix+"_PASSWORD"),
		"client_id":   hrText("API key of an OAuth 2 client application, instead of a password.", successFactorsPrefix+"_CLIENT_ID"),
		"private_key": hrSecret("RSA key in PEM, 2048 bits or more, whose certificate is registered for the OAuth client. It signs the SAML assertion by which tokens are asked for.", successFactorsPrefix+"_PRIVATE_KEY"),
		"issuer":      hrOptionalText("Issuer of the assertion. The default is `" + successfactors.DefaultIssuer + "`."),
		"name_format": hrOptionalText("What `username` is in the assertion: `user_id` (the default), `username` or `email`.", stringvalidator.OneOf("user_id", "username", "email")),
		"token_url":   hrOptionalText("Where tokens are given out. The default is `/oauth/token` on the API server."),
	}
}

// successFactorsReadSchema returns what to read.
func successFactorsReadSchema() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"as_of": schema.StringAttribute{Optional: true, MarkdownDescription: "Date of what is read, such as `2026-11-22`. The default is today in `time_zone`, or else in UTC."},
		"horizon_days": hrCountBetween("How many days ahead hires are looked for. A worker who starts in that time is read as of the first day of work, since SuccessFactors shows neither name nor job before. The default is 30; 0 looks for none.",
			0, successfactors.MaxHorizonDays),
		"terminated_days": hrCountBetween("How many days ago those who have left may have left at most. Unset: everybody who ever worked there is read. Choose more than the retention of accounts: a worker who is missing is not taken for a leaver.", 1, 36525),
		"filter":          schema.StringAttribute{Optional: true, MarkdownDescription: "Condition of OData that persons must meet besides, such as `employmentNav/jobInfoNav/company eq '1000'`."},
		"paths": schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Attributes beside those of Microsoft's connector, or instead of them: JSONPaths by name, as the connector takes them, such as `$.employmentNav.results[0].jobInfoNav.results[0].customString35`. " +
			"They see the person as SuccessFactors sends it: `results[0]` is the first employment there, which is not always the one that counts. A path that finds several values makes a list."},
		"date_style": schema.StringAttribute{Optional: true, MarkdownDescription: "How dates in attributes are written: `microsoft` as Microsoft's connector does, such as `11/22/2026 12:00:00 AM` (the default), or `iso` as `2026-11-22`, and none for the open end 12/31/9999. The canonical keys are dates in any case.",
			Validators: []validator.String{stringvalidator.OneOf("microsoft", "iso")}},
		"page_size":   hrCountBetween("Persons on a page. The default is 200.", 1, successfactors.MaxPageSize),
		"concurrency": hrCountBetween("Requests for those who start soon that are under way at the same time. The default is 4. The pages of everybody else come one after another.", 1, 16),
	}
}

// config returns the configuration, with what the environment adds to it.
func (m *hrSuccessFactorsModel) config() successfactors.Config {
	text := func(v types.String, name string) string { return m.env(v, successFactorsPrefix, name) }
	c := successfactors.Config{
		Web: m.web(successFactorsPrefix), CompanyID: text(m.CompanyID, "COMPANY_ID"), Username: text(m.Username, "USERNAME"), Issuer: m.Issuer.ValueString(), Name: successfactors.Name(m.NameFormat.ValueString()),
		TokenURL: m.TokenURL.ValueString(), AsOf: worker.Date(m.AsOf.ValueString()), HorizonDays: defaultHorizonDays, TerminatedDays: int(m.TerminatedDays.ValueInt64()),
		Filter: m.Filter.ValueString(), Paths: m.Paths, ISODates: m.DateStyle.ValueString() == "iso", PageSize: int(m.PageSize.ValueInt64()), Concurrency: int(m.Concurrency.ValueInt64()),
	}
	if !m.HorizonDays.IsNull() {
		c.HorizonDays = int(m.HorizonDays.ValueInt64())
	}
	// What is configured says which way to sign in; the environment fills that one only.
	client := !m.ClientID.IsNull() || !m.PrivateKey.IsNull()
	if client || m.Password.IsNull() {
		c.ClientID, c.PrivateKeyPEM = text(m.ClientID, "CLIENT_ID"), text(m.PrivateKey, "PRIVATE_KEY")
	}
	if !client || !m.Password.IsNull() {
		c.Password = text(m.Password, "PASSWORD")
	}
	return c
}

func (d *hrSuccessFactorsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hrSuccessFactorsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	result, err := successfactors.Read(ctx, m.config(), m.spec(), d.data.clock())
	saveWorkers(ctx, d.data, resp, &m, result, err, "SuccessFactors cannot be used as the source of workers")
}
