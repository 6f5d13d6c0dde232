// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"slices"
	"strconv"
	"strings"
)

func listGroups(s *Server, c *call) (*answer, error)  { return s.list(c, kindGroup, "groups", nil) }
func countGroups(s *Server, c *call) (*answer, error) { return s.total(c, kindGroup) }
func getGroup(s *Server, c *call) (*answer, error)    { return s.read(c, kindGroup, "groups/$entity") }

// has reports that a group is of a type: Unified, DynamicMembership.
func (e *entry) has(groupType string) bool {
	list, _ := e.props["groupTypes"].([]any)
	return slices.Contains(list, any(groupType))
}

// assignable reports that roles can be assigned to a group. Such groups are
// guarded: https://learn.microsoft.com/entra/identity/role-based-access-control/groups-concept.
func (e *entry) assignable() bool { return e.props["isAssignableToRole"] == true }

// mayChange checks that a call may write a group at all.
func (c *call) mayChange(e *entry) *failure {
	switch {
	case e.props["onPremisesSyncEnabled"] == true:
		return mastered()
	case e.assignable() && !c.may(assignRoles...):
		return denied()
	case e.props["mailEnabled"] == true && !e.has("Unified"):
		return badRequest("Cannot Update a mail-enabled security groups and or distribution list.")
	}
	return nil
}

// maxOwners is the number of owners that a group may have.
const maxOwners = 100

func checkOwners(owners []*entry) *failure {
	for _, o := range owners {
		if o.kind == kindGroup {
			return badRequest("Only users and service principals can be owners.")
		}
	}
	return nil
}

// bound takes the references name@odata.bind out of a body.
func (s *Server) bound(doc object, name string) ([]*entry, *failure) {
	key := name + "@odata.bind"
	value, given := doc[key]
	delete(doc, key)
	if !given {
		return nil, nil
	}
	list, isList := value.([]any)
	switch {
	case !isList:
		return nil, malformed("Invalid value for '%s': a collection was expected.", key)
	case len(list) > 20:
		return nil, badRequest("The number of references in '%s' exceeds the maximum of 20.", key)
	}
	var out []*entry
	for _, v := range list {
		e, f := s.referenced(v, objectKinds...)
		if f != nil {
			return nil, f
		}
		if slices.Contains(out, e) {
			return nil, exists(name)
		}
		out = append(out, e)
	}
	return out, nil
}

func createGroup(s *Server, c *call) (*answer, error) {
	doc, f := c.document()
	if f != nil {
		return nil, f
	}
	owners, f := s.bound(doc, "owners")
	if f != nil {
		return nil, f
	}
	members, f := s.bound(doc, "members")
	if f != nil {
		return nil, f
	}
	d, f := s.checkBody(c, kindGroup, doc, nil)
	if f != nil {
		return nil, f
	}
	for _, name := range []string{"displayName", "mailEnabled", "mailNickname", "securityEnabled"} {
		if d.props[name] == nil {
			return nil, badRequest("A value is required for property '%s' of resource 'Group'.", name).about("MissingValue", name)
		}
	}
	shape := &entry{kind: kindGroup, props: d.props}
	if f := checkShape(shape); f != nil {
		return nil, f
	}
	if shape.assignable() && !c.may(assignRoles...) {
		return nil, denied()
	}
	if f := checkOwners(owners); f != nil {
		return nil, f
	}
	if d.props["visibility"] == nil && shape.has("Unified") {
		d.props["visibility"] = "Public"
	}
	if shape.assignable() {
		d.props["visibility"] = "Private"
	}
	if mail := s.mailOf(d.props); mail != "" {
		d.props["mail"] = mail
	}
	if f := s.mayJoin(shape, members); f != nil {
		return nil, f
	}
	e, f := s.enter(kindGroup, d)
	if f != nil {
		return nil, f
	}
	for _, o := range owners {
		e.owners = append(e.owners, o.id)
	}
	for _, m := range members {
		e.members.add(m.id)
	}
	body := s.render(e, nil)
	body["@odata.context"] = s.context("groups/$entity")
	return created(body), nil
}

// mailOf is the address that a Microsoft 365 group gets.
func (s *Server) mailOf(props object) string {
	if props["mailEnabled"] != true {
		return ""
	}
	return at[string](props, "mailNickname") + "@" + s.store.domains[0]
}

// checkShape checks what a group is: security or Microsoft 365, with or without a rule.
func checkShape(e *entry) *failure {
	unified, mail, security := e.has("Unified"), e.props["mailEnabled"] == true, e.props["securityEnabled"] == true
	switch {
	case mail && !unified:
		return badRequest("The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.")
	case unified && !mail:
		return badRequest("Group is invalid. A group with the type 'Unified' must be mail-enabled.")
	case !mail && !security:
		return badRequest("Group is invalid. A group must be either mail-enabled or security-enabled.")
	case e.has("DynamicMembership") && (e.text("membershipRule") == "" || e.text("membershipRuleProcessingState") == ""):
		return badRequest("The dynamic membership rule and its processing state are required for a group with dynamic membership.")
	case e.assignable() && (e.has("DynamicMembership") || !security):
		return badRequest("A group that is assignable to a role must be security-enabled, and its membership cannot be dynamic.")
	case e.text("visibility") == "HiddenMembership" && !unified:
		return badRequest("The visibility 'HiddenMembership' is allowed only for groups of the type 'Unified'.")
	case !e.has("DynamicMembership") && e.text("membershipRule") != "":
		return badRequest("A membership rule is allowed only for groups of the type 'DynamicMembership'.")
	}
	list, _ := e.props["groupTypes"].([]any)
	for _, v := range list {
		if v != "Unified" && v != "DynamicMembership" {
			return invalidValue(kindGroup, "groupTypes")
		}
	}
	return nil
}

