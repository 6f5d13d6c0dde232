// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// maxBody is the largest body of a request; Graph refuses what is larger than 4 MB.
const maxBody = 4 << 20

// call is one request of Graph, alone or in a batch.
type call struct {
	method   string
	version  string // v1.0 or beta
	path     string // after the version, as sent
	rawQuery string
	query    url.Values
	header   http.Header
	body     []byte
	inner    bool // in a batch
	token    *token
	route    *route
	params   []string      // of the route's template
	delay    time.Duration // of faults of items
}

// answer is what a call gets. A nil body is none.
type answer struct {
	status int
	header http.Header
	body   any
}

func ok(body any) *answer          { return &answer{status: http.StatusOK, body: body} }
func created(body any) *answer     { return &answer{status: http.StatusCreated, body: body} }
func noContent() (*answer, error)  { return &answer{status: http.StatusNoContent}, nil }
func (c *call) param(i int) string { return c.params[i] }

// may reports that the token has one of some permissions.
func (c *call) may(permissions ...string) bool {
	for _, p := range permissions {
		if c.token.permissions[p] {
			return true
		}
	}
	return false
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "request entity too large", http.StatusRequestEntityTooLarge)
		return
	}
	if r.Header.Get("Content-Encoding") == "gzip" {
		body = unzip(body)
	}
	s.wait(s.options.Latency)
	if s.hangs() {
		drop(w)
		return
	}
	path := r.URL.EscapedPath()
	version, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if version != "v1.0" && version != "beta" {
		s.serveAuthority(w, r, path, body)
		return
	}
	c := &call{method: r.Method, version: version, path: "/" + rest, rawQuery: r.URL.RawQuery, header: r.Header, body: body}
	s.serveGraph(w, c)
}

// unzip decompresses a body; what is not compressed is no body, as for Graph.
func unzip(body []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	out, err := io.ReadAll(io.LimitReader(r, maxBody))
	if err != nil {
		return nil
	}
	return out
}

func (s *Server) serveAuthority(w http.ResponseWriter, r *http.Request, path string, body []byte) {
	s.mu.Lock()
	f := s.injected(r.Method, path, body)
	s.mu.Unlock()
	if s.fails(f, w) {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.authority(w, r)
}

func (s *Server) serveGraph(w http.ResponseWriter, c *call) {
	s.mu.Lock()
	s.stats.Requests++
	f := s.meet(c.method, c.target(), c.body)
	s.mu.Unlock()
	if s.fails(f, w) {
		return
	}
	s.mu.Lock()
	a, lost := s.carryOut(c)
	s.mu.Unlock()
	s.wait(c.delay)
	if lost || f.after() {
		drop(w)
		return
	}
	send(w, c, a, s.now())
}

func (c *call) target() string {
	if c.rawQuery == "" {
		return c.path
	}
	return c.path + "?" + c.rawQuery
}

// carryOut answers a request that came alone, a batch included. It reports
// whether the answer is to get lost.
func (s *Server) carryOut(c *call) (*answer, bool) {
	var f *failure
	if c.token, f = s.authorize(c.header); f != nil {
		return f.answer(c, s.now()), false
	}
	if strings.EqualFold(strings.Replace(c.path, "%24", "$", 1), "/$batch") && c.method == http.MethodPost {
		return s.batch(c)
	}
	return s.handle(c), false
}

// handle finds the route of a call and answers it.
func (s *Server) handle(c *call) *answer {
	a, err := s.try(c)
	if err != nil {
		var f *failure
		if !errors.As(err, &f) {
			f = &failure{status: http.StatusInternalServerError, code: "InternalServerError", message: err.Error()}
		}
		a = f.answer(c, s.now())
	}
	if c.route != nil && a.header.Get("x-ms-resource-unit") == "" {
		a.set("x-ms-resource-unit", strconv.Itoa(c.cost()))
	}
	return a
}

func (a *answer) set(name, value string) {
	if a.header == nil {
		a.header = http.Header{}
	}
	a.header.Set(name, value)
}

func (s *Server) try(c *call) (*answer, error) {
	query, err := url.ParseQuery(strings.ReplaceAll(c.rawQuery, ";", "%3B"))
	if err != nil {
		return nil, malformed("The query is malformed: %s", c.rawQuery)
	}
	c.query = query
	if err := c.find(); err != nil {
		return nil, err
	}
	s.stats.count(c)
	header, throttled := s.charge(c)
	if throttled != nil {
		return nil, throttled
	}
	if len(c.route.permissions) > 0 && !c.may(c.route.permissions...) {
		return nil, denied()
	}
	if f := s.guarded(c); f != nil {
		return nil, f
	}
	a, err := c.route.handle(s, c)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		a.set(name, values[0])
	}
	return a, nil
}

