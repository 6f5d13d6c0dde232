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

	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/wording"
	"terraform-provider-workforce/internal/worker"
)

// whom says who can answer a question.
type whom uint8

const (
	askHR       whom = iota // whoever keeps the HR records
	askManager              // the manager of the people, where they have one in common
	askDecider              // whoever wrote the override
	askDesk                 // whoever disables accounts by hand
	askAdmins               // the administrators of the directory
	askRules                // whoever keeps the rules
	askSecurity             // whoever can read sign-ins
)

// verdict is what to do about a question that nobody answers in time.
type verdict uint8

const (
	// hold leaves the people as they are while everybody else goes on.
	hold verdict = iota
	// goOn lets the run happen: a wrong answer costs little, or nothing changes.
	goOn
	// undo is something else than approving or holding, which the note says.
	undo
	// refuse is for what concerns too many to hold them.
	refuse
)

// advice is what to do about a kind of question. What must hold: every key of a finding has
// one, the question is asked so that a yes stands against nothing, and what is advised without
// an answer harms less if the answer turns out to be bad.
type advice struct {
	ask  whom
	do   verdict
	note string
	no   string // what to do if the answer is no
}

const (
	reversible = "access can be given back"
	nextRun    = "HR can correct it later"
	unchanged  = "that changes nothing"
	stillIn    = "that changes nothing, and they can still sign in"

	holdCorrect   = "hold; HR corrects it"
	holdMissing   = "hold who has not left; HR corrects the record"
	holdDelete    = "hold; HR deletes the record"
	linkThem      = "hold; link the new worker id to the old account"
	namesManager  = "approve; HR names the right manager"
	lookInto      = "approve; find out what was done with it"
	takeAway      = "take the access away: override with `enabled = false`"
	dropOverride  = "take the worker id out of the override (remove it if it names nobody else); the next plan does what HR says"
	changeNothing = "approve nothing; mend that first"
)

