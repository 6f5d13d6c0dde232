// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

var _ directory.Operator = (*Tenant)(nil)

// attrSessions is the time before which sign-ins do not count any more. Revoking sessions sets it.
const attrSessions = "signInSessionsValidFromDateTime"

// situation is what is known of a user before an operation.
type situation struct {
	*user
	// forced says that the password must be changed at the next sign-in.
	forced bool
	// elsewhere says why the user has no password here, and is empty where there is one.
	elsewhere string
}

// Subjects implements [directory.Operator].
func (t *Tenant) Subjects(ctx context.Context, op directory.Operation, refs []string) ([]directory.Subject, error) {
	named, err := t.usersNamed(ctx, refs)
	if err == nil {
		err = t.guard(ctx)
	}
	if err != nil {
		return nil, err
	}
	found := map[string]*user{}
	var problems []error
	for _, ref := range refs {
		switch hits := named[ref]; len(hits) {
		case 0:
			problems = append(problems, fmt.Errorf("no user has the object id, user principal name or %s %q; deleted users are not looked at", t.o.WorkerIDAttribute, ref))
		case 1:
			found[hits[0].id] = hits[0]
		default:
			problems = append(problems, directory.Because(directory.ErrAmbiguous, fmt.Errorf("%q names %d users, such as %s and %s; give the object id of the one that is meant", ref, len(hits), hits[0].text(attrPrincipal), hits[1].text(attrPrincipal))))
		}
	}
	situations, err := t.situations(ctx, op, found)
	if err != nil {
		return nil, err
	}
	var subjects []directory.Subject
	for _, ref := range refs {
		if len(named[ref]) != 1 || found[named[ref][0].id] == nil {
			continue // is in problems, or was named before
		}
		u := named[ref][0]
		delete(found, u.id)
		s := directory.Subject{Ref: ref, ID: u.id, Path: u.text(attrPrincipal), Name: u.text(attrDisplayName), WorkerID: u.text(t.o.WorkerIDAttribute)}
		if s.Done, err = t.checkOperation(op, situations[u.id]); err != nil {
			problems = append(problems, &directory.PersonError{WorkerID: s.WorkerID, Name: s.Name, Path: s.Path, Op: string(op), Err: err})
			continue
		}
		subjects = append(subjects, s)
	}
	return subjects, errors.Join(problems...)
}

// usersNamed returns the users that each reference may mean, as they are now.
func (t *Tenant) usersNamed(ctx context.Context, refs []string) (map[string][]*user, error) {
	t.Need(attrSessions)
	var ids, principals, workers []string
	for _, ref := range refs {
		if isObjectID(ref) {
			ids = append(ids, strings.ToLower(ref))
			continue
		}
		workers = append(workers, ref)
		if strings.Contains(ref, "@") {
			principals = append(principals, ref)
		}
	}
	young := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !t.isYoung(id, kindUser) })
	if _, err := t.shown(ctx, young); err != nil { // whom this process has created is waited for
		return nil, err
	}
	byValue := map[string][]*user{}
	add := func(attribute string) func(*user) {
		return func(u *user) {
			key := directory.Fold(u.text(attribute))
			if !slices.ContainsFunc(byValue[key], func(o *user) bool { return o.id == u.id }) {
				byValue[key] = append(byValue[key], u)
			}
		}
	}
	worker, _ := lookup(t.o.WorkerIDAttribute)
	for _, question := range []struct {
		attribute string
		values    []string
	}{{attrID, ids}, {attrPrincipal, principals}, {worker.kind.Name, workers}} {
		p, _ := lookup(question.attribute)
		if err := t.filter(ctx, question.attribute, distinctValues(p, question.values), add(question.attribute)); err != nil {
			return nil, err
		}
	}
	out := make(map[string][]*user, len(refs))
	for _, ref := range refs {
		out[ref] = byValue[directory.Fold(ref)]
	}
	return out, nil
}

// situations reads what an operation needs to know besides the users themselves.
func (t *Tenant) situations(ctx context.Context, op directory.Operation, users map[string]*user) (map[string]situation, error) {
	out := make(map[string]situation, len(users))
	for id, u := range users {
		out[id] = situation{user: u}
	}
	if op != directory.OperationRequirePasswordChange || len(users) == 0 {
		return out, nil
	}
	forced, err := t.forced(ctx, users)
	if err != nil {
		return nil, err
	}
	federated, err := t.federated(ctx)
	if err != nil {
		return nil, err
	}
	for id, u := range users {
		c := situation{user: u, forced: forced[id]}
		_, domain, _ := strings.Cut(directory.Fold(u.text(attrPrincipal)), "@")
		switch {
		case strings.Contains(directory.Fold(u.text(attrPrincipal)), "#ext#"):
			c.elsewhere = "it is a guest, who signs in with an account of another organisation"
		case federated[domain]:
			c.elsewhere = "its domain " + domain + " is federated, so that the password is that of another identity provider"
		}
		out[id] = c
	}
	return out, nil
}

