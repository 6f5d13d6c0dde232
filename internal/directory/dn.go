// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// SamePath reports whether two paths are one by the rules of distinguished names
// (RFC 4514): case, blanks beside separators, the order within a component of several
// attributes and the way of escaping do not count, so that `OU=R\2BD, DC=corp` is
// `ou=R\+D,DC=corp`. Paths that are no distinguished names ignore case alone.
func SamePath(a, b string) bool {
	return a == b || strings.EqualFold(a, b) || !(isPlainPath(a) && isPlainPath(b)) && PathKey(a) == PathKey(b)
}

// PathKey is a form under which all spellings of one path are equal, see [SamePath].
func PathKey(s string) string {
	if isPlainPath(s) {
		return strings.ToLower(s)
	}
	dn, err := ldap.ParseDN(s)
	if err != nil {
		return strings.ToLower(s)
	}
	rdns := make([]string, len(dn.RDNs))
	for i, r := range dn.RDNs {
		parts := make([]string, len(r.Attributes))
		for j, a := range r.Attributes {
			parts[j] = strings.ToLower(a.Type) + "=" + ldap.EscapeDN(strings.ToLower(a.Value))
		}
		slices.Sort(parts)
		rdns[i] = strings.Join(parts, "+")
	}
	return strings.Join(rdns, ",")
}

// isPlainPath reports that s has nothing that could be spelled another way: almost
// all paths are so, and need no parsing.
func isPlainPath(s string) bool {
	return !strings.ContainsAny(s, "\\;+\"#<>") && strings.TrimSpace(s) == s &&
		!strings.Contains(s, ", ") && !strings.Contains(s, " ,") && !strings.Contains(s, "= ") && !strings.Contains(s, " =")
}
