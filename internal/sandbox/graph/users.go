// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// draft is a write that was checked: the properties to set, nil where they are cleared.
type draft struct {
	props    object
	password object // passwordProfile, or nil
}

// required are the properties without which no user is created.
var required = []string{"accountEnabled", "displayName", "mailNickname", "userPrincipalName"}

func createUser(s *Server, c *call) (*answer, error) {
	doc, f := c.document()
	if f != nil {
		return nil, f
	}
	d, f := s.checkBody(c, kindUser, doc, nil)
	if f != nil {
		return nil, f
	}
	for _, name := range required {
		if d.props[name] == nil {
			return nil, badRequest("A value is required for property '%s' of resource 'User'.", name).about("MissingValue", name)
		}
	}
	password, _ := d.password["password"].(string)
	if password == "" {
		return nil, badRequest("A password must be specified to create a new user.").about("MissingValue", "passwordProfile")
	}
	e, f := s.enter(kindUser, d)
	if f != nil {
		return nil, f
	}
	body := s.render(e, nil)
	body["@odata.context"] = s.context("users/$entity")
	return created(body), nil
}

// enter creates an object of a draft that is complete.
func (s *Server) enter(kind string, d *draft) (*entry, *failure) {
	if q := s.options.ObjectQuota; q > 0 && len(s.store.entries) >= q {
		return nil, &failure{status: http.StatusForbidden, code: "Directory_QuotaExceeded",
			message: "The directory object quota limit for the Tenant has been exceeded. Please ask your administrator to increase the quota limit or delete objects to reduce the used quota."}
	}
	now := s.now()
	e := &entry{kind: kind, id: uuid.NewString(), props: object{}, visible: now.Add(s.options.VisibleAfter), hidden: s.options.VisibleAfterReads}
	e.set("id", e.id)
	e.set("createdDateTime", now.Format("2006-01-02T15:04:05Z"))
	switch kind {
	case kindGroup:
		e.members = &idSet{has: map[string]bool{}}
	case kindUnit:
		e.members = &idSet{has: map[string]bool{}}
		e.set("createdDateTime", nil)
	default:
		e.set("userType", "Member")
		e.set("signInSessionsValidFromDateTime", now.Format("2006-01-02T15:04:05Z"))
	}
	if kind != kindUnit {
		e.set("securityIdentifier", sid(e.id))
	}
	d.apply(e)
	if d.password != nil {
		e.set("lastPasswordChangeDateTime", now.Format("2006-01-02T15:04:05Z"))
	}
	if f := s.anchored(e); f != nil {
		return nil, f
	}
	if f := s.store.conflict(e); f != nil {
		return nil, f
	}
	s.store.entries[e.id] = e
	if kind == kindUnit {
		s.store.units[e.id] = e
	}
	s.store.index(e)
	return e, nil
}

// anchored checks that users of a federated domain have an immutable id.
func (s *Server) anchored(e *entry) *failure {
	_, domain, _ := strings.Cut(e.text("userPrincipalName"), "@")
	federated := slices.ContainsFunc(s.options.FederatedDomains, func(d string) bool { return strings.EqualFold(d, domain) })
	if federated && e.text("onPremisesImmutableId") == "" {
		return badRequest("A value is required for property 'onPremisesImmutableId' of resource 'User'.").about("MissingValue", "onPremisesImmutableId")
	}
	return nil
}

// sid is the security identifier that Entra ID makes of an object id.
func sid(id string) string {
	b := uuid.MustParse(id)
	part := func(i int) uint32 {
		return uint32(b[i])<<24 | uint32(b[i+1])<<16 | uint32(b[i+2])<<8 | uint32(b[i+3])
	}
	return fmt.Sprintf("S-1-12-1-%d-%d-%d-%d", part(0), part(4), part(8), part(12))
}

