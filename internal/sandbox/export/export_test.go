// SPDX-License-Identifier: MPL-2.0

package export_test

import (
	"bytes"
	"database/sql"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/database"
	"terraform-provider-workforce/internal/sandbox/export"
	"terraform-provider-workforce/internal/sandbox/openldap"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/csv"
	"terraform-provider-workforce/internal/source/fixedwidth"
	"terraform-provider-workforce/internal/source/jsonfile"
	"terraform-provider-workforce/internal/source/ldapdir"
	"terraform-provider-workforce/internal/source/location"
	"terraform-provider-workforce/internal/source/sqldb"
	"terraform-provider-workforce/internal/source/xlsx"
	"terraform-provider-workforce/internal/source/xmlfile"
	"terraform-provider-workforce/internal/worker"
)

var (
	now  = time.Date(2026, time.January, 15, 9, 0, 0, 0, time.UTC)
	spec = source.Spec{Fields: export.Fields}
)

// written is an export in memory.
func written(t *testing.T, write func(w io.Writer) error) location.Config {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return location.Config{Content: b.String()}
}

// TestSameEverywhere reads one company from every kind of source: where people
// come from changes nothing about them, to the last byte.
func TestSameEverywhere(t *testing.T) {
	c := company.New(11, 400)
	text := written(t, c.WriteCSV)
	csvResult, err := csv.Read(t.Context(), csv.Config{Location: text}, spec, now)
	if err != nil {
		t.Fatal(err)
	}
	want, err := csvResult.Workers.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if len(csvResult.Workers) != 400 || !strings.Contains(want, `"on_leave":true`) || !strings.Contains(want, "ü") {
		t.Fatalf("found %d workers, expected 400, with everything that tells sources apart", len(csvResult.Workers))
	}
	for name, read := range map[string]func(t *testing.T) (*source.Result, error){
		"XLSX": func(t *testing.T) (*source.Result, error) {
			l := written(t, func(w io.Writer) error { return export.XLSX(w, c) })
			return xlsx.Read(t.Context(), xlsx.Config{Location: l}, spec, now)
		},
		"JSON": func(t *testing.T) (*source.Result, error) {
			l := written(t, func(w io.Writer) error { return export.JSON(w, c, false) })
			return jsonfile.Read(t.Context(), jsonfile.Config{Location: l}, spec, now)
		},
		"NDJSON": func(t *testing.T) (*source.Result, error) {
			l := written(t, func(w io.Writer) error { return export.JSON(w, c, true) })
			return jsonfile.Read(t.Context(), jsonfile.Config{Location: l, Lines: true}, spec, now)
		},
		"XML": func(t *testing.T) (*source.Result, error) {
			l := written(t, func(w io.Writer) error { return export.XML(w, c) })
			return xmlfile.Read(t.Context(), xmlfile.Config{Location: l, Records: export.XMLRecords}, spec, now)
		},
		"fixed width": func(t *testing.T) (*source.Result, error) {
			l := written(t, func(w io.Writer) error { return export.FixedWidth(w, c) })
			return fixedwidth.Read(t.Context(), fixedwidth.Config{Location: l, Columns: columns(c)}, spec, now)
		},
		"SQLite": func(t *testing.T) (*source.Result, error) { return readSQLite(t, c) },
		"PostgreSQL": func(t *testing.T) (*source.Result, error) {
			return readServer(t, c, "postgresql", database.StartPostgreSQL(t))
		},
		"MariaDB": func(t *testing.T) (*source.Result, error) { return readServer(t, c, "mysql", database.StartMariaDB(t)) },
		"LDAP":    func(t *testing.T) (*source.Result, error) { return readLDAP(t, c) },
	} {
		t.Run(name, func(t *testing.T) {
			result, err := read(t)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := result.Workers.Marshal(); err != nil || got != want {
				t.Errorf("%v: the workers differ from those of the CSV file: %s", err, difference(result.Workers, csvResult.Workers))
			}
			a, errA := source.Fingerprint(result.Workers)
			b, errB := source.Fingerprint(csvResult.Workers)
			if errA != nil || errB != nil || a != b {
				t.Errorf("found the fingerprint %s (%v), expected %s (%v)", a, errA, b, errB)
			}
		})
	}
}

// difference shows the first worker who is not the same.
func difference(got, want worker.Population) string {
	for _, id := range want.IDs() {
		a, errA := worker.Population{id: got[id]}.Marshal()
		b, errB := worker.Population{id: want[id]}.Marshal()
		if errA != nil || errB != nil || a != b {
			return "\n" + a + "\n" + b
		}
	}
	return "there are more"
}

func columns(c *company.Company) []fixedwidth.Column {
	var list []fixedwidth.Column
	start := 1
	for i, width := range export.Widths(c) {
		list = append(list, fixedwidth.Column{Name: company.Columns[i], Start: start, Width: width})
		start += width
	}
	return list
}

func readSQLite(t *testing.T, c *company.Company) (*source.Result, error) {
	path := filepath.Join(t.TempDir(), "hr.db")
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range export.SQL(c) {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return sqldb.Read(t.Context(), sqldb.Config{Driver: "sqlite", Database: path, Query: export.SQLSelect()}, spec)
}

func readServer(t *testing.T, c *company.Company, driver string, s *database.Server) (*source.Result, error) {
	statements, query := export.SQL(c), export.SQLSelect()
	if driver == "mysql" { // in whose texts a backslash begins an escape
		for i := range statements {
			statements[i] = strings.ReplaceAll(statements[i], `\`, `\\`)
		}
		query = strings.ReplaceAll(query, `"`, "`")
	}
	s.Exec(t, statements...)
	return sqldb.Read(t.Context(), sqldb.Config{Driver: driver, Host: "127.0.0.1", Port: s.Port, Database: "hr", Username: s.Username, Password: database.Password,
		TLS: sqldb.TLS{CACertificateFile: s.CAFile}, Query: query}, spec)
}

// readLDAP takes the prefix of the attributes off, without which the schemas of
// directories do not let them in.
func readLDAP(t *testing.T, c *company.Company) (*source.Result, error) {
	s := openldap.Start(t, export.LDIF(c, openldap.Base), export.LDAPSchema())
	prefixed := source.Spec{Fields: source.Fields{}}
	filled := map[string]bool{}
	for key, column := range export.Fields {
		prefixed.Fields[key], filled[column] = export.LDAPPrefix+column, true
	}
	for _, column := range company.Columns {
		if !filled[column] {
			prefixed.Attributes = append(prefixed.Attributes, export.LDAPPrefix+column)
		}
	}
	result, err := ldapdir.Read(t.Context(), ldapdir.Config{URLs: []string{s.URL}, CACertificateFile: s.CAFile, Username: openldap.Reader, Password: openldap.Password, Base: openldap.Base, Filter: "(objectClass=hrWorker)"}, prefixed)
	if err != nil {
		return nil, err
	}
	for _, w := range result.Workers {
		attributes := map[string]expression.Value{}
		for name, value := range w.Attributes {
			attributes[strings.TrimPrefix(name, export.LDAPPrefix)] = value
		}
		w.Attributes = attributes
	}
	return result, nil
}
