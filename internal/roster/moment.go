// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"time"

	"terraform-provider-workforce/internal/wording"
)

// oldMoment is how far Input.AsOf may lie behind the present before a warning says so:
// whoever has left since is not seen to have left.
const oldMoment = 7 * 24 * time.Hour

// earlyMoment is how far it may lie ahead: a date means noon UTC, and a day begins up to
// 14 hours before it does in UTC.
const earlyMoment = 26 * time.Hour

// guardMoment judges Input.AsOf: a moment that was left over in a variable decides for
// yesterday's people, one that is mistyped or meant for a look ahead for tomorrow's.
func (d *decider) guardMoment() []string {
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
func (d *decider) present() time.Time {
	if !d.in.Now.IsZero() && d.in.AsOf.After(d.in.Now) {
		return d.in.Now
	}
	return d.in.AsOf
}

const momentLimit = "max_as_of_age_days"
