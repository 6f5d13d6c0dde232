// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// AddUser creates a user, at once visible, and returns its id. Properties are
// those of Graph, read-only ones too; what is needed and missing is made up of
// userPrincipalName, or of the number of the user. It panics where Graph would
// answer with a conflict: a test is wrong then.
func (s *Server) AddUser(props map[string]any) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := clone(props)
	number := len(s.store.entries)
	fill := func(name string, value any) {
		if _, given := p[name]; !given {
			p[name] = value
		}
	}
	fill("userPrincipalName", fmt.Sprintf("user%06d@%s", number, s.store.domains[0]))
	fill("displayName", fmt.Sprintf("User %06d", number))
	fill("mailNickname", fmt.Sprintf("user%06d", number))
	fill("accountEnabled", true)
	manager, _ := p["manager"].(string)
	delete(p, "manager")
	e, f := s.enter(kindUser, &draft{props: s.typed(kindUser, p)})
	if f != nil {
		panic(fmt.Sprintf("graph: AddUser(%v): %v", props, f))
	}
	e.hidden, e.visible, e.manager = 0, time.Time{}, manager
	return e.id
}

// typed checks properties that are written by hand: they may be read-only ones,
// but they exist and have their type.
func (s *Server) typed(kind string, props map[string]any) object {
	for name, value := range props {
		p := s.store.property(kind, name)
		if p == nil {
			panic(fmt.Sprintf("graph: a %s has no property %q", kind, name))
		}
		checked, f := s.store.checkValue(p, kind, value)
		if f != nil {
			panic(fmt.Sprintf("graph: %s = %v: %v", name, value, f))
		}
		props[name] = checked
	}
	return props
}

// clone makes a copy of what JSON can say, with the types that JSON gives.
func clone(v map[string]any) map[string]any {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	out := map[string]any{}
	if v != nil {
		if err := unmarshal(text, &out); err != nil {
			panic(err)
		}
	}
	return out
}

// SyncUser creates a user that is synchronized from an on-premises domain, with
// the objectGUID of the account there, and returns its id. Properties that are
// mastered there cannot be written here.
func (s *Server) SyncUser(guid [16]byte, samAccountName string, props map[string]any) string {
	p := clone(props)
	for name, value := range map[string]any{
		"onPremisesSyncEnabled": true, "onPremisesImmutableId": base64.StdEncoding.EncodeToString(guid[:]), "onPremisesSamAccountName": samAccountName, "onPremisesDomainName": "corp.example.com",
		"onPremisesDistinguishedName": "CN=" + samAccountName + ",CN=Users,DC=corp,DC=example,DC=com", "onPremisesLastSyncDateTime": s.now().Format(time.RFC3339),
		"onPremisesUserPrincipalName": p["userPrincipalName"],
	} {
		if _, given := p[name]; !given && value != nil {
			p[name] = value
		}
	}
	return s.AddUser(p)
}

// AddDomain adds a verified domain.
func (s *Server) AddDomain(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store.domains = append(s.store.domains, name)
}

func (s *Server) domains() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.store.domains)
}

// User returns everything that the tenant holds of a user, by id or
// userPrincipalName, with "manager" as id; nil where there is none that is not deleted.
func (s *Server) User(key string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.store.locate(kindUser, key); e != nil {
		return e.dump()
	}
	return nil
}

// UserID returns the id of a user, by userPrincipalName; "" where there is none.
func (s *Server) UserID(principal string) string {
	id, _ := s.User(principal)["id"].(string)
	return id
}

// Users returns all users that are not deleted, sorted by id.
func (s *Server) Users() []map[string]any { return s.dumpAll(kindUser, false) }

// DeletedUsers returns the users that can be restored, sorted by id.
func (s *Server) DeletedUsers() []map[string]any { return s.dumpAll(kindUser, true) }

func (s *Server) dumpAll(kind string, deleted bool) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []map[string]any
	for _, e := range s.store.all(kind, deleted) {
		out = append(out, e.dump())
	}
	return out
}

