// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// staffOf returns so many users, each managed by the next.
func staffOf(n int) people {
	all := people{}
	for i := range n {
		id := fmt.Sprintf("w%02d", i)
		all[id] = cloudPerson(id, "Worker "+id, "manager", fmt.Sprintf("w%02d", (i+1)%n))
	}
	return all
}

// userCount checks how many users there are, and how many deleted ones.
func userCount(s *graph.Server, live, deleted int) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if n, d := len(s.Users()), len(s.DeletedUsers()); n != live || d != deleted {
			return fmt.Errorf("%d users and %d deleted ones, expected %d and %d", n, d, live, deleted)
		}
		return nil
	}
}

func TestAccEntra_expiredCertificate(t *testing.T) {
	useTenant(t, graph.Options{})
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "hr"}, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("WORKFORCE_ENTRA_CLIENT_SECRET", "")
	t.Setenv("WORKFORCE_ENTRA_CLIENT_CERTIFICATE", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))+string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})))
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cloudConfig(""), ConfigVariables: staffOf(1).cloudVariables(), PlanOnly: true, ExpectError: wordsInOrder("CN=hr", "expired on", "upload a new one")},
	}})
}

// TestAccEntraPopulation_disturbances: one apply is enough, and a plan after it is empty.
func TestAccEntraPopulation_disturbances(t *testing.T) {
	for name, c := range map[string]struct {
		options graph.Options
		fault   graph.Fault
	}{
		"answer lost after creation":  {graph.Options{}, graph.Fault{Path: `^/\$batch`, Body: "passwordProfile", DropAfter: true}},
		"not found for a while":       {graph.Options{VisibleAfterReads: 4}, graph.Fault{}},
		"throttled without a time":    {graph.Options{}, graph.Fault{Method: "POST", Path: "^/users$", Status: 429, Times: 7}},
		"throttled for a fraction":    {graph.Options{}, graph.Fault{Method: "POST", Path: "^/users$", Status: 429, RetryAfter: "0.128", Times: 40}},
		"token ends within the batch": {graph.Options{}, graph.Fault{Method: "POST", Path: "^/users$", Status: 401, Skip: 4, Times: 5}},
	} {
		t.Run(name, func(t *testing.T) {
			s := useTenant(t, c.options)
			if c.fault.Path != "" {
				s.Fault(c.fault)
			}
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
				cloudStep(staffOf(12), userCount(s, 12, 0), managedBy(s, "w11@example.com", "w00@example.com")),
			}})
		})
	}
}

// TestAccEntraPopulation_refused: what the tenant refuses at apply is said of the
// person, and the next apply does the rest.
func TestAccEntraPopulation_refused(t *testing.T) {
	for name, c := range map[string]struct {
		options graph.Options
		fault   graph.Fault
		mend    func(*graph.Server)
		words   []string
	}{
		"name taken since the plan": {fault: graph.Fault{Method: "POST", Path: "^/users$", Body: "w03@", Status: 400, Code: "Request_BadRequest",
			Message: "Another object with the same value for property userPrincipalName already exists."}, words: []string{"2 of 6 accounts were not written: 2 refused, 0 not attempted", `worker "w02"`, "attribute manager", `worker "w03"`, "could not be created", `worker "w03"`, "attribute userPrincipalName", "the name is taken"}},
		"quota": {graph.Options{ObjectQuota: 6}, graph.Fault{}, func(s *graph.Server) { s.Purge(fmt.Sprint(s.DeletedUsers()[0]["id"])) },
			[]string{"Directory_QuotaExceeded", "ask Microsoft for a higher quota"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := useTenant(t, c.options)
			s.Delete(s.AddUser(map[string]any{"userPrincipalName": "old@example.com", "displayName": "Old", "mailNickname": "old"}))
			if c.fault.Path != "" {
				s.Fault(c.fault)
			}
			all := staffOf(6)
			first := people{"w00": cloudPerson("w00", "Worker w00")}
			left := 1
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
				cloudStep(first),
				{Config: cloudConfig(""), ConfigVariables: all.cloudVariables(), ExpectError: wordsInOrder(c.words...)},
				{PreConfig: func() {
					if c.mend != nil {
						c.mend(s)
						left = 0
					}
				}, Config: cloudConfig(""), ConfigVariables: all.cloudVariables(), ConfigPlanChecks: settledPlan,
					Check: func(state *terraform.State) error { return userCount(s, 6, left)(state) }},
			}})
		})
	}
}

// TestAccEntraPopulation_purge: only who was disabled for long enough is deleted for good.
func TestAccEntraPopulation_purge(t *testing.T) {
	s := useTenant(t, graph.Options{})
	all := people{"p1": cloudPerson("p1", "Ada Byron"), "p2": cloudPerson("p2", "Wei Li"), "p3": cloudPerson("p3", "Zoë")}
	left := all.with("p2", func(a *directory.Account) { a.Enabled = false })
	purges := "  on_removal = \"purge\"\n  retention_days = 30\n"
	step := func(p people) resource.TestStep {
		return resource.TestStep{Config: cloudConfig(purges), ConfigVariables: p.cloudVariables()}
	}
	disabled := func(p people, checks ...resource.TestCheckFunc) resource.TestStep {
		v := step(p)
		v.Check, v.ConfigPlanChecks = resource.ComposeAggregateTestCheckFunc(checks...), settledPlan
		return v
	}
	done := step(left.without("p2"))
	done.Check, done.ConfigPlanChecks = userCount(s, 2, 0), settledPlan
	done.PreConfig = func() {
		s.Update("p2@example.com", map[string]any{"onPremisesExtensionAttributes": map[string]any{"extensionAttribute15": time.Now().AddDate(0, 0, -31).UTC().Format(time.RFC3339)}})
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		step(left),
		// Not due yet: disabled, and everything else goes on.
		disabled(left.without("p2").without("p1"), userCount(s, 3, 0), userHolds(s, "p1@example.com", "accountEnabled", "false")),
		step(left.with("p2", func(a *directory.Account) { a.Attributes["department"] = directory.Value{"Sales"} })), // taken over again, and changed
		done,
	}})
}

