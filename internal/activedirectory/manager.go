// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
)

// Pending returns the manager links that are still to be written, see directory.ApplyOptions.LinkLater.
func (d *Domain) Pending() []directory.Waiting { return d.arrivals.Pending() }

// resolveManagers looks for the managers who are not among the changes.
func (r *run) resolveManagers(ctx context.Context) {
	ask := map[string]bool{}
	for _, t := range r.alive() {
		if v, _ := t.want(attrManager); len(v) > 0 && !t.Want.Deleted && r.byWorker.get(v.Text()) == nil && !isDN(v.Text()) {
			ask[directory.Fold(v.Text())] = true
		}
	}
	r.managers = map[string][]*record{}
	ids := slices.Sorted(maps.Keys(ask))
	records, err := r.fetch(ctx, r.Domain.o.WorkerIDAttribute, ids)
	if err != nil {
		r.lookup = fmt.Errorf("looking for managers: %w", err)
		return
	}
	for _, rec := range records {
		if id := directory.Fold(rec.text(r.Domain.o.WorkerIDAttribute)); rec.isUser() && ask[id] {
			r.managers[id] = append(r.managers[id], rec)
		}
	}
	var known []string
	for _, id := range ids {
		if guid := r.arrivals.Known(id); guid != "" && len(r.managers[id]) == 0 {
			known = append(known, guid)
		}
	}
	written, err := r.fetch(ctx, attrGUID, known)
	if err != nil {
		r.lookup = fmt.Errorf("looking for managers: %w", err)
		return
	}
	for _, id := range ids {
		for _, rec := range written {
			if r.arrivals.Known(id) == rec.id {
				r.managers[id] = []*record{rec}
			}
		}
	}
}

var errLater = errors.New("later")

// managerDN returns where the wanted manager is: "" for none, errLater when that
// is not known before others are done.
func (r *run) managerDN(t *task) (string, error) {
	v, _ := t.want(attrManager)
	id := v.Text()
	if id == "" {
		return "", nil
	}
	if m := r.byWorker.get(id); m != nil {
		dn, atFinalDN := m.where()
		switch {
		case m.Want.Deleted:
			return "", fmt.Errorf("%w: that of worker %q is deleted in this run", directory.ErrNoManager, id)
		case atFinalDN:
			return dn, nil
		case m.dead() && dn == "":
			return "", fmt.Errorf("%w: that of worker %q could not be created", directory.ErrNoManager, id)
		}
		return "", errLater
	}
	switch found := r.managers[directory.Fold(id)]; {
	case len(found) == 1:
		return found[0].dn, nil
	case len(found) > 1:
		return "", fmt.Errorf("%w: worker %q, the manager, is %s", directory.ErrAmbiguous, id, listPaths(found))
	case isDN(id):
		return id, nil
	case r.lookup != nil:
		return "", r.lookup
	}
	return "", fmt.Errorf("%w: no user has the %s %q of the manager", directory.ErrNoManager, r.Domain.o.WorkerIDAttribute, id)
}

// managerFor returns the manager for a new account, or leaves the link for later.
func (r *run) managerFor(t *task) string {
	dn, err := r.managerDN(t)
	t.link = err != nil
	return dn
}

// managerEdit returns the change of the manager that is needed now; nil for none.
func (r *run) managerEdit(t *task) *edit {
	if _, managed := t.want(attrManager); !managed {
		return nil
	}
	dn, err := r.managerDN(t)
	if t.link = err != nil; t.link {
		return nil
	}
	have := t.have.text(attrManager)
	switch {
	case dn == "" && have == "", dn != "" && have != "" && sameDN(dn, have):
		return nil
	case dn == "":
		return &edit{name: attrManager}
	}
	return &edit{name: attrManager, add: []string{dn}}
}

// linkManagers writes the links that had to wait: cycles, and managers who were created or renamed in the
// same run.
func (r *run) linkManagers(ctx context.Context) {
	var todo []*task
	for _, t := range r.alive() {
		if t.link && t.have != nil {
			// Everybody who is anywhere is there for good.
			v, _ := t.want(attrManager)
			if m := r.byWorker.get(v.Text()); m != nil {
				if dn, _ := m.where(); dn != "" {
					m.at(dn, true)
				}
			}
			todo = append(todo, t)
		}
	}
	r.each(ctx, todo, r.linkManager)
	r.readBack(ctx, todo)
}

