// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestFromEntraSchema(t *testing.T) {
	doc, err := os.ReadFile("testdata/workday-to-ad.json")
	if err != nil {
		t.Fatal(err)
	}
	rules, notes, err := FromEntraSchema(string(doc), adFormat, entraFormat)
	if err != nil {
		t.Fatal(err)
	}
	m := mustCompile(t, rules)
	all := strings.Join(notes, "\n")
	for _, want := range []string{
		`The object mapping "Contacts" is switched off`,
		`accountDisabled (Switch([Active], , "0", "True", "1", "False")) became worker_lifecycle: make [Active] the source's status`,
		"parentDistinguishedName became container", `attributes = ["AddressLineData", "BusinessTitle", `, "became prehire_days = 14",
		"manager ([ManagerReference]) must be the worker id",
		"description reads [IsSoftDeleted]", "info has neither source nor default",
		"telephoneNumber is cleared when PrimaryWorkTelephone is null",
		"The action Delete is switched off", `on_out_of_scope is "disable"`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no note with %q in:\n%s", want, all)
		}
	}
	if len(rules.Match) != 2 || rules.Match[0].All[0] != (MatchCondition{Source: "[WorkerID]", Target: "employeeID"}) || rules.Match[1].All[0].Target != "mail" {
		t.Errorf("match %+v", rules.Match)
	}
	if len(rules.Scope) != 2 || rules.Scope[0][1] != (Clause{Attribute: "WorkerType", Operator: "NOT EQUALS", Value: "Contingent"}) {
		t.Errorf("scope %+v", rules.Scope)
	}
	for name, apply := range map[string]string{"cn": ApplyOnCreate, "employeeID": ApplyOnCreate, "mobile": ApplyIfEmpty,
		"givenName": "", "proxyAddresses": ApplyAddValues} {
		if got := rules.Attributes[name].Apply; got != apply {
			t.Errorf("%s: apply %q, want %q", name, got, apply)
		}
	}
	if got := rules.Attributes["employeeNumber"].Expression; got != `Join("-", [CostCenter], [WorkerID])` {
		t.Errorf("rebuilt expression %s", got)
	}
	if l := rules.Lifecycle; !slices.Equal(l.ActiveStatuses, []string{"1"}) || !slices.Equal(l.InactiveStatuses, []string{"0"}) ||
		l.PrehireDays == nil || *l.PrehireDays != 14 {
		t.Errorf("lifecycle %+v", l)
	}
	w := ann()
	for name, v := range map[string]string{"WorkerID": "1001", "PreferredNameData": "Ann Lee", "UserID": "ann/lee..", "Municipality": "Austin", "CountryReferenceTwoLetter": "US", "CostCenter": "4711", "WorkerType": "Regular", "StatusHireDate": "2026-12-01"} {
		w.Attributes[name] = text(v)
	}
	if _, err := m.Evaluate(w, instant(t, "2026-12-05T00:00:00Z")); err == nil {
		t.Error("a status word that the job does not know was understood")
	}
	w.Status = "1"
	d := mustEvaluate(t, m, w, "2026-12-05T00:00:00Z")
	for name, want := range map[string]string{"sAMAccountName": "annlee", "company": "Contoso", "employeeNumber": "4711-1001", "c": "US"} {
		if got := d.Attributes[name].Value.Text(); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if d.Container != "OU=Austin,OU=Users,DC=contoso,DC=com" || d.Attributes["title"].Default.Text() != "Employee" {
		t.Errorf("container %q, title %+v", d.Container, d.Attributes["title"])
	}
}

func TestFromEntraSchemaProblems(t *testing.T) {
	for doc, want := range map[string]string{
		"":   "not a synchronization schema",
		"{}": "found no enabled object mapping",
		`{"synchronizationRules":[{"targetDirectoryName":"salesforce","objectMappings":[{"targetObjectName":"User","attributeMappings":[]}]}]}`: "found no enabled object mapping",
	} {
		_, _, err := FromEntraSchema(doc, adFormat, entraFormat)
		wantError(t, err, want)
	}
	rules, notes, err := FromEntraSchema(`{"synchronizationRules":[{"targetDirectoryName":"Azure Active Directory","objectMappings":[{"targetObjectName":"User","scope":{"groups":[{"clauses":[{"operatorName":"LIKE","sourceOperandName":"x","targetOperand":{"values":["a","b"]}}]}]},
		"attributeMappings":[{"targetAttributeName":"accountEnabled","source":{"type":"Attribute","name":"Active"}},{"targetAttributeName":"mailNickname","source":{"type":"Attribute","name":"Nick"}},{"targetAttributeName":"x","source":{"type":"Function","name":"Join","parameters":[{"key":"a","value":null}]}}]}]}]}`, adFormat, entraFormat)
	if err != nil {
		t.Fatal(err)
	}
	if rules.Target != "entra" || rules.Attributes["mailNickname"].Apply != ApplyAlways {
		t.Errorf("rules %+v", rules)
	}
	for _, want := range []string{"accountEnabled ([Active]) became worker_lifecycle", "no matching attribute", `"LIKE" on x is unknown`} {
		if !strings.Contains(strings.Join(notes, "\n"), want) {
			t.Errorf("no note with %q in %q", want, notes)
		}
	}
}

// FuzzFromEntraSchema holds that a schema is refused, or becomes rules whose document says the same when it is read.
func FuzzFromEntraSchema(f *testing.F) {
	doc, err := os.ReadFile("testdata/workday-to-ad.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(doc))
	f.Add(`{"synchronizationRules":[{"targetDirectoryName":"AD","objectMappings":[{"targetObjectName":"user","attributeMappings":[{"matchingPriority":-1,"source":{"type":"Constant","expression":"\"a"}},{"targetAttributeName":"cn"}]}]}]}`)
	f.Fuzz(func(t *testing.T, doc string) {
		rules, _, err := FromEntraSchema(doc, adFormat, entraFormat)
		if err != nil {
			return
		}
		holdsDocument(t, rules)
		if m, err := Compile(rules, adSchema(), adFormat); (m == nil) == (err == nil) {
			t.Errorf("Compile gave %v and %v", m, err)
		}
	})
}
