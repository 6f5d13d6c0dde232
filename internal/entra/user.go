// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"terraform-provider-workforce/internal/directory"
)

// user is a user as it was read.
type user struct {
	id      string
	enabled bool
	deleted bool
	values  map[string]directory.Value // by property name; absent where there is no value
	// manager is the object id of the manager, managerWorker its worker id and
	// managerName its user principal name, where they are known.
	manager, managerWorker, managerName string
	// groups are the names of the groups that the user can be taken from, by object
	// id, once grouped says that they were read; remembered are those that were taken away.
	groups     map[string]string
	privileged map[string]bool // of groups, those that roles can be assigned to
	grouped    bool
	remembered []string
	licenses   licensesHeld
	record     record
	unrecorded error // why no record can be written about the user; nil where one can
}

func (u *user) text(name string) string { return u.values[name].Text() }

func (u *user) synced() bool { return u.text(attrSynced) == "TRUE" }

// readUser is newUser of an answer that must be whole: what is missing of it is not
// taken for a user who cannot sign in.
func readUser(m models.Userable, properties []property, o Options, deleted bool) (*user, error) {
	u := newUser(m, properties, o)
	if u.id == "" {
		return nil, fmt.Errorf("the answer has a user without an id (%q), which was asked for: nothing is decided without it",
			u.text(attrPrincipal))
	}
	if m.GetAccountEnabled() == nil {
		if !deleted {
			return nil, fmt.Errorf("the answer does not say whether the user %s (object id %s) is enabled, which was asked for: nothing is decided without it; run again, and ask Microsoft if it lasts", u.text(attrPrincipal), u.id)
		}
		u.enabled = true // a deleted one, of whom it counts when it is restored
	}
	return u, nil
}

// newUser reads a user from the model of msgraph-sdk-go.
func newUser(m models.Userable, properties []property, o Options) *user {
	u := &user{values: make(map[string]directory.Value, len(properties))}
	for _, p := range properties {
		if v := p.get(m); len(v) > 0 {
			u.values[p.kind.Name] = p.kind.Canonical(v)
		}
	}
	u.id, u.enabled, u.remembered = u.text(attrID), u.text(attrEnabled) == "TRUE", u.recall(o.RemovedGroupsAttributes)
	u.readRecord(o)
	switch manager := m.GetManager().(type) {
	case nil:
	case models.Userable:
		u.manager, u.managerName = fromPointer(manager.GetId()).Text(), fromPointer(manager.GetUserPrincipalName()).Text()
		if p, ok := lookup(o.WorkerIDAttribute); ok {
			u.managerWorker = p.get(manager).Text()
		}
	default:
		u.manager = fromPointer(manager.GetId()).Text()
		u.managerName, u.managerWorker = raw(manager.GetAdditionalData()[attrPrincipal]).Text(), raw(manager.GetAdditionalData()[o.WorkerIDAttribute]).Text()
	}
	return u
}

// existing translates a user for decisions and documents.
func (u *user) existing() *directory.Existing {
	e := &directory.Existing{ID: u.id, Path: u.text(attrPrincipal), Class: "user", Deleted: u.deleted,
		Account: directory.Account{Enabled: u.enabled, Attributes: make(map[string]directory.Value, len(u.values)+1)}}
	e.Guest, e.Sessions, e.Synchronised = u.guest(), u.sessions(), u.synced()
	if errors.Is(u.unrecorded, errFormerlySynchronised) {
		e.Unrecorded = u.unrecorded.Error()
	}
	if !u.enabled {
		e.DisabledSince, e.DisabledFor = u.record.at, u.record.cause
	} else {
		e.Remembers = u.record.cause
	}
	e.Interim = strings.EqualFold(e.Path, u.interim())
	for name, v := range u.values {
		e.Account.Attributes[name] = slices.Clone(v)
	}
	if state := u.groupsState(); len(state) > 0 {
		e.Account.Attributes[directory.GroupsAttribute] = state
	}
	switch {
	case u.manager == "":
	case u.managerWorker != "":
		e.Account.Attributes[attrManager] = directory.Value{u.managerWorker}
	case u.managerName != "":
		e.Account.Attributes[attrManager] = directory.Value{u.managerName}
	default:
		e.Account.Attributes[attrManager] = directory.Value{u.manager}
	}
	return e
}

// interim is the principal name that a user gets whose name somebody else is about to
// get: nobody else can have it, and everybody can tell what it is.
func (u *user) interim() string {
	_, domain, _ := strings.Cut(u.text(attrPrincipal), "@")
	return strings.ReplaceAll(u.id, "-", "") + "@" + domain
}

// restoredName takes from the name of a deleted user what deletion put before
// it: the object id without its dashes.
func restoredName(id, name string) string {
	prefix := strings.ReplaceAll(id, "-", "")
	if len(name) > len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
		return name[len(prefix):]
	}
	return name
}

// snapshot is every user of the tenant.
type snapshot struct {
	byID  map[string]*user
	reads map[string]bool // properties that were read
	index map[string]map[string][]*user
}

func newSnapshot(properties []property) *snapshot {
	s := &snapshot{byID: map[string]*user{}, reads: map[string]bool{}, index: map[string]map[string][]*user{}}
	for _, p := range properties {
		s.reads[p.kind.Name] = true
	}
	return s
}

// covers reports whether everything that is needed was read.
func (s *snapshot) covers(properties []property) bool {
	return s != nil && !slices.ContainsFunc(properties, func(p property) bool { return !s.reads[p.kind.Name] })
}

// put replaces what is known of a user.
func (s *snapshot) put(u *user) {
	s.drop(u.id)
	s.byID[u.id] = u
	for attribute, index := range s.index {
		for _, v := range u.values[attribute] {
			index[indexKey(attribute, v)] = append(index[indexKey(attribute, v)], u)
		}
	}
}

func (s *snapshot) drop(id string) {
	old := s.byID[id]
	if old == nil {
		return
	}
	delete(s.byID, id)
	for attribute, index := range s.index {
		for _, v := range old.values[attribute] {
			key := indexKey(attribute, v)
			index[key] = slices.DeleteFunc(slices.Clone(index[key]), func(u *user) bool { return u.id == id })
		}
	}
}

// find returns the users with a value in an attribute.
func (s *snapshot) find(attribute, value string) []*user {
	index := s.index[attribute]
	if index == nil {
		index = make(map[string][]*user, len(s.byID))
		for _, id := range slices.Sorted(maps.Keys(s.byID)) {
			u := s.byID[id]
			for _, v := range u.values[attribute] {
				index[indexKey(attribute, v)] = append(index[indexKey(attribute, v)], u)
			}
		}
		s.index[attribute] = index
	}
	return index[indexKey(attribute, value)]
}

// indexKey is the form under which values are compared: addresses are found with
// and without their "smtp:".
func indexKey(attribute, value string) string {
	key := directory.Fold(value)
	if attribute == attrProxies {
		return strings.TrimPrefix(key, "smtp:")
	}
	return key
}
