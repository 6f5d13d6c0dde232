// SPDX-License-Identifier: MPL-2.0

package applytest

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
)

// scene is a case under way.
type scene struct {
	*testing.T
	Target
	Traits
	open func(t testing.TB) Target
}

func newScene(t *testing.T, open func(t testing.TB) Target) *scene {
	t.Helper()
	target := open(t)
	return &scene{t, target, target.Traits(), open}
}

// another is the same scene at a new target, under a name of its own.
func (s *scene) another(name string, run func(*scene)) {
	s.T.Helper()
	s.Run(name, func(t *testing.T) { run(newScene(t, s.open)) })
}

// worker is a worker id of the target.
func (s *scene) worker(name string) string { return s.Tag + name }

// person is the change that creates a worker who goes by the name that the worker id is.
func (s *scene) person(name string, edits ...edit) directory.Change {
	id := s.worker(name)
	return change(directory.Change{WorkerID: id, Want: s.Account(id, id)}, edits...)
}

// edit changes what is wanted.
type edit func(*directory.Account)

// change returns the change with another account.
func change(c directory.Change, edits ...edit) directory.Change {
	c.Want = c.Want.Clone()
	for _, e := range edits {
		e(&c.Want)
	}
	return c
}

// value wants an attribute; an empty value clears.
func value(attribute, v string) edit {
	return func(a *directory.Account) {
		if a.Attributes[attribute] = nil; v != "" {
			a.Attributes[attribute] = directory.Value{v}
		}
	}
}

func (s *scene) title(v string) edit      { return value(s.Title, v) }
func (s *scene) department(v string) edit { return value(s.Department, v) }
func (s *scene) called(name string) edit {
	return func(a *directory.Account) { s.Call(a, s.worker(name)) }
}

// managedBy wants the worker of the target with that name as manager.
func (s *scene) managedBy(name string) edit {
	return value(directory.ManagerAttribute, s.worker(name))
}

// unmanaged wants no manager.
func unmanaged(a *directory.Account) { a.Attributes[directory.ManagerAttribute] = nil }

// ungrouped wants an account to be in no group.
func ungrouped(a *directory.Account) {
	a.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsRemoved}
}

// left wants what a leaver comes to.
func (s *scene) left(a *directory.Account) {
	a.Enabled, a.DisabledFor = false, directory.ForLeft
	if s.Format.Sessions {
		a.Sessions = directory.SessionsRevoked
	}
}

// deleted wants an account gone.
func (s *scene) deleted(a *directory.Account) {
	s.left(a)
	a.Deleted = true
}

// planned says that the plan was made from what the change wanted before the edits.
func planned(c directory.Change, edits ...edit) directory.Change {
	before := c.Want.Clone()
	c.Planned = &before
	return change(c, edits...)
}

// run applies changes in a new process.
func (s *scene) run(changes ...directory.Change) []directory.Outcome {
	s.Helper()
	return s.by(s.Engine(s), directory.ApplyOptions{}, changes...)
}

func (s *scene) by(e Engine, o directory.ApplyOptions, changes ...directory.Change) []directory.Outcome {
	s.Helper()
	out := e.Apply(s.Context(), changes, o)
	if len(out) != len(changes) {
		s.Fatalf("%d outcomes of %d changes", len(out), len(changes))
	}
	for i, o := range out {
		if o.WorkerID != changes[i].WorkerID {
			s.Fatalf("outcome %d is of worker %q, expected %q", i, o.WorkerID, changes[i].WorkerID)
		}
	}
	return out
}

// make applies changes that succeed, and returns them with their object ids.
func (s *scene) make(changes ...directory.Change) []directory.Change {
	s.Helper()
	return s.done(changes, s.run(changes...))
}

// done checks that everybody succeeded, and returns the changes with their object ids.
func (s *scene) done(changes []directory.Change, outcomes []directory.Outcome) []directory.Change {
	s.Helper()
	out := slices.Clone(changes)
	for i, o := range outcomes {
		if o.Err != nil || o.ID == "" && !changes[i].Want.Deleted {
			s.Fatalf("worker %s: %+v", o.WorkerID, o)
		}
		out[i].ID = o.ID
	}
	return out
}

// fails checks an error: its cause and words of its text.
func (s *scene) fails(o directory.Outcome, cause error, words ...string) {
	s.Helper()
	if o.Err == nil {
		s.Errorf("worker %s: no error, expected %v", o.WorkerID, cause)
		return
	}
	if cause != nil && !errors.Is(o.Err, cause) {
		s.Errorf("worker %s: the cause is not %q: %v", o.WorkerID, cause, o.Err)
	}
	for _, w := range append(words, o.WorkerID) {
		if !strings.Contains(o.Err.Error(), w) {
			s.Errorf("worker %s: the error does not say %q: %v", o.WorkerID, w, o.Err)
		}
	}
}

// user is the account of a change as the directory holds it; the zero value where it is gone.
func (s *scene) user(c directory.Change) User {
	s.Helper()
	for _, u := range s.Users(s) {
		if strings.EqualFold(u.ID, c.ID) {
			return u
		}
	}
	return User{}
}

