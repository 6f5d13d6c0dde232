// SPDX-License-Identifier: MPL-2.0

package review

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/markdown"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/wording"
)

const (
	// pageLines is how many lines page one has at most; belowQuestions are kept for what ends it, and
	// belowTable for the questions that have no row.
	pageLines, belowQuestions, belowTable = 60, 5, 2
	// asidesShown is how many reasons for being set aside page one tells.
	asidesShown = 5
	// lineShown is how many characters a line of page one has at most.
	lineShown = 900
)

// notYet begins the page, for whoever sees one for the first time.
const notYet = "Nothing of this has happened yet: whoever approves this page lets it happen. "

// pageOne writes what a decision needs, in at most 60 lines whatever the size.
func (v *Review) pageOne(w *markdown.Page) {
	w.Line("# %s", v.title())
	w.WriteString(notYet)
	for _, t := range v.sums() {
		w.Line("%s  ", t.markdown())
	}
	w.Line("")
	if len(v.effects) == 0 {
		w.Line("Nobody to decide about.\n")
		return
	}
	v.choiceLines(w)
	w.Line("| What happens | People | What stands out |\n| --- | --- | --- |")
	for _, e := range v.effectsToldTogether() {
		w.Line("| %s | %s | %s |", e.what.markdown(), wording.Thousands(e.people), cut(join(e.stands, "; ").markdown()))
	}
	w.Line("")
	if len(v.asides) > 0 {
		for i := range v.asides[:min(len(v.asides), asidesShown)] {
			w.Line("- **Set aside:** %s", cut(v.asides[i].tell().markdown()))
		}
		if more := len(v.asides) - asidesShown; more > 0 {
			w.Line("- … and %s, see below", wording.Count(more, "more reason"))
		}
		w.Line("")
	}
	v.findingLines(w)
	for _, t := range v.everybody() {
		w.Line("%s  ", t.markdown())
	}
}

// aboutAll are the questions that name nobody, because they are about everybody of a row.
var aboutAll = map[string]bool{"leavers_many": true, "mass_change": true, "rules_name_old_value": true}

// asked is the number of the first question that is about each person in particular.
func (v *Review) asked() map[string]int {
	out := map[string]int{}
	for i, f := range slices.Backward(v.findings) {
		if aboutAll[f.Key] {
			continue
		}
		for _, id := range f.Workers {
			out[id] = i + 1
		}
	}
	return out
}

// title names the report and when it holds.
func (v *Review) title() string {
	title := v.heading()
	if v.o.Title != "" {
		title += " in " + markdown.Text(v.o.Title)
	}
	return title + " as of " + v.o.AsOf.UTC().Format("2006-01-02 15:04 UTC")
}

// heading is what the report is about.
func (v *Review) heading() string {
	if v.r.Partial != nil {
		return "Identity changes of some people only"
	}
	return "Identity changes"
}

// choiceLines writes what the reader can do, and what each comes to.
func (v *Review) choiceLines(w *markdown.Page) {
	today := len(where(v.people, func(p *person) bool { return p.pro.CouldSignIn }))
	w.Line("| What you can do | Lose access | Get an account | Can sign in then (%s today) | What it costs |\n| --- | ---: | ---: | ---: | --- |",
		wording.Thousands(today))
	for _, c := range v.choices() {
		what := c.what
		if c.recommended {
			what = append(text{strong(untilAnswered), words(" ")}, what...)
		}
		w.Line("| %s | %s | %s | %s | %s |", cut(what.markdown()), wording.Thousands(c.lose), wording.Thousands(c.make),
			wording.Thousands(c.can), cut(c.costs.markdown()))
	}
	w.Line("")
}

