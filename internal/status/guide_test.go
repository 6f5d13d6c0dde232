// SPDX-License-Identifier: MPL-2.0

package status

import (
	"os"
	"strings"
	"testing"
)

// TestGuide: every word of the guide's table means what the table says.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile("../../templates/guides/lifecycle.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[Class]int{}
	for line := range strings.Lines(string(guide)) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 {
			continue
		}
		class := Class(strings.TrimSpace(cells[1]))
		if class != Unknown && len(Phrases(class)) == 0 {
			continue
		}
		for word := range strings.SplitSeq(cells[3], ",") {
			seen[class]++
			if got := Classify(word); got != class {
				t.Errorf("%q is %q, and stands under %q", strings.TrimSpace(word), got, class)
			}
		}
	}
	for _, class := range append(Classes(), Unknown) {
		if seen[class] < 5 {
			t.Errorf("%d words of %q, expected a row", seen[class], class)
		}
	}
}
