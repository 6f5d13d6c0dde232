// SPDX-License-Identifier: MPL-2.0

package ldapconn

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// Kind says what an [Error] means for the caller.
type Kind int

// The kinds of errors.
const (
	KindOther          Kind = iota
	KindNotFound            // the entry does not exist
	KindParentMissing       // the container of a new or moved entry does not exist
	KindAlreadyExists       // an entry with this DN, login, UPN or SPN exists
	KindValueExists         // the value to add is there already
	KindValueMissing        // the value to remove is not there
	KindConstraint          // the schema or a rule of the server refuses the values
	KindPasswordPolicy      // the password policy of the domain refuses the password
	KindAccessDenied        // the account lacks the right
	KindNotLeaf             // the entry has children
	KindReferral            // the entry belongs to another domain
	KindSizeLimit           // the answer is larger than the server or the caller allows
	KindAuthentication      // the sign-in was refused; the client will not try again
	KindCertificate         // the certificate of the server, or ours, is not accepted
	KindUnavailable         // not reachable, too busy or too slow
	KindControllerLost      // the controller went away after writes; the client is done
	KindUnknownOutcome      // a write was sent, but its answer was lost
	KindCanceled            // the caller's context ended
	KindClosed              // the client was closed
)

var kindNames = [...]string{
	"other", "not found", "parent missing", "already exists", "value exists", "value missing", "constraint", "password policy",
	"access denied", "not a leaf", "referral", "size limit", "authentication", "certificate", "unavailable", "controller lost",
	"unknown outcome", "canceled", "closed",
}

func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return fmt.Sprintf("Kind(%d)", int(k))
	}
	return kindNames[k]
}

// Error is every error of a [Client], except those of a caller's own function.
type Error struct {
	Op       string // what was tried: "add", "search", "connect", …
	DN       string // the entry it was tried on, if any
	Server   string // the controller as a URL, if one was involved
	Code     uint16 // LDAP result code of RFC 4511; 0 when the server gave none
	Extended string // code of Active Directory before the message, eight hex digits such as "0000052D", or ""
	Message  string // what the server said
	Kind     Kind
	Err      error // the cause, if it is not the server's answer

	explanation, advice string
}

func (e *Error) Unwrap() error { return e.Err }

// Error tells what was tried, where, what came back and what to do next.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.DN != "" {
		fmt.Fprintf(&b, " %q", e.DN)
	}
	if e.Server != "" {
		b.WriteString(" on " + e.Server)
	}
	b.WriteString(": ")
	inner := ""
	if e.Err != nil {
		inner = e.Err.Error()
	}
	switch e.explanation {
	case "":
		b.WriteString(firstOf(inner, e.answer()))
	default:
		b.WriteString(e.explanation)
		if detail := firstOf(e.answer(), inner); detail != "" {
			b.WriteString(" (" + detail + ")")
		}
	}
	if e.advice != "" {
		b.WriteString(". " + e.advice)
	}
	return b.String()
}

// answer is the server's answer in its own words.
func (e *Error) answer() string {
	if e.Code == 0 {
		return ""
	}
	s := fmt.Sprintf("LDAP result %d %s", e.Code, ldap.LDAPResultCodeMap[e.Code])
	if e.Message != "" {
		s += ": " + e.Message
	}
	return s
}

func is(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}

// IsNotFound reports that the entry does not exist.
func IsNotFound(err error) bool { return is(err, KindNotFound) }

// IsParentMissing reports that the container of a new or moved entry does not exist.
func IsParentMissing(err error) bool { return is(err, KindParentMissing) }

// IsAlreadyExists reports that the name, login, UPN or SPN is taken.
func IsAlreadyExists(err error) bool { return is(err, KindAlreadyExists) }

// IsValueExists reports that a value to add, such as a member, is there already.
func IsValueExists(err error) bool { return is(err, KindValueExists) }

// IsValueMissing reports that a value to remove, such as a member, is not there.
func IsValueMissing(err error) bool { return is(err, KindValueMissing) }

// IsConstraintViolation reports that the schema or a rule of the server refuses the values.
func IsConstraintViolation(err error) bool { return is(err, KindConstraint) }

// IsPasswordPolicy reports that the password does not meet the domain's policy.
func IsPasswordPolicy(err error) bool { return is(err, KindPasswordPolicy) }

// IsAccessDenied reports that the account lacks the right.
func IsAccessDenied(err error) bool { return is(err, KindAccessDenied) }

// IsNotLeaf reports that an entry cannot be deleted because it has children.
func IsNotLeaf(err error) bool { return is(err, KindNotLeaf) }

// IsReferral reports that the entry belongs to another domain.
func IsReferral(err error) bool { return is(err, KindReferral) }

// IsSizeLimit reports that an answer would be larger than is allowed.
func IsSizeLimit(err error) bool { return is(err, KindSizeLimit) }

// IsAuthentication reports that the sign-in was refused.
func IsAuthentication(err error) bool { return is(err, KindAuthentication) }

// IsCertificate reports that a certificate was not accepted.
func IsCertificate(err error) bool { return is(err, KindCertificate) }

// IsUnavailable reports that no controller answered, or only to say it is busy.
func IsUnavailable(err error) bool { return is(err, KindUnavailable) || is(err, KindControllerLost) }

// IsControllerLost reports that the controller that was written to is gone.
func IsControllerLost(err error) bool { return is(err, KindControllerLost) }

