// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	workspaceName = "workforce-demo"
	workspaceLock = "demo.lock"
)

// workspace is the one directory in which a demo keeps everything. Its lock ends with the process, however that ends, so
// that the next demo can tell what an interrupted one left from what a running one uses.
type workspace struct {
	dir  string
	lock *os.File
}

// openWorkspace makes the workspace below parent, in place of one that an interrupted demo left there.
func openWorkspace(parent string) (*workspace, error) {
	dir, err := filepath.Abs(filepath.Join(parent, workspaceName))
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err := checkOwn(dir); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(dir, workspaceLock), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	w := &workspace{dir: dir, lock: lock}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another demo is running in %s; wait for it, or end it: %w", dir, err), lock.Close())
	}
	if err := w.endLeftovers(); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return w, w.empty()
}

// checkOwn refuses a directory that no demo of this user made: nothing in it may be removed.
func checkOwn(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(owner.Uid) != os.Geteuid() || info.Mode().Perm() != 0o700 {
		return fmt.Errorf("%s exists and is not a directory that a demo of this user made (%s); remove it, or set TMPDIR", dir, info.Mode())
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(dir, workspaceLock)); len(entries) > 0 && err != nil {
		return fmt.Errorf("%s has content that no demo made (%s); remove it, or set TMPDIR", dir, entries[0].Name())
	}
	return nil
}

// path returns a path below the workspace.
func (w *workspace) path(elements ...string) string {
	return filepath.Join(append([]string{w.dir}, elements...)...)
}

// empty removes everything but the lock and the domains, which package samba knows how to end and replace.
func (w *workspace) empty() error {
	entries, err := os.ReadDir(w.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if name := entry.Name(); !slices.Contains([]string{workspaceLock, domainDir, emeaDir}, name) {
			err = errors.Join(err, os.RemoveAll(w.path(name)))
		}
	}
	return err
}

// close removes the workspace.
func (w *workspace) close() error {
	return errors.Join(os.RemoveAll(w.dir), w.lock.Close())
}

// endLeftovers kills what an interrupted demo left running: processes whose working directory is the configuration of the
// demo. Only Terraform and the provider ever have it; anything else in it, such as a shell, is left alone.
func (w *workspace) endLeftovers() error {
	for range 100 {
		left := w.leftovers()
		if len(left) == 0 {
			return nil
		}
		for _, pid := range left {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("ending process %d that an interrupted demo left: %w", pid, err)
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("processes %v that an interrupted demo left do not end", w.leftovers())
}

func (w *workspace) leftovers() []int {
	var pids []int
	processes, _ := filepath.Glob("/proc/[0-9]*") // the pattern is well-formed
	for _, process := range processes {
		cwd, err := os.Readlink(process + "/cwd")
		if err != nil || !strings.HasPrefix(cwd+"/", w.path(configurationDir)+"/") && cwd != w.path(configurationDir)+" (deleted)" {
			continue
		}
		exe, err := os.Readlink(process + "/exe")
		if err != nil || !strings.HasPrefix(filepath.Base(exe), "terraform") {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(process)); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
