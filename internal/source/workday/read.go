// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"terraform-provider-workforce/internal/source/web"
	"terraform-provider-workforce/internal/worker"
)

// reader reads all workers as of one moment.
type reader struct {
	config *Config
	client *web.Client
	plan   *plan
	moment moment
	people []*record
}

// referencesAtOnce is how many workers are asked for by their ids in one request.
const referencesAtOnce = 100

// readAll reads the workers of today and, within the horizon, those who start
// and leave.
func (r *reader) readAll(ctx context.Context) error {
	today := query{doing: "workers", asOf: r.moment.effective, groups: r.plan.groups}
	var err error
	if r.people, err = r.read(ctx, today); err != nil || r.config.HorizonDays == 0 {
		return err
	}
	through := r.moment.effective.AddDays(r.config.HorizonDays)
	ahead, err := r.read(ctx, query{doing: "changes ahead", asOf: through, groups: r.plan.datesOnly, from: r.moment.effective.AddDays(1), through: through, all: true})
	if err != nil {
		return err
	}
	return r.look(ctx, ahead, through)
}

// look takes over what the future holds: who leaves, and who starts.
func (r *reader) look(ctx context.Context, ahead []*record, through worker.Date) error {
	index := make(map[string]int, len(r.people))
	for i, one := range r.people {
		index[one.wid] = i
	}
	starters := map[worker.Date][]string{} // by hire date
	add := func(one *record) {
		date := worker.Date(one.hire)
		if date > r.moment.effective && date <= through && !slices.Contains(starters[date], one.wid) {
			starters[date] = append(starters[date], one.wid)
		}
	}
	for _, one := range r.people {
		if !one.active {
			add(one)
		}
	}
	later := make(map[string]*record, len(ahead))
	for _, one := range ahead {
		later[one.wid] = one
		if at, known := index[one.wid]; known && r.people[at].active {
			r.people[at].leaves(one)
			continue
		}
		add(one) // new, or someone who returns
	}
	for _, date := range slices.Sorted(maps.Keys(starters)) {
		people, err := r.starters(ctx, date, starters[date])
		if err != nil {
			return err
		}
		for _, one := range people {
			if end := later[one.wid]; end != nil && end.hire == one.hire {
				one.leaves(end) // soon after
			}
			if at, known := index[one.wid]; known {
				r.people[at] = one
				continue
			}
			index[one.wid] = len(r.people)
			r.people = append(r.people, one)
		}
	}
	return nil
}

// starters reads workers as of the date they start.
func (r *reader) starters(ctx context.Context, date worker.Date, wids []string) ([]*record, error) {
	var list []*record
	for some := range slices.Chunk(wids, referencesAtOnce) {
		people, err := r.read(ctx, query{doing: "workers who start on " + string(date), asOf: date, groups: r.plan.groups, wids: some})
		if err != nil {
			return nil, err
		}
		for _, one := range people {
			if !slices.Contains(some, one.wid) {
				return nil, fmt.Errorf("%s: found the worker %s, who was not asked for", one.position, one.id)
			}
			one.starts(date)
		}
		list = append(list, people...)
	}
	return list, nil
}

// read reads all pages of a query: the first one tells how many there are.
func (r *reader) read(ctx context.Context, q query) ([]*record, error) {
	first, err := r.page(ctx, q, 1)
	if err != nil {
		return nil, err
	}
	if err := first.plausible(); err != nil {
		return nil, fmt.Errorf("%s, page 1: %w", q.doing, err)
	}
	pages := make([]*page, max(1, first.totalPages))
	pages[0] = first
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(r.config.Concurrency)
	for i := 1; i < len(pages); i++ {
		group.Go(func() error {
			var err error
			pages[i], err = r.page(ctx, q, i+1)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return join(q, pages)
}

// join holds the pages against each other.
func join(q query, pages []*page) ([]*record, error) {
	var guard web.Guard
	var people []*record
	seen := map[string]int{}
	for i, p := range pages {
		var mark strings.Builder
		for _, one := range p.people {
			mark.WriteString(one.wid + " ")
		}
		name := fmt.Sprintf("%s, page %d", q.doing, i+1)
		if err := guard.Add(web.Page{Name: name, Records: len(p.people), Total: p.total, Pages: p.totalPages, Mark: mark.String()}); err != nil {
			return nil, err
		}
		for n, one := range p.people {
			if before, twice := seen[one.wid]; twice {
				return nil, fmt.Errorf("%s: the worker %s is on page %d too: %w", name, one.id, before, web.ErrMoved)
			}
			seen[one.wid] = i + 1
			one.position = fmt.Sprintf("%s, worker %d", name, n+1)
			people = append(people, one)
		}
	}
	if len(pages) == 1 && pages[0].totalPages == 0 && len(people) == 0 && pages[0].total == 0 {
		return nil, nil // Workday counts no page where there is nobody
	}
	if err := guard.Finish(); err != nil {
		return nil, fmt.Errorf("%s: %w", q.doing, err)
	}
	return people, nil
}

// page is one page of a query.
type page struct {
	total, totalPages int
	people            []*record
}

// plausible holds the numbers of a first page against each other, before as many
// pages are asked for.
func (p *page) plausible() error {
	n := len(p.people)
	switch {
	case p.total == 0 && p.totalPages <= 1:
		return nil
	case n == 0:
		return fmt.Errorf("found nobody, expected %d workers on %d pages", p.total, p.totalPages)
	case p.totalPages != (p.total+n-1)/n:
		return fmt.Errorf("found %d workers of %d on the first of %d pages, expected %d pages", n, p.total, p.totalPages, (p.total+n-1)/n)
	}
	return nil
}

// page asks for a page and reads the answer.
func (r *reader) page(ctx context.Context, q query, number int) (*page, error) {
	answer, err := r.client.Do(ctx, r.request(q, number))
	if err != nil {
		return nil, fmt.Errorf("%s, page %d: %w", q.doing, number, err)
	}
	p, err := r.parsePage(string(answer.Body), q, number)
	if err != nil {
		if fault, ok := errors.AsType[*Fault](err); ok {
			fault.hide(r.config.Password)
		}
		return nil, fmt.Errorf("%s, page %d: %w", q.doing, number, err)
	}
	return p, nil
}
