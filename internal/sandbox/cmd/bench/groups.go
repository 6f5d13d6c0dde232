// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// groupRules measures the members of many groups by rules over a population. A
// plan may cost a request for twenty groups and one for 900 accounts, and ten
// more. Everybody is in one of the groups, whose pages of 999 members come on top.
func groupRules(ctx context.Context, t terraform, d target, people, groups int) error {
	dir, err := d.start()
	if err != nil {
		return err
	}
	defer dir.stop()
	for i := range groups {
		dir.group(fmt.Sprintf("group-%d", i))
	}
	fmt.Printf("## Rules for %d groups over a population of %d, %s (a plan may cost %d requests)\n", groups, people, d.title, groups/20+people/900+10+people/999)
	config := requiredProviders + fmt.Sprintf(`resource "workforce_%[1]s_population" "staff" { accounts = local.accounts }
resource "workforce_%[1]s_group_rules" "birthright" {
  accounts = workforce_%[1]s_population.staff.accounts
  rules    = merge({ for i in range(1, %[2]d) : "group-${i}" => "[department] = \"D${i}\"" }, { "group-0" = "[enabled]" })
}
`, d.prefix, groups)
	for moved, steps := range [][]step{{apply, planSame}, {planMove, applyOne, planSame}} {
		docs := d.documents(people, "Sales")
		for id, doc := range docs {
			n, err := strconv.Atoi(id)
			if err != nil {
				return err
			}
			if n%100 == 0 {
				n += moved
			}
			docs[id] = strings.Replace(doc, `"department":"Sales"`, fmt.Sprintf(`"department":"D%d"`, 1+n%(groups-1)), 1)
		}
		w, err := t.workspace(d.prefix+"-rules", config, docs, dir.env...)
		if err != nil {
			return err
		}
		if err := measured(ctx, dir.meter, w, steps...); err != nil {
			return err
		}
	}
	fmt.Println()
	return nil
}

// groupMembers measures one group of many members. One in a hundred leaves, and
// as many join.
func groupMembers(ctx context.Context, t terraform, d target, people int) error {
	dir, err := d.start()
	if err != nil {
		return err
	}
	defer dir.stop()
	dir.group("everybody")
	for i := range people + people/100 {
		dir.user(fmt.Sprintf("%06d", i))
	}
	fmt.Printf("## A group of %d members, %s\n", people, d.title)
	config := requiredProviders + fmt.Sprintf("resource \"workforce_%s_group_members\" \"x\" {\n  group   = \"everybody\"\n  members = keys(local.accounts)\n}\n", d.prefix)
	for changed, steps := range [][]step{{planNew, apply, planSame}, {planMove, applyOne, planSame}} {
		members := map[string]string{}
		for i := range people {
			members[fmt.Sprintf("%06d", i+changed*people/100)] = ""
		}
		w, err := t.workspace(fmt.Sprintf("%s-members-%d", d.prefix, people), config, members, dir.env...)
		if err != nil {
			return err
		}
		if err := measured(ctx, dir.meter, w, steps...); err != nil {
			return err
		}
	}
	fmt.Println()
	return nil
}
