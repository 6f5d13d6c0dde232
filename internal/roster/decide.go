// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/worker"
)

// Decide compares the accounts that the workers should have with those that
// exist. What concerns one person sets that person aside; it fails as a whole where
// the feed or the outcome is not plausible. It asks the directory a handful of
// questions, however many workers there are.
func Decide(ctx context.Context, in Input) (*Result, error) {
	d, err := newDecider(in)
	if err != nil {
		return nil, err
	}
	d.evaluate()
	if err := d.guardFeed(); err != nil {
		return nil, err
	}
	d.asideForData()
	if err := d.refuseAside(); err != nil {
		return nil, err
	}
	if err := d.recognise(ctx); err != nil {
		return nil, err
	}
	if err := d.refuseUnclear(); err != nil {
		return nil, err
	}
	d.assignOverrides()
	d.parallel(d.vet)
	d.asideForData()
	d.asideForCloudAccounts()
	if err := d.refuseAside(); err != nil {
		return nil, err
	}
	if err := d.settle(ctx); err != nil {
		return nil, err
	}
	if err := errors.Join(d.guardOutcome(), d.refuseAside(), d.refuseProtected()); err != nil {
		return nil, err
	}
	return d.result()
}

// recognise finds out who is who.
func (d *decider) recognise(ctx context.Context) error {
	for _, step := range []func(context.Context) error{d.observe, d.matchAll, d.addAbsent} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return d.checkOnly()
}

// settle works out every account and what changes. Whoever turns out to have a
// problem is set aside, which may give others one: a manager without an account, a
// name that is kept after all. Every round sets somebody aside, or is the last.
func (d *decider) settle(ctx context.Context) error {
	d.parallel(d.draft)
	fallen := map[*person]bool{}
	for {
		for _, p := range d.people {
			if p.aside() && !fallen[p] && p.drafted != ActionSetAside && p.drafted != ActionHeld {
				d.fallBackLate(p)
			}
		}
		if err := d.assignNames(ctx); err != nil { // whom it sets aside have fallen back already
			return err
		}
		for _, p := range d.people {
			if p.aside() {
				fallen[p] = true
			}
		}
		d.linkAgain()
		d.parallel(d.compare)
		if err := d.check(ctx); err != nil {
			return err
		}
		if d.looksOnly || !slices.ContainsFunc(d.people, func(p *person) bool { return p.aside() && !fallen[p] }) {
			return nil
		}
	}
}

// linkAgain resolves managers anew: who has an account may have changed since.
func (d *decider) linkAgain() {
	d.cycles, d.late = nil, nil
	for _, p := range d.people {
		if p.account == nil || p.account.Deleted {
			continue
		}
		// The directory drops links to what is deleted by itself: the document says now
		// what it will say when the link is gone.
		m := d.lookup(p.account.Attributes[directory.ManagerAttribute].Text())
		switch gone := p.kept && m != nil && m.deletes(); {
		case gone && p.existing.Protected == "" && d.rules.Attributes[directory.ManagerAttribute].WhenNull == mapping.NullClear:
			p.account.Attributes[directory.ManagerAttribute] = nil
		case gone, p.boss != nil:
			delete(p.account.Attributes, directory.ManagerAttribute)
		}
	}
	before := len(d.warnings)
	d.linkManagers()
	d.late = append(d.late, d.warnings[before:]...)
	d.warnings = d.warnings[:before]
}

// warnLate notes a warning that holds for this round of settle only.
func (d *decider) warnLate(format string, args ...any) {
	d.late = append(d.late, fmt.Sprintf(format, args...))
}

// decider carries one run of Decide. Its fields are filled from top to bottom.
type decider struct {
	in         Input
	looksOnly  bool // nobody falls back: Correlate shows what would change, and what stands in the way
	rules      mapping.Rules
	zone       *time.Location // of dates that belong to no worker
	today      worker.Date    // in zone
	targets    []string       // attributes the mapping may write
	unique     []string       // those whose values nobody may share
	core       map[string]directory.CoreKey
	redacted   map[string]bool // by folded target attribute
	exceptions map[string]*Exception
	unneeded   map[string]bool        // exceptions that have not been needed so far
	overrides  map[string]*overridden // by worker id
	expired    []*Override
	only       map[string]bool // folded worker ids that the run decides about; nil: everybody

	people   []*person            // in natural order of the ids
	byWorker map[string]*person   // by worker id
	folded   map[string]*person   // by folded worker id, see lookup
	origins  [2]map[string]origin // by attribute: of the rules for workers, and for leavers

	schema   *directory.Schema
	written  map[string]directory.AttributeType // the types of targets, as the directory has them
	owned    []*directory.Existing              // users that carry a worker id, by path
	carriers map[string][]*directory.Existing   // folded worker id → users that carry it
	rivals   [][]*person                        // workers who match one account together
	paths    map[string]string                  // worker ids by canonical path, made when a rule gives a path
	disputed map[string]bool                    // object ids of accounts that nobody gets before that is cleared up
	twice    []string                           // absent workers with several accounts

	names      *names // what is known of names so far
	collisions []collision
	purge      bool // a deleted object stood in the way of a name
	warnings   []string
	late       []string   // warnings of the last round of settle
	cycles     [][]string // worker ids that manage one another

	leaving   sync.Mutex           // guards unmanaged while people are drafted
	unmanaged map[string]Unmanaged // by object id
}

