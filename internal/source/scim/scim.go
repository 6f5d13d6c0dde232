// SPDX-License-Identifier: MPL-2.0

// Package scim reads workers from a SCIM 2.0 service (RFC 7643, RFC 7644), page
// by page, by index or by cursor (RFC 9865).
package scim

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/jsonrecord"
	"terraform-provider-workforce/internal/source/rest"
	"terraform-provider-workforce/internal/source/web"
)

// Enterprise is the schema of the enterprise user extension (RFC 7643 section 4.3).
const Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

// DefaultFields says which attributes fill canonical keys that Spec.Fields does not name.
var DefaultFields = source.Fields{"worker_id": Enterprise + ":employeeNumber", "status": "active", "worker_type": "userType", "manager_id": Enterprise + ":manager.value", "time_zone": "timezone"}

// DefaultAttributes are read when neither attributes nor columns are named.
var DefaultAttributes = []string{"id", "externalId", "userName", "displayName", "name.givenName", "name.familyName", "title", `emails[type eq "work"].value`,
	Enterprise + ":department", Enterprise + ":division", Enterprise + ":costCenter", Enterprise + ":organization"}

// Config says where the service is and what to ask for.
type Config struct {
	// Web.URL is the base URL of the service, below which Users is.
	Web web.Config
	// Resource is the endpoint; Users if empty.
	Resource string
	// Filter is a SCIM filter (RFC 7644 section 3.4.2.2), such as userType eq "Employee".
	Filter string
	// Query are further parameters, such as sortBy.
	Query map[string]string
	// Columns names columns by their attribute paths: displayName, name.givenName,
	// emails[type eq "work"].value, or with the URN of a schema and a colon before them.
	Columns map[string]string
	// Cursor pages by cursor rather than by index.
	Cursor bool
	// PageSize is the count asked for; 100 if 0. Services may give fewer.
	PageSize int
	// Concurrency is how many pages are asked for at a time by index; 4 if 0.
	Concurrency int
}

const (
	defaultPageSize = 100
	listResponse    = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
)

// Read reads the workers.
func Read(ctx context.Context, c Config, s source.Spec) (*source.Result, error) {
	s.Fields = withDefaults(s.Fields)
	var optional []string
	if s.Attributes == nil && c.Columns == nil {
		s.Attributes, optional = DefaultAttributes, DefaultAttributes
	}
	query := maps.Clone(c.Query)
	if query == nil {
		query = map[string]string{}
	}
	if c.Filter != "" {
		query["filter"] = c.Filter
	}
	size := c.PageSize
	if size == 0 {
		size = defaultPageSize
	}
	paging := rest.Paging{Kind: rest.Offset, Parameter: "startIndex", First: 1, SizeParameter: "count", Size: size, Total: "totalResults", Concurrency: c.Concurrency}
	if c.Cursor {
		query["cursor"] = "" // RFC 9865 section 2.1: an empty cursor asks for the first page
		paging = rest.Paging{Kind: rest.Cursor, Parameter: "cursor", Next: "nextCursor", SizeParameter: "count", Size: size, Total: "totalResults", TotalOptional: true}
	}
	resource := c.Resource
	if resource == "" {
		resource = "Users"
	}
	return rest.Read(ctx, rest.Config{
		Web: c.Web, Path: resource, Query: query, Records: "Resources", Columns: c.Columns, Optional: optional, Paging: paging,
		References: map[string]string{"": "id"},
		ParsePath:  ParsePath, Transform: transform, Check: check, Expect: web.SCIMJSON, Again: expired,
	}, s)
}

func withDefaults(fields source.Fields) source.Fields {
	out := maps.Clone(DefaultFields)
	maps.Copy(out, fields)
	return out
}

// expired reports a cursor that was kept too long, or was lost (RFC 9865 section 2.2).
func expired(e *web.Error) bool {
	return e.Status == http.StatusBadRequest && (strings.Contains(e.Excerpt, "expiredCursor") || strings.Contains(e.Excerpt, "invalidCursor"))
}

// check holds an answer against RFC 7644 section 3.4.2: names of attributes
// are compared without case, and Resources may be absent from an empty list.
func check(document any) error {
	answer, ok := document.(map[string]any)
	if !ok {
		return errors.New("found no object, expected a SCIM list response")
	}
	for _, name := range []string{"schemas", "Resources", "totalResults", "nextCursor"} {
		for key, value := range answer {
			if key != name && strings.EqualFold(key, name) {
				answer[name] = value
			}
		}
	}
	schemas, _ := answer["schemas"].([]any)
	isList := slices.ContainsFunc(schemas, func(schema any) bool {
		text, _ := schema.(string)
		return strings.EqualFold(text, listResponse)
	})
	if !isList {
		return fmt.Errorf("found the schemas %v, expected %s: is the URL that of a SCIM 2.0 service?", schemas, listResponse)
	}
	if total, _ := answer["totalResults"].(int64); total == 0 && answer["Resources"] == nil {
		answer["Resources"] = []any{}
	}
	return nil
}

// transform repairs what services write in different ways: active is a boolean
// (RFC 7643 section 4.1.1), which some write as "True".
func transform(record any) (any, error) {
	user, ok := record.(map[string]any)
	if !ok {
		return record, nil
	}
	if text, ok := user["active"].(string); ok {
		user["active"] = strings.ToLower(text)
	}
	return user, nil
}

// coreUser precedes attributes that are at the top of a resource.
const coreUser = "urn:ietf:params:scim:schemas:core:2.0:user:"

// valuePath matches paths that choose among several values by one of their
// members: emails[type eq "work"].value.
var valuePath = regexp.MustCompile(`^([A-Za-z$][\w$-]*)\[([A-Za-z$][\w$-]*) eq (?:"([^"\\]*)"|(true|false))\](?:\.([A-Za-z$][\w$-]*))?$`)

// ParsePath reads a path in the notation of RFC 7644 section 3.10: an attribute,
// its sub-attribute behind a dot, the URN of the schema and a colon before it.
// Among several values one is chosen by a filter with eq; a JSONPath, which begins
// with $, can say more.
func ParsePath(text string) (jsonrecord.Path, error) {
	if strings.HasPrefix(strings.ToLower(text), coreUser) {
		return keys(text, text[len(coreUser):])
	}
	if strings.HasPrefix(strings.ToLower(text), "urn:") {
		colon := strings.LastIndexByte(text, ':')
		return keys(text, text[colon+1:], text[:colon])
	}
	m := valuePath.FindStringSubmatch(text)
	if m == nil {
		if strings.ContainsAny(text, "[]") && !strings.HasPrefix(text, "$") {
			return jsonrecord.Path{}, fmt.Errorf(`found the path %q, expected one such as emails[type eq "work"].value`, text)
		}
		return jsonrecord.ParsePath(text)
	}
	value := m[4]
	if value == "" {
		value = "'" + strings.ReplaceAll(m[3], "'", `\'`) + "'"
	}
	path := fmt.Sprintf("$['%s'][?(@.%s == %s)]", m[1], m[2], value)
	if m[5] != "" {
		path += fmt.Sprintf("['%s']", m[5])
	}
	return jsonrecord.ParsePath(path)
}

// keys returns the path of an attribute and its sub-attributes, below others.
func keys(text, attribute string, below ...string) (jsonrecord.Path, error) {
	return jsonrecord.Keys(text, append(below, strings.Split(attribute, ".")...)...)
}
