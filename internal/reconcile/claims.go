// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"

	"terraform-provider-workforce/internal/directory"
)

// Claims knows which population manages which account in one run.
//
// At plan, Claims finds two populations that want one account: in every run, each would undo what
// the other one did.
//
// At apply, a worker may move from one population to another. The population that gives the worker up
// does not disable the account after the new population has enabled it. Where it has begun to disable
// it before, the new population waits until that is done, and then reads the account.
type Claims struct {
	mu       sync.Mutex
	wanted   map[string]accountClaim // at plan, by object or by name
	by       map[string]*Population  // at apply, by object id
	removals map[string]removal      // under way, by object id
	// removed holds, by object id, accounts as they were before a population of this run removed them.
	removed map[string]*directory.Existing
	// touched holds the accounts that a population of this run gives up after it changed them in an earlier run.
	touched map[string]bool
	// exchanged holds, by target and worker id, the accounts of workers as they are after this run, of whose documents populations
	// write nothing but the worker id.
	exchanged map[string]map[string]directory.Account
}

// accountClaim says that one population wants an account.
type accountClaim struct {
	of     uint64 // digest of the population that wants it, see digestOf
	label  string
	worker string
}

type removal struct {
	of   *Population
	over chan struct{}
}

// noteWanted notes at plan that a population wants an account, by its object id or a name, and returns the claim of
// another population that wants it too. Terraform does not tell a provider which resource it plans, and plans
// a resource twice when it replaces it. Two populations that want the same documents therefore count as one.
func (c *Claims) noteWanted(key string, w accountClaim) (other accountClaim, taken bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.wanted == nil {
		c.wanted = map[string]accountClaim{}
	}
	other, known := c.wanted[key]
	if !known {
		c.wanted[key] = w
	}
	return other, known && other.of != w.of
}

// claimPlanned refuses accounts that another population of the run wants, too. accounts are the
// decoded documents. A new account has no object id yet, and is claimed by its login.
func (p *Population) claimPlanned(want map[string]string, ids map[string]string, accounts map[string]directory.Account, f *Findings) {
	if len(want) == 0 {
		return
	}
	workers := sortedKeys(want)
	w := accountClaim{of: digestOf(want), label: p.describe(workers)}
	var lines []string
	for _, id := range workers {
		if p.Target.asksNothing(want[id]) {
			continue
		}
		key := p.Target.Format.Target + " object " + ids[id]
		if ids[id] == "" {
			name := accounts[id].Attributes[p.Target.Format.Login].Text()
			if name == "" {
				continue
			}
			key = p.Target.Format.Target + " name " + directory.Fold(name)
		}
		w.worker = id
		if other, taken := p.Claims.noteWanted(key, w); taken {
			lines = append(lines, fmt.Sprintf("the account of worker %q %s: wanted by %s, there as worker %q, and by %s", id, p.labelOf(want[id]), other.label, other.worker, w.label))
		}
	}
	p.claimWorkerIDs(w, workers, want, accounts, f)
	if len(lines) > 0 {
		f.fail("Two resources manage one account",
			fmt.Sprintf("Two resources want the same account, and each would undo in every run what the other one did:\n%s\n"+
				"Let only one of them have a document for each of these workers.", Listed(lines)))
	}
}

// claimWorkerIDs refuses a second account with the same worker id. Populations, managers and members
// are found by worker id, and from the next plan on nobody could tell the two accounts apart.
func (p *Population) claimWorkerIDs(
	w accountClaim, workers []string, want map[string]string, accounts map[string]directory.Account, f *Findings,
) {
	var lines []string
	for _, id := range workers {
		carried := accounts[id].Attributes[p.Carrier].Text()
		if p.Carrier == "" || carried == "" || p.Target.asksNothing(want[id]) || accounts[id].Deleted {
			continue
		}
		w.worker = accounts[id].Attributes[p.Target.Format.Login].Text()
		other, taken := p.Claims.noteWanted(p.Target.Format.Target+" carrier "+directory.Fold(p.Carrier)+" "+directory.Fold(carried), w)
		if taken && directory.Fold(other.worker) != directory.Fold(w.worker) {
			lines = append(lines, fmt.Sprintf("%s %q: %s in %s, and %s in %s", p.Carrier, carried, other.worker, other.label, w.worker, w.label))
		}
	}
	if len(lines) > 0 {
		f.fail("Two accounts would carry one worker id", fmt.Sprintf("Nobody could tell them apart from the next plan on:\n%s\n"+
			"For a second account of the same person, such as an administrator's, "+
			"use a provider alias with another worker_id_attribute than %s, and have the rules write the worker id there.", Listed(lines), p.Carrier))
	}
}

// describe names the population in messages.
func (p *Population) describe(workers []string) string {
	if p.Single {
		return fmt.Sprintf("the %s of worker %q", p.Kind, workers[0])
	}
	shown := make([]string, 0, 4)
	for _, id := range workers[:min(3, len(workers))] {
		shown = append(shown, strconv.Quote(id))
	}
	if len(workers) > 3 {
		shown = append(shown, "…")
	}
	return fmt.Sprintf("a %s of %d accounts (%s)", p.Kind, len(workers), strings.Join(shown, ", "))
}

// claim notes at apply that p manages the accounts of want. It waits until removals of these accounts
// that other populations have begun are done.
func (c *Claims) claim(ctx context.Context, p *Population, ids, want map[string]string) error {
	for _, over := range c.note(p, ids, want) {
		select {
		case <-over:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

func (c *Claims) note(p *Population, ids, want map[string]string) (pending []chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = map[string]*Population{}
	}
	for id := range want {
		object := ids[id]
		if object == "" {
			continue
		}
		c.by[object] = p
		if r, removed := c.removals[object]; removed && r.of != p {
			pending = append(pending, r.over)
		}
	}
	return pending
}

// claimedByAnother reports whether another population manages the account.
func (c *Claims) claimedByAnother(p *Population, object string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.by[object] != nil && c.by[object] != p
}

// beginRemoval lets p remove an account, unless another population manages it.
func (c *Claims) beginRemoval(p *Population, e *directory.Existing) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by[e.ID] != nil && c.by[e.ID] != p {
		return false
	}
	if c.removals == nil {
		c.removals, c.removed = map[string]removal{}, map[string]*directory.Existing{}
	}
	if _, begun := c.removals[e.ID]; !begun {
		c.removals[e.ID] = removal{p, make(chan struct{})}
	}
	c.removed[e.ID] = e
	return true
}

// endRemovals ends all removals of p.
func (c *Claims) endRemovals(p *Population) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for object, r := range c.removals {
		if r.of == p {
			close(r.over)
			delete(c.removals, object)
		}
	}
}

// beforeRemoval returns an account as it was before a population of this run removed it. It
// returns nil for an account that no population of this run removed.
func (c *Claims) beforeRemoval(object string) *directory.Existing {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.removed[object]
}

func (c *Claims) noteExchanged(target, worker string, a directory.Account) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.exchanged == nil {
		c.exchanged = map[string]map[string]directory.Account{}
	}
	if c.exchanged[target] == nil {
		c.exchanged[target] = map[string]directory.Account{}
	}
	c.exchanged[target][worker] = a
}

// Unwritten returns, by worker id, the accounts of a target as they are after this run, of whose documents a population of this run
// writes nothing but the worker id.
func (c *Claims) Unwritten(target string) map[string]directory.Account {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.exchanged[target])
}

func (c *Claims) touch(object string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.touched == nil {
		c.touched = map[string]bool{}
	}
	c.touched[object] = true
}

func (c *Claims) wasTouched(object string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.touched[object]
}
