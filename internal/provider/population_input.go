// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression/spelling"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/wording"
	"terraform-provider-workforce/internal/worker"
)

// populationInput are the arguments of every data source that holds a population
// against a directory.
type populationInput struct {
	Workers        types.String      `tfsdk:"workers"`
	Mapping        types.String      `tfsdk:"mapping"`
	AsOf           types.String      `tfsdk:"as_of"`
	Links          map[string]string `tfsdk:"links"`
	Optional       []string          `tfsdk:"optional_attributes"`
	RestoreDeleted types.Bool        `tfsdk:"restore_deleted"`
	MaxListed      types.Int64       `tfsdk:"max_listed"`
}

// ownedArgument is the argument that says what belongs to a population.
func (t target) ownedArgument() string {
	if t.format.HasContainer {
		return "owned_containers"
	}
	return "owned_domains"
}

// inputAttributes is the schema of populationInput, with what only this target has.
func (t target) inputAttributes() map[string]schema.Attribute {
	input := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Required: true, MarkdownDescription: description}
	}
	attributes := map[string]schema.Attribute{
		"workers": schema.StringAttribute{Required: true, Sensitive: true,
			MarkdownDescription: "Workers document, the `json` of an HR data source. The state holds it once, with the HR data source: read from " +
				"this data source it is null."},
		"mapping": input("Rules, the `json` of a `workforce_mapping`. Pass it through a local value. Terraform reads a data source that refers " +
			"directly to a changing resource only at apply: the plan that changes the rules would show nobody's changes."),
		"as_of": schema.StringAttribute{Optional: true, MarkdownDescription: "The moment to decide for, as RFC 3339, or as a date, which means noon UTC of that day. Dates of workers are compared with it in each worker's time zone. " +
			"The default is now; give it for plans that must be repeatable.", Validators: []validator.String{momentValidator{}}},
		"links": schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Accounts that people have decided belong to a worker: object id (objectGUID in Active Directory) by worker id. " +
			"An object id may also be written as `{GUID}`, or as the Base64 of objectGUID that provisioning logs hold. A link wins over every " +
			"match rule. Where a population manages another account as the worker's, it takes the linked one over and releases the " +
			"other as it is. Null, the default, links nobody."},
		"optional_attributes": schema.ListAttribute{Optional: true, ElementType: types.StringType,
			MarkdownDescription: "HR attributes that the rules read and that may be missing from the whole feed. Any other attribute that no worker has is an error, because a misspelt name would be null for everybody."},
		"max_listed": schema.Int64Attribute{Optional: true,
			MarkdownDescription: "Largest number of rows of a list of the report; a longer one is cut, and says how many rows are left out. The " +
				"default is 50."},
		"restore_deleted": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether a worker who returns while their deleted account can still be restored gets it back, with its identity, instead of a new one. It is recognised by the worker id. " +
			"The default is true. Where somebody else has got the name meanwhile, the rules give another one. In Active Directory the forest must " +
			"have the recycle bin enabled. Give the population or user the same value."},
	}
	const matters = "An account there whose worker is not in the feed counts as absent. Set it where several populations share a directory, " +
		"and for a pilot with a few people. "
	if t.format.HasContainer {
		attributes["owned_containers"] = schema.ListAttribute{Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Containers below which accounts that carry a worker id belong to this population. " + matters + "The default is " +
				"the whole domain; `[]` is nowhere. The rules may place nobody elsewhere; with `[]` they may."}
		return attributes
	}
	attributes["owned_domains"] = schema.ListAttribute{Optional: true, ElementType: types.StringType,
		MarkdownDescription: "Domains of user principal names in which users that carry a worker id belong to this population. " +
			"" + matters + "The default is the whole tenant; `[]` is nowhere. The rules may give nobody a name in another domain; with `[]` they " +
			"may."}
	return attributes
}

