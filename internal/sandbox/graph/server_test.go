// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// client talks to a server the way a client of Graph does.
type client struct {
	t      testing.TB
	s      *Server
	http   *http.Client
	bearer string
}

// reply is what came back.
type reply struct {
	Status int
	Header http.Header
	Body   object
	Raw    string
}

func start(t testing.TB, o Options) *client {
	t.Helper()
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c := &client{t: t, s: s, http: s.HTTPClient()}
	t.Cleanup(c.http.CloseIdleConnections)
	c.signIn()
	return c
}

// tokenRequest asks for a token with values that replace the right ones.
func (c *client) tokenRequest(tenant string, replace map[string]string) *reply {
	c.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.s.ClientID()}, "client_secret": {c.s.ClientSecret()}, "scope": {graphScope}}
	for k, v := range replace {
		form.Set(k, v)
	}
	resp, err := c.http.PostForm(c.s.URL()+"/"+tenant+"/oauth2/v2.0/token", form)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.read(resp)
}

func (c *client) signIn() {
	c.t.Helper()
	r := c.tokenRequest(c.s.TenantID(), nil)
	token, _ := r.Body["access_token"].(string)
	if token == "" {
		c.t.Fatalf("no token: %s", r.Raw)
	}
	c.bearer = token
}

func (c *client) read(resp *http.Response) *reply {
	c.t.Helper()
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	r := &reply{Status: resp.StatusCode, Header: resp.Header, Raw: string(text)}
	if strings.Contains(resp.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(text, &r.Body); err != nil {
			c.t.Fatalf("%v: %s", err, text)
		}
	}
	return r
}

// try sends a request; the path is taken as it is. Headers come in pairs.
func (c *client) try(method, path string, body any, headers ...string) (*reply, error) {
	c.t.Helper()
	var in io.Reader
	if body != nil {
		text, isText := body.(string)
		if !isText {
			raw, err := json.Marshal(body)
			if err != nil {
				c.t.Fatal(err)
			}
			text = string(raw)
		}
		in = bytes.NewReader([]byte(text))
	}
	target := path
	if !strings.HasPrefix(path, "https://") {
		target = c.s.URL() + "/v1.0" + path
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, strings.ReplaceAll(target, " ", "%20"), in)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.bearer)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	return c.read(resp), nil
}

func (c *client) do(method, path string, body any, headers ...string) *reply {
	c.t.Helper()
	r, err := c.try(method, path, body, headers...)
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

// want sends a request whose status is given, and returns the body.
func (c *client) want(status int, method, path string, body any, headers ...string) object {
	c.t.Helper()
	r := c.do(method, path, body, headers...)
	if r.Status != status {
		c.t.Fatalf("%s %s: got %d %s, want %d", method, path, r.Status, r.Raw, status)
	}
	return r.Body
}

// fails sends a request that is refused, with a code and a part of the message.
func (c *client) fails(status int, code, message, method, path string, body any, headers ...string) *reply {
	c.t.Helper()
	r := c.do(method, path, body, headers...)
	if r.Status != status || dig[string](r.Body, "error", "code") != code || !strings.Contains(dig[string](r.Body, "error", "message"), message) {
		c.t.Errorf("%s %s: got %d %s, want %d %s with %q", method, path, r.Status, r.Raw, status, code, message)
	}
	if r.Status == status && (r.Header.Get("request-id") == "" || dig[string](r.Body, "error", "innerError", "client-request-id") != r.Header.Get("client-request-id")) {
		c.t.Errorf("%s %s: request ids: %v %s", method, path, r.Header, r.Raw)
	}
	return r
}

// dig digs a value out of JSON.
func dig[T any](v any, path ...any) T {
	for _, step := range path {
		switch x := v.(type) {
		case object:
			name, _ := step.(string)
			v = x[name]
		case []any:
			i, _ := step.(int)
			if i >= len(x) {
				v = nil
				continue
			}
			v = x[i]
		}
	}
	out, _ := v.(T)
	return out
}

// names are a property of all objects of a list.
func names(body object, property string) []string {
	var out []string
	for _, v := range dig[[]any](body, "value") {
		out = append(out, dig[string](v, property))
	}
	slices.Sort(out)
	return out
}

// person is the body that creates a user.
func person(name string, more object) object {
	b := object{"accountEnabled": true, "displayName": name, "mailNickname": name, "userPrincipalName": name + "@example.com", "passwordProfile": object{"password": "xWwvJ]6NMw+bWH-d"}}
	for k, v := range more {
		if b[k] = v; v == nil {
			delete(b, k)
		}
	}
	return b
}

func (c *client) create(name string, more object) string {
	c.t.Helper()
	return dig[string](c.want(http.StatusCreated, http.MethodPost, "/users", person(name, more)), "id")
}

func TestUsersFromCreationToRemoval(t *testing.T) {
	c := start(t, Options{})
	body := c.want(201, "POST", "/users", person("ann", object{"department": "Sales", "@odata.type": "#microsoft.graph.user"}))
	if body["department"] != nil || body["displayName"] != "ann" || dig[string](body, "@odata.context") == "" {
		t.Errorf("created: %v", body)
	}
	id := dig[string](body, "id")
	for _, path := range []string{"/users/" + id, "/users/ann@example.com", "/users('ANN@example.com')", "/users(userPrincipalName='ann@example.com')", "/users('" + id + "')"} {
		if got := c.want(200, "GET", path+"?$select=id,department", nil); got["id"] != id || got["department"] != "Sales" || got["displayName"] != nil {
			t.Errorf("%s: %v", path, got)
		}
	}
	if r := c.do("PATCH", "/users/"+id, object{"department": nil, "surname": "Lee"}); r.Status != 204 || r.Raw != "" {
		t.Errorf("changed: %d %s", r.Status, r.Raw)
	}
	if u := c.s.User(id); u["department"] != nil || u["surname"] != "Lee" {
		t.Errorf("after the change: %v", u)
	}
	c.want(204, "DELETE", "/users/"+id, nil)
	c.fails(404, "Request_ResourceNotFound", id, "GET", "/users/"+id, nil)
}
