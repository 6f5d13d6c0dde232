// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/sandbox/samba"
)

const (
	groupsFile = "groups.tf"
	groupsOU   = "OU=Groups," + baseDN
	// projectGroup is a group that no rule knows.
	projectGroup = "Project Apollo"
)

// birthright adds groups whose members follow from the accounts.
func (d *demo) birthright(ctx context.Context) error {
	text, err := os.ReadFile(filepath.Join(filepath.Dir(d.configuration), groupsFile))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(d.terraform.dir, groupsFile), text, 0o600); err != nil {
		return err
	}
	d.command("terraform plan -out=" + savedPlan)
	shown, err := d.terraform.succeed(ctx, []int{2}, "plan", "-detailed-exitcode", "-out="+savedPlan)
	if err != nil {
		return err
	}
	d.output(shown.stdout[max(0, strings.Index(shown.stdout, "# workforce_ad_group_rules")):], 25)
	d.output(summary(shown.stdout), 0)
	applied, err := d.apply(ctx)
	if err != nil {
		return err
	}
	d.output(summary(applied.stdout), 0)
	if _, err := d.terraform.succeed(ctx, nil, "plan", "-detailed-exitcode"); err != nil {
		return err
	}
	groups, err := d.domain.SearchBelow(ctx, groupsOU, "one", "(objectCategory=group)", "member")
	if err != nil {
		return err
	}
	slices.SortFunc(groups, func(a, b samba.Entry) int { return strings.Compare(a.DN, b.DN) })
	rows, memberships := [][]string{{"group", "members"}}, 0
	for _, g := range groups {
		name, _, _ := strings.Cut(strings.TrimPrefix(g.DN, "CN="), ",OU=")
		rows = append(rows, []string{name, fmt.Sprint(len(g.Values("member")))})
		memberships += len(g.Values("member"))
	}
	d.table(rows)
	d.verified("%d memberships in %s; the next plan is empty", memberships, seconds(applied.took))
	return nil
}

// joinByHand makes a group that no rule knows, and puts a worker into it.
func (d *demo) joinByHand(ctx context.Context, worker string) error {
	e, err := d.find(ctx, worker, "displayName")
	if err != nil {
		return err
	}
	d.say("somebody had put %s into the group %s by hand", e.Get("displayName"), projectGroup)
	return d.domain.Modify(ctx, "dn: CN="+projectGroup+","+groupsOU+"\nchangetype: add\nobjectClass: group\nsAMAccountName: apollo\nmember: "+e.DN+"\n")
}

// belongs holds the groups of a worker, as the domain tells them, against those they are to have.
func (d *demo) belongs(ctx context.Context, worker string, want ...string) error {
	e, err := d.find(ctx, worker, "memberOf")
	if err != nil {
		return err
	}
	have := slices.Sorted(slices.Values(e.Values("memberOf")))
	want = slices.Clone(want)
	for i, name := range want {
		want[i] = "CN=" + name + "," + groupsOU
	}
	slices.Sort(want)
	if !slices.Equal(have, want) {
		return fmt.Errorf("%s is in %q, expected %q", e.DN, have, want)
	}
	return nil
}
