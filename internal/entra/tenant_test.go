// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// testClock is a clock that only waiting moves, and only while no request is under way: what takes minutes in a tenant
// takes none in a test. The tenant goes by it, too.
type testClock struct {
	mu    sync.Mutex
	at    time.Time
	slept func()      // called when somebody waits
	idle  func() bool // no request is under way
}

func (k *testClock) now() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at
}

func (k *testClock) sleep(ctx context.Context, until time.Time) error {
	if k.slept != nil {
		k.slept()
	}
	for quiet := 0; quiet < 3 && ctx.Err() == nil; quiet++ {
		if !k.idle() {
			quiet = 0
		}
		time.Sleep(time.Millisecond)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if until.After(k.at) {
		k.at = until
	}
	return context.Cause(ctx)
}

// open starts a tenant and returns its users.
func open(t testing.TB, o graph.Options) (*Tenant, *graph.Server, *testClock) {
	t.Helper()
	clock := &testClock{at: time.Now()} // certificates are checked with it
	o.Clock = clock.now
	s, err := graph.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return again(t, s, clock), s, clock
}

// again returns the users of a tenant as another process sees them.
func again(t testing.TB, s *graph.Server, clock *testClock) *Tenant {
	t.Helper()
	client, err := graphconn.New(graphconn.Config{TenantID: s.TenantID(), ClientID: s.ClientID(), ClientSecret: s.ClientSecret(), GraphEndpoint: s.URL(), AuthorityHost: s.URL(),
		CACertificatePEM: string(s.CAPEM()), Clock: clock.now, Sleep: clock.sleep})
	if err != nil {
		t.Fatal(err)
	}
	clock.idle = func() bool { return client.Stats().Busy == 0 }
	return New(client, Options{Clock: clock.now, DisabledSinceAttribute: "onPremisesExtensionAttributes/extensionAttribute15"})
}

// person is a change that makes a user; more are pairs of attribute and value.
func person(id string, more ...string) directory.Change {
	a := directory.Account{Enabled: true, Attributes: map[string]directory.Value{
		attrPrincipal: {id + "@example.com"}, attrNickname: {id}, attrDisplayName: {"Person " + id}, attrEmployeeID: {id},
	}}
	for i := 0; i < len(more); i += 2 {
		a.Attributes[more[i]] = nil
		if more[i+1] != "" {
			a.Attributes[more[i]] = directory.Value{more[i+1]}
		}
	}
	return directory.Change{WorkerID: id, Want: a}
}

// crowd is so many people, each managed by one of the others, in circles.
func crowd(n int) []directory.Change {
	out := make([]directory.Change, n)
	for i := range out {
		out[i] = person(fmt.Sprintf("w%04d", i), attrManager, fmt.Sprintf("w%04d", (i+7)%n))
	}
	return out
}

// live adds a user by hand.
func live(s *graph.Server, id string, more map[string]any) string {
	p := map[string]any{"userPrincipalName": id + "@example.com", "displayName": "Person " + id, "mailNickname": id, "employeeId": id}
	for name, v := range more {
		p[name] = v
	}
	return s.AddUser(p)
}

// one applies one change.
func one(t *testing.T, tenant *Tenant, c directory.Change) directory.Outcome {
	t.Helper()
	return tenant.Apply(t.Context(), []directory.Change{c}, directory.ApplyOptions{})[0]
}

// wants checks an error: its cause, which may be nil, and words of its text.
func wants(t *testing.T, err, cause error, words ...string) {
	t.Helper()
	if err == nil || cause != nil && !errors.Is(err, cause) || slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(err.Error(), w) }) {
		t.Errorf("got %v\nexpected %v with %q", err, cause, words)
	}
}

// allRight checks that everybody exists once, with the manager that was wanted.
func allRight(t *testing.T, s *graph.Server, people []directory.Change, outcomes []directory.Outcome) {
	t.Helper()
	for i, o := range outcomes {
		c := people[i]
		u := s.User(c.Want.Attributes[attrPrincipal].Text())
		switch {
		case o.Err != nil:
			t.Fatal(o.Err)
		case u == nil || u["id"] != o.ID || o.Account == nil:
			t.Fatalf("worker %s: outcome %+v, the tenant holds %v", c.WorkerID, o, u)
		}
		if boss := c.Want.Attributes[attrManager].Text(); boss != "" && u["manager"] != s.UserID(boss+"@example.com") {
			t.Fatalf("worker %s: manager %v, expected the user of worker %s", c.WorkerID, u["manager"], boss)
		}
	}
	if n := len(s.Users()); n != len(people) {
		t.Errorf("%d users, expected %d", n, len(people))
	}
}
