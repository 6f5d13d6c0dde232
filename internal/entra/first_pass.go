// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// Microsoft Graph makes passes itself, and shows each once. So they are kept right after they are made, a file for so many
// of them: that is how many a run that is killed can lose. Nobody knows those; they expire, and a new one takes their place.
const passesTogether = 100

// passTries is how often a pass is asked for of a user who was just made, and may not show everywhere yet.
const passTries = 5

// attrHireDate is the property of the first day.
const attrHireDate = "employeeHireDate"

// issuePasses makes a first pass for each user that this run created, and hands it over.
func (r *run) issuePasses(ctx context.Context) {
	if r.o.Handover == nil {
		return
	}
	made := slices.DeleteFunc(r.alive(), func(k *task) bool { return !k.created })
	for part := range slices.Chunk(made, passesTogether) {
		r.passesFor(ctx, part)
	}
}

// passesFor makes passes for users who have none, and hands them over.
func (r *run) passesFor(ctx context.Context, tasks []*task) {
	if err := r.o.Handover.Ready(); err != nil { // a pass that cannot be kept would be lost, and nobody would have one
		for _, k := range tasks {
			k.report("make a temporary access pass", "", fmt.Errorf("none was made, because it could not be kept: %w. Then %s", err, passAgain))
		}
		return
	}
	r.keepPasses(ctx, r.makePasses(ctx, tasks))
}

// madePass is a pass that was made and not handed over yet.
type madePass struct {
	*task
	credential directory.Credential
}

// makePasses makes passes, and records an error for each user whose pass is refused.
func (r *run) makePasses(ctx context.Context, tasks []*task) (made []madePass) {
	b := graphconn.NewBackoff()
	for attempt := 0; len(tasks) > 0; attempt++ {
		requests := make([]graphconn.Request, len(tasks))
		for i, k := range tasks {
			requests[i] = graphconn.Request{Method: http.MethodPost, Path: passPath(k.ID), Body: r.passDocument(k)}
		}
		var late []*task
		for i, result := range r.client.Batch(ctx, requests) {
			k := tasks[i]
			if graphconn.IsNotFound(result.Err) && attempt < passTries {
				late = append(late, k)
				continue
			}
			c, err := r.issued(k, result)
			if err != nil {
				k.report("make a temporary access pass", "", err)
				continue
			}
			made = append(made, madePass{k, c})
		}
		if tasks = late; len(late) > 0 && r.client.Wait(ctx, b.NextBackOff()) != nil {
			attempt = passTries
		}
	}
	return made
}

// keepPasses hands passes over, in one file.
func (r *run) keepPasses(ctx context.Context, made []madePass) {
	if len(made) == 0 {
		return
	}
	credentials := make([]directory.Credential, len(made))
	for i, m := range made {
		credentials[i] = m.credential
	}
	ctx, cancel := detach(ctx) // what was made must be known
	defer cancel()
	if err := r.o.Handover.Keep(ctx, credentials); err != nil {
		for _, m := range made {
			m.report("keep the temporary access pass", "", fmt.Errorf("%w. It was made, and nobody knows it: %s", err, passAgain))
		}
	}
}

// passAgain says how to make a pass for somebody who has an account and no pass.
const passAgain = "issue a new one with workforce_entra_issue_access_passes, since a later run makes none for an account that exists"

func passPath(id string) string { return "/users/" + id + "/authentication/temporaryAccessPassMethods" }

// passDocument asks for a pass.
func (r *run) passDocument(k *task) map[string]any {
	o, doc := r.o.Handover.Passes(), map[string]any{}
	if o.Lifetime > 0 {
		doc["lifetimeInMinutes"] = o.Lifetime
	}
	if o.Once != nil {
		doc["isUsableOnce"] = *o.Once
	}
	if from, ok := firstDay(k.Want); ok && o.FromHireDate && from.After(r.client.Now()) {
		doc["startDateTime"] = from.UTC().Format(time.RFC3339)
	}
	return doc
}

// firstDay is the hire date of an account.
func firstDay(a directory.Account) (time.Time, bool) {
	for name, v := range a.Attributes {
		if strings.EqualFold(name, attrHireDate) && len(v) > 0 {
			at, err := directory.ParseMoment(v.Text())
			return at, err == nil
		}
	}
	return time.Time{}, false
}

