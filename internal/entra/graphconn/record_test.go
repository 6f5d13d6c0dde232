// SPDX-License-Identifier: MPL-2.0

package graphconn

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// recordIn has a client put its writes on record, and returns the file.
func recordIn(t *testing.T) (string, func(*Config)) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	return file, func(c *Config) { c.Audit = audit.New(audit.Options{File: file}) }
}

func recorded(t *testing.T, file string) []string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(content)), "\n")
}

// TestRecord: each request of a batch has its own outcome, and questions are not on record.
func TestRecord(t *testing.T) {
	file, record := recordIn(t)
	c, s := connect(t, graph.Options{}, record)
	s.Fault(graph.Fault{Method: "POST", Path: "^/users$", Body: "ann@", Status: 400, Code: "Request_BadRequest", Message: "No."})
	requests := []Request{create("ann"), create("ben"), get("nobody@example.com"), {Method: http.MethodPatch, Path: "/users/ann@example.com", Body: map[string]any{"jobTitle": "x"}, After: []int{0}}}
	c.Batch(t.Context(), requests)
	s.Fault(graph.Fault{Path: `^/\$batch`, DropAfter: true})
	c.Batch(t.Context(), []Request{create("eve")})
	text := strings.Join(recorded(t, file), "\n")
	for what, times := range map[string]int{
		`"phase":"sent"`: 4, `"status":"Failure","status_code":"400"`: 1, `"status":"Success","status_code":"201"`: 1, `"status":"Failure","status_code":"424"`: 1, `"status":"Unknown"`: 1,
		`"operation":"PATCH /users/{id}"`: 2, `"user":{"uid":"` + s.UserID("ben@"+graph.DefaultDomain) + `"`: 1,
	} {
		if n := strings.Count(text, what); n != times {
			t.Errorf("%s: found %d times, expected %d in\n%s", what, n, times, text)
		}
	}
	if strings.Contains(text, "Correct-horse") {
		t.Errorf("the record has a password:\n%s", text)
	}
}

// TestUnrecorded: a batch that cannot be put on record is not sent.
func TestUnrecorded(t *testing.T) {
	c, s := connect(t, graph.Options{}, func(c *Config) {
		c.Audit = audit.New(audit.Options{File: filepath.Join(t.TempDir(), "missing", "audit.jsonl")})
	})
	var e *audit.Error
	for _, r := range c.Batch(t.Context(), []Request{create("ann"), get("nobody@example.com")}) {
		if !errors.As(r.Err, &e) {
			t.Errorf("found %v", r.Err)
		}
	}
	if _, err := c.Do(t.Context(), create("ben")); !errors.As(err, &e) || len(s.Users()) > 0 {
		t.Errorf("found %v and %d users", err, len(s.Users()))
	}
	if _, err := c.Do(t.Context(), get("nobody@example.com")); !IsNotFound(err) {
		t.Errorf("a question fails: %v", err)
	}
}

// TestKilled: a run that is killed leaves a line that says what was under way.
func TestKilled(t *testing.T) {
	if os.Getenv("KILLED_AUDIT") != "" {
		runToBeKilled(t)
		return
	}
	s, err := graph.Start(graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	s.Fault(graph.Fault{Method: "POST", Path: "^/users$", Delay: 10 * time.Minute})
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), "KILLED_AUDIT="+file, "KILLED_TENANT="+s.TenantID(), "KILLED_CLIENT="+s.ClientID(), "KILLED_SECRET="+s.ClientSecret(), "KILLED_URL="+s.URL(), "KILLED_CA="+string(s.CAPEM()))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for len(recorded(t, file)) < 2 && t.Context().Err() == nil {
		time.Sleep(time.Millisecond)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	lines := recorded(t, file)
	if len(lines) != 2 {
		t.Fatalf("found %q", lines)
	}
	for i, name := range []string{"ann", "ben"} {
		if !strings.Contains(lines[i], `"phase":"sent"`) || !strings.Contains(lines[i], `"activity_name":"Create"`) || !strings.Contains(lines[i], name+"@"+graph.DefaultDomain) {
			t.Errorf("found %s", lines[i])
		}
	}
}

// runToBeKilled is the process that TestKilled kills.
func runToBeKilled(t *testing.T) {
	t.Helper()
	env := os.Getenv
	c, err := New(Config{TenantID: env("KILLED_TENANT"), ClientID: env("KILLED_CLIENT"), ClientSecret: env("KILLED_SECRET"), GraphEndpoint: env("KILLED_URL"), AuthorityHost: env("KILLED_URL"),
		CACertificatePEM: env("KILLED_CA"), Audit: audit.New(audit.Options{File: env("KILLED_AUDIT")})})
	if err != nil {
		t.Fatal(err)
	}
	c.Batch(t.Context(), []Request{create("ann"), create("ben")})
}
