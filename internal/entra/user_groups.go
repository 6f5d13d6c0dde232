// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"encoding/base64"
	"errors"
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

// rememberedGroups precedes the object ids of groups in one of
// [Options.RemovedGroupsAttributes]: 16 bytes each, in base64url without padding.
const rememberedGroups = "g:"

var errNoMemory = errors.New("groups: nothing says where to remember the groups that are taken away: set removed_groups_attributes in the entra block of the provider, such as [\"onPremisesExtensionAttributes/extensionAttribute14\"]")

// groupsState is the value of [directory.GroupsAttribute] of a user. Of one who is
// enabled and for whom no groups are remembered, groups are not read: that they
// are kept can be said without.
func (u *user) groupsState() directory.Value {
	return directory.GroupsState(len(u.groups) > 0 || !u.grouped && u.enabled, len(u.remembered) > 0)
}

// recall returns the object ids of the groups that were taken from a user and are
// remembered in the attributes.
func (u *user) recall(attributes []string) []string {
	var ids []string
	for _, name := range attributes {
		text, ours := strings.CutPrefix(u.text(name), rememberedGroups)
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if !ours || err != nil {
			continue
		}
		for part := range slices.Chunk(raw, len(uuid.Nil)) {
			if id, err := uuid.FromBytes(part); err == nil {
				ids = append(ids, id.String())
			}
		}
	}
	return ids
}

// toRemember returns the groups that are to be remembered of a user who loses all.
// Those that roles can be assigned to are not among them: nobody becomes an
// administrator by what an attribute says.
func (u *user) toRemember(forgotten func(account, group string) bool) []string {
	ids := slices.Clone(u.remembered)
	for id := range u.groups {
		if !u.privileged[id] && !forgotten(u.id, id) {
			ids = append(ids, id)
		}
	}
	return set(ids)
}

// maxRememberedGroups is how many groups an attribute can remember.
func maxRememberedGroups(attribute string) int {
	most := 256 // characters of a directory extension
	if p, _ := lookup(attribute); p.kind.HasMax {
		most = int(p.kind.Max)
	}
	return base64.RawURLEncoding.DecodedLen(most-len(rememberedGroups)) / len(uuid.Nil)
}

// noted returns the values that remember groups of a user, and clears the attributes
// that it does not take. It fails where there is no room for all, and where an
// attribute holds something else, which is not ours to replace.
func (t *Tenant) noted(u *user, ids []string) (map[string]directory.Value, error) {
	for _, name := range t.o.RemovedGroupsAttributes {
		if text := u.text(name); text != "" && u.recall([]string{name}) == nil {
			return nil, fmt.Errorf("%s holds %q, which is no list of groups, and is not overwritten: clear it, or name another attribute in removed_groups_attributes", name, text)
		}
	}
	out, all := map[string]directory.Value{}, 0
	rest := slices.Sorted(slices.Values(ids))
	for _, name := range t.o.RemovedGroupsAttributes {
		n := min(maxRememberedGroups(name), len(rest))
		all += maxRememberedGroups(name)
		var raw []byte
		for _, id := range rest[:n] {
			group, err := uuid.Parse(id)
			if err != nil {
				return nil, err
			}
			raw = append(raw, group[:]...)
		}
		if rest, out[name] = rest[n:], nil; n > 0 {
			out[name] = directory.Value{rememberedGroups + base64.RawURLEncoding.EncodeToString(raw)}
		}
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%d groups are to be taken away, and removed_groups_attributes has room for %d: name further attributes there, or take the user out of groups by hand", len(ids), all)
	}
	return out, nil
}

