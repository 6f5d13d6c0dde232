// SPDX-License-Identifier: MPL-2.0

// Package personio reads workers from Personio (API v1): all employees, page by
// page, with the attributes that are enabled for the API credentials.
package personio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/jsonrecord"
	"terraform-provider-workforce/internal/source/rest"
	"terraform-provider-workforce/internal/source/web"
)

// DefaultFields says which attributes fill canonical keys that Spec.Fields does not name.
var DefaultFields = source.Fields{"worker_id": "id", "status": "status", "worker_type": "employment_type", "hire_date": "hire_date", "termination_date": "termination_date",
	"last_day_of_work": "last_working_day", "manager_id": "supervisor.id"}

// Config says whose data is read.
type Config struct {
	// Web.URL is https://api.personio.de/v1 if empty. Web.Auth is set by the client's credentials.
	Web web.Config
	// ClientID and ClientSecret are API credentials with the right to read employees.
	ClientID, ClientSecret string
	// PartnerID and AppID name the integration to Personio.
	PartnerID, AppID string
	// Columns names columns by attributes: first_name, department.name, supervisor.id, dynamic_123.
	Columns map[string]string
	// Optional are columns that no employee may have.
	Optional []string
	// PageSize is how many employees are asked for at once; 200, the most there can be, if 0.
	PageSize int
	// Concurrency is how many pages are asked for at a time; 4 if 0.
	Concurrency int
}

const (
	maxPageSize = 200
	// tokenLife is how long a token is used; Personio's last 24 hours.
	tokenLife = 23 * time.Hour
)

// Read reads the workers.
func Read(ctx context.Context, c Config, s source.Spec) (*source.Result, error) {
	if c.Web.URL == "" {
		c.Web.URL = "https://api.personio.de/v1"
	}
	if c.ClientID == "" || c.ClientSecret == "" {
		return nil, errors.New("found no client id or no client secret, expected both, as Personio shows them for API credentials")
	}
	if c.PageSize < 0 || c.PageSize > maxPageSize {
		return nil, fmt.Errorf("page_size: found %d, expected 1 to %d", c.PageSize, maxPageSize)
	}
	if c.PageSize == 0 {
		c.PageSize = maxPageSize
	}
	c.Web.Auth = web.Auth{Source: c.token}
	optional := c.Optional
	fields := maps.Clone(DefaultFields)
	maps.Copy(fields, s.Fields)
	for _, key := range []string{"worker_type", "last_day_of_work"} { // nobody asked for those by name
		if _, named := s.Fields[key]; !named {
			optional = append(optional, fields[key])
		}
	}
	s.Fields = fields
	header := map[string]string{}
	for name, value := range map[string]string{"X-Personio-Partner-ID": c.PartnerID, "X-Personio-App-ID": c.AppID} {
		if value != "" {
			header[name] = value
		}
	}
	client, err := web.New(c.Web)
	if err != nil {
		return nil, err
	}
	client.Secret(c.ClientSecret)
	labels := &labels{of: map[string]string{}}
	s.Label = labels.label
	return rest.ReadWith(ctx, client, rest.Config{
		Path: "company/employees", Header: header, Records: "data", Columns: c.Columns, Optional: optional,
		References: map[string]string{"": "id"},
		Paging:     rest.Paging{Kind: rest.Offset, Parameter: "offset", SizeParameter: "limit", Size: c.PageSize, Total: "metadata.total_elements", Concurrency: c.Concurrency},
		Transform:  func(record any) (any, error) { labels.note(record); return unwrap(record, 0) }, Check: check, Required: true,
	}, s)
}

// token signs in.
func (c Config) token(ctx context.Context, fetch *web.Client) (string, time.Time, error) {
	fetch.Secret(c.ClientSecret)
	body, err := json.Marshal(map[string]string{"client_id": c.ClientID, "client_secret": c.ClientSecret})
	if err != nil {
		return "", time.Time{}, err
	}
	answer, err := fetch.Do(ctx, web.Request{Method: http.MethodPost, URL: "auth", Body: body, ContentType: "application/json", Safe: true, Expect: web.JSON})
	if err != nil {
		return "", time.Time{}, err
	}
	document, err := jsonrecord.Decode(answer.Body)
	if err != nil {
		return "", time.Time{}, err
	}
	if err := check(document); err != nil {
		return "", time.Time{}, err
	}
	path, err := jsonrecord.ParsePath("data.token")
	if err != nil {
		return "", time.Time{}, err
	}
	token, err := path.Text(document)
	return token, time.Now().Add(tokenLife), err
}

// check refuses answers that say that they are errors.
func check(document any) error {
	answer, ok := document.(map[string]any)
	if !ok {
		return errors.New("found no object, expected an answer of Personio")
	}
	if success, _ := answer["success"].(bool); success {
		return nil
	}
	failure, _ := answer["error"].(map[string]any)
	message, _ := failure["message"].(string)
	return fmt.Errorf("found success = %v, expected true: Personio says %s", answer["success"], source.Quote(message))
}

// labels are what people call the attributes: those of a customer's own are named dynamic_ and a number.
type labels struct {
	mu sync.Mutex
	of map[string]string
}

func (l *labels) label(attribute string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.of[attribute]
}

// note looks at the labels of a record before it is unwrapped.
func (l *labels) note(record any) {
	object, _ := record.(map[string]any)
	attributes, _ := object["attributes"].(map[string]any)
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, attribute := range attributes {
		wrapped, _ := attribute.(map[string]any)
		if label, ok := wrapped["label"].(string); ok {
			l.of[name] = label
		}
	}
}

// maxDepth is how deep values nest at most.
const maxDepth = 64

// unwrap takes values out of what Personio puts around them: an attribute is
// {"label", "value", "type", …}, and an object {"type", "attributes"}.
func unwrap(v any, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("found more than %d levels, expected a record that nests less", maxDepth)
	}
	switch v := v.(type) {
	case map[string]any:
		_, label := v["label"]
		if value, ok := v["value"]; ok && label {
			return unwrap(value, depth+1)
		}
		if inner, ok := v["attributes"].(map[string]any); ok {
			if _, ok := v["type"].(string); ok {
				return unwrap(inner, depth+1)
			}
		}
		out := make(map[string]any, len(v))
		for key, member := range v {
			plain, err := unwrap(member, depth+1)
			if err != nil {
				return nil, err
			}
			out[key] = plain
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, element := range v {
			plain, err := unwrap(element, depth+1)
			if err != nil {
				return nil, err
			}
			out[i] = plain
		}
		return out, nil
	}
	return v, nil
}
