// SPDX-License-Identifier: MPL-2.0

package database_test

import (
	"database/sql"
	"fmt"
	"testing"

	"terraform-provider-workforce/internal/sandbox/database"
)

// TestServers signs in as the account that reads, which is all that others rely on.
func TestServers(t *testing.T) {
	for _, tt := range []struct {
		name, driver, dsn string
		start             func(testing.TB) *database.Server
	}{
		{"PostgreSQL", "pgx", "postgres://%s:%s@127.0.0.1:%d/hr?sslmode=require", database.StartPostgreSQL},
		{"MariaDB", "mysql", "%s:%s@tcp(127.0.0.1:%d)/hr?tls=skip-verify", database.StartMariaDB},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.start(t)
			s.Exec(t, "CREATE TABLE staff (id int)", "INSERT INTO staff VALUES (7)")
			db, err := sql.Open(tt.driver, fmt.Sprintf(tt.dsn, s.Username, database.Password, s.Port))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			var id int
			if err := db.QueryRowContext(t.Context(), "SELECT id FROM staff").Scan(&id); err != nil || id != 7 {
				t.Errorf("found %d, %v", id, err)
			}
			if _, err := db.ExecContext(t.Context(), "INSERT INTO staff VALUES (8)"); err == nil {
				t.Error("the account that reads may write")
			}
		})
	}
}
