// SPDX-License-Identifier: MPL-2.0

package activedirectory_test

import (
	"errors"
	"fmt"
	"testing"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/sandbox/memdir"
)

// connect returns a domain over a server in memory.
func connect(t *testing.T, s *memdir.Server) *activedirectory.Domain {
	t.Helper()
	client, err := ldapconn.New(ldapconn.Config{URLs: []string{s.URL()}, CACertificatePEM: s.CAPEM(), Username: "admin",
		Password: "made up, opens nothing"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return activedirectory.New(client, activedirectory.Options{})
}

// TestContainersAreLookedForOnce: resources of one person each ask for the same container, one after the other.
func TestContainersAreLookedForOnce(t *testing.T) {
	s := startMemory(t)
	d := connect(t, s)
	const users, never = "CN=Users," + memdir.Base, "OU=Never," + memdir.Base
	look := func(want int64, containers ...string) (missing []string) {
		t.Helper()
		before := s.Searches.Load()
		missing, err := d.MissingContainers(t.Context(), containers)
		if got := s.Searches.Load() - before; err != nil || want >= 0 && got != want {
			t.Errorf("%v: %v, %d searches, expected %d", containers, err, got, want)
		}
		return missing
	}
	look(-1, never) // signs in, too
	for range 2 {
		if missing := look(1, users, never); len(missing) != 1 || missing[0] != never { // somebody may make it at any moment
			t.Errorf("missing: %v, expected %s", missing, never)
		}
	}
	if missing := look(0, users); len(missing) > 0 {
		t.Errorf("missing: %v, expected none", missing)
	}
}

// TestLateManagersAreLinkedTogether: the reports of a manager who comes after them cost two searches, however many there are.
func TestLateManagersAreLinkedTogether(t *testing.T) {
	const reports = 12
	s := startMemory(t)
	d := connect(t, s)
	hire := func(id string, attributes map[string]directory.Value) directory.Change {
		a := directory.Account{Container: "CN=Users," + memdir.Base, Enabled: true, Attributes: map[string]directory.Value{
			"cn": {"Person " + id}, "sAMAccountName": {"p" + id}, "userPrincipalName": {"p" + id + "@corp.example.com"}, "employeeID": {id}}}
		for name, v := range attributes {
			a.Attributes[name] = v
		}
		return directory.Change{WorkerID: id, Want: a}
	}
	apply := func(changes ...directory.Change) int64 {
		t.Helper()
		before := s.Searches.Load()
		for _, o := range d.Apply(t.Context(), changes, directory.ApplyOptions{LinkLater: true}) {
			if o.Err != nil && !errors.Is(o.Err, directory.ErrNoManager) {
				t.Fatal(o.Err)
			}
		}
		return s.Searches.Load() - before
	}
	var all []directory.Change
	for i := range reports {
		all = append(all, hire(fmt.Sprint(100+i), map[string]directory.Value{"manager": {"1"}}))
	}
	apply(all...)
	alone := apply(hire("2", nil))
	if with := apply(hire("1", nil)); with > alone+2 {
		t.Errorf("%d searches for a manager with %d reports, expected at most 2 more than the %d for somebody without", with, reports, alone)
	}
	for _, u := range s.Users() {
		if id := u.First("employeeID"); id != "1" && id != "2" && u.Manager == "" {
			t.Errorf("worker %s has no manager", id)
		}
	}
}
