// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/roster"
)

func TestLifeOfAPopulation(t *testing.T) {
	l := newLife(t, newMemory("a"))
	docs := map[string]string{"1": document("1", true), "2": document("2", true)}
	says(t, l.run(docs), false)
	l.quiet(docs)
	l.dir.of("u1").Account.Enabled = false // by hand
	says(t, l.run(docs), false, "Changes by hand will be overwritten (1)", "worker 1 (u1, Name 1): enabled")
	if !l.dir.of("u1").Account.Enabled {
		t.Error("drift was not repaired")
	}
	l.quiet(docs)
	delete(docs, "2")
	says(t, l.run(docs), false, "Managed accounts have no document any more", "1 will be disabled", "worker 2 (u2, Name 2)")
	if l.dir.of("u2").Account.Enabled {
		t.Error("the removed account is enabled")
	}
	l.quiet(docs)
}

func TestDeletion(t *testing.T) {
	l := newLife(t, newMemory("a"))
	docs := map[string]string{"1": document("1", true), "2": document("2", true)}
	l.run(docs)
	docs["1"] = document("1", false, deleted)
	says(t, l.run(docs), true, "Refusing to delete an enabled account (1)", "enabled = false")
	docs["1"] = document("1", false)
	says(t, l.run(docs), false)
	docs["1"] = document("1", false, deleted)
	l.dir.of("u1").Protected = "it is an administrator"
	says(t, l.run(docs), true, "Refusing to delete a protected account (1)", "it is an administrator", "released = true")
	l.dir.of("u1").Protected = ""
	l.dir.children[l.dir.of("u1").ID] = true
	says(t, l.run(docs), true, "The directory would refuse an account", `worker "1"`, "objects below it")
	clear(l.dir.children)
	says(t, l.run(docs), false, "Accounts will be deleted", "worker 1 (u1, Name 1)")
	if l.dir.of("u1") != nil {
		t.Fatal("the account is there")
	}
	if l.docs["1"] != docs["1"] {
		t.Errorf("the state after the deletion holds %q", l.docs["1"])
	}
	// Without a refresh nothing is to do, whether the document stays or goes.
	_, said := l.plan(docs)
	says(t, said, false)
	later := map[string]string{"2": docs["2"]}
	if _, said := l.plan(later); len(said) > 0 {
		t.Errorf("the end of the document says %v", said)
	}
	p := l.population(&Claims{})
	if !p.OnlyEnds(later) || p.OnlyEnds(docs) || p.OnlyEnds(nil) || p.OnlyEnds(map[string]string{"2": document("2", false)}) {
		t.Error("the end of documents is taken for a change, or a change for one")
	}
	l.quiet(later)
	// A deleted account that nobody ever managed is no reason to create one.
	says(t, l.run(map[string]string{"2": docs["2"], "9": document("9", false, deleted)}), false)
	if l.dir.of("u9") != nil {
		t.Error("an account was created in order to be deleted")
	}
}

func TestRelease(t *testing.T) {
	l := newLife(t, newMemory("a"))
	docs := map[string]string{"1": document("1", true)}
	l.run(docs)
	docs["1"] = document("1", false, released)
	says(t, l.run(docs), false)
	l.dir.of("u1").Account.Attributes["cn"] = directory.Value{"By hand"}
	reads := l.dir.reads
	l.quiet(docs)
	says(t, l.run(map[string]string{}), false)
	if e := l.dir.of("u1"); !e.Account.Enabled || e.Account.Attributes["cn"].Text() != "By hand" || l.dir.reads != reads {
		t.Errorf("a released account was read %d times and is %v", l.dir.reads-reads, e.Account)
	}
	// Managed again: taken over.
	says(t, l.run(map[string]string{"1": document("1", true)}), false, "will be taken over")
}

// What this population never changed is released, and what it changed is disabled.
func TestRemovalOfUntouchedAccounts(t *testing.T) {
	l := newLife(t, newMemory("a"))
	l.dir.add("1", true)
	l.dir.add("2", true, "title", "Old")
	docs := map[string]string{"1": document("1", true), "2": document("2", true, func(a *directory.Account) { a.Attributes["title"] = directory.Value{"New"} })}
	says(t, l.run(docs), false, "will be taken over", "0 are disabled now and will be enabled")
	l.quiet(docs)
	says(t, l.run(map[string]string{}), false, "1 will be disabled", "worker 2", "1 will be released", "worker 1 (u1, Name 1): this resource never changed the account")
	if !l.dir.of("u1").Account.Enabled || l.dir.of("u2").Account.Enabled {
		t.Errorf("u1 enabled %t, u2 enabled %t", l.dir.of("u1").Account.Enabled, l.dir.of("u2").Account.Enabled)
	}
}

