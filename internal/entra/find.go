// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// Find implements [directory.Directory].
func (t *Tenant) Find(ctx context.Context, attribute string, values []string) (map[string][]*directory.Existing, error) {
	p, ok := lookup(attribute)
	if !ok {
		return nil, fmt.Errorf("users have no property %q", attribute)
	}
	t.Need(p.kind.Name)
	if err := t.define(ctx); err != nil {
		return nil, err
	}
	if p, ok = t.property(attribute); !ok {
		return nil, fmt.Errorf("%s: %w", attribute, undefinedAttribute(attribute, ""))
	}
	if err := t.guard(ctx); err != nil {
		return nil, err
	}
	distinct := distinctValues(p, values)
	found, err := t.findUsers(ctx, p.kind.Name, distinct)
	if err == nil {
		err = t.withGroups(ctx, slices.Concat(slices.Collect(maps.Values(found))...))
	}
	if err == nil {
		err = t.findReach(ctx, slices.Concat(slices.Collect(maps.Values(found))...))
	}
	if err != nil {
		return nil, err
	}
	out := make(map[string][]*directory.Existing, len(found))
	for _, v := range distinct {
		for _, u := range found[indexKey(p.kind.Name, v)] {
			out[directory.Fold(v)] = append(out[directory.Fold(v)], t.existing(u))
		}
	}
	return out, nil
}

