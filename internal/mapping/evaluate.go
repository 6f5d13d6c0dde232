// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/worker"
)

// computation is where a value comes from: a source attribute, a program, or else a constant.
type computation struct {
	attribute string
	program   *expression.Program
	constant  expression.Value
	text      string
	inputs    []string
}

// condition is a compiled MatchCondition.
type condition struct {
	target string
	from   computation
	path   string
}

// evaluation is one worker at one instant.
type evaluation struct {
	m   *Mapping
	w   *worker.Worker
	now time.Time
	env expression.Env
}

func (m *Mapping) evaluation(w *worker.Worker, now time.Time) *evaluation {
	return &evaluation{m: m, w: w, now: now, env: expression.Env{Attribute: w.Attribute, Now: now, DefaultDomain: m.rules.DefaultDomain}}
}

// value computes for one worker. The name of what is computed seeds the random
// numbers, so that two plans of the same rules and workers give the same bytes.
func (c *computation) value(e *evaluation, name string) (expression.Value, error) {
	switch {
	case c.attribute != "":
		v, _ := e.w.Attribute(c.attribute)
		return v, nil
	case c.program == nil:
		return c.constant, nil
	}
	return c.program.Eval(e.envFor(c.program, name))
}

func (e *evaluation) envFor(p *expression.Program, name string) *expression.Env {
	if p.UsesRandom() {
		sum := sha256.Sum256([]byte(e.w.ID + "\x00" + name))
		e.env.Random = rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))
	}
	return &e.env
}

// Evaluate says what the rules want for a worker at an instant. The error is an
// HR data problem: it names the worker, and for each problem the rule, what
// was found and what was expected.
func (m *Mapping) Evaluate(w *worker.Worker, now time.Time) (*Desired, error) {
	return m.EvaluateSince(w, now, "")
}

// EvaluateSince is Evaluate for a worker who has left on a day that only the
// directory knows. HR dates, where there are any, take precedence.
func (m *Mapping) EvaluateSince(w *worker.Worker, now time.Time, left worker.Date) (*Desired, error) {
	return m.EvaluateKnown(w, now, Known{Left: left})
}

// EvaluateKnown is Evaluate with what the directory knows about the worker. It is
// needed only for those of whom Evaluate says DependsOnAccount, or who have left on an unknown day.
func (m *Mapping) EvaluateKnown(w *worker.Worker, now time.Time, known Known) (*Desired, error) {
	if w == nil {
		return nil, errors.New("no worker to evaluate")
	}
	e := m.evaluation(w, now)
	d := &Desired{WorkerID: w.ID}
	var problems []error
	err := e.keys(d)
	if err != nil {
		problems = append(problems, err)
	}
	in, why, err := e.inScope()
	if err != nil {
		problems = append(problems, err)
	}
	if len(problems) == 0 && len(w.Problems) == 0 && !in { // the scope may read what could not be read
		if m.rules.OnOutOfScope == OutOfScopeLeaver && !m.leftByRecord(w, now, known) {
			return e.moved(d, why, known)
		}
		if m.rules.OnOutOfScope != OutOfScopeLeaver {
			d.Stage, d.Reason = StageOutOfScope, why
			return d, nil
		}
	}
	t, err := newTimeline(&m.lifecycle, w, known)
	if err != nil {
		return nil, e.problem(append(problems, err))
	}
	s := t.at(now)
	if err := t.understood(s); err != nil {
		return nil, e.problem(append(problems, err))
	}
	d.Stage, d.Enabled, d.Reason, d.DependsOnAccount = s.stage, s.enabled, t.sentence(s, now), s.asks
	if s.doubt {
		d.Doubt = d.Reason
	}
	if s.stage == StageLeft {
		d.LeftSince, d.Returns = s.since, t.returns(now)
	}
	d.Calendar = t.calendar(now)
	if d.Stage.HasAccount() {
		d.Groups = m.lifecycle.groups(s)
		problems = append(problems, e.fill(d, s)...)
	}
	if len(problems) > 0 {
		return nil, e.problem(problems)
	}
	return d, nil
}

