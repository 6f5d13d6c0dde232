// SPDX-License-Identifier: MPL-2.0

// Package daemon runs a server for one test: in a directory of its own, without
// privileges, on a free port of this machine, and never longer than the test.
package daemon

import (
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startTimeout is how long a server may take until it answers: minutes, where much else runs.
const startTimeout = 5 * time.Minute

// nobody is the user of servers when the tests run as root: most refuse to be.
const nobody = 65534

// Dir returns a new directory that belongs to the user of the servers. It is
// removed at the end of the test.
func Dir(t testing.TB) string {
	t.Helper()
	// That of the test is below one that only root can enter.
	dir := filepath.Join(os.TempDir(), "workforce-sandbox-"+rand.Text())
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	own(t, dir)
	return dir
}

// WriteFile writes a file that only the user of the servers can read.
func WriteFile(t testing.TB, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	own(t, path)
	return path
}

func own(t testing.TB, path string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	if err := os.Chown(path, nobody, nobody); err != nil {
		t.Fatal(err)
	}
}

// attributes make a process one of the user of the servers, in a session of its own.
func attributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setsid: true}
	if os.Geteuid() == 0 {
		a.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	return a
}

// Port returns a port of 127.0.0.1 that nobody listened on a moment ago.
func Port(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, text, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// Program returns the path of a program, which may be in one of the directories
// that only administrators have on PATH. Patterns are those of filepath.Glob; the
// last match counts, which of several versions is the newest.
func Program(t testing.TB, debian, name string, patterns ...string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, pattern := range append(patterns, "/usr/sbin/"+name, "/usr/local/sbin/"+name) {
		if found, err := filepath.Glob(pattern); err == nil && len(found) > 0 {
			return found[len(found)-1]
		}
	}
	t.Fatalf("%s is needed: apt-get install --no-install-recommends %s", name, debian)
	return ""
}

// Run runs a program to its end as the user of the servers.
func Run(t testing.TB, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.SysProcAttr = dir, attributes()
	cmd.Env = append(os.Environ(), "HOME="+dir, "LC_ALL=C.UTF-8")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(name), err, out)
	}
}

// Start starts a server and waits until ready returns no error. The signal ends
// it at the end of the test, or when the test process dies.
func Start(t testing.TB, dir string, end syscall.Signal, ready func() error, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.SysProcAttr = dir, attributes()
	cmd.SysProcAttr.Pdeathsig = end
	cmd.Env = append(os.Environ(), "HOME="+dir, "LC_ALL=C.UTF-8")
	logPath := filepath.Join(dir, "server.log")
	log, err := os.Create(logPath)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log

	// The kernel sends Pdeathsig when the thread that started the process ends.
	started, done := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended says nothing about the test
			close(done)
		}
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(end) // it may have ended
		select {
		case <-done:
		case <-time.After(startTimeout):
			_ = cmd.Process.Kill()
			<-done
		}
	})
	deadline := time.After(startTimeout)
	for {
		err := ready()
		if err == nil {
			return
		}
		select {
		case <-done:
			t.Fatalf("%s ended while starting:\n%s", filepath.Base(name), tail(logPath))
		case <-deadline:
			t.Fatalf("%s does not answer (%v):\n%s", filepath.Base(name), err, tail(logPath))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func tail(path string) string {
	log, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(log[max(0, len(log)-2000):]))
}

// Address returns "127.0.0.1:port".
func Address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
