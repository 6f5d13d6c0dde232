// SPDX-License-Identifier: MPL-2.0

package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const canary = "s3cr3t/Canary+42"

// serve starts a server and returns a client of it.
func serve(t *testing.T, c Config, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c.URL = s.URL + "/api"
	client, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// get asks for JSON and returns the answer or the error as text.
func get(c *Client, path string) string {
	r, err := c.Do(context.Background(), Request{URL: path, Expect: JSON})
	if err != nil {
		return err.Error()
	}
	return string(r.Body)
}

func contains(t *testing.T, got string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, expected %q in it", got, want)
		}
	}
	if strings.Contains(got, canary) || strings.Contains(got, url.QueryEscape(canary)) {
		t.Errorf("got %q, which tells the secret", got)
	}
}

func TestRepeatedAttempts(t *testing.T) {
	for _, tt := range []struct {
		name, method string
		safe         bool
		failures     []int
		after        string
		config       Config
		want         string
		requests     int64
	}{
		{"GET after 503 with seconds", "GET", false, []int{503, 429}, "0", Config{}, `{"ok":true}`, 3},
		{"GET after 503 with a date", "GET", false, []int{503}, "Wed, 21 Oct 2015 07:28:00 GMT", Config{}, `{"ok":true}`, 2},
		{"GET with a fraction", "GET", false, []int{429}, "0.001", Config{}, `{"ok":true}`, 2},
		{"GET without header", "GET", false, []int{502}, "", Config{}, `{"ok":true}`, 2},
		{"POST that reads", "POST", true, []int{503}, "0", Config{}, `{"ok":true}`, 2},
		{"POST that writes", "POST", false, []int{503}, "0", Config{}, "503 Service Unavailable", 1},
		{"too often", "GET", false, []int{503, 503, 503}, "0", Config{Retries: 2}, "tried 3 times", 3},
		{"none", "GET", false, []int{503}, "0", Config{Retries: -1}, "503", 1},
		{"too long", "GET", false, []int{503}, "86400", Config{}, "asks to wait", 1},
		{"what will not pass", "GET", false, []int{404, 404}, "0", Config{}, "404 Not Found", 1},
		{"forbidden", "GET", false, []int{403}, "0", Config{}, "may not read this", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var n atomic.Int32
			c := serve(t, tt.config, func(w http.ResponseWriter, r *http.Request) {
				if body, _ := io.ReadAll(r.Body); tt.method == "POST" && string(body) != "question" {
					t.Errorf("got the body %q", body)
				}
				if i := int(n.Add(1)) - 1; i < len(tt.failures) {
					if tt.after != "" {
						w.Header().Set("Retry-After", tt.after)
					}
					w.WriteHeader(tt.failures[i])
					return
				}
				fmt.Fprint(w, `{"ok":true}`)
			})
			r, err := c.Do(t.Context(), Request{Method: tt.method, URL: "people", Body: []byte("question"), Safe: tt.safe, Expect: JSON})
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				got = string(r.Body)
			}
			contains(t, got, tt.want)
			if c.Requests() != tt.requests {
				t.Errorf("got %d requests, expected %d", c.Requests(), tt.requests)
			}
		})
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	zeros := func(w io.Writer) {
		block := make([]byte, 1<<20)
		for range 8 {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"maintenance page", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "\n<!DOCTYPE html><html>Down") }, "found a web page, expected JSON"},
		{"page by content type", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "Sorry")
		}, `status 200: found a web page, expected JSON: the system may be down for maintenance, or ask to sign in; the answer begins "Sorry"`},
		{"empty", func(http.ResponseWriter, *http.Request) {}, "found an empty answer, expected JSON"},
		{"XML", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<employees/>") }, "found something else than JSON"},
		{"announced too large", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "2147483648") }, "announces 2147483648 bytes, expected at most 4194304 bytes (max_response_mb)"},
		{"too large", func(w http.ResponseWriter, _ *http.Request) { zeros(w) }, "the answer is longer, expected at most 4194304 bytes"},
		{"compressed too large", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			zeros(z)
			_ = z.Close()
		}, "the answer is longer, expected at most 4194304 bytes"},
		{"half an answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, `{"employees":[`)
		}, "the connection ended after 14 bytes of the answer: unexpected EOF; tried 2 times"},
		{"nothing at all", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF; tried 2 times"},
		{"long error", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			fmt.Fprint(w, strings.Repeat("ä", 300)+canary)
		}, `400 Bad Request; the answer begins "` + strings.Repeat("ä", 200) + `…"`},
		{"secret in the answer", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(401)
			fmt.Fprint(w, `key `+canary+" is \x00 unknown")
		}, `the answer begins "key [hidden] is \x00 unknown"; check the credentials`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := serve(t, Config{MaxBytes: 4 << 20, Retries: 1, Auth: Auth{APIKey: canary, APIKeyHeader: "X-API-Key"}}, tt.handler)
			contains(t, get(c, "people?limit=3&api_key="+url.QueryEscape(canary)), "GET http://127.0.0.1", "/api/people?limit=3&api_key=[hidden]: ", tt.want)
		})
	}
}