// leftByRecord reports whether somebody has left by their HR record, as far as it can be read.
func (m *Mapping) leftByRecord(w *worker.Worker, now time.Time, known Known) bool {
	t, err := newTimeline(&m.lifecycle, w, known)
	if err != nil {
		return false
	}
	s := t.at(now)
	return s.stage == StageLeft && t.understood(s) == nil
}

// moved is the answer for a worker who is out of scope and counts as a leaver for that. Their
// own dates and status words say nothing about it and are not judged.
func (e *evaluation) moved(d *Desired, why string, known Known) (*Desired, error) {
	t := &timeline{rules: &e.m.lifecycle, w: e.w, loc: time.UTC, known: known}
	for _, zone := range []string{e.w.TimeZone, e.m.lifecycle.zone} {
		if loc, err := worker.Location(zone); zone != "" && err == nil {
			t.loc = loc
			break
		}
	}
	s := t.left(e.now, known.Left, whyMoved)
	d.Stage, d.Moved, d.LeftSince = StageLeft, true, s.since
	d.Reason = why
	d.Groups = e.m.lifecycle.groups(s)
	e.fill(d, s) // what fails for a leaver is a warning
	return d, nil
}

// StageAt says what the worker's record, as it is today, makes of a past moment:
// the stage, and whether they could sign in. It looks at dates and status only, not at
// scope and rules, and costs little.
func (m *Mapping) StageAt(w *worker.Worker, at time.Time) (stage Stage, enabled bool, err error) {
	return m.StageKnown(w, at, Known{Account: true, Enabled: true})
}

// Identify computes the match conditions alone, for a worker whom Evaluate refuses.
func (m *Mapping) Identify(w *worker.Worker) (keys [][]Key, rules []int, err error) {
	if w == nil {
		return nil, nil, errors.New("no worker to evaluate")
	}
	d := &Desired{WorkerID: w.ID}
	e := m.evaluation(w, time.Time{})
	if err := e.keys(d); err != nil {
		return nil, nil, e.problem([]error{err})
	}
	return d.Keys, d.KeyRules, nil
}

// fill computes attributes and container. What fails for a leaver becomes a
// warning: a bad record must not keep anybody's account open.
func (e *evaluation) fill(d *Desired, s state) []error {
	rules := e.m.rulesFor
	if s.stage == StageLeft {
		rules = e.m.leaverFor
	}
	var problems []error
	d.Attributes = make(map[string]Outcome, len(rules))
	for i := range rules {
		r := &rules[i]
		o, dropped, err := r.evaluate(e)
		if dropped {
			*d = Desired{WorkerID: d.WorkerID, Keys: d.Keys, KeyRules: d.KeyRules, Stage: StageOutOfScope, Ignored: true, Reason: fmt.Sprintf("the rule of %s gives IgnoreObjectFlow: %s", r.target.Name, r.outcome.Rule)}
			return nil
		}
		if err != nil {
			problems = append(problems, err)
		}
		d.Attributes[r.target.Name] = o
	}
	if err := e.place(d, s); err != nil {
		problems = append(problems, err)
	}
	if s.stage != StageLeft {
		return problems
	}
	for _, p := range problems {
		d.Warnings = append(d.Warnings, p.Error())
	}
	return nil
}

// place computes the container.
func (e *evaluation) place(d *Desired, s state) error {
	d.ContainerOnCreate = e.m.rules.ContainerApply == ApplyOnCreate
	if e.m.container.text == "" {
		return nil
	}
	if s.stage == StageLeft {
		if s.moved && e.m.leaverTo.text != "" {
			container, err := e.path(&e.m.leaverTo, "worker_lifecycle.leaver_container")
			if err != nil {
				d.ContainerOnCreate = true
				return err
			}
			if container != "" {
				d.Container, d.ContainerOnCreate = container, false
				return nil
			}
		}
		d.ContainerOnCreate = true // leavers stay where they are
	}
	container, err := e.path(&e.m.container, "container")
	if err == nil && container == "" {
		err = fmt.Errorf("container: the rule gives nothing, expected a container; %s", e.describe(&e.m.container))
	}
	d.Container = container
	return err
}