// readGroups reads the groups of users for whom that was not done yet: those from
// which a user can be taken by hand. Unless all is true, it leaves out users whose
// state can be said without.
// https://learn.microsoft.com/graph/api/user-list-memberof
func (t *Tenant) readGroups(ctx context.Context, users []*user, all bool) error {
	t.mu.Lock()
	users = slices.DeleteFunc(slices.Clone(users), func(u *user) bool { return u.grouped || !all && u.enabled && len(u.remembered) == 0 })
	t.mu.Unlock()
	query := url.Values{"$select": {groupSelect}, "$top": {strconv.Itoa(pageSize)}}
	requests := make([]graphconn.Request, len(users))
	for i, u := range users {
		requests[i] = graphconn.Request{Method: http.MethodGet, Path: "/users/" + u.id + "/memberOf", Query: query}
	}
	for i, result := range t.client.Batch(ctx, requests) {
		groups, privileged := map[string]string{}, map[string]bool{}
		err := result.Err
		if err == nil {
			take := func(body []byte) error { return takeGroups(body, groups, privileged) }
			err = t.allPages(ctx, result.Response.Body, requests[i].Header, take)
		}
		if graphconn.IsNotFound(err) {
			continue // deleted since, which others will say
		}
		if err != nil {
			return fmt.Errorf("reading the groups of %s: %w", users[i].text(attrPrincipal), permission(err, "GroupMember.Read.All"))
		}
		t.mu.Lock()
		users[i].groups, users[i].privileged, users[i].grouped = groups, privileged, true
		t.mu.Unlock()
	}
	return nil
}

// takeGroups takes the names of the groups of a page, by id.
func takeGroups(body []byte, into map[string]string, privileged map[string]bool) error {
	var page struct {
		Value []struct {
			Type string `json:"@odata.type"`
			groupDocument
		} `json:"value"`
	}
	if err := decode(body, &page); err != nil {
		return err
	}
	for i := range page.Value {
		if g := page.Value[i].group(); page.Value[i].Type == "#microsoft.graph.group" && g.Fixed() == "" {
			into[g.ID], privileged[g.ID] = g.DisplayName, g.AssignableToRole
		}
	}
	return nil
}

// withGroups reads the groups of users where a change or a decision is about them.
func (t *Tenant) withGroups(ctx context.Context, users []*user) error {
	t.mu.Lock()
	needed := t.groups
	t.mu.Unlock()
	if !needed {
		return nil
	}
	return t.readGroups(ctx, users, false)
}

// regrouping changes the groups of users.
type regrouping struct {
	*run
	tasks []*task
}

// losesGroups reports whether a user is to lose its groups.
func losesGroups(k *task) bool {
	return k.Want.Attributes[directory.GroupsAttribute].Text() == directory.GroupsRemoved
}

// writeGroups makes the groups of users what is wanted. Groups are remembered
// before they are taken away, and forgotten after they were given back, so that
// an interruption loses none and the next run finishes what this one began.
func (r *run) writeGroups(ctx context.Context) {
	g := &regrouping{run: r}
	for _, k := range r.alive() {
		want, managed := k.Want.Attributes[directory.GroupsAttribute]
		if !managed || k.failed[directory.GroupsAttribute] || k.have == nil || k.created {
			continue
		}
		unread := losesGroups(k) && !k.have.grouped // of one who was enabled when the run began
		if unread || !directory.SameGroups(want, k.have.groupsState()) {
			g.tasks = append(g.tasks, k)
		}
	}
	if len(g.tasks) == 0 {
		return
	}
	if !g.read(ctx) {
		return
	}
	r.forgotten.While(func(forgotten func(account, group string) bool) {
		g.write(ctx, "remember the groups", func(k *task) (map[string]directory.Value, error) {
			if !losesGroups(k) {
				return nil, nil
			}
			known := k.have.remembered
			ids := k.have.toRemember(forgotten)
			if len(ids) == len(known) {
				return nil, nil
			}
			return r.noted(k.have, ids)
		})
	})
	g.change(ctx)
	g.write(ctx, "forget the groups", func(k *task) (map[string]directory.Value, error) {
		if losesGroups(k) {
			return nil, nil
		}
		return r.noted(k.have, nil)
	})
}

// set returns texts sorted, each once.
func set(texts []string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}

// read reads the groups of those who lose them.
func (g *regrouping) read(ctx context.Context) bool {
	var users []*user
	for _, k := range g.tasks {
		if losesGroups(k) {
			users = append(users, k.have)
		}
	}
	err := g.readGroups(ctx, users, true)
	for _, k := range g.tasks {
		if err != nil {
			k.fail("change the groups", directory.GroupsAttribute, explain(err))
		}
	}
	return err == nil
}

