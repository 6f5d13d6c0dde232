// SPDX-License-Identifier: MPL-2.0

package sqltable

import (
	"testing"

	"terraform-provider-workforce/internal/writeback"
)

// TestStatements holds the SQL for databases that no test can start against
// their documented syntax.
func TestStatements(t *testing.T) {
	for driver, want := range map[string][2]string{
		"postgresql": {`SELECT "id", "e""mail" FROM "hr"."staff" WHERE "id" = $1 FOR UPDATE`, `UPDATE "hr"."staff" SET "e""mail" = $1 WHERE "id" = $2`},
		"mysql":      {"SELECT `id`, `e\"mail` FROM `hr`.`staff` WHERE `id` = ? FOR UPDATE", "UPDATE `hr`.`staff` SET `e\"mail` = ? WHERE `id` = ?"},
		"sqlserver":  {`SELECT [id], [e"mail] FROM [hr].[staff] WITH (UPDLOCK, ROWLOCK) WHERE [id] = @p1`, `UPDATE [hr].[staff] SET [e"mail] = @p1 WHERE [id] = @p2`},
		"oracle":     {`SELECT "id", "e""mail" FROM "hr"."staff" WHERE "id" = :1 FOR UPDATE`, `UPDATE "hr"."staff" SET "e""mail" = :1 WHERE "id" = :2`},
		"sqlite":     {`SELECT "id", "e""mail" FROM "hr"."staff" WHERE "id" = ?`, `UPDATE "hr"."staff" SET "e""mail" = ? WHERE "id" = ?`},
	} {
		d := dialects[driver]
		table := Table{config: Config{Table: "hr.staff", KeyColumn: "id", Columns: map[string]string{"mail": `e"mail`}}, dialect: d}
		update, args := table.statement("7", []string{"mail"}, writeback.Record{"mail": ""})
		got := [2]string{table.selection([]string{"mail"}, d.hint, "= "+d.mark(1)) + d.suffix, update}
		if got != want {
			t.Errorf("%s:\nfound    %q\nexpected %q", driver, got, want)
		}
		if len(args) != 2 || args[0] != nil || args[1] != "7" {
			t.Errorf("%s: parameters %v, expected NULL and the worker id", driver, args)
		}
	}
}
