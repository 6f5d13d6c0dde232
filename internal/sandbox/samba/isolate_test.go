// SPDX-License-Identifier: MPL-2.0

package samba_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"terraform-provider-workforce/internal/sandbox/samba"
)

// endings names an environment variable that makes TestEndings end in a bad way, in a test binary that TestNothingIsLeft runs.
const endings = "SANDBOX_TEST_ENDING"

// TestEndings is a whole run of a package that uses the domain; without the variable it is an ordinary test.
func TestEndings(t *testing.T) {
	d := samba.Shared(t)
	switch os.Getenv(endings) {
	case "panic":
		panic("as agreed")
	case "failure":
		t.Error("as agreed")
	case "exit":
		os.Exit(3)
	case "wait":
		if err := os.WriteFile(os.Getenv("SANDBOX_TEST_READY"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		<-t.Context().Done()
		time.Sleep(time.Hour) // until the signal comes
	}
	if _, err := os.Stat(d.CAFile()); err != nil {
		t.Error(err)
	}
}

func TestNothingIsLeft(t *testing.T) {
	for _, ending := range []string{"failure", "panic", "exit", "interrupt", "kill"} {
		t.Run("ending="+ending, func(t *testing.T) {
			t.Parallel()
			tmp, err := os.MkdirTemp("", "sbx-") //nolint:usetesting // the path of t.TempDir is too long for sockets
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(tmp)
			sig := map[string]syscall.Signal{"interrupt": syscall.SIGINT, "kill": syscall.SIGKILL}[ending]
			output, err := runTests(t, tmp, ending, sig)
			if err == nil {
				t.Errorf("the run ended with %v:\n%s", err, output)
			}
			awaitNoProcess(t, tmp)
			left, err := filepath.Glob(tmp + "/workforce-*")
			if err != nil {
				t.Fatal(err)
			}
			if len(left) > 0 && ending != "kill" { // that one is for the next run to remove
				t.Errorf("left: %v", left)
			}
			if ending != "kill" {
				return
			}
			old := time.Now().Add(-time.Hour)
			if len(left) != 1 || os.Chtimes(left[0], old, old) != nil {
				t.Fatalf("a killed run left %v", left)
			}
			if output, err := runTests(t, tmp, "", 0); err != nil {
				t.Fatalf("the run after the killed one: %v\n%s", err, output)
			}
			if left, _ := filepath.Glob(tmp + "/workforce-*"); len(left) > 0 {
				t.Errorf("the next run left: %v", left)
			}
		})
	}
}

// runTests runs TestEndings as go test would: outside of any domain of ours, with a directory for temporary files. A signal is sent when the domain is up.
func runTests(t *testing.T, tmp, ending string, sig syscall.Signal) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestEndings$", "-test.paniconexit0=false")
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "WORKFORCE_SANDBOX_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	ready := filepath.Join(tmp, "ready")
	if sig != 0 {
		ending = "wait"
	}
	cmd.Env = append(cmd.Env, "TMPDIR="+tmp, endings+"="+ending, "SANDBOX_TEST_READY="+ready)
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.WaitDelay = time.Minute
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for sig != 0 {
		select {
		case err := <-ended:
			t.Fatalf("ended before the domain was up: %v\n%s", err, output.String())
		case <-time.After(20 * time.Millisecond):
		}
		if _, err := os.Stat(ready); err == nil {
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	err := <-ended
	return output.String(), err
}

// awaitNoProcess waits until no process works below a directory.
func awaitNoProcess(t *testing.T, dir string) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		var left []string
		links, err := filepath.Glob("/proc/[0-9]*/cwd")
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range links {
			if cwd, err := os.Readlink(link); err == nil && strings.HasPrefix(cwd, dir) {
				left = append(left, link)
			}
		}
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("processes are left: %v", left)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
