// SPDX-License-Identifier: MPL-2.0

package worker

import (
	"encoding/json"
	"maps"
	"slices"

	"terraform-provider-workforce/internal/expression"
)

// FromColumns makes a worker of named texts, as examples of rules write them:
// the canonical keys of Fields, and everything else as attributes of the HR
// system. Dates are YYYY-MM-DD, on_leave is "true" or "false".
func FromColumns(columns map[string]string) (*Worker, error) {
	doc := map[string]any{}
	attributes := map[string]expression.Value{}
	for _, name := range slices.Sorted(maps.Keys(columns)) {
		text := columns[name]
		switch {
		case !slices.Contains(Fields, name):
			attributes[name] = expression.String(text)
		case text == "":
		case name == "on_leave" && (text == "true" || text == "false"):
			doc[name] = text == "true"
		default:
			doc[name] = text
		}
	}
	doc["attributes"] = attributes
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	w := new(Worker)
	return w, w.UnmarshalJSON(raw)
}
