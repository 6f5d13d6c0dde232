// SPDX-License-Identifier: MPL-2.0

package review

import (
	"cmp"
	"slices"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/status"
	"terraform-provider-workforce/internal/worker"
)

const (
	// concentratedFrom is from how many leavers on it is asked whether they have a place in common.
	concentratedFrom = 5
	// lateDays is how long after the last day access is still taken in time.
	lateDays = 14
	// quickDays is how soon after the first day leaving is worth a question.
	quickDays = 30
)

// aboutWhoLeaves asks about those who lose access.
func (v *Review) aboutWhoLeaves() []finding {
	leavers := v.leavers()
	out := v.leaversConcentrated(leavers)
	if len(out) == 0 {
		out = v.leaversMany(leavers)
	}
	managers := where(leavers, func(p *person) bool { return len(v.reports[p.id()]) > 0 })
	slices.SortStableFunc(managers, func(a, b *person) int { return cmp.Compare(len(v.reports[b.id()]), len(v.reports[a.id()])) })
	left := 0
	for _, m := range managers {
		left += len(v.reports[m.id()])
	}
	out = append(out, about("leavers_manage", 66, managers, func() text {
		return say("%s%s. Does somebody else manage the %s then?", each(managers), listed(managers, namedInFinding, func(p *person) text {
			return say("%s loses access and is the manager of %s who stay (%s)", p.wholly(), len(v.reports[p.id()]), named(v.reports[p.id()], 3))
		}), people(left))
	})...)
	senior := where(leavers, func(p *person) bool { return rank(p.known(roster.RoleTitle)) >= rankVicePresident })
	out = append(out, about("leaver_senior", 86, senior, func() text {
		return say("%s%s.%s Is that announced?", each(senior), listed(senior, namedInFinding, func(p *person) text {
			return say("%s loses access", p.wholly())
		}), v.lastSignIns(senior))
	})...)
	owners := where(leavers, func(p *person) bool { return len(v.o.Groups[p.dec.ObjectID]) > 0 })
	out = append(out, about("leaver_owns_groups", 65, owners, func() text {
		return say("%s%s. Does somebody else answer for the groups then?", each(owners), listed(owners, namedInFinding, func(p *person) text {
			return say("%s loses access and owns %s", p.wholly(), v.groupsOf(p))
		}))
	})...)
	policy := where(leavers, func(p *person) bool {
		return byPolicy(v.cause(p))
	})
	out = append(out, about("leaver_by_policy", 72, policy, func() text {
		return say("%s %s access although HR does not say that they have left: they are missing from the HR data, or the rules leave them "+
			"out.%s Is their access here to end?",
			subject(policy), isAre(len(policy), "loses", "lose"), v.lastSignIns(policy))
	})...)
	quick := where(leavers, func(p *person) bool {
		days := v.daysAgo(p.pro.HireDate)
		return p.pro.HireDate != "" && p.pro.InFeed && days >= 0 && days <= quickDays
	})
	return append(out, about("leaver_just_hired", 48, quick, func() text {
		return say("%s%s.%s Is the end date right?", each(quick), listed(quick, namedInFinding, func(p *person) text {
			return say("%s leaves within %s days of the first day at work, %s", p.wholly(), quickDays, string(p.pro.HireDate))
		}), v.lastSignIns(quick))
	})...)
}

// byPolicy reports whether an account is disabled for something else than that its worker has left by HR, is away or has not started.
func byPolicy(cause string) bool {
	return cause == directory.ForAbsent || cause == directory.ForOutOfScope || cause == directory.ForMoved
}

// whetherToEnd asks whether people have left, as far as HR says that they have; otherwise a yes must be possible without that.
func (v *Review) whetherToEnd(list []*person, left string) text {
	if slices.ContainsFunc(list, func(p *person) bool { return byPolicy(v.cause(p)) }) {
		return say("Is the access of all of them here to end?")
	}
	return say("%s", words(left))
}

