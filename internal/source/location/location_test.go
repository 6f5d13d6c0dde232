// SPDX-License-Identifier: MPL-2.0

package location

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// secret must never be in an error.
const secret = "canary-4f1c"

func sum(text string) string { return fmt.Sprintf("%X", sha256.Sum256([]byte(text))) }

// file writes an export that is two hours old.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "export.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	at := now.Add(-2 * time.Hour)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFilesAndContent(t *testing.T) {
	path := file(t, "text")
	for _, tt := range []struct {
		name   string
		config Config
		want   string // the error; "" for the text
	}{
		{"path", Config{Path: path}, ""},
		{"content", Config{Content: "text"}, ""},
		{"checksum", Config{Path: path, SHA256: sum("text")}, ""},
		{"checksum in lower case", Config{Content: "text", SHA256: strings.ToLower(sum("text"))}, ""},
		{"age", Config{Path: path, MaxAge: 3 * time.Hour}, ""},
		{"size", Config{Path: path, MaxBytes: 4}, ""},
		{"nothing", Config{}, "found 0 of path, content and url"},
		{"two", Config{Path: path, Content: "x"}, "found 2 of path, content and url"},
		{"wrong checksum", Config{Path: path, SHA256: sum("other")}, "found the SHA-256 checksum 982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1 in 4 bytes, expected d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa (sha256)"},
		{"checksum that is none", Config{Path: path, SHA256: "abc"}, `sha256: found "abc"`},
		{"too old", Config{Path: path, MaxAge: time.Hour}, "2h0m0s ago, expected at most 1h0m0s"},
		{"age of content", Config{Content: "x", MaxAge: time.Hour}, "content has no age"},
		{"too large", Config{Path: path, MaxBytes: 3}, "found 4 bytes, expected at most 3 (max_bytes)"},
		{"content too large", Config{Content: "text", MaxBytes: 3}, "found 4 bytes"},
		{"empty file", Config{Path: file(t, "")}, "found no bytes"},
		{"missing", Config{Path: path + "x"}, "no such file"},
		{"directory", Config{Path: filepath.Dir(path)}, "found a directory"},
		{"device", Config{Path: "/dev/null"}, "expected a regular file"},
		{"headers without url", Config{Path: path, Headers: map[string]string{"A": secret}}, "found without url"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(context.Background(), tt.config, now)
			if tt.want == "" && (err != nil || string(got) != "text") || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

// server is a web server whose handler gets the path; its certificate is in ca.
func server(t *testing.T, h http.HandlerFunc) (url, ca string) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that do not trust it are part of the test
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
}

func TestDownloads(t *testing.T) {
	var tries atomic.Int32
	var elsewhere string
	url, ca := server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/other" && r.Header.Get("Authorization") != "Bearer "+secret {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		switch r.URL.Path {
		case "/ok", "/other":
			w.Header().Set("Last-Modified", now.Add(-2*time.Hour).UTC().Format(http.TimeFormat))
			fmt.Fprint(w, "text")
		case "/ageless":
			fmt.Fprint(w, "text")
		case "/html":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<html>maintenance</html>")
		case "/busy":
			if tries.Add(1) < 3 {
				w.Header().Set("Retry-After", "0.01")
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			fmt.Fprint(w, "text")
		case "/always-busy":
			w.Header().Set("Retry-After", now.Format(http.TimeFormat))
			w.WriteHeader(http.StatusTooManyRequests)
		case "/busy-for-long":
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/short":
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "text")
		case "/endless":
			for range 1000 {
				if _, err := w.Write(make([]byte, 1024)); err != nil {
					return
				}
			}
		case "/huge":
			w.Header().Set("Content-Length", "2000000000")
		case "/drip":
			for r.Context().Err() == nil {
				fmt.Fprint(w, ".")
				_ = http.NewResponseController(w).Flush()
				time.Sleep(5 * time.Millisecond)
			}
		case "/same-host":
			http.Redirect(w, r, "/ok", http.StatusFound)
		case "/other-host":
			http.Redirect(w, r, elsewhere+"/other?x="+secret, http.StatusFound)
		case "/plain":
			http.Redirect(w, r, "http://127.0.0.1/?x="+secret, http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
	leaked := atomic.Bool{}
	elsewhere, otherCA := server(t, func(w http.ResponseWriter, r *http.Request) {
		leaked.Store(leaked.Load() || r.Header.Get("Authorization") != "" || r.Header.Get("X-Key") != "" || r.Header.Get("Referer") != "")
		fmt.Fprint(w, "text")
	})
	for _, tt := range []struct {
		path   string
		change func(*Config)
		want   string // the error; "" for the text
	}{
		{"/ok", nil, ""},
		{"/ok", func(c *Config) { c.SHA256, c.MaxAge = sum("text"), 3*time.Hour }, ""},
		{"/busy", nil, ""},
		{"/same-host", nil, ""},
		{"/other-host", nil, ""},
		{"/ok", func(c *Config) { c.SHA256 = sum("other") }, "found the SHA-256 checksum"},
		{"/ok", func(c *Config) { c.MaxAge = time.Hour }, "expected at most 1h0m0s"},
		{"/ok", func(c *Config) { c.Headers = nil }, "401 Unauthorized, expected 200 OK: the server expects credentials"},
		{"/ok", func(c *Config) { c.CACertificate = "" }, "certificate"},
		{"/ageless", func(c *Config) { c.MaxAge = time.Hour }, `Last-Modified ""`},
		{"/html", nil, "found an HTML page"},
		{"/always-busy", nil, "429 Too Many Requests"},
		{"/busy-for-long", nil, "503 Service Unavailable"},
		{"/short", nil, "closed the connection after 4 bytes, expected 100"},
		{"/endless", func(c *Config) { c.MaxBytes = 5000 }, "found more than 5000 bytes"},
		{"/huge", nil, "found 2000000000 bytes"},
		{"/drip", func(c *Config) { c.Timeout = 100 * time.Millisecond }, "too long"},
		{"/plain", nil, `redirect to "http://127.0.0.1/", expected https only`},
		{"/loop", nil, "more than 5 redirects"},
		{"/missing", nil, "404 Not Found, expected 200 OK: has the export moved"},
	} {
		t.Run(tt.path, func(t *testing.T) {
			c := Config{URL: url + tt.path + "?signature=" + secret, CACertificate: ca + otherCA, Headers: map[string]string{"Authorization": "Bearer " + secret, "X-Key": secret}}
			if tt.change != nil {
				tt.change(&c)
			}
			got, err := Read(context.Background(), c, now)
			if tt.want == "" && (err != nil || string(got) != "text") || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), secret) || strings.Contains(c.Name(), secret) {
				t.Errorf("the secret is in %v", err)
			}
		})
	}
	if leaked.Load() {
		t.Error("another host got the headers")
	}
}

