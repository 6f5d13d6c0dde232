// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"terraform-provider-workforce/internal/expression/dateformat"
)

// dateFormat is a .NET custom date and time format, English names, as documented at
// https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings.
type dateFormat struct {
	source string
	tokens []dateToken
}

// dateToken is a part of a format, which reads and writes.
type dateToken dateformat.Token

// standardFormats are the single-letter formats, in the en-US culture that Now() and CDate use too.
var standardFormats = map[string]string{
	"d": "M/d/yyyy", "D": "dddd, MMMM d, yyyy", "t": "h:mm tt", "T": "h:mm:ss tt",
	"f": "dddd, MMMM d, yyyy h:mm tt", "F": "dddd, MMMM d, yyyy h:mm:ss tt", "g": "M/d/yyyy h:mm tt", "G": "M/d/yyyy h:mm:ss tt",
	"m": "MMMM d", "M": "MMMM d", "o": "yyyy-MM-ddTHH:mm:ss.fffffffK", "O": "yyyy-MM-ddTHH:mm:ss.fffffffK",
	"r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'", "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'", "s": "yyyy-MM-ddTHH:mm:ss",
	"u": "yyyy-MM-dd HH:mm:ss'Z'", "U": "dddd, MMMM d, yyyy h:mm:ss tt", "y": "MMMM yyyy", "Y": "MMMM yyyy",
}

// parseDateFormat splits a format into tokens.
func parseDateFormat(source string) (*dateFormat, error) {
	custom := source
	if utf8.RuneCountInString(source) == 1 {
		standard, ok := standardFormats[source]
		if !ok {
			return nil, fmt.Errorf("the format %s is not a standard format; write %%%s for the single specifier", quote(source), source)
		}
		custom = standard
	}
	tokens, err := dateformat.Split(custom)
	if err != nil {
		return nil, err
	}
	format := &dateFormat{source: source}
	for _, t := range tokens {
		format.tokens = append(format.tokens, dateToken(t))
	}
	return format, nil
}

// format writes t, which is in UTC.
func (f *dateFormat) format(t time.Time) string {
	b := make([]byte, 0, len(f.source)+8)
	for _, token := range f.tokens {
		b = token.append(b, t)
	}
	return string(b)
}

func (k dateToken) append(b []byte, t time.Time) []byte {
	switch k.Specifier {
	case 0:
		return append(b, k.Text...)
	case 'y':
		if k.N <= 2 {
			return appendPadded(b, t.Year()%100, k.N)
		}
		return appendPadded(b, t.Year(), k.N)
	case 'M':
		return k.appendName(b, int(t.Month()), t.Month().String())
	case 'd':
		if k.N > 2 {
			return k.appendName(b, 0, t.Weekday().String())
		}
		return appendPadded(b, t.Day(), k.N)
	case 'H':
		return appendPadded(b, t.Hour(), min(k.N, 2))
	case 'h':
		return appendPadded(b, (t.Hour()+11)%12+1, min(k.N, 2))
	case 'm':
		return appendPadded(b, t.Minute(), min(k.N, 2))
	case 's':
		return appendPadded(b, t.Second(), min(k.N, 2))
	case 'f', 'F':
		return k.appendFraction(b, t.Nanosecond())
	case 't':
		half := "AM"
		if t.Hour() >= 12 {
			half = "PM"
		}
		return append(b, half[:min(k.N, 2)]...)
	case 'z':
		return append(b, [...]string{"+0", "+00", "+00:00"}[min(k.N, 3)-1]...)
	case 'K':
		return append(b, 'Z')
	}
	return append(b, "A.D."...) // g
}

func (k dateToken) appendName(b []byte, n int, name string) []byte {
	switch {
	case k.N <= 2:
		return appendPadded(b, n, k.N)
	case k.N == 3:
		return append(b, name[:3]...)
	}
	return append(b, name...)
}

// appendFraction writes n digits of the second's fraction; F leaves trailing zeros out, and the point before them.
func (k dateToken) appendFraction(b []byte, nanoseconds int) []byte {
	for i := k.N; i < 9; i++ {
		nanoseconds /= 10
	}
	if k.Specifier == 'f' {
		return appendPadded(b, nanoseconds, k.N)
	}
	n := k.N
	for ; n > 0 && nanoseconds%10 == 0; n-- {
		nanoseconds /= 10
	}
	if n > 0 {
		return appendPadded(b, nanoseconds, n)
	}
	if len(b) > 0 && b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	return b
}

