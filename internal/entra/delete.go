// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// deleteWanted deletes the users whose documents say so: into the deleted items, from
// which they can be restored for 30 days. They are read once more right before, because
// what was read when the run began may be old, and left alone unless they are as planned.
// https://learn.microsoft.com/graph/api/user-delete
func (r *run) deleteWanted(ctx context.Context) {
	var tasks []*task
	var ids []string
	for _, k := range r.tasks {
		switch {
		case !k.Want.Deleted || k.dead():
		case k.have == nil:
			k.out.Deleted = true
		default:
			tasks, ids = append(tasks, k), append(ids, k.ID)
		}
	}
	if len(tasks) == 0 {
		return
	}
	now, err := r.each(ctx, ids)
	var requests []graphconn.Request
	var sent []*task
	for _, k := range tasks {
		u := now[k.ID]
		switch {
		case err != nil:
			k.fail("read", "", explain(err))
		case u == nil:
			r.dropped(k)
		default:
			if why := r.undeletable(k, u); why != nil {
				k.fail("delete", "", why)
				continue
			}
			requests, sent = append(requests, graphconn.Request{Method: http.MethodDelete, Path: "/users/" + k.ID}), append(sent, k)
		}
	}
	for i, result := range r.client.Batch(ctx, requests) {
		k := sent[i]
		switch {
		case result.Err == nil:
			k.out.Changed = true
			r.dropped(k)
		case graphconn.IsNotFound(result.Err): // by the request whose answer was lost, or by hand
			r.dropped(k)
		default:
			k.fail("delete", "", explainOp("delete", result.Err))
		}
	}
	r.forgetDeleted()
}

// dropped notes that a user was deleted.
func (r *run) dropped(k *task) {
	k.out.Deleted, k.have = true, nil
	r.noteGone(k.ID)
	r.arrivals.Forget(k.WorkerID)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all != nil {
		r.all.drop(k.ID)
	}
}

// undeletable says why a user must not be deleted although the document says so. References
// are not compared: they change with the users that they lead to.
func (r *run) undeletable(k *task, u *user) error {
	switch why := r.protection(u.id); {
	case why != "":
		return directory.Because(directory.ErrProtected, errors.New(why))
	case u.synced():
		return directory.Because(directory.ErrProtected, errors.New("the user is synchronised from Active Directory: delete the account there"))
	case u.enabled:
		return directory.ErrEnabled
	}
	planned, names := k.Want, []string{attrPrincipal, r.WorkerIDAttribute()}
	if k.Planned != nil {
		planned, names = *k.Planned, slices.Sorted(maps.Keys(k.Planned.Attributes))
	}
	have := r.Render(planned, u.existing())
	for _, name := range names {
		was, managed := planned.Attributes[name]
		if !managed || name == attrManager || name == attrSponsors || name == directory.GroupsAttribute || was.Equal(have.Attributes[name]) {
			continue
		}
		return directory.Because(directory.ErrChanged,
			fmt.Errorf("it is not the user that the plan was made from: %s was %q, now it is %q", name, was, have.Attributes[name]))
	}
	return nil
}
