// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-workforce/internal/directory"
)

// Values of adopt_existing.
const (
	adoptNever   = "never"
	adoptMatched = "matched"
	adoptAlways  = "always"
)

// Values of on_removal and on_destroy.
const (
	removeDisable = "disable"
	removeRelease = "release"
	removeDelete  = "delete"
	removePurge   = "purge"
)

// population is the part that the resources for many users and for a single
// one share: account documents on one side, the directory on the other.
type population struct {
	target  target
	data    *providerData
	options populationOptions
	// at returns where in the configuration a worker's account stands.
	at func(workerID string) path.Path
	// before holds the documents that the state records, by worker id.
	before map[string]string
	// ids holds the object id of every account that is managed, by worker id.
	// Methods keep it up to date.
	ids map[string]string
	// purging holds the workers whose account was deleted and could not be deleted
	// for good: the state keeps them until it is. Methods keep it up to date.
	purging map[string]bool
	// seen holds accounts as they were last read from the directory.
	seen map[string]*directory.Existing
}

type populationOptions struct {
	adopt          string
	restore        bool // deleted accounts of the same worker id are taken into use again
	onRemoval      string
	retentionDays  int
	maxRemovals    *int64 // nil: no limit
	changePassword bool
	// password is for new accounts; empty: a random one for each.
	password string
	// resetPassword sets password on accounts that exist, too.
	resetPassword bool
	// linkLater lets a manager be created by another resource of the same apply.
	linkLater bool
}

// plan checks everything that can be known of turning the accounts of the
// state into want, and says what the plan itself does not show.
func (p *population) plan(ctx context.Context, want map[string]string, diags *diag.Diagnostics) {
	accounts := p.parse(want, diags)
	if diags.HasError() {
		return
	}
	changed, removed := p.differences(want), p.removed(want)
	if len(changed) == 0 && len(removed) == 0 {
		return
	}
	dir, ok := p.connect(diags)
	if !ok {
		return
	}
	dir.Need(attributesOf(accounts)...)
	ids := maps.Clone(p.ids)
	adopted, err := p.adopt(ctx, dir, accounts, ids, removed)
	if err != nil {
		addProblems(diags, "Cannot take over an existing account", err)
		return
	}
	if len(adopted) > 0 {
		diags.AddWarning("Existing accounts will be taken over", fmt.Sprintf("%d accounts exist already and will be managed from now on:\n%s", len(adopted), listed(adopted)))
	}
	proposal := directory.Proposal{Format: p.target.format, Valid: p.target.valid, Accounts: accounts, Changed: changed, IDs: ids}
	err = proposal.Check(ctx, dir)
	if c, ok := dir.(changeChecker); ok && err == nil {
		changes := make([]directory.Change, len(changed))
		for i, id := range changed {
			changes[i] = directory.Change{WorkerID: id, ID: ids[id], Want: accounts[id]}
		}
		err = c.Check(ctx, changes)
	}
	if err != nil {
		addProblems(diags, "The directory would refuse an account", err)
	}
	if removed = withoutObjects(removed, p.ids, ids, want); len(removed) > 0 {
		p.planRemoval(ctx, removed, p.options.onRemoval, diags)
	}
}

// apply makes the directory agree with want, and returns the documents of the
// accounts as they are then: those that failed as they were read back.
func (p *population) apply(ctx context.Context, want map[string]string, diags *diag.Diagnostics) map[string]string {
	accounts := p.parse(want, diags)
	dir, ok := p.connect(diags)
	if !ok || diags.HasError() {
		return p.before
	}
	changed, removed := p.differences(want), p.removed(want)
	managed := maps.Clone(p.ids)
	if _, err := p.adopt(ctx, dir, accounts, p.ids, removed); err != nil {
		addProblems(diags, "Cannot take over an existing account", err)
		return p.before
	}
	gone := withoutObjects(removed, p.ids, p.ids, want)
	for _, id := range removed {
		if _, found := slices.BinarySearch(gone, id); !found {
			delete(p.ids, id) // goes on under another worker id
		}
	}
	if err := p.data.claim(ctx, p, p.ids, want); err != nil {
		addProblems(diags, "Nothing was done", err)
		return p.before
	}
	after := maps.Clone(want)
	changes := make([]directory.Change, len(changed))
	for i, id := range changed {
		delete(after, id)
		changes[i] = p.change(id, accounts[id], managed[id])
	}
	options := directory.ApplyOptions{Adopt: p.options.adopt != adoptNever, LinkLater: p.options.linkLater, KeepPassword: !p.options.changePassword}
	var failures []error
	for _, outcome := range dir.Apply(ctx, changes, options) {
		p.settle(dir, outcome, want[outcome.WorkerID], accounts[outcome.WorkerID], after)
		if outcome.Err != nil {
			failures = append(failures, outcome.Err)
		}
	}
	addFailures(diags, failures, len(changes))
	maps.Copy(after, p.remove(ctx, gone, p.options.onRemoval, diags))
	return after
}

