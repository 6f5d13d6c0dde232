// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// wave is a set of tasks that may run at once, after everything before it. The
// tasks in aside first give up the names that the others take.
type wave struct{ aside, tasks []*task }

// A claim is a name that only one account can have.
type claim int

const (
	claimPath claim = iota
	claimLogin
	claimPrincipal
	claims
)

// holds returns the key of the claim that t has now, and takes the one it wants.
func (t *task) holds(c claim) string {
	if t.have == nil {
		return ""
	}
	switch c {
	case claimPath:
		return dnKey(t.have.dn)
	case claimLogin:
		return nameKey(t.have.text(attrLogin))
	}
	return nameKey(t.have.text(attrPrincipal))
}

func (t *task) takes(c claim) string {
	switch {
	case t.Want.Deleted:
		return "" // it gives up everything
	case t.have != nil && t.keepsName(c):
		return t.holds(c)
	}
	switch c {
	case claimPath:
		return dnKey(joinDN(t.cn(), t.Want.Container))
	case claimLogin:
		v, _ := t.want(attrLogin)
		return nameKey(v.Text())
	}
	if v, managed := t.want(attrPrincipal); managed {
		return nameKey(v.Text())
	}
	return t.holds(claimPrincipal)
}

// keepsName reports that a name is not to be changed, because of what is wrong with it.
func (t *task) keepsName(c claim) bool {
	switch c {
	case claimPath:
		return t.failed[attrCN] || t.failed[attrContainer]
	case claimLogin:
		return t.failed[directory.Fold(attrLogin)]
	}
	return t.failed[directory.Fold(attrPrincipal)]
}

// renames reports that the path changes, be it in case only.
func (t *task) renames() bool {
	return t.have != nil && !t.Want.Deleted && !t.keepsName(claimPath) &&
		(t.have.text(attrCN) != t.cn() || !sameDN(t.have.container(), t.Want.Container))
}

// edges says what each task comes after: of hard ones the names, of soft ones
// the existence of the manager, which can be linked later as well.
type edges struct{ hard, soft map[*task]bool }

// schedule sorts the tasks into waves.
func (r *run) schedule() []wave {
	left := r.alive()
	after := r.dependencies(left)
	var waves []wave
	var next wave
	for len(left) > 0 {
		ready := slices.DeleteFunc(slices.Clone(left), func(t *task) bool { return len(after[t].hard)+len(after[t].soft) > 0 })
		if len(ready) == 0 {
			if t := breakCycle(left[0], after); t != nil {
				next.aside = append(next.aside, t)
				for _, other := range left {
					delete(after[other].hard, t)
				}
			}
			continue
		}
		next.tasks = ready
		waves, next = append(waves, next), wave{}
		done := make(map[*task]bool, len(ready))
		for _, t := range ready {
			done[t] = true
		}
		left = slices.DeleteFunc(left, func(t *task) bool { return done[t] })
		for _, t := range left {
			for _, set := range []map[*task]bool{after[t].hard, after[t].soft} {
				for other := range set {
					if done[other] {
						delete(set, other)
					}
				}
			}
		}
	}
	return waves
}

func (r *run) dependencies(tasks []*task) map[*task]edges {
	after := make(map[*task]edges, len(tasks))
	holders := [claims]map[string]*task{}
	for c := range claims {
		holders[c] = map[string]*task{}
		for _, t := range tasks {
			if key := t.holds(c); key != "" && key != t.takes(c) {
				holders[c][key] = t // and will give it up
			}
		}
	}
	for _, t := range tasks {
		e := edges{map[*task]bool{}, map[*task]bool{}}
		for c := range claims {
			if key := t.takes(c); key != t.holds(c) {
				if h := holders[c][key]; h != nil && h != t {
					e.hard[h] = true
				}
			}
		}
		if v, _ := t.want(directory.ManagerAttribute); len(v) > 0 && !t.Want.Deleted {
			m := r.byWorker.get(v.Text())
			if m != nil && m != t && !m.dead() && (m.have == nil || m.renames()) && !e.hard[m] {
				e.soft[m] = true
			}
		}
		after[t] = e
	}
	return after
}

// breakCycle finds the cycle that start leads to. It drops a soft edge of it
// and returns nil, or returns a task that must step aside when all are hard.
func breakCycle(start *task, after map[*task]edges) *task {
	var path []*task
	at := map[*task]int{}
	for t := start; ; {
		if i, seen := at[t]; seen {
			path = path[i:]
			break
		}
		at[t] = len(path)
		path = append(path, t)
		t = firstTask(after[t].soft, after[t].hard)
	}
	for i, t := range path {
		next := path[(i+1)%len(path)]
		if after[t].soft[next] {
			delete(after[t].soft, next)
			return nil
		}
	}
	return slices.MinFunc(path, byWorkerID)
}

// firstTask returns the first element of the first set that has one.
func firstTask(sets ...map[*task]bool) *task {
	for _, set := range sets {
		var least *task
		for t := range set {
			if least == nil || byWorkerID(t, least) < 0 {
				least = t
			}
		}
		if least != nil {
			return least
		}
	}
	return nil
}

func byWorkerID(a, b *task) int {
	if a.WorkerID < b.WorkerID {
		return -1
	}
	if a.WorkerID > b.WorkerID {
		return 1
	}
	return 0
}
