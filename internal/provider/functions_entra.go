// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/mapping"
)

var entraSchemaResult = map[string]attr.Type{"arguments": types.StringType, "notes": types.ListType{ElemType: types.StringType}}

// mappingFromEntraSchemaFunction carries a provisioning job's schema over.
type mappingFromEntraSchemaFunction struct{}

func (mappingFromEntraSchemaFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "mapping_from_entra_schema"
}

func (mappingFromEntraSchemaFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Convert the schema of a Microsoft Entra provisioning job",
		MarkdownDescription: "Converts the synchronization schema that Microsoft Graph exports for a provisioning job (`GET /servicePrincipals/{id}/synchronization/jobs/{id}/schema`) into rules. " +
			"The result is an object: `arguments` is JSON with the arguments of `workforce_mapping` by their names, `notes` lists what works " +
			"differently and what was translated. " +
			"Who has left follows from the expression for `accountDisabled` or `accountEnabled`, which becomes `worker_lifecycle`. Where " +
			"something cannot be derived, the arguments hold a text that begins with `DECIDE: ` and says what a person must decide; " +
			"`workforce_mapping` refuses it.",
		Parameters: []function.Parameter{function.StringParameter{Name: "schema",
			MarkdownDescription: "The exported schema, as JSON. Also a synchronization template, an answer of Microsoft Graph around one " +
				"schema, and what `filebase64` gives for a file in UTF-16."}},
		Return: function.ObjectReturn{AttributeTypes: entraSchemaResult},
	}
}

func (mappingFromEntraSchemaFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var doc string
	if resp.Error = req.Arguments.Get(ctx, &doc); resp.Error != nil {
		return
	}
	rules, notes, err := mapping.FromEntraSchema(doc)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	flat, err := flattenRules(rules)
	if err != nil {
		resp.Error = function.NewFuncError(err.Error())
		return
	}
	arguments, err := json.Marshal(flat)
	if err != nil {
		resp.Error = function.NewFuncError(err.Error())
		return
	}
	result := types.ObjectValueMust(entraSchemaResult, map[string]attr.Value{"arguments": types.StringValue(string(arguments)), "notes": stringList(notes)})
	resp.Error = resp.Result.Set(ctx, result)
}

// flattenRules writes rules as the arguments of the mapping resource: the same
// names, except that matches of one condition and scope groups have a form of
// their own there.
func flattenRules(r mapping.Rules) (map[string]any, error) {
	doc, err := r.Marshal()
	if err != nil {
		return nil, err
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(doc), &out); err != nil {
		return nil, err
	}
	matches := []any{}
	for _, m := range r.Match {
		if len(m.All) == 1 {
			matches = append(matches, m.All[0])
			continue
		}
		matches = append(matches, m)
	}
	out["match"] = matches
	if len(r.Scope) > 0 {
		groups := []any{}
		for _, clauses := range r.Scope {
			groups = append(groups, map[string]any{"clauses": clauses})
		}
		out["scope"] = groups
	}
	return out, nil
}