func TestVerdicts(t *testing.T) {
	l := newLife(t, newMemory("a"))
	docs := map[string]string{}
	for i := range 5 {
		id := fmt.Sprint(i)
		docs[id] = document(id, true)
	}
	l.run(docs)
	object := func(id string) string { return l.memory.IDs[id] }
	l.verdicts = map[string]Verdict{object("0"): {Kind: Absent, Reason: "gone from the feed"}, object("1"): {Kind: Unclear},
		object("2"): {Kind: OutOfScope, Reason: "worker_type is not Employee"}, object("3"): {Kind: Ignored}}
	said := l.run(map[string]string{})
	says(t, said, false, "3 will be disabled", "worker 2 (u2, Name 2): worker_type is not Employee", "worker 3 (u3, Name 3): the rules leave", "worker 4 (u4, Name 4)",
		"2 will be released", "worker 0 (u0, Name 0): gone from the feed", "worker 1 (u1, Name 1): whose account it is")
	for id, enabled := range map[string]bool{"0": true, "1": true, "2": false, "3": false, "4": false} {
		if l.dir.of("u"+id).Account.Enabled != enabled {
			t.Errorf("u%s: enabled is %t", id, !enabled)
		}
	}
}

// TestRemovalOfWhoHasLeft: the account of somebody who has left is disabled though this population
// only took it over and never changed it.
func TestRemovalOfWhoHasLeft(t *testing.T) {
	l := newLife(t, newMemory("a"))
	l.dir.add("1", true)
	l.dir.add("2", true)
	l.run(map[string]string{"1": document("1", true), "2": document("2", true)})
	l.verdicts = map[string]Verdict{l.memory.IDs["1"]: {Kind: Left}, l.memory.IDs["2"]: {Kind: OutOfScope}}
	says(t, l.run(map[string]string{}), false,
		"1 will be disabled", "worker 1 (u1, Name 1): the worker has left", "1 will be released", "worker 2")
	if l.dir.of("u1").Account.Enabled || !l.dir.of("u2").Account.Enabled {
		t.Errorf("u1 enabled %t, u2 enabled %t", l.dir.of("u1").Account.Enabled, l.dir.of("u2").Account.Enabled)
	}
}

func TestRemovalLimit(t *testing.T) {
	l := newLife(t, newMemory("a"))
	l.options.MaxRemovals, _ = roster.ParseLimit("5 or 5%")
	docs := map[string]string{}
	for i := range 20 {
		id := fmt.Sprintf("%02d", i)
		docs[id] = document(id, true)
	}
	l.run(docs)
	says(t, l.run(map[string]string{}), true, "Too many accounts are no longer wanted (max_removals)", "20 of 20 accounts", "max_removals is 5 or 5% (5)", "worker 00 (u00, Name 00)", `max_removals = "20"`)
	for i := range 5 {
		delete(docs, fmt.Sprintf("%02d", i))
	}
	says(t, l.run(docs), false, "5 will be disabled")
	l.options.MaxRemovals, _ = roster.ParseLimit("100%")
	says(t, l.run(map[string]string{}), false, "15 will be disabled")
}

func TestRemovalByDeletion(t *testing.T) {
	l := newLife(t, newMemory("a"))
	l.options.OnRemoval = Delete
	docs := map[string]string{"1": document("1", true), "2": document("2", false), "3": document("3", false)}
	l.run(docs)
	l.dir.of("u3").DisabledSince = noon.AddDate(0, 0, -31)
	said := l.run(map[string]string{})
	says(t, said, false, "1 will be deleted", "worker 3", "2 will be disabled", "worker 1 (u1, Name 1): the account is enabled", "worker 2 (u2, Name 2): the account is disabled since 2026-06-01, and retention_days is 30")
	if l.dir.of("u3") != nil || l.dir.of("u1").Account.Enabled || l.dir.of("u2") == nil {
		t.Errorf("u3 is %v, u1 %v, u2 %v", l.dir.of("u3"), l.dir.of("u1"), l.dir.of("u2"))
	}
	l.quiet(map[string]string{})
	// Rules that know the worker delete by documents: here the account may just move to another population.
	docs = map[string]string{"4": document("4", false)}
	l.run(docs)
	l.dir.of("u4").DisabledSince = noon.AddDate(0, 0, -31)
	l.verdicts = map[string]Verdict{}
	says(t, l.run(map[string]string{}), false, "1 will be disabled", "worker 4 (u4, Name 4): deletion is left to the rules")
	if l.dir.of("u4") == nil {
		t.Error("deleted")
	}
}

