// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/review"
	"terraform-provider-workforce/internal/roster"
	people "terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/worker"
)

// office rules, with what a colleague knows people by.
func companyRules(r *mapping.Rules) {
	for target, source := range map[string]string{"givenName": "FirstName", "sn": "LastName", "department": "Department", "title": "JobTitle", "company": "Company", "l": "City", "c": "CountryCode", "telephoneNumber": "OfficePhone", "employeeType": "worker_type"} {
		r.Attributes[target] = mapping.AttributeRule{Source: source, WhenNull: mapping.NullClear}
	}
	first, last := `IIF(IsNullOrEmpty([PreferredName]), [FirstName], [PreferredName])`, `[LastName]`
	login := `NormalizeDiacritics(StripSpaces(ToLower(Join(".", Transliterate(` + first + `), Transliterate(` + last + `)))))`
	login = `Replace(` + login + `, , "[^a-z0-9.-]", , "", , )`
	r.Attributes["displayName"] = mapping.AttributeRule{Expression: `Join(" ", ` + first + `, ` + last + `)`}
	r.Attributes["cn"] = mapping.AttributeRule{Expression: `SelectUniqueValue(Join(" ", ` + first + `, ` + last + `), Join(" ", ` + first + `, ` + last + `, [worker_id]))`, Apply: mapping.ApplyAlways}
	r.Attributes["userPrincipalName"] = mapping.AttributeRule{Expression: `SelectUniqueValue(Append(` + login + `, "@corp.example.com"), Append(Append(` + login + `, Counter()), "@corp.example.com"))`, Apply: mapping.ApplyAlways}
	r.Attributes["sAMAccountName"] = mapping.AttributeRule{Expression: `SelectUniqueValue(Append("u", [worker_id]), Append("v", [worker_id]))`}
	r.Container = `"` + staff + `"`
	r.Lifecycle.RetentionDays = nil
}

// feed is a company as an HR source reads it.
func feed(c *people.Company) worker.Population {
	out := worker.Population{}
	for _, row := range c.Workers {
		onLeave := row.OnLeave
		w := &worker.Worker{ID: row.ID, Status: row.Status, Type: row.Type, HireDate: worker.Date(row.HireDate), TerminationDate: worker.Date(row.TerminationDate), LastDayOfWork: worker.Date(row.LastDayOfWork),
			OnLeave: &onLeave, ManagerID: row.ManagerID, TimeZone: row.TimeZone, Attributes: map[string]expression.Value{}}
		for i, name := range people.Columns {
			w.Attributes[name] = expression.String(row.Row()[i])
		}
		out[row.ID] = w
	}
	return out
}

// planted is a change set with one question of every kind hidden in it.
type planted struct {
	t       testing.TB
	c       *people.Company
	staff   []*people.Worker // who works, and no manager among them
	heads   []*people.Worker // managers with a full team
	next    int
	joined  int
	answers map[string][]string        // key of a finding → worker ids that it must name
	usage   map[string]directory.Usage // by worker id
}

// take returns somebody ordinary to whom nothing else happens.
func (p *planted) take() *people.Worker {
	p.next++
	return p.staff[p.next*7%len(p.staff)]
}

// called counts who bears somebody's last name.
func (p *planted) called(w *people.Worker) (n int) {
	for _, other := range p.c.Workers {
		if other.LastName == w.LastName {
			n++
		}
	}
	return n
}

func (p *planted) expect(key string, ids ...string) { p.answers[key] = append(p.answers[key], ids...) }

func (p *planted) join(first, last, hired, manager string) *people.Worker {
	p.t.Helper()
	w, err := p.c.Join(first, last, hired, manager)
	if err != nil {
		p.t.Fatal(err)
	}
	p.joined++
	like := p.staff[p.joined*17%len(p.staff)] // a title that the department has
	w.JobTitle, w.Department = like.JobTitle, like.Department
	return w
}

func (p *planted) leave(w *people.Worker, last string) {
	p.t.Helper()
	if err := p.c.Leave(w.ID, last); err != nil {
		p.t.Fatal(err)
	}
}

