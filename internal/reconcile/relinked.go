// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"fmt"
	"maps"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// Rules can decide about a worker over another account than the one that a population manages as theirs: somebody
// linked the worker to it, or a rule that identifies a person finds it. What must hold:
//
//   - The population takes that account over as any other, and releases the one that it managed, as it is.
//   - Where that account must not be taken over, the population keeps the one that it has, and nobody else is stopped.
//   - Worker ids that somebody changed by hand are no such case, see isExchanged. Nor is a worker who may not sign in:
//     the account that the population managed as theirs is never released with access.

// leaveFor takes those workers out of ids who get another account, and notes in p.left the object ids that they had.
func (p *Population) leaveFor(accounts map[string]directory.Account, changed []string, ids map[string]string) {
	p.left = map[string]string{}
	managed := slices.Collect(maps.Values(p.Memory.IDs))
	for _, id := range changed {
		c, crossed := p.Memory.Crossed[id]
		a := accounts[id]
		if !crossed || c.Barred || p.Single || c.Object == "" || c.Document != digestOfDocument(p.documents[id]) || ids[id] == "" || p.changedByHand(id) ||
			a.Deleted || a.Released ||
			slices.ContainsFunc(managed, func(object string) bool { return directory.Fold(object) == directory.Fold(c.Object) }) {
			continue
		}
		p.left[id] = ids[id]
		delete(ids, id)
	}
}

// keepWhoStays gives those workers their account back who did not get the other one.
func (p *Population) keepWhoStays(ids map[string]string) {
	for id, object := range p.left {
		if ids[id] == "" {
			ids[id] = object
			delete(p.left, id)
		}
	}
}

// withoutLeft returns the managed accounts without those that workers leave for another one.
func (p *Population) withoutLeft(managed map[string]string) map[string]string {
	if len(p.left) == 0 {
		return managed
	}
	out := maps.Clone(managed)
	for id := range p.left {
		delete(out, id)
	}
	return out
}

// warnOfLeft names the accounts that are released because their workers get another one.
func (p *Population) warnOfLeft(f *Findings) {
	var lines []string
	for _, id := range sortedKeys(p.left) {
		lines = append(lines, fmt.Sprintf("worker %s: %s, object id %s", id, p.label(id), p.left[id]))
	}
	if len(lines) > 0 {
		f.warn("Accounts will be released: their workers get another one", fmt.Sprintf("The rules recognise another account as these "+
			"workers', as links say. It is taken over, and the one that this resource managed stays as it is, enabled or disabled:\n%s\n"+
			"Disable it, or clear its worker id, if the worker is not to use it any more.", Listed(lines)))
	}
}
