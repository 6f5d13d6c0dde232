// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

func TestRecords(t *testing.T) {
	at := time.Date(2027, 1, 31, 8, 0, 0, 0, time.UTC)
	for text, want := range map[string]record{
		"":                                     {},
		"2027-01-31T08:00:00Z":                 {at: at},
		"2027-01-31T08:00:00Z left":            {at: at, cause: directory.ForLeft},
		"2027-01-31T09:00:00+01:00 left":       {at: at, cause: directory.ForLeft},
		"2027-01-31T08:00:00Z out of scope":    {at: at, cause: directory.ForOutOfScope},
		"2027-01-31T08:00:00Z on a whim":       {foreign: "2027-01-31T08:00:00Z on a whim"},
		"2027-01-31":                           {foreign: "2027-01-31"},
		"left":                                 {foreign: "left"},
		"cost centre 4711":                     {foreign: "cost centre 4711"},
		"workforce-disabled:left 2027-01-31T0": {foreign: "workforce-disabled:left 2027-01-31T0"},
	} {
		if got := parseRecord(text); got != want {
			t.Errorf("%q: %+v, expected %+v", text, got, want)
		}
		if got := parseRecord(want.String()); !want.at.IsZero() && got != want {
			t.Errorf("%q is read back as %+v", want.String(), got)
		}
	}
	for _, cause := range directory.Causes {
		if n := len(record{at: at, cause: cause}.String()); n > longestRecord {
			t.Errorf("%q takes %d characters", cause, n)
		}
	}
}

// TestRecordsThatCannotBe: access is taken without a record, and the error says what to do, or the plan did.
func TestRecordsThatCannotBe(t *testing.T) {
	foreign := map[string]any{"onPremisesExtensionAttributes": map[string]any{since15: "cost centre 4711"}}
	for name, tt := range map[string]struct {
		props   map[string]any
		options graph.Options
		change  directory.Change
		words   []string
		plan    string // of a record that is known to be impossible before the run, which is no failure
	}{
		"somebody else's text": {props: foreign, change: person("p1"), words: []string{"cost centre 4711", "disabled_since_attribute"}},
		"the mapping's":        {change: person("p1", "onPremisesExtensionAttributes/"+since15, "x"), words: []string{"the mapping writes", "disabled_since_attribute"}},
		"synchronised before":  {props: map[string]any{"onPremisesSyncEnabled": false}, change: person("p1"), plan: "name a directory extension"},
		"no permission": {options: graph.Options{Permissions: []string{"User.EnableDisableAccount.All", "User.RevokeSessions.All", "User.Read.All"}}, change: person("p1"),
			words: []string{"User.ReadWrite.All", "disabled_since_attribute"}},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, clock := open(t, tt.options)
			c := leaves(tt.change, live(s, "p1", tt.props), directory.ForLeft)
			clock.at = clock.at.Add(time.Hour)
			before := s.User(c.ID)[attrSessions]
			err := one(t, tenant, c).Err
			if tt.plan != "" {
				e, _ := look(t, s, clock, c)
				if err != nil || !strings.Contains(e.Unrecorded, tt.plan) {
					t.Errorf("%v; the plan is told %q", err, e.Unrecorded)
				}
			} else {
				wants(t, err, nil, append(tt.words, recordOp)...)
			}
			if u := s.User(c.ID); u["accountEnabled"] != false || u[attrSessions] == before {
				t.Errorf("%v", u)
			}
			if tt.props["onPremisesExtensionAttributes"] != nil && extensionText(t, s, c.ID, since15) != "cost centre 4711" {
				t.Error("overwritten")
			}
			e, now := look(t, s, clock, c)
			if !e.DisabledSince.IsZero() || e.DisabledFor != "" {
				t.Errorf("%+v", e)
			}
			if name != "no permission" && now.Sessions != directory.SessionsRevoked {
				t.Errorf("the next plan is not empty for ever: %+v", now)
			}
			if name == "no permission" {
				return
			}
			back := c
			back.Want = c.Want.Clone()
			back.Want.Enabled, back.Want.DisabledFor, back.Want.Sessions = true, "", ""
			if o := one(t, again(t, s, clock), back); o.Err != nil || s.User(c.ID)["accountEnabled"] != true {
				t.Errorf("back: %v", o.Err)
			}
		})
	}
}

