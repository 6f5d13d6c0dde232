// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"fmt"
	"testing"
)

// TestGroupLicenses: members get the licences of a group later, as long as there are units, and keep those of their own.
func TestGroupLicenses(t *testing.T) {
	c := start(t, Options{})
	e3, premium := DefaultLicenses()[0].ID, DefaultLicenses()[1].ID
	teams := DefaultLicenses()[0].Plans["TEAMS1"]
	var people []string
	team := c.createGroup("team", nil)
	for _, name := range []string{"ann", "bob", "carl"} {
		people = append(people, c.create(name, object{"usageLocation": "DE"}))
		c.want(204, "POST", "/groups/"+team+"/members/$ref", c.ref("users", people[len(people)-1]))
	}
	c.s.AssignLicense(people[0], e3, teams)
	path := "/groups/" + team + "/assignLicense"
	c.want(202, "POST", path, object{"addLicenses": []object{{"skuId": e3}, {"skuId": premium}}, "removeLicenses": []string{}})
	c.fails(400, "Request_BadRequest", "does not correspond", "POST", path,
		object{"addLicenses": []object{{"skuId": team}}, "removeLicenses": []string{}})

	state := func() string {
		got := c.want(200, "GET", "/groups/"+team+"?$select=licenseProcessingState", nil)
		return dig[string](got, "licenseProcessingState", "state")
	}
	held := func(id string) (out string) {
		for _, v := range dig[[]any](c.want(200, "GET", "/users/"+id+"?$select=licenseAssignmentStates", nil), "licenseAssignmentStates") {
			out += fmt.Sprintf("%.3s %v %v;", dig[string](v, "skuId"), dig[string](v, "state"), dig[string](v, "error"))
		}
		return out
	}
	if before := held(people[1]); before != "" {
		t.Errorf("before processing: %s", before)
	}
	for _, want := range []string{"QueuedForProcessing", "ProcessingInProgress", "ProcessingComplete"} {
		if got := state(); got != want {
			t.Errorf("got %s, expected %s", got, want)
		}
	}
	errors := 0
	for _, id := range people {
		if got := dig[[]any](c.want(200, "GET", "/users/"+id+"?$select=assignedLicenses", nil), "assignedLicenses"); len(got) < 2 {
			errors++
		}
	}
	if errors != 1 || c.s.Group(team)["hasMembersWithLicenseErrors"] != true {
		t.Errorf("%d members lack a licence of which there are 2, expected 1", errors)
	}
	// What both assign is whole where one of them has a plan on; what a group assigns is not taken from the user.
	got := dig[[]any](c.want(200, "GET", "/users/"+people[0]+"?$select=assignedLicenses", nil), "assignedLicenses")
	if off := dig[[]any](got, 0, "disabledPlans"); len(off) != 0 {
		t.Errorf("off: %v", off)
	}
	c.fails(400, "Request_BadRequest", "inherited", "POST", "/users/"+people[1]+"/assignLicense",
		object{"addLicenses": []object{}, "removeLicenses": []string{e3}})
	c.fails(400, "Request_BadRequest", "licenses assigned", "DELETE", "/groups/"+team, nil)
	c.want(202, "POST", path, object{"addLicenses": []object{}, "removeLicenses": []string{e3, premium}})
	c.s.ProcessLicenses()
	if held(people[0]) != fmt.Sprintf("%.3s Active None;", e3) || held(people[1]) != "" {
		t.Errorf("after removal: %q, %q", held(people[0]), held(people[1]))
	}
	c.want(204, "DELETE", "/groups/"+team, nil)
}