// forced says which users must change their password at their next sign-in.
// https://learn.microsoft.com/graph/api/resources/passwordprofile
func (t *Tenant) forced(ctx context.Context, users map[string]*user) (map[string]bool, error) {
	var ids []string
	var requests []graphconn.Request
	for id := range users {
		ids = append(ids, id)
		requests = append(requests, graphconn.Request{Method: http.MethodGet, Path: "/users/" + id, Query: url.Values{"$select": {attrID + "," + attrPasswordProfile}}})
	}
	out := make(map[string]bool, len(ids))
	for i, result := range t.client.Batch(ctx, requests) {
		if graphconn.IsNotFound(result.Err) {
			continue
		}
		if result.Err != nil {
			return nil, fmt.Errorf("reading whether passwords must be changed: %w", permission(result.Err, "User.Read.All"))
		}
		var doc struct {
			Profile struct {
				Force        bool `json:"forceChangePasswordNextSignIn"`
				ForceWithMFA bool `json:"forceChangePasswordNextSignInWithMfa"`
			} `json:"passwordProfile"`
		}
		if err := json.Unmarshal(result.Response.Body, &doc); err != nil {
			return nil, fmt.Errorf("reading whether passwords must be changed: %w", err)
		}
		out[ids[i]] = doc.Profile.Force || doc.Profile.ForceWithMFA
	}
	return out, nil
}

const attrPasswordProfile = "passwordProfile"

// federated returns the domains, folded, whose users sign in elsewhere.
func (t *Tenant) federated(ctx context.Context) (map[string]bool, error) {
	domains, err := t.Domains(ctx)
	out := make(map[string]bool, len(domains))
	for _, d := range domains {
		out[directory.Fold(d.ID)] = strings.EqualFold(d.AuthenticationType, "Federated")
	}
	return out, err
}

// checkOperation says whether a user is already as an operation would leave it, or why it must not
// be operated on. Sessions are revoked each time: there may be new ones, and of a
// user that is disabled there may be old ones. [Tenant.guard] comes first.
func (t *Tenant) checkOperation(op directory.Operation, c situation) (done bool, err error) {
	mastered := "whether it is enabled"
	switch op {
	case directory.OperationDisable:
		mastered = "" // it is part of the procedure for hybrid tenants, see [run.take]
	case directory.OperationEnable:
		done = c.enabled
	case directory.OperationRevokeSessions:
		mastered = ""
	case directory.OperationRequirePasswordChange:
		done, mastered = c.forced, "its password"
	case directory.OperationIssueCredential:
		mastered = "" // a pass is of Microsoft Entra ID, also for users whose password is kept elsewhere
	default:
		return false, directory.Because(directory.ErrInvalid, fmt.Errorf("there is no way to %s in Microsoft Entra ID", op))
	}
	why := t.protection(c.id)
	switch {
	case c.synced() && op == directory.OperationEnable && !done:
		return false, directory.Because(directory.ErrProtected, fmt.Errorf("the user is synchronised "+
			"from Active Directory, which masters %s: enable the account there (workforce_ad_enable_users); "+
			"if it is enabled there, because only the user here was disabled, disable it there, let it synchronise, and enable it again", mastered))
	case c.synced() && mastered != "" && !done:
		return false, directory.Because(directory.ErrProtected, fmt.Errorf("the user is synchronised from Active Directory, which masters %s: act on the account there; revoking sessions is possible here", mastered))
	case op == directory.OperationRequirePasswordChange && c.elsewhere != "":
		return false, errors.New(c.elsewhere + ": require it there")
	case why != "" && !done:
		return false, directory.Because(directory.ErrProtected, errors.New(why))
	}
	return done, nil
}

// Operate implements [directory.Operator]. Disabling revokes sessions with it, and
// is recorded as [Tenant.DisabledSince] reads it.
func (t *Tenant) Operate(ctx context.Context, op directory.Operation, subjects []directory.Subject) []directory.Outcome {
	o := &operation{run: &run{Tenant: t}, op: op, began: t.client.Now().Truncate(time.Second)}
	t.Need(attrSessions)
	outcomes := make([]directory.Outcome, len(subjects))
	for i, s := range subjects {
		outcomes[i] = directory.Outcome{WorkerID: s.WorkerID, ID: s.ID}
		named := directory.Account{Enabled: op == directory.OperationEnable, Attributes: map[string]directory.Value{attrPrincipal: {s.Path}, attrDisplayName: {s.Name}}}
		o.tasks = append(o.tasks, &task{Change: directory.Change{WorkerID: s.WorkerID, ID: s.ID, Want: named}, out: &outcomes[i], failed: map[string]bool{}})
	}
	ctx = o.recorded(ctx)
	situations, err := o.read(ctx)
	if err == nil {
		err = t.guard(ctx)
	}
	if err != nil {
		o.failAll(err)
	}
	for _, k := range o.alive() {
		o.prepare(k, situations)
	}
	if op == directory.OperationDisable {
		o.revoking = true
		o.takeAccess(ctx)
	}
	o.send(ctx)
	o.confirm(ctx)
	for _, k := range o.tasks {
		k.out.Err = errors.Join(k.errs...)
	}
	return outcomes
}