func TestURLs(t *testing.T) {
	for url, want := range map[string]string{
		"http://hr.example.com/?x=" + secret:       `url: found "http://hr.example.com/", expected a URL that begins with https://`,
		"https://u:" + secret + "@hr.example.com/": "user name or password in the URL",
		"https:///x":                                  "https://",
		"ftp://hr.example.com/x":                      "https://",
		"https://hr.example.com/%zz?" + secret:        "not a URL",
		"workers.json":                                "https://",
		"https://[::1/" + secret:                      "not a URL",
		"https://hr.example.com:port/?x=" + secret:    "not a URL",
		"\x00https://hr.example.com/?x=" + secret:     "not a URL",
		"https://" + strings.Repeat("\u00e9", 300000): "",
	} {
		_, err := Read(context.Background(), Config{URL: url, MaxBytes: 1, Timeout: time.Millisecond}, now)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), secret) {
			t.Errorf("%.80s: got %.300v, want %q", url, err, want)
		}
	}
	for _, tt := range []struct {
		config Config
		want   string
	}{
		{Config{URL: "https://hr.example.com/", CACertificate: "no"}, "ca_certificate: found no certificate"},
		{Config{URL: "https://hr.example.com/", Headers: map[string]string{"X Y": secret}}, `headers: found the name "X Y"`},
		{Config{URL: "https://hr.example.com/", Headers: map[string]string{"X": secret + "\r\nY: 1"}}, "headers: X: found a line break"},
	} {
		if err := tt.config.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), secret) {
			t.Errorf("got %v, want %q", err, tt.want)
		}
	}
}