// purgeRefused makes a tenant refuse to delete anything for good.
func purgeRefused(s *graph.Server) {
	s.Fault(graph.Fault{Method: "DELETE", Path: "^/directory/deletedItems/", Status: 403, Code: "Authorization_RequestDenied", Message: "Not for good.", Times: -1})
}

// TestAccEntraPopulation_purgeRefused: the state keeps who is deleted but not for good, and the next apply tries again.
func TestAccEntraPopulation_purgeRefused(t *testing.T) {
	s := useTenant(t, graph.Options{})
	all := people{"p1": cloudPerson("p1", "Ada Byron"), "p2": cloudPerson("p2", "Wei Li"), "p3": cloudPerson("p3", "Zoë")}
	left := all.with("p2", func(a *directory.Account) { a.Enabled = false }).with("p3", func(a *directory.Account) { a.Enabled = false })
	gone := left.without("p2").without("p3")
	step := func(p people, before func()) resource.TestStep {
		return resource.TestStep{Config: cloudConfig("  on_removal = \"purge\"\n  retention_days = 0\n"), ConfigVariables: p.cloudVariables(), PreConfig: before, ConfigPlanChecks: settledPlan}
	}
	refused := step(gone, func() { purgeRefused(s) })
	refused.ExpectError = wordsInOrder("2 of 2 accounts were not written", `worker "p2"`, "purge", "the user is deleted", "the next apply")
	returned := step(all.without("p3"), func() {
		for _, u := range s.DeletedUsers() {
			if u["employeeId"] == "p3" {
				s.Purge(fmt.Sprint(u["id"]))
			}
		}
	})
	returned.Check = resource.ComposeAggregateTestCheckFunc(userCount(s, 2, 0), userHolds(s, "p2@example.com", "accountEnabled", "true"))
	purged := step(gone, func() { s.ClearFaults() })
	purged.Check = userCount(s, 1, 0)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		step(left, nil),
		refused,
		// Still refused: still in the plan. Then p3 is deleted for good by hand, and p2 returns.
		{Config: refused.Config, ConfigVariables: refused.ConfigVariables, PlanOnly: true, ExpectNonEmptyPlan: true},
		{Config: refused.Config, ConfigVariables: refused.ConfigVariables, ExpectError: refused.ExpectError},
		returned,
		step(left.without("p3"), nil),
		{Config: refused.Config, ConfigVariables: refused.ConfigVariables, ExpectError: wordsInOrder(`worker "p2"`, "the next apply")},
		purged,
	}})
}

// TestAccEntraUser_purgeRefused: the same of a single user that is destroyed.
func TestAccEntraUser_purgeRefused(t *testing.T) {
	s := useTenant(t, graph.Options{})
	user := "resource \"workforce_entra_user\" \"a\" {\n  user_principal_name = \"a@example.com\"\n  display_name = \"A\"\n  mail_nickname = \"a\"\n  enabled = false\n  attributes = { employeeId = \"a\" }\n  on_destroy = \"purge\"\n  retention_days = 0\n}\n"
	none := "locals { nobody = true }\n"
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: user},
		{PreConfig: func() {
			s.Update("a@example.com", map[string]any{"onPremisesExtensionAttributes": map[string]any{"extensionAttribute15": "2020-01-01T00:00:00Z"}})
			purgeRefused(s)
		},
			Config: none, ExpectError: wordsInOrder("the user is deleted", "the next apply")},
		{Config: none, PlanOnly: true, ExpectNonEmptyPlan: true},
		{PreConfig: s.ClearFaults, Config: none, Check: userCount(s, 0, 0), ConfigPlanChecks: settledPlan},
	}})
}

// TestAccADPopulation_purge: what Active Directory cannot do is no value of its resources.
func TestAccADPopulation_purge(t *testing.T) {
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: "resource \"workforce_ad_population\" \"staff\" {\n  accounts = {}\n  on_removal = \"purge\"\n}\n", PlanOnly: true, ExpectError: wordsInOrder("on_removal", "purge")},
	}})
}

// TestAccEntraAccounts_duplicateEmployeeID: Graph allows it, and nobody is matched by it.
func TestAccEntraAccounts_duplicateEmployeeID(t *testing.T) {
	s := useTenant(t, graph.Options{})
	for _, name := range []string{"dup1", "dup2"} {
		s.AddUser(map[string]any{"userPrincipalName": name + "@example.com", "displayName": name, "mailNickname": name, "employeeId": "0002"})
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: strings.Replace(cloudPipeline("2026-01-15"), "as_of   =", "on_problem = \"stop\"\n  as_of   =", 1), ConfigVariables: config.Variables{"csv": config.StringVariable(pipelineCSV)}, PlanOnly: true,
			ExpectError: regexp.MustCompile(`(?s)0002.*dup[12]@example.com.*dup[12]@example.com`)},
	}})
	if n := s.Stats().Writes; n > 0 {
		t.Errorf("%d writes", n)
	}
}
