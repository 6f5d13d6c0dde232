// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/worker"
)

type limitsModel struct {
	MaxCreate        types.String `tfsdk:"max_create"`
	MaxDisable       types.String `tfsdk:"max_disable"`
	MaxEnable        types.String `tfsdk:"max_enable"`
	MaxDelete        types.String `tfsdk:"max_delete"`
	MaxAdopt         types.String `tfsdk:"max_adopt"`
	MaxGroupsRemoved types.String `tfsdk:"max_groups_removed"`
	MaxMove          types.String `tfsdk:"max_move"`
	MaxRename        types.String `tfsdk:"max_rename"`
	MaxUpdate        types.String `tfsdk:"max_update"`
	MaxAbsent        types.String `tfsdk:"max_absent"`
	MaxSetAside      types.String `tfsdk:"max_set_aside"`
}

type safeguardsModel struct {
	MinWorkers     types.Int64 `tfsdk:"min_workers"`
	MaxAsOfAgeDays types.Int64 `tfsdk:"max_as_of_age_days"`
	limitsModel
	By         []groupLimitsModel `tfsdk:"by"`
	FillRates  map[string]float64 `tfsdk:"fill_rates"`
	Sentinels  []string           `tfsdk:"sentinels"`
	Exceptions []exceptionModel   `tfsdk:"exceptions"`
}

type groupLimitsModel struct {
	Attribute types.String `tfsdk:"attribute"`
	limitsModel
}

type exceptionModel struct {
	Limit   types.String `tfsdk:"limit"`
	Allow   types.Int64  `tfsdk:"allow"`
	Reason  types.String `tfsdk:"reason"`
	Expires types.String `tfsdk:"expires"`
}

// limitAttributes describes the limits; owned is the argument that says what belongs to a population, and defaults
// says whether those that have a default hold
// where nothing is said, which they do for the whole population.
func limitAttributes(defaults bool, owned string) map[string]schema.Attribute {
	const accounts = "accounts that exist"
	of := func(what, all string) string {
		return "Largest number of " + what + ": a count (`25`), a percentage of the " + all + " (`3%`), or the larger of both (`5 or 5%`). "
	}
	limit := func(what string) schema.Attribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: of(what, accounts) + "Unset: no limit."}
	}
	guarded := func(what, all string) schema.Attribute {
		unset := "Unset: no limit."
		if defaults {
			unset = "Unset: `" + roster.DefaultLimit + "`. `100%` lifts it."
		}
		return schema.StringAttribute{Optional: true, MarkdownDescription: of(what, all) + unset}
	}
	return map[string]schema.Attribute{
		"max_create":         limit("new accounts"),
		"max_disable":        guarded("enabled accounts that lose access, whatever the reason", accounts),
		"max_enable":         guarded("disabled or deleted accounts that gain access again, whatever else happens to them", accounts),
		"max_delete":         guarded("accounts that are deleted, because their worker has left and `retention_days` are over", accounts),
		"max_adopt":          limit("existing accounts that get a worker id, or another one"),
		"max_groups_removed": limit("accounts that lose their groups"),
		"max_move":           limit("accounts that change their container"),
		"max_rename":         limit("accounts with a changed naming attribute"),
		"max_update":         limit("accounts with any other change"),
		"max_absent": guarded("accounts whose worker is not in the feed (more mean that the feed was cut off, or that accounts "+
			"of another population are counted, which `"+owned+"` leaves out)", accounts),
		"max_set_aside": guarded("workers who are set aside, without those whose account is protected", "workers in the feed"),
	}
}

