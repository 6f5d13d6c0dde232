// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"iter"
)

// maxCandidates bounds how many candidates are tried for one name.
const maxCandidates = 10000

// candidate is a name that may be given, with what it is told apart and looked up by.
type candidate struct{ name, key, folded string }

// ahead is a sequence of which the first are known: they are not evaluated again unless more are asked for.
func ahead(known []string, all iter.Seq2[string, error]) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, name := range known {
			if !yield(name, nil) {
				return
			}
		}
		skip := len(known)
		for name, err := range all {
			if err == nil && skip > 0 {
				if name != "" {
					skip--
				}
				continue
			}
			if !yield(name, err) {
				return
			}
		}
	}
}

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
