// SPDX-License-Identifier: MPL-2.0

package review

import (
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/markdown"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/wording"
)

//go:embed report.html.tmpl
var htmlSource string

var htmlPage = template.Must(template.New("report").Funcs(template.FuncMap{
	"say":       func(t text) template.HTML { return template.HTML(t.html()) }, // #nosec G203 -- text escapes what comes from outside
	"thousands": wording.Thousands,
	"anchor":    anchor,
	"plain":     visibleLong,
}).Parse(htmlSource))

// The shape of the page, for the template.
type (
	htmlReport struct {
		Title, Measure, Fingerprint string
		Sums                        []text
		Effects                     []htmlEffect
		Choices                     []htmlChoice
		Whom, IfNo                  text
		Findings                    []htmlFinding
		Everybody                   []text
		Hold                        string
		Asides                      []text
		Bars                        []htmlBars
		Months                      []htmlMonth
		Sections                    []htmlSection
		People                      []htmlPerson
		Warnings                    []string
	}
	htmlEffect struct {
		What   text
		People int
		Stands text
	}
	htmlSection struct {
		Title  string
		People int
		Header []string
		Rows   [][]text
	}
	htmlBars struct {
		Title string
		Rows  []htmlBar
	}
	htmlChoice struct {
		Recommended     bool
		What, Costs     text
		Lose, Make, Can int
	}
	htmlFinding struct {
		Number                    int
		Text, Ask, No, Unanswered text
	}
	htmlBar struct {
		Name                   string
		Lose, Gain, Change, Of int
		LoseW, GainW, ChangeW  int // widths in per cent
	}
	htmlMonth struct {
		Title string
		Weeks [][7]htmlDay
	}
	htmlDay struct {
		Day    int // 0: not of this month
		Today  bool
		Events []text
		More   int
	}
	htmlPerson struct {
		ID, Name, Action, Reason string
		Facts                    [][2]string
		Changes                  []htmlChange
		Problems                 []text
	}
	htmlChange struct {
		Attribute string
		Old, New  text
		Because   text
		Rule      string
		Inputs    []string
	}
)

const (
	// barsShown is how many departments or places a figure shows; eventsShown is how many events a day tells.
	barsShown, eventsShown = 15, 3
)

// HTML writes the report as one self-contained page for a browser: nothing is fetched from
// anywhere, and it is legible without script, on paper and in dark surroundings. It holds everybody
// for whom anything happens.
func (v *Review) HTML() (string, error) {
	page := htmlReport{
		Title: v.plainTitle(), Measure: measure, Fingerprint: v.Fingerprint(), Sums: v.sums(), Everybody: v.everybody(), Hold: v.holdBlock(),
		Warnings: v.r.Warnings,
		Bars:     []htmlBars{v.bars("By department", roster.RoleDepartment), v.bars("By place", roster.RolePlace)}, Months: v.months(),
	}
	for _, e := range v.effects {
		page.Effects = append(page.Effects, htmlEffect{e.what, e.people, join(e.stands, "; ")})
	}
	for _, c := range v.choices() {
		page.Choices = append(page.Choices, htmlChoice{c.recommended, c.what, c.costs, c.lose, c.make, c.can})
	}
	for i, f := range v.findings {
		page.Findings = append(page.Findings, htmlFinding{i + 1, f.Text, f.Ask, f.No, f.Unanswered})
	}
	if len(v.findings) > 0 {
		page.Whom, page.IfNo = v.whomToAsk(), ifNo()
	}
	for i := range v.asides {
		page.Asides = append(page.Asides, v.asides[i].tell())
	}
	for _, s := range sections {
		if h := v.htmlSection(s); len(h.Rows) > 0 {
			page.Sections = append(page.Sections, h)
		}
	}
	for _, p := range v.people {
		if p.dec.Action != roster.ActionNone && p.dec.Action != roster.ActionOutOfScope && p.dec.Action != roster.ActionFuture {
			page.People = append(page.People, v.htmlPerson(p))
		}
	}
	var b strings.Builder
	if err := htmlPage.Execute(&b, page); err != nil {
		return "", fmt.Errorf("report: %w", err)
	}
	return b.String(), nil
}

// htmlSection lists everybody of one kind.
func (v *Review) htmlSection(s section) htmlSection {
	list := v.byAction[s.action]
	if s.account {
		list = where(list, func(p *person) bool { return p.pro.HadAccount })
	}
	h := htmlSection{Title: s.title, People: len(list), Header: []string{"Worker", "Id", "Title", "Department", "Place", "Manager"}}
	for _, c := range s.columns {
		h.Header = append(h.Header, c.title)
	}
	for _, p := range list {
		row := []text{{p.who()}, say("%s", p.id())}
		for _, role := range []roster.Role{roster.RoleTitle, roster.RoleDepartment, roster.RolePlace} {
			row = append(row, say("%s", p.known(role)))
		}
		manager := text(nil)
		if id := p.known(roster.RoleManager); id != "" {
			manager = v.manager(id)
		}
		row = append(row, manager)
		for _, c := range s.columns {
			row = append(row, c.tell(v, p))
		}
		h.Rows = append(h.Rows, row)
	}
	return h
}