func safeguardsSchema(owned string) schema.Attribute {
	group := limitAttributes(false, owned)
	group["attribute"] = schema.StringAttribute{Required: true, MarkdownDescription: "HR attribute whose values make the groups, such as `Department`."}
	attributes := limitAttributes(true, owned)
	attributes["max_as_of_age_days"] = schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
		MarkdownDescription: "Largest number of days that `as_of` may lie behind or ahead of the present. Unset: no limit, and a warning: " +
			"from 7 days behind on, because whoever has left since keeps access, and from about a day ahead on, because whoever leaves " +
			"or starts until then loses or gets access now. Nothing is deleted before its day, whatever `as_of` says."}
	attributes["min_workers"] = schema.Int64Attribute{Optional: true, MarkdownDescription: "Smallest plausible number of workers in the feed. Unset: no limit.", Validators: []validator.Int64{int64validator.AtLeast(0)}}
	attributes["by"] = schema.ListNestedAttribute{Optional: true, NestedObject: schema.NestedAttributeObject{Attributes: group},
		MarkdownDescription: "Limits for each group of workers with the same value of an HR attribute."}
	attributes["fill_rates"] = schema.MapAttribute{Optional: true, ElementType: types.Float64Type, MarkdownDescription: "Percentage of workers, 0 to 100, that must have a value, by HR attribute. A column that suddenly is empty stops the plan."}
	attributes["sentinels"] = schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Worker ids that must be in the feed and active, such as the chief executive's."}
	attributes["exceptions"] = schema.ListNestedAttribute{
		Optional:            true,
		MarkdownDescription: "Reviewed exceptions. One that has expired is an error, one that is no longer needed is a warning.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"limit":   schema.StringAttribute{Required: true, MarkdownDescription: "The limit as the error names it, such as `max_disable` or `max_disable:Department=Sales`."},
			"allow":   schema.Int64Attribute{Required: true, MarkdownDescription: "Number allowed instead."},
			"reason":  schema.StringAttribute{Required: true, MarkdownDescription: "Why."},
			"expires": schema.StringAttribute{Required: true, MarkdownDescription: "Last day on which the exception holds, as YYYY-MM-DD, in UTC."},
		}},
	}
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "Limits that stop the plan before anything is written: a feed that is too small, or consequences that are too large. Nothing of a blocked run is applied. " +
			"The error names each limit, the number found and the first people. Limits on losing access, gaining it back, deletion, absence and people who are set aside hold without being set (`" + roster.DefaultLimit + "`).",
		Attributes: attributes,
	}
}

// expand reads the limits.
func (m *safeguardsModel) expand(diags *diag.Diagnostics) roster.Safeguards {
	if m == nil {
		m = &safeguardsModel{}
	}
	for _, limit := range []*types.String{&m.MaxDisable, &m.MaxEnable, &m.MaxDelete, &m.MaxAbsent, &m.MaxSetAside} {
		if limit.IsNull() {
			*limit = types.StringValue(roster.DefaultLimit)
		}
	}
	at := path.Root("safeguards")
	out := roster.Safeguards{
		MinWorkers: int(m.MinWorkers.ValueInt64()), MaxMomentAgeDays: int(m.MaxAsOfAgeDays.ValueInt64()),
		Limits: m.limitsModel.expand(at, diags), FillRates: m.FillRates, Sentinels: m.Sentinels,
	}
	for i, g := range m.By {
		out.By = append(out.By, roster.GroupLimits{Attribute: g.Attribute.ValueString(), Limits: g.limitsModel.expand(at.AtName("by").AtListIndex(i), diags)})
	}
	for i, e := range m.Exceptions {
		expires, err := worker.ParseDate("2006-01-02", e.Expires.ValueString())
		if err != nil {
			diags.AddAttributeError(at.AtName("exceptions").AtListIndex(i).AtName("expires"), "Invalid date", fmt.Sprintf("Found %q, expected YYYY-MM-DD.", e.Expires.ValueString()))
		}
		out.Exceptions = append(out.Exceptions, roster.Exception{Limit: e.Limit.ValueString(), Allow: int(e.Allow.ValueInt64()), Reason: e.Reason.ValueString(), Expires: expires})
	}
	return out
}

func (m limitsModel) expand(at path.Path, diags *diag.Diagnostics) roster.Limits {
	limit := func(v types.String, name string) roster.Limit { return limitAt(at.AtName(name), v, diags) }
	return roster.Limits{
		MaxCreate:        limit(m.MaxCreate, "max_create"),
		MaxDisable:       limit(m.MaxDisable, "max_disable"),
		MaxEnable:        limit(m.MaxEnable, "max_enable"),
		MaxDelete:        limit(m.MaxDelete, "max_delete"),
		MaxAdopt:         limit(m.MaxAdopt, "max_adopt"),
		MaxGroupsRemoved: limit(m.MaxGroupsRemoved, "max_groups_removed"),
		MaxMove:          limit(m.MaxMove, "max_move"),
		MaxRename:        limit(m.MaxRename, "max_rename"),
		MaxUpdate:        limit(m.MaxUpdate, "max_update"),
		MaxAbsent:        limit(m.MaxAbsent, "max_absent"),
		MaxSetAside:      limit(m.MaxSetAside, "max_set_aside"),
	}
}

// limitAt reads a limit, and reports at its argument what cannot be read; none where there is none.
func limitAt(at path.Path, v types.String, diags *diag.Diagnostics) roster.Limit {
	limit, err := roster.ParseLimit(v.ValueString())
	if err != nil {
		diags.AddAttributeError(at, "Invalid limit", at.String()+": "+err.Error())
	}
	return limit
}
