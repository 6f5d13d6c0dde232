// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/roster"
)

// askedUsage is of how many accounts the directory is asked how they are used.
const askedUsage = 1000

// usageOf asks how the accounts are used about which the report may ask: of those who lose or
// get access, and of those who can sign in although something speaks against it. That it
// cannot be known stops nobody.
func usageOf(
	ctx context.Context, dir userDirectory, r *roster.Result, diags *diag.Diagnostics,
) (usage map[string]directory.Usage, unknown string) {
	teller, ok := dir.(directory.UsageTeller)
	if !ok {
		return nil, ""
	}
	var ids []string
	for i := range r.Decisions {
		d, p := &r.Decisions[i], &r.Profiles[i]
		changes := p.CouldSignIn != p.CanSignIn
		doubtful := p.CanSignIn && (d.Action == roster.ActionAbsent || d.Action == roster.ActionSetAside || d.Action == roster.ActionHeld ||
			p.Override != "")
		if d.ObjectID != "" && (changes || doubtful) {
			ids = append(ids, d.ObjectID)
		}
	}
	if len(ids) == 0 {
		return nil, ""
	}
	if len(ids) > askedUsage {
		diags.AddWarning("The report leaves out when some accounts were last used",
			fmt.Sprintf("The report tells it of the first %d of the %d accounts whose access changes or is in question.", askedUsage, len(ids)))
		ids = ids[:askedUsage]
	}
	usage, unknown, err := teller.Usage(ctx, ids)
	if err != nil {
		diags.AddWarning("The last sign-ins and privileged groups of accounts cannot be read",
			"The report tells no last sign-in and no privileged group. "+err.Error())
	}
	return usage, unknown
}
