// SPDX-License-Identifier: MPL-2.0

package activedirectory_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/directory/applytest"
	"terraform-provider-workforce/internal/handover"
	"terraform-provider-workforce/internal/sandbox/memdir"
)

// safe is where credentials are kept, and outlives the processes of a test.
type safe struct {
	handover.Policy
	returners bool
	full      error
	kept      [][]directory.Credential
	before    func([]directory.Credential) // called before anything is kept, if not nil
}

func (s *safe) Password(minimum int, avoid []string) (string, error) {
	return s.Generate(minimum, avoid)
}
func (s *safe) Returners() bool               { return s.returners }
func (s *safe) Passes() directory.PassOptions { return directory.PassOptions{} }
func (s *safe) Ready() error                  { return s.full }

func (s *safe) Keep(_ context.Context, c []directory.Credential) error {
	if s.before != nil {
		s.before(c)
	}
	if s.full == nil {
		s.kept = append(s.kept, slices.Clone(c))
	}
	return s.full
}

// last is what was kept last about a worker; known is false where nothing was.
func (s *safe) last(worker string) (c directory.Credential, known bool) {
	for _, one := range slices.Concat(s.kept...) {
		if one.WorkerID == worker {
			c, known = one, true
		}
	}
	return c, known
}

// object is the account of a worker in memory; nil: there is none.
func (m *memoryTarget) object(worker string) *memdir.Object {
	for _, o := range m.server.Users() {
		if strings.EqualFold(o.First("employeeID"), worker) {
			return &o
		}
	}
	return nil
}

// holds checks that what was kept last about a worker is what the account has.
func (m *memoryTarget) holds(t *testing.T, s *safe, worker string) {
	t.Helper()
	o := m.object(worker)
	c, known := s.last(worker)
	if o == nil || !known || c.Void || c.Password == "" || c.Password != o.Password() || o.First("pwdLastSet") != "0" {
		t.Errorf("worker %s: the account is %+v, kept was %+v", worker, o, c)
	}
}

func (m *memoryTarget) joins(worker string, edits ...func(*directory.Account)) directory.Change {
	c := directory.Change{WorkerID: worker, Want: m.Account(worker, worker)}
	for _, e := range edits {
		e(&c.Want)
	}
	return c
}

func prehire(a *directory.Account) { a.Enabled, a.DisabledFor = false, directory.ForPrehire }

// TestFirstPasswords: one file for everybody, kept before the first of them exists; whoever has an account gets no new password.
func TestFirstPasswords(t *testing.T) {
	m, s := newMemoryTarget(t), &safe{}
	s.before = func(c []directory.Credential) {
		for _, one := range c {
			if o := m.object(one.WorkerID); o != nil && o.Password() != "" {
				t.Errorf("worker %s had a password before it was kept", one.WorkerID)
			}
		}
	}
	o := directory.ApplyOptions{Handover: s, Adopt: true}
	old := m.joins("old")
	if out := m.Engine(t).Apply(t.Context(), []directory.Change{old}, directory.ApplyOptions{}); out[0].Err != nil {
		t.Fatal(out[0].Err)
	} else {
		old.ID = out[0].ID
	}
	given := m.joins("given")
	given.Password = "Von-Hand-2026!"
	late := m.joins("late", prehire)
	changes := []directory.Change{old, m.joins("p1", func(a *directory.Account) { a.Attributes["manager"] = directory.Value{"p2"} }),
		m.joins("p2"), late, given}
	out := m.Engine(t).Apply(t.Context(), changes, o)
	for i, one := range out {
		if one.Err != nil {
			t.Error(one.Err)
		}
		changes[i].ID = one.ID
	}
	if len(s.kept) != 1 || len(s.kept[0]) != 3 {
		t.Fatalf("kept %+v", s.kept)
	}
	for _, worker := range []string{"p1", "p2", "late"} {
		m.holds(t, s, worker)
	}
	if c, _ := s.last("p1"); len(c.Password) != handover.DefaultLength || c.Login != "p1" || c.Principal != "p1@corp.example.com" ||
		c.Created.IsZero() {
		t.Errorf("kept %+v", c)
	}
	if o := m.object("late"); !o.Disabled {
		t.Errorf("the account of somebody who has not come yet is %+v", o)
	}
	// Again: nothing. On the first day: the password of the first run.
	changes[3].Want.Enabled, changes[3].Want.DisabledFor = true, ""
	for range 2 {
		for _, one := range m.Engine(t).Apply(t.Context(), changes[:4], o) {
			if one.Err != nil || one.PasswordSet {
				t.Errorf("%+v", one)
			}
		}
	}
	if m.holds(t, s, "late"); len(s.kept) != 1 || m.object("late").Disabled {
		t.Errorf("kept %+v", s.kept)
	}
}

