// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"maps"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// Redacted returns the target attributes whose values are not to be shown, sorted: those
// of rules with Redact, and of expressions that redact.
func (m *Mapping) Redacted() []string {
	names := map[string]bool{}
	for _, r := range slices.Concat(m.rulesFor, m.leaverFor) {
		if r.outcome.Redact {
			names[r.target.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// RuleTexts returns the rule of each target attribute as it is written, for the attributes that one
// rule gives values to, whatever becomes of the worker, and that are not redacted.
func (m *Mapping) RuleTexts() map[string]string {
	out, several := map[string]string{}, map[string]bool{}
	for _, r := range slices.Concat(m.rulesFor, m.leaverFor) {
		key := directory.Fold(r.target.Name)
		if several[key] = several[key] || out[r.target.Name] != "" && out[r.target.Name] != r.from.text; r.from.text != "" {
			out[r.target.Name] = r.from.text
		}
	}
	hidden := m.Redacted()
	maps.DeleteFunc(out, func(name, _ string) bool { return several[directory.Fold(name)] || slices.Contains(hidden, name) })
	return out
}
