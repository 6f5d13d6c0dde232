// SPDX-License-Identifier: MPL-2.0

package applytest

import "terraform-provider-workforce/internal/directory"

// endCases: an account is deleted only when it is disabled and what the plan was made from; what is gone already is no error.
var endCases = map[string]func(*scene){
	"disabled by removal": func(s *scene) {
		c := s.make(s.person("m1", s.title("Clerk")), s.person("m2"))
		s.Delete(s, c[1].ID)
		ids := map[string]string{c[0].WorkerID: c[0].ID, c[1].WorkerID: c[1].ID}
		out := s.Engine(s).Remove(s.Context(), ids, directory.Disable)
		if u := s.user(c[0]); out[0].Err != nil || !out[0].Changed || u.Enabled || u.Live || u.Title != "Clerk" {
			s.Errorf("%+v, %+v", out[0], u)
		}
		if out[1].Err != nil || out[1].Changed {
			s.Errorf("gone already: %+v", out[1])
		}
		before := s.Writes()
		if again := s.Engine(s).Remove(s.Context(), ids, directory.Disable); again[0].Err != nil || again[0].Changed || s.Writes() > before {
			s.Errorf("once more: %+v", again[0])
		}
	},
	"deleted by removal": func(s *scene) {
		c := s.make(s.person("m1"))
		ids := map[string]string{c[0].WorkerID: c[0].ID}
		for i := range 2 {
			o := s.Engine(s).Remove(s.Context(), ids, directory.Delete)[0]
			if o.Err != nil || o.Changed != (i == 0) || len(s.Users(s)) > 0 {
				s.Errorf("time %d: %+v", i+1, o)
			}
		}
	},
	"removed, and the answer is lost": func(s *scene) {
		for name, mode := range map[string]directory.Removal{"disabled": directory.Disable, "deleted": directory.Delete} {
			s.another(name, func(s *scene) {
				c := s.make(s.person("m1"))[0]
				met := s.Inject(s, Trouble{Fate: LoseAnswer})
				o := s.Engine(s).Remove(s.Context(), map[string]string{c.WorkerID: c.ID}, mode)[0]
				if u := s.user(c); o.Err != nil || u.Enabled || u.Live || (u.ID == "") != (mode == directory.Delete) || !met() {
					s.Errorf("%+v, %+v", o, u)
				}
			})
		}
	},
	"deleted by document": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2"))
		c[0] = s.make(change(c[0], s.left))[0]
		out := s.run(planned(c[0], s.deleted), change(c[1], s.title("Clerk")))
		if o := out[0]; o.Err != nil || !o.Deleted || !o.Changed || s.user(c[0]).ID != "" || out[1].Err != nil {
			s.Errorf("%+v, somebody else: %v", o, out[1].Err)
		}
		if o := s.run(planned(c[0], s.deleted))[0]; o.Err != nil || !o.Deleted || o.Changed {
			s.Errorf("once more: %+v", o)
		}
	},
	"deleted, but enabled": func(s *scene) {
		c := s.make(s.person("m1"))
		s.fails(s.run(change(c[0], s.deleted))[0], directory.ErrEnabled)
		if u := s.user(c[0]); !u.Enabled {
			s.Errorf("%+v", u)
		}
	},
	"deleted, but enabled since the plan": func(s *scene) {
		c := s.make(s.person("m1"))
		c = s.make(change(c[0], s.left))
		s.Enable(s, c[0].ID, true)
		s.fails(s.run(planned(c[0], s.deleted))[0], directory.ErrEnabled)
		if u := s.user(c[0]); !u.Enabled {
			s.Errorf("%+v", u)
		}
	},
	"deleted, but changed since the plan": func(s *scene) {
		c := s.make(s.person("m1", s.title("Clerk")))
		c = s.make(change(c[0], s.left))
		s.Set(s, c[0].ID, s.Title, "Driver")
		s.fails(s.run(planned(c[0], s.deleted))[0], directory.ErrChanged, s.Title)
		if s.user(c[0]).ID == "" {
			s.Error("it was deleted")
		}
	},
	"released": func(s *scene) {
		c := s.make(s.person("m1"))
		before := s.Writes()
		o := s.run(change(c[0], s.left, s.title("x"), func(a *directory.Account) { a.Released = true }))[0]
		if u := s.user(c[0]); o.Err != nil || o.Changed || !u.Enabled || u.Title != "" || s.Writes() > before {
			s.Errorf("%+v, %+v", o, u)
		}
	},
}
