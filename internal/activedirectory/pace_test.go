// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"sync"
	"testing"
)

func TestPaceFollowsTheServer(t *testing.T) {
	tests := []struct {
		name  string
		rates map[int]float64 // writes a second by limit
		most  int
		want  int
	}{
		{"one writer", map[int]float64{1: 30, 2: 25, 4: 22, 8: 17}, 8, 1},
		{"scales", map[int]float64{1: 100, 2: 190, 4: 350, 8: 600}, 8, 8},
		{"up to two", map[int]float64{1: 100, 2: 190, 4: 200, 8: 200}, 8, 2},
		{"bounded", map[int]float64{1: 100, 2: 190, 4: 350, 8: 600}, 5, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var p pace
			at := map[int]int{}
			for range 100 {
				at[max(p.limit, 1)]++
				p.adjustLimit(tt.rates[max(p.limit, 1)], tt.most)
			}
			if at[tt.want] < 90 {
				t.Errorf("windows by limit: %v, want nearly all at %d", at, tt.want)
			}
		})
	}
}

func TestPaceBoundsAndHonoursContexts(t *testing.T) {
	var p pace
	if err := p.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.enter(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	p.leave(4)
	var wg sync.WaitGroup
	var mu sync.Mutex
	running, most := 0, 0
	for range 500 {
		wg.Go(func() {
			if err := p.enter(t.Context()); err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			mu.Lock()
			running--
			mu.Unlock()
			p.leave(4)
		})
	}
	wg.Wait()
	if most > 4 || p.running != 0 || len(p.waiting) != 0 {
		t.Errorf("%d at once, %d still running, %d waiting", most, p.running, len(p.waiting))
	}
}
