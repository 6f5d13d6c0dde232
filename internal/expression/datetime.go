// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// dateForms says what CDate reads.
const dateForms = `expected yyyy-MM-dd, yyyy-MM-dd-07:00, yyyy-MM-ddTHH:mm:ss-07:00 or M/d/yyyy h:mm:ss tt; use FormatDateTime for other forms`

// reader reads a date from the front of a text. A failed read sets bad.
type reader struct {
	rest string
	bad  bool
}

// digits reads from least to most decimal digits.
func (r *reader) digits(least, most int) int {
	n, i := 0, 0
	for i < most && i < len(r.rest) && r.rest[i] >= '0' && r.rest[i] <= '9' {
		n = n*10 + int(r.rest[i]-'0')
		i++
	}
	if i < least {
		r.bad = true
	}
	r.rest = r.rest[i:]
	return n
}

// skip reads c if it is next and reports whether it was.
func (r *reader) skip(c byte) bool {
	if r.rest != "" && r.rest[0] == c {
		r.rest = r.rest[1:]
		return true
	}
	return false
}

// expect reads c.
func (r *reader) expect(c byte) {
	if !r.skip(c) {
		r.bad = true
	}
}

// fold reads word in any case and reports whether it was next.
func (r *reader) fold(word string) bool {
	if len(r.rest) >= len(word) && strings.EqualFold(r.rest[:len(word)], word) {
		r.rest = r.rest[len(word):]
		return true
	}
	return false
}

// fraction reads the digits of a fraction of a second and returns nanoseconds.
func (r *reader) fraction(least, most int) int {
	before := len(r.rest)
	n := r.digits(least, min(most, 9))
	for i := before - len(r.rest); i < 9; i++ {
		n *= 10
	}
	for most > 9 && r.rest != "" && isDigit(rune(r.rest[0])) { // beyond nanoseconds
		r.rest = r.rest[1:]
	}
	return n
}

// offset reads Z, +07:00, +0700 or +07 and returns seconds east of UTC.
func (r *reader) offset() int {
	if r.skip('Z') || r.skip('z') {
		return 0
	}
	sign := 1
	if r.skip('-') {
		sign = -1
	} else {
		r.expect('+')
	}
	seconds := r.digits(1, 2) * 3600
	if r.skip(':') {
		seconds += r.digits(2, 2) * 60
	} else if r.rest != "" && isDigit(rune(r.rest[0])) {
		seconds += r.digits(2, 2) * 60
	}
	if seconds > 14*3600 {
		r.bad = true
	}
	return sign * seconds
}

// fields are the parts of a date and time as they were read.
type fields struct {
	year, month, day, hour, minute, second, nanosecond int

	half    int // 1: AM, 2: PM, 0: none
	twelve  bool
	offset  int // seconds east of UTC
	weekday time.Weekday
	named   bool // weekday was given
}

// time checks the fields and gives the instant, in UTC.
func (f fields) time() (time.Time, error) {
	switch {
	case f.half > 0 && (f.hour < 1 || f.hour > 12), f.twelve && f.hour > 12:
		return time.Time{}, fmt.Errorf("the hour %d is not between 1 and 12", f.hour)
	case f.half > 0:
		f.hour = f.hour%12 + 12*(f.half-1)
	case f.twelve && f.hour == 12:
		f.hour = 0
	}
	if f.hour > 23 || f.minute > 59 || f.second > 59 {
		return time.Time{}, fmt.Errorf("the time %02d:%02d:%02d does not exist", f.hour, f.minute, f.second)
	}
	t := time.Date(f.year, time.Month(f.month), f.day, f.hour, f.minute, f.second, f.nanosecond, time.UTC)
	if y, m, d := t.Date(); y != f.year || int(m) != f.month || d != f.day || f.year < 1 {
		return time.Time{}, fmt.Errorf("the day %04d-%02d-%02d does not exist", f.year, f.month, f.day)
	}
	if f.named && t.Weekday() != f.weekday {
		return time.Time{}, fmt.Errorf("%04d-%02d-%02d is a %s, not a %s", f.year, f.month, f.day, t.Weekday(), f.weekday)
	}
	return inYears(t.Add(-time.Duration(f.offset) * time.Second))
}

// inYears refuses what has no four-digit year.
func inYears(t time.Time) (time.Time, error) {
	if y := t.Year(); y < 1 || y > 9999 {
		return time.Time{}, errors.New("the date is outside of the years 1 to 9999")
	}
	return t, nil
}

