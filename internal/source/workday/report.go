// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/csv"
	"terraform-provider-workforce/internal/source/jsonrecord"
	"terraform-provider-workforce/internal/source/location"
	"terraform-provider-workforce/internal/source/web"
)

// Report is a custom report of the type Advanced that is enabled as a web
// service (Reports-as-a-Service). Its columns are the XML aliases of the report;
// in CSV they are the headings. What is in a group, such as the manager's name,
// is the column "Manager_group.Name".
//
// Workday sends all rows at once and says nowhere how many there are: what guards
// against a report that became shorter is Spec.MinRecords and Spec.Sentinels.
type Report struct {
	// Owner is the account that owns the report, Name that of the report in the URL.
	Owner, Name string
	// Format is "json", "csv" or "xml"; JSON if empty.
	Format string
	// Parameters are values of the report's prompts, by XML alias, such as
	// Effective_as_of_Date or Organization!WID.
	Parameters map[string]string
}

// Formats are those of reports.
var Formats = []string{"json", "csv", "xml"}

// maxGroups is how deep groups can be in each other.
const maxGroups = 5

func (r *Report) validate() error {
	var problems []error
	if r.Owner == "" || r.Name == "" {
		problems = append(problems, fmt.Errorf("report: found owner %q and name %q, expected both, as in /ccx/service/customreport2/{tenant}/{owner}/{name}", r.Owner, r.Name))
	}
	if r.Format == "" {
		r.Format = Formats[0]
	}
	if !slices.Contains(Formats, r.Format) {
		problems = append(problems, fmt.Errorf("report: found the format %q, expected one of %s", r.Format, strings.Join(Formats, ", ")))
	}
	if _, found := r.Parameters["format"]; found {
		problems = append(problems, errors.New(`report: found the parameter "format", expected it as the format of the report`))
	}
	return errors.Join(problems...)
}

// readReport reads the rows of the report.
func (c *Config) readReport(ctx context.Context, client *web.Client, s source.Spec) (*source.Result, error) {
	r := c.Report
	request := web.Request{Query: url.Values{"format": {r.Format}}}
	request.URL = "/ccx/service/customreport2/" + url.PathEscape(c.Tenant) + "/" + url.PathEscape(r.Owner) + "/" + url.PathEscape(r.Name)
	request.Expect = map[string]web.Kind{"json": web.JSON, "csv": web.CSV, "xml": web.XML}[r.Format]
	if r.Format == "xml" {
		request.Query.Set("format", "simplexml")
	}
	for name, value := range r.Parameters {
		request.Query.Set(name, value)
	}
	answer, err := client.Do(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("report %s: %w", r.Name, err)
	}
	s.DateFormats = dateFormats(s.DateFormats)
	var result *source.Result
	if r.Format == "csv" && answer.Unframed && s.MinRecords == 0 {
		return nil, fmt.Errorf("report %s: found %d bytes without an end: the server says neither how long its answer is nor where it ends, "+
			"so that a broken connection looks like the end of the report; read it as JSON (report.format), which shows its end, or set min_records",
			r.Name, len(answer.Body))
	}
	if r.Format == "csv" {
		result, err = csv.Read(ctx, csv.Config{Location: location.Config{Content: string(answer.Body)}}, s, time.Time{})
	} else {
		result, err = r.rows(answer.Body, s)
	}
	if err != nil {
		return nil, fmt.Errorf("report %s: %w", r.Name, err)
	}
	return result, nil
}

// row is the values of a row by column.
type row map[string]expression.Value

// rows reads a report in JSON or XML.
func (r *Report) rows(body []byte, s source.Spec) (*source.Result, error) {
	read := readJSON
	if r.Format == "xml" {
		read = readXML
	}
	rows, err := read(body)
	if err != nil {
		return nil, err
	}
	columns := map[string]bool{}
	for _, one := range rows {
		for name := range one {
			columns[name] = true
		}
	}
	if len(rows) == 0 { // no row says which columns there are: what is wrong is that there are none
		for _, name := range append(slices.Collect(maps.Values(s.Fields)), s.Attributes...) {
			columns[name] = true
		}
		delete(columns, "")
	}
	s.Sparse = true // Workday leaves out what is empty
	b, err := source.NewBuilder(s, slices.Sorted(maps.Keys(columns)))
	if err != nil {
		return nil, err
	}
	for i, one := range rows {
		b.Add(fmt.Sprintf("row %d", i+1), func(name string) (expression.Value, bool) {
			v, ok := one[name]
			return v, ok
		})
	}
	return b.Finish()
}