// TestFirstPasswords_enabledLater: an account that never had a password gets one when it is enabled; somebody who comes back keeps
// theirs, unless the configuration says otherwise.
func TestFirstPasswords_enabledLater(t *testing.T) {
	for _, returners := range []bool{false, true} {
		t.Run(fmt.Sprint("returners ", returners), func(t *testing.T) {
			m, s := newMemoryTarget(t), &safe{returners: returners}
			o := directory.ApplyOptions{Handover: s}
			apply := func(o directory.ApplyOptions, changes ...directory.Change) []directory.Change {
				t.Helper()
				for i, out := range m.Engine(t).Apply(t.Context(), changes, o) {
					if out.Err != nil {
						t.Fatal(out.Err)
					}
					changes[i].ID = out.ID
				}
				return changes
			}
			// Before anybody asked for first passwords.
			c := apply(directory.ApplyOptions{}, m.joins("bare", prehire), m.joins("back"), m.joins("gone"), m.joins("leave"))
			bare, back, gone, leave := c[0], c[1], c[2], c[3]
			leftFor := func(c directory.Change, cause string) directory.Change {
				c.Want.Enabled, c.Want.DisabledFor = false, cause
				return c
			}
			apply(directory.ApplyOptions{}, leftFor(back, directory.ForLeft), leftFor(gone, directory.ForLeft), leftFor(leave, directory.ForLeave))
			m.server.Remove(gone.ID)
			before := map[string]string{"back": m.object("back").Password(), "leave": m.object("leave").Password()}
			bare.Want.Enabled, bare.Want.DisabledFor = true, ""
			apply(o, bare, back, gone, leave)
			m.holds(t, s, "bare")
			if m.object("leave").Password() != before["leave"] {
				t.Error("somebody back from leave has a new password")
			}
			if returners {
				m.holds(t, s, "back")
				m.holds(t, s, "gone")
			} else if m.object("back").Password() != before["back"] {
				t.Error("somebody who came back has a new password")
			}
			if want := map[bool]int{false: 1, true: 3}[returners]; len(slices.Concat(s.kept...)) != want {
				t.Errorf("kept %+v, expected %d", s.kept, want)
			}
		})
	}
}

// TestFirstPasswords_cutOff: wherever a run is cut off, at whatever server, what was kept last is the password that the account has once
// the next run is through, and nobody has an account that nobody can sign in with.
func TestFirstPasswords_cutOff(t *testing.T) {
	for name, refuse := range map[string]bool{"in one request": false, "in steps": true} {
		for _, fate := range []applytest.Fate{applytest.LoseAnswer, applytest.CutBefore, applytest.CutAfter} {
			for n, more := 0, true; more; n++ {
				t.Run(fmt.Sprint(name, ", ", fate, " ", n), func(t *testing.T) {
					m, s := newMemoryTarget(t), &safe{}
					bare := m.joins("bare", prehire)
					if out := m.Engine(t).Apply(t.Context(), []directory.Change{bare}, directory.ApplyOptions{}); out[0].Err != nil {
						t.Fatal(out[0].Err)
					} else {
						bare.ID = out[0].ID
					}
					bare.Want.Enabled, bare.Want.DisabledFor = true, ""
					changes := []directory.Change{bare, m.joins("p1"), m.joins("late", prehire)}
					seen, met := 0, false
					m.cut = fate != applytest.LoseAnswer
					m.server.Intercept(func(r memdir.Request) memdir.Verdict {
						if refuse && r.Op == "add" && slices.Contains(r.Attributes, "unicodePwd") {
							return memdir.Verdict{Code: 53, Undone: true}
						}
						seen++
						if seen != n+1 {
							return memdir.Verdict{Undone: met && m.cut, Lost: met && m.cut}
						}
						met = true
						if m.cut {
							m.server.Hang(true)
						}
						return memdir.Verdict{Lost: true, Undone: fate == applytest.CutBefore}
					})
					o := directory.ApplyOptions{Handover: s, Adopt: true, Parallel: 1}
					first := m.Engine(t).Apply(t.Context(), changes, o)
					m.cut = false
					m.server.Hang(false)
					m.server.Intercept(func(r memdir.Request) memdir.Verdict {
						if refuse && r.Op == "add" && slices.Contains(r.Attributes, "unicodePwd") {
							return memdir.Verdict{Code: 53, Undone: true}
						}
						return memdir.Verdict{}
					})
					if more = met; fate == applytest.LoseAnswer && !refuse || !met {
						for _, out := range first {
							if out.Err != nil {
								t.Error(out.Err)
							}
						}
					}
					// The next process knows of new accounts what the directory says.
					for i, out := range m.Engine(t).Apply(t.Context(), changes, o) {
						if out.Err != nil {
							t.Errorf("%s: %v", changes[i].WorkerID, out.Err)
						}
						changes[i].ID = out.ID
					}
					changes[2].Want.Enabled, changes[2].Want.DisabledFor = true, ""
					for _, out := range m.Engine(t).Apply(t.Context(), changes, o) {
						if out.Err != nil {
							t.Error(out.Err)
						}
					}
					kept := len(s.kept)
					for _, worker := range []string{"bare", "p1", "late"} {
						m.holds(t, s, worker)
					}
					for _, out := range m.Engine(t).Apply(t.Context(), changes, o) {
						if out.Err != nil || out.Changed || out.PasswordSet || len(s.kept) != kept {
							t.Errorf("not at rest: %+v", out)
						}
					}
				})
				if t.Failed() || n > 30 {
					return
				}
			}
		}
	}
}

