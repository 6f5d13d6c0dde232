// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-workforce/internal/directory"
)

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

// withoutObjects returns the removed workers whose account no worker of want
// has taken over.
func withoutObjects(removed []string, before, after, want map[string]string) []string {
	taken := map[string]bool{}
	for id := range want {
		taken[after[id]] = true
	}
	return slices.DeleteFunc(slices.Clone(removed), func(id string) bool { return before[id] != "" && taken[before[id]] })
}

func (p *population) planRemoval(ctx context.Context, removed []string, mode string, diags *diag.Diagnostics) {
	lines := make([]string, len(removed))
	for i, id := range removed {
		lines[i] = "worker " + id + " " + p.label(id)
	}
	verb := map[string]string{removeDisable: "disabled", removeRelease: "released: they stay as they are and are no longer managed", removeDelete: "deleted", removePurge: "deleted for good"}[mode]
	diags.AddWarning("Accounts are no longer wanted", fmt.Sprintf("%d accounts are managed now and have no document any more. By on_removal = %q they will be %s:\n%s", len(removed), mode, verb, listed(lines)))
	if limit := p.options.maxRemovals; limit != nil && int64(len(removed)) > *limit {
		diags.AddError("Too many accounts are no longer wanted", fmt.Sprintf("%d accounts have no document any more, and max_removals is %d:\n%s\nSee why they are gone; if it is right, raise max_removals for this run.", len(removed), *limit, listed(lines)))
	}
	p.checkProtected(ctx, removed, mode, diags)
	p.checkRemoval(ctx, removed, mode, diags)
}

// checkRemoval refuses to delete an account before its retention has passed.
func (p *population) checkRemoval(ctx context.Context, removed []string, mode string, diags *diag.Diagnostics) {
	if mode != removeDelete && mode != removePurge {
		return
	}
	dir, ok := p.connect(diags)
	if !ok {
		return
	}
	since, err := dir.DisabledSince(ctx, p.subset(removed))
	if err != nil {
		addProblems(diags, "Cannot tell since when accounts are disabled", err)
		return
	}
	deadline := p.data.clock().AddDate(0, 0, -p.options.retentionDays)
	for _, id := range removed {
		when, disabled := since[id]
		switch {
		case p.purging[id]: // deleted already, after its retention
		case !disabled:
			diags.AddAttributeError(p.path(id), "Refusing to delete an enabled account", fmt.Sprintf("Worker %q %s has no document any more and would be deleted, but the account is enabled. "+
				"Only accounts that have been disabled for retention_days (%d) are deleted: keep the worker in the accounts until then, or set on_removal = %q.", id, p.label(id), p.options.retentionDays, removeDisable))
		case when.After(deadline):
			diags.AddAttributeError(p.path(id), "Refusing to delete an account before its retention has passed", fmt.Sprintf("Worker %q %s would be deleted, but the account has been disabled only since %s; retention_days is %d, so it may be deleted from %s. "+
				"Keep the worker in the accounts until then.", id, p.label(id), when.UTC().Format(time.DateOnly), p.options.retentionDays, when.UTC().AddDate(0, 0, p.options.retentionDays).Format(time.DateOnly)))
		}
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
	var refused diag.Diagnostics // apart: a failure elsewhere must not keep leavers in
	p.checkRemoval(ctx, removed, mode, &refused)
	dir, ok := p.connect(&refused)
	diags.Append(refused...)
	if !ok || refused.HasError() {
		return p.keepAll(removed)
	}
	defer p.data.endRemovals(p)
	ours, err := p.stillOurs(ctx, dir, removed, left, diags)
	if err != nil {
		addProblems(diags, "Cannot read accounts", err)
		return p.keepAll(removed)
	}
	removal := map[string]directory.Removal{removeDisable: directory.Disable, removeDelete: directory.Delete, removePurge: directory.Purge}[mode]
	var failures []error
	for _, o := range dir.Remove(ctx, p.subset(ours), removal) {
		if o.Err != nil {
			failures = append(failures, o.Err)
			left[o.WorkerID] = p.before[o.WorkerID]
			if removal == directory.Purge && o.Changed {
				if p.purging == nil {
					p.purging = map[string]bool{}
				}
				p.purging[o.WorkerID] = true
			}
			continue
		}
		delete(p.ids, o.WorkerID)
		delete(p.purging, o.WorkerID)
	}
	addFailures(diags, failures, len(ours))
	return left
}

// keepAll returns the documents of the removed workers as the state has them.
func (p *population) keepAll(removed []string) map[string]string {
	left := make(map[string]string, len(removed))
	for _, id := range removed {
		left[id] = p.before[id]
	}
	return left
}

// stillOurs returns the removed workers whose account is as this resource
// knows it, and begins their removal. One that another resource of the same run has taken over is
// released; one that somebody else has changed since the plan stays as it is.
func (p *population) stillOurs(ctx context.Context, dir userDirectory, removed []string, left map[string]string, diags *diag.Diagnostics) ([]string, error) {
	accounts := make(map[string]directory.Account, len(removed))
	for _, id := range removed {
		if a, err := p.target.format.Unmarshal(p.before[id]); err == nil {
			accounts[id] = a
		}
	}
	found, err := dir.Read(ctx, p.subset(removed), attributesOf(accounts))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(removed), func(id string) bool {
		switch e := found[id]; {
		case e == nil: // deleted already, which Remove takes for done
			return false
		case p.data.claimedByAnother(p, e.ID):
			delete(p.ids, id)
			return true
		case p.target.marshal(dir.Render(accounts[id], e)) != p.target.marshal(accounts[id]):
			left[id] = p.before[id]
			diags.AddAttributeError(p.path(id), "The account has changed since the plan", fmt.Sprintf("Worker %q %s has no document any more, but %s is no longer as it was when the plan was made, so it was left alone. Plan again.", id, p.label(id), e.Path))
			return true
		case !p.data.beginRemoval(p, e.ID): // taken over since the first look
			delete(p.ids, id)
			return true
		}
		return false
	}), nil
}
