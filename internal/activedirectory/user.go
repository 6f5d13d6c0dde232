// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
)

const (
	attrCreated         = "whenCreated"
	attrComputedControl = "msDS-User-Account-Control-Computed"
)

// User is an account with what the directory alone decides about it. Moments are zero where there is none.
type User struct {
	*directory.Existing
	directory.Usage
	SID string
	// MemberOf are the distinguished names of the groups that it is a direct member of, its primary group
	// included, sorted. Groups of other domains are not known here.
	MemberOf []string
	// PasswordSet is when the password was set; zero also where it must be changed at the next sign-in.
	PasswordSet time.Time
	// ChangePassword says that the person must change the password at the next sign-in, or has none.
	ChangePassword bool
	// Flags are [Flags], and [FlagCannotChangePassword] where that was asked for, that are set or not, by name.
	Flags map[string]bool
	// LockedOut says that too many wrong passwords keep everybody out for a while.
	LockedOut bool
	// Expires is when the account stops to work by itself; zero: never.
	Expires          time.Time
	Created, Changed time.Time

	primary string // security identifier of the primary group
}

var userDetails = []string{attrLastSignIn, attrMemberOf, attrPrimaryGroup, attrPasswordSet, attrLockout, attrExpires,
	attrCreated, attrWhenChanged}

// FindUsers returns the users that have one of the values in an attribute, by value, as the directory holds them
// now, wherever in the domain, with the further attributes. Two hundred values take a search, and what is
// common to all of them a handful more. A value that the attribute cannot have is an error.
func (d *Domain) FindUsers(ctx context.Context, attribute string, values, further []string) (map[string][]*User, error) {
	t, err := d.lookupType(ctx, attribute, values, further)
	if err != nil {
		return nil, err
	}
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	asked := d.askedFor(append(slices.Clone(further), attribute))
	found, err := matchAll(ctx, func(ctx context.Context, filter string) ([]*record, error) {
		entries, err := d.search(ctx, root, "(&(objectClass=user)"+filter+")", asked)
		if err != nil {
			return nil, err
		}
		return d.newRecords(entries, asked)
	}, t, slices.Compact(slices.Sorted(slices.Values(values))))
	if err != nil {
		return nil, lookupError(t, len(values), err)
	}
	var records []*record
	for v, hits := range found {
		hits = slices.DeleteFunc(exactMatches(hits, attribute, v), func(r *record) bool { return !r.isUser() })
		sortRecords(hits)
		found[v], records = hits, append(records, hits...)
	}
	users, err := d.users(ctx, records)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]*User, len(found))
	for v, hits := range found {
		for _, r := range hits {
			out[v] = append(out[v], users[r.id])
		}
	}
	return out, nil
}

// lookupType checks what is asked for, and returns the type of the attribute to look things up by.
func (d *Domain) lookupType(ctx context.Context, attribute string, values, further []string) (directory.AttributeType, error) {
	types, err := d.typesFor(ctx, append(slices.Clone(further), attribute))
	if err != nil {
		return directory.AttributeType{}, err
	}
	for _, name := range further {
		if _, ok := types.Lookup(name); !ok {
			return directory.AttributeType{}, fmt.Errorf("attributes: %q is no attribute of users in this domain; did you mean "+
				"%q?", name, types.Nearest(name))
		}
	}
	t := d.typeOf(attribute)
	for _, v := range values {
		if !canMatch(t, v) {
			return t, fmt.Errorf("found %q, expected %s", v, lookupForm(attribute))
		}
	}
	return t, nil
}

// lookupForm says what values of an attribute look like.
func lookupForm(attribute string) string {
	switch attribute {
	case attrGUID:
		return "an objectGUID such as 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
	case attrSID:
		return "a security identifier such as S-1-5-21-1-2-3-1104"
	case attrDN:
		return "a distinguished name such as CN=Zoë,OU=Staff,DC=corp,DC=example,DC=com"
	}
	return "a value of " + attribute
}

// askedFor returns the attributes to read of users: what decisions need, what [User] says, and further ones. None
// of them are announced, since they are read for people who ask and not for everybody.
func (d *Domain) askedFor(further []string) []string {
	asked := append(d.needed(), userDetails...)
	for _, name := range further {
		asked = append(asked, d.typeOf(name).Name)
	}
	slices.Sort(asked)
	return slices.Compact(asked)
}

// QueryUsers returns the users of a listing, by distinguished name, with the further attributes.
func (d *Domain) QueryUsers(ctx context.Context, l Listing, further []string) ([]*User, error) {
	if _, err := d.lookupType(ctx, attrLogin, nil, further); err != nil {
		return nil, err
	}
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	asked := d.askedFor(further)
	entries, err := d.listing(ctx, l, root, peopleFilter, asked)
	if err != nil {
		return nil, err
	}
	records, err := d.newRecords(entries, asked)
	if err != nil {
		return nil, err
	}
	users, err := d.users(ctx, records)
	if err != nil {
		return nil, err
	}
	out := make([]*User, 0, len(records))
	for _, r := range records {
		out = append(out, users[r.id])
	}
	return out, nil
}

