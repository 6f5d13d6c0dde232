// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"cmp"
	"slices"
	"sync"
)

// Waiting is the link of an account to a manager who has no account yet, see ApplyOptions.LinkLater.
type Waiting struct {
	// WorkerID and ID are of the account that is to be linked.
	WorkerID, ID string
	// ManagerWorkerID is whom it waits for.
	ManagerWorkerID string
}

// LateManagers are the accounts that a process knows by worker id, and the links that wait for
// others. Several callers may create people one by one in no order: who waits and who comes
// are told under one lock, so that nobody is left waiting for somebody who is there. The case
// of worker ids does not matter, as directories ignore it. The zero value knows nobody.
type LateManagers struct {
	mu      sync.Mutex
	known   map[string]string    // object id by folded worker id
	waiting map[string][]Waiting // by folded worker id of the manager
}

// Know notes the account of a worker, for whom nobody may be waiting yet.
func (l *LateManagers) Know(worker, id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.know(worker, id)
}

func (l *LateManagers) know(worker, id string) {
	if l.known == nil {
		l.known = map[string]string{}
	}
	l.known[Fold(worker)] = id
}

// Known returns the object id of a worker's account; empty where that is not known.
func (l *LateManagers) Known(worker string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[Fold(worker)]
}

// Forget notes that the account of a worker is gone.
func (l *LateManagers) Forget(worker string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.known, Fold(worker))
}

// Wait keeps a link in mind, in place of any other that the worker waited for. If the manager
// is known by now it returns the object id instead.
func (l *LateManagers) Wait(w Waiting) (manager string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop(w.WorkerID)
	key := Fold(w.ManagerWorkerID)
	if id := l.known[key]; id != "" {
		return id
	}
	if l.waiting == nil {
		l.waiting = map[string][]Waiting{}
	}
	l.waiting[key] = append(l.waiting[key], w)
	return ""
}

// Drop drops the link that a worker waits for: now another manager is wanted, or none.
func (l *LateManagers) Drop(worker string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop(worker)
}

func (l *LateManagers) drop(worker string) {
	for manager, links := range l.waiting {
		links = slices.DeleteFunc(links, func(w Waiting) bool { return Fold(w.WorkerID) == Fold(worker) })
		if l.waiting[manager] = links; len(links) == 0 {
			delete(l.waiting, manager)
		}
	}
}

// Arrive notes the account of a worker, and returns the links that waited for it.
func (l *LateManagers) Arrive(worker, id string) []Waiting {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.know(worker, id)
	links := l.waiting[Fold(worker)]
	delete(l.waiting, Fold(worker))
	return links
}

// Pending returns the links that still wait, by worker id.
func (l *LateManagers) Pending() []Waiting {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []Waiting
	for _, links := range l.waiting {
		out = append(out, links...)
	}
	slices.SortFunc(out, func(a, b Waiting) int { return cmp.Compare(a.WorkerID, b.WorkerID) })
	return out
}
