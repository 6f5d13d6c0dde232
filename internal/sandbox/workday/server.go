// SPDX-License-Identifier: MPL-2.0

// Package workday is a Workday tenant for demo and tests: the web service
// Human_Resources with Get_Workers, Change_Work_Contact_Information and
// Update_Workday_Account (SOAP), custom reports and the token endpoint,
// filled with a made-up company. It answers as Workday does, awkward parts
// included, and forgives nothing: a request that the real one would refuse, or
// that reads pages which do not fit together, is refused here.
//
// Elements, their order, namespaces, references and faults are those of the
// published schema of Get_Workers and of recorded answers; attributes and XPaths
// are held against those of Microsoft's connector. Assumed, for want of a tenant
// to ask: that a page has at most 999 workers, the words of faults, that who
// leaves is active until the last day of work is over, that future terminations
// are not told as of today, and that a token ends with status 401. Stricter than
// the real service on purpose: further pages must be as of the first one's moments.
package workday

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
)

// Credentials and names of the tenant that New makes.
const (
	Tenant       = "acme_dpt1"
	User         = "ISU_Identity"
	Password     = "wd-P4ssw0rd&<canary>"
	ClientID     = "NmQxZjM3"
	ClientSecret = "wd-client-secret-canary"
	RefreshToken = "wd-refresh-token-canary"
	ReportOwner  = "hr_admin"
	ReportName   = "CR_INT_Identity_Workers"
)

// MaxCount is the most workers on a page.
const MaxCount = 999

// versions are those of the web service that the tenant has.
var versions = []string{"v21.1", "v25.1", "v30.0", "v40.1", "v42.0", "v44.2", "v45.0"}

// Server is one tenant. Set its fields before the first request.
type Server struct {
	Company *company.Company
	// Now is the present of the tenant; Company.AsOf at nine if nil.
	Now func() time.Time
	// NoManagementChain and NoStatus stand for domains that the integration
	// system user may not read: what is in them is left out without a word.
	NoManagementChain, NoStatus bool
	// ShowFutureHires returns workers who have not started among the others, as
	// inactive and with little more than a hire date, as some tenants do.
	ShowFutureHires bool
	// Unauthorized are requests of operations that write, such as
	// "Workday_Account_for_Worker_Update", which the account has no right to.
	Unauthorized []string
	// TokenUses is how many requests an access token lives for; 0: for ever.
	TokenUses int
	// Spoil, if set, may send another answer instead of a right one. It returns
	// false to leave it to the server.
	Spoil func(w http.ResponseWriter, c Call, answer []byte) bool

	mu      sync.Mutex
	calls   []Call
	changes []Change
	entered map[string]time.Time // of workers who were entered later than the others
	moments map[string]bool      // of first pages
	token   int                  // number of the current access token
	uses    int

	contacts map[string][]dated // changes by worker id
	accounts map[string]string  // changed user names by worker id
	made     int                // entries
	writes   []string
}

// Call is a request that came in.
type Call struct {
	// Number counts the calls from 1.
	Number int
	// Path is that of the URL. The others are of Get_Workers: the page, how many a
	// page, the response groups, the moments and how many workers were asked for by id.
	Path, Effective, Entry, Version string
	Page, Count, References         int
	Groups                          []string
	// Operation is the element of a request that is not Get_Workers_Request.
	Operation string
	// Ahead says that changes were asked for which become effective later.
	Ahead bool
}

// Change is an entry in a worker's history: what Apply does is so from the date
// Effective on, and is known from the moment Entered on.
type Change struct {
	WorkerID, Effective string
	Entered             time.Time
	Apply               func(*company.Worker)
}

// New returns a tenant with the people of a company.
func New(c *company.Company) *Server {
	return &Server{Company: c, entered: map[string]time.Time{}, moments: map[string]bool{}, contacts: map[string][]dated{}, accounts: map[string]string{}}
}

// Change adds to a worker's history.
func (s *Server) Change(c Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes = append(s.changes, c)
}

// Enter says that a worker was entered at a moment: before, nobody knows of them.
func (s *Server) Enter(workerID string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entered[workerID] = at
}

// Calls returns the requests so far, but those for tokens.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

func (s *Server) now() time.Time {
	if s.Now != nil {
		return s.Now().UTC()
	}
	return s.Company.AsOf.Add(9 * time.Hour)
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case len(parts) == 4 && parts[0] == "ccx" && parts[1] == "oauth2" && parts[3] == "token":
		s.serveToken(w, r, parts[2])
	case len(parts) == 6 && parts[1] == "service" && parts[2] == "customreport2":
		s.serveReport(w, r, parts[3:])
	case len(parts) == 5 && parts[0] == "ccx" && parts[1] == "service" && parts[3] == "Human_Resources":
		s.serveSOAP(w, r, parts[2], parts[4])
	default:
		http.Error(w, "<html><body>HTTP Status 404</body></html>", http.StatusNotFound)
	}
}

func (s *Server) serveSOAP(w http.ResponseWriter, r *http.Request, tenant, version string) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 10<<20))
	if err != nil {
		return
	}
	media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if r.Method != http.MethodPost || media != "text/xml" {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return
	}
	request, f := s.readEnvelope(r, body, tenant, version)
	if f != nil {
		s.record(Call{Path: r.URL.Path})
		f.send(w)
		return
	}
	if request.XMLName.Local != "Get_Workers_Request" {
		call := s.record(Call{Path: r.URL.Path, Version: version, Operation: request.XMLName.Local})
		answer, f := s.serveWrite(request)
		if f != nil {
			f.send(w)
			return
		}
		s.send(w, call, "text/xml;charset=UTF-8", answer)
		return
	}
	q, f := s.readRequest(request, version)
	if f != nil {
		s.record(Call{Path: r.URL.Path})
		f.send(w)
		return
	}
	call := s.record(Call{Path: r.URL.Path, Effective: q.effective, Entry: q.entry, Version: q.version, Page: q.page, Count: q.count, References: len(q.wids), Groups: q.groups, Ahead: q.from != ""})
	answer, f := s.getWorkers(q)
	if f != nil {
		f.send(w)
		return
	}
	s.send(w, call, "text/xml;charset=UTF-8", answer)
}

// send sends an answer, unless it is spoilt.
func (s *Server) send(w http.ResponseWriter, call Call, media string, answer []byte) {
	w.Header().Set("Content-Type", media)
	if s.Spoil != nil && s.Spoil(w, call, answer) {
		return
	}
	_, _ = io.Copy(w, bytes.NewReader(answer)) // the client may have gone
}

func (s *Server) record(c Call) Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Number = len(s.calls) + 1
	s.calls = append(s.calls, c)
	return c
}
