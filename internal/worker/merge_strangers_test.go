// SPDX-License-Identifier: MPL-2.0

package worker

import (
	"strings"
	"testing"
)

// TestMergeStrangers: one worker id of two primary sources is one person, or an error that names both.
func TestMergeStrangers(t *testing.T) {
	for name, test := range map[string]struct {
		hr, agency string
		want       []string // of the error; none: one person
	}{
		"different people": {"1001 First=Ann Last=Lee status=Terminated worker_type=Employee", "1001 First=Bob Last=Ray status=Active worker_type=Contractor hire_date=2026-01-01",
			[]string{`worker id "1001"`, "source hr has", `First "Ann"`, `Last "Lee"`, `status "Terminated"`, "source agency has", `First "Bob"`, `hire_date "2026-01-01"`, "id_prefix", "person_key"}},
		"names in other columns":      {"1 FullName=Ann_Lee status=Active", "1 vorname=Bob nachname=Ray status=Active", []string{"no part of the names agrees"}},
		"siblings, one has left":      {"1 First=Ann Last=Lee status=Terminated", "1 First=Bob Last=Lee status=Active", []string{"type, dates or status"}},
		"no names, other employment":  {"1 worker_type=Employee status=Active hire_date=2020-01-01", "1 worker_type=Contractor status=Active hire_date=2025-01-01", []string{"type, dates or status"}},
		"no names, one has left":      {"1 worker_type=Employee status=Inaktiv", "1 worker_type=Contractor status=Active", []string{"type, dates or status"}},
		"one person":                  {"1 First=Ann Last=Lee status=Active worker_type=Employee hire_date=2020-01-01", "1 First=ANN Last=Lée status=Terminated worker_type=Contractor hire_date=2019-01-01", nil},
		"one person with a nickname":  {"1 First=Robert Last=Lee status=Active worker_type=EMP", "1 First=Bob Last=Lee status=Active worker_type=Employee", nil},
		"one person, names elsewhere": {"1 First=Ann Last=Lee status=Active", "1 Phone=1 status=Active", nil},
		"a name beside no name":       {"1 UserName=a.lee status=Active", "1 UserName=b.ray status=Active", nil},
	} {
		_, err := Merge([]Named{{"hr", population(t, test.hr)}, {"agency", population(t, test.agency)}}, MergeRules{Primary: []string{"hr", "agency"}, AsOf: asOf})
		if (err == nil) != (test.want == nil) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: no %q in %v", name, want, err)
			}
		}
	}
	// The same key says that they are one person, a key of one alone does not.
	keyed := []Named{{"hr", population(t, "1 First=Ann UID=u")}, {"agency", population(t, "1 First=Bob UID=u")}}
	if _, err := Merge(keyed, MergeRules{Primary: []string{"hr", "agency"}, PersonKey: "UID", AsOf: asOf}); err != nil {
		t.Error(err)
	}
	if _, err := Merge(keyed, MergeRules{Primary: []string{"hr", "agency"}, PersonKeys: map[string]string{"hr": "UID"}, AsOf: asOf}); err == nil {
		t.Error("a key of one record hides that they are two people")
	}
	// A source that only enriches may know less of the name.
	if _, err := Merge([]Named{{"hr", population(t, "1 First=Ann")}, {"phones", population(t, "1 First=Bob")}}, MergeRules{Primary: []string{"hr"}, AsOf: asOf}); err != nil {
		t.Error(err)
	}
}

// TestMergePrefix: the advice of the error works, managers included.
func TestMergePrefix(t *testing.T) {
	hr := population(t, "1001 First=Ann status=Terminated", "1002 First=Cy status=Active manager_id=1001")
	agency := population(t, "1001 First=Bob status=Active", "1002 First=Di status=Active manager_id=1001", "1003 First=Ed status=Active manager_id=9")
	got, err := Merge([]Named{{"hr", hr}, {"agency", agency}}, MergeRules{Primary: []string{"hr", "agency"}, Prefixes: map[string]string{"agency": "C-"}, AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	if ids := strings.Join(got.Workers.IDs(), " "); ids != "1001 1002 C-1001 C-1002 C-1003" {
		t.Fatalf("workers %s", ids)
	}
	for id, manager := range map[string]string{"1002": "1001", "C-1002": "C-1001", "C-1003": "9"} {
		if w := got.Workers[id]; w.ManagerID != manager || w.ID != id {
			t.Errorf("%s: id %s, manager %q, want %q", id, w.ID, w.ManagerID, manager)
		}
	}
	if agency["1001"].ID != "1001" || agency["1002"].ManagerID != "1001" {
		t.Error("a source was changed")
	}
	_, err = Merge([]Named{{"hr", hr}}, MergeRules{Prefixes: map[string]string{"agencies": "C-"}, AsOf: asOf})
	if err == nil || !strings.Contains(err.Error(), `prefixes: there is no source "agencies"`) {
		t.Errorf("got %v", err)
	}
}

// TestMergeWords: without lists, the vocabulary tells which engagement is over.
func TestMergeWords(t *testing.T) {
	for name, test := range map[string]struct{ a, b, chosen string }{
		"left":                      {"1 UID=u status=Terminated hire_date=2024-01-01", "2 UID=u status=Active hire_date=2020-01-01", "2"},
		"left in German":            {"1 UID=u status=Ausgeschieden hire_date=2024-01-01", "2 UID=u status=Aktiv hire_date=2020-01-01", "2"},
		"on leave beats left":       {"1 UID=u status=Laid_off hire_date=2024-01-01", "2 UID=u status=On_Leave hire_date=2020-01-01", "2"},
		"never started":             {"1 UID=u status=Rescinded hire_date=2026-09-01", "2 UID=u status=Terminated termination_date=2026-01-01", "1"},
		"pending is to come":        {"1 UID=u status=Pending_Hire", "2 UID=u status=Active", "2"},
		"pending beats left":        {"1 UID=u status=Terminated", "2 UID=u status=Pending_Hire", "2"},
		"active beats unknown":      {"1 UID=u status=Terminatd hire_date=2024-01-01", "2 UID=u status=Active hire_date=2020-01-01", "2"},
		"unknown is not taken over": {"1 UID=u status=Terminated hire_date=2024-01-01", "2 UID=u status=Terminatd hire_date=2020-01-01", "2"},
		"unknown, but over":         {"1 UID=u status=Terminated hire_date=2024-01-01", "2 UID=u status=Terminatd hire_date=2020-01-01 termination_date=2026-01-01", "1"},
		"booked rehire":             {"1 UID=u status=Terminated hire_date=2026-12-01", "2 UID=u status=Active hire_date=2020-01-01", "2"},
	} {
		got, err := Merge([]Named{{"hr", population(t, test.a, test.b)}}, MergeRules{PersonKey: "UID", AsOf: asOf})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if ids := got.Workers.IDs(); len(ids) != 1 || ids[0] != test.chosen {
			t.Errorf("%s: %v, %s", name, ids, text(t, got.Choices))
		}
	}
}
