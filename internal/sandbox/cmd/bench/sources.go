// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"database/sql"
	stdcsv "encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/export"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/csv"
	"terraform-provider-workforce/internal/source/fixedwidth"
	"terraform-provider-workforce/internal/source/jsonfile"
	"terraform-provider-workforce/internal/source/location"
	"terraform-provider-workforce/internal/source/sqldb"
	"terraform-provider-workforce/internal/source/xlsx"
	"terraform-provider-workforce/internal/source/xmlfile"
)

// form is a kind of source: how its file is made, how it is read, and how a
// program would read it that only wants texts in maps.
type form struct {
	name, file string
	write      func(w io.Writer, c *company.Company) error
	read       func(ctx context.Context, path string, s source.Spec, now time.Time) (*source.Result, error)
	plain      func(ctx context.Context, path string) (rows int, err error)
	beside     string // what plain is
}

var forms = []form{
	{"CSV", "staff.csv", func(w io.Writer, c *company.Company) error { return c.WriteCSV(w) },
		func(ctx context.Context, path string, s source.Spec, now time.Time) (*source.Result, error) {
			return csv.Read(ctx, csv.Config{Location: location.Config{Path: path}}, s, now)
		}, plainCSV, "encoding/csv, maps"},
	{"XLSX", "staff.xlsx", export.XLSX,
		func(ctx context.Context, path string, s source.Spec, now time.Time) (*source.Result, error) {
			return xlsx.Read(ctx, xlsx.Config{Location: location.Config{Path: path}}, s, now)
		}, plainXLSX, "excelize Rows, maps"},
	{"JSON array", "staff.json", func(w io.Writer, c *company.Company) error { return export.JSON(w, c, false) },
		func(ctx context.Context, path string, s source.Spec, now time.Time) (*source.Result, error) {
			return jsonfile.Read(ctx, jsonfile.Config{Location: location.Config{Path: path}}, s, now)
		}, plainJSON, "json.Unmarshal, maps"},
	{"NDJSON", "staff.ndjson", func(w io.Writer, c *company.Company) error { return export.JSON(w, c, true) },
		func(ctx context.Context, path string, s source.Spec, now time.Time) (*source.Result, error) {
			return jsonfile.Read(ctx, jsonfile.Config{Location: location.Config{Path: path}, Lines: true}, s, now)
		}, plainLines, "json.Decoder, maps"},
	{"XML", "staff.xml", export.XML,
		func(ctx context.Context, path string, s source.Spec, now time.Time) (*source.Result, error) {
			return xmlfile.Read(ctx, xmlfile.Config{Location: location.Config{Path: path}, Records: export.XMLRecords}, s, now)
		}, plainXML, "xml.Decoder, maps"},
	{"fixed width", "staff.txt", export.FixedWidth,
		func(ctx context.Context, path string, s source.Spec, now time.Time) (*source.Result, error) {
			columns, err := layout(path)
			if err != nil {
				return nil, err
			}
			return fixedwidth.Read(ctx, fixedwidth.Config{Location: location.Config{Path: path}, Columns: columns}, s, now)
		}, plainLayout, "slices of runes, maps"},
	{"SQLite", "staff.db", nil,
		func(ctx context.Context, path string, s source.Spec, _ time.Time) (*source.Result, error) {
			return sqldb.Read(ctx, sqldb.Config{Driver: "sqlite", Database: path, Query: export.SQLSelect()}, s)
		}, func(ctx context.Context, path string) (int, error) { return plainSQL(ctx, "sqlite", "file:"+path) }, "Scan into strings, maps"},
	{"PostgreSQL", "postgresql.dsn", nil,
		func(ctx context.Context, path string, s source.Spec, _ time.Time) (*source.Result, error) {
			dsn, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			return sqldb.Read(ctx, sqldb.Config{Driver: "postgresql", DSN: string(dsn), Query: export.SQLSelect()}, s)
		}, func(ctx context.Context, path string) (int, error) {
			dsn, err := os.ReadFile(path)
			if err != nil {
				return 0, err
			}
			return plainSQL(ctx, "pgx", string(dsn))
		}, "Scan into strings, maps"},
}

