// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/graph"
	"terraform-provider-workforce/internal/sandbox/samba"
)

const (
	domainDir        = "domain"
	configurationDir = "terraform"
	baseDN           = "DC=corp,DC=example,DC=com"
	staffOU          = "OU=Staff," + baseDN
	contractorsOU    = "OU=Contractors," + baseDN
	leaversOU        = "OU=Leavers," + baseDN
	// disabledFlag is ACCOUNTDISABLE in userAccountControl ([MS-ADTS] 2.2.16).
	disabledFlag = 2
)

// containers are what the configuration places accounts in.
var containers = []string{staffOU, contractorsOU, leaversOU}

// demo is the state of the story while it is told.
type demo struct {
	*screen
	workspace               *workspace
	provider, configuration string // paths
	people                  int

	domain    *samba.Domain
	emea      *samba.Domain // a forest of its own, started at the same time
	terraform *terraform
	tenant    *graph.Server
	cloud     *terraform // provisions to tenant
	hybrid    *terraform // looks up what the domain's accounts are in tenant
	both      *terraform // provisions to both forests
	forests   []forest
	password  string // of the mover between forests, as last set
	company   *company.Company
	accounts  map[string]account // as last applied
	cast      cast
}

type chapter struct {
	title string
	tell  func(context.Context) error
}

func (d *demo) story() []chapter {
	return []chapter{
		{"A domain: Samba as Active Directory domain controller", d.startDomain},
		{fmt.Sprintf("A company of %d people, as HR exports it", d.people), d.hire},
		{"terraform plan: everything that would happen, before it does", d.firstPlan},
		{"terraform apply: everybody gets an account", d.firstApply},
		{"terraform plan again: nothing to do", d.emptyPlan},
		{"Birthright groups: members follow from what people are", d.birthright},
		{"A day in HR: one moves, one leaves, one joins", d.day},
		{"A bad day in HR: told late, misspelt, pasted into the wrong field", d.trouble},
		{"Somebody changes the directory by hand", d.drift},
		{"The file arrives truncated", d.truncated},
		{"What is in the domain, as ldapsearch sees it", d.inventory},
		{"A second target: a Microsoft Entra ID tenant", d.startTenant},
		{"The same file, the same people: both directories side by side", d.users},
		{"Somebody leaves the cloud", d.cloudLeaver},
		{"Hybrid: the account in the domain, its synchronised user in the tenant", d.synced},
		{"A second forest: one feed, and everybody has an account in the forest of their company", d.twoForests},
		{"Somebody moves to the other company, and so to the other forest", d.changeForest},
	}
}

func (d *demo) close() error {
	if d.tenant != nil {
		d.tenant.Close()
	}
	var err error
	for _, domain := range []*samba.Domain{d.domain, d.emea} {
		if domain != nil {
			err = errors.Join(err, domain.Close())
		}
	}
	return err
}

func (d *demo) startDomain(ctx context.Context) (err error) {
	if err := d.startDomains(ctx); err != nil {
		return err
	}
	d.say("%s at %s, base %s", d.domain.ServerName(), d.domain.URL(), d.domain.BaseDN())
	for _, dn := range containers {
		if err := d.domain.CreateOU(ctx, dn); err != nil {
			return err
		}
		d.say("%s", dn)
	}
	d.terraform, err = newTerraform(d.workspace, d.provider, map[string]string{
		"WORKFORCE_AD_URL":                 d.domain.URL(),
		"WORKFORCE_AD_CA_CERTIFICATE_FILE": d.domain.CAFile(),
		"WORKFORCE_AD_USERNAME":            d.domain.AdminUser(),
		"WORKFORCE_AD_PASSWORD":            d.domain.AdminPassword(),
		"TF_VAR_as_of":                     asOf,
	})
	return err
}

func (d *demo) hire(ctx context.Context) error {
	d.company = company.New(seed, d.people)
	if err := d.export(d.company); err != nil {
		return err
	}
	rows := [][]string{{"WorkerID", "WorkerType", "FirstName", "LastName", "ManagerID", "HireDate", "Department", "…"}}
	for _, w := range d.company.Workers[:min(10, d.people)] {
		rows = append(rows, []string{w.ID, w.Type, w.FirstName, w.LastName, w.ManagerID, w.HireDate, w.Department, "…"})
	}
	d.command("head workers.csv")
	d.table(rows)
	configuration, err := os.ReadFile(d.configuration)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(d.terraform.dir, "main.tf"), configuration, 0o600); err != nil {
		return err
	}
	_, err = d.terraform.succeed(ctx, nil, "init")
	return err
}

// exported is the path of the file that the configuration reads.
func (d *demo) exported() string { return filepath.Join(d.terraform.dir, "workers.csv") }

