// SPDX-License-Identifier: MPL-2.0

package sqltable_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"terraform-provider-workforce/internal/source/sqldb"
	"terraform-provider-workforce/internal/writeback"
	"terraform-provider-workforce/internal/writeback/sqltable"
)

// BenchmarkPopulation reads 10,000 workers, as each plan does, and writes 1 % of
// them, on a file of SQLite.
func BenchmarkPopulation(b *testing.B) {
	const people = 10_000
	path := filepath.Join(b.TempDir(), "hr.db")
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{
		"CREATE TABLE staff (id TEXT PRIMARY KEY, mail TEXT)",
		fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO staff SELECT CAST(i AS TEXT), 'm' || i FROM n", people),
	} {
		if _, err := db.ExecContext(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	table, err := sqltable.Open(sqltable.Config{Server: sqldb.Config{Driver: "sqlite", Database: path}, Table: "staff", KeyColumn: "id", Columns: map[string]string{"mail": "mail"}})
	if err != nil {
		b.Fatal(err)
	}
	defer table.Close()
	changes := make([]writeback.WorkerChange, people)
	for round := 0; b.Loop(); round++ {
		for i := range changes {
			changes[i] = writeback.WorkerChange{WorkerID: fmt.Sprint(i + 1), Want: writeback.Record{"mail": fmt.Sprintf("m%d", i+1)}}
			if i%100 == 0 {
				changes[i].Want["mail"] = fmt.Sprintf("new %d", round)
			}
		}
		for _, o := range writeback.Apply(b.Context(), table, changes) {
			if o.Err != nil {
				b.Fatal(o.Err)
			}
		}
	}
}
