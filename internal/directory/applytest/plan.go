// SPDX-License-Identifier: MPL-2.0

package applytest

import "terraform-provider-workforce/internal/directory"

// planCases: planned is not now. What somebody else did since the plan is not undone, and keeps nothing else from being done.
var planCases = map[string]func(*scene){
	"what is to be written was changed": func(s *scene) {
		c := s.make(s.person("m1", s.title("Clerk")), s.person("m2"))
		s.Set(s, c[0].ID, s.Title, "Driver")
		out := s.run(planned(c[0], s.title("Chief"), s.department("Sales")), planned(c[1], s.title("Chief")))
		s.fails(out[0], directory.ErrChanged, s.Title, "Clerk", "Driver", "Plan again")
		if u := s.user(c[0]); u.Title != "Driver" || u.Department != "" || out[1].Err != nil || s.user(c[1]).Title != "Chief" {
			s.Errorf("%+v, somebody else: %v", u, out[1].Err)
		}
	},
	"what is not to be written was changed": func(s *scene) {
		c := s.make(s.person("m1", s.title("Clerk")))
		s.Set(s, c[0].ID, s.Department, "Sales")
		c = s.make(planned(c[0], s.title("Chief")))
		if u := s.user(c[0]); u.Department != "Sales" {
			s.Errorf("%+v", u)
		}
		c[0].Planned = nil
		s.right(c...)
	},
	"it is by now what is wanted": func(s *scene) {
		c := s.make(s.person("m1", s.title("Clerk")))
		s.Set(s, c[0].ID, s.Title, "Chief")
		c = s.make(planned(c[0], s.title("Chief"), s.department("Sales")))
		s.right(c...)
	},
	"a leaver was changed": func(s *scene) {
		c := s.make(s.person("m1", s.title("Clerk")))
		s.Set(s, c[0].ID, s.Title, "Driver")
		out := s.run(planned(c[0], s.left, s.title("")))
		s.fails(out[0], directory.ErrChanged, s.Title, "Driver")
		if u := s.user(c[0]); u.Enabled || u.Live || u.Title != "Driver" {
			s.Errorf("%+v", u)
		}
	},
	"somebody was disabled": func(s *scene) {
		c := s.make(s.person("m1"))
		s.Enable(s, c[0].ID, false)
		s.fails(s.run(planned(c[0], s.title("Chief")))[0], directory.ErrChanged, "true", "false")
		if u := s.user(c[0]); u.Enabled || u.Title != "" {
			s.Errorf("%+v", u)
		}
	},
	"somebody was enabled": func(s *scene) {
		c := s.make(s.person("m1"))
		c = s.make(change(c[0], s.left))
		s.Enable(s, c[0].ID, true)
		s.fails(s.run(planned(c[0], s.title("Former")))[0], directory.ErrChanged, "true", "false")
		if u := s.user(c[0]); !u.Enabled || u.Title != "" {
			s.Errorf("%+v", u)
		}
	},
	"a leaver was disabled": func(s *scene) {
		c := s.make(s.person("m1"))
		s.Enable(s, c[0].ID, false)
		c = s.make(planned(c[0], s.left, s.title("Former")))
		s.right(c...)
	},
	"somebody was deleted": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2"))
		s.Delete(s, c[0].ID)
		out := s.run(planned(c[0], s.title("Chief")), planned(c[1], s.title("Chief")))
		s.fails(out[0], directory.ErrGone)
		if n := len(s.Users(s)); n != 1 || out[1].Err != nil || out[0].ID != "" {
			s.Errorf("%d accounts, %+v, somebody else: %v", n, out[0], out[1].Err)
		}
	},
	"the manager was changed": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2"), s.person("m3"), s.person("m4", s.managedBy("m1")))
		s.make(change(c[3], s.managedBy("m2")))
		s.fails(s.run(planned(c[3], s.managedBy("m3"), s.title("Chief")))[0], directory.ErrChanged, directory.ManagerAttribute)
		if u := s.user(c[3]); u.Manager != c[1].ID || u.Title != "" {
			s.Errorf("%+v", u)
		}
	},
}
