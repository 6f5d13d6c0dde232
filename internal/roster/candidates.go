// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"iter"
)

// maxCandidates bounds how many candidates are tried for one name.
const maxCandidates = 10000

// take returns the first candidates of a sequence, up to n, without empty ones.
func take(candidates iter.Seq2[string, error], n int) ([]string, error) {
	var list []string
	tried := 0
	for name, err := range candidates {
		if err != nil {
			return list, err
		}
		if name != "" {
			list = append(list, name)
		}
		if tried++; len(list) >= n || tried >= maxCandidates {
			break
		}
	}
	return list, nil
}