// answer turns a failure into the body that Graph sends.
func (f *failure) answer(c *call, now time.Time) *answer {
	id := uuid.NewString()
	client := c.header.Get("client-request-id")
	if client == "" {
		client = id
	}
	content := object{"code": f.code, "message": f.message, "innerError": object{"date": now.Format("2006-01-02T15:04:05"), "request-id": id, "client-request-id": client}}
	if len(f.details) > 0 {
		content["details"] = f.details
	}
	a := &answer{status: f.status, body: object{"error": content}, header: maps.Clone(f.header)}
	a.set("request-id", id)
	return a
}

// send writes an answer with the headers that Graph always sends.
func send(w http.ResponseWriter, c *call, a *answer, now time.Time) {
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	if h.Get("request-id") == "" {
		h.Set("request-id", uuid.NewString())
	}
	client := c.header.Get("client-request-id")
	if client == "" {
		client = h.Get("request-id")
	}
	h.Set("client-request-id", client)
	h.Set("x-ms-ags-diagnostic", `{"ServerInfo":{"DataCenter":"Loopback","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"SANDBOX"}}`)
	h.Set("Date", now.Format(http.TimeFormat))
	h.Set("Cache-Control", "no-cache")
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	if text, plain := a.body.(string); plain {
		h.Set("Content-Type", "text/plain")
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, text)
		return
	}
	h.Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
	h.Set("OData-Version", "4.0")
	w.WriteHeader(a.status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(a.body)
}

// drop resets the connection of a request.
func drop(w http.ResponseWriter) {
	if hijacker, ok := w.(http.Hijacker); ok {
		if conn, _, err := hijacker.Hijack(); err == nil {
			reset(conn)
			return
		}
	}
	panic(http.ErrAbortHandler)
}

// reset closes a connection so that the client's system reports a reset.
func reset(conn net.Conn) {
	inner := conn
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
		inner = t.NetConn()
	}
	if tcp, ok := inner.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = inner.Close()
}

var keyForm = regexp.MustCompile(`^([A-Za-z]+)\((?:userPrincipalName=|id=|(appId=))?'(.*)'\)$`)

// split takes a path apart: users('x') is users/x.
func split(path string) ([]string, *failure) {
	var segments []string
	for raw := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		segment, err := url.PathUnescape(raw)
		if err != nil {
			return nil, malformed("Resource not found for the segment '%s'.", raw)
		}
		if m := keyForm.FindStringSubmatch(segment); m != nil {
			segments = append(segments, m[1], m[2]+strings.ReplaceAll(m[3], "''", "'"))
			continue
		}
		segments = append(segments, segment)
	}
	return segments, nil
}

// document reads the body of a write: one JSON object.
func (c *call) document() (object, *failure) {
	if media, _, _ := mime.ParseMediaType(c.header.Get("Content-Type")); media != "application/json" {
		return nil, malformed("Write requests (excluding DELETE) must contain the Content-Type header declaration.")
	}
	var doc object
	if err := unmarshal(c.body, &doc); err != nil || doc == nil {
		return nil, malformed("Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	return doc, nil
}
