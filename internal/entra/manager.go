// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// linkManagers writes the managers that differ. Everybody of the run exists by now,
// so that order and circles do not matter.
func (r *run) linkManagers(ctx context.Context) {
	wanted := map[string]bool{}
	for _, k := range r.alive() {
		v, managed := k.Want.Attributes[attrManager]
		if managed {
			r.arrivals.Drop(k.WorkerID)
		}
		if !managed || k.have == nil || k.have != nil && !k.created && r.managedBy(k, v.Text()) {
			continue
		}
		if k.link = true; len(v) > 0 {
			wanted[v.Text()] = true
		}
	}
	ids, errs := r.resolve(ctx, wanted)
	var requests []graphconn.Request
	var parts []part
	for _, k := range r.alive() {
		if !k.link {
			continue
		}
		managerID := k.Want.Attributes[attrManager].Text()
		path := "/users/" + k.ID + "/manager/$ref"
		if k.manager = ids[directory.Fold(managerID)]; managerID != "" && k.manager == "" && errs[directory.Fold(managerID)] == nil &&
			r.o.LinkLater {
			k.manager = r.postpone(k, managerID)
		}
		switch {
		case managerID == "" && k.have.manager == "":
			continue
		case managerID == "":
			requests = append(requests, graphconn.Request{Method: http.MethodDelete, Path: path})
		case errs[directory.Fold(managerID)] != nil:
			k.fail("link the manager", attrManager, explain(errs[directory.Fold(managerID)]))
			continue
		case k.manager == "" && r.o.LinkLater:
			continue
		case k.manager == "":
			k.fail("link the manager", attrManager, directory.Because(directory.ErrNoManager,
				fmt.Errorf("no user has the %s %q", r.WorkerIDAttribute(), managerID)))
			continue
		default:
			requests = append(requests, graphconn.Request{Method: http.MethodPut, Path: path, Body: r.reference(k.manager)})
		}
		parts = append(parts, part{k, "link the manager", attrManager, nil})
	}
	results := r.patient(ctx, requests, func(i int) bool { return parts[i].created || r.isNew(parts[i].manager) })
	for i, result := range results {
		p := parts[i]
		switch {
		case result.Err == nil, p.manager == "" && graphconn.IsNotFound(result.Err): // it had none any more
			p.touched, p.out.Changed = true, true
		default:
			r.refuse(ctx, p, result.Err)
		}
	}
}

// reference is the body that links to another user.
func (t *Tenant) reference(id string) map[string]any {
	return map[string]any{"@odata.id": t.client.Base() + "/users/" + id}
}

// managedBy reports whether a user has the manager already.
func (r *run) managedBy(k *task, worker string) bool {
	if worker == "" {
		return k.have.manager == ""
	}
	if k.have.manager == "" {
		return false
	}
	if other := r.byWorker[directory.Fold(worker)]; other != nil {
		return other.ID == k.have.manager
	}
	return directory.Fold(k.have.managerWorker) == directory.Fold(worker) || strings.EqualFold(k.have.manager, worker)
}

// isNew reports that this process created a user, who may not show everywhere yet.
func (r *run) isNew(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Tenant.made[id] != ""
}

// resolve finds the users of worker ids: of this run, of those known, of the
// tenant. An object id stands for itself. Why somebody cannot be told is in errs;
// who is in neither has no user.
func (r *run) resolve(ctx context.Context, workers map[string]bool) (out map[string]string, errs map[string]error) {
	out, errs = map[string]string{}, map[string]error{}
	var ask []string
	for worker := range workers {
		key := directory.Fold(worker)
		known := r.arrivals.Known(worker)
		switch k := r.byWorker[key]; {
		case k != nil:
			if k.have != nil {
				out[key] = k.ID
			} else {
				errs[key] = directory.Because(directory.ErrNoManager, fmt.Errorf("the user of worker %q could not be created; its own error says why", worker))
			}
		case known != "":
			out[key] = known
		default:
			if _, err := uuid.Parse(worker); err == nil {
				out[key] = key
			} else {
				ask = append(ask, worker)
			}
		}
	}
	found, err := r.findUsers(ctx, r.WorkerIDAttribute(), ask)
	for _, worker := range ask {
		if err != nil {
			errs[directory.Fold(worker)] = err
			continue
		}
		switch hits := found[indexKey(r.WorkerIDAttribute(), worker)]; len(hits) {
		case 0:
		case 1:
			out[directory.Fold(worker)] = hits[0].id
			r.remember(worker, hits[0].id)
		default:
			errs[directory.Fold(worker)] = directory.Because(directory.ErrAmbiguous, fmt.Errorf("%d users have the %s %q, such as %s and %s", len(hits), r.WorkerIDAttribute(), worker, hits[0].text(attrPrincipal), hits[1].text(attrPrincipal)))
		}
	}
	return out, errs
}

// postpone remembers whose manager is to be linked when the manager is created, or
// returns the manager if another run has created them since they were looked for.
func (r *run) postpone(k *task, managerID string) (manager string) {
	manager = r.arrivals.Wait(directory.Waiting{WorkerID: k.WorkerID, ID: k.ID, ManagerWorkerID: managerID})
	if manager == "" {
		k.out.Waiting = managerID
		k.failed[attrManager] = true // not to be compared yet
	}
	return manager
}

