// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// CheckAccount says everything that is wrong with an account document before
// anything is written. schema is that of the tenant; without one, directory
// extensions and custom security attributes are not checked.
func CheckAccount(a directory.Account, schema *directory.Schema) error {
	return joinByAttribute(problemsByAttribute(a, schema))
}

// problemsByAttribute is CheckAccount by attribute.
func problemsByAttribute(a directory.Account, schema *directory.Schema) map[string]error {
	live := schema != nil
	if !live {
		schema = StandardSchema()
	}
	wrong := map[string]error{}
	for name, v := range a.Attributes {
		if err := checkAttribute(schema, live, name, v); err != nil {
			wrong[name] = err
		}
	}
	for _, c := range Format.Core {
		if c.Required && len(a.Attributes[c.Attribute]) != 1 {
			wrong[c.Attribute] = fmt.Errorf("found %d values, expected one", len(a.Attributes[c.Attribute]))
		}
	}
	return wrong
}

func checkAttribute(schema *directory.Schema, live bool, name string, v directory.Value) error {
	if name == directory.GroupsAttribute {
		return directory.CheckGroups(v)
	}
	if name == attrManager || name == attrSponsors {
		if name == attrManager && len(v) > 1 {
			return fmt.Errorf("found %d values, expected one", len(v))
		}
		return nil
	}
	p, known := lookup(name)
	t, inSchema := schema.Lookup(name)
	switch {
	case known && !inSchema && p.tenantDefined() && live:
		return undefinedAttribute(name, schema.Nearest(name))
	case !known && Format.WhyUnsupported(name) != "":
		return errors.New(Format.WhyUnsupported(name))
	case !known || !inSchema && !p.tenantDefined():
		if near := schema.Nearest(name); near != "" {
			return fmt.Errorf("users have no such property in Microsoft Graph; did you mean %s?", near)
		}
		return errors.New("users have no such property in Microsoft Graph")
	case p.kind.ReadOnly:
		return errors.New("only Microsoft Entra ID itself sets it; take it out of the mapping")
	case p.kind.Name == attrEnabled:
		return errors.New("whether a user can sign in is said by enabled, not by an attribute")
	case len(v) == 0 && !p.fixed:
		return nil
	}
	if !inSchema {
		t = p.kind
	}
	return CheckValue(t, v)
}

// Check says which of the changes Graph would refuse for what the tenant and its
// present users are: names need a verified domain, and attributes of synchronised
// users are mastered by Active Directory.
// https://learn.microsoft.com/entra/identity/hybrid/connect/concept-azure-ad-connect-sync-user-and-contacts
func (t *Tenant) Check(ctx context.Context, changes []directory.Change) error {
	var ids []string
	for _, c := range changes {
		if c.ID != "" {
			ids = append(ids, c.ID)
		}
		t.Need(slices.Collect(maps.Keys(c.Want.Attributes))...)
	}
	if err := t.define(ctx); err != nil {
		return err
	}
	found, err := t.byIDs(ctx, ids, false)
	if err == nil {
		err = t.withGroups(ctx, slices.Collect(maps.Values(found)))
	}
	if err == nil {
		err = t.findReach(ctx, slices.Collect(maps.Values(found)))
	}
	if err == nil {
		err = t.guard(ctx)
	}
	if err != nil {
		return err
	}
	domains, err := t.Suffixes(ctx)
	if err != nil {
		return err
	}
	// That a unit is missing Apply says of one person: it must not stop the others.
	problems := []error{t.checkGroups(ctx, changes, found), t.checkLicenses(ctx, changes, false)}
	for _, c := range changes {
		u := found[strings.ToLower(c.ID)]
		c.Want = withoutMastered(c.Want, u)
		if c.Want.Released || c.Want.Deleted && u == nil || losesAccess(c, u) && t.protection(u.id) == "" {
			continue
		}
		problems = append(problems, t.checkPerson(c, u, domains)...)
	}
	return errors.Join(problems...)
}

// losesAccess reports a change that disables somebody. No plan may fail for what else
// it says: Apply disables first, and reports the rest about that person.
func losesAccess(c directory.Change, u *user) bool {
	return u != nil && c.ID != "" && u.enabled && !c.Want.Enabled
}