// right checks that the directory holds what the changes want, that each worker has one
// account, and that the next run finds nothing to do.
func (s *scene) right(changes ...directory.Change) {
	s.Helper()
	users := s.Users(s)
	for _, c := range changes {
		own := slices.DeleteFunc(slices.Clone(users), func(u User) bool { return !strings.EqualFold(u.Worker, c.WorkerID) })
		if c.Want.Deleted {
			if len(own) > 0 {
				s.Errorf("worker %s: not deleted: %+v", c.WorkerID, own)
			}
			continue
		}
		if len(own) != 1 || !strings.EqualFold(own[0].ID, c.ID) {
			s.Errorf("worker %s: expected one account, %s, found %+v", c.WorkerID, c.ID, own)
			continue
		}
		s.same(c, own[0], users)
	}
	s.expectEmptyPlan(changes...)
}

// same compares an account with what is wanted.
func (s *scene) same(c directory.Change, u User, users []User) {
	s.Helper()
	if u.Enabled != c.Want.Enabled || u.Live && c.Want.Sessions == directory.SessionsRevoked {
		s.Errorf("worker %s: enabled %t, sessions live %t, expected enabled %t", c.WorkerID, u.Enabled, u.Live, c.Want.Enabled)
	}
	for name, found := range map[string]string{s.Title: u.Title, s.Department: u.Department, s.Login: u.Login} {
		v, managed := c.Want.Attributes[name]
		as := name == s.Login && !s.LoginKeepsCase && strings.EqualFold(v.Text(), found)
		if managed && v.Text() != found && !as {
			s.Errorf("worker %s: %s is %q, expected %q", c.WorkerID, name, found, v.Text())
		}
	}
	if v, managed := c.Want.Attributes[directory.ManagerAttribute]; managed {
		boss := ""
		for _, other := range users {
			if len(v) > 0 && strings.EqualFold(other.Worker, v.Text()) {
				boss = other.ID
			}
		}
		if u.Manager != boss || len(v) > 0 && boss == "" {
			s.Errorf("worker %s: the manager is %q, expected %q, who is %q", c.WorkerID, u.Manager, v, boss)
		}
	}
	if c.Want.Attributes[directory.GroupsAttribute].Text() == directory.GroupsRemoved && u.Groups > 0 {
		s.Errorf("worker %s: still in %d groups", c.WorkerID, u.Groups)
	}
}

// expectEmptyPlan checks that a new process plans nothing for accounts, and does nothing.
func (s *scene) expectEmptyPlan(changes ...directory.Change) {
	s.Helper()
	e := s.Engine(s)
	for _, diff := range s.drift(e, changes...) {
		s.Errorf("the next plan is not empty: %s", diff)
	}
	before := s.Writes()
	for _, o := range s.by(e, directory.ApplyOptions{}, changes...) {
		if o.Err != nil || o.Changed || o.Created || o.Renamed {
			s.Errorf("worker %s: the next run did something: %+v", o.WorkerID, o)
		}
	}
	if n := s.Writes() - before; n > 0 {
		s.Errorf("the next run asked for %d writes", n)
	}
}

// drift is what an engine would plan for accounts that exist.
func (s *scene) drift(e Engine, changes ...directory.Change) []string {
	s.Helper()
	ids, attributes := map[string]string{}, map[string]bool{}
	for _, c := range changes {
		ids[c.WorkerID] = c.ID
		for name := range c.Want.Attributes {
			attributes[name] = true
		}
	}
	maps.DeleteFunc(ids, func(_, id string) bool { return id == "" })
	found, err := e.Read(s.Context(), ids, slices.Sorted(maps.Keys(attributes)))
	if err != nil {
		s.Fatal(err)
	}
	var out []string
	for _, c := range changes {
		have := found[c.WorkerID]
		if c.Want.Deleted || have == nil {
			if c.Want.Deleted != (have == nil) {
				out = append(out, "worker "+c.WorkerID+" is there or not, and should not be or be")
			}
			continue
		}
		want, now := s.document(c.Want), s.document(e.Render(c.Want, have))
		if want != now {
			out = append(out, "wanted "+want+"\nfound  "+now)
		}
	}
	return out
}

func (s *scene) document(a directory.Account) string {
	s.Helper()
	doc, err := s.Format.Marshal(a)
	if err != nil {
		s.Fatal(err)
	}
	return doc
}

// recognised gives changes the object ids that an engine finds by worker id, as when
// nothing is left of a run but what it did.
func (s *scene) recognised(e Engine, changes []directory.Change) []directory.Change {
	s.Helper()
	ids := make([]string, len(changes))
	for i, c := range changes {
		ids[i] = c.WorkerID
	}
	found, err := e.Find(s.Context(), s.WorkerID, ids)
	if err != nil {
		s.Fatal(err)
	}
	out := slices.Clone(changes)
	for i, c := range changes {
		hits := found[directory.Fold(c.WorkerID)]
		if len(hits) > 1 {
			s.Fatalf("worker %s has %d accounts", c.WorkerID, len(hits))
		}
		out[i].Planned = nil
		if len(hits) == 1 {
			if c.ID != "" && c.ID != hits[0].ID {
				s.Fatalf("worker %s has the account %s, expected %s", c.WorkerID, hits[0].ID, c.ID)
			}
			out[i].ID = hits[0].ID
		}
	}
	return out
}
