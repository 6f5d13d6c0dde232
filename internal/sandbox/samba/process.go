// SPDX-License-Identifier: MPL-2.0

package samba

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	startTimeout = 10 * time.Minute // a loaded machine takes minutes; a server that ends is told at once
	stopTimeout  = 20 * time.Second
	pollInterval = 50 * time.Millisecond
)

// ports are those a domain controller cannot do without.
var ports = []string{"88", "389", "464", "636", "3268", "3269"}

// process is the root process of a running server.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	err  error         // how, to be read after done
}

// Restart starts the server again on the same data, after Kill or Stop; a server that runs is stopped first. It returns when
// the server answers.
func (d *Domain) Restart(ctx context.Context) error {
	if err := d.Stop(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := waitPorts(ctx, d.address); err != nil {
		return err
	}
	log, err := os.OpenFile(d.path("samba.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(program("samba"), "--configfile="+d.path("smb.conf"), "--foreground", "--no-process-group", "--debug-stdout")
	cmd.Dir = d.path("samba") // by this the processes are known as ours, see processes
	cmd.Stdout, cmd.Stderr = log, log
	// Its own session keeps an interrupt at the terminal for us alone; Pdeathsig ends it when we are killed.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	server, err := launch(cmd)
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.server = server
	d.mu.Unlock()
	if err := d.awaitReady(ctx, server); err != nil {
		return errors.Join(err, d.Kill())
	}
	return nil
}

// launch starts a command on a thread that lives as long as the command: the kernel sends Pdeathsig when the *thread* that started
// it ends, not the process.
func launch(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			close(p.done)
		}
	}()
	return p, <-started
}

// awaitReady waits for an authenticated search through LDAPS and for the Kerberos port.
func (d *Domain) awaitReady(ctx context.Context, server *process) error {
	for {
		err := d.probe(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-server.done:
			return fmt.Errorf("samba ended while starting (%v): %s", server.err, d.Log())
		case <-ctx.Done():
			return fmt.Errorf("samba does not answer: %w: last: %w: %s", ctx.Err(), err, d.Log())
		case <-time.After(pollInterval):
		}
	}
}

func (d *Domain) probe(ctx context.Context) error {
	for _, port := range ports {
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", d.address+":"+port)
		if err != nil {
			return err
		}
		conn.Close()
	}
	return d.Bind(ctx, d.AdminDN(), d.password)
}

// takeAddress returns the first address of loopback, from 127.0.0.1 to 127.0.0.9, on which all ports of a domain controller are free, and
// keeps others that ask from it until release is called or the process ends.
func takeAddress() (address string, release func() error, err error) {
	for i := range 9 {
		address = fmt.Sprintf("127.0.0.%d", i+1)
		lock, taken := net.Listen("unix", "@workforce-samba-address-"+address) // as in waitTurn
		if taken != nil {
			err = taken
			continue
		}
		if err = isFree(address); err == nil {
			return address, lock.Close, nil
		}
		lock.Close()
	}
	return "", nil, fmt.Errorf("no address from 127.0.0.1 to 127.0.0.9 has the ports of a domain controller free; the last: %w", err)
}

func isFree(address string) error {
	for _, port := range ports {
		l, err := net.Listen("tcp", address+":"+port)
		if err != nil {
			return err
		}
		l.Close()
	}
	return nil
}

// Done returns a channel that is closed when the server that runs now ends, in whatever way; nil, which never is, when none runs.
func (d *Domain) Done() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.server == nil {
		return nil
	}
	return d.server.done
}

// Log returns the end of the log of the server, at most 2,000 bytes.
func (d *Domain) Log() string {
	log, err := os.ReadFile(d.path("samba.log"))
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(tail(string(log), 2000))
}

// waitPorts waits for the ports to be free: connections of an ended server linger for an instant. It gives up after five seconds.
func waitPorts(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for _, port := range ports {
		for {
			l, err := net.Listen("tcp", address+":"+port)
			if err == nil {
				l.Close()
				break
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("a domain controller needs port %s of %s: %w; end the program that uses it (ss -lntp shows which)", port, address, err)
			case <-time.After(pollInterval):
			}
		}
	}
	return nil
}

// Kill ends the server at once, as a power failure would; the data survives. It returns when no process is left.
func (d *Domain) Kill() error { return d.end(syscall.SIGKILL) }

// Stop ends the server in order. It returns when no process is left; a server that is down is left alone.
func (d *Domain) Stop() error { return d.end(syscall.SIGTERM) }

func (d *Domain) end(sig syscall.Signal) error {
	d.mu.Lock()
	server := d.server
	d.server = nil
	d.mu.Unlock()
	if server == nil {
		return nil
	}
	err := endProcesses(context.Background(), d.path("samba"), sig)
	<-server.done
	return err
}

// endProcesses sends a signal to the processes of a server and waits until they are gone; what ignores the signal for half of the time is killed.
func endProcesses(ctx context.Context, dir string, sig syscall.Signal) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	patience := time.Now().Add(stopTimeout / 2)
	for {
		pids := processes(dir)
		if len(pids) == 0 {
			return nil
		}
		if time.Now().After(patience) {
			sig = syscall.SIGKILL
		}
		for _, pid := range pids {
			// One that has ended meanwhile is as good.
			if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("ending process %d of the domain in %s: %w", pid, dir, err)
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("processes %v of the domain in %s do not end: %w", pids, dir, ctx.Err())
		case <-time.After(pollInterval):
		}
	}
}

// processes returns the ids of the processes of the server that works in a directory: those that run a Samba program and have it as working
// directory. Both must hold, so that neither a shell in the directory nor another server is ever taken for one; recorded ids would be reused by strangers.
func processes(dir string) []int {
	if resolved, err := filepath.EvalSymlinks(dir); err == nil {
		dir = resolved
	}
	programs := []string{program("samba"), program("winbindd")}
	var pids []int
	for _, proc := range glob("/proc/[0-9]*") {
		cwd, err := os.Readlink(proc + "/cwd")
		if err != nil || strings.TrimSuffix(cwd, " (deleted)") != dir {
			continue
		}
		exe, err := os.Readlink(proc + "/exe")
		if err != nil || !slices.Contains(programs, strings.TrimSuffix(exe, " (deleted)")) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(proc)); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
