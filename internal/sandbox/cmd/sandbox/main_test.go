// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"terraform-provider-workforce/internal/sandbox/samba"
)

// asCommand names the variable that makes the test binary the command, with the value as directory of its domain.
const asCommand = "SANDBOX_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if dir := os.Getenv(asCommand); dir != "" {
		os.Args = []string{"sandbox", "domain", "-dir", dir}
		main()
		os.Exit(0)
	}
	os.Exit(samba.Main(m))
}

func TestCompany(t *testing.T) {
	var out bytes.Buffer
	err := run(t.Context(), []string{"company", "-workers", "20", "-as-of", "2026-01-15", "-move", "000010=Legal", "-promote", "000010=Counsel", "-rename", "000010=Ødegård",
		"-report", "000010=000002", "-leave", "000011=2026-01-10", "-leave", "000012=2026-01-10", "-return", "000012=2026-03-01",
		"-join", "Jo/Doe/2026-02-01", "-join", "Kim/Roe/2026-02-01/000009", "-mess"}, &out, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"WorkerID,", "\n000010,", "Ødegård", ",Legal,", ",Counsel,", "\n000011,Inactive,", "\n000012,Active,", "\n000021,Active,Employee,Jo,Doe,", "\n000022,Active,Employee,Kim,Roe,,000009,", "no worker id"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in:\n%s", want, out.String())
		}
	}
	out.Reset()
	if err := run(t.Context(), []string{"company", "-shorten", "3"}, &out, io.Discard); err != nil || strings.Count(out.String(), "\n") != 4 {
		t.Errorf("shortened: %v\n%s", err, out.String())
	}
}

func TestBadArguments(t *testing.T) {
	occupied := t.TempDir()
	if err := os.WriteFile(filepath.Join(occupied, "precious"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		nil, {"other"}, {"company", "x"}, {"company", "-workers", "many"}, {"company", "-as-of", "today"}, {"company", "-move", "000001"}, {"company", "-move", "x=y"},
		{"company", "-join", "A/B"}, {"company", "-join", "A/B/x"}, {"company", "-shorten", "x"}, {"domain"}, {"domain", "-dir", occupied},
		{"domain", "-dir", "/tmp/" + strings.Repeat("long", 20)},
	} {
		if err := run(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("%q was taken", args)
		}
	}
	if _, err := os.Stat(filepath.Join(occupied, "precious")); err != nil {
		t.Error(err)
	}
}

// startDomain runs the command in this process and returns when the domain is ready; stop interrupts it.
func startDomain(t *testing.T, dir string) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"domain", "-dir", dir}, io.Discard, io.Discard) }()
	for {
		select {
		case err := <-ended:
			cancel()
			t.Fatalf("the domain ended: %v", err)
		case <-time.After(20 * time.Millisecond):
		}
		if _, err := os.Stat(filepath.Join(dir, "env")); err == nil {
			return func() error { cancel(); return <-ended }
		}
	}
}

// killedRun starts the command in a process of its own and kills it when its domain is ready.
func killedRun(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asCommand+"="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	awaitEnv(t, dir)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("a killed command ended well")
	}
}

func awaitEnv(t *testing.T, dir string) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(dir, "env")); err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the domain does not become ready")
		}
	}
}

// checkVariables wants every variable for the provider to be one that its documentation knows.
func checkVariables(t *testing.T, dir string) {
	t.Helper()
	env, err := os.ReadFile(filepath.Join(dir, "env"))
	if err != nil {
		t.Fatal(err)
	}
	docs, err := os.ReadFile("../../../../docs/index.md")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`WORKFORCE_\w+`).FindAll(env, -1)
	if len(names) == 0 {
		t.Error("no variable for the provider")
	}
	for _, name := range names {
		if !bytes.Contains(docs, append(name, '`')) {
			t.Errorf("the provider does not read %s", name)
		}
	}
}

// TestDomain starts a domain over what a run that was killed left, and lets a shell use its variables.
func TestDomain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	killedRun(t, dir)
	if err := os.Remove(filepath.Join(dir, "env")); err != nil {
		t.Fatal(err)
	}
	stop := startDomain(t, dir)
	checkVariables(t, dir)
	search := exec.Command("sh", "-c", `. "$0/env" && ldapsearch -LLL -x -H "$WORKFORCE_AD_URL" -D "$WORKFORCE_AD_USERNAME" -w "$WORKFORCE_AD_PASSWORD" -b "$BASE_DN" -s base distinguishedName`, dir)
	if out, err := search.CombinedOutput(); err != nil || !strings.Contains(string(out), "DC=corp,DC=example,DC=com") {
		t.Errorf("ldapsearch: %v\n%s", err, out)
	}
	beside := filepath.Join(t.TempDir(), "d")
	stopBeside := startDomain(t, beside)
	search = exec.Command("sh", "-c", `. "$0/env" && case $WORKFORCE_AD_URL in *127.0.0.1*) exit 1; esac && ldapsearch -LLL -x -H "$WORKFORCE_AD_URL" `+
		`-D "$WORKFORCE_AD_USERNAME" -w "$WORKFORCE_AD_PASSWORD" -b "$BASE_DN" -s base distinguishedName`, beside)
	if out, err := search.CombinedOutput(); err != nil || !strings.Contains(string(out), "DC=corp,DC=example,DC=com") {
		t.Errorf("the domain beside it: %v\n%s", err, out)
	}
	if err := stopBeside(); err != nil {
		t.Error(err)
	}
	if err := run(t.Context(), []string{"domain", "-dir", dir}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second domain in the directory: %v", err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left: %v, %v", entries, err)
	}
	if conn, err := net.DialTimeout("tcp", "127.0.0.1:389", time.Second); err == nil {
		conn.Close()
		t.Error("port 389 still answers")
	}
}

func TestDomainThatDies(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	ended := make(chan error, 1)
	go func() { ended <- run(context.Background(), []string{"domain", "-dir", dir}, io.Discard, io.Discard) }()
	awaitEnv(t, dir)
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		if cwd, err := os.Readlink(link); err == nil && cwd == filepath.Join(dir, "samba") {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link)))
			if err != nil {
				t.Fatal(err)
			}
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
				t.Fatal(err)
			}
		}
	}
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "ended by itself") {
		t.Errorf("got %v", err)
	}
}
