// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"terraform-provider-workforce/internal/expression/spelling"
)

// Syntax is the kind of value an attribute takes, coarse enough to check a
// desired value before anything is written.
type Syntax int

// The syntaxes that account attributes have.
const (
	Text     Syntax = iota // Unicode text
	ASCII                  // IA5 or printable text
	Integer                // 32-bit whole number
	Large                  // 64-bit whole number (intervals and times as FILETIME)
	Boolean                // TRUE or FALSE
	Time                   // generalised time, yyyyMMddHHmmss.0Z
	Path                   // distinguished name or object reference
	Binary                 // octets
	Security               // security identifier
	Truth                  // true or false, as JSON writes them
	Moment                 // point in time, RFC 3339
	Base64                 // octets in base64 (RFC 4648 4)
)

var syntaxNames = map[Syntax]string{
	Text: "text", ASCII: "ASCII text", Integer: "a 32-bit whole number", Large: "a 64-bit whole number", Boolean: "TRUE or FALSE",
	Time: "a generalised time (yyyyMMddHHmmss.0Z)", Path: "a distinguished name", Binary: "binary data", Security: "a security identifier",
	Truth: "true or false", Moment: "a moment such as 2027-01-31T08:00:00Z (RFC 3339), or a date as YYYY-MM-DD", Base64: "binary data in base64",
}

func (s Syntax) String() string { return syntaxNames[s] }

// AttributeType describes one attribute of the target's users.
type AttributeType struct {
	// Name is the attribute's name in the target's own spelling.
	Name   string
	Syntax Syntax
	// Multi is true when the attribute holds a set of values.
	Multi bool
	// Min and Max bound the length in UTF-16 code units of text, the length
	// in octets of binary data, or the value of a number. HasMin and HasMax
	// say whether the bound exists. See rangeLower and rangeUpper in [MS-ADTS] 3.1.1.2.3.
	Min, Max       int64
	HasMin, HasMax bool
	// ReadOnly is true when the directory computes or owns the value.
	ReadOnly bool
}

// Schema knows the attributes of a target's users. The zero value knows none.
type Schema struct {
	types map[string]AttributeType // by Fold(Name)
}

// NewSchema returns a schema of the given types; a later type replaces an
// earlier one of the same name.
func NewSchema(types ...AttributeType) *Schema {
	s := &Schema{types: make(map[string]AttributeType, len(types))}
	for _, t := range types {
		s.types[Fold(t.Name)] = t
	}
	return s
}

// With returns a copy of s that also knows the given types.
func (s *Schema) With(types ...AttributeType) *Schema {
	c := &Schema{types: maps.Clone(s.types)}
	for _, t := range types {
		c.types[Fold(t.Name)] = t
	}
	return c
}

// Lookup returns the type of the attribute with that name, in any case.
func (s *Schema) Lookup(name string) (AttributeType, bool) {
	return ByName(s.types, name)
}

// Names returns every attribute name, sorted.
func (s *Schema) Names() []string {
	names := make([]string, 0, len(s.types))
	for _, t := range s.types {
		names = append(names, t.Name)
	}
	slices.Sort(names)
	return names
}

// Nearest returns the known attribute name most like the given one, or "" when
// none is close enough to be what was meant.
func (s *Schema) Nearest(name string) string { return spelling.Nearest(name, s.Names()) }

// Check says what is wrong with v as the value of the attribute: too many
// values, too long, or not of its syntax. It is nil for a cleared attribute.
func (t AttributeType) Check(v Value) error {
	if len(v) > 1 && !t.Multi {
		return fmt.Errorf("found %d values (%s), expected one: %s is single-valued", len(v), quoteSome(v), t.Name)
	}
	for _, s := range v {
		if err := t.checkOne(s); err != nil {
			return err
		}
	}
	return nil
}

