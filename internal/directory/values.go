// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"terraform-provider-workforce/internal/expression/country"
)

var (
	principalName = regexp.MustCompile(`^[A-Za-z0-9'._!#^~-]+$`)
	domainName    = regexp.MustCompile(`^([A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?$`)
)

// CheckPrincipal says what is wrong with s as a user principal name that people sign in with at Active Directory and
// at Microsoft Entra ID alike: name@domain, with A-Z a-z 0-9 ' . - _ ! # ^ ~ in the name and no dot at its ends.
// https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy#userprincipalname-policies-that-apply-to-all-user-accounts
func CheckPrincipal(s string) error {
	name, domain, err := SplitPrincipal(s)
	switch {
	case err != nil:
		return err
	case !principalName.MatchString(name):
		return fmt.Errorf("found %q, expected nothing but A-Z a-z 0-9 ' . - _ ! # ^ ~ before the @ (%s)", s, AdviseLetters(name))
	case strings.HasPrefix(name, ".") || strings.HasSuffix(name, "."):
		return fmt.Errorf("found %q, expected no dot at either end of the part before the @", s)
	case !domainName.MatchString(domain):
		return fmt.Errorf("found %q, expected a domain such as corp.example.com after the @", s)
	}
	return nil
}

// SplitPrincipal splits a user principal name at its @, and says what is wrong with it where it has not that form.
func SplitPrincipal(s string) (name, suffix string, err error) { return splitAt(s, "name@suffix") }

// CheckSuffix says what is wrong with the suffix of the name s, if dots alone tell.
func CheckSuffix(s, suffix string) error {
	if strings.HasPrefix(suffix, ".") || strings.HasSuffix(suffix, ".") || strings.Contains(suffix, "..") {
		return fmt.Errorf("found %q, expected a domain such as corp.example.com after the @", s)
	}
	return nil
}

// CheckAddress says what is wrong with s as a mail address without a display name: name@domain (RFC 5322 3.4.1).
// Letters beyond ASCII are left to the directory.
func CheckAddress(s string) error {
	name, domain, err := splitAt(s, "name@domain")
	switch {
	case err != nil:
		return err
	case strings.ContainsAny(s, `"(),:;<>[]\`):
		return fmt.Errorf(`found %q, expected a mail address without any of " ( ) , : ; < > [ ] \`, s)
	case strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") || strings.Contains(name, ".."):
		return fmt.Errorf("found %q, expected no dot at either end of the part before the @, and no two in a row", s)
	}
	return CheckSuffix(s, domain)
}

// splitAt splits what has that form, with no blanks anywhere.
func splitAt(s, form string) (name, domain string, err error) {
	if err := CheckUnbroken(s); err != nil {
		return "", "", err
	}
	if err := CheckVisible(s); err != nil {
		return "", "", err
	}
	if n := strings.Count(s, "@"); n != 1 {
		return "", "", fmt.Errorf("found %q with %d @, expected %s", s, n, form)
	}
	if name, domain, _ = strings.Cut(s, "@"); name == "" || domain == "" {
		return "", "", fmt.Errorf("found %q, expected %s with text before and after the @", s, form)
	}
	return name, domain, nil
}

// CheckUnbroken refuses blanks and control characters. StripSpaces, which is Microsoft's, removes U+0020 alone: for tabs, line breaks
// and no-break spaces, which come along from spreadsheets, the message has what removes them all.
func CheckUnbroken(s string) error {
	advice := ""
	for _, r := range s {
		switch {
		case r == ' ' && advice == "":
			advice = "remove them with StripSpaces"
		case r != ' ' && (unicode.IsSpace(r) || unicode.IsControl(r)):
			advice = fmt.Sprintf(`here %U; remove them with Replace([Source], , "[\\s\\p{Cc}]", , "", , )`, r)
		}
	}
	if advice == "" {
		return nil
	}
	return fmt.Errorf("found %q, expected no blanks and no control characters (%s)", s, advice)
}

// AdviseLetters says what a rule can do about a name that may have only letters, digits and some signs of ASCII.
func AdviseLetters(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
		return "use Transliterate"
	}
	return `remove others with Replace([Source], , "[^A-Za-z0-9'._!#^~-]", , "", , ) before the @ is added`
}

// CheckVisible refuses a name with characters that nobody sees, such as U+200B and U+202A, which come along when somebody copies
// from a page or a spreadsheet: nobody can type such a name, and two people may seem to have the same one.
func CheckVisible(s string) error {
	for _, r := range s {
		if unicode.Is(unicode.Cf, r) {
			return fmt.Errorf("found %q, expected no invisible characters, here %U (use Transliterate, or remove them in HR)", s, r)
		}
	}
	return nil
}

// CheckCountry says what is wrong with s as the alpha-2 code of a country (ISO 3166-1), in any case.
func CheckCountry(s string) error {
	if _, ok := country.ByCode(s); ok {
		return nil
	}
	if meant, ok := country.Find(s); ok {
		return fmt.Errorf("found %q, expected the two letters of a country (ISO 3166-1), here %s (Country(…, \"alpha2\") gives them)",
			s, meant.Alpha2)
	}
	return fmt.Errorf("found %q, expected the two letters of a country that exists (ISO 3166-1), such as DE or GB", s)
}

// CheckWord says which of the words s should be, exactly as they are spelt.
func CheckWord(s string, words ...string) error {
	for _, word := range words {
		if s == word {
			return nil
		}
	}
	for _, word := range words {
		if strings.EqualFold(s, word) {
			return fmt.Errorf("found %q, expected %q in this spelling", s, word)
		}
	}
	return fmt.Errorf("found %q, expected %s", s, strings.Join(words, " or "))
}

// CheckDistinct says which value a set holds twice but for the case of its letters.
func CheckDistinct(v Value) error {
	if len(v) < 2 {
		return nil
	}
	seen := make(map[string]string, len(v))
	for _, s := range v {
		key := Fold(s)
		if other, twice := seen[key]; twice {
			return fmt.Errorf("found %q and %q, expected each value once: case makes no difference to the directory", other, s)
		}
		seen[key] = s
	}
	return nil
}

// EndOfDay returns the end of a day given as YYYY-MM-DD where the zone is: midnight after it. Ok is false for
// anything else.
func EndOfDay(day string, zone *time.Location) (end time.Time, ok bool) {
	if len(day) != len(time.DateOnly) {
		return time.Time{}, false
	}
	at, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return time.Time{}, false
	}
	return time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, zone), true
}
