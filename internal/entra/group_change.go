// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// maxBound is how many references one change of a group may add.
// https://learn.microsoft.com/graph/api/group-post-members
const maxBound = 20

// ChangeMembers implements [directory.Groups]. Members are added twenty at a time;
// Graph takes all of them or none, so where it refuses, each is tried alone and
// only the bad one fails. What was written is read back until it shows.
func (t *Tenant) ChangeMembers(ctx context.Context, changes []directory.MembershipChange) []directory.MembershipOutcome {
	ctx = aboutGroups(ctx, changes)
	r := &memberRun{Tenant: t}
	outcomes := make([]directory.MembershipOutcome, len(changes))
	for i, c := range changes {
		outcomes[i].GroupID = c.GroupID
		r.tasks = append(r.tasks, &memberTask{MembershipChange: c, id: strings.ToLower(c.GroupID), out: &outcomes[i]})
	}
	r.check(ctx)
	r.inBulk(ctx)
	r.oneByOne(ctx)
	r.nest(ctx)
	r.readBack(ctx)
	for _, k := range r.tasks {
		k.out.Err = errors.Join(k.errs...)
	}
	return outcomes
}

// memberRun is one ChangeMembers.
type memberRun struct {
	*Tenant
	tasks []*memberTask
}

// memberTask is the state of the change of one group.
type memberTask struct {
	directory.MembershipChange
	id     string
	group  *Group
	out    *directory.MembershipOutcome
	errs   []error
	dead   bool               // nothing more can be done for the group
	alone  []directory.Member // to be added one by one
	nested []directory.Member // groups to be added
}

func (k *memberTask) name() string {
	if k.Name == "" && k.group != nil {
		return k.group.DisplayName
	}
	return k.Name
}

// fail records an error about a member; one about the whole group ends its change.
func (k *memberTask) fail(op string, m directory.Member, err error) {
	if m == (directory.Member{}) {
		if k.dead {
			return
		}
		k.dead = true
	}
	k.errs = append(k.errs, &directory.MembershipError{Group: k.name(), Member: m, Op: op, Err: err})
}

var errGroupGone = errors.New("the group no longer exists")

// check reads the groups, and ends the change of a group that cannot be changed.
func (r *memberRun) check(ctx context.Context) {
	var ids []string
	for _, k := range r.tasks {
		ids = append(ids, k.id)
	}
	found, err := r.groupsByID(ctx, ids)
	if err == nil && slices.ContainsFunc(r.tasks, func(k *memberTask) bool { return len(k.Remove) > 0 }) {
		err = r.shield(ctx)
	}
	for _, k := range r.tasks {
		switch k.group = found[k.id]; {
		case err != nil:
			k.fail("read", directory.Member{}, explain(err))
		case k.group == nil && len(k.Add) > 0:
			k.fail("add members", directory.Member{}, errGroupGone)
		case k.group == nil: // nobody is a member any more
			k.dead = true
			for _, m := range k.Remove {
				k.out.Removed = append(k.out.Removed, m.ID)
			}
		case k.group.Fixed() != "":
			k.fail("change the members", directory.Member{}, errors.New(k.group.Fixed()))
		default:
			k.Remove = slices.DeleteFunc(slices.Clone(k.Remove), func(m directory.Member) bool {
				why := r.shielded(k.id, m)
				if why != nil {
					k.fail("remove", m, why)
				}
				return why != nil
			})
		}
	}
}

// write is one request of a run and whom it is about.
type write struct {
	*memberTask
	op      string
	members []directory.Member
}

// inBulk adds members twenty at a time, and removes.
func (r *memberRun) inBulk(ctx context.Context) {
	var requests []graphconn.Request
	var writes []write
	for _, k := range r.tasks {
		if k.dead {
			continue
		}
		var plain []directory.Member
		for _, m := range k.Add {
			if m.Class == kindGroup {
				k.nested = append(k.nested, m)
			} else {
				plain = append(plain, m)
			}
		}
		for part := range slices.Chunk(plain, maxBound) {
			refs := make([]string, len(part))
			for i, m := range part {
				refs[i] = r.object(m.ID)
			}
			requests = append(requests, graphconn.Request{Method: http.MethodPatch, Path: "/groups/" + k.id, Body: map[string]any{"members@odata.bind": refs}})
			writes = append(writes, write{k, "add", part})
		}
		for _, m := range k.Remove {
			requests = append(requests, graphconn.Request{Method: http.MethodDelete, Path: "/groups/" + k.id + "/members/" + m.ID + "/$ref"})
			writes = append(writes, write{k, "remove", []directory.Member{m}})
		}
	}
	for i, result := range r.insist(ctx, requests, func(i int, err error) bool {
		return r.passes(writes[i], err) && len(writes[i].members) == 1 || isCollision(err)
	}) {
		r.noteBulk(writes[i], result.Err)
	}
}

func (r *memberRun) noteBulk(w write, err error) {
	switch {
	case err == nil && w.op == "add":
		for _, m := range w.members {
			w.out.Added = append(w.out.Added, m.ID)
		}
	case w.op == "remove" && (err == nil || graphconn.IsNotFound(err)): // or it is none any more
		w.out.Removed = append(w.out.Removed, w.members[0].ID)
	case r.hopeless(w, err):
		w.fail(w.op+" members", directory.Member{}, explainMembers(err))
	case w.op == "remove":
		w.fail(w.op, w.members[0], explainMembers(err))
	default:
		w.alone = append(w.alone, w.members...)
	}
}

// oneByOne adds the members of parts that were refused.
func (r *memberRun) oneByOne(ctx context.Context) {
	var writes []write
	for _, k := range r.tasks {
		for _, m := range k.alone {
			if !k.dead {
				writes = append(writes, write{k, "add", []directory.Member{m}})
			}
		}
	}
	r.add(ctx, writes)
}

