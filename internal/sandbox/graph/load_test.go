// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"fmt"
	"sync"
	"testing"
)

// fill creates users in batches of 20, several at a time.
func fill(c *client, n int) {
	c.t.Helper()
	var wait sync.WaitGroup
	batches := make(chan int)
	for range 4 {
		wait.Go(func() {
			for first := range batches {
				var steps []object
				for i := first; i < min(first+maxBatch, n); i++ {
					name := fmt.Sprintf("u%06d", i)
					steps = append(steps, step(name, "POST", "/users", person(name, object{"employeeId": name, "department": "Sales", "jobTitle": "Clerk", "city": "Ulm"})))
				}
				r, err := c.try("POST", "/$batch", object{"requests": steps})
				if err != nil || r.Status != 200 {
					c.t.Errorf("batch at %d: %v", first, err)
				}
			}
		})
	}
	for first := 0; first < n; first += maxBatch {
		batches <- first
	}
	close(batches)
	wait.Wait()
}

// listAll reads all users in pages of 999 and returns their number.
func listAll(c *client) int {
	c.t.Helper()
	n := 0
	for next := "/users?$top=999&$select=id,userPrincipalName,displayName,employeeId,department,jobTitle,city,accountEnabled"; next != ""; {
		body := c.want(200, "GET", next, nil)
		n += len(dig[[]any](body, "value"))
		next = dig[string](body, "@odata.nextLink")
	}
	return n
}

func TestManyAtATime(t *testing.T) {
	c := start(t, Options{})
	fill(c, 1000)
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			if n := listAll(c); n != 1000 {
				t.Errorf("%d users", n)
			}
		})
	}
	for i := range 100 {
		c.want(204, "PATCH", fmt.Sprintf("/users/u%06d@example.com", i), object{"city": "Bonn", "otherMails": []string{"x@example.org"}})
	}
	wait.Wait()
	if s := c.s.Stats(); s.Inner["POST /users"] != 1000 || s.Batches != 50 || s.Outer["GET /users"] != 6 || s.Writes != 1100 {
		t.Errorf("stats: %+v", s)
	}
}

func BenchmarkCreate10000InBatches(b *testing.B) {
	for b.Loop() {
		c := start(b, Options{})
		fill(c, 10000)
		c.s.Close()
	}
}

func BenchmarkList10000InPages(b *testing.B) {
	c := start(b, Options{})
	fill(c, 10000)
	for b.Loop() {
		listAll(c)
	}
}