func (r *run) linkManager(ctx context.Context, t *task) {
	e := r.managerEdit(t)
	if !t.link {
		why := r.protection(t.have)
		switch {
		case e == nil || t.out.Created:
		case why != "":
			t.fail("modify", attrManager, directory.Because(directory.ErrProtected, errors.New(why)))
			return
		}
		if e != nil {
			if err := r.send(ctx, t, []edit{*e}); err != nil {
				r.refused(ctx, t, *e, err)
			}
		}
		return
	}
	_, err := r.managerDN(t)
	v, _ := t.want(attrManager)
	if !r.o.LinkLater || !errors.Is(err, directory.ErrNoManager) || r.byWorker.get(v.Text()) != nil {
		t.fail("modify", attrManager, err)
		return
	}
	t.out.Waiting = v.Text()
	guid := r.arrivals.Wait(directory.Waiting{WorkerID: t.WorkerID, ID: t.out.ID, ManagerWorkerID: v.Text()})
	if guid == "" {
		return
	}
	// The manager was created by another Apply since this one looked.
	if err := r.linkNow(ctx, []lateLink{{id: t.out.ID, manager: guid}})[0]; err != nil {
		t.fail("modify", attrManager, explainWrite(err))
		return
	}
	t.out.Waiting = ""
}

// lateLink is a link between two objects that exist, whose manager came later.
type lateLink struct {
	id, manager string
	worker      string // of the one who reports
	by          *task  // whose account the manager's is
}

// linkWaiting writes the links to people of this call that earlier calls left.
func (r *run) linkWaiting(ctx context.Context) {
	var links []lateLink
	for _, t := range r.tasks {
		if t.out.ID == "" {
			continue
		}
		if t.out.Deleted {
			r.arrivals.Forget(t.WorkerID)
			continue
		}
		if _, managed := t.want(attrManager); managed && t.out.Waiting == "" {
			r.arrivals.Drop(t.WorkerID)
		}
		for _, w := range r.arrivals.Arrive(t.WorkerID, t.out.ID) {
			links = append(links, lateLink{w.ID, t.out.ID, w.WorkerID, t})
		}
	}
	for i, err := range r.linkNow(ctx, links) {
		if l := links[i]; err != nil && !ldapconn.IsNotFound(err) && !errors.Is(err, directory.ErrGone) {
			l.by.errs = append(l.by.errs, &directory.PersonError{WorkerID: l.worker, Op: "modify", Attribute: attrManager, Err: explainWrite(err)})
		}
	}
}

// linkNow writes links, and returns the error of each. It reads all objects in one question before, and those that it
// wrote in one after.
func (r *run) linkNow(ctx context.Context, links []lateLink) []error {
	errs := make([]error, len(links))
	var ids []string
	for _, l := range links {
		ids = append(ids, l.id, l.manager)
	}
	records, err := r.fetch(ctx, attrGUID, ids)
	at := map[string]*record{}
	for _, rec := range records {
		at[rec.id] = rec
	}
	wrote := make([]bool, len(links))
	var g errgroup.Group
	g.SetLimit(r.o.Parallel)
	for i, l := range links {
		g.Go(func() error {
			if errs[i] = err; err == nil {
				wrote[i], errs[i] = r.link(ctx, at[l.id], at[l.manager])
			}
			return nil
		})
	}
	_ = g.Wait() // the errors are in errs
	var written []string
	for i, l := range links {
		if wrote[i] {
			written = append(written, l.id)
		}
	}
	if _, err := r.fetch(ctx, attrGUID, written); err != nil {
		for i := range links {
			if wrote[i] {
				errs[i] = err
			}
		}
	}
	return errs
}

// link makes one object the manager of another.
func (d *Domain) link(ctx context.Context, of, manager *record) (wrote bool, err error) {
	switch {
	case of == nil || manager == nil:
		return false, directory.ErrGone
	case sameDN(of.text(directory.ManagerAttribute), manager.dn):
		return false, nil
	}
	if why := d.protection(of); why != "" {
		return false, directory.Because(directory.ErrProtected, errors.New(why))
	}
	ctx = audit.With(ctx, audit.Subject{Worker: of.text(d.o.WorkerIDAttribute), ID: of.id, Name: of.text(attrDisplayName)})
	err = d.client.Modify(ctx, modifyRequest(of.dn, []edit{{name: attrManager, add: []string{manager.dn}}}))
	return err == nil, err
}