// linkWaiting links those who waited for somebody whom this run has created.
func (r *run) linkWaiting(ctx context.Context) {
	var requests []graphconn.Request
	var parts []part
	var who []string               // is linked by each request
	workers := map[string]string{} // by object id
	for _, k := range r.alive() {
		if k.have == nil {
			continue
		}
		for _, w := range r.arrivals.Arrive(k.WorkerID, k.ID) {
			if why := r.protection(w.ID); why != "" {
				k.errs = append(k.errs, &directory.PersonError{WorkerID: w.WorkerID, Op: "modify", Attribute: attrManager, Err: directory.Because(directory.ErrProtected, errors.New(why))})
				continue
			}
			requests = append(requests, graphconn.Request{Method: http.MethodPut, Path: "/users/" + w.ID + "/manager/$ref", Body: r.reference(k.ID)})
			workers[w.ID] = w.WorkerID
			parts = append(parts, part{k, "link worker " + w.WorkerID + " to the manager", "", nil})
			who = append(who, w.ID)
		}
	}
	ctx = audit.Resolve(ctx, func(id, _ string) (audit.Subject, bool) { return audit.Subject{Worker: workers[id]}, true })
	for i, result := range r.patient(ctx, requests, func(int) bool { return true }) {
		if graphconn.IsNotFound(result.Err) {
			if found, err := r.each(ctx, who[i:i+1]); err == nil && len(found) == 0 {
				continue // nobody waits any more
			}
		}
		if result.Err != nil {
			parts[i].fail(parts[i].op, attrManager, explain(result.Err))
		}
	}
}

// readSponsors reads the sponsors of users: worker ids where they are known, else object ids.
func (t *Tenant) readSponsors(ctx context.Context, users []*user) error {
	requests := make([]graphconn.Request, len(users))
	worker, _ := lookup(t.o.WorkerIDAttribute)
	for i, u := range users {
		requests[i] = graphconn.Request{Method: http.MethodGet, Path: "/users/" + u.id + "/sponsors", Query: map[string][]string{"$select": {"id," + worker.top()}}}
	}
	for i, result := range t.client.Batch(ctx, requests) {
		if result.Err != nil {
			return fmt.Errorf("reading the sponsors of %s: %w", users[i].text(attrPrincipal), permission(result.Err, "User.Read.All"))
		}
		var v directory.Value
		err := t.allPages(ctx, result.Response.Body, nil, func(body []byte) error {
			var page struct {
				Value []map[string]any `json:"value"`
			}
			err := decode(body, &page)
			for _, sponsor := range page.Value {
				id, _ := sponsor[attrID].(string)
				if text, ok := sponsor[t.o.WorkerIDAttribute].(string); ok && text != "" {
					t.remember(text, id)
					id = text
				}
				v = append(v, id)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("reading the sponsors of %s: %w", users[i].text(attrPrincipal), err)
		}
		t.mu.Lock()
		users[i].values[attrSponsors] = v
		t.mu.Unlock()
	}
	return nil
}

// writeSponsors adds and removes the sponsors that differ.
func (r *run) writeSponsors(ctx context.Context) {
	wanted := map[string]bool{}
	for _, k := range r.alive() {
		for _, s := range k.Want.Attributes[attrSponsors] {
			wanted[s] = true
		}
		if k.have != nil {
			for _, s := range k.have.values[attrSponsors] {
				wanted[s] = true
			}
		}
	}
	if len(wanted) == 0 {
		return
	}
	ids, errs := r.resolve(ctx, wanted)
	var requests []graphconn.Request
	var parts []part
	for _, k := range r.alive() {
		v, managed := k.Want.Attributes[attrSponsors]
		if !managed || k.have == nil {
			continue
		}
		want, have := folded(v), folded(k.have.values[attrSponsors])
		if why := r.protection(k.have.id); why != "" && !slices.Equal(want, have) {
			k.fail("write the sponsors", attrSponsors, directory.Because(directory.ErrProtected, errors.New(why)))
			continue
		}
		for _, s := range want {
			if slices.Contains(have, s) {
				continue
			}
			if errs[s] != nil {
				k.fail("write the sponsors", attrSponsors, explain(errs[s]))
				continue
			}
			if ids[s] == "" {
				k.fail("write the sponsors", attrSponsors, directory.Because(directory.ErrNoManager, fmt.Errorf("no user has the %s %q", r.WorkerIDAttribute(), s)))
				continue
			}
			requests = append(requests, graphconn.Request{Method: http.MethodPost, Path: "/users/" + k.ID + "/sponsors/$ref", Body: r.reference(ids[s]), Repeatable: true})
			parts = append(parts, part{k, "write the sponsors", attrSponsors, nil})
		}
		for _, s := range have {
			if !slices.Contains(want, s) && ids[s] != "" {
				requests = append(requests, graphconn.Request{Method: http.MethodDelete, Path: "/users/" + k.ID + "/sponsors/" + ids[s] + "/$ref"})
				parts = append(parts, part{k, "write the sponsors", attrSponsors, nil})
			}
		}
	}
	r.send(ctx, requests, parts)
}
