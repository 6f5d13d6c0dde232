// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/wording"
)

// compared is what the sixth phase hands on about one person: what changes, and the word for it.
type compared struct {
	*drafted
	action  Action
	reason  string // one sentence
	changes []Difference
}

// comparison is what the run would change, for everybody.
type comparison struct {
	*drafts
	notes
	people []*compared // in the order of recognised.people
	cycles [][]string  // worker ids that manage one another
	// refusedValues are what the directory does not take, of everybody.
	refusedValues []refusedValue
}

// stripped reports whether an account is taken out of its groups.
func (p *compared) stripped() bool {
	return slices.ContainsFunc(p.changes, func(c Difference) bool {
		return c.Attribute == directory.GroupsAttribute && c.New.Text() == directory.GroupsRemoved
	})
}

// labels reports whether an account that carries no worker id, or another one, gets one:
// it is taken over. The same one in another spelling is no other one.
func (d *comparison) labels(p *compared) bool {
	return d.in.WorkerIDAttribute != "" && p.existing != nil && p.changesOf(d.in.WorkerIDAttribute) && !d.carries(p.existing, p.person)
}

func (p *compared) changesOf(attribute string) bool {
	return slices.ContainsFunc(p.changes, func(c Difference) bool { return c.Attribute == attribute })
}

func (p *compared) moves() bool { return p.changesOf(ContainerChange) }

// renames reports whether a name that people know the account by changes.
func (d *comparison) renames(p *compared) bool {
	return slices.ContainsFunc(p.changes, func(c Difference) bool { return d.isRename(c.Attribute) })
}

// updates reports whether any other attribute changes.
func (d *comparison) updates(p *compared) bool {
	return slices.ContainsFunc(p.changes, func(c Difference) bool {
		return c.Attribute != EnabledChange && c.Attribute != ContainerChange && !d.isRename(c.Attribute)
	})
}

// firstTen names people in messages.
func (d *comparison) firstTen(people []*compared) string {
	return firstTen(len(people), func(i int) string {
		name := strconv.Quote(people[i].id)
		if display := d.displayName(people[i].drafted); display != "" {
			name += " " + display
		}
		return name
	})
}

// decision is what happens to one worker's account, as reports tell it.
func (d *comparison) decision(p *compared) Decision {
	dec := Decision{WorkerID: p.id, Name: d.displayName(p.drafted), Action: p.action, Stage: p.stage(), Reason: p.reason, Changes: p.changes,
		Problems:    p.problems(),
		LosesAccess: p.disables(), GainsAccess: p.enables()}
	if p.existing != nil {
		dec.ObjectID, dec.MatchedBy = p.existing.ID, p.matched
		if !d.hides("cn") && !d.hides("userPrincipalName") { // one of them stands in the path
			dec.Path = p.existing.Path
		}
	}
	return dec
}

// asideReasons tells the most frequent problems of people who are set aside, each once with its
// number and what to do.
func asideReasons(people []*compared) string {
	const shown = 10
	counts := map[string]int{}
	for _, p := range people {
		for _, t := range p.troubles {
			counts[t.text+"\x00"+t.remedy]++
		}
	}
	texts := sortedKeys(counts)
	slices.SortStableFunc(texts, func(a, b string) int { return counts[b] - counts[a] })
	var b strings.Builder
	for _, text := range texts[:min(shown, len(texts))] {
		what, remedy, _ := strings.Cut(text, "\x00")
		fmt.Fprintf(&b, "\n%s: %s (%s)", wording.Count(counts[text], "worker"), what, remedy)
	}
	if more := len(texts) - shown; more > 0 {
		fmt.Fprintf(&b, "\n… and %d more problems", more)
	}
	return b.String()
}