// advices are by the key of a finding.
var advices = map[string]advice{
	"leavers_concentrated": {askHR, hold, "", holdMissing},
	"leavers_many":         {askHR, goOn, reversible, holdMissing},
	"leaver_senior":        {askManager, hold, "", holdMissing},
	"leavers_manage":       {askManager, goOn, "the people stay, without a new manager", namesManager},
	"leaver_owns_groups":   {askManager, goOn, "the groups stay", "approve; make somebody else the owner"},
	"leaver_privileged":    {askAdmins, goOn, "the access ends now", "approve; change them today"},
	"lacking":              {askAdmins, goOn, "the accounts are made without it", "get more of it; until then hold who needs it"},
	"leaver_used_after":    {askSecurity, goOn, "the access ends now", lookInto},
	"returns_privileged":   {askAdmins, hold, "", "hold; take the groups or roles away first"},
	"leaver_by_policy":     {askHR, hold, "", "hold; correct the scope of the rules, or HR its data"},
	"leaver_just_hired":    {askManager, goOn, reversible, holdCorrect},
	"leaver_late":          {askSecurity, goOn, "the access should have been gone long ago", lookInto},
	"leaver_without_date":  {askHR, goOn, reversible, holdMissing},
	"leaver_active":        {askHR, goOn, reversible, holdCorrect},
	"end_on_an_odd_day":    {askHR, goOn, reversible, holdCorrect},
	"end_on_first_day":     {askHR, hold, "", holdCorrect},

	"override_enables_leaver": {askDecider, goOn, "somebody decided it, until a day", dropOverride},
	"hold_keeps_leaver":       {askDecider, goOn, "the hold ends by itself", dropOverride},
	"override_disables":       {askDecider, goOn, "somebody decided it", dropOverride},
	"override_expired":        {askDecider, undo, "give the override a new last day", "give the override a new last day"},
	"absent_can_sign_in":      {askHR, goOn, stillIn, takeAway},
	"kept_disabled":           {askDesk, goOn, "the account stays disabled", "give the access back: override with `enabled = true`"},
	"unknown_word":            {askHR, goOn, stillIn, takeAway},
	"leaver_of_several_accounts": {askAdmins, undo,
		"disable these accounts today by hand or with the action that disables users, whatever is decided here; then link the worker (links) " +
			"or clear the worker id of what is not theirs", "disable today those that are theirs; then link the worker, or clear the worker id"},
	"protected_leaver": {askAdmins, undo, "take the access away by hand today, whatever is decided here",
		"disable the account by hand"},

	"returns_without_hire_date": {askHR, hold, "", holdCorrect},
	"leaves_and_starts":         {askHR, hold, "", linkThem},
	"joiners_made_up":           {askHR, hold, "", holdDelete},
	"joiner_hired_long_ago":     {askHR, hold, "", "hold; HR corrects the date, or link the account that they have"},
	"joiner_incomplete":         {askHR, goOn, nextRun, "approve; HR completes it"},
	"probably_returns":          {askHR, hold, "", linkThem},
	"joiner_namesake":           {askManager, goOn, "each has a login of their own", linkThem},
	"joiners_alike":             {askHR, hold, "", holdDelete},
	"joiners_twice":             {askHR, hold, "", "hold; HR deletes one record"},
	"joiners_odd_titles":        {askHR, hold, "", holdCorrect},
	"joiners_share_names":       {askHR, hold, "", holdDelete},

	"managers_cycle":        {askHR, goOn, "nobody's access depends on it", namesManager},
	"managers_cycle_before": {askHR, goOn, unchanged, namesManager},
	"manager_of_many":       {askHR, goOn, nextRun, holdCorrect},
	"manager_succeeds":      {askHR, goOn, nextRun, holdCorrect},
	"manager_gone":          {askHR, goOn, nextRun, namesManager},
	"manager_junior":        {askHR, goOn, nextRun, namesManager},

	"account_of_another_person": {askHR, hold, "", "hold; HR gives the new person a worker id of their own"},
	"values_emptied":            {askHR, hold, "", "hold; HR fills it in again"},
	"title_jumps":               {askManager, hold, "", holdCorrect},
	"half_move":                 {askHR, goOn, nextRun, "approve; HR corrects the rest"},
	"rules_name_old_value":      {askRules, refuse, "what the rules did for these people ends", changeNothing},
	"value_misspelled":          {askHR, goOn, nextRun, holdCorrect},
	"mass_change":               {askHR, goOn, "the old value can be given back", changeNothing},
}

// aboutAccess are the questions of which an answer may be that somebody keeps access.
var aboutAccess = map[string]bool{
	"leavers_concentrated": true, "leaver_senior": true, "leaver_by_policy": true, "end_on_first_day": true, "leaves_and_starts": true,
	"probably_returns": true,
}

// heldPeople is for how many people one question offers to hold them; more are a reason to refuse.
const heldPeople = 300

// advise says whom to ask about each finding, and what to do without an answer. Nobody is
// held by one question and let go by another: the question that holds them wins.
func (v *Review) advise() {
	v.held = map[string]int{}
	for i := range v.findings {
		f := &v.findings[i]
		a := advices[f.Key]
		people := v.holdable(f)
		if a.do == hold && len(people) > heldPeople {
			a = advice{a.ask, refuse, wording.Thousands(len(people)) + " people are too many to hold", "approve nothing; HR corrects the records"}
		}
		f.Ask, f.do, f.No, f.Unanswered = v.askText(a.ask, answering(f)), a.do, literals(a.no), say("%s", words(a.note))
		if a.do == hold {
			for _, p := range people {
				if v.held[p.id()] == 0 {
					v.held[p.id()] = i + 1
				}
			}
		}
	}
	for i := range v.findings {
		f := &v.findings[i]
		f.Unanswered = v.unanswered(f)
	}
}

// answering are the people of whom a manager may answer: nobody, where the question is about
// the manager.
func answering(f *finding) []string {
	if f.Key == "manager_junior" {
		return nil
	}
	return f.Workers
}

