// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

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

// privilege is why the members of a group are administrators.
type privilege struct {
	reason     string // of the group itself
	path, name string
	relative   string // the last number of its security identifier, see [relativeID]
	top        string // the group that it is nested into in the end, by name; empty for one of the first
}

// findPrivileged returns why the members of groups are administrators, by
// objectGUID: the groups themselves, and those nested into them at any depth. It
// takes a search for the first and one more a level, whatever the number of groups.
func (d *Domain) findPrivileged(ctx context.Context) (map[string]privilege, error) {
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	asked := []string{attrGUID, attrSID, attrLogin, attrAdminCount, attrMemberOf}
	// Every group of the list is a critical object of the system.
	level, err := d.search(ctx, root, "(&(objectClass=group)(|(adminCount=1)(isCriticalSystemObject=TRUE)))", asked)
	if err != nil {
		return nil, fmt.Errorf("looking for the groups of administrators: %w", err)
	}
	level = slices.DeleteFunc(level, func(e *ldap.Entry) bool { return privilegedGroup(e) == "" })
	out := map[string]privilege{}
	tops := map[string]string{} // by dnKey: what is nested into the group is nested into in the end
	for first := true; len(level) > 0; first = false {
		var paths []string
		for _, e := range level {
			id, err := entryID(e)
			if err != nil {
				return nil, err
			}
			if out[id].reason != "" {
				continue
			}
			p := privilegeOf(e, first, tops)
			out[id], paths, tops[dnKey(e.DN)] = p, append(paths, e.DN), cmp.Or(p.top, p.name)
		}
		if level, err = d.nestedInto(ctx, root, paths, asked); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// privilegeOf says why a group is one of administrators: by itself if it is one of the first, else by
// the groups that it is in.
func privilegeOf(e *ldap.Entry, first bool, tops map[string]string) privilege {
	p := privilege{path: e.DN, name: cmp.Or(e.GetEqualFoldAttributeValue(attrLogin), cnOf(e.DN)),
		relative: relativeID(e.GetEqualFoldRawAttributeValue(attrSID))}
	if first {
		p.reason = privilegedGroup(e)
		return p
	}
	p.reason = "it is nested into a group of administrators, directly or through others"
	for _, dn := range slices.Sorted(slices.Values(e.GetEqualFoldAttributeValues(attrMemberOf))) {
		if p.top == "" {
			p.top = tops[dnKey(dn)]
		}
	}
	return p
}

// nestedInto returns the groups that are direct members of the groups at paths.
func (d *Domain) nestedInto(ctx context.Context, root string, paths, asked []string) ([]*ldap.Entry, error) {
	var out []*ldap.Entry
	for part := range slices.Chunk(paths, groupChunk) {
		nested, err := d.search(ctx, root, "(&(objectClass=group)"+anyOf(attrMemberOf, part)+")", asked)
		if err != nil {
			return nil, fmt.Errorf("looking for the groups nested into groups of administrators: %w", err)
		}
		out = append(out, nested...)
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
		g.Privileged = reasons[g.ID].reason
	}
	return err
}