// write writes attributes of those for whom nothing about groups has failed yet.
func (g *regrouping) write(ctx context.Context, op string, values func(*task) (map[string]directory.Value, error)) {
	var requests []graphconn.Request
	var parts []part
	for _, k := range g.tasks {
		if k.failed[directory.GroupsAttribute] {
			continue
		}
		v, err := values(k)
		switch {
		case err != nil:
			k.fail(op, directory.GroupsAttribute, directory.Because(directory.ErrInvalid, err))
		case len(v) > 0:
			names := slices.Sorted(maps.Keys(v))
			requests = append(requests, graphconn.Request{Method: http.MethodPatch, Path: "/users/" + k.ID, Body: g.body(names, v, k.have)})
			parts = append(parts, part{k, op, directory.GroupsAttribute, []string{directory.GroupsAttribute}})
		}
	}
	g.send(ctx, requests, parts)
}

// change takes out and puts in, for all users of a group at once.
func (g *regrouping) change(ctx context.Context) {
	changes := directory.MembershipChanges{}
	byID := map[string]*task{}
	var back []string
	for _, k := range g.tasks {
		if !losesGroups(k) {
			back = append(back, k.have.remembered...)
		}
	}
	exist, err := g.groupsByID(ctx, set(back))
	for _, k := range g.tasks {
		if err != nil && !losesGroups(k) {
			k.fail("change the groups", directory.GroupsAttribute, explain(err))
		}
		if k.failed[directory.GroupsAttribute] {
			continue
		}
		byID[k.ID] = k
		member := directory.Member{ID: k.ID, Path: k.principal(), Name: k.Want.Attributes[attrDisplayName].Text(), Class: kindUser, WorkerID: k.WorkerID}
		if losesGroups(k) {
			for id, name := range k.have.groups {
				c := changes.Of(id, name)
				c.Remove = append(c.Remove, member)
			}
			continue
		}
		g.forgotten.While(func(forgotten func(account, group string) bool) {
			for _, id := range k.have.remembered {
				_, back := k.have.groups[id]
				if group := exist[id]; group != nil && !group.AssignableToRole && !back && !forgotten(k.ID, id) { // one that was deleted has nothing to give back
					c := changes.Of(id, group.DisplayName)
					c.Add = append(c.Add, member)
				}
			}
		})
	}
	ordered := changes.Sorted()
	for i, o := range g.ChangeMembers(ctx, ordered) {
		for _, m := range slices.Concat(ordered[i].Add, ordered[i].Remove) {
			k := byID[m.ID]
			k.touched, k.out.Changed = true, true
			if err := o.Failure(m.ID); err != nil {
				k.fail("change the groups", directory.GroupsAttribute, err)
			}
		}
	}
}

// checkGroups says which changes of groups cannot be made, before anything is written.
func (t *Tenant) checkGroups(ctx context.Context, changes []directory.Change, found map[string]*user) error {
	var users []*user
	leavers := map[string]string{}
	for _, c := range changes {
		want, managed := c.Want.Attributes[directory.GroupsAttribute]
		switch u := found[strings.ToLower(c.ID)]; {
		case !managed || c.Want.Released || c.Want.Deleted || losesAccess(c, u):
		case len(t.o.RemovedGroupsAttributes) == 0:
			return errNoMemory
		case u != nil && want.Text() == directory.GroupsRemoved:
			users, leavers[u.id] = append(users, u), c.WorkerID
		}
	}
	if err := t.readGroups(ctx, users, true); err != nil {
		return err
	}
	var problems []error
	nothing := func(string, string) bool { return false }
	for _, u := range users {
		if _, err := t.noted(u, u.toRemember(nothing)); err != nil {
			problems = append(problems, &directory.PersonError{WorkerID: leavers[u.id], Name: u.text(attrDisplayName), Path: u.text(attrPrincipal), Op: "take from groups",
				Attribute: directory.GroupsAttribute, Err: directory.Because(directory.ErrInvalid, err)})
		}
	}
	return errors.Join(problems...)
}
