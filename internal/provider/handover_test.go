// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/memdir"
)

// handedOver is a line of a file of credentials.
type handedOver struct {
	Worker    string `json:"worker_id"`
	Login     string `json:"login"`
	Principal string `json:"user_principal_name"`
	Password  string `json:"password"`
	Pass      string `json:"temporary_access_pass"`
	Created   string `json:"created"`
	ValidFrom string `json:"valid_from"`
	Expires   string `json:"expires"`
	Once      bool   `json:"usable_once"`
	Void      bool   `json:"void"`
}

// opened decrypts the files of a directory, in their order; files counts them.
func opened(t *testing.T, dir string, id age.Identity) (lines []handedOver, files int) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	for _, path := range found {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := file.Stat(); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", path, info, err)
		}
		plain, err := age.Decrypt(armor.NewReader(file), id)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for s := bufio.NewScanner(plain); s.Scan(); {
			var one handedOver
			if err := json.Unmarshal(s.Bytes(), &one); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, one)
		}
		_ = file.Close()
	}
	return lines, len(found)
}

// showsNone checks that neither what Terraform printed and keeps nor a log or record holds a secret.
func showsNone(t *testing.T, lines []handedOver, seen map[string]string) {
	t.Helper()
	for where, text := range seen {
		if text == "" {
			t.Errorf("nothing was seen of %s", where)
		}
		for _, l := range lines {
			if secret := l.Password + l.Pass; secret != "" && strings.Contains(text, secret) {
				t.Errorf("%s shows the secret of worker %s", where, l.Worker)
			}
		}
	}
}