// operation is one Operate.
type operation struct {
	*run
	op       directory.Operation
	began    time.Time
	requests []graphconn.Request
	parts    []part
}

// read returns the users of the tasks that have not failed, as they are now.
func (o *operation) read(ctx context.Context) (map[string]situation, error) {
	var ids []string
	for _, k := range o.alive() {
		ids = append(ids, k.ID)
	}
	users, err := o.each(ctx, ids)
	if err != nil {
		return nil, err
	}
	return o.situations(ctx, o.op, users)
}

// prepare judges once more, and decides what is to be sent.
func (o *operation) prepare(k *task, situations map[string]situation) {
	c, there := situations[k.ID]
	if !there {
		k.fail(string(o.op), "", directory.Because(directory.ErrGone, fmt.Errorf("no user has the object id %s", k.ID)))
		return
	}
	k.have = c.user
	done, err := o.checkOperation(o.op, c)
	if err != nil {
		k.fail(string(o.op), "", err)
	}
	if done || err != nil {
		return
	}
	switch o.op {
	case directory.OperationRevokeSessions:
		o.revoke(k)
	case directory.OperationRequirePasswordChange:
		o.patch(k, attrPasswordProfile, map[string]any{attrPasswordProfile: map[string]any{"forceChangePasswordNextSignIn": true}})
	case directory.OperationEnable:
		doc := map[string]any{attrEnabled: true}
		if !k.have.record.at.IsZero() && k.have.unrecorded == nil {
			merge(doc, o.recording(k.have, record{}))
		}
		o.patch(k, attrEnabled, doc)
	default:
		k.wantDisabled("")
	}
}

func (o *operation) patch(k *task, attribute string, doc map[string]any) {
	o.requests = append(o.requests, graphconn.Request{Method: http.MethodPatch, Path: "/users/" + k.ID, Body: doc})
	o.parts = append(o.parts, part{k, string(o.op), attribute, nil})
}

func (o *operation) revoke(k *task) {
	o.requests = append(o.requests, revocation(k.ID))
	o.parts = append(o.parts, part{k, string(directory.OperationRevokeSessions), "", nil})
}

// revocation is the request that revokes all sessions of a user, after other
// requests of the same batch.
// https://learn.microsoft.com/graph/api/user-revokesigninsessions
func revocation(id string, after ...int) graphconn.Request {
	return graphconn.Request{Method: http.MethodPost, Path: "/users/" + id + "/revokeSignInSessions", Repeatable: true, After: after}
}

// send sends what was prepared.
func (o *operation) send(ctx context.Context) {
	results := o.patient(ctx, o.requests, func(i int) bool { return o.isYoung(o.parts[i].ID, kindUser) })
	for i, result := range results {
		p := o.parts[i]
		switch {
		case result.Err != nil && len(p.errs) > 0: // what it waited for failed, and that is said
		case result.Err != nil:
			p.fail(p.op, p.attribute, explainOp(p.op, result.Err))
		default:
			p.touched, p.out.Changed = true, true
		}
	}
}

// confirm reads back what was written until it shows. It works on after ctx has
// ended, so that it is known what was done.
func (o *operation) confirm(ctx context.Context) {
	ctx, cancel := detach(ctx)
	defer cancel()
	before, all := map[string]*user{}, o.tasks
	defer func() { o.tasks = all }()
	o.tasks = slices.DeleteFunc(slices.Clone(all), func(k *task) bool { return !k.touched || len(k.errs) > 0 })
	for _, k := range o.tasks {
		before[k.ID] = k.have
	}
	err := o.until(ctx, len(o.tasks) > 0, func() (bool, error) {
		if len(o.tasks) == 0 {
			return true, nil
		}
		now, err := o.read(ctx)
		o.tasks = slices.DeleteFunc(o.tasks, func(k *task) bool {
			c, there := now[k.ID]
			if !there || !o.shows(before[k.ID], c) {
				return false
			}
			k.have, k.out.Account = c.user, c.existing()
			o.note(c.user)
			return true
		})
		return len(o.tasks) == 0, err
	})
	for _, k := range o.tasks {
		k.fail("read back", "", directory.Because(directory.ErrNotAsWritten, errors.Join(fmt.Errorf("it was accepted, and does not show within %s", visibility), err)))
	}
}

// shows reports whether a user is as the operation leaves it.
func (o *operation) shows(before *user, now situation) bool {
	revoked := func() bool {
		if now.text(attrSessions) != before.text(attrSessions) {
			return true
		}
		at, err := directory.ParseMoment(now.text(attrSessions)) // the same second
		return err == nil && !at.Before(o.began)
	}
	switch o.op {
	case directory.OperationDisable:
		return !now.enabled && revoked()
	case directory.OperationEnable:
		return now.enabled
	case directory.OperationRevokeSessions:
		return revoked()
	}
	return now.forced
}
