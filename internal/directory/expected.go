// SPDX-License-Identifier: MPL-2.0

package directory

import "sync"

// Expectations are references to objects that a plan creates: what is planned
// about them must not fail for want of them.
type Expectations struct {
	key func(ref string) string

	mu   sync.Mutex
	keys map[string]bool
}

// NewExpectations returns none. key gives a form under which all spellings of one
// reference are equal.
func NewExpectations(key func(ref string) string) *Expectations {
	return &Expectations{key: key, keys: map[string]bool{}}
}

// Expect says that an object will be there that goes by the references.
func (e *Expectations) Expect(refs ...string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, ref := range refs {
		e.keys[e.key(ref)] = true
	}
}

// Expected reports whether [Expectations.Expect] was told of a reference.
func (e *Expectations) Expected(ref string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.keys[e.key(ref)]
}
