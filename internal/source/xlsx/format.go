// SPDX-License-Identifier: MPL-2.0

package xlsx

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// format is what matters of a number format.
type format struct {
	date, clock    bool   // shows a date, a time of day
	zeros          int    // shows at least so many digits
	prefix, suffix string // around those digits
}

// readStyles reads the number format of each style (section 18.8).
func (w *workbook) readStyles(part string) error {
	custom := map[string]string{}
	inCells := false
	return w.each(part, maxMetadataBytes, func(s *scanner) error {
		switch {
		case s.name == "cellXfs":
			inCells = s.kind == startTag
		case s.kind == startTag && s.name == "numFmt":
			if id := s.textOf("numFmtId"); custom[id] == "" {
				custom[id] = s.textOf("formatCode")
			}
		case s.kind == startTag && s.name == "xf" && inCells:
			id := s.textOf("numFmtId")
			if code, ok := custom[id]; ok {
				w.formats = append(w.formats, parseFormat(code))
			} else {
				w.formats = append(w.formats, builtin(id))
			}
		}
		return nil
	})
}

// builtin returns the formats that have numbers (section 18.8.30), those of East Asian
// systems included.
func builtin(id string) format {
	n, err := strconv.Atoi(id)
	switch {
	case err != nil:
		return format{}
	case n >= 14 && n <= 17, n >= 27 && n <= 31, n == 36, n >= 50 && n <= 54, n == 57, n == 58:
		return format{date: true}
	case n == 22:
		return format{date: true, clock: true}
	case n >= 18 && n <= 21, n >= 32 && n <= 35, n == 55, n == 56, n == 45, n == 47:
		return format{clock: true}
	}
	return format{}
}

// parseFormat reads a format code (section 18.8.31), of which the first section
// is for the numbers that ids and dates are.
func parseFormat(code string) format {
	if strings.EqualFold(code, "General") {
		return format{}
	}
	var f format
	var letters, literal strings.Builder
	plain, elapsed, zerosEnded := true, false, false // plain: nothing but literals and one run of zeros
	take := func(text string) { literal.WriteString(text); zerosEnded = zerosEnded || f.zeros > 0 }
scan:
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case ';':
			break scan
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				break scan
			}
			take(code[i+1 : i+1+end])
			i += end + 1
		case '\\':
			if i++; i < len(code) {
				take(code[i : i+1])
			}
		case '_', '*':
			i++ // a blank of some width, a character that fills the cell
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				break scan
			}
			inner := strings.ToLower(code[i+1 : i+end])
			elapsed = elapsed || inner != "" && strings.Trim(inner, inner[:1]) == "" && strings.Contains("hms", inner[:1])
			i += end
		case '0':
			plain = plain && !zerosEnded
			if f.zeros == 0 {
				f.prefix = literal.String()
				literal.Reset()
			}
			f.zeros++
		case '-', ' ', '/', '(', ')', '+', ':':
			letters.WriteByte(c)
			take(string(c))
		default:
			plain = false
			letters.WriteByte(c)
		}
	}
	f.suffix = literal.String()
	if !plain || f.zeros < 2 && f.prefix+f.suffix == "" || elapsed {
		f.zeros, f.prefix, f.suffix = 0, "", ""
	}
	if !elapsed {
		f.date, f.clock = dateParts(strings.ToLower(letters.String()))
	}
	return f
}

// dateParts reports what the letters of a format show. An m is a minute beside
// hours or seconds, and a month otherwise; a.m. and p.m. are neither.
func dateParts(letters string) (date, clock bool) {
	letters = strings.NewReplacer("am/pm", "h", "a/p", "h", "general", "", "e+", "", "e-", "").Replace(letters)
	clock = strings.ContainsAny(letters, "hs")
	date = strings.ContainsAny(letters, "yd") || strings.Contains(letters, "m") && !clock || strings.Contains(letters, "mmm")
	return date, clock
}

// dateSystem is the day that serial numbers of dates count from.
type dateSystem int

const (
	system1900 dateSystem = iota
	system1904
)

// maxSerial is 9999-12-31 in the system of 1900.
const maxSerial = 2958465

// number returns the text of a number as it is meant. problem says why it
// cannot be told.
func number(raw string, f format, system dateSystem) (text, problem string) {
	value, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(value, 0) || math.IsNaN(value) {
		return "", fmt.Sprintf("found %q, expected a number: the file is damaged", raw)
	}
	if f.date || f.clock {
		return serial(value, f, system)
	}
	if math.Abs(value) >= 1e15 {
		return "", fmt.Sprintf("found the number %s, of which a spreadsheet keeps only 15 digits: format the column as text and enter the values again", strconv.FormatFloat(value, 'f', -1, 64))
	}
	text = plain(raw, value)
	if f.zeros > 0 && value >= 0 && strings.IndexByte(text, '.') < 0 {
		text = f.prefix + strings.Repeat("0", max(f.zeros-len(text), 0)) + text + f.suffix
	}
	return text, ""
}

// plain writes a number with the 15 digits that spreadsheets show, without
// exponent and without thousands.
func plain(raw string, value float64) string {
	if raw != "" && len(raw) < 16 && strings.Trim(raw, "0123456789") == "" && (raw[0] != '0' || len(raw) == 1) {
		return raw
	}
	shown, err := strconv.ParseFloat(strconv.FormatFloat(value, 'g', 15, 64), 64)
	if err != nil || shown == 0 {
		return "0"
	}
	return strconv.FormatFloat(shown, 'f', -1, 64)
}

// serial returns the date and time of a serial number. In the system of 1900 day
// 60 is 29 February 1900, which never was: Excel repeats an error of Lotus 1-2-3
// (Microsoft, "Excel incorrectly assumes that the year 1900 is a leap year").
func serial(value float64, f format, system dateSystem) (text, problem string) {
	seconds := math.Round((value - math.Floor(value)) * 86400)
	days := int64(math.Max(math.Min(math.Floor(value), maxSerial+1), -1))
	if seconds == 86400 {
		seconds, days = 0, days+1
	}
	clock := time.Unix(int64(seconds), 0).UTC().Format(time.TimeOnly)
	if !f.date {
		if days != 0 {
			return plain("", value), ""
		}
		return clock, ""
	}
	start := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)
	last := int64(maxSerial)
	switch {
	case days == 0 && seconds > 0 && system == system1900:
		return clock, ""
	case days == 0 && seconds == 0: // a formula that refers to an empty cell, in either system
		return "0000-00-00", ""
	case system == system1904:
		start, last = time.Date(1904, time.January, 1, 0, 0, 0, 0, time.UTC), maxSerial-1462
	case days == 60:
		return "", "found the serial number 60 of a date, 29 February 1900, which does not exist: correct the date"
	case days < 60:
		start = start.AddDate(0, 0, 1)
	}
	if days < 0 || days > last {
		return "", fmt.Sprintf("found %s as the serial number of a date, expected 0 to %d", plain("", value), last)
	}
	date := start.AddDate(0, 0, int(days)).Format(time.DateOnly)
	if seconds > 0 {
		date += "T" + clock
	}
	return date, ""
}
