// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"sync"
	"time"
)

// pace finds out how many writes at once a server does best with. A domain
// controller on Windows gets faster with each up to its processors, Samba slower
// with the second already, since it writes one at a time and every other process
// then reads its caches again. So pace begins with one, doubles as long as that
// makes things faster by a tenth, goes back once when it does not, and tries
// again after a while. The zero value is ready.
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

// enter waits for its turn.
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

// leave ends a turn; most bounds how many there may be at once.
func (p *pace) leave(most int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	// Only with somebody waiting does speed tell of the limit.
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

// adjustLimit sets how many writes run at once, after a window in which rate of them ended each second.
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
