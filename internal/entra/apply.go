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
	"terraform-provider-workforce/internal/retry"
)

// readBackGrace bounds finding out what was done after the caller's context has ended.
const readBackGrace = 3 * time.Minute

// Apply carries out changes and returns their outcomes in the same order. The
// order of changes does not matter: managers are linked when everybody exists, and
// names that change hands are freed before they are taken. One person's failure
// does not stop the others, except when Graph cannot be reached any more or ctx
// ends: then the rest fails with directory.ErrNotAttempted.
//
// Whoever is to lose access loses it first, whatever else is wrong with the change, and
// whoever is to get it gets it last; see [run.takeAccess]. A value that Graph refuses keeps
// no other from being written. Users whose documents say so are deleted, see [run.deleteWanted].
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
	ctx = r.recorded(ctx)
	r.prepare(ctx)
	r.takeAccess(ctx)
	r.deleteWanted(ctx)
	r.restore(ctx)
	r.takeAccess(ctx)
	r.stepAside(ctx)
	r.create(ctx)
	r.takeAccess(ctx)
	r.update(ctx)
	r.linkManagers(ctx)
	r.writeSponsors(ctx)
	r.writeLicenses(ctx)
	r.writeGroups(ctx)
	r.giveAccess(ctx)
	r.issuePasses(ctx)
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
	// removing says that a user who is gone already is no error, revoking that sessions
	// are revoked whenever they began.
	removing, revoking bool
}

// task is the state of one change.
type task struct {
	directory.Change
	out        *directory.Outcome
	have       *user // as last read; nil before creation
	created    bool  // in this run, so that it may not show everywhere yet
	restored   bool  // from the deleted ones, in this run
	manager    string
	link       bool // the manager is to be written
	errs       []error
	failed     map[string]bool // attributes not to be verified, "" for all
	touched    bool
	invalid    map[string]error // what is wrong with attributes by themselves
	unlicensed []string         // licenses that were taken away, by sku id
	// held says that nothing is written but what takes access.
	held bool
	// keptOut says that a user who is being restored was disabled with it, see [run.keptOut].
	keptOut bool
	// secured says that access was taken, as far as it was to be, revoked that sessions
	// were, after began, before which none counted; recorded is the record that was written.
	secured, revoked bool
	began, sent      time.Time // sent is when they were revoked, by the clock of the client
	recorded         string
	// password is what a creation sets: the same in every try, because the one
	// whose answer was lost may be the one that was carried out.
	password string
	said     error // by the last creation whose answer was lost
}

// dead reports whether the change of the person has ended.
func (k *task) dead() bool { return k.failed[""] }

// fail records an error about an attribute, or with "" about everything, which is not
// written then.
func (k *task) fail(op, attribute string, err error) {
	k.failed[attribute] = true
	k.report(op, attribute, err)
}

// report records an error that stops no write.
func (k *task) report(op, attribute string, err error) {
	path := k.Want.Attributes[attrPrincipal].Text()
	if k.have != nil {
		path, err = k.have.text(attrPrincipal), k.have.explainRestricted(err)
	}
	k.errs = append(k.errs, &directory.PersonError{WorkerID: k.WorkerID, Name: k.Want.Attributes[attrDisplayName].Text(), Path: path, Op: op, Attribute: attribute, Err: err})
}

func (k *task) principal() string { return k.Want.Attributes[attrPrincipal].Text() }

// alive returns the tasks for which more is to be written than enabling or disabling.
func (r *run) alive() []*task {
	return slices.DeleteFunc(slices.Clone(r.tasks), func(k *task) bool { return k.dead() || k.held || k.Want.Deleted || k.Want.Released })
}

// prepare checks the changes and reads their users.
func (r *run) prepare(ctx context.Context) {
	for _, k := range r.tasks {
		r.Need(slices.Collect(maps.Keys(k.Want.Attributes))...)
	}
	ids := r.identify()
	found, err := r.present(ctx, slices.Sorted(maps.Keys(ids)))
	if guardErr := r.guard(ctx); guardErr != nil {
		r.failAll(guardErr) // whoever must be left alone is not known
		return
	}
	if err != nil {
		found = r.holdAll(ctx, ids, found, err)
	}
	for id, k := range ids {
		k.have = found[id]
		k.Want = withoutMastered(k.Want, k.have)
		if !k.dead() && !k.Want.Deleted {
			r.weigh(k)
		}
	}
	for _, k := range r.alive() {
		if k.have == nil && k.Want.Synchronised {
			k.fail("check", "", directory.Because(directory.ErrGone, errNoSynchronised))
			continue
		}
		if k.have == nil && len(k.invalid) > 0 {
			k.fail("check", "", directory.Because(directory.ErrInvalid, joinByAttribute(k.invalid)))
		}
	}
}

