// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// pasted is what somebody typed into the field for a last name; the directory takes 64 characters.
const pasted = "Mustermann, Hauptstraße 1, 10115 Berlin, starts today and needs a laptop and a badge"

// trouble is a day on which HR tells of a leaver weeks late, misspells a status word and sends a joiner whom the
// directory cannot take. The first loses access, everything due at once; the others are set aside and stop nobody.
func (d *demo) trouble(ctx context.Context) error {
	late, typo := d.company.Worker(d.cast.late), d.company.Worker(d.cast.typo)
	if err := d.company.Leave(late.ID, weeksAgo); err != nil {
		return err
	}
	typo.Status = "Terminatd"
	joiner, err := d.company.Join("Max", pasted, today, "")
	if err != nil {
		return err
	}
	d.say("HR tells today that %s %s (%s) had the last day of work on %s", late.FirstName, late.LastName, late.ID, weeksAgo)
	d.say("the status of %s %s (%s) is now the word %q", typo.FirstName, typo.LastName, typo.ID, typo.Status)
	d.say("Max (%s) joins today; the field for the last name says %q", joiner.ID, pasted)
	if err := d.export(d.company); err != nil {
		return err
	}
	if err := d.planAndApply(ctx, late.ID); err != nil {
		return err
	}
	if err := errors.Join(d.lateIsOut(ctx, late.ID), d.areAside(ctx, typo.ID, joiner.ID)); err != nil {
		return err
	}
	typo.Status, joiner.LastName = "Active", "Mustermann"
	d.say("HR corrects the word and the name")
	if err := d.export(d.company); err != nil {
		return err
	}
	return d.planAndApply(ctx, joiner.ID)
}

// lateIsOut asserts that a leaver of whom HR told late has taken every rung whose day had come.
func (d *demo) lateIsOut(ctx context.Context, worker string) error {
	e, err := d.find(ctx, worker, "userAccountControl")
	if err != nil {
		return err
	}
	if disabled, err := isDisabled(e); err != nil || !disabled || !strings.HasSuffix(strings.ToLower(e.DN), ","+strings.ToLower(leaversOU)) {
		return fmt.Errorf("the late leaver is %s with userAccountControl %s, expected a disabled account below %s: %w", e.DN, e.Get("userAccountControl"), leaversOU, err)
	}
	if err := d.belongs(ctx, worker); err != nil {
		return err
	}
	d.verified("the late leaver is disabled, in no group and moved, in one run; the days to the deletion count from today")
	return nil
}

// areAside asserts that the report puts people aside, and that the one with an account still has it and the one without has none.
func (d *demo) areAside(ctx context.Context, working, joiner string) error {
	decided, err := d.terraform.decided(ctx, savedPlan)
	if err != nil {
		return err
	}
	d.command("terraform show -json " + savedPlan + " | jq -r …report")
	d.output(section(decided.Report, "## Set aside"), 0)
	if want := []string{working, joiner}; !slices.Equal(decided.SetAside, want) {
		return fmt.Errorf("%v are set aside, expected %v", decided.SetAside, want)
	}
	e, err := d.find(ctx, working, "userAccountControl")
	if err != nil {
		return err
	}
	disabled, err := isDisabled(e)
	if err != nil {
		return err
	}
	found, err := d.domain.Search(ctx, "(employeeID="+joiner+")")
	if err != nil {
		return err
	}
	if disabled || len(found) > 0 {
		return fmt.Errorf("worker %s is disabled: %t; %d accounts of worker %s; expected an enabled account and none", working, disabled, len(found), joiner)
	}
	d.verified("nobody guesses: the one keeps the account as it is, the other gets none yet")
	return nil
}

// section returns a part of a report, from its heading to the next.
func section(report, heading string) string {
	_, rest, _ := strings.Cut(report, "\n"+heading)
	rest, _, _ = strings.Cut(rest, "\n## ")
	return heading + strings.TrimRight(rest, "\n")
}

// keptDisabled asserts that an account that a hand disabled stays disabled, and is given back by a hand.
func (d *demo) keptDisabled(ctx context.Context, worker, dn string) error {
	decided, err := d.terraform.decided(ctx, savedPlan)
	if err != nil {
		return err
	}
	d.output(section(decided.Report, "## Kept disabled"), 0)
	if !slices.Equal(decided.KeptDisabled, []string{worker}) {
		return fmt.Errorf("%v are kept disabled, expected %s", decided.KeptDisabled, worker)
	}
	e, err := d.find(ctx, worker, "userAccountControl")
	if err != nil {
		return err
	}
	if disabled, err := isDisabled(e); err != nil || !disabled {
		return fmt.Errorf("userAccountControl of %s is %s, expected a disabled account: %w", e.DN, e.Get("userAccountControl"), err)
	}
	d.verified("whoever disabled the account may have had a reason that HR does not know: it stays disabled, and every report says so")
	if err := d.domain.Modify(ctx, "dn: "+dn+"\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 512\n"); err != nil {
		return err
	}
	d.say("the reason is gone, and somebody enables the account")
	if _, err := d.terraform.succeed(ctx, nil, "apply", "-auto-approve"); err != nil {
		return err
	}
	if err := d.belongs(ctx, worker, "Everybody", "Customer Success", projectGroup); err != nil {
		return err
	}
	d.verified("the next run gives back the groups that follow from rules; the one that a hand had given was never touched")
	return nil
}
