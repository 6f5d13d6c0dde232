// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"slices"
)

// gives changes the worker ids of accounts by hand: pairs are a worker, and the id that their account
// gets.
func (s *scene) gives(pairs ...string) {
	objects := make([]string, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		objects = append(objects, s.of(pairs[i]).ID)
	}
	for i, object := range objects {
		s.setWorker(object, pairs[2*i+1])
	}
}

// kept says that the accounts of workers are those they had, as they were: with login, name, access and groups.
func (s *scene) kept(was map[string]user, when string, workers ...string) {
	now := s.users()
	for _, u := range was {
		if !slices.Contains(workers, u.Worker) {
			continue
		}
		is := now[u.ID]
		if when == "cut off" { // whether the worker id was written back depends on the moment
			is.Worker = u.Worker
		}
		s.check(is.equal(u), "%s: the account of %s is another:\n%+v\n%+v", when, u.Worker, u, is)
	}
}

// exchanged are lives in which somebody changes the worker ids of accounts by hand.
var exchanged = []directed{
	{"exchanged: the ids of two who work here", both, func(s *scene) {
		s.staff(12)
		s.runs()
		s.join(s.of("105").ID, "vpn")
		was := s.users()
		s.gives("105", "106", "106", "105")
		s.pass(1)
		s.runs()
		s.kept(was, "first run", "105", "106")
		s.pass(1)
		s.runs()
		s.kept(was, "second run", "101", "105", "106", "107")
		s.settles()
	}},
	{"exchanged: the ids of two who left", both, func(s *scene) {
		s.staff(12)
		s.ends("105", 20)
		s.ends("106", 2)
		s.runs()
		s.every(1, 25)
		was := s.users()
		s.gives("105", "106", "106", "105")
		s.pass(1)
		s.runs()
		s.kept(was, "first run", "105", "106")
		s.mayNot("105", "106")
		s.pass(1)
		s.runs()
		s.kept(was, "second run", "105", "106")
		s.settles()
		s.every(1, 10)
		s.gone("106")
		s.there("105")
	}},
	{"exchanged: the ids of a manager and one of their people", both, func(s *scene) {
		s.staff(12)
		s.runs()
		was := s.users()
		s.gives("101", "106", "106", "101")
		s.pass(1)
		s.runs()
		s.kept(was, "first run", "101", "106")
		s.pass(1)
		s.runs()
		s.kept(was, "second run", "101", "105", "106", "107")
		s.settles()
	}},
	{"exchanged: the ids of one who left before and one who works here", both, func(s *scene) {
		for _, order := range [][2]string{{"105", "106"}, {"106", "105"}} {
			t := newScene(s.ctx, s.prefix())
			gone, stays := order[0], order[1]
			t.staff(12)
			t.runs()
			t.join(t.of(stays).ID, "vpn")
			t.ends(gone, -1)
			t.pass(1)
			t.runs()
			t.pass(3)
			was := t.users()
			t.gives(gone, stays, stays, gone)
			t.pass(1)
			t.runs()
			t.mayNot(gone)
			t.may(stays)
			t.kept(was, "first run", gone, stays)
			t.pass(1)
			t.runs()
			t.kept(was, "second run", "101", gone, stays)
			t.settles()
			t.every(1, 32)
			t.gone(gone)
			t.kept(was, "last", stays)
			s.found = append(s.found, t.found...)
			t.close()
		}
	}},
	{"exchanged: the ids of two, and one leaves the same day", both, func(s *scene) {
		for _, order := range [][2]string{{"105", "106"}, {"106", "105"}} {
			t := newScene(s.ctx, s.prefix())
			gone, stays := order[0], order[1]
			t.staff(12)
			t.runs()
			t.join(t.of(stays).ID, "vpn")
			t.join(t.of(gone).ID, "vpn")
			was := t.users()
			t.ends(gone, -1)
			t.gives(gone, stays, stays, gone)
			t.pass(1)
			t.runs()
			t.mayNot(gone)
			t.kept(was, "first run", stays)
			t.pass(1)
			t.runs()
			t.kept(was, "second run", "101", stays)
			t.mayNot(gone)
			t.groupless(gone)
			t.settles()
			t.every(1, 32)
			t.gone(gone)
			t.kept(was, "last", stays)
			s.found = append(s.found, t.found...)
			t.close()
		}
	}},
	{"exchanged: the ids of three in a circle, of whom one left and one leaves", both, func(s *scene) {
		s.staff(12)
		s.ends("107", 2)
		s.runs()
		s.every(1, 5)
		was := s.users()
		s.ends("106", -1)
		s.gives("105", "106", "106", "107", "107", "105")
		s.pass(1)
		s.runs()
		s.kept(was, "first run", "105", "107")
		s.mayNot("106", "107")
		s.pass(1)
		s.runs()
		s.kept(was, "second run", "101", "105", "107")
		s.settles()
	}},
	{"exchanged: the ids of two, and HR changes one", both, func(s *scene) {
		s.staff(12)
		s.runs()
		was := s.users()
		s.who("105").Title = "Director"
		s.gives("105", "106", "106", "105")
		s.pass(1)
		s.runs()
		s.kept(was, "first run", "105", "106")
		s.pass(1)
		s.runs()
		s.check(!s.says("Changes by hand"), "what the first run did not write counts as changed by hand: %s", s.last.warnings)
		u := s.of("105")
		s.check(u.Title == "Director" && u.Login == was[u.ID].Login, "second run: %+v", u)
		s.kept(was, "second run", "106")
		s.settles()
	}},
	{"exchanged: one has the id of another, and the other none", both, func(s *scene) {
		s.staff(12)
		s.runs()
		was := s.users()
		s.gives("105", "", "106", "105")
		s.pass(1)
		s.runs()
		s.kept(was, "first run", "105", "106")
		s.pass(1)
		s.runs()
		s.kept(was, "second run", "105", "106")
		s.settles()
	}},
	{"exchanged: one has the id of another, who leaves", both, func(s *scene) {
		s.staff(12)
		s.runs()
		was := s.users()
		s.ends("105", -1)
		s.gives("105", "", "106", "105")
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.kept(was, "first run", "106")
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.kept(was, "second run", "106")
		s.settles()
	}},
	{"exchanged: two have the id of one", both, func(s *scene) {
		s.staff(12)
		s.runs()
		was := s.users()
		s.gives("106", "105")
		s.pass(1)
		s.runs()
		s.kept(was, "first run", "106")
		s.pass(1)
		s.runs()
		s.kept(was, "second run", "105", "106")
		s.settles()
	}},
	{"exchanged: two have the id of one, who leaves", both, func(s *scene) {
		s.staff(12)
		s.runs()
		was := s.users()
		s.ends("105", -1)
		s.gives("106", "105")
		s.pass(1)
		s.runs()
		s.kept(was, "first run", "106")
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.kept(was, "second run", "106")
		s.settles()
	}},
	{"exchanged: the id of one is taken away", both, func(s *scene) {
		s.staff(12)
		s.runs()
		was := s.users()
		s.gives("105", "")
		s.pass(1)
		s.runs()
		s.kept(was, "first run", "105")
		s.settles()
	}},
	{"exchanged: ids put right again between plan and apply", both, func(s *scene) {
		s.staff(12)
		s.runs()
		was := s.users()
		s.gives("105", "106", "106", "105")
		s.pass(1)
		p := s.plans()
		s.gives("105", "106", "106", "105")
		s.apply(s.ctx, p)
		s.kept(was, "first run", "105", "106")
		s.pass(1)
		s.runs()
		s.kept(was, "second run", "105", "106")
		s.settles()
	}},
	{"exchanged: a run that is cut off between the two", both, func(s *scene) {
		for at := range 3 {
			t := newScene(s.ctx, s.prefix())
			t.staff(12)
			t.runs()
			was := t.users()
			t.ends("105", -1)
			t.gives("105", "106", "106", "105")
			t.pass(1)
			n := 0
			t.fail(func(write) verdict {
				if n++; n > at {
					return loseRequest
				}
				return carryOut
			})
			t.tries()
			t.fail(nil)
			t.kept(was, "cut off", "106")
			for range 3 {
				t.pass(1)
				t.runs()
			}
			t.mayNot("105")
			t.kept(was, "afterwards", "101", "106")
			t.settles()
			s.found = append(s.found, t.found...)
			t.close()
		}
	}},
	{"exchanged: one gets the id of another, who keeps it, and leaves", both, func(s *scene) {
		s.staff(12)
		s.runs()
		was := s.users()
		s.ends("105", -1)
		object := s.of("105").ID
		s.gives("105", "106")
		s.pass(1)
		s.runs()
		s.check(s.last.ok() && s.users()[was[object].ID].Worker == "105", "first run: %+v", s.users()[object])
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.kept(was, "second run", "106")
		s.settles()
	}},
	{"exchanged: the ids of two, which is meant, so that the resource is taken out of the state", both, func(s *scene) {
		s.staff(12)
		s.runs()
		was := s.users()
		a, b := s.of("105").ID, s.of("106").ID
		s.gives("105", "106", "106", "105")
		s.forget()
		s.pass(1)
		s.runs()
		now := s.users()
		s.check(now[a].Worker == "106" && now[b].Worker == "105", "the ids: %+v, %+v", now[a], now[b])
		for _, id := range []string{a, b} {
			s.check(now[id].Login == was[id].Login && now[id].Enabled, "%+v", now[id])
		}
		s.settles()
	}},
	{"exchanged: the ids of two, whom a run for others decides nothing about", both, func(s *scene) {
		s.staff(12)
		s.runs()
		was := s.users()
		s.gives("105", "106", "106", "105")
		s.accounts["only"] = []string{"109"}
		s.who("109").Title = "Director"
		s.pass(1)
		s.runs()
		s.check(s.of("109").Title == "Director", "%+v", s.of("109"))
		s.kept(was, "first run", "105", "106")
		s.settles()
		delete(s.accounts, "only")
		s.settles()
	}},
	{"exchanged: the ids of two, again and again", both, func(s *scene) {
		s.staff(12)
		s.runs()
		was := s.users()
		for range 4 {
			s.gives("105", "106", "106", "105")
			s.pass(1)
			s.runs()
			s.kept(was, "run", "105", "106")
		}
		s.settles()
	}},
	{"exchanged: the ids of two, one of whom an override disables and one another holds", both, func(s *scene) {
		s.staff(12)
		s.runs()
		was := s.users()
		s.accounts["overrides"] = []string{
			s.override(object{"worker_ids": []string{"105"}, "reason": "suspected", "expires": s.day(9), "enabled": false}),
			s.override(object{"worker_ids": []string{"106"}, "reason": "litigation", "expires": s.day(9), "hold": true}),
		}
		s.gives("105", "106", "106", "105")
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.kept(was, "first run", "106")
		s.pass(1)
		s.runs()
		s.mayNot("105")
		s.kept(was, "second run", "106")
		s.settles()
	}},
}
