// SPDX-License-Identifier: MPL-2.0

package writeback_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"terraform-provider-workforce/internal/writeback"
)

// memory is a system that lives in this process.
type memory struct {
	mu      sync.Mutex
	records map[string]writeback.Record
	readErr error
	// fails are workers whose writes end with an error, mangles those whose values it spoils.
	fails   map[string]error
	mangles map[string]bool
	written []string
	at, top int // calls of Write now, and at most
	limit   int
}

func (m *memory) Concurrency() int { return m.limit }

func (m *memory) Read(_ context.Context, workers, attributes []string) (map[string]writeback.Record, error) {
	out := map[string]writeback.Record{}
	for _, id := range workers {
		if r, ok := m.records[id]; ok {
			out[id] = writeback.Record{}
			for _, name := range attributes {
				out[id][name] = r[name]
			}
		}
	}
	return out, m.readErr
}

func (m *memory) Write(_ context.Context, worker string, _, want writeback.Record) (writeback.Record, error) {
	m.mu.Lock()
	m.at++
	m.top = max(m.top, m.at)
	m.written = append(m.written, worker)
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		m.at--
		m.mu.Unlock()
	}()
	if err := m.fails[worker]; err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.Copy(m.records[worker], want)
	if m.mangles[worker] {
		m.records[worker]["mail"] = strings.ToUpper(want["mail"])
	}
	return maps.Clone(m.records[worker]), nil
}

func staff(n int) *memory {
	m := &memory{records: map[string]writeback.Record{}, limit: 3}
	for i := range n {
		m.records[fmt.Sprint(i)] = writeback.Record{"mail": fmt.Sprintf("old%d", i), "note": "keep"}
	}
	return m
}

func TestApply(t *testing.T) {
	m := staff(6)
	m.fails = map[string]error{"1": errors.New("refused")}
	m.mangles = map[string]bool{"2": true}
	outcomes := writeback.Apply(t.Context(), m, []writeback.WorkerChange{
		{WorkerID: "0", Want: writeback.Record{"mail": "new0"}},
		{WorkerID: "1", Want: writeback.Record{"mail": "new1"}},
		{WorkerID: "2", Want: writeback.Record{"mail": "new2"}},
		{WorkerID: "3", Want: writeback.Record{"mail": "old3"}},
		{WorkerID: "4", Want: writeback.Record{"mail": "new4"}, Planned: writeback.Record{"mail": "before"}},
		{WorkerID: "5", Want: writeback.Record{"mail": ""}, Planned: writeback.Record{"mail": "old5"}},
		{WorkerID: "6", Want: writeback.Record{"mail": "new6"}},
		{WorkerID: "7", Want: writeback.Record{"mail": ""}, MayBeGone: true},
	})
	for i, want := range []string{"", "refused", `found "NEW2", expected "new2"`, "", `found "old4", the plan was made when it was "before"`, "", "no such worker", ""} {
		err := outcomes[i].Err
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), fmt.Sprintf("worker %q", fmt.Sprint(i)))) {
			t.Errorf("worker %d: found %v, expected an error with %q", i, err, want)
		}
	}
	for i, personal := range []bool{false, true, true, false, false, false, true, false} {
		if outcomes[i].Personal != personal {
			t.Errorf("worker %d: personal %v, expected %v: %v", i, outcomes[i].Personal, personal, outcomes[i].Err)
		}
	}
	if m.records["4"]["mail"] != "old4" || m.records["5"]["mail"] != "" || m.records["0"]["mail"] != "new0" || m.records["0"]["note"] != "keep" {
		t.Errorf("the system holds %v", m.records)
	}
	if outcomes[3].Written || outcomes[1].Now != nil || outcomes[2].Now["mail"] != "NEW2" {
		t.Errorf("found %+v", outcomes)
	}
}

func TestApplyStopsWhenTheSystemIsGone(t *testing.T) {
	m := staff(1000)
	m.fails = map[string]error{}
	var changes []writeback.WorkerChange
	for id := range m.records {
		m.fails[id] = &writeback.UnavailableError{Err: errors.New("connection refused")}
		changes = append(changes, writeback.WorkerChange{WorkerID: id, Want: writeback.Record{"mail": "x"}})
	}
	for _, o := range writeback.Apply(t.Context(), m, changes) {
		if o.Err == nil || o.Personal || !strings.Contains(o.Err.Error(), "connection refused") {
			t.Fatalf("%+v", o)
		}
	}
	if len(m.written) > 10 || m.top > m.limit {
		t.Errorf("tried %d workers, %d at once, expected to stop soon and at most %d at once", len(m.written), m.top, m.limit)
	}
}

