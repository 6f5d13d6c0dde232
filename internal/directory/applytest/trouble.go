// SPDX-License-Identifier: MPL-2.0

package applytest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"terraform-provider-workforce/internal/directory"
)

// troubleCases: a lost answer changes nothing, and a run that breaks off anywhere has taken access first and is finished by the next one.
var troubleCases = map[string]func(*scene){
	"an answer is lost at any write":                 func(s *scene) { s.everywhere(LoseAnswer) },
	"cut off before any write":                       func(s *scene) { s.everywhere(CutBefore) },
	"cut off after any write":                        func(s *scene) { s.everywhere(CutAfter) },
	"the answer to a creation is lost, to the end":   func(s *scene) { s.createsOnce(CutAfter) },
	"the answer to a creation is lost":               func(s *scene) { s.createsOnce(LoseAnswer) },
	"the run is cancelled":                           (*scene).isCancelled,
	"two runs create the same people at once":        (*scene).createsTwice,
	"two runs create the same people at once, alone": (*scene).createsTwiceAlone,
	"two runs change the same people at once":        (*scene).changesTwice,
}

// company makes people, and returns what is to become of them: somebody renamed who manages others, somebody
// promoted, two who swap their names, a leaver, somebody who returns, somebody deleted, and two new ones,
// of whom one takes the name of the one who is deleted.
func (s *scene) company() []directory.Change {
	s.Helper()
	c := s.make(
		s.person("m1"), s.person("m2", s.managedBy("m1"), s.title("Clerk")), s.person("m3"), s.person("m4", s.managedBy("m2")),
		s.person("m5", s.managedBy("m1"), s.title("Clerk")), s.person("m6", s.left), s.person("m7", s.left),
	)
	s.Join(s, c[4].ID)
	return []directory.Change{
		planned(c[0], s.called("n1")),
		planned(c[1], s.managedBy("m8"), s.title("Chief")),
		planned(c[2], s.called("m4")),
		planned(c[3], s.called("m3"), s.department("Sales")),
		planned(c[4], s.left, s.title(""), unmanaged, ungrouped, s.Retire),
		planned(c[5], func(a *directory.Account) { *a = s.person("m6", s.title("Clerk")).Want }),
		planned(c[6], s.deleted),
		s.person("m8", s.managedBy("m9")),
		s.person("m9", s.managedBy("m1"), s.called("m7")),
	}
}

const leaver = 4 // in company

// everywhere injects a fate at each write of a run in turn, until the run ends before it comes to that. A run that
// loses an answer succeeds. One that is cut off has kept out who has left from its first write on.
func (s *scene) everywhere(fate Fate) {
	for n, more := 0, true; more && !s.Failed(); n++ {
		s.another(fmt.Sprintf("after %d", n), func(s *scene) {
			changes := s.company()
			met := s.Inject(s, Trouble{Fate: fate, After: n})
			outcomes := s.run(changes...)
			if more = met(); !more || fate == LoseAnswer {
				s.done(changes, outcomes)
			}
			if u := s.user(changes[leaver]); u.Enabled && (n > 0 || fate == CutAfter) {
				s.Errorf("the leaver is %+v", u)
			}
			s.Mend(s)
			s.finishes(changes, outcomes)
		})
	}
}

// finishes checks that the next run brings everything to the end that was planned, whatever the last one has done.
func (s *scene) finishes(changes []directory.Change, outcomes []directory.Outcome) {
	s.Helper()
	next := slices.Clone(changes)
	for i, o := range outcomes {
		if o.ID != "" {
			next[i].ID = o.ID
		}
	}
	e := s.Engine(s)
	next = s.recognised(e, next)
	s.right(s.done(next, s.by(e, directory.ApplyOptions{}, next...))...)
}

func (s *scene) createsOnce(fate Fate) {
	c := []directory.Change{s.person("m1", s.managedBy("m2")), s.person("m2")}
	s.Inject(s, Trouble{Fate: fate})
	out := s.run(c...)
	s.Mend(s)
	if fate == LoseAnswer {
		s.done(c, out)
	}
	s.finishes(c, out)
}

// isCancelled ends a run when it has delivered the first password. What it did is known, but for the requests under way:
// what no answer came of may still be carried out.
func (s *scene) isCancelled() {
	ctx, cancel := context.WithCancel(s.Context())
	defer cancel()
	var c []directory.Change
	for i := range 30 {
		c = append(c, s.person(fmt.Sprint("m", i), s.managedBy(fmt.Sprint("m", (i+1)%30))))
	}
	deliver := func(context.Context, string, string, string) error { cancel(); return nil }
	const parallel = 2
	out := s.Engine(s).Apply(ctx, c, directory.ApplyOptions{Parallel: parallel, Deliver: deliver})
	unknown := slices.DeleteFunc(s.Users(s), func(u User) bool {
		return slices.ContainsFunc(out, func(o directory.Outcome) bool { return o.ID == u.ID })
	})
	if len(unknown) > parallel {
		s.Errorf("accounts exist that nobody is told of: %+v", unknown)
	}
	for _, o := range out {
		if o.ID == "" && o.Err == nil {
			s.Errorf("neither an account nor an error: %+v", o)
		}
	}
	s.finishes(c, out)
}

// applyConcurrently applies changes with two engines at once.
func (s *scene) applyConcurrently(o directory.ApplyOptions, changes []directory.Change) (first, second []directory.Outcome) {
	s.Helper()
	out := make([][]directory.Outcome, 2)
	var wg sync.WaitGroup
	for i, e := range []Engine{s.Engine(s), s.Engine(s)} {
		wg.Go(func() { out[i] = e.Apply(s.Context(), changes, o) })
	}
	wg.Wait()
	return out[0], out[1]
}

func (s *scene) crowd() []directory.Change {
	var c []directory.Change
	for i := range 25 {
		c = append(c, s.person(fmt.Sprint("m", i), s.managedBy(fmt.Sprint("m", (i+7)%25)), s.title("Clerk")))
	}
	return c
}

func (s *scene) createsTwice() {
	c := s.crowd()
	first, second := s.applyConcurrently(directory.ApplyOptions{Adopt: true}, c)
	for i := range c {
		if first[i].ID == "" || first[i].ID != second[i].ID {
			s.Errorf("worker %s: %q and %q: %v", c[i].WorkerID, first[i].ID, second[i].ID, errors.Join(first[i].Err, second[i].Err))
		}
	}
	s.finishes(c, first)
}

// createsTwiceAlone does so where nothing may be taken over: one of both has created each account, and the other says who is there.
func (s *scene) createsTwiceAlone() {
	c := s.crowd()
	first, second := s.applyConcurrently(directory.ApplyOptions{}, c)
	for i := range c {
		a, b := first[i], second[i]
		if a.Created == b.Created {
			s.Errorf("worker %s: created %t and %t: %v", c[i].WorkerID, a.Created, b.Created, errors.Join(a.Err, b.Err))
		}
		if err := errors.Join(a.Err, b.Err); !errors.Is(err, directory.ErrAlreadyExists) && !errors.Is(err, directory.ErrNameTaken) {
			s.Errorf("worker %s: %v", c[i].WorkerID, err)
		}
		if a.Created {
			continue
		}
		first[i] = b
	}
	s.finishes(c, first)
}

func (s *scene) changesTwice() {
	changes := s.company()
	first, second := s.applyConcurrently(directory.ApplyOptions{Adopt: true}, changes)
	if u := s.user(changes[leaver]); u.Enabled {
		s.Errorf("the leaver is %+v: %v", u, errors.Join(first[leaver].Err, second[leaver].Err))
	}
	s.finishes(changes, first)
}
