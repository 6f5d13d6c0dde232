// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"slices"
	"strings"
	"time"
)

// changes holds what a run did against its plan and its report.
func (l *life) changes(i int, s *scene, p *proposal, before, after map[string]user) {
	shown, verdicts := p.shown(), p.verdicts()
	var off, on, gone int
	explain := func(what string, u user) {
		switch list := verdicts[u.Worker]; {
		case !slices.Contains(shown, u.Worker):
			l.wrong(s, "%s was %s, which the plan does not show", u.Worker, what)
		case len(list) != 1:
			l.wrong(s, "%s was %s, for which the report has %d causes: %s, then %s; before %+v, after %+v", u.Worker, what, len(list), p.known()[u.Worker], p.documents()[u.Worker], before[u.ID], after[u.ID])
		case list[0].Reason == "":
			l.wrong(s, "%s was %s, for which the report gives no reason", u.Worker, what)
		}
	}
	for id, u := range after {
		was, had := before[id]
		switch {
		case !had:
			explain("created or restored", u)
		case was.equal(u), orphaned(was, u, after), reunited(was, u, before):
			continue
		default:
			explain("changed", u)
		}
		if had && slices.Contains(was.Groups, "guarded") {
			l.wrong(s, "%s is protected and was changed", u.Worker)
		}
		if had && was.Enabled && !u.Enabled {
			off++
		}
		if had && !was.Enabled && u.Enabled {
			on++
		}
	}
	for id, u := range before {
		if _, stays := after[id]; !stays {
			gone++
			explain("deleted", u)
			l.deleted(i, s, u)
		}
	}
	if l.lives[i].lifted {
		return
	}
	for what, n := range map[string]int{"disabled": off, "enabled": on, "deleted": gone} {
		if n > l.limit {
			l.wrong(s, "%d accounts were %s, and the limit is %d", n, what, l.limit)
		}
	}
}

// orphaned reports that an account only lost its manager, whose own account is gone:
// the directory does that by itself.
func orphaned(was, is user, after map[string]user) bool {
	if _, there := after[was.Manager]; there || is.Manager != "" {
		return false
	}
	was.Manager = ""
	return was.equal(is)
}

// reunited reports that an account only has its manager again, whose own account was
// restored: the directory keeps the links of what it deletes.
func reunited(was, is user, before map[string]user) bool {
	if _, there := before[is.Manager]; there || was.Manager != "" {
		return false
	}
	is.Manager = ""
	return was.equal(is)
}

// deleted checks that an account was to go.
func (l *life) deleted(i int, s *scene, u user) {
	v := l.lives[i]
	since, known := v.disabled[u.ID]
	switch {
	case !known || u.Enabled:
		l.wrong(s, "%s was deleted while enabled", u.Worker)
	case l.clock.now().Sub(since) < time.Duration(l.keep)*24*time.Hour-time.Hour:
		l.wrong(s, "%s was deleted %d days after it was disabled, retention is %d", u.Worker, int(l.clock.now().Sub(since).Hours()/24), l.keep)
	}
	if by := l.decree(u.Worker); by != nil {
		l.wrong(s, "%s was deleted, and %s until %s", u.Worker, by.kind, by.until)
	}
	if p := l.record(u.Worker); p != nil && l.stage(*p) != left && !l.outside(*p) {
		l.wrong(s, "%s was deleted and is %s", u.Worker, l.stage(*p))
	}
	delete(v.object, u.Worker)
}

// record is the line of a worker in today's file.
func (l *life) record(worker string) *line {
	for i := range l.feed {
		if l.feed[i].ID == worker {
			return &l.feed[i]
		}
	}
	return nil
}

