// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/directory"
)

// A read or write of one person waits for those of other people, so that one request serves all. The wait ends when
// every population at work waits and none has joined for gatherPause, after gatherAtMost, or with gatherLimit calls.
// While a request of the same kind is on its way, it goes on until gatherAtMost: those whom that request answers come
// back with the next one, and would otherwise send requests of one or two people in turn with the others.
// A population that is alone waits for gatherPause.
const (
	gatherPause  = 2 * time.Millisecond
	gatherAtMost = 25 * time.Millisecond
	gatherLimit  = 200
)

// Gathering combines the reads and writes of populations of one person each. Terraform handles several of
// them at once, and each would send requests of its own. The zero value is ready for use. It serves one directory.
type Gathering struct {
	mu      sync.Mutex
	active  int // populations at work
	waiting int // calls that wait for their answer
	rounds  map[string]any
	sent    map[string]int // requests that are on their way, by key
}

// begin counts a population as at work until the function that it returns is called.
func (p *Population) begin() func() {
	g := p.Gathering
	if g == nil {
		return func() {}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.active++
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.active--
	}
}

// call is one read or write of one population.
type call[I, O any] struct {
	ctx    context.Context
	in     I
	out    O
	err    error
	answer chan struct{} // closed when out and err are set
}

// round holds the calls that one request answers.
type round[I, O any] struct{ calls []*call[I, O] }

// gatherCall answers a call together with calls of the same key that come at about the same time. run answers all
// of them, in their order. Where run fails, gatherCall runs each call by itself, so that the error of one call
// reaches no other. The context of run has the values of one caller's context, and ends when the contexts of all
// callers have ended. gatherCall waits for the answer even when ctx has ended: the caller must know what was written.
func gatherCall[I, O any](ctx context.Context, g *Gathering, key string, in I, run func(context.Context, []I) ([]O, error)) (O, error) {
	c := &call[I, O]{ctx: ctx, in: in, answer: make(chan struct{})}
	g.mu.Lock()
	g.waiting++
	r, open := g.rounds[key].(*round[I, O])
	if !open {
		r = &round[I, O]{}
		if g.rounds == nil {
			g.rounds = map[string]any{}
		}
		g.rounds[key] = r
	}
	r.calls = append(r.calls, c)
	g.mu.Unlock()
	if !open {
		calls := closeRound(g, key, r)
		runRound(calls, run)
		g.mu.Lock()
		g.waiting -= len(calls)
		if g.sent[key]--; g.sent[key] == 0 {
			delete(g.sent, key)
		}
		g.mu.Unlock()
		for _, c := range calls {
			close(c.answer)
		}
	}
	<-c.answer
	return c.out, c.err
}

// closeRound waits for more calls, takes the round off the list and returns its calls.
func closeRound[I, O any](g *Gathering, key string, r *round[I, O]) []*call[I, O] {
	came := 1
	for waited := gatherPause; ; waited += gatherPause {
		time.Sleep(gatherPause)
		g.mu.Lock()
		n := len(r.calls)
		over := n >= gatherLimit || n == came && g.waiting >= g.active && g.sent[key] == 0 || waited >= gatherAtMost
		if over {
			delete(g.rounds, key)
			if g.sent == nil {
				g.sent = map[string]int{}
			}
			g.sent[key]++
		}
		g.mu.Unlock()
		if over {
			return r.calls
		}
		came = n
	}
}

// runRound runs calls together. Where that fails, it runs each call by itself.
func runRound[I, O any](calls []*call[I, O], run func(context.Context, []I) ([]O, error)) {
	ctx, end := contextOf(calls)
	defer end()
	in := make([]I, len(calls))
	for i, c := range calls {
		in[i] = c.in
	}
	out, err := run(ctx, in)
	if err != nil && len(calls) > 1 {
		var wait sync.WaitGroup
		for _, c := range calls {
			wait.Go(func() { runRound([]*call[I, O]{c}, run) })
		}
		wait.Wait()
		return
	}
	for i, c := range calls {
		if c.err = err; err == nil {
			c.out = out[i]
		}
	}
}

// contextOf returns a context that ends when the contexts of all calls have ended.
func contextOf[I, O any](calls []*call[I, O]) (context.Context, func()) {
	if len(calls) == 1 {
		return calls[0].ctx, func() {}
	}
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(calls[0].ctx))
	var left atomic.Int64
	left.Store(int64(len(calls)))
	stops := make([]func() bool, len(calls))
	for i, c := range calls {
		stops[i] = context.AfterFunc(c.ctx, func() {
			if left.Add(-1) == 0 {
				cancel(context.Cause(c.ctx))
			}
		})
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel(nil)
	}
}

// gathered is a directory whose reads and writes join those of other populations.
type gathered struct {
	Users
	g *Gathering
}

// wrap returns dir so that its reads and writes join those of other populations.
func (g *Gathering) wrap(dir Users) Users {
	shared := gathered{dir, g}
	replicated, copies := dir.(Replicated)
	checker, checks := dir.(ChangeChecker)
	switch {
	case copies && checks:
		return struct {
			gathered
			Replicated
			ChangeChecker
		}{shared, replicated, gatheredChecker{checker, g}}
	case copies:
		return struct {
			gathered
			Replicated
		}{shared, replicated}
	case checks:
		return struct {
			gathered
			ChangeChecker
		}{shared, gatheredChecker{checker, g}}
	}
	return shared
}

type gatheredChecker struct {
	checker ChangeChecker
	g       *Gathering
}

