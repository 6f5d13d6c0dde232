// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"cmp"
	"crypto/rand"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	defaultPage  = 100
	activityPage = 120 // the most users on a page with signInActivity
)

// listing is a list that is read page by page: the objects as they were when it began.
type listing struct {
	path    string
	entries []*entry
	offset  int
	size    int
	query   *query
	context string
	typed   bool // objects carry @odata.type
	live    bool // the objects are not deleted
}

func listUsers(s *Server, c *call) (*answer, error) { return s.list(c, kindUser, "users", nil) }

// list answers a collection of objects of a kind: of source, or all of the kind.
func (s *Server) list(c *call, kind, context string, source func() []*entry) (*answer, error) {
	q, f := s.parseQuery(c, kind)
	if f != nil {
		return nil, f
	}
	if key := c.query.Get("$skiptoken"); key != "" {
		return s.nextPage(c, key, q)
	}
	l := &listing{path: c.path, size: q.top, query: q, context: q.suffix(context), typed: source != nil}
	if l.size == 0 {
		l.size = defaultPage
	}
	if slices.Contains(q.selected, "signInActivity") && l.size > activityPage {
		return nil, unsupported("Cannot query data for more than %d users at a time.", activityPage)
	}
	if s.options.PageLimit > 0 {
		l.size = min(l.size, s.options.PageLimit)
	}
	l.entries = s.matching(kind, q, source)
	l.live = len(l.entries) > 0 && l.entries[0].deleted.IsZero()
	return s.page(c, l, true)
}

// matching returns the visible objects that satisfy a query.
func (s *Server) matching(kind string, q *query, source func() []*entry) []*entry {
	var candidates []*entry
	switch {
	case source != nil:
		candidates = source()
	default:
		if indexed, narrow := s.store.candidates(kind, q.filter); narrow {
			candidates = sorted(indexed)
		} else {
			candidates = s.store.all(kind, false)
		}
	}
	now, out := s.now(), candidates[:0:0]
	for _, e := range candidates {
		if (q.filter == nil || q.filter.holds(e)) && q.finds(e) && e.sees(now) {
			out = append(out, e)
		}
	}
	return ordered(out, q.orderBy)
}

// nextPage continues a list. A token belongs to the path that it was given for.
func (s *Server) nextPage(c *call, key string, q *query) (*answer, error) {
	l := s.pages[key]
	switch {
	case l == nil || l.path != c.path:
		return nil, &failure{status: 400, code: "Directory_ExpiredPageToken", message: "The specified page token value has expired and can no longer be included in your request."}
	case l.query.count && !q.advanced:
		return nil, unsupported("The page belongs to a query with advanced capabilities: repeat the header ConsistencyLevel: eventual.")
	}
	return s.page(c, l, false)
}

func (s *Server) page(c *call, l *listing, first bool) (*answer, error) {
	end := min(l.offset+l.size, len(l.entries))
	value := make([]any, 0, end-l.offset)
	for _, e := range l.entries[l.offset:end] {
		if _, there := s.store.entries[e.id]; !there && e != s.store.app || e.deleted.IsZero() != l.live {
			continue // since the list began
		}
		o := s.render(e, l.query)
		if l.typed {
			o["@odata.type"] = "#microsoft.graph." + e.kind
		}
		value = append(value, o)
	}
	body := object{"@odata.context": s.context(l.context), "value": value}
	if first && l.query.count {
		body["@odata.count"] = len(l.entries)
	}
	if end < len(l.entries) {
		next := *l
		next.offset = end
		key := rand.Text() + rand.Text()
		s.pages[key] = &next
		body["@odata.nextLink"] = s.link(c, "$skiptoken", key)
	}
	return ok(body), nil
}

// link is the address of a call with one parameter replaced. It is as opaque as
// the real one: the parameters are encoded, and the token says nothing.
func (s *Server) link(c *call, name, value string) string {
	var parts []string
	for part := range strings.SplitSeq(c.rawQuery, "&") {
		key, err := url.QueryUnescape(strings.SplitN(part, "=", 2)[0])
		if part != "" && err == nil && key != "$skiptoken" && key != "$deltatoken" {
			parts = append(parts, part)
		}
	}
	parts = append(parts, url.QueryEscape(name)+"="+value)
	return s.URL() + "/" + c.version + c.path + "?" + strings.Join(parts, "&")
}

func countUsers(s *Server, c *call) (*answer, error) { return s.total(c, kindUser) }

// total answers …/$count: a number as text.
func (s *Server) total(c *call, kind string) (*answer, error) {
	q := &query{advanced: strings.EqualFold(c.header.Get("ConsistencyLevel"), "eventual")}
	if !q.advanced {
		return nil, badRequest("$count is not currently supported.")
	}
	q.count = true
	if f := q.parseFilter(s, c, kind); f != nil {
		return nil, f
	}
	return ok(strconv.Itoa(len(s.matching(kind, q, nil)))), nil
}

// ordered sorts objects as $orderby asks.
func ordered(entries []*entry, by []ordering) []*entry {
	if by == nil {
		return entries
	}
	slices.SortStableFunc(entries, func(a, b *entry) int {
		for _, o := range by {
			n := cmp.Compare(fold(a.text(o.name)), fold(b.text(o.name)))
			if o.descending {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return 0
	})
	return entries
}
