// SPDX-License-Identifier: MPL-2.0

package wording

import (
	"testing"
	"time"
)

func TestCount(t *testing.T) {
	for want, found := range map[string]string{
		"1 account": Count(1, "account"), "0 accounts": Count(0, "account"), "2 people": Count(2, "person", "people"), "1 person": Count(1, "person", "people"),
	} {
		if found != want {
			t.Errorf("found %q, expected %q", found, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for want, of := range map[string]time.Duration{"6h": 6 * time.Hour, "1h30m": 90 * time.Minute, "1h10m": 70 * time.Minute,
		"10m": 10 * time.Minute,
		"45s": 45 * time.Second, "1m5s": 65 * time.Second, "250ms": 250 * time.Millisecond, "0s": 0, "10h0m5s": 10*time.Hour + 5*time.Second} {
		if found := Duration(of); found != want {
			t.Errorf("found %q, expected %q", found, want)
		}
	}
}

func TestLists(t *testing.T) {
	for want, found := range map[string]string{
		"id": AnyOf([]string{"id"}), "id or name": AnyOf([]string{"id", "name"}), "id, path or name": AnyOf([]string{"id", "path", "name"}),
		`"a", "b"`: Some([]string{"a", "b"}, 2), `"a", "b", …`: Some([]string{"a", "b", "c"}, 2), "": Some(nil, 2),
	} {
		if found != want {
			t.Errorf("found %q, expected %q", found, want)
		}
	}
}

func TestKind(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{`worker "1" (Ada): denied [request-id a-1]`, `worker "22" (Ada): denied [request-id b-2]`, true},
		{`found "31.12.2026", expected a date`, `found "1.2.2025", expected a date`, true},
		{`found "31.12.2026", expected a date`, `found "2026/12/31", expected a date`, false},
		{`found "31.12.2026", expected a date`, `found "n/a", expected a date`, false},
		{`found "n/a", expected a date`, `found "TBD", expected a date`, true},
		{`no user has the object id 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0`, `no user has the object id 1f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0`, true},
		{`ann@example.com has it`, `ben.lee@example.com has it`, true},
		{`the name is taken`, `the account is protected`, false},
		{`found "a \"b\" c", expected none`, `found "x", expected none`, true},
	} {
		if same := Kind(c.a) == Kind(c.b); same != c.same {
			t.Errorf("%q and %q: found one kind %t (%q, %q), expected %t", c.a, c.b, same, Kind(c.a), Kind(c.b), c.same)
		}
	}
}
