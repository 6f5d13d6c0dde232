// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
)

var (
	testTarget = Target{
		Format: directory.Format{Target: "test", HasContainer: true, ID: "id", Login: "uid", Core: []directory.CoreKey{
			{Key: "common_name", Attribute: "cn", Required: true, PerContainer: true}, {Key: "login", Attribute: "uid", Required: true},
		}},
		Title: "Test Directory", Label: "cn", Restores: true,
		Valid:  func(directory.Account, *directory.Schema) error { return nil },
		PartOf: func(e *directory.Existing, part string) bool { return e.Account.Container == part },
	}
	noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
)

// memory is a directory in memory: what is written to it is there, nothing else is.
type memory struct {
	id       string
	objects  map[string]*directory.Existing // by object id
	children map[string]bool                // objects that have others below them
	next     int
	reads    int
	down     error // while the server cannot be reached
}

func newMemory(id string) *memory {
	return &memory{id: id, objects: map[string]*directory.Existing{}, children: map[string]bool{}}
}

// add makes an account that somebody else made.
func (m *memory) add(id string, enabled bool, more ...string) *directory.Existing {
	m.next++
	e := &directory.Existing{ID: fmt.Sprintf("o%d", m.next), Class: "user", Account: directory.Account{Container: "OU=Staff", Enabled: enabled,
		Attributes: map[string]directory.Value{"uid": {"u" + id}, "cn": {"Name " + id}, "employeeID": {id}}}}
	for i := 0; i < len(more); i += 2 {
		e.Account.Attributes[more[i]] = directory.Value{more[i+1]}
	}
	e.Path = "CN=" + e.Account.Attributes["cn"].Text() + ",OU=Staff"
	if !enabled {
		e.DisabledSince = noon.AddDate(0, 0, -1)
	}
	m.objects[e.ID] = e
	return e
}

func (m *memory) of(login string) *directory.Existing {
	for _, e := range m.objects {
		if e.Account.Attributes["uid"].Text() == login && !e.Deleted {
			return e
		}
	}
	return nil
}

func copied(e *directory.Existing) *directory.Existing {
	c := *e
	c.Account = e.Account.Clone()
	return &c
}

func (m *memory) find(attribute string, values []string, deleted bool) map[string][]*directory.Existing {
	out := map[string][]*directory.Existing{}
	for _, v := range values {
		for _, id := range sortedKeys(m.objects) {
			e := m.objects[id]
			has := e.Account.Attributes[attribute].Text()
			if attribute == "id" {
				has = e.ID
			}
			if directory.Fold(has) == directory.Fold(v) && (deleted || !e.Deleted) {
				out[directory.Fold(v)] = append(out[directory.Fold(v)], copied(e))
			}
		}
	}
	return out
}

func (m *memory) Find(_ context.Context, attribute string, values []string) (map[string][]*directory.Existing, error) {
	return m.find(attribute, values, false), m.down
}

func (m *memory) Owned(context.Context) ([]*directory.Existing, error) {
	var out []*directory.Existing
	for _, id := range sortedKeys(m.objects) {
		if e := m.objects[id]; !e.Deleted && len(e.Account.Attributes["employeeID"]) > 0 {
			out = append(out, copied(e))
		}
	}
	return out, m.down
}

func (m *memory) MissingContainers(_ context.Context, containers []string) (missing []string, err error) {
	for _, c := range containers {
		if c != "OU=Staff" {
			missing = append(missing, c)
		}
	}
	return missing, m.down
}

func (m *memory) Schema(context.Context) (*directory.Schema, error) {
	return &directory.Schema{}, m.down
}
func (m *memory) Suffixes(context.Context) ([]string, error) { return nil, m.down }
func (m *memory) Need(...string)                             {}
func (m *memory) WorkerIDAttribute() string                  { return "employeeID" }
func (m *memory) Notes() []string                            { return nil }
func (m *memory) Identity(context.Context) (string, string, error) {
	return m.id, m.id + ".example.com", m.down
}
func (m *memory) WithDeleted() directory.Census { return withDeleted{m} }

type withDeleted struct{ *memory }

func (d withDeleted) Find(_ context.Context, attribute string, values []string) (map[string][]*directory.Existing, error) {
	return d.find(attribute, values, true), d.down
}

func (d withDeleted) Users(ctx context.Context) ([]*directory.Existing, error) { return d.Owned(ctx) }

