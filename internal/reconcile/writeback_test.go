// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"

	"terraform-provider-workforce/internal/writeback"
)

// personnel is an HR system in memory.
type personnel struct {
	records map[string]writeback.Record
	refuses map[string]bool // workers whose writes fail
	down    error
	writes  int
	closed  int
}

func newPersonnel(ids ...string) *personnel {
	p := &personnel{records: map[string]writeback.Record{}, refuses: map[string]bool{}}
	for _, id := range ids {
		p.records[id] = writeback.Record{"mail": "old" + id, "note": "kept"}
	}
	return p
}

func (p *personnel) Concurrency() int { return 1 }

func (p *personnel) Close() error { p.closed++; return nil }

func (p *personnel) Read(_ context.Context, workers, attributes []string) (map[string]writeback.Record, error) {
	out := map[string]writeback.Record{}
	for _, id := range workers {
		if r, there := p.records[id]; there {
			out[id] = writeback.Record{}
			for _, name := range attributes {
				out[id][name] = r[name]
			}
		}
	}
	return out, p.down
}

func (p *personnel) Write(_ context.Context, worker string, _, want writeback.Record) (writeback.Record, error) {
	p.writes++
	if p.refuses[worker] {
		return nil, errors.New("locked by payroll")
	}
	maps.Copy(p.records[worker], want)
	return maps.Clone(p.records[worker]), nil
}

// values is a resource for writing back that is planned and applied as Terraform does.
type values struct {
	t      *testing.T
	system *personnel
	docs   map[string]string
	aside  map[string]string
	// change is done to every call.
	change func(*Writeback)
	// between happens between plan and apply.
	between func()
}

func (v *values) call(want map[string]string) *Writeback {
	attributes := []string{"mail", "user_name"}
	w := &Writeback{
		Values: want, Before: v.docs, Attributes: attributes, Former: attributes, BeforeAside: v.aside, SameSystem: true,
		Open: func() (writeback.System, error) { return v.system, nil },
	}
	if v.change != nil {
		v.change(w)
	}
	return w
}

func (v *values) refresh() Findings {
	after, f := v.call(v.docs).Refresh(v.t.Context())
	if !f.Failed() {
		v.docs = after
	}
	return f
}

// run refreshes, plans and applies, and returns what was said until the first error.
func (v *values) run(want map[string]string) Findings {
	v.t.Helper()
	if f := v.refresh(); f.Failed() {
		return f
	}
	aside, said := v.call(want).Plan(v.t.Context())
	if said.Failed() {
		return said
	}
	if v.between != nil {
		v.between()
		v.between = nil
	}
	w := v.call(want)
	if maps.Equal(aside, v.aside) && maps.Equal(want, v.docs) {
		w.Aside = aside
	}
	after, aside, f := w.Apply(v.t.Context())
	v.docs, v.aside = after, aside
	return append(said, f...)
}

// holds checks what the HR system has as the mail addresses of workers.
func (v *values) holds(want map[string]string) {
	v.t.Helper()
	for id, mail := range want {
		if got := v.system.records[id]; got["mail"] != mail || got["note"] != "kept" {
			v.t.Errorf("worker %s has %v, expected the mail address %q and the note", id, got, mail)
		}
	}
}

// quiet checks that another run of the same values writes nothing, and says nothing that is new.
func (v *values) quiet(want map[string]string) {
	v.t.Helper()
	writes := v.system.writes
	if f := v.run(want); f.Failed() || v.system.writes != writes || !maps.Equal(v.docs, want) {
		v.t.Errorf("another run wrote %d times: %v\nstate %v\nwant  %v", v.system.writes-writes, f, v.docs, want)
	}
}

func mails(pairs ...string) map[string]string {
	docs := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		docs[pairs[i]] = writeback.Record{"mail": pairs[i+1]}.Marshal()
	}
	return docs
}