// TestNoRecord: with the record switched off nothing is written, and nothing told about sessions.
func TestNoRecord(t *testing.T) {
	_, s, clock := open(t, graph.Options{})
	off := func() *Tenant {
		return New(again(t, s, clock).client, Options{Clock: clock.now})
	}
	c := leaves(person("p1"), live(s, "p1", nil), directory.ForLeft)
	if o := one(t, off(), c); o.Err != nil || s.User(c.ID)["onPremisesExtensionAttributes"] != nil {
		t.Errorf("%+v: %v", o, s.User(c.ID))
	}
	found, err := off().Read(t.Context(), map[string]string{"p1": c.ID}, nil)
	if e := found["p1"]; err != nil || e.Sessions != "" || !e.DisabledSince.IsZero() || off().Render(c.Want, e).Sessions != directory.SessionsRevoked {
		t.Errorf("%+v, %v", e, err)
	}
}

// TestDisabledByHand: of whom somebody else disabled, the clock starts with the first run,
// why is not said, and what an older version recorded stands.
func TestDisabledByHand(t *testing.T) {
	_, s, clock := open(t, graph.Options{})
	c := leaves(person("p1"), live(s, "p1", map[string]any{"accountEnabled": false}), directory.ForLeft)
	clock.at = clock.at.Add(40 * 24 * time.Hour)
	e, now := look(t, s, clock, c)
	if !e.DisabledSince.IsZero() || e.Sessions != directory.SessionsLive || now.Sessions != directory.SessionsLive || now.DisabledFor != directory.ForLeft {
		t.Fatalf("%+v", e)
	}
	if o := one(t, again(t, s, clock), c); o.Err != nil || !o.Changed {
		t.Fatalf("%+v", o)
	}
	e, now = look(t, s, clock, c)
	if e.DisabledFor != "" || clock.now().Sub(e.DisabledSince) > time.Minute || e.Sessions != directory.SessionsRevoked || now.Sessions != directory.SessionsRevoked {
		t.Errorf("%+v", e)
	}
	// The moment alone, as older versions wrote it, and another reason.
	s.Update(c.ID, map[string]any{"onPremisesExtensionAttributes": map[string]any{since15: "2026-01-31T08:00:00Z"}})
	if e, now := look(t, s, clock, c); e.DisabledSince.Year() != 2026 || now.DisabledFor != directory.ForLeft {
		t.Errorf("%+v", e)
	}
	for _, step := range []struct{ holds, cause, then string }{
		{"2026-01-31T08:00:00Z left", directory.ForLeave, "2026-01-31T08:00:00Z on leave"},
		{"2026-01-31T08:00:00Z left", "", "2026-01-31T08:00:00Z"},
		{"2026-01-31T08:00:00Z", directory.ForLeft, "2026-01-31T08:00:00Z"},
	} {
		s.Update(c.ID, map[string]any{"onPremisesExtensionAttributes": map[string]any{since15: step.holds}})
		c := leaves(person("p1"), c.ID, step.cause)
		if o := one(t, again(t, s, clock), c); o.Err != nil || extensionText(t, s, c.ID, since15) != strings.Replace(step.then, "on leave", directory.ForLeave, 1) {
			t.Errorf("%+v: %q, %v", step, extensionText(t, s, c.ID, since15), o.Err)
		}
		if _, now := look(t, s, clock, c); now.DisabledFor != step.cause {
			t.Errorf("%+v: %+v", step, now)
		}
	}
}

