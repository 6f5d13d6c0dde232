// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// Terraform shows what a run writes, and not who caused the difference. A value that differs from
// what the last run recorded was changed by somebody else, by hand or by another program. Every
// other difference comes from HR, the rules or an override.

// noteManualChanges records which attributes of an account differ from what the last run recorded.
// now is the document of the account as the directory holds it.
func (p *Population) noteManualChanges(id string, recorded directory.Account, now string) {
	if p.Before[id] == now {
		delete(p.Memory.Unwritten, id)
		return
	}
	after, err := p.decode(now)
	if err != nil {
		return
	}
	for _, name := range differing(recorded, after) {
		if p.Memory.Unwritten[id] && name != p.Carrier {
			continue // the last run did not write what the state records
		}
		if !slices.Contains(p.Memory.ByHand[id], name) {
			p.Memory.ByHand[id] = append(p.Memory.ByHand[id], name)
		}
	}
	slices.Sort(p.Memory.ByHand[id])
	delete(p.Memory.Unwritten, id)
}

// differing lists the attributes in which two documents of one account differ.
func differing(a, b directory.Account) []string {
	var out []string
	if a.Container != b.Container {
		out = append(out, "container")
	}
	if a.Enabled != b.Enabled {
		out = append(out, "enabled")
	}
	for _, name := range sortedKeys(a.Attributes) {
		if v, has := b.Attributes[name]; has && !v.Equal(a.Attributes[name]) {
			out = append(out, name)
		}
	}
	return out
}

// warnOfManualChanges names the manual changes that a plan overwrites. It names attributes and no
// values, because some values must not be shown. For a single person, Terraform's own plan shows it.
func (p *Population) warnOfManualChanges(accounts map[string]directory.Account, changed []string, f *Findings) {
	if p.Single {
		return
	}
	var lines []string
	for _, id := range changed {
		byHand := p.Memory.ByHand[id]
		if _, leaves := p.left[id]; leaves || len(byHand) == 0 || p.isExchanged(id, accounts[id]) || accounts[id].Deleted ||
			accounts[id].Released {
			continue
		}
		before, known := p.before(id)
		if !known {
			continue
		}
		written := slices.DeleteFunc(differing(before, accounts[id]), func(name string) bool { return !slices.Contains(byHand, name) })
		if len(written) > 0 {
			lines = append(lines, fmt.Sprintf("worker %s %s: %s", id, p.label(id), strings.Join(written, ", ")))
		}
	}
	if len(lines) > 0 {
		f.warn(fmt.Sprintf("Changes by hand will be overwritten (%d)", len(lines)),
			"A person or another program changed these values in the directory after the last run. "+
				"This plan writes the values of the configuration again. "+
				"Everything else that it changes comes from HR, the rules or an override. "+
				"To keep a value, change it in HR, in the rules or by an override first:\n"+Listed(lines))
	}
}
