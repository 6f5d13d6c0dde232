// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/membership"
)

// Titles of what concerns one group.
const (
	cannotReadGroups = "Cannot read groups"
	noSuchGroup      = "Groups do not exist"
	safeguardStops   = "A safeguard stops the plan"
	cannotTell       = "Members or owners cannot be looked up"
)

// groupTrouble is a problem that concerns one group.
type groupTrouble struct {
	summary string
	// reason is what the state holds: it stays the same as long as the problem does.
	reason string
	text   string
}

func (g *GroupRules) addTrouble(ref string, t groupTrouble) {
	if g.troubles == nil {
		g.troubles = map[string][]groupTrouble{}
	}
	g.troubles[ref] = append(g.troubles[ref], t)
}

// addPrivileged refuses a rule for a group of administrators. One that became
// privileged while its rule was in force is set aside.
func (g *GroupRules) addPrivileged(ref, why string) {
	text := why + ". A rule over HR data would make administrators: take the group out of rules, " +
		"or, if that is meant, add it to allow_privileged"
	if _, managed := g.Before[ref]; !managed {
		g.findings.failRule(ref, "The group is privileged", fmt.Sprintf("Group %q: %s.", ref, text))
		return
	}
	g.addTrouble(ref, groupTrouble{"The group is privileged", "the group is privileged: " + why, text})
}

// keepUnremovable keeps those in a group whom no rule takes out: everybody in a group that
// protects its members, and those whose primary group it is. They are named, since
// some of them may have left.
func (g *GroupRules) keepUnremovable(ref string, want, have membership.Members) {
	group := g.Groups[ref]
	var stuck []string
	for _, key := range have.Without(want) {
		if _, primary := slices.BinarySearch(group.Primary, directory.Fold(key)); primary || group.Guarded != "" {
			stuck, want[key] = append(stuck, key), have[key]
		}
	}
	if len(stuck) == 0 {
		return
	}
	reason := "it is the primary group of " + strings.Join(stuck, ", ")
	text := fmt.Sprintf("the rule does not find these, and no change of the members takes them out, "+
		"because it is the primary group of their accounts: %s. Give each account another primary group first (primaryGroupID), such as Domain Users", have.Named(stuck))
	if group.Guarded != "" {
		reason, text = group.Guarded, fmt.Sprintf("the rule does not find these: %s; %s", have.Named(stuck), group.Guarded)
	}
	g.addTrouble(ref, groupTrouble{"Members cannot leave", reason, text})
}

// SetAside returns, after [GroupRules.Plan], why groups are set aside.
func (g *GroupRules) SetAside() map[string]string {
	out := make(map[string]string, len(g.troubles))
	for ref, troubles := range g.troubles {
		var reasons []string
		for _, t := range troubles {
			reasons = append(reasons, t.reason)
		}
		out[ref] = strings.Join(reasons, "; ")
	}
	return out
}

// addTroubles reports what concerns one group each, and people of whom no rule
// decides. It is an error where that is chosen, and where no group is left: then
// it is the configuration that is wrong, or the directory.
func (g *GroupRules) addTroubles(people []string) {
	if len(people) > 0 {
		const summary = "People are set aside"
		text := "These are neither added to groups nor removed from any:\n" + Listed(people)
		if g.Stop {
			g.findings.fail(summary, text)
		} else {
			g.findings.warn(summary, text)
		}
	}
	if len(g.troubles) == 0 {
		return
	}
	if g.Stop || g.nothingLeft() {
		g.addTroubleErrors()
		return
	}
	var lines []string
	for _, ref := range slices.Sorted(maps.Keys(g.troubles)) {
		for _, t := range g.troubles[ref] {
			lines = append(lines, fmt.Sprintf("%s: %s", ref, strings.ReplaceAll(strings.TrimSuffix(t.text, "."), "\n", "; ")))
		}
	}
	g.findings.warn("Groups are set aside", fmt.Sprintf("%d of %d groups have a problem. Their members stay as they are, as far as the problem goes, "+
		"but for those with whose account nobody can sign in any more; all other groups go on (on_problem = \"set_aside\"):\n%s",
		len(g.troubles), len(g.Rules), Listed(lines)))
}

// nothingLeft reports whether every group has a problem, and none was managed before.
func (g *GroupRules) nothingLeft() bool {
	for ref := range g.Rules {
		if _, managed := g.Before[ref]; managed || len(g.troubles[ref]) == 0 {
			return false
		}
	}
	return true
}

func (g *GroupRules) addTroubleErrors() {
	var missing []string
	for _, ref := range slices.Sorted(maps.Keys(g.troubles)) {
		for _, t := range g.troubles[ref] {
			switch t.summary {
			case noSuchGroup:
				missing = append(missing, fmt.Sprintf("%q", ref))
			case cannotReadGroups, "Invalid group rule":
				g.findings.failRule(ref, t.summary, t.text+".")
			default:
				g.findings.failRule(ref, t.summary, fmt.Sprintf("Group %q: %s.", ref, t.text))
			}
		}
	}
	if len(missing) > 0 {
		g.findings.failArgument("rules", noSuchGroup, fmt.Sprintf("%d of %d groups are not in %s:\n  %s\n"+
			"Create them first, or correct what rules call them.", len(missing), len(g.Rules), g.Target.Title, strings.Join(missing, "\n  ")))
	}
}

// concernsOne reports whether an error is about some groups or members only, and
// says nothing of the others.
func concernsOne(err error) bool {
	for _, e := range Flatten(err) {
		var m *directory.MembershipError
		if !errors.Is(e, directory.ErrAmbiguous) && !errors.As(e, &m) {
			return false
		}
	}
	return err != nil
}

// groupsApart reads groups. Those that could not be read, while others could, are
// in failed by reference.
func groupsApart(ctx context.Context, dir directory.Groups, refs []string) (
	found map[string]*directory.Group, failed map[string]error, err error,
) {
	found, err = dir.Groups(ctx, refs)
	if found == nil || !concernsOne(err) {
		return found, nil, err
	}
	failed = map[string]error{}
	for _, ref := range refs {
		if found[ref] != nil {
			continue
		}
		one, err := dir.Groups(ctx, []string{ref})
		if err != nil && !concernsOne(err) {
			return nil, nil, err
		}
		if one[ref] != nil {
			found[ref] = one[ref]
		} else if err != nil {
			failed[ref] = err
		}
	}
	return found, failed, nil
}

// membersApart finds members. References that fit several are in failed; few do,
// so that halving finds them with few questions.
func membersApart(ctx context.Context, dir directory.Groups, refs []string) (
	found map[string]directory.Member, failed map[string]error, err error,
) {
	found, err = dir.Members(ctx, refs)
	switch {
	case err == nil:
		return found, nil, nil
	case !concernsOne(err):
		return nil, nil, err
	case len(refs) == 1:
		return map[string]directory.Member{}, map[string]error{refs[0]: err}, nil
	}
	found, failed = map[string]directory.Member{}, map[string]error{}
	for _, half := range [][]string{refs[:len(refs)/2], refs[len(refs)/2:]} {
		some, bad, err := membersApart(ctx, dir, half)
		if err != nil {
			return nil, nil, err
		}
		maps.Copy(found, some)
		maps.Copy(failed, bad)
	}
	return found, failed, nil
}
