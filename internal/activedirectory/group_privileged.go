// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
)

// privilegedRIDs are the last numbers of the security identifiers of groups whose
// members administer a domain, its controllers or a forest ([MS-DTYP] 2.4.2.4).
var privilegedRIDs = []uint32{498, 512, 516, 518, 519, 520, 521, 526, 527, 544, 548, 549, 550, 551, 552}

// wellKnown are security identifiers below this number that no other group can have.
const wellKnown = 1000

// privilegedGroup says why the members of a group are administrators by the group
// itself; empty where they are not.
func privilegedGroup(e *ldap.Entry) string {
	if sid := e.GetEqualFoldRawAttributeValue(attrSID); len(sid) >= 12 {
		if rid := binary.LittleEndian.Uint32(sid[len(sid)-4:]); rid < wellKnown && slices.Contains(privilegedRIDs, rid) {
			return "it is one of the groups that administer the domain"
		}
	}
	if e.GetEqualFoldAttributeValue(attrAdminCount) == "1" {
		return "it is or was a group that Active Directory protects, or in one (adminCount is 1)"
	}
	return ""
}

// findPrivileged returns why the members of groups are administrators, by
// objectGUID: the groups themselves, and those nested into them at any depth. It
// takes a search for the first and one more a level, whatever the number of groups.
func (d *Domain) findPrivileged(ctx context.Context) (map[string]string, error) {
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	// Every group of the list is a critical object of the system.
	level, err := d.search(ctx, root, "(&(objectClass=group)(|(adminCount=1)(isCriticalSystemObject=TRUE)))", []string{attrGUID, attrSID, attrAdminCount})
	if err != nil {
		return nil, fmt.Errorf("looking for the groups of administrators: %w", err)
	}
	level = slices.DeleteFunc(level, func(e *ldap.Entry) bool { return privilegedGroup(e) == "" })
	out := map[string]string{}
	for reason := privilegedGroup; len(level) > 0; {
		var paths []string
		for _, e := range level {
			id, err := entryID(e)
			if err != nil {
				return nil, err
			}
			if out[id] == "" {
				out[id], paths = reason(e), append(paths, e.DN)
			}
		}
		reason = func(*ldap.Entry) string {
			return "it is nested into a group of administrators, directly or through others"
		}
		level = nil
		for part := range slices.Chunk(paths, groupChunk) {
			var filter strings.Builder
			for _, dn := range part {
				filter.WriteString("(memberOf=" + ldap.EscapeFilter(dn) + ")")
			}
			nested, err := d.search(ctx, root, "(&(objectClass=group)(|"+filter.String()+"))", []string{attrGUID})
			if err != nil {
				return nil, fmt.Errorf("looking for the groups nested into groups of administrators: %w", err)
			}
			level = append(level, nested...)
		}
	}
	return out, nil
}

// markPrivileged says of groups whether their members are administrators.
func (d *Domain) markPrivileged(ctx context.Context, groups []*directory.Group) error {
	if len(groups) == 0 {
		return nil
	}
	reasons, err := d.privileged.get(ctx, d.findPrivileged)
	for _, g := range groups {
		g.Privileged = reasons[g.ID]
	}
	return err
}
