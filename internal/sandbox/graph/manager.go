// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"net/http"
	"slices"
)

// reference reads a body {"@odata.id": "…"}.
func (s *Server) reference(c *call, kinds ...string) (*entry, *failure) {
	doc, f := c.document()
	if f != nil {
		return nil, f
	}
	return s.referenced(doc["@odata.id"], kinds...)
}

// managerOf returns the user of a call and the manager; both exist.
func (s *Server) managerOf(c *call) (e, manager *entry, f *failure) {
	if e, f = s.find(kindUser, c.param(0)); f != nil {
		return nil, nil, f
	}
	if manager = s.store.entries[e.manager]; manager == nil || !manager.deleted.IsZero() {
		return nil, nil, notFound("manager")
	}
	return e, manager, nil
}

func getManager(s *Server, c *call) (*answer, error) {
	q, f := s.parseQuery(c, kindUser)
	if f != nil {
		return nil, f
	}
	_, manager, f := s.managerOf(c)
	if f != nil {
		return nil, f
	}
	body := s.render(manager, q)
	body["@odata.context"] = s.context(q.suffix("directoryObjects/$entity"))
	body["@odata.type"] = "#microsoft.graph.user"
	return ok(body), nil
}

func getManagerRef(s *Server, c *call) (*answer, error) {
	_, manager, f := s.managerOf(c)
	if f != nil {
		return nil, f
	}
	return ok(object{"@odata.context": s.context("$ref"), "@odata.id": s.URL() + "/v2/" + s.options.TenantID + "/directoryObjects/" + manager.id + "/Microsoft.DirectoryServices.User"}), nil
}

func setManager(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUser, c.param(0))
	if f != nil {
		return nil, f
	}
	if e.props["onPremisesSyncEnabled"] == true {
		return nil, mastered()
	}
	manager, f := s.reference(c, kindUser)
	if f != nil {
		return nil, f
	}
	e.manager = manager.id
	s.store.touch(e)
	return noContent()
}

func removeManager(s *Server, c *call) (*answer, error) {
	e, _, f := s.managerOf(c)
	if f != nil {
		return nil, f
	}
	if e.props["onPremisesSyncEnabled"] == true {
		return nil, mastered()
	}
	e.manager = ""
	s.store.touch(e)
	return noContent()
}

// related lists objects that belong to the object of a call.
func (s *Server) related(c *call, kind, listed string, source func(e *entry) []*entry) (*answer, error) {
	e, f := s.find(kind, c.param(0))
	if f != nil {
		return nil, f
	}
	if c.query.Get("$filter") != "" && c.query.Get("$count") != "true" {
		return nil, unsupported("The filter needs $count=true and the header ConsistencyLevel: eventual.")
	}
	return s.list(c, listed, "directoryObjects", func() []*entry { return source(e) })
}

// live returns the objects of ids that are not deleted.
func (s *Server) live(ids []string) []*entry {
	var out []*entry
	for _, id := range ids {
		if id == s.store.principal {
			out = append(out, s.store.app)
		} else if e := s.store.entries[id]; e != nil && e.deleted.IsZero() {
			out = append(out, e)
		}
	}
	return out
}

func listReports(s *Server, c *call) (*answer, error) {
	return s.related(c, kindUser, kindUser, func(manager *entry) []*entry {
		return slices.DeleteFunc(s.store.all(kindUser, false), func(e *entry) bool { return e.manager != manager.id })
	})
}

// maxSponsors is the number of sponsors that a user may have.
const maxSponsors = 5

func listSponsors(s *Server, c *call) (*answer, error) {
	return s.related(c, kindUser, kindUser, func(e *entry) []*entry { return s.live(e.sponsors) })
}

func addSponsor(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUser, c.param(0))
	if f != nil {
		return nil, f
	}
	sponsor, f := s.reference(c, kindUser, kindGroup)
	switch {
	case f != nil:
		return nil, f
	case slices.Contains(e.sponsors, sponsor.id):
		return nil, exists("sponsors")
	case len(e.sponsors) == maxSponsors:
		return nil, badRequest("A user can have at most %d sponsors.", maxSponsors)
	}
	e.sponsors = append(e.sponsors, sponsor.id)
	s.store.touch(e)
	return noContent()
}

func removeSponsor(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUser, c.param(0))
	if f != nil {
		return nil, f
	}
	id := fold(c.param(1))
	if !slices.Contains(e.sponsors, id) {
		return nil, notFound(c.param(1))
	}
	e.sponsors = slices.DeleteFunc(e.sponsors, func(o string) bool { return o == id })
	s.store.touch(e)
	return noContent()
}

// exists is the answer to a reference that is there already.
func exists(property string) *failure {
	return badRequest("One or more added object references already exist for the following modified properties: '%s'.", property)
}

func revokeSessions(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUser, c.param(0))
	if f != nil {
		return nil, f
	}
	e.set("signInSessionsValidFromDateTime", s.now().Format("2006-01-02T15:04:05Z"))
	s.store.touch(e)
	return &answer{status: http.StatusOK, body: object{"@odata.context": s.context("Edm.Boolean"), "value": true}}, nil
}
