// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync"
)

// claims knows which resource manages which account in this run, so that a
// population that gives up a worker does not disable the account after the
// population that takes it over has enabled it. Where it disables it before, the
// other one waits, and then finds it as it is.
type claims struct {
	mu       sync.Mutex
	by       map[string]*population // by object id
	removals map[string]removal     // under way, by object id
}

type removal struct {
	of   *population
	over chan struct{}
}

// claim notes the accounts of want as managed by p, and waits for removals of
// theirs that are under way.
func (c *claims) claim(ctx context.Context, p *population, ids, want map[string]string) error {
	for _, over := range c.note(p, ids, want) {
		select {
		case <-over:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

func (c *claims) note(p *population, ids, want map[string]string) (pending []chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = map[string]*population{}
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

// claimedByAnother reports whether another resource manages the account.
func (c *claims) claimedByAnother(p *population, object string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.by[object] != nil && c.by[object] != p
}

// beginRemoval lets p remove an account, unless another resource manages it.
func (c *claims) beginRemoval(p *population, object string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by[object] != nil && c.by[object] != p {
		return false
	}
	if c.removals == nil {
		c.removals = map[string]removal{}
	}
	if _, begun := c.removals[object]; !begun {
		c.removals[object] = removal{p, make(chan struct{})}
	}
	return true
}

// endRemovals ends all removals of p.
func (c *claims) endRemovals(p *population) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for object, r := range c.removals {
		if r.of == p {
			close(r.over)
			delete(c.removals, object)
		}
	}
}