func (e *evaluation) path(c *computation, name string) (string, error) {
	v, err := c.value(e, name)
	if err != nil {
		return "", fmt.Errorf("%s: %w; %s", name, err, e.describe(c))
	}
	values := present(v)
	if len(values) == 0 {
		return "", nil
	}
	if len(values) > 1 {
		return "", fmt.Errorf("%s: found %d values, expected one; %s", name, len(values), e.describe(c))
	}
	if e.m.checkPath != nil && c.program != nil {
		if err := e.m.checkPath(values[0]); err != nil {
			return "", fmt.Errorf("%s: %w; %s", name, err, e.describe(c))
		}
	}
	return values[0], nil
}

// evaluate computes one attribute. Dropped is true when the rule says to leave
// the whole worker out.
func (r *rule) evaluate(e *evaluation) (o Outcome, dropped bool, err error) {
	o = r.outcome
	zone := time.UTC
	if r.day {
		if zone, err = e.zone(); err != nil {
			return o, false, r.failed(e, err)
		}
		o.Default = r.endOfDay(o.Default, zone)
	}
	if r.from.program != nil && r.from.program.Unique() {
		o.Managed, o.Candidates = true, r.candidates(e.m, e.w, e.now)
		return o, false, nil
	}
	if r.from.text == "" {
		return o, false, nil // only a default
	}
	v, err := r.from.value(e, r.target.Name)
	if err != nil {
		return o, false, r.failed(e, err)
	}
	switch v.Kind() {
	case expression.KindDropObject:
		return o, true, nil
	case expression.KindDropAttribute:
		return o, false, nil
	}
	value := r.endOfDay(r.target.Canonical(set(present(v))), zone)
	if len(value) == 0 {
		err := r.null(&o)
		if err != nil {
			err = r.failed(e, err)
		}
		return o, false, err
	}
	if r.from.program != nil || r.from.attribute != "" {
		if err := r.check(value); err != nil {
			return o, false, r.failed(e, err)
		}
	}
	o.Value, o.Managed = value, true
	if o.Unique && len(value) == 1 {
		o.Candidates = once(value[0])
	}
	return o, false, nil
}

// zone is where the worker is.
func (e *evaluation) zone() (*time.Location, error) {
	name := e.w.TimeZone
	if name == "" {
		name = e.m.lifecycle.zone
	}
	return worker.Location(name)
}

// null decides about a rule that gives nothing.
func (r *rule) null(o *Outcome) error {
	switch {
	case r.cleared:
		o.Managed = true
	case r.whenNull == NullError:
		return errors.New("found no value, and when_null is \"error\"")
	case r.whenNull == NullClear:
		o.Managed = true
	case r.required && !o.OnCreate && !o.IfEmpty && len(o.Default) == 0:
		return errors.New("found no value, and every account needs one")
	}
	return nil
}

// candidates evaluates a SelectUniqueValue anew each time it is ranged over.
func (r *rule) candidates(m *Mapping, w *worker.Worker, now time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		e := m.evaluation(w, now)
		for v, err := range r.from.program.Candidates(e.envFor(r.from.program, r.target.Name)) {
			if err != nil {
				yield("", e.problem([]error{r.failed(e, err)}))
				return
			}
			for _, s := range present(v) {
				if err := r.check(directory.Value{s}); err != nil {
					yield("", e.problem([]error{r.failed(e, err)}))
					return
				}
				if !yield(s, nil) {
					return
				}
			}
		}
	}
}

func once(s string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) { yield(s, nil) }
}

// failed names the attribute, the rule and what it was given. A redacted
// rule's error says nothing of values.
func (r *rule) failed(e *evaluation, err error) error {
	if r.outcome.Redact {
		return fmt.Errorf("%s: the value is not acceptable (redacted); rule %s", r.target.Name, abbreviate(r.from.text, 200))
	}
	return fmt.Errorf("%s: %w; %s", r.target.Name, err, e.describe(&r.from))
}

