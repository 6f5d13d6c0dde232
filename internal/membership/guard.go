// SPDX-License-Identifier: MPL-2.0

package membership

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/roster"
)

// maxNamed is how many people an error names.
const maxNamed = 5

// Safeguards stop what looks like an accident.
type Safeguards struct {
	// AllowEmpty lists groups whose rule may match nobody.
	AllowEmpty []string
	// MaxLeaves is how many may leave each group, as a number or a share of its members.
	MaxLeaves roster.Limit
}

// Check compares what groups are to have with what they have. All groups that a
// safeguard stops are reported.
func (s Safeguards) Check(rules map[string]string, want, have map[string]Members, accounts int) error {
	var errs []error
	for _, group := range slices.Sorted(maps.Keys(rules)) {
		if len(want[group]) == 0 && !slices.Contains(s.AllowEmpty, group) {
			errs = append(errs, fmt.Errorf("group %q: the rule %s matches none of %d accounts, which would leave the group without members: correct it, or add the group to allow_empty", group, shortened(rules[group]), accounts))
			continue
		}
		leaves := have[group].Without(want[group])
		if allowed, over := s.MaxLeaves.Exceeded(len(leaves), len(have[group])); over {
			errs = append(errs, fmt.Errorf("group %q: %d of %d members would leave, and max_leaves (%s) allows %d: %s. Look whether the rule and the accounts are right, and raise max_leaves for this run if they are",
				group, len(leaves), len(have[group]), s.MaxLeaves, allowed, have[group].Named(leaves)))
		}
	}
	for _, group := range s.AllowEmpty {
		if _, known := rules[group]; !known {
			errs = append(errs, fmt.Errorf("allow_empty: no rule is for the group %q; write it as in rules", group))
		}
	}
	return errors.Join(errs...)
}

// Named names the first few of some members.
func (m Members) Named(keys []string) string {
	var parts []string
	for i, key := range keys {
		if i == maxNamed {
			parts = append(parts, fmt.Sprintf("and %d more", len(keys)-i))
			break
		}
		parts = append(parts, fmt.Sprintf("%s (%s)", key, m[key]))
	}
	return strings.Join(parts, ", ")
}
