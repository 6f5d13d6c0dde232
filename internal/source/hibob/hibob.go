// SPDX-License-Identifier: MPL-2.0

// Package hibob reads workers from HiBob by a search for everybody, which
// answers with all people, those who left included, at once.
package hibob

import (
	"context"
	"encoding/json"
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
var DefaultFields = source.Fields{"worker_id": "root.id", "status": "internal.status", "hire_date": "work.startDate", "termination_date": "internal.terminationDate", "manager_id": "work.reportsTo.id"}

// DefaultAttributes are asked for when neither attributes nor columns are named.
var DefaultAttributes = []string{"root.firstName", "root.surname", "root.displayName", "root.email", "work.title", "work.department", "work.site", "work.employeeIdInCompany"}

// Config says whose data is read.
type Config struct {
	// Web.URL is https://api.hibob.com/v1 if empty. Web.Auth is set by ServiceUser and Token, if there are any.
	Web web.Config
	// ServiceUser is the id of a service user who may see all fields that are asked for.
	ServiceUser, Token string
	// Columns names columns by the ids of fields, such as work.department or root.email.
	Columns map[string]string
	// Optional are columns that nobody may have a value in.
	Optional []string
	// MachineReadable keeps the ids of list items instead of their names.
	MachineReadable bool
}

// Read reads the workers.
func Read(ctx context.Context, c Config, s source.Spec) (*source.Result, error) {
	if c.Web.URL == "" {
		c.Web.URL = "https://api.hibob.com/v1"
	}
	if c.ServiceUser != "" || c.Token != "" {
		c.Web.Auth = web.Auth{Username: c.ServiceUser, Password: c.Token}
	}
	fields := maps.Clone(DefaultFields)
	maps.Copy(fields, s.Fields)
	s.Fields = fields
	if s.Attributes == nil && c.Columns == nil {
		s.Attributes, c.Optional = DefaultAttributes, append(slices.Clone(c.Optional), DefaultAttributes...)
	}
	question := map[string]any{"fields": c.fields(s), "showInactive": true}
	if !c.MachineReadable {
		question["humanReadable"] = "REPLACE"
	}
	body, err := json.Marshal(question)
	if err != nil {
		return nil, err
	}
	return rest.Read(ctx, rest.Config{
		Web: c.Web, Method: http.MethodPost, Path: "people/search", Body: string(body), Records: "employees", Columns: c.Columns, Optional: c.Optional,
		References: map[string]string{"": "root.id"}, ParsePath: parsePath, Transform: nest, Required: true,
	}, s)
}

// fields lists the ids of all fields that columns need.
func (c Config) fields(s source.Spec) []string {
	asked := map[string]bool{"root.id": true}
	for _, id := range c.Columns {
		asked[fieldID(id)] = true
	}
	for _, name := range jsonrecord.Names(s) {
		if _, renamed := c.Columns[name]; !renamed {
			asked[fieldID(name)] = true
		}
	}
	return slices.Sorted(maps.Keys(asked))
}

// fieldID returns the id of a field that may be written as a pointer: /work/title is work.title.
func fieldID(text string) string {
	if pointer, ok := strings.CutPrefix(text, "/"); ok {
		return strings.ReplaceAll(pointer, "/", ".")
	}
	return text
}

// parsePath finds a field in a record, where the fields of root are on top.
func parsePath(text string) (jsonrecord.Path, error) {
	return jsonrecord.Keys(text, strings.Split(strings.TrimPrefix(fieldID(text), "root."), ".")...)
}

// nest brings both forms of answers into one: nested objects as they are, and
// members such as "/work/title": {"value": "…"} put where the nested ones would be.
func nest(record any) (any, error) {
	person, ok := record.(map[string]any)
	if !ok {
		return record, nil
	}
	out := map[string]any{}
	for key, value := range person {
		if !strings.HasPrefix(key, "/") {
			out[key] = value
		}
	}
	if root, ok := out["root"].(map[string]any); ok {
		for key, value := range root {
			out[key] = value
		}
	}
	for key, value := range person {
		if !strings.HasPrefix(key, "/") {
			continue
		}
		if wrapped, ok := value.(map[string]any); ok {
			if inner, there := wrapped["value"]; there {
				value = inner
			}
		}
		if err := put(out, strings.Split(strings.TrimPrefix(fieldID(key), "root."), "."), value); err != nil {
			return nil, fmt.Errorf("field %q: %w", key, err)
		}
	}
	return out, nil
}

func put(at map[string]any, keys []string, value any) error {
	for _, key := range keys[:len(keys)-1] {
		inner, ok := at[key].(map[string]any)
		if !ok {
			if at[key] != nil {
				return fmt.Errorf("found a value at %q, expected an object", key)
			}
			inner = map[string]any{}
			at[key] = inner
		}
		at = inner
	}
	at[keys[len(keys)-1]] = value
	return nil
}
