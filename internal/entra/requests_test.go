// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// populated starts a tenant with so many users, and returns their ids by worker id.
func populated(t testing.TB, n int) (*Tenant, *graph.Server, map[string]string) {
	t.Helper()
	tenant, s, _ := open(t, graph.Options{})
	ids := make(map[string]string, n)
	for i := range n {
		id := fmt.Sprintf("w%05d", i)
		ids[id] = live(s, id, map[string]any{"department": "Sales"})
	}
	s.ResetStats()
	return tenant, s, ids
}

// TestRefreshRequests: a refresh of many users takes one list of the tenant, asked for at once or user by user.
func TestRefreshRequests(t *testing.T) {
	const people = 4000
	attributes := []string{"department", attrManager, "employeeHireDate"}
	for name, read := range map[string]func(*testing.T, *Tenant, map[string]string) int{
		"one population": func(t *testing.T, tenant *Tenant, ids map[string]string) int {
			found, err := tenant.Read(t.Context(), ids, attributes)
			if err != nil {
				t.Error(err)
			}
			return len(found)
		},
		"one resource a person": func(t *testing.T, tenant *Tenant, ids map[string]string) int {
			var wait sync.WaitGroup
			work, n, mu := make(chan string), 0, sync.Mutex{}
			for range 10 { // as many as Terraform walks at once
				wait.Go(func() {
					for id := range work {
						found, err := tenant.Read(t.Context(), map[string]string{id: ids[id]}, attributes)
						if err != nil {
							t.Error(err)
						}
						mu.Lock()
						n += len(found)
						mu.Unlock()
					}
				})
			}
			for id := range ids {
				work <- id
			}
			close(work)
			wait.Wait()
			return n
		},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, ids := populated(t, people)
			if n := read(t, tenant, ids); n != people {
				t.Errorf("%d users, expected %d", n, people)
			}
			allowed := people/900 + 5
			if name != "one population" { // how many ask at once is up to the machine; usually it takes no more either
				allowed += 5
			}
			if x := s.Stats(); x.Requests > allowed {
				t.Errorf("%d requests to refresh %d users, expected at most %d: %v", x.Requests, people, allowed, x.Outer)
			}
		})
	}
}

// TestEverybody: to name everybody takes one list, which then answers everything else.
func TestEverybody(t *testing.T) {
	const people = 2500
	tenant, s, _ := populated(t, people)
	s.AddUser(map[string]any{"userPrincipalName": "svc@example.com", "displayName": "svc", "mailNickname": "svc"})
	s.Delete("w00007@example.com")
	s.ResetStats()
	users, err := tenant.Users(t.Context())
	if err != nil || len(users) != people {
		t.Fatalf("%d users, %v", len(users), err)
	}
	for _, attribute := range []string{attrMail, attrPrincipal, attrDisplayName} {
		if _, err := tenant.Find(t.Context(), attribute, []string{"a", "b"}); err != nil {
			t.Fatal(err)
		}
	}
	if owned, err := tenant.Owned(t.Context()); err != nil || len(owned) != people-1 {
		t.Errorf("%d carry a worker id, %v", len(owned), err)
	}
	if x := s.Stats(); x.Requests > people/900+5 {
		t.Errorf("%d requests: %v", x.Requests, x.Outer)
	}
}

// TestFewUsers: a handful of users of a large tenant is asked for by name, and the tenant is not even counted.
func TestFewUsers(t *testing.T) {
	tenant, s, ids := populated(t, 4000)
	few := map[string]string{"w00001": ids["w00001"], "w00002": ids["w00002"], "w03999": ids["w03999"]}
	for worker, id := range few { // one resource each
		if found, err := tenant.Read(t.Context(), map[string]string{worker: id}, nil); err != nil || found[worker] == nil {
			t.Errorf("%v, %v", found, err)
		}
	}
	if found, err := tenant.Read(t.Context(), few, []string{"department"}); err != nil || len(found) != 3 {
		t.Errorf("%d users, %v", len(found), err)
	}
	c := person("w00001", "department", "Law", attrManager, "w00002")
	c.ID = few["w00001"]
	if o := one(t, tenant, c); o.Err != nil || !o.Changed {
		t.Errorf("%+v", o)
	}
	x := s.Stats()
	if x.Calls("GET /users/$count") > 0 || x.Calls("GET /users") > 5 || x.Requests > 10 {
		t.Errorf("%d requests: %v, in batches %v", x.Requests, x.Outer, x.Inner)
	}
}

// BenchmarkCreateThrottled creates 10,000 users in a small tenant with its limits,
// and reports the tenant's time divided by what the limit of 3,000 writes in 150
// seconds takes by itself, for as many writes as were made.
func BenchmarkCreateThrottled(b *testing.B) {
	for name, people := range map[string][]directory.Change{"users": alone(10000), "users-with-managers": crowd(10000)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				tenant, s, clock := open(b, graph.Options{Throttle: true, Size: graph.Small, TokenLifetime: 24 * time.Hour})
				start := clock.now()
				for _, o := range tenant.Apply(b.Context(), people, directory.ApplyOptions{}) {
					if o.Err != nil {
						b.Fatal(o.Err)
					}
				}
				x, took := s.Stats(), clock.now().Sub(start)
				allowed := time.Duration((x.Writes-1)/3000) * 150 * time.Second
				b.ReportMetric(took.Seconds()/allowed.Seconds(), "quota-times")
				b.ReportMetric(took.Seconds(), "tenant-s")
				b.ReportMetric(float64(x.Requests), "requests")
				b.ReportMetric(float64(x.Writes), "writes")
				s.Close()
			}
		})
	}
}

// alone is so many people without managers.
func alone(n int) []directory.Change {
	out := crowd(n)
	for _, c := range out {
		delete(c.Want.Attributes, attrManager)
	}
	return out
}

// TestAskedAtOnce: what everybody needs is read once, however many ask for it at the same moment.
func TestAskedAtOnce(t *testing.T) {
	tenant, s, _ := populated(t, 1)
	start := make(chan struct{})
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			<-start
			if _, err := tenant.Suffixes(t.Context()); err != nil {
				t.Error(err)
			}
			if _, err := tenant.WithDeleted().Find(t.Context(), attrEmployeeID, []string{"w00000"}); err != nil {
				t.Error(err)
			}
		})
	}
	close(start)
	wait.Wait()
	for _, call := range []string{"GET /domains", "GET /directory/deletedItems/microsoft.graph.user"} {
		if n := s.Stats().Calls(call); n != 1 {
			t.Errorf("%s was asked %d times: %v", call, n, s.Stats())
		}
	}
}
