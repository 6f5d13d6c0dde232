// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/sandbox/samba"
)

// TestAccADPopulation_serverKilledInTheMiddle cuts every connection in the
// middle of creating 200 people, and finishes in the next run.
func TestAccADPopulation_serverKilledInTheMiddle(t *testing.T) {
	d := useDomain(t)
	proxy, err := d.Proxy(samba.ProxyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	t.Setenv("WORKFORCE_AD_URL", proxy.URL())
	t.Setenv("WORKFORCE_AD_CONNECT_TIMEOUT", "3")
	ou := d.Container(t)
	all := people{"k000": person(ou, "k000", "K 000")}
	for i := 1; i <= 200; i++ {
		id := fmt.Sprintf("k%03d", i)
		all[id] = person(ou, id, "K "+id, "manager", fmt.Sprintf("k%03d", i/2))
	}
	first := people{"k000": all["k000"]}
	count := func(want int) resource.TestCheckFunc {
		return func(*terraform.State) error {
			entries, err := d.SearchBelow(t.Context(), ou, "one", "(objectClass=user)", "sAMAccountName")
			if err != nil || len(entries) != want {
				return fmt.Errorf("%d accounts (%v), expected %d", len(entries), err, want)
			}
			return nil
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: populationConfig(), ConfigVariables: first.variables()},
			{
				PreConfig: func() { proxy.Inject(samba.Fault{Op: samba.Add, After: 100}) },
				Config:    populationConfig(), ConfigVariables: all.variables(), ExpectError: wordsInOrder("accounts were not written", "next plan shows only the rest"),
			},
			{
				PreConfig: func() {
					proxy.Mend()
					if err := count(101)(nil); err != nil {
						t.Error("after the cut: ", err)
					}
					proxy.Reset()
				},
				Config: populationConfig(), ConfigVariables: all.variables(),
				Check: resource.ComposeAggregateTestCheckFunc(count(201), holds(d, "k200", "manager", "CN=K k100,"+ou, "userAccountControl", "512"), func(*terraform.State) error {
					if adds := proxy.Count(samba.Add); adds != 100 {
						return fmt.Errorf("the second run added %d accounts, expected the 100 that were missing", adds)
					}
					return nil
				}),
				ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
		},
	})
}

func TestAccAD_connectionFaults(t *testing.T) {
	d := useDomain(t)
	expired, err := d.Certificate(samba.CertificateOptions{Expired: true})
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := d.Proxy(samba.ProxyOptions{Certificate: &expired})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	for name, c := range map[string]struct {
		env  map[string]string
		want []string
	}{
		"wrong password":       {map[string]string{"WORKFORCE_AD_PASSWORD": "wrong"}, []string{"password"}},
		"expired certificate":  {map[string]string{"WORKFORCE_AD_URL": proxy.URL()}, []string{"expired"}},
		"unknown authority":    {map[string]string{"WORKFORCE_AD_CA_CERTIFICATE_FILE": ""}, []string{"authority"}},
		"nobody there":         {map[string]string{"WORKFORCE_AD_URL": "ldaps://127.0.0.1:1"}, []string{"127.0.0.1:1"}},
		"password in clear":    {map[string]string{"WORKFORCE_AD_URL": d.PlainURL()}, []string{"start_tls|StartTLS"}},
		"no directory":         {map[string]string{"WORKFORCE_AD_URL": ""}, []string{"no Active Directory is configured", "WORKFORCE_AD_URL"}},
		"file does not exist":  {map[string]string{"WORKFORCE_AD_CA_CERTIFICATE_FILE": "/nonexistent/ca.pem"}, []string{"/nonexistent/ca.pem"}},
		"a number that is not": {map[string]string{"WORKFORCE_AD_PAGE_SIZE": "many"}, []string{"WORKFORCE_AD_PAGE_SIZE", "many"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("WORKFORCE_AD_CONNECT_TIMEOUT", "3")
			for key, v := range c.env {
				t.Setenv(key, v)
			}
			want := wordsInOrder(c.want...)
			if strings.Contains(c.want[0], "|") {
				want = regexp.MustCompile(c.want[0])
			}
			p := people{"f1": person("OU=x,"+d.BaseDN(), "f1", "F One")}
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
				{Config: populationConfig(), ConfigVariables: p.variables(), PlanOnly: true, ExpectError: want},
			}})
		})
	}
}

// workspace is a directory with a population, for runs of the real command
// line in which something happens between plan and apply.
func workspace(t *testing.T, p people) string {
	t.Helper()
	dir := t.TempDir()
	text := "locals {\n  accounts = {\n"
	for id, a := range p {
		text += fmt.Sprintf("    %s = %q\n", id, activeDirectoryTarget.marshal(a))
	}
	text += "  }\n}\nresource \"workforce_ad_population\" \"staff\" { accounts = local.accounts }\n"
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	addRequiredProviders(t, dir)
	return dir
}

