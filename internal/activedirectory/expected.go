// SPDX-License-Identifier: MPL-2.0

package activedirectory

import "context"

// RefKey is a form under which all spellings of one reference to an object are
// equal: of a distinguished name, or of anything else.
func RefKey(ref string) string {
	if isDN(ref) {
		return dnKey(ref)
	}
	return nameKey(ref)
}

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
	clear(d.containers)
}
