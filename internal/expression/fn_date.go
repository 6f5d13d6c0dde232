// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

var dateFunctions = []definition{
	{name: "Now", result: dateType, dialects: "P", varies: true, bind: bindNow,
		description: "Returns the current instant in UTC as M/d/yyyy h:mm:ss tt."},
	{name: "CDate", params: "expression text", result: dateType, dialects: "P", bind: bindCDate,
		description: "Reads a date or date-time and returns it in UTC as M/d/yyyy h:mm:ss tt; an error if it is empty."},
	{name: "DateAdd", params: "interval text, value number, dateTime date", result: dateType, dialects: "P", bind: bindDateAdd,
		description: "Adds a number of yyyy, m, d, ww, h, n or s to a date; a day beyond the end of the month becomes its last."},
	{name: "DateDiff", params: "interval text, date1 date, date2 date", result: numberType, dialects: "P", bind: bindDateDiff,
		description: "Returns date2 minus date1: whole d, h, n or s, calendar m or yyyy, or Sundays passed for ww."},
	{name: "DateFromNum", params: "value number", result: dateType, dialects: "PC", bind: bindDateFromNum,
		description: "Converts a Windows FILETIME (100 ns since 1601-01-01 UTC) to a date."},
	{name: "NumFromDate", params: "value text", result: numberType, dialects: "P", bind: bindNumFromDate,
		description: "Converts an ISO 8601 date-time, or what CDate reads, to a Windows FILETIME, for accountExpires."},
	{name: "FormatDateTime", params: "source text, dateTimeStyles text?, inputFormat text?, outputFormat text?", result: textType, dialects: "PC", bind: bindFormatDateTime,
		description: "Converts a date from one .NET format to another, in UTC; with three arguments they are source, inputFormat, outputFormat."},
	{name: "DateTimeFormat", params: "dateTime text, format text", result: textType, dialects: "M", bind: bindDateTimeFormat,
		description: "Formats what CDate reads in a .NET format."},
}

// dated compiles a function that gives a date.
func dated(c *call, f func(*state) (time.Time, error)) evaluator {
	c.date = f
	return func(st *state) (Value, error) {
		t, err := f(st)
		if err != nil {
			return Null, err
		}
		return String(dateText(t)), nil
	}
}

func bindNow(c *call) evaluator {
	c.program.clock = true
	return dated(c, func(st *state) (time.Time, error) {
		if st.env.Now.IsZero() {
			return time.Time{}, errors.New("the current time is not set")
		}
		return inYears(st.env.Now.UTC().Truncate(time.Second))
	})
}

func bindCDate(c *call) evaluator {
	arg := c.args[0]
	if arg.constant {
		if _, err := parseDate(arg.value.Text()); err != nil {
			c.reject(0, quote(arg.value.Text())+" is not a date", dateForms)
			return nil
		}
	}
	return dated(c, func(st *state) (time.Time, error) {
		t, err := arg.instant(st)
		return t.Truncate(time.Second), err
	})
}

var intervals = []string{"yyyy", "m", "d", "ww", "h", "n", "s"}

// interval reads the interval of a call: at compile time if it is constant.
func interval(c *call) (func(*state) (string, error), bool) {
	check := func(s string) error {
		for _, i := range intervals {
			if i == s {
				return nil
			}
		}
		return fmt.Errorf("unknown interval %s", quote(s))
	}
	const expected = "expected yyyy (years), m (months), d (days), ww (weeks), h (hours), n (minutes) or s (seconds)"
	if text, ok := c.constant(0); ok {
		if err := check(text); err != nil {
			c.reject(0, err.Error(), expected)
			return nil, false
		}
		return func(*state) (string, error) { return text, nil }, true
	}
	arg := c.args[0]
	return func(st *state) (string, error) {
		text, err := arg.text(st)
		if err == nil && check(text) != nil {
			err = fmt.Errorf("%w; %s", check(text), expected)
		}
		return text, err
	}, true
}

