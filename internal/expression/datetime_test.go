// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"strings"
	"testing"
	"time"
)

func TestParseDate(t *testing.T) {
	tests := []struct{ in, want string }{
		{"2024-02-29", "2024-02-29T00:00:00Z"},
		{" 2024-02-29 ", "2024-02-29T00:00:00Z"},
		{"2024/02/29", "2024-02-29T00:00:00Z"},
		{"2020-03-16-07:00", "2020-03-16T07:00:00Z"},
		{"2021-06-30+08:00", "2021-06-29T16:00:00Z"},
		{"2021-06-30 +0800", "2021-06-29T16:00:00Z"},
		{"2021-06-30Z", "2021-06-30T00:00:00Z"},
		{"2009-06-15T01:45:30-07:00", "2009-06-15T08:45:30Z"},
		{"2009-06-15 01:45:30.1234567 +05:30", "2009-06-14T20:15:30.1234567Z"},
		{"2009-06-15T01:45:30.123456789012Z", "2009-06-15T01:45:30.123456789Z"},
		{"2009-06-15T01:45", "2009-06-15T01:45:00Z"},
		{"8/25/2021 5:41:18 PM", "2021-08-25T17:41:18Z"},
		{"08/25/2021 05:41:18 pm", "2021-08-25T17:41:18Z"},
		{"8/25/2021 12:00:00 AM", "2021-08-25T00:00:00Z"},
		{"8/25/2021 12:00 PM", "2021-08-25T12:00:00Z"},
		{"8/25/2021 17:41", "2021-08-25T17:41:00Z"},
		{"8/25/2021", "2021-08-25T00:00:00Z"},
		{"/Date(1735689600123+0060)/", "2025-01-01T00:00:00.123Z"},
		{"/Date(-1)/", "1969-12-31T23:59:59.999Z"},
	}
	for _, test := range tests {
		got, err := parseDate(test.in)
		if err != nil || got.Format(time.RFC3339Nano) != test.want {
			t.Errorf("parseDate(%q) = %s, %v; want %s", test.in, got.Format(time.RFC3339Nano), err, test.want)
		}
	}
	for _, bad := range []string{"", " ", "today", "2024", "2024-1-1", "2024-13-01", "2023-02-29", "0000-01-01", "31.12.2024", "25/8/2021",
		"8/25/21", "2024-01-01T", "2024-01-01T25:00", "2024-01-01T10:60", "2024-01-01T10", "2024-01-01T10:00 XM", "8/25/2021 13:00 PM",
		"8/25/2021 0:00 AM", "2024-01-01+15:00", "2024-01-01+1:2:3", "9999-12-31T23:59:59-14:00", "0001-01-01+14:00", "2024-01-01 10:00:00.", "2024-01-01x",
		"/Date(x)/", "/Date(99999999999999999999)/", "/Date(253402300800000)/", "/Date(1)", "２０２４-01-01"} {
		if got, err := parseDate(bad); err == nil {
			t.Errorf("parseDate(%q) = %s", bad, got)
		}
	}
}