// ownedContainers and ownedDomains are the arguments that only one of the targets has.
type ownedContainers struct {
	OwnedContainers []string `tfsdk:"owned_containers"`
}

type ownedDomains struct {
	OwnedDomains []string `tfsdk:"owned_domains"`
}

func (o ownedContainers) parts() []string { return o.OwnedContainers }
func (o ownedDomains) parts() []string    { return o.OwnedDomains }

// forget takes out of what is stored what stands in the state already: a large document, and personal data.
func (m *populationInput) forget() { m.Workers = types.StringNull() }

// expand reads the arguments and opens the directory. parts are the containers or
// domains that belong to the population; nil: everywhere.
func (m *populationInput) expand(t target, data *providerData, parts []string, diags *diag.Diagnostics) (userDirectory, roster.Input, bool) {
	workers, err := worker.Parse(m.Workers.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("workers"), "Invalid workers document", err.Error())
	}
	rules, err := mapping.ParseRules(m.Mapping.ValueString())
	var compiled *mapping.Mapping
	if err == nil && rules.Target != t.format.Target {
		err = fmt.Errorf("these rules are for the target %q, expected %q", rules.Target, t.format.Target)
	}
	if err == nil {
		compiled, err = mapping.Compile(rules, t.schema(), t.format)
	}
	if err != nil {
		addProblems(diags, "Invalid mapping", err)
	}
	if err == nil {
		addProblems(diags, "Unknown HR attribute", unknownSources(compiled, workers, m.Optional))
	}
	if diags.HasError() {
		return nil, roster.Input{}, false
	}
	dir, ok := t.open(data, diags)
	if !ok {
		return nil, roster.Input{}, false
	}
	dir.Need(compiled.TargetAttributes()...)
	in := roster.Input{
		Workers: workers, Mapping: compiled, AsOf: momentOr(m.AsOf, data.clock), Directory: dir.WithDeleted(), Format: t.format, WorkerIDAttribute: dir.WorkerIDAttribute(),
		OwnedArgument: t.ownedArgument(), Links: m.Links, MaxListed: int(m.MaxListed.ValueInt64()),
		RestoreDeleted: t.restores && (m.RestoreDeleted.IsNull() || m.RestoreDeleted.ValueBool()),
	}
	if parts != nil {
		in.OwnsNothing = len(parts) == 0
		in.Owned = func(e *directory.Existing) bool {
			return slices.ContainsFunc(parts, func(part string) bool { return t.partOf(e, part) })
		}
	}
	return dir, in, true
}

// unknownSources names in one error the HR attributes that rules read and no worker has.
func unknownSources(m *mapping.Mapping, workers worker.Population, optional []string) error {
	if len(workers) == 0 {
		return nil
	}
	known := slices.Concat(worker.Fields, workers.Attributes())
	var unknown []string
	for _, name := range m.SourceAttributes() {
		if slices.Contains(known, name) || slices.Contains(optional, name) {
			continue
		}
		one := "[" + name + "]"
		if near := spelling.Nearest(name, known); near != "" {
			one += fmt.Sprintf(" (did you mean %q?)", near)
		}
		unknown = append(unknown, one)
	}
	if len(unknown) == 0 {
		return nil
	}
	return fmt.Errorf("the rules read %s, which no worker in the feed has. Correct %s, let the %s in with attributes of the "+
		"HR data source, or name what only some feeds have in optional_attributes", strings.Join(unknown, ", "),
		wording.One(len(unknown), "the rule", "the rules"), wording.One(len(unknown), "column", "columns"))
}

// momentOr is the moment given, or now.
func momentOr(v types.String, now func() time.Time) time.Time {
	if at, err := parseMoment(v.ValueString()); err == nil {
		return at
	}
	return now()
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
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid date or time",
			fmt.Sprintf("Found %q, expected %s, such as 2026-01-15 or 2026-01-15T09:00:00+01:00.", req.ConfigValue.ValueString(),
				v.Description(ctx)))
	}
}
