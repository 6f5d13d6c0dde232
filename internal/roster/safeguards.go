// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"terraform-provider-workforce/internal/expression/spelling"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/wording"
	"terraform-provider-workforce/internal/worker"
)

// Safeguards stop a run whose outcome is not plausible. The zero value stops nothing.
type Safeguards struct {
	// MinWorkers is the smallest plausible number of workers in the feed.
	MinWorkers int
	// MaxMomentAgeDays is how many days Input.AsOf may lie behind or ahead of the present; 0: any
	// number, with a warning.
	MaxMomentAgeDays int
	// Limits are for the whole population.
	Limits
	// By limits each group of workers with the same value of a source attribute.
	By []GroupLimits
	// FillRates are the percentages of workers, 0 to 100, that must have a
	// value in a source attribute.
	FillRates map[string]float64
	// Sentinels are worker ids that must be in the feed and active (or on leave).
	Sentinels []string
	// Exceptions raise limits for a while.
	Exceptions []Exception
}

// Limits bounds how many accounts a run may affect, whatever else happens to them.
type Limits struct {
	// MaxCreate is for new accounts; MaxDisable for enabled accounts that will be
	// disabled; MaxEnable for disabled or deleted ones that will be enabled; MaxDelete for
	// accounts that will be deleted; MaxAdopt for accounts that get a worker id, or another
	// one; MaxGroupsRemoved for accounts that lose their groups; MaxMove for changed
	// containers, MaxRename for changed naming attributes, MaxUpdate for accounts with
	// any other changed attribute; MaxAbsent for accounts whose worker is not in the feed;
	// MaxSetAside for workers who are set aside, but for those whose account is protected.
	MaxCreate, MaxDisable, MaxEnable, MaxDelete, MaxAdopt, MaxGroupsRemoved, MaxMove, MaxRename, MaxUpdate, MaxAbsent, MaxSetAside Limit
}

// DefaultLimit is what holds for losing access, gaining it back, deletion, absence, being set
// aside and removal where the configuration says nothing. Five people are what a small
// company sees on a bad day, and can be looked at one by one; 5 % of a large one are more
// than a month of usual turnover, so that nothing but a mistake or a project gets there.
const DefaultLimit = "5 or 5%"

// GroupLimits are limits for each group of workers with the same value of
// Attribute. Accounts of absent workers are in no group.
type GroupLimits struct {
	// Attribute is a source attribute, such as "Department".
	Attribute string
	Limits
}

// Exception allows more than a limit does, for a while and for a reason.
type Exception struct {
	// Limit names the limit as violations do: "max_disable", "max_disable:Department=Sales",
	// "min_workers", "fill_rate:mail" or "sentinel:10001".
	Limit string
	// Allow is the number allowed instead: of accounts, of workers for
	// min_workers, of percent for fill_rate. It means nothing for a sentinel,
	// which may then be missing.
	Allow  int
	Reason string
	// Expires is the last day on which the exception holds, in UTC.
	Expires worker.Date
}

// Limit is a number of accounts, a percentage of the accounts that exist, or the
// larger of both. The zero value is no limit.
type Limit struct {
	set     bool
	count   int     // -1: percent holds
	percent float64 // -1: count holds
}

// ParseLimit reads a number of accounts such as "25", a percentage such as
// "3%" of the existing accounts that workers in the feed (or in the group) match, or the
// larger of both such as "5 or 5%"; for MaxAbsent the percentage is of these and the absent
// ones, for MaxSetAside of the workers in the feed. A percentage is rounded down, but
// except for "0%" it always allows one account, so that small groups can change
// at all. Where nothing exists yet, that is all it allows: a first run takes an
// exception or a number. "100%" and "" are no limit: what is counted may be more than
// what the percentage is of, such as the accounts of absent workers.
func ParseLimit(s string) (Limit, error) {
	l := Limit{count: -1, percent: -1}
	if strings.TrimSpace(s) == "" {
		return Limit{}, nil
	}
	bad := fmt.Errorf("found %q, expected a number of accounts such as \"25\", a percentage from \"0%%\" to \"100%%\" such as \"3%%\", or the larger of both such as %q", s, DefaultLimit)
	for _, part := range strings.Split(s, " or ") {
		part = strings.TrimSpace(part)
		if number, ok := strings.CutSuffix(part, "%"); ok {
			percent, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
			if err != nil || !(percent >= 0 && percent <= 100) || l.percent >= 0 {
				return Limit{}, bad
			}
			l.set, l.percent = true, percent
			continue
		}
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || l.count >= 0 {
			return Limit{}, bad
		}
		l.set, l.count = true, n
	}
	return l, nil
}

