// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"terraform-provider-workforce/internal/sandbox/memdir"
)

const (
	requiredProviders = `terraform {
  required_providers {
    workforce = { source = "workforce/workforce" }
  }
}
` + accountsOfFile
	accountsOfFile = `locals { accounts = { for id, account in jsondecode(file("${path.module}/accounts.json")) : id => account } }
`
	noopConfig = `terraform {
  required_providers {
    noop = { source = "workforce/noop" }
  }
}
` + accountsOfFile + `resource "noop_population" "staff" { accounts = local.accounts }` + "\n"
)

// usersOf is a resource for each person.
func usersOf(prefix string) string {
	return requiredProviders + fmt.Sprintf("resource \"workforce_%s_user\" \"staff\" {\n"+
		"  for_each = local.accounts\n  account  = each.value\n}\n", prefix)
}

// container is where the people of benchmarks live.
const container = "OU=Staff," + memdir.Base

// documents returns account documents with 15 attributes each.
func documents(people int, department string) map[string]string {
	docs := make(map[string]string, people)
	for i := range people {
		id := fmt.Sprintf("%06d", i+1)
		manager := "null"
		if i > 0 {
			manager = fmt.Sprintf("%q", fmt.Sprintf("%06d", i/10+1))
		}
		dept := "Sales"
		if i%100 == 0 {
			dept = department
		}
		docs[id] = fmt.Sprintf(`{"attributes":{"c":"DE","co":"Germany","company":"Example","countryCode":"276","department":%q,"displayName":"Person %[2]s","division":"Retail","employeeID":%[2]q,"employeeType":"Employee","givenName":"Person","l":"Berlin","mail":"p%[2]s@corp.example.com","sn":"N%[2]s","telephoneNumber":"+4930%[2]s","title":"Clerk"},"common_name":"Person %[2]s","container":%[3]q,"enabled":true,"manager":%[4]s,"sam_account_name":"p%[2]s","user_principal_name":"p%[2]s@corp.example.com"}`,
			dept, id, container, manager)
	}
	return docs
}

type step struct {
	name string
	args []string
}

var (
	planNew  = step{"plan, all new", []string{"plan", "-input=false", "-no-color", "-lock=false"}}
	apply    = step{"apply", []string{"apply", "-input=false", "-no-color", "-auto-approve", "-lock=false"}}
	planSame = step{"plan, unchanged", []string{"plan", "-input=false", "-no-color", "-lock=false", "-detailed-exitcode"}}
	planMove = step{"plan, 1 % changed", planNew.args}
	applyOne = step{"apply, 1 % changed", apply.args}
)

// populations compares one resource for everybody with the same strings in a
// resource that does nothing.
func populations(ctx context.Context, t terraform, d target, people int) error {
	dir, err := d.start()
	if err != nil {
		return err
	}
	defer dir.stop()
	fmt.Printf("## A population of %d, %s\n", people, d.title)
	fmt.Printf("%-22s %10s %10s %6s  %s\n", "", "workforce", "nothing", "ratio", "requests to the directory")
	config := requiredProviders + fmt.Sprintf("resource %q \"staff\" { accounts = local.accounts }\n", d.resource)
	ours, err := t.workspace(fmt.Sprintf("%s-%d", d.resource, people), config, d.documents(people, "Sales"), dir.env...)
	if err != nil {
		return err
	}
	theirs, err := t.workspace(fmt.Sprintf("noop-%s-%d", d.resource, people), noopConfig, d.documents(people, "Sales"))
	if err != nil {
		return err
	}
	if err := compare(ctx, dir.meter, ours, theirs, planNew, apply, planSame); err != nil {
		return err
	}
	for _, w := range []struct {
		t      terraform
		config string
	}{{ours, config}, {theirs, noopConfig}} {
		if _, err := t.workspace(filepath.Base(w.t.dir), w.config, d.documents(people, "Marketing")); err != nil {
			return err
		}
	}
	if err := compare(ctx, dir.meter, ours, theirs, planMove, applyOne, planSame); err != nil {
		return err
	}
	fmt.Println()
	return nil
}

func compare(ctx context.Context, m meter, ours, theirs terraform, steps ...step) error {
	for _, s := range steps {
		before := m()
		a, err := ours.time(ctx, s.args...)
		if err != nil {
			return err
		}
		after := m()
		b, err := theirs.time(ctx, s.args...)
		if err != nil {
			return err
		}
		fmt.Printf("%-22s %10s %10s %6.2f  %s\n", s.name, a.Round(10*time.Millisecond), b.Round(10*time.Millisecond), a.Seconds()/b.Seconds(), after.since(before))
	}
	return nil
}

// users measures one resource a person.
func users(ctx context.Context, t terraform, people int) error {
	dir, err := activeDirectory.start()
	if err != nil {
		return err
	}
	defer dir.stop()
	fmt.Printf("## %d people, one workforce_ad_user each, %s\n", people, activeDirectory.title)
	w, err := t.workspace("users", usersOf("ad"), documents(people, "Sales"), dir.env...)
	if err != nil {
		return err
	}
	return measured(ctx, dir.meter, w, planNew, apply, planSame)
}

// measured runs steps of the provider alone.
func measured(ctx context.Context, m meter, t terraform, steps ...step) error {
	for _, s := range steps {
		before := m()
		took, err := t.time(ctx, s.args...)
		if err != nil {
			return err
		}
		fmt.Printf("%-22s %10s  %s\n", s.name, took.Round(10*time.Millisecond), m().since(before))
	}
	return nil
}
