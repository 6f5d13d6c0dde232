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

// stepAside gives users whose principal name somebody else of the run is to get a
// name that is theirs alone, so that names can change hands in any order, in
// circles, too. The new name is written with everything else.
func (r *run) stepAside(ctx context.Context) {
	holds := r.leavable(ctx)
	var requests []graphconn.Request
	var parts []part
	for _, k := range r.alive() {
		holder := holds[directory.Fold(k.principal())]
		if holder == nil || holder == k {
			continue
		}
		requests = append(requests, graphconn.Request{Method: http.MethodPatch, Path: "/users/" + holder.ID, Body: map[string]any{attrPrincipal: holder.have.interim()}})
		parts = append(parts, part{holder, "free the name of", attrPrincipal, nil})
	}
	r.send(ctx, requests, parts)
	for _, p := range parts {
		if !p.failed[attrPrincipal] {
			p.have.values[attrPrincipal] = directory.Value{p.have.interim()}
		}
	}
}

// leavable returns the users who are to get another principal name, by the one that they
// have: if somebody of the run is to get that, and only those who can have the next one.
// Whoever would find it taken keeps theirs, rather than being left with none that they know.
func (r *run) leavable(ctx context.Context) map[string]*task {
	holds := map[string]*task{}
	for _, k := range r.alive() {
		if k.have != nil && !strings.EqualFold(k.have.text(attrPrincipal), k.principal()) {
			holds[directory.Fold(k.have.text(attrPrincipal))] = k
		}
	}
	wanted := func(k *task) bool { other := holds[directory.Fold(k.principal())]; return other != nil && other != k }
	if !slices.ContainsFunc(r.alive(), wanted) {
		return nil
	}
	var next []string
	for _, k := range holds {
		next = append(next, k.principal())
	}
	slices.Sort(next)
	holders := map[string]string{} // object ids by name
	err := r.filter(ctx, attrPrincipal, next, func(u *user) { holders[directory.Fold(u.text(attrPrincipal))] = u.id })
	if err != nil {
		for _, k := range holds {
			k.fail("free the name of", attrPrincipal, explain(err))
		}
		return nil
	}
	for kept := true; kept; {
		kept = false
		for name, k := range holds {
			key := directory.Fold(k.principal())
			if id := holders[key]; id != "" && !r.isGone(id) && (holds[key] == nil || holds[key].ID != id) {
				delete(holds, name)
				kept = true
			}
		}
	}
	return holds
}

// stillAside says of users whose next name could not be written that they go by an
// interim one.
func (r *run) stillAside() {
	for _, k := range r.tasks {
		if e := k.out.Account; e != nil && e.Interim && len(k.errs) > 0 {
			k.fail("rename", attrPrincipal, fmt.Errorf("the former name was needed for somebody else, and the user is called %s until the next apply gives it the name %s", e.Path, k.principal()))
		}
	}
}