// TestEnablingComesLast: whoever is enabled is as they are to be, and the record is cleared with it.
func TestEnablingComesLast(t *testing.T) {
	const password = "Second-horse-8-battery"
	for name, tt := range map[string]struct {
		fault    graph.Fault
		enabled  bool
		password string
	}{
		"nothing":             {graph.Fault{Path: "^/nothing$"}, true, password},
		"title":               {graph.Fault{Method: "PATCH", Body: "jobTitle", Status: 400, Times: -1}, true, password},
		"password":            {graph.Fault{Method: "PATCH", Body: "passwordProfile", Status: 400, Times: -1}, false, password},
		"name":                {graph.Fault{Method: "PATCH", Body: "userPrincipalName", Status: 400, Times: -1}, false, ""},
		"manager":             {graph.Fault{Method: "PUT", Status: 400, Times: -1}, true, ""},
		"record":              {graph.Fault{Method: "PATCH", Body: since15, Status: 403, Times: -1}, true, ""},
		"cut off before":      {graph.Fault{Method: "PATCH", Body: "jobTitle", Drop: true, Times: -1}, false, ""},
		"enabling is refused": {graph.Fault{Method: "PATCH", Body: "accountEnabled", Status: 403, Times: -1}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, clock := open(t, graph.Options{})
			c := person("p1", "jobTitle", "Clerk", attrPrincipal, "new-p1@example.com", attrManager, "boss")
			c.ID = live(s, "p1", map[string]any{"accountEnabled": false, "onPremisesExtensionAttributes": map[string]any{since15: "2026-01-31T08:00:00Z left"}})
			c.Password = tt.password
			live(s, "boss", nil)
			s.Fault(tt.fault)
			o := one(t, tenant, c)
			if (o.Err == nil) != (name == "nothing") || s.User(c.ID)["accountEnabled"] != tt.enabled {
				t.Errorf("%v: %v", o.Err, s.User(c.ID))
			}
			s.ClearFaults()
			if o := one(t, again(t, s, clock), c); o.Err != nil || s.User(c.ID)["accountEnabled"] != true {
				t.Errorf("in the end: %v", o.Err)
			}
			if e, _ := look(t, s, clock, c); e.DisabledFor != "" || !e.DisabledSince.IsZero() || name != "record" && extensionText(t, s, c.ID, since15) != "" {
				t.Errorf("still recorded: %+v", e)
			}
		})
	}
}

// TestGuests: they are told apart, and their sessions are elsewhere.
func TestGuests(t *testing.T) {
	_, s, clock := open(t, graph.Options{})
	for id, props := range map[string]map[string]any{
		"invited":  {"userPrincipalName": "ann_other.example#EXT#@example.com", "userType": "Guest"},
		"external": {"userPrincipalName": "bob_other.example#EXT#@example.com", "userType": "Member"},
		"typed":    {"userType": "Guest"},
		"own":      {"userType": "Member"},
	} {
		c := leaves(directory.Change{WorkerID: id, Want: directory.Account{Attributes: map[string]directory.Value{}}}, live(s, id, props), directory.ForLeft)
		if e, _ := look(t, s, clock, c); e.Guest != (id != "own") {
			t.Errorf("%s: guest %t", id, e.Guest)
		}
		owned, err := again(t, s, clock).Owned(t.Context())
		if i := slices.IndexFunc(owned, func(e *directory.Existing) bool { return e.ID == c.ID }); err != nil || i < 0 || owned[i].Guest != (id != "own") {
			t.Errorf("%s: %v", id, err)
		}
		clock.at = clock.at.Add(time.Hour)
		if o := one(t, again(t, s, clock), c); o.Err != nil {
			t.Error(o.Err)
		}
		e, now := look(t, s, clock, c)
		if now.Sessions != directory.SessionsRevoked || now.Enabled || e.DisabledFor != directory.ForLeft || (e.Sessions == "") != (id != "own") {
			t.Errorf("%s: %+v", id, e)
		}
	}
}

