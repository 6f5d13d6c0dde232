// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/dn"
	"terraform-provider-workforce/internal/wording"
)

// Proposal is a set of accounts about to be written, for Check.
type Proposal struct {
	Format Format
	// Valid says what is wrong with an account by itself.
	Valid func(Account, *Schema) error
	// Accounts are all accounts of the population, by worker id.
	Accounts map[string]Account
	// Changed are the worker ids whose account is new or differs; the others
	// are only looked at for names they hold.
	Changed []string
	// IDs are the object ids of the accounts that exist already, by worker id.
	IDs map[string]string
	// Present returns the account of a worker as it is, with the attributes of the
	// proposal, where that is known. What is wrong with it already and is not to be
	// written is not judged. It is asked only where something is wrong. Nil: nothing is known.
	Present func(workerID string) (Account, bool)
}

// Check reports, all at once, what would make the directory refuse the
// proposal: attributes it does not know, values it does not accept, containers
// that do not exist, and names that somebody else has. It asks the directory a
// fixed number of questions, however many accounts there are.
func (p Proposal) Check(ctx context.Context, d Directory) error {
	if len(p.Changed) == 0 {
		return nil
	}
	schema, err := d.Schema(ctx)
	if err != nil {
		return err
	}
	problems, misplaced := p.checkValues(schema)
	missing, err := p.checkContainers(ctx, d, misplaced)
	if err != nil {
		return err
	}
	problems = append(problems, missing...)
	taken, err := p.checkNames(ctx, d)
	if err != nil {
		return err
	}
	return errors.Join(append(problems, taken...)...)
}

// written returns the changed accounts that values are written of, sorted: not those
// that are deleted or released.
func (p Proposal) written() []string {
	ids := slices.DeleteFunc(slices.Clone(p.Changed), func(id string) bool { return p.Accounts[id].Deleted || p.Accounts[id].Released })
	slices.Sort(ids)
	return ids
}

// checkValues returns what is wrong with the values of accounts, and the workers whose container is wrong by itself.
func (p Proposal) checkValues(schema *Schema) (problems []error, misplaced map[string]bool) {
	misplaced = map[string]bool{}
	for _, id := range p.written() {
		err := p.Valid(p.Accounts[id], schema)
		if err != nil && p.Present != nil {
			if p.losesAccess(id) {
				continue
			}
			err = p.fresh(id, err, schema)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("worker %q: %w", id, err))
			misplaced[id] = slices.ContainsFunc(strings.Split(err.Error(), "\n"),
				func(line string) bool { return strings.HasPrefix(line, "container: ") })
		}
	}
	return problems, misplaced
}

// losesAccess reports an account that is to be disabled. No plan fails for what else is said of it: the
// directory disables it first, and reports the rest about that person.
func (p Proposal) losesAccess(id string) bool {
	if p.Present == nil {
		return false
	}
	have, known := p.Present(id)
	return known && have.Enabled && !p.Accounts[id].Enabled
}

// fresh leaves out of what is wrong with a proposed account what is wrong with it as it is.
func (p Proposal) fresh(id string, err error, schema *Schema) error {
	have, known := p.Present(id)
	if !known {
		return err
	}
	before := p.Valid(have, schema)
	if before == nil {
		return err
	}
	old := strings.Split(before.Error(), "\n")
	var rest []error
	for _, line := range strings.Split(err.Error(), "\n") {
		if !slices.Contains(old, line) {
			rest = append(rest, errors.New(line))
		}
	}
	return errors.Join(rest...)
}

// checkContainers finds containers that do not exist, but for workers whose container is no container anyway.
func (p Proposal) checkContainers(ctx context.Context, d Directory, misplaced map[string]bool) ([]error, error) {
	if !p.Format.HasContainer {
		return nil, nil
	}
	users := map[string][]string{}
	for _, id := range p.written() {
		container := p.Accounts[id].Container
		if misplaced[id] {
			continue
		}
		users[container] = append(users[container], id)
	}
	missing, err := d.MissingContainers(ctx, slices.Sorted(maps.Keys(users)))
	var problems []error
	for _, container := range missing {
		ids := users[container]
		problems = append(problems, fmt.Errorf("container %q does not exist, and %s to live there (worker %s): "+
			"create it first, or correct the container",
			container, wording.Count(len(ids), "account is", "accounts are"), some(ids)))
	}
	return problems, err
}