func TestKinds(t *testing.T) {
	const xhtml = `<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0"><html/>`
	for _, tt := range []struct {
		kind              Kind
		media, body, want string
	}{
		{JSON, "text/html", ` {"a":1}`, ""}, {JSON, "application/json", "\ufeff[]", ""}, {JSON, "application/json", "null", "found something else than JSON"},
		{XML, "application/xhtml+xml", xhtml, "found a web page"}, {XML, "text/xml", "<?xml version='1.0'?><a/>", ""}, {SOAP, "text/xml", "a", "found something else than XML"},
		{CSV, "text/csv", "id,name\n", ""}, {CSV, "text/html", "id", "found a web page"}, {CSV, "text/plain", `{"error":1}`, "found something else than CSV"}, {CSV, "text/csv", "", "found an empty answer"},
		{Kind{}, "text/html", "<html>", ""},
	} {
		err := tt.kind.check(&Response{Status: 200, Header: http.Header{"Content-Type": {tt.media}}, Body: []byte(tt.body)})
		if got := fmt.Sprint(err); tt.want == "" && err != nil || !strings.Contains(got, tt.want) {
			t.Errorf("%v %s %s: got %v, expected %s", tt.kind, tt.media, tt.body, err, tt.want)
		}
	}
}

func TestSlowServers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		config Config
		first  string
		want   string
	}{
		{"no answer", Config{Stall: 30 * time.Millisecond}, "", "no answer within 30ms"},
		{"drip", Config{Stall: 30 * time.Millisecond}, "[", "the server sent less than 4096 bytes within 30ms"},
		{"no end", Config{Timeout: 30 * time.Millisecond}, "[", "no complete answer within 30ms (request_timeout)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.config.Retries = -1
			c := serve(t, tt.config, func(w http.ResponseWriter, r *http.Request) {
				for text := tt.first; r.Context().Err() == nil; {
					if text != "" {
						_, _ = io.WriteString(w, text)
						_ = http.NewResponseController(w).Flush()
					}
					select {
					case <-r.Context().Done():
					case <-time.After(5 * time.Millisecond):
					}
				}
			})
			contains(t, get(c, "people"), tt.want)
		})
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
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/csv"}}, Body: body, ContentLength: -1, Request: r}, nil
}