// describe names a rule and the values it was given.
func (e *evaluation) describe(c *computation) string {
	var b strings.Builder
	b.WriteString("rule " + abbreviate(c.text, 200))
	for i, name := range c.inputs {
		if i == 4 {
			fmt.Fprintf(&b, " and %d more", len(c.inputs)-i)
			break
		}
		b.WriteString(map[bool]string{true: ", where ", false: ", "}[i == 0])
		v, ok := e.w.Attribute(name)
		if !ok {
			v = expression.Null
		}
		fmt.Fprintf(&b, "%s is %s", name, abbreviate(v.String(), 80))
	}
	return b.String()
}

// keys computes the match conditions. A rule with an empty value is left out.
func (e *evaluation) keys(d *Desired) error {
	d.Keys, d.KeyRules = make([][]Key, 0, len(e.m.match)), make([]int, 0, len(e.m.match))
	var problems []error
	for rule, conditions := range e.m.match {
		all := make([]Key, 0, len(conditions))
		for i := range conditions {
			c := &conditions[i]
			v, err := c.from.value(e, c.path)
			values := present(v)
			switch {
			case err != nil:
				problems = append(problems, fmt.Errorf("%s: %w; %s", c.path, err, e.describe(&c.from)))
			case len(values) > 1:
				problems = append(problems, fmt.Errorf("%s: found %d values, expected one to find the account by; %s", c.path, len(values), e.describe(&c.from)))
			case len(values) == 1:
				all = append(all, Key{Target: c.target, Value: values[0]})
			}
		}
		if len(all) == len(conditions) {
			d.Keys, d.KeyRules = append(d.Keys, all), append(d.KeyRules, rule)
		}
	}
	return errors.Join(problems...)
}

// inScope reports whether one group of clauses holds; the reason says which
// clause of each group does not.
func (e *evaluation) inScope() (in bool, why string, err error) {
	if len(e.m.scope) == 0 {
		return true, "", nil
	}
	reasons := make([]string, 0, len(e.m.scope))
	for i := range e.m.scope {
		failing := ""
		for j := range e.m.scope[i] {
			c := &e.m.scope[i][j]
			held, found, err := c.holds(e)
			if err != nil {
				return false, "", fmt.Errorf("scope[%d][%d]: %w; %s", i, j, err, e.describe(&c.from))
			}
			if !held {
				failing = fmt.Sprintf("scope[%d][%d] %s does not hold, found %s", i, j, abbreviate(c.text, 200), abbreviate(found.String(), 80))
				break
			}
		}
		if failing == "" {
			return true, "", nil
		}
		reasons = append(reasons, failing)
	}
	return false, strings.Join(reasons, "; "), nil
}

// problem joins the problems of one worker, each with the worker's id.
func (e *evaluation) problem(problems []error) error {
	var named []error
	for _, p := range problems {
		for _, one := range flatten(p) {
			named = append(named, fmt.Errorf("worker %q: %w", e.w.ID, one))
		}
	}
	return errors.Join(named...)
}

// present returns the texts of v that are values: a text of nothing but blanks
// and control characters is none.
func present(v expression.Value) []string {
	switch v.Kind() {
	case expression.KindString:
		if s := v.Text(); !blank(s) {
			return []string{s}
		}
		return nil
	case expression.KindList:
		return slices.DeleteFunc(v.Strings(), blank)
	}
	return nil
}

// blank reports whether s holds nothing but white space and control characters.
func blank(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) && !unicode.IsControl(r) {
			return false
		}
	}
	return true
}

// set sorts and removes repetitions: several values of an attribute are a set.
func set(values []string) directory.Value {
	if len(values) > 1 {
		slices.Sort(values)
		values = slices.Compact(values)
	}
	return values
}

// abbreviate cuts s to at most limit characters.
func abbreviate(s string, limit int) string {
	n := 0
	for i := range s {
		if n == limit {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
