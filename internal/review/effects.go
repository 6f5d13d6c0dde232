// SPDX-License-Identifier: MPL-2.0

package review

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/wording"
)

// effect is one line of what happens: how many people, and what stands out among them.
// Everybody is in exactly one of them, by roster.Action.
type effect struct {
	action roster.Action
	what   text
	people int
	stands []text
}

// usualDays is how long before the report the directory and the HR dates are asked what is usual.
const usualDays = 30

// actions in the order of risk, with what each is called.
var actionWords = []struct {
	action roster.Action
	what   string
}{
	{roster.ActionSetAside, "set aside: the HR record is in doubt, and the account stays as it is"},
	{roster.ActionHeld, "held by an override: everything stays as it is"},
	{roster.ActionDelete, "account deleted"},
	{roster.ActionDisable, "lose access"},
	{roster.ActionKeptDisabled, "stay disabled although HR has them at work"},
	{roster.ActionRehire, "return: the former account is taken into use again"},
	{roster.ActionEnable, "get access back"},
	{roster.ActionRelease, "managed no longer"},
	{roster.ActionRename, "renamed"},
	{roster.ActionMove, "moved to another folder (container) of the directory"},
	{roster.ActionCreate, "new account"},
	{roster.ActionUpdate, "other values change"},
	{roster.ActionUnmatched, "without an account, and none is made"},
	{roster.ActionAbsent, "missing from the HR data: the account stays as it is"},
	{roster.ActionOutOfScope, "left out by the rules (out of scope)"},
	{roster.ActionFuture, "start later: no account yet"},
	{roster.ActionNone, "nothing changes"},
}

func (v *Review) findEffects() []effect {
	var out []effect
	for _, a := range actionWords {
		list := v.byAction[a.action]
		if len(list) == 0 {
			continue
		}
		e := effect{action: a.action, what: say(a.what), people: len(list)}
		switch a.action {
		case roster.ActionDisable:
			e.stands = v.aboutLeavers(list)
		case roster.ActionCreate:
			e.stands = v.aboutJoiners(list)
		case roster.ActionUpdate, roster.ActionRename:
			e.stands = v.aboutChanges(list)
		case roster.ActionMove:
			e.stands = append(v.aboutChanges(list), v.moves(list))
		case roster.ActionSetAside:
			e.stands = v.aboutAside(list)
		case roster.ActionHeld:
			e.stands = []text{say("%s of them can sign in", len(where(list, func(p *person) bool { return p.pro.CanSignIn })))}
		case roster.ActionDelete, roster.ActionRehire, roster.ActionEnable, roster.ActionKeptDisabled, roster.ActionRelease, roster.ActionUnmatched:
			e.stands = v.standing(list, v.after, (*person).known)
		case roster.ActionAbsent:
			e.stands = v.aboutAbsent(list)
		case roster.ActionOutOfScope:
			if n := len(where(list, func(p *person) bool { return p.pro.HadAccount })); n > 0 {
				e.stands = append(e.stands, say("%s of them have an account, %s can sign in", n, len(where(list, func(p *person) bool { return p.pro.CanSignIn }))))
			}
		case roster.ActionNone:
			if n := len(where(list, func(p *person) bool { return !p.pro.HasAccount })); n > 0 {
				e.stands = append(e.stands, say("%s of them have no account: they have left, or are to have none", n))
			}
		}
		if namedActions[a.action] {
			e.stands = append(e.stands, named(list, namedInEffects))
		}
		out = append(out, e)
	}
	return out
}

// namedActions are the kinds of which the summary names people: not those of whom nothing is
// asked, nor those who lose access, whom page one names one by one.
var namedActions = map[roster.Action]bool{
	roster.ActionDelete: true, roster.ActionHeld: true, roster.ActionKeptDisabled: true, roster.ActionRehire: true, roster.ActionEnable: true, roster.ActionRelease: true, roster.ActionRename: true,
	roster.ActionAbsent: true,
}

// namedInEffects is how many people a line of the summary names.
const namedInEffects = 10

// standing tells what stands out; nothing where nothing does.
func (v *Review) standing(list []*person, base census, fact func(*person, roster.Role) string) []text {
	if t := v.tellAll(v.patterns(list, base, fact), 3); len(t) > 0 {
		return []text{t}
	}
	return nil
}

