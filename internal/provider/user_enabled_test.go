// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccUserDisabledByHand holds what the page of the resource says about enabled: unset, it leaves alone who was
// disabled by hand; true is drift.
func TestAccUserDisabledByHand(t *testing.T) {
	s := useTenant(t, graph.Options{})
	d := useDomain(t)
	ou := d.Container(t)
	for _, c := range []struct {
		name    string
		set     map[string]tftypes.Value
		disable func()
	}{
		{"workforce_entra_user",
			map[string]tftypes.Value{"user_principal_name": text("hand@example.com"), "display_name": text("Hand"), "mail_nickname": text("hand")},
			func() { s.Update("hand@example.com", map[string]any{"accountEnabled": false}) }},
		{"workforce_ad_user", map[string]tftypes.Value{"container": text(ou), "common_name": text("Hand"), "sam_account_name": text("hand")},
			func() {
				mustModify(t, d, "dn: CN=Hand,"+ou+"\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 514\n")
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := startActions(t, nil)
			on := maps.Clone(c.set)
			on["enabled"] = flagOf(true)
			enabled := func(h held) bool {
				t.Helper()
				values, is := map[string]tftypes.Value{}, false
				if err := h.state.As(&values); err != nil {
					t.Fatal(err)
				}
				if err := values["enabled"].As(&is); err != nil {
					t.Fatal(err)
				}
				return is
			}
			now := p.mustApply(t, p.nothing(t, c.name), c.set)
			if !enabled(now) {
				t.Error("a new account is not enabled")
			}
			c.disable()
			now = p.mustRead(t, now)
			if after := p.mustApply(t, now, c.set); enabled(now) || !after.state.Equal(now.state) {
				t.Errorf("disabled by hand is drift:\n%s\n%s", now.state, after.state)
			}
			if now = p.mustApply(t, now, on); !enabled(now) || !enabled(p.mustRead(t, now)) {
				t.Error("enabled = true does not enable the account again")
			}
		})
	}
}
