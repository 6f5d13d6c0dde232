// SPDX-License-Identifier: MPL-2.0

// Package writeback is an HR system with an API that takes values back, for
// tests. It forgives nothing: requests without its token, bodies of another
// type or with members it does not know, and values that are too long are
// refused; and it can do what real systems do, such as showing a change late,
// answering with somebody else, or going away.
package writeback

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
)

// Token is what requests must carry.
const Token = "sandbox-t0ken"

// Employee is a record of the system. The address of its resource is its Key.
type Employee struct {
	Key, Number, Mail, Login string
	Remote                   bool
}

// Server is the system. Its fields are set while no request runs.
type Server struct {
	URL string
	// Stale is how many reads after a write still show what was before.
	Stale int
	// Refuse holds the worker ids whose changes are refused with status 422.
	Refuse map[string]bool
	// Lowercase makes the system change mail addresses, as some do.
	Lowercase bool
	// Anybody makes it answer every question by number with its first employee.
	Anybody bool
	// Status, if set, is the answer to everything.
	Status int

	mu        sync.Mutex
	employees map[string]*Employee // by key
	before    map[string]*stale
	writes    []string
	reads     int
	server    *httptest.Server
}

type stale struct {
	employee Employee
	left     int
}

// New starts a system with employees. Their numbers are taken as worker ids.
func New(employees ...Employee) *Server {
	s := &Server{employees: map[string]*Employee{}, before: map[string]*stale{}, Refuse: map[string]bool{}}
	for _, e := range employees {
		s.employees[e.Key] = &e
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/employees", s.list)
	mux.HandleFunc("GET /api/find", s.find)
	mux.HandleFunc("GET /api/employees/{key}", s.get)
	mux.HandleFunc("PATCH /api/employees/{key}", s.patch)
	s.server = httptest.NewServer(s.guard(mux))
	s.URL = s.server.URL + "/api"
	return s
}

// Close stops the system.
func (s *Server) Close() { s.server.Close() }

// Employee returns the record with a key, as it really is.
func (s *Server) Employee(key string) Employee {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.employees[key]
}

// Set changes a record, as somebody in the HR department does.
func (s *Server) Set(key string, change func(*Employee)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.employees[key])
}

// Writes returns the bodies of the changes since the last call, in their order, and how many reads there were.
func (s *Server) Writes() (bodies []string, reads int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	bodies, reads = s.writes, s.reads
	s.writes, s.reads = nil, 0
	return bodies, reads
}

func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		switch {
		case r.Header.Get("Authorization") != "Bearer "+Token:
			http.Error(w, `{"error":"invalid token `+r.Header.Get("Authorization")+`"}`, http.StatusUnauthorized)
		case s.Status != 0:
			http.Error(w, `{"error":"as told"}`, s.Status)
		default:
			if r.Method == http.MethodGet {
				s.reads++
			}
			next.ServeHTTP(w, r)
		}
	})
}

// view is the record in JSON, as it is shown.
func (s *Server) view(e *Employee) map[string]any {
	if old := s.before[e.Key]; old != nil && old.left > 0 {
		old.left--
		e = &old.employee
	}
	contact := map[string]any{"email": nil}
	if e.Mail != "" {
		contact["email"] = e.Mail
	}
	number, err := strconv.Atoi(e.Number)
	out := map[string]any{"id": e.Key, "number": e.Number, "contact": contact, "remote": e.Remote, "accounts": []any{map[string]any{"kind": "directory", "login": e.Login}}}
	if err == nil && strconv.Itoa(number) == e.Number {
		out["number"] = number // numbers are numbers, as in many systems
	}
	return out
}

func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	const size = 25
	page, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || page < 1 {
		http.Error(w, `{"error":"page"}`, http.StatusBadRequest)
		return
	}
	keys := slices.Sorted(maps.Keys(s.employees))
	records := []any{}
	for _, key := range keys[min((page-1)*size, len(keys)):min(page*size, len(keys))] {
		records = append(records, s.view(s.employees[key]))
	}
	answer(w, map[string]any{"data": records, "total": len(keys)})
}

func (s *Server) find(w http.ResponseWriter, r *http.Request) {
	found := []any{}
	for _, key := range slices.Sorted(maps.Keys(s.employees)) {
		if e := s.employees[key]; e.Number == r.URL.Query().Get("number") || s.Anybody && len(found) == 0 {
			found = append(found, s.view(e))
		}
	}
	answer(w, map[string]any{"data": found})
}

func (s *Server) get(w http.ResponseWriter, r *http.Request) {
	e := s.employees[r.PathValue("key")]
	if e == nil {
		http.Error(w, `{"error":"not found"}`, http.StatusNotFound)
		return
	}
	answer(w, s.view(e))
}

func (s *Server) patch(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	_, err := body.ReadFrom(r.Body)
	e := s.employees[r.PathValue("key")]
	switch {
	case err != nil || r.Header.Get("Content-Type") != "application/merge-patch+json":
		http.Error(w, `{"error":"content type"}`, http.StatusUnsupportedMediaType)
		return
	case e == nil:
		http.Error(w, `{"error":"not found"}`, http.StatusNotFound)
		return
	case s.Refuse[e.Number]:
		http.Error(w, `{"error":"the record is locked by payroll"}`, http.StatusUnprocessableEntity)
		return
	}
	changed := *e
	if err := change(&changed, body.Bytes(), s.Lowercase); err != nil {
		http.Error(w, fmt.Sprintf(`{"error":%q}`, err), http.StatusBadRequest)
		return
	}
	s.before[e.Key] = &stale{*e, s.Stale}
	*e = changed
	s.writes = append(s.writes, body.String())
	w.WriteHeader(http.StatusNoContent)
}

// change reads a merge patch (RFC 7396) and refuses members it does not know.
func change(e *Employee, body []byte, lowercase bool) error {
	var patch struct {
		Contact *struct {
			Email json.RawMessage `json:"email"`
		} `json:"contact"`
		Login  json.RawMessage `json:"login"`
		Remote *bool           `json:"remote"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&patch); err != nil {
		return err
	}
	set := func(field *string, raw json.RawMessage) error {
		if raw == nil {
			return nil
		}
		*field = ""
		return json.Unmarshal(raw, field)
	}
	if patch.Contact != nil {
		if err := set(&e.Mail, patch.Contact.Email); err != nil {
			return err
		}
	}
	if patch.Remote != nil {
		e.Remote = *patch.Remote
	}
	if lowercase {
		e.Mail = string(bytes.ToLower([]byte(e.Mail)))
	}
	return set(&e.Login, patch.Login)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // a client that is gone does not matter
}