func (t AttributeType) checkOne(s string) error {
	if !utf8.ValidString(s) && t.Syntax != Binary {
		return fmt.Errorf("found %q, expected valid UTF-8", s)
	}
	switch t.Syntax {
	case Integer, Large:
		return t.checkNumber(s)
	case Boolean:
		if s != "TRUE" && s != "FALSE" {
			return fmt.Errorf("found %q, expected TRUE or FALSE in capitals", s)
		}
	case Truth, Moment:
		if _, ok := t.canonical(s); !ok {
			return fmt.Errorf("found %q, expected %s", s, t.Syntax)
		}
	case Base64:
		return t.checkOctets(s)
	case ASCII:
		if i := strings.IndexFunc(s, func(r rune) bool { return r > 127 }); i >= 0 {
			return fmt.Errorf("found %q, expected ASCII characters only", s)
		}
	}
	if t.Syntax == Text || t.Syntax == ASCII {
		return t.checkLength(s)
	}
	return nil
}

func (t AttributeType) checkLength(s string) error {
	if strings.ContainsRune(s, 0) {
		return fmt.Errorf("found %s, expected text without NUL characters", quoteStart(s))
	}
	n := int64(0)
	for _, r := range s {
		n += int64(max(1, utf16.RuneLen(r))) // bytes that are no UTF-8 become one character
	}
	if t.HasMax && n > t.Max {
		return fmt.Errorf("found %s with %d characters, expected at most %d", quoteStart(s), n, t.Max)
	}
	if t.HasMin && n < t.Min {
		return fmt.Errorf("found %q with %d characters, expected at least %d", s, n, t.Min)
	}
	return nil
}

func (t AttributeType) checkNumber(s string) error {
	bits := 32
	if t.Syntax == Large {
		bits = 64
	}
	n, err := strconv.ParseInt(s, 10, bits)
	if err != nil {
		return fmt.Errorf("found %q, expected %s", s, t.Syntax)
	}
	if t.HasMax && n > t.Max || t.HasMin && n < t.Min {
		return fmt.Errorf("found %d, expected a number from %d to %d", n, t.Min, t.Max)
	}
	return nil
}

func (t AttributeType) checkOctets(s string) error {
	octets, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return fmt.Errorf("found %q, expected %s", s, t.Syntax)
	}
	if n := int64(len(octets)); t.HasMax && n > t.Max {
		return fmt.Errorf("found %d octets, expected at most %d", n, t.Max)
	}
	return nil
}

// Canonical returns v as the target writes it: numbers without leading zeros,
// TRUE and FALSE in capitals, moments in UTC. What is not of the syntax stays as
// it is, for Check to name.
func (t AttributeType) Canonical(v Value) Value {
	switch t.Syntax {
	case Integer, Large, Boolean, Truth, Moment:
	default:
		return v
	}
	out := make(Value, len(v))
	for i, s := range v {
		out[i] = s
		if c, ok := t.canonical(s); ok {
			out[i] = c
		}
	}
	return out
}

// canonical is Canonical of one value, and reports whether s is of the syntax.
func (t AttributeType) canonical(s string) (string, bool) {
	switch t.Syntax {
	case Integer, Large:
		n, err := strconv.ParseInt(s, 10, 64)
		return strconv.FormatInt(n, 10), err == nil
	case Boolean:
		upper := strings.ToUpper(s)
		return upper, upper == "TRUE" || upper == "FALSE"
	case Truth:
		lower := strings.ToLower(s)
		return lower, lower == "true" || lower == "false"
	case Moment:
		at, err := ParseMoment(s)
		return at.UTC().Format(time.RFC3339Nano), err == nil
	}
	return s, true
}

// ParseMoment reads RFC 3339, a date (YYYY-MM-DD) as midnight UTC, or a date with an offset, as
// Workday writes dates (2020-01-15-08:00, 2020-01-15Z), as midnight there.
func ParseMoment(s string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-01-02Z07:00"} {
		if day, err := time.Parse(layout, s); err == nil {
			return day, nil
		}
	}
	return time.Parse(time.RFC3339, s)
}

// quoteStart quotes a value, of a long one the first 100 characters.
func quoteStart(s string) string {
	const most = 100
	if r := []rune(s); len(r) > most {
		return strconv.Quote(string(r[:most]) + "…")
	}
	return strconv.Quote(s)
}

func quoteSome(v Value) string {
	quoted := make([]string, 0, 3)
	for _, s := range v[:min(3, len(v))] {
		quoted = append(quoted, strconv.Quote(s))
	}
	if len(v) > 3 {
		quoted = append(quoted, "…")
	}
	return strings.Join(quoted, ", ")
}
