// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/membership"
)

// StaysRemembered is the title of an error of [ForgetGroups].
const StaysRemembered = "A group stays remembered"

// What groups an account gets back when its worker returns is remembered at the
// account. Groups that rules give are not among them: the rules decide again.

// ForgetGroups makes sure that nobody gets back a group that a rule, or a list of
// members, takes from them: groups by ID of the account.
func ForgetGroups(ctx context.Context, dir directory.Groups, groups map[string][]string) error {
	forgetter, remembers := dir.(directory.Forgetter)
	if !remembers || len(groups) == 0 {
		return nil
	}
	return forgetter.ForgetGroups(ctx, groups)
}

// forget is [ForgetGroups] for those who were to leave groups, and did so now or before.
func (g *GroupRules) forget(ctx context.Context, dir directory.Groups, works []*groupWork) {
	groups := map[string][]string{}
	for _, w := range works {
		for _, who := range w.left {
			if who.Class == "user" {
				groups[who.ID] = append(groups[who.ID], w.change.GroupID)
			}
		}
		for _, who := range w.change.Remove {
			if who.Class == "user" && slices.Contains(w.out.Removed, who.ID) {
				groups[who.ID] = append(groups[who.ID], w.change.GroupID)
			}
		}
	}
	if err := ForgetGroups(ctx, dir, groups); err != nil {
		g.findings.problems(StaysRemembered, err)
	}
}

// addRemembered adds to the members that groups have those of the state who are
// not in them any more and would be given back: a run that took everything from a
// leaver may have ended before it came to the rules. The plan then shows that they
// leave, and the apply forgets the group. Nobody else of those who are missing is added.
func (g *GroupRules) addRemembered(ctx context.Context, dir directory.Groups, have, now map[string]membership.Members) {
	forgetter, remembers := dir.(directory.Forgetter)
	lost := map[string]bool{}
	for ref := range now {
		for _, key := range have[ref].Without(now[ref]) {
			lost[key] = true
		}
	}
	if !remembers || len(lost) == 0 {
		return
	}
	found, _, err := membersApart(ctx, dir, slices.Sorted(maps.Keys(lost)))
	groups := map[string][]string{}
	for ref := range now {
		for _, key := range have[ref].Without(now[ref]) {
			if id := found[key].ID; id != "" && found[key].Class == "user" {
				groups[id] = append(groups[id], g.Groups[ref].ID)
			}
		}
	}
	if err == nil && len(groups) > 0 {
		groups, err = forgetter.RememberedGroups(ctx, groups)
	}
	if err != nil {
		g.findings.warn("Remembered memberships cannot be read", fmt.Sprintf("%d people are not in their groups any more, "+
			"and whether these would be given back to them cannot be read: %s.", len(lost), err))
		return
	}
	for ref := range now {
		for _, key := range have[ref].Without(now[ref]) {
			if slices.Contains(groups[found[key].ID], g.Groups[ref].ID) {
				now[ref][key] = have[ref][key]
			}
		}
	}
}
