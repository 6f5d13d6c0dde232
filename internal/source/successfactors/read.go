// SPDX-License-Identifier: MPL-2.0

package successfactors

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/web"
	"terraform-provider-workforce/internal/wording"
	"terraform-provider-workforce/internal/worker"
)

// reader reads one population.
type reader struct {
	config  *Config
	client  *web.Client
	plan    *plan
	asOf    worker.Date
	horizon worker.Date // the last first day of work that is looked at; "" if none

	people  map[string]*person // by person id
	order   []string           // person ids
	users   map[string]string  // user id → person id
	nothing int                // persons without any employment
}

// query is one list of persons to ask for.
type query struct {
	doing  string
	filter string
	expand []string
	sel    string // $select
	asOf   worker.Date
}

func (r *reader) readAll(ctx context.Context) error {
	r.people, r.order, r.users, r.nothing = map[string]*person{}, nil, map[string]string{}, 0
	later := map[worker.Date][]string{} // who starts when
	base := query{doing: "reading the persons", filter: r.baseFilter(), expand: r.plan.expand, asOf: r.asOf}
	err := r.list(ctx, base, func(position string, o object) error {
		p, err := r.person(o, position, r.asOf)
		if err != nil {
			return err
		}
		r.belong(p)
		switch {
		case p == nil:
			r.nothing++
		case p.hire > r.asOf && p.hire <= r.horizon:
			later[p.hire] = append(later[p.hire], p.id)
		case p.hire > r.asOf: // beyond the horizon
		default:
			r.addPerson(p)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if r.horizon == "" {
		return nil
	}
	if err := r.findStarters(ctx, later); err != nil {
		return err
	}
	return r.readStarters(ctx, later)
}

func (r *reader) addPerson(p *person) {
	r.people[p.id] = p
	r.order = append(r.order, p.id)
}

// belong remembers whose users the employments have.
func (r *reader) belong(p *person) {
	if p == nil {
		return
	}
	for _, user := range p.users {
		r.users[user] = p.id
	}
}

// baseFilter selects everybody who works or has worked there: the filter of
// Microsoft's connector (sap-successfactors-integration-reference, "Full sync").
func (r *reader) baseFilter() string {
	filter := "personEmpTerminationInfoNav/activeEmploymentsCount ne null"
	if r.config.TerminatedDays > 0 {
		filter = fmt.Sprintf("(personEmpTerminationInfoNav/activeEmploymentsCount gt 0 or personEmpTerminationInfoNav/latestTerminationDate ge %s)",
			literal(r.asOf.AddDays(-r.config.TerminatedDays)))
	}
	return r.and(filter)
}

func (r *reader) and(filter string) string {
	if r.config.Filter == "" {
		return filter
	}
	return filter + " and (" + r.config.Filter + ")"
}

func literal(d worker.Date) string { return "datetime'" + string(d) + "T00:00:00'" }

// findStarters adds those who have never worked there yet and start within the
// horizon. The configured filter has to wait: they have no job yet that it could
// look at.
func (r *reader) findStarters(ctx context.Context, later map[worker.Date][]string) error {
	known := map[string]bool{}
	for _, ids := range later {
		for _, id := range ids {
			known[id] = true
		}
	}
	q := query{
		doing: "looking for those who start soon", expand: []string{"employmentNav"}, sel: "personIdExternal,employmentNav/userId,employmentNav/startDate,employmentNav/endDate", asOf: r.asOf,
		filter: fmt.Sprintf("employmentNav/startDate gt %s and employmentNav/startDate le %s", literal(r.asOf), literal(r.horizon)),
	}
	return r.list(ctx, q, func(position string, o object) error {
		id := rawID(o)
		if known[id] || r.people[id] != nil {
			return nil // who works until another employment begins is read as they are
		}
		first := worker.Date("")
		for _, e := range rows(o["employmentNav"]) {
			start, err := date(e, "startDate")
			if _, other := errors.AsType[*eraError](err); other {
				continue // the employment that begins soon is another one
			}
			if err != nil {
				return fmt.Errorf("%s, person %s: employmentNav/%w", position, source.Quote(id), err)
			}
			if start > r.asOf && start <= r.horizon && (first == "" || start < first) {
				first = start
			}
		}
		switch {
		case id == "":
			return fmt.Errorf("%s: found no personIdExternal, expected one in each person", position)
		case first == "":
			return nil // one employment begins after the date and another before the horizon
		}
		later[first] = append(later[first], id)
		return nil
	})
}

// idsAtOnce is how many persons are asked for by their ids: more make the URL too long.
const idsAtOnce = 50

// readStarters reads those who start on a date as of that date.
func (r *reader) readStarters(ctx context.Context, later map[worker.Date][]string) error {
	type batch struct {
		day     worker.Date
		ids     []string
		persons []*person
	}
	var batches []*batch
	for _, day := range slices.Sorted(maps.Keys(later)) {
		slices.Sort(later[day])
		for ids := range slices.Chunk(later[day], idsAtOnce) {
			batches = append(batches, &batch{day: day, ids: ids})
		}
	}
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(r.config.Concurrency)
	for _, b := range batches {
		group.Go(func() error {
			quoted := make([]string, len(b.ids))
			for i, id := range b.ids {
				quoted[i] = "'" + strings.ReplaceAll(id, "'", "''") + "'"
			}
			q := query{doing: "reading those who start on " + string(b.day), filter: r.and("personIdExternal in " + strings.Join(quoted, ",")), expand: r.plan.expand, asOf: b.day}
			return r.list(inner, q, func(position string, o object) error {
				p, err := r.person(o, position+" of those who start on "+string(b.day), b.day)
				if err != nil || p == nil {
					return err
				}
				b.persons = append(b.persons, p)
				return nil
			})
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, b := range batches {
		if len(b.persons) != len(b.ids) && r.config.Filter == "" {
			return fmt.Errorf("reading those who start on %s: found %d persons, expected %d: %w", b.day, len(b.persons), len(b.ids), web.ErrMoved)
		}
		for _, p := range b.persons {
			r.belong(p)
			r.addPerson(p)
		}
	}
	return nil
}

// list reads all pages of a list.
func (r *reader) list(ctx context.Context, q query, each func(position string, o object) error) error {
	var guard web.Guard
	seen := map[string]string{}
	next, snapshot := r.url(q), false
	for n := 1; next != ""; n++ {
		name := "page " + strconv.Itoa(n)
		answer, p, err := r.ask(ctx, next)
		if err != nil {
			if n > 1 && expired(err) {
				err = fmt.Errorf("%w: %w", err, web.ErrMoved)
			}
			return fmt.Errorf("%s: %s: %w", q.doing, name, err)
		}
		if snapshot {
			p.total = -1 // counted anew, while the persons stay those of the beginning
		}
		snapshot = snapshot || strings.Contains(p.next, "skiptoken=")
		if err := guard.Add(web.Page{Name: name, Records: len(p.persons), Total: p.total, Pages: -1, Mark: p.mark()}); err != nil {
			return fmt.Errorf("%s: %w", q.doing, err)
		}
		for i, o := range p.persons {
			position := name + ", item " + strconv.Itoa(i+1)
			id := rawID(o)
			if before, twice := seen[id]; twice && id != "" {
				return fmt.Errorf("%s: person %s is at %s and at %s: %w", q.doing, source.Quote(id), before, position, web.ErrMoved)
			}
			seen[id] = position
			if err := each(position, o); err != nil {
				return fmt.Errorf("%s: %w", q.doing, err)
			}
		}
		if next = p.next; next != "" {
			if next, err = answer.Resolve(next); err != nil {
				return fmt.Errorf("%s: %w", q.doing, err)
			}
		}
	}
	if err := guard.Finish(); err != nil {
		return fmt.Errorf("%s: %w", q.doing, err)
	}
	return nil
}

// ask reads one page.
func (r *reader) ask(ctx context.Context, address string) (*web.Response, *page, error) {
	answer, err := r.client.Do(ctx, web.Request{URL: address, Expect: web.JSON, Pass: worded})
	if err != nil {
		return nil, nil, err
	}
	p, err := parsePage(answer)
	if refused, ok := errors.AsType[*refusal](err); ok && r.config.Password != "" {
		refused.message = strings.ReplaceAll(refused.message, r.config.Password, "[hidden]")
	}
	return answer, p, err
}

// url returns the address of the first page. Blanks are %20 and $ is itself, as
// in SAP's documentation.
func (r *reader) url(q query) string {
	v := url.Values{
		"$format": {"json"}, "$filter": {q.filter}, "$inlinecount": {"allpages"}, "asOfDate": {string(q.asOf)},
		"customPageSize": {strconv.Itoa(r.config.PageSize)}, "paging": {"snapshot"}, "$expand": {strings.Join(q.expand, ",")},
	}
	if q.sel != "" {
		v.Set("$select", q.sel)
	}
	return "PerPerson?" + readable.Replace(v.Encode())
}

var readable = strings.NewReplacer("+", "%20", "%24", "$", "%2C", ",", "%2F", "/")

// build makes workers of what was read.
func (r *reader) build() (*source.Result, error) {
	b, err := source.NewBuilder(r.plan.spec, r.plan.names)
	if err != nil {
		return nil, err
	}
	index := make(map[string]int, len(r.plan.names))
	for i, name := range r.plan.names {
		index[name] = i
	}
	r.report(b)
	for _, id := range r.order {
		p := r.people[id]
		r.resolveManager(p, index)
		b.AddDoubtful(p.position, p.doubts, func(name string) (expression.Value, bool) { return p.values[index[name]], true })
	}
	r.checkCodes(b)
	if r.nothing > 0 {
		b.Warn("%s without an employment %s left out", wording.Count(r.nothing, "person"), wording.One(r.nothing, "is", "are"))
	}
	return b.Finish()
}

// report reports the problems of persons, each once: what the API user may not
// read is missing in all of them.
func (r *reader) report(b *source.Builder) {
	var first []*source.Problem
	counts := map[[2]string]int{}
	for _, id := range r.order {
		for i, problem := range r.people[id].problems {
			key := [2]string{problem.Column, problem.Text}
			if counts[key]++; counts[key] == 1 {
				first = append(first, &r.people[id].problems[i])
			}
		}
	}
	for _, problem := range first {
		one := *problem
		if n := counts[[2]string{one.Column, one.Text}]; n > 1 {
			one.Text += fmt.Sprintf(" (and %d more persons)", n-1)
		}
		b.Report(one)
	}
}

// resolveManager makes the person of the user that the job names as manager. Of
// one who is not among those read, the employment's user may tell the person. If
// neither does, the user id stays, and is reported as a manager who is missing.
func (r *reader) resolveManager(p *person, index map[string]int) {
	id, known := r.users[p.managerUser]
	if !known {
		id = p.managerPerson
	}
	if id == "" {
		id = p.managerUser
	}
	for _, name := range []string{"manager_id", managerAttribute} {
		if i, there := index[name]; there && (name != managerAttribute || !p.ownManager) {
			p.values[i] = expression.String(id)
		}
	}
}