// TestAnswersWithoutAnEnd: a connection that just ends tells nobody whether the export is whole.
func TestAnswersWithoutAnEnd(t *testing.T) {
	url, ca := server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/compressed" {
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Connection", "close")
			z := gzip.NewWriter(w)
			fmt.Fprint(z, "text")
			_ = z.Close()
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ntext")
		if raw, ok := conn.(*tls.Conn); ok && r.URL.Path == "/cut" {
			_ = raw.NetConn().Close() // without close_notify
			return
		}
		_ = conn.Close()
	})
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte("text")))
	for name, tt := range map[string]struct {
		config Config
		taken  bool
	}{
		"cut":                       {Config{URL: url + "/cut"}, false},
		"ended in good order":       {Config{URL: url + "/closed"}, false},
		"a format that has an end":  {Config{URL: url + "/cut", Ends: true}, true},
		"a checksum":                {Config{URL: url + "/cut", SHA256: sum}, true},
		"a checksum inside of gzip": {Config{URL: url + "/compressed"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			tt.config.CACertificate = ca
			got, err := Read(t.Context(), tt.config, now)
			switch {
			case tt.taken && (err != nil || string(got) != "text"):
				t.Errorf("got %q, %v", got, err)
			case !tt.taken && (err == nil || !strings.Contains(err.Error(), "min_records")):
				t.Errorf("got %q, %v, expected an error that names min_records", got, err)
			}
		})
	}
}

func TestCancelledDownload(t *testing.T) {
	url, ca := server(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := Read(ctx, Config{URL: url, CACertificate: ca}, now); err == nil {
		t.Error("got no error")
	}
}

// late is a server that ends its answer in good order, after half of it, once it
// notices that nobody waits any more.
type late struct{}

func (late) RoundTrip(r *http.Request) (*http.Response, error) {
	body, half := io.Pipe()
	go func() {
		_, _ = io.WriteString(half, "id,name\n1,Ada\n")
		<-r.Context().Done()
		_ = half.Close()
	}()
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body, ContentLength: -1, Request: r}, nil
}

func TestAnswerThatEndsAfterWeGaveUp(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	got, _, err := Config{URL: "https://hr.example.com/staff.csv"}.get(ctx, &http.Client{Transport: late{}}, now)
	if err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("got %q, %v: half an answer is taken for the whole", got, err)
	}
}

func TestNames(t *testing.T) {
	for want, c := range map[string]Config{
		"a/b.csv": {Path: "a/b.csv"}, "content": {Content: "x"}, "https://hr.example.com/x": {URL: "https://u:p@hr.example.com/x?y=z#f"}, "url": {URL: "%"},
	} {
		if got := c.Name(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestBomb counts the bytes that an answer takes which is small on the way and larger than permitted when it is decompressed:
// no more than the limit, however much of it may be garbage.
func TestBomb(t *testing.T) {
	const limit, slack = 64 << 20, 8 << 20
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	part := make([]byte, 1<<20)
	for range 4 * limit / len(part) {
		_, _ = z.Write(part)
	}
	_ = z.Close()
	var before, after runtime.MemStats
	url, ca := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	runtime.ReadMemStats(&before)
	_, err := Read(t.Context(), Config{URL: url, CACertificate: ca, MaxBytes: limit}, time.Now())
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "found more than 67108864 bytes (max_bytes)") {
		t.Errorf("got %v", err)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > limit+slack {
		t.Errorf("an answer of %d bytes took %d bytes of memory, expected at most %d", bomb.Len(), taken, limit+slack)
	}
}
