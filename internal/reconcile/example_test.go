// SPDX-License-Identifier: MPL-2.0

package reconcile_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/reconcile"
	"terraform-provider-workforce/internal/sandbox/memdir"
)

// exampleStaff is where the accounts of the example are.
const exampleStaff = "OU=Staff," + memdir.Base

// exampleDomain is a domain in memory, and the product's own view of it.
func exampleDomain() (*memdir.Server, *activedirectory.Domain, func()) {
	server, err := memdir.Start(exampleStaff)
	if err != nil {
		panic(err)
	}
	client, err := ldapconn.New(ldapconn.Config{URLs: []string{server.URL()}, CACertificatePEM: server.CAPEM(),
		Username: "admin@corp.example.com", Password: "secret"})
	if err != nil {
		panic(err)
	}
	return server, activedirectory.New(client, activedirectory.Options{}), func() {
		if err := client.Close(); err != nil {
			panic(err)
		}
		server.Close()
	}
}

// exampleTarget says what accounts of Active Directory are like.
var exampleTarget = reconcile.Target{
	Format: activedirectory.Format, Title: "Active Directory", Prefix: "workforce_ad", Valid: activedirectory.CheckAccount,
	Label: "cn", Restores: true,
	PartOf: func(e *directory.Existing, container string) bool { return activedirectory.Below(e.Path, container) },
}

// exampleDocument says what the account of a worker is to be.
func exampleDocument(worker, name, login string, enabled bool) string {
	a := directory.Account{Container: exampleStaff, Enabled: enabled, Attributes: map[string]directory.Value{
		"cn": {name}, "sAMAccountName": {login}, "employeeID": {worker}}}
	if !enabled {
		a.DisabledFor = directory.ForLeft
	}
	return exampleTarget.Marshal(a)
}

// A population is reconciled three times. First it is new: Ann's account is there already, made by somebody else, and the
// plan says that it will be taken over. Then Ann has left, and her document disables the account. At last a document is
// taken away, which is no decision of the rules, and the plan says what happens to the account.
//
// A caller keeps two things from run to run, as the state of Terraform does: the documents that a stage returned, and
// Memory. Each call of Terraform is a value of its own.
func ExamplePopulation() {
	server, domain, end := exampleDomain()
	defer end()
	server.PutUser("CN=Ann Lee,"+exampleStaff, map[string]string{"employeeID": "1001", "sAMAccountName": "ann.lee"})

	ctx, state, memory := context.Background(), map[string]string{}, reconcile.NewMemory()
	run := func(title string, want map[string]string) {
		fmt.Println(title)
		claims := &reconcile.Claims{} // shared by all populations of one process
		call := func() *reconcile.Population {
			return &reconcile.Population{
				Target: exampleTarget, Kind: "workforce_ad_population", Carrier: "employeeID", Claims: claims, Clock: time.Now,
				Connect:  func() (reconcile.Users, error) { return domain, nil },
				Progress: func(context.Context, string, ...any) {},
				Options:  reconcile.Options{Adopt: reconcile.AdoptMatched, OnRemoval: reconcile.Disable},
				Before:   state, Memory: memory,
			}
		}
		tell := func(stage string, findings reconcile.Findings) {
			for _, f := range findings {
				fmt.Printf("  %s: %s\n", stage, f.Title)
			}
		}
		refresh := call()
		now, findings := refresh.Refresh(ctx)
		tell("refresh", findings)
		state, memory = now, refresh.Memory

		plan := call()
		adopted, findings := plan.Plan(ctx, want, nil)
		tell("plan", findings)
		if findings.Failed() {
			return // nothing is applied
		}
		apply := call()
		after, findings := apply.Apply(ctx, want, adopted)
		tell("apply", findings)
		state, memory = after, apply.Memory

		var lines []string
		for _, u := range server.Users() {
			can := map[string]string{"512": "can sign in", "514": "is disabled"}[u.First("userAccountControl")]
			lines = append(lines, fmt.Sprintf("  %s %s", u.First("sAMAccountName"), can))
		}
		slices.Sort(lines)
		for _, line := range lines {
			fmt.Println(line)
		}
	}

	ann, bo := exampleDocument("1001", "Ann Lee", "ann.lee", true), exampleDocument("1002", "Bo Berg", "bo.berg", true)
	run("Two documents:", map[string]string{"1001": ann, "1002": bo})
	run("Ann has left:", map[string]string{"1001": exampleDocument("1001", "Ann Lee", "ann.lee", false), "1002": bo})
	run("Bo's document is taken away:", map[string]string{"1001": exampleDocument("1001", "Ann Lee", "ann.lee", false)})
	// Output:
	// Two documents:
	//   plan: Existing accounts will be taken over
	//   ann.lee can sign in
	//   bo.berg can sign in
	// Ann has left:
	//   ann.lee is disabled
	//   bo.berg can sign in
	// Bo's document is taken away:
	//   plan: Managed accounts have no document any more
	//   ann.lee is disabled
	//   bo.berg is disabled
}
