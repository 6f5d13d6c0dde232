// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// Access comes first and alone. Whoever is to lose it is disabled in a request that
// says nothing else, before anybody is changed in any other way, and neither a value
// that is refused nor anything that cannot be read, remembered or recorded stops that.
// Whoever is to get it is enabled last, see [run.giveAccess].

// taking is the access that one person loses, or what is to be recorded about it.
type taking struct {
	*task
	disables bool
	record   *record // to be written, nil for none
	revokes  bool
	refused  error // why the record was refused together with the disabling
	change   int   // index of the request that disables or records, -1 for none
}

// takeAccess disables the users who are to be disabled, revokes sessions that began before that, and
// records both. It handles each user once; the run calls it again for users that it finds later.
func (r *run) takeAccess(ctx context.Context) {
	var all []*taking
	for _, k := range r.tasks {
		if k.secured || k.dead() || k.have == nil || k.created || k.Want.Enabled || k.Want.Deleted || k.Want.Released {
			continue
		}
		k.secured = true
		if t := r.taking(k); t.disables || t.record != nil || t.revokes {
			all = append(all, t)
		}
	}
	again := r.take(ctx, all)
	for _, t := range again {
		t.record = nil
	}
	r.take(ctx, again)
	for _, t := range again {
		if t.have.enabled {
			continue // that it could not be disabled is said, too
		}
		t.report(recordOp, r.Tenant.o.DisabledSinceAttribute, unrecordedRefusal(t.refused))
	}
}

// taking decides what to write about a user who is disabled, or is to be.
func (r *run) taking(k *task) *taking {
	t := &taking{task: k, disables: k.have.enabled, change: -1}
	k.began = k.have.validFrom()
	live := k.Want.Sessions == directory.SessionsRevoked && k.have.sessions() == directory.SessionsLive
	t.revokes = t.disables || live || r.revoking
	was := k.have.record
	switch {
	case t.disables, k.keptOut && was.at.IsZero():
		t.record = &record{at: r.disabledAt(k.have), cause: k.Want.DisabledFor}
	case live && was.at.IsZero(): // somebody else disabled it: the clock starts now, and why is not ours to say
		t.record = &record{at: r.disabledAt(k.have)}
	case was.cause != "" && was.cause != k.Want.DisabledFor: // it stays disabled, for another reason
		t.record = &record{at: was.at, cause: k.Want.DisabledFor}
		if directory.Leaves(k.Want.DisabledFor) && !directory.Leaves(was.cause) { // the retention begins, and sessions are counted from it
			t.record.at, t.revokes = r.disabledAt(k.have), true
		}
	}
	if t.record == nil {
		return t
	}
	if r.revoking && t.have.synced() { // Active Directory keeps the record of its account
		t.record = nil
		return t
	}
	if why := r.unrecordable(k.have, k.Want); why != nil {
		t.record = nil
		planned := errors.Is(why, errFormerlySynchronised) && directory.Leaves(k.Want.DisabledFor) && !r.removing
		if !errors.Is(why, errNotRecorded) && !planned {
			k.report(recordOp, r.Tenant.o.DisabledSinceAttribute, why)
		}
	}
	return t
}

// take sends what is to be done. Of a synchronised user, whom an operation disables, the sessions
// are revoked even if disabling is refused: that is what can be done here in any case.
// https://learn.microsoft.com/entra/identity/users/users-revoke-access
//
// It returns those whose record was refused so that they are not disabled yet.
func (r *run) take(ctx context.Context, all []*taking) (again []*taking) {
	var requests []graphconn.Request
	var of []*taking
	add := func(t *taking, request graphconn.Request) int {
		requests, of = append(requests, request), append(of, t)
		return len(requests) - 1
	}
	for _, t := range all {
		doc := map[string]any{}
		if t.disables {
			doc[attrEnabled] = false
		}
		if t.record != nil {
			merge(doc, r.recording(t.have, *t.record))
		}
		var after []int
		if t.change = -1; len(doc) > 0 {
			t.change = add(t, graphconn.Request{Method: http.MethodPatch, Path: "/users/" + t.ID, Body: doc})
			if t.disables && !t.have.synced() {
				after = []int{t.change}
			}
		}
		if t.revokes {
			add(t, revocation(t.ID, after...))
		}
	}
	results := r.client.Batch(ctx, requests)
	for i, result := range results {
		t := of[i]
		switch {
		case i == t.change && result.Err == nil:
			t.took()
		case i == t.change && r.removing && graphconn.IsNotFound(result.Err): // gone meanwhile
		case i == t.change && t.record != nil && t.disables && refused(result.Err):
			t.refused, again = result.Err, append(again, t)
		case i == t.change && t.disables:
			t.fail("disable", attrEnabled, t.undisabled(explainOp("disable", result.Err)))
			t.touched = true // its answer may have been lost
		case i == t.change:
			t.report(recordOp, r.Tenant.o.DisabledSinceAttribute, unrecordedRefusal(result.Err))
		case result.Err == nil:
			t.touched, t.out.Changed, t.revoked = true, true, true
			t.sent = r.client.Now()
		case t.disables && results[t.change].Err != nil && !t.have.synced(): // what it waited for failed, and that is said
		case r.removing && graphconn.IsNotFound(result.Err):
		default:
			op := string(directory.OperationRevokeSessions)
			t.fail(op, attrEnabled, r.unrevoked(t.task, explainOp(op, result.Err)))
		}
	}
	return again
}