// issued reads the answer to a request for a pass. No error repeats it.
func (r *run) issued(k *task, result graphconn.Result) (directory.Credential, error) {
	if err := result.Err; err != nil {
		if graphconn.IsBadRequest(err) {
			err = directory.Because(directory.ErrInvalid, fmt.Errorf("the tenant's policy for temporary access passes does not allow it "+
				"(whether there are any, for whom, lifetime, start or use): %w", err))
		}
		return directory.Credential{}, fmt.Errorf("%w. Then %s", permission(err, passPermission), passAgain)
	}
	var pass AccessPass
	if err := json.Unmarshal(result.Response.Body, &pass); err != nil || pass.Pass == "" {
		return directory.Credential{}, errors.New("the answer has none: " + passAgain)
	}
	return directory.Credential{WorkerID: k.WorkerID, Principal: k.principal(), AccessPass: pass.Pass, Created: r.client.Now(),
		ValidFrom: pass.Start, Expires: pass.Start.Add(time.Duration(pass.Lifetime) * time.Minute), Once: pass.UsableOnce}, nil
}

// IssuePasses gives users a new temporary access pass in place of one that they may have, and returns an outcome for each
// subject, in their order. Passes are kept by h. Err is a *PersonError.
func (t *Tenant) IssuePasses(ctx context.Context, subjects []directory.Subject, h directory.Handover) []directory.Outcome {
	o := &operation{run: &run{Tenant: t, o: directory.ApplyOptions{Handover: h}}, op: directory.OperationIssueCredential}
	outcomes := make([]directory.Outcome, len(subjects))
	for i, s := range subjects {
		outcomes[i] = directory.Outcome{WorkerID: s.WorkerID, ID: s.ID}
		named := directory.Account{Attributes: map[string]directory.Value{attrPrincipal: {s.Path}, attrDisplayName: {s.Name}}}
		change := directory.Change{WorkerID: s.WorkerID, ID: s.ID, Want: named}
		o.tasks = append(o.tasks, &task{Change: change, out: &outcomes[i], failed: map[string]bool{}})
	}
	ctx = o.recorded(ctx)
	situations, err := o.read(ctx)
	if err == nil {
		err = t.guard(ctx)
	}
	if err == nil { // else a pass that somebody has would be taken, and none given
		err = h.Ready()
	}
	if err != nil {
		o.failAll(err)
	}
	for _, k := range o.alive() {
		if c, there := situations[k.ID]; !there {
			k.fail(string(o.op), "", directory.Because(directory.ErrGone, fmt.Errorf("no user has the object id %s", k.ID)))
		} else if _, err := t.checkOperation(o.op, c); err != nil {
			k.fail(string(o.op), "", err)
		}
	}
	for part := range slices.Chunk(o.alive(), passesTogether) {
		o.replacePasses(ctx, part)
	}
	for _, k := range o.tasks {
		k.out.Err = errors.Join(k.errs...)
		k.out.Changed = k.out.Err == nil
	}
	return outcomes
}

// replacePasses gives users new passes in place of those that they may have. The first of them shows whether the
// tenant makes such passes: where it refuses, everybody else keeps what they have.
func (o *operation) replacePasses(ctx context.Context, tasks []*task) {
	anew := func(tasks []*task) []madePass {
		for _, k := range tasks {
			if err := o.removePasses(ctx, k.principal(), passPath(k.ID), true); err != nil {
				k.fail(string(o.op), "", err)
			}
		}
		return o.makePasses(ctx, slices.DeleteFunc(slices.Clone(tasks), (*task).dead))
	}
	first, rest := tasks[0], tasks[1:]
	made := anew(tasks[:1])
	if err := errors.Join(first.errs...); errors.Is(err, directory.ErrInvalid) || errors.Is(err, directory.ErrDenied) {
		for _, k := range rest {
			k.fail(string(o.op), "", directory.Because(directory.ErrNotAttempted, errors.New("the first of these people was refused a pass")))
		}
	} else {
		made = append(made, anew(rest)...)
	}
	o.keepPasses(ctx, made)
}