func TestDateFormats(t *testing.T) {
	at := time.Date(2024, 3, 5, 9, 7, 3, 120_400_000, time.UTC)
	evening := time.Date(985, 11, 23, 21, 30, 0, 0, time.UTC)
	tests := []struct {
		format, morning, evening string
	}{
		{"y yy yyy yyyy yyyyy", "24 24 2024 2024 02024", "85 85 985 0985 00985"},
		{"M MM MMM MMMM", "3 03 Mar March", "11 11 Nov November"},
		{"d dd ddd dddd", "5 05 Tue Tuesday", "23 23 Wed Wednesday"},
		{"H HH h hh", "9 09 9 09", "21 21 9 09"},
		{"m mm s ss t tt", "7 07 3 03 A AM", "30 30 0 00 P PM"},
		{"f ff fff ffff fffffff", "1 12 120 1204 1204000", "0 00 000 0000 0000000"},
		{"s.F s.FF s.FFF s.FFFFFFF", "3.1 3.12 3.12 3.1204", "0 0 0 0"},
		{"z zz zzz K", "+0 +00 +00:00 Z", "+0 +00 +00:00 Z"},
		{"'day' d \"o''clock\" \\d%d g", "day 5 o''clock d5 A.D.", "day 23 o''clock d23 A.D."},
		{"%d", "5", "23"},
		{"d", "3/5/2024", "11/23/0985"},
		{"G", "3/5/2024 9:07:03 AM", "11/23/0985 9:30:00 PM"},
		{"o", "2024-03-05T09:07:03.1204000Z", "0985-11-23T21:30:00.0000000Z"},
		{"s", "2024-03-05T09:07:03", "0985-11-23T21:30:00"},
		{"R", "Tue, 05 Mar 2024 09:07:03 GMT", "Wed, 23 Nov 0985 21:30:00 GMT"},
		{"yyyyMMddHHmmss.fZ", "20240305090703.1Z", "09851123213000.0Z"},
		{"dd. MMMM yyyy, HH 'Uhr'", "05. March 2024, 09 Uhr", "23. November 0985, 21 Uhr"},
	}
	for _, test := range tests {
		f, err := parseDateFormat(test.format)
		if err != nil {
			t.Errorf("%s: %v", test.format, err)
			continue
		}
		if got := f.format(at); got != test.morning {
			t.Errorf("%s: got %q, want %q", test.format, got, test.morning)
		}
		if got := f.format(evening); got != test.evening {
			t.Errorf("%s: got %q, want %q", test.format, got, test.evening)
		}
	}
	for _, bad := range []string{"", "x", "'open", `"open`, `yyyy\`, "yyyy%", "%%d", "ffffffff"} {
		if _, err := parseDateFormat(bad); err == nil {
			t.Errorf("the format %q is accepted", bad)
		}
	}
}

func TestParseExact(t *testing.T) {
	tests := []struct{ format, in, want string }{
		{"yyyy-MM-dd", "2024-03-05", "2024-03-05T00:00:00Z"},
		{"yyyy-MM-ddzzz", "2024-03-05-08:00", "2024-03-05T08:00:00Z"},
		{"yyyy-MM-ddK", "2024-03-05Z", "2024-03-05T00:00:00Z"},
		{"yyyy-MM-ddK", "2024-03-05", "2024-03-05T00:00:00Z"},
		{"yyyy-MM-dd'T'HH:mm:sszz", "2024-03-05T01:02:03+01", "2024-03-05T00:02:03Z"},
		{"yyyyMMddHHmmss.fZ", "20150123105347.1Z", "2015-01-23T10:53:47.1Z"},
		{"M/d/yyyy h:mm:ss tt", "12/1/2024 12:00:00 am", "2024-12-01T00:00:00Z"},
		{"M/d/yyyy h:mm:ss tt", "1/12/2024 1:05:09 PM", "2024-01-12T13:05:09Z"},
		{"M/d/yyyy hh:mm:ss t", "1/12/2024 01:05:09 P", "2024-01-12T13:05:09Z"},
		{"d/M/yy", "5/3/49", "2049-03-05T00:00:00Z"},
		{"d/M/yy", "5/3/50", "1950-03-05T00:00:00Z"},
		{"ddd, d MMM yyyy", "tue, 5 mar 2024", "2024-03-05T00:00:00Z"},
		{"dddd d MMMM yyyy g", "Tuesday 5 March 2024 A.D.", "2024-03-05T00:00:00Z"},
		{"yyyy-MM", "2024-03", "2024-03-01T00:00:00Z"},
		{"yyyy", " 2024 ", "2024-01-01T00:00:00Z"},
		{"HH:mm:ss.FFF yyyy", "01:02:03.5 2024", "2024-01-01T01:02:03.5Z"},
		{"HH:mm:ss.FFF yyyy", "01:02:03 2024", "2024-01-01T01:02:03Z"},
		{"s.fffffff yyyy", "3.1234567 2024", "2024-01-01T00:00:03.1234567Z"},
	}
	for _, test := range tests {
		f, err := parseDateFormat(test.format)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.parse(test.in, false)
		if err != nil || got.Format(time.RFC3339Nano) != test.want {
			t.Errorf("%q as %s = %s, %v; want %s", test.in, test.format, got.Format(time.RFC3339Nano), err, test.want)
		}
	}
	for _, bad := range []struct{ format, in string }{
		{"yyyy-MM-dd", "2024-3-05"}, {"yyyy-MM-dd", "2024-03-05T00"}, {"yyyy-MM-dd", "24-03-05"}, {"yyyy-MM-dd", "2024-02-30"}, {"yyyy-MM-dd", ""},
		{"M/d/yyyy hh:mm:ss tt", "1/15/2030 5:00:00 AM"}, {"M/d/yyyy h:mm tt", "1/15/2030 13:00 PM"}, {"yyyy-MM-dd HH", "2024-01-01 24"},
		{"yyyy-MM-dd h", "2024-01-01 13"}, {"ddd yyyy-MM-dd", "Mon 2024-03-05"}, {"MM-dd", "03-05"}, {"yyyy-MM-ddzzz", "2024-03-05"}, {"yyyy MMM", "2024 Mai"},
		{"yyyy f", "2024 12"}, {"yyyy t", "2024 X"}, {"yyyy g", "2024 BC"}, {"yyyy - MM", "2024-03"},
	} {
		f, err := parseDateFormat(bad.format)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.parse(bad.in, false); err == nil {
			t.Errorf("%q as %s = %s", bad.in, bad.format, got)
		}
	}
	f, err := parseDateFormat("yyyy-MM-dd")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.parse("2024 - 03 - 05", true); err != nil {
		t.Errorf("inner white space: %v", err)
	}
}

// TestDateRoundTrip formats days all over the calendar and reads them again.
func TestDateRoundTrip(t *testing.T) {
	var formats []*dateFormat
	for _, s := range []string{"M/d/yyyy h:mm:ss tt", "dddd, dd MMMM yyyy HH:mm:ss.fff zzz", "o", "yyyyMMddHHmmss.fffZ", "ddd d MMM yyyy H:m:s.FFF"} {
		f, err := parseDateFormat(s)
		if err != nil {
			t.Fatal(err)
		}
		formats = append(formats, f)
	}
	for at := time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 9990; at = at.Add(97*24*time.Hour + 12345678*time.Millisecond) {
		for i, f := range formats {
			want := at
			if i == 0 {
				want = at.Truncate(time.Second)
				if dateText(at) != f.format(at) {
					t.Fatalf("dateText gives %s, the format %s", dateText(at), f.format(at))
				}
			}
			if got, err := f.parse(f.format(at), false); err != nil || !got.Equal(want) {
				t.Fatalf("%s as %s: %s, %v", at, f.source, got, err)
			}
		}
		n, err := fileTime(at)
		if back, err2 := fromFileTime(n); err != nil || err2 != nil || !back.Equal(at) {
			t.Fatalf("%s is FILETIME %d, which is %s: %v, %v", at, n, back, err, err2)
		}
	}
}

func FuzzDates(f *testing.F) {
	for _, seed := range []string{"2024-02-29", "8/25/2021 5:41:18 PM", "20150123105347.1Z", "/Date(1)/", "Tue, 05 Mar 2024"} {
		for _, format := range []string{"yyyy-MM-dd", "M/d/yyyy h:mm:ss tt", "yyyyMMddHHmmss.fZ", "o", "ddd, dd MMM yyyy g", "'a'\\b%d"} {
			f.Add(seed, format)
		}
	}
	f.Fuzz(func(t *testing.T, text, format string) {
		if at, err := parseDate(text); err == nil {
			if again, err := parseDate(dateText(at)); err != nil || !again.Equal(at.Truncate(time.Second)) {
				t.Errorf("%q is %s, printed %s, read %s: %v", text, at, dateText(at), again, err)
			}
		}
		layout, err := parseDateFormat(format)
		if err != nil {
			return
		}
		if at, err := layout.parse(text, strings.Contains(text, " ")); err == nil && (at.Year() < 1 || at.Year() > 9999 || layout.format(at) == "" && text != "") {
			t.Errorf("%q as %q is %s, printed %q", text, format, at, layout.format(at))
		}
	})
}
