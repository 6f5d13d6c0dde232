// SPDX-License-Identifier: MPL-2.0

package csv

import (
	"bytes"
	"context"
	stdcsv "encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/location"
)

// big makes a file of n workers and 24 columns.
func big(n int) string {
	var b strings.Builder
	b.WriteString("WorkerID,WorkerStatus,WorkerType,ManagerID,HireDate,EndDate,OnLeave,Zone")
	for c := range 16 {
		fmt.Fprintf(&b, ",Column%02d", c)
	}
	b.WriteString("\n")
	for i := range n {
		fmt.Fprintf(&b, "%06d,Active,Employee,%06d,20%02d-%02d-%02d,9999-12-31,%t,Europe/Berlin", i, (i+1)%n, i%25, i%12+1, i%28+1, i%2 == 0)
		for c := range 16 {
			switch {
			case c%5 == 4:
				b.WriteString(",")
			case c == 0:
				b.WriteString(",\"Müller, Jürgen\"")
			default:
				fmt.Fprintf(&b, ",Value %d", (i*c)%97)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

var bigSpec = source.Spec{Fields: source.Fields{"worker_id": "WorkerID", "status": "WorkerStatus", "worker_type": "WorkerType", "manager_id": "ManagerID",
	"hire_date": "HireDate", "termination_date": "EndDate", "on_leave": "OnLeave", "time_zone": "Zone"}}

// BenchmarkRead reads workers and, beside it, the same text with encoding/csv
// alone. live-MB is what the population keeps.
func BenchmarkRead(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		text := big(n)
		b.Run(fmt.Sprintf("workers/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			for b.Loop() {
				got, err := Read(context.Background(), Config{Location: location.Config{Content: text}}, bigSpec, time.Time{})
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
		b.Run(fmt.Sprintf("plain/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				r := stdcsv.NewReader(bytes.NewReader([]byte(text)))
				rows := 0
				for ; ; rows++ {
					if _, err := r.Read(); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
				if rows != n+1 {
					b.Fatal(rows)
				}
			}
		})
	}
}
