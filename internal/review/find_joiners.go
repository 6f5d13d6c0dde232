// SPDX-License-Identifier: MPL-2.0

package review

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"terraform-provider-workforce/internal/expression/spelling"
	"terraform-provider-workforce/internal/roster"
)

const (
	// alikeFrom is from how many joiners on it is asked what they have in common.
	alikeFrom = 5
	// longPastDays is from when on a hire date is no ordinary late entry.
	longPastDays = 60
	// commonName is how many joiners may share a first or last name before pairs of them are looked at no further.
	commonName = 25
)

// aboutWhoJoins asks about people who get new accounts, one by one.
func (v *Review) aboutWhoJoins() []finding {
	joiners, staff := v.joiners(), v.employed()
	var out []finding
	fake := where(joiners, func(p *person) bool { return looksMadeUp(p.pro.Name) })
	if rarely(staff, 2, func(p *person) bool { return looksMadeUp(p.pro.Name) }) {
		out = append(out, about("joiners_made_up", 80, fake, func() text {
			return say("%s %s an account, with a name like test data. %s?", subject(fake), isAre(len(fake), "gets", "get"), isAre(len(fake),
				"Is this a real person", "Are these real people"))
		})...)
	}
	out = append(out, v.nearFits()...)
	out = append(out, v.namesakes(joiners)...)
	late := where(joiners, func(p *person) bool {
		return p.pro.HireDate != "" && len(p.pro.Elsewhere) == 0 && v.daysAgo(p.pro.HireDate) > longPastDays
	})
	slices.SortStableFunc(late, func(a, b *person) int { return cmp.Compare(a.pro.HireDate, b.pro.HireDate) })
	if len(late) >= alikeFrom && len(late)*2 > len(joiners) { // a first run, or a new part of the company
		late = nil
	}
	out = append(out, about("joiner_hired_long_ago", 78, late, func() text {
		return say("%s%s. Is the date right, and this the first account?", each(late), listed(late, namedInFinding, func(p *person) text {
			return say("%s was hired on %s and gets the first account now", p.wholly(), string(p.pro.HireDate))
		}))
	})...)
	return append(out, v.incomplete(joiners, staff)...)
}

// incomplete asks about joiners without what nearly everybody has.
func (v *Review) incomplete(joiners, staff []*person) []finding {
	lacks := map[*person][]string{}
	var concerned []*person
	for _, x := range []struct {
		role roster.Role
		name string
	}{{roster.RoleTitle, "title"}, {roster.RoleDepartment, "department"}, {roster.RoleManager, "manager"}, {roster.RolePlace, "place"}} {
		empty := func(p *person) bool { return p.has(x.role) == "" }
		if len(staff) == 0 || !rarely(staff, 10, empty) {
			continue
		}
		for _, p := range where(joiners, empty) {
			if lacks[p] == nil {
				concerned = append(concerned, p)
			}
			lacks[p] = append(lacks[p], x.name)
		}
	}
	return about("joiner_incomplete", 59, concerned, func() text {
		if len(concerned) > 1 && !slices.ContainsFunc(concerned, func(p *person) bool { return !slices.Equal(lacks[p], lacks[concerned[0]]) }) {
			return say("%s get an account and have no %s, which nearly everybody has. Are the records complete?", subject(concerned), words(strings.Join(lacks[concerned[0]], ", no ")))
		}
		return say("%s%s, which nearly everybody has. Is the record complete?", each(concerned), listed(concerned, namedInFinding, func(p *person) text {
			return say("%s gets an account and has no %s", p.wholly(), words(strings.Join(lacks[p], ", no ")))
		}))
	})
}

// tellingName is how many people may be called alike for the name to say who somebody is.
const tellingName = 3

// nearFits asks about joiners who may have had an account all along.
func (v *Review) nearFits() []finding {
	var list []text
	var concerned []*person
	called := map[string]int{}
	for _, p := range v.people {
		called[nameKey(p.pro.Name)]++
	}
	for _, f := range v.r.Near {
		p := v.byID[f.WorkerID]
		if p == nil {
			continue
		}
		if key := nameKey(p.pro.Name); key != "" && called[key] > tellingName {
			continue
		}
		concerned = append(concerned, p)
		if other := v.byID[f.Other]; other != nil && other.loses() {
			concerned = append(concerned, other)
		}
		list = append(list, say("%s gets a new account and may be %s%s (%s)", p.wholly(), v.manager(f.Other), strings.Replace(f.State, ", which", ", whose account", 1), f.Why))
	}
	return about("probably_returns", 83, concerned, func() text {
		return say("%s. Are these two people, and not one with a new worker id?", join(list[:min(len(list), namedInFinding)], "; "))
	})
}

