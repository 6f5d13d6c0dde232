// SPDX-License-Identifier: MPL-2.0

package fixedwidth

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/japanese"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/location"
	"terraform-provider-workforce/internal/source/sourcetest"
)

var (
	now     = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	spec    = source.Spec{Fields: source.Fields{"worker_id": "id", "hire_date": "hired"}, DateFormats: []string{"yyyyMMdd"}}
	columns = []Column{{"id", 1, 5}, {"name", 6, 8}, {"hired", 15, 8}}
)

// Two lines of 22 characters: id, name, a gap, date.
const text = "00017Müller   20240229\n   18Bo       20200131\n"

func config(content string, change func(*Config)) Config {
	c := Config{Location: location.Config{Content: content}, Columns: columns}
	if change != nil {
		change(&c)
	}
	return c
}

func TestForms(t *testing.T) {
	latin := strings.ReplaceAll(text, "ü", "\xfc")
	japan, err := japanese.ShiftJIS.NewEncoder().String("00017山田 20240229\n   18Bo   20200131\n")
	if err != nil {
		t.Fatal(err)
	}
	narrow := []Column{{"hired", 11, 8}, {"id", 1, 5}, {"name", 6, 5}}
	for _, tt := range []struct {
		name   string
		config Config
		want   string // the name of 00017
	}{
		{"characters", config(text, nil), "Müller"},
		{"CRLF and end of file of DOS", config(strings.ReplaceAll(text, "\n", "\r\n")+"\x1a", nil), "Müller"},
		{"CR only", config(strings.ReplaceAll(text, "\n", "\r"), nil), "Müller"},
		{"no line end at the end", config(strings.TrimSuffix(text, "\n"), nil), "Müller"},
		{"byte order mark", config("\ufeff"+text, nil), "Müller"},
		{"Latin-1", config(latin, func(c *Config) { c.Encoding = "iso-8859-1" }), "Müller"},
		{"Latin-1 in bytes", config(latin, func(c *Config) { c.Encoding, c.Bytes = "windows-1252", true }), "Müller"},
		{"UTF-8 in bytes", config(strings.ReplaceAll(text, "Müller   ", "Müller  "), func(c *Config) { c.Bytes = true }), "Müller"},
		{"UTF-8 in bytes with a mark", config("\ufeff"+strings.ReplaceAll(text, "Müller   ", "Müller  "), func(c *Config) { c.Bytes = true }), "Müller"},
		{"Shift JIS in bytes", config(japan, func(c *Config) { c.Encoding, c.Bytes, c.Columns = "shift_jis", true, narrow }), "山田"},
		{"header, comments, empty lines", config("ID   NAME\n-----\n"+"* comment\n\n"+text+"   \n", func(c *Config) { c.SkipLines, c.Comment = 2, "*" }), "Müller"},
		{"trailer", config(text+"T00000002 END\n", func(c *Config) { c.Trailer = `^T(\d{8})` }), "Müller"},
		{"named trailer", config(text+"T X 2\n\n", func(c *Config) { c.Trailer = `^T (.) (?P<count>\d+)$` }), "Müller"},
		{"short lines", config("00017Müller\n   18Bo       20200131\n", func(c *Config) { c.ShortLines = true }), "Müller"},
		{"more behind", config(strings.ReplaceAll(text, "\n", "   more\n"), nil), "Müller"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(context.Background(), tt.config, spec, now)
			if err != nil {
				t.Fatal(err)
			}
			if w := got.Workers["00017"]; len(got.Workers) != 2 || w.Attributes["name"].Text() != tt.want || got.Workers["18"].HireDate != "2020-01-31" {
				t.Errorf("got %+v", w)
			}
		})
	}
}

