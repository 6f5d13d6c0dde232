// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"context"
	"slices"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

var entraFormat = directory.Format{Target: "entra", ID: "id", Login: "userPrincipalName", HoldsAddresses: true, Core: []directory.CoreKey{
	{Key: "user_principal_name", Attribute: "userPrincipalName", Required: true},
	{Key: "display_name", Attribute: "displayName", Required: true},
	{Key: "mail_nickname", Attribute: "mailNickname", Required: true},
	{Key: "manager", Attribute: "manager"},
}, Naming: entra.Format.Naming, Refused: entra.Format.Refused}

var entraSchema = directory.NewSchema(
	directory.AttributeType{Name: "userPrincipalName"}, directory.AttributeType{Name: "displayName"}, directory.AttributeType{Name: "mailNickname"},
	directory.AttributeType{Name: "employeeId", HasMax: true, Max: 16}, directory.AttributeType{Name: "department"}, directory.AttributeType{Name: "manager"})

// tenant answers for Microsoft Entra ID: objects are found by "id", and worker ids are in employeeId.
type tenant struct{ *memory }

func (d tenant) Find(ctx context.Context, attribute string, values []string) (map[string][]*directory.Existing, error) {
	if attribute == "id" {
		attribute = "objectGUID"
	}
	return d.memory.Find(ctx, attribute, values)
}

func (d tenant) Owned(context.Context) (owned []*directory.Existing, err error) {
	for _, e := range d.objects {
		if len(e.Account.Attributes["employeeId"]) > 0 {
			owned = append(owned, e)
		}
	}
	return owned, nil
}

func TestEntra(t *testing.T) {
	m, err := mapping.Compile(mapping.Rules{
		Target: "entra",
		Match:  []mapping.MatchRule{{All: []mapping.MatchCondition{{Source: "worker_id", Target: "employeeId"}}}},
		Attributes: map[string]mapping.AttributeRule{
			"userPrincipalName": {Expression: `SelectUniqueValue(ToLower(Append([First], "@example.com")), ToLower(Append([Last], "@example.com")))`, Apply: mapping.ApplyOnCreate},
			"mailNickname":      {Expression: `SelectUniqueValue([First], [Last])`, Apply: mapping.ApplyOnCreate},
			"displayName":       {Expression: `Join(" ", [First], [Last])`},
			"employeeId":        {Source: "worker_id"},
			"manager":           {Source: "manager_id"},
		},
	}, entraSchema, entraFormat)
	if err != nil {
		t.Fatal(err)
	}
	d := tenant{newMemory()}
	d.schema = entraSchema
	d.add("user", "", true, "userPrincipalName=ann@example.com", "mailNickname=guest", "displayName=Guest Ann")
	off(d.add("user", "", false, "userPrincipalName=x@example.com", "mailNickname=x", "displayName=Bob"), "2026-11-02", "leave")
	in := roster.Input{Workers: population(hire("1 Ann Lee", "manager_id=2"), hire("2 Bob Ray", "manager_id=1")), Mapping: m, AsOf: now, Directory: d, Format: entraFormat,
		WorkerIDAttribute: "EmployeeID", Links: map[string]string{"2": "guid-00002"}}
	r := decide(t, in)
	for id, want := range map[string]string{"1": "lee@example.com", "2": "x@example.com"} {
		expectValue(t, r, id, "userPrincipalName", want)
	}
	expectAction(t, r, "2", roster.ActionEnable)
	if d := decision(t, r, "2"); d.MatchedBy != "link" || !slices.ContainsFunc(d.Changes,
		func(c roster.Difference) bool { return c.Attribute == "employeeId" && c.New.Text() == "2" }) {
		t.Errorf("matched by %q, changes %v", d.MatchedBy, d.Changes)
	}
	if want := `{"attributes":{"employeeId":"1"},"display_name":"Ann Lee","enabled":true,"mail_nickname":"Ann","manager":"2","user_principal_name":"lee@example.com"}`; r.Documents["1"] != want {
		t.Errorf("document %s\nexpected %s", r.Documents["1"], want)
	}
	if d.calls["MissingContainers"] != 0 {
		t.Error("asked for containers, of which there are none")
	}
	d.apply(t, r)
	for _, dec := range decide(t, in).Decisions {
		if dec.Action != roster.ActionNone {
			t.Errorf("again: worker %q, %s", dec.WorkerID, dec.Action)
		}
	}
}
