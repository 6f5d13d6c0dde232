// SPDX-License-Identifier: MPL-2.0

package graphconn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// Detail is one of several things wrong with a request.
type Detail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target"` // a property
}

// Error is what Graph, or the way there, said to a request.
type Error struct {
	Method string
	Path   string // below the version, without query
	Status int    // 0: no answer
	// Code and Message are Graph's own; see
	// https://learn.microsoft.com/graph/errors.
	Code, Message string
	Details       []Detail
	// RequestID is what Microsoft's support asks for.
	RequestID string
	// Unknown is true for a write that may or may not have been done, because
	// its answer was lost.
	Unknown bool
	// Err is what failed where there was no answer.
	Err error

	sent  bool          // the request went out
	final bool          // trying again changes nothing
	after time.Duration // what the answer says to wait
	at    time.Time     // when it was known
	token string        // the access token it was sent with
}

func (e *Error) Unwrap() error { return e.Err }

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: ", e.Method, e.Path)
	switch {
	case e.Err != nil:
		b.WriteString(e.Err.Error())
	default:
		fmt.Fprintf(&b, "Microsoft Graph says %d", e.Status)
		if e.Code != "" {
			b.WriteString(" " + e.Code)
		}
		if e.Message != "" {
			b.WriteString(": " + strings.TrimSuffix(e.Message, "."))
		}
		for _, d := range e.Details {
			if d.Target != "" && !strings.Contains(e.Message, d.Target) {
				b.WriteString(" (" + d.Target + ")")
			}
		}
	}
	if next := nextSteps[e.Code]; next != "" {
		b.WriteString("; " + next)
	}
	if e.Unknown {
		b.WriteString("; whether it was done is not known")
	}
	if e.RequestID != "" {
		b.WriteString(" [request-id " + e.RequestID + "]")
	}
	return b.String()
}

// nextSteps says what to do about errors that Graph's own text leaves open.
// https://learn.microsoft.com/graph/resolve-auth-errors
var nextSteps = map[string]string{
	"Authorization_RequestDenied": "grant the application the permission, with an administrator's consent; " +
		"passwords and the accounts of administrators need a directory role as well",
	"Authorization_IdentityNotFound": "give the application a service principal in this tenant by an administrator's consent",
	"InvalidAuthenticationToken":     "check that environment, tenant_id and graph_endpoint belong together",
	"Directory_QuotaExceeded":        "delete objects for good that are not needed, or ask Microsoft for a higher quota",
	"TooManyRequests":                "run again later, or have fewer applications work on the tenant at once",
}

// maybeDone reports that a write may have been carried out although no answer says so.
func (e *Error) maybeDone(r Request) bool {
	return r.kind() == writes && e.sent && !e.final && (e.Status == 0 || e.Status >= 500 && e.Status != http.StatusNotImplemented)
}

// undecided makes an error of a call that its context ended, after an attempt
// that may have been carried out if lost is true.
func (e *Error) undecided(lost bool) *Error {
	if !lost {
		return e
	}
	made := *e
	made.Unknown = true
	if errors.Is(e.Err, ErrNotSent) { // this attempt, but not the one before
		made.Err = errEnded
		if errors.Is(e.Err, context.Canceled) {
			made.Err = context.Canceled
		}
	}
	return &made
}

var errEnded = fmt.Errorf("the time for it is over: %w", context.DeadlineExceeded)

// ErrNotSent is wrapped by errors of requests that were not sent, because
// one they depend on failed or the context ended first.
var ErrNotSent = errors.New("not sent")

func as(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{}
}

// IsNotFound reports that the object, or one that it refers to, does not exist, or is not visible yet.
func IsNotFound(err error) bool { return as(err).Status == http.StatusNotFound }

// IsDenied reports that the application lacks a permission or role.
func IsDenied(err error) bool {
	e := as(err)
	return e.Status == http.StatusForbidden && e.Code != "Directory_QuotaExceeded"
}

// NeedsPremium reports that the tenant has no licence of Microsoft Entra ID P1 or P2, without which a question is refused.
func NeedsPremium(err error) bool {
	return as(err).Code == "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
}

// IsQuota reports that the tenant may hold no more objects.
func IsQuota(err error) bool { return as(err).Code == "Directory_QuotaExceeded" }

// IsUnauthenticated reports that signing in failed, or the token is not accepted.
func IsUnauthenticated(err error) bool {
	var s *SignInError
	return as(err).Status == http.StatusUnauthorized || errors.As(err, &s)
}

// IsThrottled reports that the tenant's limits were still exceeded after all waiting.
func IsThrottled(err error) bool { return as(err).Status == http.StatusTooManyRequests }

// IsBadRequest reports that Graph found a request invalid.
func IsBadRequest(err error) bool { return as(err).Status == http.StatusBadRequest }

// IsContended reports that another change of the same object was under way.
func IsContended(err error) bool { return as(err).Status == http.StatusConflict }

