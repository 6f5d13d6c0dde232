// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Addresses records, for one run, who has which user principal name and mail address in the
// directories of one provider configuration. It finds two joiners of two populations who would
// get the same address: no directory can find that before both exist. The zero value is ready for use.
type Addresses struct {
	mu sync.Mutex
	by map[string]addressee // by folded address
}

// addressee is who has an address.
type addressee struct {
	population, worker string
	gained             bool // the worker gets the address in this run
	hidden             bool // rules redact the addresses of the population
}

// show quotes an address, or says that it is redacted.
func (o addressee) show(address string) string {
	if o.hidden {
		return "an address (redacted)"
	}
	return fmt.Sprintf("%q", address)
}

// Note remembers the addresses of a population, worker id by folded address, and reports those
// that somebody else of another population has. gained are the addresses that their owner gets
// in this run: one of those is an error; what both have already is a warning. hidden says that
// rules redact addresses, which are then not shown.
func (a *Addresses) Note(population string, owners map[string]string, gained map[string]bool, hidden bool) (f Findings) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.by == nil {
		a.by = map[string]addressee{}
	}
	var given, shared []string
	for _, address := range slices.Sorted(maps.Keys(owners)) {
		mine := addressee{population, owners[address], gained[address], hidden}
		other, known := a.by[address]
		switch {
		case mine.worker == "":
			continue
		case !known:
			a.by[address] = mine
			continue
		case strings.EqualFold(other.worker, mine.worker):
			other.gained, other.hidden = other.gained || mine.gained, other.hidden || hidden
			a.by[address] = other
			continue
		}
		other.hidden = other.hidden || hidden
		line := fmt.Sprintf("%s: worker %q in %s, and worker %q in %s", other.show(address), other.worker, other.population, mine.worker,
			mine.population)
		if other.gained || mine.gained {
			given = append(given, line)
		} else {
			shared = append(shared, line)
		}
	}
	const remedy = "Pass the output names of one accounts data source to taken_names of the other one, so that the second one gives other addresses."
	if len(given) > 0 {
		f.fail("Two people would get the same address", fmt.Sprintf("Only one of them can have it in one tenant:\n%s\n%s", Listed(given), remedy))
	}
	if len(shared) > 0 {
		f.warn("Two people have the same address", fmt.Sprintf("Only one of them can have it in one tenant. Change one of each pair:\n%s",
			Listed(shared)))
	}
	return f
}
