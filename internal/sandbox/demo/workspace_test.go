// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
)

func TestWorkspaceReplacesWhatAnInterruptedDemoLeft(t *testing.T) {
	parent := t.TempDir()
	first, err := openWorkspace(parent)
	if err != nil {
		t.Fatal(err)
	}
	stray := leaveTerraform(t, first)
	if err := first.lock.Close(); err != nil { // as the kernel does when the demo is killed
		t.Fatal(err)
	}

	second, err := openWorkspace(parent)
	if err != nil {
		t.Fatal(err)
	}
	<-stray // ends the test by its time limit when the process is left alive
	entries, err := os.ReadDir(second.dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != workspaceLock {
		t.Errorf("the new workspace holds %v, expected the lock only", entries)
	}
	if err := second.close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(second.dir); !os.IsNotExist(err) {
		t.Errorf("after close the workspace is still there: %v", err)
	}
}

// leaveTerraform starts a program that looks like a Terraform of the demo; the channel is closed when it has ended.
func leaveTerraform(t *testing.T, w *workspace) <-chan struct{} {
	t.Helper()
	if err := os.Mkdir(w.path(configurationDir), 0o700); err != nil {
		t.Fatal(err)
	}
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	program := w.path("terraform-provider-stray")
	if err := copyProgram(sleep, program); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "1h")
	cmd.Dir = w.path(configurationDir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait() // killed: that is the point
		close(done)
	}()
	return done
}

func TestWorkspaceRefusesWhatIsNotItsOwn(t *testing.T) {
	for name, c := range map[string]struct {
		make func(t *testing.T, dir string)
		want string
	}{
		"a file of a stranger": {
			func(t *testing.T, dir string) {
				mkdir(t, dir, 0o700)
				if err := os.WriteFile(filepath.Join(dir, "thesis.tex"), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}, "thesis.tex",
		},
		"a directory open to others": {
			func(t *testing.T, dir string) { mkdir(t, dir, 0o755) }, "not a directory that a demo of this user made",
		},
		"a symbolic link": {
			func(t *testing.T, dir string) {
				if err := os.Symlink(t.TempDir(), dir); err != nil {
					t.Fatal(err)
				}
			}, "not a directory that a demo of this user made",
		},
		"a running demo": {
			func(t *testing.T, dir string) {
				w, err := openWorkspace(filepath.Dir(dir))
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { w.lock.Close() })
			}, "another demo is running",
		},
	} {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, workspaceName)
			c.make(t, dir)
			before := modified(t, dir)
			if _, err := openWorkspace(parent); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("openWorkspace: %v, expected an error with %q", err, c.want)
			}
			if after := modified(t, dir); !after.Equal(before) {
				t.Error("the refused directory was changed")
			}
		})
	}
}

func mkdir(t *testing.T, dir string, mode os.FileMode) {
	t.Helper()
	if err := os.Mkdir(dir, mode); err != nil {
		t.Fatal(err)
	}
}

func modified(t *testing.T, dir string) time.Time {
	t.Helper()
	info, err := os.Lstat(dir)
	if err != nil {
		t.Fatal(err)
	}
	return info.ModTime()
}

func TestChangedAccounts(t *testing.T) {
	p := population{before: map[string]string{"1": "a", "2": "b", "3": "c"}, after: map[string]string{"1": "a", "2": "B", "4": "d"}}
	got := p.changed()
	if len(got) != 3 || got["2"] != "change" || got["3"] != "drop" || got["4"] != "create" {
		t.Errorf("changed = %v, expected 2 changed, 3 dropped, 4 created", got)
	}
}

func TestDayInHR(t *testing.T) {
	c := company.New(seed, 200)
	accounts := map[string]account{}
	for _, w := range c.Workers {
		accounts[w.ID] = account{Enabled: w.Status == "Active", Container: map[string]string{"Contractor": contractorsOU}[w.Type]}
	}
	p, err := castFor(c, accounts)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.act(c); err != nil {
		t.Fatal(err)
	}
	mover, leaver, joiner := c.Worker(p.mover), c.Worker(p.leaver), c.Worker(p.joiner)
	if mover.Type != "Employee" || mover.Status != "Active" || mover.Department != "Customer Success" {
		t.Errorf("mover = %+v", mover)
	}
	if leaver.Status != "Inactive" || leaver.LastDayOfWork != yesterday {
		t.Errorf("leaver = %+v", leaver)
	}
	if joiner.FirstName != joinerFirst || joiner.LastName != joinerLast || joiner.HireDate != today {
		t.Errorf("joiner = %+v", joiner)
	}
	if got := company.DefaultDate.Format(time.DateOnly); got != today {
		t.Errorf("the company's date is %s, the story's %s", got, today)
	}
}

func TestCastNeedsContractors(t *testing.T) {
	if _, err := castFor(company.New(seed, 20), nil); err == nil {
		t.Error("castFor found people who have no account")
	}
}
