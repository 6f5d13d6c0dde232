// SPDX-License-Identifier: MPL-2.0

package review

import (
	"fmt"
	"strings"
	"unicode"

	"terraform-provider-workforce/internal/roster"
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

// advice is what to do about a kind of question. What must hold: every key of a finding has
// one, and what is advised without an answer harms less if the answer turns out to be bad.
type advice struct {
	ask whom
	// unanswered is what to do if nobody answers in time.
	unanswered string
}

const (
	holdThem = "hold"
	goOn     = "approve"
)

// advices are by the key of a finding.
var advices = map[string]advice{
	"leavers_concentrated": {askHR, holdThem},
	"leavers_many":         {askHR, holdThem},
	"leaver_senior":        {askManager, holdThem},
	"leavers_manage":       {askManager, goOn + ": the people stay, with the old manager's name until HR gives them a new one"},
	"leaver_by_policy":     {askHR, holdThem},
	"leaver_just_hired":    {askManager, goOn + ": access can be given back"},
	"leaver_late":          {askSecurity, goOn + ": the access should have been gone long ago"},
	"leaver_without_date":  {askHR, goOn + ": access can be given back"},
	"leaver_active":        {askHR, goOn + ": access can be given back"},
	"end_on_an_odd_day":    {askHR, goOn + ": access can be given back"},
	"end_on_first_day":     {askHR, holdThem},

	"override_enables_leaver": {askDecider, "remove the override: the access then ends"},
	"override_disables":       {askDecider, goOn + ": somebody decided it"},
	"override_expired":        {askDecider, "give the override a new last day"},
	"absent_can_sign_in":      {askHR, "an override with enabled = false takes the access; approving leaves it"},
	"kept_disabled":           {askDesk, goOn + ": the account stays disabled"},
	"unknown_word":            {askHR, "an override with enabled = false takes the access; approving leaves it"},
	"protected_leaver":        {askAdmins, "take the access away by hand today; approving leaves it"},

	"returns_without_hire_date": {askHR, holdThem},
	"leaves_and_starts":         {askHR, holdThem},
	"joiners_made_up":           {askHR, holdThem},
	"joiner_hired_long_ago":     {askHR, holdThem},
	"joiner_incomplete":         {askHR, goOn + ": a later run adds what HR adds"},
	"probably_returns":          {askHR, holdThem},
	"joiner_namesake":           {askManager, goOn + ": each has a login of their own"},
	"joiners_alike":             {askHR, holdThem},
	"joiners_twice":             {askHR, holdThem},
	"joiners_share_names":       {askHR, holdThem},

	"managers_cycle":        {askHR, goOn + ": nobody's access depends on it"},
	"managers_cycle_before": {askHR, goOn + ": nothing changes"},
	"manager_of_many":       {askHR, goOn + ": a later run gives the old manager back"},
	"manager_succeeds":      {askHR, goOn + ": a later run gives the old manager back"},
	"manager_gone":          {askHR, goOn + ": nobody's access depends on it"},
	"manager_junior":        {askHR, goOn + ": a later run gives the old manager back"},

	"account_of_another_person": {askHR, holdThem},
	"values_emptied":            {askHR, holdThem},
	"title_jumps":               {askManager, holdThem},
	"half_move":                 {askHR, goOn + ": a later run adds what HR adds"},
	"rules_name_old_value":      {askRules, "do not approve: what the rules did for these people ends"},
	"value_misspelled":          {askHR, goOn + ": a later run corrects what HR corrects"},
	"mass_change":               {askHR, "do not approve: what hangs on the old value ends for all of them"},
}

// advise says whom to ask about a finding, and what to do without an answer.
func (v *Review) advise(f *finding) {
	a, known := advices[f.Key]
	if !known {
		a = advice{askHR, holdThem}
	}
	f.Ask = v.askText(a.ask, f.Workers)
	f.Unanswered = say("%s", words(a.unanswered))
	switch n := len(f.Workers); {
	case a.unanswered == holdThem && n == 2:
		f.Unanswered = say("hold both")
	case a.unanswered == holdThem && n > 2:
		f.Unanswered = say("hold all %s", n)
	}
}

func (v *Review) askText(w whom, concerned []string) text {
	switch w {
	case askManager:
		if m := v.managerOf(concerned); m != nil {
			return say("the manager %s", m.who())
		}
		return say("their managers")
	case askDecider:
		return say("whoever decided it")
	case askDesk:
		return say("the service desk")
	case askAdmins:
		return say("the administrators of the directory")
	case askRules:
		return say("whoever keeps the rules")
	case askSecurity:
		return say("whoever can read the sign-ins of these days")
	}
	if m := v.managerOf(concerned); m != nil && len(concerned) < concentratedFrom {
		return say("HR, or the manager %s", m.who())
	}
	return say("HR")
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

// advised says whom to ask and what to do without an answer, after the question.
func (f *finding) advised() text {
	return say(" %s %s; %s %s.", strong("Ask"), f.Ask, strong("without an answer:"), f.Unanswered)
}

const (
	// heldDays is how long a hold of the report lasts: over a weekend.
	heldDays = 3
	// heldPeople is for how many people a question offers to hold them.
	heldPeople = 100
)

// holds writes, for each of the first questions, an override that leaves its people as they are.
func (v *Review) holds(b *bounded) {
	const intro = "Approving does everything. To leave the people of a question as they are and let everybody else go on, copy its block into the configuration, add its `json` to `overrides` of the accounts data source, and plan again. " +
		"Keep the worker ids that you mean. A hold also keeps the access of somebody who has left.\n\n"
	title := "## Hold\n\n" + intro
	for i, f := range v.findings[:min(len(v.findings), lookAt)] {
		people := v.holdable(f)
		if len(people) == 0 || len(people) > heldPeople {
			continue
		}
		if !b.put(title + v.holdBlock(i+1, f.Key, people)) {
			b.skipped = append(b.skipped, fmt.Sprintf("Hold of question %d", i+1))
			return
		}
		title = ""
	}
}

// holdable are the people of a question to whom something happens.
func (v *Review) holdable(f finding) []*person {
	var out []*person
	for _, id := range f.Workers {
		if p := v.byID[id]; p != nil && (len(p.dec.Changes) > 0 || p.creates() || p.dec.Action == roster.ActionRelease) {
			out = append(out, p)
		}
	}
	return out
}

func (v *Review) holdBlock(number int, key string, people []*person) string {
	quoted := make([]string, len(people))
	for i, p := range people {
		quoted[i] = hclString(p.id())
	}
	day := worker.Date(v.o.AsOf.UTC().Format("2006-01-02")).AddDays(heldDays)
	block := fmt.Sprintf("resource \"workforce_override\" \"question_%d\" {\n  worker_ids = [%s]\n  hold       = true\n  reason     = \"%s: asked on %s\"\n  expires    = \"%s\"\n}",
		number, strings.Join(quoted, ", "), key, v.today(), day)
	return fmt.Sprintf("Question %d:\n\n%s\n\n", number, "```terraform\n"+block+"\n```")
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