// allowed returns how many accounts may be affected where base exist.
func (l Limit) allowed(base int) int {
	n := max(l.count, 0)
	if l.percent >= 100 {
		return math.MaxInt
	}
	if l.percent < 0 {
		return n
	}
	share := int(math.Floor(float64(base)*l.percent/100 + 1e-9))
	if l.percent > 0 {
		share = max(share, 1)
	}
	return max(n, share)
}

// Exceeded returns how many of base may be affected, and whether n are more.
func (l Limit) Exceeded(n, base int) (allowed int, over bool) {
	if !l.set {
		return n, false
	}
	allowed = l.allowed(base)
	return allowed, n > allowed
}

func (l Limit) String() string {
	var parts []string
	if l.set && l.count >= 0 {
		parts = append(parts, strconv.Itoa(l.count))
	}
	if l.set && l.percent >= 0 {
		parts = append(parts, strconv.FormatFloat(l.percent, 'f', -1, 64)+"%")
	}
	return strings.Join(parts, " or ")
}

// overridesWait is what a stopped run does not say by itself.
const overridesWait = "; overrides wait, too: the actions workforce_ad_disable_users and workforce_entra_disable_users disable somebody at once"

// Names of limits whose percentages are of more than the matched accounts.
const (
	maxAbsent   = "max_absent"
	maxSetAside = "max_set_aside"
)

// measure is one thing that Limits bounds.
type measure struct {
	name, what string
	limit      Limit
	counts     func(*person) bool
}

// noun is what a measure counts.
func (m measure) noun() string {
	if m.name == maxSetAside {
		return "worker"
	}
	return "account"
}

func (d *decider) measures(l Limits) []measure {
	return []measure{
		{"max_create", "would be created", l.MaxCreate, (*person).creates},
		{"max_disable", "would lose access", l.MaxDisable, (*person).disables},
		{"max_enable", "would gain access again", l.MaxEnable, (*person).enables},
		{"max_delete", "would be deleted", l.MaxDelete, (*person).deletes},
		{"max_adopt", "would get a worker id, or another one", l.MaxAdopt, d.labels},
		{"max_groups_removed", "would lose their groups", l.MaxGroupsRemoved, (*person).stripped},
		{"max_move", "would change container", l.MaxMove, (*person).moves},
		{"max_rename", "would be renamed", l.MaxRename, d.renames},
		{"max_update", "would have other attributes changed", l.MaxUpdate, d.updates},
		{maxAbsent, "have no worker in the feed", l.MaxAbsent, func(p *person) bool { return p.worker == nil && !p.waits }},
		{maxSetAside, "would be set aside", l.MaxSetAside, (*person).countsAsAside},
	}
}