func TestAdoption(t *testing.T) {
	l := newLife(t, newMemory("a"))
	l.dir.add("1", false)
	l.dir.add("2", true)
	docs := map[string]string{"1": document("1", true), "2": document("2", false)}
	l.options.MaxAdopt, _ = roster.ParseLimit("1")
	says(t, l.run(docs), true, "2 accounts exist already",
		"1 are disabled now and will be enabled, and 1 are enabled now and will be disabled",
		"worker 1: CN=Name 1,OU=Staff, which will be enabled", "worker 2", "which will be disabled",
		"Too many accounts would be taken over (max_adopt)", "max_adopt is 1")
	l.options.MaxAdopt = roster.Limit{}
	first := l.dir.of("u1").ID
	for name, c := range map[string]struct {
		between func()
		words   []string
	}{
		"disabled by hand": {func() { l.dir.objects[first].Account.Enabled = true }, []string{`worker "1"`, "changed since the plan", "disabled", "enabled"}},
		"another value":    {func() { l.dir.objects[first].Account.Attributes["cn"] = directory.Value{"Name one"} }, []string{`worker "1"`, "changed since the plan"}},
		"gone":             {func() { delete(l.dir.objects, first) }, []string{`worker "1"`, "no longer exists", first}},
	} {
		t.Run(name, func(t *testing.T) {
			before := copied(l.dir.objects[first])
			defer func() { l.dir.objects[first] = before }()
			fresh := newLife(t, l.dir)
			fresh.between = c.between
			says(t, fresh.run(map[string]string{"1": docs["1"]}), true, c.words...)
			if e := l.dir.of("u1"); e != nil && e.ID != first {
				t.Error("another account was created")
			}
			if len(fresh.docs)+len(fresh.memory.IDs) > 0 {
				t.Errorf("the state holds %v and %v", fresh.docs, fresh.memory.IDs)
			}
		})
	}
	says(t, l.run(docs), false)
	l.quiet(docs)
	// Without a refresh, a plan says what the last one said.
	l.adopted = map[string]string{"1": "o1 enabled x"}
	if carried, _ := l.plan(docs); !maps.Equal(carried, l.adopted) {
		t.Errorf("carried %v", carried)
	}
}

// TestJoinerTakesALoginThatIsGivenUp: the account that has it belongs to somebody who gets another
// one, or whose account is deleted, in the same run.
func TestJoinerTakesALoginThatIsGivenUp(t *testing.T) {
	login := func(uid string) func(*directory.Account) {
		return func(a *directory.Account) { a.Attributes["uid"] = directory.Value{uid} }
	}
	l := newLife(t, newMemory("a"))
	docs := map[string]string{"1": document("1", true), "2": document("2", false)}
	says(t, l.run(docs), false)
	docs["1"], docs["5"] = document("1", true, login("married")), document("5", true, login("u1"))
	says(t, l.run(docs), false)
	if e := l.dir.of("u1"); e == nil || e.Account.Attributes["employeeID"].Text() != "5" {
		t.Fatalf("u1 is %+v", e)
	}
	l.quiet(docs)
	docs["2"], docs["6"] = document("2", false, deleted), document("6", true, login("u2"))
	says(t, l.run(docs), false, "Accounts will be deleted")
	delete(docs, "2")
	l.quiet(docs)
	// Whoever keeps the login has it.
	docs["7"] = document("7", true, login("married"))
	says(t, l.run(docs), true, `worker "7"`, "is taken by user")
}

