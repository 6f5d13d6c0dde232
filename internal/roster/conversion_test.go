// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"fmt"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

func TestJoinersWhoMayBeSomebodyKnown(t *testing.T) {
	for name, c := range map[string]struct {
		enabled bool
		former  []string // worker 4, Leo Kay; nil: not in the feed
		change  func(*mapping.Rules)
		joiner  string
		warning string // "": none
	}{
		"ends in this run":         {true, []string{"termination_date=2026-11-20"}, nil, "44 Leo Kay hire_date=2026-11-21", `worker "44" gets a new account and nearly fits CN=Leo Kay,OU=Staff,DC=corp,DC=example,DC=com (guid-00001), the account of worker "4", which is disabled in this run: `},
		"ended before":             {false, []string{"termination_date=2026-11-10"}, nil, "44 Leo Kay", `the account of worker "4", which is disabled: `},
		"not in the feed any more": {true, nil, nil, "44 Leo Kay", `the account of worker "4", who is not in the feed: `},
		"purged, and disabled":     {false, nil, nil, "44 Leo Kay", `the account of worker "4", which is disabled: `},
		"out of scope": {true, []string{"Kind=Contractor"}, func(r *mapping.Rules) {
			r.Scope = [][]mapping.Clause{{{Attribute: "Kind", Operator: "NOT EQUALS", Value: "Contractor"}}}
		}, "44 Leo Kay Kind=Employee", `the account of worker "4": `},
		"in another spelling":         {false, nil, nil, "44 léo KAY", `the account of worker "4"`},
		"another id of the same kind": {true, nil, nil, "004 Lea Kay", `employeeID "4"`},
		"still at work":               {true, []string{"Title=Clerk"}, nil, "44 Leo Kay", ""},
		"somebody else":               {false, nil, nil, "44 Ann Lee", ""},
		"not joining yet":             {false, nil, nil, "44 Leo Kay hire_date=2028-01-01", ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			m.leo(c.enabled, "employeeID=4")
			change := c.change
			if change == nil {
				change = func(*mapping.Rules) {}
			}
			joiner := hireLine(c.joiner)
			in := input(t, m, rules(change), joiner)
			if c.former != nil {
				in.Workers["4"] = hire("4 Leo Kay", c.former...)
			}
			r := decide(t, in)
			if c.warning == "" && warned(r, "nearly fits") || !warned(r, c.warning) {
				t.Errorf("warnings %q, expected %q", r.Warnings, c.warning)
			}
			if c.warning == "" {
				return
			}
			if !warned(r, fmt.Sprintf("If they are one person, link worker %q to guid-00001 in links", joiner.ID)) {
				t.Errorf("no advice: %q", r.Warnings)
			}
			in.Links = map[string]string{joiner.ID: "guid-00001"}
			expectObject(t, decide(t, in), joiner.ID, "guid-00001")
		})
	}
}

// Of many only some are named, and a name that many share says nothing.
func TestManyWhoMayBeKnown(t *testing.T) {
	m := newMemory()
	in := input(t, m, rules())
	for i := range 30 {
		m.add("user", leavers, false, fmt.Sprintf("cn=x%d", i), fmt.Sprintf("sAMAccountName=x%d", i), fmt.Sprintf("employeeID=%d", 100+i), fmt.Sprintf("displayName=First%c Last%c", 'A'+i%26, 'A'+i/26))
		m.add("user", leavers, false, fmt.Sprintf("cn=y%d", i), fmt.Sprintf("sAMAccountName=y%d", i), fmt.Sprintf("employeeID=%d", 200+i), "displayName=Li Wei")
		w := hire(fmt.Sprintf("%d First%c Last%c", 1000+i, 'A'+i%26, 'A'+i/26))
		in.Workers[w.ID] = w
	}
	in.Workers["2000"] = hire("2000 Li Wei")
	r := decide(t, in)
	n := 0
	for _, w := range r.Warnings {
		if strings.Contains(w, "nearly fits") {
			n++
		}
	}
	if n != 20 || !warned(r, "10 more workers get new accounts and nearly fit") {
		t.Errorf("%d warnings: %q", n, r.Warnings)
	}
	if warned(r, `"2000"`) {
		t.Errorf("a name of many is taken for something: %q", r.Warnings)
	}
	expectAction(t, r, "1000", roster.ActionCreate)
}
