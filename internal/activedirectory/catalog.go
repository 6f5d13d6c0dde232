// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
)

// ForestUser is a user as the global catalog of the forest holds it: of any domain, and with a part of the attributes.
type ForestUser struct {
	ID, SID, Path string
	Enabled       bool
	// Attributes are those asked for, by their names in the schema. Each is one that the catalog holds, so that one without values is empty.
	Attributes map[string]directory.Value
}

// catalogUser are what is read of every user of the catalog. Each is in the partial attribute set of every forest.
var catalogUser = []string{attrGUID, attrSID, attrClass, attrControl}

// catalogAttributes returns the attributes that the global catalog holds (the partial attribute set,
// [MS-ADTS] 3.1.1.2.3), by Fold(name). All others look empty there, whatever they are.
func (d *Domain) catalogAttributes(ctx context.Context) (map[string]bool, error) {
	return d.partial.get(ctx, func(ctx context.Context) (map[string]bool, error) {
		dse, err := d.client.RootDSE(ctx)
		if err != nil {
			return nil, err
		}
		entries, err := d.client.Search(ctx, &ldap.SearchRequest{BaseDN: dse.SchemaNamingContext, Scope: ldap.ScopeSingleLevel,
			Filter: "(&(objectClass=attributeSchema)(isMemberOfPartialAttributeSet=TRUE))", Attributes: []string{"lDAPDisplayName"}})
		if err != nil {
			return nil, fmt.Errorf("reading which attributes the global catalog holds: %w", err)
		}
		if len(entries) == 0 {
			return nil, fmt.Errorf("the schema below %q shows no attribute that the global catalog holds: the account the provider signs in "+
				"with needs the right to read it", dse.SchemaNamingContext)
		}
		out := make(map[string]bool, len(entries))
		for _, e := range entries {
			out[directory.Fold(e.GetEqualFoldAttributeValue("lDAPDisplayName"))] = true
		}
		return out, nil
	})
}

// checkHeld refuses attributes that the global catalog does not hold: they would look empty.
func (d *Domain) checkHeld(ctx context.Context, attributes ...string) error {
	held, err := d.catalogAttributes(ctx)
	if err != nil {
		return err
	}
	for _, name := range attributes {
		if !held[directory.Fold(name)] {
			return fmt.Errorf("found %q, which the global catalog of the forest does not hold: read it in the domain of the account, or let an "+
				"administrator of the schema set isMemberOfPartialAttributeSet of the attribute to TRUE", name)
		}
	}
	return nil
}

// searchCatalog finds users of every domain of the forest. The attributes must be held by the catalog.
func (d *Domain) searchCatalog(ctx context.Context, filter string, attributes []string) ([]*record, error) {
	catalog, err := d.client.Catalog(ctx)
	if err != nil {
		return nil, fmt.Errorf("finding the global catalog of the forest (global_catalog_urls of the provider): %w", err)
	}
	asked := slices.Concat(catalogUser, attributes)
	entries, err := catalog.Search(ctx, &ldap.SearchRequest{Scope: ldap.ScopeWholeSubtree,
		Filter: "(&(objectCategory=person)(objectClass=user)" + filter + ")", Attributes: asked})
	if err != nil {
		return nil, fmt.Errorf("asking the global catalog of the forest (global_catalog_urls of the provider): %w", err)
	}
	return d.newRecords(entries, asked)
}

// FindInForest returns the users of all domains of the forest that have one of the values in the attribute, by value, with
// the further attributes. What the global catalog does not hold is an error, and so is a value that the attribute cannot have.
func (d *Domain) FindInForest(ctx context.Context, attribute string, values, further []string) (map[string][]*ForestUser, error) {
	t, err := d.lookupType(ctx, attribute, values, further)
	if err != nil {
		return nil, err
	}
	asked := make([]string, 0, len(further)+1)
	for _, name := range append([]string{attribute}, further...) {
		asked = append(asked, d.typeOf(name).Name)
	}
	if err := d.checkHeld(ctx, asked...); err != nil {
		return nil, err
	}
	found, err := matchAll(ctx, func(ctx context.Context, filter string) ([]*record, error) {
		return d.searchCatalog(ctx, filter, asked)
	}, t, slices.Compact(slices.Sorted(slices.Values(values))))
	if err != nil {
		return nil, lookupError(t, len(values), err)
	}
	out := make(map[string][]*ForestUser, len(found))
	for v, hits := range found {
		hits = exactMatches(hits, attribute, v)
		sortRecords(hits)
		for _, r := range hits {
			out[v] = append(out[v], r.inForest(asked))
		}
	}
	return out, nil
}

