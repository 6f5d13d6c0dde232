// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"terraform-provider-workforce/internal/sandbox/samba"
)

const (
	emeaDir     = "emea" // also the directory of its files
	emeaRealm   = "emea.example.net"
	forestsDir  = "forests"
	corpCompany = "Example Corp"
	emeaCompany = "Example EMEA"
	// forestMover is who changes the company, by worker id in the feed of the example.
	forestMover = "1003"
	// disabledAnswer is in what a controller answers when a disabled account signs in with the right password ([MS-ERREF] 2.2: 0x533).
	disabledAnswer = "data 533"
	refusedAnswer  = "Invalid credentials"
)

// forest is where the people of one company have their accounts.
type forest struct {
	company string
	domain  *samba.Domain
	base    string // what the staff of the company is below
}

// staff is the container of the people of the company.
func (f forest) staff() string { return "OU=Staff," + f.base }

// startDomains starts both forests at once: each waits for its own processes most of the time. Each takes an address of loopback on which
// its ports are free, so that they need no namespaces.
func (d *demo) startDomains(ctx context.Context) error {
	both, started := errgroup.WithContext(ctx)
	both.Go(func() (err error) {
		d.domain, err = samba.Start(started, samba.Options{Dir: d.workspace.path(domainDir), Beside: true})
		return err
	})
	both.Go(func() (err error) {
		d.emea, err = samba.Start(started, samba.Options{Dir: d.workspace.path(emeaDir), Realm: emeaRealm, Beside: true})
		return err
	})
	return both.Wait()
}

// twoForests runs the example of the guide: one feed, and an account in the forest of the company for everybody.
func (d *demo) twoForests(ctx context.Context) error {
	corp := forest{corpCompany, d.domain, "OU=" + corpCompany + "," + d.domain.BaseDN()}
	if err := corp.domain.CreateOU(ctx, corp.base); err != nil {
		return err
	}
	d.forests = []forest{corp, {emeaCompany, d.emea, d.emea.BaseDN()}}
	for _, f := range d.forests {
		if err := f.domain.CreateOU(ctx, f.staff()); err != nil {
			return err
		}
		if err := f.domain.AddSuffix(ctx, tenantDomain); err != nil {
			return err
		}
		d.say("%s is the forest of %s, at %s: %s", f.domain.Realm(), f.company, f.domain.URL(), f.staff())
	}
	d.say("both know the suffix %s, the domain of the tenant", tenantDomain)
	if err := d.prepareForests(ctx); err != nil {
		return err
	}
	feed, err := os.ReadFile(d.feed())
	if err != nil {
		return err
	}
	d.command("cat workers.csv")
	d.output(string(feed), 0)
	if _, err := d.applyForests(ctx); err != nil {
		return err
	}
	if err := d.whereabouts(ctx, map[string]int{corpCompany: 2, emeaCompany: 1}); err != nil {
		return err
	}
	d.verified("everybody has one account, in the forest of their company; two people called John Doe have two addresses")
	return d.firstSignIn(ctx)
}

// feed is the path of the HR export of both companies.
func (d *demo) feed() string { return filepath.Join(d.both.dir, "workers.csv") }

// prepareForests gives the example a Terraform of its own, with the sign-in of each forest.
func (d *demo) prepareForests(ctx context.Context) (err error) {
	authorities := d.workspace.path("forests-ca.pem")
	if err := os.WriteFile(authorities, []byte(d.domain.CAPEM()+d.emea.CAPEM()), 0o600); err != nil {
		return err
	}
	domains, accounts := map[string]any{}, map[string]any{}
	for i, name := range []string{"corp", emeaDir} {
		f := d.forests[i]
		domains[name] = map[string]string{"url": f.domain.URL(), "base_dn": f.base, "company": f.company}
		accounts[name] = map[string]string{"username": f.domain.AdminUser(), "password": f.domain.AdminPassword()}
	}
	forests, err := json.Marshal(domains)
	if err != nil {
		return err
	}
	signIn, err := json.Marshal(accounts)
	if err != nil {
		return err
	}
	example := filepath.Join(d.examples(), "topologies")
	d.both, err = d.cloud.in(filepath.Join("..", forestsDir), map[string]string{
		"WORKFORCE_AD_URL": "", "WORKFORCE_AD_USERNAME": "", "WORKFORCE_AD_PASSWORD": "", "WORKFORCE_AD_CA_CERTIFICATE_FILE": authorities,
		"TF_VAR_forests": string(forests), "TF_VAR_sign_in": string(signIn), "TF_VAR_upn_suffix": tenantDomain,
		"TF_VAR_workers_file": "workers.csv",
	}, filepath.Join(example, "main.tf"))
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(example, "workers.csv"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.feed(), text, 0o600); err != nil {
		return err
	}
	_, err = d.both.succeed(ctx, nil, "init")
	return err
}

