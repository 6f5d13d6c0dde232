// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
)

// namingRules hold what is wrong with values that rules give the attributes that name an account.
var namingRules = map[string]func(string) error{
	attrCN:        checkCommonName,
	attrLogin:     checkLogonName,
	attrPrincipal: checkPrincipalName,
}

// notByRules are the attributes that rules cannot write, see [directory.Format].
var notByRules = map[string]string{
	"accountenabled":          directory.ByLifecycle,
	"useraccountcontrol":      "it carries the disabled bit, which lifecycle decides; the other bits are arguments of the resource",
	"parentdistinguishedname": "write the expression as container; worker_lifecycle.leaver_container moves leavers",
	"distinguishedname":       "it follows from container and cn; write those",
	"name":                    "it follows from cn; write that",
	"unicodepwd":              directory.ByPassword,
	"userpassword":            directory.ByPassword,
	"pwdlastset":              directory.ByPassword,
	"objectguid":              directory.ByDirectory,
	"objectsid":               directory.ByDirectory,
	"objectclass":             directory.ByDirectory,
	"memberof":                directory.ByGroups,
	"groups":                  directory.ByGroups,
	"primarygroupid":          directory.ByGroups,
}

// checkCommonName applies rangeUpper of cn and what a relative distinguished
// name cannot hold: NUL, and the line feed that marks conflict objects.
func checkCommonName(s string) error {
	if n := utf16Len(s); n > 64 {
		return fmt.Errorf("found %q with %d characters, expected at most 64", s, n)
	}
	return checkNoControl(s)
}

// checkLogonName applies the limits of a user's sAMAccountName, which are
// stricter than its schema: 20 characters, none of the illegal ones.
// https://learn.microsoft.com/windows/win32/adschema/a-samaccountname
func checkLogonName(s string) error {
	const illegal = `"/\[]:;|=,+*?<>@`
	if n := utf16Len(s); n > 20 {
		return fmt.Errorf("found %q with %d characters, expected at most 20", s, n)
	}
	if i := strings.IndexAny(s, illegal); i >= 0 {
		return fmt.Errorf("found %q with the character %q, expected none of %s (remove it with Replace([Source], %q, , , \"\", , ))",
			s, s[i], illegal, s[i:i+1])
	}
	if strings.Trim(s, ". ") == "" {
		return fmt.Errorf("found %q, expected more than dots and blanks", s)
	}
	if strings.HasSuffix(s, ".") {
		return fmt.Errorf("found %q, expected no dot at the end", s)
	}
	return checkNoControl(s)
}

// checkPrincipalName applies what Active Directory demands: one @ between
// a name and a suffix, and no character that RFC 822 would have to quote.
func checkPrincipalName(s string) error {
	if n := utf16Len(s); n > 1024 {
		return fmt.Errorf("found %q with %d characters, expected at most 1024", s, n)
	}
	name, suffix, err := directory.SplitPrincipal(s)
	if err != nil {
		return err
	}
	if i := strings.IndexAny(name+suffix, `"\(),:;<>[]`); i >= 0 {
		return fmt.Errorf("found %q with the character %q, which is not allowed in a user principal name", s, (name + suffix)[i])
	}
	return directory.CheckSuffix(s, suffix)
}

func checkNoControl(s string) error {
	for _, r := range s {
		if unicode.IsControl(r) {
			return fmt.Errorf("found %q with the control character %U, which no name may have", s, r)
		}
	}
	return nil
}

func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

var attributeNames = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*|[0-9]+(\.[0-9]+)+)$`)

// checkPath says what is wrong with s as the distinguished name (RFC 4514) of
// an object below a domain.
func checkPath(s string) error {
	dn, err := ldap.ParseDN(s)
	if err != nil {
		return fmt.Errorf("found %q, expected a distinguished name such as OU=Staff,DC=corp,DC=example,DC=com: %w", s, err)
	}
	if len(dn.RDNs) == 0 {
		return errors.New("found nothing, expected a distinguished name such as OU=Staff,DC=corp,DC=example,DC=com")
	}
	for _, rdn := range dn.RDNs {
		for _, a := range rdn.Attributes {
			if !attributeNames.MatchString(a.Type) || strings.TrimSpace(a.Value) == "" {
				return fmt.Errorf("found %q, expected a distinguished name such as OU=Staff,DC=corp,DC=example,DC=com: %q is no part of one", s,
					a.Type+"="+a.Value)
			}
		}
	}
	return nil
}

// checkTime says what is wrong with a value of an attribute that holds a time, as rules give it.
func checkTime(attribute, s string) error {
	parse := func() error { _, err := parseTime(s); return err }
	if isName(attribute, attrExpires) {
		parse = func() error { _, err := parseExpiry(s); return err }
	}
	return parse()
}
