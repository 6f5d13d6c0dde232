// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"strings"
	"sync"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/directory"
)

// recorded says in the context of writes whom they are about, and why.
func (r *run) recorded(ctx context.Context) context.Context {
	var mu sync.Mutex // batches are sent at once
	known := map[string]*task{}
	for _, k := range r.tasks {
		if k.ID == "" {
			known[strings.ToLower(k.principal())] = k
		}
	}
	return audit.Resolve(ctx, func(id, path string) (audit.Subject, bool) {
		mu.Lock()
		defer mu.Unlock()
		key := strings.ToLower(id)
		if id == "" {
			key = strings.ToLower(path)
		}
		k := known[key]
		if k == nil && id != "" { // nothing of a run changes while its requests are under way
			for _, one := range r.tasks {
				if one.ID != "" {
					known[strings.ToLower(one.ID)] = one
				}
			}
			k = known[key]
		}
		if k == nil {
			return audit.Subject{}, false
		}
		return r.subject(k), true
	})
}

func (r *run) subject(k *task) audit.Subject {
	have := k.have
	s := audit.Subject{Worker: k.WorkerID, ID: k.ID, Name: k.Want.Attributes[attrDisplayName].Text(), Cause: k.Cause, Before: func(attribute string) ([]string, bool) {
		return r.before(have, attribute)
	}}
	if s.Name == "" && have != nil {
		s.Name = have.text(attrDisplayName)
	}
	return s
}

// before returns what an attribute of a user held when the user was read.
func (t *Tenant) before(have *user, attribute string) ([]string, bool) {
	switch {
	case have == nil:
		return nil, false
	case attribute == attrManager && have.manager == "":
		return nil, true
	case attribute == attrManager:
		return []string{have.manager}, true
	}
	p, known := t.property(attribute)
	if !known {
		return nil, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	v, held := have.values[p.kind.Name]
	if p.kind.Syntax == directory.Boolean || p.kind.Syntax == directory.Truth { // as JSON writes it
		v = directory.Value{strings.ToLower(v.Text())}
	}
	return v, held || !have.partial()
}

// partial reports that a user is what a creation sent, and was not read yet.
func (u *user) partial() bool { return u.values[attrNickname] == nil }

// aboutGroups says in the context of writes what groups and members are called.
func aboutGroups(ctx context.Context, changes []directory.MembershipChange) context.Context {
	names, members := map[string]string{}, map[string]audit.Member{}
	for _, c := range changes {
		names[strings.ToLower(c.GroupID)] = c.Name
		for _, list := range [][]directory.Member{c.Add, c.Remove} {
			for _, m := range list {
				members[m.ID] = audit.Member{ID: m.ID, Worker: m.WorkerID, Name: m.Name}
			}
		}
	}
	return audit.Resolve(ctx, func(id, _ string) (audit.Subject, bool) {
		name, known := names[strings.ToLower(id)]
		return audit.Subject{Name: name, Members: members}, known
	})
}

// aboutGroup says in the context of writes what a group and its owners are called.
func aboutGroup(ctx context.Context, name string, owners ...directory.Member) context.Context {
	members := make(map[string]audit.Member, len(owners))
	for _, m := range owners {
		members[m.ID] = audit.Member{ID: m.ID, Worker: m.WorkerID, Name: m.Name}
	}
	return audit.With(ctx, audit.Subject{Kind: audit.Group, Name: name, Members: members})
}

// unrecorded reports that a write was not sent, because it could not be put on record.
func unrecorded(err error) bool {
	var e *audit.Error
	return errors.As(err, &e)
}
