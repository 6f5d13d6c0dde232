// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"crypto/rand"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
)

// The lifetimes that the default policy of temporary access passes allows, in minutes.
const (
	shortestPass = 60
	longestPass  = 480
)

// DisallowPasses makes the policy of the tenant allow no temporary access passes, or allow them again.
func (s *Server) DisallowPasses(no bool) { s.passesOff.Store(no) }

// rendered is a pass as it is read: the pass itself is shown only once.
func (s *Server) renderedPass(p object) object {
	out := maps.Clone(p)
	start, err := time.Parse(time.RFC3339, at[string](p, "startDateTime"))
	minutes := at[float64](p, "lifetimeInMinutes")
	now := s.now()
	out["isUsable"], out["methodUsabilityReason"] = true, "EnabledByPolicy"
	switch {
	case s.passesOff.Load():
		out["isUsable"], out["methodUsabilityReason"] = false, "DisabledByPolicy"
	case err == nil && now.Before(start):
		out["isUsable"], out["methodUsabilityReason"] = false, "NotYetValid"
	case err == nil && now.After(start.Add(time.Duration(minutes)*time.Minute)):
		out["isUsable"], out["methodUsabilityReason"] = false, "Expired"
	}
	out["@odata.type"] = "#microsoft.graph.temporaryAccessPassAuthenticationMethod"
	return out
}

func at[T any](o object, name string) T {
	v, _ := o[name].(T)
	return v
}

func listPasses(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUser, c.param(0))
	if f != nil {
		return nil, f
	}
	value := []any{}
	for _, p := range e.passes {
		value = append(value, s.renderedPass(p))
	}
	return ok(object{"@odata.context": s.context("users('" + e.id + "')/authentication/temporaryAccessPassMethods"), "value": value}), nil
}

func getPass(s *Server, c *call) (*answer, error) {
	e, i, f := s.pass(c)
	if f != nil {
		return nil, f
	}
	return ok(s.renderedPass(e.passes[i])), nil
}

func deletePass(s *Server, c *call) (*answer, error) {
	e, i, f := s.pass(c)
	if f != nil {
		return nil, f
	}
	e.passes = slices.Delete(e.passes, i, i+1)
	return noContent()
}

func (s *Server) pass(c *call) (*entry, int, *failure) {
	e, f := s.find(kindUser, c.param(0))
	if f != nil {
		return nil, 0, f
	}
	i := slices.IndexFunc(e.passes, func(p object) bool { return p["id"] == c.param(1) })
	if i < 0 {
		return nil, 0, &failure{status: 404, code: "resourceNotFound", message: "The requested authentication method was not found."}
	}
	return e, i, nil
}

func createPass(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUser, c.param(0))
	if f != nil {
		return nil, f
	}
	doc, f := c.document()
	if f != nil {
		return nil, f
	}
	if s.passesOff.Load() {
		return nil, &failure{status: 400, code: "badRequest", message: "The user is not enabled by policy to use Temporary Access Pass."}
	}
	now := s.now()
	p := object{"id": uuid.NewString(), "temporaryAccessPass": nil, "isUsableOnce": false, "lifetimeInMinutes": float64(shortestPass),
		"createdDateTime": now.Format(time.RFC3339), "startDateTime": now.Format(time.RFC3339)}
	invalid := &failure{status: 400, code: "badRequest", message: "The temporary access pass does not comply with the policy of the tenant."}
	for name, value := range doc {
		switch name {
		case "isUsableOnce":
			_, isBool := value.(bool)
			if !isBool {
				return nil, wrongType("Edm.Boolean")
			}
			p[name] = value
		case "lifetimeInMinutes":
			n, isNumber := value.(float64)
			if !isNumber || n < shortestPass || n > longestPass {
				return nil, invalid
			}
			p[name] = n
		case "startDateTime":
			text, _ := value.(string)
			start, err := time.Parse(time.RFC3339Nano, text)
			if err != nil || start.Before(now.Add(-time.Minute)) {
				return nil, invalid
			}
			p[name] = start.UTC().Format(time.RFC3339)
		case "@odata.type":
		default:
			return nil, malformed("The property '%s' does not exist on type 'microsoft.graph.temporaryAccessPassAuthenticationMethod'.", name)
		}
	}
	for _, old := range e.passes {
		if s.renderedPass(old)["methodUsabilityReason"] != "Expired" {
			return nil, &failure{status: 400, code: "badRequest", message: "The user already has a temporary access pass. Delete it before a new one is created."}
		}
	}
	e.passes = []object{p}
	shown := s.renderedPass(p)
	shown["temporaryAccessPass"] = rand.Text()[:8]
	shown["@odata.context"] = s.context("users('" + e.id + "')/authentication/temporaryAccessPassMethods/$entity")
	return created(shown), nil
}
