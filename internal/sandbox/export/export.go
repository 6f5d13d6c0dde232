// SPDX-License-Identifier: MPL-2.0

// Package export writes the company of the sandbox as HR systems export it:
// spreadsheet, JSON, XML, fixed width, tables of a database and entries of a
// directory. Whatever the form, it says the same about everybody.
package export

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"terraform-provider-workforce/internal/sandbox/company"
)

// Fields says which column fills which canonical key, in every form.
var Fields = map[string]string{"worker_id": "WorkerID", "status": "WorkerStatus", "worker_type": "WorkerType", "hire_date": "HireDate", "termination_date": "TerminationDate",
	"last_day_of_work": "LastDayOfWork", "on_leave": "OnLeave", "manager_id": "ManagerID", "time_zone": "TimeZone"}

// dates are the columns that hold dates, flag the one that holds a truth value.
var dates = []string{"HireDate", "TerminationDate", "LastDayOfWork"}

const flag = "OnLeave"

// record is a worker by column: a text, a bool, or nil for no value.
func record(w *company.Worker) []any {
	values := make([]any, len(company.Columns))
	for i, text := range w.Row() {
		switch {
		case company.Columns[i] == flag:
			values[i] = w.OnLeave
		case text != "":
			values[i] = text
		}
	}
	return values
}

// XLSX writes a workbook with one sheet, in which dates are serial numbers.
func XLSX(w io.Writer, c *company.Company) error {
	f := excelize.NewFile()
	defer f.Close()
	style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		return err
	}
	sheet, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	header := make([]any, len(company.Columns))
	for i, name := range company.Columns {
		header[i] = name
	}
	if err := sheet.SetRow("A1", header); err != nil {
		return err
	}
	for n, worker := range c.Workers {
		row := record(worker)
		for i, v := range row {
			if text, ok := v.(string); ok && slices.Contains(dates, company.Columns[i]) {
				day, err := time.Parse(time.DateOnly, text)
				if err != nil {
					return err
				}
				row[i] = excelize.Cell{StyleID: style, Value: day}
			}
		}
		if err := sheet.SetRow(fmt.Sprintf("A%d", n+2), row); err != nil {
			return err
		}
	}
	if err := sheet.Flush(); err != nil {
		return err
	}
	return f.Write(w)
}

