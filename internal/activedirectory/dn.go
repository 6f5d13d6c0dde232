// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// dnKey is a form under which two spellings of one distinguished name are
// equal: case and the way of escaping do not count (RFC 4514). What is not a
// distinguished name is its own key.
func dnKey(s string) string {
	if isPlainDN(s) {
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

// isPlainDN reports that s has nothing that could be spelled another way: almost
// all names are so, and need no parsing.
func isPlainDN(s string) bool {
	return !strings.ContainsAny(s, "\\;+\"#<>") && strings.TrimSpace(s) == s &&
		!strings.Contains(s, ", ") && !strings.Contains(s, " ,") && !strings.Contains(s, "= ") && !strings.Contains(s, " =")
}

func sameDN(a, b string) bool { return strings.EqualFold(a, b) || dnKey(a) == dnKey(b) }

// isDN reports whether s is a distinguished name of at least one component.
func isDN(s string) bool {
	if !strings.Contains(s, "=") {
		return false
	}
	dn, err := ldap.ParseDN(s)
	return err == nil && len(dn.RDNs) > 0
}

// CheckContainer says why s cannot be a container: it is not a distinguished name.
func CheckContainer(s string) error {
	if _, err := ldap.ParseDN(s); err != nil || !isDN(s) {
		return fmt.Errorf("found %q, expected the distinguished name of a container such as OU=Staff,DC=corp,DC=example,DC=com", s)
	}
	return nil
}

// rdn returns the relative distinguished name of a user of that common name.
func rdn(cn string) string { return "CN=" + EscapeDN(cn) }

// joinDN returns the distinguished name of a user.
func joinDN(cn, container string) string { return rdn(cn) + "," + container }

// cnOf returns the common name in the first component of a distinguished name.
func cnOf(s string) string {
	dn, err := ldap.ParseDN(s)
	if err != nil || len(dn.RDNs) == 0 || len(dn.RDNs[0].Attributes) == 0 {
		return ""
	}
	return dn.RDNs[0].Attributes[0].Value
}
