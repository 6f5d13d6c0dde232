// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// usage is what one command took. Processor time is that of user and system, and memory the largest that was resident.
type usage struct {
	wall time.Duration
	// Of Terraform alone, and of the processes of providers that it started, of which one at a time works.
	terraform, provider cost
}

type cost struct {
	cpu  time.Duration
	peak int64 // bytes
}

// tick is the unit of processor time in /proc: USER_HZ is 100 on every architecture that Go knows.
const tick = 10 * time.Millisecond

// measure runs one command and returns what it took. Processor time says the same on a busy machine, wall time does not.
func (t terraform) measure(ctx context.Context, args ...string) (usage, error) {
	cmd := exec.CommandContext(ctx, "terraform", args...)
	cmd.Dir = t.dir
	cmd.Env = append(os.Environ(), t.env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return usage{}, err
	}
	w := &watcher{pid: cmd.Process.Pid, providers: map[int]cost{}}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() { defer close(stopped); w.until(stop) }()
	err := cmd.Wait()
	u := usage{wall: time.Since(start)}
	close(stop)
	<-stopped
	if err != nil {
		return u, fmt.Errorf("terraform %s in %s: %w\n%s", strings.Join(args, " "), t.dir, err, tail(out.Bytes()))
	}
	for _, c := range w.providers {
		u.provider.cpu += c.cpu
		u.provider.peak = max(u.provider.peak, c.peak)
	}
	// What Terraform waited for is in its own account.
	u.terraform = cost{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime() - u.provider.cpu, w.peak}
	return u, nil
}

// watcher looks at a process and its children often enough to know what they took at last: both
// numbers of a process only grow.
type watcher struct {
	pid       int
	peak      int64
	providers map[int]cost
}

func (w *watcher) until(stop <-chan struct{}) {
	every := time.NewTicker(20 * time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-stop:
			return
		case <-every.C:
			w.look()
		}
	}
}

func (w *watcher) look() {
	w.peak = max(w.peak, peakOf(w.pid))
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", w.pid))
	for _, task := range tasks {
		children, err := os.ReadFile(task)
		if err != nil {
			continue // the thread has ended
		}
		for text := range strings.FieldsSeq(string(children)) {
			if pid, err := strconv.Atoi(text); err == nil {
				before := w.providers[pid]
				w.providers[pid] = cost{max(before.cpu, processorOf(pid)), max(before.peak, peakOf(pid))}
			}
		}
	}
}

// processorOf is the processor time of a process that runs, 0 when it has ended.
func processorOf(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name, in parentheses, may hold spaces. utime and stime are the 14th and 15th field.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick
}

// peakOf is the largest amount of memory, in bytes, that a running process had, 0 when it has ended.
func peakOf(pid int) int64 {
	peak, err := peakIn(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	return int64(peak)
}

// medianUsage takes the median of each number.
func medianUsage(of []usage) usage {
	return usage{
		wall: median(of, func(u usage) time.Duration { return u.wall }),
		terraform: cost{median(of, func(u usage) time.Duration { return u.terraform.cpu }),
			median(of, func(u usage) int64 { return u.terraform.peak })},
		provider: cost{median(of, func(u usage) time.Duration { return u.provider.cpu }),
			median(of, func(u usage) int64 { return u.provider.peak })},
	}
}

func median[N time.Duration | int64](of []usage, number func(usage) N) N {
	all := make([]N, len(of))
	for i, u := range of {
		all[i] = number(u)
	}
	slices.Sort(all)
	return all[len(all)/2]
}