// TestHostileAnswers: what an answer leaves out is not taken for somebody who is disabled, or gone.
func TestHostileAnswers(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{PageLimit: 2})
	properties, _ := tenant.needed()
	for _, body := range []string{`{"value":[{"id":"x","userPrincipalName":"p1@example.com"}]}`, `{"value":[{"id":"x","userPrincipalName":"p1@example.com","accountEnabled":null}]}`} {
		wants(t, tenant.eachUser([]byte(body), properties, func(u *user) { t.Errorf("taken for %+v", u.existing()) }), nil, "p1@example.com", "is enabled")
	}
	_, err := tenant.parseUser([]byte(`{"id":"x","userPrincipalName":"p1@example.com"}`), properties)
	wants(t, err, nil, "p1@example.com")
	err = tenant.eachOf([]byte(`{"value":[{"id":"x"}]}`), properties, true, func(u *user) {
		if !u.enabled {
			t.Error("a deleted user of whom it is not said is taken for disabled, and so not disabled when it is restored")
		}
	})
	if err != nil {
		t.Error(err)
	}
	ids := map[string]string{}
	for i := range 13 {
		id := fmt.Sprintf("p%02d", i)
		ids[id] = live(s, id, nil)
	}
	found, err := again(t, s, clock).Read(t.Context(), ids, nil)
	if err != nil || len(found) != len(ids) {
		t.Errorf("%d of %d users: the others are taken for deleted (%v)", len(found), len(ids), err)
	}
}

// TestPagesThatAreNone: a 200 with something else than a list of objects is no empty list, of
// whatever it was to be, alone or in a batch.
func TestPagesThatAreNone(t *testing.T) {
	for name, answer := range map[string]string{
		"nothing": `{}`, "an error": `{"error":{"code":"UnknownError","message":"odd"}}`, "an error beside a list": `{"error":{"code":"x"},"value":[]}`,
		"null": `{"value":null}`, "a null in it": `{"value":[null]}`, "a text in it": `{"value":["x"]}`, "no list": `{"value":{}}`, "a list": `[]`,
		"a link elsewhere": `{"value":[],"@odata.nextLink":"https://evil.example.com/v1.0/users?x"}`,
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, clock := open(t, graph.Options{})
			ids := map[string]string{"p1": live(s, "p1", nil)}
			group := s.AddGroup(map[string]any{"displayName": "all", "mailNickname": "all", "securityEnabled": true})
			s.Fault(graph.Fault{Method: "GET", Path: `^/(users|groups|directory)`, Answer: answer, Times: -1})
			for what, read := range map[string]func(*Tenant) error{
				"by id":    func(t2 *Tenant) error { _, err := t2.Read(t.Context(), ids, nil); return err },
				"by value": func(t2 *Tenant) error { _, err := t2.Find(t.Context(), attrEmployeeID, []string{"p1"}); return err },
				"all":      func(t2 *Tenant) error { _, err := t2.Owned(t.Context()); return err },
				"deleted": func(t2 *Tenant) error {
					_, err := t2.WithDeleted().Find(t.Context(), attrEmployeeID, []string{"p1"})
					return err
				},
				"a group": func(t2 *Tenant) error { _, err := t2.Groups(t.Context(), []string{group}); return err },
			} {
				if err := read(again(t, s, clock)); err == nil {
					t.Errorf("%s: taken for an answer", what)
				}
			}
			s.ClearFaults()
			s.Fault(graph.Fault{Method: "GET", Path: `members|memberOf`, Answer: answer, Times: -1})
			if got, err := tenant.Groups(t.Context(), []string{group}); err == nil {
				t.Errorf("members: taken for an answer, %+v", got)
			}
		})
	}
}

// TestIdentity: which tenant this is, asked for once, and without any permission but that for domains.
func TestIdentity(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{Permissions: []string{"Domain.Read.All"}, Domains: []string{"corp.example", "example.onmicrosoft.com"}})
	for range 2 {
		if id, name, err := tenant.Identity(t.Context()); err != nil || id != s.TenantID() || name != "corp.example" {
			t.Errorf("%q, %q, %v", id, name, err)
		}
	}
	if n := s.Stats().Requests; n != 1 {
		t.Errorf("%d requests", n)
	}
}