// namesakes asks about joiners who are called like somebody who stays.
func (v *Review) namesakes(joiners []*person) []finding {
	byName := map[string]*person{}
	for _, p := range v.people {
		if p.stays() {
			if key := nameKey(p.pro.Name); key != "" {
				byName[key] = p
			}
		}
	}
	same := where(joiners, func(p *person) bool { return byName[nameKey(p.pro.Name)] != nil })
	return about("joiner_namesake", 63, same, func() text {
		return say("%s%s. Are these two people?", each(same), listed(same, namedInFinding, func(p *person) text {
			other := byName[nameKey(p.pro.Name)]
			return say("%s gets an account (%s) and is called like %s (%s)", p.wholly(), v.login(p), other.wholly(), v.login(other))
		}))
	})
}

// login is how somebody signs in.
func (v *Review) login(p *person) text {
	if l := p.known(roster.RoleLogin); l != "" {
		return text{value(l)}
	}
	return say("a login that is not shown")
}

// aboutAlike asks about joiners who have more in common than chance explains.
func (v *Review) aboutAlike() []finding {
	joiners := v.joiners()
	var out []finding
	patterns := v.patterns(joiners, v.staff, (*person).has)
	patterns = slices.DeleteFunc(patterns, func(p pattern) bool { return p.hits*2 < p.all })
	if len(joiners) >= alikeFrom && len(patterns) > 0 {
		hit := where(joiners, func(p *person) bool { return p.has(patterns[0].role) == patterns[0].value })
		out = append(out, about("joiners_alike", 79, hit, func() text {
			return say("Of the %s who get an account, %s (%s). Are these real people, such as of one project?", people(len(joiners)),
				v.tellAll(patterns, 3), named(hit, namedInFinding))
		})...)
	}
	out = append(out, v.oddPairs(joiners)...)
	out = append(out, v.enteredTwice(joiners)...)
	return append(out, v.sharedNames(joiners)...)
}

// oddPairs asks about joiners most of whom have a title that nobody in their department has, as
// where a column of the feed has slipped. Where that is usual among everybody it says nothing.
func (v *Review) oddPairs(joiners []*person) []finding {
	pair := func(p *person) [2]string { return [2]string{p.has(roster.RoleTitle), p.has(roster.RoleDepartment)} }
	pairs, titles := map[[2]string]int{}, map[string]int{}
	staff := v.employed()
	for _, p := range staff {
		pairs[pair(p)]++
		titles[p.has(roster.RoleTitle)]++
	}
	odd := where(joiners, func(p *person) bool {
		k := pair(p)
		return k[0] != "" && k[1] != "" && pairs[k] == 0 && titles[k[0]] >= minHits
	})
	if len(odd) < alikeFrom || len(odd)*2 < len(joiners) || !rarely(staff, 20, func(p *person) bool { return pairs[pair(p)] == 1 }) {
		return nil
	}
	return about("joiners_odd_titles", 74, odd, func() text {
		return say("Of the %s who get an account, %s have a title that nobody in their department has: %s. Are the titles right, and no column "+
			"of the HR data slipped?", people(len(joiners)), len(odd), listed(odd, 3, func(p *person) text {
			return say("%s %s in %s", p.who(), p.has(roster.RoleTitle), p.has(roster.RoleDepartment))
		}))
	})
}

// enteredTwice asks about joiners who may be one person entered twice: the same name, or one letter apart.
func (v *Review) enteredTwice(joiners []*person) []finding {
	byPart := map[string][]*person{}
	for _, p := range joiners {
		if p.pro.Given == "" || p.pro.Family == "" {
			continue
		}
		for _, key := range []string{"g\x00" + strings.ToLower(p.pro.Given), "f\x00" + strings.ToLower(p.pro.Family)} {
			byPart[key] = append(byPart[key], p)
		}
	}
	seen := map[*person]bool{}
	var pairs []text
	var concerned []*person
	for _, key := range slices.Sorted(maps.Keys(byPart)) {
		group := byPart[key]
		if len(group) > commonName { // as on a first run: among so many, one letter says nothing
			continue
		}
		for i, a := range group {
			for _, b := range group[i+1:] {
				if seen[a] || seen[b] || !nearlySame(a, b) {
					continue
				}
				seen[a], seen[b] = true, true
				concerned = append(concerned, a, b)
				pairs = append(pairs, say("%s and %s", a.wholly(), b.wholly()))
			}
		}
	}
	return about("joiners_twice", 77, concerned, func() text {
		return say("%s get an account and have nearly the same name. Are these two people, and not one entered twice?",
			join(pairs[:min(len(pairs), namedInFinding)], "; "))
	})
}

