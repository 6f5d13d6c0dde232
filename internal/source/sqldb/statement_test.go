// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"strings"
	"testing"
)

func TestStatements(t *testing.T) {
	for _, tt := range []struct{ dialect, query, want string }{
		{"postgresql", "SELECT 1", ""},
		{"postgresql", " \n-- staff; all\n/* a /* nested; */ ; */ select * from hr.staff;  -- end\n", ""},
		{"postgresql", "(SELECT 1) UNION (SELECT 2)", ""},
		{"postgresql", "WITH a AS (SELECT ';' AS x, $$it's; \"$$ AS y, $t$ ; $t$ AS z, E'\\'; ' AS w) SELECT * FROM a WHERE b = $1", ""},
		{"postgresql", `SELECT "into", t.into, "for update" FROM t`, ""},
		{"postgresql", "SELECT replace(a, 'x', 'y'), (replace(b, 'x', 'y')) FROM t", ""},
		{"mysql", "SELECT 'it\\'s; ', \"a;\", `b;`, INSERT('abc', 1, 1, 'x') # ; DROP\nFROM t", ""},
		{"mysql", "SELECT 5--3 AS n", ""},
		{"sqlserver", "SELECT [a;b] FROM t WHERE x = @p1", ""},
		{"oracle", "SELECT q'[it's; ]', q'!;!' FROM dual", ""},
		{"sqlite", "SELECT last_update, update_count FROM t", ""},

		{"postgresql", "", "found none"},
		{"postgresql", "-- nothing", "only comments"},
		{"postgresql", "SELECT 1\x00", "not text"},
		{"postgresql", "SELECT 1; DROP TABLE staff", `found text behind ";", "DROP"`},
		{"postgresql", "SELECT 1;;SELECT 2", `found text behind ";"`},
		{"postgresql", "DELETE FROM staff", `begins with "DELETE"`},
		{"postgresql", "/* SELECT */ update staff set x = 1", `begins with "UPDATE"`},
		{"postgresql", "EXPLAIN ANALYZE SELECT 1", `begins with "EXPLAIN"`},
		{"postgresql", "WITH gone AS (DELETE FROM staff RETURNING *) SELECT * FROM gone", "found DELETE"},
		{"postgresql", "WITH a AS (SELECT 1) INSERT INTO staff SELECT * FROM a", "found INSERT"},
		{"postgresql", "SELECT * INTO copy FROM staff", "found INTO"},
		{"postgresql", "SELECT * FROM staff FOR  UPDATE", "found FOR UPDATE"},
		{"postgresql", "SELECT 'a\nb", "line 1, column 8: found a quote that is never closed"},
		{"postgresql", "SELECT $x$ a", "expected $x$"},
		{"postgresql", "SELECT 1\n/* a /* b */", "line 2, column 1: found a comment that is never closed"},
		{"mysql", "SELECT * FROM staff INTO OUTFILE '/tmp/x'", "found INTO"},
		{"mysql", "SELECT 5--3 INTO OUTFILE '/tmp/x'", "found INTO"},
		{"mysql", "SELECT 1 /*! INTO OUTFILE '/tmp/x' */", "a comment that the database executes"},
		{"mysql", "CALL export()", `begins with "CALL"`},
		{"sqlserver", "EXEC sp_who", `begins with "EXEC"`},
		{"sqlserver", "WITH a AS (SELECT 1 x) DELETE FROM a", "found DELETE"},
		{"oracle", "BEGIN NULL; END;", `begins with "BEGIN"`},
		{"sqlite", "ATTACH 'x' AS y", `begins with "ATTACH"`},
	} {
		t.Run(tt.dialect+" "+tt.query, func(t *testing.T) {
			c := Config{Driver: tt.dialect, Host: "db", Database: "hr", Query: tt.query}
			if tt.dialect == "sqlite" {
				c.Host, c.Database = "", "x"
			}
			err := c.Validate()
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), "query: ") || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("found %v, expected %q", err, tt.want)
			}
		})
	}
}

// FuzzStatement holds that no text makes the check fail otherwise than by an error.
func FuzzStatement(f *testing.F) {
	f.Add("SELECT q'[x]', $a$ $a$, 'y\\'z' -- w\n/* v */ FROM [t];")
	f.Add("WITH\xff E'")
	f.Fuzz(func(t *testing.T, query string) {
		for _, d := range dialects {
			if err := d.syntax.check(query); err == nil && !strings.Contains(strings.ToUpper(query), "SELECT") && !strings.Contains(strings.ToUpper(query), "WITH") {
				t.Errorf("%s accepts %q", d.name, query)
			}
		}
	})
}
