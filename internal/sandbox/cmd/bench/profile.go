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

// profile runs one step with the provider in this process, and writes what it spent processor time on, and
// what it allocated since the start.
func (c *course) profile(ctx context.Context, at int, s step) (err error) {
	name := fmt.Sprintf("%s-%d-%d-%s", c.target.prefix, c.people, at, strings.NewReplacer(" ", "-", ",", "", "%", "percent").Replace(s.name))
	if err := os.MkdirAll(c.profiles, 0o700); err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(c.profiles, name+".cpu"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	start := time.Now()
	spent, err := c.ours.withProvider(ctx, func(env string) error {
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
		_, err := c.ours.output(ctx, env, s.args...)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Printf("%-22s %8.2f  %d MB allocated, %d documents decoded, %d encoded\n", s.name, time.Since(start).Seconds(),
		spent.allocated>>20, spent.decoded, spent.encoded)
	runtime.GC()
	allocations, err := os.Create(filepath.Join(c.profiles, name+".allocs"))
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup("allocs").WriteTo(allocations, 0), allocations.Close())
}
