// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/wording"
)

// guardIDs refuses a feed in which many people seem to have a new worker id, as after a
// change of its format: each would get a second account, and keep the first.
func (d *recognised) guardIDs() error {
	const few, share = 5, 5 // more than five of them, and a fifth of all
	var absent, joiners []*person
	known := 0
	for _, p := range d.people {
		switch {
		case p.worker == nil && p.existing == nil: // several accounts carry the id
		case p.worker == nil && p.existing.Account.Enabled:
			absent = append(absent, p)
			known++
		case p.existing != nil:
			known++
		case p.desired != nil && p.stage().HasAccount() && p.desired.Enabled && !p.aside():
			joiners = append(joiners, p)
		}
	}
	if n := min(len(absent), len(joiners)); n < 2 || n*share < known {
		return nil
	}
	var alike []string
	surely := 0
	from, to := map[string]int{}, ""
	for _, pair := range d.alike(absent, joiners) {
		alike = append(alike, fmt.Sprintf("worker %q is like worker %q, who is not in the feed and has %s", pair.now.id, pair.before.id, describe(pair.before.existing)))
		if pair.byID && pair.byName {
			surely++
		}
		from[idChange(pair.before.id, pair.now.id)]++
	}
	if len(alike)*share < known || len(alike) <= few && surely < max(2, len(alike)) {
		return nil
	}
	for _, how := range sortedKeys(from) {
		if to == "" || from[how] > from[to] {
			to = how
		}
	}
	return refuse(fmt.Sprintf("the worker ids in the feed seem to have changed: %s without an account are like %s whose workers are not in the feed any more, and would get second accounts (the new ids %s). "+
		"Give the former ids in the feed; or, if the change is meant, put a match rule first that compares %s with an expression that gives the former id, such as the source %q, "+
		"or name the accounts in links, and the accounts get the new ids",
		wording.Count(len(alike), "worker"), wording.Count(len(alike), "account"), to, d.in.WorkerIDAttribute, `Replace([worker_id], , "^0+", , "", , )`), alike)
}

// pair is a worker without an account and an absent one whose account looks like theirs.
type pair struct {
	before, now  *person
	byID, byName bool
}

// alike pairs workers without an account with absent ones whose account has the same name,
// or whose id differs in nothing but zeros, blanks and dashes. Each is paired once.
func (d *recognised) alike(absent, joiners []*person) (pairs []pair) {
	c := newLikeness(d.run)
	index := map[string][]*person{}
	for _, p := range absent {
		for _, key := range c.likenesses(p, func(name string) directory.Value { return p.present(name) }) {
			if !slices.Contains(index[key], p) {
				index[key] = append(index[key], p)
			}
		}
	}
	taken := map[*person]bool{}
	for _, p := range joiners {
		score := map[*person]*pair{}
		var best *pair
		for _, key := range c.likenesses(p, func(name string) directory.Value { return c.wanted(p, name) }) {
			if len(index[key]) > maxAlike {
				continue
			}
			for _, other := range index[key] {
				if taken[other] {
					continue
				}
				if score[other] == nil {
					score[other] = &pair{before: other, now: p}
				}
				found := score[other]
				found.byID = found.byID || strings.HasPrefix(key, traitID)
				found.byName = found.byName || strings.HasPrefix(key, traitName)
				if best == nil || found.byID && !best.byID || found.byID == best.byID && found.byName && !best.byName {
					best = found
				}
			}
		}
		if best != nil {
			taken[best.before] = true
			pairs = append(pairs, *best)
		}
	}
	return pairs
}

// likenesses are the keys under which somebody is found by a bare worker id or a name.
func (c *likeness) likenesses(p *person, value func(string) directory.Value) []string {
	keys := []string{traitID + "\x00" + strings.TrimLeft(letters(p.id), "0")}
	for _, t := range c.traits(value) {
		if t.kind == traitName && t.key != "" {
			keys = append(keys, t.kind+"\x00"+t.key)
		}
	}
	return keys
}

// idChange says in words how an id differs from the former one.
func idChange(before, now string) string {
	switch b, n := directory.Fold(before), directory.Fold(now); {
	case strings.TrimLeft(b, "0") == strings.TrimLeft(n, "0"):
		return "differ in leading zeros"
	case letters(b) == letters(n):
		return "differ in blanks and punctuation"
	case strings.HasSuffix(n, b):
		return fmt.Sprintf("have the prefix %q", now[:len(now)-len(before)])
	case strings.HasPrefix(n, b):
		return fmt.Sprintf("have the suffix %q", now[len(before):])
	case strings.HasSuffix(b, n), strings.HasPrefix(b, n):
		return fmt.Sprintf("have lost a part, such as %q → %q", before, now)
	}
	return fmt.Sprintf("are others, such as %q → %q", before, now)
}