// change describes what to do with one account; managed is its object id if
// this resource managed it before.
func (p *population) change(id string, want directory.Account, managed string) directory.Change {
	c := directory.Change{WorkerID: id, ID: p.ids[id], Want: want}
	if managed == "" || p.options.resetPassword {
		c.Password = p.options.password
	}
	if planned, err := p.target.format.Unmarshal(p.before[id]); err == nil && managed != "" && !p.purging[id] {
		c.Planned = &planned
	}
	return c
}

// settle records what became of one account.
func (p *population) settle(dir userDirectory, o directory.Outcome, doc string, want directory.Account, after map[string]string) {
	if o.ID != "" {
		p.ids[o.WorkerID] = o.ID
	}
	p.see(o.WorkerID, o.Account)
	before, had := p.before[o.WorkerID]
	switch {
	case o.Err == nil:
		after[o.WorkerID] = doc
	case o.Account != nil:
		after[o.WorkerID] = p.target.render(dir, doc, want, o.Account)
	case had:
		after[o.WorkerID] = before
	}
}

// refresh returns the documents of the state with what the directory holds now.
// An account that is gone is left out.
func (p *population) refresh(ctx context.Context, diags *diag.Diagnostics) map[string]string {
	accounts := p.parse(p.before, diags)
	if len(accounts) == 0 || diags.HasError() {
		return p.before
	}
	dir, ok := p.connect(diags)
	if !ok {
		return p.before
	}
	found, err := dir.Read(ctx, p.ids, attributesOf(accounts))
	if err != nil {
		addProblems(diags, "Cannot read accounts", err)
		return p.before
	}
	outstanding, err := p.outstanding(ctx, dir, found)
	if err != nil {
		addProblems(diags, "Cannot read deleted accounts", err)
		return p.before
	}
	after := make(map[string]string, len(p.before))
	for id, doc := range p.before {
		if existing := found[id]; existing != nil {
			after[id] = p.target.render(dir, doc, accounts[id], existing)
			p.see(id, existing)
			continue
		}
		if outstanding[id] {
			after[id] = doc
			continue
		}
		delete(p.ids, id)
	}
	return after
}

// outstanding returns, and keeps as purging, the workers whose account is deleted
// and still to be deleted for good.
func (p *population) outstanding(ctx context.Context, dir userDirectory, found map[string]*directory.Existing) (map[string]bool, error) {
	if len(p.purging) == 0 {
		return nil, nil
	}
	workers := map[string]string{} // by object id
	for id := range p.purging {
		if object := p.ids[id]; object != "" && found[id] == nil {
			workers[directory.Fold(object)] = id
		}
	}
	p.purging = map[string]bool{}
	deleted, err := dir.WithDeleted().Find(ctx, "id", slices.Sorted(maps.Keys(workers)))
	for object, id := range workers {
		if len(deleted[object]) > 0 {
			p.purging[id] = true
		}
	}
	return p.purging, err
}

func (p *population) see(id string, e *directory.Existing) {
	if e == nil {
		return
	}
	if p.seen == nil {
		p.seen = map[string]*directory.Existing{}
	}
	p.seen[id] = e
}

