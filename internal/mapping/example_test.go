// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"fmt"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/worker"
)

// Rules are compiled once, against the attributes that the target has. They then say, for one worker and one moment,
// where the worker stands and what the account should be.
func ExampleMapping_Evaluate() {
	schema := directory.NewSchema(directory.AttributeType{Name: "employeeId"}, directory.AttributeType{Name: "displayName"})
	rules, err := mapping.Compile(mapping.Rules{
		Target: "entra",
		Match:  []mapping.MatchRule{{All: []mapping.MatchCondition{{Source: "worker_id", Target: "employeeId"}}}},
		Attributes: map[string]mapping.AttributeRule{
			"employeeId":  {Source: "worker_id"},
			"displayName": {Expression: `Join(" ", [FirstName], [LastName])`},
		},
	}, schema, directory.Format{Target: "entra"})
	if err != nil {
		fmt.Println(err)
		return
	}
	zoe := &worker.Worker{
		ID: "1001", HireDate: "2019-04-01", LastDayOfWork: "2026-11-30", TimeZone: "Europe/Berlin",
		Attributes: map[string]expression.Value{"FirstName": expression.String("Zoë"), "LastName": expression.String("Brandt")},
	}
	for _, moment := range []string{"2026-11-30T22:59:59Z", "2026-11-30T23:00:00Z"} {
		now, _ := time.Parse(time.RFC3339, moment)
		desired, err := rules.Evaluate(zoe, now)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(desired.Stage, desired.Enabled, desired.Attributes["displayName"].Value)
		fmt.Println("  because", desired.Reason)
	}
	// Output:
	// active true [Zoë Brandt]
	//   because works until the end of last_day_of_work 2026-11-30 (Europe/Berlin)
	// left false [Zoë Brandt]
	//   because last_day_of_work 2026-11-30 (Europe/Berlin) is over
}
