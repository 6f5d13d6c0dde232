// SPDX-License-Identifier: MPL-2.0

package review

import (
	"strings"

	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/wording"
)

const (
	// summaryFrom is from how many people on a plan is too long to be read from its first line to its last.
	summaryFrom = 50
	// namedInSummary is how many people of one kind a summary names.
	namedInSummary = 15
)

// risky are the kinds of decisions that a summary names however few they are: who can sign
// in, and under which name, is different afterwards.
var risky = map[roster.Action]bool{
	roster.ActionDelete: true, roster.ActionDisable: true, roster.ActionRehire: true, roster.ActionEnable: true, roster.ActionRename: true, roster.ActionRelease: true,
}

// verbs tell a kind of decision in the summary, for those that a plan shows.
var verbs = map[roster.Action]string{
	roster.ActionSetAside: "set aside", roster.ActionHeld: "held by an override", roster.ActionDelete: "deleted", roster.ActionRelease: "managed no longer, because they are absent", roster.ActionKeptDisabled: "kept disabled", roster.ActionDisable: "disabled",
	roster.ActionRename: "renamed", roster.ActionMove: "moved", roster.ActionRehire: "taken into use again", roster.ActionEnable: "enabled", roster.ActionCreate: "created", roster.ActionUpdate: "updated",
}

// Summary says in a few lines of plain text what happens, the riskiest first, with the
// questions of page one: for the end of a plan, of which streamed logs show nothing else. It is empty where
// nobody's access or name changes and the plan can be read.
func (v *Review) Summary() string {
	total, needed := 0, false
	for action, list := range v.byAction {
		if verbs[action] != "" {
			total += len(list)
			needed = needed || risky[action]
		}
	}
	if !needed && total <= summaryFrom {
		return ""
	}
	out := []string{"The accounts of " + people(total).s + " change:"}
	for _, s := range sections {
		list := v.byAction[s.action]
		if len(list) == 0 || verbs[s.action] == "" {
			continue
		}
		all := len(list)
		if s.shared {
			list = where(list, func(p *person) bool { return !p.sharesAll(v.shared) })
		}
		line := "  - " + wording.Thousands(all) + " " + verbs[s.action]
		switch rest := all - len(list); {
		case rest == 0:
			line += ": " + named(list, namedInSummary).String()
		case len(list) == 0:
			line += " only in what follows"
		default:
			line += ": " + named(list, namedInSummary).String() + ", and " + wording.Thousands(rest) + " only in what follows"
		}
		out = append(out, line)
	}
	for i := range v.causes[:min(len(v.causes), v.o.MaxListed)] {
		if c := &v.causes[i]; c.People >= sharedFrom {
			out = append(out, "  - "+c.tell(v).String())
		}
	}
	if len(v.findings) > 0 {
		out = append(out, "Look at these first; the attribute report has the reasons:")
		for _, f := range v.findings[:min(len(v.findings), lookAt)] {
			out = append(out, "  - "+f.Text.String())
		}
	}
	return strings.Join(out, "\n")
}
