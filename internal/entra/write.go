// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// body is what a creation or change sends of the named attributes. have is the
// user as it is, whose parts of complex properties are kept.
func (t *Tenant) body(names []string, want map[string]directory.Value, have *user) map[string]any {
	out := map[string]any{}
	for _, name := range names {
		p, ok := t.property(name)
		if !ok {
			continue
		}
		path := strings.Split(p.kind.Name, "/")
		at := out
		for i, part := range path[:len(path)-1] {
			next, ok := at[part].(map[string]any)
			if !ok {
				next = map[string]any{}
				if i == 0 && part == "employeeOrgData" && have != nil {
					next = presentParts(part, have)
				}
				if i == 1 { // a set of custom security attributes
					next["@odata.type"] = "#Microsoft.DirectoryServices.CustomSecurityAttributeValue"
				}
				at[part] = next
			}
			at = next
		}
		last := path[len(path)-1]
		if at[last] = value(p, want[name]); p.annotation != "" && len(want[name]) > 0 {
			at[last+"@odata.type"] = p.annotation
		}
	}
	return out
}

// presentParts are the present parts of a complex property that is written whole.
func presentParts(top string, have *user) map[string]any {
	out := map[string]any{}
	for name, v := range have.values {
		if part, ok := strings.CutPrefix(name, top+"/"); ok {
			out[part] = v.Text()
		}
	}
	return out
}

// value translates a value to JSON: nil clears.
func value(p property, v directory.Value) any {
	switch {
	case p.list:
		out := make([]any, len(v))
		for i, s := range v {
			out[i] = p.json(s)
		}
		return out
	case len(v) == 0:
		return nil
	}
	return p.json(v.Text())
}

// json translates one value to JSON. What is not of the type goes as text, for Graph to refuse.
func (p property) json(s string) any {
	switch {
	case p.kind.Syntax == directory.Boolean || p.kind.Syntax == directory.Truth:
		return strings.EqualFold(s, "true")
	case p.kind.Syntax == directory.Integer || p.kind.Syntax == directory.Large:
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n
		}
	case p.kind.Syntax == directory.Moment:
		return p.kind.Canonical(directory.Value{s}).Text()
	case isDate(p.kind.Name):
		if at, err := directory.ParseMoment(s); err == nil {
			return at.UTC().Format(time.RFC3339)
		}
	}
	return s
}

// splitByPermission divides attributes into those that are written together and those that
// need a permission of their own, whose absence must fail nothing else.
func splitByPermission(names []string) (together, alone []string) {
	for _, name := range names {
		if p, _ := lookup(name); p.permission != "" {
			alone = append(alone, name)
		} else {
			together = append(together, name)
		}
	}
	return together, alone
}

// create makes the users that do not exist yet.
func (r *run) create(ctx context.Context) {
	var tasks []*task
	for _, k := range r.alive() {
		if k.have == nil {
			tasks = append(tasks, k)
		}
	}
	b := graphconn.NewBackoff()
	for attempt := 0; len(tasks) > 0 && attempt < creations; attempt++ {
		if attempt > 0 && r.client.Wait(ctx, b.NextBackOff()) != nil {
			break
		}
		tasks = r.createAll(ctx, tasks, attempt)
	}
	r.seek(ctx, tasks)
}

// creations is how often a creation is tried whose answers get lost: over half a
// minute, which is what a disturbance usually lasts.
const creations = 6

// seek finds out how creations ended whose answers were lost, also after ctx
// has ended: a user that nobody knows of would be in the way of the next run.
func (r *run) seek(ctx context.Context, tasks []*task) {
	ctx, cancel := detach(ctx)
	defer cancel()
	for _, k := range tasks {
		switch holder, err := r.holder(ctx, k, false); {
		case err == nil && holder != nil && r.isFromLostCreate(k, holder):
			r.ours(ctx, k, holder.id)
			k.have = holder
		default:
			k.fail("create", "", errors.Join(fmt.Errorf("the answers were lost, and the user does not show; run again: %w", k.said), err))
		}
	}
}

