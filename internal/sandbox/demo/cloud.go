// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/sandbox/graph"
)

const (
	cloudDir  = "cloud"
	hybridDir = "hybrid"
	// tenantDomain is what the configuration's user principal names end in.
	tenantDomain = "example.com"
)

// startTenant starts the second target, and gives it a Terraform of its own with the same file.
func (d *demo) startTenant(ctx context.Context) (err error) {
	if d.tenant, err = graph.Start(graph.Options{Domains: []string{tenantDomain}}); err != nil {
		return err
	}
	ca := d.workspace.path("tenant-ca.pem")
	if err := os.WriteFile(ca, d.tenant.CAPEM(), 0o600); err != nil {
		return err
	}
	d.say("%s, a tenant of the sandbox that speaks Microsoft Graph; domain %s", d.tenant.URL(), tenantDomain)
	settings := map[string]string{
		"WORKFORCE_ENTRA_TENANT_ID": d.tenant.TenantID(), "WORKFORCE_ENTRA_CLIENT_ID": d.tenant.ClientID(), "WORKFORCE_ENTRA_CLIENT_SECRET": d.tenant.ClientSecret(),
		"WORKFORCE_ENTRA_GRAPH_ENDPOINT": d.tenant.URL(), "WORKFORCE_ENTRA_AUTHORITY_HOST": d.tenant.URL(), "WORKFORCE_ENTRA_CA_CERTIFICATE_FILE": ca,
	}
	settings["TF_VAR_workers_file"] = d.exported()
	if d.cloud, err = d.terraform.in(cloudDir, settings, filepath.Join(d.examples(), "entra", "main.tf")); err != nil {
		return err
	}
	if d.hybrid, err = d.terraform.in(hybridDir, settings, filepath.Join(d.examples(), "hybrid", "main.tf")); err != nil {
		return err
	}
	for _, t := range []*terraform{d.cloud, d.hybrid} {
		if _, err := t.succeed(ctx, nil, "init"); err != nil {
			return err
		}
	}
	return nil
}

// examples is the folder that the configuration of the first target is in, with the others beside it.
func (d *demo) examples() string { return filepath.Dir(filepath.Dir(d.configuration)) }

// users provisions everybody to the tenant and shows that both targets agree.
func (d *demo) users(ctx context.Context) error {
	planned, err := d.applyCloud(ctx, 30)
	if err != nil {
		return err
	}
	stats := d.tenant.Stats()
	d.verified("%d users in %d requests (%d batches); the next plan is empty", len(planned.after), stats.Requests, stats.Batches)
	return d.sideBySide(ctx)
}

// applyCloud plans and applies, shows so many lines of the changes, and asserts that nothing is left to do.
func (d *demo) applyCloud(ctx context.Context, lines int) (population, error) {
	d.command("terraform plan -out=" + savedPlan)
	shown, err := d.cloud.succeed(ctx, []int{2}, "plan", "-detailed-exitcode", "-out="+savedPlan)
	if err != nil {
		return population{}, err
	}
	people := body(shown.stdout)
	d.output(people[max(0, strings.Index(people, "# workforce_entra_population")):], lines)
	d.output(summary(shown.stdout), 0)
	planned, err := d.cloud.planned(ctx, savedPlan)
	if err != nil {
		return planned, err
	}
	d.command("terraform apply " + savedPlan)
	applied, err := d.cloud.succeed(ctx, nil, "apply", savedPlan)
	if err != nil {
		return planned, err
	}
	d.output(summary(applied.stdout), 0)
	_, err = d.cloud.succeed(ctx, nil, "plan", "-detailed-exitcode")
	return planned, err
}

// sideBySide compares the two targets person by person, and shows one.
func (d *demo) sideBySide(ctx context.Context) error {
	users := map[string]map[string]any{}
	for _, u := range d.tenant.Users() {
		if id, ok := u["employeeId"].(string); ok {
			users[id] = u
		}
	}
	found, err := d.domain.Search(ctx, "(&(objectCategory=person)(employeeID=*))", "employeeID", "displayName", "department", "userAccountControl")
	if err != nil {
		return err
	}
	working := 0
	for _, e := range found {
		off, err := isDisabled(e)
		if err != nil || off {
			continue // leavers of former days have no user in a tenant that starts today
		}
		working++
		u := users[e.Get("employeeID")]
		if u == nil || u["accountEnabled"] != true || u["displayName"] != e.Get("displayName") || u["department"] != e.Get("department") {
			return fmt.Errorf("worker %s is %s in the domain and %v in the tenant", e.Get("employeeID"), e.DN, u)
		}
	}
	mover, err := d.find(ctx, d.cast.mover, "displayName", "userPrincipalName", "title", "department", "co")
	if err != nil {
		return err
	}
	u := users[d.cast.mover]
	rows := [][]string{{"", "Active Directory", "Microsoft Entra ID"}, {"people at work", strconv.Itoa(working), strconv.Itoa(countEnabled(users))}}
	for _, pair := range [][2]string{{"displayName", "displayName"}, {"userPrincipalName", "userPrincipalName"}, {"title", "jobTitle"}, {"department", "department"}, {"co", "country"}} {
		rows = append(rows, []string{pair[1], mover.Get(pair[0]), fmt.Sprint(u[pair[1]])})
	}
	d.table(rows)
	if working != countEnabled(users) {
		return fmt.Errorf("%d people are at work in the domain, %d in the tenant", working, countEnabled(users))
	}
	d.verified("everybody who can sign in here can sign in there, with the same name and department")
	return nil
}

