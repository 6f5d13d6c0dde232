// SPDX-License-Identifier: MPL-2.0

package applytest

import "terraform-provider-workforce/internal/directory"

// returnCases: whoever returns gets the account that they had, with what is wanted now.
var returnCases = map[string]func(*scene){
	"enabled again": func(s *scene) {
		c := s.make(s.person("m1", s.title("Clerk")))
		s.Join(s, c[0].ID)
		gone := s.make(change(c[0], s.left, s.title(""), s.Retire, ungrouped))
		s.right(gone...)
		c = s.make(change(c[0], s.title("Chief"), grouped))
		s.right(c...)
		if u := s.user(c[0]); u.Groups != 1 {
			s.Errorf("%+v", u)
		}
	},
	"deleted": func(s *scene) {
		c := s.make(s.person("m1", s.title("Clerk"), s.managedBy("m2")), s.person("m2"))
		s.Set(s, c[0].ID, s.Department, "Sales")
		s.Delete(s, c[0].ID)
		back := change(c[0], s.title("Chief"))
		if o := s.run(back)[0]; o.Err != nil || o.ID != c[0].ID || o.Created || !o.Changed {
			s.Fatalf("%+v", o)
		}
		if u := s.user(back); u.Department != "Sales" {
			s.Errorf("%+v", u)
		}
		s.right(back)
	},
	"deleted, and the answer is lost": func(s *scene) {
		for _, fate := range []Fate{LoseAnswer, CutAfter} {
			s.another(fate.String(), func(s *scene) {
				c := s.make(s.person("m1"))
				s.Delete(s, c[0].ID)
				back := []directory.Change{change(c[0], s.title("Chief"))}
				s.Inject(s, Trouble{Fate: fate})
				out := s.run(back...)
				s.Mend(s)
				if fate == LoseAnswer {
					s.done(back, out)
				}
				s.right(s.make(back...)...)
			})
		}
	},
	"deleted, and to stay disabled": func(s *scene) {
		c := s.make(s.person("m1"))
		s.Delete(s, c[0].ID)
		back := change(c[0], s.left, func(a *directory.Account) { a.DisabledFor = directory.ForPrehire })
		s.right(s.make(back)...)
	},
	"deleted, while somebody who reports to them is changed": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2", s.managedBy("m1")))
		s.Delete(s, c[0].ID)
		// The plan saw no manager, and the directory gives the link back.
		for _, o := range s.run(c[0], change(c[1], unmanaged, s.title("Clerk"))) {
			if o.Err != nil {
				s.Error(o.Err)
			}
		}
	},
	"deleted, and the name is somebody else's": func(s *scene) {
		c := s.make(s.person("m1"))
		s.Delete(s, c[0].ID)
		s.make(s.person("m2", s.called("m1")))
		out := s.run(c[0])
		s.fails(out[0], directory.ErrNameTaken, s.worker("m1"))
		if n := len(s.Users(s)); n != 1 {
			s.Errorf("%d accounts", n)
		}
		s.right(s.make(change(c[0], s.called("m9")))...)
	},
	"of an account that is gone for good": func(s *scene) {
		c := s.make(s.person("m1"))[0]
		c.ID = "00000000-0000-0000-0000-00000000dead"
		out := s.run(c)
		if s.fails(out[0], directory.ErrGone); out[0].ID != "" {
			s.Errorf("%+v", out[0])
		}
	},
}

// grouped wants an account to have the groups that were taken from it.
func grouped(a *directory.Account) {
	a.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsKept}
}