// IsUnknownOutcome reports that a write may or may not have been done: read
// before doing it again.
func IsUnknownOutcome(err error) bool { return as(err).Unknown }

// IsCanceled reports that the context ended.
func IsCanceled(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// IsUnavailable reports that Graph could not be reached, or did not work.
func IsUnavailable(err error) bool {
	e := as(err)
	return e.Status >= 500 || e.Status == 0 && e.Err != nil && !IsCanceled(err) && !errors.Is(err, ErrNotSent)
}

// IsConflict reports that another object has the same value of a property, and
// which property. Graph answers 400, not 409, to such requests.
func IsConflict(err error) (property string, conflict bool) {
	e := as(err)
	for _, d := range e.Details {
		if d.Code == "ObjectConflict" || d.Code == "ConflictingObjects" {
			conflict = true
			if property == "" {
				property = d.Target
			}
		}
	}
	if m := sameValue.FindStringSubmatch(e.Message); m != nil {
		return m[1], true
	}
	return property, conflict
}

var sameValue = regexp.MustCompile(`(?i)same value for property (\w+) already exists`)

// withoutPassword takes out of an answer the password that the request sent, which a server may repeat in what it says
// about it: errors stand in logs.
func (r Request) withoutPassword(body []byte) []byte {
	doc, _ := r.Body.(map[string]any)
	profile, _ := doc["passwordProfile"].(map[string]any)
	password, _ := profile["password"].(string)
	if password == "" {
		return body
	}
	for _, escape := range []bool{true, false} {
		var inJSON bytes.Buffer
		encoder := json.NewEncoder(&inJSON)
		encoder.SetEscapeHTML(escape)
		if encoder.Encode(password) == nil {
			body = bytes.ReplaceAll(body, bytes.Trim(bytes.TrimSpace(inJSON.Bytes()), `"`), []byte("[hidden]"))
		}
	}
	return bytes.ReplaceAll(body, []byte(password), []byte("[hidden]"))
}

// failure makes an Error of an answer.
func failure(r Request, status int, header http.Header, body []byte) *Error {
	body = r.withoutPassword(body)
	e := &Error{Method: r.Method, Path: r.Path, Status: status, RequestID: header.Get("request-id")}
	var doc struct {
		Error struct {
			Code       string   `json:"code"`
			Message    string   `json:"message"`
			Details    []Detail `json:"details"`
			InnerError struct {
				RequestID string `json:"request-id"`
			} `json:"innerError"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &doc) == nil {
		e.Code, e.Message, e.Details = doc.Error.Code, doc.Error.Message, doc.Error.Details
		if e.RequestID == "" {
			e.RequestID = doc.Error.InnerError.RequestID
		}
	}
	if e.Code == "" {
		e.Message = fmt.Sprintf("the answer is no error of Graph but %q; a proxy may stand in between", abbreviate(body))
	}
	return e
}

func abbreviate(body []byte) string {
	if len(body) > 80 {
		return string(body[:80]) + "…"
	}
	return string(body)
}

// SignInError is a failure to get a token.
type SignInError struct {
	Method string // the way to sign in
	Err    error
	// Note says what else might be the matter, beginning with a full stop; empty for nothing.
	Note string
}

func (e *SignInError) Unwrap() error { return e.Err }

// advice says what to do about an error of the token service, by its number.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
var advice = map[string]string{
	"AADSTS7000215": "the client secret is wrong: configure the secret's value, not its id",
	"AADSTS7000222": "the client secret has expired: make a new one and configure it",
	"AADSTS700016":  "the tenant has no such application: check client_id and tenant_id",
	"AADSTS90002":   "there is no such tenant: check tenant_id",
	"AADSTS900023":  "tenant_id is neither an id nor a domain of a tenant",
	"AADSTS700027":  "the certificate or assertion is not accepted: check that this certificate is registered with the application and has not expired",
	"AADSTS700024":  "the assertion is not valid at this time: check the clock and the token's lifetime",
	"AADSTS70021":   "no federated credential of the application fits the token: check its issuer, subject and audience",
	"AADSTS700213":  "no federated credential of the application fits the token: check its issuer, subject and audience",
	"AADSTS53003":   "a Conditional Access policy blocks the sign-in",
	"AADSTS500011":  "Microsoft Graph is not available in this tenant: check environment",
}

var number = regexp.MustCompile(`AADSTS\d+`)

func (e *SignInError) Error() string {
	text := e.Err.Error()
	code := number.FindString(text)
	if next := advice[code]; next != "" {
		return fmt.Sprintf("signing in to Microsoft Entra ID by %s: %s (%s)%s", e.Method, next, code, e.Note)
	}
	if i := strings.Index(text, "AADSTS"); i >= 0 {
		text, _, _ = strings.Cut(text[i:], "\n")
		text, _, _ = strings.Cut(text, `"`)
	}
	return fmt.Sprintf("signing in to Microsoft Entra ID by %s: %s%s", e.Method, strings.TrimSpace(text), e.Note)
}
