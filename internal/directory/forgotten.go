// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"context"
	"slices"
	"sync"
)

// Forgotten are the memberships that are not given back to accounts, whatever is
// remembered at them: rules of groups decide about them. Resources of one run meet
// in any order, so that one of them may say so before another one remembers groups.
type Forgotten struct {
	mu    sync.RWMutex
	pairs map[string][]string // groups by account
}

// Add notes that groups are not given back to an account. It waits for whoever is
// writing down what is remembered, so that it is read, and cleared, afterwards.
func (f *Forgotten) Add(account string, groups []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.pairs == nil {
		f.pairs = map[string][]string{}
	}
	f.pairs[Fold(account)] = append(f.pairs[Fold(account)], groups...)
}

// While calls write, which may ask whether a membership is forgotten; none is
// added meanwhile.
func (f *Forgotten) While(write func(is func(account, group string) bool)) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	write(func(account, group string) bool { return slices.Contains(f.pairs[Fold(account)], Fold(group)) })
}

// Forgetter is a directory that remembers groups at accounts.
type Forgetter interface {
	// ForgetGroups makes sure that accounts do not get back groups that were taken
	// from them when their worker left: by ID of the account, the IDs of groups
	// about which rules decide. Where nothing is remembered, nothing is written.
	ForgetGroups(ctx context.Context, groups map[string][]string) error
	// RememberedGroups returns those of the memberships that are remembered, and
	// would be given back.
	RememberedGroups(ctx context.Context, groups map[string][]string) (map[string][]string, error)
}