// readCore returns the core document of one account that has just been imported.
func (p *population) readCore(ctx context.Context, id string, diags *diag.Diagnostics) map[string]string {
	dir, ok := p.connect(diags)
	if !ok {
		return nil
	}
	found, err := dir.Read(ctx, p.ids, nil)
	if err != nil {
		addProblems(diags, "Cannot read the account", err)
	}
	if found[id] == nil {
		return nil
	}
	p.see(id, found[id])
	return map[string]string{id: p.target.marshal(p.target.coreOf(found[id].Account))}
}

// checkPart refuses a container, or where there are none a domain, that does not exist.
func (p *population) checkPart(ctx context.Context, dir userDirectory, part string) error {
	if !p.target.format.HasContainer {
		domains, err := dir.Suffixes(ctx)
		if err == nil && !slices.ContainsFunc(domains, func(d string) bool { return strings.EqualFold(d, part) }) {
			err = fmt.Errorf("%q is no verified domain, expected one of %s", part, strings.Join(domains, ", "))
		}
		return err
	}
	missing, err := dir.MissingContainers(ctx, []string{part})
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("the container %q does not exist", part)
	}
	return err
}

// importFrom returns core documents of every account below a container, or in
// a domain, that carries a worker id.
func (p *population) importFrom(ctx context.Context, container string, diags *diag.Diagnostics) map[string]string {
	dir, ok := p.connect(diags)
	if !ok {
		return nil
	}
	err := p.checkPart(ctx, dir, container)
	owned, ownedErr := dir.Owned(ctx)
	if err := errors.Join(err, ownedErr); err != nil {
		addProblems(diags, "Cannot import accounts", err)
		return nil
	}
	docs := map[string]string{}
	for _, e := range owned {
		id := e.Account.Attributes[dir.WorkerIDAttribute()].Text()
		if !p.target.partOf(e, container) {
			continue
		}
		if _, twice := docs[id]; twice {
			diags.AddError("Cannot import accounts", fmt.Sprintf("Two accounts below %s carry the worker id %q; one of them is %s. Correct the worker id of one of them first.", container, id, e.Path))
			continue
		}
		docs[id] = p.target.marshal(p.target.coreOf(e.Account))
		p.ids[id] = e.ID
	}
	return docs
}

