// SPDX-License-Identifier: MPL-2.0

package review

import (
	"slices"
)

// aboutLacks asks about people who go without what the directory has not enough of, such as
// licences: one question for everybody of whom the same is true.
func (v *Review) aboutLacks() []finding {
	by := map[string][]*person{}
	for _, l := range v.r.Lacking {
		if p := v.byID[l.WorkerID]; p != nil && !slices.Contains(by[l.Reason], p) {
			by[l.Reason] = append(by[l.Reason], p)
		}
	}
	var out []finding
	for _, reason := range sortedKeys(by) {
		out = append(out, about("lacking", 57, by[reason], func() text {
			return say("%s: %s %s the account without it. Can they work without it?", reason, subject(by[reason]), isAre(len(by[reason]), "has",
				"have"))
		})...)
	}
	return out
}
