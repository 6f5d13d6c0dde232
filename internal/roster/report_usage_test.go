// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/review"
)

// A sign-in after the last day is the question, whose answer no word of HR knows; what Active
// Directory does not replicate at once is never told as certain.
func TestReportTellsHowAccountsAreUsed(t *testing.T) {
	m := newMemory()
	in := office(t, m)
	settled := decideAndReport(t, in)
	in.Workers["4"].TerminationDate = "2026-08-14"
	in.Workers["5"].TerminationDate = "2026-11-20"
	in.Workers["6"].Status = "Ruhend-X"
	decided := decide(t, in)
	id := map[string]string{}
	for _, d := range decided.Decisions {
		id[d.WorkerID] = d.ObjectID
	}
	at := func(day string) directory.Usage { return signedIn(day) }
	lagging := func(day string) directory.Usage {
		u := signedIn(day)
		u.Lag = 14 * 24 * time.Hour
		return u
	}
	admin := at("2026-11-20")
	admin.Privileged = []string{"Domain Admins", "Schema Admins"}
	for _, c := range []struct {
		name       string
		usage      map[string]directory.Usage
		has, never []string
	}{
		{"nothing known", nil, []string{"Is it certain that nobody used the account meanwhile?"}, []string{"ign-in:", "signed in", "on record"}},
		{"used after", map[string]directory.Usage{"4": at("2026-11-10")}, []string{"signed in after it, on 2026-11-10",
			"Is it known who used the account"},
			[]string{"or up to"}},
		{"used after, of several days", map[string]directory.Usage{"4": lagging("2026-11-01")},
			[]string{"on 2026-11-01 or up to 14 days later"}, nil},
		{"on the last day", map[string]directory.Usage{"4": at("2026-08-14")}, []string{"Is it certain that nobody used the account meanwhile?"},
			[]string{"signed in after"}},
		{"perhaps after", map[string]directory.Usage{"4": lagging("2026-08-10")},
			[]string{"Is it certain that nobody used the account meanwhile?"},
			[]string{"signed in after", "Nobody has used"}},
		{"never since", map[string]directory.Usage{"4": lagging("2026-07-10")}, []string{"Nobody has used the account since."},
			[]string{"signed in after"}},
		{"no sign-in", map[string]directory.Usage{"4": {SignInsKnown: true}, "6": {SignInsKnown: true}},
			[]string{"Nobody has used the account since.", "No sign-in is on record."}, nil},
		{"unknown word", map[string]directory.Usage{"6": at("2026-11-21")}, []string{"Last sign-in: 2026-11-21. Do they still work here?"}, nil},
		{"privileged", map[string]directory.Usage{"5": admin}, []string{"loses access and holds `Domain Admins`, `Schema Admins`",
			"1 of them holds privileged"}, nil},
	} {
		usage := map[string]directory.Usage{}
		for worker, u := range c.usage {
			usage[id[worker]] = u
		}
		r := reportWith(t, decided, review.Options{AsOf: in.AsOf, Rules: in.Mapping.Rules(), Usage: usage})
		for _, want := range c.has {
			if !strings.Contains(r.Report, want) {
				t.Errorf("%s: %q is missing in\n%s", c.name, want, r.Report)
			}
		}
		for _, bad := range c.never {
			if strings.Contains(r.Report, bad) {
				t.Errorf("%s: %q stands in the report", c.name, bad)
			}
		}
		if r.Fingerprint() != report(t, in, decided).Fingerprint() {
			t.Errorf("%s: use changes the fingerprint", c.name)
		}
		if c.name == "privileged" {
			checkPrivileged(t, r, settled)
		}
	}
}

// checkPrivileged holds that access ends in time, whoever answers for what a leaver holds, and
// that scripts see what people see.
func checkPrivileged(t *testing.T, r, settled reported) {
	t.Helper()
	err := r.Unapproved(settled.Approval(), []review.Exempt{review.ExemptTimelyLeavers})
	if err == nil || strings.Contains(err.Error(), "(5)") || !strings.Contains(err.Error(), "(4)") {
		t.Errorf("a timely leaver with privileged groups: %v", err)
	}
	var doc struct {
		Decisions []struct {
			WorkerID string `json:"worker_id"`
			Person   struct {
				LastSignIn string   `json:"last_sign_in"`
				Privileged []string `json:"privileged"`
			} `json:"person"`
		} `json:"decisions"`
	}
	if err := json.Unmarshal([]byte(r.ReportJSON), &doc); err != nil {
		t.Fatal(err)
	}
	for _, d := range doc.Decisions {
		if d.WorkerID == "5" && (d.Person.LastSignIn != "2026-11-20T09:00:00Z" ||
			!slices.Equal(d.Person.Privileged, []string{"Domain Admins", "Schema Admins"})) {
			t.Errorf("worker 5 has %+v", d.Person)
		}
	}
}

// Who comes back still holds what nobody took away, and that is a question before access is given.
func TestReportAsksAboutPrivilegedReturns(t *testing.T) {
	m := newMemory()
	in := office(t, m)
	for _, e := range m.objects {
		if e.Account.Attributes["employeeID"].Text() == "5" {
			off(e, "2026-11-01", directory.ForLeft)
		}
	}
	in.Workers["5"].HireDate = "2026-11-21"
	decided := decide(t, in)
	usage := map[string]directory.Usage{}
	for _, d := range decided.Decisions {
		if d.WorkerID == "5" {
			usage[d.ObjectID] = directory.Usage{Privileged: []string{"Global Administrator"}}
		}
	}
	r := reportWith(t, decided, review.Options{AsOf: in.AsOf, Rules: in.Mapping.Rules(), Usage: usage})
	if !strings.Contains(r.Report,
		"gets access and holds `Global Administrator`. Is that still meant? | the administrators of the directory | hold; take the groups or "+
			"roles away first | hold |") {
		t.Error(r.Report)
	}
}

// The page says where those can be reached whom it names, and what is told of them is no markup.
func TestReportTellsContacts(t *testing.T) {
	m := newMemory()
	in := office(t, m)
	in.Workers["4"].TerminationDate = "2026-08-14"
	in.Workers["6"].Status = "Ruhend-X"
	decided := decide(t, in)
	r := reportWith(t, decided, review.Options{AsOf: in.AsOf, Rules: in.Mapping.Rules(),
		Contacts: map[string]string{"hr": "people|ops@example.com", "security": "room 7"}})
	for _, want := range []string{"**HR** (people\\|ops@\u2060example.com) about ", "can read sign-ins** (room 7) about "} {
		if !strings.Contains(r.Report, want) {
			t.Errorf("%q is missing in\n%s", want, r.Report)
		}
	}
	for _, name := range review.ContactNames() {
		if name == "" {
			t.Error("a contact without a name")
		}
	}
}
