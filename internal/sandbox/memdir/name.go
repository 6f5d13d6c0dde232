// SPDX-License-Identifier: MPL-2.0

package memdir

import (
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// key is what distinguished names of the same object have in common, however they
// are spelled ([MS-ADTS] 3.1.1.3.1.2).
func key(dn string) string {
	if !strings.ContainsAny(dn, `\"+`) && !strings.Contains(dn, ", ") && !strings.Contains(dn, "= ") {
		return strings.ToLower(dn)
	}
	return strings.ToLower(spell(dn))
}

// spell writes a distinguished name as the server does.
func spell(dn string) string {
	parsed, err := ldap.ParseDN(dn)
	if err != nil {
		return dn
	}
	parts := make([]string, len(parsed.RDNs))
	for i, rdn := range parsed.RDNs {
		for _, a := range rdn.Attributes {
			parts[i] = a.Type + "=" + escape(a.Value)
		}
	}
	return strings.Join(parts, ",")
}

// escape writes a value of a distinguished name as Active Directory does: RFC 4514,
// a line feed in hexadecimal.
func escape(v string) string {
	var b strings.Builder
	for i, r := range v {
		switch {
		case r == '\n':
			b.WriteString(`\0A`)
			continue
		case strings.ContainsRune(`,\+"<>;=`, r), r == '#' && i == 0, r == ' ' && (i == 0 || i == len(v)-1):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// split takes a distinguished name apart into that of the object itself and its parent's.
func split(dn string) (rdn, parent string) {
	for i := 0; i < len(dn); i++ {
		switch dn[i] {
		case '\\':
			i++
		case ',':
			return dn[:i], strings.TrimLeft(dn[i+1:], " ")
		}
	}
	return dn, ""
}