// aboutLeavers breaks down why people lose access, and where.
func (v *Review) aboutLeavers(list []*person) []text {
	causes := map[string]int{}
	for _, p := range list {
		causes[v.cause(p)]++
	}
	phrases := map[string]string{
		directory.ForLeft: "by having left", directory.ForPrehire: "before the first day", directory.ForLeave: "by being on leave or " +
			"suspended", directory.ForAbsent: "by missing from the HR data",
		directory.ForOutOfScope: "by being out of scope", directory.ForMoved: "by moving out of scope", directory.ForOverride: "by an override",
	}
	var parts []text
	for _, cause := range directory.Causes {
		if n := causes[cause]; n > 0 {
			parts = append(parts, say("%s "+phrases[cause], n))
		}
	}
	out := []text{join(parts, ", ")}
	if causes[directory.ForLeft] == len(list) {
		out = []text{say("by HR, all have left")}
		if slices.ContainsFunc(list, func(p *person) bool { return p.pro.EndDate > v.today() }) {
			out = []text{say("by HR, all have left or had their last day of work")}
		}
	}
	out = append(out, v.standing(list, v.before, (*person).had)...)
	if day, n := most(list, func(p *person) string { return string(p.pro.EndDate) }); n >= minHits && n*2 > len(list) {
		out = append(out, say("the last day of %s is %s", n, day))
	}
	if t := v.besides(list); t != nil {
		out = append(out, t)
	}
	if n := len(v.privileged(list)); n > 0 {
		out = append(out, say("%s of them %s privileged groups or roles", n, isAre(n, "holds", "hold")))
	}
	if v.knowsUsual() {
		out = append(out, say("in the %s days before this report, by the dates of the directory, %s lost access", usualDays, people(v.usualLeavers())))
	}
	return out
}

// besides tells what happens to the accounts of leavers beside being disabled.
func (v *Review) besides(list []*person) text {
	moved := len(where(list, func(p *person) bool { _, moves := p.change(roster.ContainerChange); return moves }))
	groups := len(where(list, (*person).leavesGroups))
	var parts []text
	if moved > 0 {
		parts = append(parts, say("%s %s", moved, isAre(moved, "account moves to another folder (container)",
			"accounts move to another folder (container)")))
	}
	if groups > 0 {
		parts = append(parts, say("%s %s all groups", groups, isAre(groups, "leaves", "leave")))
	} else {
		parts = append(parts, say("they stay in their groups"))
	}
	return append(say("disabled, not deleted; "), join(parts, ", ")...)
}

// knowsUsual reports whether the directory records when accounts were disabled.
func (v *Review) knowsUsual() bool {
	return slices.ContainsFunc(v.people, func(p *person) bool { return !p.pro.DisabledSince.IsZero() })
}

// usualLeavers counts who was disabled in the days before, by the directory's own record.
func (v *Review) usualLeavers() int {
	return len(where(v.people, func(p *person) bool {
		since := p.pro.DisabledSince
		return !since.IsZero() && since.Before(v.o.AsOf) && v.o.AsOf.Sub(since) <= usualDays*24*time.Hour && p.pro.HireDate <= v.today()
	}))
}

// aboutJoiners says when they can sign in, and what they have in common.
func (v *Review) aboutJoiners(list []*person) []text {
	now := len(where(list, (*person).gains))
	var out []text
	switch later := len(list) - now; {
	case later == 0:
		out = append(out, say("all can sign in at once"))
	case now == 0:
		out = append(out, say("none can sign in yet%s", v.firstStart(list)))
	default:
		out = append(out, say("%s can sign in at once, %s later%s", now, later, v.firstStart(list)))
	}
	out = append(out, v.standing(list, v.staff, (*person).has)...)
	if n := len(where(list, func(p *person) bool { return len(p.pro.Elsewhere) > 0 })); n > 0 {
		out = append(out, say("%s have an account in another directory: they move, or get a second one", n))
	}
	if day, n := most(list, func(p *person) string { return string(p.pro.HireDate) }); n >= minHits && n*2 > len(list) {
		out = append(out, say("%s start on %s", n, day))
	}
	from := v.today().AddDays(-usualDays)
	usual := len(where(v.people, func(p *person) bool {
		return p.pro.InFeed && !p.creates() && p.pro.HasAccount && p.pro.HireDate >= from && p.pro.HireDate <= v.today()
	}))
	return append(out, say("in the %s days before this report, by HR, %s started", usualDays, people(usual)))
}

