// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"fmt"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

// byName matches by worker id, then by first and last name.
func byName(r *mapping.Rules) {
	r.Match = append(r.Match, mapping.MatchRule{All: []mapping.MatchCondition{{Source: "First", Target: "givenName"}, {Source: "Last", Target: "sn"}}})
}

// leo is the account of worker 100, Leo Kay.
func (m *memory) leo(enabled bool, attributes ...string) *directory.Existing {
	return m.add("user", staff, enabled, append([]string{"cn=Leo Kay", "sAMAccountName=leo.kay", "userPrincipalName=leo.kay@corp.example.com", "givenName=Leo", "sn=Kay", "displayName=Leo Kay"}, attributes...)...)
}

func expectObject(t testing.TB, r *roster.Result, id, object string) roster.Decision {
	t.Helper()
	d := decision(t, r, id)
	if d.ObjectID != object {
		t.Errorf("worker %q has the account %q (%s: %s), expected %q", id, d.ObjectID, d.Action, d.Reason, object)
	}
	return d
}

func TestANamesakeGetsNobodysAccount(t *testing.T) {
	for name, leaver := range map[string][]string{
		"purged by HR":             nil,
		"in the feed, just left":   {"termination_date=2026-11-20"},
		"in the feed, long gone":   {"termination_date=2025-01-01"},
		"in the feed, at work":     {"Title=Clerk"},
		"in the feed, to come yet": {"hire_date=2027-06-01"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			m.leo(false, "employeeID=100")
			in := input(t, m, rules(byName), hire("900 Leo Kay"))
			if leaver != nil {
				in.Workers["100"] = hire("100 Leo Kay", leaver...)
			}
			r := decide(t, in)
			expectAction(t, r, "900", roster.ActionCreate)
			expectObject(t, r, "900", "")
			expectValue(t, r, "900", "sAMAccountName", "leo.kay2")
			if !warned(r, `if they are one person, link worker "900" to guid-00001`) || !warned(r, `carries the worker id "100"`) {
				t.Errorf("the namesake is not named: %q", r.Warnings)
			}
			// What is advised works, and the account is 900's from then on.
			in.Links = map[string]string{"900": "guid-00001"}
			r = decide(t, in)
			expectObject(t, r, "900", "guid-00001")
			expectValue(t, r, "900", "employeeID", "900")
			m.apply(t, r)
			if leaver == nil {
				in.Links = nil
				expectObject(t, decide(t, in), "900", "guid-00001")
			}
		})
	}
}

func TestConversionsTakeALinkOrARuleThatIdentifies(t *testing.T) {
	identifying := rules(byName, func(r *mapping.Rules) {
		r.Match = append(r.Match, mapping.MatchRule{All: []mapping.MatchCondition{{Source: "Former", Target: "employeeID"}}})
	})
	for name, c := range map[string]struct {
		contractor []string // nil: not in the feed
		want       string   // the employee's account
		aside      bool     // the contractor keeps it, and both are set aside
	}{
		"gone from the feed": {nil, "guid-00001", false},
		"left":               {[]string{"termination_date=2026-11-20"}, "guid-00001", false},
		"still at work":      {[]string{"Title=Clerk"}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			m.leo(true, "employeeID=100")
			in := input(t, m, identifying, hire("900 Leo Kay", "Former=100"))
			if c.contractor != nil {
				in.Workers["100"] = hire("100 Leo Kay", c.contractor...)
			}
			r := decide(t, in)
			expectObject(t, r, "900", c.want)
			if c.aside {
				expectAction(t, r, "900", roster.ActionSetAside)
				expectAction(t, r, "100", roster.ActionSetAside)
				expectObject(t, r, "100", "guid-00001")
				expectValue(t, r, "100", "employeeID", "100")
				return
			}
			expectValue(t, r, "900", "employeeID", "900")
			if !warned(r, `worker "900" takes over`) {
				t.Errorf("nothing says so: %q", r.Warnings)
			}
			settle(t, m, in)
		})
	}
}