func TestApplyWithoutARead(t *testing.T) {
	m := staff(2)
	m.readErr = errors.New("no table")
	for _, o := range writeback.Apply(t.Context(), m, []writeback.WorkerChange{{WorkerID: "0", Want: writeback.Record{"mail": "x"}}}) {
		if !errors.Is(o.Err, m.readErr) || o.Now != nil {
			t.Errorf("%+v", o)
		}
	}
	if len(m.written) > 0 {
		t.Error("wrote without knowing what there is")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m.readErr = nil
	if o := writeback.Apply(ctx, m, []writeback.WorkerChange{{WorkerID: "0", Want: writeback.Record{"mail": "x"}}}); !errors.Is(o[0].Err, context.Canceled) || len(m.written) > 0 {
		t.Errorf("%+v", o)
	}
}

func TestPreview(t *testing.T) {
	m := staff(3)
	d, problems, err := writeback.Preview(t.Context(), m, []writeback.WorkerChange{
		{WorkerID: "0", Want: writeback.Record{"mail": "new", "note": "keep"}},
		{WorkerID: "1", Want: writeback.Record{"mail": "old1"}},
		{WorkerID: "8", Want: writeback.Record{"mail": "x"}},
		{WorkerID: "9", Want: writeback.Record{"mail": ""}, MayBeGone: true},
	})
	if len(d) != 1 || d[0].String() != `worker 0: mail: "old0" → "new"` {
		t.Errorf("found %v", d)
	}
	if err != nil || len(problems) != 1 || problems[0].WorkerID != "8" || !problems[0].Personal || !strings.Contains(problems[0].Err.Error(), `worker "8"`) {
		t.Error(problems, err)
	}
}

func TestParse(t *testing.T) {
	allowed := []string{"mail", "user_name"}
	r, err := writeback.Parse(` {"user_name":"ab<>&","mail":null} `, allowed)
	if err != nil || r.Marshal() != `{"mail":null,"user_name":"ab<>&"}` {
		t.Errorf("found %s, %v", r.Marshal(), err)
	}
	if r, err := writeback.Parse(`{"mail":""}`, allowed); err != nil || r.Marshal() != `{"mail":null}` {
		t.Errorf("found %s, %v", r.Marshal(), err)
	}
	for doc, want := range map[string]string{
		``:                          "no JSON object",
		`null`:                      "no JSON object",
		`["mail"]`:                  "no JSON object",
		`{"mail":"a"`:               "complete",
		`{"mail":`:                  "complete",
		`{"mail":"a"} {}`:           "more behind",
		`{"mail":7}`:                "found 7, expected a text",
		`{"mail":["a"]}`:            `found ["a"]`,
		`{"mail":true}`:             "tostring",
		`{"mail":"a","mail":"b"}`:   "twice",
		`{"mial":"a"}`:              "did you mean mail?",
		`{"salary":"1"}`:            "only those are ever written",
		`{"mail":"a\u0000b"}`:       "control",
		`{"mail":"a\nb"}`:           "control",
		`{"mail":"` + "\xff" + `"}`: "UTF-8",
	} {
		if _, err := writeback.Parse(doc, allowed); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: found %v, expected an error with %q", doc, err, want)
		}
	}
	_, err = writeback.Parse(`{"mail":7,"salary":"1"}`, allowed)
	if err == nil || !strings.Contains(err.Error(), "salary") || !strings.Contains(err.Error(), "found 7") {
		t.Errorf("found %v, expected both problems", err)
	}
}

func TestCheckWorkerID(t *testing.T) {
	for id, ok := range map[string]bool{"007": true, "O'Brien/ü": true, "": false, " 7": false, "7\n": false, "a\x00b": false, "\xff": false} {
		if err := writeback.CheckWorkerID(id); (err == nil) != ok {
			t.Errorf("%q: %v", id, err)
		}
	}
}
