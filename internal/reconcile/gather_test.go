// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
)

// counted counts what a directory is asked, and answers one question at a time.
type counted struct {
	*memory
	mu             sync.Mutex
	finds, applies int
}

func (c *counted) Find(ctx context.Context, attribute string, values []string) (map[string][]*directory.Existing, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finds++
	return c.memory.Find(ctx, attribute, values)
}

func (c *counted) Read(ctx context.Context, ids map[string]string, attributes []string) (map[string]*directory.Existing, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for worker, id := range ids {
		if id == "bad" {
			return nil, fmt.Errorf("worker %q: no object id", worker)
		}
	}
	return c.memory.Read(ctx, ids, attributes)
}

func (c *counted) Apply(ctx context.Context, changes []directory.Change, o directory.ApplyOptions) []directory.Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.applies++
	return c.memory.Apply(ctx, changes, o)
}

// crew runs work of several populations at once, all of which are at work from the start.
func crew(g *Gathering, n int, work func(i int)) {
	var wait sync.WaitGroup
	begun := make([]func(), n)
	for i := range n {
		begun[i] = (&Population{Gathering: g}).begin()
	}
	for i := range n {
		wait.Go(func() { defer begun[i](); work(i) })
	}
	wait.Wait()
}

func TestGatheringAsksAndWritesTogether(t *testing.T) {
	const people = 10
	dir, g := &counted{memory: newMemory("a")}, &Gathering{}
	users := g.wrap(dir)
	for i := range people {
		dir.add(fmt.Sprint(i), true)
	}
	crew(g, people, func(i int) {
		id := fmt.Sprint(i)
		found, err := users.Find(t.Context(), "uid", []string{"u" + id, "nobody"})
		if err != nil || len(found) != 1 || found["u"+id][0].Account.Attributes["employeeID"].Text() != id {
			t.Errorf("%d: found %v, %v", i, found, err)
		}
		want := directory.Account{Container: "OU=Staff", Enabled: true, Attributes: map[string]directory.Value{"uid": {"n" + id}, "cn": {"New " + id}}}
		out := users.Apply(t.Context(), []directory.Change{{WorkerID: "new" + id, Want: want}}, directory.ApplyOptions{})
		if len(out) != 1 || out[0].WorkerID != "new"+id || out[0].Err != nil || out[0].ID == "" {
			t.Errorf("%d: %+v", i, out)
		}
		// Workers of two populations may be called the same.
		read, err := users.Read(t.Context(), map[string]string{"same": out[0].ID}, nil)
		if err != nil || read["same"].Account.Attributes["uid"].Text() != "n"+id {
			t.Errorf("%d: read %v, %v", i, read, err)
		}
	})
	if dir.finds > people/2 || dir.applies > people/2 {
		t.Errorf("%d questions and %d writes for %d people at once", dir.finds, dir.applies, people)
	}
	if g.active != 0 || g.waiting != 0 || len(g.rounds) != 0 {
		t.Errorf("left behind: %d at work, %d waiting, %d rounds", g.active, g.waiting, len(g.rounds))
	}
}

// What is wrong with one question is nobody else's error.
func TestGatheringKeepsErrorsApart(t *testing.T) {
	dir, g := &counted{memory: newMemory("a")}, &Gathering{}
	users, e := g.wrap(dir), dir.add("1", true)
	crew(g, 4, func(i int) {
		id := e.ID
		if i == 2 {
			id = "bad"
		}
		found, err := users.Read(t.Context(), map[string]string{"1": id}, nil)
		if bad := i == 2; bad != (err != nil) || !bad && found["1"] == nil {
			t.Errorf("%d: %v, %v", i, found, err)
		}
	})
}

// A population that ends its wait ends nobody else's, and the last one ends the work.
func TestGatheringEndsWithTheLast(t *testing.T) {
	g, stop := &Gathering{}, errors.New("interrupted")
	contexts, cancels := make([]context.Context, 3), make([]context.CancelCauseFunc, 3)
	for i := range contexts {
		contexts[i], cancels[i] = context.WithCancelCause(t.Context())
	}
	crew(g, len(contexts), func(i int) {
		_, err := gatherCall(contexts[i], g, "", i, func(ctx context.Context, in []int) ([]int, error) {
			if len(in) != len(contexts) {
				return in, nil // the round was closed early on a busy machine
			}
			cancels[0](stop)
			select {
			case <-ctx.Done():
				t.Error("one of three ended the work of all")
			case <-time.After(10 * time.Millisecond):
			}
			cancels[1](stop)
			cancels[2](stop)
			<-ctx.Done()
			if !errors.Is(context.Cause(ctx), stop) {
				t.Errorf("ended by %v", context.Cause(ctx))
			}
			return in, nil
		})
		if err != nil {
			t.Errorf("%d: %v", i, err)
		}
	})
}

// Two changes of one account are written by themselves.
func TestGatheringOfOneAccountTwice(t *testing.T) {
	dir, g := &counted{memory: newMemory("a")}, &Gathering{}
	users, e := g.wrap(dir), dir.add("1", true)
	crew(g, 2, func(i int) {
		want := e.Account.Clone()
		want.Attributes["title"] = directory.Value{fmt.Sprint(i)}
		for _, o := range users.Apply(t.Context(), []directory.Change{{WorkerID: "1", ID: e.ID, Want: want}}, directory.ApplyOptions{}) {
			if o.Err != nil {
				t.Error(o.Err)
			}
		}
	})
	if dir.applies != 2 {
		t.Errorf("%d writes", dir.applies)
	}
}