// inspect holds the directory after a run against the oracle.
func (l *life) inspect(i int, s *scene, p *proposal, before, after map[string]user) {
	v := l.lives[i]
	byWorker, logins := map[string][]user{}, map[string]string{}
	for id, u := range after {
		byWorker[u.Worker] = append(byWorker[u.Worker], u)
		folded := strings.ToLower(u.Login)
		if other, twice := logins[folded]; twice {
			l.wrong(s, "%s and %s have the login %s", other, id, u.Login)
		}
		logins[folded] = id
	}
	aside := texts(p.outputs["set_aside"])
	for _, id := range aside {
		for _, u := range byWorker[id] {
			l.untouched(s, before[u.ID], u, before, after)
		}
	}
	for _, record := range l.feed {
		if _, known := v.left[record.ID]; !known {
			v.left[record.ID] = l.clock.now()
		}
		if l.stage(record) != left {
			delete(v.left, record.ID)
		}
		list := byWorker[record.ID]
		if len(list) > 1 {
			l.wrong(s, "%s has %d accounts", record.ID, len(list))
		}
		if len(list) == 1 {
			l.identity(i, s, record.ID, list[0])
		}
		if by := l.decree(record.ID); by != nil && l.decreed(s, *by, list, before, after) {
			continue
		}
		l.allowed(i, s, p, record, list, slices.Contains(aside, record.ID))
	}
	for worker, list := range byWorker {
		if worker == "" || l.record(worker) != nil {
			continue
		}
		for _, u := range list { // not in the file, which is not the same as having left
			if was, had := before[u.ID]; had && was.Enabled != u.Enabled && !v.secured[u.ID] &&
				!l.everDecreed(worker) && (u.Enabled || !l.misses()) {
				l.wrong(s, "%s is not in the file, and was %s", worker, map[bool]string{true: "enabled", false: "disabled"}[u.Enabled])
			}
		}
	}
}

// allowed compares the access that a person has with what their record means.
func (l *life) allowed(i int, s *scene, p *proposal, record line, list []user, aside bool) {
	v, want := l.lives[i], l.want(record)
	signsIn := slices.ContainsFunc(list, func(u user) bool { return u.Enabled })
	guarded := slices.ContainsFunc(list, func(u user) bool { return slices.Contains(u.Groups, "guarded") })
	secured := slices.ContainsFunc(list, func(u user) bool { return v.shut[u.ID] })
	explained := slices.ContainsFunc(list, func(u user) bool { return l.explained(i, u, &record) })
	what := l.stage(record)
	switch {
	case guarded, secured && explained:
	case secured && signsIn:
		l.wrong(s, "%s was disabled by hand, and was enabled again", record.ID)
	case secured && want == mustSignIn && !named(p, record.ID):
		l.wrong(s, "%s was disabled by hand, and the report does not name them", record.ID)
	case secured, want == either, l.mended[record.ID] && !signsIn && named(p, record.ID):
	case want == mustNot && signsIn:
		l.wrong(s, "%s is %s (%s to %s) and can sign in; the plan: %s", record.ID, what, record.Hire, record.End, about(p, record.ID))
	case want == mustSignIn && !signsIn && !(aside && named(p, record.ID)):
		l.wrong(s, "%s is %s and cannot sign in; the plan: %s", record.ID, what, about(p, record.ID))
	}
	if what == left && !guarded && !aside && !l.outside(record) && !l.awaited(record) && l.decree(record.ID) == nil {
		l.ladder(i, s, p, record, list)
	}
	if want != mustNot || s.prefix() != "entra" {
		return
	}
	for _, u := range list {
		if at, known := v.disabled[u.ID]; known && what == left && !l.outside(record) && u.Sessions.Before(at.Truncate(time.Second)) && !aside {
			l.wrong(s, "%s has left, and sessions that began between %s and %s live on; recorded: %s; the plan: %s", record.ID, u.Sessions.Format(time.RFC3339), at.Format(time.RFC3339),
				s.text(u.ID, "onPremisesExtensionAttributes"), about(p, record.ID))
		}
	}
}

