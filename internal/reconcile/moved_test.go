// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"maps"
	"testing"

	"terraform-provider-workforce/internal/directory"
)

// inForest is a directory that is one of several in a forest.
type inForest struct {
	*memory
	places map[string]string // of objects in the others, by id
	down   error             // while nobody can be asked about the others
}

func (inForest) Prefer(string) {}

func (inForest) Replica(context.Context) (string, error) { return "dc1", nil }

func (d inForest) Elsewhere(_ context.Context, objects []string) (map[string]string, error) {
	out := map[string]string{}
	for _, object := range objects {
		if place := d.places[object]; place != "" {
			out[directory.Fold(object)] = place
		}
	}
	return out, d.down
}

// TestMovedToAnotherDomain: an account that somebody moved to another domain of the forest is no reason to make a second one. Its
// worker is set aside for as long as it is there, and the leavers of the day lose access.
func TestMovedToAnotherDomain(t *testing.T) {
	l := newLife(t, newMemory("a"))
	forest := inForest{l.dir, map[string]string{}, nil}
	l.users = func() Users { return forest }
	docs := map[string]string{"1": document("1", true), "2": document("2", true)}
	says(t, l.run(docs), false)
	object := l.dir.of("u1").ID
	delete(l.dir.objects, object)
	forest.places[object] = "CN=Name 1,DC=emea"
	docs["2"] = document("2", false)
	says(t, l.run(docs), true, `worker "1": somebody moved the account to another domain`, "CN=Name 1,DC=emea", "scope of the mappings")
	l.verdicts = map[string]Verdict{}
	for range 2 { // and the next night again
		says(t, l.run(docs), false, "Set aside", "1 of 2 documents", `worker "1"`, "CN=Name 1,DC=emea")
		if l.dir.of("u1") != nil || l.dir.of("u2").Account.Enabled {
			t.Fatal("a second account was made, or the leaver is enabled")
		}
	}
	// Nobody can be asked: the worker waits.
	forest.down = errors.New("no global catalog")
	says(t, l.refresh(), false, "Accounts are missing, and other domains cannot be asked", "1", "no global catalog")
	says(t, l.run(docs), false, "Set aside", `worker "1"`, "no global catalog")
	forest.down = nil
	// A worker who leaves meanwhile has access there: each refresh says so, even where nobody else is left.
	for _, rest := range []map[string]string{{"2": docs["2"]}, {}} {
		says(t, l.run(rest), false)
		for range 2 {
			says(t, l.refresh(), false, "Accounts are in another domain of the forest", "worker 1: CN=Name 1,DC=emea", "keeps access")
		}
	}
	// The advice: the worker belongs to the other domain now.
	other := map[string]string{"2": docs["2"]}
	says(t, l.run(other), false)
	says(t, l.refresh(), false, "another domain of the forest")
	if _, f := l.plan(other); len(f) > 0 || !maps.Equal(l.docs, other) {
		t.Errorf("the second plan is not empty: %v", f)
	}
	// Or the account is deleted there, and is made anew here.
	delete(forest.places, object)
	says(t, l.run(docs), false)
	if l.dir.of("u1") == nil {
		t.Error("no account was made")
	}
	l.quiet(docs)
}

// TestMovedOfOne: the resource of one person stays in the state while the account is in another domain, because nothing else remembers
// it. Its documents change nobody, and nobody gets a second account.
func TestMovedOfOne(t *testing.T) {
	l := newLife(t, newMemory("a"))
	forest := inForest{l.dir, map[string]string{}, nil}
	docs := map[string]string{"1": document("1", true)}
	says(t, l.run(docs), false)
	object := l.dir.of("u1").ID
	delete(l.dir.objects, object)
	forest.places[object] = "CN=Name 1,DC=emea"
	one := func() *Population {
		p := l.population(&Claims{})
		p.Single, p.Connect = true, func() (Users, error) { return forest, nil }
		return p
	}
	for range 2 {
		p := one()
		after, f := p.Refresh(t.Context())
		says(t, f, false, "another domain of the forest", "worker 1: CN=Name 1,DC=emea")
		if l.docs, l.memory = after, p.Memory; !maps.Equal(after, docs) || p.Memory.Moved["1"] != object {
			t.Fatalf("after the refresh %v, moved %v", after, p.Memory.Moved)
		}
		if _, f = one().Plan(t.Context(), docs, nil); len(f) > 0 {
			t.Errorf("a plan without changes says %v", f)
		}
	}
	for _, want := range []string{document("1", false), document("1", false, deleted)} {
		_, f := one().Plan(t.Context(), map[string]string{"1": want}, nil)
		says(t, f, true, `worker "1": somebody moved the account to another domain`)
		after, f := one().Apply(t.Context(), map[string]string{"1": want}, nil)
		if says(t, f, true, "somebody moved the account"); !maps.Equal(after, docs) || l.dir.of("u1") != nil {
			t.Errorf("after the apply %v", after)
		}
	}
	if left, f := one().End(t.Context()); len(left)+len(f) > 0 || l.dir.of("u1") != nil {
		t.Errorf("the destruction leaves %v, and says %v", left, f)
	}
	delete(forest.places, object) // deleted there
	if after, f := one().Refresh(t.Context()); len(after)+len(f) > 0 {
		t.Errorf("after the end %v, and %v", after, f)
	}
}

// TestGoneAndNobodyToAsk: an account that was deleted here is made anew and asks nobody. One of which nobody can say whether it was
// moved is not.
func TestGoneAndNobodyToAsk(t *testing.T) {
	l := newLife(t, newMemory("a"))
	l.verdicts = map[string]Verdict{}
	forest := inForest{l.dir, nil, errors.New("no global catalog")}
	l.users = func() Users { return forest }
	l.options.Restore = false
	docs := map[string]string{"1": document("1", true), "2": document("2", true)}
	says(t, l.run(docs), false)
	delete(l.dir.objects, l.dir.of("u1").ID)
	says(t, l.refresh(), false, "Accounts are missing", "1", "no global catalog", "global_catalog_urls")
	says(t, l.run(docs), false, "Set aside", `worker "1": the account is gone`)
	forest.down = nil
	says(t, l.run(docs), false)
	if l.dir.of("u1") == nil {
		t.Error("no account was made for somebody whose account is nowhere")
	}
	l.dir.of("u2").Deleted = true
	forest.down = errors.New("no global catalog")
	if f := l.refresh(); len(f) > 0 {
		t.Errorf("an account that was deleted here is news: %v", f)
	}
}