func TestSpaceIsKept(t *testing.T) {
	s := spec
	s.KeepSpace = true
	got, err := Read(context.Background(), config("00017  Bo    20240229\n", func(c *Config) { c.Columns = []Column{{"id", 1, 5}, {"name", 6, 8}} }), s, now)
	if err == nil {
		t.Fatalf("got %+v, want an error about the column hired", got)
	}
	s.Fields = source.Fields{"worker_id": "id"}
	got, err = Read(context.Background(), config("00017  Bo    20240229\n", nil), s, now)
	if err == nil && got.Workers["00017"].Attributes["name"].Text() != "  Bo" {
		t.Errorf("got %+v", got.Workers["00017"])
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		name   string
		config Config
		want   []string
	}{
		{"empty", config(" \n\n", nil), []string{"found no records"}},
		{"no columns", config(text, func(c *Config) { c.Columns = nil }), []string{"columns: found none"}},
		{"columns that overlap, and more", config(text, func(c *Config) {
			c.Columns, c.SkipLines, c.Trailer = []Column{{"id", 1, 5}, {"name", 5, 8}, {"x", 0, 1}}, -1, "("
		}), []string{`"name" begins at 5, expected it behind "id", which ends at 5`, `"x": found start 0`, "skip_lines: found -1", "trailer: "}},
		{"cut off", config("00017Müller   20240229\n   18Bo        202", nil), []string{"line 2: found 18 characters, expected at least 22", `the column "hired" ends`, "cut off"}},
		{"blanks cut off", config("00017Müller   20240229\n   18Bo\n   19Cy       20200131\n", nil), []string{"line 2: found 7 characters", "short_lines"}},
		{"characters for bytes", config(text, func(c *Config) { c.Bytes = true }), []string{"line 2: found 22 bytes, expected 23 as in line 1"}},
		{"bytes for characters", config("00017Bo       20240229\n00018Müller  20200131\n", nil), []string{"line 2: found 21 characters", "unit"}},
		{"value shifted", config("00017Bo       20240229\n000018Cy       20200131\n", nil), []string{"line 2: found 23 characters, expected 22 as in line 1"}},
		{"tab", config("00017Bo\t      20240229\n", nil), []string{"line 1: found a tab at byte 8"}},
		{"other encoding", config(strings.ReplaceAll(text, "ü", "\xfc"), nil), []string{`line 1, column "name"`, "0xFC", "windows-1252"}},
		{"half a character", config("00017Müllerrü20240229\n", func(c *Config) {
			c.Bytes, c.Columns = true, []Column{{"id", 1, 5}, {"name", 6, 9}, {"hired", 15, 8}}
		}), []string{`line 1, column "name"`}},
		{"UTF-16 in bytes", config("\xff\xfea\x00", func(c *Config) { c.Bytes = true }), []string{"unit: found bytes with utf-16le"}},
		{"encoding that is unknown", config(text, func(c *Config) { c.Encoding = "ebcdic" }), []string{`encoding: found "ebcdic"`}},
		{"trailer that lies", config(text+"T00000003\n", func(c *Config) { c.Trailer = `^T(\d{8})` }), []string{"trailer (line 3): found 2 records, expected 3"}},
		{"trailer missing", config(text, func(c *Config) { c.Trailer = `^T(\d{8})` }), []string{"expected a trailer that matches ^T"}},
		{"trailer without number", config(text+"Tx\n", func(c *Config) { c.Trailer = `^T(.)` }), []string{`found "x" as the number`}},
		{"fewer lines than skipped", config(text, func(c *Config) { c.SkipLines = 3 }), []string{"found 2 lines"}},
		{"date", config("00017Müller   20240230\n", nil), []string{`line 1, column "hired", worker "00017"`, "does not exist"}},
		{"the same worker twice", config(text+"00017Cy       20240229\n", func(c *Config) { c.ShortLines = true }), []string{"line 3", "same worker id as line 1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(context.Background(), tt.config, spec, now)
			if err == nil {
				t.Fatalf("got %+v, want an error with %q", got, tt.want)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q in it", err, want)
				}
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Read(ctx, config(big(2000), nil), spec, now); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("got %v", err)
	}
}

// FuzzRead holds that hostile text ends in workers or an error.
func FuzzRead(f *testing.F) {
	f.Add(text, false)
	f.Add("\xff\xfea\x00", true)
	f.Add("\x1a\r\r\n", true)
	f.Fuzz(func(t *testing.T, content string, inBytes bool) {
		got, err := Read(context.Background(), config(content, func(c *Config) { c.Bytes = inBytes }), spec, now)
		sourcetest.Whole(t, got, err)
	})
}

// big makes a file of n workers: id, name, date.
func big(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%05dMüller%02d 20%02d%02d%02d", i%100000, i%100, i%25, i%12+1, i%28+1)
		for c := range 21 {
			fmt.Fprintf(&b, "Value %02d  ", (i*c)%97)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// BenchmarkRead reads workers of 24 columns each; live-MB is what they keep.
func BenchmarkRead(b *testing.B) {
	wide := columns
	for c := range 21 {
		wide = append(wide, Column{fmt.Sprintf("c%02d", c), 23 + 10*c, 10})
	}
	for _, n := range []int{10_000, 100_000} {
		text := big(n)
		b.Run(fmt.Sprintf("workers=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			for b.Loop() {
				got, err := Read(context.Background(), Config{Location: location.Config{Content: text}, Columns: wide}, spec, now)
				if err != nil || got.Records != n {
					b.Fatal(err)
				}
				b.StopTimer()
				runtime.GC()
				runtime.ReadMemStats(&after)
				runtime.KeepAlive(got)
				b.StartTimer()
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "live-MB")
		})
	}
}
