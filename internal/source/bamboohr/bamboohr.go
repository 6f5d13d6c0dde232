// SPDX-License-Identifier: MPL-2.0

// Package bamboohr reads workers from BambooHR by a custom report, which has
// everybody, leavers and future changes included, in one answer.
package bamboohr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/jsonrecord"
	"terraform-provider-workforce/internal/source/rest"
	"terraform-provider-workforce/internal/source/web"
)

// DefaultFields says which fields fill canonical keys that Spec.Fields does not name.
var DefaultFields = source.Fields{"worker_id": "employeeNumber", "status": "status", "worker_type": "employmentHistoryStatus", "hire_date": "hireDate",
	"termination_date": "terminationDate", "manager_id": "supervisorEId"}

// DefaultAttributes are asked for when neither attributes nor columns are named.
var DefaultAttributes = []string{"id", "firstName", "lastName", "preferredName", "displayName", "jobTitle", "department", "division", "location", "workEmail", "workPhone", "mobilePhone"}

// Config says whose data is read.
type Config struct {
	// Web.URL is https://api.bamboohr.com/api/gateway.php/<company>/v1 if empty.
	// Web.Auth is set by APIKey, if there is one.
	Web web.Config
	// Company is the subdomain of the company.
	Company string
	// APIKey belongs to a user who may see all fields that are asked for.
	APIKey string
	// Columns names columns by the ids of fields, such as customTShirtSize or 4001.
	Columns map[string]string
}

// maxFields is the most fields that a custom report takes.
const maxFields = 400

// Read reads the workers.
func Read(ctx context.Context, c Config, s source.Spec) (*source.Result, error) {
	if c.Web.URL == "" {
		if c.Company == "" || strings.Trim(c.Company, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
			return nil, fmt.Errorf("company: found %q, expected the subdomain of the company, such as example in example.bamboohr.com", c.Company)
		}
		c.Web.URL = "https://api.bamboohr.com/api/gateway.php/" + c.Company + "/v1"
	}
	if c.APIKey != "" {
		c.Web.Auth = web.Auth{Username: c.APIKey, Password: "x"} // the password is ignored
	}
	fields := maps.Clone(DefaultFields)
	maps.Copy(fields, s.Fields)
	s.Fields = fields
	if s.Attributes == nil && c.Columns == nil {
		s.Attributes = DefaultAttributes
	}
	asked := c.fields(s)
	if len(asked) > maxFields {
		return nil, fmt.Errorf("found %d fields, expected at most %d, which is what a report of BambooHR takes", len(asked), maxFields)
	}
	body, err := json.Marshal(map[string]any{"title": "Workers", "fields": asked})
	if err != nil {
		return nil, err
	}
	return rest.Read(ctx, rest.Config{
		Web: c.Web, Method: http.MethodPost, Path: "reports/custom", Query: map[string]string{"format": "json", "onlyCurrent": "false"}, Body: string(body),
		Records: "employees", Columns: c.Columns, References: map[string]string{"supervisorEId": "id", "supervisorId": "employeeNumber"},
		ParsePath: parsePath, Check: func(document any) error { return check(document, asked) }, Required: true, Explain: explain,
	}, s)
}

// fields lists the ids of all fields that columns need.
func (c Config) fields(s source.Spec) []string {
	asked := map[string]bool{"id": true}
	for _, id := range c.Columns {
		asked[id] = true
	}
	for _, name := range jsonrecord.Names(s) {
		if _, renamed := c.Columns[name]; !renamed {
			asked[name] = true
		}
	}
	if asked["supervisorId"] {
		asked["employeeNumber"] = true
	}
	return slices.Sorted(maps.Keys(asked))
}

// parsePath takes the id of a field as it is.
func parsePath(text string) (jsonrecord.Path, error) { return jsonrecord.Keys(text, text) }

// check makes sure that the report has the fields that were asked for: those
// that do not exist, or that the user may not see, are left out without a word.
func check(document any, asked []string) error {
	report, ok := document.(map[string]any)
	if !ok {
		return errors.New("found no object, expected a report")
	}
	have := map[string]bool{"id": true}
	list, _ := report["fields"].([]any)
	for _, field := range list {
		if f, ok := field.(map[string]any); ok {
			if id, ok := f["id"].(string); ok {
				have[id] = true
			}
		}
	}
	var missing []string
	for _, id := range asked {
		if !have[id] {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("the report is without the fields %q: they do not exist, or the user of the API key may not see them (BambooHR leaves them out without a word)", missing)
	}
	employees, _ := report["employees"].([]any)
	for i, employee := range employees {
		record, _ := employee.(map[string]any)
		for _, id := range asked {
			if _, there := record[id]; !there {
				return fmt.Errorf("record %d, employee %v: found no field %q, expected all that were asked for: the user of the API key may not see it of this employee", i+1, record["id"], id)
			}
		}
	}
	return nil
}

// explain adds what BambooHR says in a header: the answers themselves are empty.
func explain(e *web.Error) {
	if said := e.Header.Get("X-BambooHR-Error-Message"); said != "" {
		e.Hint = fmt.Sprintf("BambooHR says %s", source.Quote(said))
	}
	switch e.Status {
	case http.StatusTooManyRequests:
		e.Hint += " (429 is BambooHR's answer to more employees than the plan allows; too many requests are a 503)"
	case http.StatusNotFound:
		e.Hint += " (check the company's subdomain)"
	}
	e.Hint = strings.TrimSpace(e.Hint)
}