// TestOneAdoptionThatIsRefusedStopsNobody: where rules decide every night, the leavers of this one lose access.
func TestOneAdoptionThatIsRefusedStopsNobody(t *testing.T) {
	l := newLife(t, newMemory("a"))
	docs := map[string]string{"1": document("1", true)}
	says(t, l.run(docs), false)
	l.dir.add("9", true).Account.Attributes["employeeID"] = directory.Value{"90"}
	docs["1"], docs["9"] = document("1", false), document("9", true)
	says(t, l.run(docs), true, "Cannot take over an existing account", `worker "9"`, `whose employeeID is "90"`)
	l.verdicts = map[string]Verdict{}
	said := l.run(docs)
	says(t, said, false, "Set aside: accounts that are not taken over", "1 of 2 documents", `worker "9"`)
	if l.dir.of("u1").Account.Enabled || l.memory.IDs["9"] != "" || l.docs["9"] != docs["9"] {
		t.Errorf("u1 %+v, ids %v, documents %v", l.dir.of("u1"), l.memory.IDs, l.docs)
	}
	// The advice: the account gets the worker's id, and is taken over.
	l.dir.of("u9").Account.Attributes["employeeID"] = directory.Value{"9"}
	says(t, l.run(docs), false, "Existing accounts will be taken over", "worker 9")
	l.quiet(docs)
}

// TestAdoptionWithoutWorkerID: a document that gives no worker id takes over no account that carries one, and the
// advice works: with the attribute, the account is taken over.
func TestAdoptionWithoutWorkerID(t *testing.T) {
	l := newLife(t, newMemory("a"))
	l.dir.add("9", true)
	docs := map[string]string{"9": document("9", true, func(a *directory.Account) { delete(a.Attributes, "employeeID") })}
	says(t, l.run(docs), true, "Cannot take over an existing account", `whose employeeID is "9"`, "the document gives no employeeID",
		`add employeeID = "9" to the attributes`)
	docs["9"] = document("9", true)
	says(t, l.run(docs), false, "Existing accounts will be taken over", "worker 9")
	l.quiet(docs)
}

// TestAnApplyThatIsRefusedTakesNothingOver: the next plan decides, and says, anew what is taken over.
func TestAnApplyThatIsRefusedTakesNothingOver(t *testing.T) {
	l := newLife(t, newMemory("a"))
	docs := map[string]string{"1": document("1", true)}
	says(t, l.run(docs), false)
	l.dir.add("3", false)
	docs["3"], docs["9"] = document("3", true), document("9", true)
	l.between = func() { l.dir.add("9", true).Account.Attributes["employeeID"] = directory.Value{"90"} }
	says(t, l.run(docs), true, "Cannot take over an existing account", `worker "9"`)
	if len(l.docs) != 1 || len(l.memory.IDs) != 1 {
		t.Errorf("the state holds %v and %v", l.docs, l.memory.IDs)
	}
	delete(docs, "9")
	l.options.Adopt = AdoptNever
	says(t, l.run(docs), true, `worker "3"`, "adopt_existing")
	if l.dir.of("u3").Account.Enabled {
		t.Error("enabled without a word")
	}
}

func TestAdoptionNeedsTheDirectory(t *testing.T) {
	l := newLife(t, newMemory("a"))
	l.dir.down = errors.New("the server is down")
	_, f := l.plan(map[string]string{"1": document("1", true)})
	says(t, f, true, "Cannot read the directory", "the server is down")
}

// A contractor becomes an employee: the same object under another worker id.
func TestConversion(t *testing.T) {
	l := newLife(t, newMemory("a"))
	l.run(map[string]string{"v1": document("v1", true)})
	object := l.dir.of("uv1").ID
	docs := map[string]string{"E1": document("v1", true, func(a *directory.Account) { a.Attributes["employeeID"] = directory.Value{"E1"} })}
	says(t, l.run(docs), false, "worker E1, from worker v1")
	if e := l.dir.of("uv1"); e.ID != object || !e.Account.Enabled || e.Account.Attributes["employeeID"].Text() != "E1" {
		t.Errorf("%v", e)
	}
	l.quiet(docs)
	// The account was changed before, so that it is still disabled when the worker is removed.
	says(t, l.run(map[string]string{}), false, "1 will be disabled")
}