// unanswered writes what to do without an answer.
func (v *Review) unanswered(f *finding) text {
	people := v.holdable(f)
	switch f.do {
	case refuse:
		return append(say("do not approve: "), f.Unanswered...)
	case undo:
		return f.Unanswered
	case goOn:
		if len(people) > 0 && !slices.ContainsFunc(people, func(p *person) bool { return v.held[p.id()] == 0 }) {
			return say("hold, as question %s does", v.held[people[0].id()])
		}
		t := append(say("approve: "), f.Unanswered...)
		return append(t, v.heldElsewhere(people)...)
	}
	ends := where(v.peopleOf(f.Workers), v.mustEnd)
	t := say("hold")
	switch n := len(people); {
	case n == 0 && len(ends) > 0:
		return say("approve: privileged access ends without delay")
	case n == 0:
		return say("approve: %s", words(unchanged))
	case len(ends) > 0:
		return say("hold %s of them; not %s, whose privileged access ends", n, named(ends, 3))
	case n == 2:
		t = say("hold both")
	case n > 2:
		t = say("hold all %s", n)
	}
	return t
}

// mustEnd reports whether somebody loses access that is too dangerous to keep while a question
// is open.
func (v *Review) mustEnd(p *person) bool { return p.loses() && len(v.usage(p).Privileged) > 0 }

func (v *Review) peopleOf(ids []string) []*person {
	var out []*person
	for _, id := range ids {
		if p := v.byID[id]; p != nil {
			out = append(out, p)
		}
	}
	return out
}

