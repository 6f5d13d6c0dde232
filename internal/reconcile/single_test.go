// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"maps"
	"testing"
)

// TestSingleWithoutDocument: a for_each drops the resource of one person as soon as rules write no document. Where that is because it
// is not clear whose the account is, or because the worker is not in the feed, the account stays as it is. A resource
// whose arguments somebody wrote ends because somebody wanted it to.
func TestSingleWithoutDocument(t *testing.T) {
	for name, c := range map[string]struct {
		verdict Verdict
		typed   bool
		enabled bool
	}{
		"unclear":              {Verdict{Kind: Unclear}, false, true},
		"not in the feed":      {Verdict{Kind: Absent}, false, true},
		"left":                 {Verdict{Kind: Left}, false, false},
		"left, and unclear":    {Verdict{Kind: LeftUnclear, Worker: "1"}, false, false},
		"somebody else's":      {Verdict{Kind: LeftUnclear, Worker: "2"}, false, true},
		"no verdict":           {Verdict{}, false, false},
		"unclear, and by hand": {Verdict{Kind: Unclear}, true, false},
		"not in it, by hand":   {Verdict{Kind: Absent}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLife(t, newMemory("a"))
			says(t, l.run(map[string]string{"1": document("1", true)}), false)
			p := l.population(&Claims{})
			p.Single, p.Typed = true, c.typed
			p.Memory.Verdicts = map[string]Verdict{}
			if c.verdict.Kind != "" {
				p.Memory.Verdicts[p.Memory.IDs["1"]] = c.verdict
			}
			if f := p.PlanEnd(t.Context()); f.Failed() {
				t.Error(f)
			}
			p.Before = maps.Clone(l.docs)
			if _, f := p.End(t.Context()); f.Failed() {
				t.Error(f)
			}
			if e := l.dir.of("u1"); e.Account.Enabled != c.enabled {
				t.Errorf("enabled %t, want %t", e.Account.Enabled, c.enabled)
			}
		})
	}
}