func newPlanted(t testing.TB, seed uint64, n int) *planted {
	p := &planted{t: t, c: people.NewAt(seed, n, now.Truncate(24*time.Hour)), answers: map[string][]string{},
		usage: map[string]directory.Usage{}}
	manages := map[string]int{}
	for _, w := range p.c.Workers {
		manages[w.ManagerID]++
		for _, day := range []*string{&w.TerminationDate, &w.LastDayOfWork} { // people end on working days here
			for at, err := time.Parse(time.DateOnly, *day); err == nil && (at.Weekday() == time.Saturday || at.Weekday() == time.Sunday); at = at.AddDate(0, 0, -1) {
				*day = at.AddDate(0, 0, -1).Format(time.DateOnly)
			}
		}
	}
	for _, w := range p.c.Workers {
		switch {
		case w.TerminationDate != "" || w.HireDate > "2026-06-01" || w.OnLeave:
		case manages[w.ID] == 0:
			p.staff = append(p.staff, w)
		case manages[w.ID] >= 6:
			p.heads = append(p.heads, w)
		}
	}
	return p
}

// plant changes the company as an ordinary day does, and hides what a good reviewer would ask about.
func (p *planted) plant() {
	p.ordinaryDay()
	p.answers["mass_change"] = []string{} // the renamed department
	p.plantLeavers()
	p.plantJoiners()
	p.plantChanges()
}

// lately is what happens on a day in the weeks before, so that the day can be compared with what is usual.
func (p *planted) lately(day time.Time) {
	for range 2 {
		p.take().HireDate = day.Format(time.DateOnly)
		p.leave(p.take(), day.AddDate(0, 0, -1).Format(time.DateOnly))
	}
}

// ordinaryDay is what happens every day, and nothing to ask about.
func (p *planted) ordinaryDay() {
	for i := range 8 {
		p.leave(p.take(), "2026-11-"+fmt.Sprint(16+i%5))
	}
	for i := range 9 {
		manager := p.heads[(i*5+3)%len(p.heads)]
		p.join([]string{"Ida", "Omar", "Petra", "Lucas", "Mei", "Tomasz", "Aisha", "Greta", "Ravi"}[i], []string{"Falkner", "Benali", "Horvat", "Moreau", "Tan", "Zielak", "Karimi", "Olofsdotter", "Menon"}[i], "2026-11-23", manager.ID)
	}
	for i := range 12 {
		w := p.take()
		other := p.staff[(i*53+11)%len(p.staff)]
		w.Department = other.Department
	}
	for _, w := range p.c.Workers {
		if w.Department == "Marketing" {
			w.Department = "Brand and Growth"
		}
	}
}

func (p *planted) plantLeavers() {
	place := 0
	for _, w := range p.staff {
		if w.City == "Bengaluru" && place < 14 && w.HireDate < "2026-10" && w.Status == "Active" && w.TerminationDate == "" {
			p.leave(w, "2026-11-20")
			p.expect("leavers_concentrated", w.ID)
			place++
		}
	}
	head := p.heads[4]
	p.leave(head, "2026-11-20")
	p.expect("leavers_manage", head.ID)
	late := p.take()
	p.leave(late, "2026-08-14")
	p.usage[late.ID] = signedIn("2026-11-18")
	p.expect("leaver_late", late.ID)
	admin := p.take()
	p.leave(admin, "2026-11-20")
	p.usage[admin.ID] = directory.Usage{SignInsKnown: true, LastSignIn: signedIn("2026-11-19").LastSignIn,
		Privileged: []string{"Domain Admins"}}
	p.expect("leaver_privileged", admin.ID)
	word := p.take()
	word.Status = "Terminated"
	p.expect("leaver_without_date", word.ID)
	odd := p.take()
	p.leave(odd, "2026-11-21") // a Saturday
	p.expect("end_on_an_odd_day", odd.ID)
	unknown := p.take()
	unknown.Status = "Ruhend-X"
	p.expect("unknown_word", unknown.ID)
	twin := p.take()
	for p.called(twin) > 4 { // a name that many bear says nothing
		twin = p.take()
	}
	p.leave(twin, "2026-11-19")
	again := p.join(twin.FirstName, twin.LastName, "2026-11-23", p.heads[7].ID)
	again.PreferredName = twin.PreferredName
	p.expect("probably_returns", again.ID)
}

