// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/expression/spelling"
	"terraform-provider-workforce/internal/worker"
)

const momentLimit = "max_as_of_age_days"

// readExceptions checks the exceptions: one that has expired, or is for nothing
// that is limited, is an error rather than a silent hole.
func (d *run) readExceptions() error {
	d.exceptions = exceptions{map[string]*Exception{}, map[string]bool{}}
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
		case d.exceptions.agreed[e.Limit] != nil:
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
			d.exceptions.agreed[e.Limit], d.exceptions.unneeded[e.Limit] = e, true
			continue
		}
		lines = append(lines, fmt.Sprintf("%q (%s): %s", e.Limit, cmp.Or(e.Reason, "no reason"), problem))
	}
	return refuse("these exceptions to the safeguards do not hold", lines)
}

// limited reports whether a limit of that name is set.
func (d *run) limited(name string) bool {
	if slices.Contains(d.limitNames(), name) {
		return true
	}
	for _, g := range d.in.Safeguards.By {
		for _, m := range g.named() {
			if m.limit.set && strings.HasPrefix(name, m.name+":"+g.Attribute+"=") {
				return true
			}
		}
	}
	return false
}

func (d *run) limitNames() (names []string) {
	s := d.in.Safeguards
	if s.MinWorkers > 0 {
		names = append(names, "min_workers")
	}
	if s.MaxMomentAgeDays > 0 {
		names = append(names, momentLimit)
	}
	for _, m := range s.named() {
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
func (d *run) exception(name string) *Exception {
	delete(d.exceptions.unneeded, name)
	return d.exceptions.agreed[name]
}

func excepted(e *Exception) string {
	if e == nil {
		return ""
	}
	return fmt.Sprintf(" (%d by an exception until %s)", e.Allow, e.Expires)
}
