// SPDX-License-Identifier: MPL-2.0

package reconcile

import "testing"

// TestRemovalOfALeaverOfSeveralAccounts: of the accounts that carry the id of somebody who has left, the one that was managed as theirs is
// disabled, whatever on_removal deletes, and no run enables it again. One that was managed as another worker's is not.
func TestRemovalOfALeaverOfSeveralAccounts(t *testing.T) {
	for _, mode := range []string{Disable, Delete, Release} {
		l := newLife(t, newMemory("a"))
		l.options.OnRemoval = mode
		l.dir.add("1", true)
		l.dir.add("3", false)
		l.run(map[string]string{"1": document("1", true), "2": document("2", true), "3": document("3", false)})
		l.dir.of("u3").DisabledSince = noon.AddDate(0, 0, -31)
		l.verdicts = map[string]Verdict{}
		for _, id := range []string{"1", "2", "3"} {
			l.verdicts[l.memory.IDs[id]] = Verdict{Kind: LeftUnclear, Worker: id}
		}
		l.verdicts[l.memory.IDs["2"]] = Verdict{Kind: LeftUnclear, Worker: "9"}
		said := l.run(map[string]string{})
		if mode == Release {
			says(t, said, false, "3 will be released")
		} else {
			says(t, said, false, "2 will be disabled", "worker 1 (u1, Name 1): the worker has left, and which accounts", "worker 3",
				"1 will be released", "worker 2 (u2, Name 2): whose account it is")
		}
		if l.dir.of("u1").Account.Enabled != (mode == Release) || !l.dir.of("u2").Account.Enabled || l.dir.of("u3") == nil {
			t.Errorf("%s: u1 is %+v, u2 %+v, u3 %+v", mode, l.dir.of("u1"), l.dir.of("u2"), l.dir.of("u3"))
		}
		l.quiet(map[string]string{})
	}
}

// TestVerdictsOfTwoMappings: that a worker is not in one feed does not hide that they have left by another, whichever is read first.
func TestVerdictsOfTwoMappings(t *testing.T) {
	for _, order := range [][]Verdict{{{Kind: LeftUnclear}, {Kind: Unclear}}, {{Kind: Unclear}, {Kind: LeftUnclear}}, {{Kind: Absent},
		{Kind: LeftUnclear}}} {
		var v Verdicts
		for _, verdict := range order {
			v.Note("entra", map[string]Verdict{"a": verdict})
		}
		if got := v.Known("entra", map[string]string{"1": "a"})["a"].Kind; got != LeftUnclear {
			t.Errorf("%v: %q", order, got)
		}
	}
}
