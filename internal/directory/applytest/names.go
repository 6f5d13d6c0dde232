// SPDX-License-Identifier: MPL-2.0

package applytest

import "terraform-provider-workforce/internal/directory"

// nameCases: names that change hands are freed before they are taken, in one run and in any order.
var nameCases = map[string]func(*scene){
	"swapped": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2"))
		s.right(s.make(change(c[0], s.called("m2")), change(c[1], s.called("m1")))...)
	},
	"in a circle": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2"), s.person("m3"), s.person("m4", s.managedBy("m1")))
		s.right(s.make(change(c[0], s.called("m2")), change(c[1], s.called("m3")), change(c[2], s.called("m1")),
			change(c[3], s.title("Clerk")))...)
	},
	"in two circles, with others waiting": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2"), s.person("m3"), s.person("m4"), s.person("m5"))
		s.right(s.make(change(c[0], s.called("m2")), change(c[1], s.called("m1")), change(c[2], s.called("m4")), change(c[3], s.called("m3")),
			change(c[4], s.called("m9")), s.person("m6", s.called("m5")))...)
	},
	"given up to somebody new": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2"))
		s.right(s.make(s.person("m3", s.called("m1")), change(c[0], s.called("m2")), change(c[1], s.called("m9")))...)
	},
	"given up by a leaver": func(s *scene) {
		c := s.make(s.person("m1"))
		s.right(s.make(s.person("m2", s.called("m1")), change(c[0], s.left, s.called("m9"), s.Retire))...)
	},
	"given up by somebody who is deleted": func(s *scene) {
		c := s.make(s.person("m1"))
		c = s.make(change(c[0], s.left))
		c = s.make(s.person("m2", s.called("m1")), change(c[0], s.deleted))
		s.right(c...)
	},
	"not given up": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2"))
		out := s.run(change(c[1], s.called("m1"), s.title("Chief")), s.person("m3", s.called("m2")), s.person("m4", s.called("m1")))
		s.fails(out[0], directory.ErrNameTaken, s.worker("m1"))
		s.fails(out[2], directory.ErrNameTaken, s.worker("m1"))
		if u := s.user(c[1]); u.Title != "Chief" || !u.Enabled || s.user(c[0]).Login != c[0].Want.Attributes[s.Login].Text() {
			s.Errorf("%+v, %+v", u, s.user(c[0]))
		}
		s.right(s.make(change(c[1], s.title("Chief")))...)
	},
	"kept by somebody who is protected": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2"), s.person("m3"))
		s.Protect(s, c[1].ID)
		out := s.run(change(c[0], s.called("m2"), s.title("Chief")), change(c[1], s.called("m1")), change(c[2], s.title("Clerk")))
		s.fails(out[0], nil)
		s.fails(out[1], directory.ErrProtected)
		if u := s.user(c[0]); u.Title != "Chief" || out[2].Err != nil || s.user(c[1]).Login != c[1].Want.Attributes[s.Login].Text() {
			s.Errorf("%+v, %+v, somebody else: %v", u, s.user(c[1]), out[2].Err)
		}
		s.right(s.make(change(c[0], s.title("Chief")))...)
	},
}
