// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/worker"
)

// sources notes which attributes the HR data source has to let in: a column that fills
// worker_id, status or a date is no attribute unless it is listed.
func (i *importer) sources() {
	if names := SourcesOf(i.rules); len(names) > 0 {
		i.notef("The rules read these attributes: attributes = [%s] of the HR data source lets them in, also those that fill worker_id, "+
			"status or a date.", quoted(names))
	}
}

// SourcesOf returns the source attributes that rules read, sorted, as far as they can be told
// before the rules are compiled. IsSoftDeleted is left out: Microsoft's engine makes it, and no HR system has it.
func SourcesOf(r Rules) []string {
	names := map[string]bool{}
	read := func(source string) {
		if tree, err := expression.Parse(source, expression.Dialect(r.Dialect)); err == nil {
			for _, name := range tree.Attributes() {
				names[name] = true
			}
		}
	}
	for _, rule := range r.Attributes {
		if rule.Source != "" {
			names[rule.Source] = true
		}
		read(rule.Expression)
	}
	for _, m := range r.Match {
		for _, c := range m.All {
			read(c.Source)
		}
	}
	read(r.Container)
	for _, group := range r.Scope {
		for _, c := range group {
			if c.Attribute != "" {
				names[c.Attribute] = true
			}
			read(c.Expression)
		}
	}
	delete(names, "IsSoftDeleted")
	for name := range names {
		if slices.Contains(worker.Fields, strings.ToLower(name)) {
			delete(names, name)
		}
	}
	return slices.Sorted(maps.Keys(names))
}
