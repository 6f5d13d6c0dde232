// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// kindUnit is the kind of administrative units: https://learn.microsoft.com/graph/api/resources/administrativeunit.
const kindUnit = "administrativeUnit"

var (
	readUnits  = []string{"AdministrativeUnit.Read.All", "AdministrativeUnit.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	writeUnits = []string{"AdministrativeUnit.ReadWrite.All"}
)

// roles are the activated directory roles of every tenant that can be given in an administrative unit, by the id of
// their template: https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference.
var roles = map[string]string{
	"c4e39bd9-1100-46d3-8c65-fb160da0071f": "Authentication Administrator",
	"fdd7a751-b60b-444a-984c-02652fe8fa1c": "Groups Administrator",
	"729827e3-9c14-49f7-bb1b-9608f156bbb8": "Helpdesk Administrator",
	"4d6ac14f-3453-41d0-bef9-a3e0c569773a": "License Administrator",
	"966707d0-3269-4727-9be2-8c3a10f19b9d": "Password Administrator",
	"fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
}

func unitRoutes() []*route {
	const unit = "/directory/administrativeUnits/{id}"
	return []*route{
		{"GET", "/directory/administrativeUnits", listUnits, readUnits, 1, nil},
		{"POST", "/directory/administrativeUnits", createUnit, writeUnits, 1, nil},
		{"GET", "/directory/administrativeUnits/$count", countUnits, readUnits, 1, nil},
		{"GET", unit, getUnit, readUnits, 1, nil},
		{"PATCH", unit, updateUnit, writeUnits, 1, nil},
		{"DELETE", unit, deleteUnit, writeUnits, 1, nil},
		{"GET", unit + "/members", listUnitMembers, readUnits, 1, nil},
		{"GET", unit + "/members/$ref", listUnitRefs, readUnits, 1, nil},
		{"POST", unit + "/members/$ref", addUnitMember, writeUnits, 1, nil},
		{"GET", unit + "/members/{kind}", listUnitMembers, readUnits, 1, nil},
		{"DELETE", unit + "/members/{member}/$ref", removeUnitMember, writeUnits, 1, nil},
		{"GET", unit + "/scopedRoleMembers", listScoped, readRoles, 1, nil},
		{"POST", unit + "/scopedRoleMembers", addScoped, assignRoles, 1, nil},
		{"GET", unit + "/scopedRoleMembers/{membership}", getScoped, readRoles, 1, nil},
		{"DELETE", unit + "/scopedRoleMembers/{membership}", removeScoped, assignRoles, 1, nil},
		{"GET", "/directoryRoles", listRoles, readRoles, 1, nil},
	}
}

func listUnits(s *Server, c *call) (*answer, error) {
	return s.list(c, kindUnit, "directory/administrativeUnits", nil)
}
func countUnits(s *Server, c *call) (*answer, error)       { return s.total(c, kindUnit) }
func listDeletedUnits(s *Server, c *call) (*answer, error) { return s.listDeleted(c, kindUnit) }
func getUnit(s *Server, c *call) (*answer, error) {
	return s.read(c, kindUnit, "directory/administrativeUnits/$entity")
}

func createUnit(s *Server, c *call) (*answer, error) {
	doc, f := c.document()
	if f != nil {
		return nil, f
	}
	d, f := s.checkBody(c, kindUnit, doc, nil)
	if f != nil {
		return nil, f
	}
	if d.props["displayName"] == nil {
		return nil, badRequest("A value is required for property 'displayName' of resource 'AdministrativeUnit'.").about("MissingValue",
			"displayName")
	}
	if f := checkUnit(d.props); f != nil {
		return nil, f
	}
	e, f := s.enter(kindUnit, d)
	if f != nil {
		return nil, f
	}
	body := s.render(e, nil)
	body["@odata.context"] = s.context("directory/administrativeUnits/$entity")
	return created(body), nil
}

// checkUnit checks that a unit whose members follow from a rule has one, and no other has.
func checkUnit(props object) *failure {
	dynamic, rule := strings.EqualFold(at[string](props, "membershipType"), "Dynamic"), at[string](props, "membershipRule")
	switch {
	case dynamic && (rule == "" || props["membershipRuleProcessingState"] == nil):
		return badRequest("The dynamic membership rule and its processing state are required for an administrative unit with dynamic membership.")
	case !dynamic && rule != "":
		return badRequest("A membership rule is allowed only for administrative units of the type 'Dynamic'.")
	}
	return nil
}

func updateUnit(s *Server, c *call) (*answer, error) {
	doc, f := c.document()
	if f != nil {
		return nil, f
	}
	e, f := s.find(kindUnit, c.param(0))
	if f != nil {
		return nil, f
	}
	d, f := s.checkBody(c, kindUnit, doc, e)
	if f == nil {
		f = checkUnit(merged(e.props, d.props))
	}
	if f == nil {
		f = s.change(e, d)
	}
	if f != nil {
		return nil, f
	}
	return noContent()
}

// deleteUnit deletes a unit, which can be restored; its members are no longer restricted meanwhile.
func deleteUnit(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUnit, c.param(0))
	if f != nil {
		return nil, f
	}
	s.softDelete(e)
	s.markMembers(e)
	return noContent()
}