// groupsOf names the first groups that somebody owns.
func (v *Review) groupsOf(p *person) text {
	names := v.o.Groups[p.dec.ObjectID]
	var list []text
	for _, name := range names[:min(len(names), 3)] {
		list = append(list, text{value(name)})
	}
	if more := len(names) - 3; more > 0 {
		list = append(list, say("%s more", more))
	}
	return append(say("the %s ", words(map[bool]string{true: "group", false: "groups"}[len(names) == 1])), join(list, ", ")...)
}

// leaversConcentrated asks about a place, department, manager or title that leavers have in common.
func (v *Review) leaversConcentrated(leavers []*person) []finding {
	patterns := v.patterns(leavers, v.before, (*person).had)
	if len(leavers) < concentratedFrom || len(patterns) == 0 {
		return nil
	}
	var hit []*person
	for _, p := range leavers {
		if slices.ContainsFunc(patterns[:min(len(patterns), 3)], func(x pattern) bool { return p.had(x.role) == x.value }) {
			hit = append(hit, p)
		}
	}
	return about("leavers_concentrated", 99, hit, func() text {
		many := text(nil)
		if usual := v.usualLeavers(); v.unusuallyMany(len(leavers), usual) {
			many = say(" In the %s days before, %s lost access.", usualDays, people(usual))
		}
		return say("Of the %s who lose access, %s: %s.%s%s %s",
			people(len(leavers)), v.tellAll(patterns, 3), named(hit, namedInFinding), many, v.lastSignIns(hit),
			v.whetherToEnd(hit, "Have all of them left, as when a part of the company closes?"))
	})
}

// aboutEnds asks about the days on which people leave, and about the words that say so.
func (v *Review) aboutEnds() []finding {
	leavers := where(v.leavers(), func(p *person) bool { return p.pro.InFeed })
	late := where(leavers, func(p *person) bool { return p.pro.EndDate != "" && v.daysAgo(p.pro.EndDate) > lateDays })
	slices.SortStableFunc(late, func(a, b *person) int { // who has used it first
		return cmp.Or(v.usedFirst(a, b), cmp.Compare(a.pro.EndDate, b.pro.EndDate))
	})
	out := v.leaversLate(late)
	wordOnly := where(leavers, func(p *person) bool { return p.pro.EndDate == "" && v.cause(p) == directory.ForLeft })
	if dated := len(leavers) - len(wordOnly); dated*10 >= len(leavers)*6 {
		out = append(out, about("leaver_without_date", 72, wordOnly, func() text {
			word, _ := most(wordOnly, func(p *person) string { return p.pro.Status })
			return say("%s %s access by the HR status %s alone; HR gives the others a last day.%s Is it certain that they have left?",
				subject(wordOnly),
				isAre(len(wordOnly), "loses", "lose"), value(word), v.lastSignIns(wordOnly))
		})...)
	}
	active := where(leavers, func(p *person) bool {
		over := p.pro.EndDate != "" && p.pro.EndDate < v.today() // else access ends before the employment does
		return over && p.pro.Class == string(status.Active) && p.pro.Status != "" && p.pro.Override == ""
	})
	if len(active)*5 < len(leavers) {
		out = append(out, about("leaver_active", 54, active, func() text {
			return say("%s%s.%s Is the last day right?", each(active), listed(active, namedInFinding, func(p *person) text {
				return say("%s loses access by the last day %s, while the status is still %s", p.wholly(), string(p.pro.EndDate), value(p.pro.Status))
			}), v.lastSignIns(active))
		})...)
	}
	return append(out, v.oddEnds()...)
}

