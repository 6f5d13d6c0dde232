// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// maxProblems is how many problems of one kind are shown; the rest is counted.
const maxProblems = 20

// addProblems reports err, one diagnostic for each of the errors it joins, so
// that a reader sees every problem at once, and is not buried under thousands.
func addProblems(diags *diag.Diagnostics, summary string, err error) {
	problems := flatten(err)
	for i, problem := range problems {
		if i == maxProblems {
			diags.AddError(summary, fmt.Sprintf("… and %d more problems like those above.", len(problems)-i))
			return
		}
		diags.AddError(summary, problem.Error())
	}
}

// flatten returns the errors that err joins, or err itself.
func flatten(err error) []error {
	var joined interface{ Unwrap() []error }
	if err == nil {
		return nil
	}
	if _, wrapped := err.(interface{ Unwrap() error }); wrapped || !errors.As(err, &joined) {
		return []error{err}
	}
	var out []error
	for _, e := range joined.Unwrap() {
		out = append(out, flatten(e)...)
	}
	return out
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
