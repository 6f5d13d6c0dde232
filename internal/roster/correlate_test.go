// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

func correlate(t testing.TB, in roster.Input) *roster.Correlation {
	t.Helper()
	census, ok := in.Directory.(directory.Census)
	if !ok {
		t.Fatalf("%T names nobody", in.Directory)
	}
	c, err := roster.Correlate(context.Background(), in, census)
	if err != nil {
		t.Fatalf("Correlate: %v", err)
	}
	return c
}

// estate is a directory that was never connected to HR, and a feed: everything that
// goes well and everything that does not.
func estate(t testing.TB) (*memory, roster.Input) {
	m := newMemory()
	m.user("cn=Ann Lee", "sAMAccountName=ann.lee", "employeeID=1", "givenName=Ann", "sn=Lee", "displayName=Ann Lee", "department=Sales", "title=CEO") // by worker id
	m.user("cn=Bob Ray", "sAMAccountName=bray", "mail=bob@example.com", "givenName=Bob", "sn=Ray", "displayName=Bob Ray", "department=Sales")         // by mail and name
	m.user("cn=Cat One", "sAMAccountName=c1", "employeeNumber=n3")                                                                                    // ambiguous
	m.user("cn=Cat Two", "sAMAccountName=c2", "employeeNumber=n3")
	m.user("cn=Dan One", "sAMAccountName=d1", "employeeID=4")
	m.user("cn=Dan Two", "sAMAccountName=d2", "employeeID=4")
	m.user("cn=Shared", "sAMAccountName=shared", "employeeNumber=n56")                                                                           // of two workers
	m.user("cn=Fay Orr", "sAMAccountName=fay.orr", "employeeID=07", "displayName=Fay Orr")                                                       // zeros before the worker id
	m.user("cn=Poe, Gil", "sAMAccountName=gpoe", "displayName=Poe, Gil", "userPrincipalName=gil.poe@old.example.com", "givenName=Gil", "sn=Poe") // another domain, and the parts of the name in another order
	m.user("cn=Hal Kim", "sAMAccountName=hkim", "displayName=Hal Kim")                                                                           // the same name and nothing else
	m.user("cn=Left Over", "sAMAccountName=left.over", "employeeID=99")                                                                          // an orphan
	m.add("user", leavers, false, "cn=Service", "sAMAccountName=svc").Protected = "adminCount is 1"                                              // nobody's
	m.user("cn=Ivy May", "sAMAccountName=ivy", "employeeNumber=n10", "employeeID=77")                                                            // carries another worker's id
	m.user("cn=Gone Too", "sAMAccountName=gone", "employeeID=98").Deleted = true
	m.add("group", staff, true, "cn=Staff", "sAMAccountName=staff")
	return m, input(t, m, rules(byMail),
		hire("1 Ann Lee", "Department=Revenue", "Title=CEO", "manager_id=2"), hire("2 Bob Ray", "Mail=bob@example.com", "Department=Sales"),
		hire("3 Cat Fox", "Number=n3"), hire("4 Dan Gee"), hire("5 Eve Hay", "Number=n56"), hire("6 Ed Hay", "Number=n56"),
		hire("7 Fay Orr"), hire("8 Gil Poe"), hire("9 Hal Kim"), hire("10 Ivy May", "Number=n10"), hire("11 New Kid"),
		hire("12 Future Fay", "hire_date=2027-06-01"), hire("13 Old Hand", "termination_date=2020-01-01"))
}

