// SPDX-License-Identifier: MPL-2.0

// Command demo tells the whole story on a real domain: a thousand people are
// planned and created, then somebody moves, somebody leaves and somebody
// joins, HR tells of a leaver late and makes mistakes, a change by hand is
// repaired, and a truncated file is stopped. Then the same people get users in
// a tenant, and somebody moves from one forest to another.
//
// It starts two Samba domain controllers, runs the Terraform on PATH with the
// provider given by -provider and the example given by -configuration, and looks at the outcome with OpenLDAP's tools.
// Whatever it shows it also asserts: it exits with 1 when something is not as
// the story says. It needs root, and leaves nothing behind; what a killed demo
// left, the next one removes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	provider := flag.String("provider", ".bin/terraform-provider-workforce", "the compiled provider")
	configuration := flag.String("configuration", "examples/active-directory/main.tf", "the Terraform configuration")
	people := flag.Int("people", 1000, "how many people work at the company")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, newScreen(os.Stdout), *provider, *configuration, *people)
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case interrupted:
		fmt.Fprintln(os.Stderr, "\nInterrupted; everything was stopped and removed.")
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, "\nThe demo failed:", err)
		os.Exit(1)
	}
}

// run tells the story in a workspace, and removes the workspace whatever happens.
func run(ctx context.Context, s *screen, provider, configuration string, people int) (err error) {
	if provider, err = filepath.Abs(provider); err != nil {
		return err
	}
	started := time.Now()
	w, err := openWorkspace(os.TempDir())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	d := &demo{screen: s, workspace: w, provider: provider, configuration: configuration, people: people}
	defer func() { err = errors.Join(err, d.close()) }()
	for _, chapter := range d.story() {
		s.title(chapter.title)
		if err := chapter.tell(ctx); err != nil {
			return fmt.Errorf("%s: %w", chapter.title, err)
		}
	}
	s.say("")
	s.say("Done in %s. The domains and every file are removed.", seconds(time.Since(started)))
	return nil
}
