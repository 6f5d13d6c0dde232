// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
)

// EscapeDN escapes a text as a value inside a distinguished name (RFC 4514).
func EscapeDN(s string) string { return ldap.EscapeDN(s) }

// Below reports whether the object named by the distinguished name dn lives in
// the container or deeper. Case and the way of escaping do not matter.
func Below(dn, container string) bool {
	return strings.HasSuffix(dnKey(dn), ","+dnKey(container))
}

// Parent returns the distinguished name of the container of an object.
func Parent(dn string) string {
	_, parent := splitDN(dn)
	return parent
}

// CommonName returns the unescaped value of the first part of a distinguished name.
func CommonName(dn string) string { return cnOf(dn) }

// WorkerIDAttribute returns the attribute that carries worker ids.
func (d *Domain) WorkerIDAttribute() string { return d.o.WorkerIDAttribute }

// Render is [Render] with what is known of the domain's schema.
func (d *Domain) Render(want directory.Account, have *directory.Existing) directory.Account {
	return Render(want, have, d.schema.peek())
}
