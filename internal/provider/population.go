// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-workforce/internal/activedirectory"
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
)

// population is the part that the resources for many users and for a single
// one share: account documents on one side, the domain on the other.
type population struct {
	data    *providerData
	options populationOptions
	// at returns where in the configuration a worker's account stands.
	at func(workerID string) path.Path
	// before holds the documents that the state records, by worker id.
	before map[string]string
	// ids holds the objectGUID of every account that is managed, by worker id.
	// Methods keep it up to date.
	ids map[string]string
	// seen holds accounts as they were last read from the domain.
	seen map[string]*directory.Existing
}

type populationOptions struct {
	adopt          string
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
	domain, ok := p.domain(diags)
	if !ok {
		return
	}
	ids := maps.Clone(p.ids)
	adopted, err := p.adopt(ctx, domain, accounts, ids)
	if err != nil {
		addProblems(diags, "Cannot take over an existing account", err)
		return
	}
	if len(adopted) > 0 {
		diags.AddWarning("Existing accounts will be taken over", fmt.Sprintf("%d accounts exist already and will be managed from now on:\n%s", len(adopted), listed(adopted)))
	}
	proposal := directory.Proposal{Format: activedirectory.Format, Valid: activedirectory.CheckAccount, Accounts: accounts, Changed: changed, IDs: ids}
	if err := proposal.Check(ctx, domain); err != nil {
		addProblems(diags, "The directory would refuse an account", err)
	}
	if len(removed) > 0 {
		p.planRemoval(ctx, removed, p.options.onRemoval, diags)
	}
}

func (p *population) planRemoval(ctx context.Context, removed []string, mode string, diags *diag.Diagnostics) {
	lines := make([]string, len(removed))
	for i, id := range removed {
		lines[i] = "worker " + id + " " + p.label(id)
	}
	verb := map[string]string{removeDisable: "disabled", removeRelease: "released: they stay as they are and are no longer managed", removeDelete: "deleted"}[mode]
	diags.AddWarning("Accounts are no longer wanted", fmt.Sprintf("%d accounts are managed now and have no document any more. By on_removal = %q they will be %s:\n%s", len(removed), mode, verb, listed(lines)))
	if limit := p.options.maxRemovals; limit != nil && int64(len(removed)) > *limit {
		diags.AddError("Too many accounts are no longer wanted", fmt.Sprintf("%d accounts have no document any more, and max_removals is %d:\n%s\nSee why they are gone; if it is right, raise max_removals for this run.", len(removed), *limit, listed(lines)))
	}
	p.checkRemoval(ctx, removed, mode, diags)
}

// checkRemoval refuses to delete an account before its retention has passed.
func (p *population) checkRemoval(ctx context.Context, removed []string, mode string, diags *diag.Diagnostics) {
	if mode != removeDelete {
		return
	}
	domain, ok := p.domain(diags)
	if !ok {
		return
	}
	since, err := domain.DisabledSince(ctx, p.subset(removed))
	if err != nil {
		addProblems(diags, "Cannot tell since when accounts are disabled", err)
		return
	}
	deadline := p.data.clock().AddDate(0, 0, -p.options.retentionDays)
	for _, id := range removed {
		when, disabled := since[id]
		switch {
		case !disabled:
			diags.AddAttributeError(p.path(id), "Refusing to delete an enabled account", fmt.Sprintf("Worker %q %s has no document any more and would be deleted, but the account is enabled. "+
				"Only accounts that have been disabled for retention_days (%d) are deleted: keep the worker in the accounts until then, or set on_removal = %q.", id, p.label(id), p.options.retentionDays, removeDisable))
		case when.After(deadline):
			diags.AddAttributeError(p.path(id), "Refusing to delete an account before its retention has passed", fmt.Sprintf("Worker %q %s would be deleted, but the account has been disabled only since %s; retention_days is %d, so it may be deleted from %s. "+
				"Keep the worker in the accounts until then.", id, p.label(id), when.UTC().Format(time.DateOnly), p.options.retentionDays, when.UTC().AddDate(0, 0, p.options.retentionDays).Format(time.DateOnly)))
		}
	}
}

