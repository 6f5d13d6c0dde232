// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/reconcile"
)

// maxProblems is how many problems of one kind are shown; the rest is counted.
const maxProblems = reconcile.MaxProblems

// addProblems reports err, one diagnostic for each of the errors it joins, so
// that a reader sees every problem at once, and is not buried under thousands.
func addProblems(diags *diag.Diagnostics, summary string, err error) {
	report(reconcile.Problems(summary, err), nil, diags)
}

// stringList returns a Terraform list of the texts, empty rather than null.
func stringList(texts []string) types.List {
	elements := make([]attr.Value, len(texts))
	for i, s := range texts {
		elements[i] = types.StringValue(s)
	}
	return types.ListValueMust(types.StringType, elements)
}

// stringMap returns a Terraform map of the texts, empty rather than null.
func stringMap(texts map[string]string) types.Map {
	elements := make(map[string]attr.Value, len(texts))
	for key, s := range texts {
		elements[key] = types.StringValue(s)
	}
	return types.MapValueMust(types.StringType, elements)
}

// goMap returns the texts of a Terraform map of strings, which must be known.
func goMap(m types.Map) map[string]string {
	out := make(map[string]string, len(m.Elements()))
	for key, v := range m.Elements() {
		if s, ok := v.(types.String); ok {
			out[key] = s.ValueString()
		}
	}
	return out
}

// goList returns the texts of a Terraform list of strings, which must be known.
func goList(l types.List) []string {
	var out []string
	for _, v := range l.Elements() {
		if s, ok := v.(types.String); ok {
			out = append(out, s.ValueString())
		}
	}
	return out
}

// listMap returns a Terraform map of lists of strings.
func listMap(lists map[string][]string) types.Map {
	elements := make(map[string]attr.Value, len(lists))
	for key, texts := range lists {
		elements[key] = stringList(texts)
	}
	return types.MapValueMust(types.ListType{ElemType: types.StringType}, elements)
}

// addUnreviewable refuses a value that is unknown at plan, and shows the mend.
func addUnreviewable(diags *diag.Diagnostics, attribute string) {
	diags.AddAttributeError(path.Root(attribute), "The plan cannot be reviewed", fmt.Sprintf(`%[1]s is not known until apply, so this plan would show nobody's changes. Most often the accounts data source refers directly to a mapping whose rules change in the same plan, or it, or its module, has depends_on with something that changes: a data source waits for that until apply. Take depends_on away (for order between directories, put it on the population), and pass the rules through a local value, which Terraform evaluates at plan:

  locals { rules = workforce_mapping.ad.json }

  data "workforce_ad_accounts" "staff" {
    mapping = local.rules
    …
  }

When the value depends on something that really cannot be known yet, apply that first (-target), or set allow_unreviewed = true for one run.`, attribute))
}

// configured returns the provider's data, or nil before the provider is configured.
func configured(data any, diags *diag.Diagnostics) *providerData {
	if data == nil {
		return nil
	}
	d, ok := data.(*providerData)
	if !ok {
		diags.AddError("Unexpected provider data", fmt.Sprintf("Expected %T, found %T. This is a bug in the provider.", d, data))
	}
	return d
}

// mapKnown reports whether a map and all of its elements are known.
func mapKnown(m types.Map) bool {
	if m.IsUnknown() {
		return false
	}
	for _, v := range m.Elements() {
		if v.IsUnknown() {
			return false
		}
	}
	return true
}

// oneOf is a validator for a choice of words.
func oneOf(words ...string) validator.String { return stringvalidator.OneOf(words...) }

// stringMaps returns a Terraform map of maps of strings.
func stringMaps(maps map[string]map[string]string) types.Map {
	inner := types.MapType{ElemType: types.StringType}
	elements := make(map[string]attr.Value, len(maps))
	for key, m := range maps {
		elements[key] = stringMap(m)
	}
	return types.MapValueMust(inner, elements)
}

// textsOf returns the known texts of a Terraform set or list of strings, sorted
// and each once.
func textsOf(c interface{ Elements() []attr.Value }) []string {
	var out []string
	for _, v := range c.Elements() {
		if t, ok := v.(types.String); ok && !t.IsUnknown() && !t.IsNull() {
			out = append(out, t.ValueString())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// stringSet returns a Terraform set of distinct texts.
func stringSet(texts []string) types.Set {
	elements := make([]attr.Value, len(texts))
	for i, s := range texts {
		elements[i] = types.StringValue(s)
	}
	return types.SetValueMust(types.StringType, elements)
}