// users says of records what the directory decides about them, by objectGUID.
func (d *Domain) users(ctx context.Context, records []*record) (map[string]*User, error) {
	known, err := d.existingAll(ctx, records)
	if err != nil {
		return nil, err
	}
	out := make(map[string]*User, len(known))
	if len(known) == 0 {
		return out, nil
	}
	privileged, err := d.administrators(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		u := &User{Existing: known[r.id], SID: r.text(attrSID), MemberOf: slices.Clone(r.get(attrMemberOf)), Flags: map[string]bool{}}
		for _, name := range Flags {
			u.Flags[name] = flagSet(r.get(name))
		}
		if v := r.get(FlagCannotChangePassword); v != nil {
			u.Flags[FlagCannotChangePassword] = flagSet(v)
		}
		u.SignInsKnown, u.Lag = true, signInLag
		u.Privileged, u.primary = privileged[r.id], primaryOf(u.SID, r.text(attrPrimaryGroup))
		if err := u.moments(r); err != nil {
			return nil, fmt.Errorf("%q: %w", r.dn, err)
		}
		out[r.id] = u
	}
	if err := d.addPrimary(ctx, out); err != nil {
		return nil, err
	}
	return out, d.addLockouts(ctx, records, out)
}

// moments reads what the directory writes as numbers and times.
func (u *User) moments(r *record) error {
	for name, into := range map[string]*time.Time{attrLastSignIn: &u.LastSignIn, attrPasswordSet: &u.PasswordSet, attrExpires: &u.Expires} {
		at, err := filetime(r.text(name))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		*into = at
	}
	u.ChangePassword = r.text(attrPasswordSet) == "0"
	return readMoments(r, map[string]*time.Time{attrCreated: &u.Created, attrWhenChanged: &u.Changed})
}

// primaryOf returns the security identifier of a primary group: it is in the domain of the account.
func primaryOf(sid, relative string) string {
	if i := strings.LastIndexByte(sid, '-'); i > 0 && relative != "" {
		return sid[:i+1] + relative
	}
	return ""
}

// addPrimary adds the primary groups, for which accounts have no memberOf, with a search for two hundred of them.
func (d *Domain) addPrimary(ctx context.Context, users map[string]*User) error {
	var sids []string
	for _, u := range users {
		if u.primary != "" {
			sids = append(sids, u.primary)
		}
	}
	slices.Sort(sids)
	root, err := d.root(ctx)
	if err != nil {
		return err
	}
	paths := map[string]string{}
	for part := range slices.Chunk(slices.Compact(sids), chunk) {
		entries, err := d.search(ctx, root, "(&(objectClass=group)"+anyOf(attrSID, part)+")", []string{attrSID})
		if err != nil {
			return fmt.Errorf("reading primary groups: %w", err)
		}
		for _, e := range entries {
			if sid, err := formatSID(e.GetEqualFoldRawAttributeValue(attrSID)); err == nil {
				paths[sid] = e.DN
			}
		}
	}
	for _, u := range users {
		if path := paths[u.primary]; path != "" {
			u.MemberOf = append(u.MemberOf, path)
		}
		slices.SortFunc(u.MemberOf, func(a, b string) int { return cmp.Or(strings.Compare(dnKey(a), dnKey(b)), strings.Compare(a, b)) })
	}
	return nil
}

// addLockouts says who is locked out. A lockoutTime stays when the lockout has ended, and how long one lasts is a
// matter of policies: the controller itself says who is, of the few who have a lockoutTime.
func (d *Domain) addLockouts(ctx context.Context, records []*record, users map[string]*User) error {
	var ids []string
	for _, r := range records {
		if at := r.text(attrLockout); at != "" && at != "0" {
			ids = append(ids, r.id)
		}
	}
	slices.Sort(ids)
	root, err := d.root(ctx)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(slices.Compact(ids), chunk) {
		entries, err := d.search(ctx, root, anyOf(attrGUID, part), []string{attrGUID, attrComputedControl})
		if err != nil {
			return fmt.Errorf("asking who is locked out: %w", err)
		}
		for _, e := range entries {
			id, err := entryID(e)
			if err != nil {
				return err
			}
			users[id].LockedOut = lockedOut(e)
		}
	}
	return nil
}

// lockedOut reports what the controller says of an account with a lockoutTime; one of which it says nothing is.
func lockedOut(e *ldap.Entry) bool {
	bits, err := strconv.ParseInt(e.GetEqualFoldAttributeValue(attrComputedControl), 10, 64)
	return err != nil || bits&bitLockout != 0
}
