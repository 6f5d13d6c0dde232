// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression/country"
)

// valueRules are what some attributes demand beyond their syntax, by folded name.
var valueRules = map[string]func(directory.Value) error{
	directory.Fold(attrLogin):          each(checkLogin),
	directory.Fold(attrPrincipal):      each(directory.CheckPrincipal),
	directory.Fold(attrMail):           each(directory.CheckAddress),
	directory.Fold("mailNickname"):     each(checkAlias),
	directory.Fold(attrProxyAddresses): checkProxies,
	directory.Fold("targetAddress"):    each(checkProxy),
	directory.Fold("c"):                each(directory.CheckCountry),
	directory.Fold("countryCode"):      each(checkCountryNumber),
	directory.Fold("homeDrive"):        each(checkDrive),
	directory.Fold("msTSHomeDrive"):    each(checkDrive),
	directory.Fold("logonHours"):       each(checkHours),
	directory.Fold(attrCN): each(func(s string) error {
		if strings.ContainsFunc(s, unicode.IsControl) {
			return fmt.Errorf("found %q, expected no line breaks and no other control characters in a name", s)
		}
		return nil
	}),
}

func each(check func(string) error) func(directory.Value) error {
	return func(v directory.Value) error {
		for _, s := range v {
			if err := check(s); err != nil {
				return err
			}
		}
		return nil
	}
}

// CheckValue is [Check] with what single attributes demand beyond their syntax, such as the
// characters of a logon name and the octets of logonHours.
func CheckValue(t directory.AttributeType, v directory.Value) error {
	if err := Check(t, v); err != nil || len(v) == 0 {
		return err
	}
	if t.Syntax == directory.Text || t.Syntax == directory.ASCII {
		if err := directory.CheckDistinct(v); err != nil {
			return err
		}
	}
	if rule, some := directory.ByName(valueRules, t.Name); some {
		return rule(v)
	}
	return nil
}

// checkLogin: https://learn.microsoft.com/windows/win32/adschema/a-samaccountname
// and [MS-SAMR] 3.1.1.6 list what a login of a user may not contain.
func checkLogin(s string) error {
	if i := strings.IndexFunc(s, func(r rune) bool { return r < ' ' || strings.ContainsRune(`"/\[]:;|=,+*?<>`, r) }); i >= 0 {
		return fmt.Errorf("found %q, expected none of \" / \\ [ ] : ; | = , + * ? < > and no control characters", s)
	}
	if strings.Trim(s, ". ") == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, " ") {
		return fmt.Errorf("found %q, expected something other than dots and blanks, and no dot or blank at the end", s)
	}
	if s[0] == '.' || s[0] == ' ' {
		return fmt.Errorf("found %q, expected a letter or a digit at the start: a rule that leaves nothing of a name gives this", s)
	}
	return directory.CheckVisible(s)
}

var aliasBars = regexp.MustCompile(`[\s\x00-\x1f\x7f@()\\\[\]";:<>,]|^\.|\.$|\.\.`)

// checkAlias keeps to what Exchange takes for an alias, which it makes addresses of: words between single dots, without blanks.
// https://learn.microsoft.com/previous-versions/exchange-server/exchange-150/ff345321(v=exchg.150)
func checkAlias(s string) error {
	if aliasBars.MatchString(s) {
		return fmt.Errorf(`found %q, expected none of @ ( ) \ [ ] " ; : < > , or blank, and dots only between other characters`, s)
	}
	return directory.CheckVisible(s)
}

var addressType = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.-]*$`)

// checkProxy applies https://learn.microsoft.com/troubleshoot/entra/entra-id/user-prov-sync/proxyaddresses-attribute-populate:
// a type and an address, such as smtp:zoe@example.com.
func checkProxy(s string) error {
	kind, address, ok := strings.Cut(s, ":")
	if !ok || !addressType.MatchString(kind) || strings.TrimSpace(address) == "" {
		return fmt.Errorf("found %q, expected an address with its type: SMTP:zoe@example.com for the primary mail address, smtp: "+
			"for others, X500: and so on", s)
	}
	if !strings.EqualFold(kind, "smtp") {
		return nil
	}
	if kind != "smtp" && kind != "SMTP" {
		return fmt.Errorf("found %q, expected SMTP: for the primary mail address, or smtp: for another one", s)
	}
	if err := directory.CheckAddress(address); err != nil {
		return fmt.Errorf("%s: %w", s, err)
	}
	return nil
}

// checkProxies refuses two primary mail addresses, too. That an address stands there twice is said before.
func checkProxies(v directory.Value) error {
	primary := ""
	for _, s := range v {
		if err := checkProxy(s); err != nil {
			return err
		}
		if !strings.HasPrefix(s, "SMTP:") {
			continue
		}
		if primary != "" {
			return fmt.Errorf("found %q and %q, expected one primary address (SMTP: in capitals)", primary, s)
		}
		primary = s
	}
	return nil
}

func checkCountryNumber(s string) error {
	if n, err := strconv.Atoi(s); err == nil && n != 0 {
		if _, known := country.Find(strconv.Itoa(n)); !known {
			return fmt.Errorf("found %q, expected the number of a country that exists (ISO 3166-1), such as 276, or 0 for none", s)
		}
	}
	return nil
}

var drive = regexp.MustCompile(`^[A-Za-z]:$`)

func checkDrive(s string) error {
	if !drive.MatchString(s) {
		return fmt.Errorf("found %q, expected a drive letter and a colon (H:)", s)
	}
	return nil
}

// hoursOctets is a bit for each hour of the week ([MS-SAMR] 2.2.6.5).
const hoursOctets = 168 / 8

func checkHours(s string) error {
	octets, err := base64.StdEncoding.DecodeString(s)
	if err == nil && len(octets) != hoursOctets {
		err = fmt.Errorf("found %d octets, expected %d: a bit for each hour of the week", len(octets), hoursOctets)
	}
	return err
}

// checkCountry finds c, co and countryCode of different countries (ISO 3166-1).
// Names of countries that are not known are not judged.
func checkCountry(a directory.Account) error {
	c, _ := lookup(a.Attributes, "c")
	co, _ := lookup(a.Attributes, "co")
	number, _ := lookup(a.Attributes, "countryCode")
	is, known := country.ByCode(c.Text())
	if !known || len(c) != 1 {
		return nil
	}
	if n, err := strconv.Atoi(number.Text()); err == nil && n != 0 && n != is.Number {
		return fmt.Errorf("countryCode: found %d, expected %d, the number of c = %q", n, is.Number, c[0])
	}
	if named, known := country.Find(co.Text()); len(co) == 1 && known && named != is {
		return fmt.Errorf("co: found %q, which is %s, expected the name of c = %q", co[0], named.Alpha2, c[0])
	}
	return nil
}

// contradiction is checkPasswordChange, checkForbidding, checkFlags and checkCountry for [directory.Format].
func contradiction(a directory.Account, have *directory.Existing) ([]string, error) {
	err := checkPasswordChange(a)
	if err == nil && have != nil {
		err = checkForbidding(a, have.Account)
	}
	if err != nil {
		return passwordChangeAttributes, err
	}
	if name, err := checkFlags(a); err != nil {
		return []string{name, attrControl}, fmt.Errorf("%s: %w", name, err)
	}
	return countryAttributes, checkCountry(a)
}

var countryAttributes = []string{"c", "co", "countryCode"}