// person is one worker, or the account of one who is absent.
type person struct {
	id       string
	worker   *worker.Worker      // nil: absent
	desired  *mapping.Desired    // nil: absent, or a data error
	problem  error               // the data error
	existing *directory.Existing // nil: no account so far
	matched  string              // by what the account was recognised, for messages
	rule     int                 // the entry of Rules.Match that found it, or ruleLink, ruleWorkerID
	hint     string              // what nearly matched
	refused  *refusal            // a match by a rule that does not identify a person
	// candidates are the accounts that fit equally well, several of them.
	candidates []*directory.Existing
	carried    []*directory.Existing // accounts that carry the worker id and that no rule gives the worker
	parted     bool                  // from an account that other workers match as well

	account *directory.Account // nil: no account afterwards
	slots   []*slot            // names still to be given
	boss    *wish              // manager still to be resolved
	reports string             // the manager's worker id by the rules, empty for none
	rehired bool
	// override is what somebody decided about this worker; nil: nothing.
	override *overridden

	waits    bool      // nothing is decided about this person: see Input.Only
	troubles []trouble // why the person is set aside; see decider.setAside
	// losesProtected: must not sign in any longer, but the account is protected.
	losesProtected bool
	label          string    // the display name by the rules, for somebody who gets no account after all
	cause          string    // what the rules have the account disabled for, see directory.Account
	blocked        string    // why a disabled account stays so although its worker works here; empty: it does not
	kept           bool      // the document says what the account has
	mastered       []string  // what the rules want of a synchronised account and the other directory masters
	barred         bool      // must not sign in any more, and the other directory masters that
	deletion       time.Time // when the account may be deleted; zero: not, or now

	// drafted and because are action and reason before changes are compared.
	drafted Action
	because string

	action  Action // settled where it does not follow from the changes
	reason  string
	changes []Change
}

// origin is what is known of an attribute's rule, whoever it is applied to.
type origin struct {
	rule   string
	inputs []string
}

// origin returns where an attribute of a person comes from.
func (d *decider) origin(p *person, attribute string) origin {
	if p.desired == nil {
		return origin{}
	}
	return d.origins[kind(p)][attribute]
}

// kind is the index of origins: leavers have rules of their own.
func kind(p *person) int {
	if p.stage() == mapping.StageLeft {
		return 1
	}
	return 0
}

// stage returns the stage of a worker, "" for one who is absent or has a data error.
func (p *person) stage() mapping.Stage {
	if p.desired == nil {
		return ""
	}
	return p.desired.Stage
}

// present returns what the existing account holds.
func (p *person) present(attribute string) directory.Value {
	if p.existing == nil {
		return nil
	}
	return p.existing.Account.Attributes[attribute]
}

func newDecider(in Input) (*decider, error) {
	if err := in.validate(); err != nil {
		return nil, err
	}
	links := make(map[string]string, len(in.Links))
	for id, object := range in.Links {
		links[id] = objectID(object)
	}
	in.Links = links
	if in.MaxListed <= 0 {
		in.MaxListed = 50
	}
	d := &decider{
		in: in, rules: in.Mapping.Rules(), zone: time.UTC, targets: in.Mapping.TargetAttributes(), unique: in.Mapping.UniqueAttributes(),
		core: map[string]directory.CoreKey{}, unmanaged: map[string]Unmanaged{}, redacted: map[string]bool{}, byWorker: make(map[string]*person, len(in.Workers)),
	}
	if name := d.rules.Lifecycle.TimeZone; name != "" {
		zone, err := worker.Location(name)
		if err != nil {
			return nil, fmt.Errorf("worker_lifecycle.time_zone: %w", err)
		}
		d.zone = zone
	}
	d.today = worker.Date(in.AsOf.In(d.zone).Format(time.DateOnly))
	for _, c := range in.Format.Core {
		d.core[c.Attribute] = c
	}
	for _, name := range in.Mapping.Redacted() {
		d.redacted[directory.Fold(name)] = true
	}
	for id, w := range in.Workers {
		p := &person{id: id, worker: w}
		d.byWorker[id] = p
		d.people = append(d.people, p)
	}
	d.sortPeople()
	d.indexIDs()
	d.markOnly()
	return d, errors.Join(d.readExceptions(), d.readOverrides())
}

