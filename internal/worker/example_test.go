// SPDX-License-Identifier: MPL-2.0

package worker_test

import (
	"fmt"
	"time"

	"terraform-provider-workforce/internal/worker"
)

// A workers document is what every HR data source writes: canonical keys beside the attributes of the HR system.
func ExampleParse() {
	staff, err := worker.Parse(`{"1001": {"worker_id": "1001", "hire_date": "2026-12-01", "manager_id": "1000", "attributes": {"FirstName": "Zoë"}}}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	zoe := staff["1001"]
	name, _ := zoe.Attribute("FirstName")
	fmt.Println(zoe.HireDate, zoe.ManagerID, name)
	// Output: 2026-12-01 1000 "Zoë"
}

// One person has a contract in each of two systems. The attribute that both share says so, and the contract in force counts.
func ExampleMerge() {
	payroll, err := worker.Parse(`{"1001": {"worker_id": "1001", "hire_date": "2026-02-01", "worker_type": "Employee", "attributes": {"Person": "P7"}}}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	agency, err := worker.Parse(`{"C55": {"worker_id": "C55", "hire_date": "2024-01-01", "termination_date": "2026-01-31", "attributes": {"Person": "P7"}}}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	merged, err := worker.Merge([]worker.Named{{Name: "payroll", Workers: payroll}, {Name: "agency", Workers: agency}}, worker.MergeRules{
		Primary: []string{"payroll", "agency"}, PersonKey: "Person", AsOf: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for id, w := range merged.Workers {
		fmt.Println(id, w.Type, "since", w.HireDate)
	}
	// Output: 1001 Employee since 2026-02-01
}
