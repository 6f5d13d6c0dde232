// SPDX-License-Identifier: MPL-2.0

//go:build unix

package workday

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/antchfx/xmlquery"
)

// pageOf renders a page of n workers.
func pageOf(tb testing.TB, n int) (*reader, query, string) {
	tb.Helper()
	s, c := tenant(tb, n)
	c.PageSize = 999
	var text string
	s.Spoil = func(_ writer, _ call, answer []byte) bool {
		text = string(answer)
		return false
	}
	r, q := newReader(tb, c)
	if _, err := r.page(tb.Context(), q, 1); err != nil {
		tb.Fatal(err)
	}
	return r, q, text
}

// cpu returns the time that this process has computed.
func cpu(tb testing.TB) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkParse parses 5,000 workers with all attributes of Microsoft's
// connector and, beside it, the same text with the XPath library alone, without
// reading any attribute. cpu-s/op is what counts on a busy machine.
func BenchmarkParse(b *testing.B) {
	r, q, text := pageOf(b, 999)
	workers := strings.Count(text, "<wd:Worker>")
	b.Run("workers/5000", func(b *testing.B) {
		b.SetBytes(int64(5 * len(text)))
		b.ReportAllocs()
		began := cpu(b)
		for b.Loop() {
			for range 5 {
				if p, err := r.parsePage(text, q, 1); err != nil || len(p.people) != workers {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric((cpu(b)-began).Seconds()/float64(b.N), "cpu-s/op")
	})
	b.Run("xmlquery/5000", func(b *testing.B) {
		b.SetBytes(int64(5 * len(text)))
		b.ReportAllocs()
		began := cpu(b)
		for b.Loop() {
			for range 5 {
				if _, err := xmlquery.Parse(strings.NewReader(text)); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric((cpu(b)-began).Seconds()/float64(b.N), "cpu-s/op")
	})
}
