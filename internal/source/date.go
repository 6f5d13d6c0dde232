// SPDX-License-Identifier: MPL-2.0

package source

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"terraform-provider-workforce/internal/expression/dateformat"
	"terraform-provider-workforce/internal/worker"
)

// rfc3339 names the format of date-times in JSON and XML: with T or a blank
// between date and time, with or without fraction and offset.
const rfc3339 = "rfc3339"

// dateLayouts are the layouts of package time for the parts of a date format. Parts that are not here say
// nothing that a date of HR needs.
var dateLayouts = map[string]string{
	"yyyy": "2006", "yy": "06", "MMMM": "January", "MMM": "Jan", "MM": "01", "M": "1",
	"dddd": "Monday", "ddd": "Mon", "dd": "02", "d": "2",
	"HH": "15", "H": "15", "hh": "03", "h": "3", "mm": "04", "m": "4", "ss": "05", "s": "5",
	"tt": "PM", "zzz": "-07:00", "K": "Z07:00",
}

// ParseDateFormat returns the layout of package time for a date format such as
// "yyyy-MM-dd", "dd.MM.yyyy", "M/d/yyyy", "dd-MMM-yyyy" (English names) or
// "yyyy-MM-ddzzz". "rfc3339" stands for date-times such as
// 2026-11-22T09:00:00+01:00. A year of two digits is one from 1950 to 2049, as in expressions; of 50
// to 68, which dates.parse refuses, package time would make the wrong century.
func ParseDateFormat(format string) (layout string, err error) {
	if format == rfc3339 {
		return time.RFC3339, nil
	}
	tokens, err := dateformat.Split(format)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	var year, month, day bool
	for _, t := range tokens {
		part := strings.Repeat(string(t.Specifier), t.N)
		text, known := dateLayouts[part]
		if t.Specifier == 0 {
			// Digits and letters, but T and Z, would mean something to package time.
			part, text, known = t.Text, t.Text, strings.Trim(t.Text, "-/.,: TZ年月日") == ""
		}
		if !known {
			return "", fmt.Errorf("found %q in the date format %q, expected parts such as yyyy, MM, M, MMM, dd, d, HH, mm, ss, zzz "+
				"with - / . , : or a blank between them", part, format)
		}
		year, month, day = year || t.Specifier == 'y', month || t.Specifier == 'M', day || t.Specifier == 'd' && t.N <= 2
		b.WriteString(text)
	}
	if !year || !month || !day {
		return "", fmt.Errorf("found the date format %q, expected one with year (yyyy), month (MM) and day (dd)", format)
	}
	return b.String(), nil
}

// dates reads the dates of one source.
type dates struct {
	formats []dateFormat
	none    map[string]bool
	known   map[string]worker.Date // what was read before: dates repeat
}

type dateFormat struct{ name, layout string }

func newDates(s Spec) *dates {
	d := &dates{none: map[string]bool{}, known: map[string]worker.Date{}}
	names := s.DateFormats
	if len(names) == 0 {
		names = DefaultDateFormats
	}
	for _, name := range names {
		if layout, err := ParseDateFormat(name); err == nil { // Validate has told otherwise
			d.formats = append(d.formats, dateFormat{name, layout})
		}
	}
	for _, text := range words(s.NoDate, DefaultNoDate) {
		d.none[text] = true
	}
	return d
}

// inUTC matches a time in UTC: with Z, or with an offset of nothing, as Python and .NET write it (the +00 of PostgreSQL is in no
// format).
var inUTC = regexp.MustCompile(`Z$|[+-]00:?00$`)

// endOfDay reports the last minute of a day, which is written for the whole day by a system on the time of London or UTC:
// in no zone to the east is it midnight, or the end of a day there.
func endOfDay(t time.Time) bool { return t.Hour() == 23 && t.Minute() == 59 }