// Whoever has left, has not come yet or is on leave, and is only found by a weak rule, takes
// access from nobody.
func TestAWeakMatchTakesAccessFromNobody(t *testing.T) {
	for name, c := range map[string]struct {
		worker  string
		change  func(*mapping.Rules)
		enabled bool
		object  string
		action  roster.Action
	}{
		"left long ago":                 {"1 Leo Kay hire_date=2001-01-01 termination_date=2009-01-01", nil, true, "", roster.ActionNone},
		"left yesterday":                {"1 Leo Kay termination_date=2026-11-20", nil, true, "", roster.ActionNone},
		"left, accounts for leavers":    {"1 Leo Kay termination_date=2026-11-20", func(r *mapping.Rules) { r.Lifecycle.CreateLeavers = true }, true, "", roster.ActionCreate},
		"left, and disabled already":    {"1 Leo Kay termination_date=2026-11-20", nil, false, "guid-00001", ""},
		"out of scope":                  {"1 Leo Kay", outOfScope, true, "", roster.ActionOutOfScope},
		"far in the future":             {"1 Leo Kay hire_date=2027-11-20", nil, true, "", roster.ActionFuture},
		"starts soon":                   {"1 Leo Kay hire_date=2026-11-30", nil, true, "", roster.ActionSetAside},
		"starts soon, disabled already": {"1 Leo Kay hire_date=2026-11-30", nil, false, "guid-00001", ""},
		"on leave":                      {"1 Leo Kay on_leave=true", func(r *mapping.Rules) { r.Lifecycle.OnLeave = "disable" }, true, "", roster.ActionSetAside},
		"on leave, may sign in":         {"1 Leo Kay on_leave=true", nil, true, "guid-00001", ""},
		"at work":                       {"1 Leo Kay", nil, true, "guid-00001", ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			m.leo(c.enabled)
			change := []func(*mapping.Rules){byName}
			if c.change != nil {
				change = append(change, c.change)
			}
			in := input(t, m, rules(change...), hireLine(c.worker))
			r := decide(t, in)
			d := expectObject(t, r, "1", c.object)
			if c.action != "" && d.Action != c.action {
				t.Errorf("action %s (%s), expected %s", d.Action, d.Reason, c.action)
			}
			if c.enabled && c.object == "" && !warned(r, "guid-00001") && !strings.Contains(d.Reason, "guid-00001") {
				t.Errorf("nothing names the account: %q, %q", d.Reason, r.Warnings)
			}
			if c.object != "" {
				return
			}
			// Whoever says that it is theirs is believed.
			in.Links = map[string]string{"1": "guid-00001"}
			expectObject(t, decide(t, in), "1", "guid-00001")
			in.Links = nil
			in.Mapping = compile(t, rules(append(change, func(r *mapping.Rules) { r.Match[1].Identifies = true })...))
			expectObject(t, decide(t, in), "1", "guid-00001")
		})
	}
}

func outOfScope(r *mapping.Rules) {
	r.Scope, r.OnOutOfScope = [][]mapping.Clause{{{Attribute: "Kind", Operator: "EQUALS", Value: "Employee"}}}, mapping.OutOfScopeDisable
}

func TestWithoutWorkerIDsTheFirstRuleIdentifies(t *testing.T) {
	m := newMemory()
	m.leo(true, "mail=leo@example.com")
	r := rules(func(r *mapping.Rules) {
		r.Match = []mapping.MatchRule{{All: []mapping.MatchCondition{{Source: "Mail", Target: "mail"}}}}
	})
	in := input(t, m, r, hire("1 Leo Kay", "Mail=leo@example.com", "termination_date=2026-11-20"))
	in.WorkerIDAttribute, in.OnProblem = "", roster.ProblemStop
	expectAction(t, decide(t, in), "1", roster.ActionDisable)
}

func TestGuests(t *testing.T) {
	m := newMemory()
	m.leo(true, "employeeID=1").Guest = true
	m.user("cn=Ann Lee", "sAMAccountName=guest", "givenName=Ann", "sn=Lee").Guest = true
	r := decide(t, input(t, m, rules(byName), hire("1 Leo Kay"), hire("2 Ann Lee")))
	if d := expectObject(t, r, "1", "guid-00001"); !strings.Contains(d.MatchedBy, "a guest") || !warned(r, `worker "1" has the account of a guest`) {
		t.Errorf("matched by %q, warnings %q", d.MatchedBy, r.Warnings)
	}
	if d := expectObject(t, r, "2", ""); d.Action != roster.ActionCreate || !warned(r, "is a guest: if it is theirs, link worker") {
		t.Errorf("action %s, warnings %q", d.Action, r.Warnings)
	}
}