// nearlySame reports whether two names differ in one letter at most.
func nearlySame(a, b *person) bool {
	x, y := strings.ToLower(a.pro.Given+" "+a.pro.Family), strings.ToLower(b.pro.Given+" "+b.pro.Family)
	return x == y || utf8.RuneCountInString(x) > 8 && !anyDigit(x) && spelling.Distance(x, y, 2) <= 1
}

// sharedNames asks about joiners who share first or last names with one another more often
// than people here do, as lists that were made up do.
func (v *Review) sharedNames(joiners []*person) []finding {
	if len(joiners) < alikeFrom {
		return nil
	}
	for _, part := range []struct {
		name string
		of   func(*person) string
	}{{"last", func(p *person) string { return p.pro.Family }}, {"first", func(p *person) string { return p.pro.Given }}} {
		pairs, _ := sharing(joiners, part.of)
		among, all := sharing(v.employed(), part.of)
		n := float64(len(joiners))
		expected := n * (n - 1) / 2 * float64(among) / max(float64(all), 1)
		held := map[string]int{}
		for _, p := range joiners {
			held[part.of(p)]++
		}
		concerned := where(joiners, func(p *person) bool { return part.of(p) != "" && held[part.of(p)] > 1 })
		if all > 0 && float64(pairs) >= max(3, 4*expected) && len(concerned)*2 >= len(joiners) {
			return about("joiners_share_names", 76, concerned, func() text {
				return say("%s of the %s who get an account share the %s name with another of them (%s), far more than people here do. Are these "+
					"real people?", len(concerned), len(joiners), words(part.name), named(concerned, namedInFinding))
			})
		}
	}
	return nil
}

// sharing counts the pairs of people who have a name in common, of all pairs.
func sharing(list []*person, of func(*person) string) (pairs, all int) {
	counts := map[string]int{}
	n := 0
	for _, p := range list {
		if name := of(p); name != "" {
			counts[name]++
			n++
		}
	}
	for _, k := range counts {
		pairs += k * (k - 1) / 2
	}
	return pairs, n * (n - 1) / 2
}

// madeUp are words that stand in names of nobody. Words that are also surnames, such as Tester or Bar, are not among them.
var madeUp = map[string]bool{
	"test": true, "testing": true, "testuser": true, "demo": true, "dummy": true, "sample": true, "example": true, "fake": true, "foo": true, "asdf": true, "qwerty": true, "qwertz": true,
	"xxx": true, "xxxx": true, "tbd": true, "tba": true, "unknown": true, "noname": true, "null": true, "none": true, "nobody": true, "template": true, "admin": true, "user": true,
	"firstname": true, "lastname": true, "vorname": true, "nachname": true, "placeholder": true, "temp": true, "delete": true, "deleteme": true, "copy": true,
}

// famous are stand-ins that forms and manuals use.
var famous = map[string]bool{"doe john": true, "doe jane": true, "max mustermann": true, "erika mustermann": true, "mouse mickey": true, "duck donald": true, "bean mr": true}

// looksMadeUp reports whether a name looks like test data.
func looksMadeUp(name string) bool {
	list := tokens(name)
	if len(list) == 0 {
		return false
	}
	if famous[nameKey(name)] || anyDigit(name) || slices.ContainsFunc(list, func(w string) bool { return madeUp[w] }) {
		return true
	}
	return len(list) == 2 && (list[0] == list[1] || utf8.RuneCountInString(list[0]) == 1 && utf8.RuneCountInString(list[1]) == 1) || slices.ContainsFunc(list, oneLetter)
}

// oneLetter reports whether a word is one letter again and again.
func oneLetter(w string) bool {
	first, size := utf8.DecodeRuneInString(w)
	return utf8.RuneCountInString(w) > 2 && first < unicode.MaxASCII && strings.Count(w, w[:size]) == utf8.RuneCountInString(w)
}

func anyDigit(s string) bool { return strings.ContainsFunc(s, unicode.IsDigit) }
