// SPDX-License-Identifier: MPL-2.0

package review

import (
	"maps"
	"slices"
)

// choice is one thing that the reader can do, with what it comes to. Of the choices of a page
// exactly one is recommended, and it stands first.
type choice struct {
	recommended bool
	what        text
	lose, make  int // people who lose access, and who get an account
	can         int // people who can sign in then
	costs       text
}

const untilAnswered = "Recommended, as long as nobody answers:"

// choices are to follow the questions, to approve everything and to approve nothing, as far as
// they differ.
func (v *Review) choices() []choice {
	everything := v.outcome(func(*person) bool { return true })
	nothing := v.outcome(func(*person) bool { return false })
	everything.what, nothing.what, nothing.costs = say("approve this page: merge or apply it"), say("approve nothing: neither merge nor "+
		"apply"), v.waiting()
	if len(v.findings) == 0 {
		everything.recommended, everything.costs = true, say("nothing here looks unusual by what the report compares")
		return []choice{everything, nothing}
	}
	everything.costs = v.unasked()
	if refusing := v.numbers(func(i int) bool { return v.findings[i].do == refuse }); refusing != nil {
		nothing.recommended, nothing.what = true, append(nothing.what, say(", because of %s", refusing)...)
		return []choice{nothing, everything}
	}
	steps := v.steps()
	if len(steps) == 0 {
		everything.recommended, everything.costs = true, say("no question below stands against it")
		return []choice{everything, nothing}
	}
	careful := v.outcome(func(p *person) bool { return v.held[p.id()] == 0 })
	careful.recommended, careful.costs = true, v.holding()
	careful.what = say("%s; plan again, and approve that page instead of this one", join(steps, "; "))
	everything.what = say("approve this page as it is: merge or apply it")
	return []choice{careful, everything, nothing}
}

// steps are what to do before a page is approved: hold people, and what cannot wait for a hold.
func (v *Review) steps() []text {
	var steps []text
	held := map[int]bool{}
	for _, number := range v.held {
		held[number-1] = true
	}
	if holding := v.numbers(func(i int) bool { return held[i] }); holding != nil {
		steps = append(steps, say("put the block under Hold below into the configuration (or ask whoever proposes this change), which leaves "+
			"%s of %s as they are", people(len(v.held)), holding))
	}
	for i := range v.findings {
		if f := &v.findings[i]; f.do == undo {
			steps = append(steps, say("%s (question %s)", f.Unanswered, i+1))
		}
	}
	return steps
}

// outcome counts what happens if the run concerns only some people.
func (v *Review) outcome(concerns func(*person) bool) (c choice) {
	for _, p := range v.people {
		if p.pro.CouldSignIn {
			c.can++
		}
		switch {
		case !concerns(p):
			continue
		case p.loses():
			c.lose++
			c.can--
		case p.gains():
			c.can++
		}
		if p.creates() {
			c.make++
		}
	}
	return c
}

// holding says what the hold costs.
func (v *Review) holding() text {
	if len(v.held) == 0 {
		return nil
	}
	held := where(v.people, func(p *person) bool { return v.held[p.id()] > 0 })
	keep, wait := where(held, (*person).loses), where(held, (*person).creates)
	var costs []text
	if n := len(keep); n > 0 {
		costs = append(costs, say("%s of them %s access that this run would end", n, isAre(n, "keeps", "keep")))
	}
	if n := len(wait); n > 0 {
		t := say("%s %s for an account", n, isAre(n, "waits", "wait"))
		if soon := where(wait, v.startsInHold); len(soon) > 0 {
			t = append(t, say(" (%s)", listed(soon, 3, v.starting))...)
		}
		costs = append(costs, t)
	}
	back := where(held, func(p *person) bool { return p.gains() && !p.creates() })
	if n := len(back); n > 0 {
		costs = append(costs, say("%s %s for access (%s)", n, isAre(n, "waits", "wait"), named(back, 3)))
	}
	if n := len(held) - len(keep) - len(wait) - len(back); n > 0 {
		costs = append(costs, say("%s %s the present values", n, isAre(n, "keeps", "keep")))
	}
	out := join(costs, ", ")
	if len(keep) > 0 && v.o.UsageUnknown == "" && !slices.ContainsFunc(keep, v.mayBePrivileged) {
		out = append(out, say("; none of those who keep access holds privileged groups or roles")...)
	}
	return append(out, say(". The hold is over after %s, 24:00 UTC; the next plan then asks the same again", string(v.heldUntil()))...)
}