// add adds one member each.
// https://learn.microsoft.com/graph/api/group-post-members
func (r *memberRun) add(ctx context.Context, writes []write) {
	requests := make([]graphconn.Request, len(writes))
	for i, w := range writes {
		requests[i] = graphconn.Request{Method: http.MethodPost, Path: "/groups/" + w.id + "/members/$ref", Repeatable: true, Body: map[string]any{"@odata.id": r.object(w.members[0].ID)}}
	}
	for i, result := range r.insist(ctx, requests, func(i int, err error) bool { return r.passes(writes[i], err) || isCollision(err) }) {
		w, m := writes[i], writes[i].members[0]
		switch err := result.Err; {
		case err == nil, memberAlready(err):
			w.out.Added = append(w.out.Added, m.ID)
		case r.hopeless(w, err):
			w.fail(w.op+" members", directory.Member{}, explainMembers(err))
		default:
			w.fail(w.op, m, explainMembers(err))
		}
	}
}

// nest puts groups into groups, one after the other and never two at once, so that
// each is checked against those before it.
func (r *memberRun) nest(ctx context.Context) {
	if !slices.ContainsFunc(r.tasks, func(k *memberTask) bool { return len(k.nested) > 0 }) {
		return
	}
	r.nesting.Lock()
	defer r.nesting.Unlock()
	for _, k := range r.tasks {
		for _, m := range k.nested {
			if k.dead {
				break
			}
			if err := r.checkNested(ctx, k.group, []directory.Member{m}); err != nil {
				k.errs = append(k.errs, err)
				continue
			}
			before := len(k.out.Added)
			r.add(ctx, []write{{k, "add", []directory.Member{m}}})
			if len(k.out.Added) > before {
				r.mu.Lock()
				r.nested[m.ID] = append(r.nested[m.ID], k.id)
				r.mu.Unlock()
			}
		}
	}
}

// readBack reads the groups that were written until everything shows. It works on
// after ctx has ended, so that the caller knows what was done.
func (r *memberRun) readBack(ctx context.Context) {
	ctx, cancel := detach(ctx)
	defer cancel()
	open := map[*memberTask][]directory.Member{}
	for _, k := range r.tasks {
		if k.group != nil && len(k.out.Added)+len(k.out.Removed) > 0 {
			open[k] = nil
		}
	}
	_ = r.until(ctx, true, func() (bool, error) {
		groups := map[string]*Group{}
		for k := range open {
			groups[k.id] = k.group
		}
		members, failed := r.membersOf(ctx, slices.Collect(maps.Values(groups)))
		for k := range open {
			switch have, read := members[k.id]; {
			case failed[k.id] != nil:
				k.fail("read back", directory.Member{}, explain(failed[k.id]))
				delete(open, k)
			case !read && len(k.out.Added) > 0:
				k.fail("read back", directory.Member{}, errGroupGone)
				delete(open, k)
			default:
				if open[k] = k.missing(have); len(open[k]) == 0 {
					delete(open, k)
				}
			}
		}
		return len(open) == 0, nil
	})
	for k, missing := range open {
		for _, m := range missing {
			k.fail("read back", m, fmt.Errorf("%w: it was written, and does not show within %s", directory.ErrNotAsWritten, visibility))
		}
	}
}

// missing returns the members whose addition or removal was written and does not show yet.
func (k *memberTask) missing(have map[string]directory.Member) []directory.Member {
	var out []directory.Member
	for _, m := range k.Add {
		if _, in := have[m.ID]; !in && slices.Contains(k.out.Added, m.ID) {
			out = append(out, m)
		}
	}
	for _, m := range k.Remove {
		if _, in := have[m.ID]; in && slices.Contains(k.out.Removed, m.ID) {
			out = append(out, m)
		}
	}
	return out
}

// object is the reference to an object of any kind.
func (t *Tenant) object(id string) string { return t.client.Base() + "/directoryObjects/" + id }

// passes reports a refusal that ends when all replicas have what this process created.
func (r *memberRun) passes(w write, err error) bool {
	if graphconn.IsNotFound(err) {
		return w.op == "add" && (r.isYoung(w.id) || r.isYoung(w.members[0].ID))
	}
	return notVisible(err)
}

// hopeless reports a refusal that every other write to the group would get, too.
func (r *memberRun) hopeless(w write, err error) bool {
	var e *graphconn.Error
	gone := graphconn.IsNotFound(err) && errors.As(err, &e) && strings.Contains(strings.ToLower(e.Message), w.id)
	return gone || graphconn.IsDenied(err) || graphconn.IsUnauthenticated(err) || graphconn.IsCanceled(err) || graphconn.IsThrottled(err) || graphconn.IsUnavailable(err) || errors.Is(err, graphconn.ErrNotSent)
}

// memberAlready reports the answer to an addition that was done before.
func memberAlready(err error) bool {
	return graphconn.IsBadRequest(err) && strings.Contains(strings.ToLower(err.Error()), "references already exist")
}

// isCollision reports that Graph refused a write because another one to the same group was under way.
func isCollision(err error) bool {
	var e *graphconn.Error
	return errors.As(err, &e) && (e.Status == http.StatusConflict || strings.Contains(e.Code, "ConcurrencyViolation"))
}

// explainMembers turns an error of Graph about members into a cause with advice.
func explainMembers(err error) error {
	switch {
	case graphconn.IsDenied(err):
		return permission(err, "GroupMember.ReadWrite.All (and RoleManagement.ReadWrite.Directory where roles can be assigned to the group)")
	case graphconn.IsNotFound(err):
		return fmt.Errorf("it does not exist any more: %w", err)
	}
	return explain(err)
}
