// SPDX-License-Identifier: MPL-2.0

package progress

import (
	"strings"
	"testing"
	"time"
)

func TestLine(t *testing.T) {
	for want, c := range map[string]struct {
		done, failed, total int
		took                time.Duration
	}{
		"users: 340 done, 2 failed, 1158 left, 34.2 a second, about 34s to go": {340, 2, 1500, 10 * time.Second},
		"users: 340 done, 0 failed, 34.0 a second":                             {340, 0, 0, 10 * time.Second},
		"users: 0 done, 0 failed, 20 left, 0.0 a second":                       {0, 0, 20, 5 * time.Second},
	} {
		if text, _ := line("users", c.done, c.failed, c.total, c.took); text != want {
			t.Errorf("found %q, expected %q", text, want)
		}
	}
}

func TestMeter(t *testing.T) {
	lines := make(chan string, 1000)
	say := func(message string, _ ...any) {
		select {
		case lines <- message:
		default:
		}
	}
	m := startEvery(time.Millisecond, "users", 3, say)
	m.Add(1, 1)
	first := <-lines
	if !strings.HasPrefix(first, "users: ") || !strings.Contains(first, "left") {
		t.Errorf("found %q", first)
	}
	m.End()
	last := first
	for len(lines) > 0 {
		last = <-lines
	}
	if !strings.HasPrefix(last, "users: ended, 1 done, 1 failed, in ") {
		t.Errorf("the last line is %q", last)
	}
	quick := Start("users", 3, say)
	quick.Add(3, 0)
	quick.End()
	if len(lines) != 0 {
		t.Errorf("work of a moment says %q", <-lines)
	}
	none := Start("users", 3, nil)
	none.Add(1, 0)
	none.End()
}