func (p *planted) plantJoiners() {
	test := p.join("Test", "Mitarbeiter", "2026-11-23", p.heads[9].ID)
	p.expect("joiners_made_up", test.ID)
	a, b := p.join("Katarina", "Wallström", "2026-11-23", p.heads[10].ID), p.join("Katarina", "Wallstrom", "2026-11-23", p.heads[11].ID)
	p.expect("joiners_twice", a.ID, b.ID)
	bare := p.join("Hugo", "Brandvold", "2026-11-23", p.heads[12].ID)
	bare.JobTitle, bare.Department = "", ""
	p.expect("joiner_incomplete", bare.ID)
	old := p.join("Selma", "Rasmussen", "2019-03-01", p.heads[13].ID)
	p.expect("joiner_hired_long_ago", old.ID)
	other := p.take()
	same := p.join(other.FirstName, other.LastName, "2026-11-23", p.heads[14].ID)
	same.PreferredName = other.PreferredName
	p.expect("joiner_namesake", same.ID)
}

func (p *planted) plantChanges() {
	for range 5 {
		w := p.take()
		w.JobTitle = ""
		p.expect("values_emptied", w.ID)
	}
	jump := p.take()
	jump.JobTitle = "Vice President Operations"
	p.expect("title_jumps", jump.ID)
	reused := p.take()
	reused.FirstName, reused.LastName, reused.PreferredName = "Bartholomew", "Quizzle", ""
	p.expect("account_of_another_person", reused.ID)
	spelled := p.take()
	spelled.Department = spelled.Department[:2] + "x" + spelled.Department[2:]
	p.expect("value_misspelled", spelled.ID)
	to := p.heads[20]
	for range 6 {
		w := p.take()
		w.ManagerID = to.ID
		p.expect("manager_of_many", w.ID)
	}
	above, below := p.heads[22], p.take()
	for below.ManagerID == above.ID {
		below = p.take()
	}
	below.ManagerID = above.ID
	above.ManagerID = below.ID
	p.expect("managers_cycle", above.ID, below.ID)
	moved := p.take()
	for moved.CountryCode == "DE" {
		moved = p.take()
	}
	moved.City, moved.CountryCode = "Berlin", "DE"
	p.expect("half_move", moved.ID)
}

// Everything that a good HR administrator would question stands on page one, and nothing
// else is among the ten things to look at.
func TestPageOneNamesWhatIsPlanted(t *testing.T) {
	for _, seed := range []uint64{1, 2} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			m := newMemory()
			p := newPlanted(t, seed, 1500)
			in := p.live(m, rules(companyRules), func() {})
			for _, e := range m.objects { // a lost sheep that no rule explains
				if e.Account.Attributes["employeeID"].Text() == p.heads[25].ID {
					off(e, "2026-11-10", "")
					p.expect("kept_disabled", p.heads[25].ID)
				}
			}
			p.plant()
			open := p.take()
			p.leave(open, "2026-11-20")
			in.Workers = feed(p.c)
			absent := p.take().ID
			delete(in.Workers, absent)
			p.expect("absent_can_sign_in", absent)
			in.Overrides = []roster.Override{{WorkerIDs: []string{open.ID}, Enabled: pointer(true), Reason: "consultant for another month", Expires: "2026-12-31"}}
			p.expect("override_enables_leaver", open.ID)
			r := p.review(in, fmt.Sprint(seed), review.Options{})
			checkAfterHold(t, in, r)
		})
	}
}

// live lets a company live for two months, so that a day can be compared with what is usual, and
// something happen before the second of its days.
func (p *planted) live(m *memory, r mapping.Rules, happen func()) roster.Input {
	p.t.Helper()
	in := input(p.t, m, r)
	for i, days := range []int{60, 25, 17, 9, 3} {
		m.now = now.AddDate(0, 0, -days)
		if in.AsOf = m.now; i == 1 {
			happen()
		}
		if i > 0 {
			p.lately(m.now)
		}
		in.Workers = feed(p.c)
		m.apply(p.t, decide(p.t, in))
	}
	m.now, in.AsOf = now, now
	return in
}