// checkNames finds names that two accounts of the population would share, and
// names that somebody outside of it has.
func (p Proposal) checkNames(ctx context.Context, d Directory) ([]error, error) {
	var problems []error
	owner := map[string]string{} // object id → worker id
	for id, object := range p.IDs {
		owner[object] = id
	}
	for _, core := range p.Format.names() {
		holders := map[string][]string{} // folded name, with its container where that matters → worker ids
		for _, id := range slices.Sorted(maps.Keys(p.Accounts)) {
			if key, ok := p.nameKey(core, id); ok {
				holders[key] = append(holders[key], id)
			}
		}
		var values []string
		for _, id := range p.written() {
			key, ok := p.nameKey(core, id)
			if !ok || p.hasAlready(core, id) {
				continue
			}
			values = append(values, p.Accounts[id].Attributes[core.Attribute].Text())
			if ids := holders[key]; len(ids) > 1 {
				problems = append(problems, fmt.Errorf("%s %q would be shared by the workers %s", core.Attribute, p.Accounts[id].Attributes[core.Attribute].Text(), some(ids)))
				delete(holders, key)
			}
		}
		found, err := d.Find(ctx, core.Attribute, values)
		if err == nil && core.Attribute == mailAttribute {
			err = addAddresses(ctx, d, values, found)
		}
		if err != nil {
			return nil, err
		}
		problems = append(problems, p.takenNames(core, found, owner)...)
	}
	return problems, nil
}

// Attributes that hold mail addresses: the primary one, and all of them with a prefix.
const (
	mailAttribute    = "mail"
	proxiesAttribute = "proxyAddresses"
	mailPrefix       = "smtp:"
)

// addAddresses adds who has the addresses as others than the primary one.
func addAddresses(ctx context.Context, d Directory, addresses []string, found map[string][]*Existing) error {
	prefixed := make([]string, len(addresses))
	for i, address := range addresses {
		prefixed[i] = mailPrefix + address
	}
	more, err := d.Find(ctx, proxiesAttribute, prefixed)
	for _, address := range addresses {
		key := Fold(address)
		for _, e := range more[Fold(mailPrefix+address)] {
			if !slices.ContainsFunc(found[key], func(known *Existing) bool { return known.ID == e.ID }) {
				found[key] = append(found[key], e)
			}
		}
	}
	return err
}

// hasAlready reports a value beside the core that the account has already, and nobody need be asked about.
func (p Proposal) hasAlready(core CoreKey, id string) bool {
	if p.Present == nil || !slices.Contains(p.Format.Unique, core.Attribute) {
		return false
	}
	have, known := p.Present(id)
	return known && Fold(have.Attributes[core.Attribute].Text()) == Fold(p.Accounts[id].Attributes[core.Attribute].Text())
}

func (p Proposal) takenNames(core CoreKey, found map[string][]*Existing, owner map[string]string) []error {
	var problems []error
	for _, id := range p.written() {
		key, ok := p.nameKey(core, id)
		if !ok {
			continue
		}
		name := p.Accounts[id].Attributes[core.Attribute].Text()
		for _, e := range found[Fold(name)] {
			holder, ours := owner[e.ID]
			if ours && holder == id || e.Deleted || core.PerContainer && !dn.Same(e.Account.Container, p.Accounts[id].Container) {
				continue
			}
			if ours && (core.Attribute != mailAttribute || p.Accounts[holder].Deleted) { // a former mail stays a secondary address
				if theirs, managed := p.nameKey(core, holder); !managed || theirs != key {
					continue // the holder gives the name up in the same run
				}
			}
			problems = append(problems, fmt.Errorf("worker %q: %s %q is taken by %s %s: choose another name, or let the worker match that account", id, core.Attribute, name, e.Class, e.Path))
		}
	}
	return problems
}

// nameKey returns what must be unique for one core attribute of one account.
func (p Proposal) nameKey(core CoreKey, id string) (string, bool) {
	a := p.Accounts[id]
	name := a.Attributes[core.Attribute].Text()
	if name == "" || a.Deleted { // who is deleted gives everything up
		return "", false
	}
	if core.PerContainer {
		return Fold(name) + "\x00" + dn.Key(a.Container), true
	}
	return Fold(name), true
}

// some lists the first few of many, quoted.
func some(ids []string) string {
	quoted := make([]string, 0, 4)
	for _, id := range ids[:min(3, len(ids))] {
		quoted = append(quoted, fmt.Sprintf("%q", id))
	}
	if len(ids) > 3 {
		quoted = append(quoted, fmt.Sprintf("and %d more", len(ids)-3))
	}
	return strings.Join(quoted, ", ")
}
