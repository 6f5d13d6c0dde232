// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/worker"
)

// crowd returns a population in which everything happens: namesakes, leavers,
// future hires, leave, managers who are missing, in circles and gone.
func crowd(seed uint64, n int) worker.Population {
	r := rand.New(rand.NewPCG(seed, 7))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	p := worker.Population{}
	for i := range n {
		id := fmt.Sprint(1000 + i)
		w := hire(id+" "+pick("Li", "José", "Jose", "Ann", "Olga")+" "+pick("Wei", "Lee", "Petrov", "Müller"), "Department="+pick("Sales", "IT", "Legal", "R|D `x`\n<b>"), "City="+pick("Sydney", "Berlin"))
		w.HireDate = worker.Date(pick("2019-03-01", "2024-10-07", "2026-11-22", "2026-11-30", "2026-12-24"))
		if w.HireDate < "2026" {
			w.TerminationDate = worker.Date(pick("", "", "", "", "2026-10-01", "2026-11-15", "2026-11-21", "2026-12-01"))
			w.OnLeave = pointer(r.IntN(6) == 0)
		}
		w.ManagerID = fmt.Sprint(1000 + r.IntN(n+n/10))
		if r.IntN(5) > 0 {
			w.Attributes["Title"] = expression.String(pick("Clerk", "Head"))
		}
		p[id] = w
	}
	return p
}

// everything are rules that use every kind of rule.
func everything(change ...func(*mapping.Rules)) mapping.Rules {
	return rules(append([]func(*mapping.Rules){func(r *mapping.Rules) {
		r.Attributes["mail"] = mapping.AttributeRule{Unique: true, Expression: `SelectUniqueValue(ToLower(Append(Join(".", [First], [Last]), "@example.com")), ToLower(Append(Join(".", [First], Append([Last], Counter())), "@example.com")))`}
		r.Attributes["company"] = mapping.AttributeRule{Default: pointer("Example")}
		r.Attributes["division"] = mapping.AttributeRule{Source: "Department", Apply: mapping.ApplyIfEmpty}
		r.Attributes["description"] = mapping.AttributeRule{Source: "Title", Apply: mapping.ApplyOnCreate, Default: pointer("new")}
		r.Attributes["proxyAddresses"] = mapping.AttributeRule{Apply: mapping.ApplyAddValues,
			Expression: `Split(ToLower(Join(",", Append("smtp:", Join(".", [Last], [worker_id], "alias@example.com")), ` +
				`Append("x500:/o=x/cn=", [worker_id]))), ",")`}
		r.Lifecycle.RecordIn = "extensionAttribute1"
		r.Lifecycle.LeaverAttributes = map[string]mapping.AttributeRule{"title": {Constant: pointer("left")}}
		r.Lifecycle.OnLeave = "disable"
		r.ManagerMissing = mapping.ManagerNextLevel
	}}, change...)...)
}

func TestSecondRunChangesNothing(t *testing.T) {
	for name, change := range map[string]func(*mapping.Rules){
		"record":         func(*mapping.Rules) {},
		"no record":      func(r *mapping.Rules) { r.Lifecycle.RecordIn = "" },
		"clear managers": func(r *mapping.Rules) { r.ManagerMissing = mapping.ManagerClear },
		"names always": func(r *mapping.Rules) {
			for _, attribute := range []string{"cn", "sAMAccountName", "userPrincipalName"} {
				rule := r.Attributes[attribute]
				rule.Apply = mapping.ApplyAlways
				r.Attributes[attribute] = rule
			}
		},
		"container once":  func(r *mapping.Rules) { r.ContainerApply = mapping.ApplyOnCreate },
		"create leavers":  func(r *mapping.Rules) { r.Lifecycle.CreateLeavers = true },
		"new names":       func(r *mapping.Rules) { r.Lifecycle.Rehire = "new_name" },
		"absent disabled": func(r *mapping.Rules) { r.Lifecycle.OnAbsent = "disable" },
		"absent grace":    func(r *mapping.Rules) { r.Lifecycle.OnAbsent, r.Lifecycle.AbsentDays = "disable", 5 },
		"absent released": func(r *mapping.Rules) { r.Lifecycle.OnAbsent = "release" },
		"scope": func(r *mapping.Rules) {
			r.Scope, r.OnOutOfScope = [][]mapping.Clause{{{Attribute: "Department", Operator: "NOT EQUALS", Value: "Legal"}}}, mapping.OutOfScopeDisable
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := everything(change)
			if r.Lifecycle.OnAbsent == "disable" && r.Lifecycle.RecordIn == "" {
				t.Fatal("the case needs a record")
			}
			m := newMemory()
			people := crowd(1, 250)
			in := input(t, m, r)
			in.Workers = people
			in.AsOf = now.AddDate(0, 0, -40) // everybody is hired while the leavers still work
			settle(t, m, in)
			in.AsOf = now
			settle(t, m, in)
			later := crowd(1, 250)
			for i := range 40 {
				delete(later, fmt.Sprint(1000+i*6))
			}
			for _, w := range later {
				if w.TerminationDate == "2026-11-15" {
					w.TerminationDate = "" // comes back
				}
			}
			in.Workers = later
			settle(t, m, in)
			in.AsOf = now.AddDate(0, 0, 20)
			settle(t, m, in)
		})
	}
}

