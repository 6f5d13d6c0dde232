// SPDX-License-Identifier: MPL-2.0

package review_test

import (
	"fmt"
	"time"

	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/review"
	"terraform-provider-workforce/internal/roster"
)

// A review turns decisions into sentences and figures. The summary is what a streamed log shows.
func ExampleNew() {
	decided := &roster.Result{
		Decisions: []roster.Decision{{
			WorkerID: "1001", Name: "Ann Lee", Action: "disable", Stage: mapping.StageLeft, LosesAccess: true, ObjectID: "2d4f5c1e",
			Reason: "termination_date 2026-11-20 (UTC) is over",
		}},
		Profiles: []roster.Profile{{WorkerID: "1001", Name: "Ann Lee", InFeed: true, CouldSignIn: true, HadAccount: true, HasAccount: true}},
	}
	v := review.New(decided, review.Options{Title: "Active Directory corp.example.com", AsOf: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)})
	fmt.Println(v.Summary())
	// Output:
	// The accounts of 1 person change:
	//   - 1 disabled: Ann Lee (1001)
}
