// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// restore takes users that were deleted within 30 days back into use. They keep
// their object id. Where somebody else has got the name meanwhile, the wanted one
// is given in the same request.
// https://learn.microsoft.com/graph/api/directory-deleteditems-restore
func (r *run) restore(ctx context.Context) {
	var gone []*task
	for _, k := range r.alive() {
		if k.ID != "" && k.have == nil {
			gone = append(gone, k)
		}
	}
	if len(gone) == 0 {
		return
	}
	var requests []graphconn.Request
	for _, k := range gone {
		requests = append(requests, graphconn.Request{Method: http.MethodPost, Path: "/directory/deletedItems/" + k.ID + "/restore", Repeatable: true, Body: map[string]any{"autoReconcileProxyConflict": true}})
	}
	results := r.client.Batch(ctx, r.keptOut(requests, gone))
	var again []int
	for i, k := range gone {
		if _, conflict := graphconn.IsConflict(results[i].Err); conflict {
			requests[i].Body = map[string]any{"autoReconcileProxyConflict": true, "newUserPrincipalName": k.principal()}
			again = append(again, i)
		}
	}
	part, tasks := make([]graphconn.Request, len(again)), make([]*task, len(again))
	for j, i := range again {
		part[j], tasks[j] = requests[i], gone[i]
	}
	for j, result := range r.client.Batch(ctx, r.keptOut(part, tasks))[:len(again)] {
		results[again[j]] = result
	}
	present := r.alreadyRestored(ctx, gone, results)
	back := map[string]*task{}
	for i, k := range gone {
		switch err := results[i].Err; {
		case err == nil, present[k.ID] != nil:
			back[k.ID] = k
			k.touched, k.out.Changed, k.restored = true, true, true
		case graphconn.IsNotFound(err):
			k.out.ID = ""
			k.fail("read", "", fmt.Errorf("%w: no user has the object id %s, and no deleted one that can be restored", directory.ErrGone, k.ID))
		default:
			k.fail("restore", "", explainOp("restore", err))
		}
	}
	r.forgetDeleted()
	r.readRestored(ctx, back)
}

// alreadyRestored returns the users, by object id, who are no deleted ones because they were
// restored by a request whose answer was lost.
func (r *run) alreadyRestored(ctx context.Context, gone []*task, results []graphconn.Result) map[string]*user {
	var ids []string
	for i, k := range gone {
		if graphconn.IsNotFound(results[i].Err) {
			ids = append(ids, k.ID)
		}
	}
	present, err := r.each(ctx, ids)
	if err != nil {
		return nil // that they are neither here nor there is said
	}
	return present
}

// keptOut adds to restorations that whoever is not to sign in yet is disabled in
// the same batch, not some moments later when the user shows. The outcome does
// not matter: what is left to be written is written afterwards.
func (r *run) keptOut(restorations []graphconn.Request, tasks []*task) []graphconn.Request {
	r.mu.Lock()
	disabled := map[string]bool{}
	for _, u := range r.deleted {
		disabled[u.id] = !u.enabled
	}
	r.mu.Unlock()
	out := slices.Clone(restorations)
	for i, k := range tasks {
		if !k.Want.Enabled && !disabled[k.ID] {
			k.keptOut = true
			out = append(out, graphconn.Request{Method: http.MethodPatch, Path: "/users/" + k.ID, Body: map[string]any{attrEnabled: false}, After: []int{i}})
		}
	}
	return out
}

// readRestored waits until restored users show.
func (r *run) readRestored(ctx context.Context, back map[string]*task) {
	err := r.until(ctx, true, func() (bool, error) {
		var ids []string
		for id, k := range back {
			if k.have == nil {
				ids = append(ids, id)
			}
		}
		found, err := r.each(ctx, ids)
		for id, u := range found {
			back[id].have = u
		}
		return len(found) == len(ids), err
	})
	for _, k := range back {
		switch {
		case k.have != nil:
		case err != nil:
			k.fail("restore", "", explain(err))
		default:
			k.fail("restore", "", fmt.Errorf("the user was restored and does not show within %s; run again", visibility))
		}
	}
}

// each reads users one by one, which shows changes earlier than a filter does.
func (t *Tenant) each(ctx context.Context, ids []string) (map[string]*user, error) {
	properties, query := t.query()
	requests := make([]graphconn.Request, len(ids))
	for i, id := range ids {
		requests[i] = graphconn.Request{Method: http.MethodGet, Path: "/users/" + id, Query: query}
	}
	out := make(map[string]*user, len(ids))
	for i, result := range t.client.Batch(ctx, requests) {
		if graphconn.IsNotFound(result.Err) {
			continue
		}
		if result.Err != nil {
			return out, t.explainRead(result.Err, properties)
		}
		u, err := t.parseUser(result.Response.Body, properties)
		if err != nil {
			return out, err
		}
		out[strings.ToLower(ids[i])] = u
	}
	return out, nil
}

func (t *Tenant) forgetDeleted() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.deleted = nil
}
