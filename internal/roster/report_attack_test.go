// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"fmt"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/review"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/worker"
)

// nothingApproved is the approval of a run in which nothing is to be done.
func nothingApproved(t *testing.T) string {
	t.Helper()
	return decideAndReport(t, input(t, newMemory(), rules())).Approval()
}

// Whatever gives access back or is written at an account needs an approval, also where no attribute changes.
func TestWhatIsNoChangeOfAnAttributeNeedsApproval(t *testing.T) {
	m := newMemory()
	a := m.ann()
	a.Deleted = true // enabled, as a deleted user of Microsoft Entra ID is
	in := input(t, m, rules(), hire("1 Ann Lee"))
	in.RestoreDeleted = true
	r := decideAndReport(t, in)
	expectAction(t, r.Result, "1", roster.ActionRehire)
	if err := r.Unapproved(nothingApproved(t), nil); err == nil || !strings.Contains(err.Error(), "(1)") {
		t.Errorf("a restoration without an approval: %v", err)
	}
	if !strings.Contains(r.Report, "0 accounts today (0 disabled), 1 restored: 1 afterwards") {
		t.Errorf("the report does not say that an account is restored:\n%s", r.Report)
	}
}

// What was approved as a change of an account that exists is not approved for one that was deleted meanwhile.
func TestAnApprovedChangeIsNoApprovedRestoration(t *testing.T) {
	m := newMemory()
	a := m.ann()
	in := input(t, m, rules(), hire("1 Ann Lee", "Title=Clerk"))
	in.RestoreDeleted = true
	approved := decideAndReport(t, in).Approval()
	a.Deleted = true
	if err := decideAndReport(t, in).Unapproved(approved, nil); err == nil {
		t.Error("a restoration was approved as a change of title")
	}
}

// Leave that was approved is not leaving: retention counts from what is written down.
func TestTheReasonOfDisablingIsApproved(t *testing.T) {
	m := newMemory()
	m.ann()
	in := input(t, m, rules(func(r *mapping.Rules) { r.Lifecycle.LeaverContainer = "" }), hire("1 Ann Lee"))
	in.Overrides = []roster.Override{disable("1")}
	approved := decideAndReport(t, in).Approval()
	in.Overrides = nil
	in.Workers["1"].TerminationDate = "2026-11-20"
	if err := decideAndReport(t, in).Unapproved(approved, nil); err == nil {
		t.Error("leaving was approved as an override")
	}
}

// The exemption of updates is for facts about people: no names, no addresses, no other account, nobody whom the report asks about.
func TestExemptUpdatesAreFacts(t *testing.T) {
	m := newMemory()
	m.ann()
	m.user("cn=Bob Ray", "sAMAccountName=adm-bob", "userPrincipalName=adm-bob@corp.example.com", "givenName=Bob", "sn=Ray", "displayName=Bob Ray", "mail=bob@x.org")
	in := input(t, m, rules(func(r *mapping.Rules) {
		r.Match = append(r.Match, mapping.MatchRule{All: []mapping.MatchCondition{{Source: "Mail", Target: "mail"}}})
	}), hire("1 Ann Miller"), hire("2 Bob Ray", "Mail=bob@x.org"), hire("3 Eve Kim", "Title=Clerk"))
	m.user("cn=Eve Kim", "sAMAccountName=eve.kim", "userPrincipalName=eve.kim@corp.example.com", "givenName=Eve", "sn=Kim", "displayName=Eve Kim", "employeeID=3")
	err := decideAndReport(t, in).Unapproved(nothingApproved(t), []review.Exempt{review.ExemptUpdates})
	if err == nil || !strings.Contains(err.Error(), "(1)") || !strings.Contains(err.Error(), "(2)") || strings.Contains(err.Error(), "(3)") {
		t.Errorf("expected the new name and the taken-over account: %v", err)
	}
}

