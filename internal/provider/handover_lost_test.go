// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"terraform-provider-workforce/internal/directory"
)

// TestAccADPopulation_lostRun: a run that is lost with its machine leaves accounts, and neither state nor files. The next
// one takes the accounts over, and names the people who may have no password; not whoever has chosen one.
func TestAccADPopulation_lostRun(t *testing.T) {
	s, ou := useMemoryDomain(t)
	keep := filepath.Join(t.TempDir(), "handover")
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TF_VAR_recipients", `["`+id.Recipient().String()+`"]`)
	dir, run := writebackWorkspace(t, fmt.Sprintf(firstPasswords, keep, ou, "x"))
	all := people{"a": person(ou, "a", "Ada Byron"), "b": person(ou, "b", "Eva Ruiz")}
	all["gone"] = person(ou, "gone", "Max Left")
	all = all.with("gone", func(a *directory.Account) { a.Enabled, a.DisabledFor = false, "left" })
	s.PutUser("CN=Max Left,"+ou, map[string]string{"sAMAccountName": "gone", "employeeID": "gone", "displayName": "Max Left",
		"userPrincipalName": "gone@corp.example.com", "pwdLastSet": "0"})
	all.tfvar(t, activeDirectoryTarget)
	const title = "People may have no first password"
	if out := run(true, "apply", "-no-color", "-auto-approve"); strings.Contains(out, title) {
		t.Errorf("creations are no adoptions, and leavers need no password:\n%s", out)
	}
	for _, lost := range []string{filepath.Join(dir, "terraform.tfstate"), keep} {
		if err := os.RemoveAll(lost); err != nil {
			t.Fatal(err)
		}
	}
	for _, u := range s.Users() {
		if u.First("employeeID") == "b" { // who has signed in, and chosen one
			s.Set(u.ID, "pwdLastSet", "133500000000000000")
		}
	}
	out := run(true, "plan", "-no-color")
	if !wordsInOrder(title, "1 account will be taken over", "(first_password)", "workforce_ad_issue_passwords",
		"worker a: CN=Ada Byron,"+ou, "one more similar warning").MatchString(out) {
		t.Errorf("the plan does not name who may have no password:\n%s", out)
	}
	run(true, "apply", "-no-color", "-auto-approve")
	if _, files := opened(t, keep, id); files > 0 {
		t.Error("accounts that exist got other passwords")
	}
	if out := run(true, "plan", "-no-color", "-detailed-exitcode"); strings.Contains(out, title) {
		t.Errorf("said again, when it is done:\n%s", out)
	}
}
