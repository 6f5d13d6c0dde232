// SPDX-License-Identifier: MPL-2.0

package review

import (
	"cmp"
	"slices"

	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/worker"
)

const (
	// unaskedShown is how many of those whom no question is about page one names in a line.
	unaskedShown = 15
	// changesShown is how many changes of one of them it tells.
	changesShown = 3
)

// everybody names whom the questions do not: those who lose access, get an account or change
// otherwise. With the questions nobody is missing whom the lists below are not named for.
func (v *Review) everybody() []text {
	lose, join := where(v.people, (*person).loses), v.joiners()
	out := v.unaskedAbout(lose, "loses access", "lose access", "last day", func(p *person) worker.Date { return p.pro.EndDate })
	out = append(out, v.unaskedAbout(join, "gets an account", "get an account", "hired on",
		func(p *person) worker.Date { return p.pro.HireDate })...)
	return append(out, v.unaskedChanges()...)
}

// without keeps those whom no question is about, see asked.
func without(list []*person, asked map[string]int) []*person {
	return where(list, func(p *person) bool { return asked[p.id()] == 0 })
}

// unaskedAbout names people by department. A day that most of them have is told once.
func (v *Review) unaskedAbout(list []*person, one, many, what string, day func(*person) worker.Date) []text {
	all, list := len(list), without(list, v.asked())
	if len(list) == 0 {
		return nil
	}
	slices.SortStableFunc(list, func(a, b *person) int {
		return cmp.Compare(a.known(roster.RoleDepartment), b.known(roster.RoleDepartment))
	})
	t := text{strong(people(all).s + " " + isAre(all, one, many).s)}
	if len(list) < all {
		t = append(t, say("; no question is about %s of them", len(list))...)
	}
	usual, n := most(list, func(p *person) string { return string(day(p)) })
	if n < minHits {
		usual = ""
	}
	if usual != "" {
		t = append(t, say(" (%s %s where nothing else is said)", words(what), usual)...)
	}
	shown := list[:min(len(list), unaskedShown)]
	for i, p := range shown {
		department := p.known(roster.RoleDepartment)
		switch {
		case i > 0 && department == shown[i-1].known(roster.RoleDepartment):
			t = append(t, say(", ")...)
		case i > 0:
			t = append(t, say("; ")...)
		default:
			t = append(t, say(": ")...)
		}
		if department != "" && (i == 0 || department != shown[i-1].known(roster.RoleDepartment)) {
			t = append(t, say("%s: ", department)...)
		}
		t = append(t, p.with(roster.RoleTitle, roster.RolePlace)...)
		switch d := string(day(p)); {
		case d == "":
			t = append(t, say(" (no %s)", words(what))...)
		case p.loses() && d >= string(v.today()): // access ends with the last day of work
			t = append(t, say(" (last day of work is over, employment ends on %s)", d)...)
		case d != usual:
			t = append(t, say(" (%s)", d)...)
		}
	}
	return []text{append(append(t, more(list[len(shown):])...), say(".")...)}
}

// unaskedChanges names those who change otherwise, beside what the causes tell of many.
func (v *Review) unaskedChanges() []text {
	list := where(v.people, func(p *person) bool { return p.dec.Action == roster.ActionUpdate && !p.sharesAll(v.shared) })
	if list = without(list, v.asked()); len(list) == 0 {
		return nil
	}
	t := text{strong(people(len(list)).s + " " + isAre(len(list), "gets", "get").s + " other values"), words(", of which nobody is asked")}
	shown := list[:min(len(list), unaskedShown)]
	return []text{append(append(append(t, say(": ")...), listed(shown, len(shown), v.briefly)...), append(more(list[len(shown):]),
		words("."))...)}
}

// briefly tells what somebody gets.
func (v *Review) briefly(p *person) text {
	t := append(text{p.who()}, words(":"))
	n := 0
	for _, c := range p.dec.Changes {
		if v.shared[changeKey(c)] {
			continue
		}
		switch n++; {
		case n > changesShown:
		case c.Redacted:
			t = append(t, say(" %s (redacted)", value(c.Attribute))...)
		default:
			t = append(t, say(" %s → %s", value(c.Attribute), v.tellValue(c.Attribute, c.New))...)
		}
	}
	if n > changesShown {
		t = append(t, say(" and %s more", n-changesShown)...)
	}
	return t
}

// more says how many more people there are, and which list below names all of them.
func more(rest []*person) text {
	if len(rest) == 0 {
		return nil
	}
	t := say(", %s more", len(rest))
	if title := rest[0].section; title != "" && !slices.ContainsFunc(rest, func(p *person) bool { return p.section != title }) {
		t = append(t, span{kind: spanBelow, s: " under " + title})
	}
	return t
}

// nameSections notes below which heading the report lists everybody.
func (v *Review) nameSections() {
	for _, s := range sections {
		for _, p := range v.byAction[s.action] {
			if !s.shared || !p.sharesAll(v.shared) {
				p.section = s.title
			}
		}
	}
}

// effectsToldTogether are the lines of what happens, with those to whom nothing happens in one.
func (v *Review) effectsToldTogether() []effect {
	at := slices.IndexFunc(v.effects, func(e effect) bool { return e.action == roster.ActionNone })
	later := slices.IndexFunc(v.effects, func(e effect) bool { return e.action == roster.ActionFuture })
	if at < 0 || later < 0 {
		return v.effects
	}
	out := slices.Clone(v.effects)
	n := out[later].people
	out[at].people += n
	out[at].stands = append([]text{say("%s of them %s later and %s no account yet", n, isAre(n, "starts", "start"), isAre(n, "has",
		"have"))}, out[at].stands...)
	return slices.Delete(out, later, later+1)
}