// ladder checks that every rung is taken whose day has come.
func (l *life) ladder(i int, s *scene, p *proposal, record line, list []user) {
	for _, u := range list {
		if len(u.Groups) > 0 && !l.waiting {
			l.wrong(s, "%s has left and is in %v; the plan: %s", record.ID, u.Groups, about(p, record.ID))
		}
		at, known := l.lives[i].disabled[u.ID]
		if since := l.lives[i].left[record.ID]; since.After(at) { // disabled before, for a leave
			at = since
		}
		if hired, err := time.Parse(time.DateOnly, record.Hire); err == nil && hired.AddDate(0, 0, 1).After(at) {
			at = hired.AddDate(0, 0, 1) // a hire that was withdrawn: nobody has left before they were to begin
		}
		for _, day := range []string{record.End, record.LastDay} { // told late, or corrected to a later day
			if end, err := time.Parse(time.DateOnly, day); err == nil && end.AddDate(0, 0, 1).After(at) {
				at = end.AddDate(0, 0, 1)
			}
		}
		if days := int(l.clock.now().Sub(at).Hours() / 24); known && days > l.keep+1 && !l.touched[record.ID] && !l.everOutside(record.ID) {
			l.wrong(s, "%s has left and was disabled %d days ago, retention is %d: the account is still there; the plan: %s", record.ID, days, l.keep, about(p, record.ID))
		}
	}
}

// untouched checks somebody who was set aside: they may only have lost access.
func (l *life) untouched(s *scene, was, is user, before, after map[string]user) {
	if was.ID == "" {
		l.wrong(s, "%s was set aside and got an account", is.Worker)
		return
	}
	if !was.Enabled && is.Enabled {
		l.wrong(s, "%s was set aside and was enabled", is.Worker)
	}
	for _, g := range is.Groups {
		if !slices.Contains(was.Groups, g) {
			l.wrong(s, "%s was set aside and got the group %s", is.Worker, g)
		}
	}
	was.Enabled, was.Groups, was.Sessions = is.Enabled, is.Groups, is.Sessions
	if !was.equal(is) && !orphaned(was, is, after) && !reunited(was, is, before) {
		l.wrong(s, "%s was set aside and was changed: %+v, then %+v", is.Worker, was, is)
	}
}

// identity checks that a person keeps their object.
func (l *life) identity(i int, s *scene, worker string, u user) {
	v := l.lives[i]
	if had, known := v.object[worker]; known && had != u.ID {
		l.wrong(s, "%s has another object: %s, now %s", worker, had, u.ID)
	}
	v.object[worker] = u.ID
}

// compare holds the directories against each other: they decide alike.
func (l *life) compare() {
	if len(l.scenes) < 2 {
		return
	}
	l.part()
	a, b := l.view(l.scenes[0]), l.view(l.scenes[1])
	for worker, u := range a {
		other, there := b[worker]
		switch {
		case !there && !l.touched[worker]:
			l.wrong(l.scenes[1], "%s has no account, and has one at the other directory", worker)
		case !there:
		case !u.equal(other):
			l.wrong(l.scenes[1], "%s is another than at the other directory: %+v, there %+v", worker, other, u)
		}
	}
	for worker := range b {
		if _, there := a[worker]; !there && !l.touched[worker] {
			l.wrong(l.scenes[0], "%s has no account, and has one at the other directory", worker)
		}
	}
}

// part notes whose account one directory has disabled for longer than the other, because a
// run came to harm at one of them: it is deleted there first.
func (l *life) part() {
	since := [2]map[string]time.Time{{}, {}}
	for i := range since {
		for _, u := range l.scenes[i].users() {
			if at, is := l.lives[i].disabled[u.ID]; is {
				since[i][u.Worker] = at
			}
		}
	}
	for i, list := range since {
		for worker, at := range list {
			other, both := since[1-i][worker]
			if both && at.Sub(other).Abs() > time.Hour || !both && l.clock.now().Sub(at) > time.Duration(l.keep-2)*24*time.Hour {
				l.touched[worker] = true
			}
		}
	}
}

// view is what both directories have to say alike, by worker id.
func (l *life) view(s *scene) map[string]user {
	out, ids := map[string]user{}, map[string]string{}
	all := s.users()
	for id, u := range all {
		ids[id] = u.Worker
	}
	for _, u := range all {
		if u.Manager = ids[u.Manager]; l.touched[u.Manager] {
			u.Manager = ""
		}
		u.ID, u.Path, u.Sessions, u.Login = "", "", time.Time{}, ""
		out[u.Worker] = u
	}
	return out
}
