// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"math"
	"strconv"
	"strings"

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

// Names of limits whose percentages are of more than the matched accounts.
const (
	maxAbsent   = "max_absent"
	maxSetAside = "max_set_aside"
)

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

// namedLimit is a limit under the name that configurations and messages give it.
type namedLimit struct {
	name  string
	limit Limit
}

// named lists limits in the order of messages.
func (l Limits) named() []namedLimit {
	return []namedLimit{
		{"max_create", l.MaxCreate}, {"max_disable", l.MaxDisable}, {"max_enable", l.MaxEnable}, {"max_delete", l.MaxDelete},
		{"max_adopt", l.MaxAdopt}, {"max_groups_removed", l.MaxGroupsRemoved}, {"max_move", l.MaxMove}, {"max_rename", l.MaxRename},
		{"max_update", l.MaxUpdate}, {maxAbsent, l.MaxAbsent}, {maxSetAside, l.MaxSetAside},
	}
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

// exceptions are those that hold, by the limit they are for, and those that have not been needed so far.
type exceptions struct {
	agreed   map[string]*Exception
	unneeded map[string]bool
}
