// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

var _ directory.Groups = (*Tenant)(nil)

// Groups implements [directory.Groups]. What could be read is returned beside an
// error about the rest.
func (t *Tenant) Groups(ctx context.Context, refs []string) (map[string]*directory.Group, error) {
	found, problem := t.FindGroups(ctx, refs)
	if found == nil {
		return nil, problem
	}
	distinct := map[string]*Group{}
	for _, g := range found {
		distinct[g.ID] = g
	}
	members, failed := t.membersOf(ctx, slices.Collect(maps.Values(distinct)))
	out := make(map[string]*directory.Group, len(found))
	for ref, g := range found {
		if have, read := members[g.ID]; read {
			out[ref] = &directory.Group{ID: g.ID, Path: g.MailNickname, Name: g.DisplayName, Fixed: g.Fixed(), Privileged: g.privileged(), Members: maps.Clone(have)}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(failed)) {
		problem = errors.Join(problem, failed[id])
	}
	return out, problem
}

// memberSelect is what is read of members and owners.
func (t *Tenant) memberSelect() string {
	names := []string{attrID, attrDisplayName, attrPrincipal}
	if worker, ok := lookup(t.o.WorkerIDAttribute); ok && !slices.Contains(names, worker.top()) {
		names = append(names, worker.top())
	}
	return strings.Join(names, ",")
}

// memberPage is a page of members of a group that is to be read.
type memberPage struct {
	group *Group
	path  string
	query url.Values
}

// membersOf reads all direct members of groups, twenty pages a request. A group
// that is gone meanwhile is absent.
// https://learn.microsoft.com/graph/api/group-list-members
func (t *Tenant) membersOf(ctx context.Context, groups []*Group) (out map[string]map[string]directory.Member, failed map[string]error) {
	return t.membersBy(ctx, groups, "members")
}

// MembersOf returns the members of groups by object id of the group and of the member: the direct ones, or those of the
// groups in it, too. A group that is gone meanwhile is absent.
// https://learn.microsoft.com/graph/api/group-list-transitivemembers
func (t *Tenant) MembersOf(ctx context.Context, groups []*Group, transitive bool) (map[string]map[string]directory.Member, error) {
	relation := "members"
	if transitive {
		relation = "transitiveMembers"
	}
	out, failed := t.membersBy(ctx, groups, relation)
	var problems []error
	for _, id := range slices.Sorted(maps.Keys(failed)) {
		problems = append(problems, failed[id])
	}
	return out, errors.Join(problems...)
}

// membersBy is membersOf for one of the relations of a group.
func (t *Tenant) membersBy(
	ctx context.Context, groups []*Group, relation string,
) (out map[string]map[string]directory.Member, failed map[string]error) {
	out, failed = make(map[string]map[string]directory.Member, len(groups)), map[string]error{}
	var pages []memberPage
	for _, g := range groups {
		out[g.ID] = map[string]directory.Member{}
		query := url.Values{"$select": {t.memberSelect()}, "$top": {strconv.Itoa(pageSize)}}
		pages = append(pages, memberPage{g, "/groups/" + g.ID + "/" + relation, query})
	}
	seen := map[string]bool{}
	for len(pages) > 0 {
		requests := make([]graphconn.Request, len(pages))
		for i, p := range pages {
			requests[i] = graphconn.Request{Method: http.MethodGet, Path: p.path, Query: p.query}
		}
		var more []memberPage
		for i, result := range t.insist(ctx, requests, func(i int, err error) bool { return graphconn.IsNotFound(err) && t.isYoung(pages[i].group.ID) }) {
			g := pages[i].group
			next, err := "", result.Err
			if err == nil {
				next, err = t.eachMember(result.Response.Body, func(m directory.Member) { out[g.ID][m.ID] = m })
			}
			if err == nil && next != "" && seen[next] {
				err = errors.New("a page came twice")
			}
			switch {
			case graphconn.IsNotFound(err):
				delete(out, g.ID)
			case err != nil:
				delete(out, g.ID)
				failed[g.ID] = &directory.MembershipError{Group: g.DisplayName, Op: "read", Err: permission(err, "GroupMember.Read.All")}
			case next != "":
				seen[next] = true
				more = append(more, memberPage{group: g, path: next})
			}
		}
		pages = more
	}
	return out, failed
}

// eachMember reads a page of directory objects, and returns the link to the next
// one below the version of Graph, as batches want it.
func (t *Tenant) eachMember(body []byte, each func(directory.Member)) (next string, err error) {
	next, err = t.client.NextPage(body)
	if err != nil {
		return "", err
	}
	var page struct {
		Value []map[string]any `json:"value"`
	}
	if err := decode(body, &page); err != nil {
		return "", err
	}
	for _, doc := range page.Value {
		each(t.asMember(doc))
	}
	return strings.TrimPrefix(next, t.client.Base()), nil
}

// asMember reads a directory object.
func (t *Tenant) asMember(doc map[string]any) directory.Member {
	text := func(name string) string {
		var v any = doc
		for part := range strings.SplitSeq(name, "/") {
			v = member(v, part)
		}
		s, _ := v.(string)
		return s
	}
	m := directory.Member{ID: strings.ToLower(text(attrID)), Path: text(attrPrincipal), Name: text(attrDisplayName), Class: strings.TrimPrefix(text("@odata.type"), "#microsoft.graph."), WorkerID: text(t.o.WorkerIDAttribute)}
	if m.Class == "" && m.Path != "" {
		m.Class = kindUser
	}
	if m.Path == "" {
		m.Path = m.Name
	}
	return m
}

func (t *Tenant) userMember(u *user) directory.Member {
	return directory.Member{ID: u.id, Path: u.text(attrPrincipal), Name: u.text(attrDisplayName), Class: kindUser, WorkerID: u.text(t.o.WorkerIDAttribute)}
}

// Members implements [directory.Groups]: users by object id, userPrincipalName or
// worker id, and groups by object id. A worker id that several users carry is an
// error beside what was found.
func (t *Tenant) Members(ctx context.Context, refs []string) (map[string]directory.Member, error) {
	l := &memberLookup{Tenant: t, found: map[string]directory.Member{}}
	for _, ref := range refs {
		if ref != "" && !slices.Contains(l.open[directory.Fold(ref)], ref) {
			if l.open == nil {
				l.open = map[string][]string{}
			}
			l.open[directory.Fold(ref)] = append(l.open[directory.Fold(ref)], ref)
		}
	}
	for _, step := range []func(context.Context) error{l.byObjectID, l.byPrincipal, l.byLink, l.byWorker} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return l.found, errors.Join(l.problems...)
}

// memberLookup finds members step by step; open are the references, as they were
// given, by their folded form that nobody was found for yet.
type memberLookup struct {
	*Tenant
	open     map[string][]string
	found    map[string]directory.Member
	problems []error
}

func (l *memberLookup) resolve(key string, m directory.Member) {
	for _, ref := range l.open[key] {
		l.found[ref] = m
	}
	delete(l.open, key)
}

// keys returns the open references that a condition holds for, sorted.
func (l *memberLookup) keys(holds func(string) bool) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(l.open)), func(key string) bool { return !holds(key) })
}

