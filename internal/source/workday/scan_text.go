// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// entities are those that XML itself has.
var entities = map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`, "apos": "'"}

// unescape resolves the references in text, and line ends as XML wants.
func (s *scanner) unescape(raw string, at int) (string, error) {
	if strings.IndexByte(raw, '\r') >= 0 {
		raw = strings.ReplaceAll(strings.ReplaceAll(raw, "\r\n", "\n"), "\r", "\n")
	}
	amp := strings.IndexByte(raw, '&')
	if amp < 0 {
		return raw, nil
	}
	var b strings.Builder
	b.Grow(len(raw))
	for rest := raw; ; {
		amp = strings.IndexByte(rest, '&')
		if amp < 0 {
			b.WriteString(rest)
			return b.String(), nil
		}
		b.WriteString(rest[:amp])
		end := strings.IndexByte(rest[amp:min(len(rest), amp+12)], ';')
		if end < 0 {
			return "", s.fail(at, "found & that begins no entity, expected &amp;")
		}
		name := rest[amp+1 : amp+end]
		text, known := entities[name]
		if !known {
			c, ok := character(name)
			if !ok {
				return "", s.fail(at, "found the entity &%s;, expected one of XML's own or the number of a character", name)
			}
			text = string(c)
		}
		b.WriteString(text)
		rest = rest[amp+end+1:]
	}
}

// character reads "#10" or "#xA", for characters that XML 1.0 allows.
func character(name string) (rune, bool) {
	number, numeric := strings.CutPrefix(name, "#")
	if !numeric {
		return 0, false
	}
	base := 10
	if hex, ok := strings.CutPrefix(number, "x"); ok {
		number, base = hex, 16
	}
	n, err := strconv.ParseUint(number, base, 32)
	c := rune(n)
	if err != nil || n > utf8.MaxRune || !utf8.ValidRune(c) || c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0xfffe || c == 0xffff {
		return 0, false
	}
	return c, true
}

// booleans are elements and attributes of xsd:boolean, which Workday writes as
// 1, 0, true or false. XPaths and expressions of Microsoft's connector expect
// digits.
var booleans = func() map[string]bool {
	m := map[string]bool{}
	for _, name := range strings.Fields(`Active On_Leave Terminated Retired Rehire Hire_Rescinded Regrettable_Termination Termination_Involuntary
		Not_Eligible_For_Hire Not_Eligible_for_Rehire Not_Returning Return_Unknown Account_Disabled Is_Rescind_Or_Rescinded Is_Correction_Or_Corrected
		Primary_Job Primary Public Defaulted_Business_Site_Address Exclude_from_Headcount Work_Shift_Required Critical_Job Difficult_to_Fill`) {
		m[name] = true
	}
	return m
}()

func digit(text string) string {
	switch text {
	case "true":
		return "1"
	case "false":
		return "0"
	}
	return text
}