// findingLines writes the questions: the riskiest, and some smaller ones.
func (v *Review) findingLines(w *markdown.Page) {
	if len(v.findings) == 0 {
		w.Line("Nothing here looks unusual by what the report compares.\n")
		return
	}
	w.Line("## Look at these, the riskiest first\n%s  \n%s\n", cut(v.whomToAsk().markdown()), ifNo().markdown())
	w.Line("| | Question | Ask | If no | No answer in time |\n| ---: | --- | --- | --- | --- |")
	room := len(v.findings)
	if left := pageLines - belowQuestions - strings.Count(w.String(), "\n"); room > left {
		room = max(left-belowTable, 1)
	}
	for i, f := range v.findings[:min(len(v.findings), room)] {
		w.Line("| %d | %s | %s | %s | %s |", i+1, cut(f.Text.markdown()), f.Ask.markdown(), f.No.markdown(), cut(f.Unanswered.markdown()))
	}
	w.Line("")
	if more := v.findings[min(len(v.findings), room):]; len(more) > 0 {
		var list []text
		for i, f := range more {
			list = append(list, append(say("%s. ", room+i+1), f.Text...))
		}
		w.Line("And %s\n", cut(join(list, " ").markdown()))
	}
}

// cut shortens a line of page one. It never ends within a code span or an escape.
func cut(line string) string {
	runes := []rune(line)
	if len(runes) <= lineShown {
		return line
	}
	end, fence := 0, 0 // where it can end, and the length of the fence of an open code span
	for i := 0; i < lineShown; i++ {
		switch {
		case runes[i] == '\\' && fence == 0:
			i++
		case runes[i] == '`':
			run := 1
			for i+run < len(runes) && runes[i+run] == '`' {
				run++
			}
			switch fence {
			case 0:
				fence = run
			case run:
				fence = 0
			}
			i += run - 1
		case runes[i] == ' ' && fence == 0:
			end = i
		}
	}
	return string(runes[:end]) + " …"
}

// ahead sums up what comes within the days that the calendar looks ahead.
func (v *Review) ahead() []text {
	kinds := []struct {
		kind mapping.EventKind
		what string
	}{
		{mapping.EventDisable, "%s lose access"}, {mapping.EventDelete, "%s are deleted"}, {mapping.EventCreate, "%s get an account"},
		{mapping.EventEnable, "%s can sign in for the first time or again"}, {roster.EventOverrideEnds, "%s overrides end"},
	}
	counts, days := map[mapping.EventKind]int{}, map[mapping.EventKind]map[string]int{}
	for _, e := range v.r.Calendar {
		counts[e.Kind]++
		if days[e.Kind] == nil {
			days[e.Kind] = map[string]int{}
		}
		days[e.Kind][e.At.UTC().Format(time.DateOnly)]++
	}
	var list []text
	for _, k := range kinds {
		n := counts[k.kind]
		if n == 0 {
			continue
		}
		t := say(k.what, n)
		day, most := "", 0
		for d, k := range days[k.kind] {
			if k > most || k == most && d < day {
				day, most = d, k
			}
		}
		if n >= minHits && most*2 > n {
			t = append(t, say(" (%s on %s)", most, day)...)
		}
		list = append(list, t)
	}
	if len(list) == 0 {
		return nil
	}
	return []text{say("In the next %s days after this run, if nothing changes: %s.", roster.CalendarDays, join(list, ", "))}
}

// legend explains how the page was made.
func (v *Review) legend(w *markdown.Page) {
	w.Line("%s All rows together are %s.%s\n", measure, people(len(v.people)).s, v.usageUnknown().markdown())
}

// Markdown writes the report: page one, then everybody, the riskiest first, as far as
// Options.MaxCharacters allows. It says what was cut.
func (v *Review) Markdown() string {
	w := &markdown.Page{MaxListed: v.o.MaxListed}
	v.pageOne(w)
	v.legend(w)
	page := w.String()
	if budget := v.o.MaxCharacters - utf8.RuneCountInString(page); budget > reserve {
		return page + v.details(budget)
	}
	return whole(page, v.o.MaxCharacters-reserve) + "\nThe rest is left out, because the report may not be longer: " + moreIn + ".\n"
}

// whole keeps the lines of a page that fit into a number of characters.
func whole(page string, most int) string {
	var b strings.Builder
	for line := range strings.Lines(page) {
		if most -= utf8.RuneCountInString(line); most < 0 {
			break
		}
		b.WriteString(line)
	}
	return b.String()
}

// moreIn says where all of it is.
const moreIn = "`report_json` has everybody"

func omitted(n int) string { return fmt.Sprintf("… and %s more; %s.", wording.Thousands(n), moreIn) }
