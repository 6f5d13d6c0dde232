// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/sandbox/samba"
)

const savedPlan = "plan.tfplan"

// account is the part of an account document that the story looks at.
type account struct {
	Container  string `json:"container"`
	CommonName string `json:"common_name"`
	Enabled    bool   `json:"enabled"`
}

func parseAccounts(documents map[string]string) (map[string]account, error) {
	accounts := make(map[string]account, len(documents))
	for id, document := range documents {
		var a account
		if err := json.Unmarshal([]byte(document), &a); err != nil {
			return nil, fmt.Errorf("account document of worker %s: %w", id, err)
		}
		accounts[id] = a
	}
	return accounts, nil
}

// plan saves a plan that must have changes.
func (d *demo) plan(ctx context.Context) (result, population, error) {
	d.command("terraform plan -out=" + savedPlan)
	r, err := d.terraform.succeed(ctx, []int{2}, "plan", "-detailed-exitcode", "-out="+savedPlan)
	if err != nil {
		return r, population{}, err
	}
	planned, err := d.terraform.planned(ctx, savedPlan)
	return r, planned, err
}

// apply applies the saved plan.
func (d *demo) apply(ctx context.Context) (result, error) {
	d.command("terraform apply " + savedPlan)
	return d.terraform.succeed(ctx, nil, "apply", savedPlan)
}

// planAndApply shows a plan that changes the accounts of exactly these workers, applies it, and asserts that nothing is left to do.
func (d *demo) planAndApply(ctx context.Context, workers ...string) error {
	shown, planned, err := d.plan(ctx)
	if err != nil {
		return err
	}
	d.output(body(shown.stdout), 0)
	slices.Sort(workers)
	if changed := slices.Sorted(maps.Keys(planned.changed())); !slices.Equal(changed, workers) {
		return fmt.Errorf("the plan changes the accounts of %v, expected %v", changed, workers)
	}
	applied, err := d.apply(ctx)
	if err != nil {
		return err
	}
	d.output(summary(applied.stdout), 0)
	if d.accounts, err = parseAccounts(planned.after); err != nil {
		return err
	}
	again, err := d.terraform.succeed(ctx, nil, "plan", "-detailed-exitcode")
	if err != nil {
		return err
	}
	d.verified("%d of %d accounts changed, planned in %s, applied in %s; the next plan is empty (%s)",
		len(workers), len(planned.after), seconds(shown.took), seconds(applied.took), seconds(again.took))
	return nil
}

// body returns a plan from where the changes begin to before the advice on saved plans.
func body(plan string) string {
	if _, rest, found := strings.Cut(plan, "Terraform will perform the following actions:"); found {
		plan = rest
	}
	plan, _, _ = strings.Cut(plan, "\n─")
	return strings.TrimSpace(plan)
}

// summary returns the line with the counts of a plan or an apply.
func summary(output string) string {
	for line := range strings.Lines(output) {
		for _, start := range []string{"Plan:", "Apply complete!", "No changes."} {
			if strings.HasPrefix(line, start) {
				return line
			}
		}
	}
	return output
}

// find returns the one account of a worker.
func (d *demo) find(ctx context.Context, worker string, attributes ...string) (samba.Entry, error) {
	found, err := d.domain.Search(ctx, "(employeeID="+worker+")", attributes...)
	if err != nil {
		return samba.Entry{}, err
	}
	if len(found) != 1 {
		return samba.Entry{}, fmt.Errorf("%d accounts have employeeID %s, expected one", len(found), worker)
	}
	return found[0], nil
}

// versions returns the change counter of every account, sorted: equal lists mean that nothing was written.
func (d *demo) versions(ctx context.Context) ([]string, error) {
	found, err := d.domain.Search(ctx, "(employeeID=*)", "uSNChanged")
	if err != nil {
		return nil, err
	}
	versions := make([]string, len(found))
	for i, e := range found {
		versions[i] = e.DN + " " + e.Get("uSNChanged")
	}
	slices.Sort(versions)
	return versions, nil
}

func isDisabled(e samba.Entry) (bool, error) {
	control, err := strconv.Atoi(e.Get("userAccountControl"))
	if err != nil {
		return false, fmt.Errorf("userAccountControl of %s: %w", e.DN, err)
	}
	return control&disabledFlag != 0, nil
}

// inventory counts the accounts of every container and shows the people of the story.
func (d *demo) inventory(ctx context.Context) error {
	expected := map[string]int{}
	for _, a := range d.accounts {
		expected[strings.ToLower(a.Container)]++
	}
	rows := [][]string{{"container", "enabled", "disabled"}}
	total := 0
	for _, dn := range containers {
		found, err := d.domain.SearchBelow(ctx, dn, "one", "(objectCategory=person)", "userAccountControl")
		if err != nil {
			return err
		}
		disabled := 0
		for _, e := range found {
			off, err := isDisabled(e)
			if err != nil {
				return err
			}
			if off {
				disabled++
			}
		}
		if n := expected[strings.ToLower(dn)]; len(found) != n {
			return fmt.Errorf("%s holds %d accounts, the documents place %d there", dn, len(found), n)
		}
		total += len(found)
		name, _, _ := strings.Cut(strings.TrimPrefix(dn, "OU="), ",")
		rows = append(rows, []string{name, strconv.Itoa(len(found) - disabled), strconv.Itoa(disabled)})
	}
	if total != len(d.accounts) {
		return fmt.Errorf("the containers hold %d accounts, the documents are %d", total, len(d.accounts))
	}
	d.table(rows)
	d.verified("every account is where its document says")
	return d.showCast(ctx)
}

// showCast shows the mover, the leaver and the joiner.
func (d *demo) showCast(ctx context.Context) error {
	for _, part := range []struct {
		name, worker, container string
		disabled                bool
	}{
		{"the mover", d.cast.mover, staffOU, false},
		{"the leaver", d.cast.leaver, leaversOU, true},
		{"the joiner", d.cast.joiner, staffOU, false},
	} {
		e, err := d.find(ctx, part.worker, "sAMAccountName", "displayName", "title", "department", "userAccountControl", "manager")
		if err != nil {
			return err
		}
		d.say("%s", part.name)
		rows := [][]string{{"dn", e.DN}}
		for _, name := range slices.Sorted(maps.Keys(e.Attributes)) {
			rows = append(rows, []string{name, e.Get(name)})
		}
		d.table(rows)
		disabled, err := isDisabled(e)
		if err != nil {
			return err
		}
		if disabled != part.disabled || !strings.HasSuffix(strings.ToLower(e.DN), ","+strings.ToLower(part.container)) {
			return fmt.Errorf("%s is %s with userAccountControl %s, expected an account below %s, disabled: %t", part.name, e.DN, e.Get("userAccountControl"), part.container, part.disabled)
		}
		if part.worker == d.cast.joiner && e.Get("displayName") != joinerFirst+" "+joinerLast {
			return fmt.Errorf("the joiner's displayName is %q", e.Get("displayName"))
		}
	}
	d.verified("the mover is staff now, the leaver cannot sign in, and no character of the joiner's name was lost")
	return nil
}
