// SPDX-License-Identifier: MPL-2.0

package country

import (
	"strings"
	"testing"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// A name gives its own country or none, never another.
func TestFind(t *testing.T) {
	for name, want := range map[string]string{
		"Congo (Kinshasa)": "CD", "Congo - Kinshasa": "CD", "Congo, The Democratic Republic of the": "CD", "Congo (DRC)": "CD", "DR " +
			"Congo": "CD", "Congo, Dem. Rep.": "CD",
		"Congo (Brazzaville)": "CG", "Republic of the Congo": "CG", "Congo, Rep.": "CG", "Congo": "CG",
		"Korea (North)": "KP", "North Korea": "KP", "Korea, Democratic People's Republic of": "KP", "Nordkorea": "KP", "Corea del " +
			"Norte": "KP",
		"Korea (South)": "KR", "Korea, Republic of": "KR", "Republic of Korea": "KR", "Korea": "",
		"Guinea (Equatorial)": "GQ", "Equatorial Guinea": "GQ", "Guinea": "GN", "Guinea-Bissau": "GW", "Papua New Guinea": "PG",
		"New Guinea":       "",
		"Samoa (American)": "AS", "American Samoa": "AS", "Samoa": "WS", "Western Samoa": "",
		"Netherlands, The": "NL", "The Netherlands": "NL", "Niederlande": "NL", "Holland": "NL", "Netherlands Antilles": "",
		"Caribbean Netherlands": "BQ",
		"Virgin Islands, U.S.":  "VI", "Virgin Islands (British)": "VG", "Virgin Islands": "",
		"Sudan": "SD", "Sudan (South)": "SS", "South Sudan": "SS", "Niger": "NE", "Nigeria": "NG", "Dominica": "DM", "Dominican " +
			"Republic": "DO",
		"Ireland": "IE", "Ireland, Northern": "GB", "Saint Martin (French part)": "MF", "Sint Maarten (Dutch part)": "SX", "St. " +
			"Lucia": "LC",
		"Iran, Islamic Republic of": "IR", "Tanzania, United Republic of": "TZ", "Bolivia, Plurinational State of": "BO",
		"Macedonia, the former Yugoslav Republic of": "MK",
		"Micronesia, Federated States of":            "FM", "Venezuela, Bolivarian Republic of": "VE", "Taiwan, Province of China": "TW",
		"China": "CN", "Hong Kong": "HK",
		"Hong Kong SAR China": "HK", "Macao": "MO", "Holy See (Vatican City State)": "VA", "Palestine, State of": "PS", "Moldova " +
			"(Republic of)": "MD",
		"Bahamas, The": "BS", "Gambia (The)": "GM", "Côte d'Ivoire": "CI", "Cote d’Ivoire": "CI", "Ivory Coast": "CI", "Czech " +
			"Republic": "CZ", "Türkiye": "TR", "Turkey": "TR",
		"Österreich": "AT", "OSTERREICH": "AT", "Allemagne": "DE", "Alemania": "DE", "Duitsland": "DE", "Germania": "DE",
		"Bosnien-Herzegowina": "BA", "U.S.A.": "US", "United States of America": "US",
		"US": "US", "usa": "US", "840": "US", "4": "AF", "004": "AF", "0004": "", "GER": "DE", "SUI": "CH", "UK": "GB", " de ": "DE",
		"XK": "XK",
		"AN": "", "ANT": "", "YU": "", "XX": "", "ZZ": "", "QO": "", "EU": "", "": "", "-": "", "Atlantis": "", "999": "", "0": "",
		"-4": "", "Germany (East)": "", "RA": "", "D": "",
	} {
		if c, _ := Find(name); c.Alpha2 != want {
			t.Errorf("%q: found %q (%s), expected %q", name, c.Alpha2, c.Name, want)
		}
	}
}

// Every name that this package or CLDR gives a country leads back to it, in every order and form of brackets.
func TestFindEveryName(t *testing.T) {
	seen := 0
	for code, c := range known().codes {
		if code != c.Alpha2 {
			continue
		}
		seen++
		names := []string{c.Name, c.Alpha2, strings.ToLower(c.Alpha3), c.Numeric()}
		for _, tag := range namers {
			names = append(names, display.Regions(tag).Name(language.MustParseRegion(code)))
		}
		for _, name := range names {
			forms := []string{name}
			if first, rest, two := strings.Cut(name, " "); two {
				forms = append(forms, rest+", "+first, rest+" ("+first+")", strings.ToUpper(name))
			}
			for _, form := range forms {
				if found, _ := Find(form); found != c {
					t.Errorf("%q: found %q, expected %s", form, found.Name, c.Name)
				}
			}
		}
	}
	if seen != 250 {
		t.Errorf("found %d countries, expected the 249 of ISO 3166-1 and Kosovo", seen)
	}
}
