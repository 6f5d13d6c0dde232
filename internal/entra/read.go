// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

const (
	// pageSize is the most that Graph gives at once.
	pageSize = 999
	// maxTerms is how many values one filter may compare with.
	maxTerms = 15

	// Resources that are refreshed one by one show only by and by how many they
	// are. After so many questions about more users than a handful, a list is made
	// if it takes at most worth requests for each question so far: that bounds what
	// is lost if nobody asks any more.
	patience, handful, worth = 3, 10, 4
)

// Read returns the present state of users. ids gives the object id of each by
// worker id; a user that no longer exists is absent from the result. attributes
// are read on top of those announced with [Tenant.Need].
func (t *Tenant) Read(ctx context.Context, ids map[string]string, attributes []string) (map[string]*directory.Existing, error) {
	t.Need(attributes...)
	if err := t.define(ctx); err != nil {
		return nil, err
	}
	wanted := make([]string, 0, len(ids))
	for worker, id := range ids {
		if _, err := uuid.Parse(id); err != nil {
			return nil, fmt.Errorf("worker %q: object id: found %q, expected a GUID", worker, id)
		}
		wanted = append(wanted, id)
	}
	found, err := t.byIDs(ctx, wanted, false)
	if err == nil {
		err = t.withGroups(ctx, slices.Collect(maps.Values(found)))
	}
	if err == nil {
		err = t.findReach(ctx, slices.Collect(maps.Values(found)))
	}
	if err == nil {
		err = t.guard(ctx)
	}
	if err != nil {
		return nil, err
	}
	if slices.Contains(attributes, attrSponsors) {
		if err := t.readSponsors(ctx, slices.Collect(maps.Values(found))); err != nil {
			return nil, err
		}
	}
	out := make(map[string]*directory.Existing, len(ids))
	for worker, id := range ids {
		if u := found[strings.ToLower(id)]; u != nil {
			out[worker] = t.existing(u)
			t.remember(worker, u.id)
		}
	}
	return out, nil
}

// remember notes whose user an object is, so that managers can be linked.
func (t *Tenant) remember(worker, id string) { t.arrivals.Know(worker, id) }

