// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// readBackTimeout bounds finding out what was done after the caller's context ended.
const readBackTimeout = 3 * time.Minute

// Apply carries out changes and returns their outcomes in the same order. The
// order of changes does not matter: managers are linked when everybody exists, and
// names that change hands are freed before they are taken. One person's failure
// does not stop the others, except when Graph cannot be reached any more or ctx
// ends: then the rest fails with directory.ErrNotAttempted.
//
// Users are read again right before they are changed, only what differs is
// written, and everything is read back, as often as it takes until it shows, and
// compared. A creation whose answer was lost is looked for before anything is
// created again. Running it again finishes what an interrupted run began.
func (t *Tenant) Apply(ctx context.Context, changes []directory.Change, o directory.ApplyOptions) []directory.Outcome {
	r := &run{Tenant: t, o: o, byWorker: make(map[string]*task, len(changes))}
	outcomes := make([]directory.Outcome, len(changes))
	for i, c := range changes {
		outcomes[i] = directory.Outcome{WorkerID: c.WorkerID, ID: c.ID}
		r.tasks = append(r.tasks, &task{Change: c, out: &outcomes[i], failed: map[string]bool{}})
	}
	r.prepare(ctx)
	r.restore(ctx)
	r.stepAside(ctx)
	r.create(ctx)
	r.update(ctx)
	r.linkManagers(ctx)
	r.writeSponsors(ctx)
	r.settleGroups(ctx)
	r.readBack(ctx)
	r.stillAside()
	r.linkWaiting(ctx)
	for _, k := range r.tasks {
		k.out.Err = errors.Join(k.errs...)
	}
	return outcomes
}

// run is one Apply.
type run struct {
	*Tenant
	o        directory.ApplyOptions
	tasks    []*task
	byWorker map[string]*task
}

// task is one change on its way.
type task struct {
	directory.Change
	out     *directory.Outcome
	have    *user // as last read; nil before creation
	created bool  // in this run, so that it may not show everywhere yet
	manager string
	link    bool // the manager is to be written
	errs    []error
	failed  map[string]bool // attributes not to be verified, "" for all
	touched bool
	// password is what a creation sets: the same in every try, because the one
	// whose answer was lost may be the one that was carried out.
	password string
	said     error // by the last creation whose answer was lost
}

// dead reports that nothing more is to be done for the person.
func (k *task) dead() bool { return k.failed[""] }

// fail records an error about an attribute, or with "" about everything.
func (k *task) fail(op, attribute string, err error) {
	path := k.Want.Attributes[attrPrincipal].Text()
	if k.have != nil {
		path = k.have.text(attrPrincipal)
	}
	k.failed[attribute] = true
	k.errs = append(k.errs, &directory.PersonError{WorkerID: k.WorkerID, Name: k.Want.Attributes[attrDisplayName].Text(), Path: path, Op: op, Attribute: attribute, Err: err})
}

func (k *task) principal() string { return k.Want.Attributes[attrPrincipal].Text() }

func (r *run) alive() []*task {
	return slices.DeleteFunc(slices.Clone(r.tasks), (*task).dead)
}

// prepare checks the changes and reads the users they are about.
func (r *run) prepare(ctx context.Context) {
	for _, k := range r.tasks {
		r.Need(slices.Collect(maps.Keys(k.Want.Attributes))...)
	}
	schema, err := r.Schema(ctx)
	if err != nil {
		r.failAll(err)
		return
	}
	ids := r.checkAll(schema)
	found, err := r.fetch(ctx, slices.Sorted(maps.Keys(ids)))
	if err == nil {
		err = r.withSponsors(ctx, found)
	}
	if err == nil {
		err = r.withGroups(ctx, slices.Collect(maps.Values(found)))
	}
	if err == nil {
		err = r.guard(ctx)
	}
	if err != nil {
		r.failAll(err)
		return
	}
	for id, k := range ids {
		switch k.have = found[id]; {
		case k.Planned == nil:
		case k.have != nil:
			r.checkPlanned(k)
		default: // to restore it would undo what somebody else just did
			k.out.ID = ""
			k.fail("check", "", directory.Because(directory.ErrGone, errors.New("it was deleted since the plan was made")))
		}
		if why := r.protection(id); why != "" && k.have != nil && r.changes(k.Change, k.have) {
			k.fail("check", "", directory.Because(directory.ErrProtected, errors.New(why)))
		}
		if k.have != nil && k.have.synced() {
			if names := r.mastered(k.Want, k.have); len(names) > 0 {
				k.fail("check", "", directory.Because(directory.ErrProtected, fmt.Errorf("the user is synchronised from Active Directory, which masters %s", strings.Join(names, ", "))))
			}
		}
	}
}

