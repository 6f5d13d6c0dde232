// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/sandbox/graph"
	"terraform-provider-workforce/internal/sandbox/memdir"
)

// useMemoryDomain points the provider at a domain in memory, with a container for staff.
func useMemoryDomain(t *testing.T) (s *memdir.Server, ou string) {
	t.Helper()
	ou = "OU=Staff," + memdir.Base
	s, err := memdir.Start(ou, "OU=Leavers,"+ou)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	for name, value := range map[string]string{"URL": s.URL(), "CA_CERTIFICATE_PEM": s.CAPEM(), "USERNAME": "admin", "PASSWORD": "made up, opens nothing"} {
		t.Setenv("WORKFORCE_AD_"+name, value)
	}
	return s, ou
}

// TestAccADTopologies: rules make the anchor of a hybrid identity, what belongs to another domain is said at
// plan, and a second account with one worker id is refused before it is made.
func TestAccADTopologies(t *testing.T) {
	s, ou := useMemoryDomain(t)
	const first = "ID,First,Last,Hired,Left,Boss,Status,Dept,Anchor\n"
	feed := func(text string) config.Variables {
		return config.Variables{"csv": config.StringVariable(first + text)}
	}
	plain := withoutExchange(pipelineConfig(ou, "[Dept]", ""))
	anchored := strings.Replace(plain, "    manager ", "    mS-DS-ConsistencyGuid = { source = \"Anchor\", apply = \"on_create\" }\n"+
		"    passwordNeverExpires = { constant = \"TRUE\" }\n    accountNotDelegated = { expression = \"IIF([Dept]=\\\"IT\\\", "+
		"\\\"TRUE\\\", \\\"FALSE\\\")\" }\n    manager ", 1)
	const ann, bo = "1,Ann,Ray,2020-01-01,,,Active,IT,AAECAwQFBgcICQoLDA0ODw==\n", "2,Bo,Lee,2020-01-01,,,Active,IT,no base64!\n"
	sibling := strings.Replace(plain, `container        = "\"`+ou+`\""`, `container        = "Switch([Dept], \"`+ou+`\", \"EMEA\", \"OU=Staff,DC=emea,DC=example,DC=com\")"`, 1)
	// The administrators' accounts are of the same people, under other names.
	_, rest, _ := strings.Cut(plain, "resource \"workforce_mapping\"")
	admins := "resource \"workforce_mapping\"" + strings.NewReplacer(`"ad"`, `"admin"`, "workforce_mapping.ad.json", "workforce_mapping.admin.json", "locals { rules", "locals { admin_rules", "local.rules", "local.admin_rules",
		`accounts" "staff"`, `accounts" "admins"`, "ad_accounts.staff", "ad_accounts.admins", `population" "staff"`, `population" "admins"`,
		"NormalizeDiacritics([Last])", `\"adm-\", NormalizeDiacritics([Last])`,
		`Join(\" \", [First], [Last])`, `Join(\" \", \"Admin\", [First], [Last])`, `"worker_id", target = "employeeID"`, `"Anchor", target = "extensionAttribute9"`).Replace(rest)
	admins = strings.ReplaceAll(admins, `ToLower(\"adm-\", NormalizeDiacritics([Last]))`, `ToLower(Join(\"\", \"adm-\", NormalizeDiacritics([Last])))`)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: plain + admins, ConfigVariables: feed(ann), ExpectError: wordsInOrder("Two accounts would carry one worker id", `employeeID "1"`, "worker_id_attribute")},
		{Config: anchored, ConfigVariables: feed(ann + bo), ConfigPlanChecks: settledPlan,
			Check: func(*terraform.State) error {
				for _, u := range s.Users() {
					if n := u.First("userAccountControl"); u.First("employeeID") == "1" && n != strconv.Itoa(0x100000|0x10000|0x200) {
						return fmt.Errorf("userAccountControl of Ann is %s", n)
					}
				}
				return nil
			},
			ConfigStateChecks: listsOf(map[string][]string{"set_aside": {"2"}})},
		{Config: sibling, ConfigVariables: feed(ann + "3,Cy,Kay,2020-01-01,,,Active,EMEA,\n"), ConfigPlanChecks: settledPlan,
			ConfigStateChecks: listsOf(map[string][]string{"set_aside": {"3"}})},
		{Config: plain + admins, ConfigVariables: feed(ann), ConfigPlanChecks: settledPlan},
	}})
}