// undisabled adds to a refusal what somebody must still do for a synchronised user.
func (t *taking) undisabled(err error) error {
	if !t.have.synced() {
		return err
	}
	return fmt.Errorf("the user is synchronised from Active Directory, and Microsoft Entra ID did not disable it here: "+
		"disable the account there, which the next synchronisation follows; revoking its sessions was tried all the same: %w", err)
}

// took notes that a user was disabled, or that the record of it was written.
func (t *taking) took() {
	now := *t.have
	now.values = maps.Clone(now.values)
	if t.disables {
		now.enabled = false
		now.values[attrEnabled] = directory.Value{"FALSE"}
	}
	if t.record != nil {
		now.record, t.recorded = *t.record, t.record.String()
	}
	t.have, t.touched, t.out.Changed = &now, true, true
}

// refused reports that Graph will not carry out a request as it is, while another may do.
func refused(err error) bool {
	_, conflict := graphconn.IsConflict(err)
	return conflict || graphconn.IsBadRequest(err) || graphconn.IsDenied(err) || graphconn.IsContended(err)
}

// unrevoked adds to an error about revoking sessions, of a user who was disabled before, that the next run
// tries again.
func (r *run) unrevoked(k *task, err error) error {
	switch {
	case r.revoking: // by an action, which says what failed
		return err
	case k.Want.Sessions == directory.SessionsRevoked:
		return fmt.Errorf("the user is disabled, and the next run revokes the sessions: "+
			"run again, or use the action workforce_entra_revoke_sessions: %w", err)
	}
	return fmt.Errorf("no later run sees that a disabled user still has sessions, "+
		"so revoke them by hand, or with the action workforce_entra_revoke_sessions: %w", err)
}

// confirmSessions is for users whose sessions were revoked in this run and look live all
// the same: what [record] says about clocks. It is called until they do not.
func (r *run) confirmSessions(ctx context.Context, users map[*task]*user) {
	var requests []graphconn.Request
	var tasks []*task
	for k, u := range users {
		if k.failed[attrSessions] || u.enabled || u.record.at.IsZero() || u.sessions() != directory.SessionsLive {
			continue
		}
		switch moved := u.validFrom().After(k.began); {
		case k.created || moved:
			back := record{at: u.validFrom(), cause: u.record.cause}
			k.recorded = back.String()
			requests = append(requests, graphconn.Request{Method: http.MethodPatch, Path: "/users/" + u.id, Body: r.recording(u, back)})
		case r.client.Now().Sub(k.sent) < time.Second:
			continue // it was read and revoked within one second, or does not show yet
		default:
			k.sent = r.client.Now()
			requests = append(requests, revocation(u.id))
		}
		tasks = append(tasks, k)
	}
	for i, result := range r.client.Batch(ctx, requests) {
		if result.Err != nil {
			tasks[i].fail(recordOp, attrSessions, unrecordedRefusal(result.Err))
		}
	}
}

// giveAccess enables those who are to be enabled, after everything else was written:
// whoever signs in finds themselves as they are to be. Somebody whose new password,
// name or worker id was refused, or whose groups could not be taken, is not enabled.
func (r *run) giveAccess(ctx context.Context) {
	var requests []graphconn.Request
	var tasks []*task
	for _, k := range r.alive() {
		if k.have == nil || k.created || !k.Want.Enabled || k.have.enabled && k.have.record.cause == "" {
			continue
		}
		if name := r.unsafe(k); name != "" && !k.have.enabled {
			k.fail("enable", attrEnabled, fmt.Errorf("it stays disabled until %s is as it is to be: mend that error and run again", name))
			continue
		}
		doc := map[string]any{}
		if !k.have.enabled {
			doc[attrEnabled] = true
		}
		if !k.have.record.at.IsZero() && r.unrecordable(k.have, k.Want) == nil {
			merge(doc, r.recording(k.have, record{}))
		}
		if len(doc) > 0 {
			requests, tasks = append(requests, graphconn.Request{Method: http.MethodPatch, Path: "/users/" + k.ID, Body: doc}), append(tasks, k)
		}
	}
	var again []int
	results := r.client.Batch(ctx, requests)
	for i, result := range results {
		if body, _ := requests[i].Body.(map[string]any); refused(result.Err) && len(body) > 1 {
			again = append(again, i)
			continue
		}
		r.gave(tasks[i], result.Err)
	}
	alone := make([]graphconn.Request, len(again))
	for j, i := range again {
		alone[j] = graphconn.Request{Method: http.MethodPatch, Path: requests[i].Path, Body: map[string]any{attrEnabled: true}}
	}
	for j, result := range r.client.Batch(ctx, alone) {
		k := tasks[again[j]]
		if r.gave(k, result.Err); result.Err == nil {
			k.report("clear "+recordOp, r.Tenant.o.DisabledSinceAttribute, unrecordedRefusal(results[again[j]].Err))
		}
	}
}

// unsafe returns the failed attribute because of which a user is not enabled; empty for none.
func (r *run) unsafe(k *task) string {
	names := []string{"password", attrPrincipal, r.WorkerIDAttribute()}
	if losesGroups(k) {
		names = append(names, directory.GroupsAttribute)
	}
	for _, name := range names {
		if k.failed[name] {
			return name
		}
	}
	return ""
}

func (r *run) gave(k *task, err error) {
	if err != nil {
		k.fail("enable", attrEnabled, explainOp("enable", err))
	}
	k.touched = true // also by an answer that was lost
	k.out.Changed = k.out.Changed || err == nil
}
