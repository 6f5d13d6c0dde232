// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"fmt"

	"terraform-provider-workforce/internal/directory"
)

// checkDeletions says which accounts documents delete, and refuses those that must
// not be deleted. It returns the workers that it refused.
func (p *Population) checkDeletions(ctx context.Context, dir Users, accounts map[string]directory.Account, changed []string, ids map[string]string, f *Findings) map[string]bool {
	objects := map[string]string{}
	for _, id := range changed {
		if accounts[id].Deleted && ids[id] != "" {
			objects[id] = ids[id]
		}
	}
	refused := map[string]bool{}
	if len(objects) == 0 {
		return refused
	}
	found, err := dir.Read(ctx, objects, nil)
	if err != nil {
		f.problems("Cannot read accounts", err)
		return refused
	}
	var lines []string
	for _, id := range sortedKeys(objects) {
		e := found[id]
		if e == nil {
			continue // deleted already, which is what is wanted
		}
		label := p.labelAccount(accounts[id])
		switch {
		case e.Protected != "":
			refused[id] = true
			f.failWorker(id, "Refusing to delete a protected account", fmt.Sprintf("Worker %q %s has a document with deleted = true, but %s is protected: %s. "+
				"Take it out of what protects it, or give the worker a document with released = true, which leaves the account as it is.", id, label, e.Path, e.Protected))
		case e.Account.Enabled:
			refused[id] = true
			f.failWorker(id, "Refusing to delete an enabled account", fmt.Sprintf("Worker %q %s has a document with deleted = true, but %s is enabled, and only a disabled account is deleted. "+
				"Give the worker a document with enabled = false and without deleted, and apply it; then delete the account.", id, label, e.Path))
		default:
			lines = append(lines, fmt.Sprintf("worker %s %s: %s", id, label, e.Path))
		}
	}
	if len(lines) > 0 {
		f.warn("Accounts will be deleted", fmt.Sprintf("%d accounts are disabled, and their documents say deleted = true:\n%s", len(lines), Listed(lines)))
	}
	return refused
}
