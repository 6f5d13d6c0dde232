// SPDX-License-Identifier: MPL-2.0

// Package progress tells how far long work has come: one line every few seconds, and one at its end.
package progress

import (
	"fmt"
	"sync"
	"time"
)

// Interval is the time between two lines. Work that is done sooner says nothing.
const Interval = 5 * time.Second

// Say takes a line, with pairs of a name and a value that say the same.
type Say func(message string, fields ...any)

// Meter counts one piece of work. A nil Meter counts nothing. Its methods may be called from several goroutines.
type Meter struct {
	what string
	say  Say
	stop chan struct{}
	wait sync.WaitGroup

	began        time.Time
	mu           sync.Mutex // guards what follows
	total        int        // 0: not known
	done, failed int
	said         bool
}

// Start begins work: what is being done, to how many (0 if that is not known), and who is told.
func Start(what string, total int, say Say) *Meter { return startEvery(Interval, what, total, say) }

func startEvery(interval time.Duration, what string, total int, say Say) *Meter {
	if say == nil {
		return nil
	}
	m := &Meter{what: what, total: total, say: say, stop: make(chan struct{}), began: time.Now()}
	m.wait.Go(func() {
		ticks := time.NewTicker(interval)
		defer ticks.Stop()
		for {
			select {
			case <-m.stop:
				return
			case <-ticks.C:
				m.tell()
			}
		}
	})
	return m
}

// Add counts what was done, and what failed.
func (m *Meter) Add(done, failed int) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done += done
	m.failed += failed
}

// End ends the work, and says so if anything was said.
func (m *Meter) End() {
	if m == nil {
		return
	}
	close(m.stop)
	m.wait.Wait()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.said {
		took := time.Since(m.began)
		m.say(fmt.Sprintf("%s: ended, %d done, %d failed, in %s", m.what, m.done, m.failed, round(took)), "done", m.done, "failed", m.failed, "took", round(took).String())
	}
}

// tell says how far the work has come.
func (m *Meter) tell() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.said = true
	message, fields := line(m.what, m.done, m.failed, m.total, time.Since(m.began))
	m.say(message, fields...)
}

// line is what is said after some time.
func line(what string, done, failed, total int, took time.Duration) (string, []any) {
	rate := float64(done+failed) / took.Seconds()
	text, fields := fmt.Sprintf("%s: %d done, %d failed", what, done, failed), []any{"done", done, "failed", failed}
	left := total - done - failed
	if total > 0 {
		text += fmt.Sprintf(", %d left", left)
		fields = append(fields, "left", left)
	}
	text += fmt.Sprintf(", %.1f a second", rate)
	fields = append(fields, "rate", fmt.Sprintf("%.1f", rate))
	if total > 0 && rate > 0 {
		toGo := round(time.Duration(float64(left) / rate * float64(time.Second)))
		text += fmt.Sprintf(", about %s to go", toGo)
		fields = append(fields, "to_go", toGo.String())
	}
	return text, fields
}

func round(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(time.Second)
}