// inForest is a record of the global catalog for people who ask.
func (r *record) inForest(asked []string) *ForestUser {
	u := &ForestUser{ID: r.id, SID: r.text(attrSID), Path: r.dn, Enabled: r.enabled(), Attributes: map[string]directory.Value{}}
	for _, name := range asked {
		u.Attributes[name] = r.get(name)
	}
	return u
}

// Elsewhere returns where the forest has objects that are not in this domain any more: distinguished names by folded objectGUID, which
// a move keeps. Where the domain is the only one of its forest nobody is asked.
func (d *Domain) Elsewhere(ctx context.Context, objects []string) (map[string]string, error) {
	if len(objects) == 0 {
		return nil, nil
	}
	domains, err := d.partitions(ctx, "(&(objectClass=crossRef)(systemFlags:1.2.840.113556.1.4.803:=2))", []string{"nCName"})
	if err != nil {
		return nil, fmt.Errorf("reading the domains of the forest: %w", err)
	}
	if len(domains) < 2 {
		return nil, nil
	}
	found, err := d.FindInForest(ctx, attrGUID, objects, nil)
	if err != nil {
		return nil, err
	}
	own, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for object, users := range found {
		for _, u := range users {
			if !inDomain(u.Path, own, domains) { // the catalog may hold what this domain has just deleted
				out[directory.Fold(object)] = u.Path
			}
		}
	}
	return out, nil
}

// inDomain reports whether an object is in the domain own, and not in one below it. domains are the crossRefs of all domains.
func inDomain(path, own string, domains []*ldap.Entry) bool {
	return Below(path, own) && !slices.ContainsFunc(domains, func(e *ldap.Entry) bool {
		domain := e.GetEqualFoldAttributeValue("nCName")
		return Below(domain, own) && Below(path, domain)
	})
}

// UsersElsewhere returns the users of the forest that are not among those of [Domain.Users], with their addresses: user principal name,
// mail and aliases. Their worker ids are known only where the global catalog holds the attribute. Addresses that it does not
// hold are unheld: nobody knows whether these users have some.
func (d *Domain) UsersElsewhere(ctx context.Context) (users []*directory.Existing, unheld []string, err error) {
	known, err := d.Users(ctx)
	if err != nil {
		return nil, nil, err
	}
	held, err := d.catalogAttributes(ctx)
	if err != nil {
		return nil, nil, err
	}
	var asked []string
	filter := ""
	for _, name := range []string{attrPrincipal, attrMail, attrProxyAddresses} {
		if held[directory.Fold(name)] {
			asked, filter = append(asked, name), filter+"("+name+"=*)"
		} else {
			unheld = append(unheld, name)
		}
	}
	if len(asked) == 0 {
		return nil, nil, d.checkHeld(ctx, unheld...)
	}
	if held[directory.Fold(d.o.WorkerIDAttribute)] {
		asked = append(asked, d.o.WorkerIDAttribute)
	}
	records, err := d.searchCatalog(ctx, "(|"+filter+")", asked)
	if err != nil {
		return nil, nil, err
	}
	here := make(map[string]bool, len(known))
	for _, u := range known {
		here[u.ID] = true
	}
	for _, r := range records {
		if !r.isUser() || here[r.id] { // the domain itself knows its users better
			continue
		}
		users = append(users, &directory.Existing{ID: r.id, Path: r.dn, Class: r.class,
			Account: directory.Account{Container: r.container(), Enabled: r.enabled(), Attributes: r.values}})
	}
	return users, unheld, nil
}
