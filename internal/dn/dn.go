// SPDX-License-Identifier: MPL-2.0

// Package dn compares distinguished names (RFC 4514). It holds the one answer to whether two texts name
// one object of a directory: for the engine, for decisions, for rules and for HR systems that are directories.
//
// Case does not count, letter by letter: σ, ς and Σ are one, and İ is not i. A Samba domain compares like that, too,
// but has a table of its own, and Windows has another ([MS-UCODEREF] 3.1.5.3). Where Samba's differs, as for ſ and s,
// this package says "the same": nobody has two containers that differ in nothing else.
// Composed and decomposed letters (é) differ, as they do in a Samba domain.
package dn

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"
)

// Same reports whether two names are one: case, blanks beside separators, the order within a component of several
// attributes and the way of escaping do not count, so that `OU=R\2BD, DC=corp` is `ou=R\+D,DC=corp`.
// Texts that are no distinguished names ignore case alone.
func Same(a, b string) bool {
	return a == b || strings.EqualFold(a, b) || !(isPlain(a) && isPlain(b)) && Key(a) == Key(b)
}

// Key is a form that all spellings of one name share, and no two names: see [Same].
func Key(s string) string {
	if isPlain(s) {
		return fold(s)
	}
	name, err := ldap.ParseDN(s)
	if err != nil {
		return fold(s)
	}
	rdns := make([]string, len(name.RDNs))
	for i, r := range name.RDNs {
		parts := make([]string, len(r.Attributes))
		for j, a := range r.Attributes {
			parts[j] = fold(a.Type) + "=" + ldap.EscapeDN(fold(a.Value))
		}
		slices.Sort(parts)
		rdns[i] = strings.Join(parts, "+")
	}
	return strings.Join(rdns, ",")
}

// Is reports whether s is a distinguished name of at least one component.
func Is(s string) bool {
	if !strings.Contains(s, "=") {
		return false
	}
	name, err := ldap.ParseDN(s)
	return err == nil && len(name.RDNs) > 0
}

// isPlain reports that s has nothing that could be spelled another way: almost
// all names are so, and need no parsing.
func isPlain(s string) bool {
	return !strings.ContainsAny(s, "\\;+\"#<>") && strings.TrimSpace(s) == s &&
		!strings.Contains(s, ", ") && !strings.Contains(s, " ,") && !strings.Contains(s, "= ") && !strings.Contains(s, " =")
}

// fold puts one letter in the place of all that [strings.EqualFold] takes for equal to it. Changing to lower
// case is not enough: ς stays ς, and Σ becomes σ.
func fold(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return strings.Map(foldLetter, s)
		}
	}
	return strings.ToLower(s)
}

func foldLetter(r rune) rune {
	least := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		least = min(least, other)
	}
	if least >= 'A' && least <= 'Z' {
		return least + 'a' - 'A' // as texts of ASCII only are folded
	}
	return least
}