// export writes what HR says about a company.
func (d *demo) export(c *company.Company) error {
	f, err := os.OpenFile(d.exported(), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(c.WriteCSV(f), f.Close())
}

func (d *demo) firstPlan(ctx context.Context) error {
	plan, planned, err := d.plan(ctx)
	if err != nil {
		return err
	}
	people := plan.stdout[max(0, strings.Index(plan.stdout, "# workforce_ad_population")):]
	d.output(people, 45)
	d.output(summary(plan.stdout), 0)
	if d.accounts, err = parseAccounts(planned.after); err != nil {
		return err
	}
	if n := len(d.accounts); n < d.people*3/4 || n > d.people {
		return fmt.Errorf("the plan has %d accounts for %d people", n, d.people)
	}
	d.verified("%d accounts for %d people in %s; the others have left already, or join later", len(d.accounts), d.people, seconds(plan.took))
	return nil
}

func (d *demo) firstApply(ctx context.Context) error {
	applied, err := d.apply(ctx)
	if err != nil {
		return err
	}
	d.output(summary(applied.stdout), 0)
	found, err := d.domain.Search(ctx, "(&(objectCategory=person)(employeeID=*))", "employeeID")
	if err != nil {
		return err
	}
	if len(found) != len(d.accounts) {
		return fmt.Errorf("ldapsearch finds %d accounts, the plan had %d", len(found), len(d.accounts))
	}
	d.verified("%d accounts in %s, %.0f a second", len(found), seconds(applied.took), float64(len(found))/applied.took.Seconds())
	return nil
}

func (d *demo) emptyPlan(ctx context.Context) error {
	d.command("terraform plan -detailed-exitcode")
	r, err := d.terraform.succeed(ctx, nil, "plan", "-detailed-exitcode")
	if err != nil {
		return err
	}
	d.output(summary(r.stdout), 0)
	d.verified("nothing to do, known after %s", seconds(r.took))
	return nil
}

func (d *demo) day(ctx context.Context) error {
	var err error
	if d.cast, err = castFor(d.company, d.accounts); err != nil {
		return err
	}
	before, err := d.find(ctx, d.cast.mover, "objectGUID", "objectSid")
	if err != nil {
		return err
	}
	if err := d.joinByHand(ctx, d.cast.leaver); err != nil {
		return err
	}
	news, err := d.cast.act(d.company)
	if err != nil {
		return err
	}
	for _, line := range news {
		d.say("%s", line)
	}
	if err := d.export(d.company); err != nil {
		return err
	}
	if err := d.planAndApply(ctx, d.cast.mover, d.cast.leaver, d.cast.joiner); err != nil {
		return err
	}
	after, err := d.find(ctx, d.cast.mover, "objectGUID", "objectSid")
	if err != nil {
		return err
	}
	if after.DN == before.DN || after.Get("objectGUID") != before.Get("objectGUID") || after.Get("objectSid") != before.Get("objectSid") {
		return fmt.Errorf("the mover was %s and is %s, expected the same object at another place", before.DN, after.DN)
	}
	d.verified("the mover's account is the same object (objectGUID, objectSid), at another place: %s", after.DN)
	if err := errors.Join(d.belongs(ctx, d.cast.mover, "Everybody", "Customer Success"), d.belongs(ctx, d.cast.leaver)); err != nil {
		return err
	}
	d.verified("the mover is in the new department's group and in no former one; the leaver is in none, the one that somebody had added by hand included")
	return nil
}

func (d *demo) drift(ctx context.Context) error {
	e, err := d.find(ctx, d.cast.mover, "title")
	if err != nil {
		return err
	}
	title := e.Get("title")
	ldif := "dn: " + e.DN + "\nchangetype: modify\nreplace: title\ntitle: Chief Everything Officer\n-\nreplace: userAccountControl\nuserAccountControl: 514\n\n" +
		"dn: CN=" + projectGroup + "," + groupsOU + "\nchangetype: modify\nadd: member\nmember: " + e.DN + "\n"
	d.command("ldapmodify")
	d.output(ldif, 0)
	if err := d.domain.Modify(ctx, ldif); err != nil {
		return err
	}
	if err := d.planAndApply(ctx, d.cast.mover); err != nil {
		return err
	}
	if e, err = d.find(ctx, d.cast.mover, "title"); err != nil {
		return err
	}
	if e.Get("title") != title {
		return fmt.Errorf("after the repair the title is %q, expected %q", e.Get("title"), title)
	}
	d.verified("repaired: title %q", title)
	return d.keptDisabled(ctx, d.cast.mover, e.DN)
}

func (d *demo) truncated(ctx context.Context) error {
	before, err := d.versions(ctx)
	if err != nil {
		return err
	}
	all := len(d.company.Workers)
	part := &company.Company{Workers: d.company.Workers[:all*2/5]}
	d.say("the transfer broke: workers.csv has %d of %d people", len(part.Workers), all)
	if err := d.export(part); err != nil {
		return err
	}
	d.command("terraform apply -auto-approve")
	r, err := d.terraform.succeed(ctx, []int{1}, "apply", "-auto-approve")
	if err != nil {
		return err
	}
	d.output(r.stderr, 20)
	if !strings.Contains(r.stderr, "min_workers") || !strings.Contains(r.stderr, fmt.Sprint(len(part.Workers))) {
		return fmt.Errorf("expected an error that names min_workers and the %d workers found, got:\n%s", len(part.Workers), r.stderr)
	}
	after, err := d.versions(ctx)
	if err != nil {
		return err
	}
	if !slices.Equal(before, after) {
		return errors.New("accounts changed although the safeguard stopped the plan")
	}
	d.verified("stopped: exit status 1, and not one account was touched")
	if err := d.export(d.company); err != nil {
		return err
	}
	_, err = d.terraform.succeed(ctx, nil, "plan", "-detailed-exitcode")
	if err != nil {
		return err
	}
	d.verified("with the whole file the plan is empty again")
	return nil
}
