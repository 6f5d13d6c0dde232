// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/review"
	"terraform-provider-workforce/internal/roster"
)

// reportDirectoryVariable names the directory that reports are written to.
const reportDirectoryVariable = "WORKFORCE_REPORT_DIRECTORY"

// reportInput are the arguments about the report and about what was approved.
type reportInput struct {
	MaxCharacters  types.Int64  `tfsdk:"max_characters"`
	ReportName     types.String `tfsdk:"report_name"`
	Approved       types.String `tfsdk:"approved"`
	ApprovedExempt []string     `tfsdk:"approved_exempt"`
	ReportUsage    types.Bool   `tfsdk:"report_usage"`
	ReportContacts types.Map    `tfsdk:"report_contacts"`
	Report         types.String `tfsdk:"report"`
	ReportJSON     types.String `tfsdk:"report_json"`
	Fingerprint    types.String `tfsdk:"fingerprint"`
}

var reportNames = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// reportAttributes is the schema of reportInput.
func reportAttributes(t target) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"max_characters": schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.AtLeast(review.MinCharacters)},
			MarkdownDescription: fmt.Sprintf("Largest number of characters of `report`. The default is %d, because a comment on a pull request of "+
				"GitHub holds at most 65,536; the least is %d. Of what does not fit, the report says how many people it leaves out. The riskiest stay.",
				review.DefaultMaxCharacters, review.MinCharacters)},
		"report_name": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.RegexMatches(reportNames, "expected letters, digits, dots, dashes and underscores")},
			MarkdownDescription: "Name of the files that this data source writes where the environment variable `" + reportDirectoryVariable + "` names a directory: `NAME.md`, `NAME.html` and `NAME.json`, with what `report`, the page for a browser and `report_json` hold, and `NAME.approval`, which stands for the decisions and holds no name and no value. " +
				"The default is `" + t.prefix + "`. Several of these data sources in one configuration need different names. The first three hold personal data. All can be read by their owner only."},
		"approved": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "What was approved: a `fingerprint`, or the path of the `.approval` file or of the `report_json` of the reviewed run. A run whose decisions do more than that stops and names the differences, because the feed may be newer than the review. " +
				"Decisions that were approved and are no longer due stop nothing. Null, the default, compares nothing."},
		"approved_exempt": schema.ListAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.List{listvalidator.UniqueValues(), listvalidator.ValueStringsAre(oneOf(review.Exempts...))},
			MarkdownDescription: "What may happen without being among `approved`: `joiners` (new accounts), `timely_leavers` (people who lose access within 7 days after the last day that HR gives) and `updates` (facts such as title or department of people who keep access; no names, addresses, groups, or accounts that are taken over). " +
				"People whom a question of the report is about are never exempt. There is one exception: a question about what leavers leave behind " +
				"(people, groups, privileged roles) does not hold up the end of their access. The default is nothing."},
		"report_usage": schema.BoolAttribute{Optional: true,
			MarkdownDescription: "Whether the report tells the last sign-in and the privileged groups and roles of accounts whose access changes or is in question, and asks about them. The default is true. " +
				"In Microsoft Entra ID it takes the permissions `AuditLog.Read.All` and `RoleManagement.Read.Directory`, and a licence of P1 for sign-ins; without them the report says so and goes on. " +
				"Active Directory knows a sign-in up to 14 days late."},
		"report_contacts": schema.MapAttribute{Optional: true, ElementType: types.StringType,
			Validators: []validator.Map{mapvalidator.KeysAre(oneOf(review.ContactNames()...))},
			MarkdownDescription: "Where those can be reached whom the questions of the report are for, such as an address or a channel: `hr` (who " +
				"keeps the HR records), `helpdesk` (who disables accounts by hand), `administrators` (of the directory), `security` (who can read " +
				"sign-ins), " +
				"`overrides` (who approves overrides) and `rules` (who keeps the configuration). The report tells them beside the questions. " +
				"Managers are named with their login."},
		"report": schema.StringAttribute{Computed: true,
			MarkdownDescription: "The decisions for people, as Markdown. It begins with one page: sums, what stands out, who is set aside and " +
				"what to do, and questions that are answered by yes or no, the riskiest first, each with whom to ask and what to do if the answer is " +
				"no. Then come everybody with name, title, department, place and manager, as far as `max_characters` allows. " +
				"Redacted attributes show no values."},
		"report_json": schema.StringAttribute{Computed: true, MarkdownDescription: "Everything of the report for policy engines and scripts, as JSON of a documented shape: see [Report format](../guides/report.md)."},
		"fingerprint": schema.StringAttribute{Computed: true,
			MarkdownDescription: "A hash of what the decisions do, for `approved`. Plans with the same decisions have the same fingerprint, " +
				"whatever `as_of` is. It holds no data about people."},
	}
}

// reportFiles knows which files data sources have written in this process.
type reportFiles struct {
	mu    sync.Mutex
	names map[string]bool
}

// claim reserves a name for one data source.
func (f *reportFiles) claim(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.names == nil {
		f.names = map[string]bool{}
	}
	first := !f.names[name]
	f.names[name] = true
	return first
}

