// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
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
		_, domain, _ := strings.Cut(holder.have.text(attrPrincipal), "@")
		aside := strings.ReplaceAll(holder.ID, "-", "") + "@" + domain
		requests = append(requests, graphconn.Request{Method: http.MethodPatch, Path: "/users/" + holder.ID, Body: map[string]any{attrPrincipal: aside}})
		parts = append(parts, part{holder, "free the name of", attrPrincipal, nil})
		holder.have.values[attrPrincipal] = directory.Value{aside}
	}
	r.send(ctx, requests, parts)
}