func (in Input) validate() error {
	var errs []error
	demand := func(ok bool, message string) {
		if !ok {
			errs = append(errs, errors.New(message))
		}
	}
	demand(in.Mapping != nil, "no mapping given")
	demand(in.Directory != nil, "no directory given")
	demand(!in.AsOf.IsZero(), "as_of: no instant given to decide for")
	demand(slices.Contains([]string{"", ProblemSetAside, ProblemStop}, in.OnProblem),
		fmt.Sprintf("on_problem: found %q, expected %q or %q", in.OnProblem, ProblemSetAside, ProblemStop))
	demand(slices.Contains([]string{"", UnmatchedCreate, UnmatchedReport}, in.OnUnmatched),
		fmt.Sprintf("on_unmatched: found %q, expected %q or %q", in.OnUnmatched, UnmatchedCreate, UnmatchedReport))
	demand(in.OnProblem == ProblemStop || in.WorkerIDAttribute != "",
		"on_problem = \"set_aside\" needs an attribute that carries worker ids: without it the accounts of people who are set aside cannot be found, and they would have no document; set on_problem = \"stop\"")
	for id, w := range in.Workers {
		if w == nil || w.ID != id || id == "" {
			errs = append(errs, fmt.Errorf("worker %q: its worker_id is not the same as its key", id))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return errors.Join(append(errs, in.Partition.validate())...)
}

// sortPeople puts people in the natural order of their worker ids: "9" before
// "10". Names are given in that order: where ids are counted up, who was hired
// first gets the shortest name.
func (d *decider) sortPeople() {
	slices.SortFunc(d.people, func(a, b *person) int { return natural(a.id, b.id) })
}

// natural compares runs of digits by their value and everything else by byte.
func natural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		n, m := digits(x), digits(y)
		if n == 0 || m == 0 {
			if c := cmp.Compare(x[0], y[0]); c != 0 {
				return c
			}
			x, y = x[1:], y[1:]
			continue
		}
		u, v := strings.TrimLeft(x[:n], "0"), strings.TrimLeft(y[:m], "0")
		if c := cmp.Or(cmp.Compare(len(u), len(v)), cmp.Compare(u, v)); c != 0 {
			return c
		}
		x, y = x[n:], y[m:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// parallel calls f for every person, on all processors. f may change nothing
// but its person, which keeps the outcome independent of the schedule.
func (d *decider) parallel(f func(*person)) {
	inParallel(len(d.people), func(i int) { f(d.people[i]) })
}

// inParallel calls f for 0 to n-1 on every core, and waits.
func inParallel(n int, f func(int)) {
	const batch = 64
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n/batch+1) {
		wg.Go(func() {
			for {
				end := int(next.Add(batch))
				start := end - batch
				if start >= n {
					return
				}
				for i := start; i < min(end, n); i++ {
					f(i)
				}
			}
		})
	}
	wg.Wait()
}

// evaluate runs the rules for every worker.
func (d *decider) evaluate() {
	d.parallel(func(p *person) {
		if p.desired, p.problem = d.in.Mapping.Evaluate(p.worker, d.in.AsOf); p.problem != nil {
			p.desired = nil
		}
	})
	for _, p := range d.people {
		if p.desired == nil || p.desired.Attributes == nil || d.origins[kind(p)] != nil {
			continue
		}
		d.origins[kind(p)] = map[string]origin{}
		for name, o := range p.desired.Attributes {
			d.origins[kind(p)][name] = origin{o.Rule, o.Inputs}
		}
	}
}

// vet asks for the first candidate of every unique rule that is about to give a
// name, which is where such a rule fails. What fails for somebody who has left
// stays as it is: a bad record must not keep an account open.
func (d *decider) vet(p *person) {
	if p.desired == nil || p.waits {
		return
	}
	if d.lookAgain(p); p.desired == nil || p.existing == nil && p.stage() == mapping.StageLeft && !d.rules.Lifecycle.CreateLeavers {
		return
	}
	for name, o := range p.desired.Attributes {
		if !o.Managed || o.Candidates == nil || p.existing != nil && o.OnCreate && !d.fresh(p) {
			continue
		}
		_, err := take(o.Candidates, 1)
		switch {
		case err != nil && p.stage() == mapping.StageLeft:
			o.Managed, o.Candidates = false, nil
			p.desired.Attributes[name] = o
			p.desired.Warnings = append(p.desired.Warnings, err.Error())
		case err != nil && (p.problem == nil || err.Error() < p.problem.Error()):
			p.problem = err
		}
	}
	if p.problem != nil {
		p.desired = nil
	}
	slices.Sort(warnings(p))
}

// warnings returns the warnings of a worker's rules.
func warnings(p *person) []string {
	if p.desired == nil {
		return nil
	}
	return p.desired.Warnings
}

// listed is how many problems of one kind an error lists.
const listed = 20

// refuse returns an error with the first problems of one kind, or nil when there are none.
func refuse(title string, lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	var b strings.Builder
	b.WriteString(title + ":")
	for _, line := range lines[:min(listed, len(lines))] {
		b.WriteString("\n  - " + strings.ReplaceAll(line, "\n", "\n    "))
	}
	if more := len(lines) - listed; more > 0 {
		fmt.Fprintf(&b, "\n  … and %d more", more)
	}
	return errors.New(b.String())
}
