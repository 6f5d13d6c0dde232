// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
)

// attrLastSignIn is when somebody last signed in. Controllers tell it each other, and to keep that
// rare write it only when the value is older than msDS-LogonTimeSyncInterval, by default 14 days, less
// a random part of up to 5 days ([MS-ADA1] 2.351). lastLogon is exact, and known to one controller only.
const attrLastSignIn = "lastLogonTimestamp"

var _ directory.UsageTeller = (*Domain)(nil)

// signInLag is how late controllers tell each other of a sign-in at most, by default.
const signInLag = 14 * 24 * time.Hour

// Usage implements [directory.UsageTeller]. It takes a search for two hundred accounts, or one of the
// whole domain where that is cheaper, and a few for everybody who administers the domain, however
// many accounts are asked for. Memberships of groups of other domains are not known here.
func (d *Domain) Usage(ctx context.Context, ids []string) (map[string]directory.Usage, string, error) {
	known := make(map[string]string, len(ids)) // by id
	for _, id := range ids {
		known[id] = id
	}
	found, err := d.recordsOf(ctx, known, attrLastSignIn)
	if err != nil {
		return nil, "", fmt.Errorf("reading the last sign-ins of accounts: %w", err)
	}
	privileged := map[string][]string{}
	if len(found) > 0 {
		if privileged, err = d.administrators(ctx); err != nil {
			return nil, "", err
		}
	}
	out := make(map[string]directory.Usage, len(found))
	for id, r := range found {
		last, err := filetime(r.text(attrLastSignIn))
		if err != nil {
			return nil, "", fmt.Errorf("%q: %s: %w", r.dn, attrLastSignIn, err)
		}
		out[id] = directory.Usage{SignInsKnown: true, LastSignIn: last, Lag: signInLag, Privileged: privileged[r.id]}
	}
	return out, "", nil
}

// filetime reads a moment that a directory keeps as a number; zero for none.
func filetime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	ticks, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil:
		return time.Time{}, fmt.Errorf("found %q, expected a number of 100 ns since 1601", s)
	case ticks <= 0 || ticks == never:
		return time.Time{}, nil
	}
	return fromFiletime(ticks), nil
}

// administrators returns by what accounts administer the domain, by objectGUID: groups of administrators
// that they are in, directly or through others, and adminCount, which stays at 1 when they leave the last one.
func (d *Domain) administrators(ctx context.Context) (map[string][]string, error) {
	groups, err := d.privileged.get(ctx, d.findPrivileged)
	if err != nil {
		return nil, err
	}
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	byPath, byRelative := map[string]privilege{}, map[string]privilege{}
	parts := []string{"(" + attrAdminCount + "=1)"}
	for _, p := range groups {
		byPath[dnKey(p.path)] = p
		parts = append(parts, "("+attrMemberOf+"="+ldap.EscapeFilter(p.path)+")")
		if p.relative != "" {
			byRelative[p.relative] = p
			parts = append(parts, "("+attrPrimaryGroup+"="+p.relative+")")
		}
	}
	slices.Sort(parts)
	out := map[string][]string{}
	for part := range slices.Chunk(parts, chunk) {
		entries, err := d.search(ctx, root, "(&"+peopleFilter+"(|"+strings.Join(part, "")+"))",
			[]string{attrGUID, attrAdminCount, attrMemberOf, attrPrimaryGroup})
		if err != nil {
			return nil, fmt.Errorf("looking for the accounts that administer the domain: %w", err)
		}
		for _, e := range entries {
			id, err := entryID(e)
			if err != nil {
				return nil, err
			}
			out[id] = privilegedBy(e, byPath, byRelative)
		}
	}
	return out, nil
}

// privilegedBy names by what an account administers the domain, in order; nothing where it does not.
func privilegedBy(e *ldap.Entry, byPath, byRelative map[string]privilege) []string {
	var of []string
	add := func(p privilege, known bool) {
		switch {
		case !known:
		case p.top != "":
			of = append(of, p.name+" (in "+p.top+")")
		default:
			of = append(of, p.name)
		}
	}
	for _, dn := range e.GetEqualFoldAttributeValues(attrMemberOf) {
		p, known := byPath[dnKey(dn)]
		add(p, known)
	}
	p, known := byRelative[e.GetEqualFoldAttributeValue(attrPrimaryGroup)]
	add(p, known)
	if len(of) == 0 && e.GetEqualFoldAttributeValue(attrAdminCount) == "1" { // is or was in one that Active Directory protects
		of = append(of, "adminCount = 1")
	}
	slices.Sort(of)
	return of
}