func TestCorrelate(t *testing.T) {
	_, in := estate(t)
	stopping := in
	stopping.OnProblem = roster.ProblemStop
	refused(t, stopping, `worker "3"`, `worker "4"`, `worker "5"`) // what Decide stops at
	c := correlate(t, in)
	if want := map[string]string{"1": "guid-00001", "2": "guid-00002", "10": "guid-00013"}; !maps.Equal(c.Matched, want) {
		t.Errorf("matched %v, expected %v", c.Matched, want)
	}
	if want := map[string]string{"8": "guid-00009"}; !maps.Equal(c.Suggested, want) {
		t.Errorf("suggested %v, expected %v", c.Suggested, want)
	}
	for name, pair := range map[string][2][]string{
		"ambiguous":          {c.Ambiguous, {"3", "4", "5", "6"}},
		"unmatched workers":  {c.UnmatchedWorkers, {"7", "8", "9", "11"}},
		"unmatched accounts": {c.UnmatchedAccounts, {"CN=Fay Orr," + staff, "CN=Hal Kim," + staff, "CN=Left Over," + staff, "CN=Poe, Gil," + staff, "CN=Service," + leavers}},
	} {
		if !slices.Equal(pair[0], pair[1]) {
			t.Errorf("%s: %q, expected %q", name, pair[0], pair[1])
		}
	}
	last := -1
	for _, part := range []string{
		"# Correlation as of 2026-11-22T12:00:00Z", "13 workers in the feed", "| workers with exactly one account | 3 |", "| workers who are ambiguous | 4 |",
		"| workers who should have an account and match none | 4 |", "account that may be theirs | 3 |", "| workers who need no account now and match none | 2 |",
		"carry a worker id | 2 |", "carry none | 3 |",
		"| 1 | `employeeID = worker_id` | 1 | 1 | 0 | 0 |", "| 2 | `mail = Mail and sn = Last` | 1 | 0 | 1 | 0 |", "| 3 | `employeeNumber = Number` | 1 | 0 | 0 | 1 |",
		"Matched accounts that carry no worker id (1): taking them over needs `adopt_existing = \"always\"`",
		"## Ambiguous (4)", "- worker `3` Cat Fox matches 2 accounts by `employeeNumber = \"n3\"`: `CN=Cat One,", "`CN=Cat Two,", "- worker `4`", "- account `CN=Shared,", "is matched by 2 workers: `5 by employeeNumber = \"n56\"`, `6 by",
		"## Matched, but the account carries another worker id (1)", "| `10` | `CN=Ivy May,", "| `77` |",
		"## What adoption would change", "| `container` |", "| `department` | `[Department]` | 1 | 0 | 1 | 0 | `1`: `Sales` → `Revenue` |",
		"## Workers without an account (4)", "| `7` | Fay Orr | employeeID = \"7\" |", "employeeID \"07\"", "| `8` |", "userPrincipalName \"gil.poe\\@", "| `9` | Hal Kim |", "displayName \"Hal Kim\"", "| `11` | New Kid |",
		"## Accounts without a worker (5)", "| `07` | true |", "| `99` | true |", "| `CN=Service,OU=Leavers,DC=corp,DC=example,DC=com` | none | false | adminCount is 1 |",
	} {
		i := strings.Index(c.Report, strings.ReplaceAll(part, `\@`, "@\u2060"))
		if i < 0 {
			t.Errorf("the report lacks %q", part)
			continue
		}
		if i <= last {
			t.Errorf("%q comes too early", part)
		}
		last = i
	}
	if t.Failed() {
		t.Log(c.Report)
	}
}

