// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// readBack reads what was written until it shows, and compares it with what was
// wanted. It works on after ctx has ended, because a user that exists and is not
// known to the caller would be created twice.
func (r *run) readBack(ctx context.Context) {
	ctx, cancel := detach(ctx)
	defer cancel()
	open := map[string]*task{}
	for _, k := range r.tasks {
		switch {
		case k.Want.Deleted || k.Want.Released:
		case k.have != nil && k.touched:
			open[k.ID] = k
		case k.have != nil:
			k.out.Account = k.have.existing()
		}
	}
	if len(open) == 0 {
		return
	}
	seen := map[string]*user{}
	err := r.until(ctx, true, func() (bool, error) {
		found, err := r.each(ctx, slices.Sorted(maps.Keys(open)))
		if err == nil {
			err = r.withSponsors(ctx, found)
		}
		if err == nil {
			err = r.withGroups(ctx, slices.Collect(maps.Values(found)))
		}
		live := map[*task]*user{}
		for id, u := range found {
			seen[id] = u
			k := open[id]
			if r.asWanted(k, u) {
				r.noteUser(k, u)
				delete(open, id)
			} else if k.mustEnd() {
				live[k] = u
			}
		}
		r.confirmSessions(ctx, live)
		return len(open) == 0, err
	})
	for id, k := range open {
		switch u := seen[id]; {
		case u != nil:
			r.noteUser(k, u)
			r.compare(k, u)
		case err != nil:
			k.fail("read back", "", explain(err))
		default:
			k.fail("read back", "", directory.Because(directory.ErrGone, fmt.Errorf("it was written, and does not show within %s", visibility)))
		}
	}
}

// mustEnd reports that no sessions of a user may be left that began before it was
// disabled: they were revoked, or there can be none.
func (k *task) mustEnd() bool {
	return k.revoked || k.created && !k.Want.Enabled && k.Want.Sessions == directory.SessionsRevoked
}

// noteUser records a user as it is now.
func (r *run) noteUser(k *task, u *user) {
	k.have = u
	k.out.Account = u.existing()
	r.remember(k.WorkerID, u.id)
	r.note(u)
}

// note keeps the snapshot right.
func (t *Tenant) note(u *user) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all != nil {
		t.all.put(u)
	}
}

// asWanted reports whether a user shows everything that was written.
func (r *run) asWanted(k *task, u *user) bool { return len(r.missing(k, u)) == 0 }

// missing returns the attributes of a user that are not as they were written.
func (r *run) missing(k *task, u *user) []string {
	now := r.Render(k.Want, u.existing())
	var names []string
	if now.Enabled != k.Want.Enabled && !k.Want.Synchronised && !k.failed[attrEnabled] && !k.dead() {
		names = append(names, attrEnabled)
	}
	if k.mustEnd() && u.sessions() == directory.SessionsLive && !k.failed[attrSessions] {
		names = append(names, attrSessions)
	}
	if since := r.Tenant.o.DisabledSinceAttribute; k.recorded != "" && u.text(since) != k.recorded && !k.failed[since] {
		names = append(names, since)
	}
	for _, name := range slices.Sorted(maps.Keys(k.Want.Attributes)) {
		if k.failed[name] || k.dead() || k.held {
			continue
		}
		if name == attrManager && k.link && k.manager != "" && k.manager == u.manager {
			continue
		}
		if name == attrManager && len(k.Want.Attributes[name]) == 0 && !k.link && r.cameBack(u.manager) {
			continue // Graph gave the manager back with the account; the next plan sees it
		}
		kept := name == attrLicenses && slices.ContainsFunc(k.unlicensed, u.licenses.assigned)
		if kept || !k.Want.Attributes[name].Equal(now.Attributes[name]) {
			names = append(names, name)
		}
	}
	return names
}

// cameBack reports whether a user is one whom this run restored.
func (r *run) cameBack(id string) bool {
	return id != "" && slices.ContainsFunc(r.tasks, func(k *task) bool { return k.restored && k.ID == id })
}

func (r *run) compare(k *task, u *user) {
	now := r.Render(k.Want, u.existing())
	for _, name := range r.missing(k, u) {
		found, expected := now.Attributes[name], k.Want.Attributes[name]
		if err := r.faultyLicense(k.Want.Attributes[attrLicenses], u); name == attrLicenses && err != nil {
			k.fail(licenseOp, name, err)
			continue
		}
		switch name {
		case attrEnabled:
			found, expected = directory.Value{strconv.FormatBool(now.Enabled)}, directory.Value{strconv.FormatBool(k.Want.Enabled)}
		case attrSessions:
			found, expected = directory.Value{u.text(name)}, directory.Value{"a moment that is not before " + u.record.String()}
		case r.Tenant.o.DisabledSinceAttribute:
			found, expected = directory.Value{u.text(name)}, directory.Value{k.recorded}
		}
		k.fail("read back", name, directory.Because(directory.ErrNotAsWritten, fmt.Errorf("found %q, expected %q", found, expected)))
	}
}

func (t *Tenant) parseUser(body []byte, properties []property) (*user, error) {
	m, err := graphconn.Parse(body, models.CreateUserFromDiscriminatorValue)
	if err != nil {
		return nil, err
	}
	u, ok := m.(models.Userable)
	if !ok {
		return nil, fmt.Errorf("found %T, expected a user", m)
	}
	read, err := readUser(u, properties, t.o, false)
	if err == nil && slices.ContainsFunc(properties, func(p property) bool { return p.kind.Name == attrLicenses }) {
		t.readLicenses(read, u)
	}
	if err == nil && hasInt64(properties) {
		err = read.exact(body, properties)
	}
	return read, err
}
