// SPDX-License-Identifier: MPL-2.0

package review

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression/spelling"
	"terraform-provider-workforce/internal/roster"
)

// jumpFrom is over how many ranks a title jumps before it is worth a question.
const jumpFrom = 3

// aboutNames asks about accounts that get another person's name, as when a worker id is given
// to somebody else or a rule takes over the wrong account.
func (v *Review) aboutNames() []finding {
	other := where(v.people, func(p *person) bool {
		return p.pro.HadAccount && p.pro.HasAccount && p.pro.Was != "" && p.pro.InFeed && !shareName(p.pro.Was, p.pro.Name)
	})
	return about("account_of_another_person", 98, other, func() text {
		return say("%s%s. Is that one person under a new name, and no worker id that is used again?", each(other),
			listed(other, namedInFinding, func(p *person) text {
				t := say("%s was called %s until now (%s)", p.wholly(), p.pro.Was, v.formerLogin(p))
				if p.pro.Adopted {
					t = append(t, words(", and the account is taken over"))
				}
				return append(t, p.staysOrChanges()...)
			}))
	})
}

// staysOrChanges tells which of the facts about a person change with the name.
func (p *person) staysOrChanges() text {
	var stay, change []text
	for _, x := range []struct {
		role roster.Role
		name string
	}{{roster.RoleLogin, "login"}, {roster.RoleTitle, "title"}, {roster.RoleDepartment, "department"}, {roster.RoleManager, "manager"}} {
		if p.had(x.role) == "" {
			continue
		}
		if _, now, changes := p.changes(x.role); changes {
			change = append(change, say("the %s becomes %s", words(x.name), value(now)))
			continue
		}
		stay = append(stay, text{words(x.name)})
	}
	if len(stay) > 0 {
		change = append(change, say("%s %s", join(stay, ", "), isAre(len(stay), "stays", "stay")))
	}
	if len(change) == 0 {
		return nil
	}
	return append(say("; "), join(change, ", ")...)
}

// formerLogin is how the account signs in before the run.
func (v *Review) formerLogin(p *person) text {
	if l := p.had(roster.RoleLogin); l != "" {
		return text{value(l)}
	}
	return say("a login that is not shown")
}

// shareName reports whether two names have a word in common, or nearly: a marriage, another
// spelling and a middle name do.
func shareName(a, b string) bool {
	for _, x := range tokens(a) {
		for _, y := range tokens(b) {
			if x == y || len(x) > 3 && len(y) > 3 && spelling.Distance(x, y, 2) < 2 || strings.HasPrefix(x, y) || strings.HasPrefix(y, x) {
				return true
			}
		}
	}
	return false
}

// aboutLostValues asks about values that people who stay lose.
func (v *Review) aboutLostValues() []finding {
	lost := map[string][]*person{}
	for _, p := range v.people {
		if !p.stays() || !p.pro.InFeed {
			continue
		}
		for _, c := range p.dec.Changes {
			if !c.Redacted && c.Override == "" && len(c.Old) > 0 && len(c.New) == 0 && c.Attribute != directory.GroupsAttribute {
				lost[c.Attribute] = append(lost[c.Attribute], p)
			}
		}
	}
	var out []finding
	for _, attribute := range slices.Sorted(maps.Keys(lost)) {
		list := lost[attribute]
		risk := 70
		if !slices.Contains([]string{"title", "jobTitle", "department", "manager", "mail"}, attribute) {
			risk = 55
		}
		out = append(out, about("values_emptied", risk, list, func() text {
			return say("%s loses its value for %s; %s keep theirs: %s. Did HR mean to clear it?", value(attribute), people(len(list)),
				v.holders(attribute)-len(list), listed(list, namedInFinding, func(p *person) text {
					c, _ := p.change(attribute)
					return say("%s had %s", p.who(), v.tellValue(attribute, c.Old))
				}))
		})...)
	}
	return out
}

// holders counts the accounts of people that had an attribute before.
func (v *Review) holders(attribute string) int {
	return len(where(v.people, func(p *person) bool {
		if c, changes := p.change(attribute); changes {
			return len(c.Old) > 0
		}
		return p.pro.HadAccount && len(v.r.Accounts[p.id()].Attributes[attribute]) > 0
	}))
}

// aboutMoves asks about jumps in rank and about moves that stopped half-way.
func (v *Review) aboutMoves() []finding {
	jumps := where(v.people, func(p *person) bool {
		old, now, changed := p.changes(roster.RoleTitle)
		return changed && p.stays() && old != "" && now != "" && max(rank(now)-rank(old), rank(old)-rank(now)) >= jumpFrom
	})
	out := about("title_jumps", 81, jumps, func() text {
		return say("%s%s. Is that right?", each(jumps), listed(jumps, namedInFinding, func(p *person) text {
			old, now, _ := p.changes(roster.RoleTitle)
			return say("%s jumps from %s to %s", p.placed(), value(old), value(now))
		}))
	})
	return append(out, v.halfMoves()...)
}