// review decides, keeps the page where PLANTED_DIRECTORY asks for it, and holds it against what was planted.
func (p *planted) review(in roster.Input, name string, o review.Options) *review.Review {
	p.t.Helper()
	decided := decide(p.t, in)
	o.AsOf, o.Rules, o.Usage = in.AsOf, in.Mapping.Rules(), p.usageOf(decided)
	r := reportWith(p.t, decided, o)
	if dir := os.Getenv("PLANTED_DIRECTORY"); dir != "" {
		html, err := r.HTML()
		err = errors.Join(err, os.WriteFile(fmt.Sprintf("%s/planted-%s.md", dir, name), []byte(r.Report), 0o600),
			os.WriteFile(fmt.Sprintf("%s/planted-%s.html", dir, name), []byte(html), 0o600))
		if err != nil {
			p.t.Fatal(err)
		}
	}
	page, _, _ := strings.Cut(r.Report, "\nHow to read it:")
	p.check(p.t, r.Review, page)
	return r.Review
}

// usageOf is how accounts are used: nearly everybody signed in lately.
func (p *planted) usageOf(r *roster.Result) map[string]directory.Usage {
	out := map[string]directory.Usage{}
	for i := range r.Decisions {
		d := &r.Decisions[i]
		if d.ObjectID == "" {
			continue
		}
		u, told := p.usage[d.WorkerID]
		if !told {
			u = signedIn(fmt.Sprintf("2026-11-%02d", 5+i%13))
		}
		out[d.ObjectID] = u
	}
	return out
}

func signedIn(day string) directory.Usage {
	return directory.Usage{SignInsKnown: true, LastSignIn: worker.Date(day).Start(time.UTC).Add(9 * time.Hour)}
}

// checkAfterHold follows the recommendation: what it held is held, and the next page neither
// holds these people again nor takes the hold back.
func checkAfterHold(t *testing.T, in roster.Input, before *review.Review) {
	t.Helper()
	var asked struct {
		Held []string `json:"held"`
	}
	doc, err := before.JSON()
	if err = errors.Join(err, json.Unmarshal([]byte(doc), &asked)); err != nil || len(asked.Held) == 0 {
		t.Fatalf("held %q, %v", asked.Held, err)
	}
	in.Overrides = append(slices.Clone(in.Overrides), hold(asked.Held...))
	after := decideAndReport(t, in)
	var next struct {
		Held    []string                `json:"held"`
		Choices []struct{ What string } `json:"choices"`
	}
	if err := json.Unmarshal([]byte(after.ReportJSON), &next); err != nil {
		t.Fatal(err)
	}
	for _, id := range asked.Held {
		expectAction(t, after.Result, id, roster.ActionHeld)
		if slices.Contains(next.Held, id) {
			t.Errorf("worker %s is to be held once more", id)
		}
	}
	keeps := 0
	for _, f := range after.Review.Findings() {
		if f.Key == "hold_keeps_leaver" {
			keeps = len(f.Workers)
		}
		if f.Key == "override_enables_leaver" && slices.ContainsFunc(f.Workers, func(id string) bool { return slices.Contains(asked.Held, id) }) {
			t.Errorf("the page wants a hold removed that it recommended: %s", f.Text)
		}
	}
	if keeps == 0 || len(next.Held) > 0 {
		t.Errorf("%d leavers are held by what the page says, and it holds %q more: %q", keeps, next.Held, next.Choices)
	}
}

// check holds the page against what was planted.
func (p *planted) check(t testing.TB, v *review.Review, page string) {
	t.Helper()
	if n := strings.Count(page, "\n"); n > 60 {
		t.Errorf("page one has %d lines, expected at most 60", n)
	}
	found := map[string][]string{}
	for i, f := range v.Findings() {
		found[f.Key] = append(found[f.Key], f.Workers...)
		if p.answers[f.Key] == nil {
			t.Errorf("%d. %s was not planted: %s", i+1, f.Key, f.Text)
		}
		if !strings.HasSuffix(f.Text, "?") || f.Ask == "" || f.No == "" || f.Unanswered == "" {
			t.Errorf("%s is no question with somebody to ask, and something to do about a no or no answer: %+v", f.Key, f)
		}
		if f.Key != "mass_change" && !slices.ContainsFunc(f.Workers, func(id string) bool { return strings.Contains(page, "`"+id+"`") }) {
			t.Errorf("%s is not on page one", f.Key)
		}
	}
	for key, ids := range p.answers {
		for _, id := range ids {
			if !slices.Contains(found[key], id) {
				t.Errorf("%s does not name worker %s: %q", key, id, found[key])
			}
		}
	}
	if t.Failed() {
		t.Log(page)
	}
}
