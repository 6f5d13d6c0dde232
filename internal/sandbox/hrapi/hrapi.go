// SPDX-License-Identifier: MPL-2.0

// Package hrapi serves a made-up company the way HR systems in the cloud do:
// the same people behind each interface, with the paging, the sign-in, the
// limits and the traps of the real one. The servers take nothing on trust: a
// request that the real system would refuse is refused.
package hrapi

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
)

// Credentials that the servers take. They are made up and open nothing else.
const (
	User   = "hr-reader"
	Secret = "made-up-S3cret/+for=tests"
	Token  = "made-up-t0ken-for-tests"
)

// Server is an HR system on this machine.
type Server struct {
	// URL is the base URL, and CA the certificate, in PEM, that it is trusted by.
	URL, CA string

	server   *httptest.Server
	requests atomic.Int64
	mu       sync.Mutex
	fault    func(n int64, w http.ResponseWriter, r *http.Request) bool
}

// start serves h over TLS.
func start(h http.Handler, prepare func(*httptest.Server)) *Server {
	s := &Server{}
	s.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := s.requests.Add(1)
		s.mu.Lock()
		fault := s.fault
		s.mu.Unlock()
		if fault == nil || !fault(n, w, r) {
			h.ServeHTTP(w, r)
		}
	}))
	s.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if prepare != nil {
		prepare(s.server)
	}
	s.server.StartTLS()
	s.URL = s.server.URL
	s.CA = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.server.Certificate().Raw}))
	return s
}

// Close stops the server.
func (s *Server) Close() { s.server.Close() }

// Requests returns how many requests came, those for tokens included.
func (s *Server) Requests() int64 { return s.requests.Load() }

// Fail lets f answer in place of the server: it is asked first, with the number
// of the request from 1, and returns false for what it does not answer.
func (s *Server) Fail(f func(n int64, w http.ResponseWriter, r *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// object is a JSON object.
type object = map[string]any

func writeJSON(w http.ResponseWriter, status int, v any) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// number reads a parameter of a query, or returns otherwise.
func number(r *http.Request, name string, otherwise int) int {
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err != nil {
		return otherwise
	}
	return n
}

// part returns list[from:from+size], as far as it reaches.
func part[T any](list []T, from, size int) []T {
	from = min(max(from, 0), len(list))
	return list[from:min(from+max(size, 0), len(list))]
}

// orNull returns null for an empty text.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// Fields says which columns of the company's CSV file, and of the Columns of
// each server, fill the canonical keys.
var Fields = map[string]string{"worker_id": "WorkerID", "status": "WorkerStatus", "worker_type": "WorkerType", "hire_date": "HireDate", "termination_date": "TerminationDate",
	"last_day_of_work": "LastDayOfWork", "on_leave": "OnLeave", "manager_id": "ManagerID", "time_zone": "TimeZone"}

// internalID returns the id that a system gives to a worker beside the worker id.
func internalID(workerID string, base int64) int64 {
	n, _ := strconv.ParseInt(workerID, 10, 64)
	if n == 0 {
		return 0
	}
	return base + n*7
}
