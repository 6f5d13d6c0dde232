// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"fmt"
	"net/http"
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
	results := r.client.Batch(ctx, requests)
	var again []int
	for i, k := range gone {
		if _, conflict := graphconn.IsConflict(results[i].Err); conflict {
			requests[i].Body = map[string]any{"autoReconcileProxyConflict": true, "newUserPrincipalName": k.principal()}
			again = append(again, i)
		}
	}
	part := make([]graphconn.Request, len(again))
	for j, i := range again {
		part[j] = requests[i]
	}
	for j, result := range r.client.Batch(ctx, part) {
		results[again[j]] = result
	}
	back := map[string]*task{}
	for i, k := range gone {
		switch err := results[i].Err; {
		case err == nil:
			back[k.ID] = k
			k.touched, k.out.Changed = true, true
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