// sources reads a company from every kind of source, each in a process of its
// own so that the peaks of memory do not add up, beside what a plain reader
// takes that checks nothing.
func sources(ctx context.Context, dir string, people int) error {
	return withPostgreSQL(ctx, func(dsn string) error {
		if err := fill(ctx, dir, dsn, company.New(1, people)); err != nil {
			return err
		}
		return compareSources(ctx, dir, people)
	})
}

func compareSources(ctx context.Context, dir string, people int) error {
	fmt.Printf("## Reading %d workers with %d columns into a workers document; beside it, texts in maps without any check\n", people, len(company.Columns))
	fmt.Printf("%-12s %10s %10s   %-24s %10s %10s\n", "", "seconds", "peak MB", "beside it", "seconds", "peak MB")
	for i, f := range forms {
		ours, err := measure(ctx, dir, i, "read", people)
		if err != nil {
			return err
		}
		theirs, err := measure(ctx, dir, i, "plain", people)
		if err != nil {
			return err
		}
		fmt.Printf("%-12s %s   %-24s %s\n", f.name, ours, f.beside, theirs)
	}
	fmt.Println()
	return nil
}

// fill writes the company in every form.
func fill(ctx context.Context, dir, dsn string, c *company.Company) error {
	for _, f := range forms {
		if f.write == nil {
			continue
		}
		var b bytes.Buffer
		if err := f.write(&b, c); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, f.file), b.Bytes(), 0o600); err != nil {
			return err
		}
	}
	var widths []string
	for _, width := range export.Widths(c) {
		widths = append(widths, strconv.Itoa(width))
	}
	if err := os.WriteFile(filepath.Join(dir, "staff.txt.widths"), []byte(strings.Join(widths, " ")), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "postgresql.dsn"), []byte(dsn), 0o600); err != nil {
		return err
	}
	for driver, source := range map[string]string{"sqlite": "file:" + filepath.Join(dir, "staff.db") + "?_pragma=synchronous(0)", "pgx": dsn} {
		if err := execute(ctx, driver, source, export.SQL(c)); err != nil {
			return fmt.Errorf("%s: %w", driver, err)
		}
	}
	return nil
}

func execute(ctx context.Context, driver, source string, statements []string) error {
	db, err := sql.Open(driver, source)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// measure runs this program again for one read.
func measure(ctx context.Context, dir string, form int, way string, people int) (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, program, "source", way, strconv.Itoa(form), dir, strconv.Itoa(people))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", forms[form].name, err)
	}
	return string(out), nil
}

// readSource is the process that measure starts.
func readSource(ctx context.Context, args []string) error {
	if len(args) != 4 {
		return fmt.Errorf("found %d arguments, expected 4", len(args))
	}
	at, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	people, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	f, path, rows := forms[at], filepath.Join(args[2], forms[at].file), 0
	start := time.Now()
	if args[0] == "plain" {
		rows, err = f.plain(ctx, path)
	} else {
		rows, err = document(ctx, f, path, start)
	}
	took := time.Since(start)
	if err != nil {
		return err
	}
	if rows != people {
		return fmt.Errorf("found %d rows, expected %d", rows, people)
	}
	peak, err := peakMemory()
	if err != nil {
		return err
	}
	fmt.Printf("%10.2f %10d", took.Seconds(), peak>>20)
	return nil
}

// document reads as the provider does, up to what it keeps.
func document(ctx context.Context, f form, path string, now time.Time) (int, error) {
	result, err := f.read(ctx, path, source.Spec{Fields: export.Fields}, now)
	if err != nil {
		return 0, err
	}
	doc, err := result.Workers.Marshal()
	if err != nil {
		return 0, err
	}
	if len(doc) == 0 {
		return 0, errors.New("the document is empty")
	}
	return len(result.Workers), nil
}