func TestAccADPopulation_changesBetweenPlanAndApply(t *testing.T) {
	d := useDomain(t)
	for name, c := range map[string]struct {
		happens func(t *testing.T, ou string)
		want    []string
	}{
		"container deleted": {func(t *testing.T, ou string) { mustDelete(t, d, "OU=Sub,"+ou) }, []string{"OU=Sub", "does not exist"}},
		"name taken": {func(t *testing.T, ou string) {
			if err := d.CreateUser(t.Context(), "CN=Other,"+ou, "Passw0rd-of-tests", map[string][]string{"sAMAccountName": {"b1"}, "employeeID": {"zz"}}); err != nil {
				t.Fatal(err)
			}
		}, []string{"b1", "CN=Other"}},
	} {
		t.Run(name, func(t *testing.T) {
			ou := d.Container(t)
			if err := d.CreateOU(t.Context(), "OU=Sub,"+ou); err != nil {
				t.Fatal(err)
			}
			dir := workspace(t, people{"b1": person("OU=Sub,"+ou, "b1", "B One")})
			if out, err := runTerraform(t.Context(), t, dir, "plan", "-no-color", "-out=plan.bin"); err != nil {
				t.Fatalf("plan: %v\n%s", err, out)
			}
			c.happens(t, ou)
			out, err := runTerraform(t.Context(), t, dir, "apply", "-no-color", "plan.bin")
			if err == nil || !wordsInOrder(c.want...).MatchString(out) {
				t.Errorf("apply: %v, expected an error with %q\n%s", err, c.want, out)
			}
		})
	}
}

// TestAccADPopulation_createdInPart: a first apply that fails for one person
// keeps the others, and after untaint the next plan is about that person only.
func TestAccADPopulation_createdInPart(t *testing.T) {
	d := useDomain(t)
	proxy, err := d.Proxy(samba.ProxyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	t.Setenv("WORKFORCE_AD_URL", proxy.URL())
	ou := d.Container(t)
	run := func(dir string, ok bool, args ...string) string {
		t.Helper()
		out, err := runTerraform(t.Context(), t, dir, args...)
		if (err == nil) != ok {
			t.Fatalf("terraform %v: %v\n%s", args, err, out)
		}
		return out
	}
	for _, mend := range []string{"untaint", "replace"} {
		t.Run(mend, func(t *testing.T) {
			id := func(n int) string { return fmt.Sprintf("%s%d", mend[:1], n) }
			dir := workspace(t, people{id(1): person(ou, id(1), "C 1 "+mend), id(2): person(ou, id(2), "C 2 "+mend), id(3): person(ou, id(3), "C 3 "+mend)})
			const accessDenied = 50
			proxy.Inject(samba.Fault{Op: samba.Add, After: 2, Result: accessDenied})
			out := run(dir, false, "apply", "-no-color", "-auto-approve", "-parallelism=1")
			if !wordsInOrder("2 of 3 accounts", "terraform untaint").MatchString(out) {
				t.Errorf("the error does not say what was done and what to do:\n%s", out)
			}
			if mend == "untaint" {
				run(dir, true, "untaint", "workforce_ad_population.staff")
				if out = run(dir, true, "plan", "-no-color"); strings.Count(out, "+ \""+mend[:1]) != 1 || !strings.Contains(out, "0 to add, 1 to change, 0 to destroy") {
					t.Errorf("the next plan is not about the rest only:\n%s", out)
				}
			}
			run(dir, true, "apply", "-no-color", "-auto-approve")
			run(dir, true, "plan", "-no-color", "-detailed-exitcode")
			for n := 1; n <= 3; n++ {
				if err := holds(d, id(n), "userAccountControl", "512")(nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestAccADPopulation_replacementTouchesNobody: whoever replaces the resource
// by hand disables and deletes nobody, and a destruction afterwards does what
// on_destroy says.
func TestAccADPopulation_replacementTouchesNobody(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	dir := workspace(t, people{"y1": person(ou, "y1", "Y One")})
	file := filepath.Join(dir, "main.tf")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.Replace(string(text), "{ accounts = local.accounts }", "{\n  accounts   = local.accounts\n  on_destroy = \"disable\"\n}", 1))
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args    []string
		control string
	}{
		{[]string{"apply", "-no-color", "-auto-approve"}, "512"},
		{[]string{"apply", "-no-color", "-auto-approve", "-replace=workforce_ad_population.staff"}, "512"},
		{[]string{"destroy", "-no-color", "-auto-approve"}, "514"},
	} {
		if out, err := runTerraform(t.Context(), t, dir, c.args...); err != nil {
			t.Fatalf("terraform %v: %v\n%s", c.args, err, out)
		}
		if err := holds(d, "y1", "userAccountControl", c.control)(nil); err != nil {
			t.Errorf("after terraform %v: %v", c.args, err)
		}
	}
}

// TestAccADPopulation_failureKeepsNobodyIn: when a joiner cannot be created,
// the leaver of the same run is disabled all the same.
func TestAccADPopulation_failureKeepsNobodyIn(t *testing.T) {
	d := useDomain(t)
	proxy, err := d.Proxy(samba.ProxyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	t.Setenv("WORKFORCE_AD_URL", proxy.URL())
	ou := d.Container(t)
	before := people{"j1": person(ou, "j1", "J One"), "j2": person(ou, "j2", "J Two")}
	after := people{"j1": before["j1"], "j3": person(ou, "j3", "J Three")}
	const accessDenied = 50
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: populationConfig(), ConfigVariables: before.variables()},
			{
				PreConfig: func() { proxy.Inject(samba.Fault{Op: samba.Add, Result: accessDenied}) },
				Config:    populationConfig(), ConfigVariables: after.variables(), ExpectError: wordsInOrder("j3"),
			},
			{
				PreConfig: func() {
					if err := holds(d, "j2", "userAccountControl", "514")(nil); err != nil {
						t.Error(err)
					}
				},
				Config: populationConfig(), ConfigVariables: after.variables(), Check: holds(d, "j3", "userAccountControl", "512"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
		},
	})
}