// What is unclear about two people stops neither joiners nor leavers.
func TestUnclearPeopleAreSetAside(t *testing.T) {
	m := newMemory()
	m.leo(true, "employeeID=1") // of two workers
	m.user("cn=Ann A", "sAMAccountName=a", "employeeID=3", "title=CEO")
	m.user("cn=Ann B", "sAMAccountName=b", "employeeID=3", "title=CEO")
	m.user("cn=Shared", "sAMAccountName=shared", "employeeNumber=n56")
	m.user("cn=Max Poe", "sAMAccountName=max", "employeeID=8")
	m.objects[0].Account.Attributes["employeeNumber"] = directory.Value{"n2"}
	in := input(t, m, rules(byMail), hire("1 Leo Kay", "Title=Clerk"), hire("2 Leo Kay", "Number=n2"), hire("3 Ann Lee"),
		hire("5 Eve Hay", "Number=n56"), hire("6 Ed Hay", "Number=n56"), hire("7 New Kid"), hire("8 Max Poe", "termination_date=2026-11-20"))
	r := decide(t, in)
	expectAction(t, r, "7", roster.ActionCreate)
	expectAction(t, r, "8", roster.ActionDisable)
	for id, remedy := range map[string]string{"1": "links", "2": "links", "3": "links", "5": "links", "6": "links"} {
		if d := expectAction(t, r, id, roster.ActionSetAside); !strings.Contains(d.Reason, remedy) || len(d.Changes) > 0 {
			t.Errorf("worker %q: %s %v", id, d.Reason, d.Changes)
		}
	}
	expectObject(t, r, "1", "guid-00001") // it carries their id: they keep it as it is
	expectValue(t, r, "1", "title", "-")
	for _, id := range []string{"2", "3", "5", "6"} {
		if _, there := r.Accounts[id]; there {
			t.Errorf("worker %q gets a document", id)
		}
	}
	if len(r.Orphans) > 0 {
		t.Errorf("disputed accounts count as absent: %q", r.Orphans)
	}
	m.apply(t, r)
	in.Links = map[string]string{"1": "guid-00001", "3": "guid-00003", "5": "guid-00004"}
	in.Workers["2"].Attributes["Number"] = in.Workers["1"].Attributes["First"]
	delete(in.Workers, "6")
	r = decide(t, in)
	for id, object := range map[string]string{"1": "guid-00001", "3": "guid-00003", "5": "guid-00004"} {
		expectObject(t, r, id, object)
	}
}

func TestAStrongMatchBeatsAWeakOne(t *testing.T) {
	m := newMemory()
	m.leo(true, "employeeNumber=n1")
	r := decide(t, input(t, m, rules(byMail, byName), hire("1 Leo Kay"), hire("2 Leo Kay", "Number=n1")))
	expectObject(t, r, "2", "guid-00001")
	expectAction(t, r, "1", roster.ActionCreate)
}

func TestWorkerIDsThatDifferInCase(t *testing.T) {
	m := newMemory()
	m.leo(true, "employeeID=a1")
	in := input(t, m, rules(), hire("a1 Leo Kay", "Title=Clerk"), hire("A1 Lea Kay"), hire("b2 New Kid"), hire("b9 Bob Ray"), hire("B9 Bo Ray"))
	r := decide(t, in)
	for _, id := range []string{"a1", "A1", "b9", "B9"} {
		if d := expectAction(t, r, id, roster.ActionSetAside); !strings.Contains(d.Reason, "differs in case only") {
			t.Errorf("worker %q: %s", id, d.Reason)
		}
		if _, there := r.Accounts[id]; there {
			t.Errorf("worker %q gets a document", id)
		}
	}
	expectAction(t, r, "b2", roster.ActionCreate)
	in.OnProblem = roster.ProblemStop
	refused(t, in, `worker "A1"`, `worker "a1"`, `"b9"`)

	// A link, and the id at the account, in another case.
	in = input(t, m, rules(), hire("A1 Leo Kay"), hire("b2 New Kid"))
	expectObject(t, decide(t, in), "A1", "guid-00001")
	m.user("cn=x", "sAMAccountName=x")
	in.Links = map[string]string{"B2": "guid-00002"}
	r = decide(t, in)
	expectObject(t, r, "b2", "guid-00002")
	if warned(r, "is not in the feed") {
		t.Errorf("warnings %q", r.Warnings)
	}
	in.Links = map[string]string{"B2": "guid-00002", "b2": "guid-00001"}
	expectObject(t, decide(t, in), "b2", "guid-00001") // the feed's own spelling is meant
	in.Workers = population(hire("A1 Leo Kay"), hire("B2 New Kid"))
	in.Links = map[string]string{"a1": "guid-00001", "A1": "guid-00001"}
	decide(t, in)
}