// TestWriteback: a value is taken over, drifts, is released and is cleared.
func TestWriteback(t *testing.T) {
	v := &values{t: t, system: newPersonnel("1", "2")}
	want := mails("1", "a", "2", "b")
	says(t, v.run(want), false,
		"Values in the HR system will be overwritten", "2 values are not managed yet and differ", `worker 1: mail: "old1" → "a"`)
	v.holds(map[string]string{"1": "a", "2": "b"})
	v.quiet(want)

	v.system.records["1"]["mail"] = "hand"
	if f := v.run(want); len(f) > 0 { // the plan shows it
		t.Errorf("repaired drift is reported as something else: %v", f)
	}
	v.quiet(want)

	v.system.records["1"]["mail"] = "hand"
	v.refresh()
	v.between = func() { v.system.records["1"]["mail"] = "other hand" }
	says(t, v.run(want), true, `worker "1"`, `found "other hand"`, `"hand"`, "plan again")
	v.holds(map[string]string{"1": "other hand", "2": "b"})
	says(t, v.run(want), false)
	v.quiet(want)

	says(t, v.run(mails("1", "a")), false)
	v.holds(map[string]string{"2": "b"})
	says(t, v.run(want), false)
	v.change = func(w *Writeback) { w.Clear = true }
	says(t, v.run(mails("1", "a")), false, "will be cleared", `worker 2: mail: "b" → no value`)
	v.holds(map[string]string{"1": "a", "2": ""})

	says(t, v.call(v.docs).PlanEnd(), false, "Values will be cleared", "1 worker ")
	left, f := v.call(v.docs).End(t.Context())
	if says(t, f, false); len(left) > 0 {
		t.Errorf("these values are left: %v", left)
	}
	v.holds(map[string]string{"1": ""})
	if v.system.closed == 0 {
		t.Error("the system is held open")
	}
}

// TestWritebackEndReleases: without clear nothing ends but the management.
func TestWritebackEndReleases(t *testing.T) {
	v := &values{t: t, system: newPersonnel("1"), docs: mails("1", "a")}
	left, f := v.call(v.docs).End(t.Context())
	if f = append(f, v.call(v.docs).PlanEnd()...); len(f)+len(left)+v.system.writes > 0 {
		t.Errorf("the end of what is released says %v, leaves %v and wrote %d times", f, left, v.system.writes)
	}
}

// TestWritebackSetsAside: a worker whom HR does not have, or whose values it refuses, stops nobody else.
func TestWritebackSetsAside(t *testing.T) {
	v := &values{t: t, system: newPersonnel("1", "2", "3")}
	want := mails("1", "a", "2", "b", "404", "d")
	says(t, v.run(want), false, workersSetAside, "1 of 3 workers", `worker "404"`, "no such worker")
	v.holds(map[string]string{"1": "a", "2": "b"})
	v.quiet(want)

	gone := v.system.records["2"]
	delete(v.system.records, "2")
	v.docs = maps.Clone(v.docs)
	changed := mails("1", "aa", "2", "b", "404", "d")
	says(t, v.run(changed), false, workersSetAside, "2 of 3 workers")
	v.holds(map[string]string{"1": "aa"})

	gone["mail"] = "meanwhile" // HR has them back: the plan says so, since the state does not
	v.system.records["2"] = gone
	says(t, v.run(changed), false, "will be overwritten", `worker 2: mail: "meanwhile" → "b"`)
	v.holds(map[string]string{"2": "b"})
	if len(v.aside) != 1 {
		t.Errorf("set aside are %v, expected worker 404 only", v.aside)
	}

	v.change = func(w *Writeback) { w.Stop = true }
	says(t, v.run(changed), true, refusesValues, `worker "404"`, "no such worker")
	v.change = nil
	says(t, v.run(mails("404", "a", "405", "b")), true, refusesValues, `worker "404"`, `worker "405"`)
}

