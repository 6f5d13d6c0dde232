// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"maps"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

func TestFreedNamesCanBeReserved(t *testing.T) {
	m, in := staffed(t, formerNames, "x", "y", "z")
	set(in, "1", "Login", "new") // gives x up
	set(in, "2", "Login", "z")   // 2 and 3 exchange theirs
	set(in, "3", "Login", "y")
	in.Workers["9"] = hire("9 New Kid", "Login=x")
	r := decide(t, in)
	expectValue(t, r, "1", "sAMAccountName", "new")
	expectValue(t, r, "2", "sAMAccountName", "z")
	expectValue(t, r, "3", "sAMAccountName", "y")
	if d := expectAction(t, r, "9", roster.ActionSetAside); !strings.Contains(d.Reason, `worker "1" gives it up in this run, and such names are reserved`) {
		t.Errorf("reason %q", d.Reason)
	}
	m.apply(t, r)

	// So it stays for thirty days, for joiners and for everybody else.
	expectValue(t, r, "1", "info", "2026-11-22 x;2026-11-22 x@corp.example.com")
	settle(t, m, in)
	in.AsOf = now.AddDate(0, 0, 29)
	set(in, "2", "Login", "x")
	r = decide(t, in)
	for _, id := range []string{"2", "9"} {
		if d := expectAction(t, r, id, roster.ActionSetAside); !strings.Contains(d.Reason, "had it until 2026-11-22, and it is reserved until 2026-12-22") {
			t.Errorf("reason %q", d.Reason)
		}
	}
	// Whoever had it may have it back.
	back := in
	back.Workers = maps.Clone(in.Workers)
	back.Workers["1"] = hire("1 FirstA Last", "Login=x")
	r = decide(t, back)
	expectValue(t, r, "1", "sAMAccountName", "x")
	expectValue(t, r, "1", "info", "2026-12-21 new;2026-12-21 new@corp.example.com")
	// And then it is free, and forgotten.
	set(in, "2", "Login", "z")
	in.AsOf = now.AddDate(0, 0, 30)
	r = decide(t, in)
	expectValue(t, r, "9", "sAMAccountName", "x")
	expectValue(t, r, "1", "info", "")
	settle(t, m, in)
}

// What somebody else keeps in the attribute stays, and what does not fit is forgotten.
func TestFormerNamesLeaveTheAttributeAlone(t *testing.T) {
	m, in := staffed(t, formerNames, "x", "y")
	m.objects[0].Account.Attributes["info"] = directory.Value{"Room 7"}
	set(in, "1", "Login", "new")
	m.objects[1].Account.Attributes["info"] = directory.Value{strings.TrimSuffix(strings.Repeat("2026-11-01 "+strings.Repeat("n", 40)+"1;", 19), ";")}
	set(in, "2", "Login", "newer")
	r := decide(t, in)
	expectValue(t, r, "1", "info", "Room 7")
	text := r.Accounts["2"].Attributes["info"].Text()
	if len(text) > 1024 || !strings.HasSuffix(text, ";2026-11-22 y;2026-11-22 y@corp.example.com") {
		t.Errorf("%d characters: %q", len(text), text)
	}
	settle(t, m, in)
}

// TestFormerNamesOfWhoIsLeftAlone: whoever is set aside or absent has the document that they had, so that
// the plan shows nothing.
func TestFormerNamesOfWhoIsLeftAlone(t *testing.T) {
	m, in := staffed(t, formerNames, "x", "y", "z")
	settle(t, m, in)
	before := decide(t, in)
	delete(in.Workers, "1")
	in.Workers["2"] = hire("2 FirstB Last", "Login=y", "status=Terminatd")
	r := decide(t, in)
	expectAction(t, r, "1", roster.ActionAbsent)
	expectAction(t, r, "2", roster.ActionSetAside)
	for id, was := range before.Documents {
		if is := r.Documents[id]; is != was {
			t.Errorf("%s: %s, then %s", id, was, is)
		}
	}
}

// formerNames are fixedLogins, with a record of the former ones.
func formerNames(r *mapping.Rules) {
	fixedLogins(r)
	r.Lifecycle.FormerNamesIn, r.Lifecycle.FormerNamesDays = "info", 30
}

// A namesake who joins after a change of name gets a number, as long as the name is reserved.
func TestNamesakesOfThoseWhoChangedTheirName(t *testing.T) {
	m := newMemory()
	in := input(t, m, rules(func(r *mapping.Rules) {
		always(r, "sAMAccountName")
		always(r, "userPrincipalName")
		r.Lifecycle.FormerNamesIn, r.Lifecycle.FormerNamesDays = "info", 90
	}), hire("1 Ann Lee"))
	m.apply(t, decide(t, in))
	set(in, "1", "Last", "Ray")
	in.Workers["2"] = hire("2 Ann Lee")
	r := decide(t, in)
	expectValue(t, r, "1", "sAMAccountName", "ann.ray")
	expectValue(t, r, "2", "sAMAccountName", "ann.lee2")
	m.apply(t, r)
	in.AsOf = now.AddDate(0, 0, 40)
	in.Workers["3"] = hire("3 Ann Lee")
	r = decide(t, in)
	expectValue(t, r, "3", "sAMAccountName", "ann.lee3")
	expectValue(t, r, "3", "userPrincipalName", "ann.lee3@corp.example.com")
	settle(t, m, in)
}
