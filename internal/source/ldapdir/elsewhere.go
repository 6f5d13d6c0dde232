// SPDX-License-Identifier: MPL-2.0

package ldapdir

import (
	"fmt"
	"net/url"
	"strings"

	"terraform-provider-workforce/internal/source"
)

// elsewhere refuses a reference to a part of the tree that another server keeps, such as a child domain of Active Directory,
// which has no control of RFC 3296 that shows it beforehand.
func (r *reader) elsewhere(reference string) error {
	if r.config.Referrals == "ignore" || withoutPeople(reference) {
		return nil
	}
	return fmt.Errorf("base: the directory refers to %s for a part of %s: the people there would be missing. "+
		"Read that server as well and merge the two, or set referrals = \"ignore\"", source.Quote(reference), source.Quote(r.config.Base))
}

// withoutPeople reports a reference to a partition that every domain of Active Directory refers to and that holds no people:
// its configuration and its DNS zones.
func withoutPeople(reference string) bool {
	u, err := url.Parse(reference)
	if err != nil {
		return false
	}
	first, _, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(u.Path, "/")), ",")
	switch first {
	case "cn=configuration", "cn=schema", "dc=domaindnszones", "dc=forestdnszones":
		return true
	}
	return false
}
