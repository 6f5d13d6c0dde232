// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"fmt"
	"testing"

	"terraform-provider-workforce/internal/directory"
)

// Documents are texts of everybody: each stage reads every one of them at most once, and those
// of the state only of people who change.
func TestStagesReadDocumentsOnce(t *testing.T) {
	const people = 20
	l := newLife(t, newMemory("a"))
	docs := map[string]string{}
	for i := range people {
		docs[fmt.Sprint(i)] = document(fmt.Sprint(i), true)
	}
	reads := func(stage string, want int64, do func() Findings) {
		t.Helper()
		before, _ := directory.Documents()
		said := do()
		after, _ := directory.Documents()
		says(t, said, false)
		if got := after - before; got != want {
			t.Errorf("%s read %d documents of %d people, expected %d", stage, got, people, want)
		}
	}
	stages := func(what string, refresh, plan, apply int64) {
		t.Helper()
		reads("the refresh, "+what+",", refresh, l.refresh)
		var planned map[string]string
		reads("the plan, "+what+",", plan, func() (f Findings) { planned, f = l.plan(docs); return f })
		reads("the apply, "+what+",", apply, func() (f Findings) {
			p := l.population(&Claims{})
			l.docs, f = p.Apply(t.Context(), docs, planned)
			l.memory = p.Memory
			return f
		})
	}
	stages("everybody new", 0, people, people)
	stages("nothing changed", people, 0, 0)
	docs["7"] = document("7", true, func(a *directory.Account) { a.Attributes["title"] = directory.Value{"Moved"} })
	stages("one mover", people, people+1, 1+1)
	stages("nothing changed", people, 0, 0)
	docs["8"] = document("8", false)
	stages("one leaver", people, people+1, 1+1)
	delete(docs, "9")
	stages("one removed", people, people-1+1, 1)
}