// apply writes a draft, and what follows from it.
func (d *draft) apply(e *entry) {
	for name, value := range d.props {
		switch name {
		case "onPremisesExtensionAttributes":
			e.set(name, merged(e.props[name], value))
		case "customSecurityAttributes":
			e.set(name, mergedSets(e.props[name], value))
		default:
			e.set(name, value)
		}
	}
	if mail, changed := d.props["mail"]; changed {
		e.mailChanged(mail)
	}
	if d.password != nil {
		profile := object{"password": nil, "forceChangePasswordNextSignIn": true, "forceChangePasswordNextSignInWithMfa": false}
		for name, value := range d.password {
			if name != "password" && value != nil {
				profile[name] = value
			}
		}
		e.set("passwordProfile", profile)
	}
	_, given := d.props["identities"]
	if _, changed := d.props["userPrincipalName"]; changed && !given && e.kind == kindUser {
		_, domain, _ := strings.Cut(e.text("userPrincipalName"), "@")
		e.set("identities", []any{object{"signInType": "userPrincipalName", "issuer": domain, "issuerAssignedId": e.text("userPrincipalName")}})
	}
}

// merged is a complex value after a change that names some of its members.
func merged(have, change any) object {
	given, _ := change.(object)
	old, _ := have.(object)
	out := object{}
	maps.Copy(out, old)
	for k, v := range given {
		if out[k] = v; v == nil {
			delete(out, k)
		}
	}
	return out
}

// mergedSets is customSecurityAttributes after a change: sets of attributes, each
// merged by itself.
func mergedSets(have, change any) object {
	given, _ := change.(object)
	old, _ := have.(object)
	out := object{}
	maps.Copy(out, old)
	for k, v := range given {
		out[k] = merged(old[k], v)
	}
	return out
}

// mailChanged makes mail the primary address; the earlier one stays as a secondary.
func (e *entry) mailChanged(mail any) {
	old, _ := e.props["proxyAddresses"].([]any)
	text, isText := mail.(string)
	kept := []any{}
	if isText {
		kept = append(kept, "SMTP:"+text)
	}
	for _, v := range old {
		a, _ := v.(string)
		if isText && !strings.EqualFold(a, "smtp:"+text) {
			kept = append(kept, strings.Replace(a, "SMTP:", "smtp:", 1))
		}
	}
	e.set("proxyAddresses", kept)
}

// checkBody checks the body of a creation (without e) or of a change.
func (s *Server) checkBody(c *call, kind string, doc object, e *entry) (*draft, *failure) {
	d := &draft{props: object{}}
	var synced any // nil: never, false: formerly
	if e != nil {
		synced = e.props["onPremisesSyncEnabled"]
	}
	for _, name := range sortedKeys(doc) {
		if isAnnotation(name) {
			continue
		}
		value := doc[name]
		p := s.store.property(kind, name)
		switch {
		case p == nil:
			return nil, badRequest("Invalid property '%s'.", name)
		case p.flags["readonly"] || p.flags["createonly"] && e != nil:
			return nil, badRequest("Property '%s' is read-only and cannot be set.", name).about("InvalidValue", name)
		case p.flags["sharepoint"]:
			return nil, &failure{status: http.StatusForbidden, code: "accessDenied", message: "Access denied. Check credentials and try again."}
		case !c.mayWrite(p, e != nil):
			return nil, denied()
		case synced == true && p.flags["synced"] && name != "accountEnabled": // which administrators write in an emergency
			return nil, mastered()
		case synced == false && name == "onPremisesExtensionAttributes":
			return nil, badRequest("Unable to update the specified properties for objects that have originated within an external service.")
		}
		if value == nil && p.flags["keep"] && (e == nil || e.props[name] == nil) {
			continue // nothing is cleared where nothing is
		}
		checked, f := s.store.checkValue(p, kind, value)
		if f != nil {
			return nil, f
		}
		if name == "passwordProfile" {
			if d.password, f = checkProfile(checked); f != nil {
				return nil, f
			}
			continue
		}
		d.props[name] = checked
	}
	if name, given := d.props["userPrincipalName"].(string); given {
		if f := s.checkPrincipalName(name); f != nil {
			return nil, f
		}
	}
	return d, nil
}

