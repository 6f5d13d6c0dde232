// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/worker"
)

var outcomes = map[string]struct {
	rule AttributeRule
	in   value
	want Outcome
}{
	"source":                {AttributeRule{Source: "X"}, text("a"), Outcome{Value: directory.Value{"a"}, Managed: true}},
	"not trimmed":           {AttributeRule{Source: "[X]"}, text(" a "), Outcome{Value: directory.Value{" a "}, Managed: true}},
	"lines":                 {AttributeRule{Source: "X"}, text("a\r\nb"), Outcome{Value: directory.Value{"a\r\nb"}, Managed: true}},
	"null":                  {AttributeRule{Source: "X"}, value{}, Outcome{}},
	"blank":                 {AttributeRule{Source: "X"}, text(" \u00a0\t"), Outcome{}},
	"control":               {AttributeRule{Source: "X", WhenNull: NullClear}, text("\x00\x01"), Outcome{Managed: true}},
	"null cleared":          {AttributeRule{Source: "X", WhenNull: NullClear}, value{}, Outcome{Managed: true}},
	"null with default":     {AttributeRule{Source: "X", Default: pointer("d")}, text(""), Outcome{Default: directory.Value{"d"}}},
	"cleared with default":  {AttributeRule{Source: "X", Default: pointer("d"), WhenNull: NullClear}, value{}, Outcome{Managed: true, Default: directory.Value{"d"}}},
	"default unused":        {AttributeRule{Source: "X", Default: pointer("d")}, text("a"), Outcome{Value: directory.Value{"a"}, Managed: true, Default: directory.Value{"d"}}},
	"default only":          {AttributeRule{Default: pointer("d")}, value{}, Outcome{Default: directory.Value{"d"}}},
	"constant":              {AttributeRule{Constant: pointer("k")}, value{}, Outcome{Value: directory.Value{"k"}, Managed: true}},
	"constant clears":       {AttributeRule{Constant: pointer("")}, value{}, Outcome{Managed: true}},
	"on create":             {AttributeRule{Source: "X", Apply: ApplyOnCreate}, text("a"), Outcome{Value: directory.Value{"a"}, Managed: true, OnCreate: true}},
	"if empty":              {AttributeRule{Source: "X", Apply: ApplyIfEmpty}, text("a"), Outcome{Value: directory.Value{"a"}, Managed: true, IfEmpty: true}},
	"drop attribute":        {AttributeRule{Expression: `IIF([X] = "a", IgnoreAttributeFlow, "b")`, WhenNull: NullClear}, text("a"), Outcome{}},
	"drop when empty":       {AttributeRule{Expression: `IgnoreFlowIfNullOrEmpty([X])`, WhenNull: NullClear}, text(""), Outcome{}},
	"redacted":              {AttributeRule{Expression: `Redact([X])`}, text("a"), Outcome{Value: directory.Value{"a"}, Managed: true, Redact: true}},
	"list is a set":         {AttributeRule{Source: "X"}, expression.List("b", "", "a", "b"), Outcome{Value: directory.Value{"a", "b"}, Managed: true}},
	"list of blanks":        {AttributeRule{Source: "X"}, expression.List("", " "), Outcome{}},
	"expression of a list":  {AttributeRule{Expression: `Split([X], ";")`}, text("b;a"), Outcome{Value: directory.Value{"a", "b"}, Managed: true}},
	"fixed and unique":      {AttributeRule{Source: "X", Unique: true}, text("a"), Outcome{Value: directory.Value{"a"}, Managed: true, Unique: true}},
	"unique without value":  {AttributeRule{Source: "X", Unique: true}, value{}, Outcome{Unique: true}},
	"file time as text":     {AttributeRule{Expression: `NumFromDate([X])`}, text("2025-12-31 23:59:59-05:00"), Outcome{Value: directory.Value{"134117171990000000"}, Managed: true}},
	"canonical key":         {AttributeRule{Source: "hire_date"}, value{}, Outcome{Value: directory.Value{"2026-12-01"}, Managed: true}},
	"several unique values": {AttributeRule{Source: "X", Unique: true}, expression.List("b", "a"), Outcome{Value: directory.Value{"a", "b"}, Managed: true, Unique: true}},
}

