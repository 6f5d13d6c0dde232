// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

var _ directory.UsageTeller = (*Tenant)(nil)

// Usage implements [directory.UsageTeller]: what [Tenant.LastSignIns] and [Tenant.Roles] know,
// with the roles that Microsoft counts among the privileged ones.
func (t *Tenant) Usage(ctx context.Context, ids []string) (map[string]directory.Usage, string, error) {
	signIns, roles := t.LastSignIns(ctx, ids), t.Roles(ctx, ids)
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	out := make(map[string]directory.Usage, len(ids))
	for _, id := range ids {
		key := strings.ToLower(id)
		if signIns.Unknown == "" && !signIns.exist[key] {
			continue
		}
		u := directory.Usage{SignInsKnown: signIns.Unknown == "", LastSignIn: signIns.Last[key]}
		for _, r := range roles.Held[key] {
			switch {
			case !r.Privileged:
			case r.Group != "":
				u.Privileged = append(u.Privileged, r.Name+" (by "+r.Group+")")
			default:
				u.Privileged = append(u.Privileged, r.Name)
			}
		}
		u.Privileged = slices.Compact(u.Privileged)
		if u.SignInsKnown || len(u.Privileged) > 0 {
			out[id] = u
		}
	}
	var partly []string
	if signIns.Unknown != "" {
		partly = append(partly, "Last sign-ins are not known: "+signIns.Unknown+".")
	}
	if roles.Unknown != "" {
		partly = append(partly, "Privileged roles are not known: "+roles.Unknown+".")
	}
	return out, strings.Join(partly, " "), nil
}