// leaversLate asks about those who lose access long after the last day, and first about those
// who have used it since.
func (v *Review) leaversLate(late []*person) []finding {
	used := where(late, func(p *person) bool { return v.usedAfter(p, p.pro.EndDate) })
	unused := where(late, func(p *person) bool { return v.unusedSince(p, p.pro.EndDate) })
	risk, question := 60, "Is it certain that nobody used the account meanwhile?"
	switch {
	case len(used) > 0:
		risk, question = 80, "Is it known who used the account, and for what?"
	case len(unused) == len(late):
		risk, question = 32, "Nobody has used the account since. Is it known why so late?"
	}
	return about("leaver_late", risk, late, func() text {
		return say("%s%s. %s", each(late), listed(late, namedInFinding, func(p *person) text {
			t := say("%s loses access %s days after the last day (%s)", p.wholly(), v.daysAgo(p.pro.EndDate), string(p.pro.EndDate))
			if v.usedAfter(p, p.pro.EndDate) {
				t = append(t, say(" and signed in after it, on %s%s", dayOf(v.usage(p).LastSignIn), lag(v.usage(p)))...)
			}
			return t
		}), words(question))
	})
}

// oddEnds asks about last days on which next to nobody ends: weekends, and New Year's Day and
// Christmas, where they are no last day of a month. Whether it is unusual the end dates of everybody
// in the feed say.
func (v *Review) oddEnds() []finding {
	ends := where(v.people, func(p *person) bool { return p.pro.EndDate != "" && !lastOfMonth(p.pro.EndDate) })
	soon := v.today().AddDays(roster.CalendarDays)
	odd := func(p *person) bool {
		at := p.pro.EndDate.Start(time.UTC)
		day := at.Weekday()
		return day == time.Saturday || day == time.Sunday || at.Month() == time.January && at.Day() == 1 || at.Month() == time.December && at.Day() == 25
	}
	concerned := where(ends, func(p *person) bool {
		return odd(p) && (p.loses() || p.pro.CanSignIn && p.pro.EndDate >= v.today() && p.pro.EndDate <= soon)
	})
	asked := make(map[*person]bool, len(concerned))
	for _, p := range concerned {
		asked[p] = true
	}
	rest := where(ends, func(p *person) bool { return !asked[p] })
	if len(concerned) > 0 && (len(rest) < 5 || !rarely(rest, 10, odd)) {
		concerned = nil
	}
	out := about("end_on_an_odd_day", 50, concerned, func() text {
		return say("%s%s, on which hardly anybody here ends. Is the date right?", each(concerned), listed(concerned, namedInFinding, func(p *person) text {
			return say("%s ends on %s, a %s", p.wholly(), string(p.pro.EndDate), p.pro.EndDate.Start(time.UTC).Weekday().String())
		}))
	})
	same := where(v.people, func(p *person) bool {
		return p.pro.EndDate != "" && p.pro.EndDate == p.pro.HireDate && (p.loses() || p.pro.HasAccount && p.pro.EndDate >= v.today())
	})
	return append(out, about("end_on_first_day", 52, same, func() text {
		return say("%s%s. Are both dates right?", each(same), listed(same, namedInFinding, func(p *person) text {
			return say("%s leaves on the first day, %s", p.wholly(), string(p.pro.EndDate))
		}))
	})...)
}

func lastOfMonth(d worker.Date) bool { return d.AddDays(1)[8:] == "01" }