func TestAnswersThatEndAfterWeGaveUp(t *testing.T) {
	for want, config := range map[string]Config{
		"the server sent less than 4096 bytes within 200ms": {Stall: 200 * time.Millisecond},
		"no complete answer within 200ms (request_timeout)": {Timeout: 200 * time.Millisecond},
	} {
		config.URL, config.Retries = "https://hr.example.com", -1
		c, err := New(config)
		if err != nil {
			t.Fatal(err)
		}
		c.http.Transport = late{}
		r, err := c.Do(t.Context(), Request{URL: "report", Expect: CSV})
		if err == nil {
			t.Fatalf("half an answer is taken for the whole: %q", r.Body)
		}
		contains(t, err.Error(), want)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := serve(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(503)
		cancel()
	})
	if _, err := c.Do(ctx, Request{URL: "people"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestCredentialsStayAtHome(t *testing.T) {
	var strangers atomic.Int32
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers.Add(1) }))
	defer stranger.Close()
	for _, auth := range []Auth{{Username: "hr", Password: canary}, {Token: canary}, {APIKey: canary, APIKeyHeader: "APIKey"}} {
		c := serve(t, Config{Auth: auth, Header: map[string]string{"X-Tenant-Key": canary}}, func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/api/away":
				http.Redirect(w, r, stranger.URL+"/x?token="+url.QueryEscape(canary), http.StatusTemporaryRedirect)
			case "/api/login":
				http.Redirect(w, r, "/api/people", http.StatusFound)
			case "/api/loop":
				http.Redirect(w, r, "/api/loop", http.StatusTemporaryRedirect)
			default:
				if r.Header.Get("Referer") != "" || r.Header.Get("Authorization")+r.Header.Get("APIKey") == "" {
					t.Errorf("got the header %v", r.Header)
				}
				fmt.Fprint(w, `[]`)
			}
		})
		contains(t, get(c, "away"), "redirected to "+stranger.URL, "credentials are sent to no other host")
		contains(t, get(c, stranger.URL+"/next?api_key="+url.QueryEscape(canary)), "credentials are sent to no other host")
		contains(t, get(c, "//hr.example.com/next"), "credentials are sent to no other host")
		contains(t, get(c, "loop"), "redirected 6 times")
		contains(t, get(c, "login?secret="+url.QueryEscape(canary)), "[]")
		_, err := c.Do(t.Context(), Request{Method: "POST", URL: "login", Safe: true})
		contains(t, fmt.Sprint(err), "the POST was redirected to", "as a GET")
	}
	if n := strangers.Load(); n != 0 {
		t.Errorf("another host got %d requests", n)
	}
}

