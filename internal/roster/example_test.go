// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"context"
	"fmt"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

// The directory has Ann's account, and none of Bo. Ann's last day is over, Bo begins in a week.
func ExampleDecide() {
	domain := newMemory()
	domain.objects = append(domain.objects, &directory.Existing{
		ID: "2d4f5c1e-0001", Path: "CN=Ann Lee," + staff, Class: "user",
		Account: directory.Account{Enabled: true, Container: staff, Attributes: map[string]directory.Value{"employeeID": {"1001"}, "cn": {"Ann Lee"}}},
	})
	rules, err := mapping.Compile(rules(), adSchema, adFormat)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := roster.Decide(context.Background(), roster.Input{
		Workers: population(hire("1001 Ann Lee", "termination_date=2026-11-20"), hire("1002 Bo Berg", "hire_date=2026-11-29")),
		Mapping: rules, AsOf: now, Directory: domain, Format: adFormat, WorkerIDAttribute: "employeeID",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range result.Decisions {
		fmt.Println(d.WorkerID, d.Action, "because", d.Reason)
	}
	fmt.Println("1001 enabled:", result.Accounts["1001"].Enabled, "in", result.Accounts["1001"].Container)
	fmt.Println("1002 enabled:", result.Accounts["1002"].Enabled, "in", result.Accounts["1002"].Container)
	// Output:
	// 1001 disable because termination_date 2026-11-20 (UTC) is over
	// 1002 create because hire_date 2026-11-29 (UTC) is 7 days away, prehire_days 14: an account, disabled; no account has employeeID = "1002"
	// 1001 enabled: false in OU=Leavers,DC=corp,DC=example,DC=com
	// 1002 enabled: false in OU=Staff,DC=corp,DC=example,DC=com
}
