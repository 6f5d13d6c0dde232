// SPDX-License-Identifier: MPL-2.0

package successfactors

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// render writes an entity as OData v2 does in JSON.
func (s *Server) render(r *http.Request, n node, e *entity, q *request, expand, selected tree, path string) map[string]any {
	uri := base(r) + "/odata/v2/" + e.name + "(" + e.keyOf(n) + ")"
	out := map[string]any{"__metadata": map[string]any{"uri": uri, "type": "SFOData." + e.name}}
	for name, of := range e.props {
		if _, want := selected[name]; !want && len(selected) > 0 {
			continue
		}
		out[name] = nil
		if v := n[name]; v != nil && !s.hidden(path+name) {
			out[name] = write(v, of)
		}
	}
	for name, to := range e.navs {
		inner, expanded := expand[name]
		if _, want := selected[name]; !want && len(selected) > 0 {
			continue
		}
		hidden := s.hidden(path + name)
		switch {
		case !expanded, hidden && to.many:
			out[name] = map[string]any{"__deferred": map[string]any{"uri": uri + "/" + name}}
		case hidden:
			out[name] = nil
		default:
			out[name] = s.related(r, n, e, q, name, inner, selected[name], path+name+"/")
		}
	}
	return out
}

// related writes what a navigation leads to: a list, an entity or null.
func (s *Server) related(r *http.Request, n node, e *entity, q *request, name string, expand, selected tree, path string) any {
	to := e.navs[name]
	var list []any
	for _, one := range n.follow(e, name, q.from, q.to) {
		list = append(list, s.render(r, one, schema[to.to], q, expand, selected, path))
	}
	switch {
	case to.many && list == nil:
		return map[string]any{"results": []any{}}
	case to.many:
		return map[string]any{"results": list}
	case list == nil:
		return nil
	}
	return list[0]
}

func (s *Server) hidden(path string) bool { return slices.Contains(s.options.Hidden, path) }

// keyOf writes the key of an entity as it is in its address.
func (e *entity) keyOf(n node) string {
	if len(e.key) == 1 {
		return keyText(n[e.key[0]])
	}
	parts := make([]string, len(e.key))
	for i, name := range e.key {
		parts[i] = name + "=" + keyText(n[name])
	}
	return strings.Join(parts, ",")
}

func keyText(v any) string {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10) + "L"
	case time.Time:
		return "datetime'" + v.Format("2006-01-02T15:04:05") + "'"
	case string:
		return "'" + url.PathEscape(strings.ReplaceAll(v, "'", "''")) + "'"
	}
	return "''"
}

// write writes a value: dates in milliseconds, those of moments with an offset,
// Int64 as a text.
func write(v any, of kind) any {
	switch v := v.(type) {
	case time.Time:
		if of == moment {
			return fmt.Sprintf("/Date(%d+0000)/", v.UnixMilli())
		}
		return fmt.Sprintf("/Date(%d)/", v.UnixMilli())
	case int64:
		if of == long {
			return strconv.FormatInt(v, 10)
		}
	}
	return v
}