// IsUnknownOutcome reports a write that may or may not have happened: read the
// entry to find out.
func IsUnknownOutcome(err error) bool { return is(err, KindUnknownOutcome) }

// IsCanceled reports that the caller's context ended before the request did
// anything.
func IsCanceled(err error) bool { return is(err, KindCanceled) }

// wrap turns what a request met into an *Error. server is empty when no
// connection could be had.
func (c *Client) wrap(ctx context.Context, r request, server string, err error) *Error {
	e := &Error{Op: r.op, DN: r.dn, Server: server}
	var inner *Error
	if server == "" && errors.As(err, &inner) {
		e.Kind, e.Code, e.Extended, e.Message, e.Err = inner.Kind, inner.Code, inner.Extended, inner.Message, err
	} else {
		c.classify(e, err)
	}
	if ctx.Err() != nil && e.Code == 0 {
		e.Kind, e.Err, e.explanation, e.advice = KindCanceled, context.Cause(ctx), "", ""
	}
	if r.op == "add" && e.Kind == KindNotFound {
		_, parent, _ := strings.Cut(r.dn, ",")
		e.parentMissing(parent)
	}
	return e
}

func (e *Error) parentMissing(parent string) {
	e.Kind = KindParentMissing
	e.explanation = fmt.Sprintf("the container %q does not exist", parent)
	e.advice = "Create it first, or correct its name."
}

// failure is the error of connecting to t.
func (c *Client) failure(op string, t target, err error) *Error {
	e := &Error{Op: op, Server: t.String()}
	c.classify(e, err)
	if op == "sign in" {
		c.explainSignIn(e, err)
	}
	return e
}

func (c *Client) classify(e *Error, err error) {
	var (
		answer  *ldap.Error
		many    *tooMany
		refused *startTLSError
	)
	switch {
	case errors.As(err, &many):
		e.Kind, e.explanation, e.advice = KindSizeLimit, many.Error(), "Narrow the search."
	case errors.Is(err, errRequestTimeout):
		e.Kind, e.Err = KindUnavailable, err
		e.explanation = fmt.Sprintf("no answer within %v", c.settings.RequestTimeout)
		e.advice = "Raise the request timeout, or ask for less at once with a smaller page size."
	case errors.Is(err, errConnectTimeout):
		e.Kind, e.Err = KindUnavailable, err
		e.explanation = fmt.Sprintf("no connection within %v", c.settings.ConnectTimeout)
		e.advice = "Check host, port and firewall, or raise the connect timeout."
	case errors.As(err, &refused):
		e.Kind, e.Err = KindUnavailable, err
		explainNetwork(e, err)
	case errors.As(err, &answer) && fromServer(answer):
		e.Code, e.Message = answer.ResultCode, c.scrub(tidy(answer.Err.Error()))
		if m := extendedCode.FindStringSubmatch(e.Message); m != nil {
			e.Extended = strings.ToUpper(m[1])
		}
		e.explainResult()
	case explainCertificate(e, err):
	case errors.As(err, &answer) && answer.ResultCode != ldap.ErrorNetwork:
		e.Err = errors.New(c.scrub(answer.Err.Error()))
		e.explanation = map[uint16]string{
			ldap.ErrorFilterCompile: "the filter is not valid (RFC 4515)",
		}[answer.ResultCode]
		e.explanation = firstOf(e.explanation, "the server's answer makes no sense")
	default:
		e.Kind, e.Err = KindUnavailable, err
		explainNetwork(e, err)
	}
}

// fromServer tells result codes of a server from those go-ldap makes up.
func fromServer(e *ldap.Error) bool { return e.ResultCode > 0 && e.ResultCode < ldap.ErrorNetwork }

// answered reports that err came as the answer to a request, which leaves the
// connection in order.
func answered(err error) bool {
	var e *ldap.Error
	var own callerError
	return err == nil || errors.As(err, &own) || errors.As(err, &e) && fromServer(e)
}

// extendedCode is how Active Directory and Samba begin a message.
var extendedCode = regexp.MustCompile(`^([0-9A-Fa-f]{8})\b`)

// tidy makes one line of a message; Active Directory ends its with NUL.
func tidy(s string) string {
	const limit = 600
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, "\x00", " ")), " ")
	s = strings.TrimSuffix(strings.ToValidUTF8(s, "?"), ".")
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + "…"
	}
	return s
}

// classify decides, after a request failed, what that means: whether it may be
// sent again, or for a write that was sent, that nobody knows its outcome.
func (e *Error) classify(ctx context.Context, r request, sent bool) (again bool) {
	refused := e.Code == ldap.LDAPResultBusy || e.Code == ldap.LDAPResultUnavailable
	lost := e.Code == 0 && (e.Kind == KindUnavailable || e.Kind == KindCertificate)
	switch {
	case r.write && sent && e.Code == 0:
		e.Kind = KindUnknownOutcome
		e.explanation = "the request was sent, but no answer came, so nobody knows whether the change was made"
		e.advice = "Read the entry to find out."
		return false
	case ctx.Err() != nil:
		return false
	case r.write:
		return refused || lost
	case r.again == nil || errors.Is(e.Err, errRequestTimeout):
		return false
	}
	return (refused || lost) && r.again()
}

func commonKind(errs []error) Kind {
	kind := KindOther
	for i, err := range errs {
		var e *Error
		if !errors.As(err, &e) || i > 0 && e.Kind != kind {
			return KindUnavailable
		}
		kind = e.Kind
	}
	return kind
}
