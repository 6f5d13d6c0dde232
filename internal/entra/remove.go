// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// Remove disables or deletes users, given by worker id with their object id. A
// disabled user's sessions are revoked with it. Deleting is soft: for 30 days the
// user can be restored, unless it is purged. A user that is gone already is no error, and what is
// synchronised from Active Directory is left to it.
func (t *Tenant) Remove(ctx context.Context, ids map[string]string, mode directory.Removal) []directory.Outcome {
	r := &run{Tenant: t, removing: true, byWorker: map[string]*task{}}
	workers := slices.Sorted(maps.Keys(ids))
	outcomes := make([]directory.Outcome, len(workers))
	for i, worker := range workers {
		id := strings.ToLower(ids[worker])
		outcomes[i] = directory.Outcome{WorkerID: worker, ID: id}
		r.tasks = append(r.tasks, &task{Change: directory.Change{WorkerID: worker, ID: id}, out: &outcomes[i], failed: map[string]bool{}})
	}
	ctx = r.recorded(ctx)
	found, err := t.fetch(ctx, slices.Collect(maps.Values(ids)))
	if err == nil {
		err = t.guard(ctx)
	}
	if err != nil {
		r.failAll(err)
	}
	var requests []graphconn.Request
	var parts []part
	for _, k := range r.alive() {
		k.have = found[k.ID]
		path := "/users/" + k.ID
		switch {
		case k.have == nil:
		case mode == directory.Disable && !k.have.enabled && (k.have.record.at.IsZero() || k.have.sessions() != directory.SessionsLive):
			k.have = nil // nothing is left to be done
		case k.have.synced():
			k.fail(removals[mode], "", directory.Because(directory.ErrProtected, errors.New("the user is synchronised from Active Directory: disable or delete the account there")))
		case t.protection(k.ID) != "":
			k.fail(removals[mode], "", directory.Because(directory.ErrProtected, errors.New(t.protection(k.ID))))
		case mode != directory.Disable:
			requests, parts = append(requests, graphconn.Request{Method: http.MethodDelete, Path: path}), append(parts, part{k, removals[mode], "", nil})
		default:
			k.wantDisabled(directory.ForOutOfScope) // the rules enable it when its worker is wanted again
		}
	}
	if mode == directory.Disable {
		r.takeAccess(ctx)
	}
	for i, result := range t.client.Batch(ctx, requests) {
		p := parts[i]
		switch {
		case result.Err == nil:
			p.touched, p.out.Changed = true, true
		case graphconn.IsNotFound(result.Err): // gone meanwhile
		default:
			p.fail(p.op, p.attribute, explainOp(p.op, result.Err))
		}
	}
	if mode == directory.Purge {
		r.purge(ctx)
	}
	r.forgetRemoved(ctx, mode)
	for _, k := range r.tasks {
		k.out.Err = errors.Join(k.errs...)
	}
	return outcomes
}

// wantDisabled wants a user disabled for a cause, which is "" where no rule is to enable it
// again. The record of one that is disabled already stays; whose sessions outlived it
// are revoked.
func (k *task) wantDisabled(cause string) {
	k.Want.Sessions, k.Want.DisabledFor = directory.SessionsRevoked, cause
	if !k.have.enabled {
		k.Want.DisabledFor = k.have.record.cause
	}
}

var removals = map[directory.Removal]string{directory.Disable: "disable", directory.Delete: "delete", directory.Purge: "purge"}

// purge deletes for good what was deleted: a moment ago, or by an earlier run that broke off.
// https://learn.microsoft.com/graph/api/directory-deleteditems-delete
func (r *run) purge(ctx context.Context) {
	var requests []graphconn.Request
	var tasks []*task
	for _, k := range r.alive() {
		requests, tasks = append(requests, graphconn.Request{Method: http.MethodDelete, Path: "/directory/deletedItems/" + k.ID}), append(tasks, k)
	}
	for i, result := range r.patient(ctx, requests, func(i int) bool { return tasks[i].touched }) {
		if result.Err != nil && (tasks[i].touched || !graphconn.IsNotFound(result.Err)) {
			tasks[i].fail(removals[directory.Purge], "", fmt.Errorf("the user is deleted, and only Microsoft Entra ID itself removes it for good, after 30 days, unless the next apply can: %w", explainOp("purge", result.Err)))
		}
	}
}

// forgetRemoved keeps the snapshot right, and makes sure that nobody disabled is still enabled.
func (r *run) forgetRemoved(ctx context.Context, mode directory.Removal) {
	ctx, cancel := detach(ctx)
	defer cancel()
	if mode != directory.Disable {
		r.forgetDeleted()
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, k := range r.tasks {
			if r.all != nil && k.touched && len(k.errs) == 0 {
				r.all.drop(k.ID)
			}
		}
		return
	}
	open := map[string]*task{}
	for _, k := range r.alive() {
		if k.touched && len(k.errs) == 0 {
			open[k.ID] = k
		}
	}
	err := r.until(ctx, true, func() (bool, error) {
		found, err := r.each(ctx, slices.Sorted(maps.Keys(open)))
		for id, u := range found {
			if !u.enabled {
				open[id].out.Account = u.existing()
				r.note(u)
				delete(open, id)
			}
		}
		return len(open) == 0, err
	})
	for _, k := range open {
		if err != nil {
			k.fail("read back", attrEnabled, explain(err))
			continue
		}
		k.fail("read back", attrEnabled, fmt.Errorf("%w: the user is still enabled", directory.ErrNotAsWritten))
	}
}

// DisabledSince returns since when users are disabled, by worker id; those that
// are enabled, or gone, are absent. Microsoft Entra ID keeps no such record, so
// the time is the one that this package wrote when it disabled them.
func (t *Tenant) DisabledSince(ctx context.Context, ids map[string]string) (map[string]time.Time, error) {
	name := t.o.DisabledSinceAttribute
	if name == "" {
		return nil, errors.New("since when a user is disabled is not recorded by Microsoft Entra ID: set disabled_since_attribute in the entra block of the provider, so that this provider does")
	}
	found, err := t.byIDs(ctx, slices.Collect(maps.Values(ids)), true)
	if err != nil {
		return nil, err
	}
	out := map[string]time.Time{}
	for worker, id := range ids {
		u := found[strings.ToLower(id)]
		if u == nil || u.enabled {
			continue
		}
		if u.record.at.IsZero() {
			return nil, fmt.Errorf("worker %q: %s of %s: found %q, expected the time since when the user is disabled, as this provider records it; write it there as RFC 3339, or leave the user disabled", worker, name, u.text(attrPrincipal), u.text(name))
		}
		out[worker] = u.record.at
	}
	return out, nil
}
