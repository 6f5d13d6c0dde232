// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/directory/applytest"
	"terraform-provider-workforce/internal/entra/graphconn"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestConformance runs the cases that every engine is held to.
func TestConformance(t *testing.T) {
	applytest.Run(t, func(t testing.TB) applytest.Target { return newTenantTarget(t) })
}

// tenantTarget is a tenant in memory. Every process begins an hour after the last one.
type tenantTarget struct {
	server  *graph.Server
	clock   *testClock
	groups  map[string]string // ids by name
	protect Protect

	mu      sync.Mutex
	clients []*graphconn.Client
}

func newTenantTarget(t testing.TB) *tenantTarget {
	t.Helper()
	e := &tenantTarget{clock: &testClock{at: time.Now()}, groups: map[string]string{}} // certificates are checked with it
	server, err := graph.Start(graph.Options{Clock: e.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	e.server = server
	e.clock.idle = func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return !slices.ContainsFunc(e.clients, func(c *graphconn.Client) bool { return c.Stats().Busy > 0 })
	}
	return e
}

func (e *tenantTarget) Traits() applytest.Traits {
	return applytest.Traits{Format: Format, Tag: "w",
		WorkerID: attrEmployeeID, Login: attrPrincipal, Title: "jobTitle", Department: "department"}
}

func (e *tenantTarget) Engine(t testing.TB) applytest.Engine {
	t.Helper()
	_ = e.clock.sleep(t.Context(), e.clock.now().Add(time.Hour))
	s := e.server
	client, err := graphconn.New(graphconn.Config{
		TenantID: s.TenantID(), ClientID: s.ClientID(), ClientSecret: s.ClientSecret(), GraphEndpoint: s.URL(), AuthorityHost: s.URL(),
		CACertificatePEM: string(s.CAPEM()), Clock: e.clock.now, Sleep: e.clock.sleep,
	})
	if err != nil {
		t.Fatal(err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.clients = append(e.clients, client)
	return New(client, Options{
		Clock: e.clock.now, DisabledSinceAttribute: DefaultDisabledSinceAttribute, RemovedGroupsAttributes: []string{memory}, Protect: e.protect,
	})
}

func (e *tenantTarget) Account(worker, name string) directory.Account {
	a := directory.Account{Enabled: true, Attributes: map[string]directory.Value{
		attrEmployeeID: {worker}, attrDisplayName: {"Person " + worker},
	}}
	e.Call(&a, name)
	return a
}

func (e *tenantTarget) Call(a *directory.Account, name string) {
	a.Attributes[attrPrincipal], a.Attributes[attrNickname] = directory.Value{name + "@example.com"}, directory.Value{name}
}

// Retire does nothing: users have no places.
func (e *tenantTarget) Retire(*directory.Account) {}

func (e *tenantTarget) Users(testing.TB) []applytest.User {
	var out []applytest.User
	for _, p := range e.server.Users() {
		text := func(name string) string { v, _ := p[name].(string); return v }
		u := applytest.User{
			ID: text("id"), Worker: text(attrEmployeeID), Login: text(attrPrincipal), Title: text("jobTitle"), Department: text("department"),
			Manager: text("manager"),
		}
		u.Enabled, _ = p[attrEnabled].(bool)
		extensions, _ := p["onPremisesExtensionAttributes"].(map[string]any)
		recorded, _ := extensions["extensionAttribute15"].(string)
		since, _, _ := strings.Cut(recorded, " ")
		disabled, err := time.Parse(time.RFC3339, since)
		from, _ := time.Parse(time.RFC3339, text("signInSessionsValidFromDateTime"))
		u.Live = !u.Enabled && (err != nil || from.Before(disabled))
		for _, group := range e.groups {
			if members, _ := e.server.Group(group)["members"].([]string); slices.Contains(members, u.ID) {
				u.Groups++
			}
		}
		out = append(out, u)
	}
	return out
}

func (e *tenantTarget) Set(_ testing.TB, id, attribute, value string) {
	if value == "" {
		e.server.Update(id, map[string]any{attribute: nil})
		return
	}
	e.server.Update(id, map[string]any{attribute: value})
}

func (e *tenantTarget) Enable(_ testing.TB, id string, enabled bool) {
	e.server.Update(id, map[string]any{attrEnabled: enabled})
}

func (e *tenantTarget) Delete(_ testing.TB, id string) { e.server.Delete(id) }
func (e *tenantTarget) Join(_ testing.TB, id string)   { e.group("vpn", id) }

func (e *tenantTarget) Protect(_ testing.TB, id string) {
	e.protect.Groups = []string{e.group("guarded", id)}
}

func (e *tenantTarget) group(name, member string) string {
	if e.groups[name] == "" {
		e.groups[name] = e.server.AddGroup(map[string]any{"displayName": name, "mailNickname": name})
	}
	e.server.AddMembers(e.groups[name], member)
	return e.groups[name]
}

func (e *tenantTarget) Inject(_ testing.TB, trouble applytest.Trouble) (met func() bool) {
	f := graph.Fault{Skip: trouble.After, Times: -1, Status: http.StatusBadRequest}
	switch {
	case trouble.Fate != applytest.Refuse:
		return e.disconnect(trouble)
	case trouble.Attribute == applytest.Sessions:
		f.Path, f.Status = "/revokeSignInSessions$", http.StatusServiceUnavailable
	case trouble.Attribute == attrManager:
		f.Path = `/manager/\$ref$`
	default:
		f.Method, f.Path, f.Body = http.MethodPatch, "^/users/", `"`+trouble.Attribute+`"`
	}
	e.server.Fault(f)
	before := e.Writes()
	return func() bool { return e.Writes()-before > trouble.After }
}

func (e *tenantTarget) disconnect(trouble applytest.Trouble) (met func() bool) {
	fates := map[applytest.Fate]graph.Fate{
		applytest.LoseAnswer: graph.LoseAnswer, applytest.CutBefore: graph.CutBefore, applytest.CutAfter: graph.CutAfter,
	}
	var seen atomic.Int64
	e.server.Intercept(func(string, string) graph.Fate {
		switch n := int(seen.Add(1)) - 1 - trouble.After; {
		case n < 0 || n > 0 && trouble.Fate == applytest.LoseAnswer:
			return graph.CarryOut
		case n > 0:
			return graph.LoseRequest // a part of the same batch
		default:
			return fates[trouble.Fate]
		}
	})
	return func() bool { return int(seen.Load()) > trouble.After }
}

func (e *tenantTarget) Mend(testing.TB) {
	e.server.ClearFaults()
	e.server.Intercept(nil)
	e.server.Hang(false)
}

func (e *tenantTarget) Writes() int { return e.server.Stats().Writes }
