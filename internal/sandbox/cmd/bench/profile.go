// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"
)

// startProfile begins a profile of processor time in a directory, and returns what ends it and adds one of what
// was allocated and one of what is still in use. Without a directory both do nothing.
func startProfile(dir, name string) (stop func() error, err error) {
	if dir == "" {
		return func() error { return nil }, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	file, err := os.Create(filepath.Join(dir, name+".cpu"))
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		memory, err := os.Create(filepath.Join(dir, name+".memory"))
		if err != nil {
			return errors.Join(err, file.Close())
		}
		runtime.GC()
		return errors.Join(pprof.Lookup("heap").WriteTo(memory, 0), memory.Close(), file.Close())
	}, nil
}

// profile runs one step with the provider in this process, and writes what it spent processor time on, and
// what it allocated since the start.
func (c *course) profile(ctx context.Context, at int, s step) error {
	name := fmt.Sprintf("%s-%d-%d-%s", c.target.prefix, c.people, at, strings.NewReplacer(" ", "-", ",", "", "%", "percent").Replace(s.name))
	start, stop := time.Now(), func() error { return nil }
	spent, err := c.ours.withProvider(ctx, func(env string) (err error) {
		if stop, err = startProfile(c.profiles, name); err != nil {
			return err
		}
		_, err = c.ours.output(ctx, env, s.args...)
		return err
	})
	if err := errors.Join(err, stop()); err != nil {
		return err
	}
	fmt.Printf("%-22s %8.2f  %d MB allocated, %d documents decoded, %d encoded\n", s.name, time.Since(start).Seconds(),
		spent.allocated>>20, spent.decoded, spent.encoded)
	return nil
}
