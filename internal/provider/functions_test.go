// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

func TestAccFunctions(t *testing.T) {
	list := func(items ...string) knownvalue.Check {
		checks := make([]knownvalue.Check, len(items))
		for i, s := range items {
			checks[i] = knownvalue.StringExact(s)
		}
		return knownvalue.ListExact(checks)
	}
	// All of them in one configuration: each plan costs a second.
	var outputs strings.Builder
	var checks []statecheck.StateCheck
	for call, want := range map[string]knownvalue.Check{
		`evaluate("Join(\" \", [First], [Last])", { First = "Zoë", Last = "O'Brien" })`:                          knownvalue.StringExact("Zoë O'Brien"),
		`evaluate("Split([Mail], \",\")", { Mail = "a,b" })`:                                                     list("a", "b"),
		`evaluate("Join(\",\", [Mail])", { Mail = ["a", "b"] })`:                                                 knownvalue.StringExact("a,b"),
		`evaluate("[Missing]", {}) == null`:                                                                      knownvalue.Bool(true),
		`evaluate("IgnoreFlowIfNullOrEmpty([Empty])", { Empty = null }) == null`:                                 knownvalue.Bool(true),
		`evaluate("Now()", {}, { now = "2026-01-02T03:04:05Z" })`:                                                knownvalue.StringExact("1/2/2026 3:04:05 AM"),
		`evaluate("SelectUniqueValue(\"Li\", Join(\"\", \"Li\", Counter()))", {}, { existing = ["li", "LI2"] })`: knownvalue.StringExact("Li3"),
		`evaluate("DefaultDomain()", {}, { default_domain = "example.com" })`:                                    knownvalue.StringExact("example.com"),
		`normalize_diacritics("Müller")`:                                                                         knownvalue.StringExact("Muller"),
		`transliterate("Müller Đặng", "german")`:                                                                 knownvalue.StringExact("Mueller Dang"),
		`transliterate("Иван", "default")`:                                                                       knownvalue.StringExact("Ivan"),
		`pcase("o'brien-smith", " '-")`:                                                                          knownvalue.StringExact("O'Brien-Smith"),
		`escape_dn("O'Brien, Zoë")`:                                                                              knownvalue.StringExact(`O'Brien\, Zoë`),
		`filetime("2025-12-31T23:59:59-05:00")`:                                                                  knownvalue.StringExact("134117171990000000"),
		`e164("030 123456", "DE")`:                                                                               knownvalue.StringExact("+4930123456"),
	} {
		name := fmt.Sprintf("result_%d", len(checks))
		fmt.Fprintf(&outputs, "output %q { value = provider::workforce::%s }\n", name, call)
		checks = append(checks, statecheck.ExpectKnownOutputValue(name, want))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps:                    []resource.TestStep{{Config: outputs.String(), ConfigStateChecks: checks}},
	})
}

func TestAccFunctions_errors(t *testing.T) {
	calls := map[string][]string{
		`evaluate("Join(\"x\"\n, [A", {})`:           {"line 2"},
		`evaluate("Nope([A])", {})`:                  {"line 1", "Nope"},
		`evaluate("Now()", {})`:                      {"reads the clock"},
		`evaluate("[A]", { A = 1 })`:                 {"A", "expected a string"},
		`evaluate("[A]", "text")`:                    {"expected an object"},
		`evaluate("[A]", {}, { now = "yesterday" })`: {"yesterday", "RFC 3339"},
		`evaluate("[A]", {}, { dialect = "vba" })`:   {"vba", "provisioning"},
		`evaluate("[A]", {}, { noww = "x" })`:        {"noww"},
		`evaluate("[A]", {}, {}, {})`:                {"at most one"},
		`e164("nobody", "DE")`:                       {"nobody"},
		`filetime("yesterday")`:                      {"yesterday"},
		`mapping_from_entra_schema("{")`:             {"schema"},
		`mapping_from_sync_rules()`:                  {"exports", "at least one"},
		`mapping_from_sync_rules("rules.xml")`:       {"exports", "rules.xml", "Synchronization Rules Editor"},
	}
	// All of them in one configuration: Terraform reports the error of every output.
	var outputs strings.Builder
	for i, call := range slices.Sorted(maps.Keys(calls)) {
		fmt.Fprintf(&outputs, "output \"result_%d\" { value = provider::workforce::%s }\n", i, call)
	}
	failed := false
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps:                    []resource.TestStep{{Config: outputs.String(), PlanOnly: true}},
		ErrorCheck: func(err error) error {
			failed = true
			for i, call := range slices.Sorted(maps.Keys(calls)) {
				_, report, _ := strings.Cut(err.Error(), fmt.Sprintf(`in output "result_%d"`, i))
				report, _, _ = strings.Cut(report, "in output ")
				if !wordsInOrder(calls[call]...).MatchString(report) {
					t.Errorf("%s: expected %q in\n%s", call, calls[call], report)
				}
			}
			return nil
		},
	})
	if !failed {
		t.Error("no call fails")
	}
}

// TestAccFunctions_mappingFromEntraSchema: what the function gives is what the
// mapping resource takes.
func TestAccFunctions_mappingFromEntraSchema(t *testing.T) {
	file, err := filepath.Abs(filepath.Join(examplesDir, "functions", "mapping_from_entra_schema", "schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{{
			Config: fmt.Sprintf(`
locals {
  converted = provider::workforce::mapping_from_entra_schema(file(%q))
  rules     = jsondecode(local.converted.arguments)
}
resource "workforce_mapping" "ad" {
  target = local.rules.target
  match  = local.rules.match
  attributes = merge(local.rules.attributes, {
    cn             = { source = "PreferredNameData" }
    sAMAccountName = { source = "UserID" }
  })
  container = "\"OU=Staff,DC=corp,DC=example,DC=com\""
}
output "notes" { value = join(" ", local.converted.notes) }
`, file),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("notes", knownvalue.StringRegexp(regexp.MustCompile("parentDistinguishedName"))),
				statecheck.ExpectKnownValue("workforce_mapping.ad", tfjsonpath.New("json"), knownvalue.StringRegexp(regexp.MustCompile(`"department":\{"source":"SupervisoryOrganization"`))),
			},
		}},
	})
}