// peakMemory is the largest amount of memory that this process had, in bytes.
// Unlike the maximum of getrusage it does not begin with that of the parent.
func peakMemory() (int, error) { return peakIn("/proc/self/status") }

// peakIn reads the largest amount of memory, in bytes, from the status of a process.
func peakIn(path string) (int, error) {
	status, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, err := strconv.Atoi(strings.TrimSpace(strings.SplitN(rest, "kB", 2)[0]))
	return kilobytes << 10, err
}

func layout(path string) ([]fixedwidth.Column, error) {
	widths, err := os.ReadFile(path + ".widths")
	if err != nil {
		return nil, err
	}
	var columns []fixedwidth.Column
	start := 1
	for i, text := range strings.Fields(string(widths)) {
		width, err := strconv.Atoi(text)
		if err != nil {
			return nil, err
		}
		columns = append(columns, fixedwidth.Column{Name: company.Columns[i], Start: start, Width: width})
		start += width
	}
	return columns, nil
}

// row makes a map of texts.
func row(names []string, texts []string) map[string]string {
	m := make(map[string]string, len(names))
	for i, text := range texts {
		m[names[i]] = text
	}
	return m
}

func plainCSV(_ context.Context, path string) (int, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	all, err := stdcsv.NewReader(file).ReadAll()
	if err != nil {
		return 0, err
	}
	var people []map[string]string
	for _, texts := range all[1:] {
		people = append(people, row(all[0], texts))
	}
	return len(people), nil
}

func plainXLSX(_ context.Context, path string) (int, error) {
	file, err := excelize.OpenFile(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	rows, err := file.Rows("Sheet1")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var names []string
	var people []map[string]string
	for rows.Next() {
		texts, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return 0, err
		}
		if names == nil {
			names = texts
			continue
		}
		people = append(people, row(names, texts))
	}
	return len(people), rows.Error()
}

func plainJSON(_ context.Context, path string) (int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	var people []map[string]any
	err = json.Unmarshal(text, &people)
	return len(people), err
}

func plainLines(_ context.Context, path string) (int, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var people []map[string]any
	for d := json.NewDecoder(file); ; {
		var person map[string]any
		if err := d.Decode(&person); errors.Is(err, io.EOF) {
			return len(people), nil
		} else if err != nil {
			return 0, err
		}
		people = append(people, person)
	}
}

func plainXML(_ context.Context, path string) (int, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var people []map[string]string
	text := ""
	for d := xml.NewDecoder(file); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return len(people), nil
		}
		if err != nil {
			return 0, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if text = ""; t.Name.Local == "Worker" {
				people = append(people, map[string]string{})
			}
		case xml.CharData:
			text += string(t)
		case xml.EndElement:
			if len(people) > 0 && t.Name.Local != "Worker" && t.Name.Local != "Workers" {
				people[len(people)-1][t.Name.Local] = text
			}
		}
	}
}

func plainLayout(_ context.Context, path string) (int, error) {
	columns, err := layout(path)
	if err != nil {
		return 0, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	var people []map[string]string
	for line := range strings.Lines(string(text)) {
		runes, person := []rune(line), map[string]string{}
		for _, c := range columns {
			person[c.Name] = strings.TrimRight(string(runes[c.Start-1:c.Start-1+c.Width]), " ")
		}
		people = append(people, person)
	}
	return len(people), nil
}

func plainSQL(ctx context.Context, driver, source string) (int, error) {
	db, err := sql.Open(driver, source)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, export.SQLSelect())
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	texts, targets := make([]sql.NullString, len(names)), make([]any, len(names))
	for i := range texts {
		targets[i] = &texts[i]
	}
	var people []map[string]string
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return 0, err
		}
		person := make(map[string]string, len(names))
		for i, text := range texts {
			person[names[i]] = text.String
		}
		people = append(people, person)
	}
	return len(people), rows.Err()
}
