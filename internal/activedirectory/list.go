// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
)

// Listing says which objects are listed.
type Listing struct {
	// Container is the distinguished name that they are below of; empty: the domain, for
	// users what is searched for workers.
	Container string
	// Filter is an LDAP filter (RFC 4515) that they match as well; empty: all of the kind.
	Filter string
	// Limit is the largest answer that is accepted; more is an error. 0: any.
	Limit int
}

// peopleFilter finds the accounts of people: computers and managed service accounts are of other categories.
const peopleFilter = "(objectCategory=person)(objectClass=user)"

// listing finds the entries of a listing, by distinguished name. of is what they have in common.
func (d *Domain) listing(ctx context.Context, l Listing, base, of string, attributes []string) ([]*ldap.Entry, error) {
	if l.Filter != "" {
		if _, err := ldap.CompileFilter(l.Filter); err != nil {
			return nil, fmt.Errorf("filter: found %q, expected an LDAP filter such as (department=Sales): %w", l.Filter, err)
		}
	}
	if l.Container != "" && !isDN(l.Container) {
		return nil, fmt.Errorf("container: found %q, expected a distinguished name such as OU=Staff,DC=corp,DC=example,DC=com", l.Container)
	}
	req := &ldap.SearchRequest{BaseDN: cmp.Or(l.Container, base), Scope: ldap.ScopeWholeSubtree,
		Filter: "(&" + of + l.Filter + ")", Attributes: attributes}
	if l.Limit > 0 {
		req.SizeLimit = l.Limit + 1 // the container itself may be among them
	}
	entries, err := d.client.Search(ctx, withDescriptor(req))
	switch {
	case l.Limit > 0 && isSizeLimit(err):
		return nil, l.tooMany()
	case l.Container != "" && ldapconn.IsNotFound(err):
		return nil, fmt.Errorf("container: %q does not exist in this domain: correct it, or leave it out to look everywhere", l.Container)
	case err != nil:
		return nil, fmt.Errorf("listing what is below %q: %w", cmp.Or(l.Container, base), err)
	}
	entries = slices.DeleteFunc(entries, func(e *ldap.Entry) bool { return l.Container != "" && dnKey(e.DN) == dnKey(l.Container) })
	if l.Limit > 0 && len(entries) > l.Limit {
		return nil, l.tooMany()
	}
	slices.SortFunc(entries, func(a, b *ldap.Entry) int { return strings.Compare(dnKey(a.DN), dnKey(b.DN)) })
	return entries, nil
}

func (l Listing) tooMany() error {
	return fmt.Errorf("limit: more than %d objects fit, and a part of them is never returned: narrow filter or container, or "+
		"raise limit", l.Limit)
}

// ListUsers returns the users of a listing, by distinguished name.
func (d *Domain) ListUsers(ctx context.Context, l Listing) ([]*directory.Existing, error) {
	base, err := d.base(ctx)
	if err == nil {
		err = d.guard(ctx)
	}
	if err != nil {
		return nil, err
	}
	asked := d.needed()
	entries, err := d.listing(ctx, l, base, peopleFilter, asked)
	if err != nil {
		return nil, err
	}
	records, err := d.newRecords(entries, asked)
	if err != nil {
		return nil, err
	}
	return d.listed(ctx, slices.DeleteFunc(records, func(r *record) bool { return !r.isUser() }))
}

// ListGroups returns the groups of a listing, by distinguished name.
func (d *Domain) ListGroups(ctx context.Context, l Listing) ([]*GroupObject, error) {
	root, err := d.root(ctx)
	if err == nil {
		err = d.guard(ctx)
	}
	if err != nil {
		return nil, err
	}
	entries, err := d.listing(ctx, l, root, "(objectClass=group)", groupAttributes)
	if err != nil {
		return nil, err
	}
	out := make([]*GroupObject, len(entries))
	for i, e := range entries {
		if out[i], err = d.newGroupObject(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ListUnits returns the organizational units of a listing, by distinguished name, without
// what protects them: [Domain.FindUnit] knows.
func (d *Domain) ListUnits(ctx context.Context, l Listing) ([]*Unit, error) {
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := d.listing(ctx, l, root, "(objectClass=organizationalUnit)", unitAttributes)
	if err != nil {
		return nil, err
	}
	out := make([]*Unit, len(entries))
	for i, e := range entries {
		if out[i], err = newUnit(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Narrow returns a listing of fewer users: of those people can sign in with or cannot, and of those with a worker id
// or without one. Nil: both.
func (d *Domain) Narrow(l Listing, enabled, withWorkerID *bool) Listing {
	one := func(filter string, wanted *bool) {
		switch {
		case wanted == nil:
			return
		case !*wanted:
			filter = "(!" + filter + ")"
		}
		if l.Filter == "" {
			l.Filter = filter
			return
		}
		l.Filter = "(&" + l.Filter + filter + ")"
	}
	if enabled != nil {
		disabled := !*enabled
		one(disabledFilter, &disabled)
	}
	one("("+d.o.WorkerIDAttribute+"=*)", withWorkerID)
	return l
}