// TestWritebackPartOfItFails: what succeeded stays, and the next plan is about the rest.
func TestWritebackPartOfItFails(t *testing.T) {
	v := &values{t: t, system: newPersonnel("1", "2", "3"), change: func(w *Writeback) { w.Stop = true }}
	says(t, v.run(mails("1", "x")), false)
	want := mails("1", "a", "2", "b", "3", "c")
	v.system.refuses = map[string]bool{"1": true, "3": true}
	says(t, v.run(want), true, "2 of 3 workers failed", "only the rest", "locked by payroll")
	if now := mails("1", "x", "2", "b"); !maps.Equal(v.docs, now) {
		t.Errorf("the state holds %v, expected %v", v.docs, now)
	}
	v.system.refuses, v.system.writes = nil, 0
	says(t, v.run(want), false)
	if v.holds(map[string]string{"1": "a", "2": "b", "3": "c"}); v.system.writes != 2 {
		t.Errorf("%d writes, expected those that had failed", v.system.writes)
	}
	v.quiet(want)

	// Of those who are set aside the state holds what is wanted, so that a plan shows nothing of them.
	v.change, v.system.refuses = nil, map[string]bool{"1": true}
	want = mails("1", "aa", "2", "bb", "3", "c")
	says(t, v.run(want), false, workersSetAside, "1 of 3 workers", "locked by payroll")
	if !maps.Equal(v.docs, want) || v.aside["1"] != "locked by payroll" {
		t.Errorf("the state holds %v and sets %v aside", v.docs, v.aside)
	}
	// Everybody refused is no matter of one worker.
	v.system.refuses = map[string]bool{"2": true, "3": true}
	says(t, v.run(mails("1", "aa", "2", "b2", "3", "c2")), true, "2 of 3 workers failed")
}

// TestWritebackNobodyIsKnown: a system that answers with nobody has not deleted everybody, and one that is down has not either.
func TestWritebackNobodyIsKnown(t *testing.T) {
	v := &values{t: t, system: newPersonnel("1", "2")}
	want := mails("1", "a", "2", "b")
	says(t, v.run(want), false)
	records := v.system.records
	v.system.records = nil
	says(t, v.run(want), true, "The HR system knows none of the workers", "2 workers")
	v.system.records, v.system.down = records, errors.New("no route to host")
	says(t, v.run(want), true, "Cannot read the values in the HR system", "no route to host")
	if !maps.Equal(v.docs, want) {
		t.Errorf("the state holds %v, expected what it held before", v.docs)
	}
	v.system.down = nil
	v.quiet(want)
}

// TestWritebackAnotherSystem: the state of another system says nothing about this one, and nothing there is cleared.
func TestWritebackAnotherSystem(t *testing.T) {
	v := &values{t: t, system: newPersonnel("1", "2"), docs: mails("1", "a", "2", "b")}
	v.change = func(w *Writeback) { w.SameSystem, w.Clear = false, true }
	after, _, f := v.call(mails("1", "a")).Apply(t.Context())
	if says(t, f, false); !maps.Equal(after, mails("1", "a")) {
		t.Errorf("the state holds %v", after)
	}
	v.holds(map[string]string{"1": "a", "2": "old2"})
}

// TestWritebackRefuses: what a plan can know fails at plan, with its place.
func TestWritebackRefuses(t *testing.T) {
	limit := int64(1)
	for name, c := range map[string]struct {
		docs   map[string]string
		change func(*Writeback)
		want   []string
	}{
		"not listed":          {docs: map[string]string{"1": `{"salary":"1"}`}, want: []string{"(1)", "salary", "only those are ever written"}},
		"not a text":          {docs: map[string]string{"1": `{"mail":7}`}, want: []string{"(1)", "mail", "found 7", "tostring"}},
		"not a document":      {docs: map[string]string{"1": `mail`}, want: []string{`Worker "1"`, "JSON object"}},
		"worker id of blanks": {docs: mails(" 1", "a"), want: []string{"without blanks"}},
		"too many": {docs: mails("1", "a", "2", "b"), change: func(w *Writeback) { w.MaxChanges = &limit },
			want: []string{"(max_changes)", "2 workers", "max_changes is 1"}},
		"no system": {docs: mails("1", "a"), change: func(w *Writeback) {
			w.Open = func() (writeback.System, error) { return nil, fmt.Errorf("found no credentials") }
		}, want: []string{"cannot be written to as configured", "no credentials"}},
	} {
		t.Run(name, func(t *testing.T) {
			v := &values{t: t, system: newPersonnel("1", "2"), change: c.change}
			if says(t, v.run(c.docs), true, c.want...); v.system.writes > 0 {
				t.Errorf("a plan wrote %d times", v.system.writes)
			}
		})
	}
}
