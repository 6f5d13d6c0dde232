// SPDX-License-Identifier: MPL-2.0

package provider

import "sync"

// claims knows which resource manages which account in this run, so that a
// population that gives up a worker does not disable the account after the
// population that takes it over has enabled it.
type claims struct {
	mu sync.Mutex
	by map[string]*population // by object id
}

// claim notes the accounts of want as managed by p.
func (c *claims) claim(p *population, ids, want map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = map[string]*population{}
	}
	for id := range want {
		if ids[id] != "" {
			c.by[ids[id]] = p
		}
	}
}

// claimedByAnother reports whether another resource manages the account.
func (c *claims) claimedByAnother(p *population, object string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.by[object] != nil && c.by[object] != p
}