func countEnabled(users map[string]map[string]any) int {
	n := 0
	for _, u := range users {
		if u["accountEnabled"] == true {
			n++
		}
	}
	return n
}

// cloudLeaver lets one more person leave, and shows that sessions end with the account.
func (d *demo) cloudLeaver(ctx context.Context) error {
	leaver := d.company.Worker(d.cast.typo)
	if err := d.company.Leave(leaver.ID, yesterday); err != nil {
		return err
	}
	d.say("%s %s (%s) had the last day of work on %s", leaver.FirstName, leaver.LastName, leaver.ID, yesterday)
	if err := d.export(d.company); err != nil {
		return err
	}
	d.tenant.ResetStats()
	planned, err := d.applyCloud(ctx, 0)
	if err != nil {
		return err
	}
	if changed := slices.Sorted(maps.Keys(planned.changed())); !slices.Equal(changed, []string{leaver.ID}) {
		return fmt.Errorf("the plan changes the users of %v, expected %s", changed, leaver.ID)
	}
	if n := d.tenant.Stats().Calls("POST /users/{id}/revokeSignInSessions"); n != 1 {
		return fmt.Errorf("sessions were revoked %d times, expected once", n)
	}
	d.verified("disabled and every session revoked, in one step")
	return nil
}

// synced shows the hybrid case: the account is Active Directory's, and what the cloud made of it is looked up by its immutable id.
func (d *demo) synced(ctx context.Context) error {
	e, err := d.find(ctx, d.cast.mover, "objectGUID", "sAMAccountName", "displayName")
	if err != nil {
		return err
	}
	guid := guidOf(e.Get("objectGUID"))
	d.tenant.Delete(d.tenant.UserID(d.cloudName(d.cast.mover))) // in a hybrid tenant it would never have been there
	d.tenant.SyncUser([16]byte([]byte(e.Get("objectGUID"))), e.Get("sAMAccountName"), map[string]any{
		"userPrincipalName": e.Get("sAMAccountName") + "@" + tenantDomain, "displayName": e.Get("displayName"), "mailNickname": e.Get("sAMAccountName"),
		"employeeId": d.cast.mover,
	})
	d.say("Microsoft Entra Connect has synchronised %s (objectGUID %s)", e.DN, guid)
	args := []string{"-auto-approve", "-var=worker_id=" + d.cast.mover, "-var=object_guid=" + guid}
	d.command("terraform apply " + strings.Join(args, " "))
	if _, err := d.hybrid.succeed(ctx, nil, append([]string{"apply"}, args...)...); err != nil {
		return err
	}
	r, err := d.hybrid.succeed(ctx, nil, "output", "-json")
	if err != nil {
		return err
	}
	var outputs map[string]struct{ Value string }
	if err := json.Unmarshal([]byte(r.stdout), &outputs); err != nil {
		return err
	}
	var rows [][]string
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		rows = append(rows, []string{name, outputs[name].Value})
	}
	d.table(rows)
	if outputs["sam_account_name"].Value != e.Get("sAMAccountName") {
		return fmt.Errorf("found %v, expected the user of %s", outputs, e.DN)
	}
	d.verified("the account in the domain and the user in the tenant are the same person")
	return nil
}

// cloudName returns the user principal name of a worker in the tenant.
func (d *demo) cloudName(worker string) string {
	for _, u := range d.tenant.Users() {
		if u["employeeId"] == worker {
			return fmt.Sprint(u["userPrincipalName"])
		}
	}
	return ""
}

// guidOf writes the octets of an objectGUID as text ([MS-DTYP] 2.3.4: the first three fields are little-endian).
func guidOf(b string) string {
	return fmt.Sprintf("%02x%02x%02x%02x-%02x%02x-%02x%02x-%x-%x", b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8:10], b[10:])
}