// firstStart says who is the first of those who cannot sign in yet, and when they can.
func (v *Review) firstStart(list []*person) text {
	var first *person
	for _, p := range list {
		if t := v.start[p.id()]; !t.IsZero() && (first == nil || t.Before(v.start[first.id()])) {
			first = p
		}
	}
	if first == nil {
		return nil
	}
	return say(" (the first, %s, at %s)", first.who(), v.start[first.id()].UTC().Format("2006-01-02 15:04 UTC"))
}

// starts are the moments from which people can sign in who cannot yet.
func (v *Review) starts() map[string]time.Time {
	out := map[string]time.Time{}
	for _, e := range v.r.Calendar {
		if _, known := out[e.WorkerID]; !known && (e.Kind == mapping.EventEnable || e.Kind == mapping.EventCreate) {
			out[e.WorkerID] = e.At
		}
	}
	return out
}

// aboutChanges tells the largest causes among people whose accounts change in use.
func (v *Review) aboutChanges(list []*person) []text {
	among := make(map[string]int, len(list))
	for _, p := range list {
		for _, c := range p.dec.Changes {
			among[changeKey(c)]++
		}
	}
	here := func(c *cause) (n int) {
		for _, key := range c.keys {
			n += among[key]
		}
		return n
	}
	var out []text
	told := map[string]bool{}
	var covered []string // keys of the causes told
	for i := range v.causes {
		if c := &v.causes[i]; len(out) < 3 && here(c) >= sharedFrom {
			t := c.tell(v)
			if elsewhere := c.People - here(c); elsewhere > 0 {
				t = append(t, say(" (%s of them stand in other rows)", elsewhere)...)
			}
			out, told[c.Old.Text()] = append(out, t), true
			covered = append(covered, c.keys...)
		}
	}
	if n := len(where(list, func(p *person) bool { return !p.changesOneOf(covered) })); n > 0 && len(out) > 0 {
		out = append(out, say("%s otherwise", people(n)))
	}
	own := where(list, func(p *person) bool { return !p.sharesAll(v.shared) }) // what the causes tell has patterns of its own
	patterns := v.patterns(own, v.before, (*person).had)
	patterns = slices.DeleteFunc(patterns, func(p pattern) bool { return told[p.value] })
	if len(patterns) > 0 {
		out = append(out, v.tellAll(patterns, 2))
	}
	return out
}

// moves tells of the first people of many from where to where.
func (v *Review) moves(list []*person) text {
	return listed(list, namedInFinding, func(p *person) text {
		if c, moved := p.change(roster.ContainerChange); moved {
			return say("%s: %s → %s", p.who(), v.tellValue(roster.ContainerChange, c.Old), v.tellValue(roster.ContainerChange, c.New))
		}
		return text{p.who()}
	})
}

// aboutAside says what the set aside can do meanwhile.
func (v *Review) aboutAside(list []*person) []text {
	out := []text{say("%s of them can sign in", len(where(list, func(p *person) bool {
		return p.pro.CanSignIn ||
			len(p.dec.OpenAccounts) > 0
	})))}
	if n := len(where(list, (*person).loses)); n > 0 {
		out = append(out, say("%s lose access all the same, because they must", n))
	}
	return append(out, v.standing(list, v.after, (*person).known)...)
}

func (v *Review) aboutAbsent(list []*person) []text {
	out := []text{say("%s of them can sign in", len(where(list, func(p *person) bool { return p.pro.CanSignIn })))}
	return append(out, v.standing(list, v.before, (*person).had)...)
}

// most returns the most frequent value that is not empty, the first of equals.
func most(list []*person, of func(*person) string) (value string, n int) {
	counts := map[string]int{}
	for _, p := range list {
		if v := of(p); v != "" {
			counts[v]++
		}
	}
	for _, v := range slices.SortedFunc(maps.Keys(counts), cmp.Compare[string]) {
		if counts[v] > n {
			value, n = v, counts[v]
		}
	}
	return value, n
}