// add puts a value into a column, beside those that are there.
func (r row) add(name, text string) {
	if before, there := r[name]; there {
		r[name] = expression.List(append(before.Strings(), text)...)
		return
	}
	r[name] = expression.String(text)
}

// readJSON reads {"Report_Entry": [{…}, …]}.
func readJSON(body []byte) ([]row, error) {
	var report struct {
		Entries *[]map[string]any `json:"Report_Entry"`
	}
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	d.UseNumber()
	if err := d.Decode(&report); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, fmt.Errorf("the JSON ends after %d bytes in the middle: the answer is cut off", len(body))
		}
		return nil, fmt.Errorf("found no report in JSON: %w", err)
	}
	if err := jsonrecord.Check(body); err != nil {
		return nil, fmt.Errorf("found no report in JSON: %w", err)
	}
	if report.Entries == nil {
		return nil, errors.New("found no Report_Entry, expected the rows of a report")
	}
	rows := make([]row, len(*report.Entries))
	for i, entry := range *report.Entries {
		rows[i] = make(row, len(entry))
		if err := rows[i].flatten("", entry, 0); err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	return rows, nil
}

// flatten puts the values of a group into columns.
func (r row) flatten(prefix string, group map[string]any, depth int) error {
	if depth > maxGroups {
		return fmt.Errorf("%s: found groups in each other more than %d deep", strings.TrimSuffix(prefix, "."), maxGroups)
	}
	for _, name := range slices.Sorted(maps.Keys(group)) {
		if err := r.flattenValue(prefix+name, group[name], depth); err != nil {
			return err
		}
	}
	return nil
}

func (r row) flattenValue(name string, value any, depth int) error {
	switch v := value.(type) {
	case nil:
	case string:
		r.add(name, v)
	case json.Number:
		r.add(name, v.String())
	case bool:
		r.add(name, map[bool]string{true: "1", false: "0"}[v])
	case map[string]any:
		return r.flatten(name+".", v, depth+1)
	case []any:
		if depth > maxGroups {
			return fmt.Errorf("%s: found lists in each other more than %d deep", name, maxGroups)
		}
		for _, item := range v {
			if err := r.flattenValue(name, item, depth+1); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("%s: found a value of type %T", name, value)
	}
	return nil
}

// readXML reads a Report_Data of Report_Entry elements, in the format xml or simplexml.
func readXML(body []byte) ([]row, error) {
	var rows []row
	t, err := parse(string(body), 2, "Report_Entry", func(t *tree, n int32) error {
		one := row{}
		one.elements("", t, n)
		rows = append(rows, one)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("the answer is not well-formed XML: %w", err)
	}
	if root := &t.nodes[t.nodes[0].last]; root.name != "Report_Data" || root.space != spaceReport {
		return nil, fmt.Errorf("found the element %s, expected Report_Data of a report", root.name)
	}
	return rows, nil
}

// elements puts the children of an element into columns: the text of simple
// ones, the descriptor and the typed ids of references, the parts of groups.
func (r row) elements(prefix string, t *tree, n int32) {
	for c := t.nodes[n].first; c != 0; c = t.nodes[c].next {
		e := &t.nodes[c]
		if e.name == "" {
			continue
		}
		name := prefix + e.name
		descriptor, reference := t.attribute(c, "Descriptor")
		switch {
		case reference:
			r.add(name, strings.Clone(descriptor))
		case e.first == 0:
			continue
		case t.nodes[e.first].name == "":
			r.add(name, strings.Clone(t.value(c)))
			continue
		}
		for id := t.child(c, "ID"); id != 0; id = t.sibling(id) {
			if kind, ok := t.attribute(id, "type"); ok {
				r.add(name+"."+kind, strings.Clone(t.value(id)))
			}
		}
		if !reference {
			r.elements(name+".", t, c)
		}
	}
}