// applyForests shows what happens to people in both forests, applies it, and asserts that nothing is left to do. It
// returns the plan as shown.
func (d *demo) applyForests(ctx context.Context) (string, error) {
	d.command("terraform plan -out=" + savedPlan)
	shown, err := d.both.succeed(ctx, []int{2}, "plan", "-detailed-exitcode", "-out="+savedPlan)
	if err != nil {
		return "", err
	}
	people := body(shown.stdout)
	people, _, _ = strings.Cut(people[max(0, strings.Index(people, "# workforce_ad_population")):], "\n  # workforce_mapping")
	for _, end := range []string{"\nPlan:", "\nChanges to Outputs:"} {
		people, _, _ = strings.Cut(people, end)
	}
	d.output(people, 45)
	d.output(summary(shown.stdout), 0)
	d.command("terraform apply " + savedPlan)
	applied, err := d.both.succeed(ctx, nil, "apply", savedPlan)
	if err != nil {
		return "", err
	}
	d.output(summary(applied.stdout), 0)
	again, err := d.both.succeed(ctx, nil, "plan")
	if err != nil {
		return "", err
	}
	// The outputs of the example are reports, which tell the moment.
	if strings.Contains(again.stdout, "Plan:") {
		return "", fmt.Errorf("the next plan still has something to do:\n%s", again.stdout)
	}
	d.verified("the next plan is empty")
	return shown.stdout, nil
}

// whereabouts shows the accounts of both forests, and asserts how many people can sign in to each, and nobody to both.
func (d *demo) whereabouts(ctx context.Context, working map[string]int) error {
	rows := [][]string{{"forest", "worker", "userPrincipalName", "can sign in"}}
	homes := map[string]string{}
	for _, f := range d.forests {
		found, err := f.domain.SearchBelow(ctx, f.staff(), "one", "(employeeID=*)", "employeeID", "userPrincipalName", "userAccountControl")
		if err != nil {
			return err
		}
		slices.SortFunc(found, func(a, b samba.Entry) int { return strings.Compare(a.Get("employeeID"), b.Get("employeeID")) })
		enabled := 0
		for _, e := range found {
			off, err := isDisabled(e)
			if err != nil {
				return err
			}
			worker := e.Get("employeeID")
			rows = append(rows, []string{f.domain.Realm(), worker, e.Get("userPrincipalName"), map[bool]string{false: "yes", true: "no"}[off]})
			if off {
				continue
			}
			enabled++
			if other, twice := homes[worker]; twice {
				return fmt.Errorf("worker %s can sign in to %s and to %s", worker, other, f.domain.Realm())
			}
			homes[worker] = f.domain.Realm()
		}
		if enabled != working[f.company] {
			return fmt.Errorf("%d people can sign in to %s, expected %d", enabled, f.domain.Realm(), working[f.company])
		}
	}
	d.table(rows)
	return nil
}

// accountIn returns the one account that a worker has in a forest.
func (f forest) accountIn(ctx context.Context, worker string) (samba.Entry, error) {
	found, err := f.domain.Search(ctx, "(employeeID="+worker+")", "displayName", "userPrincipalName", "userAccountControl")
	if err == nil && len(found) != 1 {
		err = fmt.Errorf("%d accounts of %s have employeeID %s, expected one", len(found), f.domain.Realm(), worker)
	}
	if err != nil {
		return samba.Entry{}, err
	}
	return found[0], nil
}

