// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

func TestAccEntraPopulation_lifeOfAPopulation(t *testing.T) {
	s := useTenant(t, graph.Options{VisibleAfterReads: 2})
	all := people{
		"p1": cloudPerson("p1", "Ada Byron", "manager", "p3", "department", "Sales", "jobTitle", "Clerk", "employeeOrgData/costCenter", "4711", "employeeHireDate", "2026-01-05"),
		"p2": cloudPerson("p2", hostile, "manager", "p1", "givenName", "Zoë", "usageLocation", "DE", "businessPhones", "+61 2 5550 1234",
			"authorizationInfo/certificateUserIds", "X509:<PN>p2@example.com"),
		"p3": cloudPerson("p3", "Éva #3", "manager", "p2", "onPremisesExtensionAttributes/extensionAttribute1", "x"),
	}
	moved := all.with("p1", func(a *directory.Account) {
		a.Attributes["department"], a.Attributes["jobTitle"], a.Attributes["userPrincipalName"] = directory.Value{"Marketing"}, nil, directory.Value{"ada.king@example.com"}
	}).with("p3", func(a *directory.Account) { a.Enabled = false }).with("p2", func(a *directory.Account) {
		a.Attributes["authorizationInfo/certificateUserIds"] = nil
	})
	upper := moved.with("p1", func(a *directory.Account) {
		a.Attributes["userPrincipalName"] = directory.Value{"Ada.King@EXAMPLE.com"}
	})
	var first string
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			cloudStep(all, managedBy(s, "p1@example.com", "p3@example.com"), managedBy(s, "p2@example.com", "p1@example.com"), managedBy(s, "p3@example.com", "p2@example.com"),
				userHolds(s, "p1@example.com", "department", `"Sales"`, "employeeOrgData", `{"costCenter":"4711"}`, "accountEnabled", "true"),
				userHolds(s, "p2@example.com", "businessPhones", `["+61 2 5550 1234"]`, "usageLocation", `"DE"`,
					"authorizationInfo", `{"certificateUserIds":["X509:\u003cPN\u003ep2@example.com"]}`),
				func(*terraform.State) error { first = s.UserID("p1@example.com"); return nil }),
			cloudStep(moved, userHolds(s, "ada.king@example.com", "department", `"Marketing"`, "jobTitle", "null"), userHolds(s, "p3@example.com", "accountEnabled", "false"),
				userHolds(s, "p2@example.com", "authorizationInfo", `{"certificateUserIds":[]}`),
				calls(s, "POST /users/{id}/revokeSignInSessions", 1),
				func(*terraform.State) error {
					if id := s.User("ada.king@example.com")["id"]; id != first {
						return fmt.Errorf("renamed to another object: %v, before %v", id, first)
					}
					if own, _ := s.User("p3@example.com")["onPremisesExtensionAttributes"].(map[string]any); own["extensionAttribute15"] == nil {
						return fmt.Errorf("nothing records since when p3 is disabled")
					}
					return nil
				}),
			{ // another case of the same name is no change
				Config: cloudConfig(""), ConfigVariables: upper.cloudVariables(),
				Check: userHolds(s, "ada.king@example.com", "department", `"Marketing"`), ConfigPlanChecks: settledPlan,
			},
			{ // drift: changed and disabled by hand
				PreConfig: func() {
					s.Update("ada.king@example.com", map[string]any{"department": "Hacked", "accountEnabled": false})
				},
				Config: cloudConfig(""), ConfigVariables: moved.cloudVariables(),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectNonEmptyPlan()}},
				Check:            userHolds(s, "ada.king@example.com", "department", `"Marketing"`, "accountEnabled", "true"),
			},
			{ // deleted by hand: comes back as the same object
				PreConfig: func() { s.Delete("ada.king@example.com") },
				Config:    cloudConfig(""), ConfigVariables: moved.cloudVariables(), ConfigPlanChecks: settledPlan,
				Check: func(*terraform.State) error {
					if id := s.User("ada.king@example.com")["id"]; id != first {
						return fmt.Errorf("restored as another object: %v, before %v", id, first)
					}
					return nil
				},
			},
			cloudStep(moved.without("p1"), userHolds(s, "ada.king@example.com", "accountEnabled", "false")),
			cloudStep(moved, userHolds(s, "ada.king@example.com", "accountEnabled", "true")),
		},
		CheckDestroy: userHolds(s, "ada.king@example.com", "accountEnabled", "true"),
	})
}

// managedBy checks a user's manager.
func managedBy(s *graph.Server, upn, manager string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if u, m := s.User(upn), s.User(manager); u == nil || m == nil || u["manager"] != m["id"] {
			return fmt.Errorf("%s is not managed by %s", upn, manager)
		}
		return nil
	}
}

