// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// query are the parsed OData parameters of a read.
type query struct {
	selected []string // nil: the default properties
	manager  *query   // of $expand=manager(…); nil without
	filter   *condition
	search   []clause
	orderBy  []ordering
	top      int // 0: not given
	count    bool
	advanced bool // ConsistencyLevel: eventual
}

type ordering struct {
	name       string
	descending bool
}

var parameters = []string{"$select", "$expand", "$filter", "$orderby", "$top", "$count", "$skiptoken", "$search", "$format"}

// parseQuery reads the parameters of a call that returns objects of a kind.
func (s *Server) parseQuery(c *call, kind string) (*query, *failure) {
	q := &query{advanced: strings.EqualFold(c.header.Get("ConsistencyLevel"), "eventual")}
	for name := range c.query {
		if strings.HasPrefix(name, "$") && !slices.Contains(parameters, name) {
			return nil, malformed("The query parameter '%s' is not supported.", name)
		}
	}
	for _, parse := range []func(*Server, *call, string) *failure{q.parseSelect, q.parseExpand, q.parseCount, q.parseTop, q.parseSearch, q.parseFilter, q.parseOrder} {
		if f := parse(s, c, kind); f != nil {
			return nil, f
		}
	}
	return q, nil
}

func (q *query) parseSelect(s *Server, c *call, kind string) *failure {
	if !c.query.Has("$select") {
		return nil
	}
	var f *failure
	q.selected, f = s.selection(c, kind, c.query.Get("$select"))
	return f
}

// selection checks a list of properties. What may not be read refuses the whole call.
func (s *Server) selection(c *call, kind, list string) ([]string, *failure) {
	var out []string
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		p := s.store.property(kind, name)
		switch {
		case p == nil:
			return nil, malformed("Parsing OData Select and Expand failed: Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, kind)
		case p.name == "signInActivity":
			if f := s.readsActivity(c); f != nil {
				return nil, f
			}
		case p.read != "" && !c.may(p.read, p.write):
			return nil, denied()
		case p.flags["sharepoint"]:
			return nil, &failure{status: http.StatusForbidden, code: "accessDenied", message: "Access denied. Check credentials and try again."}
		}
		out = append(out, name)
	}
	return out, nil
}

// parseExpand reads $expand: manager, with its own $select, is what the server knows.
func (q *query) parseExpand(s *Server, c *call, kind string) *failure {
	text := strings.TrimSpace(c.query.Get("$expand"))
	if text == "" {
		return nil
	}
	name, options, _ := strings.Cut(text, "(")
	if q.advanced && c.query.Get("$count") == "true" {
		return unsupported("The $expand query option is not supported with advanced query capabilities.")
	}
	if name != "manager" || kind != kindUser {
		return malformed("Parsing OData Select and Expand failed: Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, kind)
	}
	q.manager = &query{}
	if options == "" {
		return nil
	}
	for option := range strings.SplitSeq(strings.TrimSuffix(options, ")"), ";") {
		key, value, _ := strings.Cut(option, "=")
		switch strings.TrimSpace(key) {
		case "$select":
			var f *failure
			if q.manager.selected, f = s.selection(c, kindUser, value); f != nil {
				return f
			}
		case "$levels":
			if len(c.params) == 0 {
				return unsupported("Transitive manager's list is only supported on a single user, send the $expand request on /users/{id} endpoint")
			}
			return &failure{status: http.StatusNotImplemented, code: "NotImplemented", message: "The $levels query option is not supported by this server."}
		default:
			return malformed("Parsing OData Select and Expand failed: the query option '%s' is not allowed here.", key)
		}
	}
	return nil
}

func (q *query) parseCount(_ *Server, c *call, _ string) *failure {
	switch c.query.Get("$count") {
	case "true":
		// Without the header the parameter is ignored.
		q.count = q.advanced
	case "", "false":
	default:
		return malformed("Invalid value '%s' for $count query option found. Valid values are 'true' or 'false'.", c.query.Get("$count"))
	}
	return nil
}

func (q *query) parseTop(_ *Server, c *call, _ string) *failure {
	if !c.query.Has("$top") {
		return nil
	}
	text := c.query.Get("$top")
	n, err := strconv.Atoi(text)
	if err != nil {
		return malformed("Invalid value '%s' for $top query option found. The $top query option requires a non-negative integer value.", text)
	}
	if n < 1 || n > 999 {
		return unsupported("Invalid page size specified: '%s'. Must be between 1 and 999 inclusive.", text)
	}
	q.top = n
	return nil
}

func (q *query) parseFilter(s *Server, c *call, kind string) *failure {
	if !c.query.Has("$filter") {
		return nil
	}
	var f *failure
	if q.filter, f = s.parseCondition(kind, c.query.Get("$filter")); f != nil {
		return f
	}
	if q.filter.advanced != "" && !q.count {
		return unsupported("%s", q.filter.advanced)
	}
	return nil
}

func (q *query) parseOrder(s *Server, c *call, kind string) *failure {
	if !c.query.Has("$orderby") {
		return nil
	}
	for part := range strings.SplitSeq(c.query.Get("$orderby"), ",") {
		name, direction, _ := strings.Cut(strings.TrimSpace(part), " ")
		p := s.store.property(kind, name)
		switch {
		case p == nil:
			return malformed("Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, kind)
		case !p.flags["order"] && (!p.flags["sort"] || !q.count):
			return unsupported("Sort not supported for property '%s'.", name)
		case direction != "" && direction != "asc" && direction != "desc":
			return malformed("Syntax error at position %d in '%s'.", len(name)+1, part)
		}
		q.orderBy = append(q.orderBy, ordering{name, direction == "desc"})
	}
	if c.query.Has("$filter") && !q.count {
		return unsupported("Sorting not supported for current query.")
	}
	return nil
}

// suffix completes an @odata.context with what was selected.
func (q *query) suffix(context string) string {
	if q == nil || q.selected == nil {
		return context
	}
	name, rest, found := strings.Cut(context, "/")
	if found {
		rest = "/" + rest
	}
	return name + "(" + strings.Join(q.selected, ",") + ")" + rest
}

// render makes the JSON of an object as a client sees it: what was selected, or
// the default properties, and nothing else.
func (s *Server) render(e *entry, q *query) object {
	out := object{}
	if q == nil || q.selected == nil {
		for _, p := range schema[e.kind].order {
			if p.flags["default"] {
				out[p.name] = p.value(e)
			}
		}
	} else {
		for _, name := range q.selected {
			p := s.store.property(e.kind, name)
			if p == nil {
				continue // the list has objects of several kinds
			}
			// What an extension does not hold is left out.
			if _, held := e.props[name]; held || s.store.extensions[name] == nil {
				out[name] = p.value(e)
			}
			if name == "licenseProcessingState" && e.kind == kindGroup {
				out[name] = nil
				if state := s.process(e); state != nil {
					out[name] = state
				}
			}
		}
	}
	if q != nil && q.manager != nil {
		if m := s.store.entries[e.manager]; m != nil && m.deleted.IsZero() {
			manager := s.render(m, q.manager)
			manager["@odata.type"] = "#microsoft.graph.user"
			out["manager"] = manager
		}
	}
	return out
}

// value is a property as it is returned.
func (p *property) value(e *entry) any {
	v, found := e.props[p.name]
	switch {
	case !found && p.collection:
		return []any{}
	case p.name == "onPremisesExtensionAttributes" || p.name == "employeeOrgData" && found:
		have, _ := v.(object)
		full := object{}
		for _, member := range schema[p.complexType()].order {
			full[member.name] = have[member.name]
		}
		return full
	}
	return v
}