func (l *memberLookup) byObjectID(ctx context.Context) error {
	ids := l.keys(isObjectID)
	users, err := l.shown(ctx, ids)
	if err != nil {
		return err
	}
	for id, u := range users {
		l.resolve(id, l.userMember(u))
	}
	groups, err := l.groupsByID(ctx, l.keys(isObjectID))
	if err != nil {
		return err
	}
	for id, g := range groups {
		l.resolve(id, directory.Member{ID: g.ID, Path: g.DisplayName, Name: g.DisplayName, Class: kindGroup})
	}
	return nil
}

// shown returns users by object id. Those that this process created are waited for.
func (t *Tenant) shown(ctx context.Context, ids []string) (map[string]*user, error) {
	var users map[string]*user
	fresh := false
	err := t.until(ctx, true, func() (bool, error) {
		var err error
		users, err = t.byIDs(ctx, ids, fresh)
		fresh = true
		return !slices.ContainsFunc(ids, func(id string) bool { return users[id] == nil && t.isYoung(id, kindUser) }), err
	})
	return users, err
}

// search finds users by a value. Whom the list of the tenant that this process has
// read does not show may have been created since, by somebody else, and is asked for.
func (l *memberLookup) search(ctx context.Context, attribute string, values []string) (map[string][]*user, error) {
	found, err := l.findUsers(ctx, attribute, values)
	l.mu.Lock()
	listed := l.all != nil
	l.mu.Unlock()
	if err != nil || !listed {
		return found, err
	}
	missing := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return len(found[indexKey(attribute, v)]) > 0 })
	err = l.filter(ctx, attribute, missing, func(u *user) {
		key := indexKey(attribute, u.text(attribute))
		found[key] = append(found[key], u)
		l.note(u)
	})
	return found, err
}

func (l *memberLookup) byPrincipal(ctx context.Context) error {
	names := l.keys(func(key string) bool { return strings.Contains(key, "@") })
	found, err := l.search(ctx, attrPrincipal, names)
	if err != nil {
		return err
	}
	for _, name := range names {
		if hits := found[indexKey(attrPrincipal, name)]; len(hits) > 0 {
			l.resolve(name, l.userMember(hits[0]))
		}
	}
	return nil
}

