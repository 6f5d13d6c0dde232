// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"slices"
	"strings"
)

// kindApplication is the kind of the service principal of the application, the only one that the tenant has.
const kindApplication = "servicePrincipal"

var (
	readObjects    = append([]string{"Directory.Read.All", "Directory.ReadWrite.All", "Application.Read.All"}, readMemberOf...)
	checkMembers   = append([]string{"Directory.Read.All", "Directory.ReadWrite.All"}, readMemberOf...)
	objectKinds    = []string{kindUser, kindGroup, kindApplication}
	readDetails    = append([]string{"LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All"}, readUser...)
	readPrincipals = append([]string{"Application.ReadWrite.All"}, readApps...)
)

// objectRoutes are the calls that take objects of several kinds.
func objectRoutes() []*route {
	out := []*route{
		{"GET", "/directoryObjects/{id}", getObject, readObjects, 1, nil},
		{"POST", "/directoryObjects/getByIds", getByIDs, readObjects, 1, nil},
		{"POST", "/directoryObjects/microsoft.graph.getByIds", getByIDs, readObjects, 1, nil},
		{"GET", "/servicePrincipals/{id}", getPrincipal, readPrincipals, 1, nil},
		{"GET", "/users/{id}/licenseDetails", listLicenseDetails, readDetails, 1, nil},
		{"GET", "/groups/{id}/members/$ref", listMemberRefs, readGroup, 3, nil},
		{"GET", "/groups/{id}/owners/$ref", listOwnerRefs, readGroup, 1, nil},
	}
	for _, of := range []string{"/users/{id}/", "/groups/{id}/", "/directoryObjects/{id}/"} {
		for name, handle := range map[string]func(*Server, *call) (*answer, error){
			"checkMemberGroups": checkMemberGroups, "checkMemberObjects": checkMemberObjects,
			"getMemberGroups": getMemberGroups, "getMemberObjects": getMemberGroups,
		} {
			out = append(out, &route{"POST", of + name, handle, checkMembers, 1, nil},
				&route{"POST", of + "microsoft.graph." + name, handle, checkMembers, 1, nil})
		}
	}
	return out
}

// application returns the service principal, which no list of users or groups contains.
func (s *store) application(o Options) *entry {
	return &entry{kind: kindApplication, id: s.principal, props: object{"id": s.principal, "appId": o.ClientID, "displayName": "sandbox",
		"accountEnabled": true, "servicePrincipalType": "Application"}}
}

// object finds an object of any kind by its id: names are no ids of directoryObjects.
func (s *Server) object(id string) (*entry, *failure) {
	if fold(id) == s.store.principal {
		return s.store.app, nil
	}
	if e := s.store.entries[fold(id)]; e != nil && e.deleted.IsZero() && e.sees(s.now()) {
		return e, nil
	}
	return nil, notFound(id)
}

// named is an object among others: it says what it is.
func (s *Server) named(e *entry, q *query) object {
	body := s.render(e, q)
	body["@odata.type"] = "#microsoft.graph." + e.kind
	return body
}

func getObject(s *Server, c *call) (*answer, error) {
	e, f := s.object(c.param(0))
	if f != nil {
		return nil, f
	}
	q, f := s.parseQuery(c, e.kind)
	if f != nil {
		return nil, f
	}
	body := s.named(e, q)
	body["@odata.context"] = s.context(q.suffix("directoryObjects/$entity"))
	return ok(body), nil
}

func getPrincipal(s *Server, c *call) (*answer, error) {
	id, byAppID := strings.CutPrefix(c.param(0), "appId=")
	if fold(id) != s.store.principal && (!byAppID || fold(id) != fold(s.options.ClientID)) {
		return nil, notFound(id)
	}
	q, f := s.parseQuery(c, kindApplication)
	if f != nil {
		return nil, f
	}
	body := s.render(s.store.app, q)
	body["@odata.context"] = s.context(q.suffix("servicePrincipals/$entity"))
	return ok(body), nil
}

// texts reads a list of texts of a body, at most so many.
func texts(doc object, name string, most int) ([]string, *failure) {
	list, isList := doc[name].([]any)
	if !isList {
		return nil, malformed("The parameter '%s' of the action is missing, or is no collection.", name)
	}
	if len(list) > most {
		return nil, badRequest("The number of values in '%s' exceeds the maximum of %d.", name, most)
	}
	out := make([]string, len(list))
	for i, v := range list {
		text, isText := v.(string)
		if !isText || text == "" {
			return nil, wrongType("Edm.String")
		}
		out[i] = fold(text)
	}
	return out, nil
}

