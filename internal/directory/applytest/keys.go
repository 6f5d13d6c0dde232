// SPDX-License-Identifier: MPL-2.0

package applytest

import (
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// keyCases: directories ignore the case of worker ids, names and object ids, and so does everything that goes by them.
var keyCases = map[string]func(*scene){
	"a manager of the same run in another case": func(s *scene) {
		boss := s.upper(s.person("a1"))
		c := s.make(s.person("r1", s.managedBy("a1")), boss)
		s.right(c...)
	},
	"a manager of the directory in another case": func(s *scene) {
		c := s.make(s.upper(s.person("a1")))
		if err := s.Engine(s).Check(s.Context(), []directory.Change{s.person("r1", s.managedBy("a1"))}); err != nil {
			s.Error(err)
		}
		c = append(c, s.make(s.person("r1", s.managedBy("a1")))...)
		s.right(c...)
	},
	"a manager of somebody who has one already, in another case": func(s *scene) {
		c := s.make(s.upper(s.person("a1")), s.upper(s.person("b1")), s.person("r1", s.managedBy("b1")))
		c[2] = s.make(change(c[2], s.managedBy("a1")))[0]
		s.right(c...)
	},
	"a manager who comes later, in another case": func(s *scene) {
		e, o := s.Engine(s), directory.ApplyOptions{LinkLater: true}
		r := s.person("r1", s.managedBy("a1"))
		out := s.by(e, o, r)
		if out[0].Waiting != s.worker("a1") {
			s.Errorf("waits for %q", out[0].Waiting)
		}
		c := s.done([]directory.Change{r}, out)
		boss := s.upper(s.person("a1"))
		c = append(c, s.done([]directory.Change{boss}, s.by(e, o, boss))...)
		s.right(c...)
	},
	"one worker twice, in another case": func(s *scene) {
		out := s.run(s.person("a1"), s.upper(s.person("a1", s.called("b1"))))
		if out[0].Err != nil {
			s.Error(out[0].Err)
		}
		s.fails(out[1], directory.ErrInvalid, "two changes")
		if n := len(s.Users(s)); n != 1 {
			s.Errorf("%d accounts", n)
		}
	},
	"a worker id in the other Unicode form": func(s *scene) {
		const composed, decomposed = "m\u00fc1", "mu\u03081"
		c := s.make(change(directory.Change{WorkerID: s.worker(composed), Want: s.Account(s.worker(composed), s.worker("m1"))}))
		s.Set(s, c[0].ID, s.WorkerID, s.worker(decomposed))
		known := s.recognised(s.Engine(s), c)
		report := s.make(s.person("m2", s.managedBy(composed)))
		if u := s.user(report[0]); known[0].ID != c[0].ID || u.Manager != c[0].ID {
			s.Errorf("known by %q, the report has the manager %q, expected %q", known[0].ID, u.Manager, c[0].ID)
		}
		s.right(s.make(change(c[0], s.title("Clerk")))...)
	},
	"an object id in another case": func(s *scene) {
		c := s.make(s.person("a1"))[0]
		loud := change(c, s.title("Clerk"))
		loud.ID = strings.ToUpper(c.ID)
		if done := s.make(loud)[0]; done.ID != c.ID {
			s.Errorf("the account is %s now, was %s", done.ID, c.ID)
		}
		s.right(change(c, s.title("Clerk")))
		for _, o := range s.Engine(s).Remove(s.Context(), map[string]string{c.WorkerID: loud.ID}, directory.Disable) {
			if o.Err != nil || o.ID != c.ID || s.user(c).Enabled {
				s.Errorf("removed: %+v", o)
			}
		}
	},
	"a login that somebody has in another case": func(s *scene) {
		s.make(s.person("a1"))
		out := s.run(s.person("b1", s.loud("a1")), s.person("c1"))
		s.fails(out[0], directory.ErrNameTaken, s.worker("a1"))
		if out[1].Err != nil || len(s.Users(s)) != 2 {
			s.Errorf("somebody else: %v, %d accounts", out[1].Err, len(s.Users(s)))
		}
	},
	"a login that changes in case only": func(s *scene) {
		c := s.make(s.person("a1"))[0]
		c = change(c, s.loud("a1"))
		before := s.Writes()
		s.make(c)
		if n := s.Writes() - before; n > 0 && !s.LoginKeepsCase {
			s.Errorf("%d writes", n)
		}
		s.right(c)
	},
	"a login that changes hands in another case": func(s *scene) {
		c := s.make(s.person("a1"), s.person("b1"))
		c = s.make(change(c[0], s.loud("b1")), change(c[1], s.loud("a1")))
		s.right(c...)
	},
	"an account that is taken over by a worker id in another case": func(s *scene) {
		c := s.make(s.person("a1"))[0]
		loud := s.upper(s.person("a1"))
		out := s.by(s.Engine(s), directory.ApplyOptions{Adopt: true}, loud)
		if out[0].Err != nil || !out[0].Adopted || out[0].ID != c.ID {
			s.Fatalf("%+v", out[0])
		}
		loud.ID = c.ID
		s.right(loud)
	},
}

// upper is the change of a worker whose id is in upper case, wherever it stands.
func (s *scene) upper(c directory.Change) directory.Change {
	c.WorkerID = strings.ToUpper(c.WorkerID)
	return change(c, value(s.WorkerID, c.WorkerID))
}

// loud wants a name in upper case.
func (s *scene) loud(name string) edit {
	return func(a *directory.Account) { s.Call(a, strings.ToUpper(s.worker(name))) }
}
