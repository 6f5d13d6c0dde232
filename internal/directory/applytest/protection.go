// SPDX-License-Identifier: MPL-2.0

package applytest

import "terraform-provider-workforce/internal/directory"

// protectionCases: nothing changes a protected account, whoever asks; the plan says so, and others go on.
var protectionCases = map[string]func(*scene){
	"changed": func(s *scene) {
		for name, e := range map[string]func(*scene) edit{
			"title":   func(s *scene) edit { return s.title("Chief") },
			"name":    func(s *scene) edit { return s.called("m9") },
			"manager": func(s *scene) edit { return s.managedBy("m2") },
			"access":  func(s *scene) edit { return s.left },
			"gone":    func(s *scene) edit { return s.deleted },
		} {
			s.another(name, func(s *scene) { s.guarded(e(s)) })
		}
	},
	"nothing to do": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2"))
		s.Protect(s, c[0].ID)
		if err := s.Engine(s).Check(s.Context(), c); err != nil {
			s.Error(err)
		}
		s.right(c...)
	},
	"removed": func(s *scene) {
		c := s.make(s.person("m1"), s.person("m2"))
		s.Protect(s, c[0].ID)
		ids := map[string]string{c[0].WorkerID: c[0].ID, c[1].WorkerID: c[1].ID}
		for _, mode := range []directory.Removal{directory.Disable, directory.Delete} {
			out := s.Engine(s).Remove(s.Context(), ids, mode)
			s.fails(out[0], directory.ErrProtected)
			if out[1].Err != nil || !s.user(c[0]).Enabled {
				s.Errorf("somebody else: %v; %+v", out[1].Err, s.user(c[0]))
			}
		}
	},
	"who waits for a manager": func(s *scene) {
		e, o := s.Engine(s), directory.ApplyOptions{LinkLater: true}
		first := s.person("m1", s.managedBy("m2"))
		first = s.done([]directory.Change{first}, s.by(e, o, first))[0]
		s.Protect(s, first.ID)
		e = s.Engine(s)
		out := s.by(e, o, change(first, s.managedBy("m2")))
		if s.by(e, o, s.person("m2")); s.user(first).Manager != "" {
			s.Errorf("linked all the same: %+v", out[0])
		}
	},
}

// guarded applies one edit to a protected account.
func (s *scene) guarded(e edit) {
	c := s.make(s.person("m1"), s.person("m2"))
	s.Protect(s, c[0].ID)
	before := s.user(c[0])
	changes := []directory.Change{change(c[0], e), change(c[1], s.title("Clerk"))}
	s.fails(directory.Outcome{WorkerID: c[0].WorkerID, Err: s.Engine(s).Check(s.Context(), changes)}, directory.ErrProtected)
	out := s.run(changes...)
	s.fails(out[0], directory.ErrProtected)
	if after := s.user(c[0]); after != before || out[1].Err != nil {
		s.Errorf("it was %+v and is %+v, somebody else: %v", before, after, out[1].Err)
	}
}
