// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
)

// target holds what is peculiar to one kind of directory.
type target struct {
	// naming maps the attributes that name an account to the check of a value.
	naming map[string]func(string) error
	// refused maps lower-cased names that Microsoft's mappings or habits
	// suggest to what to write instead.
	refused map[string]string
	// paths says that Path attributes and containers are distinguished names.
	paths bool
}

// targets are the directories that rules can be written for, by Rules.Target.
var targets = map[string]target{
	"active_directory": {
		paths: true,
		naming: map[string]func(string) error{
			"cn":                checkCommonName,
			"sAMAccountName":    checkLogonName,
			"userPrincipalName": checkUserPrincipalName,
		},
		refused: merge(refusedEverywhere, map[string]string{
			"accountenabled":          useLifecycle,
			"useraccountcontrol":      "it carries the disabled bit, which lifecycle decides; the other bits are arguments of the resource",
			"parentdistinguishedname": "write the expression as container; worker_lifecycle.leaver_container moves leavers",
			"distinguishedname":       "it follows from container and cn; write those",
			"name":                    "it follows from cn; write that",
			"unicodepwd":              usePassword,
			"userpassword":            usePassword,
			"pwdlastset":              usePassword,
			"objectguid":              directoryOwns,
			"objectsid":               directoryOwns,
			"objectclass":             directoryOwns,
			"memberof":                ownGroups,
			"groups":                  ownGroups,
			"primarygroupid":          ownGroups,
		}),
	},
	"entra": {
		naming: map[string]func(string) error{
			"userPrincipalName": checkEntraName,
			"mailNickname":      checkMailNickname,
		},
		refused: merge(refusedEverywhere, map[string]string{
			"accountenabled":  useLifecycle,
			"passwordprofile": usePassword,
			"id":              directoryOwns,
			"memberof":        ownGroups,
			"groups":          ownGroups,
		}),
	},
}

const (
	useLifecycle  = "whether an account is enabled follows from lifecycle (status words, dates, on_leave), not from an attribute rule"
	usePassword   = "passwords are write-only arguments of the resource and never part of rules, plans or state"
	ownGroups     = "groups are managed by their own resources; worker_lifecycle.leaver_groups takes them from leavers"
	directoryOwns = "the directory sets it, once and for all"
)

// refusedEverywhere are the pseudo-attributes of Microsoft's HR provisioning.
var refusedEverywhere = map[string]string{
	"accountdisabled": useLifecycle,
	"issoftdeleted":   "deletion follows from worker_lifecycle.retention_days and the resource's on_removal",
	"objectfilter":    "who gets an account is said by scope; IgnoreObjectFlow in any rule drops a worker as well",
}

func merge(a, b map[string]string) map[string]string {
	out := make(map[string]string, len(a)+len(b))
	for _, m := range []map[string]string{a, b} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
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

// checkUserPrincipalName applies what Active Directory demands: one @ between
// a name and a suffix, and no character that RFC 822 would have to quote.
func checkUserPrincipalName(s string) error {
	if n := utf16Len(s); n > 1024 {
		return fmt.Errorf("found %q with %d characters, expected at most 1024", s, n)
	}
	name, suffix, err := splitAddress(s)
	if err != nil {
		return err
	}
	if i := strings.IndexAny(name+suffix, `"\(),:;<>[]`); i >= 0 {
		return fmt.Errorf("found %q with the character %q, which is not allowed in a user principal name", s, (name + suffix)[i])
	}
	return checkSuffix(s, suffix)
}

var entraName = regexp.MustCompile(`^[A-Za-z0-9'._!#^~-]+$`)

// checkEntraName applies Microsoft Entra ID's rules for userPrincipalName:
// https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy#userprincipalname-policies-that-apply-to-all-user-accounts
func checkEntraName(s string) error {
	name, suffix, err := splitAddress(s)
	if err != nil {
		return err
	}
	if !entraName.MatchString(name) {
		return fmt.Errorf("found %q, expected only A-Z a-z 0-9 ' . - _ ! # ^ ~ before the @ (%s)", s, directory.AdviseLetters(name))
	}
	if strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") {
		return fmt.Errorf("found %q, expected no dot at either end of the part before the @", s)
	}
	if len(name) > 64 || len(suffix) > 48 {
		return fmt.Errorf("found %q, expected at most 64 characters before the @ and 48 after it", s)
	}
	return checkSuffix(s, suffix)
}

var nickname = regexp.MustCompile(`^[!#-'*+./0-9=?A-Z^_` + "`" + `a-z{|}~-]+$`)

// checkMailNickname applies https://learn.microsoft.com/graph/api/resources/user:
// at most 64 ASCII characters, none of @ ( ) \ [ ] " ; : < > , and blank.
func checkMailNickname(s string) error {
	if !nickname.MatchString(s) || len(s) > 64 {
		return fmt.Errorf(`found %q, expected at most 64 ASCII characters and none of @ ( ) \ [ ] " ; : < > , or blank`, s)
	}
	return nil
}

func splitAddress(s string) (name, suffix string, err error) {
	if err := directory.CheckUnbroken(s); err != nil {
		return "", "", err
	}
	if strings.Count(s, "@") != 1 {
		return "", "", fmt.Errorf("found %q with %d @, expected exactly one", s, strings.Count(s, "@"))
	}
	name, suffix, _ = strings.Cut(s, "@")
	if name == "" || suffix == "" {
		return "", "", fmt.Errorf("found %q, expected text before and after the @", s)
	}
	return name, suffix, nil
}

func checkSuffix(s, suffix string) error {
	if strings.HasPrefix(suffix, ".") || strings.HasSuffix(suffix, ".") || strings.Contains(suffix, "..") {
		return fmt.Errorf("found %q, expected a domain such as corp.example.com after the @", s)
	}
	return nil
}

func checkNoControl(s string) error {
	for _, r := range s {
		if unicode.IsControl(r) {
			return fmt.Errorf("found %q with the control character %U, which no name may have", s, r)
		}
	}
	return nil
}

// checkTime accepts generalised time (X.680 46) and RFC 3339, and for
// accountExpires what Microsoft's mappings give: a FILETIME number, or never.
func checkTime(attribute, s string) error {
	if attribute == "accountExpires" {
		if n, err := strconv.ParseInt(s, 10, 64); s == "never" || err == nil && n >= 0 {
			return nil
		}
	}
	for _, layout := range []string{"20060102150405.0Z", "20060102150405Z", "20060102150405.0Z0700", "20060102150405Z0700", time.RFC3339} {
		if _, err := time.Parse(layout, s); err == nil {
			return nil
		}
	}
	return fmt.Errorf("found %q, expected a time such as 20270131000000.0Z or 2027-01-31T00:00:00Z", s)
}

func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

var attributeType = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*|[0-9]+(\.[0-9]+)+)$`)

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
			if !attributeType.MatchString(a.Type) || strings.TrimSpace(a.Value) == "" {
				return fmt.Errorf("found %q, expected a distinguished name such as OU=Staff,DC=corp,DC=example,DC=com: %q is no part of one", s, a.Type+"="+a.Value)
			}
		}
	}
	return nil
}
