// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

// byMail matches by worker id, then by mail and last name together, then by employeeNumber, which identifies people.
func byMail(r *mapping.Rules) {
	r.Match = append(r.Match,
		mapping.MatchRule{All: []mapping.MatchCondition{{Source: "Mail", Target: "mail"}, {Source: "Last", Target: "sn"}}},
		mapping.MatchRule{All: []mapping.MatchCondition{{Source: "Number", Target: "employeeNumber"}}, Identifies: true})
}

func TestMatch(t *testing.T) {
	for name, c := range map[string]struct {
		objects func(*memory)
		worker  []string // of worker 1 Ann Lee
		want    string   // object id, "" for a new account
	}{
		"nobody":                      {func(*memory) {}, nil, ""},
		"by worker id":                {func(m *memory) { m.ann() }, nil, "guid-00001"},
		"by worker id, ignoring case": {func(m *memory) { m.user("cn=x", "sAMAccountName=x", "employeeID=1") }, nil, "guid-00001"},
		"by worker id, decomposed": {func(m *memory) { m.user("cn=x", "sAMAccountName=x", "employeeNumber=u\u0308N7") },
			[]string{"Number=\u00fcn7"}, "guid-00001"},
		"composite": {func(m *memory) { m.user("cn=x", "sAMAccountName=x", "mail=a@example.com", "sn=LEE") },
			[]string{"Mail=A@example.com"}, "guid-00001"},
		"half of a composite": {func(m *memory) { m.user("cn=x", "sAMAccountName=x", "mail=a@example.com", "sn=Kim") },
			[]string{"Mail=a@example.com"}, ""},
		"composite without a value": {func(m *memory) { m.user("cn=x", "sAMAccountName=x", "sn=Lee") }, nil, ""},
		"third rule": {func(m *memory) { m.user("cn=x", "sAMAccountName=x", "employeeNumber=n7") }, []string{"Number=N7"},
			"guid-00001"},
		"composite decides among many": {func(m *memory) {
			m.user("cn=x", "sAMAccountName=x", "mail=a@example.com", "sn=Kim")
			m.user("cn=y", "sAMAccountName=y", "mail=a@example.com", "sn=Lee")
		}, []string{"Mail=a@example.com"}, "guid-00002"},
		"the first rule that finds one decides": {func(m *memory) {
			m.user("cn=x", "sAMAccountName=x", "employeeNumber=7")
			m.user("cn=y", "sAMAccountName=y", "employeeID=1")
		}, []string{"Number=7"}, "guid-00002"},
		"a contact is nobody": {func(m *memory) { m.add("contact", staff, true, "cn=x", "employeeNumber=7") }, []string{"Number=7"}, ""},
		"deleted":             {func(m *memory) { m.user("cn=x", "sAMAccountName=x", "employeeNumber=7").Deleted = true }, []string{"Number=7"}, ""},
		"deleted owner":       {func(m *memory) { m.user("cn=x", "sAMAccountName=x", "employeeID=1").Deleted = true }, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			c.objects(m)
			r := decide(t, input(t, m, rules(byMail), hire("1 Ann Lee", c.worker...)))
			if d := decision(t, r, "1"); d.ObjectID != c.want || (c.want == "") != (d.Action == roster.ActionCreate) {
				t.Errorf("matched %q with action %s, expected %q", d.ObjectID, d.Action, c.want)
			}
		})
	}
}

// TestDecomposedWorkerID: an account whose worker id is stored decomposed (NFD) is that of the worker, and of nobody else
// in the other form. The id is written as HR has it, which takes nothing over.
func TestDecomposedWorkerID(t *testing.T) {
	const nfc, nfd = "\u00fc1", "u\u03081"
	for name, link := range map[string]map[string]string{"by worker id": nil, "by a link": {nfd: "guid-00001"}} {
		m := newMemory()
		m.user("cn=Ann Lee", "sAMAccountName=ann.lee", "userPrincipalName=ann.lee@corp.example.com",
			"givenName=Ann", "sn=Lee", "displayName=Ann Lee", "employeeID="+nfd)
		m.user("cn=Bob Ray", "sAMAccountName=bob.ray", "employeeID=2", "manager="+nfd)
		in := input(t, m, rules(), hire(nfc+" Ann Lee"), hire("2 Bob Ray", "manager_id="+nfc))
		in.Links, in.Safeguards.MaxAdopt = link, roster.Limit{}
		r := decide(t, in)
		if d := decision(t, r, nfc); d.ObjectID != "guid-00001" || d.Action == roster.ActionCreate || len(r.Accounts) != 2 {
			t.Errorf("%s: %+v, %d accounts", name, d, len(r.Accounts))
		}
		expectValue(t, r, nfc, "employeeID", nfc)
		delete(in.Workers, nfc) // absent
		if r := decide(t, in); len(r.Accounts[nfc].Attributes) == 0 || len(r.Accounts) != 2 {
			t.Errorf("%s, absent: %+v", name, r.Accounts)
		}
	}
}