func (e *entry) dump() map[string]any {
	out := clone(e.props)
	if e.manager != "" {
		out["manager"] = e.manager
	}
	return out
}

// Update changes a user as somebody does by hand, whatever the property; nil
// clears. "manager" is an id. It panics on a conflict and if there is no such user.
func (s *Server) Update(key string, props map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.must(key)
	p := clone(props)
	if manager, given := p["manager"]; given {
		e.manager, _ = manager.(string)
		delete(p, "manager")
	}
	if f := s.change(e, &draft{props: s.typed(kindUser, p)}); f != nil {
		panic(fmt.Sprintf("graph: Update(%q, %v): %v", key, props, f))
	}
}

func (s *Server) must(key string) *entry {
	e := s.store.locate(kindUser, key)
	if e == nil {
		panic(fmt.Sprintf("graph: no user %q", key))
	}
	return e
}

// Delete deletes a user as somebody does by hand; it can be restored.
func (s *Server) Delete(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.softDelete(s.must(key))
}

// Restore brings a deleted user back, by id.
func (s *Server) Restore(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.store.entries[fold(id)]
	if e == nil || e.deleted.IsZero() {
		panic(fmt.Sprintf("graph: no deleted user %q", id))
	}
	if f := s.restore(e, "", false); f != nil {
		panic(fmt.Sprintf("graph: Restore(%q): %v", id, f))
	}
}

// Purge removes a deleted user for ever, by id.
func (s *Server) Purge(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.store.entries[fold(id)]; e != nil && !e.deleted.IsZero() {
		s.store.purge(e)
	}
}

// AddGroup creates a group, at once visible, and returns its id. What is needed
// and missing is made up: a security group.
func (s *Server) AddGroup(props map[string]any) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := clone(props)
	for name, value := range map[string]any{"displayName": "Group", "mailEnabled": false, "securityEnabled": true, "mailNickname": fmt.Sprintf("group%06d", len(s.store.entries))} {
		if _, given := p[name]; !given {
			p[name] = value
		}
	}
	if mail := s.mailOf(p); mail != "" {
		p["mail"] = mail
	}
	e, f := s.enter(kindGroup, &draft{props: s.typed(kindGroup, p)})
	if f != nil {
		panic(fmt.Sprintf("graph: AddGroup(%v): %v", props, f))
	}
	e.hidden, e.visible = 0, time.Time{}
	return e.id
}

// AddOwner makes a user an owner of a group, at once visible. Both are named by id; it panics
// if there is no such object.
func (s *Server) AddOwner(group, owner string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, o := s.store.entries[fold(group)], s.store.entries[fold(owner)]
	if g == nil || o == nil {
		panic(fmt.Sprintf("graph: AddOwner(%q, %q): no such object", group, owner))
	}
	g.owners = append(g.owners, o.id)
}

// AddMember makes a user or group a member of a group, at once visible. Both are
// named by id; it panics if there is no such object.
func (s *Server) AddMember(group, member string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, m := s.store.entries[fold(group)], s.store.entries[fold(member)]
	if g == nil || m == nil {
		panic(fmt.Sprintf("graph: AddMember(%q, %q): no such object", group, member))
	}
	g.members.add(m.id)
}

// Group returns everything that the tenant holds of a group, by id, with "members"
// and "owners" as ids; nil where there is none that is not deleted.
func (s *Server) Group(id string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.store.locate(kindGroup, id)
	if e == nil {
		return nil
	}
	out := e.dump()
	out["members"], out["owners"] = slices.Clone(e.members.order), slices.Clone(e.owners)
	return out
}

// ExpireTokens ends all access tokens issued so far.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		t.revoked = true
	}
}

// NewGUID returns a random objectGUID for SyncUser.
func NewGUID() [16]byte {
	return uuid.New()
}

// Revoke takes a permission from the application: tokens that are issued from now on lack it.
func (s *Server) Revoke(permission string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.Permissions = slices.DeleteFunc(slices.Clone(s.options.Permissions), func(p string) bool { return p == permission })
}