// write fills in the report of a result, and refuses what was not approved.
func (m *reportInput) write(ctx context.Context, t target, data *providerData, dir userDirectory, in roster.Input, r *roster.Result, diags *diag.Diagnostics) {
	title := t.title
	if _, name, err := dir.Identity(ctx); err == nil && name != "" {
		title += " " + name
	}
	var usage map[string]directory.Usage
	unknown := ""
	if m.ReportUsage.IsNull() || m.ReportUsage.ValueBool() {
		usage, unknown = usageOf(ctx, dir, r, diags)
	}
	contacts := map[string]string{}
	for name, v := range m.ReportContacts.Elements() {
		if contact, is := v.(types.String); is && !contact.IsNull() { // a variable that nobody set
			contacts[name] = contact.ValueString()
		}
	}
	v := review.New(r, review.Options{
		Title: title, AsOf: in.AsOf, Rules: in.Mapping.Rules(), MaxListed: in.MaxListed, MaxCharacters: int(m.MaxCharacters.ValueInt64()),
		Groups: ownedByLeavers(ctx, dir, r, diags), Usage: usage, UsageUnknown: unknown, Contacts: contacts,
	})
	doc, err := v.JSON()
	if err != nil {
		diags.AddError("The report of the accounts cannot be made", err.Error())
		return
	}
	page := v.Markdown()
	m.Report, m.ReportJSON, m.Fingerprint = types.StringValue(page), types.StringValue(doc), types.StringValue(v.Fingerprint())
	if summary := v.Summary(); summary != "" { // Terraform prints it below the plan, in which nobody would find it
		diags.AddWarning("Access changes", summary)
	}
	m.save(data, cmp.Or(m.ReportName.ValueString(), t.prefix), page, doc, v, diags)
	m.compare(v, diags)
}

// askedOwners is of how many leavers the directory is asked which groups they own.
const askedOwners = 500

// ownedByLeavers asks which groups those who lose access own. That it cannot be known stops
// nobody: the report then asks nothing about it.
func ownedByLeavers(ctx context.Context, dir userDirectory, r *roster.Result, diags *diag.Diagnostics) map[string][]string {
	owners, ok := dir.(directory.GroupOwners)
	var ids []string
	for i := range r.Decisions {
		if d := &r.Decisions[i]; d.LosesAccess && d.ObjectID != "" {
			ids = append(ids, d.ObjectID)
		}
	}
	if !ok || len(ids) == 0 {
		return nil
	}
	if len(ids) > askedOwners {
		diags.AddWarning("The report leaves out groups that some leavers own",
			fmt.Sprintf("The report asks about the groups of the first %d of the %d people who lose access.", askedOwners, len(ids)))
		ids = ids[:askedOwners]
	}
	groups, err := owners.GroupsOwnedBy(ctx, ids)
	if err != nil {
		diags.AddWarning("The groups that leavers own cannot be read", "The report asks nothing about their groups. "+err.Error())
	}
	return groups
}

// save writes the files of the report, where the environment asks for them.
func (m *reportInput) save(data *providerData, name, page, doc string, v *review.Review, diags *diag.Diagnostics) {
	folder := os.Getenv(reportDirectoryVariable)
	if folder == "" {
		return
	}
	if !data.reports.claim(name) {
		diags.AddAttributeError(path.Root("report_name"), "Two reports have the same name",
			fmt.Sprintf("Two data sources would write %s.md to %s. Give each a report_name of its own.", name, folder))
		return
	}
	html, err := v.HTML()
	if err != nil {
		diags.AddError("The HTML report of the accounts cannot be made", err.Error())
		return
	}
	err = os.MkdirAll(folder, 0o700)
	for ext, text := range map[string]string{".md": page, ".html": html, ".json": doc, ".approval": v.Approval()} {
		err = errors.Join(err, replaceFile(filepath.Join(folder, name+ext), text))
	}
	if err != nil {
		diags.AddError("The report cannot be written", fmt.Sprintf("%s names %s, and not all of the report could be written there: %s.", reportDirectoryVariable, folder, err))
	}
}

// replaceFile writes a file whole or not at all, for its owner only.
func replaceFile(name, text string) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// compare stops a run that would do more than what was approved.
func (m *reportInput) compare(v *review.Review, diags *diag.Diagnostics) {
	approved := m.Approved.ValueString()
	if approved == "" {
		return
	}
	if !strings.HasPrefix(approved, "sha256:") { // no file of ours is called so
		text, err := os.ReadFile(approved)
		if err != nil {
			diags.AddAttributeError(path.Root("approved"), "The approved run cannot be read",
				fmt.Sprintf("approved: expected a fingerprint that begins with sha256:, or the path of the .approval file or of the report_json of "+
					"the reviewed run: %s.", err))
			return
		}
		approved = string(text)
	}
	exempt := make([]review.Exempt, len(m.ApprovedExempt))
	for i, name := range m.ApprovedExempt {
		exempt[i] = review.Exempt(name)
	}
	if err := v.Unapproved(approved, exempt); err != nil {
		diags.AddAttributeError(path.Root("approved"), "The decisions are not those that were approved",
			err.Error()+"\n\nReview this run, and give its fingerprint or report_json in approved.")
	}
}
