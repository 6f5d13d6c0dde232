// SPDX-License-Identifier: MPL-2.0

// Package successfactors is an instance of SAP SuccessFactors Employee Central
// with the people of a company: OData v2 of PerPerson as its API server answers
// it, and the OAuth server before it. It is as strict as the real one (what is not
// expanded is a link, what does not exist is an error, what is not in force is not
// shown) and has the history that makes reading it hard: several employments of a
// person, jobs that replace others on the same day, people without a name before
// their first day, managers named by user. It is for tests and demonstrations.
package successfactors

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
)

// Options say who may sign in.
type Options struct {
	// CompanyID is the name of the instance; "ACME" if empty.
	CompanyID string
	// Username and Password of the API user.
	Username, Password string
	// ClientID and Certificate of the OAuth client; without them there is none.
	ClientID    string
	Certificate *x509.Certificate
	// Hidden are paths of properties and navigation, such as
	// "employmentNav/jobInfoNav/departmentNav", that the API user may not see:
	// properties and navigation to one entity are null, to several they stay links.
	Hidden []string
}

// MaxPageSize is the most persons on a page.
const MaxPageSize = 1000

// Server is the instance. It is an http.Handler.
type Server struct {
	// Intercept, if set, is called before each request of data with its number,
	// from 1 on. If it returns true, it has answered.
	Intercept func(w http.ResponseWriter, r *http.Request, number int) bool
	// Change, if set, may change an answer before it is sent: its persons, and
	// what is beside them in d.
	Change func(number int, d map[string]any)

	company *company.Company
	options Options

	mu        sync.Mutex
	people    []node // nil: to be made of the company
	requests  int
	serial    int
	snapshots map[string]*snapshot
	tokens    map[string]bool
	used      map[string]bool // ids of assertions
	logins    int
}

// snapshot is a list of persons that stays as it is while its pages are fetched.
type snapshot struct {
	persons []node
	offset  int
	query   string
}

// New returns an instance with the people of a company, at the company's date.
func New(c *company.Company, o Options) *Server {
	if o.CompanyID == "" {
		o.CompanyID = "ACME"
	}
	return &Server{company: c, options: o, snapshots: map[string]*snapshot{}, tokens: map[string]bool{}, used: map[string]bool{}}
}

// Requests returns how many requests of data there were.
func (s *Server) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// Logins returns how many tokens were issued.
func (s *Server) Logins() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}

// Expire ends all snapshots, as the server does after some minutes.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.snapshots)
}

// Reload takes over what has changed in the company. Snapshots stay as they are.
func (s *Server) Reload() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people = nil
}

// Revoke ends all tokens.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/oauth/token":
		s.issue(w, r)
	case !strings.HasPrefix(r.URL.Path, "/odata/v2/"):
		http.NotFound(w, r)
	default:
		s.serveData(w, r)
	}
}

func (s *Server) serveData(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests++
	number := s.requests
	s.mu.Unlock()
	if s.Intercept != nil && s.Intercept(w, r, number) {
		return
	}
	if !s.authorized(r) {
		w.Header().Set("WWW-Authenticate", `Basic realm="SuccessFactors OData"`)
		reply(w, &fault{401, "LGN0011", "[LGN0011]Login failed: please check your credentials."})
		return
	}
	d, f := s.answer(r)
	if f != nil {
		reply(w, f)
		return
	}
	if s.Change != nil {
		s.Change(number, d)
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.Header().Set("DataServiceVersion", "2.0")
	_ = json.NewEncoder(w).Encode(map[string]any{"d": d})
}

func reply(w http.ResponseWriter, f *fault) {
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(f.status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"code": f.code, "message": map[string]any{"lang": "en-US", "value": f.message}}})
}

