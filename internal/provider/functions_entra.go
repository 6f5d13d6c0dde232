// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/entra"
	"terraform-provider-workforce/internal/mapping"
)

var convertedResult = map[string]attr.Type{"arguments": types.StringType, "notes": types.ListType{ElemType: types.StringType},
	"source_attributes": types.ListType{ElemType: types.StringType}}

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
			"differently and what was translated, and `source_attributes` the attributes that the rules read, for " +
			"`attributes` of the HR data source. " +
			"Who has left follows from the expression for `accountDisabled` or `accountEnabled`, which becomes `worker_lifecycle`. Where " +
			"something cannot be derived, the arguments hold a text that begins with `DECIDE: ` and says what a person must decide; " +
			"`workforce_mapping` refuses it.",
		Parameters: []function.Parameter{function.StringParameter{Name: "schema",
			MarkdownDescription: "The exported schema, as JSON. Also a synchronization template, an answer of Microsoft Graph around one " +
				"schema, and what `filebase64` gives for a file in UTF-16."}},
		Return: function.ObjectReturn{AttributeTypes: convertedResult},
	}
}

func (mappingFromEntraSchemaFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var doc string
	if resp.Error = req.Arguments.Get(ctx, &doc); resp.Error != nil {
		return
	}
	rules, notes, err := mapping.FromEntraSchema(doc, activedirectory.Format, entra.Format)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	setConverted(ctx, resp, rules, notes)
}

// setConverted gives rules that a converter has made as arguments of the mapping resource.
func setConverted(ctx context.Context, resp *function.RunResponse, rules mapping.Rules, notes []string) {
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
	result := types.ObjectValueMust(convertedResult, map[string]attr.Value{"arguments": types.StringValue(string(arguments)),
		"notes": stringList(notes), "source_attributes": stringList(mapping.SourcesOf(rules))})
	resp.Error = resp.Result.Set(ctx, result)
}

// mappingFromSyncRulesFunction carries synchronization rules of Entra Connect and MIM over.
type mappingFromSyncRulesFunction struct{}

func (mappingFromSyncRulesFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "mapping_from_sync_rules"
}

func (mappingFromSyncRulesFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Convert synchronization rules of Microsoft Entra Connect or Microsoft Identity Manager",
		MarkdownDescription: "Converts exported synchronization rules into rules of a mapping. The rules out of the metaverse say which " +
			"attributes the account gets; the rules into it say from which attributes of the source these are computed, and both are put " +
			"together. The result is an object: `arguments` is JSON with the arguments of `workforce_mapping` by their names, `dialect` " +
			"among them, `notes` lists what works differently and what was translated, and `source_attributes` the " +
			"attributes that the rules read, for `attributes` of the HR data source. " +
			"Who has left follows from the flow to `userAccountControl` or `accountEnabled`, which becomes `worker_lifecycle`; `dn` becomes " +
			"`container` and `cn`. Flows of passwords are left out. Where something cannot be derived, such as what the code of a rules " +
			"extension does, the arguments hold a text that begins with `DECIDE: ` and says what a person must decide; `workforce_mapping` " +
			"refuses it.",
		VariadicParameter: function.StringParameter{Name: "exports",
			MarkdownDescription: "The exports, one text each, at least one. Each is a script that **Export** in the Synchronization Rules " +
				"Editor gives, a file that `Get-ADSyncServerConfiguration` writes into `SynchronizationRules`, JSON of `Get-ADSyncRule` " +
				"(`ConvertTo-Json -Depth 6 -EnumsAsStrings`), the XML of `Export-FIMConfig`, or the XML files of **Export Server " +
				"Configuration** of MIM's Synchronization Service Manager. Also what `filebase64` gives for a file in UTF-16."},
		Return: function.ObjectReturn{AttributeTypes: convertedResult},
	}
}

func (mappingFromSyncRulesFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var docs []string
	if resp.Error = req.Arguments.Get(ctx, &docs); resp.Error != nil {
		return
	}
	if len(docs) == 0 {
		resp.Error = function.NewFuncError("exports: found no argument, expected at least one export, such as file(\"rules.xml\")")
		return
	}
	rules, notes, err := mapping.FromSyncRules(docs, activedirectory.Format, entra.Format)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	setConverted(ctx, resp, rules, notes)
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