// mayBePrivileged reports whether somebody holds privileged groups or roles, as far as the directory was asked.
func (v *Review) mayBePrivileged(p *person) bool {
	u, asked := v.o.Usage[p.dec.ObjectID]
	return !asked || len(u.Privileged) > 0
}

// startsInHold reports whether somebody who waits for an account is to work before the hold is over.
func (v *Review) startsInHold(p *person) bool { return p.pro.HireDate <= v.heldUntil() }

// starting names a joiner with the day from which they are to work.
func (v *Review) starting(p *person) text {
	if p.gains() {
		return say("%s starts now", p.who())
	}
	if start := v.start[p.id()]; !start.IsZero() {
		return say("%s from %s", p.who(), start.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return say("%s on %s", p.who(), string(p.pro.HireDate))
}

// unasked says what an approval of everything risks.
func (v *Review) unasked() text {
	held := where(v.people, func(p *person) bool { return v.held[p.id()] > 0 })
	if len(held) == 0 {
		return say("nobody has answered the questions below")
	}
	lose, made := len(where(held, (*person).loses)), len(where(held, (*person).creates))
	var risks []text
	if lose > 0 {
		risks = append(risks, say("%s %s access", lose, isAre(lose, "loses", "lose")))
	}
	if made > 0 {
		risks = append(risks, say("%s %s an account", made, isAre(made, "gets", "get")))
	}
	if n := len(held) - lose - made; n > 0 {
		risks = append(risks, say("%s %s other values", n, isAre(n, "gets", "get")))
	}
	return append(join(risks, ", "), say(", although a question about them is open")...)
}

// waiting says what it costs not to approve now.
func (v *Review) waiting() text {
	var costs []text
	if n := len(where(v.people, (*person).loses)); n > 0 {
		costs = append(costs, say("%s who %s to lose access can still sign in", people(n), isAre(n, "is", "are")))
	}
	late := where(v.joiners(), (*person).gains)
	if n := len(late); n > 0 {
		t := say("%s who %s now cannot", words(people(n).s), isAre(n, "starts", "start"))
		if n <= 3 {
			t = say("%s, who %s now, cannot", named(late, 3), isAre(n, "starts", "start"))
		}
		costs = append(costs, t)
	}
	if n := len(v.joiners()) - len(late); n > 0 {
		costs = append(costs, say("accounts of %s who %s later are missing%s", people(n), isAre(n, "starts", "start"), v.firstStart(v.joiners())))
	}
	if len(costs) == 0 {
		return say("nothing as far as access goes")
	}
	return join(costs, "; ")
}

// numbers names the questions of which something is true; nil where it is of none.
func (v *Review) numbers(is func(int) bool) text {
	var list []text
	for i := range v.findings {
		if is(i) {
			list = append(list, say("%s", i+1))
		}
	}
	switch len(list) {
	case 0:
		return nil
	case 1:
		return say("question %s", list[0])
	}
	return say("questions %s", join(list, ", "))
}

// contactNames are how the configuration calls whom questions are for. Managers are named
// with each question.
var contactNames = map[whom]string{
	askHR: "hr", askDecider: "overrides", askDesk: "helpdesk", askAdmins: "administrators", askRules: "rules", askSecurity: "security",
}

// ContactNames are the keys of Options.Contacts.
func ContactNames() []string { return slices.Sorted(maps.Values(contactNames)) }

// whomToAsk lists the questions that each of those can answer who are asked, so that one
// message to each is enough.
func (v *Review) whomToAsk() text {
	questions := map[whom][]text{}
	for i := range v.findings {
		ask := advices[v.findings[i].Key].ask
		questions[ask] = append(questions[ask], say("%s", i+1))
	}
	names := map[whom]string{askHR: "HR", askManager: "managers"}
	var list []text
	for _, ask := range slices.Sorted(maps.Keys(questions)) {
		who := names[ask]
		if who == "" {
			who = v.askText(ask, nil).String()
		}
		t := text{strong(who)}
		if address := v.o.Contacts[contactNames[ask]]; address != "" {
			t = append(t, say(" (%s)", address)...)
		}
		list = append(list, append(t, say(" about %s", join(questions[ask], ", "))...))
	}
	return say("Whom to ask: %s.", join(list, "; "))
}