func TestCorrelationJSON(t *testing.T) {
	_, in := estate(t)
	c := correlate(t, in)
	var doc struct {
		Rules []struct {
			Rule                string
			Precedence, Workers int
		}
		Attributes []struct {
			Attribute                      string
			Same, Filled, Changed, Cleared int
		}
		Matched []struct {
			WorkerID string `json:"worker_id"`
			Rule     string
			Carries  string `json:"worker_id_at_the_account"`
			Changes  []struct {
				Attribute string
				Old, New  any
			}
		}
		Ambiguous []struct {
			WorkerID string `json:"worker_id"`
			Accounts []struct {
				ID string `json:"object_id"`
			}
		}
		Claimed []struct{ Workers map[string]string } `json:"claimed_by_several"`
		Left    []struct {
			WorkerID string `json:"worker_id"`
		} `json:"unmatched_accounts"`
		Unneeded []string `json:"no_account_needed"`
	}
	if err := json.Unmarshal([]byte(c.ReportJSON), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Rules) != 3 || len(doc.Matched) != 3 || len(doc.Ambiguous) != 2 || len(doc.Claimed) != 1 || len(doc.Claimed[0].Workers) != 2 || len(doc.Left) != 5 || !slices.Equal(doc.Unneeded, []string{"12", "13"}) {
		t.Errorf("found %+v", doc)
	}
	if a := doc.Ambiguous[0]; a.WorkerID != "3" || len(a.Accounts) != 2 || a.Accounts[0].ID != "guid-00003" {
		t.Errorf("ambiguous %+v", a)
	}
	if a := doc.Matched[1]; a.WorkerID != "2" || a.Carries != "none" || a.Rule != "mail = Mail and sn = Last" || len(a.Changes) != 1 || a.Changes[0].Attribute != "employeeID" || a.Changes[0].Old != nil || a.Changes[0].New != "2" {
		t.Errorf("matched %+v", a)
	}
	for _, a := range doc.Attributes {
		if n := a.Same + a.Filled + a.Changed + a.Cleared; n > 2 || a.Attribute == "enabled" && a.Same != 2 {
			t.Errorf("attribute %+v", a)
		}
	}
}

// What Correlate says is what Decide does once the unclear is cleared up.
func TestCorrelationIsWhatIsDecided(t *testing.T) {
	_, in := estate(t)
	in.Links = map[string]string{"3": "guid-00003", "4": "guid-00005", "5": "guid-00007", "7": "guid-00008"}
	delete(in.Workers, "6")
	in.OnUnmatched = roster.UnmatchedReport
	c, r := correlate(t, in), decide(t, in)
	matched := map[string]string{}
	var unmatched []string
	for _, d := range r.Decisions {
		switch {
		case in.Workers[d.WorkerID] == nil:
		case d.ObjectID != "":
			matched[d.WorkerID] = d.ObjectID
		case d.Action == roster.ActionUnmatched:
			unmatched = append(unmatched, d.WorkerID)
		}
	}
	if !maps.Equal(c.Matched, matched) || !slices.Equal(c.UnmatchedWorkers, unmatched) || len(c.Ambiguous) > 0 {
		t.Errorf("correlated %v and %v, %v ambiguous, decided %v and %v", c.Matched, c.UnmatchedWorkers, c.Ambiguous, matched, unmatched)
	}
	var doc struct {
		Matched []struct {
			WorkerID string `json:"worker_id"`
			Changes  []roster.Difference
		}
	}
	if err := json.Unmarshal([]byte(c.ReportJSON), &doc); err != nil {
		t.Fatal(err)
	}
	for _, x := range doc.Matched {
		want := slices.Clone(decision(t, r, x.WorkerID).Changes)
		for i := range want {
			want[i].Rule, want[i].Inputs = "", nil
		}
		if len(want)+len(x.Changes) > 0 && !reflect.DeepEqual(x.Changes, want) {
			t.Errorf("worker %s: %+v, decided %+v", x.WorkerID, x.Changes, want)
		}
	}
}

// Who has no use for an account does not get one that others quarrel about.
func TestCorrelationOfRivalsWithoutUse(t *testing.T) {
	_, in := estate(t)
	in.Workers["12"] = hire("12 Future Fay", "hire_date=2027-06-01", "Number=n56")
	c := correlate(t, in)
	if c.Matched["12"] != "" || !slices.Equal(c.Ambiguous, []string{"3", "4", "5", "6"}) {
		t.Errorf("matched %v, ambiguous %q", c.Matched, c.Ambiguous)
	}
	// With nobody else they have it.
	delete(in.Workers, "5")
	delete(in.Workers, "6")
	if c = correlate(t, in); c.Matched["12"] != "guid-00007" {
		t.Errorf("matched %v", c.Matched)
	}
}