// byLink uses what this process knows: whom it created may not be found by search yet.
func (l *memberLookup) byLink(ctx context.Context) error {
	linked := map[string]string{}
	l.mu.Lock()
	for key := range l.open {
		if id := l.arrivals.Known(key); id != "" && l.made[id] != "" {
			linked[key] = id
		}
	}
	l.mu.Unlock()
	if len(linked) == 0 {
		return nil
	}
	users, err := l.shown(ctx, slices.Sorted(maps.Values(linked)))
	for key, id := range linked {
		if u := users[id]; u != nil {
			l.resolve(key, l.userMember(u))
		}
	}
	return err
}

func (l *memberLookup) byWorker(ctx context.Context) error {
	keys := l.keys(func(string) bool { return true })
	found, err := l.search(ctx, l.o.WorkerIDAttribute, keys)
	if err != nil {
		return err
	}
	for _, key := range keys {
		switch hits := found[indexKey(l.o.WorkerIDAttribute, key)]; {
		case len(hits) == 1:
			l.resolve(key, l.userMember(hits[0]))
		case len(hits) > 1:
			l.problems = append(l.problems, directory.Because(directory.ErrAmbiguous, fmt.Errorf("%d users have the %s %q, such as %s and %s", len(hits), l.o.WorkerIDAttribute, l.open[key][0], hits[0].text(attrPrincipal), hits[1].text(attrPrincipal))))
		}
	}
	return nil
}

// CheckMembers implements [directory.Groups]: a group of Microsoft 365, or one
// that roles can be assigned to, holds no groups, and no group holds itself, at
// whatever depth.
func (t *Tenant) CheckMembers(ctx context.Context, group *directory.Group, add []directory.Member) error {
	nested := slices.DeleteFunc(slices.Clone(add), func(m directory.Member) bool { return m.Class != kindGroup })
	if len(nested) == 0 {
		return nil
	}
	g, err := t.ReadGroup(ctx, group.ID, false)
	if err != nil || g == nil {
		return err // one that is gone is said by the write
	}
	return t.checkNested(ctx, g, nested)
}

// checkNested says which groups a group cannot hold.
func (t *Tenant) checkNested(ctx context.Context, g *Group, nested []directory.Member) error {
	above, err := t.holders(ctx, g.ID)
	if err != nil {
		return &directory.MembershipError{Group: g.DisplayName, Op: "read", Err: permission(err, "GroupMember.Read.All")}
	}
	var problems []error
	for _, m := range nested {
		var because error
		switch {
		case m.ID == g.ID:
			because = errors.New("a group cannot be a member of itself")
		case above[m.ID]:
			because = fmt.Errorf("the nesting would be circular: %q is a member of %q already, directly or through other groups", g.DisplayName, m.Name)
		case g.Type == GroupMicrosoft365:
			because = errors.New("it is a group, and a group of Microsoft 365 holds users only")
		case g.AssignableToRole:
			because = errors.New("it is a group, and a group that roles can be assigned to holds no groups")
		}
		if because != nil {
			problems = append(problems, &directory.MembershipError{Group: g.DisplayName, Member: m, Op: "add", Err: because})
		}
	}
	return errors.Join(problems...)
}

// holders returns the groups that hold a group, at any depth: what Graph shows,
// and what this process wrote, which may not show yet.
// https://learn.microsoft.com/graph/api/group-list-transitivememberof
func (t *Tenant) holders(ctx context.Context, id string) (map[string]bool, error) {
	out := map[string]bool{}
	asked := map[string]bool{id: true}
	for queue := []string{id}; len(queue) > 0; queue = queue[1:] {
		query := url.Values{"$select": {attrID}, "$top": {strconv.Itoa(pageSize)}}
		err := t.client.Pages(ctx, graphconn.Request{Method: http.MethodGet, Path: "/groups/" + queue[0] + "/transitiveMemberOf", Query: query}, func(body []byte) error {
			_, err := t.eachMember(body, func(m directory.Member) { out[m.ID] = true })
			return err
		})
		if err != nil && !graphconn.IsNotFound(err) {
			return nil, err
		}
		t.mu.Lock()
		for inner := range maps.Clone(out) {
			queue = t.climb(inner, out, asked, queue)
		}
		queue = t.climb(queue[0], out, asked, queue)
		t.mu.Unlock()
	}
	return out, nil
}

// climb adds the groups that this process put a group into. t.mu is held.
func (t *Tenant) climb(id string, out, asked map[string]bool, queue []string) []string {
	for _, outer := range t.nested[id] {
		out[outer] = true
		if !asked[outer] {
			asked[outer] = true
			queue = append(queue, outer)
		}
	}
	return queue
}
