// SPDX-License-Identifier: MPL-2.0

package review

import (
	"maps"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/worker"
)

// person is one decision with who it is about.
type person struct {
	dec *roster.Decision
	pro *roster.Profile
	at  int // position among all, by worker id
	// section is the list of the report that names them, if one does.
	section string
}

func (p *person) id() string { return p.dec.WorkerID }

// had are the facts before the run, has those after it. Each falls back on the other where
// it is silent: a leaver loses a title, a joiner had none.
func (p *person) had(role roster.Role) string {
	if p.pro.Before != nil {
		return p.pro.Before[role]
	}
	return p.pro.After[role]
}

func (p *person) has(role roster.Role) string { return p.pro.After[role] }

// known is what a colleague knows the person by: what they have, or else had.
func (p *person) known(role roster.Role) string {
	if p.loses() {
		if v := p.had(role); v != "" {
			return v
		}
	}
	if v := p.has(role); v != "" {
		return v
	}
	return p.had(role)
}

// loses and gains report whether the run takes or gives access; first is true of gains by a
// new account.
func (p *person) loses() bool { return p.pro.CouldSignIn && !p.pro.CanSignIn }
func (p *person) gains() bool { return !p.pro.CouldSignIn && p.pro.CanSignIn }
func (p *person) first() bool { return p.gains() && !p.pro.HadAccount && !p.pro.Restored }

// stays reports whether somebody could and can sign in.
func (p *person) stays() bool { return p.pro.CouldSignIn && p.pro.CanSignIn }

// creates reports whether the run makes an account.
func (p *person) creates() bool { return p.dec.Action == roster.ActionCreate }

// change returns how an attribute changes.
func (p *person) change(attribute string) (roster.Difference, bool) {
	for _, c := range p.dec.Changes {
		if c.Attribute == attribute {
			return c, true
		}
	}
	return roster.Difference{}, false
}

// changesOneOf reports whether one of the changes is one of those, see changeKey.
func (p *person) changesOneOf(keys []string) bool {
	return slices.ContainsFunc(p.dec.Changes, func(c roster.Difference) bool { return slices.Contains(keys, changeKey(c)) })
}

// changes returns how a role changes for somebody who stays.
func (p *person) changes(role roster.Role) (old, now string, changed bool) {
	if p.pro.Before == nil || p.pro.Before[role] == p.pro.After[role] {
		return "", "", false
	}
	return p.pro.Before[role], p.pro.After[role], true
}

// who names a person.
func (p *person) who() span { return span{kind: spanWho, s: p.pro.Name, id: p.id()} }

// wholly names a person with title, department and place.
func (p *person) wholly() text {
	return p.with(roster.RoleTitle, roster.RoleDepartment, roster.RolePlace)
}

// placed names a person with department and place, where the title is told otherwise.
func (p *person) placed() text { return p.with(roster.RoleDepartment, roster.RolePlace) }

// with names a person with what is known of some roles.
func (p *person) with(roles ...roster.Role) text {
	out := text{p.who()}
	var facts []string
	for _, role := range roles {
		if v := p.known(role); v != "" {
			facts = append(facts, v)
		}
	}
	if len(facts) > 0 {
		out = append(out, words(" "), span{kind: spanProse, s: strings.Join(facts, " · ")})
	}
	return out
}

// subject begins a sentence about people: one with everything that tells who it is, several
// with their number and the first names.
func subject(list []*person) text {
	if len(list) == 1 {
		return list[0].wholly()
	}
	return say("%s (%s)", people(len(list)), named(list, namedInFinding))
}

// each begins a sentence that tells something of every person after a colon.
func each(list []*person) text {
	if len(list) == 1 {
		return nil
	}
	return say("%s: ", people(len(list)))
}

// named lists the first people of many.
func named(people []*person, most int) text {
	return listed(people, most, func(p *person) text { return text{p.who()} })
}

// listed tells something of the first people of many, and how many more there are.
func listed(people []*person, most int, tell func(*person) text) text {
	var list []text
	for _, p := range people[:min(len(people), most)] {
		list = append(list, tell(p))
	}
	return append(join(list, ", "), more(people[len(list):])...)
}

// manager names the manager of a person as they are known, with the id.
func (v *Review) manager(id string) text {
	if id == "" {
		return say("none")
	}
	if m := v.byID[id]; m != nil {
		return text{m.who()}
	}
	return text{value(id)}
}

// ids are the worker ids of people.
func ids(people []*person) []string {
	out := make([]string, len(people))
	for i, p := range people {
		out[i] = p.id()
	}
	return out
}

// where keeps those of whom something is true.
func where(people []*person, is func(*person) bool) []*person {
	var out []*person
	for _, p := range people {
		if is(p) {
			out = append(out, p)
		}
	}
	return out
}

// today is the date of the report, in UTC as reports are dated.
func (v *Review) today() worker.Date { return worker.Date(v.o.AsOf.UTC().Format(time.DateOnly)) }

// daysAgo is how many days a date lies before the report; negative where it is still to come.
func (v *Review) daysAgo(d worker.Date) int {
	at := d.Start(time.UTC)
	if at.IsZero() {
		return 0
	}
	return int(v.today().Start(time.UTC).Sub(at).Hours() / 24)
}

// cause is why somebody is disabled after the run, in words of directory.Causes.
func (v *Review) cause(p *person) string { return v.r.Accounts[p.id()].DisabledFor }

// leaves reports whether somebody loses access for good, as far as anybody can tell: not
// because they are on leave or have not started.
func (v *Review) leaves(p *person) bool {
	if !p.loses() {
		return false
	}
	cause := v.cause(p)
	return cause != directory.ForLeave && cause != directory.ForPrehire
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