// Check implements [ChangeChecker].
func (s gatheredChecker) Check(ctx context.Context, changes []directory.Change) error {
	_, err := gatherCall(ctx, s.g, "check", changes, func(ctx context.Context, all [][]directory.Change) ([]struct{}, error) {
		return make([]struct{}, len(all)), s.checker.Check(ctx, slices.Concat(all...))
	})
	return err
}

type finder func(ctx context.Context, attribute string, values []string) (map[string][]*directory.Existing, error)

// find searches for the values of all callers at once, and returns to each caller what fits its values.
func (g *Gathering) find(ctx context.Context, what, attribute string, values []string, ask finder) (map[string][]*directory.Existing, error) {
	if len(values) == 0 {
		return ask(ctx, attribute, values)
	}
	return gatherCall(ctx, g, what+" "+attribute, values, func(
		ctx context.Context, lists [][]string,
	) ([]map[string][]*directory.Existing, error) {
		found, err := ask(ctx, attribute, slices.Concat(lists...))
		out := make([]map[string][]*directory.Existing, len(lists))
		for i, list := range lists {
			out[i] = map[string][]*directory.Existing{}
			for _, v := range list {
				if key := directory.Fold(v); len(found[key]) > 0 {
					out[i][key] = slices.Clone(found[key])
				}
			}
		}
		return out, err
	})
}

// Find implements [directory.Directory].
func (s gathered) Find(ctx context.Context, attribute string, values []string) (map[string][]*directory.Existing, error) {
	return s.g.find(ctx, "find", attribute, values, s.Users.Find)
}

// WithDeleted implements [Accounts].
func (s gathered) WithDeleted() directory.Census { return gatheredCensus{s.Users.WithDeleted(), s.g} }

type gatheredCensus struct {
	directory.Census
	g *Gathering
}

// Find implements [directory.Directory].
func (s gatheredCensus) Find(ctx context.Context, attribute string, values []string) (map[string][]*directory.Existing, error) {
	return s.g.find(ctx, "find deleted", attribute, values, s.Census.Find)
}

// MissingContainers implements [directory.Directory].
func (s gathered) MissingContainers(ctx context.Context, containers []string) ([]string, error) {
	return gatherCall(ctx, s.g, "containers", containers, func(ctx context.Context, lists [][]string) ([][]string, error) {
		all := slices.Concat(lists...)
		slices.Sort(all)
		missing, err := s.Users.MissingContainers(ctx, slices.Compact(all))
		out := make([][]string, len(lists))
		for i, list := range lists {
			out[i] = slices.DeleteFunc(slices.Clone(list), func(c string) bool { return !slices.Contains(missing, c) })
		}
		return out, err
	})
}

// reading is what one population reads: object ids by worker id, and attributes.
type reading struct {
	ids        map[string]string
	attributes []string
}

// Read implements [Accounts].
func (s gathered) Read(ctx context.Context, ids map[string]string, attributes []string) (map[string]*directory.Existing, error) {
	if len(ids) == 0 {
		return s.Users.Read(ctx, ids, attributes)
	}
	return gatherCall(ctx, s.g, "read", reading{ids, attributes},
		func(ctx context.Context, all []reading) ([]map[string]*directory.Existing, error) {
			// Two populations may use the same worker id: the number of the population keeps them apart.
			merged, names := map[string]string{}, map[string]bool{}
			under := func(i int, worker string) string { return fmt.Sprintf("%d %s", i, worker) }
			for i, r := range all {
				for worker, id := range r.ids {
					merged[under(i, worker)] = id
				}
				for _, name := range r.attributes {
					names[name] = true
				}
			}
			if len(all) == 1 {
				merged = all[0].ids
				under = func(_ int, worker string) string { return worker }
			}
			found, err := s.Users.Read(ctx, merged, sortedKeys(names))
			out := make([]map[string]*directory.Existing, len(all))
			for i, r := range all {
				out[i] = map[string]*directory.Existing{}
				for worker := range r.ids {
					if e := found[under(i, worker)]; e != nil {
						out[i][worker] = e
					}
				}
			}
			return out, err
		})
}

// errSameAccountTwice ends a round in which two populations write one worker or object: each then runs by itself.
var errSameAccountTwice = errors.New("two changes of one round are about one account")

// Apply implements [Accounts]. It combines changes whose options and audit record are the same.
func (s gathered) Apply(ctx context.Context, changes []directory.Change, o directory.ApplyOptions) []directory.Outcome {
	key := fmt.Sprintf("apply %+v %s", o, audit.Alike(ctx))
	out, err := gatherCall(ctx, s.g, key, changes, func(ctx context.Context, all [][]directory.Change) ([][]directory.Outcome, error) {
		workers, objects := map[string]bool{}, map[string]bool{}
		for _, c := range slices.Concat(all...) {
			worker, object := directory.Fold(c.WorkerID), directory.Fold(c.ID)
			if workers[worker] || object != "" && objects[object] {
				return nil, errSameAccountTwice
			}
			workers[worker], objects[object] = true, true
		}
		outcomes := s.Users.Apply(ctx, slices.Concat(all...), o)
		out := make([][]directory.Outcome, len(all))
		for i, list := range all {
			out[i], outcomes = outcomes[:len(list):len(list)], outcomes[len(list):]
		}
		return out, nil
	})
	if err != nil { // one population names an account twice: the directory reports that
		return s.Users.Apply(ctx, changes, o)
	}
	return out
}
