// SPDX-License-Identifier: MPL-2.0

package review

import (
	"strings"
	"time"
	"unicode/utf8"

	"terraform-provider-workforce/internal/markdown"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/wording"
)

// section is one list of the report: who is affected by an action, and what is told of them.
type section struct {
	action roster.Action
	title  string
	// columns follow the person, title, department, place and manager.
	columns []column
	shared  bool // leave out who has nothing but changes that many have
	account bool // leave out who has no account
}

// column is a heading with what stands below it.
type column struct {
	title string
	tell  func(*Review, *person) text
}

var (
	whyColumn     = column{"Why", func(_ *Review, p *person) text { return say("%s", p.dec.Reason) }}
	changesColumn = column{"Changes", (*Review).tellChanges}
	statusColumn  = column{"HR status", func(_ *Review, p *person) text { return say("%s", p.pro.Status) }}
	lastColumn    = column{"Last day", func(_ *Review, p *person) text { return say("%s", string(p.pro.EndDate)) }}
	signInColumn  = column{"Can sign in", (*Review).tellSignIn}
	loginColumn   = column{"Login", func(v *Review, p *person) text { return v.login(p) }}
)

// sections are in order of risk.
var sections = []section{
	{action: roster.ActionSetAside, title: "Set aside", columns: []column{loginColumn, signInColumn, whyColumn}},
	{action: roster.ActionHeld, title: "Held by an override", columns: []column{loginColumn, signInColumn, statusColumn, lastColumn, whyColumn}},
	{action: roster.ActionDelete, title: "Deleted", columns: []column{loginColumn, statusColumn, lastColumn, whyColumn}},
	{action: roster.ActionDisable, title: "Disabled", columns: []column{loginColumn, statusColumn, lastColumn, whyColumn, changesColumn}},
	{action: roster.ActionKeptDisabled, title: "Kept disabled", columns: []column{loginColumn, statusColumn, whyColumn}},
	{action: roster.ActionRehire, title: "Taken into use again", columns: []column{loginColumn, signInColumn, whyColumn, changesColumn}},
	{action: roster.ActionEnable, title: "Enabled", columns: []column{loginColumn, whyColumn, changesColumn}},
	{action: roster.ActionRelease, title: "Released: absent, and managed no longer", columns: []column{whyColumn}},
	{action: roster.ActionRename, title: "Renamed", columns: []column{changesColumn}},
	{action: roster.ActionMove, title: "Moved", columns: []column{changesColumn}, shared: true},
	{action: roster.ActionCreate, title: "Created", columns: []column{loginColumn, signInColumn, whyColumn}},
	{action: roster.ActionUpdate, title: "Updated", columns: []column{changesColumn}, shared: true},
	{action: roster.ActionUnmatched, title: "Without an account, and none is created", columns: []column{whyColumn}},
	{action: roster.ActionAbsent, title: "Missing from the HR data, kept as they are", columns: []column{signInColumn, whyColumn,
		changesColumn}},
	{action: roster.ActionOutOfScope, title: "Out of scope, with an account", columns: []column{signInColumn, whyColumn}, account: true},
}

// details writes everybody, within a number of characters.
func (v *Review) details(budget int) string {
	b := &bounded{left: budget, listed: v.o.MaxListed}
	v.holds(b)
	b.notes("Warnings", v.r.Warnings)
	v.overrideRows(b)
	v.causeRows(b)
	for _, s := range sections {
		v.rows(b, s)
	}
	v.wordRows(b)
	v.calendarRows(b)
	return b.String()
}

// rows writes one section.
func (v *Review) rows(b *bounded, s section) {
	list := v.byAction[s.action]
	if s.account {
		list = where(list, func(p *person) bool { return p.pro.HadAccount })
	}
	if len(list) == 0 {
		return
	}
	intro, all := "", len(list)
	if s.shared {
		list = where(list, func(p *person) bool { return !p.sharesAll(v.shared) })
		const only = "change in nothing but what the causes above tell."
		switch {
		case len(list) == 0:
			intro = "All " + wording.Thousands(all) + " " + only
		case all > len(list):
			intro = wording.Thousands(all-len(list)) + " of them " + only
		}
	}
	header := []string{"Worker", "Title", "Department", "Place", "Manager"}
	for _, c := range s.columns {
		header = append(header, c.title)
	}
	b.table(s.title+" ("+wording.Thousands(all)+")", intro, header, len(list), func(i int) []string { return v.row(list[i], s.columns) })
}

