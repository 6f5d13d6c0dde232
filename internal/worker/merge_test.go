// SPDX-License-Identifier: MPL-2.0

package worker

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/expression"
)

var asOf = time.Date(2026, 7, 2, 12, 0, 0, 0, time.UTC)

// population reads workers from lines "id key=value key=value"; a value ends at the next blank.
func population(t *testing.T, lines ...string) Population {
	t.Helper()
	p := Population{}
	for _, line := range lines {
		words := strings.Fields(line)
		columns := map[string]string{"worker_id": words[0]}
		for _, word := range words[1:] {
			name, value, _ := strings.Cut(word, "=")
			columns[name] = value
		}
		w, err := FromColumns(columns)
		if err != nil {
			t.Fatal(err)
		}
		p[w.ID] = w
	}
	return p
}

func text(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestMergeAttributes(t *testing.T) {
	hr := population(t, "1 status=Active Team=Sales Mail=hr@x manager_id=2", "2 status=Active Phone=1")
	payroll := population(t, "1 status=Left hire_date=2020-01-01 Mail=pay@x Grade=7 time_zone=UTC", "3 status=Active")
	phones := population(t, "1 status=Gone Phone=555 Mail=phone@x", "9 Phone=999")
	hr["1"].Attributes["Room"] = expression.Null
	phones["1"].Attributes["Room"] = expression.String("B1")
	got, err := Merge([]Named{{"hr", hr}, {"payroll", payroll}, {"phones", phones}},
		MergeRules{Primary: []string{"payroll", "hr"}, Authority: map[string][]string{"Mail": {"phones", "hr"}, "Phone": {"phones"}}, AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := got.Workers.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	// The employment of 1 is that of hr as a whole, without the hire date of
	// payroll; the phone of 2 is null, since only phones has a say in it.
	want := `{"1":{"worker_id":"1","status":"Active","worker_type":null,"hire_date":null,"termination_date":null,"last_day_of_work":null,"on_leave":null,"manager_id":"2","time_zone":"UTC","attributes":{"Grade":"7","Mail":"phone@x","Phone":"555","Room":"B1","Team":"Sales"}},` +
		`"2":{"worker_id":"2","status":"Active","worker_type":null,"hire_date":null,"termination_date":null,"last_day_of_work":null,"on_leave":null,"manager_id":null,"time_zone":null,"attributes":{"Phone":null}},` +
		`"3":{"worker_id":"3","status":"Active","worker_type":null,"hire_date":null,"termination_date":null,"last_day_of_work":null,"on_leave":null,"manager_id":null,"time_zone":null,"attributes":{}}}`
	if doc != want {
		t.Errorf("got  %s\nwant %s", doc, want)
	}
	if s := text(t, got.Conflicts); s != `[{"worker_id":"1","attribute":"Mail","values":[{"source":"hr","value":"hr@x"},{"source":"payroll","value":"pay@x"},{"source":"phones","value":"phone@x"}],"winner":"phones","ruled":true},`+
		`{"worker_id":"1","attribute":"status","values":[{"source":"hr","value":"Active"},{"source":"payroll","value":"Left"}],"winner":"hr","ruled":false}]` {
		t.Errorf("conflicts: got %s", s)
	}
	if s := text(t, got.Waiting); s != `[{"source":"phones","worker_id":"9","person_key":""}]` {
		t.Errorf("waiting: got %s", s)
	}
	if hr["2"].Attributes["Phone"].Text() != "1" {
		t.Error("a source was changed")
	}
}

func TestMergeAuthorityOverEmployment(t *testing.T) {
	got, err := Merge([]Named{{"hr", population(t, "1 status=Active hire_date=2020-01-01")}, {"exits", population(t, "1 status=Out last_day_of_work=2026-07-31")}},
		MergeRules{Primary: []string{"hr"}, Authority: map[string][]string{"last_day_of_work": {"exits", "hr"}}, AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	if w := got.Workers["1"]; w.LastDayOfWork != "2026-07-31" || w.Status != "Active" || w.HireDate != "2020-01-01" || len(got.Conflicts) != 0 {
		t.Errorf("got %+v, %+v", w, got.Conflicts)
	}
}

// TestMergeCarriesProblems: what one source could not read is the worker's trouble after the merge, too, and
// an engagement of which something is not known loses to one that is known to be active only.
func TestMergeCarriesProblems(t *testing.T) {
	hr, badges := population(t, "1 status=Active hire_date=2020-01-01"), population(t, "1 Badge=7")
	hr["1"].Problems, badges["1"].Problems = []string{"row 2: a"}, []string{"row 9: b"}
	got, err := Merge([]Named{{"hr", hr}, {"badges", badges}}, MergeRules{Primary: []string{"hr"}, AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Workers["1"].Problems, []string{"source hr, row 2: a", "source badges, row 9: b"}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if len(hr["1"].Problems) != 1 {
		t.Error("the source was changed")
	}
	for other, want := range map[string]string{
		"2 UID=u status=Active hire_date=2020-01-01":                             "2",
		"2 UID=u status=Terminated hire_date=2020-01-01":                         "1",
		"2 UID=u status=Active hire_date=2026-08-01":                             "1",
		"2 UID=u status=Active hire_date=2020-01-01 last_day_of_work=2026-06-30": "1",
	} {
		p := population(t, "1 UID=u status=Active hire_date=2020-01-01", other)
		p["1"].Problems = []string{"row 2: a"}
		got, err := Merge([]Named{{"hr", p}}, MergeRules{PersonKey: "UID", AsOf: asOf})
		if err != nil || got.Workers[want] == nil || len(got.Workers) != 1 {
			t.Errorf("%s: got %v, %v, expected %s", other, got.Workers.IDs(), err, want)
		}
	}
}

func TestMergeEngagements(t *testing.T) {
	rules := MergeRules{PersonKey: "UID", TypeOrder: []string{"Employee", "Contractor"}, ActiveStatuses: []string{"Active"}, AsOf: asOf}
	tests := []struct {
		name           string
		records        []string
		chosen, reason string
	}{
		{"active beats future", []string{"E2 UID=u status=Active hire_date=2026-08-01 worker_type=Employee", "C1 UID=u status=Active hire_date=2020-01-01 worker_type=Contractor"}, "C1", "C1 is active, E2 is future"},
		{"future beats past", []string{"C1 UID=u status=Active hire_date=2020-01-01 termination_date=2026-06-30", "E2 UID=u status=Active hire_date=2026-08-01"}, "E2", "E2 is future, C1 is past"},
		{"status makes past", []string{"1 UID=u status=Terminated hire_date=2024-01-01", "2 UID=u status=active hire_date=2020-01-01"}, "2", "2 is active, 1 is past"},
		{"type", []string{"1 UID=u worker_type=contractor hire_date=2025-01-01", "2 UID=u worker_type=employee hire_date=2020-01-01"}, "2", `2 and 1 are both active; type "employee" comes before "contractor"`},
		{"unlisted type", []string{"1 UID=u worker_type=Intern", "2 UID=u worker_type=Contractor"}, "2", `type "Contractor" comes before "Intern"`},
		{"latest hire date", []string{"1 UID=u hire_date=2020-01-01", "2 UID=u hire_date=2021-01-01"}, "2", "2 was hired later (2021-01-01, not 2020-01-01)"},
		{"lowest id", []string{"2 UID=u", "1 UID=u", "3 UID=u"}, "1", "1 is the lowest id"},
		{"last day of work", []string{"1 UID=u last_day_of_work=2026-07-01 termination_date=2026-12-31", "2 UID=u termination_date=2026-07-02"}, "2", "2 is active, 1 is past"},
		{"the day is not over in Honolulu", []string{"1 UID=u last_day_of_work=2026-07-01 time_zone=Pacific/Kiritimati", "2 UID=u last_day_of_work=2026-07-02 time_zone=Pacific/Honolulu"}, "2", "2 is active"},
		{"rehired under the same id", []string{"1 UID=u hire_date=2026-01-01 termination_date=2024-01-01", "2 UID=u hire_date=2027-01-01"}, "1", "1 is active, 2 is future"},
	}
	for _, tt := range tests {
		got, err := Merge([]Named{{"hr", population(t, tt.records...)}}, rules)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if len(got.Workers) != 1 || got.Workers[tt.chosen] == nil || len(got.Choices) != 1 || !strings.Contains(got.Choices[0].Reason, tt.reason) || len(got.Choices[0].Others) != len(tt.records)-1 {
			t.Errorf("%s: got %v, %s", tt.name, got.Workers.IDs(), text(t, got.Choices))
		}
	}
}

func TestMergeLinksPersonsAndManagers(t *testing.T) {
	staff := population(t, "E1 UID=u1 manager_id=C9", "E2 UID=u2 manager_id=E1", "E9 UID=u9 manager_id=C9", "E5")
	externals := population(t, "C9 UID=u9 termination_date=2020-01-01", "C1 UID=u1 termination_date=2021-01-01")
	badges := population(t, "B1 Badge=77 Person=U1", "E1 Desk=4", "C1 Desk=5", "B8 Badge=88 Person=U8")
	sources := []Named{{"staff", staff}, {"externals", externals}, {"badges", badges}}
	rules := MergeRules{Primary: []string{"staff", "externals"}, PersonKey: "UID", PersonKeys: map[string]string{"badges": "ToLower([Person])"}, AsOf: asOf}
	got, err := Merge(sources, rules)
	if err != nil {
		t.Fatal(err)
	}
	if ids := got.Workers.IDs(); !slices.Equal(ids, []string{"E1", "E2", "E5", "E9"}) {
		t.Fatalf("got %v", ids)
	}
	if w := got.Workers["E1"]; w.ManagerID != "E9" || w.Attributes["Badge"].Text() != "77" || w.Attributes["Desk"].Text() != "4" {
		t.Errorf("got %+v", w)
	}
	if w := got.Workers["E9"]; w.ManagerID != "" || !slices.Equal(got.Warnings, []string{`worker "E9": the manager "C9" is the same person and is left out`}) {
		t.Errorf("got %+v, %q", w, got.Warnings)
	}
	if s := text(t, got.Waiting); s != `[{"source":"badges","worker_id":"B8","person_key":"u8"}]` {
		t.Errorf("waiting: got %s", s)
	}
	rules.IDFromKey, rules.EngagementAttribute = true, "EngagementID"
	got, err = Merge(sources, rules)
	if err != nil {
		t.Fatal(err)
	}
	if ids := got.Workers.IDs(); !slices.Equal(ids, []string{"E5", "u1", "u2", "u9"}) {
		t.Fatalf("got %v", ids)
	}
	if w := got.Workers["u1"]; w.ManagerID != "u9" || w.ID != "u1" || w.Attributes["EngagementID"].Text() != "E1" || got.Workers["u2"].ManagerID != "u1" {
		t.Errorf("got %+v", w)
	}
	if staff["E1"].ManagerID != "C9" || staff["E1"].ID != "E1" || len(staff["E1"].Attributes) != 1 {
		t.Error("a source was changed")
	}
}

func TestMergeBridgesGaps(t *testing.T) {
	rules := MergeRules{PersonKey: "UID", ActiveStatuses: []string{"Active"}, AsOf: asOf, BridgeDays: 7}
	merge := func(records ...string) (*Merged, *Worker) {
		got, err := Merge([]Named{{"hr", population(t, records...)}}, rules)
		if err != nil {
			t.Fatal(err)
		}
		return got, got.Workers[got.Workers.IDs()[0]]
	}
	got, w := merge("C1 UID=u status=Terminated termination_date=2026-06-30", "E2 UID=u status=Active hire_date=2026-07-08")
	if w.ID != "C1" || w.TerminationDate != "" || w.Status != "Active" || got.Choices[0].Reason != "C1 ends on 2026-06-30 and E2 begins on 2026-07-08, 8 days later (bridge_days 7): until then C1 is carried on" || len(got.Choices[0].Others) != 1 {
		t.Errorf("a gap of seven days: got %+v, %s", w, text(t, got.Choices))
	}
	if _, w = merge("C1 UID=u status=Terminated termination_date=2026-06-30", "E2 UID=u status=Active hire_date=2026-07-09"); w.ID != "E2" {
		t.Errorf("a gap of eight days: got %+v", w)
	}
	if _, w = merge("C1 UID=u status=Active last_day_of_work=2026-07-31", "E2 UID=u status=Active hire_date=2026-08-01"); w.ID != "C1" || w.LastDayOfWork != "" {
		t.Errorf("before the end: got %+v", w)
	}
	if _, w = merge("C1 UID=u status=Active last_day_of_work=2026-06-30", "E2 UID=u status=Active hire_date=2026-07-01"); w.ID != "E2" {
		t.Errorf("after the gap: got %+v", w)
	}
	if _, w = merge("C1 UID=u status=Terminated termination_date=2026-06-30"); w.TerminationDate != "2026-06-30" {
		t.Errorf("a leaver: got %+v", w)
	}
}

func TestMergeErrors(t *testing.T) {
	hr := Named{"hr", population(t, "1 UID=a", "2 UID=b Team=x")}
	other := Named{"other", population(t, "1 UID=c")}
	many := Population{}
	for i := range 40 {
		w := population(t, fmt.Sprintf("m%d UID=0", i))
		many[fmt.Sprintf("m%d", i)] = w[fmt.Sprintf("m%d", i)]
	}
	tests := []struct {
		name    string
		sources []Named
		rules   MergeRules
		want    string
	}{
		{"none", nil, MergeRules{}, "sources: found none"},
		{"unnamed", []Named{{}}, MergeRules{}, `the name of source 1 is ""`},
		{"named twice", []Named{hr, hr}, MergeRules{Primary: []string{"hr"}}, `the name of source 2 is "hr", expected one that no other has (as source 1)`},
		{"no primary", []Named{hr, other}, MergeRules{}, "primary: found none, expected the sources whose records make a person exist, of hr, other"},
		{"unknown primary", []Named{hr}, MergeRules{Primary: []string{"rh"}}, `primary: there is no source "rh" (did you mean hr?), expected one of hr`},
		{"unknown authority", []Named{hr}, MergeRules{Authority: map[string][]string{"Team": {"x"}}}, `authority.Team: there is no source "x"`},
		{"authority of none", []Named{hr}, MergeRules{Authority: map[string][]string{"Team": {}}}, "authority.Team: expected at least one source"},
		{"authority over the id", []Named{hr}, MergeRules{Authority: map[string][]string{"worker_id": {"hr"}}}, "other than worker_id"},
		{"unknown keys", []Named{hr}, MergeRules{PersonKeys: map[string]string{"x": "UID"}}, `person_keys: there is no source "x"`},
		{"bad key", []Named{hr}, MergeRules{PersonKey: "ToLower("}, "person_key: "},
		{"random key", []Named{hr}, MergeRules{PersonKey: "RandomString(4, 0, 0, 0, 0)"}, "changes by itself"},
		{"id from no key", []Named{hr}, MergeRules{IDFromKey: true}, "id_from_key: expected a person_key"},
		{"zone", []Named{hr}, MergeRules{TimeZone: "Berlin"}, `time_zone: found "Berlin"`},
		{"days", []Named{hr}, MergeRules{BridgeDays: -1}, "bridge_days: found -1"},
		{"attribute that is there", []Named{hr}, MergeRules{EngagementAttribute: "Team"}, `engagement_attribute: there is "Team" already`},
		{"two keys", []Named{hr, other}, MergeRules{Primary: []string{"hr"}, PersonKey: "UID"}, `worker "1" has the person key "a" in source hr and "c" in source other, expected the same: one person or two?`},
		{"placeholder", []Named{{"hr", many}}, MergeRules{PersonKey: "UID"}, `source hr: more than 10 workers have the person key "0"`},
		{"case", []Named{{"a", population(t, "x1")}, {"b", population(t, "X1")}}, MergeRules{Primary: []string{"a", "b"}}, `worker "x1": another person has the worker id "X1"`},
		{"key that is an id", []Named{{"a", population(t, "k UID=z", "7 UID=k2", "z")}}, MergeRules{PersonKey: "UID", IDFromKey: true}, `worker "z": another person has the worker id "z"`},
	}
	for _, tt := range tests {
		got, err := Merge(tt.sources, tt.rules)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %+v and error %v, expected %q in it", tt.name, got, err, tt.want)
		}
	}
	got, err := Merge([]Named{hr}, MergeRules{Authority: map[string][]string{"Taem": {"hr"}}})
	if err != nil || !slices.Equal(got.Warnings, []string{"authority.Taem: no source has this attribute (did you mean Team?)"}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestMergeDoesNotDependOnOrder merges populations whose maps were filled in
// different orders, and checks what holds for every merge.
func TestMergeDoesNotDependOnOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	for range 200 {
		sources := make([]Named, 1+r.IntN(4))
		keyOf := map[string]string{}
		for i := range sources {
			p := Population{}
			for range r.IntN(25) {
				id := fmt.Sprint("w", r.IntN(30))
				w := &Worker{ID: id, Status: pick("", "Active", "Left"), Type: pick("Employee", "Contractor", ""), HireDate: Date(pick("", "2020-01-01", "2026-07-05", "2026-09-01")),
					LastDayOfWork: Date(pick("", "2026-06-30", "2026-08-31")), ManagerID: fmt.Sprint("w", r.IntN(30)), Attributes: map[string]expression.Value{}}
				if keyOf[id] == "" {
					keyOf[id] = fmt.Sprint("k", r.IntN(20))
				}
				if r.IntN(3) > 0 {
					w.Attributes["UID"] = expression.String(keyOf[id])
				}
				for _, name := range []string{"A", "B", "C"} {
					if r.IntN(2) == 0 {
						w.Attributes[name] = []expression.Value{expression.Null, expression.String(pick("x", "y")), expression.List("x", "y")}[r.IntN(3)]
					}
				}
				p[id] = w
			}
			sources[i] = Named{fmt.Sprint("s", i), p}
		}
		rules := MergeRules{Primary: []string{"s0"}, PersonKey: "UID", TypeOrder: []string{"Employee"}, InactiveStatuses: []string{"Left"}, AsOf: asOf, BridgeDays: r.IntN(10),
			IDFromKey: r.IntN(2) == 0, Authority: map[string][]string{"A": {"s0"}}}
		if len(sources) > 2 {
			rules.Primary = append(rules.Primary, "s2")
		}
		first := outcome(t, sources, rules)
		for range 3 {
			outcomeAgain := outcome(t, shuffled(r, sources), rules)
			if outcomeAgain != first {
				t.Fatalf("got\n%s\nand\n%s", first, outcomeAgain)
			}
		}
	}
}

func shuffled(r *rand.Rand, sources []Named) []Named {
	out := make([]Named, len(sources))
	for i, s := range sources {
		ids := s.Workers.IDs()
		r.Shuffle(len(ids), func(a, b int) { ids[a], ids[b] = ids[b], ids[a] })
		p := Population{}
		for _, id := range ids {
			p[id] = s.Workers[id]
		}
		out[i] = Named{s.Name, p}
	}
	return out
}

// outcome merges, checks that every record went somewhere and that nothing was
// changed on the way, and returns all that was decided.
func outcome(t *testing.T, sources []Named, rules MergeRules) string {
	t.Helper()
	before := text(t, sources)
	got, err := Merge(sources, rules)
	if err != nil {
		return err.Error()
	}
	if text(t, sources) != before {
		t.Fatal("a source was changed")
	}
	doc, err := got.Workers.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse(doc); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, c := range got.Choices {
		for _, e := range append(c.Others, c.Chosen) {
			known[e.WorkerID] = true
		}
	}
	for id := range got.Workers {
		known[id] = true
	}
	for i, s := range sources {
		if !slices.Contains(rules.Primary, s.Name) {
			continue
		}
		for id, w := range s.Workers {
			if key := w.Attributes["UID"].Text(); !known[id] && (!rules.IDFromKey || key != "" && !known[key]) {
				t.Fatalf("worker %s of source %d is nowhere", id, i)
			}
		}
	}
	return doc + text(t, got)
}

func BenchmarkMerge(b *testing.B) {
	for _, n := range sizes {
		hr, phones := people(n), people(n/2)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Merge([]Named{{"hr", hr}, {"phones", phones}}, MergeRules{Primary: []string{"hr"}, Authority: map[string][]string{"Column03": {"phones", "hr"}}, AsOf: asOf}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
