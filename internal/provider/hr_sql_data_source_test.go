// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/database"
)

const hrSQLFields = `fields = { worker_id = "id", hire_date = "hired", manager_id = "boss" }`

var hrSQLTable = []string{
	"CREATE TABLE staff (id CHAR(8), name VARCHAR(50), hired DATE, boss CHAR(8), ssn CHAR(9))",
	"INSERT INTO staff VALUES ('0007', 'Zoë', '2020-02-29', NULL, '123456789'), ('0008', 'Bo', '2021-03-01', '0007', '123456780')",
}

const hrSQLWorkers = `{"0007":{"worker_id":"0007","status":null,"worker_type":null,"hire_date":"2020-02-29","termination_date":null,"last_day_of_work":null,"on_leave":null,"manager_id":null,"time_zone":null,"attributes":{"name":"Zoë"}},` +
	`"0008":{"worker_id":"0008","status":null,"worker_type":null,"hire_date":"2021-03-01","termination_date":null,"last_day_of_work":null,"on_leave":null,"manager_id":"0007","time_zone":null,"attributes":{"name":"Bo"}}}`

// hrSQLChecks hold that every database gives the same document.
func hrSQLChecks() []statecheck.StateCheck {
	return []statecheck.StateCheck{
		statecheck.ExpectKnownValue("data.workforce_hr_sql.staff", tfjsonpath.New("json"), knownvalue.StringExact(hrSQLWorkers)),
		statecheck.ExpectKnownValue("data.workforce_hr_sql.staff", tfjsonpath.New("worker_count"), knownvalue.Int64Exact(2)),
		statecheck.ExpectKnownValue("data.workforce_hr_sql.staff", tfjsonpath.New("left_out"), knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("ssn")})),
		statecheck.ExpectKnownValue("data.workforce_hr_sql.staff", tfjsonpath.New("password"), knownvalue.Null()),
		statecheck.ExpectKnownValue("data.workforce_hr_sql.staff", tfjsonpath.New("dsn"), knownvalue.Null()),
	}
}

func TestAccHRSQLSQLite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hr.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range hrSQLTable {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	config := func(query, more string) string {
		return fmt.Sprintf("data \"workforce_hr_sql\" \"staff\" {\n  driver = \"sqlite\"\n  database = %q\n  query = %q\n  %s\n  %s\n}", path, query, hrSQLFields, more)
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: config("SELECT * FROM staff WHERE id < ? AND ? IS NULL", `parameters = ["0009", null]`), ConfigStateChecks: hrSQLChecks()},
		{Config: config("SELECT * FROM staff WHERE id < ?", `parameters = ["0007"]`), ExpectError: regexp.MustCompile(`(?s)found no records`)},
		{Config: config("DELETE FROM staff", ""), ExpectError: regexp.MustCompile(`(?s)begins\s+with\s+"DELETE"`)},
		{Config: config("SELECT s.* FROM staff s CROSS JOIN staff t", ""), ExpectError: regexp.MustCompile(`(?s)the\s+same\s+worker\s+id\s+as\s+row`)},
		{Config: config("SELECT * FROM staff", `statement_timeout = 0`), ExpectError: regexp.MustCompile(`(?s)statement_timeout`)},
		{Config: config("SELECT * FROM staff WHERE id < ? AND ? IS NULL", `parameters = ["0009", null]`), ConfigStateChecks: hrSQLChecks()},
	}})
}

func TestAccHRSQLServers(t *testing.T) {
	for driver, start := range map[string]func(testing.TB) *database.Server{"postgresql": database.StartPostgreSQL, "mysql": database.StartMariaDB} {
		t.Run(driver, func(t *testing.T) {
			s := start(t)
			s.Exec(t, hrSQLTable...)
			t.Setenv("WORKFORCE_SQL_USERNAME", s.Username)
			t.Setenv("HR_PASSWORD", database.Password)
			t.Setenv("WRONG_PASSWORD", "wrong-"+database.Password)
			t.Setenv("HR_DSN", map[string]string{
				"postgresql": fmt.Sprintf("postgres://127.0.0.1:%d/hr", s.Port),
				"mysql":      fmt.Sprintf("tcp(127.0.0.1:%d)/hr", s.Port),
			}[driver])
			config := func(more string) string {
				return fmt.Sprintf("data \"workforce_hr_sql\" \"staff\" {\n  driver = %q\n  ca_certificate_file = %q\n  query = \"SELECT * FROM staff\"\n  %s\n  %s\n}", driver, s.CAFile, hrSQLFields, more)
			}
			address := fmt.Sprintf("host = \"127.0.0.1\"\n  port = %d\n  database = \"hr\"\n  ", s.Port)
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
				{Config: config(address + `password_variable = "HR_PASSWORD"`), ConfigStateChecks: hrSQLChecks()},
				{Config: config(address + `password_variable = "WRONG_PASSWORD"`), ExpectError: regexp.MustCompile(`(?s)Check\s+user\s+name\s+and\s+password`)},
				{Config: config("dsn_variable = \"NO_DSN\""), ExpectError: regexp.MustCompile(`(?s)no\s+database\s+to\s+connect\s+to`)},
				{Config: config("dsn_variable = \"HR_DSN\"\n  password_variable = \"HR_PASSWORD\""), ConfigStateChecks: hrSQLChecks()},
			}})
		})
	}
}
