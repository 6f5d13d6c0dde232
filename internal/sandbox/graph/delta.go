// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"crypto/rand"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	deltaLifetime = 7 * 24 * time.Hour
	deltaPage     = 200
)

// changes is a delta query: what is left of the current round, and where the next begins.
type changes struct {
	query   *query
	manager bool // manager was selected
	items   []any
	tick    int
	issued  time.Time
}

var maxPageSize = regexp.MustCompile(`odata\.maxpagesize=(\d+)`)

// deltaUsers answers a round of changes: https://learn.microsoft.com/graph/delta-query-users.
func deltaUsers(s *Server, c *call) (*answer, error) {
	for _, name := range []string{"$top", "$expand", "$orderby", "$count"} {
		if c.query.Has(name) {
			return nil, badRequest("The query option '%s' is not supported for delta queries.", name)
		}
	}
	if key := c.query.Get("$skiptoken"); key != "" {
		d, f := s.deltaState(c, key)
		if f != nil {
			return nil, f
		}
		return s.deltaAnswer(c, d)
	}
	if key := c.query.Get("$deltatoken"); key != "" && key != "latest" {
		old, f := s.deltaState(c, key)
		if f != nil {
			return nil, f
		}
		next := &changes{query: old.query, manager: old.manager, tick: s.store.tick}
		s.collect(next, old.tick)
		return s.deltaAnswer(c, next)
	}
	latest := c.query.Get("$deltatoken") == "latest"
	c.query.Del("$deltatoken")
	d, f := s.newDelta(c)
	if f != nil {
		return nil, f
	}
	if !latest {
		s.collect(d, -1)
	}
	return s.deltaAnswer(c, d)
}

func (s *Server) newDelta(c *call) (*changes, *failure) {
	d := &changes{tick: s.store.tick}
	if selected := c.query.Get("$select"); selected != "" {
		var kept []string
		for name := range strings.SplitSeq(selected, ",") {
			if name == "manager" {
				d.manager = true
			} else {
				kept = append(kept, name)
			}
		}
		c.query.Set("$select", strings.Join(append(kept, "id"), ","))
	}
	var f *failure
	if d.query, f = s.parseQuery(c, kindUser); f != nil {
		return nil, f
	}
	if !onlyIDs(d.query.filter) {
		return nil, unsupported("Delta queries can be filtered by id only.")
	}
	return d, nil
}

func onlyIDs(c *condition) bool {
	if c == nil {
		return true
	}
	for _, x := range c.children {
		if !onlyIDs(x) {
			return false
		}
	}
	return c.operand == nil && c.op == "or" || c.operand != nil && c.op == "eq" && c.operand.property.name == "id"
}

// collect gathers what changed after a tick; -1 for everything that is there.
func (s *Server) collect(d *changes, since int) {
	now := s.now()
	wanted := func(e *entry) bool { return d.query.filter == nil || d.query.filter.holds(e) }
	for _, e := range s.store.all(kindUser, false) {
		if e.changed <= since || !wanted(e) {
			continue
		}
		if !e.sees(now) {
			d.tick = min(d.tick, e.changed-1) // it comes in a later round
			continue
		}
		o := s.render(e, d.query)
		for name, v := range o {
			if v == nil && since < 0 {
				delete(o, name)
			}
		}
		if d.manager && e.manager != "" {
			o["manager@delta"] = []any{object{"@odata.type": "#microsoft.graph.user", "id": e.manager}}
		}
		d.items = append(d.items, o)
	}
	if since < 0 {
		return
	}
	for _, e := range s.store.all(kindUser, true) {
		if e.changed > since && wanted(e) {
			d.items = append(d.items, object{"id": e.id, "@removed": object{"reason": "changed"}})
		}
	}
	for _, t := range s.store.purged {
		if t.tick > since && t.kind == kindUser {
			d.items = append(d.items, object{"id": t.id, "@removed": object{"reason": "deleted"}})
		}
	}
}

func (s *Server) deltaState(c *call, key string) (*changes, *failure) {
	d := s.deltas[key]
	if d == nil || s.now().Sub(d.issued) > deltaLifetime {
		return nil, &failure{status: http.StatusGone, code: "syncStateNotFound", message: "The sync state generation is not found; continue with a full synchronization.",
			header: http.Header{"Location": {s.URL() + "/" + c.version + "/users/delta?$deltatoken="}}}
	}
	return d, nil
}

func (s *Server) deltaAnswer(c *call, d *changes) (*answer, error) {
	size := deltaPage
	if m := maxPageSize.FindStringSubmatch(c.header.Get("Prefer")); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n > 0 {
			size = min(n, 999)
		}
	}
	n := min(size, len(d.items))
	body := object{"@odata.context": s.context(d.query.suffix("users")), "value": append([]any{}, d.items[:n]...)}
	rest := *d
	rest.items, rest.issued = d.items[n:], s.now()
	key := rand.Text() + rand.Text()
	s.deltas[key] = &rest
	base := s.URL() + "/" + c.version + "/users/delta?"
	if len(rest.items) > 0 {
		body["@odata.nextLink"] = base + "$skiptoken=" + key
	} else {
		body["@odata.deltaLink"] = base + "$deltatoken=" + key
	}
	return ok(body), nil
}
