// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

// fixedLogins are rules that give the login and the principal name that HR says, and the
// common name of first and last name.
func fixedLogins(r *mapping.Rules) {
	r.Attributes["sAMAccountName"] = mapping.AttributeRule{Source: "Login", Apply: mapping.ApplyAlways}
	r.Attributes["userPrincipalName"] = mapping.AttributeRule{Expression: `Append([Login], "@corp.example.com")`, Apply: mapping.ApplyAlways}
	r.Attributes["cn"] = mapping.AttributeRule{Expression: `SelectUniqueValue(Join(" ", [First], [Last]), Join(" ", [First], [Last], [worker_id]))`, Apply: mapping.ApplyAlways}
}

// staffed is a directory in which people have the logins given, worker 1 the first, and a
// feed that says so.
func staffed(t *testing.T, change func(*mapping.Rules), logins ...string) (*memory, roster.Input) {
	t.Helper()
	m := newMemory()
	in := input(t, m, rules(change))
	for i, login := range logins {
		w := hire(fmt.Sprintf("%d First%c Last", i+1, 'A'+i), "Login="+login)
		in.Workers[w.ID] = w
	}
	m.apply(t, decide(t, in))
	return m, in
}

func set(in roster.Input, id, attribute, value string) {
	in.Workers[id].Attributes[attribute] = expression.String(value)
}

func TestNamesChangeHandsInOneRun(t *testing.T) {
	for name, c := range map[string]struct {
		had  []string          // logins of workers 1, 2 …
		want map[string]string // what they are to have; joiners among them
	}{
		"given up and taken by a joiner":        {[]string{"x"}, map[string]string{"1": "y", "9": "x"}},
		"a joiner who comes before":             {[]string{"a", "x"}, map[string]string{"2": "y", "0": "x"}},
		"two swap":                              {[]string{"x", "y"}, map[string]string{"1": "y", "2": "x"}},
		"a circle of four":                      {[]string{"a", "b", "c", "d"}, map[string]string{"1": "b", "2": "c", "3": "d", "4": "a"}},
		"a circle the other way, and a chain":   {[]string{"a", "b", "c", "d", "e"}, map[string]string{"1": "c", "2": "a", "3": "b", "4": "e", "5": "f", "7": "d"}},
		"a chain that a joiner begins and ends": {[]string{"a", "b"}, map[string]string{"1": "b", "2": "c", "3": "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			m, in := staffed(t, fixedLogins, c.had...)
			for id, login := range c.want {
				if in.Workers[id] == nil {
					in.Workers[id] = hire(id+" New Kid", "Login="+login)
				}
				set(in, id, "Login", login)
			}
			r := decide(t, in)
			for id, login := range c.want {
				expectValue(t, r, id, "sAMAccountName", login)
				expectValue(t, r, id, "userPrincipalName", login+"@corp.example.com")
			}
			if len(r.Warnings) > 0 {
				t.Errorf("warnings %q", r.Warnings)
			}
			settle(t, m, in)
		})
	}
}

// People who swap their names, or their places, get no numbers.
func TestSwappedNamesGetNoNumbers(t *testing.T) {
	m, in := staffed(t, func(r *mapping.Rules) { always(r, "cn"); always(r, "sAMAccountName"); always(r, "userPrincipalName") }, "x", "y")
	set(in, "1", "First", "FirstB")
	set(in, "2", "First", "FirstA")
	r := decide(t, in)
	for id, want := range map[string]string{"1": "FirstB Last", "2": "FirstA Last"} {
		expectValue(t, r, id, "cn", want)
		expectValue(t, r, id, "sAMAccountName", strings.ToLower(strings.ReplaceAll(want, " ", ".")))
	}
	settle(t, m, in)

	m = newMemory()
	in = input(t, m, rules(), hire("1 Li Wei"), hire("2 Li Wei", "City=Sydney"))
	m.apply(t, decide(t, in))
	set(in, "1", "City", "Sydney")
	delete(in.Workers["2"].Attributes, "City")
	r = decide(t, in)
	for id, container := range map[string]string{"1": sydney, "2": staff} {
		expectValue(t, r, id, "cn", "Li Wei")
		expectValue(t, r, id, "container", container)
	}
	settle(t, m, in)
}

