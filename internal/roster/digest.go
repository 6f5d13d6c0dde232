// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strings"
)

const (
	// digestFrom is how many people have to change before a plan is too long to be
	// read from its first line to its last.
	digestFrom = 50
	// namedInDigest is how many people of one kind a digest names.
	namedInDigest = 15
)

// verbs tell an action in the digest, for those that a plan shows.
var verbs = map[Action]string{
	ActionSetAside: "set aside", ActionDelete: "deleted", ActionRelease: "managed no longer, because they are absent", ActionKeptDisabled: "kept disabled", ActionDisable: "disabled", ActionRename: "renamed", ActionMove: "moved",
	ActionRehire: "taken into use again", ActionEnable: "enabled", ActionCreate: "created", ActionUpdate: "updated",
}

// digest sums up what happens in a few lines, the riskiest first, for a plan that is
// too long to find it there; "" for one that can be read.
func (d *decider) digest(causes []cause) string {
	byAction := map[Action][]*person{}
	total := 0
	for _, p := range d.people {
		if verbs[p.action] != "" {
			byAction[p.action] = append(byAction[p.action], p)
			total++
		}
	}
	if total <= digestFrom {
		return ""
	}
	shared := d.sharedKeys(causes)
	out := []string{fmt.Sprintf("The accounts of %s change. The attribute report tells who, what and why:", count(total, "worker"))}
	for _, s := range sections {
		people := byAction[s.action]
		if len(people) == 0 {
			continue
		}
		all := len(people)
		if s.shared {
			people = slices.DeleteFunc(people, func(p *person) bool { return p.sharesAll(shared) })
		}
		line := fmt.Sprintf("  - %s %s", thousands(all), verbs[s.action])
		switch rest := all - len(people); {
		case rest == 0:
			line += ": " + named(people)
		case len(people) == 0:
			line += " only in what follows"
		default:
			line += ": " + named(people) + ", and " + thousands(rest) + " only in what follows"
		}
		out = append(out, line)
	}
	for _, c := range causes[:min(len(causes), d.in.MaxListed)] {
		if c.People >= sharedFrom {
			out = append(out, fmt.Sprintf("  - %s: %s", count(c.People, "worker"), c.text()))
		}
	}
	return strings.Join(out, "\n")
}

// text tells a cause in words.
func (c *cause) text() string {
	switch {
	case c.Redacted:
		return c.Attribute + " (redacted)"
	case c.Various:
		return c.Attribute + ", each their own value"
	}
	return fmt.Sprintf("%s: %s → %s", c.Attribute, visible(quoteValue(c.Old)), visible(quoteValue(c.New)))
}

// named lists the first worker ids.
func named(people []*person) string {
	ids := workerIDs(people[:min(len(people), namedInDigest)])
	for i, id := range ids {
		ids[i] = visible(id)
	}
	if more := len(people) - namedInDigest; more > 0 {
		ids = append(ids, "and "+thousands(more)+" more")
	}
	return strings.Join(ids, ", ")
}
