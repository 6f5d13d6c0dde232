// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"testing"

	"terraform-provider-workforce/internal/directory"
)

// TestAdoptionUnderAnotherLogin: an account that carries the worker id is the worker's, whatever its login is. There is
// never a second one beside it.
func TestAdoptionUnderAnotherLogin(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(l *life)
		failed  bool
		words   []string
		login   string // of the account that was there
	}{
		"taken over": {func(*life) {}, false, []string{"1 account exists already"}, "u1"},
		"never": {func(l *life) { l.options.Adopt = AdoptNever }, true, []string{"CN=Name 1,OU=Staff",
			"carries the worker id", "adopt_existing", "clear its employeeID"}, "old"},
		"two carry it": {func(l *life) { l.dir.add("1", true, "uid", "other") }, true,
			[]string{"2 accounts carry the worker id", "links", "employeeID"}, "old"},
		"written attribute by attribute": {func(l *life) { l.typed = true }, true, []string{"carries the worker id already", "import",
			"worker_id_attribute"}, "old"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLife(t, newMemory("a"))
			id := l.dir.add("1", true, "uid", "old").ID
			c.prepare(l)
			n, docs := len(l.dir.objects), map[string]string{"1": document("1", true)}
			says(t, l.run(docs), c.failed, c.words...)
			if e := l.dir.objects[id]; len(l.dir.objects) != n || e.Account.Attributes["uid"].Text() != c.login {
				t.Errorf("%d objects, want %d; the account is %+v", len(l.dir.objects), n, e.Account)
			}
			if !c.failed {
				l.quiet(docs)
			}
		})
	}
}

// TestRecognisedAndNotFound: the plan stops where rules recognised an account to which nothing in the document leads.
func TestRecognisedAndNotFound(t *testing.T) {
	l := newLife(t, newMemory("a"))
	e := l.dir.add("1", true, "uid", "old")
	delete(e.Account.Attributes, "employeeID")
	var v Verdicts
	v.NoteDocuments("test", map[string]string{"1": ""}, map[string]string{"1": e.ID}, nil)
	l.recognised = func(id, _ string) string { return v.Recognised("test", id, "") }
	says(t, l.run(map[string]string{"1": document("1", true)}), true, "Second accounts would be created", "worker 1: object id "+e.ID,
		"worker_id_attribute", "on_create")
	if len(l.dir.objects) != 1 {
		t.Errorf("%d accounts", len(l.dir.objects))
	}
	l.options.Adopt = AdoptAlways
	docs := map[string]string{"1": document("1", true, login("old"))}
	says(t, l.run(docs), false, "1 account exists already")
	l.quiet(docs)
	renamed := map[string]string{"1": document("1", true, login("new"), func(a *directory.Account) { delete(a.Attributes, "employeeID") })}
	says(t, l.run(renamed), false) // the state knows the account
	if len(l.dir.objects) != 1 {
		t.Errorf("%d accounts", len(l.dir.objects))
	}
}