// TestFirstPasswords_notKept: without a place for its password there is no account, and no other harm.
func TestFirstPasswords_notKept(t *testing.T) {
	m, s := newMemoryTarget(t), &safe{full: errors.New("no space left on device")}
	leaver := m.joins("leaver")
	if out := m.Engine(t).Apply(t.Context(), []directory.Change{leaver}, directory.ApplyOptions{}); out[0].Err != nil {
		t.Fatal(out[0].Err)
	} else {
		leaver.ID = out[0].ID
	}
	leaver.Want.Enabled, leaver.Want.DisabledFor = false, directory.ForLeft
	out := m.Engine(t).Apply(t.Context(), []directory.Change{leaver, m.joins("p1"), m.joins("late", prehire)},
		directory.ApplyOptions{Handover: s})
	if out[0].Err != nil || !m.object("leaver").Disabled {
		t.Errorf("the leaver: %+v", out[0])
	}
	for _, o := range out[1:] {
		if !errors.Is(o.Err, directory.ErrNotAttempted) || !strings.Contains(o.Err.Error(), "no space left") || m.object(o.WorkerID) != nil {
			t.Errorf("%+v", o)
		}
	}
}

// TestFirstPasswords_notInEffect: what was kept and is not in effect after all is marked.
func TestFirstPasswords_notInEffect(t *testing.T) {
	m, s := newMemoryTarget(t), &safe{}
	// Somebody else makes the account between the look and the creation.
	race := m.joins("race")
	s.before = func([]directory.Credential) {
		s.before = nil
		if out := m.Engine(t).Apply(t.Context(), []directory.Change{race}, directory.ApplyOptions{}); out[0].Err != nil {
			t.Error(out[0].Err)
		}
	}
	lost := m.joins("lost", func(a *directory.Account) { a.Container = "OU=Nowhere," + memdir.Base })
	out := m.Engine(t).Apply(t.Context(), []directory.Change{race, lost}, directory.ApplyOptions{Handover: s, Adopt: true})
	if out[0].Err != nil || !out[0].Adopted || !errors.Is(out[1].Err, directory.ErrNoContainer) {
		t.Errorf("%+v", out)
	}
	for _, worker := range []string{"race", "lost"} {
		if c, known := s.last(worker); !known || !c.Void || c.Password != "" {
			t.Errorf("worker %s: kept last %+v", worker, c)
		}
	}
	for _, one := range out {
		for _, c := range slices.Concat(s.kept...) {
			if c.Password != "" && one.Err != nil && strings.Contains(one.Err.Error(), c.Password) {
				t.Errorf("%v shows a password", one.Err)
			}
		}
	}
}

// TestIssuePasswords: a new password is kept before it is set; who must not get one does not, and neither does anybody without a
// place to keep it.
func TestIssuePasswords(t *testing.T) {
	m, s := newMemoryTarget(t), &safe{}
	var subjects []directory.Subject
	changes := []directory.Change{m.joins("p1"), m.joins("p2"), m.joins("never", func(a *directory.Account) {
		a.Attributes["userAccountControl"] = directory.Value{"66048"}
	})}
	before := map[string]string{}
	for i, o := range m.Engine(t).Apply(t.Context(), changes, directory.ApplyOptions{}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		worker := changes[i].WorkerID
		before[worker] = m.object(worker).Password()
		m.server.Set(o.ID, "nTSecurityDescriptor", memdir.Descriptor)
		subjects = append(subjects, directory.Subject{ID: o.ID, Path: m.object(worker).DN, WorkerID: worker})
	}
	s.before = func([]directory.Credential) {
		if m.object("p1").Password() != before["p1"] {
			t.Error("a password was set before it was kept")
		}
	}
	domain, ok := m.Engine(t).(*activedirectory.Domain)
	if !ok {
		t.Fatal("no domain")
	}
	for _, o := range domain.IssuePasswords(t.Context(), subjects, &safe{full: errors.New("no space left")}) {
		if o.Err == nil || o.PasswordSet || m.object(o.WorkerID).Password() != before[o.WorkerID] {
			t.Errorf("without a place: %+v", o)
		}
	}
	out := domain.IssuePasswords(t.Context(), subjects, s)
	s.before = nil
	if out[0].Err != nil || out[1].Err != nil || out[2].Err == nil || !strings.Contains(out[2].Err.Error(), "never expires") {
		t.Errorf("%+v", out)
	}
	m.holds(t, s, "p1")
	m.holds(t, s, "p2")
	if len(s.kept) != 1 || m.object("p1").Password() == before["p1"] || m.object("never").Password() != before["never"] {
		t.Errorf("kept %+v", s.kept)
	}
	m.server.Intercept(func(memdir.Request) memdir.Verdict { return memdir.Verdict{Code: 53, Undone: true} })
	if out := domain.IssuePasswords(t.Context(), subjects[:1], s); out[0].Err == nil {
		t.Error("a refusal is no error")
	}
	if c, _ := s.last("p1"); !c.Void {
		t.Errorf("a password that was refused is not marked: %+v", c)
	}
}
