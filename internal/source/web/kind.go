// SPDX-License-Identifier: MPL-2.0

package web

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// Kind is what an answer is expected to be. The zero Kind takes anything.
type Kind struct{ name, media string }

// The kinds of answers.
var (
	JSON     = Kind{"JSON", "application/json"}
	SCIMJSON = Kind{"JSON", "application/scim+json, application/json"}
	XML      = Kind{"XML", "application/xml, text/xml;q=0.9"}
	SOAP     = Kind{"XML", "text/xml"}
	CSV      = Kind{"CSV", "text/csv"}
)

// statusError is an answer whose status says that it is none.
type statusError struct{}

func (statusError) Error() string { return "the status is an error" }

// kindError is an answer with a good status that is not what was asked for.
type kindError struct{ text string }

func (e *kindError) Error() string { return e.text }

type redirectError struct{ text string }

func (e *redirectError) Error() string { return e.text }

type sizeError struct{ text string }

func (e *sizeError) Error() string { return e.text }

func tooLarge(limit int64, what string) error {
	return &sizeError{fmt.Sprintf("the answer %s, expected at most %d bytes (max_response_mb)", what, limit)}
}

// answersPerClient is how many of the largest answers a client takes in all. Lists of pages that never end are
// not the only reason: everything is held until the last page has come.
const answersPerClient = 4

// receive counts what has come, and refuses more than that.
func (c *Client) receive(n int64) error {
	if limit := answersPerClient * c.config.MaxBytes; c.received.Add(n) > limit {
		return &sizeError{fmt.Sprintf("the answers hold more than %d bytes together, %d times the largest one (max_response_mb): "+
			"either the list of pages never ends, or max_response_mb has to be larger", limit, answersPerClient)}
	}
	return nil
}

// accept says whether an answer is one.
func (r Request) accept(a *Response) error {
	if a.Status < 200 || a.Status > 299 {
		if r.Pass != nil && r.Pass(a) {
			return nil
		}
		return statusError{}
	}
	if a.Status == http.StatusNoContent {
		return nil
	}
	if err := r.Expect.check(a); err != nil || r.Partial {
		return err
	}
	return whole(a)
}

var contentRange = regexp.MustCompile(`(\d+)-(\d+)/(\d+|\*)`)

// whole refuses what the server itself calls a part (RFC 9110 sections 14.4 and 15.3.7), where nobody asks for the rest.
func whole(a *Response) error {
	given := a.Header.Get("Content-Range")
	m := contentRange.FindStringSubmatch(given)
	part := a.Status == http.StatusPartialContent
	if m != nil && !part {
		last, _ := strconv.ParseUint(m[2], 10, 64)
		total, err := strconv.ParseUint(m[3], 10, 64)
		part = strings.Trim(m[1], "0") != "" || err == nil && total > 0 && last < total-1
	}
	if !part {
		return nil
	}
	return &kindError{fmt.Sprintf("found a part of the list (Content-Range %q), expected all of it: "+
		"ask for all records at once, or for page after page", given)}
}

// check finds answers that are something else: maintenance and sign-in pages
// come with status 200.
func (k Kind) check(a *Response) error {
	if k.name == "" {
		return nil
	}
	body := bytes.TrimSpace(bytes.TrimPrefix(a.Body, []byte("\ufeff")))
	media, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	start := strings.ToLower(string(body[:min(len(body), 1000)]))
	isJSON := k.name == "JSON" && len(body) > 0 && (body[0] == '{' || body[0] == '[') // some servers call everything text/html
	switch {
	case isJSON:
	case strings.HasPrefix(start, "<") && (strings.Contains(start, "<!doctype html") || strings.Contains(start, "<html")), media == "text/html":
		return &kindError{fmt.Sprintf("found a web page, expected %s: the system may be down for maintenance, or ask to sign in", k.name)}
	case len(body) == 0:
		return &kindError{fmt.Sprintf("found an empty answer, expected %s", k.name)}
	case k.name == "JSON", k.name == "XML" && body[0] != '<':
		return &kindError{fmt.Sprintf("found something else than %s (content type %q)", k.name, media)}
	case k.name == "CSV" && (body[0] == '{' || body[0] == '<'):
		return &kindError{fmt.Sprintf("found something else than CSV (content type %q)", media)}
	}
	return nil
}
