// SPDX-License-Identifier: MPL-2.0

// Command bench measures the provider with the real terraform, beside
// alternatives, in one run. The directory is an LDAP server in memory
// (internal/sandbox/memdir) that answers over TLS as fast as the protocol
// allows, so that what shows is the cost of the provider and not that of a
// domain controller; it counts the requests. With the argument sources,
// targets, groups or peers it measures the sources of workers, the directories, the
// members of groups, or what is known of other providers, only; with whole it measures whole paths at sizes that flags choose
// (bench whole -h), with decisions only the decisions; with the argument quick it counts requests, documents and bytes,
// and fails where they are over their bounds.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	if len(os.Args) > 1 && os.Args[1] == "source" { // the process of one read
		return readSource(ctx, os.Args[2:])
	}
	dir, err := os.MkdirTemp("", "workforce-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if len(os.Args) > 1 && os.Args[1] == "sources" { // these only
		return sources(ctx, dir, 100_000)
	}
	t := terraform{dir: dir}
	if len(os.Args) > 1 && os.Args[1] == "quick" {
		return quick(ctx, t)
	}
	if len(os.Args) > 1 && os.Args[1] == "decisions" {
		return decisions(ctx, os.Args[2:])
	}
	if err := t.build(ctx); err != nil {
		return err
	}
	if len(os.Args) > 1 && os.Args[1] == "whole" {
		return whole(ctx, t, os.Args[2:])
	}
	if err := startup(ctx, filepath.Join(dir, "bin")); err != nil {
		return err
	}
	if only := map[string]func(context.Context, terraform) error{"targets": targets, "groups": groups, "peers": peers}; len(os.Args) > 1 &&
		only[os.Args[1]] != nil {
		return only[os.Args[1]](ctx, t)
	}
	if err := sources(ctx, dir, 100_000); err != nil {
		return err
	}
	if err := decisions(ctx, nil); err != nil {
		return err
	}
	if err := whole(ctx, t, nil); err != nil {
		return err
	}
	if err := targets(ctx, t); err != nil {
		return err
	}
	return peers(ctx, t)
}

// targets measures what writing to each directory costs.
func targets(ctx context.Context, t terraform) error {
	for _, d := range []target{activeDirectory, entraID} {
		for _, people := range []int{1_000, 10_000} {
			if err := populations(ctx, t, d, people); err != nil {
				return err
			}
		}
	}
	if err := users(ctx, t, 1_000); err != nil {
		return err
	}
	return groups(ctx, t)
}

// groups measures what the members of groups cost.
func groups(ctx context.Context, t terraform) error {
	for _, d := range []target{activeDirectory, entraID} {
		if err := groupRules(ctx, t, d, 10_000, 300); err != nil {
			return err
		}
		for _, people := range []int{5_000, 20_000} {
			if err := groupMembers(ctx, t, d, people); err != nil {
				return err
			}
		}
	}
	return nil
}
