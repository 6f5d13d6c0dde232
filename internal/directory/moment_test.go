// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"testing"
	"time"
)

// TestParseMoment: dates with an offset, as Workday writes them, are midnight there.
func TestParseMoment(t *testing.T) {
	for s, want := range map[string]string{
		"2020-01-15": "2020-01-15T00:00:00Z", "2020-01-15-08:00": "2020-01-15T08:00:00Z", "2020-01-15+05:30": "2020-01-14T18:30:00Z",
		"2020-01-15Z":               "2020-01-15T00:00:00Z",
		"2020-01-15T10:00:00+01:00": "2020-01-15T09:00:00Z", "2020-01-15T10:00:00.5Z": "2020-01-15T10:00:00.5Z",
	} {
		if at, err := ParseMoment(s); err != nil || at.UTC().Format(time.RFC3339Nano) != want {
			t.Errorf("%s: %s, %v, want %s", s, at.UTC().Format(time.RFC3339Nano), err, want)
		}
	}
	for _, s := range []string{"", "soon", "2020-01-15-08", "15.01.2020", "2020-02-30Z"} {
		if at, err := ParseMoment(s); err == nil {
			t.Errorf("%q is %s", s, at)
		}
	}
}