func TestOutcomes(t *testing.T) {
	for name, test := range outcomes {
		t.Run(name, func(t *testing.T) {
			r := basic()
			r.Attributes["otherTelephone"] = test.rule
			m := mustCompile(t, r)
			w := ann()
			w.Attributes["X"] = test.in
			got := mustEvaluate(t, m, w, "2026-12-05T00:00:00Z").Attributes["otherTelephone"]
			var tried []string
			if got.Candidates != nil {
				for s, err := range got.Candidates {
					if err != nil {
						t.Fatal(err)
					}
					tried = append(tried, s)
				}
			}
			if want := test.want; want.Unique && len(want.Value) == 1 && !slices.Equal(tried, want.Value) || len(want.Value) != 1 && tried != nil {
				t.Errorf("candidates %q", tried)
			}
			if got.Rule == "" {
				t.Error("no rule text")
			}
			got.Candidates, got.Origin = nil, nil
			if !reflect.DeepEqual(normal(got), normal(test.want)) {
				t.Errorf("got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

// normal makes nil and empty values the same.
func normal(o Outcome) Outcome {
	o.Value, o.Default = append(directory.Value{}, o.Value...), append(directory.Value{}, o.Default...)
	return o
}

func TestManagerIsAWorkerID(t *testing.T) {
	r := basic()
	r.Attributes["Manager"] = AttributeRule{Source: "manager_id"}
	w := ann()
	w.ManagerID = "no distinguished name"
	if got := mustEvaluate(t, mustCompile(t, r), w, "2026-12-05T00:00:00Z").Attributes["manager"].Value.Text(); got != w.ManagerID {
		t.Errorf("manager %q", got)
	}
}

func TestIgnoreObjectFlow(t *testing.T) {
	r := basic()
	r.Attributes["title"] = AttributeRule{Expression: `IIF([Department] = "Sales", IgnoreObjectFlow, "x")`}
	d := mustEvaluate(t, mustCompile(t, r), ann(), "2026-12-05T00:00:00Z")
	if d.Stage != StageOutOfScope || !d.Ignored || d.Enabled || d.Attributes != nil || len(d.Keys) != 1 || !strings.Contains(d.Reason, "the rule of title gives IgnoreObjectFlow") {
		t.Errorf("got %+v", d)
	}
}

func TestWorkerProblems(t *testing.T) {
	tests := map[string]struct {
		name string
		rule AttributeRule
		in   value
		want []string
	}{
		"null": {"title", AttributeRule{Source: "X", WhenNull: NullError}, text(" "),
			[]string{`worker "1001": title: found no value, and when_null is "error"; rule [X], where X is " "`}},
		"required": {"cn", AttributeRule{Source: "X", Apply: ApplyAlways}, value{}, []string{`cn: found no value, and every account needs one`}},
		"too long": {"department", AttributeRule{Expression: `Append([X], "!")`}, text(strings.Repeat("x", 64)), []string{"department: found",
			"65 characters, expected at most 64; rule Append([X], \"!\"), where X is"}},
		"single": {"title", AttributeRule{Source: "X"}, expression.List("a", "b"), []string{`found 2 values ("a", "b"), expected one`}},
		"number": {"countryCode", AttributeRule{Source: "X"}, text("DE"), []string{`countryCode: found "DE"`}},
		"nul":    {"title", AttributeRule{Source: "X"}, text("a\x00b"), []string{"NUL"}},
		"UTF-8":  {"title", AttributeRule{Source: "X"}, text("a\xff"), []string{"valid UTF-8"}},
		"path":   {"secretary", AttributeRule{Source: "X"}, text("Bob"), []string{"expected a distinguished name"}},
		"time": {"accountExpires", AttributeRule{Source: "X"}, text("2027-01-31"), []string{`accountExpires: found "2027-01-31"`,
			"expected a time"}},
		"function":        {"title", AttributeRule{Expression: `FormatDateTime([X], , "yyyy-MM-dd", "yyyy")`}, text("soon"), []string{"title: line 1, column 1: FormatDateTime", `rule FormatDateTime`}},
		"redacted":        {"countryCode", AttributeRule{Source: "X", Redact: true}, text("hush"), []string{"countryCode: the value is not acceptable (redacted); rule [X]"}},
		"logon name":      {"sAMAccountName", AttributeRule{Source: "X"}, text("a/b"), []string{`sAMAccountName: found "a/b" with the character '/'`}},
		"domain constant": {"mail", AttributeRule{Expression: `Join("@", [X], DefaultDomain())`}, text("a"), []string{"mail: line 1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := basic()
			r.Attributes[test.name] = test.rule
			w := ann()
			w.Attributes["X"] = test.in
			d, err := mustCompile(t, r).Evaluate(w, instant(t, "2026-12-05T00:00:00Z"))
			wantError(t, err, test.want...)
			if d != nil || strings.Contains(err.Error(), "hush") {
				t.Errorf("%v, %v", d, err)
			}
		})
	}
}

func TestContainerProblems(t *testing.T) {
	for source, want := range map[string]string{
		`[X]`:                                   "container: the rule gives nothing, expected a container; rule [X], where X is null",
		`Join("", "OU=", [LastName], "DC=a")`:   "",
		`Join(",", [LastName], "DC=a")`:         `container: found "Lee,DC=a", expected a distinguished name`,
		`Split("OU=a,OU=b", ",")`:               "container: found 2 values",
		`Join("", "OU=", [Department], ", =x")`: "expected a distinguished name",
	} {
		r := basic()
		r.Container = source
		_, err := mustCompile(t, r).Evaluate(ann(), instant(t, "2026-12-05T00:00:00Z"))
		if want == "" {
			if err != nil {
				t.Errorf("%s: %v", source, err)
			}
			continue
		}
		wantError(t, err, want)
	}
}

func TestKeys(t *testing.T) {
	r := basic()
	r.Match = []MatchRule{
		{All: []MatchCondition{{Source: "worker_id", Target: "employeeid"}}},
		{All: []MatchCondition{{Source: "Mail", Target: "mail"}}},
		{All: []MatchCondition{{Source: "LastName", Target: "sn"}, {Source: `ToUpper([FirstName])`, Target: "givenName"}}},
		{All: []MatchCondition{{Source: "LastName", Target: "sn"}, {Source: "Mail", Target: "mail"}}},
	}
	m := mustCompile(t, r)
	want := [][]Key{{{"employeeID", "1001"}}, {{"sn", "Lee"}, {"givenName", "ANN"}}}
	if got := mustEvaluate(t, m, ann(), "2026-12-05T00:00:00Z").Keys; !reflect.DeepEqual(got, want) {
		t.Errorf("keys %v, want %v", got, want)
	}
	w := ann()
	w.Attributes["Mail"] = expression.List("a@x", "b@x")
	_, err := m.Evaluate(w, instant(t, "2026-12-05T00:00:00Z"))
	wantError(t, err, `worker "1001": match[1]: found 2 values`, "match[3].all[1]: found 2 values")
}

func TestCandidates(t *testing.T) {
	r := basic()
	r.Attributes["sAMAccountName"] = AttributeRule{Expression: `SelectUniqueValue([Nick], [LastName], Append([LastName], Counter(8)), "x")`}
	m := mustCompile(t, r)
	o := mustEvaluate(t, m, ann(), "2026-12-05T00:00:00Z").Attributes["sAMAccountName"]
	if !o.Unique || !o.OnCreate || !o.Managed || len(o.Value) > 0 {
		t.Errorf("outcome %+v", o)
	}
	for range 2 { // the same each time
		var got []string
		for s, err := range o.Candidates {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, s); len(got) == 4 {
				break
			}
		}
		if want := []string{"Lee", "Lee8", "Lee9", "Lee10"}; !slices.Equal(got, want) {
			t.Errorf("candidates %q, want %q", got, want)
		}
	}
	w := ann()
	w.Attributes["LastName"] = text("Featherstonehaugh-Smythe")
	for _, err := range mustEvaluate(t, m, w, "2026-12-05T00:00:00Z").Attributes["sAMAccountName"].Candidates {
		wantError(t, err, `worker "1001": sAMAccountName: found "Featherstonehaugh-Smythe" with 24 characters, expected at most 20`, "rule SelectUniqueValue")
	}
}

func TestApplyDefaults(t *testing.T) {
	r := basic()
	r.Attributes["mail"] = AttributeRule{Expression: "SelectUniqueValue([a], [LastName])", Unique: true}
	r.Attributes["userPrincipalName"] = AttributeRule{Expression: `Append([LastName], "@x.com")`, Apply: ApplyAlways}
	d := mustEvaluate(t, mustCompile(t, r), ann(), "2026-12-05T00:00:00Z")
	for name, want := range map[string]bool{"cn": true, "sAMAccountName": true, "mail": true, "userPrincipalName": false, "employeeID": false} {
		if got := d.Attributes[name].OnCreate; got != want {
			t.Errorf("%s: on create %v, want %v", name, got, want)
		}
	}
}

func TestRandomIsDeterministic(t *testing.T) {
	r := basic()
	r.Attributes["title"] = AttributeRule{Expression: "RandomString(12, 1, 0, 1, 1)"}
	r.Attributes["info"] = r.Attributes["title"]
	r.Attributes["sAMAccountName"] = AttributeRule{Expression: `SelectUniqueValue(RandomString(8, 0, 0, 0, 8), RandomString(9, 0, 0, 0, 9))`}
	m := mustCompile(t, r)
	seen := map[string]bool{}
	for _, id := range []string{"1", "2"} {
		w := ann()
		w.ID = id
		first, again := printed(t, m, w), printed(t, m, w)
		if first != again {
			t.Errorf("two evaluations differ:\n%s\n%s", first, again)
		}
		d := mustEvaluate(t, m, w, "2026-12-05T00:00:00Z")
		seen[d.Attributes["title"].Value.Text()], seen[d.Attributes["info"].Value.Text()] = true, true
	}
	if len(seen) != 4 {
		t.Errorf("values repeat: %v", seen)
	}
}

// printed writes everything of a result, the first candidates included.
func printed(t testing.TB, m *Mapping, w *worker.Worker) string {
	d, err := m.Evaluate(w, instant(t, "2026-12-05T00:00:00Z"))
	if err != nil {
		return "error: " + err.Error()
	}
	candidates := map[string][]string{}
	for name, o := range d.Attributes {
		if o.Candidates != nil {
			for s, err := range o.Candidates {
				if candidates[name] = append(candidates[name], fmt.Sprint(s, err)); len(candidates[name]) == 5 {
					break
				}
			}
		}
		o.Candidates = nil
		d.Attributes[name] = o
	}
	return fmt.Sprintf("%+v %q", *d, candidates)
}

func TestEvaluateIsPureAndConcurrent(t *testing.T) {
	m := mustCompile(t, tutorial())
	workers := crowd(200)
	want := make([]string, len(workers))
	for i, w := range workers {
		want[i] = printed(t, m, w)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i, w := range workers {
				if got := printed(t, m, w); got != want[i] {
					t.Errorf("worker %s:\n%s\n%s", w.ID, got, want[i])
				}
			}
		})
	}
	wg.Wait()
}

// holdsDocument holds that the document of rules is read as the same rules.
func holdsDocument(t *testing.T, rules Rules) {
	t.Helper()
	doc, err := rules.Marshal()
	if err != nil {
		t.Fatalf("rules that cannot be written: %v", err)
	}
	back, err := ParseRules(doc)
	if err != nil {
		t.Fatalf("%s cannot be read again: %v", doc, err)
	}
	if again, err := back.Marshal(); err != nil || again != doc {
		t.Fatalf("%s became %s, %v", doc, again, err)
	}
}

// FuzzRules holds that a mapping document is refused, or has one canonical form, and compiles or says why not.
func FuzzRules(f *testing.F) {
	doc, err := tutorial().Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(doc)
	f.Add(`{"target":"ad","attributes":{"cn":{"expression":"Join(\" \", [a], [b])"},"CN":{}},"match":[{"worker":"x"}]}`)
	f.Add(`{} {}`)
	f.Fuzz(func(t *testing.T, doc string) {
		rules, err := ParseRules(doc)
		if err != nil {
			return
		}
		holdsDocument(t, rules)
		if m, err := Compile(rules, adSchema(), adFormat); (m == nil) == (err == nil) {
			t.Errorf("Compile gave %v and %v", m, err)
		}
	})
}

// FuzzEvaluate holds that a mapping gives the same account each time.
func FuzzEvaluate(f *testing.F) {
	m := mustCompile(f, tutorial())
	f.Add("1", "Active", "2026-01-01", "", "", "Europe/Berlin", "Ann", "Lee", "DE")
	f.Add("", "", "9999-12-31", "0000-01-01", "2026-02-30", "Mars/Olympus", "\x00", strings.Repeat("\U0001F600", 99), "\xff\xfe")
	f.Add("7", "T", "2026-01-01", "2025-01-01", "2025-01-01", "UTC", ",=\\\"", "..", " ")
	f.Fuzz(func(t *testing.T, id, status, hire, end, last, zone, first, surname, country string) {
		w := &worker.Worker{ID: id, Status: status, HireDate: worker.Date(hire), TerminationDate: worker.Date(end), LastDayOfWork: worker.Date(last), TimeZone: zone,
			Attributes: map[string]expression.Value{"FirstName": text(first), "LastName": expression.List(surname, first), "Country": text(country), "Phone": text(surname)}}
		if one, two := printed(t, m, w), printed(t, m, w); one != two {
			t.Errorf("two evaluations differ:\n%s\n%s", one, two)
		}
	})
}
