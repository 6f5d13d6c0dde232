// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

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
	_, ou := useMemoryDomain(t)
	const first = "ID,First,Last,Hired,Left,Boss,Status,Dept,Anchor\n"
	feed := func(text string) config.Variables { return config.Variables{"csv": config.StringVariable(first + text)} }
	plain := withoutExchange(pipelineConfig(ou, "[Dept]", ""))
	anchored := strings.Replace(plain, "    manager ", "    mS-DS-ConsistencyGuid = { source = \"Anchor\", apply = \"on_create\" }\n    manager ", 1)
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
			ConfigStateChecks: listsOf(map[string][]string{"set_aside": {"2"}})},
		{Config: sibling, ConfigVariables: feed(ann + "3,Cy,Kay,2020-01-01,,,Active,EMEA,\n"), ConfigPlanChecks: settledPlan,
			ConfigStateChecks: listsOf(map[string][]string{"set_aside": {"3"}})},
		{Config: plain + admins, ConfigVariables: feed(ann), ConfigPlanChecks: settledPlan},
	}})
}
