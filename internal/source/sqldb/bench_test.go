// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/sandbox/database"
	"terraform-provider-workforce/internal/source"
)

// bigTable returns statements that make a table of n workers and 24 columns.
func bigTable(n int) []string {
	columns := "id CHAR(8), status VARCHAR(20), boss CHAR(8), hired DATE, ends DATE, away BOOLEAN, zone VARCHAR(30), number NUMERIC(12,0)"
	for c := range 16 {
		columns += fmt.Sprintf(", c%02d VARCHAR(50)", c)
	}
	statements := []string{"CREATE TABLE staff (" + columns + ")"}
	var insert strings.Builder
	for i := range n {
		if insert.Len() == 0 {
			insert.WriteString("INSERT INTO staff VALUES ")
		} else {
			insert.WriteString(",")
		}
		fmt.Fprintf(&insert, "('%08d','Active','%08d','20%02d-%02d-%02d','9999-12-31',%t,'Europe/Berlin',%d", i, (i+1)%n, i%25, i%12+1, i%28+1, i%2 == 0, i)
		for c := range 16 {
			if c%5 == 4 {
				insert.WriteString(",NULL")
			} else {
				fmt.Fprintf(&insert, ",'Value %d'", (i*c)%97)
			}
		}
		insert.WriteString(")")
		if (i+1)%500 == 0 || i+1 == n {
			statements = append(statements, insert.String())
			insert.Reset()
		}
	}
	return statements
}

var bigSpec = source.Spec{Fields: source.Fields{"worker_id": "id", "status": "status", "manager_id": "boss", "hire_date": "hired", "termination_date": "ends", "on_leave": "away", "time_zone": "zone"}}

// BenchmarkRead reads 100,000 workers. live-MB is what the population keeps,
// peak-MB the largest heap of the process, filling the table included.
func BenchmarkRead(b *testing.B) {
	const n = 100_000
	b.Run("sqlite/100000", func(b *testing.B) {
		statements := bigTable(n)
		path := file(b, append([]string{"PRAGMA synchronous = OFF", "PRAGMA journal_mode = MEMORY"}, statements...)...)
		benchmark(b, n, Config{Driver: "sqlite", Database: path, Query: "SELECT * FROM staff"})
	})
	b.Run("postgresql/100000", func(b *testing.B) {
		s := database.StartPostgreSQL(b)
		s.Exec(b, bigTable(n)...)
		benchmark(b, n, postgresqlConfig(s, "SELECT * FROM staff"))
	})
	b.Run("mariadb/100000", func(b *testing.B) {
		s := database.StartMariaDB(b)
		s.Exec(b, bigTable(n)...)
		benchmark(b, n, mysqlConfig(s, "SELECT * FROM staff"))
	})
}

func benchmark(b *testing.B, n int, c Config) {
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		got, err := Read(b.Context(), c, bigSpec)
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
	b.ReportMetric(float64(after.HeapSys)/1e6, "peak-MB")
}