// apply makes the domain agree with want, and returns the documents of the
// accounts as they are then: those that failed as they were read back.
func (p *population) apply(ctx context.Context, want map[string]string, diags *diag.Diagnostics) map[string]string {
	accounts := p.parse(want, diags)
	domain, ok := p.domain(diags)
	if !ok || diags.HasError() {
		return p.before
	}
	changed, removed := p.differences(want), p.removed(want)
	managed := maps.Clone(p.ids)
	if _, err := p.adopt(ctx, domain, accounts, p.ids); err != nil {
		addProblems(diags, "Cannot take over an existing account", err)
		return p.before
	}
	after := maps.Clone(want)
	changes := make([]activedirectory.Change, len(changed))
	for i, id := range changed {
		delete(after, id)
		changes[i] = p.change(id, accounts[id], managed[id])
	}
	options := activedirectory.ApplyOptions{Adopt: p.options.adopt != adoptNever, LinkLater: p.options.linkLater, KeepPassword: !p.options.changePassword}
	var failures []error
	for _, outcome := range domain.Apply(ctx, changes, options) {
		p.settle(domain, outcome, want[outcome.WorkerID], accounts[outcome.WorkerID], after)
		if outcome.Err != nil {
			failures = append(failures, outcome.Err)
		}
	}
	addFailures(diags, failures, len(changes))
	maps.Copy(after, p.remove(ctx, removed, p.options.onRemoval, diags))
	return after
}

// change describes what to do with one account; managed is its object id if
// this resource managed it before.
func (p *population) change(id string, want directory.Account, managed string) activedirectory.Change {
	c := activedirectory.Change{WorkerID: id, ID: p.ids[id], Want: want}
	if managed == "" || p.options.resetPassword {
		c.Password = p.options.password
	}
	if planned, err := activedirectory.Format.Unmarshal(p.before[id]); err == nil && managed != "" {
		c.Planned = &planned
	}
	return c
}

// settle records what became of one account.
func (p *population) settle(domain *activedirectory.Domain, o activedirectory.Outcome, doc string, want directory.Account, after map[string]string) {
	if o.ID != "" {
		p.ids[o.WorkerID] = o.ID
	}
	p.see(o.WorkerID, o.Account)
	before, had := p.before[o.WorkerID]
	switch {
	case o.Err == nil:
		after[o.WorkerID] = doc
	case o.Account != nil:
		after[o.WorkerID] = render(domain, doc, want, o.Account)
	case had:
		after[o.WorkerID] = before
	}
}

// remove takes accounts out of management, and returns the documents of those
// that could not be disabled or deleted.
func (p *population) remove(ctx context.Context, removed []string, mode string, diags *diag.Diagnostics) map[string]string {
	left := map[string]string{}
	if len(removed) == 0 {
		return left
	}
	if mode == removeRelease {
		for _, id := range removed {
			delete(p.ids, id)
		}
		return left
	}
	p.checkRemoval(ctx, removed, mode, diags)
	domain, ok := p.domain(diags)
	if !ok || diags.HasError() {
		for _, id := range removed {
			left[id] = p.before[id]
		}
		return left
	}
	removal := map[string]activedirectory.Removal{removeDisable: activedirectory.Disable, removeDelete: activedirectory.Delete}[mode]
	var failures []error
	for _, o := range domain.Remove(ctx, p.subset(removed), removal) {
		if o.Err != nil {
			failures = append(failures, o.Err)
			left[o.WorkerID] = p.before[o.WorkerID]
			continue
		}
		delete(p.ids, o.WorkerID)
	}
	addFailures(diags, failures, len(removed))
	return left
}

// refresh returns the documents of the state with what the domain holds now.
// An account that is gone is left out.
func (p *population) refresh(ctx context.Context, diags *diag.Diagnostics) map[string]string {
	accounts := p.parse(p.before, diags)
	if len(accounts) == 0 || diags.HasError() {
		return p.before
	}
	domain, ok := p.domain(diags)
	if !ok {
		return p.before
	}
	found, err := domain.Read(ctx, p.ids, attributesOf(accounts))
	if err != nil {
		addProblems(diags, "Cannot read accounts", err)
		return p.before
	}
	after := make(map[string]string, len(p.before))
	for id, doc := range p.before {
		if existing := found[id]; existing != nil {
			after[id] = render(domain, doc, accounts[id], existing)
			p.see(id, existing)
			continue
		}
		delete(p.ids, id)
	}
	return after
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
	domain, ok := p.domain(diags)
	if !ok {
		return nil
	}
	found, err := domain.Read(ctx, p.ids, nil)
	if err != nil {
		addProblems(diags, "Cannot read the account", err)
	}
	if found[id] == nil {
		return nil
	}
	p.see(id, found[id])
	return map[string]string{id: marshal(coreOf(found[id].Account))}
}