// TestAccADTopologies_samba: a real controller keeps that somebody is disabled for having moved, takes a manager by
// distinguished name, and a joiner gets no address of another directory.
func TestAccADTopologies_samba(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	if err := d.CreateOU(t.Context(), "OU=Leavers,"+ou); err != nil {
		t.Fatal(err)
	}
	chief := "CN=Chief of the other forest," + ou
	mustModify(t, d, "dn: "+chief+"\nchangetype: add\nobjectClass: contact\n")
	feed := func(lines ...string) config.Variables {
		return config.Variables{"csv": config.StringVariable("ID,First,Last,Hired,Left,Boss,Status,Dept\n" + strings.Join(lines, "\n") + "\n")}
	}
	const ann, cy = "t1,Ann,Topo,2020-01-01,,,Active,Board", "t3,Cy,Forest,2020-01-01,,t1,Active,IT"
	const bo = "t2,Bo,Mover,2020-01-01,,t1,Active,"
	cfg := strings.NewReplacer(
		`manager           = { source = "manager_id", when_null = "clear" }`,
		`manager           = { expression = "IIF([Dept] = \"Board\", \"`+chief+`\", [manager_id])", when_null = "clear" }`,
		`worker_lifecycle = {`, `scope            = [{ clauses = [{ attribute = "Dept", operator = "NOT EQUALS", value = "EMEA" }] }]
  on_out_of_scope  = "leaver"
  worker_lifecycle = {`,
	).Replace(withoutExchange(pipelineConfig(ou, "[Dept]",
		`taken_names = { other = jsonencode({ "forest@corp.example.com" = "77", "topo@corp.example.com" = "T1" }) }`)))
	working := resource.ComposeAggregateTestCheckFunc(holds(d, "topo", "manager", chief, "userPrincipalName", "topo@corp.example.com"),
		holds(d, "mover", "userAccountControl", "512", "manager", "CN=Ann Topo,"+ou, "dn", "CN=Bo Mover,"+ou))
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cfg, ConfigVariables: feed(ann, bo+"IT"), ConfigPlanChecks: settledPlan, Check: working},
		{Config: cfg, ConfigVariables: feed(ann, bo+"EMEA", cy), ConfigPlanChecks: settledPlan, Check: resource.ComposeAggregateTestCheckFunc(
			holds(d, "mover", "userAccountControl", "514", "dn", "CN=Bo Mover,OU=Leavers,"+ou),
			holds(d, "forest", "userPrincipalName", "forest2@corp.example.com"))},
		{Config: cfg, ConfigVariables: feed(ann, bo+"IT", cy), ConfigPlanChecks: settledPlan, Check: working},
	}})
}

// TestAccTopologies_example runs the example of the guide against two forests and a tenant: namesakes get two
// addresses, a contractor of the tenant keeps theirs, and who changes the company changes the forest.
func TestAccTopologies_example(t *testing.T) {
	tenant := useTenant(t, graph.Options{})
	tenant.AddUser(map[string]any{"userPrincipalName": "contractor@example.com", "mail": "ann.lee@corp.example.com", "displayName": "Ann Lee", "mailNickname": "ann"})
	corp, emea := useForests(t)
	work := t.TempDir()
	if err := os.CopyFS(work, os.DirFS(filepath.Join(examplesDir, "topologies"))); err != nil {
		t.Fatal(err)
	}
	forest := func(s *memdir.Server, company string) string {
		return `{ url = "` + s.URL() + `", base_dn = "` + memdir.Base + `", company = "` + company + `" }`
	}
	args := []string{"apply", "-auto-approve", "-no-color", "-var", "upn_suffix=corp.example.com",
		"-var", "forests={ corp = " + forest(corp, "Example Corp") + ", emea = " + forest(emea, "Example EMEA") + " }"}
	run := func(words ...string) {
		t.Helper()
		out, err := runTerraform(t.Context(), t, work, args...)
		if err != nil {
			t.Fatalf("terraform apply: %v\n%s", err, out)
		}
		for _, word := range words {
			if !strings.Contains(out, word) {
				t.Errorf("the output does not mention %q:\n%s", word, out)
			}
		}
	}
	names := func(s *memdir.Server, want ...string) {
		t.Helper()
		var have []string
		for _, u := range s.Users() {
			if id := u.First("employeeID"); id != "" {
				have = append(have, id+" "+u.First("userPrincipalName")+map[bool]string{true: " disabled"}[u.Disabled])
			}
		}
		slices.Sort(have)
		if !slices.Equal(have, want) {
			t.Errorf("accounts %q, expected %q", have, want)
		}
	}
	run()
	names(corp, "1001 john.doe@corp.example.com", "1003 ann.lee2@corp.example.com")
	names(emea, "1002 john.doe2@corp.example.com")

	file := filepath.Join(work, "workers.csv")
	feed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	moved := strings.Replace(string(feed), "1003,Ann,Lee,Example Corp", "1003,Ann,Lee,Example EMEA", 1)
	if err := os.WriteFile(file, []byte(moved), 0o600); err != nil {
		t.Fatal(err)
	}
	run("moved out of scope", "the worker has an account in")
	names(corp, "1001 john.doe@corp.example.com", "1003 ann.lee2@corp.example.com disabled")
	names(emea, "1002 john.doe2@corp.example.com", "1003 ann.lee2@corp.example.com")
	args[0], args[1] = "plan", "-input=false"
	run("without changing any real infrastructure") // the reports have another moment

	// Another mover, while the forest that they join goes down between plan and apply: the other one is done, the
	// failure names the server, and the next run finishes.
	if err := os.WriteFile(file, []byte(strings.Replace(moved, "1001,John,Doe,Example Corp", "1001,John,Doe,Example EMEA", 1)),
		0o600); err != nil {
		t.Fatal(err)
	}
	args[1] = "-out=saved"
	run()
	emea.Hang(true)
	out, err := runTerraform(t.Context(), t, work, "apply", "-no-color", "saved")
	if server := strings.TrimPrefix(emea.URL(), "ldaps://"); err == nil || !strings.Contains(out, server) ||
		!strings.Contains(out, "workforce_ad_population.corp: Modifications complete") || strings.Contains(out, "cannot be reviewed") {
		t.Errorf("apply with a forest down: %v\n%s", err, out)
	}
	names(corp, "1001 john.doe@corp.example.com disabled", "1003 ann.lee2@corp.example.com disabled")
	names(emea, "1002 john.doe2@corp.example.com", "1003 ann.lee2@corp.example.com")
	emea.Hang(false)
	args[0], args[1] = "apply", "-auto-approve"
	run("1 changed")
	names(emea, "1001 john.doe@corp.example.com", "1002 john.doe2@corp.example.com", "1003 ann.lee2@corp.example.com")
	args[0], args[1] = "plan", "-input=false"
	run("without changing any real infrastructure")
}