// A name that its owner keeps after all stays taken, however long the chain behind it is.
func TestNamesThatAreKeptStayTaken(t *testing.T) {
	logins := make([]string, 26)
	for i := range logins {
		logins[i] = fmt.Sprintf("login%02d", i)
	}
	m, in := staffed(t, fixedLogins, logins...)
	m.add("contact", staff, true, "cn=Contact", "sAMAccountName=theirs")
	for i := range 25 {
		set(in, fmt.Sprint(i+1), "Login", logins[i+1])
	}
	set(in, "26", "Login", "theirs") // and everybody behind keeps what they have
	in.Workers["40"] = hire("40 New Kid", "Login="+logins[0])
	in.Workers["41"] = hire("41 Other Kid", "Login=free")
	r := decide(t, in)
	for i := range logins {
		id := fmt.Sprint(i + 1)
		d := expectAction(t, r, id, roster.ActionSetAside)
		expectValue(t, r, id, "sAMAccountName", logins[i])
		if len(d.Changes) > 0 {
			t.Errorf("worker %s changes: %v", id, d.Changes)
		}
	}
	if d := decision(t, r, "26"); !strings.Contains(d.Reason, `sAMAccountName "theirs": contact CN=Contact,`+staff+" has it") {
		t.Errorf("reason %q", d.Reason)
	}
	if d := expectAction(t, r, "40", roster.ActionSetAside); !strings.Contains(d.Reason, `worker "1" has it`) {
		t.Errorf("reason %q", d.Reason)
	}
	expectValue(t, r, "41", "sAMAccountName", "free")
	settle(t, m, in)
}

// Who is refused only because somebody else had been given the name, who then got none of
// their names, is not refused.
func TestNamesOfThoseWhoAreSetAsideAreFree(t *testing.T) {
	m := newMemory()
	m.add("contact", staff, true, "cn=Contact", "userPrincipalName=taken@corp.example.com")
	r := rules(func(r *mapping.Rules) {
		r.Attributes["sAMAccountName"] = mapping.AttributeRule{Source: "Login"}
		r.Attributes["userPrincipalName"] = mapping.AttributeRule{Source: "Mail"}
	})
	result := decide(t, input(t, m, r, hire("1 Ann Lee", "Login=x", "Mail=taken@corp.example.com"), hire("2 Bob Ray", "Login=x", "Mail=bob@corp.example.com"),
		hire("3 Eve Kim", "Login=y", "Mail=eve@corp.example.com"), hire("4 Max Poe", "Login=y", "Mail=eve@corp.example.com")))
	expectAction(t, result, "1", roster.ActionSetAside)
	expectValue(t, result, "2", "sAMAccountName", "x")
	expectValue(t, result, "3", "sAMAccountName", "y")
	expectAction(t, result, "4", roster.ActionSetAside)
}

// P1: nobody else waits for a joiner without a name, and a leaver without one is disabled.
func TestPeopleWithoutANameStopNobody(t *testing.T) {
	m, in := staffed(t, fixedLogins, "ann", "bob")
	m.add("contact", staff, true, "cn=Contact", "sAMAccountName=theirs")
	in.Workers["3"] = hire("3 New Kid", "Login=theirs")
	in.Workers["4"] = hire("4 Other Kid", "Login=free")
	in.Workers["1"].TerminationDate = "2026-11-20"
	in.Workers["2"].TerminationDate = "2026-11-20"
	set(in, "2", "Login", "theirs")
	r := decide(t, in)
	if d := expectAction(t, r, "3", roster.ActionSetAside); !strings.Contains(d.Reason, `contact CN=Contact,`) {
		t.Errorf("reason %q", d.Reason)
	}
	if _, there := r.Accounts["3"]; there {
		t.Error("the joiner without a name gets a document")
	}
	expectAction(t, r, "4", roster.ActionCreate)
	expectAction(t, r, "1", roster.ActionDisable)
	for _, id := range []string{"1", "2"} {
		expectValue(t, r, id, "enabled", "false")
	}
	expectValue(t, r, "2", "sAMAccountName", "bob")
	in.OnProblem = roster.ProblemStop
	refused(t, in, `worker "3": sAMAccountName "theirs": contact CN=Contact,`, `worker "2"`)
}

