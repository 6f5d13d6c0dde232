// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"fmt"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/wording"
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
			f.failPerson(id, label, "Refusing to delete a protected account", fmt.Sprintf("Worker %q %s has a document with deleted = true, but %s is protected: %s. "+
				"Take it out of what protects it, or give the worker a document with released = true, which leaves the account as it is.", id, label, e.Path, e.Protected))
		case e.Account.Enabled:
			refused[id] = true
			f.failPerson(id, label, "Refusing to delete an enabled account", fmt.Sprintf("Worker %q %s has a document with deleted = true, but %s is enabled, and only a disabled account is deleted. "+
				"Give the worker a document with enabled = false and without deleted, and apply it; then delete the account.", id, label, e.Path))
		default:
			lines = append(lines, fmt.Sprintf("worker %s %s: %s", id, label, e.Path))
		}
	}
	if len(lines) > 0 {
		f.warn("Accounts will be deleted", fmt.Sprintf("%s, and %s deleted = true:\n%s", wording.Count(len(lines), "account is disabled", "accounts are disabled"), wording.One(len(lines), "its document says", "their documents say"), Listed(lines)))
	}
	return refused
}
