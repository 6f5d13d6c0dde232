// SPDX-License-Identifier: MPL-2.0

package reconcile

import "testing"

// TestPartialRun: rules that decided about some people only remove nobody whom they say nothing about, whatever
// the resource does with accounts that are no longer wanted; what they decided holds.
func TestPartialRun(t *testing.T) {
	for _, mode := range []string{Disable, Release, Delete} {
		l := newLife(t, newMemory("a"))
		l.options.OnRemoval = mode
		docs := map[string]string{"1": document("1", true), "2": document("2", true), "3": document("3", true)}
		l.run(docs)
		l.partial, l.verdicts = true, map[string]Verdict{l.dir.of("u2").ID: {Kind: OutOfScope, Reason: "works for a subsidiary"}}
		some := map[string]string{"1": document("1", true)}
		says(t, l.run(some), true, "The partial run leaves out managed accounts", "worker 3 (u3, Name 3)", "Name them in only, too")
		if !l.dir.of("u3").Account.Enabled || !l.dir.of("u2").Account.Enabled || l.memory.IDs["3"] == "" {
			t.Errorf("%s: something was done", mode)
		}
		some["3"] = document("3", true)
		if f := l.run(some); f.Failed() {
			t.Errorf("%s: %v", mode, f)
		}
		if enabled := l.dir.of("u2").Account.Enabled; enabled != (mode == Release) {
			t.Errorf("%s: who was decided about is enabled: %t", mode, enabled)
		}
		l.quiet(some)
	}
}

// TestPartialRunEndsNobody: a resource of one person that for_each takes away stays.
func TestPartialRunEndsNobody(t *testing.T) {
	l := newLife(t, newMemory("a"))
	docs := map[string]string{"1": document("1", true)}
	l.run(docs)
	p := l.population(&Claims{})
	p.Single, p.Partial = true, true
	says(t, p.PlanEnd(t.Context()), true, "The partial run leaves out managed accounts", "worker 1")
	p.Single = false // who takes the whole resource away means it
	says(t, p.PlanEnd(t.Context()), false)
}