func bindDateAdd(c *call) evaluator {
	unit, ok := interval(c)
	if !ok {
		return nil
	}
	amount, date := c.args[1], c.args[2]
	return dated(c, func(st *state) (time.Time, error) {
		u, err := unit(st)
		if err != nil {
			return time.Time{}, err
		}
		n, err := amount.integer(st, 0)
		if err != nil {
			return time.Time{}, err
		}
		t, err := date.instant(st)
		if err != nil {
			return time.Time{}, err
		}
		return addInterval(t.Truncate(time.Second), u, n)
	})
}

// secondsOf gives the intervals of fixed length.
func secondsOf(unit string) int64 {
	switch unit {
	case "ww":
		return 7 * 86400
	case "d":
		return 86400
	case "h":
		return 3600
	case "n":
		return 60
	}
	return 1
}

func addInterval(t time.Time, unit string, n int64) (time.Time, error) {
	const most = 400_000_000_000 // more seconds than 9999 years have
	if n > most || n < -most {
		return time.Time{}, fmt.Errorf("the value %d leads outside of the years 1 to 9999", n)
	}
	switch unit {
	case "yyyy":
		n *= 12
	case "m":
	default:
		return inYears(time.Unix(t.Unix()+n*secondsOf(unit), 0).UTC())
	}
	months := int64(t.Year())*12 + int64(t.Month()) - 1 + n
	year, month := months/12, time.Month(months%12+1)
	if months < 12 || year > 9999 {
		return time.Time{}, fmt.Errorf("the value %d leads outside of the years 1 to 9999", n)
	}
	last := time.Date(int(year), month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	hour, minute, second := t.Clock()
	return time.Date(int(year), month, min(t.Day(), last), hour, minute, second, 0, time.UTC), nil
}

func bindDateDiff(c *call) evaluator {
	unit, ok := interval(c)
	if !ok {
		return nil
	}
	first, second := c.args[1], c.args[2]
	return func(st *state) (Value, error) {
		u, err := unit(st)
		if err != nil {
			return Null, err
		}
		a, err := first.instant(st)
		if err != nil {
			return Null, err
		}
		b, err := second.instant(st)
		if err != nil {
			return Null, err
		}
		return number(difference(a, b, u)), nil
	}
}

// difference is b − a as VB.NET's DateDiff counts.
func difference(a, b time.Time, unit string) int64 {
	switch unit {
	case "yyyy":
		return int64(b.Year() - a.Year())
	case "m":
		return int64((b.Year()-a.Year())*12 + int(b.Month()) - int(a.Month()))
	case "ww":
		return week(b) - week(a)
	}
	return (b.Unix() - a.Unix()) / secondsOf(unit)
}

// week numbers the weeks that begin on Sunday.
func week(t time.Time) int64 {
	days := floorDivide(t.Unix(), 86400) + 4 // 1970-01-01 was a Thursday
	return floorDivide(days, 7)
}

func floorDivide(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func bindDateFromNum(c *call) evaluator {
	arg := c.args[0]
	c.date = func(st *state) (time.Time, error) {
		n, err := arg.integer(st, 0)
		if err != nil {
			return time.Time{}, err
		}
		t, err := fromFileTime(n)
		return t.Truncate(time.Second), err
	}
	date := c.date
	return func(st *state) (Value, error) {
		if v, err := arg.any(st); err != nil || v.isEmpty() {
			return Null, err
		}
		t, err := date(st)
		if err != nil {
			return Null, err
		}
		return String(dateText(t)), nil
	}
}

func bindNumFromDate(c *call) evaluator {
	arg := c.args[0]
	return func(st *state) (Value, error) {
		if arg.date == nil {
			if v, err := arg.any(st); err != nil || v.IsNull() {
				return Null, err
			}
		}
		t, err := arg.instant(st)
		if err != nil {
			return Null, err
		}
		n, err := fileTime(t)
		return number(n), err
	}
}

// dateTimeStyles are the flags of .NET's DateTimeStyles. All but AllowInnerWhite change nothing here: white
// space at both ends is always allowed, and times are always UTC.
var dateTimeStyles = []string{"None", "AllowLeadingWhite", "AllowTrailingWhite", "AllowInnerWhite", "AllowWhiteSpaces",
	"NoCurrentDateDefault", "AdjustToUniversal", "AssumeLocal", "AssumeUniversal", "RoundtripKind"}

// The numbers of DateTimeStyles: allowInnerWhite is one flag, allStyles are all of them.
const allowInnerWhite, allStyles = 4, 255

// parseStyles reads "DateTimeStyles.AllowLeadingWhite, DateTimeStyles.AllowInnerWhite" and reports whether
// white space is allowed inside.
func parseStyles(s string) (inner bool, err error) {
	for _, style := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '|' || r == ' ' }) {
		style = strings.TrimPrefix(style, "DateTimeStyles.")
		if n, err := strconv.Atoi(style); err == nil { // .NET reads the sum of the flags, too
			if n < 0 || n > allStyles {
				return false, fmt.Errorf("unknown dateTimeStyles %d; expected a sum of flags from 0 to %d, such as 7 for AllowWhiteSpaces", n,
					allStyles)
			}
			inner = inner || n&allowInnerWhite != 0
			continue
		}
		known := false
		for _, k := range dateTimeStyles {
			known = known || strings.EqualFold(k, style)
		}
		if !known {
			return false, fmt.Errorf("unknown dateTimeStyles %s; %s", quote(style), didYouMean(style, dateTimeStyles))
		}
		inner = inner || strings.EqualFold(style, "AllowInnerWhite") || strings.EqualFold(style, "AllowWhiteSpaces")
	}
	return inner, nil
}