// checkPerson is Check of one change. u is the user as it is, nil where there is none yet.
func (t *Tenant) checkPerson(c directory.Change, u *user, domains []string) []error {
	var problems []error
	problem := func(attribute string, err error) {
		path := c.Want.Attributes[attrPrincipal].Text()
		if u != nil {
			path = u.text(attrPrincipal)
		}
		problems = append(problems, &directory.PersonError{WorkerID: c.WorkerID, Name: c.Want.Attributes[attrDisplayName].Text(), Path: path, Op: "modify", Attribute: attribute, Err: err})
	}
	if c.Want.Deleted {
		if why := t.protection(u.id); why != "" {
			problem("", directory.Because(directory.ErrProtected, errors.New(why)))
		}
		return problems
	}
	if c.Want.Synchronised {
		if u == nil {
			problem("", directory.Because(directory.ErrGone, errNoSynchronised))
		} else if why := t.protection(u.id); why != "" && t.changes(c, u) {
			problem("", directory.Because(directory.ErrProtected, errors.New(why)))
		}
		return problems
	}
	name := c.Want.Attributes[attrPrincipal].Text()
	_, domain, _ := strings.Cut(name, "@")
	verified := slices.ContainsFunc(domains, func(d string) bool { return strings.EqualFold(d, domain) })
	if !verified && (u == nil || !strings.EqualFold(u.text(attrPrincipal), name)) {
		problem(attrPrincipal, fmt.Errorf("found %q, whose domain is none of the verified ones of the tenant (%s)", name, strings.Join(domains, ", ")))
	}
	if u == nil || c.ID == "" {
		return problems
	}
	if why := t.protection(u.id); why != "" && t.changes(c, u) {
		problem("", directory.Because(directory.ErrProtected, errors.New(why)))
	}
	if why, unsure := t.restriction(u); why != "" && !unsure && t.changes(c, u) {
		problem("", directory.Because(directory.ErrDenied, errors.New(why)))
	}
	// Whether somebody is enabled is left to Apply, which tells that person's error.
	names := slices.DeleteFunc(t.mastered(c.Want, u), func(name string) bool { return name == attrEnabled })
	if u.synced() && len(names) > 0 {
		problem("", fmt.Errorf("the user is synchronised from Active Directory, which masters %s: change them there, and take them out of the mapping for such users", strings.Join(names, ", ")))
	}
	return problems
}

// errNoSynchronised is why nothing is written for a document of a synchronised user who
// is not there: a user that is created or restored here would not be that of the account.
var errNoSynchronised = errors.New("the document is that of a user who is synchronised from Active Directory, " +
	"and there is no such user (any more): " +
	"see to it that the account there is in the scope of the synchronisation, wait for the next one, and plan again")

// withoutMastered returns what of a document of a synchronised user is to be written: what
// Active Directory masters, whether the user is enabled included, is taken as it is.
func withoutMastered(want directory.Account, u *user) directory.Account {
	if !want.Synchronised || u == nil {
		return want
	}
	want = want.Clone()
	want.Enabled, want.DisabledFor, want.Sessions = u.enabled, "", ""
	maps.DeleteFunc(want.Attributes, func(name string, _ directory.Value) bool { return mastered(name) })
	return want
}

// mastered returns the attributes that would be written and belong to Active Directory.
func (t *Tenant) mastered(want directory.Account, u *user) []string {
	have := t.Render(want, u.existing())
	var names []string
	if want.Enabled != u.enabled {
		names = append(names, attrEnabled)
	}
	for _, name := range slices.Sorted(maps.Keys(want.Attributes)) {
		if mastered(name) && !want.Attributes[name].Equal(have.Attributes[name]) {
			names = append(names, name)
		}
	}
	return names
}

// Render returns the present state of a user with the attributes that want
// names, in want's form where both mean the same.
func (t *Tenant) Render(want directory.Account, have *directory.Existing) directory.Account {
	a := directory.Account{
		Enabled: have.Account.Enabled, Released: want.Released, Synchronised: want.Synchronised,
		DisabledFor: have.DisabledFor, Sessions: have.Sessions,
	}
	a.Attributes = make(map[string]directory.Value, len(want.Attributes))
	if want.Synchronised { // what Active Directory decides needs no reason here
		have = &directory.Existing{Account: have.Account}
		a.DisabledFor, a.Sessions = "", ""
	}
	if have.DisabledFor == "" && !have.Account.Enabled && !want.Enabled {
		a.DisabledFor = want.DisabledFor
	}
	switch { // of an enabled user nothing is said: there sessions are to live
	case want.Sessions == "" || have.Account.Enabled:
		a.Sessions = ""
	case have.Sessions == "":
		a.Sessions = want.Sessions
	}
	for name, w := range want.Attributes {
		now := t.present(have.Account.Attributes, name)
		switch {
		case name == attrLicenses:
			a.Attributes[name] = shownLicenses(w, now)
		case name == attrManager && t.sameManager(w.Text(), now.Text()), Format.Same(name, w, now), t.canonical(name, w).Equal(t.canonical(name, now)):
			a.Attributes[name] = w
		default:
			a.Attributes[name] = now
		}
	}
	return a
}

// sameManager reports whether both are the same person, one of them by worker id
// and the other by what the manager's user is called.
func (t *Tenant) sameManager(want, have string) bool {
	if want == "" || have == "" {
		return want == have
	}
	if directory.Fold(want) == directory.Fold(have) {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	id := t.arrivals.Known(want)
	if id == "" || t.all == nil {
		return id != "" && strings.EqualFold(id, have)
	}
	u := t.all.byID[id]
	return u != nil && (strings.EqualFold(u.text(attrPrincipal), have) || strings.EqualFold(u.id, have))
}

// present returns the value of an attribute whatever the case of its name.
func (t *Tenant) present(attributes map[string]directory.Value, name string) directory.Value {
	if v, ok := attributes[name]; ok {
		return v
	}
	if p, ok := t.property(name); ok {
		return attributes[p.kind.Name]
	}
	return nil
}