func listUnitMembers(s *Server, c *call) (*answer, error) {
	return s.castTo(c, kindUnit, kindUser, func(e *entry) []*entry {
		if e.text("visibility") == "HiddenMembership" && !c.may("Member.Read.Hidden") {
			return nil
		}
		return s.live(e.members.order)
	})
}

func listUnitRefs(s *Server, c *call) (*answer, error) { return refs(listUnitMembers(s, c)) }

func addUnitMember(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUnit, c.param(0))
	if f != nil {
		return nil, f
	}
	m, f := s.reference(c, kindUser, kindGroup)
	switch {
	case f != nil:
		return nil, f
	case e.text("membershipType") == "Dynamic":
		return nil, badRequest("Insufficient privileges to complete the operation: the members of an administrative unit with dynamic membership follow from its rule.")
	case e.members.has[m.id]:
		return nil, exists("members")
	case e.props["isMemberManagementRestricted"] == true && m.props["mailEnabled"] == true:
		return nil, badRequest("Groups of Microsoft 365 and groups with mail cannot be members of a restricted management administrative unit.")
	}
	e.members.add(m.id)
	s.mark(m)
	return noContent()
}

func removeUnitMember(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUnit, c.param(0))
	if f != nil {
		return nil, f
	}
	id := fold(c.param(1))
	if !e.members.has[id] {
		return nil, notFound(c.param(1))
	}
	e.members.remove(id)
	if m := s.store.entries[id]; m != nil {
		s.mark(m)
	}
	return noContent()
}

// unitsOf are the administrative units that an object is a member of, by id.
func (s *Server) unitsOf(e *entry) []*entry {
	var out []*entry
	for _, u := range s.store.units {
		if u.deleted.IsZero() && u.members.has[e.id] {
			out = append(out, u)
		}
	}
	return sorted(out)
}

// mark says in an object whether it is in a restricted management unit.
func (s *Server) mark(e *entry) {
	if e.restricted || len(s.restricting(e)) > 0 {
		e.set("isManagementRestricted", true)
		return
	}
	e.set("isManagementRestricted", nil)
}

func (s *Server) markMembers(unit *entry) {
	for _, m := range s.live(unit.members.order) {
		s.mark(m)
	}
}

// restricting are the restricted management units that an object is in.
func (s *Server) restricting(e *entry) []*entry {
	return slices.DeleteFunc(s.unitsOf(e), func(u *entry) bool { return u.props["isMemberManagementRestricted"] != true })
}

// mayManage reports that a call may write an object although it is in a restricted management unit: with the
// permission for that, or with a role in each of the units. Roles of the whole tenant do not reach in.
func (s *Server) mayManage(c *call, e *entry) bool {
	units := s.restricting(e)
	if !e.restricted && len(units) == 0 || c.may("Directory.Write.Restricted") {
		return true
	}
	return !e.restricted && !slices.ContainsFunc(units, func(u *entry) bool {
		return !slices.ContainsFunc(u.scoped, func(m object) bool { return holderOf(m) == s.store.principal })
	})
}

// holderOf returns the object id of the holder of a role that a scoped membership names.
func holderOf(o object) string { return at[string](at[object](o, "roleMemberInfo"), "id") }

// roleID is the object id of a directory role of the tenant.
func (s *Server) roleID(template string) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(s.options.TenantID+template)).String()
}

func listRoles(s *Server, _ *call) (*answer, error) {
	value := []any{}
	for _, template := range sortedNames(roles) {
		value = append(value, object{"id": s.roleID(template), "deletedDateTime": nil, "description": nil, "displayName": roles[template],
			"roleTemplateId": template})
	}
	return ok(object{"@odata.context": s.context("directoryRoles"), "value": value}), nil
}