// parse reads a date. The date is the one written, whatever the offset behind
// it: "2026-07-01T00:00:00+02:00" and Workday's "2026-07-01-07:00" are the first of
// July. Only an instant in UTC that is neither midnight nor the last minute of a day is no
// date yet; it is the date of that instant in the worker's time zone. Where no zone is known, an
// offset of nothing may be London's, and the date is the one written; with Z it cannot be told.
func (d *dates) parse(text, zone string) (worker.Date, error) {
	if date, ok := d.known[text]; ok {
		return date, nil
	}
	if d.none[text] || d.none["0000-00-00"] && isZeroDate(text) {
		return "", nil
	}
	var found worker.Date
	var as string
	missing := false // in range, but not in the calendar
	unzoned := false // another date where a time zone is known
	for _, f := range d.formats {
		t, err := f.parse(text)
		if err != nil {
			wrong, ok := errors.AsType[*time.ParseError](err)
			missing = missing || ok && strings.HasSuffix(wrong.Message, "out of range")
			continue
		}
		if f.short() && t.Year() >= 2050 {
			return "", fmt.Errorf("found %s, whose year of two digits may be %d or %d: "+
				"let the HR system write four digits, and give the format with yyyy in date_formats", Quote(text), t.Year()-100, t.Year())
		}
		if _, offset := t.Zone(); offset == 0 && inUTC.MatchString(text) && t.Format(time.TimeOnly) != "00:00:00" && !endOfDay(t) {
			if zone != "" || strings.HasSuffix(text, "Z") {
				return d.instant(text, t, zone)
			}
			unzoned = true
		}
		date := worker.Date(t.Format(time.DateOnly))
		if found != "" && found != date {
			return "", fmt.Errorf("found %s, which is %s as %s and %s as %s: one of the two has to go from date_formats", Quote(text), found, as, date, f.name)
		}
		found, as = date, f.name
	}
	switch {
	case found == "":
		return "", d.explain(text, missing)
	case d.none[string(found)]:
		found = ""
	case found < "1900-01-01" || found > "2199-12-31":
		return "", fmt.Errorf("found %s, expected a date from 1900 to 2199 (if it means no date, name it in no_date_values)", Quote(text))
	}
	if !unzoned {
		d.known[text] = found
	}
	return found, nil
}

func (d *dates) instant(text string, t time.Time, zone string) (worker.Date, error) {
	if d.none[t.Format(time.DateOnly)] {
		return "", nil
	}
	if zone == "" {
		return "", fmt.Errorf("found %s, an instant in UTC that is not midnight, expected a date, or a time zone to know the date by (time_zone)", Quote(text))
	}
	loc, err := worker.Location(zone)
	if err != nil {
		return "", fmt.Errorf("found %s, whose date depends on the time zone, which is unknown", Quote(text))
	}
	return worker.Date(t.In(loc).Format(time.DateOnly)), nil
}

// short reports whether a format writes years with two digits.
//
// Package time takes 50 to 68 for years to come, .NET and the expression language for the last
// century. As a hire date the one would keep somebody from work who has been there for decades,
// as an end date the other would disable somebody whose contract ends at retirement. So neither
// is guessed.
func (f dateFormat) short() bool {
	return strings.Contains(strings.ReplaceAll(f.layout, "2006", ""), "06")
}

func (f dateFormat) parse(text string) (time.Time, error) {
	if f.name != rfc3339 {
		return time.Parse(f.layout, text)
	}
	t, err := time.Parse(time.RFC3339, text)
	for _, layout := range [...]string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00"} {
		if err == nil {
			break
		}
		var other error
		if t, other = time.Parse(layout, text); other == nil {
			err = nil
		}
	}
	return t, err
}

// slips are formats that dates are often in without anyone having said so.
var slips = []string{"yyyy-MM-dd", "dd.MM.yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "M/d/yyyy", "d.M.yyyy", "yyyy/MM/dd", "dd-MM-yyyy", "yyyyMMdd", "dd-MMM-yyyy", "MMM d, yyyy", "dd.MM.yy", "MM/dd/yy"}

// explain says why text is no date, and which format would read it.
func (d *dates) explain(text string, missing bool) error {
	names := make([]string, len(d.formats))
	for i, f := range d.formats {
		names[i] = f.name
	}
	expected := strings.Join(names, " or ")
	for _, name := range slips {
		layout, err := ParseDateFormat(name)
		if err != nil {
			continue
		}
		if t, err := time.Parse(layout, text); err == nil {
			return fmt.Errorf("found %s, expected a date as %s (as %s it would be %s: see date_formats)", Quote(text), expected, name, t.Format(time.DateOnly))
		}
	}
	if missing {
		return fmt.Errorf("found %s, a date that does not exist, expected one as %s", Quote(text), expected)
	}
	if len(text) == 5 && text >= "20000" && text <= "59999" && strings.Trim(text, "0123456789") == "" {
		return fmt.Errorf("found %s, expected a date as %s (it looks like the serial number of a date in a spreadsheet: format the column as text before exporting)", Quote(text), expected)
	}
	if meansNothing(text) {
		return fmt.Errorf("found %s, expected a date as %s (if it means no value, name it in null_values)", Quote(text), expected)
	}
	return fmt.Errorf("found %s, expected a date as %s", Quote(text), expected)
}
