// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/go-ldap/ldap/v3"
	"golang.org/x/sync/errgroup"

	"terraform-provider-workforce/internal/sandbox/graph"
	"terraform-provider-workforce/internal/sandbox/memdir"
)

// bareClients is how many connections, or batches at a time, a bare client has: as many as the provider by default.
const bareClients = 8

// bareAccount is the part of an account document that a bare client writes.
type bareAccount struct {
	Attributes     map[string]any `json:"attributes"`
	CommonName     string         `json:"common_name"`
	Container      string         `json:"container"`
	AccountName    string         `json:"sam_account_name"`
	PrincipalName  string         `json:"user_principal_name"`
	DisplayName    string         `json:"display_name"`
	MailNickname   string         `json:"mail_nickname"`
	Manager        string         `json:"manager"`
	worker, object string
}

// writeBare writes the accounts of a course into a new directory with a client that looks at nothing and checks
// nothing: the time that the target itself takes.
func (c *course) writeBare(ctx context.Context) error {
	accounts := make([]*bareAccount, 0, len(c.accounts))
	for _, id := range slices.Sorted(maps.Keys(c.accounts)) {
		a := &bareAccount{worker: id}
		if err := json.Unmarshal([]byte(c.accounts[id]), a); err != nil {
			return fmt.Errorf("worker %s: %w", id, err)
		}
		accounts = append(accounts, a)
	}
	took, err := c.target.bare(ctx, accounts)
	if err != nil {
		return fmt.Errorf("the bare client: %w", err)
	}
	fmt.Printf(header, "the same, bare client", fmt.Sprintf("%.2f", took.Seconds()), "", "", "", "", "", "", "")
	return nil
}

