// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-unidecode"
	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"terraform-provider-workforce/internal/expression/country"
)

var localeFunctions = []definition{
	{name: "NormalizeDiacritics", params: "source each", dialects: "PC", bind: bindEach(normalizeDiacritics),
		description: "Replaces the accented characters of Microsoft's table; other characters stay."},
	{name: "Transliterate", params: "source each, style word?:default|german|danish", bind: bindTransliterate,
		description: "Writes any script in ASCII; the style german gives ae, oe, ue and ss, the style danish ae, oe and aa. Kanji " +
			"are read as Chinese: prefer a column with the reading."},
	{name: "E164", params: "phone text, defaultRegion text?", result: textType, bind: bindE164,
		description: "Returns a telephone number as +491701234567; null if it is no possible number of the region."},
	{name: "PhoneFormat", params: "phone text, region text?, format word:E164|INTERNATIONAL|NATIONAL|RFC3966", result: textType, bind: bindPhoneFormat,
		description: "Returns a telephone number in the given format; null if it is no possible number of the region."},
	{name: "Country", params: "value text, form word:alpha2|alpha3|name|numeric", result: textType, bind: bindCountry,
		description: "Converts a country's code or name to ISO 3166-1, and never to another country: null if it is unknown or fits " +
			"several. UK is read as GB."},
}

func lowerIn(tag language.Tag) cases.Caser { return cases.Lower(tag) }
func upperIn(tag language.Tag) cases.Caser { return cases.Upper(tag) }

// bindCase compiles ToLower and ToUpper. Without a culture single characters are mapped, as .NET's invariant
// culture does; with one the full rules of Unicode apply (tr: I to ı; ß to SS).
func bindCase(invariant func(string) string, in func(language.Tag) cases.Caser) func(*call) evaluator {
	return func(c *call) evaluator {
		culture := c.args[1]
		if text, ok := c.constant(1); culture == nil || ok && text == "" {
			return each(c, func(_ *state, s string) (string, error) { return invariant(s), nil })
		} else if ok {
			tag, err := language.Parse(text)
			if err != nil {
				c.reject(1, "unknown culture "+quote(text), "expected a name such as de-DE or tr-TR")
				return nil
			}
			return each(c, func(_ *state, s string) (string, error) { return in(tag).String(s), nil })
		}
		return each(c, func(st *state, s string) (string, error) {
			text, err := culture.text(st)
			if err != nil || text == "" {
				return invariant(s), err
			}
			tag, err := language.Parse(text)
			if err != nil {
				return "", fmt.Errorf("unknown culture %s; expected a name such as de-DE", quote(text))
			}
			return in(tag).String(s), nil
		})
	}
}

func isBlank(r rune) bool { return r == ' ' }

// separatesWords reports the categories that .NET's ToTitleCase ends a word at.
func separatesWords(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.P, unicode.S, unicode.Z)
}

// properCase makes the first character of each word upper case and all others lower case.
func properCase(s string, separates func(rune) bool) string {
	first := true
	return strings.Map(func(r rune) rune {
		switch {
		case separates(r):
			first = true
		case first:
			first = false
			return unicode.ToTitle(r)
		default:
			return unicode.ToLower(r)
		}
		return r
	}, s)
}

func bindPCase(c *call) evaluator {
	separators := c.args[1]
	return each(c, func(st *state, s string) (string, error) {
		if separators == nil {
			return properCase(s, separatesWords), nil
		}
		set, err := separators.text(st)
		if set == "" {
			return properCase(s, separatesWords), err
		}
		return properCase(s, func(r rune) bool { return strings.ContainsRune(set, r) }), err
	})
}

// germanLetters and danishLetters are written before everything else is transliterated.
var (
	germanLetters = map[rune]string{'ä': "ae", 'ö': "oe", 'ü': "ue", 'Ä': "Ae", 'Ö': "Oe", 'Ü': "Ue", 'ß': "ss", 'ẞ': "SS"}
	danishLetters = map[rune]string{'æ': "ae", 'ø': "oe", 'å': "aa", 'Æ': "Ae", 'Ø': "Oe", 'Å': "Aa"}
)

// ownLetters are letters for which unidecode has a sign that is no letter. The Azerbaijani schwa is A as in
// Aliyev, the Arabic ta marbuta the a that it is read as at the end of a name.
var ownLetters = map[rune]string{'Ə': "A", 'ə': "a", 'ة': "a", 'ۃ': "a"}

