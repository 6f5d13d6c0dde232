// SPDX-License-Identifier: MPL-2.0

// Package country knows the countries of ISO 3166-1 by their codes and names. It never takes a name for that of
// another country: a name that fits none, or more than one, is unknown.
package country

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/biter777/countries"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
)

// Country is one country of ISO 3166-1, or Kosovo, which has the code XK that directories use.
type Country struct {
	Alpha2, Alpha3 string // upper case
	Name           string // English
	Number         int    // numeric code
}

// Numeric returns the numeric code with its three digits.
func (c Country) Numeric() string { return fmt.Sprintf("%03d", c.Number) }

// namers are the languages whose names of countries are known (CLDR, through golang.org/x/text).
var namers = []language.Tag{language.English, language.German, language.French, language.Spanish, language.Italian, language.Dutch,
	language.Portuguese}

// aliases are names that neither ISO 3166-1 nor CLDR list in this form.
var aliases = map[string][]string{
	"BN": {"Negara Brunei Darussalam"},
	"BO": {"Plurinational State of Bolivia"},
	"CD": {"Democratic Republic of Congo", "DR Congo", "DRC", "Congo DRC", "Zaire", "Demokratische Republik Kongo"},
	"CG": {"Republic of the Congo", "Republik Kongo"},
	"CI": {"Republic of Ivory Coast", "Ivory Coast", "Elfenbeinküste"},
	"CV": {"Cabo Verde", "Cape Verde", "Kap Verde"},
	"CZ": {"Czech Republic", "Czechia", "Tschechische Republik", "Tschechien"},
	"CN": {"People's Republic of China", "PR China", "Volksrepublik China"},
	"DE": {"Federal Republic of Germany", "Bundesrepublik Deutschland"},
	"FM": {"Federated States of Micronesia"},
	"GB": {"Great Britain", "Britain", "United Kingdom of Great Britain and Northern Ireland", "England", "Scotland", "Wales",
		"Northern Ireland",
		"Großbritannien", "Vereinigtes Königreich Großbritannien und Nordirland"},
	"HK": {"Hong Kong", "Hongkong"},
	"IE": {"Republic of Ireland"},
	"KP": {"DPR Korea", "DPRK", "People's Democratic Republic of Korea"},
	"KR": {"Republik Korea"},
	"LA": {"Lao", "Lao PDR"},
	"MK": {"North Macedonia", "Republic of North Macedonia", "Former Yugoslav Republic of Macedonia", "Nordmazedonien", "FYROM"},
	"MM": {"Burma"},
	"MO": {"Macau", "Macao"},
	"NL": {"Holland", "Kingdom of the Netherlands"},
	"PS": {"Palestine", "State of Palestine"},
	"SX": {"Sint Maarten (Dutch part)"},
	"MF": {"Saint Martin (French part)"},
	"SZ": {"Eswatini", "Swaziland"},
	"TL": {"East Timor", "Timor-Leste"},
	"TR": {"Türkiye", "Turkey", "Republic of Türkiye"},
	"US": {"United States of America", "USA", "US", "Vereinigte Staaten von Amerika"},
	"VA": {"Holy See", "Vatican"},
	"VE": {"Bolivarian Republic of Venezuela"},
	"VN": {"Socialist Republic of Viet Nam", "Viet Nam"},
	"SH": {"Saint Helena, Ascension and Tristan da Cunha"},
}

// sameCountry are codes that are no code of ISO 3166-1 and are written for one all the same.
var sameCountry = map[string]string{"UK": "GB"}

type index struct {
	codes   map[string]Country // by alpha-2, alpha-3, and by the code of the Olympic committee where ISO has none
	numbers map[int]Country
	names   map[string]Country // by key; one without a code is ambiguous
}

var known = sync.OnceValue(func() index {
	x := index{codes: map[string]Country{}, numbers: map[int]Country{}, names: map[string]Country{}}
	var all []Country
	olympic := map[string]Country{}
	withdrawn := map[string]bool{}
	for _, code := range countries.All() {
		region, err := language.ParseRegion(code.Alpha2())
		c := Country{Alpha2: code.Alpha2(), Alpha3: code.Alpha3(), Name: code.String(), Number: int(code)}
		if err != nil || !region.IsCountry() || display.English.Regions().Name(region) == "" {
			withdrawn[c.Alpha3] = true
			continue
		}
		all = append(all, c)
		x.codes[c.Alpha2], x.codes[c.Alpha3], x.numbers[c.Number] = c, c, c
		olympic[code.IOC()] = c
	}
	for code, c := range olympic {
		if _, taken := x.codes[code]; len(code) == 3 && !taken && !withdrawn[code] {
			x.codes[code] = c
		}
	}
	for _, c := range all {
		x.add(c, c.Name)
		for _, tag := range namers {
			x.add(c, display.Regions(tag).Name(language.MustParseRegion(c.Alpha2)))
		}
		for _, name := range aliases[c.Alpha2] {
			x.add(c, name)
		}
	}
	return x
})

func (x index) add(c Country, name string) {
	k := key(name)
	if have, taken := x.names[k]; k == "" || taken && have.Alpha2 != c.Alpha2 {
		c = Country{} // the name of two countries is that of none
	}
	x.names[k] = c
}

// short are the words that stand for others in names of countries; those that stand for nothing do not count.
var short = map[string]string{
	"the": "", "of": "", "and": "", "und": "", "st": "saint", "dem": "democratic", "rep": "republic", "is": "islands",
	"fed": "federated", "isl": "islands",
}

// key is the same for a name in any order of its words: "Korea, Republic of", "Republic of Korea" and
// "Korea (Republic of)". Case, accents and punctuation do not count, all words do.
func key(name string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’', r == '`', r == '.':
			return -1
		case unicode.IsLetter(r):
			return r
		}
		return ' '
	}, norm.NFKD.String(cases.Fold().String(name)))
	var words []string
	for _, word := range strings.Fields(plain) {
		if long, ok := short[word]; ok {
			word = long
		}
		if word != "" {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

// Find finds a country by its alpha-2, alpha-3 or numeric code, in any case, or by its name in English, German,
// French, Spanish, Italian, Dutch or Portuguese, with the words in any order. UK is read as GB.
func Find(s string) (Country, bool) {
	s = strings.TrimSpace(s)
	x := known()
	if n, err := strconv.Atoi(s); err == nil {
		c, ok := x.numbers[n]
		if len(s) > 3 {
			return Country{}, false
		}
		return c, ok
	}
	if c, ok := ByCode(s); ok {
		return c, true
	}
	upper := strings.ToUpper(s)
	if code, ok := sameCountry[upper]; ok {
		upper = code
	}
	if c, ok := x.codes[upper]; ok {
		return c, true
	}
	c := x.names[key(s)]
	return c, c.Alpha2 != ""
}

// ByCode finds a country by its alpha-2 code in any case, and by nothing else.
func ByCode(s string) (Country, bool) {
	if len(s) != 2 {
		return Country{}, false
	}
	c, ok := known().codes[strings.ToUpper(s)]
	return c, ok
}
