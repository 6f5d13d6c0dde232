// SPDX-License-Identifier: MPL-2.0

package graphconn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/audit"
)

// asking are the methods of Graph that only read, although they are sent by POST.
var asking = []string{"/directoryObjects/getAvailableExtensionProperties", "/directoryObjects/getByIds", "/directoryObjects/validateProperties"}

// changes reports whether a request changes anything.
func (r Request) changes() bool {
	path, _, _ := strings.Cut(r.Path, "?")
	return r.Method != http.MethodGet && !slices.Contains(asking, path)
}

// describe says for the record what a request changes; ok is false for one that only reads.
func (c *Client) describe(r Request, body []byte) (w audit.Write, ok bool) {
	if !r.changes() {
		return audit.Write{}, false
	}
	path := c.shown(r.Path)
	w = audit.Write{Target: "Microsoft Entra ID", Tenant: c.config.TenantID, Server: c.base, Identity: c.config.identity(),
		Operation: r.Method + " " + template(path), PathAttribute: "userPrincipalName"}
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i := range parts {
		if plain, err := url.PathUnescape(parts[i]); err == nil {
			parts[i] = plain
		}
	}
	var doc map[string]any
	if json.Unmarshal(body, &doc) != nil {
		doc = nil // an empty body, or none that says more than the path
	}
	switch {
	case parts[0] == "groups":
		aboutGroup(&w, r.Method, parts[1:], doc)
	case parts[0] == "directory" && len(parts) > 1 && parts[1] == "administrativeUnits": // they have members as groups have
		aboutGroup(&w, r.Method, parts[2:], doc)
		w.Subject.Kind = audit.Object
	default:
		aboutUser(&w, r.Method, parts, doc)
	}
	return w, true
}

// identity is who writes: the application, or the way to sign in where that names none.
func (c *Config) identity() string {
	if c.ClientID != "" {
		return "application " + c.ClientID
	}
	return c.method()
}

// aboutUser reads a request about a user, or about a deleted object.
func aboutUser(w *audit.Write, method string, parts []string, doc map[string]any) {
	rest := parts[1:]
	if parts[0] == "directory" && len(rest) > 0 { // /directory/deletedItems/{id}
		rest, w.Activity = rest[1:], audit.Purge
	}
	if len(rest) == 0 { // POST /users
		w.Activity, w.Changes = audit.Create, changesIn(doc, true)
		w.Path, _ = doc["userPrincipalName"].(string)
		return
	}
	w.Subject.ID = rest[0]
	if strings.Contains(rest[0], "@") {
		w.Subject.ID, w.Path = "", rest[0]
	}
	switch what := strings.Join(rest[1:], "/"); {
	case what == "restore":
		w.Activity = audit.Restore
	case what == "revokeSignInSessions":
		w.Activity = audit.RevokeSessions
	case strings.HasPrefix(what, "authentication/"):
		w.Activity = audit.AddFactor
		if method == http.MethodDelete {
			w.Activity = audit.RemoveFactor
		}
		w.Changes = changesIn(doc, true)
	case strings.HasSuffix(what, "$ref"):
		w.Activity, w.Changes = audit.Update, []audit.AttributeChange{reference(method, rest[1:], doc)}
	case what == "" && method == http.MethodDelete && w.Activity != audit.Purge:
		w.Activity = audit.Delete
	case what == "" && method == http.MethodPatch:
		w.Changes = changesIn(doc, false)
		w.Activity = activityOf(doc)
	}
}

// aboutGroup reads a request about a group.
func aboutGroup(w *audit.Write, method string, rest []string, doc map[string]any) {
	w.Subject.Kind = audit.Group
	if len(rest) == 0 { // POST /groups
		w.Activity, w.Changes = audit.Create, changesIn(doc, true)
		w.Path, _ = doc["displayName"].(string)
		return
	}
	w.Subject.ID = rest[0]
	binds, _ := doc["members@odata.bind"].([]any)
	switch {
	case len(rest) == 1 && method == http.MethodDelete:
		w.Activity = audit.Delete
	case len(rest) == 1 && len(binds) > 0:
		w.Activity = audit.AddMembers
		for _, b := range binds {
			w.Members = append(w.Members, audit.Member{ID: lastOf(fmt.Sprint(b))})
		}
	case len(rest) == 1:
		w.Changes = changesIn(doc, false)
	default:
		adds, removes := audit.AddMembers, audit.RemoveMembers
		if rest[1] == "owners" {
			adds, removes = audit.AddOwners, audit.RemoveOwners
		}
		if w.Activity = adds; method == http.MethodDelete {
			w.Activity = removes
		}
		id := linked(doc)
		if id == "" && len(rest) > 2 {
			id = rest[2]
		}
		w.Members = []audit.Member{{ID: id}}
	}
}