// parse reads s as .NET's DateTime.ParseExact does: every specifier takes exactly its digits, single ones take
// one or two. An offset is applied; without one the time is UTC. A missing month or day is 1; a missing year is an error.
func (f *dateFormat) parse(s string, inner bool) (time.Time, error) {
	r := &reader{rest: strings.TrimSpace(s)}
	v := fields{year: -1, month: 1, day: 1}
	for i, token := range f.tokens {
		for inner && r.skip(' ') { // AllowInnerWhite
		}
		optionalPoint := token.Specifier == 0 && token.Text == "." && i+1 < len(f.tokens) && f.tokens[i+1].Specifier == 'F'
		if optionalPoint && !strings.HasPrefix(r.rest, ".") {
			continue
		}
		if token.read(r, &v, inner); r.bad {
			break
		}
	}
	if r.bad || strings.TrimSpace(r.rest) != "" {
		return time.Time{}, fmt.Errorf("%s does not fit the format %s", quote(s), quote(f.source))
	}
	if v.year < 0 {
		return time.Time{}, fmt.Errorf("the format %s has no year", quote(f.source))
	}
	t, err := v.time()
	if err != nil {
		return time.Time{}, fmt.Errorf("%s does not fit the format %s: %w", quote(s), quote(f.source), err)
	}
	return t, nil
}

// number reads the digits of a numeric specifier: one or two for a single one, else exactly width.
func (k dateToken) number(r *reader, width int) int {
	if k.N == 1 {
		return r.digits(1, 2)
	}
	return r.digits(width, width)
}

func (k dateToken) read(r *reader, v *fields, inner bool) {
	switch k.Specifier {
	case 0:
		k.readText(r, inner)
	case 'y':
		if v.year = k.number(r, max(k.N, 2)); k.N <= 2 { // the calendar's two-digit years end in 2049
			v.year += 1900
			if v.year < 1950 {
				v.year += 100
			}
		}
	case 'M':
		if k.N <= 2 {
			v.month = k.number(r, 2)
			return
		}
		v.month = 1 + readName(r, k.N, 12, func(i int) string { return time.Month(i + 1).String() })
	case 'd':
		if k.N <= 2 {
			v.day = k.number(r, 2)
			return
		}
		v.weekday, v.named = time.Weekday(readName(r, k.N, 7, func(i int) string { return time.Weekday(i).String() })), true
	case 'H':
		v.hour = k.number(r, 2)
	case 'h':
		v.hour, v.twelve = k.number(r, 2), true
	case 'm':
		v.minute = k.number(r, 2)
	case 's':
		v.second = k.number(r, 2)
	case 'f':
		v.nanosecond = r.fraction(k.N, k.N)
	case 'F':
		v.nanosecond = r.fraction(0, k.N)
	case 't':
		k.readHalf(r, v)
	case 'z':
		v.offset = r.offset()
	case 'K':
		if r.rest != "" && strings.IndexByte("Zz+-", r.rest[0]) >= 0 {
			v.offset = r.offset()
		}
	default: // g
		r.bad = r.bad || !r.fold("A.D.") && !r.fold("AD")
	}
}

func (k dateToken) readText(r *reader, inner bool) {
	text := k.Text
	if inner {
		text = strings.TrimSpace(text)
	}
	rest, ok := strings.CutPrefix(r.rest, text)
	r.rest, r.bad = rest, r.bad || !ok
}

func (k dateToken) readHalf(r *reader, v *fields) {
	am, pm := "AM", "PM"
	if k.N == 1 {
		am, pm = "A", "P"
	}
	switch {
	case r.fold(am):
		v.half = 1
	case r.fold(pm):
		v.half = 2
	default:
		r.bad = true
	}
}

// readName reads the first of count names, abbreviated to three letters if n is 3, and returns its index.
func readName(r *reader, n, count int, name func(int) string) int {
	for i := range count {
		word := name(i)
		if n == 3 {
			word = word[:3]
		}
		if r.fold(word) {
			return i
		}
	}
	r.bad = true
	return 0
}
