// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"time"

	"github.com/google/uuid"
)

// Fault is something that goes wrong with the requests that it matches.
type Fault struct {
	// Method matches one method, or all if empty.
	Method string
	// Path is a regular expression for path and query as sent, without host and
	// version ("^/users/"); paths of the authority host are whole. Empty for all.
	Path string
	// Body is part of the body.
	Body string
	// Times is how often it happens: once if 0, always if negative.
	Times int
	// Skip is how many matching requests go well before.
	Skip int

	// Status and the error are the answer, in place of the work. Code and Message
	// have usual values if empty.
	Status        int
	Code, Message string
	// RetryAfter is the header, as it is: "3", "2.128", an HTTP date, or none.
	RetryAfter string
	// Drop resets the connection before the request is carried out, DropAfter
	// afterwards. For an item of a batch it is the connection of the batch.
	Drop, DropAfter bool
	// Delay lets the answer wait.
	Delay time.Duration
	// Garbage answers 200 with a page that is not JSON. Within a batch it is the
	// body of the item.
	Garbage bool
	// Answer is the body of a 200 in place of the work.
	Answer string
}

type fault struct {
	Fault
	path *regexp.Regexp
	left int // negative: for ever
}

// Fault injects a fault. It panics if Path is not a regular expression. The
// faults are tried in the order in which they were injected, and at most one
// meets a request. A batch is met as POST /$batch with its whole body, and then
// every item of it by itself.
func (s *Server) Fault(f Fault) {
	v := &fault{Fault: f, path: regexp.MustCompile(f.Path), left: f.Times}
	if v.left == 0 {
		v.left = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, v)
}

// ClearFaults ends all faults.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// meet returns the fault of a request of Graph, or nil.
func (s *Server) meet(method, target string, body []byte) *fault {
	if f := s.interceptedFault(method, target); f != nil {
		return f
	}
	return s.injected(method, target, body)
}

func (s *Server) injected(method, target string, body []byte) *fault {
	for _, f := range s.faults {
		if f.left == 0 || f.Method != "" && f.Method != method || !f.path.MatchString(target) || !bytes.Contains(body, []byte(f.Body)) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.left > 0 {
			f.left--
		}
		return f
	}
	return nil
}

// fails does what goes wrong before the work and reports that there is no more to do.
func (s *Server) fails(f *fault, w http.ResponseWriter) bool {
	if f == nil {
		return false
	}
	s.wait(f.Delay)
	switch {
	case f.Drop:
		drop(w)
	case f.Garbage:
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, garbage)
	case f.Answer != "":
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, f.Answer)
	case f.Status != 0:
		c := &call{header: http.Header{}}
		send(w, c, f.failure().answer(c, time.Now().UTC()), time.Now().UTC())
	default:
		return false
	}
	return true
}

func (f *fault) after() bool { return f != nil && f.DropAfter }

const garbage = "<html><head><title>Our services aren't available right now</title></head><body><h1>Our services aren't available right now</h1></body></html>"

func (f *fault) failure() *failure {
	v := &failure{status: f.Status, code: f.Code, message: f.Message, header: http.Header{}}
	if v.code == "" {
		v.code = map[int]string{401: "InvalidAuthenticationToken", 403: "Authorization_RequestDenied", 404: "Request_ResourceNotFound", 429: "TooManyRequests", 500: "InternalServerError",
			502: "BadGateway", 503: "serviceNotAvailable", 504: "UnknownError"}[f.Status]
	}
	if v.code == "" {
		v.code = "UnknownError"
	}
	if v.message == "" {
		v.message = "Injected " + http.StatusText(f.Status) + " " + uuid.NewString()[:8]
	}
	if f.RetryAfter != "" {
		v.header.Set("Retry-After", f.RetryAfter)
	}
	return v
}