// row tells one person.
func (v *Review) row(p *person, columns []column) []string {
	cells := []string{text{p.who()}.markdown()}
	for _, role := range []roster.Role{roster.RoleTitle, roster.RoleDepartment, roster.RolePlace} {
		cells = append(cells, markdown.Text(p.known(role)))
	}
	manager := ""
	if id := p.known(roster.RoleManager); id != "" {
		manager = v.manager(id).markdown()
	}
	cells = append(cells, manager)
	for _, c := range columns {
		cells = append(cells, c.tell(v, p).markdown())
	}
	return cells
}

// tellSignIn says whether or when somebody can sign in.
func (v *Review) tellSignIn(p *person) text {
	switch at := v.start[p.id()]; {
	case p.loses():
		return say("no longer")
	case p.pro.CanSignIn && !p.pro.CouldSignIn:
		return say("now")
	case p.pro.CanSignIn:
		return say("yes")
	case !at.IsZero():
		return say("from %s", at.UTC().Format(time.DateOnly))
	case len(p.dec.OpenAccounts) > 0:
		return say("yes, with %s", count(len(p.dec.OpenAccounts), "account"))
	case !p.pro.HasAccount:
		return say("no account")
	}
	return say("no")
}

// maxChanges is how many changes of one person a row tells.
const maxChanges = 6

// tellChanges tells each change that the section's title does not, and where it comes from.
func (v *Review) tellChanges(p *person) text {
	var parts []text
	more := 0
	for _, c := range p.dec.Changes {
		switch {
		case c.Attribute == roster.EnabledChange && p.dec.Action != roster.ActionRename && p.dec.Action != roster.ActionMove && p.dec.Action != roster.ActionUpdate, c.Attribute == roster.DeletedChange, c.Attribute == roster.DisabledForChange, c.Attribute == roster.ReleasedChange:
			continue
		case v.shared[changeKey(c)]:
			continue // the causes tell it
		case len(parts) == maxChanges:
			more++
			continue
		case c.Redacted:
			parts = append(parts, say("%s: redacted", value(c.Attribute)))
			continue
		}
		t := v.tellChange(c.Attribute, c.Old, c.New)
		if c.Override != "" || c.Rule != "" {
			t = append(t, say(" (%s)", because(c.Rule, c.Override, c.Inputs))...)
		}
		parts = append(parts, t)
	}
	if more > 0 {
		parts = append(parts, say("and %s more", more))
	}
	return join(parts, "; ")
}

func (v *Review) overrideRows(b *bounded) {
	lines := v.r.Overrides
	if len(lines) == 0 {
		return
	}
	states := map[string]string{roster.OverrideInForce: "in force", roster.OverrideAgreed: "HR says the same: it can go", roster.OverrideIdle: "nobody to act on", roster.OverrideExpired: "expired, ignored"}
	disabled := len(where(v.people, func(p *person) bool { return p.pro.Override == "disabled" }))
	intro := "1 account is disabled by an override, whatever the HR system says."
	if disabled != 1 {
		intro = wording.Thousands(disabled) + " accounts are disabled by an override, whatever the HR system says."
	}
	b.table("Overrides ("+wording.Thousands(len(lines))+")", intro, []string{"Worker", "What", "Until", "Reason", "State"}, len(lines), func(i int) []string {
		l := lines[i]
		return []string{v.manager(l.WorkerID).markdown(), v.overrideWhat(l).markdown(), l.Expires, markdown.Long(l.Reason), states[l.State]}
	})
}

func (v *Review) overrideWhat(l roster.OverrideLine) text {
	var parts []text
	if l.Hold {
		parts = append(parts, say("held: everything stays as it is"))
	}
	if l.Enabled != nil {
		parts = append(parts, text{words(map[bool]string{true: "enabled", false: "disabled"}[*l.Enabled])})
	}
	if l.Container != "" {
		parts = append(parts, say("%s: %s", value(roster.ContainerChange), value(l.Container)))
	}
	for _, name := range sortedKeys(l.Attributes) {
		parts = append(parts, say("%s: %s", value(name), v.tellValue(name, l.Attributes[name])))
	}
	for _, name := range l.Redacted {
		parts = append(parts, say("%s: redacted", value(name)))
	}
	return join(parts, "; ")
}