// TestConversionThatFails: the account stays with the former worker, so that the next run can hand it over.
func TestConversionThatFails(t *testing.T) {
	for name, fail := range map[string]func(m *memory, e *directory.Existing){
		"changed by hand since the plan": func(_ *memory, e *directory.Existing) { e.Account.Attributes["cn"] = directory.Value{"By hand"} },
		"refused by the directory":       func(_ *memory, e *directory.Existing) { e.Protected = "it is an administrator by now" },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLife(t, newMemory("a"))
			before := map[string]string{"v1": document("v1", true)}
			l.run(before)
			e := l.dir.of("uv1")
			l.between = func() { fail(l.dir, e) }
			docs := map[string]string{"E1": document("v1", true, func(a *directory.Account) { a.Attributes["employeeID"] = directory.Value{"E1"} })}
			says(t, l.run(docs), true, `worker "E1"`)
			if !maps.Equal(l.docs, before) || !maps.Equal(l.memory.IDs, map[string]string{"v1": e.ID}) {
				t.Errorf("the state holds %v and %v", l.docs, l.memory.IDs)
			}
			e.Protected = ""
			says(t, l.run(docs), false, "worker E1, from worker v1")
			l.quiet(docs)
			if l.dir.of("uv1").Account.Attributes["employeeID"].Text() != "E1" {
				t.Errorf("%v", l.dir.of("uv1").Account)
			}
		})
	}
}

func TestAnotherDirectory(t *testing.T) {
	a, b := newMemory("a"), newMemory("b")
	l := newLife(t, a)
	docs := map[string]string{"1": document("1", true), "2": document("2", true)}
	l.run(docs)
	l.dir = b
	says(t, l.run(docs), true, "The accounts are in another directory", "2 accounts", "a.example.com", "b.example.com", "terraform state rm")
	if len(b.objects) > 0 || len(l.docs) != 2 {
		t.Errorf("%d objects there, state %v", len(b.objects), l.docs)
	}
	if _, f := l.plan(docs); len(f) > 0 { // nothing to do, nothing to ask
		t.Errorf("an unchanged plan without refresh asked: %v", f)
	}
	l.dir = a
	says(t, l.run(docs), false)
	// A state of an earlier version does not say: the next refresh that finds accounts does.
	l.memory.Directory = Identity{}
	says(t, l.refresh(), false)
	if l.memory.Directory.ID != "a" {
		t.Errorf("remembers %v", l.memory.Directory)
	}
}

func TestTwoPopulationsWantOneAccount(t *testing.T) {
	dir := newMemory("a")
	dir.add("1", true)
	claims := &Claims{}
	plan := func(docs map[string]string) Findings {
		l := newLife(t, dir)
		_, f := l.population(claims).Plan(t.Context(), docs, nil)
		return f
	}
	one := map[string]string{"1": document("1", true), "2": document("2", true)}
	says(t, plan(one), false)
	says(t, plan(one), false) // planned twice: as part of a replacement
	says(t, plan(map[string]string{"1": document("1", false), "3": document("3", true)}), true, "Two resources manage one account", `worker "1" (u1, Name 1)`, `a test_population of 2 accounts ("1", "2")`, `("1", "3")`)
	says(t, plan(map[string]string{"x": document("2", true)}), true, "Two resources manage one account", `worker "x"`, `there as worker "2"`) // nobody has it yet
	says(t, plan(map[string]string{"3": document("3", true)}), true, `"3"`)                                                                   // a name that is new
	says(t, plan(map[string]string{"1": document("1", true, released), "2": document("2", false, deleted)}), false)                           // asks for nothing
}

// People who move between populations stay as they are, in whatever order these are applied.
func TestMoveBetweenPopulations(t *testing.T) {
	for _, order := range []string{"gives up first", "takes over first"} {
		t.Run(order, func(t *testing.T) {
			dir := newMemory("a")
			from, to := newLife(t, dir), newLife(t, dir)
			docs := map[string]string{"1": document("1", true)}
			from.run(docs)
			object := dir.of("u1").ID
			claims := &Claims{}
			adopted, f := to.population(claims).Plan(t.Context(), docs, nil)
			says(t, f, false, "will be taken over")
			_, f = from.population(claims).Plan(t.Context(), nil, nil)
			says(t, f, false, "have no document any more")
			claims = &Claims{} // an apply is a run of its own
			leave := func() {
				p := from.population(claims)
				_, f := p.Apply(t.Context(), nil, nil)
				says(t, f, false)
			}
			take := func() {
				p := to.population(claims)
				// Terraform plans again right before it applies, and refuses another result.
				again, f := p.Plan(t.Context(), docs, nil)
				says(t, f, false)
				if !maps.Equal(again, adopted) {
					t.Errorf("planned %v, then %v", adopted, again)
				}
				after, f := p.Apply(t.Context(), docs, adopted)
				says(t, f, false)
				to.docs, to.memory = after, p.Memory
			}
			if order == "gives up first" {
				leave()
				take()
			} else {
				take()
				leave()
			}
			if e := dir.of("u1"); e.ID != object || !e.Account.Enabled {
				t.Errorf("the account is %v", e)
			}
			to.quiet(docs)
		})
	}
}

