// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"fmt"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/dn"
)

// dnKey is a form under which all spellings of one distinguished name are equal.
func dnKey(s string) string { return dn.Key(s) }

// sameDN reports whether two distinguished names are one, however they are spelled.
func sameDN(a, b string) bool { return dn.Same(a, b) }

// isDN reports whether s is a distinguished name of at least one component.
func isDN(s string) bool { return dn.Is(s) }

// CheckContainer says why s cannot be a container: it is not a distinguished name.
func CheckContainer(s string) error {
	if !isDN(s) {
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