func (v *Review) causeRows(b *bounded) {
	if len(v.causes) == 0 {
		return
	}
	b.table("Causes ("+wording.Thousands(len(v.causes))+")", "", []string{"People", "Change", "Because", "Such as", "Rule behind it"}, len(v.causes), func(i int) []string {
		c := &v.causes[i]
		change := v.tellChange(c.Attribute, c.Old, c.New)
		switch {
		case c.Redacted:
			change = say("%s: redacted", value(c.Attribute))
		case c.Various:
			change = say("%s: each their own value", value(c.Attribute))
		}
		n := wording.Thousands(c.People)
		if c.Of >= c.People && c.Of > 1 {
			n += " of " + wording.Thousands(c.Of)
		}
		return []string{n, change.markdown(), because(c.Rule, c.Override, c.inputs).markdown(), v.examples(c).markdown(), ruleCell(c.Rule)}
	})
}

func ruleCell(rule string) string {
	if rule == "" {
		return ""
	}
	return markdown.Code(rule)
}

// examples tells who the first people are, and where everybody has their own value, which.
func (v *Review) examples(c *cause) text {
	var list []text
	for _, x := range c.first {
		t := text{x.person.who()}
		if c.Various && !c.Redacted {
			t = append(t, say(": %s → %s", v.tellValue(c.Attribute, x.change.Old), v.tellValue(c.Attribute, x.change.New))...)
		}
		list = append(list, t)
	}
	return join(list, "; ")
}

func (v *Review) calendarRows(b *bounded) {
	events := v.r.Calendar
	if len(events) == 0 {
		return
	}
	b.table("The next 30 days ("+wording.Thousands(len(events))+")", "", []string{"When", "Worker", "What"}, len(events), func(i int) []string {
		e := events[i]
		return []string{e.At.UTC().Format("2006-01-02 15:04 UTC"), text{{kind: spanWho, s: e.Name, id: e.WorkerID}}.markdown(), markdown.Long(e.What)}
	})
}

// wordRows tells what the status words were taken for.
func (v *Review) wordRows(b *bounded) {
	list := v.r.Words
	if len(list) == 0 {
		return
	}
	b.table("Status words ("+wording.Thousands(len(list))+")", "", []string{"Word", "Taken for", "Workers"}, len(list), func(i int) []string {
		return []string{markdown.Code(list[i].Word), markdown.Text(list[i].Class), wording.Thousands(list[i].Workers)}
	})
}

// bounded is a page that takes no more than so many characters. What does not fit is counted.
type bounded struct {
	strings.Builder
	left, listed int
	skipped      []string // titles of sections that had no room
}

// reserve is kept for saying what was cut.
const reserve = 2000

// put adds text if there is room for it and for what must still be said.
func (b *bounded) put(s string) bool {
	n := utf8.RuneCountInString(s)
	if n > b.left-reserve {
		return false
	}
	b.left -= n
	b.WriteString(s)
	return true
}

// force adds a short text out of the reserve.
func (b *bounded) force(s string) {
	b.left -= utf8.RuneCountInString(s)
	b.WriteString(s)
}

// table writes rows below a heading, as many as there is room for.
func (b *bounded) table(title, intro string, header []string, n int, row func(int) []string) {
	head := "## " + title + "\n\n"
	if intro != "" {
		head += intro + "\n\n"
	}
	if n > 0 {
		head += "| " + strings.Join(header, " | ") + " |\n|" + strings.Repeat(" --- |", len(header)) + "\n"
	}
	if !b.put(head) {
		b.skipped = append(b.skipped, title)
		return
	}
	shown := 0
	for shown < min(n, b.listed) && b.put("| "+strings.Join(row(shown), " | ")+" |\n") {
		shown++
	}
	if more := n - shown; more > 0 {
		b.force("\n" + omitted(more) + "\n")
	}
	b.force("\n")
}

// notes writes a list of sentences.
func (b *bounded) notes(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	if !b.put("## " + title + " (" + wording.Thousands(len(lines)) + ")\n\n") {
		b.skipped = append(b.skipped, title)
		return
	}
	shown := 0
	for shown < min(len(lines), b.listed) && b.put("- "+markdown.Long(lines[shown])+"\n") {
		shown++
	}
	if more := len(lines) - shown; more > 0 {
		b.force("- " + omitted(more) + "\n")
	}
	b.force("\n")
}

// String ends the page with what had no room.
func (b *bounded) String() string {
	s := b.Builder.String()
	if len(b.skipped) == 0 {
		return s
	}
	note := "Left out, because the report may not be longer: " + strings.Join(b.skipped, ", ") + ". " + moreIn + ".\n"
	if r := []rune(note); len(r) > reserve/2 {
		note = string(r[:reserve/2]) + " …\n"
	}
	return s + note
}
