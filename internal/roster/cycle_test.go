// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"testing"
)

// TestLongCycle: a cycle of two hundred does not print two hundred worker ids.
func TestLongCycle(t *testing.T) {
	var cycle []string
	for i := range 200 {
		cycle = append(cycle, fmt.Sprint(i))
	}
	for want, c := range map[string][]string{
		"0 → 1 → 0": cycle[:2],
		"0 → 1 → 2 → 3 → 4 → 5 → 6 → 7 → 8 → 9 → 0":                  cycle[:10],
		"0 → 1 → 2 → 3 → 4 → 5 → 6 → 7 → 8 → … (190 more) → 199 → 0": cycle,
	} {
		if found := cycleText(c); found != want {
			t.Errorf("found %s, expected %s", found, want)
		}
	}
}