func (m *memory) Locate(_ context.Context, ref string) (*directory.Existing, error) {
	if e := m.objects[ref]; e != nil && !e.Deleted {
		return copied(e), m.down
	}
	return nil, errors.New("there is no such account")
}

func (m *memory) Read(_ context.Context, ids map[string]string, _ []string) (map[string]*directory.Existing, error) {
	m.reads++
	out := map[string]*directory.Existing{}
	for worker, id := range ids {
		if e := m.objects[id]; e != nil && !e.Deleted {
			out[worker] = copied(e)
		}
	}
	return out, m.down
}

func (m *memory) Render(want directory.Account, have *directory.Existing) directory.Account {
	a := directory.Account{Container: have.Account.Container, Enabled: have.Account.Enabled, Released: want.Released, Attributes: map[string]directory.Value{}}
	for name := range want.Attributes {
		a.Attributes[name] = have.Account.Attributes[name]
	}
	return a
}

func (m *memory) Check(_ context.Context, changes []directory.Change) error {
	var errs []error
	for _, c := range changes {
		if c.Want.Deleted && m.children[c.ID] {
			errs = append(errs, &directory.PersonError{WorkerID: c.WorkerID, Op: "delete", Err: directory.ErrHasChildren})
		}
	}
	return errors.Join(errs...)
}

func (m *memory) Apply(_ context.Context, changes []directory.Change, _ directory.ApplyOptions) []directory.Outcome {
	out := make([]directory.Outcome, len(changes))
	for i, c := range changes {
		out[i] = directory.Outcome{WorkerID: c.WorkerID, ID: c.ID}
		m.apply(c, &out[i])
	}
	return out
}

func (m *memory) apply(c directory.Change, o *directory.Outcome) {
	fail := func(err error) { o.Err = &directory.PersonError{WorkerID: c.WorkerID, Op: "modify", Err: err} }
	e := m.objects[c.ID]
	switch {
	case c.Want.Deleted && (e == nil || e.Deleted):
		o.Deleted = true
		return
	case c.ID != "" && e == nil:
		fail(directory.ErrGone)
		return
	case e == nil:
		e = m.add(c.WorkerID, false)
		o.ID, o.Created = e.ID, true
	case e.Protected != "":
		fail(directory.ErrProtected)
		return
	case c.Planned != nil && c.Planned.Enabled != e.Account.Enabled && c.Want.Enabled != e.Account.Enabled:
		fail(directory.ErrChanged)
		return
	case c.Want.Deleted && e.Account.Enabled:
		fail(directory.ErrProtected)
		return
	case c.Want.Deleted:
		e.Deleted, o.Deleted, o.Changed = true, true, true
		return
	}
	if e.Deleted || e.Account.Enabled != c.Want.Enabled || e.Account.Container != c.Want.Container {
		o.Changed = !o.Created
	}
	if !c.Want.Enabled && (e.Account.Enabled || o.Created) {
		e.DisabledSince = noon
	}
	e.Deleted, e.Account.Enabled, e.Account.Container = false, c.Want.Enabled, c.Want.Container
	for name, v := range c.Want.Attributes {
		o.Changed = o.Changed || !e.Account.Attributes[name].Equal(v) && !o.Created
		e.Account.Attributes[name] = v
	}
	o.Account = copied(e)
}

func (m *memory) Remove(_ context.Context, ids map[string]string, mode directory.Removal) []directory.Outcome {
	var out []directory.Outcome
	for _, worker := range sortedKeys(ids) {
		o := directory.Outcome{WorkerID: worker, ID: ids[worker]}
		switch e := m.objects[ids[worker]]; {
		case e == nil || e.Deleted:
		case e.Protected != "":
			o.Err = &directory.PersonError{WorkerID: worker, Op: "disable", Err: directory.ErrProtected}
		case mode == directory.Disable && e.Account.Enabled:
			e.Account.Enabled, e.DisabledSince, o.Changed = false, noon, true
		case mode == directory.Delete:
			e.Deleted, o.Changed = true, true
		case mode == directory.Purge:
			delete(m.objects, e.ID)
			o.Changed = true
		}
		out = append(out, o)
	}
	return out
}

func (m *memory) DisabledSince(_ context.Context, ids map[string]string) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	for worker, id := range ids {
		if e := m.objects[id]; e != nil && !e.Account.Enabled && !e.DisabledSince.IsZero() {
			out[worker] = e.DisabledSince
		}
	}
	return out, m.down
}