// TestAccTopologies_plans plans the examples of the topologies that differ from the one above.
func TestAccTopologies_plans(t *testing.T) {
	tenant := useTenant(t, graph.Options{})
	syncPerson(tenant, 1) // carries worker id 0001, whom the feed does not have
	corp, emea := useForests(t)
	work := t.TempDir()
	if err := os.CopyFS(work, os.DirFS(filepath.Join(examplesDir, "topologies"))); err != nil {
		t.Fatal(err)
	}
	forest := func(s *memdir.Server, more string) string {
		return `{ url = "` + s.URL() + `", base_dn = "` + memdir.Base + `"` + more + ` }`
	}
	file := `, workers_file = "../workers.csv"`
	for name, c := range map[string]struct {
		variable string
		want     []string
	}{
		"domain-and-tenant": {"base_dn=" + memdir.Base, []string{"1001", "1002", "1003", "Plan: 4 to add"}},
		"domains": {"domains={ corp = " + forest(corp, "") + ", emea = " + forest(emea, "") + " }",
			[]string{`manager += "CN=John Doe,OU=Staff,` + memdir.Base, `manager += "1001"`, "Plan: 4 to add"}},
		"separate": {"companies={ corp = " + forest(corp, file) + ", emea = " + forest(emea, file) + " }",
			[]string{"workforce_ad_population.corp", "workforce_ad_population.emea", "Plan: 4 to add"}},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "domain-and-tenant" {
				t.Setenv("WORKFORCE_AD_URL", corp.URL())
			}
			out, err := runTerraform(t.Context(), t, filepath.Join(work, name), "plan", "-input=false", "-no-color", "-var", c.variable)
			for _, word := range c.want {
				if err != nil || !regexp.MustCompile(word).MatchString(out) {
					t.Fatalf("terraform plan does not say %q: %v\n%s", word, err, out)
				}
			}
		})
	}
}

// useForests starts two forests that one account signs in to.
func useForests(t *testing.T) (one, two *memdir.Server) {
	t.Helper()
	servers := make([]*memdir.Server, 2)
	for i := range servers {
		s, err := memdir.Start("OU=Staff," + memdir.Base)
		if err != nil {
			t.Fatal(err)
		}
		s.SetDomain(byte(i + 1))
		t.Cleanup(s.Close)
		servers[i] = s
	}
	t.Setenv("WORKFORCE_AD_CA_CERTIFICATE_PEM", servers[0].CAPEM()+servers[1].CAPEM())
	t.Setenv("WORKFORCE_AD_USERNAME", "admin")
	t.Setenv("WORKFORCE_AD_PASSWORD", "made up, opens nothing")
	return servers[0], servers[1]
}
