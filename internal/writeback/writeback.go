// SPDX-License-Identifier: MPL-2.0

// Package writeback sends chosen attributes of workers, such as a mail address
// or a user name, back to the HR system that the workers came from. It decides
// what has to be written, writes a few workers at once, holds what the system
// has afterwards against what was asked for, and says how it went for each
// worker. How a system is read and written is a matter of the packages below.
package writeback

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Record holds values of one worker by attribute. An empty text is no value:
// HR systems differ in whether they tell the two apart, so nothing here does.
type Record map[string]string

// Reader reads workers from an HR system.
type Reader interface {
	// Read returns the values of the attributes of the workers named. A worker
	// whom the system does not know is left out. An error is about the read as a whole.
	Read(ctx context.Context, workers, attributes []string) (map[string]Record, error)
}

// Writer writes a worker to an HR system.
type Writer interface {
	// Write sets the values of want, which differ from those of have, and
	// nothing else, and returns what the system holds of them afterwards, read
	// back from it. have is what Read found last: the system may hold other
	// values by now only if the Writer cannot tell. A Record beside an error
	// says what the system holds in spite of it.
	Write(ctx context.Context, worker string, have, want Record) (Record, error)
	// Concurrency is how many calls of Write may run at the same time.
	Concurrency() int
}

// System is an HR system that takes values back.
type System interface {
	Reader
	Writer
}

// Checker is a System that can tell what it would refuse before anything is written.
type Checker interface {
	// Check says what is wrong with values as those of a worker.
	Check(want Record) error
}

// check says what the system would refuse of a change.
func (c WorkerChange) check(system any) error {
	if checker, ok := system.(Checker); ok {
		if err := checker.Check(c.Want); err != nil {
			return fmt.Errorf("worker %q: %w", c.WorkerID, err)
		}
	}
	return nil
}

// UnavailableError is a failure that every further write would share, such as a server
// that does not answer: what has not been tried yet is not tried.
type UnavailableError struct{ Err error }

func (e *UnavailableError) Error() string { return e.Err.Error() }
func (e *UnavailableError) Unwrap() error { return e.Err }

// WorkerChange is what to do with one worker.
type WorkerChange struct {
	WorkerID string
	// Want holds the values to write.
	Want Record
	// Planned holds the values that the plan was made from, as far as it knew
	// them. A value that is neither the planned nor the wanted one has been changed by
	// somebody else since, and is not overwritten.
	Planned Record
	// MayBeGone says that nothing is to be done for a worker whom the system no
	// longer has; otherwise that is an error.
	MayBeGone bool
}

// Outcome is how a WorkerChange ended.
type Outcome struct {
	WorkerID string
	// Now is what the system holds; nil if that is not known.
	Now Record
	// Written says that something was written.
	Written bool
	Err     error
	// Personal says that Err is about this worker alone: the system does not have
	// them, or refuses their values. Planning again changes nothing about it.
	Personal bool
}

// Apply makes the changes and returns an outcome for each, in their order. Workers fail
// alone, and those who failed are left as they were as far as the system can
// do that.
func Apply(ctx context.Context, system System, changes []WorkerChange) []Outcome {
	return Recorder{}.Apply(ctx, system, changes)
}

// Apply is [Apply], and puts every write on record.
func (r Recorder) Apply(ctx context.Context, system System, changes []WorkerChange) []Outcome {
	outcomes := make([]Outcome, len(changes))
	found, err := system.Read(ctx, workersOf(changes), attributesOf(changes))
	var todo []int
	for i, c := range changes {
		o := &outcomes[i]
		o.WorkerID = c.WorkerID
		have, exists := found[c.WorkerID]
		switch {
		case err != nil:
			o.Err = err
			continue
		case !exists && c.MayBeGone:
			continue
		case !exists:
			o.Err, o.Personal = fmt.Errorf("worker %q: %w", c.WorkerID, errUnknown), true
			continue
		}
		o.Now = only(have, c.Want)
		refused, conflict := c.check(system), c.conflict(o.Now)
		o.Err, o.Personal = errors.Join(refused, conflict), refused != nil
		if o.Err == nil && !maps.Equal(o.Now, c.Want) {
			todo = append(todo, i)
		}
	}
	r.write(ctx, system, changes, outcomes, todo)
	return outcomes
}

var errUnknown = errors.New("the HR system has no such worker, expected one: take the worker out of the values, or see why the system no longer has them")

// write writes the changes of todo, several at once.
func (r Recorder) write(ctx context.Context, system System, changes []WorkerChange, outcomes []Outcome, todo []int) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(max(system.Concurrency(), 1), len(todo)) {
		workers.Go(func() {
			for i := range next {
				c, o := changes[i], &outcomes[i]
				if ctx.Err() != nil {
					o.Err = fmt.Errorf("worker %q: not tried: %w", c.WorkerID, context.Cause(ctx))
					continue
				}
				r.one(ctx, system, c, o)
				if gone, ok := errors.AsType[*UnavailableError](o.Err); ok {
					stop(fmt.Errorf("the HR system cannot be used: %w", gone))
				}
				o.check(c)
				o.Personal = o.Err != nil && ctx.Err() == nil
			}
		})
	}
	for _, i := range todo {
		next <- i
	}
	close(next)
	workers.Wait()
}

