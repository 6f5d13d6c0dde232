// SPDX-License-Identifier: MPL-2.0

package canonical

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Report writes the JSON of a report on one line, without HTML escapes.
func Report(doc any) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		return "", fmt.Errorf("report: %w", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// List makes a nil slice an empty one, which JSON writes as [].
func List[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