// aboutAccessKept asks about those who can sign in although something speaks against it, and
// about those who cannot although they work.
func (v *Review) aboutAccessKept() []finding {
	out := v.keptByOverride("override_enables_leaver", 96, "enabled", "keeps access by an override", "Was that approved?")
	out = append(out, v.keptByOverride("hold_keeps_leaver", 58, "held", "is held and keeps access", "Must they keep it until then?")...)
	hidden := where(v.people, func(p *person) bool { return p.pro.Override == "disabled" && p.loses() })
	out = append(out, about("override_disables", 58, hidden, func() text {
		return say("%s%s. HR says that they work. Is that still meant?", each(hidden), listed(hidden, namedInFinding,
			func(p *person) text { return say("%s loses access by an override %s", p.wholly(), v.override(p)) }))
	})...)
	expired := where(v.people, func(p *person) bool {
		return p.pro.CanSignIn && slices.ContainsFunc(v.overrides[p.id()], func(o roster.OverrideLine) bool {
			return o.State == roster.OverrideExpired && o.Enabled != nil && !*o.Enabled
		})
	})
	out = append(out, about("override_expired", 88, expired, func() text {
		return say("%s%s. Is the reason over?", each(expired), listed(expired, namedInFinding, func(p *person) text {
			return say("%s can sign in, because the override that took access has expired (%s)", p.wholly(), v.override(p))
		}))
	})...)
	absent := where(v.byAction[roster.ActionAbsent], func(p *person) bool { return p.pro.CanSignIn })
	out = append(out, about("absent_can_sign_in", 70, absent, func() text {
		return say("%s %s missing from the HR data and can sign in.%s Do they still work here?", subject(absent), isAre(len(absent), "is", "are"),
			v.lastSignIns(absent))
	})...)
	blocked := v.byAction[roster.ActionKeptDisabled]
	out = append(out, about("kept_disabled", 56, blocked, func() text {
		return say("%s cannot sign in and %s by HR: somebody disabled the account, for a reason that HR does not know. Is it to stay "+
			"disabled?", subject(blocked), isAre(len(blocked), "works", "work"))
	})...)
	open := where(v.byAction[roster.ActionSetAside], func(p *person) bool {
		return p.pro.CanSignIn && slices.ContainsFunc(p.dec.Problems, func(x roster.Problem) bool { return x.Kind == "unknown_status" })
	})
	out = append(out, about("unknown_word", 30, open, func() text {
		word, _ := most(open, func(p *person) string { return p.pro.Status })
		return say("%s can sign in, and nobody knows what the HR status %s means.%s Do they still work here?", subject(open),
			value(word), v.lastSignIns(open))
	})...)
	doubled := where(v.people, func(p *person) bool { return len(p.dec.OpenAccounts) > 0 })
	out = append(out, about("leaver_of_several_accounts", 100, doubled, func() text {
		return say("%s %s left and can still sign in with accounts of which nobody said whether they are theirs: %s. Are these disabled by now?",
			people(len(doubled)), isAre(len(doubled), "has", "have"), listed(doubled, namedInFinding, openAccounts))
	})...)
	guarded := where(v.byAction[roster.ActionSetAside], func(p *person) bool {
		return p.pro.CanSignIn && p.pro.Protected != "" && p.pro.InFeed && p.pro.Class == string(status.Left)
	})
	return append(out, about("protected_leaver", 94, guarded, func() text {
		return say("%s %s left by HR and can sign in, because the account is protected.%s Does somebody take the access away?", subject(guarded),
			isAre(len(guarded), "has", "have"), v.lastSignIns(guarded))
	})...)
}

// openAccounts tells with which accounts somebody who has left can still sign in.
func openAccounts(p *person) text {
	const shown = 5
	var list []text
	for _, a := range p.dec.OpenAccounts[:min(shown, len(p.dec.OpenAccounts))] {
		list = append(list, say("%s", value(a.String())))
	}
	if more := len(p.dec.OpenAccounts) - shown; more > 0 {
		list = append(list, say("%s more", more))
	}
	return say("%s with %s", p.wholly(), join(list, ", "))
}

// keptByOverride asks about people who can sign in by one kind of override, and have left by HR.
func (v *Review) keptByOverride(key string, risk int, kind, what, question string) []finding {
	against := where(v.people, func(p *person) bool {
		return p.pro.CanSignIn && p.pro.Override == kind && (p.dec.Stage == mapping.StageLeft || p.pro.Class == string(status.Left))
	})
	return about(key, risk, against, func() text {
		return say("%s%s. By HR, %s left%s.%s %s", each(against), listed(against, namedInFinding, func(p *person) text {
			return say("%s %s %s", p.wholly(), words(what), v.override(p))
		}), isAre(len(against), "this person has", "they have"), lastDay(against), v.lastSignIns(against), words(question))
	})
}

