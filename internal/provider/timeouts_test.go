// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestTimeouts_everywhere: whatever writes to a directory or an HR system has limits, and says what they are by default.
func TestTimeouts_everywhere(t *testing.T) {
	for name, schema := range schemas(t)["resource"] {
		at := slices.IndexFunc(schema.Block.Attributes, func(a *tfprotov6.SchemaAttribute) bool { return a.Name == argumentTimeouts })
		if stateOnly := name == "workforce_mapping" || name == "workforce_override"; stateOnly != (at < 0) {
			t.Errorf("%s: found timeouts: %v", name, at >= 0)
		}
		if at < 0 {
			continue
		}
		var operations []string
		for _, a := range schema.Block.Attributes[at].NestedType.Attributes {
			operations = append(operations, a.Name)
			if !regexp.MustCompile("The default is `[0-9]+h`").MatchString(a.Description) {
				t.Errorf("%s: timeouts.%s: found %q", name, a.Name, a.Description)
			}
			want := map[string]string{"read": "`-refresh=false`", "delete": "apply before destroying"}[a.Name]
			if !strings.Contains(a.Description, want) {
				t.Errorf("%s: timeouts.%s: found %q, expected %q", name, a.Name, a.Description, want)
			}
		}
		if slices.Sort(operations); !slices.Equal(operations, []string{"create", "delete", "read", "update"}) {
			t.Errorf("%s: timeouts has %q", name, operations)
		}
	}
}

func TestTimeouts_values(t *testing.T) {
	for text, words := range map[string][]string{
		"30m": nil, "1h30m": nil, "250ms": nil, "1.5h": nil,
		"30":   {"timeouts.create", `found "30"`, `"30m" for minutes`, `"30s"`},
		"-1m":  {`found "-1m"`, "longer than 0", "remove create", "6h"},
		"0":    {"longer than 0"},
		"0s":   {"longer than 0"},
		"-5":   {`"90s"`},
		"1d":   {`found "1d"`, `A day is "24h"`},
		"":     {`"90s"`},
		"soon": {`"90s"`},
		" 30m": {`"90s"`},
	} {
		var resp validator.StringResponse
		given := validator.StringRequest{Path: timeoutsPath(creating), ConfigValue: types.StringValue(text)}
		timeLimitValidator{creating, limitsOfMany.write}.ValidateString(t.Context(), given, &resp)
		if resp.Diagnostics.HasError() != (words != nil) {
			t.Errorf("%q: found %v", text, resp.Diagnostics)
			continue
		}
		for _, word := range words {
			if said := resp.Diagnostics[0].Detail(); !strings.Contains(said, word) {
				t.Errorf("%q: found %q, expected %q", text, said, word)
			}
		}
	}
}

// TestAccEntraPopulation_timeout: a population whose time is over fails with numbers and keeps what it wrote; the next apply does the rest.
func TestAccEntraPopulation_timeout(t *testing.T) {
	s := useTenant(t, graph.Options{})
	all := people{}
	for i := range 100 {
		id := fmt.Sprintf("w%03d", i)
		all[id] = cloudPerson(id, "Name "+id)
	}
	config := func(limit string) string { return cloudConfig("timeouts = " + limit + "\n") }
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: config(`{ create = "30" }`), ConfigVariables: all.cloudVariables(),
				ExpectError: wordsInOrder("timeouts.create", `found "30"`, `"30m"`)},
			{
				PreConfig: func() { // two batches are answered, and nothing after them
					s.Fault(graph.Fault{Method: "POST", Path: `/\$batch$`, Body: `"POST"`, Skip: 2, Times: -1, Delay: 8 * time.Second, Drop: true})
				},
				Config: config(`{ create = "5s" }`), ConfigVariables: all.cloudVariables(),
				ExpectError: wordsInOrder("The time limit was reached", "40 of 100 accounts were written", "60 were not attempted or not finished",
					"5s (timeouts.create)", "40 of 100 accounts exist and are recorded"),
			},
			{
				PreConfig: s.ClearFaults,
				Config:    config(`{ create = "1h", read = "10m" }`), ConfigVariables: all.cloudVariables(), ConfigPlanChecks: settledPlan,
				Check: resource.ComposeAggregateTestCheckFunc(calls(s, "POST /users", 100), func(*terraform.State) error {
					for id := range all {
						if s.UserID(id+"@example.com") == "" {
							return fmt.Errorf("%s does not exist", id)
						}
					}
					return nil
				}),
			},
			{Config: config(`{ update = "1h" }`), ConfigVariables: all.cloudVariables(), ConfigPlanChecks: settledPlan,
				Check: calls(s, "POST /users", 100)},
		},
	})
}