// plain writes one character in ASCII. Of a letter or a mark come letters and blanks and nothing else: the soft
// sign, the ain and whatever else unidecode writes as a sign leave nothing. Nothing is left of a character that
// nobody sees either, such as the zero width space, for which unidecode has a blank.
func plain(r rune) string {
	if unicode.Is(unicode.Cf, r) {
		return ""
	}
	if own, ok := ownLetters[r]; ok {
		return own
	}
	letter := unicode.In(r, unicode.L, unicode.M)
	return strings.Map(func(out rune) rune {
		isLetter := out >= 'A' && out <= 'Z' || out >= 'a' && out <= 'z'
		if out < ' ' || out > '~' || letter && !isLetter && out != ' ' {
			return -1
		}
		return out
	}, strings.ReplaceAll(unidecode.Unidecode(string(r)), "[?]", ""))
}

func bindTransliterate(c *call) evaluator {
	style, ok := c.choice(1)
	if !ok {
		return nil
	}
	letters := map[string]map[rune]string{"german": germanLetters, "danish": danishLetters}[style]
	return each(c, func(_ *state, s string) (string, error) {
		if isASCII(s) {
			return s, nil
		}
		return transliterate(s, letters), nil
	})
}

func transliterate(s string, letters map[rune]string) string {
	input := []rune(norm.NFC.String(s))
	var b strings.Builder
	for i, r := range input {
		with, ok := letters[r]
		if !ok {
			b.WriteRune(r)
			continue
		}
		near := i+1 < len(input) && unicode.IsUpper(input[i+1]) || i > 0 && unicode.IsUpper(input[i-1])
		if unicode.IsUpper(r) && near { // MÜLLER is MUELLER, Über is Ueber
			with = strings.ToUpper(with)
		}
		b.WriteString(with)
	}
	var ascii strings.Builder
	for _, r := range b.String() {
		if r < utf8.RuneSelf {
			ascii.WriteRune(r)
			continue
		}
		ascii.WriteString(plain(r))
	}
	out := ascii.String()
	if !strings.HasSuffix(s, " ") { // ideographs are followed by a blank
		out = strings.TrimRight(out, " ")
	}
	return out
}

// region reads a country as the two letters phonenumbers wants; "" means none is known.
func region(s string) string {
	if s = strings.TrimSpace(s); s == "" {
		return ""
	}
	if upper := strings.ToUpper(s); phonenumbers.GetCountryCodeForRegion(upper) != 0 {
		return upper
	}
	c, _ := country.Find(s)
	return c.Alpha2
}

// phone compiles what E164 and PhoneFormat share. A number that cannot be one of its region gives null, so
// that Coalesce(E164([mobile], "DE"), [mobile]) keeps what HR has; null and "" give null too.
func phone(c *call, format phonenumbers.PhoneNumberFormat) evaluator {
	if text, ok := c.constant(1); ok && text != "" && region(text) == "" {
		c.reject(1, "unknown region "+quote(text), "expected a country code such as DE")
		return nil
	}
	source, regionArg := c.args[0], c.args[1]
	return func(st *state) (Value, error) {
		s, err := source.text(st)
		if err != nil || s == "" {
			return Null, err
		}
		r, err := regionArg.text(st)
		if err != nil {
			return Null, err
		}
		parsed, err := phonenumbers.Parse(s, region(r))
		if err == nil && phonenumbers.IsPossibleNumber(parsed) {
			return String(phonenumbers.Format(parsed, format)), nil
		}
		return Null, nil
	}
}

func bindE164(c *call) evaluator { return phone(c, phonenumbers.E164) }

func bindPhoneFormat(c *call) evaluator {
	name, ok := c.choice(2)
	if !ok {
		return nil
	}
	format, ok := map[string]phonenumbers.PhoneNumberFormat{"E164": phonenumbers.E164, "INTERNATIONAL": phonenumbers.INTERNATIONAL,
		"NATIONAL": phonenumbers.NATIONAL, "RFC3966": phonenumbers.RFC3966}[name]
	if !ok {
		c.reject(2, "the format is empty", "expected "+c.param(2).words())
		return nil
	}
	return phone(c, format)
}

func bindCountry(c *call) evaluator {
	form, ok := c.choice(1)
	if !ok {
		return nil
	}
	source := c.args[0]
	return func(st *state) (Value, error) {
		s, err := source.text(st)
		if err != nil {
			return Null, err
		}
		c, known := country.Find(s)
		if !known {
			return Null, nil
		}
		switch form {
		case "alpha3":
			return String(c.Alpha3), nil
		case "name":
			return String(c.Name), nil
		case "numeric":
			return String(c.Numeric()), nil
		}
		return String(c.Alpha2), nil
	}
}
