// SPDX-License-Identifier: MPL-2.0

// Package retry reads when a server wants to be asked again, and lets the look at an outcome
// outlive a wish to stop.
package retry

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// After reads the header Retry-After (RFC 9110 section 10.2.3): seconds, which some
// servers send with a fraction, or a date, which is compared with now. It returns false
// where the header is absent or cannot be read. A date that is past is no wait.
func After(h http.Header, now time.Time) (time.Duration, bool) {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, 1e9) * float64(time.Second)), true
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return max(date.Sub(now), 0), true
}