func TestAccEntraPopulation_plansFail(t *testing.T) {
	s := useTenant(t, graph.Options{})
	s.AddUser(map[string]any{"userPrincipalName": "taken@example.com", "displayName": "Somebody", "mailNickname": "taken", "employeeId": "other"})
	s.SyncUser(graph.NewGUID(), "synced", map[string]any{"userPrincipalName": "synced@example.com", "displayName": "Synced One", "mailNickname": "synced", "employeeId": "s1"})
	one := func(a directory.Account) config.Variables { return people{"p1": a}.cloudVariables() }
	for name, c := range map[string]struct {
		variables config.Variables
		words     []string
	}{
		"employee id too long":  {one(cloudPerson("p1", "A", "employeeId", "12345678901234567")), []string{`worker "p1"`, "employeeId", "16"}},
		"unverified domain":     {one(cloudPerson("p1", "A", "userPrincipalName", "p1@elsewhere.example")), []string{"elsewhere.example", "example.com"}},
		"name of a live user":   {one(cloudPerson("p1", "A", "userPrincipalName", "TAKEN@example.com")), []string{`worker "p1"`, "taken"}},
		"two with one name":     {people{"p1": cloudPerson("p1", "A"), "p2": cloudPerson("p2", "B", "userPrincipalName", "P1@example.com")}.cloudVariables(), []string{"userPrincipalName", "would be shared"}},
		"unknown property":      {one(cloudPerson("p1", "A", "departmint", "x")), []string{"departmint", "department"}},
		"read-only property":    {one(cloudPerson("p1", "A", "proxyAddresses", "SMTP:a@example.com")), []string{"proxyAddresses"}},
		"mastered on premises":  {people{"s1": cloudPerson("s1", "Another Name", "userPrincipalName", "synced@example.com", "department", "Sales")}.cloudVariables(), []string{`worker "s1"`, "synchronised from Active", "department", "displayName"}},
		"location that is none": {one(cloudPerson("p1", "A", "usageLocation", "Germany")), []string{"usageLocation"}},
	} {
		t.Run(name, func(t *testing.T) {
			before := s.Stats().Writes
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
				{Config: cloudConfig(""), ConfigVariables: c.variables, PlanOnly: true, ExpectError: wordsInOrder(c.words...)},
			}})
			if s.Stats().Writes != before {
				t.Error("something was written")
			}
		})
	}
}

// TestAccEntraPopulation_partialFailure: three of twenty fail, and only they are left.
func TestAccEntraPopulation_partialFailure(t *testing.T) {
	s := useTenant(t, graph.Options{})
	all := people{}
	for i := range 20 {
		id := fmt.Sprintf("w%02d", i)
		all[id] = cloudPerson(id, "Worker "+id)
	}
	for _, id := range []string{"w03", "w07", "w19"} {
		s.Fault(graph.Fault{Method: "POST", Path: "^/users$", Body: `"` + id + `@example.com"`, Status: 400, Code: "Request_BadRequest", Message: "Refused for a test."})
	}
	first := people{"w00": all["w00"]}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			cloudStep(first),
			{Config: cloudConfig(""), ConfigVariables: all.cloudVariables(), ExpectError: wordsInOrder("3 of 19 accounts were not written", `worker "w03"`, "Refused for a test")},
			cloudStep(all, func(*terraform.State) error {
				if n := len(s.Users()); n != 20 {
					return fmt.Errorf("%d users, expected 20", n)
				}
				return nil
			}),
		},
	})
}

// TestAccEntraPopulation_requests counts what a refresh of a thousand users costs.
func TestAccEntraPopulation_requests(t *testing.T) {
	s := useTenant(t, graph.Options{})
	all := people{}
	for i := range 1000 {
		id := fmt.Sprintf("w%04d", i)
		all[id] = cloudPerson(id, "Worker "+id, "manager", "w0000")
	}
	delete(all["w0000"].Attributes, "manager")
	for range 10 {
		s.AddUser(map[string]any{"userPrincipalName": fmt.Sprintf("x%d@example.com", len(s.Users())), "displayName": "X", "mailNickname": "x"})
	}
	few := people{}
	for _, id := range slices.Sorted(maps.Keys(all))[:3] {
		few[id] = all[id]
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			cloudStep(few, calls(s, "GET /users/delta", 0)),
			cloudStep(all),
			{
				PreConfig: s.ResetStats, Config: cloudConfig(""), ConfigVariables: all.cloudVariables(), PlanOnly: true,
			},
		},
	})
	// The plan refreshes once; plugin-testing plans twice, and destroys after it.
	if n := s.Stats().Requests; n > 4*(1000/900+5) {
		t.Errorf("%d requests to plan and release 1,000 unchanged users: %v", n, s.Stats())
	}
}
