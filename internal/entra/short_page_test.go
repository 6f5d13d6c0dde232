// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"fmt"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestShortPages: a page inside of a batch may be shorter than what was asked for. Everybody is found, everybody who is to
// be disabled is, and somebody who is protected stays as they are.
func TestShortPages(t *testing.T) {
	for _, limit := range []int{1, 5} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			tenant, s, _ := open(t, graph.Options{PageLimit: limit})
			ids, workers := map[string]string{}, []string{}
			for i := range 12 {
				id := fmt.Sprintf("p%02d", i)
				ids[id], workers = live(s, id, nil), append(workers, id)
			}
			read, err := tenant.Read(t.Context(), ids, nil)
			if err != nil || len(read) != len(ids) {
				t.Fatalf("read %d of %d users, %v", len(read), len(ids), err)
			}
			found, err := tenant.Find(t.Context(), attrEmployeeID, workers)
			if err != nil || len(found) != len(ids) {
				t.Fatalf("found %d of %d users, %v", len(found), len(ids), err)
			}
			tenant.o.Protect.Users = []string{ids["p07"]}
			for i, o := range tenant.Remove(t.Context(), ids, directory.Disable) {
				if protected := i == 7; (o.Err != nil) != protected {
					t.Errorf("worker %s: %v", o.WorkerID, o.Err)
				}
			}
			after, err := tenant.Read(t.Context(), ids, nil)
			if err != nil {
				t.Fatal(err)
			}
			for id, e := range after {
				if e.Account.Enabled != (id == "p07") {
					t.Errorf("worker %s is enabled: %v", id, e.Account.Enabled)
				}
			}
		})
	}
}