// firstSignIn gives the mover-to-be a password, as a service desk does, and signs in with it where it must and must not work.
func (d *demo) firstSignIn(ctx context.Context) error {
	corp, emea := d.forests[0], d.forests[1]
	e, err := d.passwordFor(ctx, corp)
	if err != nil {
		return err
	}
	login := e.Get("userPrincipalName")
	if err := corp.domain.Bind(ctx, login, d.password); err != nil {
		return fmt.Errorf("%s cannot sign in to %s: %w", login, corp.domain.Realm(), err)
	}
	if err := refuses(ctx, emea, login, d.password, refusedAnswer); err != nil {
		return err
	}
	d.verified("%s signs in to %s as %s; %s knows nobody of that name", e.Get("displayName"), corp.domain.Realm(), login, emea.domain.Realm())
	return nil
}

// passwordFor sets a password that nobody had before.
func (d *demo) passwordFor(ctx context.Context, f forest) (samba.Entry, error) {
	e, err := f.accountIn(ctx, forestMover)
	if err != nil {
		return e, err
	}
	d.password = "Aa1-" + rand.Text()
	d.say("the service desk of %s gives %s a password", f.company, e.Get("displayName"))
	return e, f.domain.SetPassword(ctx, e.DN, d.password)
}

// refuses asserts that a sign-in fails for a reason.
func refuses(ctx context.Context, f forest, login, password, reason string) error {
	if err := f.domain.Bind(ctx, login, password); err == nil || !strings.Contains(err.Error(), reason) {
		return fmt.Errorf("the sign-in of %s to %s ended with %v, expected a refusal with %q", login, f.domain.Realm(), err, reason)
	}
	return nil
}

// changeForest lets somebody change the company, and asserts that the sign-in moves with them.
func (d *demo) changeForest(ctx context.Context) error {
	corp, emea := d.forests[0], d.forests[1]
	before, err := corp.accountIn(ctx, forestMover)
	if err != nil {
		return err
	}
	former := d.password
	text, err := os.ReadFile(d.feed())
	if err != nil {
		return err
	}
	moved := strings.Replace(string(text), "Ann,Lee,"+corpCompany, "Ann,Lee,"+emeaCompany, 1)
	if moved == string(text) {
		return errors.New("the feed of the example has no Ann Lee in " + corpCompany)
	}
	if err := os.WriteFile(d.feed(), []byte(moved), 0o600); err != nil {
		return err
	}
	name := before.Get("displayName")
	d.say("%s (%s) moves from %s to %s: one field of the feed", name, forestMover, corpCompany, emeaCompany)
	shown, err := d.applyForests(ctx)
	if err != nil {
		return err
	}
	for _, words := range []string{"moved out of scope", "the worker has an account in"} {
		if !strings.Contains(shown, words) {
			return fmt.Errorf("the reports of the move do not say %q:\n%s", words, shown)
		}
	}
	if err := d.whereabouts(ctx, map[string]int{corpCompany: 1, emeaCompany: 2}); err != nil {
		return err
	}
	d.verified("an account was made in %s and the one in %s is disabled, in one run; the reports of both forests say that it is a move",
		emea.domain.Realm(), corp.domain.Realm())
	return d.movedSignIn(ctx, before.Get("userPrincipalName"), former)
}

// movedSignIn proves with real binds where the mover can sign in.
func (d *demo) movedSignIn(ctx context.Context, login, former string) error {
	corp, emea := d.forests[0], d.forests[1]
	if err := refuses(ctx, corp, login, former, disabledAnswer); err != nil {
		return err
	}
	d.verified("%s refuses %s, with the right password: the account is disabled", corp.domain.Realm(), login)
	e, err := d.passwordFor(ctx, emea)
	if err != nil {
		return err
	}
	if e.Get("userPrincipalName") != login {
		return fmt.Errorf("the mover is %s in %s, expected the same name %s", e.Get("userPrincipalName"), emea.domain.Realm(), login)
	}
	if err := emea.domain.Bind(ctx, login, d.password); err != nil {
		return fmt.Errorf("%s cannot sign in to %s: %w", login, emea.domain.Realm(), err)
	}
	d.verified("%s lets %s in: the same person, the same name, no second one", emea.domain.Realm(), login)
	return nil
}