// settle decides, applies and expects a second decision to change nothing, not
// even a byte of a document.
func settle(t *testing.T, m *memory, in roster.Input) {
	t.Helper()
	first := decide(t, in)
	m.now = in.AsOf
	m.apply(t, first)
	second := decide(t, in)
	for _, d := range second.Decisions {
		if len(d.Changes) > 0 || d.Action == roster.ActionCreate {
			t.Fatalf("as of %s, worker %q again: %s %v", in.AsOf, d.WorkerID, d.Action, d.Changes)
		}
	}
	kept := 0
	for id, doc := range first.Documents {
		if first.Accounts[id].Deleted {
			if second.Documents[id] != "" {
				t.Fatalf("as of %s, worker %q: deleted, and a document still", in.AsOf, id)
			}
			continue
		}
		kept++
		if second.Documents[id] != doc {
			t.Fatalf("as of %s, worker %q: the document changed\n%s\n%s", in.AsOf, id, doc, second.Documents[id])
		}
	}
	if len(second.Documents) != kept {
		t.Fatalf("%d documents, expected %d", len(second.Documents), kept)
	}
	names := map[string]string{}
	for _, e := range m.objects {
		for _, attribute := range []string{"sAMAccountName", "userPrincipalName", "mail"} {
			key := attribute + directory.Fold(e.Account.Attributes[attribute].Text())
			if other := names[key]; other != "" && key != attribute {
				t.Fatalf("%s is held by %s and %s", key, other, e.ID)
			}
			names[key] = e.ID
		}
	}
}

func TestSameInputSameBytes(t *testing.T) {
	var first string
	for i := range 6 {
		m := newMemory()
		in := input(t, m, everything())
		in.Workers = crowd(3, 300)
		in.AsOf = now.AddDate(0, 0, -40)
		m.apply(t, decide(t, in))
		rand.New(rand.NewPCG(uint64(i), 1)).Shuffle(len(m.objects), func(a, b int) { m.objects[a], m.objects[b] = m.objects[b], m.objects[a] })
		in.AsOf = now
		all := crowd(3, 330) // maps have no order of their own
		in.Workers = worker.Population{}
		for _, id := range rand.New(rand.NewPCG(uint64(i), 2)).Perm(330) {
			in.Workers[fmt.Sprint(1000+id)] = all[fmt.Sprint(1000+id)]
		}
		in.Partition = roster.Partition{Shards: 4}
		out, err := json.Marshal(decide(t, in))
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(out)
		}
		if string(out) != first {
			t.Fatal("another order of the same input gave another result")
		}
	}
}

func TestOneDecisionWithOneReasonForEverybody(t *testing.T) {
	m := newMemory()
	in := input(t, m, everything())
	in.Workers = crowd(5, 300)
	m.apply(t, decide(t, in))
	for id := range crowd(5, 20) {
		delete(in.Workers, id)
	}
	r := decide(t, in)
	seen := map[string]bool{}
	for _, d := range r.Decisions {
		if seen[d.WorkerID] {
			t.Errorf("worker %q: two decisions", d.WorkerID)
		}
		seen[d.WorkerID] = true
		if d.Reason == "" || d.Action == "" {
			t.Errorf("worker %q: action %q, reason %q", d.WorkerID, d.Action, d.Reason)
		}
	}
	if want := len(in.Workers) + len(r.Orphans); len(seen) != want || len(r.Orphans) == 0 {
		t.Errorf("%d decisions with %d orphans, expected %d", len(seen), len(r.Orphans), want)
	}
}

func TestDecideLeavesItsInputAlone(t *testing.T) {
	m := newMemory()
	in := input(t, m, everything())
	in.Workers = crowd(9, 200)
	m.apply(t, decide(t, in))
	before := fmt.Sprintf("%+v", flat(m))
	in.AsOf = now.AddDate(0, 1, 0)
	decide(t, in)
	if after := fmt.Sprintf("%+v", flat(m)); after != before {
		t.Error("Decide changed the accounts it was shown")
	}
	if !reflect.DeepEqual(in.Workers, crowd(9, 200)) {
		t.Error("Decide changed the workers")
	}
}

func flat(m *memory) (all []directory.Existing) {
	for _, e := range m.objects {
		all = append(all, *e)
	}
	return all
}

func TestWhoeverJoinsTakesNobodysName(t *testing.T) {
	m := newMemory()
	var few, many []*worker.Worker
	for i := range 40 {
		w := hire(fmt.Sprintf("%d Li Wei", 100+i), "Title=Clerk")
		many = append(many, w)
		if i%2 == 1 {
			few = append(few, w)
		}
	}
	first := decide(t, input(t, m, everything(), few...))
	m.apply(t, first)
	m.calls["Find"] = 0
	second := decide(t, input(t, m, everything(), many...))
	for _, w := range few {
		for _, attribute := range []string{"sAMAccountName", "userPrincipalName", "cn", "mail"} {
			expectValue(t, second, w.ID, attribute, first.Accounts[w.ID].Attributes[attribute].Text())
		}
	}
	if n := m.calls["Find"]; n > 20 {
		t.Errorf("%d questions for 20 namesakes, expected a handful", n)
	}
	taken := map[string]bool{}
	for _, a := range second.Accounts {
		name := a.Attributes["sAMAccountName"].Text()
		if taken[name] || !strings.HasPrefix(name, "li.wei") {
			t.Errorf("sAMAccountName %q is given twice or odd", name)
		}
		taken[name] = true
	}
	if len(taken) != 40 {
		t.Errorf("%d names for 40 people", len(taken))
	}
}