func (s *Server) authorized(r *http.Request) bool {
	if user, password, ok := r.BasicAuth(); ok {
		return s.options.Password != "" && user == s.options.Username+"@"+s.options.CompanyID && password == s.options.Password
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok && s.tokens[token]
}

// known are the query parameters that mean something.
var known = []string{"$format", "$filter", "$expand", "$select", "$top", "$skip", "$skiptoken", "$inlinecount", "$orderby", "customPageSize", "paging", "asOfDate", "fromDate", "toDate"}

// request is a parsed query.
type request struct {
	values   url.Values
	filter   condition
	expand   tree
	selected tree
	from, to time.Time
	size     int
	skip     int
}

// tree holds paths by their segments.
type tree map[string]tree

func (t tree) add(path []string) {
	for _, name := range path {
		if t[name] == nil {
			t[name] = tree{}
		}
		t = t[name]
	}
}

func (s *Server) answer(r *http.Request) (map[string]any, *fault) {
	if r.Method != http.MethodGet {
		return nil, &fault{405, "COE_UNSUPPORTED_FEATURE", "[COE0003]Method not allowed."}
	}
	if name := strings.TrimPrefix(r.URL.Path, "/odata/v2/"); name != "PerPerson" {
		return nil, &fault{404, "COE_ENTITY_NOT_FOUND", fmt.Sprintf("[COE0019]Entity %s is not found. Please check the entity name, or the permission to it.", name)}
	}
	q, f := s.parse(r.URL.Query())
	if f != nil {
		return nil, f
	}
	persons, offset, f := s.find(q)
	if f != nil {
		return nil, f
	}
	end := min(offset+q.size, len(persons))
	results := make([]any, 0, end-offset)
	for _, p := range persons[offset:end] {
		results = append(results, s.render(r, p, schema["PerPerson"], q, q.expand, q.selected, ""))
	}
	d := map[string]any{"results": results}
	if q.values.Get("$inlinecount") == "allpages" {
		d["__count"] = strconv.Itoa(len(persons))
	}
	if end < len(persons) {
		d["__next"] = s.next(r, q, persons, end)
	}
	return d, nil
}

func (s *Server) parse(v url.Values) (*request, *fault) {
	q := &request{values: v, expand: tree{}, selected: tree{}, from: s.company.AsOf, to: s.company.AsOf, size: MaxPageSize}
	for name := range v {
		if strings.HasPrefix(name, "$") && !slices.Contains(known, name) {
			return nil, &fault{400, "COE_UNSUPPORTED_FEATURE", "[COE0003]Unsupported query option " + name}
		}
	}
	if v.Get("$format") != "json" {
		return nil, &fault{400, "COE_UNSUPPORTED_FEATURE", "[COE0003]This sandbox answers $format=json only."}
	}
	var f *fault
	if v.Has("$filter") {
		if q.filter, f = parseFilter(v.Get("$filter")); f != nil {
			return nil, f
		}
	}
	for _, path := range split(v.Get("$expand")) {
		if f := navigable(path); f != nil {
			return nil, f
		}
		q.expand.add(strings.Split(path, "/"))
	}
	for _, path := range split(v.Get("$select")) {
		if _, f := property(path); f != nil && navigable(path) != nil {
			return nil, f
		}
		q.selected.add(strings.Split(path, "/"))
	}
	return q, q.bounds()
}

// bounds reads dates and numbers.
func (q *request) bounds() *fault {
	if q.values.Has("asOfDate") && (q.values.Has("fromDate") || q.values.Has("toDate")) {
		return badRequest("asOfDate cannot be used with fromDate and toDate")
	}
	for name, into := range map[string][]*time.Time{"asOfDate": {&q.from, &q.to}, "fromDate": {&q.from}, "toDate": {&q.to}} {
		if !q.values.Has(name) {
			continue
		}
		t, err := time.Parse(time.DateOnly, q.values.Get(name))
		if err != nil {
			return badRequest("Invalid date %s: %s", name, q.values.Get(name))
		}
		for _, one := range into {
			*one = t
		}
	}
	for name, into := range map[string]*int{"customPageSize": &q.size, "$top": &q.size, "$skip": &q.skip} {
		if !q.values.Has(name) {
			continue
		}
		n, err := strconv.Atoi(q.values.Get(name))
		if err != nil || n < 0 || n == 0 && name != "$skip" {
			return badRequest("Invalid number %s: %s", name, q.values.Get(name))
		}
		*into = n
	}
	q.size = min(q.size, MaxPageSize)
	return nil
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

func navigable(path string) *fault {
	e := schema["PerPerson"]
	for _, name := range strings.Split(path, "/") {
		n, ok := e.navs[name]
		if !ok {
			return noNavigation("PerPerson", path)
		}
		e = schema[n.to]
	}
	return nil
}

// find returns the persons of a query, and the first to send.
func (s *Server) find(q *request) ([]node, int, *fault) {
	if token := q.values.Get("$skiptoken"); token != "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		snap := s.snapshots[token]
		if snap == nil || snap.query != identity(q.values) {
			return nil, 0, badRequest("The $skiptoken is invalid or has expired. Please query the data again.")
		}
		return snap.persons, snap.offset, nil
	}
	var list []node
	for _, p := range s.persons() {
		if q.filter == nil || q.filter.holds(p, q.from, q.to) {
			list = append(list, p)
		}
	}
	return list, min(q.skip, len(list)), nil
}

// persons makes the people of the company, once.
func (s *Server) persons() []node {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.people == nil {
		for _, w := range s.company.Workers {
			s.people = append(s.people, s.person(w))
		}
	}
	return s.people
}

// identity is a query without its position.
func identity(v url.Values) string {
	clone := url.Values{}
	for name, values := range v {
		if name != "$skiptoken" && name != "$skip" {
			clone[name] = values
		}
	}
	return clone.Encode()
}

// next returns the address of the next page: of the snapshot, if there is one.
func (s *Server) next(r *http.Request, q *request, persons []node, offset int) string {
	v := url.Values{}
	for name, values := range q.values {
		v[name] = values
	}
	if q.values.Get("paging") == "snapshot" {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.serial++
		token := fmt.Sprintf("eyJzIjo%06d", s.serial)
		s.snapshots[token] = &snapshot{persons, offset, identity(q.values)}
		v.Set("$skiptoken", token)
	} else {
		v.Set("$skip", strconv.Itoa(offset))
	}
	return base(r) + "/odata/v2/PerPerson?" + v.Encode()
}

func base(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
