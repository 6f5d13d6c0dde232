// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/wording"
)

// overridesWait is what a stopped run does not say by itself.
const overridesWait = "; overrides wait, too: the actions workforce_ad_disable_users and workforce_entra_disable_users disable somebody at once"

// guard refuses a feed that cannot be the whole population, before anything
// else is looked at.
func (d *feed) guard() error {
	s := d.in.Safeguards
	lines := d.guardMoment()
	if n := len(d.in.Workers); n < s.MinWorkers {
		if e := d.exception("min_workers"); e == nil || n < e.Allow {
			lines = append(lines, fmt.Sprintf("min_workers: found %s in the feed, expected at least %s%s", wording.Count(n, "worker"),
				wording.Thousands(s.MinWorkers), excepted(e)))
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

func (d *feed) guardFill(attribute string, percent float64) []string {
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
	return []string{fmt.Sprintf("fill_rate:%s: %.1f%% of %s have a value, expected at least %g%%%s: %s have none", attribute, filled,
		wording.Count(n, "worker"), percent, excepted(e), firstTen(len(empty), func(i int) string { return strconv.Quote(empty[i].id) }))}
}

// oldMoment is how far Input.AsOf may lie behind the present before a warning says so:
// whoever has left since is not seen to have left.
const oldMoment = 7 * 24 * time.Hour

// earlyMoment is how far it may lie ahead: a date means noon UTC, and a day begins up to
// 14 hours before it does in UTC.
const earlyMoment = 26 * time.Hour

// guardMoment judges Input.AsOf: a moment that was left over in a variable decides for
// yesterday's people, one that is mistyped or meant for a look ahead for tomorrow's.
func (d *feed) guardMoment() []string {
	if d.in.Now.IsZero() {
		return nil
	}
	day := d.in.AsOf.UTC().Format(time.DateOnly)
	age, where := d.in.Now.Sub(d.in.AsOf), "ago"
	refused, warning := "nobody who has left since would lose access", "whoever has left since keeps access"
	early := age < 0
	if early {
		age, where = -age, "ahead"
		refused = "who leaves until then would lose access now, and who starts until then would get it"
		warning = "who leaves until then loses access now, and who starts until then gets it"
	}
	days := int(age.Hours() / 24)
	if limit := d.in.Safeguards.MaxMomentAgeDays; limit > 0 && days > limit {
		if e := d.exception(momentLimit); e == nil || days > e.Allow {
			return []string{fmt.Sprintf("%s: as_of is %s, %d days %s, expected at most %d: %s; remove as_of, or give the present",
				momentLimit, day, days, where, limit, refused)}
		}
	}
	if age > oldMoment || early && age > earlyMoment {
		d.warn("as_of is %s, %s %s: %s; remove as_of unless that is meant", day, wording.Count(max(days, 1), "day"), where, warning)
	}
	return nil
}

// present is Input.AsOf, or the present where that is ahead of it: what cannot be undone
// never happens before its day.
func (d *run) present() time.Time {
	if !d.in.Now.IsZero() && d.in.AsOf.After(d.in.Now) {
		return d.in.Now
	}
	return d.in.AsOf
}