// lastDay tells the last day of one person.
func lastDay(list []*person) text {
	if len(list) != 1 || list[0].pro.EndDate == "" {
		return nil
	}
	return say(" (last day %s)", string(list[0].pro.EndDate))
}

// override tells the end and the reason of the override that decides about access.
func (v *Review) override(p *person) text {
	for _, o := range v.overrides[p.id()] {
		if o.Enabled != nil || o.Hold {
			return say("until %s: %s", o.Expires, o.Reason)
		}
	}
	return nil
}

// aboutReturns asks about people who get access back, and about those who leave today while
// somebody of the same name starts.
func (v *Review) aboutReturns() []finding {
	again := where(v.people, func(p *person) bool {
		return p.gains() && p.pro.HadAccount && p.pro.InFeed && p.pro.HireDate != "" && !p.pro.DisabledSince.IsZero() && v.cause(p) == "" &&
			p.dec.Action == roster.ActionRehire && p.pro.HireDate < worker.Date(p.pro.DisabledSince.UTC().Format(time.DateOnly))
	})
	out := about("returns_without_hire_date", 68, again, func() text {
		return say("%s%s. Have they come back?", each(again), listed(again, namedInFinding, func(p *person) text {
			return say("%s gets access back, disabled since %s as somebody who had left, and HR gives no newer hire date than %s", p.wholly(), p.pro.DisabledSince.UTC().Format(time.DateOnly), string(p.pro.HireDate))
		}))
	})
	known := map[string]bool{} // as a near fit, which says more
	for _, f := range v.r.Near {
		known[f.WorkerID+"\x00"+f.Other] = true
	}
	called := map[string]int{}
	for _, p := range v.people {
		called[nameKey(p.pro.Name)]++
	}
	byName := map[string][]*person{}
	for _, p := range v.leavers() {
		if key := nameKey(p.pro.Name); key != "" && called[key] == 2 { // a name of many says nothing
			byName[key] = append(byName[key], p)
		}
	}
	starts := v.start
	var pairs []text
	var concerned []*person
	for _, p := range v.people {
		starting := p.gains() || !p.pro.CanSignIn && !starts[p.id()].IsZero()
		for _, other := range byName[nameKey(p.pro.Name)] {
			if starting && other != p && !known[p.id()+"\x00"+other.id()] {
				concerned = append(concerned, other, p)
				pairs = append(pairs, say("%s loses access and %s, of the same name, %s", other.wholly(), p.wholly(), v.startsWhen(p, starts[p.id()])))
			}
		}
	}
	return append(out, about("leaves_and_starts", 82, concerned, func() text {
		return say("%s. Are these two people, and not one with a new worker id?", join(pairs[:min(len(pairs), namedInFinding)], "; "))
	})...)
}

func (v *Review) startsWhen(p *person, at time.Time) text {
	if p.gains() {
		return say("gets it")
	}
	return say("starts on %s", at.UTC().Format(time.DateOnly))
}

// leaversMany asks about more leavers at once than in the whole month before, as far as the
// directory knows when accounts were disabled.
func (v *Review) leaversMany(leavers []*person) []finding {
	usual := v.usualLeavers()
	if !v.unusuallyMany(len(leavers), usual) {
		return nil
	}
	return about("leavers_many", 87, leavers, func() text {
		return say("%s lose access at once. In the %s days before, %s did. %s", people(len(leavers)), usualDays,
			people(usual), v.whetherToEnd(leavers, "Have all of them left?"))
	})
}

// unusuallyMany reports whether a run takes access from more people than twice the month before.
func (v *Review) unusuallyMany(now, usual int) bool { return usual > 0 && now >= 10 && now > 2*usual }
