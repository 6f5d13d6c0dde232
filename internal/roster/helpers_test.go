// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/worker"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func pointer[T any](v T) *T { return &v }

// rules are complete rules for Active Directory, which a test may change.
func rules(change ...func(*mapping.Rules)) mapping.Rules {
	r := mapping.Rules{
		Target: "active_directory",
		Match:  []mapping.MatchRule{{All: []mapping.MatchCondition{{Source: "worker_id", Target: "employeeID"}}}},
		Attributes: map[string]mapping.AttributeRule{
			"cn":                {Expression: `SelectUniqueValue(Join(" ", [First], [Last]), Join(" ", [First], [Last], [worker_id]))`, Apply: mapping.ApplyOnCreate},
			"sAMAccountName":    {Expression: `SelectUniqueValue(ToLower(Join(".", [First], [Last])), ToLower(Join(".", [First], Append([Last], Counter()))))`, Apply: mapping.ApplyOnCreate},
			"userPrincipalName": {Expression: `SelectUniqueValue(ToLower(Append(Join(".", [First], [Last]), "@corp.example.com")), ToLower(Append(Join(".", [First], Append([Last], Counter())), "@corp.example.com")))`, Apply: mapping.ApplyOnCreate},
			"givenName":         {Source: "First"},
			"sn":                {Source: "Last"},
			"displayName":       {Expression: `Join(" ", [First], [Last])`},
			"department":        {Source: "Department", WhenNull: mapping.NullClear},
			"title":             {Source: "Title"},
			"employeeID":        {Source: "worker_id"},
			"manager":           {Source: "manager_id"},
		},
		Container: `Switch([City], "OU=Staff,DC=corp,DC=example,DC=com", "Sydney", "OU=Sydney,OU=Staff,DC=corp,DC=example,DC=com")`,
		Lifecycle: mapping.Lifecycle{PrehireDays: pointer(14), LeaverContainer: `"OU=Leavers,DC=corp,DC=example,DC=com"`, RetentionDays: pointer(30)},
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

func compile(t testing.TB, r mapping.Rules) *mapping.Mapping {
	t.Helper()
	m, err := mapping.Compile(r, adSchema, adFormat)
	if err != nil {
		t.Fatalf("Compile: %v", err)
	}
	return m
}

// hire returns a worker from "id First Last" and attributes as name=value; the
// canonical keys hire_date, termination_date, last_day_of_work, status and manager_id are understood.
func hire(name string, attributes ...string) *worker.Worker {
	part := strings.Fields(name)
	w := &worker.Worker{ID: part[0], HireDate: "2020-01-01", Attributes: map[string]expression.Value{"First": expression.String(part[1]), "Last": expression.String(part[2])}}
	for _, a := range attributes {
		key, value, _ := strings.Cut(a, "=")
		switch key {
		case "hire_date":
			w.HireDate = worker.Date(value)
		case "termination_date":
			w.TerminationDate = worker.Date(value)
		case "manager_id":
			w.ManagerID = value
		case "status":
			w.Status = value
		case "on_leave":
			w.OnLeave = pointer(value == "true")
		default:
			w.Attributes[key] = expression.String(value)
		}
	}
	return w
}

func population(workers ...*worker.Worker) worker.Population {
	p := worker.Population{}
	for _, w := range workers {
		p[w.ID] = w
	}
	return p
}

// input is an Input that a test may change.
func input(t testing.TB, m *memory, r mapping.Rules, workers ...*worker.Worker) roster.Input {
	t.Helper()
	return roster.Input{Workers: population(workers...), Mapping: compile(t, r), AsOf: now, Directory: m, Format: adFormat, WorkerIDAttribute: "employeeID"}
}

func decide(t testing.TB, in roster.Input) *roster.Result {
	t.Helper()
	r, err := roster.Decide(context.Background(), in)
	if err != nil {
		t.Fatalf("Decide: %v", err)
	}
	return r
}

// refused fails unless Decide fails with an error that mentions every part.
func refused(t testing.TB, in roster.Input, parts ...string) {
	t.Helper()
	r, err := roster.Decide(context.Background(), in)
	if err == nil {
		t.Fatalf("no error, expected one with %q", parts)
	}
	if r != nil {
		t.Error("a result beside an error")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error does not mention %q:\n%v", part, err)
		}
	}
}

func decision(t testing.TB, r *roster.Result, id string) roster.Decision {
	t.Helper()
	for _, d := range r.Decisions {
		if d.WorkerID == id {
			return d
		}
	}
	t.Fatalf("no decision about worker %q", id)
	return roster.Decision{}
}

// expectAction checks the action, and that the account document holds these attributes.
func expectAction(t testing.TB, r *roster.Result, id string, action roster.Action) roster.Decision {
	t.Helper()
	d := decision(t, r, id)
	if d.Action != action {
		t.Errorf("worker %q: action %q (%s), expected %q", id, d.Action, d.Reason, action)
	}
	if d.Reason == "" {
		t.Errorf("worker %q: no reason", id)
	}
	return d
}

// expectValue checks one attribute of an account; "-" expects it unmanaged, "" cleared.
func expectValue(t testing.TB, r *roster.Result, id, attribute, want string) {
	t.Helper()
	a, ok := r.Accounts[id]
	if !ok {
		t.Fatalf("worker %q has no account", id)
	}
	v, managed := a.Attributes[attribute]
	got := v.Text()
	switch {
	case attribute == "container":
		got = a.Container
	case attribute == "deleted":
		got = fmt.Sprint(a.Deleted)
	case attribute == "disabled_for":
		got = a.DisabledFor
	case attribute == "enabled":
		got = map[bool]string{true: "true", false: "false"}[a.Enabled]
	case !managed:
		got = "-"
	}
	if got != want {
		t.Errorf("worker %q: %s is %q, expected %q", id, attribute, got, want)
	}
}

// ann is an account that fits worker "1 Ann Lee" in every attribute.
func (m *memory) ann() *directory.Existing {
	return m.user("cn=Ann Lee", "sAMAccountName=ann.lee", "userPrincipalName=ann.lee@corp.example.com", "givenName=Ann", "sn=Lee", "displayName=Ann Lee", "employeeID=1")
}

func warned(r *roster.Result, part string) bool {
	return strings.Contains(strings.Join(r.Warnings, "\n"), part)
}

// hireLine is hire with everything in one line.
func hireLine(line string) *worker.Worker {
	part := strings.Fields(line)
	return hire(strings.Join(part[:3], " "), part[3:]...)
}

func extra(upper int64) directory.AttributeType {
	return directory.AttributeType{Name: "extra", HasMax: true, Max: upper}
}

func readOnly(name string) directory.AttributeType {
	return directory.AttributeType{Name: name, ReadOnly: true}
}
