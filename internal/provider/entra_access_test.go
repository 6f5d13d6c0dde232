// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccEntraPopulation_accessFirst: a leaver of whom another attribute is refused is
// disabled all the same, and sessions that were not revoked are drift until they are.
func TestAccEntraPopulation_accessFirst(t *testing.T) {
	s := useTenant(t, graph.Options{})
	t.Setenv("WORKFORCE_ENTRA_DISABLED_SINCE_ATTRIBUTE", "") // the default records
	all := people{"p1": cloudPerson("p1", "Ada Byron"), "p2": cloudPerson("p2", "Wei Li")}
	left := func(p people, language string) people {
		return p.with("p1", func(a *directory.Account) {
			a.Enabled, a.DisabledFor, a.Sessions = false, directory.ForLeft, directory.SessionsRevoked
			a.Attributes["preferredLanguage"] = directory.Value{language}
		})
	}
	first := ""
	refused := resource.TestStep{Config: cloudConfig(""), ConfigVariables: left(all, "deutsch und english").cloudVariables(),
		PreConfig: func() {
			first, _ = s.User("p1@example.com")["signInSessionsValidFromDateTime"].(string)
			s.Fault(graph.Fault{Path: "revokeSignInSessions", Status: 403, Times: -1})
		},
		ExpectError: wordsInOrder("preferredLanguage")}
	pending := resource.TestStep{Config: cloudConfig(""), ConfigVariables: left(all, "de-DE").cloudVariables(), PlanOnly: true, ExpectNonEmptyPlan: true,
		PreConfig: func() {
			u := s.User("p1@example.com")
			own, _ := u["onPremisesExtensionAttributes"].(map[string]any)
			if since, _ := own["extensionAttribute15"].(string); u["accountEnabled"] != false || !strings.HasSuffix(since, " left") {
				t.Errorf("the leaver is not disabled: %v", u)
			}
			if u["signInSessionsValidFromDateTime"] != first {
				t.Error("sessions were revoked although that is refused")
			}
			s.Update("p1@example.com", map[string]any{"preferredLanguage": "de-DE"}) // sessions alone are left
		}}
	done := cloudStep(left(all, "de-DE"), userHolds(s, "p1@example.com", "accountEnabled", "false"))
	done.PreConfig = s.ClearFaults
	back := cloudStep(all, userHolds(s, "p1@example.com", "accountEnabled", "true", "onPremisesExtensionAttributes", "{}"))
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{cloudStep(all), refused, pending, done, back}})
}