// formatArgument reads a format: at compile time if it is constant.
func formatArgument(c *call, i int) (func(*state) (*dateFormat, error), bool) {
	if text, ok := c.constant(i); ok {
		format, err := parseDateFormat(text)
		if err != nil {
			c.reject(i, err.Error(), `expected a .NET date format such as "yyyy-MM-dd"`)
			return nil, false
		}
		return func(*state) (*dateFormat, error) { return format, nil }, true
	}
	arg := c.args[i]
	return func(st *state) (*dateFormat, error) {
		text, err := arg.text(st)
		if err != nil {
			return nil, err
		}
		return parseDateFormat(text)
	}, true
}

func bindFormatDateTime(c *call) evaluator {
	styles, input, output := 1, 2, 3
	if c.args[3] == nil { // the form of Cloud Sync and of the guides
		styles, input, output = -1, 1, 2
	}
	if c.args[input] == nil || c.args[output] == nil {
		c.fail(c.pos, "FormatDateTime lacks inputFormat or outputFormat", "expected "+c.Signature)
		return nil
	}
	inner := false
	if styles > 0 && c.args[styles] != nil {
		text, ok := c.constant(styles)
		if !ok {
			c.reject(styles, "dateTimeStyles is computed", "expected a text in quotation marks")
			return nil
		}
		var err error
		if inner, err = parseStyles(text); err != nil {
			c.reject(styles, err.Error(), "")
			return nil
		}
	}
	from, ok := formatArgument(c, input)
	to, ok2 := formatArgument(c, output)
	if !ok || !ok2 {
		return nil
	}
	source := c.args[0]
	return func(st *state) (Value, error) {
		s, null, err := source.single(st)
		if err != nil || null {
			return Null, err
		}
		in, err := from(st)
		if err != nil {
			return Null, err
		}
		out, err := to(st)
		if err != nil {
			return Null, err
		}
		t, err := in.parse(s, inner)
		if err != nil {
			return Null, err
		}
		return String(out.format(t)), nil
	}
}

func bindDateTimeFormat(c *call) evaluator {
	format, ok := formatArgument(c, 1)
	if !ok {
		return nil
	}
	source := c.args[0]
	return func(st *state) (Value, error) {
		s, null, err := source.single(st)
		if err != nil || null {
			return Null, err
		}
		t, err := parseDate(s)
		if err != nil {
			return Null, err
		}
		f, err := format(st)
		if err != nil {
			return Null, err
		}
		return String(f.format(t)), nil
	}
}
