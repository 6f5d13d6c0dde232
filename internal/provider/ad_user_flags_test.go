// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strconv"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Flags of one account: written, kept, repaired when somebody changes them, and left alone when they are not managed.
func TestADUserFlags(t *testing.T) {
	s, ou := useMemoryDomain(t)
	p := startActions(t, nil)
	const expiresNot, smartcard, notDelegated, normal = 0x10000, 0x40000, 0x100000, 512
	is := func(when string, id string, want int) {
		t.Helper()
		for _, u := range s.Users() {
			if have := u.First("userAccountControl"); u.ID == id && have != strconv.Itoa(want) {
				t.Errorf("%s: userAccountControl is %s, expected %d", when, have, want)
			}
		}
	}
	config := func(flags map[string]bool) map[string]tftypes.Value {
		out := map[string]tftypes.Value{"container": text(ou), "common_name": text("Zoë"), "sam_account_name": text("zoe")}
		for name, v := range flags {
			out[name] = flagOf(v)
		}
		return out
	}
	flags := map[string]bool{"password_never_expires": true, "smart_card_required": false}
	made := p.mustApply(t, p.nothing(t, "workforce_ad_user"), config(flags))
	id := fieldsOf(t, made.state)["id"]
	is("created", id, normal|expiresNot)
	writes := s.Modifies.Load()
	if again := p.mustApply(t, p.mustRead(t, made), config(flags)); !again.state.Equal(made.state) || s.Modifies.Load() != writes {
		t.Errorf("the second plan is not empty:\n%s\n%s", made.state, again.state)
	}
	s.Set(id, "userAccountControl", strconv.Itoa(normal|smartcard|notDelegated))
	drifted := p.mustRead(t, made)
	var values map[string]tftypes.Value
	if err := drifted.state.As(&values); err != nil {
		t.Fatal(err)
	}
	presents(t, values, map[string]any{"password_never_expires": false, "smart_card_required": true,
		"account_not_delegated": nil, "enabled": true})
	repaired := p.mustApply(t, drifted, config(flags))
	is("repaired", id, normal|expiresNot|notDelegated)
	flags["account_not_delegated"] = false
	delete(flags, "smart_card_required")
	p.mustApply(t, repaired, config(flags))
	is("managed", id, normal|expiresNot)
	valid, err := p.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: "workforce_ad_user",
		Config: dynamic(t, p.schema(t, "workforce_ad_user").ValueType(), map[string]tftypes.Value{"account": text("{}"),
			"password_never_expires": flagOf(true)})})
	if err != nil {
		t.Fatal(err)
	}
	says(t, said(valid.Diagnostics), "ERROR", "account", "password_never_expires")
}