// JSON writes an array of objects, or one object a line.
func JSON(w io.Writer, c *company.Company, lines bool) error {
	out := bufio.NewWriter(w)
	open, between, end := "[", ",", "]\n"
	if lines {
		open, between, end = "", "\n", "\n"
	}
	fmt.Fprint(out, open)
	for n, worker := range c.Workers {
		if n > 0 {
			fmt.Fprint(out, between)
		}
		for i, v := range record(worker) {
			value, err := json.Marshal(v)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%c%q:%s", "{,"[min(i, 1)], company.Columns[i], value)
		}
		fmt.Fprint(out, "}")
	}
	fmt.Fprint(out, end)
	return out.Flush()
}

// XMLRecords is the path to the records of what XML writes.
const XMLRecords = "/Workers/Worker"

// XML writes an element for each worker, in which each value is an element.
func XML(w io.Writer, c *company.Company) error {
	out := bufio.NewWriter(w)
	fmt.Fprint(out, xml.Header+"<Workers>\n")
	for _, worker := range c.Workers {
		fmt.Fprint(out, "<Worker>")
		for i, text := range worker.Row() {
			fmt.Fprintf(out, "<%s>", company.Columns[i])
			if err := xml.EscapeText(out, []byte(text)); err != nil {
				return err
			}
			fmt.Fprintf(out, "</%s>", company.Columns[i])
		}
		fmt.Fprint(out, "</Worker>\n")
	}
	fmt.Fprint(out, "</Workers>\n")
	return out.Flush()
}

// Widths returns how many characters each column has in what FixedWidth writes.
func Widths(c *company.Company) []int {
	widths := make([]int, len(company.Columns))
	for i := range widths {
		widths[i] = 1
	}
	for _, worker := range c.Workers {
		for i, text := range worker.Row() {
			widths[i] = max(widths[i], utf8.RuneCountInString(text))
		}
	}
	return widths
}

// FixedWidth writes a line for each worker, in which each column is as wide as
// Widths says.
func FixedWidth(w io.Writer, c *company.Company) error {
	out := bufio.NewWriter(w)
	widths := Widths(c)
	for _, worker := range c.Workers {
		for i, text := range worker.Row() {
			fmt.Fprintf(out, "%-*s", widths[i], text) // which counts characters
		}
		fmt.Fprint(out, "\n")
	}
	return out.Flush()
}

// SQL returns statements, for any database, that make a table staff.
func SQL(c *company.Company) []string {
	var columns []string
	for _, name := range company.Columns {
		typ := "VARCHAR(200)"
		switch {
		case slices.Contains(dates, name):
			typ = "DATE"
		case name == flag:
			typ = "BOOLEAN"
		case name == "WorkerID" || name == "ManagerID":
			typ = "CHAR(10)"
		}
		columns = append(columns, name+" "+typ)
	}
	statements := []string{"CREATE TABLE staff (" + strings.Join(columns, ", ") + ")"}
	for part := range slices.Chunk(c.Workers, 500) {
		var rows []string
		for _, worker := range part {
			var values []string
			for _, v := range record(worker) {
				switch v := v.(type) {
				case nil:
					values = append(values, "NULL")
				case bool:
					values = append(values, strings.ToUpper(fmt.Sprint(v)))
				case string:
					values = append(values, "'"+strings.ReplaceAll(v, "'", "''")+"'")
				}
			}
			rows = append(rows, "("+strings.Join(values, ",")+")")
		}
		statements = append(statements, "INSERT INTO staff VALUES "+strings.Join(rows, ","))
	}
	return statements
}

// SQLSelect reads the table with the columns under their names: PostgreSQL folds
// those that are not quoted to lower case.
func SQLSelect() string {
	var columns []string
	for _, name := range company.Columns {
		columns = append(columns, fmt.Sprintf("%s AS \"%s\"", name, name))
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM staff"
}

// LDAPPrefix begins the names of the attributes that LDIF writes: names such as
// streetAddress are taken, by attributes with rules of their own.
const LDAPPrefix = "hr"

// LDAPSchema declares the attributes and their class, as slapd.conf has it.
func LDAPSchema() string {
	const (
		text = "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15"
		dn   = "EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12"
		oid  = "1.3.6.1.4.1.55555.1" // of nobody: the schema of a test
	)
	var b strings.Builder
	var names []string
	for i, name := range company.Columns {
		syntax := text
		if name == "ManagerID" {
			syntax = dn
		}
		names = append(names, LDAPPrefix+name)
		fmt.Fprintf(&b, "attributetype ( %s.1.%d NAME '%s' %s SINGLE-VALUE )\n", oid, i+1, LDAPPrefix+name, syntax)
	}
	fmt.Fprintf(&b, "objectclass ( %s.2.1 NAME 'hrWorker' SUP top AUXILIARY MAY ( %s ) )\n", oid, strings.Join(names, " $ "))
	return b.String()
}

// LDIF returns an entry for each worker (RFC 2849), below base. Managers are
// distinguished names, as directories keep them.
func LDIF(c *company.Company, base string) string {
	var b strings.Builder
	dn := func(id string) string { return "uid=" + id + "," + base }
	for _, worker := range c.Workers {
		fmt.Fprintf(&b, "dn: %s\nobjectClass: inetOrgPerson\nobjectClass: hrWorker\nuid: %[2]s\ncn: %[2]s\nsn: %[2]s\n", dn(worker.ID), worker.ID)
		for i, text := range worker.Row() {
			if company.Columns[i] == "ManagerID" && text != "" {
				text = dn(text)
			}
			if text != "" {
				fmt.Fprintf(&b, "%s:: %s\n", LDAPPrefix+company.Columns[i], base64.StdEncoding.EncodeToString([]byte(text)))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
