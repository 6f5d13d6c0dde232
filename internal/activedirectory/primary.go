// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
)

// attrPrimaryGroup holds the last number of the security identifier of the primary
// group. Who has a group as their primary one is no value of its member attribute and
// has no memberOf for it ([MS-SAMR] 3.1.1.6), and is in it all the same.
const attrPrimaryGroup = "primaryGroupID"

// Primary groups that every account may have whatever became of its worker
// ([MS-DTYP] 2.4.2.4): they stand for being in the domain.
const (
	domainUsers  = "513"
	domainGuests = "514"
)

// relativeID returns the number of a security identifier within its domain; "" for
// one of no domain, which nobody can have as a primary group.
func relativeID(sid []byte) string {
	const domain = 21 // SECURITY_NT_NON_UNIQUE
	if len(sid) != 28 || binary.LittleEndian.Uint32(sid[8:]) != domain {
		return ""
	}
	return strconv.FormatUint(uint64(binary.LittleEndian.Uint32(sid[24:])), 10)
}

// primaryMembers returns who has one of the groups as their primary one, by the
// relative id of the group, with one search for twenty groups.
func (d *Domain) primaryMembers(ctx context.Context, groups []*ldap.Entry) (map[string][]directory.Member, error) {
	var ids []string
	for _, e := range groups {
		if id := relativeID(e.GetEqualFoldRawAttributeValue(attrSID)); id != "" {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	asked := append(d.needed(), attrPrimaryGroup)
	out := map[string][]directory.Member{}
	for part := range slices.Chunk(ids, chunk) {
		entries, err := d.search(ctx, root, anyOf(attrPrimaryGroup, part), asked)
		if err != nil {
			return nil, fmt.Errorf("looking for who has %d groups as their primary group: %w", len(ids), err)
		}
		records, err := d.newRecords(entries, asked)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			m := d.member(r)
			m.Primary = true
			out[r.text(attrPrimaryGroup)] = append(out[r.text(attrPrimaryGroup)], m)
		}
	}
	return out, nil
}

// errPrimary says why somebody cannot be taken out of their primary group.
func errPrimary(m directory.Member) error {
	return fmt.Errorf("it is the primary group of %q, which no change of its members ends. Add the account to another group and make that "+
		"its primary one first, such as Domain Users (primaryGroupID %s)", placeOfMember(m), domainUsers)
}

func placeOfMember(m directory.Member) string {
	if m.Path != "" {
		return m.Path
	}
	return m.ID
}

// lingers reports that an account is in a group by its primary group that its worker
// may have been given: neither Domain Users nor Domain Guests.
func (r *record) lingers() bool {
	id := r.text(attrPrimaryGroup)
	return id != "" && id != domainUsers && id != domainGuests
}

// CheckRemovals finds what the directory, or the protection of accounts, refuses of
// members that a group is to lose, as far as it can be known before. The error joins
// a *directory.MembershipError for each.
func (d *Domain) CheckRemovals(ctx context.Context, group *directory.Group, remove []directory.Member) error {
	if err := d.guard(ctx); err != nil {
		return err
	}
	var problems []error
	for _, m := range remove {
		if err := d.mayNotLeave(group.ID, m); err != nil {
			problems = append(problems, &directory.MembershipError{Group: group.Name, Member: m, Op: "remove", Err: err})
		}
	}
	return errors.Join(problems...)
}

// mayNotLeave says why a member must not be taken out of a group. [Domain.guard] comes first.
func (d *Domain) mayNotLeave(groupID string, m directory.Member) error {
	id, err := canonicalGUID(groupID)
	if err != nil {
		id = strings.ToLower(groupID)
	}
	if named := d.guarded.peek().groups[id]; named != "" {
		return because(directory.ErrProtected, "the member is protected because it is in this group: %s. Take the group out of protect.groups of the provider first, or change the group by hand", named)
	}
	if m.Primary {
		return errPrimary(m)
	}
	return nil
}