// Names of accounts that nobody manages, that are protected, or whose rule does not touch
// them are not free.
func TestNamesThatNobodyGivesUp(t *testing.T) {
	m, in := staffed(t, fixedLogins, "x", "y")
	m.user("cn=Alias", "sAMAccountName=alias", "proxyAddresses=smtp:x@example.com", "employeeID=7")
	m.objects[1].Protected = "adminCount is 1"
	in.Workers["7"] = hire("7 Al Ias", "Login=alias", "Mail=z@example.com")
	r := rules(fixedLogins, func(r *mapping.Rules) {
		r.Attributes["mail"] = mapping.AttributeRule{Source: "Mail", Unique: true}
	})
	in.Mapping = compile(t, r)
	in.Workers["9"] = hire("9 New Kid", "Login=new", "Mail=x@example.com") // an alias that no rule touches
	result := decide(t, in)
	if d := expectAction(t, result, "9", roster.ActionSetAside); !strings.Contains(d.Reason, `mail "x@example.com": user CN=`) {
		t.Errorf("reason %q", d.Reason)
	}
	in.Workers["9"] = hire("9 New Kid", "Login=y")
	if d := expectAction(t, decide(t, in), "9", roster.ActionSetAside); !strings.Contains(d.Reason, `"2" has it`) {
		t.Errorf("reason %q", d.Reason)
	}
}

// Somebody may be set aside only after the names have been given: they keep theirs.
func TestNamesOfThoseWhoAreSetAsideLater(t *testing.T) {
	m, in := staffed(t, fixedLogins, "x", "y", "z")
	set(in, "1", "Login", "y")
	set(in, "2", "Login", "new")
	set(in, "2", "Title", strings.Repeat("t", 200)) // more than the directory takes
	set(in, "3", "Login", "free")
	in.Workers["9"] = hire("9 New Kid", "Login=x")
	in.Workers["10"] = hire("10 Other Kid", "Login=z")
	r := decide(t, in)
	expectAction(t, r, "2", roster.ActionSetAside)
	expectValue(t, r, "2", "sAMAccountName", "y")
	expectAction(t, r, "1", roster.ActionSetAside)
	expectValue(t, r, "1", "sAMAccountName", "x")
	expectAction(t, r, "9", roster.ActionSetAside)
	expectValue(t, r, "3", "sAMAccountName", "free")
	expectValue(t, r, "10", "sAMAccountName", "z")
	settle(t, m, in)
}

// Whatever people exchange, and in whatever order they come, everybody has one login
// in the end, nobody has that of another, and a second run changes nothing.
func TestNamesChangeHandsAtRandom(t *testing.T) {
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 11))
		logins := make([]string, 8+random.IntN(18))
		for i := range logins {
			logins[i] = fmt.Sprintf("l%02d", i)
		}
		var first string
		for range 3 {
			random := rand.New(rand.NewPCG(seed, 12))
			m, in := staffed(t, fixedLogins, logins...)
			m.add("contact", staff, true, "cn=Contact", "sAMAccountName=theirs")
			pool := append(slices.Clone(logins), "theirs", "n1", "n2", "n3")
			for i := range logins {
				if random.IntN(3) > 0 {
					set(in, fmt.Sprint(i+1), "Login", pool[random.IntN(len(pool))])
				}
			}
			for i := range 3 {
				w := hire(fmt.Sprintf("%d New%c Kid", 50+i, 'A'+i), "Login="+pool[random.IntN(len(pool))])
				in.Workers[w.ID] = w
			}
			rand.Shuffle(len(m.objects), func(a, b int) { m.objects[a], m.objects[b] = m.objects[b], m.objects[a] })
			r := decide(t, in)
			out, err := json.Marshal(r.Documents)
			if err != nil {
				t.Fatal(err)
			}
			if first == "" {
				first = string(out)
			}
			if first != string(out) {
				t.Fatalf("seed %d: another order gave another result", seed)
			}
			taken := map[string]string{"theirs": "the contact"}
			for id, a := range r.Accounts {
				login := directory.Fold(a.Attributes["sAMAccountName"].Text())
				if taken[login] != "" {
					t.Fatalf("seed %d: %s is given to %s and %s", seed, login, id, taken[login])
				}
				taken[login] = id
				if want := in.Workers[id].Attributes["Login"].Text(); login != want && decision(t, r, id).Action != roster.ActionSetAside {
					t.Fatalf("seed %d: worker %s gets %s, expected %s", seed, id, login, want)
				}
			}
			for _, d := range r.Decisions {
				if want := in.Workers[d.WorkerID].Attributes["Login"].Text(); d.Action == roster.ActionSetAside && taken[want] == "" {
					t.Fatalf("seed %d: worker %s is set aside although %s is free: %s", seed, d.WorkerID, want, d.Reason)
				}
			}
			settle(t, m, in)
		}
	}
}
