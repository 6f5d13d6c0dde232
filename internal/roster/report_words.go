// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/status"
	"terraform-provider-workforce/internal/wording"
)

// words says what every status word of the feed was taken for, the most frequent first.
func (d *report) words() []Word {
	counts := map[Word]int{}
	for id, w := range d.in.Workers {
		if d.waits(id) {
			continue
		}
		class, word := d.in.Mapping.StatusClass(w)
		counts[Word{Word: word, Class: class}]++
	}
	out := make([]Word, 0, len(counts))
	for w, n := range counts {
		w.Workers = n
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b Word) int {
		return cmp.Or(b.Workers-a.Workers, strings.Compare(a.Word, b.Word), strings.Compare(a.Class, b.Class))
	})
	return out
}

// warnWords lists the words that nobody knows, with their numbers.
func (d *report) warnWords(words []Word) {
	var unknown []string
	for _, w := range words {
		if w.Class == string(status.Unknown) {
			unknown = append(unknown, fmt.Sprintf("%q (%s)", w.Word, wording.Count(w.Workers, "worker")))
		}
	}
	if len(unknown) > 0 {
		d.warn("nobody knows what these status words mean, and an unknown word is never read as active: %s; %s", strings.Join(unknown, ", "), remedyStatus)
	}
}
