// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/reconcile"
	"terraform-provider-workforce/internal/wording"
)

// argumentTimeouts says how long the operations of a resource may take.
const argumentTimeouts = "timeouts"

// operation is one of the operations that Terraform asks of a resource, as timeouts names it.
type operation string

const (
	creating operation = "create"
	reading  operation = "read"
	changing operation = "update"
	deleting operation = "delete"
)

// timeLimits are what operations may take where the configuration says nothing.
type timeLimits struct{ write, read time.Duration }

var (
	// limitsOfMany are for resources of many people. Microsoft Graph takes about 20 writes a second of one application
	// in one tenant, and a new account with a manager and groups takes three or more.
	// https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
	limitsOfMany = timeLimits{write: 6 * time.Hour, read: 2 * time.Hour}
	// limitsOfOne are for resources of one object, which may wait for thousands of others of the run.
	limitsOfOne = timeLimits{write: time.Hour, read: time.Hour}
)

func (l timeLimits) of(op operation) time.Duration {
	if op == reading {
		return l.read
	}
	return l.write
}

// timeoutsModel is the argument timeouts in a model.
type timeoutsModel struct {
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

var timeoutsType = timeouts.Type{ObjectType: types.ObjectType{AttrTypes: map[string]attr.Type{
	string(creating): types.StringType, string(reading): types.StringType,
	string(changing): types.StringType, string(deleting): types.StringType,
}}}

// noTimeouts is the argument where it is not set: a value without its type cannot be written to a state.
func noTimeouts() timeoutsModel {
	return timeoutsModel{timeouts.Value{Object: types.ObjectNull(timeoutsType.AttrTypes)}}
}

// timeoutsAttribute is the argument in a schema. left says in which state an operation leaves things when its time is over.
func timeoutsAttribute(limits timeLimits, left string) schema.Attribute {
	limit := func(op operation, doing, further string) schema.Attribute {
		return schema.StringAttribute{Optional: true, Validators: []validator.String{timeLimitValidator{op, limits.of(op)}},
			MarkdownDescription: fmt.Sprintf("How long %s may take, such as `90s`, `45m` or `1h30m`. The default is `%s`.%s",
				doing, wording.Duration(limits.of(op)), further)}
	}
	return schema.SingleNestedAttribute{
		Optional: true, CustomType: timeoutsType,
		MarkdownDescription: "How long the operations of an apply, and reading in a refresh, may take. " + left +
			" Single requests have limits of their own, which the provider's configuration sets, and a plan has none. " +
			"A change of `timeouts` alone writes nothing but the state.",
		Attributes: map[string]schema.Attribute{
			string(creating): limit(creating, "creation", ""), string(changing): limit(changing, "a change", ""),
			string(reading): limit(reading, "reading", " A refresh takes it from the state: where it is too short, set a longer time and apply "+
				"once with `-refresh=false`."),
			string(deleting): limit(deleting, "destruction", " It is taken from the state: set it and apply before destroying."),
		},
	}
}

// What operations leave when their time is over.
const (
	leavesMany = "When the time is over, the operation stops and fails as after Ctrl-C: what was written is in the state, " +
		"the error says how many are done and how many are left, and the next run does the rest; " + afterCreation
	leavesOne = "When the time is over, the operation stops and fails as after Ctrl-C: what was written is in the state, " +
		"and the next run does the rest; " + afterCreation
	afterCreation = "after a creation, run `terraform untaint` first."
)

// limit returns the context of an operation, and what ends it: that adds to diags that the time was over, where the
// operation failed for it and nothing says so yet.
func (m timeoutsModel) limit(ctx context.Context, op operation, limits timeLimits, diags *diag.Diagnostics) (context.Context, func()) {
	after := limits.of(op)
	if v, ok := m.Timeouts.Attributes()[string(op)].(types.String); ok && v.ValueString() != "" {
		given, problem := parseTimeLimit(op, v.ValueString(), after)
		if problem != "" { // in a state that another version wrote
			diags.AddAttributeError(timeoutsPath(op), invalidTimeLimit, problem)
		} else {
			after = given
		}
	}
	over := &reconcile.TimeLimit{Argument: argumentTimeouts + "." + string(op), Limit: after}
	limited, cancel := context.WithTimeoutCause(ctx, after, over)
	return limited, func() {
		defer cancel()
		said := func(d diag.Diagnostic) bool { return d.Summary() == reconcile.TimeIsOver }
		if errors.Is(context.Cause(limited), over) && diags.HasError() && !slices.ContainsFunc(*diags, said) {
			diags.AddError(reconcile.TimeIsOver, over.Advice())
		}
	}
}

// timeoutsPath is where a configuration sets the limit of an operation.
func timeoutsPath(op operation) path.Path { return path.Root(argumentTimeouts).AtName(string(op)) }

const invalidTimeLimit = "Invalid time limit"

// timeLimitValidator refuses what is no time that something may take.
type timeLimitValidator struct {
	op        operation
	byDefault time.Duration
}

func (timeLimitValidator) Description(context.Context) string {
	return "a time with its unit, such as 90s, 45m or 1h30m"
}

func (v timeLimitValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (v timeLimitValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, problem := parseTimeLimit(v.op, req.ConfigValue.ValueString(), v.byDefault); problem != "" {
		resp.Diagnostics.AddAttributeError(req.Path, invalidTimeLimit, problem)
	}
}

// parseTimeLimit reads a time limit, or says what is wrong with it and what to write instead.
func parseTimeLimit(op operation, text string, byDefault time.Duration) (limit time.Duration, problem string) {
	found := fmt.Sprintf("%s.%s: found %q, expected ", argumentTimeouts, op, text)
	limit, err := time.ParseDuration(text)
	switch _, number := strconv.ParseFloat(text, 64); {
	case err == nil && limit > 0:
		return limit, ""
	case err == nil: // none, or less
		return 0, found + fmt.Sprintf("a time longer than 0. Write one, such as \"45m\", or remove %s for the default of %s.",
			op, wording.Duration(byDefault))
	case number == nil && !strings.HasPrefix(text, "-"):
		return 0, found + fmt.Sprintf("a time with its unit. Write \"%[1]sm\" for minutes, \"%[1]ss\" for seconds or \"%[1]sh\" for hours.", text)
	}
	return 0, found + "a time with its unit: numbers with s, m or h, such as \"90s\", \"45m\" or \"1h30m\". A day is \"24h\"."
}