// checkAll checks the changes by themselves, and returns those about users that
// exist by object id.
func (r *run) checkAll(schema *directory.Schema) map[string]*task {
	ids := map[string]*task{}
	for _, k := range r.tasks {
		if r.byWorker[directory.Fold(k.WorkerID)] != nil {
			k.fail("check", "", directory.Because(directory.ErrInvalid, errors.New("the worker id stands for two changes at once")))
			continue
		}
		r.byWorker[directory.Fold(k.WorkerID)] = k
		err := CheckAccount(k.Want, schema)
		if _, named := k.Want.Attributes[directory.GroupsAttribute]; named && len(r.Tenant.o.RemovedGroupsAttributes) == 0 {
			err = errors.Join(err, errNoMemory)
		}
		if k.WorkerID == "" {
			err = errors.Join(errors.New("the worker id is empty"), err)
		}
		k.ID = strings.ToLower(k.ID)
		if _, bad := uuid.Parse(k.ID); k.ID != "" && bad != nil {
			err = errors.Join(err, fmt.Errorf("object id: found %q, expected a GUID", k.ID))
		}
		if other := ids[k.ID]; k.ID != "" && other != nil {
			err = errors.Join(err, fmt.Errorf("the user is that of worker %q as well", other.WorkerID))
		}
		if err != nil {
			k.fail("check", "", directory.Because(directory.ErrInvalid, err))
			continue
		}
		if k.ID != "" {
			ids[k.ID] = k
		}
	}
	return ids
}

// withSponsors reads sponsors where some change names them.
func (r *run) withSponsors(ctx context.Context, found map[string]*user) error {
	if !slices.ContainsFunc(r.tasks, func(k *task) bool { _, named := k.Want.Attributes[attrSponsors]; return named }) {
		return nil
	}
	return r.readSponsors(ctx, slices.Collect(maps.Values(found)))
}

// checkPlanned finds what changed between the plan and now in what is to be written.
func (r *run) checkPlanned(k *task) {
	now := k.have.existing()
	have, planned := r.Render(k.Want, now), r.Render(*k.Planned, now)
	if k.Want.Enabled != have.Enabled && k.Planned.Enabled != have.Enabled {
		k.fail("check", attrEnabled, directory.Because(directory.ErrChanged, fmt.Errorf("the plan was made when it was %t, now it is %t", k.Planned.Enabled, have.Enabled)))
		k.failed[""] = true
	}
	for _, name := range slices.Sorted(maps.Keys(k.Want.Attributes)) {
		was, managed := k.Planned.Attributes[name]
		if managed && !k.Want.Attributes[name].Equal(have.Attributes[name]) && !was.Equal(planned.Attributes[name]) {
			k.fail("check", name, directory.Because(directory.ErrChanged, fmt.Errorf("the plan was made when it was %q, now it is %q", was, have.Attributes[name])))
			k.failed[""] = true
		}
	}
}

// failAll gives everybody who has not failed yet the same error.
func (r *run) failAll(err error) {
	for _, k := range r.alive() {
		k.fail("read", "", explain(err))
	}
}

// differences returns the attributes to write, sorted; the manager, sponsors and groups, which are
// references, are not among them.
func (r *run) differences(k *task) []string {
	var names []string
	have := directory.Account{}
	if k.have != nil {
		have = r.Render(k.Want, k.have.existing())
	}
	for _, name := range slices.Sorted(maps.Keys(k.Want.Attributes)) {
		v := k.Want.Attributes[name]
		if name == attrManager || name == attrSponsors || name == directory.GroupsAttribute || k.failed[name] {
			continue
		}
		if k.have == nil && len(v) > 0 || k.have != nil && !v.Equal(have.Attributes[name]) {
			names = append(names, name)
		}
	}
	return names
}

// explain turns what Graph said into a cause that tells what to do.
func explain(err error) error {
	text := strings.ToLower(err.Error())
	switch {
	case errors.Is(err, graphconn.ErrNotAttempted), graphconn.IsCanceled(err), graphconn.IsUnauthenticated(err):
		return directory.Because(directory.ErrNotAttempted, err)
	case graphconn.IsDenied(err):
		return directory.Because(directory.ErrDenied, err)
	case graphconn.IsNotFound(err):
		return directory.Because(directory.ErrGone, err)
	case isTaken(err):
		return directory.Because(directory.ErrNameTaken, err)
	case graphconn.IsBadRequest(err) && strings.Contains(text, "password"):
		return directory.Because(directory.ErrPassword, err)
	case graphconn.IsBadRequest(err):
		return directory.Because(directory.ErrInvalid, err)
	}
	return err
}

func isTaken(err error) bool {
	_, conflict := graphconn.IsConflict(err)
	return conflict
}

// permissions are needed for more than writing users.
var permissions = map[string]string{
	string(directory.OperationRevokeSessions): "User.RevokeSessions.All", "restore": "User.DeleteRestore.All", "purge": "User.DeleteRestore.All", "set the password": "User-PasswordProfile.ReadWrite.All", string(directory.OperationRequirePasswordChange): "User-PasswordProfile.ReadWrite.All",
}

// explainOp is explain for an operation that may need a permission of its own.
func explainOp(op string, err error) error {
	if name := permissions[op]; name != "" && graphconn.IsDenied(err) {
		return permission(err, name)
	}
	return explain(err)
}

// detach returns a context that outlives the caller's, to find out what was done.
func detach(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), readBackTimeout)
}