// importFrom returns core documents of every account below a container that
// carries a worker id.
func (p *population) importFrom(ctx context.Context, container string, diags *diag.Diagnostics) map[string]string {
	domain, ok := p.domain(diags)
	if !ok {
		return nil
	}
	missing, err := domain.MissingContainers(ctx, []string{container})
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("the container %q does not exist", container)
	}
	owned, ownedErr := domain.Owned(ctx)
	if err := errors.Join(err, ownedErr); err != nil {
		addProblems(diags, "Cannot import accounts", err)
		return nil
	}
	docs := map[string]string{}
	for _, e := range owned {
		id := e.Account.Attributes[domain.WorkerIDAttribute()].Text()
		if !activedirectory.Below(e.Path, container) {
			continue
		}
		if _, twice := docs[id]; twice {
			diags.AddError("Cannot import accounts", fmt.Sprintf("Two accounts below %s carry the worker id %q; one of them is %s. Correct the worker id of one of them first.", container, id, e.Path))
			continue
		}
		docs[id] = marshal(coreOf(e.Account))
		p.ids[id] = e.ID
	}
	return docs
}

// adopt adds to ids the accounts that exist already under the names of
// accounts without an id, and returns a line about each.
func (p *population) adopt(ctx context.Context, domain *activedirectory.Domain, accounts map[string]directory.Account, ids map[string]string) ([]string, error) {
	var names []string
	for id, a := range accounts {
		if ids[id] == "" {
			names = append(names, a.Attributes["sAMAccountName"].Text())
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	found, err := domain.Find(ctx, "sAMAccountName", names)
	if err != nil {
		return nil, err
	}
	var lines []string
	var problems []error
	attribute := domain.WorkerIDAttribute()
	for _, id := range slices.Sorted(maps.Keys(accounts)) {
		name := accounts[id].Attributes["sAMAccountName"].Text()
		if ids[id] != "" {
			continue
		}
		for _, e := range found[directory.Fold(name)] {
			wants, has := accounts[id].Attributes[attribute].Text(), e.Account.Attributes[attribute].Text()
			same := has != "" && directory.Fold(has) == directory.Fold(wants)
			switch {
			case e.Class != "user" || has != "" && !same:
				problems = append(problems, fmt.Errorf("worker %q: sAMAccountName %q is taken by %s %s, whose %s is %q: choose another name", id, name, e.Class, e.Path, attribute, has))
			case same && p.options.adopt != adoptNever, p.options.adopt == adoptAlways:
				ids[id] = e.ID
				lines = append(lines, fmt.Sprintf("worker %s: %s", id, e.Path))
			default:
				problems = append(problems, fmt.Errorf("worker %q: the account %s exists already as %s (its %s is %q, the document says %q). Set adopt_existing = %q to take it over, or choose another sam_account_name",
					id, name, e.Path, attribute, has, wants, map[bool]string{true: adoptMatched, false: adoptAlways}[same]))
			}
		}
	}
	return lines, errors.Join(problems...)
}

// parse reads documents, and reports the problems of each where it stands.
func (p *population) parse(docs map[string]string, diags *diag.Diagnostics) map[string]directory.Account {
	accounts := make(map[string]directory.Account, len(docs))
	bad := 0
	for _, id := range slices.Sorted(maps.Keys(docs)) {
		a, err := activedirectory.Format.Unmarshal(docs[id])
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
		if p.ids[id] == "" || p.options.resetPassword || !sameDocument(p.before[id], want[id]) {
			changed = append(changed, id)
		}
	}
	return changed
}

// removed returns the worker ids that the state has and want has not.
func (p *population) removed(want map[string]string) []string {
	var gone []string
	for _, id := range slices.Sorted(maps.Keys(p.before)) {
		if _, stays := want[id]; !stays {
			gone = append(gone, id)
		}
	}
	return gone
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
	a, err := activedirectory.Format.Unmarshal(p.before[id])
	if err != nil {
		return ""
	}
	return fmt.Sprintf("(%s, %s)", a.Attributes["sAMAccountName"].Text(), a.Attributes["cn"].Text())
}

func (p *population) path(id string) path.Path {
	if p.at != nil {
		return p.at(id)
	}
	return path.Root("accounts").AtMapKey(id)
}

func (p *population) domain(diags *diag.Diagnostics) (*activedirectory.Domain, bool) {
	domain, err := p.data.activeDirectory.Domain()
	if err != nil {
		diags.AddError("Active Directory cannot be used", err.Error())
	}
	return domain, err == nil
}