func TestMatchHints(t *testing.T) {
	m := newMemory()
	m.user("cn=Old Ann", "sAMAccountName=old", "employeeID=1").Deleted = true
	m.add("contact", staff, true, "cn=Bob", "employeeNumber=7")
	r := decide(t, input(t, m, rules(byMail), hire("1 Ann Lee"), hire("2 Bob Ray", "Number=7")))
	if !strings.Contains(decision(t, r, "1").Reason, "is deleted: restore it") || !strings.Contains(decision(t, r, "2").Reason, "is a contact") {
		t.Errorf("no hint in %q and %q", decision(t, r, "1").Reason, decision(t, r, "2").Reason)
	}
	if !warned(r, "is deleted: restore it") {
		t.Errorf("no warning in %q", r.Warnings)
	}
}

func TestMatchIsNeverAGuess(t *testing.T) {
	m := newMemory()
	m.user("cn=Ann A", "sAMAccountName=a", "employeeID=1")
	m.user("cn=Ann B", "sAMAccountName=b", "employeeID=1")
	in := input(t, m, rules(), hire("1 Ann Lee"))
	in.OnProblem = roster.ProblemStop
	refused(t, in, "1", "CN=Ann A,"+staff, "guid-00001", "CN=Ann B,"+staff, "guid-00002", `employeeID = "1"`, "links")

	m = newMemory()
	m.user("cn=Bob", "sAMAccountName=b", "employeeID=1", "employeeNumber=7")
	in = input(t, m, rules(byMail), hire("1 Ann Lee"), hire("2 Bob Ray", "Number=7"))
	in.OnProblem = roster.ProblemStop
	refused(t, in, "CN=Bob,"+staff, `worker "1" by employeeID = "1"`, `worker "2" by employeeNumber = "7"`)

	secret := rules(byMail, func(r *mapping.Rules) {
		r.Attributes["employeeNumber"] = mapping.AttributeRule{Source: "Number", Redact: true}
	})
	in.Mapping = compile(t, secret)
	_, err := roster.Decide(context.Background(), in)
	if err == nil || strings.Contains(err.Error(), `"7"`) || !strings.Contains(err.Error(), "(redacted)") {
		t.Errorf("error shows a redacted value: %v", err)
	}
}

func TestWorkersWithoutUseForAnAccountYield(t *testing.T) {
	m := newMemory()
	m.user("cn=Bob Ray", "sAMAccountName=bob.ray", "employeeID=9", "employeeNumber=7")
	contractor := hire("9 Bob Ray", "Kind=Contractor")
	employee := hire("10 Bob Ray", "Number=7")
	scoped := rules(byMail, func(r *mapping.Rules) {
		r.Scope = [][]mapping.Clause{{{Attribute: "Kind", Operator: "IS NULL"}}}
	})
	r := decide(t, input(t, m, scoped, contractor, employee))
	if d := decision(t, r, "10"); d.ObjectID != "guid-00001" {
		t.Errorf("the employee has %q", d.ObjectID)
	}
	if d := expectAction(t, r, "9", roster.ActionOutOfScope); d.ObjectID != "" {
		t.Errorf("the contractor still has %q", d.ObjectID)
	}
	if !warned(r, `worker "10" takes over`) {
		t.Errorf("no warning about the takeover in %q", r.Warnings)
	}
}