func TestNewWorkerIDsForEverybody(t *testing.T) {
	for name, c := range map[string]struct {
		id    func(int) string
		cause string
	}{
		"leading zeros":   {func(i int) string { return fmt.Sprintf("00%d", 100+i) }, "differ in leading zeros"},
		"a prefix":        {func(i int) string { return fmt.Sprintf("DE%d", 100+i) }, `have the prefix "DE"`},
		"something else":  {func(i int) string { return fmt.Sprintf("%d", 9000+7*i) }, "are others, such as"},
		"with separators": {func(i int) string { return fmt.Sprintf("1-%02d", i) }, "differ in blanks and punctuation"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{8, 30} {
				m := newMemory()
				in := input(t, m, rules())
				for i := range n {
					w := hire(fmt.Sprintf("%d First%c Last%c", 100+i, 'A'+i%26, 'A'+i/26), "Title=Clerk")
					in.Workers[w.ID] = w
				}
				m.apply(t, decide(t, in))
				before := in.Workers
				in.Workers = population()
				for _, w := range before {
					var i int
					if _, err := fmt.Sscan(w.ID, &i); err != nil {
						t.Fatal(err)
					}
					changed := *w
					changed.ID = c.id(i - 100)
					in.Workers[changed.ID] = &changed
				}
				refused(t, in, "seem to have changed", fmt.Sprint(n, " workers"), c.cause, `worker "100"`, "guid-00001")
			}
		})
	}
}

func TestNewWorkerIDsCanBeMeant(t *testing.T) {
	m := newMemory()
	zeros := rules(func(r *mapping.Rules) {
		r.Match = append([]mapping.MatchRule{{All: []mapping.MatchCondition{{Source: `Replace([worker_id], , "^0+", , "", , )`, Target: "employeeID"}}}}, r.Match...)
	})
	in := input(t, m, rules(), hire("101 Ann Lee"), hire("102 Bob Ray"), hire("103 Eve Kim"))
	m.apply(t, decide(t, in))
	in.Workers = population(hire("00101 Ann Lee"), hire("00102 Bob Ray"), hire("00103 Eve Kim"))
	refused(t, in, "differ in leading zeros")
	in.Mapping = compile(t, zeros)
	r := decide(t, in)
	for id, object := range map[string]string{"00101": "guid-00001", "00102": "guid-00002", "00103": "guid-00003"} {
		expectObject(t, r, id, object)
		expectValue(t, r, id, "employeeID", id)
	}
	settle(t, m, in)
}

// A few people who join while a few others drop out of the feed are no change of format.
func TestJoinersAreNoChangeOfIDs(t *testing.T) {
	m := newMemory()
	in := input(t, m, rules())
	for i := range 40 {
		w := hire(fmt.Sprintf("%d First%c Last%c", 100+i, 'A'+i%26, 'A'+i/26))
		in.Workers[w.ID] = w
	}
	m.apply(t, decide(t, in))
	for i := range 20 {
		delete(in.Workers, fmt.Sprint(100+i))
		w := hire(fmt.Sprintf("%d Other%c Last%c", 500+i, 'A'+i%26, 'B'+i/26))
		in.Workers[w.ID] = w
	}
	in.Workers["700"] = hire("700 FirstA LastA") // one namesake of somebody who is absent
	r := decide(t, in)
	if len(r.Joiners) != 21 || len(r.Orphans) != 20 {
		t.Errorf("%d joiners, %d orphans", len(r.Joiners), len(r.Orphans))
	}
}

// Sentinels and overrides find people whatever the case of their ids.
func TestWorkerIDsOfTheConfigurationInAnotherCase(t *testing.T) {
	m := newMemory()
	m.leo(true, "employeeID=A1")
	in := input(t, m, rules(), hire("a1 Leo Kay"))
	in.Safeguards.Sentinels = []string{"A1"}
	in.Overrides = []roster.Override{{WorkerIDs: []string{"A1"}, Enabled: pointer(false), Reason: "incident", Expires: "2026-12-31"}}
	r := decide(t, in)
	expectObject(t, r, "a1", "guid-00001")
	expectValue(t, r, "a1", "enabled", "false")
}