// byIDs returns users by object id; fresh ones are asked for whatever is known.
func (t *Tenant) byIDs(ctx context.Context, ids []string, fresh bool) (map[string]*user, error) {
	out := make(map[string]*user, len(ids))
	missing := ids
	if !fresh {
		s, err := t.bulk(ctx, len(ids))
		if err != nil {
			return nil, err
		}
		if s != nil {
			missing = nil
			t.mu.Lock()
			for _, id := range ids {
				if u := s.byID[strings.ToLower(id)]; u != nil {
					out[u.id] = u
				} else {
					missing = append(missing, id) // created since, or elsewhere
				}
			}
			t.mu.Unlock()
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	found, err := t.asking.ask(ctx, missing)
	maps.Copy(out, found)
	return out, err
}

// bulk returns every user of the tenant if they are known, or if listing them is
// cheaper than asking for so many users by name; else nil.
func (t *Tenant) bulk(ctx context.Context, more int) (*snapshot, error) {
	properties, _ := t.needed()
	t.mu.Lock()
	s := t.all
	t.asked += more
	asked, many := t.asked, t.asked > t.o.BulkThreshold || t.asks >= patience && t.asked > handful
	t.mu.Unlock()
	if s.covers(properties) {
		return s, nil
	}
	if s == nil && !many {
		return nil, nil
	}
	return t.load(ctx, func() (bool, error) { return t.listIsCheaper(ctx, asked) })
}

// load lists the tenant, once for everybody who asks, if that is worth it.
func (t *Tenant) load(ctx context.Context, worth func() (bool, error)) (*snapshot, error) {
	free, err := acquire(ctx, t.loading)
	if err != nil {
		return nil, err
	}
	defer free()
	properties, _ := t.needed()
	t.mu.Lock()
	s := t.all
	t.mu.Unlock()
	if s.covers(properties) {
		return s, nil
	}
	if ok, err := worth(); err != nil || !ok {
		return nil, err
	}
	return t.list(ctx)
}

// Users implements [directory.Census].
func (t *Tenant) Users(ctx context.Context) ([]*directory.Existing, error) {
	if err := t.guard(ctx); err != nil {
		return nil, err
	}
	s, err := t.load(ctx, func() (bool, error) { return true, nil })
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	users := slices.Collect(maps.Values(s.byID))
	t.mu.Unlock()
	out := make([]*directory.Existing, len(users))
	for i, u := range users {
		out[i] = t.existing(u)
	}
	slices.SortFunc(out, func(a, b *directory.Existing) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// listIsCheaper compares the requests for so many users by name with those for
// everybody. It counts the users of the tenant, once.
func (t *Tenant) listIsCheaper(ctx context.Context, asked int) (bool, error) {
	t.mu.Lock()
	total, asks := t.total, t.asks
	t.mu.Unlock()
	if total < 0 {
		answer, err := t.client.Do(ctx, graphconn.Request{Method: http.MethodGet, Path: "/users/$count", Header: eventual()})
		if err != nil {
			return false, fmt.Errorf("counting the users of the tenant: %w", permission(err, "User.Read.All"))
		}
		if total, err = strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(string(answer.Body), "\ufeff"))); err != nil {
			return false, fmt.Errorf("counting the users of the tenant: found %q, expected a number", answer.Body)
		}
		t.mu.Lock()
		t.total = total
		t.mu.Unlock()
	}
	return total/pageSize <= max(asked/maxTerms, worth*asks), nil
}

// eventual is the header of advanced queries.
// https://learn.microsoft.com/graph/aad-advanced-queries
func eventual() http.Header { return http.Header{"Consistencylevel": {"eventual"}} }

// list reads every user of the tenant.
func (t *Tenant) list(ctx context.Context) (*snapshot, error) {
	properties, query := t.query()
	query.Set("$top", strconv.Itoa(pageSize))
	s := newSnapshot(properties)
	err := t.client.Pages(ctx, graphconn.Request{Method: http.MethodGet, Path: "/users", Query: query}, func(body []byte) error {
		return t.eachUser(body, properties, s.put)
	})
	if err != nil {
		return nil, fmt.Errorf("listing the users of the tenant: %w", t.explainRead(err, properties))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = s
	return s, nil
}

// eachUser reads a page of users.
func (t *Tenant) eachUser(body []byte, properties []property, each func(*user)) error {
	return t.eachOf(body, properties, false, each)
}

// eachOf reads a page of users that are or are not deleted.
func (t *Tenant) eachOf(body []byte, properties []property, deleted bool, each func(*user)) error {
	page, err := graphconn.Parse(body, models.CreateUserCollectionResponseFromDiscriminatorValue)
	if err != nil {
		return err
	}
	users, ok := page.(models.UserCollectionResponseable)
	if !ok {
		return fmt.Errorf("found %T, expected users", page)
	}
	list := users.GetValue()
	var docs []json.RawMessage
	if hasInt64(properties) {
		if docs, err = graphconn.Objects(body); err != nil {
			return err
		}
		if len(docs) != len(list) {
			return fmt.Errorf("found %d users and %d objects in one page, expected as many", len(list), len(docs))
		}
	}
	for i, m := range list {
		u, err := readUser(m, properties, t.o, deleted)
		if err != nil {
			return err
		}
		if docs != nil {
			if err := u.exact(docs[i], properties); err != nil {
				return err
			}
		}
		if slices.ContainsFunc(properties, func(p property) bool { return p.kind.Name == attrLicenses }) {
			t.readLicenses(u, m)
		}
		each(u)
	}
	return nil
}

// explainRead names the permissions that reading some of the properties needs.
func (t *Tenant) explainRead(err error, properties []property) error {
	if !graphconn.IsDenied(err) {
		return err
	}
	names := []string{"User.Read.All"}
	var special []string
	for _, p := range properties {
		if p.permission != "" {
			names, special = append(names, p.permission+".Read.All (for "+p.kind.Name+")"), append(special, p.kind.Name)
		}
	}
	err = permission(err, strings.Join(names, ", "))
	if len(special) > 0 {
		return fmt.Errorf("%w, or take %s out of the mapping", err, strings.Join(special, " and "))
	}
	return err
}

// asker asks for users by id. Questions that come while one is under way are
// asked together, so that a thousand resources that refresh one by one cost a
// fraction of a thousand requests.
type asker struct {
	tenant *Tenant
	mu     sync.Mutex
	queue  []*question
	busy   bool
}

type question struct {
	ctx   context.Context
	ids   []string
	found map[string]*user
	err   error
	done  chan struct{}
}

func (a *asker) ask(ctx context.Context, ids []string) (map[string]*user, error) {
	q := &question{ctx: ctx, ids: ids, done: make(chan struct{})}
	a.mu.Lock()
	a.queue = append(a.queue, q)
	lead := !a.busy
	a.busy = true
	a.mu.Unlock()
	if lead {
		a.serve()
	}
	select {
	case <-q.done:
		return q.found, q.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// serve answers what is queued until nothing is.
func (a *asker) serve() {
	for {
		a.mu.Lock()
		questions := a.queue
		a.queue = nil
		if len(questions) == 0 {
			a.busy = false
			a.mu.Unlock()
			return
		}
		a.mu.Unlock()
		a.answer(questions)
	}
}

// answer asks for everybody at once. The context is that of whoever leads; a
// question whose own has ended is not waited for by anybody.
func (a *asker) answer(questions []*question) {
	var ids []string
	for _, q := range questions {
		ids = append(ids, q.ids...)
	}
	slices.Sort(ids)
	a.tenant.mu.Lock()
	a.tenant.asks++
	a.tenant.mu.Unlock()
	ctx := context.WithoutCancel(questions[0].ctx)
	if len(questions) == 1 {
		ctx = questions[0].ctx
	}
	found, err := a.tenant.fetch(ctx, slices.Compact(ids))
	for _, q := range questions {
		q.found, q.err = make(map[string]*user, len(q.ids)), err
		for _, id := range q.ids {
			if u := found[strings.ToLower(id)]; u != nil {
				q.found[u.id] = u
			}
		}
		close(q.done)
	}
}

// fetch asks for users by id, and keeps the snapshot right.
func (t *Tenant) fetch(ctx context.Context, ids []string) (map[string]*user, error) {
	out := make(map[string]*user, len(ids))
	err := t.filter(ctx, attrID, ids, func(u *user) { out[u.id] = u })
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all != nil {
		for _, id := range ids {
			if u := out[strings.ToLower(id)]; u != nil {
				t.all.put(u)
			} else {
				t.all.drop(strings.ToLower(id))
			}
		}
	}
	return out, nil
}

// filter asks for the users that have one of the values in an attribute.
func (t *Tenant) filter(ctx context.Context, attribute string, values []string, each func(*user)) error {
	if len(values) == 0 {
		return nil
	}
	properties, query := t.query()
	return t.ask(ctx, properties, query, attribute, values, each)
}

// ask is filter for properties of the caller's choice.
func (t *Tenant) ask(ctx context.Context, properties []property, query url.Values, attribute string, values []string, each func(*user)) error {
	if len(values) == 0 {
		return nil
	}
	p, _ := t.property(attribute)
	advanced := !plainFilters[attribute]
	var requests []graphconn.Request
	for part := range slices.Chunk(directory.AllSpellings(values), maxTerms) {
		q := url.Values{}
		maps.Copy(q, query)
		q.Set("$filter", condition(p, part))
		q.Set("$top", strconv.Itoa(pageSize))
		r := graphconn.Request{Method: http.MethodGet, Path: "/users", Query: q}
		if advanced { // $expand is not for advanced queries; the managers come with the second question
			q.Del("$expand")
			q.Set("$count", "true")
			r.Header = eventual()
		}
		requests = append(requests, r)
	}
	var again []string
	take := func(u *user) {
		if advanced {
			again = append(again, u.id)
			return
		}
		each(u)
	}
	for i, result := range t.client.Batch(ctx, requests) {
		err := result.Err
		if err == nil {
			err = t.allPages(ctx, result.Response.Body, requests[i].Header, func(body []byte) error { return t.eachUser(body, properties, take) })
		}
		if err != nil {
			return fmt.Errorf("looking for users by %s (%d of %d questions): %w", attribute, i+1, len(requests), t.explainRead(err, properties))
		}
	}
	return t.ask(ctx, properties, query, attrID, again, each)
}

// allPages gives the first page, which came in a batch, and those that follow it to a function.
func (t *Tenant) allPages(ctx context.Context, first []byte, header http.Header, each func(body []byte) error) error {
	next, err := t.client.NextPage(first)
	if err != nil {
		return err
	}
	if err := each(first); err != nil || next == "" {
		return err
	}
	return t.client.Pages(ctx, graphconn.Request{Method: http.MethodGet, Path: next, Header: header}, each)
}

// bare reads as little of users as it takes to disable them, for when more cannot be read.
func (t *Tenant) bare(ctx context.Context, ids []string) (map[string]*user, error) {
	names := essential
	if p, ok := lookup(t.o.DisabledSinceAttribute); ok && !p.tenantDefined() {
		names = append(slices.Clone(names), p.kind.Name)
	}
	var properties []property
	tops := make([]string, 0, len(names))
	for _, name := range names {
		p, _ := lookup(name)
		properties, tops = append(properties, p), append(tops, p.top())
	}
	out := make(map[string]*user, len(ids))
	err := t.ask(ctx, properties, url.Values{"$select": {strings.Join(tops, ",")}}, attrID, ids, func(u *user) { out[u.id] = u })
	return out, err
}

// plainFilters are the attributes that may be filtered by without advanced query capabilities.
var plainFilters = map[string]bool{attrID: true, attrPrincipal: true, attrDisplayName: true, attrNickname: true, attrMail: true, attrEmployeeID: true, attrProxies: true,
	"givenName": true, "surname": true, "department": true, "jobTitle": true, "city": true, "country": true, "state": true, "userType": true, "usageLocation": true}

// condition is a filter for any of the values.
func condition(p property, values []string) string {
	literals := make([]string, len(values))
	for i, v := range values {
		switch p.kind.Syntax {
		case directory.Integer, directory.Large, directory.Truth, directory.Moment:
			literals[i] = p.kind.Canonical(directory.Value{v}).Text()
		default:
			literals[i] = "'" + strings.ReplaceAll(v, "'", "''") + "'"
		}
	}
	if p.list {
		for i := range literals {
			literals[i] = p.kind.Name + "/any(p:p eq " + literals[i] + ")"
		}
		return strings.Join(literals, " or ")
	}
	return p.kind.Name + " in (" + strings.Join(literals, ",") + ")"
}
