// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/directory"
)

// recorded says in the context of writes whom they are about, and why.
func (t *task) recorded(ctx context.Context) context.Context {
	name, _ := t.want(attrDisplayName)
	s := audit.Subject{Worker: t.WorkerID, ID: t.out.ID, Name: name.Text(), Cause: t.Cause, Before: func(attribute string) ([]string, bool) {
		if t.have == nil || !t.have.wasAsked(attribute) {
			return nil, false
		}
		return t.have.get(attribute), true
	}}
	return audit.With(ctx, s)
}

// wasAsked reports whether a record tells what an attribute holds.
func (r *record) wasAsked(attribute string) bool {
	if _, held := lookup(r.values, attribute); held || isName(attribute, attrCN) {
		return held
	}
	for _, name := range r.asked {
		if isName(name, attribute) {
			return true
		}
	}
	return false
}

// aboutGroup says in the context of writes which group they are about, and which members.
func aboutGroup(ctx context.Context, id, name string, members ...directory.Member) context.Context {
	s := audit.Subject{Kind: audit.Group, ID: id, Name: name}
	if len(members) > 0 {
		s.Members = make(map[string]audit.Member, len(members))
		for _, m := range members {
			s.Members[m.ID] = audit.Member{ID: m.ID, Worker: m.WorkerID, Name: m.Name}
		}
	}
	return audit.With(ctx, s)
}

// aboutUnit says in the context of writes which organizational unit they are about.
func aboutUnit(ctx context.Context, id string) context.Context {
	return audit.With(ctx, audit.Subject{Kind: audit.Unit, ID: id})
}
