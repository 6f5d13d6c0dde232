// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// Locate finds the one account that ref names: an objectGUID, a distinguished
// name, a security identifier, attribute=value (such as employeeID=1001), DOMAIN\name, a user principal
// name, a sAMAccountName, or as a last resort a worker id. A reference that fits
// no account, several accounts, or an object that is no user is an error that says so.
func (d *Domain) Locate(ctx context.Context, ref string) (*directory.Existing, error) {
	if strings.TrimSpace(ref) == "" {
		return nil, fmt.Errorf("no reference to an account: expected %s", references)
	}
	if err := d.checkHome(ctx, ref); err != nil {
		return nil, err
	}
	var found []*record
	for _, way := range d.waysTo(ref) {
		records, err := d.fetchLoose(ctx, way.attribute, way.value)
		if err != nil {
			return nil, fmt.Errorf("looking for the account %q: %w", ref, err)
		}
		if found = records; len(found) > 0 {
			break
		}
	}
	switch {
	case len(found) == 0:
		return nil, fmt.Errorf("no account is %q in this domain: expected %s", ref, references)
	case len(found) > 1:
		return nil, fmt.Errorf("%q names %d accounts, expected one: %s; give the objectGUID of the one that is meant", ref, len(found), listPaths(found))
	case !found[0].isUser():
		return nil, fmt.Errorf("%q is %q, a %s: expected a user", ref, found[0].dn, found[0].class)
	}
	known, err := d.existingAll(ctx, found)
	if err != nil {
		return nil, err
	}
	return known[found[0].id], nil
}

const references = "an objectGUID, a security identifier, a distinguished name, a sAMAccountName (with or without " +
	"DOMAIN\\), a user principal name, attribute=value, or a worker id"

// checkHome refuses DOMAIN\name of another domain: the account of that name in this one is somebody else's.
func (d *Domain) checkHome(ctx context.Context, ref string) error {
	ways := d.waysTo(ref)
	home, _, ok := strings.Cut(ref, `\`)
	if !ok || len(ways) != 1 || ways[0].attribute != attrLogin {
		return nil
	}
	short, err := d.netBIOSName(ctx)
	if err != nil {
		return err
	}
	long, err := d.DNSName(ctx)
	if err != nil || strings.EqualFold(home, short) || strings.EqualFold(home, long) {
		return err
	}
	return fmt.Errorf("%q names the domain %q, expected %q or %q: the provider is connected to that one, and an account of this name there "+
		"may be somebody else's", ref, home, cmp.Or(short, "its NetBIOS name"), long)
}

type way struct{ attribute, value string }

// waysTo returns the possible meanings of ref, the most specific first.
func (d *Domain) waysTo(ref string) []way {
	if _, err := parseGUID(ref); err == nil {
		return []way{{attrGUID, ref}}
	}
	if _, err := parseSID(ref); err == nil {
		return []way{{"objectSid", ref}}
	}
	if name, value, ok := strings.Cut(ref, "="); ok {
		if isDN(ref) && strings.Contains(ref, ",") {
			return []way{{attrDN, ref}}
		}
		if t, known := StandardSchema().Lookup(strings.TrimSpace(name)); known {
			return []way{{t.Name, strings.TrimSpace(value)}}
		}
	}
	if _, name, ok := strings.Cut(ref, `\`); ok {
		return []way{{attrLogin, name}}
	}
	ways := []way{{attrLogin, ref}, {d.o.WorkerIDAttribute, ref}}
	if strings.Contains(ref, "@") {
		ways = append([]way{{attrPrincipal, ref}}, ways...)
	}
	return ways
}

// fetchLoose reads the objects with a value. Where some have it exactly, ignoring case, it returns only
// these: if José and Jose both exist, they are two people.
func (d *Domain) fetchLoose(ctx context.Context, attribute, value string) ([]*record, error) {
	d.Need(attribute)
	records, err := d.fetch(ctx, attribute, []string{value})
	if err != nil || len(records) < 2 {
		return records, err
	}
	var exact []*record
	for _, r := range records {
		for _, v := range r.get(attribute) {
			if strings.EqualFold(v, value) {
				exact = append(exact, r)
				break
			}
		}
	}
	if len(exact) > 0 {
		return exact, nil
	}
	return records, nil
}

func listPaths(records []*record) string {
	sortRecords(records)
	paths := make([]string, 0, 5)
	for _, r := range records[:min(5, len(records))] {
		paths = append(paths, fmt.Sprintf("%q", r.dn))
	}
	if len(records) > 5 {
		paths = append(paths, "…")
	}
	return strings.Join(paths, ", ")
}
