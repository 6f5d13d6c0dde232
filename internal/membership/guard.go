// SPDX-License-Identifier: MPL-2.0

package membership

import (
	"errors"
	"fmt"
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
	// AllowPrivileged lists groups of administrators that may have a rule.
	AllowPrivileged []string
	// MaxLeaves is how many may leave each group, as a number or a share of its members.
	MaxLeaves roster.Limit
}

// Unknown says which groups of the lists no rule is for.
func (s Safeguards) Unknown(rules map[string]string) error {
	var errs []error
	for _, list := range []struct {
		argument string
		groups   []string
	}{{"allow_empty", s.AllowEmpty}, {"allow_privileged", s.AllowPrivileged}} {
		for _, group := range list.groups {
			if _, known := rules[group]; !known {
				errs = append(errs, fmt.Errorf("%s: no rule is for the group %q; write it as in rules", list.argument, group))
			}
		}
	}
	return errors.Join(errs...)
}

// Empties says why a rule that finds nobody is not followed; it is nil for one
// that finds somebody, or may find nobody.
func (s Safeguards) Empties(group, rule string, want Members, accounts int) error {
	if len(want) > 0 || slices.Contains(s.AllowEmpty, group) {
		return nil
	}
	return fmt.Errorf("the rule %s matches none of %d accounts, which would leave the group without members: correct it, or add the group to allow_empty", shortened(rule), accounts)
}

// Exceeds says why too many members would leave a group; it is nil where few enough do.
func (s Safeguards) Exceeds(want, have Members) error {
	leaves := have.Without(want)
	allowed, over := s.MaxLeaves.Exceeded(len(leaves), len(have))
	if !over {
		return nil
	}
	return fmt.Errorf("%d of %d members would leave, and max_leaves (%s) allows %d: %s. Look whether the rule and the accounts are right, and raise max_leaves for this run if they are",
		len(leaves), len(have), s.MaxLeaves, allowed, have.Named(leaves))
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