// htmlPerson is everything about one person: who, what changes, by which rule, from which values of HR.
func (v *Review) htmlPerson(p *person) htmlPerson {
	h := htmlPerson{ID: p.id(), Name: p.pro.Name, Action: string(p.dec.Action), Reason: p.dec.Reason}
	facts := v.personJSON(p)
	last, privileged := v.usageFacts(p)
	for _, f := range [][2]string{
		{"Title", facts.Title}, {"Department", facts.Department}, {"Place", facts.Place}, {"Country", facts.Country}, {"Company", facts.Company}, {"Login", facts.Login}, {"HR status", facts.Status},
		{"Hired", facts.HireDate}, {"Last day", facts.EndDate}, {"Could sign in", yesNo(p.pro.CouldSignIn)},
		{"Can sign in", v.tellSignIn(p).String()}, {"Last sign-in", last}, {"Privileged", privileged}, {"Account", p.dec.Path},
		{"Recognised by", p.dec.MatchedBy},
	} {
		if f[1] != "" {
			h.Facts = append(h.Facts, f)
		}
	}
	if facts.ManagerID != "" {
		h.Facts = append(h.Facts, [2]string{"Manager", strings.TrimSpace(facts.Manager + " (" + facts.ManagerID + ")")})
	}
	for _, c := range p.dec.Changes {
		change := htmlChange{Attribute: c.Attribute, Rule: c.Rule, Inputs: c.Inputs, Because: because(c.Rule, c.Override, c.Inputs)}
		change.Old, change.New = say("redacted"), say("redacted")
		if !c.Redacted {
			change.Old, change.New = v.tellValue(c.Attribute, c.Old), v.tellValue(c.Attribute, c.New)
		}
		h.Changes = append(h.Changes, change)
	}
	for _, problem := range p.dec.Problems {
		h.Problems = append(h.Problems, say("%s. To do: %s.", problem.Text, problem.Remedy))
	}
	return h
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// bars counts what happens by department or place, the most first.
func (v *Review) bars(title string, role roster.Role) htmlBars {
	rows := map[string]*htmlBar{}
	for _, p := range v.people {
		name := p.known(role)
		if name == "" || !p.pro.HadAccount && !p.pro.HasAccount {
			continue
		}
		if rows[name] == nil {
			rows[name] = &htmlBar{Name: name}
		}
		b := rows[name]
		b.Of++
		switch {
		case p.loses():
			b.Lose++
		case p.gains() || p.creates():
			b.Gain++
		case len(p.dec.Changes) > 0:
			b.Change++
		}
	}
	out := htmlBars{Title: title}
	for _, name := range sortedKeys(rows) {
		if b := rows[name]; b.Lose+b.Gain+b.Change > 0 {
			out.Rows = append(out.Rows, *b)
		}
	}
	slices.SortStableFunc(out.Rows, func(a, b htmlBar) int { return b.Lose + b.Gain + b.Change - a.Lose - a.Gain - a.Change })
	out.Rows = out.Rows[:min(len(out.Rows), barsShown)]
	for i := range out.Rows {
		b, most := &out.Rows[i], out.Rows[0].Lose+out.Rows[0].Gain+out.Rows[0].Change
		b.LoseW, b.GainW, b.ChangeW = b.Lose*100/most, b.Gain*100/most, b.Change*100/most
	}
	return out
}

// months are the months that the calendar reaches into, by weeks that begin on Monday.
func (v *Review) months() []htmlMonth {
	if len(v.r.Calendar) == 0 {
		return nil
	}
	events := map[string][]roster.Event{}
	for _, e := range v.r.Calendar {
		day := e.At.UTC().Format(time.DateOnly)
		events[day] = append(events[day], e)
	}
	first := v.o.AsOf.UTC()
	last := first.AddDate(0, 0, roster.CalendarDays)
	var out []htmlMonth
	for month := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC); !month.After(last); month = month.AddDate(0, 1, 0) {
		m := htmlMonth{Title: month.Format("January 2006")}
		var week [7]htmlDay
		for day := month; day.Month() == month.Month(); day = day.AddDate(0, 0, 1) {
			at := (int(day.Weekday()) + 6) % 7
			if at == 0 && day.Day() > 1 {
				m.Weeks, week = append(m.Weeks, week), [7]htmlDay{}
			}
			week[at] = v.htmlDay(day, events[day.Format(time.DateOnly)])
		}
		m.Weeks = append(m.Weeks, week)
		out = append(out, m)
	}
	return out
}

func (v *Review) htmlDay(day time.Time, events []roster.Event) htmlDay {
	d := htmlDay{Day: day.Day(), Today: day.Format(time.DateOnly) == string(v.today())}
	for _, e := range events[:min(len(events), eventsShown)] {
		d.Events = append(d.Events, say("%s: %s", span{kind: spanProse, s: orID(span{s: e.Name, id: e.WorkerID})}, words(eventWords[string(e.Kind)])))
	}
	d.More = max(len(events)-eventsShown, 0)
	return d
}

// eventWords say in a word or two what happens on a day.
var eventWords = map[string]string{"create": "account", "enable": "can sign in", "disable": "loses access", "delete": "deleted", "other": "other", "override_ends": "override ends"}

// plainTitle is title without Markdown.
func (v *Review) plainTitle() string {
	title := v.heading()
	if v.o.Title != "" {
		title += " in " + markdown.Visible(v.o.Title)
	}
	return title + " as of " + v.o.AsOf.UTC().Format("2006-01-02 15:04 UTC")
}
