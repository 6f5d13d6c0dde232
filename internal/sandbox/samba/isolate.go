// SPDX-License-Identifier: MPL-2.0

package samba

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// directoryVariable tells the inner process of Main the directory for its domain.
const directoryVariable = "WORKFORCE_SANDBOX_TEST_DIR"

// shared is the one domain of a test process.
var shared struct {
	once   sync.Once
	domain *Domain
	err    error
}

// Main runs the tests of a package in a place where a domain controller can have the standard ports: it runs the test binary again in namespaces
// of its own (network, processes, mounts), so that several packages can each have a domain at once. Where namespaces cannot be made, packages take turns
// on those ports instead. It starts no domain, see [Shared]; it returns the exit status for os.Exit.
//
// Nothing outlives it: the kernel ends the inner processes with the first of them, that one ends with this process, and the directory
// is removed after it, also when tests panic or are interrupted. Only when this process itself is killed its directory stays, until the next Main.
func Main(m *testing.M) int {
	if os.Getenv(directoryVariable) != "" {
		return inner(m)
	}
	code, err := outer()
	if err != nil {
		fmt.Fprintln(os.Stderr, "samba.Main:", err)
		return 1
	}
	return code
}

// Shared returns the domain of this test process, started on first use. A machine where it cannot run fails the test with what mends it.
func Shared(t testing.TB) *Domain {
	t.Helper()
	dir := testDirectory(t)
	shared.once.Do(func() {
		shared.domain, shared.err = Start(context.Background(), Options{Dir: filepath.Join(dir, "domain")})
	})
	if shared.err != nil {
		t.Fatalf("the domain controller of the tests: %v", shared.err)
	}
	return shared.domain
}

// testDirectory is where the domains of this test process live.
func testDirectory(t testing.TB) string {
	t.Helper()
	dir := os.Getenv(directoryVariable)
	if dir == "" {
		t.Fatal("samba.Shared needs samba.Main in this package: func TestMain(m *testing.M) { os.Exit(samba.Main(m)) }")
	}
	return dir
}

// inner runs the tests in the prepared place.
func inner(m *testing.M) int {
	if os.Getpid() == 1 {
		if err := prepareNamespaces(); err != nil {
			fmt.Fprintln(os.Stderr, "samba.Main:", err)
			return 1
		}
	}
	code := m.Run()
	if shared.domain != nil {
		if err := shared.domain.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "samba.Main:", err)
			return max(code, 1)
		}
	}
	return code
}

// outer makes the place, runs the test binary in it and cleans up.
func outer() (code int, err error) {
	removeStale()
	dir, err := os.MkdirTemp("", temporaryPrefix)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, removeRun(dir)) }()
	lock, err := takeLock(filepath.Join(dir, lockName))
	if err != nil {
		return 0, err
	}
	defer lock.Close()

	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)
	tests, err := launch(innerCommand(dir, syscall.CLONE_NEWNET|syscall.CLONE_NEWPID|syscall.CLONE_NEWNS))
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSYS) || errors.Is(err, syscall.EINVAL) {
		if os.Geteuid() == 0 { // without root there is no domain to wait for, and Shared says so
			turn, lockErr := waitTurn()
			if lockErr != nil {
				return 0, errors.Join(err, lockErr)
			}
			defer turn.Close()
		}
		tests, err = launch(innerCommand(dir, 0))
	}
	if err != nil {
		return 0, err
	}
	for {
		select {
		case s := <-signals:
			_ = tests.cmd.Process.Signal(s) // it may have ended: then done follows
		case <-tests.done:
			return exitCode(tests)
		}
	}
}

// exitCode returns the exit status of the tests, by the convention of shells when a signal ended them.
func exitCode(tests *process) (int, error) {
	var exit *exec.ExitError
	if tests.err != nil && !errors.As(tests.err, &exit) {
		return 0, tests.err
	}
	if status, ok := tests.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return tests.cmd.ProcessState.ExitCode(), nil
}

func innerCommand(dir string, namespaces uintptr) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(os.Environ(), directoryVariable+"="+dir)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: namespaces, Pdeathsig: syscall.SIGKILL}
	return cmd
}

// prepareNamespaces brings loopback up and gives /proc the view of the new process namespace.
func prepareNamespaces() error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making mounts private: %w", err)
	}
	if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mounting /proc: %w", err)
	}
	return loopbackUp()
}

// loopbackUp does what ip link set lo up does (netdevice(7)).
func loopbackUp() error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	defer syscall.Close(fd)
	request := struct {
		name  [syscall.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}{flags: syscall.IFF_UP | syscall.IFF_RUNNING}
	copy(request.name[:], "lo")
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&request))); errno != 0 {
		return fmt.Errorf("bringing loopback up: %w", errno)
	}
	if _, err := net.InterfaceByName("lo"); err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	return nil
}

// waitTurn waits for the name that packages without namespaces share; closing the listener gives it up, and so does the end of the process. An abstract Unix
// socket is seen by exactly those who share the ports: it belongs to the network namespace (unix(7)).
func waitTurn() (net.Listener, error) {
	for {
		l, err := net.Listen("unix", "@workforce-samba-domain")
		if !errors.Is(err, syscall.EADDRINUSE) {
			return l, err
		}
		time.Sleep(pollInterval)
	}
}

// removeStale removes directories of runs that were killed: those whose lock is free, and old ones without a lock. What cannot be removed is left: it is
// not ours to fail the tests for.
func removeStale() {
	for _, dir := range glob(filepath.Join(os.TempDir(), temporaryPrefix+"*")) {
		info, err := os.Stat(dir)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < time.Minute {
			continue // one that is just being made has no lock yet
		}
		lock, err := takeLock(filepath.Join(dir, lockName))
		if err != nil {
			continue
		}
		_ = removeRun(dir)
		lock.Close()
	}
}

// removeRun ends what is left of a run and removes its directory.
func removeRun(dir string) error {
	if err := endProcesses(context.Background(), filepath.Join(dir, "domain", "samba"), syscall.SIGKILL); err != nil {
		return err
	}
	return os.RemoveAll(dir)
}
