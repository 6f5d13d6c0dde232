// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/expression"
)

func functions() []func() function.Function {
	list := []func() function.Function{
		func() function.Function { return evaluateFunction{} },
		func() function.Function { return mappingFromEntraSchemaFunction{} },
		func() function.Function { return mappingFromSyncRulesFunction{} },
	}
	for _, f := range textFunctions {
		list = append(list, func() function.Function { return f })
	}
	return list
}

// evaluateFunction evaluates one expression of the mapping language, so that
// rules can be tried in terraform console and tested with terraform test.
type evaluateFunction struct{}

func (evaluateFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "evaluate"
}

func (evaluateFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Evaluate a mapping expression",
		MarkdownDescription: "Evaluates an expression of the mapping language over HR attributes. The result is a string, a list of strings, or null when the expression gives null or leaves the attribute alone. " +
			"Errors name the line and column. `SelectUniqueValue` gives the first candidate that is not in `existing`. Results of `Guid` and `RandomString` are the same for the same arguments.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "expression", MarkdownDescription: "The expression, such as `Join(\" \", [FirstName], [LastName])`."},
			function.DynamicParameter{Name: "attributes", AllowNullValue: true, MarkdownDescription: "HR attributes as an object of name to string, list of strings or null: `{ FirstName = \"Zoë\" }`."},
		},
		VariadicParameter: function.DynamicParameter{Name: "options", AllowNullValue: true,
			MarkdownDescription: "At most one object: `{ now = RFC 3339 time, existing = values already taken, dialect = \"provisioning\", \"cloud-sync\" or \"mim\", default_domain = what DefaultDomain() gives }`. `now` is needed by expressions that read the clock."},
		Return: function.DynamicReturn{},
	}
}

func (evaluateFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var source string
	var attributes types.Dynamic
	var options []types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &source, &attributes, &options); resp.Error != nil {
		return
	}
	values, err := expandValues(attributes)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, err.Error())
		return
	}
	o, err := expandEvaluateOptions(options)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(2, err.Error())
		return
	}
	program, err := expression.Compile(source, expression.Options{Dialect: expression.Dialect(o.dialect)})
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	if program.UsesClock() && o.now.IsZero() {
		resp.Error = function.NewArgumentFuncError(2, "the expression reads the clock: give the moment as { now = \"2026-01-15T12:00:00Z\" }")
		return
	}
	result, err := program.Eval(o.environment(source, values))
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	resp.Error = function.ConcatFuncErrors(resp.Error, resp.Result.Set(ctx, types.DynamicValue(flattenExpressionValue(result))))
}

type evaluateOptions struct {
	now           time.Time
	existing      map[string]bool
	dialect       string
	defaultDomain string
}

// environment returns what the expression sees. Its randomness follows from
// the arguments, because Terraform calls functions more than once and expects
// the same answer.
func (o evaluateOptions) environment(source string, values map[string]expression.Value) *expression.Env {
	seed := [32]byte{}
	text := source
	for _, name := range slices.Sorted(maps.Keys(values)) {
		text += "\x00" + name + "\x00" + strings.Join(values[name].Strings(), "\x00")
	}
	for i, b := range []byte(text) {
		seed[i%len(seed)] = seed[i%len(seed)]*31 + b
	}
	return &expression.Env{
		Attribute:     func(name string) (expression.Value, bool) { v, ok := values[name]; return v, ok },
		Now:           o.now,
		Random:        rand.New(rand.NewChaCha8(seed)),
		Taken:         func(candidate string) (bool, error) { return o.existing[strings.ToLower(candidate)], nil },
		DefaultDomain: o.defaultDomain,
	}
}

func expandEvaluateOptions(options []types.Dynamic) (evaluateOptions, error) {
	var o evaluateOptions
	if len(options) > 1 {
		return o, fmt.Errorf("found %d objects of options, expected at most one", len(options))
	}
	if len(options) == 0 || options[0].IsNull() {
		return o, nil
	}
	values, err := expandValues(options[0])
	if err != nil {
		return o, err
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		text := values[name].Text()
		switch name {
		case "now":
			if o.now, err = time.Parse(time.RFC3339, text); err != nil {
				return o, fmt.Errorf("now: found %q, expected RFC 3339 such as 2026-01-15T12:00:00Z", text)
			}
		case "existing":
			o.existing = map[string]bool{}
			for _, s := range values[name].Strings() {
				o.existing[strings.ToLower(s)] = true
			}
		case "dialect":
			if text != "" && !slices.Contains([]string{"provisioning", "cloud-sync", "mim"}, text) {
				return o, fmt.Errorf("dialect: found %q, expected provisioning, cloud-sync or mim", text)
			}
			o.dialect = text
		case "default_domain":
			o.defaultDomain = text
		default:
			return o, fmt.Errorf("unknown option %q, expected now, existing, dialect or default_domain", name)
		}
	}
	return o, nil
}

// expandValues reads an object or map of strings, lists of strings and nulls.
func expandValues(v types.Dynamic) (map[string]expression.Value, error) {
	members, ok := elements(v)
	if !ok {
		return nil, errors.New("expected an object such as { FirstName = \"Zoë\" }")
	}
	out := make(map[string]expression.Value, len(members))
	for name, m := range members {
		if m.IsNull() {
			out[name] = expression.Null
			continue
		}
		values, ok := texts(m)
		if !ok {
			return nil, fmt.Errorf("%s: found %s, expected a string, a list of strings or null", name, m)
		}
		if _, single := m.(types.String); single {
			out[name] = expression.String(values[0].ValueString())
			continue
		}
		list := make([]string, len(values))
		for i, t := range values {
			list[i] = t.ValueString()
		}
		out[name] = expression.List(list...)
	}
	return out, nil
}

func flattenExpressionValue(v expression.Value) attr.Value {
	switch v.Kind() {
	case expression.KindString:
		return types.StringValue(v.Text())
	case expression.KindList:
		return stringList(v.Strings())
	}
	return types.StringNull()
}
