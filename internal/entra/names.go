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

// stepAside gives users whose principal name somebody else of the run is to get a
// name that is theirs alone, so that names can change hands in any order, in
// circles, too. The new name is written with everything else.
func (r *run) stepAside(ctx context.Context) {
	holds := map[string]*task{}
	for _, k := range r.alive() {
		if k.have != nil && !strings.EqualFold(k.have.text(attrPrincipal), k.principal()) {
			holds[directory.Fold(k.have.text(attrPrincipal))] = k
		}
	}
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

// stillAside says of users whose next name could not be written that they go by an
// interim one.
func (r *run) stillAside() {
	for _, k := range r.tasks {
		if e := k.out.Account; e != nil && e.Interim && len(k.errs) > 0 {
			k.fail("rename", attrPrincipal, fmt.Errorf("the former name was needed for somebody else, and the user is called %s until the next apply gives it the name %s", e.Path, k.principal()))
		}
	}
}
