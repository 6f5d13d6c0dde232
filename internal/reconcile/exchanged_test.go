// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"testing"

	"terraform-provider-workforce/internal/directory"
)

// carries gives an account a worker id by hand.
func (m *memory) carries(login, worker string) {
	m.of(login).Account.Attributes["employeeID"] = directory.Value{worker}
}

// called gives a document the login of another.
func called(login string) func(*directory.Account) {
	return func(a *directory.Account) { a.Attributes["uid"] = directory.Value{login} }
}

// TestExchangedWorkerIDs: of documents that were decided over another account a run writes the worker id only, takes access from who
// may not sign in, and leaves the rest to the next run.
func TestExchangedWorkerIDs(t *testing.T) {
	l := newLife(t, newMemory("a"))
	l.verdicts = map[string]Verdict{}
	own := map[string]string{"1": document("1", true), "2": document("2", true), "3": document("3", true)}
	l.run(own)
	ids := map[string]string{"1": l.dir.of("u1").ID, "2": l.dir.of("u2").ID, "3": l.dir.of("u3").ID}
	l.dir.carries("u1", "2")
	l.dir.carries("u2", "1")
	// Worker 1 stays, and was decided over a disabled account; 2 has left; 3 changes.
	l.decided, l.barred = map[string]string{"1": ids["2"], "2": ids["1"], "3": ids["3"]}, map[string]bool{"2": true}
	title := func(a *directory.Account) { a.Attributes["title"] = directory.Value{"Head"} }
	said := l.run(map[string]string{
		"1": document("1", false, called("u2")), "2": document("2", false, called("u1")), "3": document("3", true, title),
	})
	says(t, said, false, "Worker ids changed by hand will be written back (2)", `worker 1 (u1, Name 1): the account carries "2"`,
		`worker 2 (u2, Name 2): the account carries "1"; it is disabled, too`, "terraform state rm")
	for worker, enabled := range map[string]bool{"1": true, "2": false, "3": true} {
		e := l.dir.of("u" + worker)
		if e == nil || e.ID != ids[worker] || e.Account.Enabled != enabled || e.Account.Attributes["employeeID"].Text() != worker {
			t.Errorf("worker %s has the account %+v", worker, e)
		}
	}
	if l.dir.of("u3").Account.Attributes["title"].Text() != "Head" {
		t.Error("somebody else's change was not written")
	}
	l.decided = ids
	right := map[string]string{"1": own["1"], "2": document("2", false), "3": document("3", true, title)}
	if f := l.run(right); len(f) > 0 {
		t.Errorf("the second run says %v", f)
	}
	l.quiet(right)
}

// TestNotExchanged: documents are written as they are where nobody changed a worker id by hand, or no rules decided.
func TestNotExchanged(t *testing.T) {
	for name, change := range map[string]func(l *life, a, b string){
		"a link to the account of another": func(l *life, a, b string) { l.decided = map[string]string{"1": b, "2": a} },
		"written by hand":                  func(l *life, _, _ string) { l.dir.carries("u1", "2"); l.dir.carries("u2", "1") },
		"decided over their own": func(l *life, a, b string) {
			l.dir.carries("u1", "9")
			l.decided = map[string]string{"1": a, "2": b}
		},
	} {
		l := newLife(t, newMemory("a"))
		l.run(map[string]string{"1": document("1", true), "2": document("2", true)})
		l.verdicts = map[string]Verdict{}
		change(l, l.dir.of("u1").ID, l.dir.of("u2").ID)
		docs := map[string]string{"1": document("1", true, called("x1")), "2": document("2", true, called("x2"))}
		l.run(docs)
		if l.dir.of("x1") == nil || l.dir.of("x2") == nil {
			t.Errorf("%s: a document was not written", name)
		}
		l.quiet(docs)
	}
}

// TestLostWorkerID: who has no document because two accounts carry one worker id gets the id back, and is recognised again.
func TestLostWorkerID(t *testing.T) {
	l := newLife(t, newMemory("a"))
	l.verdicts = map[string]Verdict{}
	l.run(map[string]string{"1": document("1", true), "2": document("2", true)})
	first, second := l.dir.of("u1"), l.dir.of("u2")
	l.dir.carries("u1", "2")
	l.verdicts = map[string]Verdict{first.ID: {Kind: Unclear}, second.ID: {Kind: Unclear}}
	says(t, l.run(map[string]string{}), false,
		"2 will be released", "worker 1 (u1, Name 1)", "writes the worker id back", "worker 2 (u2, Name 2)")
	for _, e := range []*directory.Existing{first, second} {
		if a := e.Account; !a.Enabled || "u"+a.Attributes["employeeID"].Text() != a.Attributes["uid"].Text() {
			t.Errorf("%+v", a)
		}
	}
}