// halfMoves are people whose country changes while what goes with a country stays.
func (v *Review) halfMoves() []finding {
	usual := v.usualByCountry()
	lag := map[*person]text{}
	moved := where(v.people, func(p *person) bool {
		old, now, changed := p.changes(roster.RoleCountry)
		if !changed || !p.stays() || old == "" || now == "" {
			return false
		}
		var behind []text
		for _, role := range []roster.Role{roster.RoleUsageLocation, roster.RoleCompany, roster.RoleTelephone} {
			has := part(role, p.has(role))
			there := usual[role][now]
			if _, _, changes := p.changes(role); changes || has == "" || there == "" || has == there || has != usual[role][old] {
				continue
			}
			behind = append(behind, say("%s %s", words(behindWords[role]), p.has(role)))
		}
		lag[p] = join(behind, " and ")
		return len(behind) > 0
	})
	return about("half_move", 61, moved, func() text {
		return say("%s%s. Is that all that changes with the country?", each(moved), listed(moved, namedInFinding, func(p *person) text {
			old, now, _ := p.changes(roster.RoleCountry)
			return say("%s moves from %s to %s and keeps the %s", p.wholly(), value(old), value(now), lag[p])
		}))
	})
}

var behindWords = map[roster.Role]string{roster.RoleUsageLocation: "usage location", roster.RoleCompany: "company", roster.RoleTelephone: "telephone number"}

// part is what of a value goes with a country: of a telephone number the first digits.
func part(role roster.Role, value string) string {
	if role != roster.RoleTelephone {
		return value
	}
	if !strings.HasPrefix(value, "+") {
		return ""
	}
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, value)
	return "+" + digits[:min(len(digits), 2)]
}

// usualByCountry is what nearly everybody in a country has, for countries with enough people.
func (v *Review) usualByCountry() [roster.Roles]map[string]string {
	var out [roster.Roles]map[string]string
	for _, role := range []roster.Role{roster.RoleUsageLocation, roster.RoleCompany, roster.RoleTelephone} {
		counts := map[string]map[string]int{}
		for _, p := range v.people {
			country, has := p.had(roster.RoleCountry), part(role, p.had(role))
			if country == "" || has == "" || !p.pro.HadAccount {
				continue
			}
			if counts[country] == nil {
				counts[country] = map[string]int{}
			}
			counts[country][has]++
		}
		out[role] = map[string]string{}
		for country, values := range counts {
			all, best, n := 0, "", 0
			for _, value := range slices.Sorted(maps.Keys(values)) {
				if all += values[value]; values[value] > n {
					best, n = value, values[value]
				}
			}
			if n >= 5 && n*10 >= all*8 {
				out[role][country] = best
			}
		}
	}
	return out
}

// aboutValues asks about values that look misspelled, and about values that disappear
// while the rules still name them.
func (v *Review) aboutValues() []finding {
	out := append(v.misspelled(), v.massChanges()...)
	var gone []*cause
	named := map[*cause][]string{}
	for i := range v.causes {
		c := &v.causes[i]
		if c.Various || c.Redacted || len(c.Old) != 1 || c.People < sharedFrom || c.People != c.Of {
			continue
		}
		if in := v.rulesNaming(c.Old.Text()); len(in) > 0 {
			gone, named[c] = append(gone, c), in
		}
	}
	for _, c := range gone {
		out = append(out, finding{Key: "rules_name_old_value", Risk: 69, Workers: v.changing(c),
			Text: say("%s has %s any more (%s now have %s), and rules still name it: %s. What they said about it no longer happens. Is that meant?",
				words("Nobody"), value(c.Attribute+" "+c.Old.Text()), people(c.People), v.tellValue(c.Attribute, c.New), strings.Join(named[c], ", "))})
	}
	return out
}