// document is what rules make of a worker.
func document(id string, enabled bool, change ...func(*directory.Account)) string {
	a := directory.Account{Container: "OU=Staff", Enabled: enabled, Attributes: map[string]directory.Value{"uid": {"u" + id}, "cn": {"Name " + id}, "employeeID": {id}}}
	for _, c := range change {
		c(&a)
	}
	return testTarget.Marshal(a)
}

func deleted(a *directory.Account)  { a.Deleted = true }
func released(a *directory.Account) { a.Released = true }

// life is a population that is planned and applied as Terraform does: state and
// memory last, everything else is new in each run.
type life struct {
	t       *testing.T
	dir     *memory
	options Options
	docs    map[string]string
	adopted map[string]string
	memory  Memory
	// verdicts is what rules say; nil: there are none.
	verdicts map[string]Verdict
	// decided are the object ids of the accounts that rules decided over, by worker id, and barred those who may not sign in.
	decided map[string]string
	barred  map[string]bool
	partial bool
	typed   bool
	// recognised is what rules recognised; nil: there are none.
	recognised func(id, document string) string
	// users is what is connected to; nil: dir.
	users func() Users
	// between happens between plan and apply.
	between func()
}

func newLife(t *testing.T, dir *memory) *life {
	t.Helper()
	return &life{t: t, dir: dir, options: Options{Adopt: AdoptMatched, OnRemoval: Disable, RetentionDays: 30}, memory: NewMemory()}
}

func (l *life) population(claims *Claims) *Population {
	connect := func() (Users, error) {
		if l.users != nil {
			return l.users(), nil
		}
		return l.dir, nil
	}
	return &Population{Target: testTarget, Kind: "test_population", Connect: connect, Clock: func() time.Time { return noon },
		Claims: claims, Options: l.options, Before: maps.Clone(l.docs), Memory: l.memory, Partial: l.partial,
		Typed: l.typed, Recognised: l.recognised, Carrier: "employeeID"}
}

func (l *life) refresh() Findings {
	p := l.population(&Claims{})
	after, f := p.Refresh(l.t.Context())
	if !f.Failed() {
		var v Verdicts
		if l.verdicts != nil {
			v.Note("test", l.verdicts)
			v.NoteDocuments("test", l.decided, l.decided, l.barred)
		}
		l.docs, l.memory, l.adopted = after, p.Memory, nil
		l.memory.Verdicts, l.memory.Crossed = v.Known("test", l.memory.IDs), v.Crossed("test", l.memory.IDs)
	}
	return f
}

func (l *life) plan(docs map[string]string) (map[string]string, Findings) {
	return l.population(&Claims{}).Plan(l.t.Context(), docs, l.adopted)
}

// run refreshes, plans and applies, and returns what was said until the first error.
func (l *life) run(docs map[string]string) Findings {
	l.t.Helper()
	if f := l.refresh(); f.Failed() {
		return f
	}
	adopted, said := l.plan(docs)
	if said.Failed() {
		return said
	}
	if l.between != nil {
		l.between()
		l.between = nil
	}
	p := l.population(&Claims{})
	after, f := p.Apply(l.t.Context(), docs, adopted)
	l.docs, l.memory, l.adopted = after, p.Memory, adopted
	return append(said, f...)
}

// quiet checks that a second plan has nothing to do and nothing to say.
func (l *life) quiet(docs map[string]string) {
	l.t.Helper()
	f := l.refresh()
	_, said := l.plan(docs)
	if !maps.Equal(l.docs, docs) || len(f)+len(said) > 0 {
		l.t.Errorf("the second plan is not empty: %v, %v\nstate %v\nwant  %v", f, said, l.docs, docs)
	}
}

func (f Findings) String() string {
	var b strings.Builder
	for _, one := range f {
		fmt.Fprintf(&b, "[%d] %s (%s%s): %s\n", one.Severity, one.Title, one.Worker, one.Argument, one.Text)
	}
	return b.String()
}

// says checks that findings contain the words, in their order, and whether they stop the run.
func says(t *testing.T, f Findings, failed bool, words ...string) {
	t.Helper()
	text := f.String()
	rest := text
	for _, w := range words {
		_, after, found := strings.Cut(rest, w)
		if !found {
			t.Errorf("expected %q, in this order %q, in\n%s", w, words, text)
			return
		}
		rest = after
	}
	if f.Failed() != failed {
		t.Errorf("failed is %t, expected %t:\n%s", f.Failed(), failed, text)
	}
}
