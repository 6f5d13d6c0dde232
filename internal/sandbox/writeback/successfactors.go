// SPDX-License-Identifier: MPL-2.0

package writeback

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Credentials of the SuccessFactors company: user@company and its password.
const (
	SFUser     = "writer@sandbox"
	SFPassword = "sandbox-pa55word"
)

// Entry is a PerEmail or PerPhone.
type Entry struct {
	Value   string
	Primary bool
}

// SuccessFactors is the part of the OData v2 service that takes values back. It
// answers an upsert with status 200 whatever becomes of its records, refuses an
// empty value, a second primary entry and a person's first entry that is not
// primary, and knows an entity by exactly its keys.
type SuccessFactors struct {
	URL string

	mu     sync.Mutex
	people map[string]map[string]Entry // by personIdExternal and "PerEmail/8448"
	reads  int
	server *httptest.Server
}

// NewSuccessFactors starts a company of people.
func NewSuccessFactors(people map[string]map[string]Entry) *SuccessFactors {
	s := &SuccessFactors{people: people}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /odata/v2/PerPerson", s.read)
	mux.HandleFunc("POST /odata/v2/upsert", s.upsert)
	mux.HandleFunc("DELETE /odata/v2/{entity}", s.remove)
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if user, password, _ := r.BasicAuth(); user != SFUser || password != SFPassword {
			http.Error(w, `{"error":{"code":"LGN0007","message":{"lang":"en-US","value":"[LGN0007]Login failed for `+user+`:`+password+`"}}}`, http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	s.URL = s.server.URL + "/odata/v2"
	return s
}

// Close stops the service.
func (s *SuccessFactors) Close() { s.server.Close() }

// Entries returns what a person has.
func (s *SuccessFactors) Entries(id string) map[string]Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.people[id])
}

// Reads returns how many reads there were.
func (s *SuccessFactors) Reads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

var (
	filterIn = regexp.MustCompile(`^personIdExternal in ('(?:[^']|'')*'(?:,'(?:[^']|'')*')*)$`)
	texts    = regexp.MustCompile(`'((?:[^']|'')*)'`)
	keys     = regexp.MustCompile(`^(Per(Email|Phone))\((email|phone)Type='(\d+)',personIdExternal='((?:[^']|'')*)'\)$`)
)

func (s *SuccessFactors) read(w http.ResponseWriter, r *http.Request) {
	s.reads++
	q := r.URL.Query()
	list := filterIn.FindStringSubmatch(q.Get("$filter"))
	if list == nil || q.Get("$format") != "json" || q.Get("$expand") != "emailNav,phoneNav" {
		http.Error(w, `{"error":{"code":"COE_UNSUPPORTED_FEATURE","message":{"lang":"en-US","value":"bad query"}}}`, http.StatusBadRequest)
		return
	}
	results := []any{}
	for _, m := range texts.FindAllStringSubmatch(list[1], -1) {
		id := strings.ReplaceAll(m[1], "''", "'")
		entries, exists := s.people[id]
		if !exists {
			continue
		}
		results = append(results, map[string]any{"personIdExternal": id, "emailNav": view(entries, "PerEmail/", "emailType", "emailAddress"), "phoneNav": view(entries, "PerPhone/", "phoneType", "phoneNumber")})
	}
	answer(w, map[string]any{"d": map[string]any{"results": results}})
}

func view(entries map[string]Entry, prefix, typ, value string) any {
	list := []any{}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		if code, ok := strings.CutPrefix(key, prefix); ok {
			list = append(list, map[string]any{typ: code, value: entries[key].Value, "isPrimary": entries[key].Primary})
		}
	}
	return map[string]any{"results": list}
}

func (s *SuccessFactors) upsert(w http.ResponseWriter, r *http.Request) {
	var records []map[string]any
	if err := json.NewDecoder(r.Body).Decode(&records); err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		http.Error(w, `{"error":{"code":"BadRequestException"}}`, http.StatusBadRequest)
		return
	}
	results := []any{}
	for i, record := range records {
		key, err := s.put(record)
		if err != nil {
			results = append(results, map[string]any{"key": nil, "status": "ERROR", "editStatus": nil, "message": err.Error(), "index": i, "httpCode": 500, "inlineResults": nil})
			continue
		}
		results = append(results, map[string]any{"key": key, "status": "OK", "editStatus": "UPSERTED", "message": nil, "index": i, "httpCode": 200, "inlineResults": nil})
	}
	answer(w, map[string]any{"d": results})
}

func (s *SuccessFactors) put(record map[string]any) (string, error) {
	metadata, _ := record["__metadata"].(map[string]any)
	uri, _ := metadata["uri"].(string)
	m := keys.FindStringSubmatch(uri)
	if m == nil || !strings.EqualFold(m[2], m[3]) {
		return "", fmt.Errorf("invalid uri %q", uri)
	}
	id, key, member := strings.ReplaceAll(m[5], "''", "'"), m[1]+"/"+m[4], map[string]string{"Email": "emailAddress", "Phone": "phoneNumber"}[m[2]]
	value, _ := record[member].(string)
	primary, given := record["isPrimary"].(bool)
	entries, exists := s.people[id]
	others := false
	for other, e := range entries {
		others = others || other != key && strings.HasPrefix(other, m[1]) && e.Primary
	}
	switch {
	case !exists:
		return "", fmt.Errorf("person %s does not exist", id)
	case value == "":
		return "", fmt.Errorf("%s is required", member)
	case !given || primary == others:
		return "", fmt.Errorf("exactly one %s of a person must be primary", m[1])
	case strings.Contains(value, " "):
		return "", fmt.Errorf("%s %q is not valid with the index 0", member, value)
	}
	entries[key] = Entry{value, primary}
	return uri, nil
}

func (s *SuccessFactors) remove(w http.ResponseWriter, r *http.Request) {
	m := keys.FindStringSubmatch(r.PathValue("entity"))
	if m == nil {
		http.Error(w, `{"error":{"code":"NotFoundException"}}`, http.StatusNotFound)
		return
	}
	entries, key := s.people[strings.ReplaceAll(m[5], "''", "'")], m[1]+"/"+m[4]
	if e, exists := entries[key]; !exists || e.Primary && strings.Count(strings.Join(slices.Collect(maps.Keys(entries)), " "), m[1]+"/") > 1 {
		http.Error(w, `{"error":{"code":"COE_GENERAL","message":{"lang":"en-US","value":"the primary entry cannot be deleted while there are others"}}}`, http.StatusBadRequest)
		return
	}
	delete(entries, key)
	w.WriteHeader(http.StatusNoContent)
}
