// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// peerPeople is how many users the comparison with other providers has.
const peerPeople = 200

// peerReads are the requests with which hashicorp/azuread reads one azuread_user, one after the other:
// userResourceRead in internal/services/users/user_resource.go of version 3.
var peerReads = []string{
	"/v1.0/users/%s",
	"/v1.0/users/%s?$select=accountEnabled,ageGroup,city,companyName,consentProvidedForMinor,country,department,employeeHireDate," +
		"employeeId,employeeOrgData,employeeType,faxNumber,mailNickname,onPremisesImmutableId,otherMails,passwordPolicies,postalCode," +
		"state,streetAddress,usageLocation",
	"/beta/users/%s?$select=showInAddressList",
	"/v1.0/users/%s/manager",
}

// known is what is known of other providers, where it is from, and how to see it again.
const known = `Known of other providers:
  hashicorp/azuread   200 azuread_user, unchanged: 800 requests and 9.7 s, where the population took 2 requests and 2.2 s on the
                      same quiet machine. Source: measured with that provider against the sandbox (make sandbox). The rows above
                      repeat its requests, without Terraform's own time and without the provider's.
  hashicorp/azuread   a user is deleted when five answers in a row, five seconds apart, have not found it: 20 s a user.
                      Source: WaitForDeletion in internal/helpers/consistency/consistency.go of that provider.
  one resource a user 1,000 resources of fifteen attributes plan in 20 to 25 s with for_each over the people, and 20,000 in hours:
                      Terraform 1.11 evaluates the map anew for each. Source: measured with a provider that does nothing, with
                      for_each = local.people and each.value in every argument. The row of 1,000 workforce_ad_user has one argument.
`

// peers measures 200 unchanged users beside the requests of another provider, and says what else is known.
func peers(ctx context.Context, t terraform) error {
	dir, err := entraID.start()
	if err != nil {
		return err
	}
	defer dir.stop()
	fmt.Printf("## %d unchanged users beside another provider, %s\n", peerPeople, entraID.title)
	w, err := t.workspace("peers", requiredProviders+
		"resource \"workforce_entra_population\" \"staff\" { accounts = local.accounts }\n", cloudDocuments(peerPeople, "Sales"), dir.env...)
	if err != nil {
		return err
	}
	if _, err := w.time(ctx, apply.args...); err != nil {
		return err
	}
	fmt.Print("workforce_entra_population, with Terraform:\n")
	if err := measured(ctx, dir.meter, w, planSame); err != nil {
		return err
	}
	requests, took, err := replayPeer(ctx)
	if err != nil {
		return fmt.Errorf("the requests of another provider: %w", err)
	}
	fmt.Printf("The requests of azuread_user alone, %d users at a time:\n%-22s %10s  %d requests\n%s\n", bareClients, "reads, unchanged",
		took.Round(10*time.Millisecond), requests, known)
	return nil
}

// replayPeer reads users as another provider does, and returns how many requests that took.
func replayPeer(ctx context.Context) (requests int64, took time.Duration, err error) {
	server, err := graph.Start(graph.Options{})
	if err != nil {
		return 0, 0, err
	}
	defer server.Close()
	ids := make([]string, peerPeople)
	for i := range ids {
		name := fmt.Sprintf("p%06d", i+1)
		ids[i] = server.AddUser(map[string]any{"userPrincipalName": name + "@example.com", "displayName": name, "mailNickname": name})
	}
	c := bareBatches{client: server.HTTPClient(), url: server.URL()}
	if err := c.signIn(ctx, server); err != nil {
		return 0, 0, err
	}
	before, start := server.Stats().Requests, time.Now()
	err = inTurn(ctx, ids, 1, func(ctx context.Context, _ int, part []string) error {
		for _, path := range peerReads {
			if err := c.get(ctx, c.url+fmt.Sprintf(path, part[0])); err != nil {
				return err
			}
		}
		return nil
	})
	return int64(server.Stats().Requests - before), time.Since(start), err
}

// get reads one object. That there is none, as nobody has a manager here, is an answer, too.
func (c *bareBatches) get(ctx context.Context, from string) (err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNotFound {
		text, err := io.ReadAll(io.LimitReader(resp.Body, 2000))
		return errors.Join(fmt.Errorf("%s: found status %s, expected 200 or 404: %s", from, resp.Status, text), err)
	}
	return json.NewDecoder(resp.Body).Decode(&map[string]any{})
}