// isFromLostCreate reports whether u was created by a request whose response never arrived.
func (r *run) isFromLostCreate(k *task, u *user) bool {
	for _, name := range []string{r.WorkerIDAttribute(), attrDisplayName, attrNickname} {
		if directory.Fold(u.text(name)) != directory.Fold(k.Want.Attributes[name].Text()) {
			return false
		}
	}
	return true
}

// createAll sends one creation for each, and returns those whose outcome is not known.
func (r *run) createAll(ctx context.Context, tasks []*task, attempt int) (unknown []*task) {
	requests := make([]graphconn.Request, 0, len(tasks))
	sent := make([]*task, 0, len(tasks))
	for _, k := range tasks {
		if k.password == "" {
			k.password = k.Password
		}
		if k.password == "" {
			var err error
			if k.password, err = generate(); err != nil {
				k.fail("create", "", err)
				continue
			}
		}
		together, _ := splitByPermission(r.differences(k))
		doc := r.body(together, k.Want.Attributes, nil)
		doc[attrEnabled] = k.Want.Enabled
		doc["passwordProfile"] = map[string]any{"password": k.password, "forceChangePasswordNextSignIn": !r.o.KeepPassword}
		if !k.Want.Enabled {
			r.recordCreation(k, doc)
		}
		requests, sent = append(requests, graphconn.Request{Method: http.MethodPost, Path: "/users", Body: doc}), append(sent, k)
	}
	for i, result := range r.client.Batch(ctx, requests) {
		k := sent[i]
		switch property, conflict := graphconn.IsConflict(result.Err); {
		case result.Err == nil:
			r.made(ctx, k, result.Response)
		case graphconn.IsUnknownOutcome(result.Err):
			k.said, unknown = result.Err, append(unknown, k)
		case conflict:
			r.meet(ctx, k, property, attempt, result.Err)
		default:
			k.fail("create", "", explain(result.Err))
		}
	}
	return unknown
}

// made records a creation.
func (r *run) made(ctx context.Context, k *task, answer *graphconn.Response) {
	var doc struct {
		ID string `json:"id"`
	}
	if err := decode(answer.Body, &doc); err != nil || doc.ID == "" {
		k.fail("create", "", fmt.Errorf("the user was created, but the answer has no id: %w", err))
		return
	}
	r.ours(ctx, k, doc.ID)
	k.have = &user{id: k.ID, enabled: k.Want.Enabled, values: map[string]directory.Value{attrID: {k.ID}, attrPrincipal: {k.principal()}}}
	for name, v := range k.Want.Attributes {
		if p, ok := r.property(name); ok && len(v) > 0 && p.permission == "" {
			k.have.values[p.kind.Name] = v // as just sent, until it is read back
		}
	}
}

// ours notes that a user was created by this run.
func (r *run) ours(ctx context.Context, k *task, id string) {
	k.ID, k.out.ID = id, id
	k.created, k.touched = true, true
	k.out.Created, k.out.Changed, k.out.PasswordSet = true, true, true
	r.noteMade(id, kindUser) // before others can learn of it
	r.remember(k.WorkerID, id)
	if k.Password == "" && r.o.Deliver != nil {
		if err := r.o.Deliver(ctx, k.WorkerID, k.principal(), k.password); err != nil {
			k.fail("deliver the password", "password", err)
		}
	}
}