// parseDate reads what CDate accepts: ISO 8601 dates and date-times, with T or a blank between them and with
// or without an offset; M/d/yyyy with an optional time, 12 or 24 hours; and /Date(milliseconds)/ of OData v2.
// Without an offset the time is UTC.
func parseDate(s string) (time.Time, error) {
	r := &reader{rest: strings.TrimSpace(s)}
	var f fields
	switch {
	case strings.HasPrefix(r.rest, "/Date("):
		return parseODataDate(s)
	case len(r.rest) > 4 && strings.Trim(r.rest[:4], "0123456789") == "" && (r.rest[4] == '-' || r.rest[4] == '/'):
		separator := r.rest[4]
		f.year = r.digits(4, 4)
		r.expect(separator)
		f.month = r.digits(2, 2)
		r.expect(separator)
		f.day = r.digits(2, 2)
	default:
		f.month = r.digits(1, 2)
		r.expect('/')
		f.day = r.digits(1, 2)
		r.expect('/')
		f.year = r.digits(4, 4)
	}
	if !r.bad && r.rest != "" {
		parseClock(r, &f)
	}
	if r.bad || r.rest != "" {
		return time.Time{}, fmt.Errorf("%s is not a date; %s", quote(s), dateForms)
	}
	t, err := f.time()
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is not a date: %w", quote(s), err)
	}
	return t, nil
}

// parseClock reads [T| ]H:mm[:ss[.fff]] [AM|PM] [offset], or an offset alone.
func parseClock(r *reader, f *fields) {
	blank := false
	for r.skip(' ') {
		blank = true
	}
	if !r.skip('T') && !blank {
		f.offset = r.offset()
		return
	}
	if r.rest != "" && !isDigit(rune(r.rest[0])) {
		f.offset = r.offset()
		return
	}
	f.hour = r.digits(1, 2)
	r.expect(':')
	f.minute = r.digits(2, 2)
	if r.skip(':') {
		f.second = r.digits(2, 2)
		if r.skip('.') || r.skip(',') {
			f.nanosecond = r.fraction(1, 20)
		}
	}
	for r.skip(' ') {
	}
	if r.fold("AM") {
		f.half = 1
	} else if r.fold("PM") {
		f.half = 2
	}
	for r.skip(' ') {
	}
	if r.rest != "" {
		f.offset = r.offset()
	}
}

// parseODataDate reads /Date(1735689600000)/ and /Date(1735689600000+0000)/. The number is UTC already; the
// offset (minutes) only says where it came from.
func parseODataDate(s string) (time.Time, error) {
	text, ok := strings.CutSuffix(strings.TrimPrefix(strings.TrimSpace(s), "/Date("), ")/")
	if i := strings.LastIndexAny(text, "+-"); i > 0 {
		text = text[:i]
	}
	ms, isNumber := parseInteger(text)
	const most = 253402300799999 // the end of the year 9999
	if !ok || !isNumber || ms > most || ms < -62135596800000 {
		return time.Time{}, fmt.Errorf("%s is not a date; expected /Date(milliseconds since 1970)/", quote(s))
	}
	return time.UnixMilli(ms).UTC(), nil
}

// dateText formats as CDate, DateAdd and Now do: M/d/yyyy h:mm:ss tt.
func dateText(t time.Time) string {
	var buf [32]byte
	b := buf[:0]
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	b = appendPadded(b, int(month), 1)
	b = append(b, '/')
	b = appendPadded(b, day, 1)
	b = append(b, '/')
	b = appendPadded(b, year, 4)
	b = append(b, ' ')
	b = appendPadded(b, (hour+11)%12+1, 1)
	b = append(b, ':')
	b = appendPadded(b, minute, 2)
	b = append(b, ':')
	b = appendPadded(b, second, 2)
	if hour < 12 {
		return string(append(b, " AM"...))
	}
	return string(append(b, " PM"...))
}

// appendPadded appends n in at least width digits.
func appendPadded(b []byte, n, width int) []byte {
	digits := 1
	for m := n; m >= 10; m /= 10 {
		digits++
	}
	for ; width > digits; width-- {
		b = append(b, '0')
	}
	start := len(b)
	for range digits {
		b = append(b, 0)
	}
	for i := len(b) - 1; i >= start; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return b
}

// The distance between 1601-01-01 and 1970-01-01 in units of 100 ns.
const fileTimeEpoch = 116444736000000000

// fileTime gives the instant as Windows FILETIME: units of 100 ns since 1601-01-01 UTC.
func fileTime(t time.Time) (int64, error) {
	n := t.Unix()*10_000_000 + int64(t.Nanosecond()/100) + fileTimeEpoch
	if n < 0 {
		return 0, fmt.Errorf("%s is before 1601, where FILETIME begins", t.Format(time.DateOnly))
	}
	return n, nil
}

// fromFileTime is the reverse of fileTime.
func fromFileTime(n int64) (time.Time, error) {
	if n < 0 || n > 2650467743999999999 { // the end of the year 9999
		return time.Time{}, fmt.Errorf("%d is no FILETIME between the years 1601 and 9999 (9223372036854775807 means never)", n)
	}
	n -= fileTimeEpoch
	return time.Unix(n/10_000_000, n%10_000_000*100).UTC(), nil
}