// readExceptions checks the exceptions: one that has expired, or is for nothing
// that is limited, is an error rather than a silent hole.
func (d *decider) readExceptions() error {
	d.exceptions, d.unneeded = map[string]*Exception{}, map[string]bool{}
	today := worker.Date(d.in.AsOf.UTC().Format(time.DateOnly))
	var lines []string
	for i := range d.in.Safeguards.Exceptions {
		e := &d.in.Safeguards.Exceptions[i]
		problem := ""
		_, err := worker.ParseDate(time.DateOnly, string(e.Expires))
		switch {
		case !d.limited(e.Limit):
			problem = "no such limit is set"
			if near := spelling.Nearest(e.Limit, d.limitNames()); near != "" {
				problem += fmt.Sprintf("; did you mean %q?", near)
			}
		case d.exceptions[e.Limit] != nil:
			problem = "given twice"
		case strings.TrimSpace(e.Reason) == "":
			problem = "no reason given: say who agreed to it, and why"
		case err != nil:
			problem = fmt.Sprintf("expires: found %q, expected the last day it holds, as YYYY-MM-DD", e.Expires)
		case e.Allow < 0:
			problem = fmt.Sprintf("allow: found %d, expected 0 or more", e.Allow)
		case today > e.Expires:
			problem = fmt.Sprintf("expired on %s: remove it, or agree on a new one", e.Expires)
		default:
			d.exceptions[e.Limit], d.unneeded[e.Limit] = e, true
			continue
		}
		lines = append(lines, fmt.Sprintf("%q (%s): %s", e.Limit, cmp.Or(e.Reason, "no reason"), problem))
	}
	return refuse("these exceptions to the safeguards do not hold", lines)
}

// limited reports whether a limit of that name is set.
func (d *decider) limited(name string) bool {
	if slices.Contains(d.limitNames(), name) {
		return true
	}
	for _, g := range d.in.Safeguards.By {
		for _, m := range d.measures(g.Limits) {
			if m.limit.set && strings.HasPrefix(name, m.name+":"+g.Attribute+"=") {
				return true
			}
		}
	}
	return false
}

func (d *decider) limitNames() (names []string) {
	s := d.in.Safeguards
	if s.MinWorkers > 0 {
		names = append(names, "min_workers")
	}
	if s.MaxMomentAgeDays > 0 {
		names = append(names, momentLimit)
	}
	for _, m := range d.measures(s.Limits) {
		if m.limit.set {
			names = append(names, m.name)
		}
	}
	for _, attribute := range sortedKeys(s.FillRates) {
		names = append(names, "fill_rate:"+attribute)
	}
	for _, id := range s.Sentinels {
		names = append(names, "sentinel:"+id)
	}
	return names
}

// exception returns the exception to a limit that is violated.
func (d *decider) exception(name string) *Exception {
	delete(d.unneeded, name)
	return d.exceptions[name]
}

// guardFeed refuses a feed that cannot be the whole population, before anything
// else is looked at.
func (d *decider) guardFeed() error {
	s := d.in.Safeguards
	lines := d.guardMoment()
	if n := len(d.in.Workers); n < s.MinWorkers {
		if e := d.exception("min_workers"); e == nil || n < e.Allow {
			lines = append(lines, fmt.Sprintf("min_workers: found %s in the feed, expected at least %s%s", wording.Count(n, "worker"), wording.Thousands(s.MinWorkers), excepted(e)))
		}
	}
	for _, attribute := range sortedKeys(s.FillRates) {
		lines = append(lines, d.guardFill(attribute, s.FillRates[attribute])...)
	}
	for _, id := range s.Sentinels {
		problem := ""
		p := d.lookup(id)
		switch {
		case p == nil:
			problem = "is not in the feed"
		case p.problem != nil:
			problem = "has a data error: " + p.problem.Error()
		case p.stage() != mapping.StageActive && p.stage() != mapping.StageLeave:
			problem = fmt.Sprintf("is not active but %s: %s", p.stage(), p.desired.Reason)
		}
		if problem != "" && d.exception("sentinel:"+id) == nil {
			lines = append(lines, fmt.Sprintf("sentinel:%s: worker %q %s", id, id, problem))
		}
	}
	return refuse("safeguards: the feed is not plausible, and nothing has been decided (see whether it is complete; if it is, change the limit or add an exception with a reason and a last day"+overridesWait+")", lines)
}

