// SPDX-License-Identifier: MPL-2.0

package applytest

import "terraform-provider-workforce/internal/directory"

// managerCases: the order of changes does not matter, and who has no account yet, or none that can be told, is said.
var managerCases = map[string]func(*scene){
	"in any order, in a circle and of oneself": func(s *scene) {
		c := s.make(s.person("m1", s.managedBy("m2")), s.person("m2", s.managedBy("m3")), s.person("m3"),
			s.person("m4", s.managedBy("m5")), s.person("m5", s.managedBy("m6")), s.person("m6", s.managedBy("m4")),
			s.person("m7", s.managedBy("m7")))
		s.right(c...)
		c = s.make(change(c[2], s.managedBy("m1")), change(c[3], unmanaged), change(c[4], s.managedBy("m1")))
		s.right(c...)
	},
	"elsewhere": func(s *scene) {
		boss := s.make(s.person("m1"), s.person("m2"))
		c := s.make(s.person("m3", s.managedBy("m1")), s.person("m4", s.managedBy("m3")))
		c[0] = s.make(change(c[0], s.managedBy("m2")))[0]
		s.right(append(c, boss...)...)
	},
	"renamed in the same run": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2", s.managedBy("m1")), s.person("m3"))
		c = s.make(change(c[2], s.managedBy("m1")), change(c[0], s.called("m9")), change(c[1], s.title("Clerk")),
			s.person("m4", s.managedBy("m1")))
		s.right(c...)
	},
	"nobody": func(s *scene) {
		c := s.make(s.person("m1", s.managedBy("m2")), s.person("m2"))
		out := s.run(change(c[0], s.managedBy("m9"), s.title("Chief")), s.person("m3", s.managedBy("m9")), change(c[1], s.title("Clerk")))
		s.fails(out[0], directory.ErrNoManager, s.worker("m9"))
		s.fails(out[1], directory.ErrNoManager, s.worker("m9"))
		if u := s.user(c[0]); u.Title != "Chief" || u.Manager != c[1].ID || out[1].ID == "" || out[2].Err != nil {
			s.Errorf("%+v, new %q, somebody else: %v", u, out[1].ID, out[2].Err)
		}
	},
	"two accounts": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2"), s.person("m3"))
		s.Set(s, c[1].ID, s.WorkerID, s.worker("m1"))
		out := s.run(change(c[2], s.managedBy("m1"), s.title("Chief")))
		s.fails(out[0], directory.ErrAmbiguous, s.worker("m1"))
		if u := s.user(c[2]); u.Manager != "" || u.Title != "Chief" {
			s.Errorf("%+v", u)
		}
	},
	"one who cannot be created": func(s *scene) {
		s.make(s.person("m1"))
		report := s.person("m3", s.managedBy("m2"))
		out := s.run(report, s.person("m2", s.called("m1")))
		s.fails(out[0], directory.ErrNoManager, s.worker("m2"))
		s.fails(out[1], directory.ErrNameTaken)
		if report.ID = out[0].ID; !s.user(report).Enabled {
			s.Error("the person was not created")
		}
		again := s.make(report, s.person("m2"))
		s.right(again...)
	},
	"one who is deleted in the same run": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2"))
		c[0] = s.make(change(c[0], s.left))[0]
		out := s.run(change(c[1], s.managedBy("m1"), s.title("Chief")), change(c[0], s.deleted))
		s.fails(out[0], directory.ErrNoManager, s.worker("m1"))
		if u := s.user(c[1]); out[1].Err != nil || !out[1].Deleted || u.Title != "Chief" || u.Manager != "" {
			s.Errorf("%+v, %+v", out[1], u)
		}
	},
	"one who comes later": func(s *scene) {
		e, o := s.Engine(s), directory.ApplyOptions{LinkLater: true}
		c := []directory.Change{s.person("m1", s.managedBy("m3")), s.person("m2", s.managedBy("m3")), s.person("m3", s.managedBy("m1"))}
		for i := range c {
			c[i] = s.done(c[i:i+1], s.by(e, o, c[i]))[0]
		}
		s.right(c...)
	},
	"one who comes too late": func(s *scene) {
		e, o := s.Engine(s), directory.ApplyOptions{LinkLater: true}
		var c []directory.Change
		for _, next := range []directory.Change{s.person("m1", s.managedBy("m3")), s.person("m2")} {
			c = append(c, s.done([]directory.Change{next}, s.by(e, o, next))...)
		}
		c[0] = s.done(c[:1], s.by(e, o, change(c[0], s.managedBy("m2"))))[0]
		c[0] = change(c[0], s.managedBy("m2"))
		late := s.person("m3")
		c = append(c, s.done([]directory.Change{late}, s.by(e, o, late))...)
		s.right(c...)
	},
	"one who comes when nobody waits any more": func(s *scene) {
		e, o := s.Engine(s), directory.ApplyOptions{LinkLater: true}
		first := s.person("m1", s.managedBy("m2"))
		first = s.done([]directory.Change{first}, s.by(e, o, first))[0]
		s.Delete(s, first.ID)
		late := s.person("m2")
		s.right(s.done([]directory.Change{late}, s.by(e, o, late))...)
	},
}