// activityOf says what a change of a user means for access.
func activityOf(doc map[string]any) audit.Activity {
	if enabled, said := doc["accountEnabled"].(bool); said {
		if enabled {
			return audit.Enable
		}
		return audit.Disable
	}
	if profile, said := doc["passwordProfile"].(map[string]any); said && profile["password"] != nil {
		return audit.ResetPassword
	}
	return audit.Update
}

// reference is the change of a manager, a sponsor or another link of a user.
func reference(method string, rest []string, doc map[string]any) audit.AttributeChange {
	c := audit.AttributeChange{Attribute: rest[0]}
	switch {
	case rest[0] == "manager" && method == http.MethodDelete:
	case method == http.MethodDelete && len(rest) > 1:
		c.Part, c.Gone = true, []string{rest[1]}
	case rest[0] == "manager":
		c.New = []string{linked(doc)}
	default:
		c.Part, c.New = true, []string{linked(doc)}
	}
	return c
}

// linked returns the object id that a reference leads to.
func linked(doc map[string]any) string {
	address, _ := doc["@odata.id"].(string)
	return lastOf(address)
}

func lastOf(address string) string { return address[strings.LastIndexByte(address, '/')+1:] }

// changesIn returns the properties of a document, those of complex ones by their path.
func changesIn(doc map[string]any, created bool) (out []audit.AttributeChange) {
	for _, name := range slices.Sorted(maps.Keys(doc)) {
		if strings.Contains(name, "@odata.") {
			continue
		}
		if inner, ok := doc[name].(map[string]any); ok {
			for _, c := range changesIn(inner, created) {
				c.Attribute = name + "/" + c.Attribute
				out = append(out, c)
			}
			continue
		}
		out = append(out, audit.AttributeChange{Attribute: name, Known: created, New: texts(doc[name])})
	}
	return out
}

// texts returns the values of a property; nil where it is cleared.
func texts(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		out := make([]string, len(v))
		for i, one := range v {
			out[i] = fmt.Sprint(one)
		}
		return out
	case float64:
		return []string{strconv.FormatFloat(v, 'f', -1, 64)}
	}
	return []string{fmt.Sprint(v)}
}

// inner is a request within a batch, with its body.
type inner struct {
	Request
	body []byte
}

// begin puts the writes of one attempt on record, those within a batch each for itself.
func (c *Client) begin(ctx context.Context, r Request, body []byte) (*audit.Pending, error) {
	if c.config.Audit == nil {
		return nil, nil
	}
	all := r.inner
	if r.Path != batchPath {
		all = []inner{{r, body}}
	}
	var writes []audit.Write
	for _, one := range all {
		if w, changes := c.describe(one.Request, one.body); changes {
			writes = append(writes, w)
		}
	}
	return c.config.Audit.Begin(ctx, writes...)
}

// end puts the answers to the writes of one attempt on record. A batch that was
// answered is left to whoever reads what is in the answer.
func (c *Client) end(pending *audit.Pending, r Request, answer *Response, err error) {
	switch {
	case pending == nil:
	case r.Path == batchPath && err == nil:
		answer.pending = pending
	default:
		pending.EndAll(outcome(answer, err))
	}
}

// recordAnswers puts on record how the requests of a batch ended.
func (b *batch) recordAnswers(pending *audit.Pending, asked []int) {
	if pending == nil {
		return
	}
	var outcomes []audit.Outcome
	for _, i := range asked {
		if b.requests[i].changes() {
			outcomes = append(outcomes, outcome(b.results[i].Response, b.results[i].Err))
		}
	}
	pending.End(outcomes...)
}

// outcome is how one request ended, as its error or the answer says.
func outcome(answer *Response, err error) audit.Outcome {
	var e *Error
	switch {
	case err == nil:
		o := audit.Outcome{Status: audit.Success, Code: strconv.Itoa(answer.Status)}
		var made struct {
			ID string `json:"id"`
		}
		if answer.Status == http.StatusCreated && json.Unmarshal(answer.Body, &made) == nil {
			o.ID = made.ID
		}
		return o
	case !errors.As(err, &e):
		return audit.Outcome{Status: audit.Failure, Detail: "it was not sent: " + err.Error()}
	case e.Status == 0 && !e.sent:
		return audit.Outcome{Status: audit.Failure, Detail: "it was not sent: " + e.withoutPath()}
	case e.Status == 0, e.Status >= 500 && e.Status != http.StatusNotImplemented:
		return audit.Outcome{Status: audit.Unknown, Code: code(e), Detail: e.withoutPath()}
	}
	return audit.Outcome{Status: audit.Failure, Code: code(e), Detail: e.withoutPath()}
}

func code(e *Error) string {
	if e.Status == 0 {
		return ""
	}
	return strconv.Itoa(e.Status)
}

// withoutPath is what an error says without the path, which may show names, and what to do.
func (e *Error) withoutPath() string {
	text := strings.TrimSpace(e.Code + " " + e.Message)
	if e.Err != nil {
		text = e.Err.Error()
	}
	if e.RequestID != "" {
		text += " [request-id " + e.RequestID + "]"
	}
	return text
}
