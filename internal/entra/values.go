// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/language"

	"terraform-provider-workforce/internal/directory"
)

var (
	nickname     = regexp.MustCompile(`^[!#-'*+./0-9=?A-Z^_` + "`" + `a-z{|}~-]{1,64}$`)
	notPrintable = regexp.MustCompile(`[\x00-\x1f\x7f]`)
	lineBreaks   = strings.NewReplacer("\r", " ", "\n", " ")
	location     = regexp.MustCompile(`^[A-Z]{3}$`)
)

// words are the properties that take one of a few words.
// https://learn.microsoft.com/graph/api/resources/user#properties
var words = map[string][]string{
	"ageGroup":                {"Minor", "NotAdult", "Adult"},
	"consentProvidedForMinor": {"Granted", "Denied", "NotRequired"},
	attrUserType:              {"Member", "Guest"},
}

// valueRules are what some properties demand beyond their type.
// https://learn.microsoft.com/graph/api/resources/user#properties
var valueRules = map[string]func(string) error{
	attrPrincipal:           checkPrincipal,
	attrNickname:            checkNickname,
	attrDisplayName:         checkName,
	attrMail:                checkMail,
	"otherMails":            checkMail,
	"usageLocation":         directory.CheckCountry,
	"passwordPolicies":      checkPolicies,
	"preferredLanguage":     checkLanguage,
	"preferredDataLocation": checkDataLocation,
	attrLicenses:            checkLicense,
	attrCertificates:        checkCertificate,
}

// CheckValue says what is wrong with v as the value of a property: its type and length, the words that it takes,
// and what else Graph demands. An empty v is to be cleared.
func CheckValue(t directory.AttributeType, v directory.Value) error {
	if p, known := byName()[directory.Fold(t.Name)]; known && p.fixed && len(v) == 0 {
		return errors.New("it cannot be cleared in Microsoft Graph; give it a value, or leave it out")
	}
	if err := t.Check(v); err != nil {
		return err
	}
	if err := directory.CheckDistinct(v); err != nil {
		return err
	}
	if t.Name == attrCertificates && len(v) > maxCertificates {
		return fmt.Errorf("found %d values, expected at most %d", len(v), maxCertificates)
	}
	for _, s := range v {
		if err := checkText(t.Name, s); err != nil {
			return err
		}
	}
	return nil
}

func checkText(name, s string) error {
	if list := words[name]; list != nil {
		return directory.CheckWord(s, list...)
	}
	if rule := valueRules[name]; rule != nil {
		if err := rule(s); err != nil {
			return err
		}
	}
	if isDate(name) {
		if _, err := directory.ParseMoment(s); err != nil {
			return fmt.Errorf("found %q, expected a date as YYYY-MM-DD or a moment as RFC 3339", s)
		}
	}
	if name == "streetAddress" {
		s = lineBreaks.Replace(s) // the only property that holds several lines
	}
	if notPrintable.MatchString(s) {
		return fmt.Errorf("found %q, expected no control characters", s)
	}
	return nil
}

// Lengths of the two parts of a principal name:
// https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy#userprincipalname-policies-that-apply-to-all-user-accounts
const (
	maxName   = 64
	maxDomain = 48
)

func checkPrincipal(s string) error {
	if err := directory.CheckPrincipal(s); err != nil {
		return err
	}
	if name, domain, _ := strings.Cut(s, "@"); len(name) > maxName || len(domain) > maxDomain {
		return fmt.Errorf("found %q, expected at most %d characters before the @ and %d after it", s, maxName, maxDomain)
	}
	return nil
}

// checkNicknameSyntax: https://learn.microsoft.com/graph/api/resources/user
func checkNicknameSyntax(s string) error {
	if !nickname.MatchString(s) {
		return fmt.Errorf(`found %q, expected at most 64 ASCII characters and none of @ ( ) \ [ ] " ; : < > , or blank`, s)
	}
	return nil
}

func checkNickname(s string) error {
	if err := checkNicknameSyntax(s); err != nil {
		return err
	}
	if strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".") || strings.Contains(s, "..") {
		return fmt.Errorf("found %q, expected dots only between other characters: Exchange makes an address of it", s)
	}
	return nil
}

// checkName refuses what shows nothing: whoever looks for that person finds a blank.
func checkName(s string) error {
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsPrint(r) && !unicode.IsSpace(r) }) {
		return fmt.Errorf("found %q, expected a name that can be seen", s)
	}
	return nil
}

func checkMail(s string) error {
	if i := strings.IndexFunc(s, func(r rune) bool { return r > '~' }); i >= 0 {
		return fmt.Errorf("found %q, expected no accents and no other letters beyond ASCII (use Transliterate)", s)
	}
	return directory.CheckAddress(s)
}

// checkPolicies reads a list such as "DisablePasswordExpiration, DisableStrongPassword".
func checkPolicies(s string) error {
	for _, word := range strings.Split(s, ",") {
		if err := directory.CheckWord(strings.TrimSpace(word), "None", "DisableStrongPassword", "DisablePasswordExpiration"); err != nil {
			return err
		}
	}
	return nil
}

func checkLanguage(s string) error {
	if _, err := language.Parse(s); err != nil || strings.Contains(s, "_") {
		return fmt.Errorf("found %q, expected a language, with its country if it matters: de or de-DE (ISO 639-1, BCP 47)", s)
	}
	return nil
}

// maxCertificates is how many certificates a user can be known by.
const maxCertificates = 10

// certificates are the ways to write how a certificate names a user; capitals matter.
// https://learn.microsoft.com/entra/identity/authentication/concept-certificate-based-authentication-certificateuserids
var certificates = regexp.MustCompile(`^X509:<(PN|RFC822|S|SKI|SHA1-PUKEY)>[^<>]+$|^X509:<I>[^<>]+<(S|SR)>[^<>]+$`)

func checkCertificate(s string) error {
	if !certificates.MatchString(s) {
		return fmt.Errorf("found %q, expected how a certificate names the user, such as X509:<PN>ann@example.com, X509:<RFC822>…, X509:<S>…, "+
			"X509:<SKI>…, X509:<SHA1-PUKEY>…, X509:<I>…<S>… or X509:<I>…<SR>…, with these capitals", s)
	}
	return nil
}

func checkDataLocation(s string) error {
	if !location.MatchString(s) {
		return fmt.Errorf("found %q, expected the three capitals of a geography of Microsoft 365, such as EUR or NAM", s)
	}
	return nil
}