// A change that was approved for fifty is not approved for six hundred.
func TestAMassChangeIsAskedOfEverybody(t *testing.T) {
	m := newMemory()
	in := input(t, m, rules())
	in.Workers = worker.Population{}
	move := func(n int) {
		for i := range n {
			in.Workers[fmt.Sprint(1000+i)].Attributes["Department"] = expression.String("Revenue")
		}
	}
	for i := range 600 {
		id := fmt.Sprint(1000 + i)
		in.Workers[id] = hire(fmt.Sprintf("%s F%d L%d", id, i, i), "Department=Sales")
	}
	m.apply(t, decide(t, in))
	move(50)
	approved := decideAndReport(t, in).Approval()
	move(600)
	err := decideAndReport(t, in).Unapproved(approved, []review.Exempt{review.ExemptUpdates})
	if err == nil || !strings.Contains(err.Error(), "550 decisions") {
		t.Errorf("expected 550 decisions nobody approved: %v", err)
	}
}

// Redaction holds for the function as for the argument, for managers in cycles, and for managers who are deleted.
func TestRedactionOfFunctionsAndManagers(t *testing.T) {
	m := newMemory()
	m.ann().Account.Attributes["title"] = directory.Value{"OldSecret"}
	in := input(t, m, rules(func(r *mapping.Rules) {
		r.Attributes["title"] = mapping.AttributeRule{Expression: `Redact([Title])`}
		r.Attributes["manager"] = mapping.AttributeRule{Source: "manager_id", Redact: true}
		r.Attributes["cn"] = mapping.AttributeRule{Expression: r.Attributes["cn"].Expression, Apply: mapping.ApplyOnCreate, Redact: true}
	}), hire("1 Ann Lee", "Title=NewSecret", "manager_id=2"), hire("2 Bob Ray", "manager_id=1"))
	r := decideAndReport(t, in)
	html, err := r.HTML()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"report": r.Report, "report_json": r.ReportJSON, "HTML": html, "summary": r.Digest, "warnings": strings.Join(r.Warnings, "\n")} {
		for _, secret := range []string{"Secret", "of one another", "manage one another", "CN=Ann Lee"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s tells %q", name, secret)
			}
		}
	}
}

// A name with signs of Markdown does not take a question away from page one.
func TestANameDoesNotBlankAQuestion(t *testing.T) {
	m := newMemory()
	in := input(t, m, rules())
	in.Workers = worker.Population{}
	for i := range 6 {
		id := fmt.Sprint(1000 + i)
		last := strings.Repeat(fmt.Sprint("O`Brien", i), 12)
		m.user("cn=N"+id, "sAMAccountName=n"+id, "userPrincipalName=n"+id+"@corp.example.com", "givenName=Ann", "sn="+last, "displayName=Ann "+last, "employeeID="+id)
	}
	page := decideAndReport(t, in).Report
	_, look, _ := strings.Cut(page, "## Look at these")
	if !strings.Contains(look, "missing from the HR data and can sign in") && !strings.Contains(look, "1. 6 people (Ann O\\`Brien") {
		t.Errorf("the question is blank:\n%s", look)
	}
}

// On a first run nobody is asked why they have no account yet, and no manager is new to their people.
func TestAFirstRunAsksNothingAboutEverybody(t *testing.T) {
	m := newMemory()
	in := input(t, m, rules())
	in.Workers = company(300)
	for _, f := range decideAndReport(t, in).Findings() {
		if f.Key == "joiner_hired_long_ago" || f.Key == "manager_of_many" || f.Key == "joiners_twice" {
			t.Errorf("%s: %s", f.Key, f.Text)
		}
	}
}

// Who is out of scope loses access by the rules, and not by a word of HR.
func TestOutOfScopeIsNoWordOfHR(t *testing.T) {
	m := newMemory()
	in := office(t, m)
	rule := rules(func(r *mapping.Rules) {
		r.OnOutOfScope = mapping.OutOfScopeDisable
		r.Scope = [][]mapping.Clause{{{Expression: `Switch([Kind], "True", "External", "False")`}}}
	})
	in.Mapping = compile(t, rule)
	in.Workers["1"].Attributes["Kind"] = expression.String("External")
	for _, id := range []string{"2", "3", "4"} {
		in.Workers[id].TerminationDate = "2026-11-20"
	}
	keys := map[string][]string{}
	for _, f := range decideAndReport(t, in).Findings() {
		keys[f.Key] = f.Workers
	}
	if len(keys["leaver_without_date"]) > 0 || strings.Join(keys["leaver_by_policy"], " ") != "1" {
		t.Errorf("questions %v", keys)
	}
}