// rulesNaming lists the rules that hold a value as a literal.
func (v *Review) rulesNaming(literal string) []string {
	quoted := strconv.Quote(literal)
	var out []string
	add := func(name, text string) {
		if strings.Contains(text, quoted) || text == literal {
			out = append(out, name)
		}
	}
	rules := v.o.Rules
	for _, name := range slices.Sorted(maps.Keys(rules.Attributes)) {
		add(name, rules.Attributes[name].Expression)
	}
	for _, name := range slices.Sorted(maps.Keys(rules.Expressions)) {
		add("expressions."+name, rules.Expressions[name])
	}
	add("container", rules.Container)
	for _, group := range rules.Scope {
		for _, clause := range group {
			add("scope", clause.Value)
			add("scope", clause.Expression)
		}
	}
	for _, table := range slices.Sorted(maps.Keys(rules.Tables)) {
		if _, there := rules.Tables[table][literal]; there {
			out = append(out, fmt.Sprintf("tables.%s", table))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// manyNew is from how many new values of an attribute on none of them is a slip.
const manyNew = 100

// misspelled asks about new values that few have and that nearly are one that many have.
func (v *Review) misspelled() []finding {
	var lines []text
	var concerned []*person
	for _, role := range []roster.Role{roster.RoleDepartment, roster.RolePlace, roster.RoleCompany, roster.RoleCountry, roster.RoleTitle} {
		was := v.countHad(role)
		now := map[string][]*person{}
		for _, p := range v.people {
			if value := p.has(role); value != "" && p.pro.HasAccount && was[value] == 0 {
				now[value] = append(now[value], p)
			}
		}
		if len(now) > manyNew { // another way of writing all of them, or a first run
			continue
		}
		for _, fresh := range slices.Sorted(maps.Keys(now)) {
			near := nearly(fresh, was)
			if near == "" { // or one that many get in this run
				near = nearly(fresh, v.after.by[role])
			}
			if n := len(now[fresh]); near == "" || n*5 > v.after.by[role][near] || v.after.by[role][near]*2 < was[near] {
				continue
			}
			concerned = append(concerned, now[fresh]...)
			lines = append(lines, say("%s %s %s, which nobody had, while %s have %s", named(now[fresh], 2), isAre(len(now[fresh]), "gets", "get"), value(fresh), people(v.after.by[role][near]), value(near)))
		}
	}
	return about("value_misspelled", 53, concerned, func() text {
		return say("%s. Is it spelled right?", join(lines[:min(len(lines), namedInFinding)], "; "))
	})
}

// countHad counts the values that accounts have before the run.
func (v *Review) countHad(role roster.Role) map[string]int {
	out := map[string]int{}
	for _, p := range v.people {
		if p.pro.HadAccount {
			out[p.had(role)]++
		}
	}
	delete(out, "")
	return out
}

// nearly returns the most frequent value that differs from one in case, spaces or a letter.
// Values that differ in a number are different things.
func nearly(value string, known map[string]int) string {
	best := ""
	bare := func(s string) string { return strings.Join(tokens(s), "") }
	for _, other := range slices.SortedFunc(maps.Keys(known), cmp.Compare[string]) {
		if known[other] < 5 || known[other] <= known[best] || other == value {
			continue
		}
		x, y := bare(value), bare(other)
		if x == y || len(x) > 5 && !anyDigit(x) && spelling.Distance(x, y, 3) <= 1+len(x)/12 {
			best = other
		}
	}
	return best
}

const (
	// massShare is from what part of all accounts on one change is worth a question, in per cent.
	massShare = 5
	// massPeople is from how many people on it is one, whatever the part.
	massPeople = 50
)

// massChanges asks about one change of very many people.
func (v *Review) massChanges() []finding {
	var out []finding
	for i := range v.causes {
		c := &v.causes[i]
		if c.Various || c.Redacted || c.People < massPeople || c.People*100 < massShare*v.before.people || v.isLeaving(c) {
			continue
		}
		t := c.tell(v)
		if rest := c.Of - c.People; rest > 0 && rest <= 5 {
			t = append(t, say(" (not for %s)", named(v.keeping(c), 5))...)
		}
		out = append(out, finding{Key: "mass_change", Risk: 49, Workers: v.changing(c),
			Text: append(t, words(". Was that announced, and has everything that hangs on the old value (groups, rules, mailing lists) been "+
				"changed?"))})
	}
	return out
}

// changing are the worker ids of everybody whom a cause concerns.
func (v *Review) changing(c *cause) []string {
	return ids(where(v.people, func(p *person) bool {
		return slices.ContainsFunc(p.dec.Changes, func(x roster.Difference) bool { return slices.Contains(c.keys, changeKey(x)) })
	}))
}

// isLeaving reports whether a cause is what becomes of leavers.
func (v *Review) isLeaving(c *cause) bool {
	return !slices.ContainsFunc(c.first, func(x example) bool { return x.person.pro.CanSignIn })
}

// keeping are those who have the old value of a cause and do not get the new one.
func (v *Review) keeping(c *cause) []*person {
	return where(v.people, func(p *person) bool {
		if x, changes := p.change(c.Attribute); changes {
			return x.Old.Equal(c.Old) && !x.New.Equal(c.New)
		}
		return p.pro.HadAccount && v.r.Accounts[p.id()].Attributes[c.Attribute].Equal(c.Old)
	})
}