func mastered() *failure {
	return badRequest("Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.")
}

func checkProfile(value any) (object, *failure) {
	profile, isObject := value.(object)
	if !isObject {
		return nil, invalidValue(kindUser, "passwordProfile")
	}
	if password, given := profile["password"].(string); given {
		return profile, checkPassword(password)
	}
	return profile, nil
}

// mayWrite reports that the token may write a property. Properties with a
// permission of their own need it in every change; only passwords and identities
// may come with the creation of a user.
func (c *call) mayWrite(p *property, change bool) bool {
	if p.owner == kindGroup || p.owner == kindUnit {
		return true
	}
	general := c.may(writeUser...)
	switch {
	case p.write != "" && !change && (p.name == "passwordProfile" || p.name == "identities"):
		return general
	case p.name == "employeeLeaveDateTime":
		return c.may(p.write) && c.may(readUser...)
	case p.write != "":
		return c.may(p.write)
	case p.name == "accountEnabled" && change:
		return general || c.may("User.EnableDisableAccount.All")
	}
	return general
}

func sortedKeys(doc object) []string {
	keys := make([]string, 0, len(doc))
	for k := range doc {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func getUser(s *Server, c *call) (*answer, error) { return s.read(c, kindUser, "users/$entity") }

// read answers one object.
func (s *Server) read(c *call, kind, context string) (*answer, error) {
	q, f := s.parseQuery(c, kind)
	if f != nil {
		return nil, f
	}
	if q.filter != nil || q.top != 0 || q.orderBy != nil {
		return nil, malformed("The query specified in the URI is not valid. $filter, $top and $orderby can be applied only on collections.")
	}
	if slices.Contains(q.selected, "signInActivity") && uuid.Validate(c.param(0)) != nil {
		return nil, badRequest("Get By Key only supports UserId and the key has to be a valid Guid.")
	}
	e, f := s.find(kind, c.param(0))
	if f != nil {
		return nil, f
	}
	body := s.render(e, q)
	body["@odata.context"] = s.context(q.suffix(context))
	return ok(body), nil
}

// context is an @odata.context.
func (s *Server) context(of string) string { return s.URL() + "/v1.0/$metadata#" + of }

func updateUser(s *Server, c *call) (*answer, error) {
	doc, f := c.document()
	if f != nil {
		return nil, f
	}
	e, f := s.find(kindUser, c.param(0))
	if f != nil {
		return nil, f
	}
	d, f := s.checkBody(c, kindUser, doc, e)
	if f != nil {
		return nil, f
	}
	if f := s.change(e, d); f != nil {
		return nil, f
	}
	return noContent()
}

// change writes a draft if it leads to no conflict.
func (s *Server) change(e *entry, d *draft) *failure {
	after := &entry{kind: e.kind, id: e.id, props: object{}, deleted: e.deleted}
	for k, v := range e.props {
		after.props[k] = v
	}
	d.apply(after)
	if d.password["password"] != nil {
		after.set("lastPasswordChangeDateTime", s.now().Format("2006-01-02T15:04:05Z"))
	}
	f := s.anchored(after)
	if f == nil {
		s.store.unindex(e)
		if f = s.store.conflict(after); f == nil {
			e.props = after.props
		}
		s.store.index(e)
	}
	return f
}

func deleteUser(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindUser, c.param(0))
	if f != nil {
		return nil, f
	}
	s.softDelete(e)
	return noContent()
}

// softDelete moves an object to the deleted items. A user's name is free at once:
// the id goes in front of it.
func (s *Server) softDelete(e *entry) {
	s.store.unindex(e)
	s.store.consume(e, -1)
	e.deleted = s.now()
	e.set("deletedDateTime", e.deleted.Format("2006-01-02T15:04:05Z"))
	if e.kind == kindUser {
		e.set("userPrincipalName", strings.ReplaceAll(e.id, "-", "")+e.text("userPrincipalName"))
	}
	s.store.index(e)
}
