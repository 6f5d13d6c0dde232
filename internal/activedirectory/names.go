// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
)

// EscapeDN escapes a text as a value inside a distinguished name (RFC 4514). The
// equals sign, which need not be escaped, is: Samba demands it.
func EscapeDN(s string) string { return strings.ReplaceAll(ldap.EscapeDN(s), "=", `\=`) }

// Below reports whether the object named by the distinguished name dn lives in
// the container or deeper. Case and the way of escaping do not matter.
func Below(dn, container string) bool {
	want := dnKey(container)
	for at := Parent(dnKey(dn)); at != ""; at = Parent(at) { // not by suffix: commas may be escaped
		if at == want {
			return true
		}
	}
	return false
}

// CommonContainer returns the nearest container that holds everything in the
// containers, or is one of them; "" where they have nothing in common.
func CommonContainer(containers []string) string {
	if len(containers) == 0 {
		return ""
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(containers))) // few, and whatever their order
	common := distinct[0]
	for _, c := range distinct {
		for common != "" && dnKey(c) != dnKey(common) && !Below(c, common) {
			common = Parent(common)
		}
	}
	return common
}

// Parent returns the distinguished name of the container of an object, as it is
// spelled.
func Parent(dn string) string {
	for i := 0; i < len(dn); i++ {
		switch dn[i] {
		case '\\':
			i++
		case ',':
			return dn[i+1:]
		}
	}
	return ""
}

// CommonName returns the unescaped value of the first part of a distinguished name.
func CommonName(dn string) string { return cnOf(dn) }

// WorkerIDAttribute returns the attribute that carries worker ids.
func (d *Domain) WorkerIDAttribute() string { return d.o.WorkerIDAttribute }

// Render is [Render] with what is known of the domain's schema.
func (d *Domain) Render(want directory.Account, have *directory.Existing) directory.Account {
	return Render(want, have, d.schema.peek())
}