// getByIDs returns the objects of ids that exist, those of some kinds only where the body names them.
// https://learn.microsoft.com/graph/api/directoryobject-getbyids
func getByIDs(s *Server, c *call) (*answer, error) {
	doc, f := c.document()
	if f != nil {
		return nil, f
	}
	ids, f := texts(doc, "ids", 1000)
	if f != nil {
		return nil, f
	}
	kinds := objectKinds
	if doc["types"] != nil {
		if kinds, f = texts(doc, "types", 100); f != nil {
			return nil, f
		}
	}
	q, f := s.parseQuery(c, kindUser)
	if f != nil {
		return nil, f
	}
	value := []any{}
	for _, id := range ids {
		e, f := s.object(id)
		if f == nil && slices.ContainsFunc(kinds, func(k string) bool { return strings.EqualFold(k, e.kind) || k == "directoryobject" }) {
			value = append(value, s.named(e, q))
		}
	}
	return ok(object{"@odata.context": s.context("directoryObjects"), "value": value}), nil
}

// subject returns the object of a call, which users may be named by their principal names in.
func (s *Server) subject(c *call) (*entry, *failure) {
	switch strings.ToLower(strings.Split(strings.Trim(c.path, "/"), "/")[0]) {
	case "users":
		return s.find(kindUser, c.param(0))
	case "groups":
		return s.find(kindGroup, c.param(0))
	}
	return s.object(c.param(0))
}

func checkMemberGroups(s *Server, c *call) (*answer, error)  { return s.checkMember(c, "groupIds") }
func checkMemberObjects(s *Server, c *call) (*answer, error) { return s.checkMember(c, "ids") }

// checkMember returns those of some groups that the object is a member of, directly or not.
// https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups: at most 20.
func (s *Server) checkMember(c *call, name string) (*answer, error) {
	e, f := s.subject(c)
	if f != nil {
		return nil, f
	}
	doc, f := c.document()
	if f != nil {
		return nil, f
	}
	ids, f := texts(doc, name, 20)
	if f != nil {
		return nil, f
	}
	value := []any{}
	for _, g := range s.above(e) {
		if slices.Contains(ids, g.id) {
			value = append(value, g.id)
		}
	}
	return ok(object{"@odata.context": s.context("Collection(Edm.String)"), "value": value}), nil
}

// getMemberGroups returns all groups that the object is a member of, directly or not.
func getMemberGroups(s *Server, c *call) (*answer, error) {
	e, f := s.subject(c)
	if f != nil {
		return nil, f
	}
	doc, f := c.document()
	if f != nil {
		return nil, f
	}
	security, given := doc["securityEnabledOnly"].(bool)
	switch {
	case !given:
		return nil, malformed("The parameter 'securityEnabledOnly' of the action is missing.")
	case security && e.kind == kindGroup:
		return nil, badRequest("securityEnabledOnly can be true for users and service principals only.")
	}
	value := []any{}
	for _, g := range s.above(e) {
		if !security || g.props["securityEnabled"] == true {
			value = append(value, g.id)
		}
	}
	return ok(object{"@odata.context": s.context("Collection(Edm.String)"), "value": value}), nil
}

func listMemberRefs(s *Server, c *call) (*answer, error) { return refs(listMembers(s, c)) }
func listOwnerRefs(s *Server, c *call) (*answer, error)  { return refs(listOwners(s, c)) }

// refs leaves nothing of the objects of a page but their addresses.
func refs(a *answer, err error) (*answer, error) {
	if err != nil {
		return nil, err
	}
	body, _ := a.body.(object)
	list, _ := body["value"].([]any)
	for i, v := range list {
		o, _ := v.(object)
		list[i] = object{"@odata.id": "https://graph.microsoft.com/v2/directoryObjects/" + at[string](o, "id")}
	}
	return a, nil
}

// listLicenseDetails says what the licences of a user contain.
// https://learn.microsoft.com/graph/api/user-list-licensedetails
func listLicenseDetails(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUser, c.param(0))
	if f != nil {
		return nil, f
	}
	have, value := licensesOf(e), []any{}
	for _, l := range s.store.licenses {
		given, there := have[l.ID]
		if !there {
			continue
		}
		disabled, _ := given["disabledPlans"].([]any)
		plans := l.plans(disabled)
		value = append(value, object{"id": e.id + "_" + l.ID, "skuId": l.ID, "skuPartNumber": l.PartNumber, "servicePlans": plans})
	}
	return ok(object{"@odata.context": s.context("users('" + e.id + "')/licenseDetails"), "value": value}), nil
}
