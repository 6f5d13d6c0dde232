// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"slices"
	"strings"
)

func listUncast(*Server, *call) (*answer, error) {
	return nil, badRequest("The type of the deleted items is required: /directory/deletedItems/microsoft.graph.user.")
}

func listDeletedUsers(s *Server, c *call) (*answer, error)  { return s.listDeleted(c, kindUser) }
func listDeletedGroups(s *Server, c *call) (*answer, error) { return s.listDeleted(c, kindGroup) }

func (s *Server) listDeleted(c *call, kind string) (*answer, error) {
	s.store.expire(s.now().Add(-s.options.DeletedRetention))
	return s.list(c, kind, kind+"s", func() []*entry { return s.store.all(kind, true) })
}

// deleted finds a deleted object.
func (s *Server) deleted(c *call) (*entry, *failure) {
	s.store.expire(s.now().Add(-s.options.DeletedRetention))
	if e := s.store.entries[fold(c.param(0))]; e != nil && !e.deleted.IsZero() {
		return e, nil
	}
	return nil, notFound(c.param(0))
}

func getDeleted(s *Server, c *call) (*answer, error) {
	e, f := s.deleted(c)
	if f != nil {
		return nil, f
	}
	q, f := s.parseQuery(c, e.kind)
	if f != nil {
		return nil, f
	}
	return ok(s.renderTyped(e, q)), nil
}

func (s *Server) renderTyped(e *entry, q *query) object {
	body := s.render(e, q)
	body["@odata.context"] = s.context("directoryObjects/$entity")
	body["@odata.type"] = "#microsoft.graph." + e.kind
	return body
}

func purgeDeleted(s *Server, c *call) (*answer, error) {
	e, f := s.deleted(c)
	if f != nil {
		return nil, f
	}
	s.store.purge(e)
	return noContent()
}

func restoreDeleted(s *Server, c *call) (*answer, error) {
	e, f := s.deleted(c)
	if f != nil {
		return nil, f
	}
	doc := object{}
	if len(c.body) > 0 && string(c.body) != "null" {
		if doc, f = c.document(); f != nil {
			return nil, f
		}
	}
	name, _ := doc["newUserPrincipalName"].(string)
	reconcile, _ := doc["autoReconcileProxyConflict"].(bool)
	if f := s.restore(e, name, reconcile); f != nil {
		return nil, f
	}
	return ok(s.renderTyped(e, nil)), nil
}

// restore brings a deleted object back, with its name and addresses if they are
// free. With reconcile addresses that are taken are given up.
func (s *Server) restore(e *entry, name string, reconcile bool) *failure {
	back := &entry{kind: e.kind, id: e.id, props: merged(e.props, object{"deletedDateTime": nil})}
	if e.kind == kindUser {
		if name == "" {
			name = strings.TrimPrefix(e.text("userPrincipalName"), strings.ReplaceAll(e.id, "-", ""))
		} else if f := s.checkPrincipalName(name); f != nil {
			return f
		}
		back.set("userPrincipalName", name)
	}
	if reconcile {
		list, _ := back.props["proxyAddresses"].([]any)
		back.set("proxyAddresses", slices.DeleteFunc(slices.Clone(list), func(v any) bool {
			text, _ := v.(string)
			return s.store.byAddress[fold(strings.TrimPrefix(fold(text), "smtp:"))] != nil
		}))
	}
	s.store.unindex(e)
	f := s.store.conflict(back)
	if f == nil {
		e.props, e.deleted = back.props, back.deleted
		s.store.consume(e, +1)
	}
	s.store.index(e)
	if e.kind == kindUnit {
		s.markMembers(e)
	}
	return f
}
