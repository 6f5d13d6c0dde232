// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// RetryAfter is the form in which a throttled answer names the time to wait.
type RetryAfter string

// The forms that were seen.
const (
	RetryInSeconds  RetryAfter = ""         // "3"
	RetryInFraction RetryAfter = "fraction" // "2.128"
	RetryAtDate     RetryAfter = "date"     // "Sun, 01 Nov 2026 08:00:00 GMT", of Options.Clock
	RetryUnnamed    RetryAfter = "none"     // no header
)

const (
	unitWindow  = 10 * time.Second
	writeWindow = 150 * time.Second
	writeLimit  = 3000
)

// throttle holds what was used in the windows before now.
type throttle struct {
	units, writes window
}

// window adds up what happened in a stretch of time.
type window struct {
	events []event
	sum    int
}

type event struct {
	at     time.Time
	amount int
}

// forget drops what is older than the window.
func (w *window) forget(before time.Time) {
	n := 0
	for n < len(w.events) && !w.events[n].at.After(before) {
		w.sum -= w.events[n].amount
		n++
	}
	w.events = w.events[n:]
}

func (w *window) add(at time.Time, amount int) {
	w.sum += amount
	if n := len(w.events); n > 0 && w.events[n-1].at.Equal(at) {
		w.events[n-1].amount += amount
		return
	}
	w.events = append(w.events, event{at, amount})
}

// room returns when the window will have room for an amount.
func (w *window) room(amount, limit int, length time.Duration) time.Time {
	sum := w.sum
	for _, e := range w.events {
		if sum -= e.amount; sum+amount <= limit {
			return e.at.Add(length)
		}
	}
	return time.Time{}
}

func (s Size) limit() int {
	switch s {
	case Small:
		return 3500
	case Medium:
		return 5000
	}
	return 8000
}

// charge books the cost of a call, or refuses it.
func (s *Server) charge(c *call) (http.Header, *failure) {
	units, writes := c.cost(), 0
	if c.write() {
		writes = 1
	}
	header := http.Header{"X-Ms-Resource-Unit": {strconv.Itoa(units)}}
	if s.options.Throttle {
		now, t, limit := s.now(), &s.throttle, s.options.Size.limit()
		t.units.forget(now.Add(-unitWindow))
		t.writes.forget(now.Add(-writeWindow))
		var until time.Time
		switch {
		case t.units.sum+units > limit:
			until = t.units.room(units, limit, unitWindow)
		case t.writes.sum+writes > writeLimit:
			until = t.writes.room(writes, writeLimit, writeWindow)
		}
		if !until.IsZero() {
			s.stats.Throttled++
			return nil, s.tooMany(until.Sub(now), now)
		}
		t.units.add(now, units)
		t.writes.add(now, writes)
		used := max(float64(t.units.sum)/float64(limit), float64(t.writes.sum)/writeLimit)
		if used >= 0.8 {
			header.Set("x-ms-throttle-limit-percentage", strconv.FormatFloat(used, 'f', 2, 64))
		}
	}
	s.stats.ResourceUnits += units
	s.stats.Writes += writes
	return header, nil
}

func (s *Server) tooMany(wait time.Duration, now time.Time) *failure {
	f := &failure{status: http.StatusTooManyRequests, code: "TooManyRequests", message: "Too many requests.", header: http.Header{}}
	f.header.Set("x-ms-throttle-limit-percentage", "1.0")
	f.header.Set("x-ms-throttle-scope", "Tenant_Application/ReadWrite/"+s.options.ClientID+"/"+s.options.TenantID)
	f.header.Set("x-ms-throttle-information", "ResourceUnitLimitExceeded")
	switch s.options.RetryAfter {
	case RetryInSeconds:
		f.header.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	case RetryInFraction:
		f.header.Set("Retry-After", strconv.FormatFloat(math.Ceil(wait.Seconds()*1000)/1000, 'f', 3, 64))
	case RetryAtDate:
		f.header.Set("Retry-After", now.Add(wait+time.Second-time.Nanosecond).Truncate(time.Second).Format(http.TimeFormat))
	}
	return f
}