// meet is for a creation that somebody else's user stands in the way of: it may
// be what an earlier, lost try made, or what an interrupted run left.
func (r *run) meet(ctx context.Context, k *task, property string, attempt int, said error) {
	holder, err := r.holder(ctx, k, attempt > 0)
	if err != nil {
		k.fail("create", "", errors.Join(said, err))
		return
	}
	worker := r.WorkerIDAttribute()
	same := holder != nil && holder.text(worker) != "" &&
		directory.Fold(holder.text(worker)) == directory.Fold(k.Want.Attributes[worker].Text()) &&
		strings.EqualFold(holder.text(attrPrincipal), k.principal())
	switch {
	case holder != nil && attempt > 0 && r.isFromLostCreate(k, holder):
		r.ours(ctx, k, holder.id)
		k.have = holder
	case same && r.o.Adopt:
		k.have, k.ID, k.out.ID, k.out.Adopted = holder, holder.id, holder.id, true
		k.recorded = ""
		r.remember(k.WorkerID, holder.id)
		r.weigh(k)
	case same:
		k.fail("create", "", fmt.Errorf("%w: %s (object id %s) carries the worker id and the name: %w",
			directory.ErrAlreadyExists, holder.text(attrPrincipal), holder.id, said))
	case holder != nil:
		k.failed[""] = true
		k.fail("create", property, directory.Because(directory.ErrNameTaken, fmt.Errorf("%s has it (object id %s, %s %q): %w", holder.text(attrPrincipal), holder.id, worker, holder.text(worker), said)))
	default:
		k.failed[""] = true
		k.fail("create", property, directory.Because(directory.ErrNameTaken, fmt.Errorf("another object of the tenant has it, such as a group, a contact or a deleted user: %w", said)))
	}
}

// holder finds the user that has the wanted principal name. One that was created a moment ago
// may not show yet, and is waited for. Where nobody has the name it is the mail address that is in the way.
func (r *run) holder(ctx context.Context, k *task, wait bool) (*user, error) {
	for _, other := range r.tasks {
		if other != k && other.created && other.have != nil && strings.EqualFold(other.principal(), k.principal()) {
			return other.have, nil
		}
	}
	var found *user
	err := r.until(ctx, wait, func() (bool, error) {
		found = nil
		err := r.filter(ctx, attrPrincipal, []string{k.principal()}, func(u *user) { found = u })
		return found != nil, err
	})
	mail := k.Want.Attributes[attrMail].Text()
	if err != nil || found != nil || mail == "" {
		return found, err
	}
	err = r.filter(ctx, attrProxies, []string{"SMTP:" + mail, "smtp:" + mail}, func(u *user) { found = u })
	return found, err
}

// update writes what differs of the users that exist.
func (r *run) update(ctx context.Context) {
	var requests []graphconn.Request
	var parts []part
	add := func(p part, request graphconn.Request) {
		requests, parts = append(requests, request), append(parts, p)
	}
	for _, k := range r.alive() {
		path := "/users/" + k.ID
		together, alone := splitByPermission(r.differences(k))
		if !k.created && len(together) > 0 {
			whole := part{k, "modify", "", together}
			if len(together) == 1 {
				whole.attribute = together[0]
			}
			add(whole, graphconn.Request{Method: http.MethodPatch, Path: path, Body: r.body(together, k.Want.Attributes, k.have)})
		}
		for _, name := range alone {
			add(part{k, "modify", name, []string{name}}, graphconn.Request{Method: http.MethodPatch, Path: path, Body: r.body([]string{name}, k.Want.Attributes, k.have)})
		}
		if k.Password != "" && !k.created {
			add(part{k, "set the password", "password", nil}, graphconn.Request{Method: http.MethodPatch, Path: path,
				Body: map[string]any{"passwordProfile": map[string]any{"password": k.Password, "forceChangePasswordNextSignIn": !r.o.KeepPassword}}})
		}
	}
	r.send(ctx, requests, parts)
}

// part says what a request of a batch is about.
type part struct {
	*task
	op, attribute string
	names         []string
}

// merge adds members of nested objects.
func merge(into, from map[string]any) {
	for name, v := range from {
		have, ok := into[name].(map[string]any)
		more, also := v.(map[string]any)
		if ok && also {
			maps.Copy(have, more)
			continue
		}
		into[name] = v
	}
}

