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
    noop      = { source = "workforce/noop" }
  }
}
locals { accounts = { for id, account in jsondecode(file("${path.module}/accounts.json")) : id => account } }
`
	populationConfig = requiredProviders + `resource "workforce_ad_population" "staff" { accounts = local.accounts }` + "\n"
	noopConfig       = requiredProviders + `resource "noop_population" "staff" { accounts = local.accounts }` + "\n"
	usersConfig      = requiredProviders + `resource "workforce_ad_user" "staff" {
  for_each = local.accounts
  account  = each.value
}
`
)

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
func populations(ctx context.Context, t terraform, people int) error {
	server, err := memdir.Start(container)
	if err != nil {
		return err
	}
	defer server.Close()
	fmt.Printf("## A population of %d, directory in memory over LDAPS\n", people)
	fmt.Printf("%-22s %10s %10s %6s  %s\n", "", "workforce", "nothing", "ratio", "requests to the directory")
	ours, err := t.workspace(fmt.Sprintf("population-%d", people), populationConfig, documents(people, "Sales"), directoryEnv(server)...)
	if err != nil {
		return err
	}
	theirs, err := t.workspace(fmt.Sprintf("noop-%d", people), noopConfig, documents(people, "Sales"))
	if err != nil {
		return err
	}
	if err := compare(ctx, server, ours, theirs, planNew, apply, planSame); err != nil {
		return err
	}
	for _, w := range []struct {
		t      terraform
		config string
	}{{ours, populationConfig}, {theirs, noopConfig}} {
		if _, err := t.workspace(filepath.Base(w.t.dir), w.config, documents(people, "Marketing")); err != nil {
			return err
		}
	}
	if err := compare(ctx, server, ours, theirs, planMove, applyOne, planSame); err != nil {
		return err
	}
	fmt.Println()
	return nil
}

func compare(ctx context.Context, server *memdir.Server, ours, theirs terraform, steps ...step) error {
	for _, s := range steps {
		before := requests(server)
		a, err := ours.time(ctx, s.args...)
		if err != nil {
			return err
		}
		after := requests(server)
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
	server, err := memdir.Start(container)
	if err != nil {
		return err
	}
	defer server.Close()
	fmt.Printf("## %d people, one workforce_ad_user each, directory in memory over LDAPS\n", people)
	w, err := t.workspace("users", usersConfig, documents(people, "Sales"), directoryEnv(server)...)
	if err != nil {
		return err
	}
	for _, s := range []step{planNew, apply, planSame} {
		before := requests(server)
		took, err := w.time(ctx, s.args...)
		if err != nil {
			return err
		}
		fmt.Printf("%-22s %10s  %s\n", s.name, took.Round(10*time.Millisecond), requests(server).since(before))
	}
	return nil
}

func directoryEnv(s *memdir.Server) []string {
	return []string{"WORKFORCE_AD_URL=" + s.URL(), "WORKFORCE_AD_CA_CERTIFICATE_PEM=" + s.CAPEM(), "WORKFORCE_AD_USERNAME=bench@corp.example.com", "WORKFORCE_AD_PASSWORD=bench"}
}

type counts struct{ searches, adds, modifies, renames int64 }

func requests(s *memdir.Server) counts {
	return counts{s.Searches.Load(), s.Adds.Load(), s.Modifies.Load(), s.Renames.Load()}
}

func (c counts) since(b counts) string {
	return fmt.Sprintf("%d searches, %d adds, %d modifies, %d renames", c.searches-b.searches, c.adds-b.adds, c.modifies-b.modifies, c.renames-b.renames)
}