// Whatever stops a decision is a part of the report.
func TestCorrelationNeverStops(t *testing.T) {
	m, in := estate(t)
	in.Workers["20"] = hire("20 Bad Date", "hire_date=2020-13-01")
	in.Workers["2"].Attributes["Department"] = in.Workers["2"].Attributes["First"]
	m.user("cn=Twice", "sAMAccountName=t1", "employeeID=50")
	m.user("cn=Twice Too", "sAMAccountName=t2", "employeeID=50")
	m.objects[0].Protected = "a member of Domain Admins"
	in.Safeguards = roster.Safeguards{MinWorkers: 1000}
	in.Mapping = compile(t, rules(byMail, func(r *mapping.Rules) { r.Container = `"OU=Nowhere,DC=corp,DC=example,DC=com"` }))
	c := correlate(t, in)
	for _, part := range []string{"## HR data errors (1)", `worker "20"`, "## What the directory would refuse", "a member of Domain Admins", "OU=Nowhere", "## Warnings", `worker "50"`, "HR record cannot be evaluated | 1 |"} {
		if !strings.Contains(strings.NewReplacer(`\`, "").Replace(c.Report), part) {
			t.Errorf("the report lacks %q", part)
		}
	}
	if t.Failed() {
		t.Log(c.Report)
	}
	m.fail["Users"] = errors.New("no answer")
	if _, err := roster.Correlate(t.Context(), in, m); err == nil || !strings.Contains(err.Error(), "reading all accounts: no answer") {
		t.Errorf("error %v", err)
	}
}

func TestCorrelationShowsNoRedactedValue(t *testing.T) {
	m, in := estate(t)
	m.objects[7].Account.Attributes["employeeNumber"] = directory.Value{"0-secret-8"}
	in.Workers["8"] = hire("8 Gil Poe", "Number=secret-8")
	in.Mapping = compile(t, rules(byMail, func(r *mapping.Rules) {
		r.Attributes["employeeNumber"] = mapping.AttributeRule{Source: "Number", Redact: true}
		r.Attributes["department"] = mapping.AttributeRule{Source: "Department", Redact: true}
	}))
	c := correlate(t, in)
	for where, text := range map[string]string{"report": c.Report, "JSON report": c.ReportJSON} {
		for _, secret := range []string{"secret-8", "n56", "Revenue"} {
			if strings.Contains(text, secret) {
				t.Errorf("the %s shows %q", where, secret)
			}
		}
	}
	if !strings.Contains(c.Report, "employeeNumber (redacted)") {
		t.Errorf("no near miss by a redacted attribute:\n%s", c.Report)
	}
}

// Ambiguity is told in full; other lists are cut, and a rule that fits everybody stays small.
func TestCorrelationOfManyStaysSmall(t *testing.T) {
	m := newMemory()
	var workers []string
	in := input(t, m, rules(byMail))
	for i := range 3000 {
		id := fmt.Sprint(10000 + i)
		workers = append(workers, id)
		in.Workers[id] = hire(id+" Ann Lee", "Number=everybody")
		m.user("cn=Ann Lee"+id, "sAMAccountName=a"+id, "employeeNumber=everybody", "displayName=Ann Lee")
	}
	c := correlate(t, in)
	if !slices.Equal(c.Ambiguous, workers) {
		t.Errorf("%d are ambiguous, expected all", len(c.Ambiguous))
	}
	if n := len(c.Report); n > 3000*2500 {
		t.Errorf("the report has %d characters", n)
	}
	if n := m.calls["Find"]; n > 5 {
		t.Errorf("%d questions", n)
	}
	for _, e := range m.objects {
		delete(e.Account.Attributes, "employeeNumber")
	}
	c = correlate(t, in)
	if len(c.UnmatchedWorkers) != 3000 || len(c.Report) > 40000 || strings.Count(c.Report, "… and 2,950 more.") != 2 {
		t.Errorf("%d unmatched in %d characters", len(c.UnmatchedWorkers), len(c.Report))
	}
}
