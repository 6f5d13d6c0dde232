// SPDX-License-Identifier: MPL-2.0

package activedirectory

import "context"

// Expect says that something will be at a path that is not there yet: a plan
// creates it, and what is planned to be in it must not fail for want of it.
func (d *Domain) Expect(path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.expected[dnKey(path)] = true
}

// Expected reports whether [Domain.Expect] was told of the path.
func (d *Domain) Expected(path string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.expected[dnKey(path)]
}

// PathKey is a form under which all spellings of one distinguished name are equal.
func PathKey(path string) string { return dnKey(path) }

// IsPath reports whether s is a distinguished name.
func IsPath(s string) bool { return isDN(s) }

// forgetPaths drops what is remembered of who is where: a container that moves
// takes everybody along.
func (d *Domain) forgetPaths(ctx context.Context) {
	if d.loading.lock(ctx) != nil {
		return // the caller's run ends
	}
	defer d.loading.unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.snap = nil
	clear(d.managers)
}
