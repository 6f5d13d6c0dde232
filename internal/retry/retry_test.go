// SPDX-License-Identifier: MPL-2.0

package retry

import (
	"net/http"
	"testing"
	"time"
)

func TestAfter(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"7": 7 * time.Second, "1.5": 1500 * time.Millisecond, "Sun, 22 Nov 2026 12:01:00 GMT": time.Minute,
		"Sun, 22 Nov 2026 11:01:00 GMT": 0, "": -1, "soon": -1, "-3": -1, "NaN": -1, "1e300": 1e9 * time.Second,
	} {
		got, ok := After(http.Header{"Retry-After": {text}}, now)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: got %s, expected %s", text, got, want)
		}
	}
}
