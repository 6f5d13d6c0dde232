// SPDX-License-Identifier: MPL-2.0

package applytest

import "terraform-provider-workforce/internal/directory"

// takeOverCases: a creation that meets an account takes it over only if it is the person's own, and only if that is allowed.
var takeOverCases = map[string]func(*scene){
	"one's own account": func(s *scene) {
		c := s.make(s.person("m1", s.department("Sales")))[0]
		again := s.person("m1", s.title("Clerk"))
		out := s.by(s.Engine(s), directory.ApplyOptions{Adopt: true}, again, s.person("m2", s.managedBy("m1")))
		if o := out[0]; o.Err != nil || !o.Adopted || o.Created || o.PasswordSet || o.ID != c.ID {
			s.Errorf("%+v", o)
		}
		again.ID = c.ID
		s.right(again)
		if u := s.user(c); u.Department != "Sales" || out[1].Err != nil {
			s.Errorf("%+v, somebody else: %v", u, out[1].Err)
		}
	},
	"one's own account, not allowed": func(s *scene) {
		c := s.make(s.person("m1"))[0]
		out := s.run(s.person("m1", s.title("Clerk")))
		s.fails(out[0], directory.ErrAlreadyExists, c.ID, "adoption")
		if u := s.user(c); u.Title != "" || len(s.Users(s)) != 1 {
			s.Errorf("%+v", u)
		}
	},
	"somebody else's account": func(s *scene) {
		c := s.make(s.person("m1"))[0]
		out := s.by(s.Engine(s), directory.ApplyOptions{Adopt: true}, s.person("m2", s.called("m1"), s.title("Clerk")))
		s.fails(out[0], directory.ErrNameTaken, c.ID, s.worker("m1"))
		if u := s.user(c); u.Title != "" || u.Worker != s.worker("m1") || len(s.Users(s)) != 1 {
			s.Errorf("%+v", u)
		}
	},
	"nobody's account": func(s *scene) {
		c := s.make(s.person("m1"))[0]
		s.Set(s, c.ID, s.WorkerID, "")
		s.fails(s.by(s.Engine(s), directory.ApplyOptions{Adopt: true}, s.person("m1", s.title("Clerk")))[0], directory.ErrNameTaken)
		if u := s.user(c); u.Title != "" || u.Worker != "" {
			s.Errorf("%+v", u)
		}
	},
	"the account of somebody who has left": func(s *scene) {
		c := s.make(s.person("m1"))[0]
		s.Join(s, c.ID)
		again := s.person("m1", s.left, s.title("Clerk"), ungrouped, s.Retire)
		s.by(s.Engine(s), directory.ApplyOptions{Adopt: true}, again)
		if u := s.user(c); u.Enabled || u.Live {
			s.Errorf("%+v", u)
		}
		again.ID = c.ID
		s.right(s.make(again)...)
	},
	"a protected account": func(s *scene) {
		c := s.make(s.person("m1"))[0]
		s.Protect(s, c.ID)
		s.fails(s.by(s.Engine(s), directory.ApplyOptions{Adopt: true}, s.person("m1", s.title("Clerk"), s.left))[0], directory.ErrProtected)
		if u := s.user(c); u.Title != "" || !u.Enabled {
			s.Errorf("%+v", u)
		}
	},
}