// recordCreation adds to the creation of a disabled user since when and why it is disabled.
func (r *run) recordCreation(k *task, doc map[string]any) {
	switch why := r.unrecordable(nil, k.Want); {
	case why == nil:
		at := parseRecord(k.recorded) // by the creation whose answer was lost
		if at.at.IsZero() {
			at = record{at: r.disabledAt(nil), cause: k.Want.DisabledFor}
		}
		k.recorded = at.String()
		merge(doc, r.recording(nil, at))
	case !errors.Is(why, errNotRecorded) && !k.failed[r.Tenant.o.DisabledSinceAttribute]:
		k.fail(recordOp, r.Tenant.o.DisabledSinceAttribute, directory.Because(directory.ErrInvalid, why))
	}
}

// send carries out the requests of a phase. What a new user does not show yet is tried
// again, and attributes that were refused together are written one by one.
func (r *run) send(ctx context.Context, requests []graphconn.Request, parts []part) {
	results := r.patient(ctx, requests, func(i int) bool { return parts[i].created })
	var alone []graphconn.Request
	var each []part
	for i, result := range results {
		p := parts[i]
		groups := byValue(p.names)
		_, conflict := graphconn.IsConflict(result.Err)
		switch {
		case result.Err == nil:
			p.touched, p.out.Changed = true, true
			if p.op == "set the password" {
				p.out.PasswordSet = true
			}
			p.out.Renamed = p.out.Renamed || slices.Contains(p.names, attrPrincipal)
		case len(groups) > 1 && (conflict || graphconn.IsBadRequest(result.Err) || graphconn.IsContended(result.Err)):
			for _, names := range groups {
				alone = append(alone, graphconn.Request{Method: http.MethodPatch, Path: requests[i].Path, Body: r.body(names, p.Want.Attributes, p.have)})
				each = append(each, part{p.task, p.op, strings.Join(names, " and "), names})
			}
		default:
			r.refuse(ctx, p, result.Err)
		}
	}
	if len(alone) > 0 {
		r.send(ctx, alone, each)
	}
}

// byValue divides attributes into those that Graph takes or refuses one by one:
// only the parts of employeeOrgData are one value, which is written whole.
func byValue(names []string) [][]string {
	var out [][]string
	at := map[string]int{}
	for _, name := range names {
		key := name
		if top, _, _ := strings.Cut(name, "/"); top == "employeeOrgData" {
			key = top
		}
		i, known := at[key]
		if !known {
			i, out = len(out), append(out, nil)
			at[key] = i
		}
		out[i] = append(out[i], name)
	}
	return out
}

// refuse records why a write was refused. Where one value of several may be the
// reason, everything that was written with it counts as not written.
func (r *run) refuse(ctx context.Context, p part, err error) {
	for _, name := range p.names {
		p.failed[name] = true
	}
	property, conflict := graphconn.IsConflict(err)
	prop, _ := lookup(p.attribute)
	switch {
	case conflict:
		holder, lookErr := r.holder(ctx, p.task, false)
		if lookErr == nil && holder != nil && holder.id != p.ID {
			err = fmt.Errorf("%s has it (object id %s, %s %q): %w", holder.text(attrPrincipal), holder.id, r.WorkerIDAttribute(), holder.text(r.WorkerIDAttribute()), err)
		}
		p.fail(p.op, property, directory.Because(directory.ErrNameTaken, err))
	case graphconn.IsDenied(err) && prop.permission != "":
		p.fail(p.op, p.attribute, permission(err, prop.permission+".ReadWrite.All"))
	case p.attribute == "" && len(p.names) > 0 && graphconn.IsDenied(err): // what needs another permission goes on
		p.report(p.op, "", explainOp(p.op, err))
	default:
		p.fail(p.op, p.attribute, explainOp(p.op, err))
	}
	p.touched = true // some of it may have been done
}
