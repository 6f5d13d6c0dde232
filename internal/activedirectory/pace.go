// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"sync"
	"time"
)

// pace finds the number of concurrent writes with which a server is fastest. A domain controller on
// Windows gets faster up to the number of its processors. Samba gets slower with the second
// already: it writes one at a time, and every other process then reloads its caches. So pace
// begins with one, and doubles as long as that makes the writes a tenth faster. When it does not, pace
// goes back one step, and tries again later. The zero value is ready for use.
type pace struct {
	mu      sync.Mutex
	limit   int // 0 counts as 1
	running int
	waiting []chan struct{}

	began  time.Time
	done   int
	rate   float64 // writes a second at the limit before this one; 0 unknown
	trying bool    // limit is one that is being tried
	rested int     // windows since the last try
}

const (
	paceWindow = 16 // writes after which speed is judged
	paceRest   = 20 // windows between tries
)

// enter waits until a write may begin.
func (p *pace) enter(ctx context.Context) error {
	p.mu.Lock()
	if p.running < max(p.limit, 1) {
		if p.running == 0 && p.done == 0 {
			p.began = time.Now()
		}
		p.running++
		p.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	p.waiting = append(p.waiting, turn)
	p.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, w := range p.waiting {
		if w == turn {
			p.waiting = append(p.waiting[:i], p.waiting[i+1:]...)
			return context.Cause(ctx)
		}
	}
	return nil // the turn came at the same moment: the caller sees ctx itself
}

// leave ends a write; most is the largest number of concurrent writes.
func (p *pace) leave(most int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	// The speed depends on the limit only while a write waits.
	switch p.done++; {
	case len(p.waiting) == 0:
		p.began, p.done = time.Now(), 0
	case p.done >= paceWindow:
		p.adjustLimit(float64(p.done)/time.Since(p.began).Seconds(), most)
		p.began, p.done = time.Now(), 0
	}
	for p.running < max(p.limit, 1) && len(p.waiting) > 0 {
		close(p.waiting[0])
		p.waiting = p.waiting[1:]
		p.running++
	}
}

// adjustLimit sets the number of concurrent writes, after a window in which rate writes ended per second.
func (p *pace) adjustLimit(rate float64, most int) {
	limit := max(p.limit, 1)
	switch {
	case p.trying && rate < 1.1*p.rate:
		p.limit, p.trying, p.rested = max(limit/2, 1), false, 0
		return
	case !p.trying && p.rated() && p.rested < paceRest:
		p.rested++
		p.rate = rate
		return
	}
	p.rate = rate
	if p.trying = 2*limit <= most; p.trying {
		p.limit = 2 * limit
	}
}

func (p *pace) rated() bool { return p.rate > 0 }