func contentOf(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tfvar sets the variable accounts.
func (p people) tfvar(t *testing.T, target target) {
	t.Helper()
	docs := map[string]string{}
	for id, a := range p {
		docs[id] = target.marshal(a)
	}
	text, err := json.Marshal(docs)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TF_VAR_accounts", string(text))
}

const firstPasswords = `
variable "accounts" {
  type = map(string)
}
variable "recipients" {
  type = list(string)
}
locals {
  first_password = {
    directory  = "%s"
    recipients = var.recipients
    length     = 20
    classes    = ["upper", "lower", "digits"]
  }
}
resource "workforce_ad_population" "staff" {
  accounts       = var.accounts
  first_password = local.first_password
}
resource "workforce_ad_user" "guest" {
  container        = "%[2]s"
  common_name      = "Guest Fellow"
  sam_account_name = "%[3]sguest"
  worker_id        = "%[3]sguest"
  attributes       = { employeeID = "%[3]sguest" }
  first_password   = local.first_password
}
`

// TestAccADPopulation_firstPassword: a joiner signs in with the password of the file and must change it; a plan makes none, a second run
// none either, and nothing but the file knows it.
func TestAccADPopulation_firstPassword(t *testing.T) {
	d := useDomain(t)
	ou, keep := d.Container(t), filepath.Join(t.TempDir(), "handover")
	tag := strings.ToLower(strings.TrimPrefix(strings.SplitN(ou, ",", 2)[0], "OU=test-"))[:6]
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	audit := useAudit(t)
	dir, run := writebackWorkspace(t, fmt.Sprintf(firstPasswords, keep, ou, tag))
	log := filepath.Join(dir, "log")
	t.Setenv("TF_LOG", "TRACE")
	t.Setenv("TF_LOG_PATH", log)
	t.Setenv("TF_VAR_recipients", `["`+id.Recipient().String()+`"]`)
	a, late, more := tag+"a", tag+"l", tag+"m"
	upn := func(worker string) string { return worker + "@" + d.Realm() }
	of := func(worker, cn string) directory.Account {
		return person(ou, worker, cn, "userPrincipalName", upn(worker))
	}
	all := people{a: of(a, "Ada Byron"), late: of(late, "Eva Ruiz")}.with(late,
		func(a *directory.Account) { a.Enabled, a.DisabledFor = false, directory.ForPrehire })
	seen := map[string]string{}

	// A private key among the recipients is refused, and not shown; no plan makes a password.
	all.tfvar(t, activeDirectoryTarget)
	t.Setenv("TF_VAR_recipients", `["`+id.Recipient().String()+`","`+id.String()+`"]`)
	if out := run(false, "plan", "-no-color"); !wordsInOrder("The public key of a recipient cannot be used", "private key").MatchString(out) ||
		strings.Contains(out, id.String()) {
		t.Error(out)
	}
	t.Setenv("TF_VAR_recipients", `["`+id.Recipient().String()+`"]`)
	seen["plan"] = run(true, "plan", "-no-color", "-out=plan")
	seen["plan as JSON"] = run(true, "show", "-json", "plan")
	if _, files := opened(t, keep, id); files > 0 {
		t.Fatal("a plan made passwords")
	}
	seen["apply"] = run(true, "apply", "-no-color", "plan")
	run(true, "plan", "-no-color", "-detailed-exitcode")
	lines, files := opened(t, keep, id)
	if len(lines) != 3 || files > 2 || !wordsInOrder("Credentials for a first sign-in were written",
		"ad-first-passwords-").MatchString(seen["apply"]) {
		t.Fatalf("%d lines in %d files\n%s", len(lines), files, seen["apply"])
	}
	password := map[string]string{}
	for _, l := range lines {
		if password[l.Worker] = l.Password; len(l.Password) != 20 || l.Created == "" || l.Login != l.Worker {
			t.Errorf("line of worker %s: %d characters, %q", l.Worker, len(l.Password), l.Created)
		}
	}
	// What a domain controller says of a right password that must be changed ([MS-ERREF] 0x773), and of a wrong one.
	if err := d.Bind(t.Context(), upn(a), password[a]); err == nil || !strings.Contains(err.Error(), "773") {
		t.Errorf("with the password: %v", err)
	}
	if err := d.Bind(t.Context(), upn(a), password[a]+"x"); err == nil || strings.Contains(err.Error(), "773") {
		t.Errorf("with a wrong password: %v", err)
	}

	// The prehire comes, and another joiner; a change of somebody who is there makes no password.
	next := all.with(late, func(a *directory.Account) { a.Enabled, a.DisabledFor = true, "" }).
		with(a, func(a *directory.Account) { a.Attributes["title"] = directory.Value{"Clerk"} })
	next[more] = of(more, "Wei Li")
	next.tfvar(t, activeDirectoryTarget)
	seen["second apply"] = run(true, "apply", "-no-color", "-auto-approve")
	run(true, "plan", "-no-color", "-detailed-exitcode")
	again, filesNow := opened(t, keep, id)
	if len(again) != 4 || filesNow != files+1 || again[3].Worker != more {
		t.Fatalf("%d lines in %d files after the second run", len(again), filesNow)
	}
	for worker, p := range map[string]string{late: password[late], more: again[3].Password, tag + "guest": password[tag+"guest"]} {
		login := upn(worker)
		if err := d.Bind(t.Context(), login, p); err == nil || !strings.Contains(err.Error(), "773") {
			t.Errorf("%s with the password: %v", worker, err)
		}
	}
	seen["state"], seen["log"], seen["audit"] = contentOf(t, filepath.Join(dir, "terraform.tfstate")), contentOf(t, log), contentOf(t, audit)
	showsNone(t, again, seen)
}

// TestAction_issuePasswords: named people get new passwords by the same file, whoever knows their former ones; a plan issues none.
func TestAction_issuePasswords(t *testing.T) {
	s, _ := useControllers(t)
	t.Setenv("WORKFORCE_AD_URL", s.URL())
	audit, keep := useAudit(t), filepath.Join(t.TempDir(), "handover")
	in := "OU=Staff," + memdir.Base
	for _, id := range []string{"p1", "p2"} {
		s.PutUser("CN=Name "+id+","+in, map[string]string{"employeeID": id, "sAMAccountName": id, "userPrincipalName": id + "@corp.example.com",
			"displayName": "Name " + id, "nTSecurityDescriptor": memdir.Descriptor})
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	p := startActions(t, nil)
	const name = "workforce_ad_issue_passwords"
	config := func(recipient string) *tfprotov6.DynamicValue {
		return p.config(t, name, map[string]tftypes.Value{"users": textList("p1", "p2"), "reason": tftypes.NewValue(tftypes.String, "INC-7"),
			"directory": tftypes.NewValue(tftypes.String, keep), "recipients": textList(recipient), "length": tftypes.NewValue(tftypes.Number, 30)})
	}
	plan := func(recipient string) string {
		got, err := p.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: name, Config: config(recipient)})
		if err != nil {
			t.Fatal(err)
		}
		return said(got.Diagnostics)
	}
	says(t, plan("service-desk"), "The public key of a recipient cannot be used", "no public key")
	says(t, plan("?"))
	says(t, plan(id.Recipient().String()))
	if _, files := opened(t, keep, id); files > 0 {
		t.Error("a plan issued passwords")
	}
	stream, err := p.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{ActionType: name, Config: config(id.Recipient().String())})
	if err != nil {
		t.Fatal(err)
	}
	var messages string
	for event := range stream.Events {
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			messages += e.Message + "\n"
		case tfprotov6.CompletedInvokeActionEventType:
			messages += said(e.Diagnostics)
		}
	}
	says(t, messages, "Issuing new passwords to 2 people", "INC-7", "New password", "p1", "Written, encrypted: ", "ad-new-passwords-")
	lines, files := opened(t, keep, id)
	if len(lines) != 2 || files != 1 {
		t.Fatalf("%d lines in %d files", len(lines), files)
	}
	for _, o := range s.Users() {
		for _, l := range lines {
			if l.Worker == o.First("employeeID") && (l.Password != o.Password() || len(l.Password) != 30 || o.First("pwdLastSet") != "0" ||
				l.Login != l.Worker) {
				t.Errorf("worker %s has another password than the file says", l.Worker)
			}
		}
	}
	record, content := audited(t, audit)
	if _, activities := pairs(t, record); activities["Password Reset"] != 2 {
		t.Errorf("on record: %v", activities)
	}
	showsNone(t, lines, map[string]string{"audit": content, "messages": messages})
}
