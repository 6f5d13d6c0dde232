// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"context"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

// farewell is a rule that only leavers have.
func farewell(r *mapping.Rules) {
	r.Lifecycle.LeaverAttributes = map[string]mapping.AttributeRule{"description": {Constant: pointer("left")}}
}

// TestNewAccountsSayWhatOnlyLeaversHave: the plan after the one that creates an account is empty, and
// the document does not lose the attribute while somebody is set aside or absent.
func TestNewAccountsSayWhatOnlyLeaversHave(t *testing.T) {
	m := newMemory()
	in := input(t, m, rules(farewell), hire("1 Ann Lee"), hire("2 Bob Ray"), hire("3 Eve Kim"))
	settle(t, m, in)
	for id := range in.Workers {
		expectValue(t, decide(t, in), id, "description", "")
	}
	delete(in.Workers, "1")
	in.Workers["2"] = hire("2 Bob Ray", "status=Inactiv")
	off(m.objects[2], "2026-11-02", "")
	r := decide(t, in)
	for id, action := range map[string]roster.Action{"1": roster.ActionAbsent, "2": roster.ActionSetAside, "3": roster.ActionKeptDisabled} {
		expectAction(t, r, id, action)
		expectValue(t, r, id, "description", "")
	}
}

// TestOverrideBringsSomebodyBack: an override takes an account into use again that no rule enables, and
// what leavers have goes with it, as when a rule does.
func TestOverrideBringsSomebodyBack(t *testing.T) {
	m := newMemory()
	m.ann()
	in := input(t, m, rules(farewell, func(r *mapping.Rules) { r.ContainerApply = mapping.ApplyOnCreate }), hire("1 Ann Lee", "termination_date=2026-11-20"))
	settle(t, m, in)
	in.Workers["1"] = hire("1 Ann Lee")
	r := decide(t, in)
	expectAction(t, r, "1", roster.ActionKeptDisabled)
	expectValue(t, r, "1", "description", "left")
	o := disable("1")
	o.Enabled = pointer(true)
	in.Overrides = []roster.Override{o}
	r = decide(t, in)
	expectAction(t, r, "1", roster.ActionRehire)
	expectValue(t, r, "1", "description", "")
	expectValue(t, r, "1", "container", staff)
	settle(t, m, in)
}

// TestNewEmploymentOnTheDayOfTheDisabling: the night after the last day disables the account, and in the
// morning HR tells of a new employment that starts today.
func TestNewEmploymentOnTheDayOfTheDisabling(t *testing.T) {
	m := newMemory()
	m.ann()
	in := input(t, m, rules(), hire("1 Ann Lee", "termination_date=2026-11-21"))
	settle(t, m, in)
	in.Workers["1"] = hire("1 Ann Lee", "hire_date=2026-11-22")
	r := decide(t, in)
	expectAction(t, r, "1", roster.ActionRehire)
	expectValue(t, r, "1", "enabled", "true")
	settle(t, m, in)
	in.Workers["1"] = hire("1 Ann Lee", "termination_date=2026-11-21")
	settle(t, m, in)
	in.Workers["1"] = hire("1 Ann Lee", "hire_date=2026-11-20") // started before the end that is not there any more
	expectAction(t, decide(t, in), "1", roster.ActionKeptDisabled)
}

// TestRetentionBeginsWithLeaving: an account that was disabled for another reason long ago is not deleted in the
// night in which HR says, without a date, that its worker has left.
func TestRetentionBeginsWithLeaving(t *testing.T) {
	for _, cause := range []string{directory.ForLeave, directory.ForPrehire, directory.ForAbsent, directory.ForOverride, directory.ForOutOfScope} {
		t.Run(cause, func(t *testing.T) {
			m := newMemory()
			off(m.ann(), "2026-01-02", cause)
			in := input(t, m, rules(), hire("1 Ann Lee", "status=Terminated"))
			expectValue(t, decide(t, in), "1", "deleted", "false")
			expectValue(t, decide(t, in), "1", "disabled_for", "left")
			for day := range 45 {
				in.AsOf = now.AddDate(0, 0, day)
				settle(t, m, in)
				if due := day > 30; (len(m.objects) == 0) != due {
					t.Fatalf("day %d: %d objects", day, len(m.objects))
				}
			}
		})
	}
}