func sortedNames(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func listScoped(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUnit, c.param(0))
	if f != nil {
		return nil, f
	}
	value := []any{}
	for _, m := range e.scoped {
		value = append(value, m)
	}
	return ok(object{"@odata.context": s.context("scopedRoleMemberships"), "value": value}), nil
}

// addScoped gives somebody a role in a unit.
// https://learn.microsoft.com/graph/api/administrativeunit-post-scopedrolemembers
func addScoped(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUnit, c.param(0))
	if f != nil {
		return nil, f
	}
	doc, f := c.document()
	if f != nil {
		return nil, f
	}
	role := fold(at[string](doc, "roleId"))
	if !slices.ContainsFunc(sortedNames(roles), func(template string) bool { return s.roleID(template) == role }) {
		return nil, notFound(role)
	}
	holder, f := s.object(holderOf(doc))
	switch {
	case f != nil:
		return nil, f
	case holder.kind == kindUnit || holder.kind == kindGroup && !holder.assignable():
		return nil, badRequest("Only users, service principals and groups that roles can be assigned to hold roles.")
	case slices.ContainsFunc(e.scoped, func(m object) bool { return m["roleId"] == role && holderOf(m) == holder.id }):
		return nil, exists("scopedRoleMembers")
	}
	info := object{"id": holder.id, "displayName": holder.props["displayName"]}
	m := object{"id": uuid.NewString(), "roleId": role, "administrativeUnitId": e.id, "roleMemberInfo": info}
	e.scoped = append(e.scoped, m)
	body := merged(m, object{"@odata.context": s.context("scopedRoleMemberships/$entity")})
	return created(body), nil
}

// scoped finds a role membership of a unit.
func (s *Server) scoped(c *call) (e *entry, i int, f *failure) {
	if e, f = s.find(kindUnit, c.param(0)); f != nil {
		return nil, 0, f
	}
	if i = slices.IndexFunc(e.scoped, func(m object) bool { return m["id"] == c.param(1) }); i < 0 {
		return nil, 0, notFound(c.param(1))
	}
	return e, i, nil
}

func getScoped(s *Server, c *call) (*answer, error) {
	e, i, f := s.scoped(c)
	if f != nil {
		return nil, f
	}
	return ok(merged(e.scoped[i], object{"@odata.context": s.context("scopedRoleMemberships/$entity")})), nil
}

func removeScoped(s *Server, c *call) (*answer, error) {
	e, i, f := s.scoped(c)
	if f != nil {
		return nil, f
	}
	e.scoped = slices.Delete(e.scoped, i, i+1)
	return noContent()
}

// AddUnit creates an administrative unit, at once visible, and returns its id. Without a displayName one is made up.
// "isMemberManagementRestricted" makes a restricted management one. It panics where a test is wrong.
func (s *Server) AddUnit(props map[string]any, members ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := clone(props)
	if _, given := p["displayName"]; !given {
		p["displayName"] = fmt.Sprintf("Unit %06d", len(s.store.entries))
	}
	e, f := s.enter(kindUnit, &draft{props: s.typed(kindUnit, p)})
	if f != nil {
		panic(fmt.Sprintf("graph: AddUnit(%v): %v", props, f))
	}
	e.hidden = 0
	e.visible = e.deleted
	for _, id := range members {
		e.members.add(s.mustObject(id).id)
	}
	s.markMembers(e)
	return e.id
}

// ScopeRole gives somebody, by object id, a role in an administrative unit, by the name of the role. Without a
// holder the application gets it.
func (s *Server) ScopeRole(unit, role, holder string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.mustObject(unit)
	if holder == "" {
		holder = s.store.principal
	}
	for template, name := range roles {
		if name == role {
			e.scoped = append(e.scoped, object{"id": uuid.NewString(), "roleId": s.roleID(template), "administrativeUnitId": e.id,
				"roleMemberInfo": object{"id": fold(holder)}})
			return
		}
	}
	panic(fmt.Sprintf("graph: no role %q", role))
}

// UnitsOf returns the ids of the administrative units of an object, sorted.
func (s *Server) UnitsOf(id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, u := range s.unitsOf(s.mustObject(id)) {
		out = append(out, u.id)
	}
	return out
}

// MoveToUnit makes an object, by object id, a member of an administrative unit as somebody else would, or none any more.
func (s *Server) MoveToUnit(unit, id string, in bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, m := s.mustObject(unit), s.mustObject(id)
	if in {
		e.members.add(m.id)
	} else {
		e.members.remove(m.id)
	}
	s.mark(m)
}
