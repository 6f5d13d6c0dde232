// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/mapping/syncrule"
)

// looseText is a text that some exports write as a number or a truth value.
type looseText string

// UnmarshalJSON reads a string, a number or a truth value; null is "".
func (t *looseText) UnmarshalJSON(data []byte) error {
	var s string
	switch err := json.Unmarshal(data, &s); {
	case err == nil:
		*t = looseText(s)
	case len(data) > 0 && (data[0] == '{' || data[0] == '['):
		return fmt.Errorf("found %.40s, expected a text", data)
	default:
		*t = looseText(data)
	}
	return nil
}

// objectFlows is objectMapping.flowTypes: "Add,Update,Delete", or the sum of 1, 2 and 4
// that Microsoft Graph takes for them.
type objectFlows string

// UnmarshalJSON reads names or their number.
func (f *objectFlows) UnmarshalJSON(data []byte) error {
	var text looseText
	if err := text.UnmarshalJSON(data); err != nil {
		return fmt.Errorf("flowTypes: %w", err)
	}
	n, err := strconv.Atoi(string(text))
	if err != nil {
		*f = objectFlows(text)
		if text == "null" {
			*f = ""
		}
		return nil
	}
	var names []string
	for bit, name := range []string{"Add", "Update", "Delete"} {
		if n&(1<<bit) != 0 {
			names = append(names, name)
		}
	}
	if *f = objectFlows(strings.Join(names, ",")); *f == "" {
		*f = "None"
	}
	return nil
}

// envelope is what may stand around a schema: a template, or an answer of Microsoft Graph.
type envelope struct {
	ID     string          `json:"id"`
	Rules  json.RawMessage `json:"synchronizationRules"`
	Schema json.RawMessage `json:"schema"`
	Value  json.RawMessage `json:"value"`
	Error  *struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// readSyncSchema finds the schema in a document.
func readSyncSchema(doc string) (*syncSchema, error) {
	data, err := syncrule.Plain(doc)
	if err != nil {
		return nil, fmt.Errorf("not a synchronization schema: %w", err)
	}
	if data, err = unwrap(data, 0); err != nil {
		return nil, err
	}
	var schema syncSchema
	if err := json.Unmarshal(data, &schema); err != nil {
		return nil, fmt.Errorf("not a synchronization schema: %w", err)
	}
	return &schema, nil
}

// maxEnvelopes is how deep a schema may be wrapped.
const maxEnvelopes = 4

// unwrap finds the object that holds synchronizationRules.
func unwrap(data []byte, depth int) ([]byte, error) {
	var list []json.RawMessage
	if json.Unmarshal(data, &list) == nil && len(data) > 0 && data[0] == '[' {
		return unwrapList(list, depth)
	}
	var e envelope
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, fmt.Errorf("not a synchronization schema: found no JSON that begins with {; export it from Microsoft Graph, or with "+
			"the Download button of the provisioning page: %w", err)
	}
	switch {
	case e.Error != nil:
		return nil, fmt.Errorf("not a synchronization schema but an error of Microsoft Graph: %s: %s", e.Error.Code, e.Error.Message)
	case e.Rules != nil || depth >= maxEnvelopes:
		return data, nil
	case e.Schema != nil:
		return unwrap(bytes.TrimSpace(e.Schema), depth+1)
	case e.Value != nil:
		return unwrap(bytes.TrimSpace(e.Value), depth+1)
	}
	return data, nil
}

// unwrapList takes the only entry of a list.
func unwrapList(list []json.RawMessage, depth int) ([]byte, error) {
	if len(list) == 1 && depth < maxEnvelopes {
		return unwrap(bytes.TrimSpace(list[0]), depth+1)
	}
	ids := make([]string, len(list))
	for k, raw := range list {
		var e envelope
		if err := json.Unmarshal(raw, &e); err == nil {
			ids[k] = e.ID
		}
	}
	return nil, fmt.Errorf("found a list of %d (%s), expected the schema of one job: GET "+
		"/servicePrincipals/{id}/synchronization/jobs/{id}/schema", len(list), quoted(ids))
}