// TestAnAccountThatCannotBeDeletedStopsNobody: it stays disabled and is named, and who leaves loses access.
func TestAnAccountThatCannotBeDeletedStopsNobody(t *testing.T) {
	for name, of := range map[string]func(*roster.Input){"in the feed": func(*roster.Input) {}, "absent": func(in *roster.Input) { delete(in.Workers, "1") }} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			off(m.ann(), "2026-01-02", directory.ForLeft)
			in := input(t, m, rules(), hire("1 Ann Lee", "termination_date=2026-01-01"), hire("2 Bob Ray"))
			of(&in)
			settle(t, m, in)
			if len(m.objects) != 1 {
				t.Fatalf("%d objects", len(m.objects))
			}
			ann := off(m.ann(), "2026-01-02", directory.ForLeft)
			in.Refuses = func(_ context.Context, changes []directory.Change) error {
				for _, c := range changes {
					if c.ID == ann.ID {
						return &directory.PersonError{WorkerID: c.WorkerID, Op: "delete", Err: directory.ErrHasChildren}
					}
				}
				return nil
			}
			in.Safeguards.MaxSetAside = limit(t, "0")
			if _, left := in.Workers["2"]; left {
				in.Workers["2"] = hire("2 Bob Ray", "termination_date=2026-11-20")
			}
			r := decide(t, in)
			expectAction(t, r, "2", roster.ActionDisable)
			d := expectAction(t, r, "1", roster.ActionSetAside)
			if len(d.Problems) != 1 || d.Problems[0].Kind != "deletion" || !warned(r, "1 worker is set aside") {
				t.Errorf("%+v, warnings %q", d.Problems, r.Warnings)
			}
			for attribute, want := range map[string]string{"deleted": "false", "enabled": "false", "disabled_for": "left"} {
				expectValue(t, r, "1", attribute, want)
			}
			settle(t, m, in)
			in.Refuses = nil
			expectAction(t, decide(t, in), "1", roster.ActionDelete)
		})
	}
}

// TestAManagerIsDeletedWhileSomebodyIsSetAside: the document of the one who is set aside says the same in the next run.
func TestAManagerIsDeletedWhileSomebodyIsSetAside(t *testing.T) {
	m := newMemory()
	off(m.ann(), "2026-01-02", directory.ForLeft)
	m.user("cn=Bob Ray", "sAMAccountName=bob.ray", "userPrincipalName=bob.ray@corp.example.com", "givenName=Bob", "sn=Ray", "displayName=Bob Ray", "employeeID=2", "manager=1")
	for _, policy := range []string{"", mapping.NullClear} {
		in := input(t, m, rules(func(r *mapping.Rules) {
			r.Attributes["manager"] = mapping.AttributeRule{Source: "manager_id", WhenNull: policy}
		}), hire("1 Ann Lee", "termination_date=2026-01-01"), hire("2 Bob Ray", "status=Inactiv", "manager_id=1"))
		expectValue(t, decide(t, in), "2", "manager", map[string]string{"": "-", mapping.NullClear: ""}[policy])
	}
}

// TestRestoredUnderTheNameOfTheRules: an account that is restored has, after one run, the names that it would have
// after two. It keeps a name that is one of the candidates of its rule, and no other.
func TestRestoredUnderTheNameOfTheRules(t *testing.T) {
	for _, c := range []struct{ had, want string }{
		{"ann.lee", "ann.lee"}, {"ANN.LEE", "ann.lee"}, {"ann.lee2", "ann.lee2"}, {"ann.maiden", "ann.lee"},
	} {
		m := newMemory()
		m.add("user", staff, true, "cn=Ann Lee", "sAMAccountName="+c.had, "employeeID=1").Deleted = true
		in := input(t, m, rules(func(r *mapping.Rules) { always(r, "sAMAccountName") }), hire("1 Ann Lee"))
		in.RestoreDeleted = true
		r := decide(t, in)
		expectAction(t, r, "1", roster.ActionRehire)
		expectValue(t, r, "1", "sAMAccountName", c.want)
		m.apply(t, r)
		settle(t, m, in)
	}
}
