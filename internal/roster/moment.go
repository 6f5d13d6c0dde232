// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"time"
)

// oldMoment is how far Input.AsOf may lie behind the present before a warning says so:
// whoever has left since is not seen to have left.
const oldMoment = 7 * 24 * time.Hour

// guardMoment judges Input.AsOf: a moment that was left over in a variable decides for
// yesterday's people.
func (d *decider) guardMoment() []string {
	if d.in.Now.IsZero() {
		return nil
	}
	age := d.in.Now.Sub(d.in.AsOf)
	days := int(age.Hours() / 24)
	if limit := d.in.Safeguards.MaxMomentAgeDays; limit > 0 && days > limit {
		if e := d.exception(momentLimit); e == nil || days > e.Allow {
			return []string{fmt.Sprintf("%s: as_of is %s, %d days ago, expected at most %d: nobody who has left since would lose access; remove as_of, or give the present", momentLimit, d.in.AsOf.UTC().Format(time.DateOnly), days, limit)}
		}
	}
	if age > oldMoment {
		d.warn("as_of is %s, %d days ago: whoever has left since keeps access; remove as_of unless that is meant", d.in.AsOf.UTC().Format(time.DateOnly), days)
	}
	return nil
}

const momentLimit = "max_as_of_age_days"