// adopt adds to ids the accounts that exist already under the names of
// accounts without an id, and returns a line about each. An account of a
// worker who is removed in the same run may be taken over under another worker
// id: a contractor has become an employee.
func (p *population) adopt(ctx context.Context, dir userDirectory, accounts map[string]directory.Account, ids map[string]string, removed []string) ([]string, error) {
	var names []string
	for id, a := range accounts {
		if ids[id] == "" {
			names = append(names, a.Attributes[p.target.login].Text())
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	found, err := dir.Find(ctx, p.target.login, names)
	if err != nil {
		return nil, err
	}
	var lines []string
	var problems []error
	former := map[string]string{} // object id → worker id that gives it up
	for _, id := range removed {
		former[p.ids[id]] = id
	}
	attribute := dir.WorkerIDAttribute()
	for _, id := range slices.Sorted(maps.Keys(accounts)) {
		name := accounts[id].Attributes[p.target.login].Text()
		if ids[id] != "" {
			continue
		}
		for _, e := range found[directory.Fold(name)] {
			wants, has := accounts[id].Attributes[attribute].Text(), e.Account.Attributes[attribute].Text()
			same := has != "" && directory.Fold(has) == directory.Fold(wants)
			switch {
			case former[e.ID] != "":
				ids[id] = e.ID
				lines = append(lines, fmt.Sprintf("worker %s, from worker %s: %s", id, former[e.ID], e.Path))
			case e.Class != "user" || has != "" && !same:
				problems = append(problems, fmt.Errorf("worker %q: %s %q is taken by %s %s, whose %s is %q: choose another name", id, p.target.login, name, e.Class, e.Path, attribute, has))
			case same && p.options.adopt != adoptNever, p.options.adopt == adoptAlways:
				ids[id] = e.ID
				lines = append(lines, fmt.Sprintf("worker %s: %s", id, e.Path))
			default:
				problems = append(problems, fmt.Errorf("worker %q: the account %s exists already as %s (its %s is %q, the document says %q). Set adopt_existing = %q to take it over, or choose another %s",
					id, name, e.Path, attribute, has, wants, map[bool]string{true: adoptMatched, false: adoptAlways}[same], p.target.loginKey()))
			}
		}
	}
	restored, err := p.restorable(ctx, dir, accounts, ids)
	return append(lines, restored...), errors.Join(append(problems, err)...)
}

// restorable adds to ids the deleted accounts of workers who have none, and
// returns a line about each. A disabled document restores too: who returns next
// week has their former account waiting, disabled, rather than another one.
func (p *population) restorable(ctx context.Context, dir userDirectory, accounts map[string]directory.Account, ids map[string]string) ([]string, error) {
	if !p.options.restore || !p.target.restores {
		return nil, nil
	}
	attribute := dir.WorkerIDAttribute()
	byValue := map[string]string{} // folded worker id at the target → worker id
	for id, a := range accounts {
		if v := a.Attributes[attribute].Text(); ids[id] == "" && v != "" {
			byValue[directory.Fold(v)] = id
		}
	}
	found, err := dir.WithDeleted().Find(ctx, attribute, slices.Sorted(maps.Keys(byValue)))
	if err != nil {
		return nil, err
	}
	var lines []string
	var problems []error
	for _, value := range slices.Sorted(maps.Keys(byValue)) {
		id := byValue[value]
		deleted := slices.DeleteFunc(slices.Clone(found[value]), func(e *directory.Existing) bool { return !e.Deleted || e.Lost != "" || e.Class != "user" })
		switch len(deleted) {
		case 0:
		case 1:
			ids[id] = deleted[0].ID
			lines = append(lines, fmt.Sprintf("worker %s: %s, which was deleted and is restored", id, deleted[0].Path))
		default:
			problems = append(problems, fmt.Errorf("worker %q: %d deleted accounts carry the %s %q, such as %s (%s): purge those that are not to come back, or set restore_deleted = false", id, len(deleted), attribute, value, deleted[0].Path, deleted[0].ID))
		}
	}
	return lines, errors.Join(problems...)
}

// parse reads documents, and reports the problems of each where it stands.
func (p *population) parse(docs map[string]string, diags *diag.Diagnostics) map[string]directory.Account {
	accounts := make(map[string]directory.Account, len(docs))
	bad := 0
	for _, id := range slices.Sorted(maps.Keys(docs)) {
		a, err := p.target.format.Unmarshal(docs[id])
		if err == nil {
			accounts[id] = a
			continue
		}
		if bad++; bad <= maxProblems {
			diags.AddAttributeError(p.path(id), "Invalid account document", fmt.Sprintf("Worker %q: %s.", id, strings.ReplaceAll(err.Error(), "\n", "; ")))
		}
	}
	if bad > maxProblems {
		diags.AddError("Invalid account document", fmt.Sprintf("… and %d more documents like those above.", bad-maxProblems))
	}
	return accounts
}

// differences returns the worker ids whose document says something else than
// the state, or whose account is not managed yet.
func (p *population) differences(want map[string]string) []string {
	var changed []string
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if p.ids[id] == "" || p.purging[id] || p.options.resetPassword || !p.target.sameDocument(p.before[id], want[id]) {
			changed = append(changed, id)
		}
	}
	return changed
}

// subset returns the ids of the workers named.
func (p *population) subset(workers []string) map[string]string {
	out := make(map[string]string, len(workers))
	for _, id := range workers {
		if object := p.ids[id]; object != "" {
			out[id] = object
		}
	}
	return out
}

// label names the account of a worker as the state knows it.
func (p *population) label(id string) string {
	a, err := p.target.format.Unmarshal(p.before[id])
	if err != nil {
		return ""
	}
	return fmt.Sprintf("(%s, %s)", a.Attributes[p.target.login].Text(), a.Attributes[p.target.label].Text())
}

func (p *population) path(id string) path.Path {
	if p.at != nil {
		return p.at(id)
	}
	return path.Root("accounts").AtMapKey(id)
}

func (p *population) connect(diags *diag.Diagnostics) (userDirectory, bool) {
	return p.target.open(p.data, diags)
}
