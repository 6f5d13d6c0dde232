// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/wording"
)

// guardPlaces refuses rules that place accounts outside of what this population owns:
// whoever is there would not be seen to be missing from the feed, and would lose the
// account in silence. A pilot, which owns nothing, may.
func (d *guard) guardPlaces() []string {
	if d.in.Owned == nil || d.in.OwnsNothing {
		return nil
	}
	outside := map[string][]*compared{}
	for _, p := range d.people {
		if p.worker == nil || p.account == nil || p.kept || p.account.Deleted || p.existing != nil && !p.moves() && d.in.Owned(p.existing) {
			continue
		}
		after := &directory.Existing{Class: user, Path: "CN=x," + p.account.Container, Account: *p.account}
		if !d.in.Owned(after) {
			outside[d.placeOf(p)] = append(outside[d.placeOf(p)], p)
		}
	}
	var lines []string
	for _, place := range sortedKeys(outside) {
		lines = append(lines, fmt.Sprintf("the rules place %s in %q, which %s does not name, so that nobody would see them missing from the feed (add it there): %s",
			wording.Count(len(outside[place]), "account"), place, d.in.OwnedArgument, d.firstTen(outside[place])))
	}
	return lines
}

// placeOf is the container of an account, or its domain where there are no containers.
func (d *guard) placeOf(p *compared) string {
	if d.in.Format.HasContainer {
		return p.account.Container
	}
	_, domain, _ := strings.Cut(p.account.Attributes["userPrincipalName"].Text(), "@")
	return domain
}