// one writes one worker.
func (r Recorder) one(ctx context.Context, system System, c WorkerChange, o *Outcome) {
	want := differing(o.Now, c.Want)
	pending, err := r.begin(ctx, c.WorkerID, o.Now, want)
	if err != nil {
		o.Err = err
		return
	}
	now, err := system.Write(ctx, c.WorkerID, o.Now, want)
	pending.End(outcome(ctx, err))
	o.set(now, err)
}

// set takes what a Writer returns.
func (o *Outcome) set(now Record, err error) {
	o.Written, o.Err = true, err
	switch {
	case now != nil:
		o.Now = maps.Clone(o.Now)
		maps.Copy(o.Now, now)
	case err != nil:
		o.Now = nil // perhaps written, perhaps not
	}
}

// check holds what was read back against what was wanted.
func (o *Outcome) check(c WorkerChange) {
	if o.Err != nil {
		o.Err = fmt.Errorf("worker %q: %w", c.WorkerID, o.Err)
		return
	}
	if d := Differences(c.WorkerID, c.Want, o.Now); len(d) > 0 {
		o.Err = fmt.Errorf("worker %q: the HR system accepted the values and holds others: %s", c.WorkerID, foundExpected(d))
	}
}

func foundExpected(differences []Difference) string {
	texts := make([]string, len(differences))
	for i, d := range differences {
		texts[i] = fmt.Sprintf("%s: found %s, expected %s", d.Attribute, Quote(d.New), Quote(d.Old))
	}
	return strings.Join(texts, "; ")
}

// conflict finds what somebody else changed since the plan was made.
func (c WorkerChange) conflict(have Record) error {
	for _, name := range slices.Sorted(maps.Keys(c.Want)) {
		planned, known := c.Planned[name]
		if now := have[name]; known && now != planned && now != c.Want[name] {
			return fmt.Errorf("worker %q: %s: found %s, the plan was made when it was %s: it has been changed in the HR system since, plan again", c.WorkerID, name, Quote(now), Quote(planned))
		}
	}
	return nil
}

// Difference is one value that changes.
type Difference struct {
	WorkerID, Attribute string
	Old, New            string
}

func (d Difference) String() string {
	return fmt.Sprintf("worker %s: %s: %s → %s", d.WorkerID, d.Attribute, Quote(d.Old), Quote(d.New))
}

// Differences returns what changes from have to want, by attribute, for the
// attributes of have that want names differently.
func Differences(worker string, have, want Record) []Difference {
	var out []Difference
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if have[name] != want[name] {
			out = append(out, Difference{worker, name, have[name], want[name]})
		}
	}
	return out
}

// Problem is what stands in the way of one worker's values.
type Problem struct {
	WorkerID string
	Err      error
	// Personal is as in [Outcome].
	Personal bool
}

// Preview returns what Apply would change of those with whom nothing is wrong, and
// the problems: workers whom the system does not have, values that it refuses, and
// those that somebody else has changed.
func Preview(ctx context.Context, system Reader, changes []WorkerChange) ([]Difference, []Problem, error) {
	found, err := system.Read(ctx, workersOf(changes), attributesOf(changes))
	if err != nil {
		return nil, nil, err
	}
	var out []Difference
	var problems []Problem
	for _, c := range changes {
		have, exists := found[c.WorkerID]
		if !exists && c.MayBeGone {
			continue
		}
		if !exists {
			problems = append(problems, Problem{c.WorkerID, fmt.Errorf("worker %q: %w", c.WorkerID, errUnknown), true})
			continue
		}
		now := only(have, c.Want)
		refused, conflict := c.check(system), c.conflict(now)
		if err := errors.Join(refused, conflict); err != nil {
			problems = append(problems, Problem{c.WorkerID, err, refused != nil})
			continue
		}
		out = append(out, Differences(c.WorkerID, now, c.Want)...)
	}
	return out, problems, nil
}

// Quote writes a value for messages.
func Quote(value string) string {
	if value == "" {
		return "no value"
	}
	return fmt.Sprintf("%q", value)
}

// only returns the values of have for the attributes of want.
func only(have, want Record) Record {
	out := make(Record, len(want))
	for name := range want {
		out[name] = have[name]
	}
	return out
}

// differing returns the values of want that have has not.
func differing(have, want Record) Record {
	out := Record{}
	for name, v := range want {
		if have[name] != v {
			out[name] = v
		}
	}
	return out
}

func workersOf(changes []WorkerChange) []string {
	ids := make([]string, len(changes))
	for i, c := range changes {
		ids[i] = c.WorkerID
	}
	return ids
}

func attributesOf(changes []WorkerChange) []string {
	names := map[string]bool{}
	for _, c := range changes {
		for name := range c.Want {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}