// sums are the sentences that hold all figures together.
func (v *Review) sums() []text {
	inFeed := len(where(v.people, func(p *person) bool { return p.pro.InFeed }))
	absent := len(v.people) - inFeed
	first := say("%s in the HR data.", people(inFeed))
	if v.r.Partial != nil {
		first = say("%s of these in the HR data.", inFeed)
	}
	if absent > 0 {
		first = say("%s in the HR data, and %s whose owner is missing from it: %s.", people(inFeed), count(absent, "account"),
			people(len(v.people)))
	}
	number := func(is func(*person) bool) int { return len(where(v.people, is)) }
	could, can := number(func(p *person) bool { return p.pro.CouldSignIn }), number(func(p *person) bool { return p.pro.CanSignIn })
	lose, gain := number((*person).loses), number((*person).gains)
	joining := number((*person).first)
	how := text(nil)
	switch back := gain - joining; {
	case back > 0 && joining > 0:
		how = say(" (%s by a new account, %s back)", joining, back)
	case back > 0:
		how = say(" back")
	}
	sum := say("%s can sign in today: %s %s that, and %s %s it%s. Afterwards %s can.", people(could), lose, isAre(lose, "loses", "lose"), gain, isAre(gain, "gets", "get"), how, can)
	had, has := number(func(p *person) bool { return p.pro.HadAccount }), number(func(p *person) bool { return p.pro.HasAccount })
	made := number(func(p *person) bool { return !p.pro.HadAccount && p.pro.HasAccount })
	restored := number(func(p *person) bool { return p.pro.Restored && p.pro.HasAccount })
	accounts := say("%s today (%s disabled)", count(had, "account"), had-could)
	for _, x := range []struct {
		n    int
		what string
	}{{made - restored, "made"}, {restored, "restored"}, {had + made - has, "deleted"}} {
		if x.n > 0 {
			accounts = append(accounts, say(", %s %s", x.n, words(x.what))...)
		}
	}
	accounts = append(accounts, say(": %s afterwards (%s disabled).", has, has-can)...)
	if without := len(v.people) - has; without > 0 {
		accounts = append(accounts, say(" %s %s none%s.", people(without), isAre(without, "has", "have"), v.without())...)
	}
	out := []text{join([]text{first, sum}, " "), join(append([]text{accounts}, v.ahead()...), " ")}
	if partial := v.partial(); partial != nil {
		return append([]text{partial}, out...)
	}
	return out
}

// partial says that the run is about some people only; nil: about everybody.
func (v *Review) partial() text {
	if v.r.Partial == nil {
		return nil
	}
	return say("Partial: this run decides about %s only, %s. Everybody else (%s) keeps the account exactly as it is, and no figure below "+
		"is about them.",
		people(len(v.people)), named(v.people, namedInEffects), words(wording.Count(v.r.Partial.Others, "worker or account",
			"workers or accounts")))
}

// without says why people have no account afterwards.
func (v *Review) without() text {
	counts := map[roster.Action]int{}
	for _, p := range v.people {
		if !p.pro.HasAccount {
			counts[p.dec.Action]++
		}
	}
	phrases := []struct {
		action    roster.Action
		one, many string
	}{
		{roster.ActionFuture, "starts later", "start later"}, {roster.ActionNone, "has left or is to have none", "have left or are to have none"}, {roster.ActionOutOfScope, "is out of scope", "are out of scope"},
		{roster.ActionSetAside, "is set aside", "are set aside"}, {roster.ActionHeld, "is held", "are held"}, {roster.ActionDelete,
			"is deleted", "are deleted"}, {roster.ActionAbsent, "is missing from the HR data", "are missing from the HR " +
			"data"}, {roster.ActionUnmatched, "matches none", "match none"},
	}
	var list []text
	for _, p := range phrases {
		if n := counts[p.action]; n > 0 {
			list = append(list, say("%s %s", n, isAre(n, p.one, p.many)))
		}
	}
	if len(list) == 0 {
		return nil
	}
	return append(say(": "), join(list, ", ")...)
}
