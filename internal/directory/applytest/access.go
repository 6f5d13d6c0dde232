// SPDX-License-Identifier: MPL-2.0

package applytest

import "terraform-provider-workforce/internal/directory"

// accessCases: access comes first, and nothing that is wrong with the rest of a change keeps it.
var accessCases = map[string]func(*scene){
	"a leaver of whom one attribute is refused": func(s *scene) {
		for _, refused := range []string{s.Title, s.Department, s.Login, directory.ManagerAttribute} {
			s.another(refused, func(s *scene) { s.leaves(refused) })
		}
	},
	"somebody who moves, of whom one attribute is refused": func(s *scene) {
		c := s.make(s.person("m1", s.title("Clerk")))[0]
		c = change(c, s.title("Chief"), s.department("Sales"))
		s.Inject(s, Trouble{Attribute: s.Title})
		out := s.run(c, s.person("m2"))
		s.fails(out[0], nil, s.Title)
		if u := s.user(c); !u.Enabled || u.Title != "Clerk" || u.Department != "Sales" || out[1].Err != nil {
			s.Errorf("%+v, somebody else: %v", u, out[1].Err)
		}
		s.Mend(s)
		s.right(s.make(c)...)
	},
	"somebody who returns, of whom one attribute is refused": func(s *scene) {
		c := s.make(s.person("m1"))[0]
		s.make(change(c, s.left))
		c = change(c, s.title("Clerk"), s.department("Sales"))
		s.Inject(s, Trouble{Attribute: s.Title})
		s.fails(s.run(c)[0], nil, s.Title)
		if u := s.user(c); !u.Enabled || u.Department != "Sales" {
			s.Errorf("%+v", u)
		}
		s.Mend(s)
		s.right(s.make(c)...)
	},
	"a leaver with a value that is none": func(s *scene) {
		c := s.make(s.person("m1"))[0]
		wrong := change(c, s.left, s.department("Law"), value("noSuchAttribute", "x"))
		s.fails(s.run(wrong)[0], nil, "noSuchAttribute")
		if u := s.user(c); u.Enabled || u.Live || u.Department != "Law" {
			s.Errorf("%+v", u)
		}
	},
	"a leaver whose new name is taken": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2"))
		wrong := change(c[0], s.left, s.department("Law"), s.called("m2"))
		s.fails(s.run(wrong)[0], directory.ErrNameTaken, s.worker("m2"))
		if u := s.user(c[0]); u.Enabled || u.Live || u.Department != "Law" {
			s.Errorf("%+v", u)
		}
	},
	"a leaver whose manager does not exist": func(s *scene) {
		c := s.make(s.person("m1"))[0]
		wrong := change(c, s.left, s.department("Law"), s.managedBy("nobody"))
		s.fails(s.run(wrong)[0], directory.ErrNoManager, s.worker("nobody"))
		if u := s.user(c); u.Enabled || u.Live || u.Department != "Law" {
			s.Errorf("%+v", u)
		}
	},
	"sessions that cannot be revoked": func(s *scene) {
		c := change(s.make(s.person("m1"))[0], s.left)
		if s.Format.Sessions {
			s.Inject(s, Trouble{Attribute: Sessions})
			s.fails(s.run(c)[0], nil, "sessions", "next run")
			if u := s.user(c); u.Enabled || !u.Live {
				s.Errorf("%+v", u)
			}
			s.Mend(s)
			if len(s.drift(s.Engine(s), c)) != 1 {
				s.Error("the next plan does not show that sessions live")
			}
		}
		s.right(s.make(c)...)
	},
	"somebody disabled by hand, whose sessions live": func(s *scene) {
		c := s.make(s.person("m1"))[0]
		s.Enable(s, c.ID, false)
		s.right(s.make(change(c, s.left))...)
	},
	"sessions of an account that is removed": func(s *scene) {
		c := change(s.make(s.person("m1"))[0], s.left)
		s.Inject(s, Trouble{Attribute: Sessions})
		first := s.Engine(s).Remove(s.Context(), map[string]string{c.WorkerID: c.ID}, directory.Disable)[0]
		if failed := first.Err != nil; failed != s.Format.Sessions || s.user(c).Enabled {
			s.Errorf("%+v, %+v", first, s.user(c))
		}
		s.Mend(s)
		again := s.Engine(s).Remove(s.Context(), map[string]string{c.WorkerID: c.ID}, directory.Disable)[0]
		if u := s.user(c); again.Err != nil || u.Enabled || u.Live {
			s.Errorf("%+v, %+v", again, u)
		}
	},
	"leavers come before everything else": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2"), s.person("m3", s.title("Clerk")))
		leaver := change(c[2], s.left, s.title(""), s.called("m9"), s.Retire)
		s.Inject(s, Trouble{Fate: CutBefore, After: 1})
		out := s.run(s.person("m4"), change(c[0], s.called("m2")), change(c[1], s.called("m1")), leaver)
		if u := s.user(leaver); u.Enabled || out[0].Err == nil {
			s.Errorf("after the first write: %+v, somebody new: %v", u, out[0].Err)
		}
	},
}

// leaves: everything of a leaver but the attribute is as it is to be, the attribute is named, and the next run writes it.
func (s *scene) leaves(refused string) {
	c := s.make(s.person("m1", s.title("Clerk"), s.managedBy("m2")), s.person("m2"), s.person("m3"))
	s.Join(s, c[0].ID)
	leaver := change(c[0], s.left, s.title(""), s.department("Law"), s.called("m9"), unmanaged, s.Retire, ungrouped)
	s.Inject(s, Trouble{Attribute: refused})
	out := s.run(leaver, change(c[2], s.department("Law")))
	s.fails(out[0], nil, refused)
	u := s.user(leaver)
	if u.Enabled || u.Live || u.Groups > 0 {
		s.Errorf("access is left: %+v", u)
	}
	expected := map[string][2]string{s.Title: {u.Title, ""}, s.Department: {u.Department, "Law"}, directory.ManagerAttribute: {u.Manager, ""}}
	for name, v := range expected {
		if name != refused && v[0] != v[1] {
			s.Errorf("%s is %q: one refusal kept the others", name, v[0])
		}
	}
	if out[1].Err != nil && refused != s.Department {
		s.Errorf("somebody else: %v", out[1].Err)
	}
	s.Mend(s)
	s.right(s.make(leaver, change(c[2], s.department("Law")))...)
}
