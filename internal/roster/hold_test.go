// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

func hold(ids ...string) roster.Override {
	return roster.Override{WorkerIDs: ids, Hold: true, Reason: "Ask HR first", Expires: "2026-12-31"}
}

// TestHoldLeavesEverythingAsItIs: whatever would happen to a person, nothing does while they
// are held, and it does when the hold ends.
func TestHoldLeavesEverythingAsItIs(t *testing.T) {
	keep := func(*mapping.Rules) {}
	for name, c := range map[string]struct {
		rules  func(*mapping.Rules)
		worker string // "" for an absent one
		then   func(*directory.Existing)
		action roster.Action // without the hold
	}{
		"renamed":           {marriage, "1 Ann Miller", nil, roster.ActionRename},
		"changed":           {keep, "1 Ann Lee Title=Boss", nil, roster.ActionUpdate},
		"moved":             {keep, "1 Ann Lee City=Sydney", nil, roster.ActionMove},
		"leaver":            {keep, "1 Ann Lee termination_date=2026-11-20", nil, roster.ActionDisable},
		"absent":            {func(r *mapping.Rules) { r.Lifecycle.OnAbsent = "disable" }, "", nil, roster.ActionDisable},
		"released":          {func(r *mapping.Rules) { r.Lifecycle.OnAbsent = "release" }, "", nil, roster.ActionRelease},
		"rehire":            {keep, "1 Ann Lee hire_date=2026-11-20", func(e *directory.Existing) { off(e, "2026-10-01", directory.ForLeft) }, roster.ActionRehire},
		"retention is over": {keep, "1 Ann Lee termination_date=2026-01-01", func(e *directory.Existing) { off(e, "2026-01-01", directory.ForLeft) }, roster.ActionDelete},
		"data error": {func(r *mapping.Rules) {
			r.Attributes["title"] = mapping.AttributeRule{Source: "Title", WhenNull: mapping.NullError}
		}, "1 Ann Lee", nil, roster.ActionSetAside},
		"unknown word":  {keep, "1 Ann Lee status=Terminatd", nil, roster.ActionSetAside},
		"not yet hired": {keep, "1 Ann Lee hire_date=2027-06-01", nil, roster.ActionDisable},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			e := m.ann()
			if c.then != nil {
				c.then(e)
			}
			in := input(t, m, rules(c.rules))
			if c.worker != "" {
				in = input(t, m, rules(c.rules), hireLine(c.worker))
			}
			if got := decision(t, decide(t, in), "1").Action; got != c.action && !(c.action == roster.ActionDisable && got == roster.ActionFuture) {
				t.Fatalf("without the hold: %s, expected %s", got, c.action)
			}
			for _, policy := range []string{roster.ProblemSetAside, roster.ProblemStop} {
				in.OnProblem, in.Overrides = policy, []roster.Override{hold("1")}
				in.Safeguards.MaxSetAside, in.Safeguards.MaxDisable = limit(t, "0"), limit(t, "0")
				if policy == roster.ProblemStop && c.action == roster.ActionSetAside {
					continue // the record is refused before anybody knows whose it is
				}
				r := decide(t, in)
				d := expectAction(t, r, "1", roster.ActionHeld)
				if len(d.Changes) > 0 || d.LosesAccess || d.GainsAccess || len(r.SetAside) > 0 || !strings.Contains(d.Reason, "until 2026-12-31: Ask HR first") {
					t.Errorf("%+v", d)
				}
				if r.Accounts["1"].Enabled != e.Account.Enabled {
					t.Errorf("enabled is %t, expected what the account has", r.Accounts["1"].Enabled)
				}
				if !reflect.DeepEqual(r.Overridden, []string{"1"}) || r.Overrides[0].State != roster.OverrideInForce {
					t.Errorf("overridden %v, %+v", r.Overridden, r.Overrides)
				}
			}
		})
	}
}

// TestHoldOfAJoiner: no account is made, and none restored.
func TestHoldOfAJoiner(t *testing.T) {
	m := newMemory()
	m.ann().Deleted = true
	in := input(t, m, rules(), hire("1 Ann Lee"), hire("2 Bob Ray"), hire("3 Eve Kim", "manager_id=2"))
	in.RestoreDeleted, in.Overrides = true, []roster.Override{hold("1", "2")}
	r := decide(t, in)
	for _, id := range []string{"1", "2"} {
		expectAction(t, r, id, roster.ActionHeld)
		if _, there := r.Accounts[id]; there {
			t.Errorf("worker %s gets an account", id)
		}
	}
	expectAction(t, r, "3", roster.ActionCreate)
	in.Overrides[0].Expires = "2026-11-21"
	r = decide(t, in)
	expectAction(t, r, "2", roster.ActionCreate)
	if _, there := r.Accounts["1"]; !there {
		t.Error("the deleted account is not restored when the hold is over")
	}
}

// TestHoldBesideOthers: an override that disables acts beside a hold; what asks for another
// change contradicts it.
func TestHoldBesideOthers(t *testing.T) {
	m := newMemory()
	m.ann()
	in := input(t, m, rules(), hire("1 Ann Lee", "Title=Boss"))
	in.Overrides = []roster.Override{hold("1"), disable("1")}
	r := decide(t, in)
	d := expectAction(t, r, "1", roster.ActionHeld)
	if !d.LosesAccess || !strings.Contains(d.Reason, "disabled by an override") || !slices.Equal(r.Leavers, []string{"1"}) {
		t.Errorf("%+v, leavers %v", d, r.Leavers)
	}
	expectValue(t, r, "1", "enabled", "false")
	settle(t, m, in)
	for _, other := range []roster.Override{enable("1"), attributes("1", "title", "x"), {WorkerIDs: []string{"1"}, Container: sydney, Reason: "c", Expires: "2026-12-31"}} {
		in.Overrides = []roster.Override{other, hold("1")}
		refused(t, in, `worker "1": "Ask HR first" leaves everything as it is (hold), and`)
	}
	both := hold("1")
	both.Enabled = pointer(true)
	in.Overrides = []roster.Override{both}
	refused(t, in, "hold leaves everything as it is: give it alone")
}

// TestHeldCrowd: of a crowd whose records change at random, whoever is held stays exactly as
// they were, the second run is empty, and a hold that ends leaves no trace.
func TestHeldCrowd(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 3))
			m := newMemory()
			in := input(t, m, everything())
			in.Workers = crowd(seed, 150)
			m.apply(t, decide(t, in))
			in.Workers = crowd(seed+100, 170)
			var ids []string
			for _, id := range slices.Sorted(maps.Keys(in.Workers)) {
				if random.IntN(3) == 0 {
					ids = append(ids, id)
				}
			}
			in.Overrides = []roster.Override{hold(ids...)}
			before := map[string]directory.Account{}
			r := decide(t, in)
			for _, id := range ids {
				d := expectAction(t, r, id, roster.ActionHeld)
				if len(d.Changes) > 0 || d.LosesAccess || d.GainsAccess {
					t.Errorf("%+v", d)
				}
				if a, there := r.Accounts[id]; there {
					before[id] = a
				}
			}
			m.apply(t, r)
			again := decide(t, in)
			for _, d := range again.Decisions {
				if len(d.Changes) > 0 {
					t.Errorf("again: %+v", d)
				}
			}
			for id, a := range before {
				if b := again.Accounts[id]; b.Enabled != a.Enabled || b.Container != a.Container {
					t.Errorf("worker %s: %+v, before %+v", id, b, a)
				}
			}
			in.Overrides = nil
			settle(t, m, in)
		})
	}
}