func TestEnd(t *testing.T) {
	l := newLife(t, newMemory("a"))
	l.dir.add("1", true)
	docs := map[string]string{"1": document("1", true), "2": document("2", true), "3": document("3", false)}
	l.run(docs)
	l.dir.of("u3").DisabledSince = noon.AddDate(0, 0, -40)
	l.options.OnRemoval = Release
	says(t, l.population(&Claims{}).PlanEnd(t.Context()), false, "Accounts will no longer be managed", "3 accounts")
	l.options.OnRemoval = Delete
	says(t, l.population(&Claims{}).PlanEnd(t.Context()), false, "Accounts will be deleted", "delete 1, disable 2 accounts", "worker 1 (u1, Name 1): disable, because the account is enabled")
	left, f := l.population(&Claims{}).End(t.Context())
	says(t, f, false)
	if len(left) > 0 || l.dir.of("u3") != nil || l.dir.of("u2").Account.Enabled || l.dir.of("u1").Account.Enabled {
		t.Errorf("left %v, u1 %v, u2 %v, u3 %v", left, l.dir.of("u1"), l.dir.of("u2"), l.dir.of("u3"))
	}
}

// Who was changed by hand since the plan is not removed, and one person's failure stops nobody else.
func TestRemovalFailures(t *testing.T) {
	l := newLife(t, newMemory("a"))
	docs := map[string]string{"1": document("1", true), "2": document("2", true), "3": document("3", true)}
	l.run(docs)
	l.between = func() {
		l.dir.of("u1").Account.Attributes["cn"] = directory.Value{"By hand"}
		l.dir.of("u2").Protected = "it is an administrator by now"
	}
	says(t, l.run(map[string]string{}), true, "The account has changed since the plan (1)", `worker "2"`)
	if len(l.docs) != 2 || l.docs["1"] == "" || l.docs["2"] == "" || l.dir.of("u3").Account.Enabled || !l.dir.of("u1").Account.Enabled {
		t.Errorf("the state holds %v", l.docs)
	}
	says(t, l.run(map[string]string{}), true, "Refusing to remove a protected account (2)", "administrator")
	l.dir.of("u2").Protected = ""
	says(t, l.run(map[string]string{}), false, "2 will be disabled")
}

func TestImport(t *testing.T) {
	l := newLife(t, newMemory("a"))
	l.dir.add("1", true)
	p := l.population(&Claims{})
	docs, f := p.Import(t.Context(), "OU=Staff", &Wanted{})
	says(t, f, false)
	if len(docs) != 1 || docs["1"] == "" || p.Memory.IDs["1"] == "" || !p.Memory.Untouched["1"] {
		t.Errorf("imported %v, %v", docs, p.Memory)
	}
	var wanted Wanted // what rules name is read, with the values of the directory
	l.dir.of("u1").Account.Attributes["title"] = directory.Value{"Clerk"}
	want := l.dir.of("u1").Account.Clone()
	want.Attributes["title"] = directory.Value{"Head"}
	wanted.Note(p.Target.Format.Target, map[string]string{"1": p.Target.Marshal(want), "2": "no document"})
	docs, f = p.Import(t.Context(), "OU=Staff", &wanted)
	says(t, f, false)
	if a, err := p.Target.Format.Unmarshal(docs["1"]); err != nil || a.Attributes["title"].Text() != "Clerk" {
		t.Errorf("imported %v, %v", docs, err)
	}
	l.dir.add("1", true)
	if _, f := p.Import(t.Context(), "OU=Staff", &Wanted{}); !f.Failed() {
		t.Error("two accounts of one worker were imported")
	}
	_, f = p.Import(t.Context(), "OU=Nowhere", &Wanted{})
	says(t, f, true, "Cannot import accounts", "does not exist")
}