func updateGroup(s *Server, c *call) (*answer, error) {
	doc, f := c.document()
	if f != nil {
		return nil, f
	}
	e, f := s.find(kindGroup, c.param(0))
	if f != nil {
		return nil, f
	}
	members, f := s.bound(doc, "members")
	if f != nil {
		return nil, f
	}
	d, f := s.checkBody(c, kindGroup, doc, e)
	if f == nil {
		f = c.mayChange(e)
	}
	switch {
	case f != nil:
		return nil, f
	case len(d.props) > 0 && !c.may(writeGroup...):
		return nil, denied()
	}
	if v, given := d.props["visibility"]; given && v != e.props["visibility"] && (v == "HiddenMembership" || e.text("visibility") == "HiddenMembership" || e.assignable()) {
		return nil, badRequest("The visibility of the group cannot be changed to or from 'HiddenMembership', nor where it is assignable to a role.")
	}
	if f := checkShape(&entry{kind: kindGroup, props: merged(e.props, d.props)}); f != nil {
		return nil, f
	}
	if f := s.mayJoin(e, members); f != nil {
		return nil, f
	}
	if f := s.change(e, d); f != nil {
		return nil, f
	}
	for _, m := range members {
		e.members.add(m.id)
		s.inherit(e, m.id)
	}
	return noContent()
}

// deleteGroup deletes a group: one of Microsoft 365 can be restored.
func deleteGroup(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindGroup, c.param(0))
	if f == nil {
		f = c.mayChange(e)
	}
	if f == nil && e.props["assignedLicenses"] != nil {
		f = badRequest("The group cannot be deleted because it has licenses assigned. Remove the licenses first.")
	}
	if f != nil {
		return nil, f
	}
	if e.has("Unified") {
		s.softDelete(e)
	} else {
		s.store.purge(e)
	}
	return noContent()
}

// mayJoin checks that all of some objects can become members.
func (s *Server) mayJoin(e *entry, members []*entry) *failure {
	if len(members) > 0 && e.has("DynamicMembership") {
		return badRequest("Insufficient privileges to complete the operation: the members of a group with dynamic membership follow from its rule.")
	}
	for _, m := range members {
		switch {
		case e.members != nil && e.members.has[m.id]:
			return exists("members")
		case m.kind == kindGroup && (e.has("Unified") || m.has("Unified")):
			return badRequest("The member type is not supported: groups of Microsoft 365 hold users only and are members of no group.")
		case m.kind == kindGroup && (e.assignable() || m.assignable()):
			return badRequest("Group nesting is not supported for groups that can be assigned to a role.")
		case m == e:
			return badRequest("A group cannot be a member of itself.")
		}
	}
	if e.members != nil && s.options.MemberLimit > 0 && len(e.members.order)+len(members) > s.options.MemberLimit {
		return &failure{status: 403, code: "Directory_QuotaExceeded", message: "The number of members of the group exceeds the limit."}
	}
	return nil
}

func addMember(s *Server, c *call) (*answer, error) {
	e, m, f := s.linked(c)
	if f != nil {
		return nil, f
	}
	if f := s.mayJoin(e, []*entry{m}); f != nil {
		return nil, f
	}
	e.members.add(m.id)
	s.store.touch(e)
	s.inherit(e, m.id)
	return noContent()
}

// linked returns the group of a call and the object that its body refers to.
func (s *Server) linked(c *call) (e, m *entry, f *failure) {
	if e, f = s.find(kindGroup, c.param(0)); f != nil {
		return nil, nil, f
	}
	if f = c.mayChange(e); f != nil {
		return nil, nil, f
	}
	m, f = s.reference(c, objectKinds...)
	return e, m, f
}

func removeMember(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindGroup, c.param(0))
	id := fold(c.param(1))
	if f == nil {
		f = c.mayChange(e)
	}
	switch {
	case f != nil:
		return nil, f
	case e.has("DynamicMembership"):
		return nil, badRequest("Insufficient privileges to complete the operation: the members of a group with dynamic membership follow from its rule.")
	case !e.members.has[id]:
		return nil, notFound(c.param(1))
	}
	e.members.remove(id)
	s.store.touch(e)
	s.inherit(e, id)
	return noContent()
}