func (d *decider) guardFill(attribute string, percent float64) []string {
	var empty []*person
	for _, p := range d.people {
		v, _ := p.worker.Attribute(attribute)
		if !slices.ContainsFunc(append(v.Strings(), v.Text()), func(s string) bool { return strings.TrimSpace(s) != "" }) {
			empty = append(empty, p)
		}
	}
	n := len(d.people)
	filled := 100 * float64(n-len(empty)) / float64(max(n, 1))
	if n == 0 || filled >= percent {
		return nil
	}
	e := d.exception("fill_rate:" + attribute)
	if e != nil && filled >= float64(e.Allow) {
		return nil
	}
	return []string{fmt.Sprintf("fill_rate:%s: %.1f%% of %s have a value, expected at least %g%%%s: %s have none", attribute, filled, wording.Count(n, "worker"), percent, excepted(e), d.firstTen(empty))}
}

func excepted(e *Exception) string {
	if e == nil {
		return ""
	}
	return fmt.Sprintf(" (%d by an exception until %s)", e.Allow, e.Expires)
}

// guardOutcome refuses a result that changes more than the limits allow: all
// violations at once.
func (d *decider) guardOutcome() error {
	lines := d.guardLimits(d.in.Safeguards.Limits, "", d.people)
	for _, g := range d.in.Safeguards.By {
		groups := map[string][]*person{}
		for _, p := range d.people {
			if p.worker != nil {
				v, _ := p.worker.Attribute(g.Attribute)
				groups[v.Text()] = append(groups[v.Text()], p)
			}
		}
		for _, value := range slices.Sorted(maps.Keys(groups)) {
			lines = append(lines, d.guardLimits(g.Limits, ":"+g.Attribute+"="+value, groups[value])...)
		}
	}
	for _, name := range sortedKeys(d.unneeded) {
		if d.only != nil {
			break // everybody else may need it
		}
		d.warn("safeguards: the exception %q (%s) is not needed any more and can go", name, d.exceptions[name].Reason)
	}
	lines = append(lines, d.guardPlaces()...)
	return refuse("safeguards: this run would change more than allowed, and nothing of it has been decided (see whether that is meant; if it is, add an exception with the number, a reason and a last day"+overridesWait+")", lines)
}

func (d *decider) guardLimits(l Limits, group string, people []*person) (lines []string) {
	matched, absent, workers := 0, 0, 0
	for _, p := range people {
		switch {
		case p.worker == nil:
			absent++
		case p.existing != nil:
			matched++
		}
		if p.worker != nil {
			workers++
		}
	}
	for _, m := range d.measures(l) {
		if !m.limit.set {
			continue
		}
		var affected []*person
		for _, p := range people {
			if m.counts(p) {
				affected = append(affected, p)
			}
		}
		base := matched
		switch m.name {
		case maxAbsent:
			base += absent
		case maxSetAside:
			base = workers
		}
		allowed := m.limit.allowed(base)
		if len(affected) <= allowed {
			continue
		}
		e := d.exception(m.name + group)
		if e != nil && len(affected) <= e.Allow {
			continue
		}
		of := ""
		if m.limit.percent >= 0 {
			of = fmt.Sprintf(" (%s of %s)", m.limit, wording.Thousands(base))
		}
		line := fmt.Sprintf("%s%s: %s %s, allowed %s%s%s: %s",
			m.name, group, wording.Count(len(affected), m.noun()), m.what, wording.Thousands(allowed), of, excepted(e), d.firstTen(affected))
		switch {
		case m.name == maxSetAside:
			line += asideReasons(affected)
		case m.name == maxAbsent && d.in.OwnedArgument != "":
			line += fmt.Sprintf(" (accounts of other populations do not count if %s says which are of this one)", d.in.OwnedArgument)
		}
		lines = append(lines, line)
	}
	return lines
}

// firstTen names people in messages.
func (d *decider) firstTen(people []*person) string {
	const shown = 10
	var names []string
	for _, p := range people[:min(shown, len(people))] {
		name := strconv.Quote(p.id)
		if display := d.displayName(p); display != "" {
			name += " " + display
		}
		names = append(names, name)
	}
	if more := len(people) - shown; more > 0 {
		names = append(names, fmt.Sprintf("and %s more", wording.Thousands(more)))
	}
	return strings.Join(names, ", ")
}
