// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"encoding/json"
	"fmt"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// Addresses must be unique across every directory that meets in one tenant: two forests that
// Microsoft Entra Connect synchronises, or a forest and the cloud-only users beside it. No
// directory sees the names of another one, so the configuration passes them on: what
// Result.Names says of one population is Input.Elsewhere of the next.

// userPrincipalName is a sign-in name. In one tenant it shares its name space with mail addresses.
const userPrincipalName = "userPrincipalName"

// addressAttributes hold the names that have to be unique across directories.
var addressAttributes = []string{userPrincipalName, mail, proxyAddresses}

// holder is who has a name in another directory.
type holder struct {
	directory string
	owner     string // worker id; empty: nobody knows
}

// String names the holder.
func (h holder) String() string {
	if h.owner == "" {
		return fmt.Sprintf("an account of %q has it", h.directory)
	}
	return fmt.Sprintf("worker %q has it in %q", h.owner, h.directory)
}

// ParseNames reads names of another directory: a JSON object of worker id by name, where null
// or "" stands for an account that belongs to nobody of the HR system.
func ParseNames(text string) (map[string]string, error) {
	var names map[string]*string
	if err := json.Unmarshal([]byte(text), &names); err != nil || names == nil {
		return nil, fmt.Errorf(`found %.60q, expected a JSON object of worker id by name, such as {"ann@example.com": "1001", "office@example.com": null}; `+
			"the output names of an accounts or names data source is one", text)
	}
	out := make(map[string]string, len(names))
	for name, owner := range names {
		if name == "" {
			return nil, fmt.Errorf(`found the name "", expected names that are not empty`)
		}
		out[name] = ""
		if owner != nil {
			out[name] = *owner
		}
	}
	return out, nil
}

// livesIn returns the labels of the other directories in which a worker has a name.
func (d *decider) livesIn(p *person) []string {
	if d.names == nil {
		return nil
	}
	return d.names.homes[directory.Fold(p.id)]
}

// elsewhereReason says that somebody who gets an account, or loses one by moving, has an account elsewhere.
func (d *decider) elsewhereReason(p *person) string {
	homes := d.livesIn(p)
	if len(homes) == 0 {
		return ""
	}
	return fmt.Sprintf("; the worker has an account in %s (taken_names)", some(homes))
}

// readElsewhere collects the names that other directories have.
func (n *names) readElsewhere() {
	n.elsewhere, n.homes = map[string][]holder{}, map[string][]string{}
	for _, label := range sortedKeys(n.d.in.Elsewhere) {
		for _, name := range sortedKeys(n.d.in.Elsewhere[label]) {
			key := loose(name)
			owner := n.d.in.Elsewhere[label][name]
			n.elsewhere[key] = append(n.elsewhere[key], holder{label, owner})
			if id := directory.Fold(owner); owner != "" && !slices.Contains(n.homes[id], label) {
				n.homes[id] = append(n.homes[id], label)
			}
		}
	}
}

// heldElsewhere returns who has a name in another directory, unless it is the person themselves.
func (n *names) heldElsewhere(p *person, attribute, name string) (holder, bool) {
	if len(n.elsewhere) == 0 || n.d.core[attribute].PerContainer {
		return holder{}, false
	}
	for _, h := range n.elsewhere[loose(bareAddress(attribute, name))] {
		if h.owner == "" || directory.Fold(h.owner) != directory.Fold(p.id) {
			return h, true
		}
	}
	return holder{}, false
}

// checkElsewhere sets those aside who would get an address that somebody else has in another
// directory. Where both have it already, it is the directories' state and only worth a warning.
// An account of the other directory that belongs to nobody may be this one's own copy there.
func (d *decider) checkElsewhere() {
	if d.names == nil || len(d.names.elsewhere) == 0 {
		return
	}
	for _, p := range d.people {
		if p.account == nil || p.account.Deleted || p.account.Released || p.aside() {
			continue
		}
		for _, attribute := range addressAttributes {
			for _, v := range p.account.Attributes[attribute] {
				h, taken := d.names.heldElsewhere(p, attribute, v)
				if !taken || attribute == proxyAddresses && !isAddress(attribute, v) {
					continue
				}
				name := fmt.Sprintf("%s %q", attribute, v)
				if d.redacted[directory.Fold(attribute)] {
					name = attribute + " (redacted)"
				}
				switch {
				case (collision{attribute: attribute, value: v}).gains(p):
					d.setAside(p, problemName, fmt.Sprintf("%s: %s (taken_names)", name, h),
						"make the rule unique with SelectUniqueValue, so that it gives another value, or correct the HR record")
				case h.owner != "":
					d.warnLate("worker %q: %s: %s as well (taken_names); only one of them can be synchronised to one tenant", p.id, name, h)
				}
			}
		}
	}
}

// FormatNames writes names as ParseNames reads them.
func FormatNames(names map[string]string) string {
	text, _ := json.Marshal(names) // texts cannot fail
	return string(text)
}

// addresses calls f with every address of an account, bare and folded.
func addresses(a *directory.Account, f func(name string)) {
	for _, attribute := range addressAttributes {
		for _, v := range a.Attributes[attribute] {
			if attribute == userPrincipalName || isAddress(attribute, v) {
				f(directory.Fold(bareAddress(attribute, v)))
			}
		}
	}
}

// NamesOf returns who has which address among users that are not deleted: worker id by name, empty for
// a user without one in the attribute that carries worker ids.
func NamesOf(users []*directory.Existing, workerID string) map[string]string {
	owners := map[string]string{}
	for _, e := range users {
		if id := e.Account.Attributes[workerID].Text(); e.Class == user && !e.Deleted {
			addresses(&e.Account, func(name string) {
				if owners[name] == "" {
					owners[name] = id
				}
			})
		}
	}
	return owners
}

// nameOwners returns who has which address in this directory, now or after this run, and
// which of the addresses their owner gets in this run.
func (d *decider) nameOwners() (owners map[string]string, gained map[string]bool) {
	owners, gained = map[string]string{}, map[string]bool{}
	note := func(a *directory.Account, id string, now bool) {
		addresses(a, func(name string) {
			if now && directory.Fold(owners[name]) != directory.Fold(id) {
				gained[name] = true
			}
			owners[name] = id
		})
	}
	for _, e := range d.owned {
		note(&e.Account, e.Account.Attributes[d.in.WorkerIDAttribute].Text(), false)
	}
	for _, p := range d.people {
		if p.existing != nil {
			note(&p.existing.Account, p.id, false)
		}
	}
	for _, p := range d.people { // whoever gets a name in this run has it afterwards
		if p.account != nil && !p.account.Released {
			note(p.account, p.id, true)
		}
	}
	return owners, gained
}