// heldElsewhere names those of a question whom other questions hold.
func (v *Review) heldElsewhere(list []*person) (t text) {
	by := map[int][]*person{}
	for _, p := range list {
		if n := v.held[p.id()]; n > 0 {
			by[n] = append(by[n], p)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(by)) {
		t = append(t, say("; question %s holds %s", n, named(by[n], 3))...)
	}
	return t
}

func (v *Review) askText(w whom, concerned []string) text {
	switch w {
	case askManager:
		if m := v.managerOf(concerned); m != nil {
			return v.reach(m)
		}
		return say("their managers")
	case askDecider:
		return say("whoever wrote the override")
	case askDesk:
		return say("the service desk")
	case askAdmins:
		return say("the administrators of the directory")
	case askRules:
		return say("whoever keeps this configuration")
	case askSecurity:
		return say("IT security, or whoever can read sign-ins")
	}
	if m := v.managerOf(concerned); m != nil && len(concerned) < concentratedFrom {
		return append(say("HR, or "), v.reach(m)...)
	}
	return say("HR")
}

// reach names a manager with the login, which is the nearest to an address that is known.
func (v *Review) reach(m *person) text {
	t := say("the manager %s", m.who())
	if l := m.has(roster.RoleLogin); l != "" {
		t = append(t, words(" "), value(l))
	}
	return t
}

// literals writes words of ours, of which those between backticks are to be typed.
func literals(s string) text {
	var out text
	for i, part := range strings.Split(s, "`") {
		switch {
		case part == "":
		case i%2 == 0:
			out = append(out, words(part))
		default:
			out = append(out, value(part))
		}
	}
	return out
}

// ifNo says what to do about an answer that is no, and about the whole page.
func ifNo() text {
	return say("Each question is answered by yes or no. %s: take out of the block under Hold below whom it lists under that question, unless "+
		"another question that the block names with them is open. %s: do what the row says. "+
		"To hold somebody, add the number in brackets behind the name to that block. Ask HR to correct the record before the hold ends: "+
		"otherwise the change comes back. To link, add worker id and account to %s of the accounts data source. "+
		"For an override copy that block under another name, list only these people, and write the line of the row in place of %s. "+
		"Then plan again, and read the new page. %s: approve "+
		"nothing; nobody's account changes, and the next plan asks again.",
		strong("Yes"), strong("No"), value("links"), value("hold = true"), strong("To refuse everything"))
}

// managerOf returns the manager whom people have in common, if that is somebody else who can
// answer: who stays, and whose own record is not in question.
func (v *Review) managerOf(concerned []string) *person {
	common := ""
	for i, id := range concerned {
		p := v.byID[id]
		if p == nil {
			return nil
		}
		manager := p.known(roster.RoleManager)
		if i > 0 && manager != common {
			return nil
		}
		common = manager
	}
	m := v.byID[common]
	if m == nil || !m.stays() {
		return nil
	}
	for _, id := range concerned {
		if id == m.id() {
			return nil
		}
	}
	return m
}

// heldUntil is the last day of the hold that the report offers: long enough for a weekend.
func (v *Review) heldUntil() worker.Date { return v.today().AddDays(heldDays) }

const heldDays = 3

// holds writes the override that leaves everybody as they are whom the recommendation holds.
func (v *Review) holds(b *bounded) {
	if len(v.findings) == 0 {
		return
	}
	const intro = "Copy the block into the configuration, take out whom a yes is about (but not whom another open question holds, which the " +
		"block names), add the people about whom the answer is no, where the row says hold, add its `json` to the `overrides` of the accounts " +
		"data source, and plan again: that plan has a page of its own to approve. " +
		"Nothing happens to these people until the hold ends (24:00 UTC of `expires`); the next plan then has their changes again. " +
		"Where a change is wrong, HR corrects the record, or an override says otherwise; give `expires` a later day until that is done.\n\n"
	if !b.put("## Hold\n\n" + intro + "```terraform\n" + v.holdBlock() + "```\n\n") {
		b.skipped = append(b.skipped, "Hold")
	}
}

// holdable are the people of a question to whom something happens. Who loses access is held
// only by a question about just that: no doubt about a title keeps somebody signed in.
func (v *Review) holdable(f *finding) []*person {
	var out []*person
	seen := make(map[string]bool, len(f.Workers))
	for _, id := range f.Workers {
		p := v.byID[id]
		if p == nil || seen[id] || len(p.dec.Changes) == 0 && !p.creates() && p.dec.Action != roster.ActionRelease {
			continue
		}
		seen[id] = true
		if advices[f.Key].do != hold || !p.loses() || aboutAccess[f.Key] && !v.mustEnd(p) {
			out = append(out, p)
		}
	}
	return out
}

// holdBlock is one resource, with the people in the order of the questions.
func (v *Review) holdBlock() string {
	if len(v.findings) == 0 {
		return ""
	}
	var b strings.Builder
	name := "held_" + strings.ReplaceAll(string(v.today()), "-", "") // a block of another day stays beside it until it expires
	fmt.Fprintf(&b, "resource \"workforce_override\" %q {\n  worker_ids = [\n", name)
	holding := v.questionsHolding()
	for i := range v.findings {
		f, told := &v.findings[i], false
		for _, p := range v.holdable(f) {
			if v.held[p.id()] != i+1 {
				continue
			}
			if !told {
				fmt.Fprintf(&b, "    # question %d, %s\n", i+1, f.Key)
				told = true
			}
			line := comment(p.pro.Name)
			if others := holding[p.id()]; len(others) > 1 {
				line = cmp.Or(line, " #") + ", also question " + strings.Join(others[1:], ", ")
			}
			fmt.Fprintf(&b, "    %s,%s\n", hclString(p.id()), line)
		}
	}
	if len(v.held) == 0 {
		b.WriteString("    # the worker ids of people about whom the answer is no\n")
	}
	fmt.Fprintf(&b, "  ]\n  hold    = true\n  reason  = \"Asked on %s\"\n  expires = \"%s\"\n}\n\n", v.today(), v.heldUntil())
	fmt.Fprintf(&b, "# In the accounts data source: overrides = [workforce_override.%s.json], beside those that are there.\n", name)
	return b.String()
}

// questionsHolding returns the numbers of the questions that hold each person, by worker id.
func (v *Review) questionsHolding() map[string][]string {
	out := map[string][]string{}
	for i := range v.findings {
		f := &v.findings[i]
		if f.do != hold {
			continue
		}
		for _, p := range v.holdable(f) {
			out[p.id()] = append(out[p.id()], strconv.Itoa(i+1))
		}
	}
	return out
}

// comment writes a name so that it never ends the line or the block that it stands in.
func comment(name string) string {
	if name = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || strings.ContainsRune(" -.'", r) {
			return r
		}
		return ' '
	}, name)), " "); name == "" {
		return ""
	}
	return " # " + name
}

// hclString writes a string as Terraform reads it. Whatever is no letter, digit or harmless
// sign is escaped, so that nothing ends the string, begins a template or hides.
func hclString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune(" -_.,:;@/+#()=", r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String() + `"`
}