// inTurn calls f for the elements of a slice in parts, bareClients at a time, each with the number of its client.
func inTurn[T any](ctx context.Context, all []T, size int, f func(ctx context.Context, client int, part []T) error) error {
	parts := make(chan []T)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(parts)
		for part := range slices.Chunk(all, size) {
			select {
			case parts <- part:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for client := range bareClients {
		group.Go(func() error {
			for part := range parts {
				if err := f(ctx, client, part); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// bareLDAP adds the accounts one by one, without managers.
func bareLDAP(ctx context.Context, accounts []*bareAccount) (took time.Duration, err error) {
	server, err := memdir.Start(container)
	if err != nil {
		return 0, err
	}
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(server.CAPEM()))
	at, err := url.Parse(server.URL())
	if err != nil {
		return 0, err
	}
	start := time.Now()
	var clients [bareClients]*ldap.Conn
	for i := range clients {
		trust := ldap.DialWithTLSConfig(&tls.Config{RootCAs: roots, ServerName: at.Hostname()})
		if clients[i], err = ldap.DialURL(server.URL(), trust); err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, clients[i].Close()) }()
		if err := clients[i].Bind("bench@corp.example.com", "bench"); err != nil {
			return 0, err
		}
	}
	password := bytes.Buffer{}
	for _, unit := range utf16.Encode([]rune(`"` + "Bare-4711-client" + `"`)) {
		password.Write([]byte{byte(unit), byte(unit >> 8)})
	}
	err = inTurn(ctx, accounts, 1, func(_ context.Context, client int, part []*bareAccount) error {
		a := part[0]
		add := ldap.NewAddRequest("CN="+ldap.EscapeDN(a.CommonName)+","+a.Container, nil)
		add.Attribute("objectClass", []string{"top", "person", "organizationalPerson", "user"})
		add.Attribute("sAMAccountName", []string{a.AccountName})
		add.Attribute("userPrincipalName", []string{a.PrincipalName})
		add.Attribute("userAccountControl", []string{"512"})
		add.Attribute("unicodePwd", []string{password.String()})
		for name, v := range a.Attributes {
			if text, ok := v.(string); ok && text != "" {
				add.Attribute(name, []string{text})
			}
		}
		return clients[client].Add(add)
	})
	return time.Since(start), err
}

// bareGraph creates the users in batches of twenty, and then gives them their managers.
func bareGraph(ctx context.Context, accounts []*bareAccount) (time.Duration, error) {
	server, err := graph.Start(graph.Options{})
	if err != nil {
		return 0, err
	}
	defer server.Close()
	start := time.Now()
	c := bareBatches{client: server.HTTPClient(), url: server.URL()}
	if err := c.signIn(ctx, server); err != nil {
		return 0, err
	}
	err = inTurn(ctx, accounts, 20, func(ctx context.Context, _ int, part []*bareAccount) error {
		requests := make([]bareRequest, len(part))
		for i, a := range part {
			requests[i] = bareRequest{Method: http.MethodPost, URL: "/users", Body: a.user()}
		}
		answers, err := c.send(ctx, requests)
		for i, answer := range answers {
			part[i].object = answer.Body.ID
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	objects := map[string]string{}
	for _, a := range accounts {
		objects[a.worker] = a.object
	}
	managed := slices.DeleteFunc(slices.Clone(accounts), func(a *bareAccount) bool { return objects[a.Manager] == "" })
	err = inTurn(ctx, managed, 20, func(ctx context.Context, _ int, part []*bareAccount) error {
		requests := make([]bareRequest, len(part))
		for i, a := range part {
			requests[i] = bareRequest{Method: http.MethodPut, URL: "/users/" + a.object + "/manager/$ref",
				Body: map[string]any{"@odata.id": server.URL() + "/v1.0/users/" + objects[a.Manager]}}
		}
		_, err := c.send(ctx, requests)
		return err
	})
	return time.Since(start), err
}

// user is what Graph is sent for an account.
func (a *bareAccount) user() map[string]any {
	out := map[string]any{"accountEnabled": true, "userPrincipalName": a.PrincipalName, "displayName": a.DisplayName,
		"mailNickname": a.MailNickname, "passwordProfile": map[string]any{"password": "Bare-4711-client"}}
	organisation := map[string]any{}
	for name, v := range a.Attributes {
		switch text, ok := v.(string); {
		case !ok || text == "":
		case strings.HasPrefix(name, "employeeOrgData/"):
			organisation[strings.TrimPrefix(name, "employeeOrgData/")] = text
			out["employeeOrgData"] = organisation
		case name == "businessPhones":
			out[name] = []string{text}
		case name == "employeeHireDate":
			out[name] = text + "T00:00:00Z"
		default:
			out[name] = text
		}
	}
	return out
}

// bareBatches sends batches to Graph.
type bareBatches struct {
	client     *http.Client
	url, token string
}

type bareRequest struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    map[string]any    `json:"body"`
}

type bareAnswer struct {
	ID     string
	Status int
	Body   struct {
		ID    string
		Error any
	}
}

func (c *bareBatches) signIn(ctx context.Context, s *graph.Server) error {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {s.ClientID()}, "client_secret": {s.ClientSecret()},
		"scope": {"https://graph.microsoft.com/.default"}}
	var answer struct {
		Token string `json:"access_token"`
	}
	at := c.url + "/" + s.TenantID() + "/oauth2/v2.0/token"
	err := c.post(ctx, at, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), &answer)
	c.token = answer.Token
	return err
}

// send returns the answers in the order of the requests.
func (c *bareBatches) send(ctx context.Context, requests []bareRequest) ([]bareAnswer, error) {
	at := map[string]int{}
	for i := range requests {
		requests[i].ID, requests[i].Headers = fmt.Sprint(i), map[string]string{"Content-Type": "application/json"}
		at[requests[i].ID] = i
	}
	body, err := json.Marshal(map[string]any{"requests": requests})
	if err != nil {
		return nil, err
	}
	var answer struct{ Responses []bareAnswer }
	if err := c.post(ctx, c.url+"/v1.0/$batch", "application/json", bytes.NewReader(body), &answer); err != nil {
		return nil, err
	}
	out := make([]bareAnswer, len(requests))
	for _, a := range answer.Responses {
		if a.Status >= http.StatusBadRequest {
			return nil, fmt.Errorf("found status %d for a request of a batch, expected success: %v", a.Status, a.Body.Error)
		}
		out[at[a.ID]] = a
	}
	return out, nil
}

func (c *bareBatches) post(ctx context.Context, to, kind string, body io.Reader, answer any) (err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", kind)
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	if resp.StatusCode != http.StatusOK {
		text, err := io.ReadAll(io.LimitReader(resp.Body, 2000))
		return errors.Join(fmt.Errorf("%s: found status %s, expected 200: %s", to, resp.Status, text), err)
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}