func TestResolve(t *testing.T) {
	c, err := New(Config{URL: "https://hr.example.com/api/v1/?tenant=7"})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"people":                                "https://hr.example.com/api/v1/people?tenant=7",
		"/people?limit=2":                       "https://hr.example.com/api/v1/people?limit=2",
		"":                                      "https://hr.example.com/api/v1?tenant=7",
		"a%2Fb":                                 "https://hr.example.com/api/v1/a%2Fb?tenant=7",
		"https://hr.example.com:443/x":          "https://hr.example.com:443/x",
		"https://HR.example.com/x":              "https://HR.example.com/x",
		"http://hr.example.com/x":               "",
		"https://hr.example.com.evil.example/x": "",
		"https://hr.example.com@evil.example/x": "",
		"https://user:" + "pass@hr.example.com/x":      "",
		"https://hr.example.com:8443/x":                "",
		"file:///etc/passwd":                           "",
		"https://evil.example/?https://hr.example.com": "",
	} {
		u, err := c.resolve(Request{URL: text})
		got := ""
		if err == nil {
			got = u.String()
		}
		if got != want {
			t.Errorf("%q: got %q, %v, expected %q", text, got, err, want)
		}
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	trusting, err := New(Config{URL: s.URL, CAPEM: ca})
	if err != nil {
		t.Fatal(err)
	}
	contains(t, get(trusting, ""), "{}")
	wary, err := New(Config{URL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	if got := get(wary, ""); !strings.Contains(got, "certificate") || strings.Contains(got, "tried") {
		t.Errorf("got %q", got)
	}
}

func TestProxyOfTheEnvironment(t *testing.T) {
	asked := make(chan string, 10)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.Host
		w.WriteHeader(http.StatusForbidden)
	}))
	defer proxy.Close()
	t.Setenv("HTTPS_PROXY", proxy.URL)
	t.Setenv("NO_PROXY", "")
	c, err := New(Config{URL: "https://hr.example.com", Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	contains(t, get(c, "people"), "Forbidden")
	if got := <-asked; got != "CONNECT hr.example.com:443" {
		t.Errorf("got %s", got)
	}
}

func TestConfigurations(t *testing.T) {
	for _, tt := range []struct {
		config Config
		want   string
	}{
		{Config{}, "url: found"},
		{Config{URL: "ftp://hr.example.com"}, "url: found"},
		{Config{URL: "https://hr:" + url.QueryEscape(canary) + "@hr.example.com"}, "url: found credentials"},
		{Config{URL: "https://hr:" + canary + "@hr.example.com:x/"}, "url: found"},
		{Config{URL: "http://hr.example.com"}, "expected https"},
		{Config{URL: "https://hr.example.com", Auth: Auth{Password: canary}}, "password without a username"},
		{Config{URL: "https://hr.example.com", Auth: Auth{Token: canary, Username: "x"}}, "several ways to sign in"},
		{Config{URL: "https://hr.example.com", Auth: Auth{APIKey: canary}}, "no header"},
		{Config{URL: "https://hr.example.com", Auth: Auth{OAuth2: &OAuth2{ClientSecret: canary}}}, "no client id"},
		{Config{URL: "https://hr.example.com", Auth: Auth{OAuth2: &OAuth2{ClientID: "x"}}}, "neither a client secret nor a refresh token"},
		{Config{URL: "https://hr.example.com", Auth: Auth{OAuth2: &OAuth2{ClientID: "x", ClientSecret: canary, TokenURL: "http://hr.example.com"}}}, "token_url"},
		{Config{URL: "https://hr.example.com", CAFile: "/does/not/exist"}, "ca_certificate_file"},
		{Config{URL: "https://hr.example.com", CAPEM: "x"}, "found no certificate"},
		{Config{URL: "https://hr.example.com", CAPEM: "x", CAFile: "x"}, "found both"},
		{Config{URL: "https://hr.example.com", ClientKeyPEM: canary}, "found one of the two"},
		{Config{URL: "https://hr.example.com", ClientKeyPEM: canary, ClientCertificatePEM: "x"}, "client_certificate_pem and client_key_pem (or client_certificate_file and client_key_file)"},
	} {
		_, err := New(tt.config)
		contains(t, fmt.Sprint(err), tt.want)
	}
	if _, err := New(Config{URL: "http://hr.example.com", AllowHTTP: true}); err != nil {
		t.Error(err)
	}
}

func TestRateLimit(t *testing.T) {
	c := serve(t, Config{RequestsPerSecond: 1}, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") })
	contains(t, get(c, "1"), "{}")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := c.Do(ctx, Request{URL: "2"}); err == nil || c.Requests() != 1 {
		t.Errorf("got %v after %d requests, expected the second one to wait", err, c.Requests())
	}
}

func TestPass(t *testing.T) {
	c := serve(t, Config{}, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(500)
		fmt.Fprint(w, "<Fault/>")
	})
	r, err := c.Do(t.Context(), Request{Method: "POST", Safe: true, Expect: SOAP, Pass: func(r *Response) bool { return strings.Contains(string(r.Body), "Fault") }})
	if err != nil || r.Status != 500 || c.Requests() != 1 {
		t.Errorf("got %v, %v", r, err)
	}
}

func TestRefusedConnections(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	c, err := New(Config{URL: "http://" + address, Retries: 1, Auth: Auth{Username: canary}})
	if err != nil {
		t.Fatal(err)
	}
	contains(t, get(c, "people?password="+url.QueryEscape(canary)), "connection refused", "tried 2 times")
}

// TestAnswersTogether: what never ends is ended, however small each answer is.
func TestAnswersTogether(t *testing.T) {
	c := serve(t, Config{MaxBytes: 1 << 10}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, "{%q:%q}", "next", strings.Repeat("x", 900))
	})
	for n := 1; ; n++ {
		_, err := c.Do(t.Context(), Request{URL: "list", Expect: JSON})
		switch {
		case err == nil && n <= answersPerClient:
		case err == nil:
			t.Fatalf("%d answers were taken", n)
		case n <= answersPerClient || !strings.Contains(err.Error(), "max_response_mb"):
			t.Fatalf("answer %d: %v", n, err)
		default:
			return
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
	c := serve(t, Config{MaxBytes: limit, Retries: -1}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	runtime.ReadMemStats(&before)
	contains(t, get(c, "people"), "the answer is longer, expected at most 67108864 bytes")
	runtime.ReadMemStats(&after)
	if held := c.received.Load(); held != 0 {
		t.Errorf("%d bytes count as held, and nothing is", held)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > limit+slack {
		t.Errorf("an answer of %d bytes took %d bytes of memory, expected at most %d", bomb.Len(), taken, limit+slack)
	}
}