func addOwner(s *Server, c *call) (*answer, error) {
	e, o, f := s.linked(c)
	switch {
	case f != nil:
		return nil, f
	case o.kind == kindGroup:
		return nil, badRequest("Only users and service principals can be owners.")
	case slices.Contains(e.owners, o.id):
		return nil, exists("owners")
	case len(e.owners) == maxOwners:
		return nil, badRequest("A group can have at most %d owners.", maxOwners)
	}
	e.owners = append(e.owners, o.id)
	return noContent()
}

func removeOwner(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindGroup, c.param(0))
	id := fold(c.param(1))
	if f == nil {
		f = c.mayChange(e)
	}
	switch {
	case f != nil:
		return nil, f
	case !slices.Contains(e.owners, id):
		return nil, notFound(c.param(1))
	case len(e.owners) == 1 && e.has("Unified"):
		return nil, badRequest("The group must have at least one owner, hence this owner cannot be removed.")
	}
	e.owners = slices.DeleteFunc(e.owners, func(o string) bool { return o == id })
	return noContent()
}

func listOwners(s *Server, c *call) (*answer, error) {
	return s.related(c, kindGroup, kindUser, func(e *entry) []*entry { return s.live(e.owners) })
}

// listOwned lists the groups that a user owns.
// https://learn.microsoft.com/graph/api/user-list-ownedobjects
func listOwned(s *Server, c *call) (*answer, error) {
	return s.related(c, kindUser, kindGroup, func(user *entry) []*entry {
		return slices.DeleteFunc(s.store.all(kindGroup, false), func(e *entry) bool { return !slices.Contains(e.owners, user.id) })
	})
}

func listMembers(s *Server, c *call) (*answer, error) {
	return s.listOf(c, func(e *entry) []*entry { return s.live(e.members.order) })
}

func countMembers(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindGroup, c.param(0))
	switch {
	case f != nil:
		return nil, f
	case !strings.EqualFold(c.header.Get("ConsistencyLevel"), "eventual"):
		return nil, badRequest("$count is not currently supported.")
	}
	return ok(strconv.Itoa(len(s.live(e.members.order)))), nil
}

func listTransitiveMembers(s *Server, c *call) (*answer, error) {
	return s.listOf(c, s.transitive)
}

// listOf lists members of a group.
func (s *Server) listOf(c *call, members func(*entry) []*entry) (*answer, error) {
	return s.castTo(c, kindGroup, kindUser, members)
}

// castTo lists what is related to an object, cast to a kind if the path has one.
func (s *Server) castTo(c *call, kind, listed string, source func(*entry) []*entry) (*answer, error) {
	cast := ""
	if len(c.params) > 1 {
		name, isCast := strings.CutPrefix(strings.TrimPrefix(c.param(1), "microsoft."), "graph.")
		if !isCast || !slices.Contains([]string{kindUser, kindGroup, kindUnit}, name) {
			return nil, malformed("Resource not found for the segment '%s'.", c.param(1))
		}
		cast, listed = name, name
	}
	return s.related(c, kind, listed, func(e *entry) []*entry {
		return slices.DeleteFunc(source(e), func(m *entry) bool { return cast != "" && m.kind != cast })
	})
}

// transitive are the members of a group and of the groups in it, each once.
func (s *Server) transitive(e *entry) []*entry {
	var out []*entry
	seen := map[*entry]bool{e: true}
	for queue := []*entry{e}; len(queue) > 0; queue = queue[1:] {
		if queue[0].members == nil {
			continue
		}
		for _, m := range s.live(queue[0].members.order) {
			if !seen[m] {
				seen[m] = true
				out, queue = append(out, m), append(queue, m)
			}
		}
	}
	return out
}

// holding are the groups that an object is a direct member of.
func (s *Server) holding(e *entry) []*entry {
	return slices.DeleteFunc(s.store.all(kindGroup, false), func(g *entry) bool { return !g.members.has[e.id] })
}

func listMemberOf(s *Server, c *call) (*answer, error) {
	return s.castTo(c, kindUser, kindGroup, s.within(s.holding))
}

func listGroupMemberOf(s *Server, c *call) (*answer, error) {
	return s.castTo(c, kindGroup, kindGroup, s.within(s.holding))
}

func listTransitiveMemberOf(s *Server, c *call) (*answer, error) {
	return s.castTo(c, kindUser, kindGroup, s.within(s.above))
}

func listGroupTransitiveMemberOf(s *Server, c *call) (*answer, error) {
	return s.castTo(c, kindGroup, kindGroup, s.within(s.above))
}

// within adds the administrative units of an object to its groups: memberOf returns both.
func (s *Server) within(groups func(*entry) []*entry) func(*entry) []*entry {
	return func(e *entry) []*entry { return append(groups(e), s.unitsOf(e)...) }
}

// above are the groups that an object is a member of, directly or through others.
func (s *Server) above(e *entry) []*entry {
	var out []*entry
	seen := map[*entry]bool{}
	for queue := s.holding(e); len(queue) > 0; queue = queue[1:] {
		if g := queue[0]; !seen[g] {
			seen[g] = true
			out, queue = append(out, g), append(queue, s.holding(g)...)
		}
	}
	return out
}
