// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// recorded is private state.
type recorded map[string]string

func (r recorded) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) {
	return []byte(r[key]), nil
}

// TestADUser_moved: an account that somebody moved to another domain is not managed here, is remembered under the present worker id,
// and keeps its place in the state.
func TestADUser_moved(t *testing.T) {
	var problems diag.Diagnostics
	r := &userResource{target: activeDirectoryTarget, data: &providerData{activeDirectory: newLazyDomain(nil, &problems)}}
	for name, c := range map[string]struct {
		private     recorded
		here, moved string
	}{
		"here":  {recorded{}, "guid", ""},
		"moved": {recorded{privateMoved: `{"old":"guid"}`}, "", "guid"},
	} {
		state := r.target.newArguments()
		state.ID, state.WorkerID, state.Account = types.StringValue("guid"), types.StringValue("new"), types.StringValue("{}")
		var diags diag.Diagnostics
		p, id := r.managed(t.Context(), state, state, "{}", c.private, &diags)
		if diags.HasError() || id != "new" || p.Memory.IDs[id] != c.here || p.Memory.Moved[id] != c.moved || len(p.Memory.Moved) > 1 {
			t.Errorf("%s: worker %q, memory %+v, %v", name, id, p.Memory, diags)
		}
		r.record(state, p, id, "{}", &diags)
		if state.ID.ValueString() != "guid" {
			t.Errorf("%s: the id in the state is %q", name, state.ID.ValueString())
		}
	}
}