// distinctValues returns the values that can be found at all, each once.
func distinctValues(p property, values []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, v := range values {
		if p.kind.Name == attrID {
			if _, err := uuid.Parse(v); err != nil {
				continue // Graph refuses the whole question
			}
		}
		if p.tenantDefined() && p.kind.Check(directory.Value{v}) != nil {
			continue // nobody can have it
		}
		if v != "" && !seen[directory.Fold(v)] {
			seen[directory.Fold(v)] = true
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

// findUsers returns the users for each value that has some, by index key.
func (t *Tenant) findUsers(ctx context.Context, attribute string, values []string) (map[string][]*user, error) {
	out := map[string][]*user{}
	if len(values) == 0 {
		return out, nil
	}
	s, err := t.bulk(ctx, len(values))
	if err != nil {
		return nil, err
	}
	if s != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, v := range values {
			if hits := s.find(attribute, v); len(hits) > 0 {
				out[indexKey(attribute, v)] = hits
			}
		}
		return out, nil
	}
	asked := values
	if attribute == attrProxies { // addresses carry their type, in capitals for the primary one
		asked = nil
		for _, v := range values {
			bare := strings.TrimPrefix(strings.TrimPrefix(v, "smtp:"), "SMTP:")
			asked = append(asked, "smtp:"+bare, "SMTP:"+bare)
		}
	}
	err = t.filter(ctx, attribute, asked, func(u *user) {
		for _, v := range u.values[attribute] {
			key := indexKey(attribute, v)
			if !slices.ContainsFunc(out[key], func(o *user) bool { return o.id == u.id }) {
				out[key] = append(out[key], u)
			}
		}
	})
	return out, err
}

// unknownUserError says that a reference is to nobody.
type unknownUserError struct{ attribute, ref string }

func (e *unknownUserError) Error() string {
	return fmt.Sprintf("no user has the object id, user principal name or %s %q; deleted users are not looked at", e.attribute, e.ref)
}

// Owned implements [directory.Directory]. A tenant that is much larger than its
// workforce is not listed for it.
func (t *Tenant) Owned(ctx context.Context) ([]*directory.Existing, error) {
	if err := t.define(ctx); err != nil {
		return nil, err
	}
	if err := t.guard(ctx); err != nil {
		return nil, err
	}
	users, err := t.owned(ctx)
	if err == nil {
		err = t.withGroups(ctx, users)
	}
	if err == nil {
		err = t.findReach(ctx, users)
	}
	if err != nil {
		return nil, fmt.Errorf("looking for users with a worker id in %s: %w", t.o.WorkerIDAttribute, err)
	}
	out := make([]*directory.Existing, len(users))
	for i, u := range users {
		out[i] = t.existing(u)
		t.remember(u.text(t.o.WorkerIDAttribute), u.id)
	}
	slices.SortFunc(out, func(a, b *directory.Existing) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// ownedPages is how many pages are read without asking how many users there are with a worker id.
const ownedPages = 50

func (t *Tenant) owned(ctx context.Context) ([]*user, error) {
	s, err := t.bulk(ctx, 0)
	if err != nil {
		return nil, err
	}
	if s == nil {
		small, err := t.listIsCheaper(ctx, ownedPages*maxTerms)
		if err == nil && small {
			s, err = t.bulk(ctx, ownedPages*maxTerms)
		}
		if err != nil {
			return nil, err
		}
	}
	var out []*user
	if s != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, u := range s.byID {
			if u.text(t.o.WorkerIDAttribute) != "" {
				out = append(out, u)
			}
		}
		return out, nil
	}
	properties, query := t.query()
	query.Del("$expand") // not for advanced queries
	query.Set("$filter", t.o.WorkerIDAttribute+" ne null")
	query.Set("$count", "true")
	query.Set("$top", strconv.Itoa(pageSize))
	var ids []string
	err = t.client.Pages(ctx, graphconn.Request{Method: http.MethodGet, Path: "/users", Query: query, Header: eventual()}, func(body []byte) error {
		return t.eachUser(body, properties, func(u *user) { ids = append(ids, u.id) })
	})
	if err != nil {
		return nil, t.explainRead(err, properties)
	}
	err = t.filter(ctx, attrID, ids, func(u *user) { out = append(out, u) })
	return out, err
}

// WithDeleted returns the tenant with a Find that also returns deleted users,
// marked as such, under the names they would have again.
func (t *Tenant) WithDeleted() directory.Census { return withDeleted{t} }

type withDeleted struct{ *Tenant }

// Find implements [directory.Directory].
func (d withDeleted) Find(ctx context.Context, attribute string, values []string) (map[string][]*directory.Existing, error) {
	found, err := d.Tenant.Find(ctx, attribute, values)
	p, _ := lookup(attribute)
	name := p.kind.Name
	if err != nil || name != attrPrincipal && name != attrMail && name != attrProxies && name != d.o.WorkerIDAttribute && name != attrID {
		return found, err
	}
	deleted, err := d.listDeleted(ctx)
	if err != nil {
		return nil, err
	}
	index := map[string][]*user{}
	for _, u := range deleted {
		for _, v := range u.values[name] {
			index[indexKey(name, v)] = append(index[indexKey(name, v)], u)
		}
	}
	for _, v := range distinctValues(p, values) {
		for _, u := range index[indexKey(name, v)] {
			found[directory.Fold(v)] = append(found[directory.Fold(v)], u.existing())
		}
	}
	return found, nil
}

// listDeleted reads the users that can still be restored, once for everybody who asks.
// https://learn.microsoft.com/graph/api/directory-deleteditems-list
func (t *Tenant) listDeleted(ctx context.Context) ([]*user, error) {
	free, err := acquire(ctx, t.mourning)
	if err != nil {
		return nil, err
	}
	defer free()
	t.mu.Lock()
	known := t.deleted
	t.mu.Unlock()
	if known != nil {
		return known, nil
	}
	properties, selected := t.needed()
	deleted := []*user{}
	query := url.Values{"$select": {selected}, "$top": {strconv.Itoa(pageSize)}}
	request := graphconn.Request{Method: http.MethodGet, Path: "/directory/deletedItems/microsoft.graph.user", Query: query}
	err = t.client.Pages(ctx, request, func(body []byte) error {
		return t.eachOf(body, properties, true, func(u *user) {
			u.deleted = true
			if name := u.text(attrPrincipal); name != "" {
				u.values[attrPrincipal] = directory.Value{restoredName(u.id, name)}
			}
			deleted = append(deleted, u)
		})
	})
	if err != nil {
		return nil, fmt.Errorf("reading deleted users: %w", permission(err, "User.Read.All"))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.deleted = deleted
	return deleted, nil
}

// Locate finds one user by its object id, user principal name or worker id.
func (t *Tenant) Locate(ctx context.Context, ref string) (*directory.Existing, error) {
	attributes := []string{attrID}
	if _, err := uuid.Parse(ref); err != nil {
		attributes = []string{attrPrincipal, t.o.WorkerIDAttribute}
	}
	for _, attribute := range attributes {
		found, err := t.Find(ctx, attribute, []string{ref})
		if err != nil {
			return nil, err
		}
		switch hits := found[directory.Fold(ref)]; len(hits) {
		case 0:
		case 1:
			return hits[0], nil
		default:
			return nil, directory.Because(directory.ErrAmbiguous, fmt.Errorf("%d users have the %s %q, such as %s and %s", len(hits), attribute, ref, hits[0].Path, hits[1].Path))
		}
	}
	return nil, &unknownUserError{attribute: t.o.WorkerIDAttribute, ref: ref}
}
