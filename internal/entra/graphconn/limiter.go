// SPDX-License-Identifier: MPL-2.0

package graphconn

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// limiter keeps everything that one client does to what the tenant allows. Limits
// differ by tenant and by what else uses it, so they are learnt: how many
// requests are under way follows from how near a limit the answers say it is, and
// when one says to wait, everything of its kind waits.
// https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
type limiter struct {
	clock func() time.Time
	sleep func(ctx context.Context, until time.Time) error

	mu      sync.Mutex
	changed chan struct{} // closed when a place becomes free
	max     int
	allowed float64 // how many may be under way; grows slowly and falls fast
	busy    int
	until   [2]time.Time // reads and writes wait until then
}

// kind is an index of limiter.until: the tenant counts reads and writes apart.
type kind int

const (
	reads kind = iota
	writes
)

func newLimiter(c *Config) *limiter {
	return &limiter{clock: c.Clock, sleep: c.Sleep, changed: make(chan struct{}), max: c.Connections, allowed: float64(c.Connections)}
}

// enter waits for a place among the requests under way, and for the end of a pause.
func (l *limiter) enter(ctx context.Context, k kind) error {
	for {
		l.mu.Lock()
		until := l.until[k]
		paused := until.After(l.clock())
		if !paused && l.busy < max(1, int(l.allowed)) {
			l.busy++
			l.mu.Unlock()
			return nil
		}
		changed := l.changed
		l.mu.Unlock()
		if paused {
			if err := l.sleep(ctx, until); err != nil {
				return err
			}
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// leave gives the place back. nearness is how much of a limit is used, from 0;
// 0 when the answer does not say.
func (l *limiter) leave(nearness float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy--
	switch {
	case nearness >= 1:
		l.allowed = max(1, l.allowed/2)
	case nearness >= 0.8:
		l.allowed = max(1, l.allowed-0.25)
	case l.allowed < float64(l.max):
		l.allowed = min(float64(l.max), l.allowed+0.05)
	}
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *limiter) underWay() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.busy
}

// pause lets everything of a kind wait. A later answer never shortens a pause,
// and what is refused during one, having been sent before, tells nothing new
// about how much may be under way.
func (l *limiter) pause(k kind, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.until[k].After(l.clock()) {
		l.allowed = max(1, l.allowed/2)
	}
	if until.After(l.until[k]) {
		l.until[k] = until
	}
}

// nearness reads how much of the limit an answer says is used: the header comes from 0.8 on.
func nearness(h http.Header) float64 {
	used, err := strconv.ParseFloat(h.Get("x-ms-throttle-limit-percentage"), 64)
	if err != nil {
		return 0
	}
	return used
}

// NewBackoff is the growing wait where an answer names none.
func NewBackoff() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval, b.Multiplier = time.Second, time.Minute, 2
	return b
}

func sleepUntil(ctx context.Context, at time.Time) error {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
