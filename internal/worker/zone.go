// SPDX-License-Identifier: MPL-2.0

package worker

import (
	"fmt"
	"sync"
	"time"
	_ "time/tzdata" // the machine that runs Terraform may have no zone files
)

var zones sync.Map // name → *time.Location; loading one parses its file

// Location returns the time zone of that IANA name, such as "Australia/Sydney".
func Location(name string) (*time.Location, error) {
	if loc, ok := zones.Load(name); ok {
		if known, ok := loc.(*time.Location); ok {
			return known, nil
		}
	}
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fmt.Errorf("found %q, expected the IANA name of a time zone such as \"Europe/Berlin\"", name)
	}
	zones.Store(name, loc)
	return loc, nil
}