func TestLinks(t *testing.T) {
	m := newMemory()
	m.user("cn=Ann Lee", "sAMAccountName=ann", "employeeID=1")
	m.user("cn=Other", "sAMAccountName=other")
	in := input(t, m, rules(), hire("1 Ann Lee"), hire("2 Bob Ray"))
	in.Links = map[string]string{"2": "GUID-00001", "1": "guid-00002", "77": "guid-00009"}
	r := decide(t, in)
	if a, b := decision(t, r, "1").ObjectID, decision(t, r, "2").ObjectID; a != "guid-00002" || b != "guid-00001" {
		t.Errorf("linked to %q and %q", a, b)
	}
	if !warned(r, `worker "77" is not in the feed`) {
		t.Errorf("no warning about the link of nobody: %q", r.Warnings)
	}

	in.Links = map[string]string{"2": "guid-00001"}
	r = decide(t, in)
	expectAction(t, r, "1", roster.ActionCreate)
	if !strings.Contains(decision(t, r, "1").Reason, `linked to worker "2"`) {
		t.Errorf("reason %q does not mention the link", decision(t, r, "1").Reason)
	}

	m.add("group", staff, true, "cn=G")
	m.user("cn=Gone").Deleted = true
	for object, want := range map[string]string{"guid-00003": "is a group, expected a user", "guid-00004": "is deleted", "nothing": `no object has the id "nothing"`} {
		in.Links = map[string]string{"1": object}
		refused(t, in, `worker "1"`, want)
	}
	in.Links = map[string]string{"1": "guid-00002", "2": "guid-00002"}
	refused(t, in, "is linked to worker")
}

func TestUnmatchedCanBeReportedOnly(t *testing.T) {
	m := newMemory()
	m.ann()
	in := input(t, m, rules(), hire("1 Ann Lee"), hire("2 Bob Ray"))
	in.OnUnmatched = roster.UnmatchedReport
	r := decide(t, in)
	expectAction(t, r, "2", roster.ActionUnmatched)
	if len(r.Accounts) != 1 || len(r.Joiners) != 0 || !strings.Contains(report(t, in, r).Report, "Without an account") {
		t.Errorf("%d accounts, joiners %q", len(r.Accounts), r.Joiners)
	}
}

// A deleted account is restored by nobody who only looks.
func TestUnmatchedReportRestoresNobody(t *testing.T) {
	m := newMemory()
	m.ann().Deleted = true
	in := input(t, m, rules(), hire("1 Ann Lee"))
	in.OnUnmatched, in.RestoreDeleted = roster.UnmatchedReport, true
	r := decide(t, in)
	if d := expectAction(t, r, "1", roster.ActionUnmatched); !strings.Contains(d.Reason, "is deleted, and on_unmatched = report restores none") || len(r.Accounts) != 0 {
		t.Errorf("%+v, %d accounts", d, len(r.Accounts))
	}
}

func TestDirectoryFailuresAreErrors(t *testing.T) {
	broken := errors.New("connection reset")
	for _, call := range []string{"Find", "Owned", "Schema", "MissingContainers", "Suffixes"} {
		m := newMemory()
		m.fail[call] = broken
		in := input(t, m, rules(), hire("1 Ann Lee"))
		if _, err := roster.Decide(context.Background(), in); !errors.Is(err, broken) {
			t.Errorf("%s: error %v, expected the directory's", call, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := roster.Decide(ctx, input(t, newMemory(), rules(), hire("1 Ann Lee"))); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error %v", err)
	}
}

func TestInputIsChecked(t *testing.T) {
	if _, err := roster.Decide(context.Background(), roster.Input{}); err == nil || !strings.Contains(err.Error(), "no mapping") || !strings.Contains(err.Error(), "as_of") {
		t.Errorf("empty input: %v", err)
	}
	for want, change := range map[string]func(*roster.Input){
		"on_problem: found":      func(in *roster.Input) { in.OnProblem = "drop" },
		"on_unmatched: found":    func(in *roster.Input) { in.OnUnmatched = "x" },
		"needs an attribute":     func(in *roster.Input) { in.WorkerIDAttribute = "" },
		"not the same as its":    func(in *roster.Input) { in.Workers["2"] = in.Workers["1"] },
		"partition: found sever": func(in *roster.Input) { in.Partition = roster.Partition{Shards: 2, Size: 3} },
		"partition: found -1":    func(in *roster.Input) { in.Partition = roster.Partition{Shards: -1} },
	} {
		in := input(t, newMemory(), rules(), hire("1 Ann Lee"))
		change(&in)
		refused(t, in, want)
	}
}

func TestOneAccountOfTwoWhoAreGone(t *testing.T) {
	m := newMemory()
	m.user("cn=Bob Ray", "sAMAccountName=bob.ray", "employeeID=9", "employeeNumber=7")
	r := decide(t, input(t, m, rules(byMail), hire("9 Bob Ray", "termination_date=2026-01-20"), hire("10 Bob Ray", "Number=7", "termination_date=2026-01-20")))
	expectAction(t, r, "9", roster.ActionDisable)
	if d := expectAction(t, r, "10", roster.ActionNone); d.ObjectID != "" {
		t.Errorf("the account drops out twice")
	}
}