// present checks the attributes of the changes against the schema, and reads the users.
func (r *run) present(ctx context.Context, ids []string) (map[string]*user, error) {
	schema, err := r.Schema(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range r.tasks {
		k.invalid = problemsByAttribute(k.Want, schema)
		if _, named := k.Want.Attributes[directory.GroupsAttribute]; named && len(r.Tenant.o.RemovedGroupsAttributes) == 0 {
			k.invalid[directory.GroupsAttribute] = errNoMemory
		}
	}
	found, err := r.fetch(ctx, ids)
	if err == nil {
		err = r.withSponsors(ctx, found)
	}
	if err == nil {
		err = r.withGroups(ctx, slices.Collect(maps.Values(found)))
	}
	return found, err
}

// holdAll records for every task that something could not be read. Users who are to be disabled are
// disabled all the same: that needs only the permission for users.
func (r *run) holdAll(ctx context.Context, ids map[string]*task, found map[string]*user, err error) map[string]*user {
	var leaving []string
	for id, k := range ids {
		if !k.dead() && !k.Want.Enabled && !k.Want.Deleted && !k.Want.Released {
			leaving = append(leaving, id)
		}
	}
	if found == nil && len(leaving) > 0 {
		slices.Sort(leaving)
		found, _ = r.bare(ctx, leaving) // that more could not be read is said
	}
	for _, id := range leaving {
		if found[id] != nil {
			ids[id].held = true
			ids[id].report("read", "", explain(err))
		}
	}
	for _, k := range r.tasks {
		if !k.dead() && !k.held && !k.Want.Released {
			k.fail("read", "", explain(err))
		}
	}
	return found
}

// weigh reports what prevents the change of a user, after the user was read.
func (r *run) weigh(k *task) {
	if k.have == nil {
		if k.Want.Synchronised {
			k.fail("check", "", directory.Because(directory.ErrGone, errNoSynchronised))
			return
		}
		if k.Planned != nil { // to restore it would undo what somebody else just did
			k.out.ID = ""
			k.fail("check", "", directory.Because(directory.ErrGone, errors.New("it was deleted since the plan was made")))
		}
		return
	}
	if k.Planned != nil && !k.held {
		r.checkPlanned(k)
	}
	if why := r.protection(k.ID); why != "" && r.changes(k.Change, k.have) {
		k.fail("check", "", directory.Because(directory.ErrProtected, errors.New(why)))
	}
	if k.have.synced() {
		if names := r.mastered(k.Want, k.have); len(names) > 0 {
			k.fail("check", "", directory.Because(directory.ErrProtected, fmt.Errorf("the user is synchronised from Active Directory, which masters %s", strings.Join(names, ", "))))
		}
	}
	if k.dead() || k.held {
		return
	}
	have := r.Render(k.Want, k.have.existing())
	for _, name := range slices.Sorted(maps.Keys(k.invalid)) {
		if !k.Want.Attributes[name].Equal(have.Attributes[name]) { // what is not written need not be right
			k.fail("check", name, directory.Because(directory.ErrInvalid, k.invalid[name]))
		}
	}
}

// joinByAttribute joins the errors of several attributes.
func joinByAttribute(wrong map[string]error) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(wrong)) {
		errs = append(errs, fmt.Errorf("%s: %w", name, wrong[name]))
	}
	return errors.Join(errs...)
}

// identify checks whom the changes are about, and returns those about users that
// exist by object id.
func (r *run) identify() map[string]*task {
	ids := map[string]*task{}
	for _, k := range r.tasks {
		if k.Want.Released {
			continue
		}
		if r.byWorker[directory.Fold(k.WorkerID)] != nil {
			k.fail("check", "", directory.Because(directory.ErrInvalid, errors.New("the worker id stands for two changes at once")))
			continue
		}
		r.byWorker[directory.Fold(k.WorkerID)] = k
		var err error
		if k.WorkerID == "" {
			err = errors.New("the worker id is empty")
		}
		k.ID = strings.ToLower(k.ID)
		k.out.ID = k.ID
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

// checkPlanned finds values to be written that somebody else changed after the plan.
func (r *run) checkPlanned(k *task) {
	now := k.have.existing()
	have, planned := r.Render(k.Want, now), r.Render(*k.Planned, now)
	if k.Want.Enabled != have.Enabled && k.Planned.Enabled != have.Enabled {
		k.fail("check", attrEnabled, directory.Because(directory.ErrChanged, fmt.Errorf("the plan was made when it was %t, now it is %t", k.Planned.Enabled, have.Enabled)))
		k.failed[""] = true
	}
	for _, name := range slices.Sorted(maps.Keys(k.Want.Attributes)) {
		was, managed := k.Planned.Attributes[name]
		if managed && !k.Want.Attributes[name].Equal(have.Attributes[name]) && !was.Equal(planned.Attributes[name]) && !directory.GroupsUnderWay(name, have.Attributes[name]) {
			k.report("check", name, directory.Because(directory.ErrChanged, fmt.Errorf("the plan was made when it was %q, now it is %q", was, have.Attributes[name])))
			if k.held = !k.Want.Enabled; !k.held {
				k.failed[""] = true
			}
		}
	}
}

// failAll records the same error for every task that has not failed yet.
func (r *run) failAll(err error) {
	for _, k := range r.tasks {
		if !k.dead() && !k.Want.Released {
			k.fail("read", "", explain(err))
		}
	}
}

// differences returns the attributes to write, sorted; the manager, sponsors, licenses and groups, which are
// written by requests of their own, are not among them.
func (r *run) differences(k *task) []string {
	var names []string
	have := directory.Account{}
	if k.have != nil {
		have = r.Render(k.Want, k.have.existing())
	}
	for _, name := range slices.Sorted(maps.Keys(k.Want.Attributes)) {
		v := k.Want.Attributes[name]
		if name == attrManager || name == attrSponsors || name == attrLicenses || name == directory.GroupsAttribute || k.failed[name] {
			continue
		}
		if k.have == nil && len(v) > 0 || k.have != nil && !v.Equal(have.Attributes[name]) {
			names = append(names, name)
		}
	}
	return names
}

// explain turns an error of Graph into a cause with advice.
func explain(err error) error {
	text := strings.ToLower(err.Error())
	switch {
	case errors.Is(err, graphconn.ErrNotSent), unrecorded(err), graphconn.IsCanceled(err), graphconn.IsUnauthenticated(err):
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

// detach returns a context that goes on after the caller's has ended, to read back what was written.
func detach(ctx context.Context) (context.Context, context.CancelFunc) {
	return retry.Outlive(ctx, readBackGrace)
}
