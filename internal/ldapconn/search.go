// SPDX-License-Identifier: MPL-2.0

package ldapconn

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// Search returns every entry that matches, or an error: never a part of them.
// An empty BaseDN is taken literally and means the rootDSE; use [Client.BaseDN].
//
// Results come in pages (RFC 2696), whatever their number. Attributes with more
// values than the server returns at once are completed (MS-ADTS 3.1.1.3.1.3.3).
// References to other domains are not followed. A search that loses its
// connection starts over, on another controller if that is allowed.
//
// A SizeLimit is the largest answer the caller accepts: a larger one is an
// error, see [IsSizeLimit]. It is enforced here, because servers disagree on
// what it means for a search in pages.
func (c *Client) Search(ctx context.Context, req *ldap.SearchRequest) ([]*ldap.Entry, error) {
	var entries []*ldap.Entry
	err := c.search(ctx, req, func(e *ldap.Entry) error {
		entries = append(entries, e)
		return nil
	}, nil, func() bool {
		entries = nil
		return true
	})
	if err != nil {
		return nil, err
	}
	return entries, nil
}

// SearchEach is Search for results that need not be kept: it calls each for
// every entry and asks for the next page once the last one is dealt with. An
// error of each ends the search and is returned as it is.
//
// Entries that were handed out cannot be taken back, so a connection that is
// lost after the first one is an error. One connection of the pool is occupied
// while each runs: each must not wait for another goroutine that needs one.
func (c *Client) SearchEach(ctx context.Context, req *ldap.SearchRequest, each func(*ldap.Entry) error) error {
	return c.SearchEachHere(ctx, req, each, nil)
}

// SearchEachHere is SearchEach for a caller who has to know of what another server keeps: it calls elsewhere, if set, with the
// URL of each reference to a part of the tree (RFC 4511 section 4.5.3), whose entries are not among the results. An
// error of elsewhere ends the search and is returned as it is.
func (c *Client) SearchEachHere(ctx context.Context, req *ldap.SearchRequest, each func(*ldap.Entry) error,
	elsewhere func(url string) error) error {
	delivered := false
	return c.search(ctx, req, func(e *ldap.Entry) error {
		delivered = true
		return each(e)
	}, elsewhere, func() bool { return !delivered })
}

func (c *Client) search(ctx context.Context, req *ldap.SearchRequest, each func(*ldap.Entry) error, elsewhere func(string) error,
	again func() bool) error {
	c.stats.searches.Add(1)
	pageSize := c.settings.PageSize
	return c.do(ctx, request{op: "search", dn: req.BaseDN, again: again}, func(ctx context.Context, cn *conn) (bool, error) {
		s := pagedSearch{client: c, conn: cn, req: *req, pageSize: pageSize, each: each, elsewhere: elsewhere}
		s.req.Controls = slices.DeleteFunc(slices.Clone(req.Controls), func(control ldap.Control) bool {
			return control.GetControlType() == ldap.ControlTypePaging
		})
		err := s.run(ctx)
		// A page size the server does not stand is halved for a fresh start.
		if s.tooLarge(err) && again() {
			pageSize = max(1, pageSize/2)
			err = &smallerPages{err}
		}
		return len(s.cookie) == 0, err
	})
}

// pagedSearch is one run of a search on one connection.
type pagedSearch struct {
	client    *Client
	conn      *conn
	req       ldap.SearchRequest
	pageSize  int
	cookie    []byte
	first     string // the name of the first entry of the last page that had any
	each      func(*ldap.Entry) error
	elsewhere func(url string) error
}

// emptyPages is how many pages without entries may follow each other with the
// same cookie. Active Directory returns empty pages for filters it has no index
// for, but they advance.
const emptyPages = 100

func (s *pagedSearch) run(ctx context.Context) error {
	for empty, total := 0, 0; ; {
		result, err := s.page(ctx)
		if err != nil {
			return err
		}
		// Known before anything can fail: a server keeps state for an unfinished search, so its connection is not used again.
		before := s.cookie
		s.cookie = pagingCookie(result)
		if total += len(result.Entries); s.req.SizeLimit > 0 && total > s.req.SizeLimit {
			return &tooMany{s.req.SizeLimit}
		}
		for _, e := range result.Entries {
			if err := s.complete(ctx, e); err != nil {
				return err
			}
			s.client.stats.entries.Add(1)
			if err := s.each(e); err != nil {
				return callerError{err}
			}
		}
		for _, url := range result.Referrals {
			if s.elsewhere == nil {
				break
			}
			if err := s.elsewhere(url); err != nil {
				return callerError{err}
			}
		}
		if len(s.cookie) == 0 {
			return nil
		}
		stuck := bytes.Equal(s.cookie, before)
		if len(result.Entries) > 0 {
			if first := result.Entries[0].DN; stuck && first == s.first {
				return ldap.NewError(ldap.ErrorUnexpectedResponse, fmt.Errorf("the page that begins with %s came twice", first))
			}
			s.first = result.Entries[0].DN
		}
		if len(result.Entries) > 0 || !stuck {
			empty = 0
		} else if empty++; empty > emptyPages {
			return ldap.NewError(ldap.ErrorUnexpectedResponse, fmt.Errorf("%d empty pages in a row that lead nowhere", empty))
		}
	}
}

// page asks for the next page. A search of one entry needs no paging.
func (s *pagedSearch) page(ctx context.Context) (*ldap.SearchResult, error) {
	req := s.req
	if req.Scope != ldap.ScopeBaseObject {
		size := s.pageSize
		if req.SizeLimit > 0 {
			size, req.SizeLimit = min(size, req.SizeLimit+1), 0
		}
		paging := ldap.NewControlPaging(uint32(size))
		paging.SetCookie(s.cookie)
		req.Controls = append(slices.Clip(req.Controls), paging)
	}
	return s.send(ctx, &req)
}

func (s *pagedSearch) send(ctx context.Context, req *ldap.SearchRequest) (result *ldap.SearchResult, err error) {
	s.client.stats.pages.Add(1)
	err = s.client.send(ctx, s.conn, func() error {
		result, err = s.conn.Search(req)
		return err
	})
	return result, err
}

// tooLarge reports that the server, not the caller, limits the entries below
// the page size.
func (s *pagedSearch) tooLarge(err error) bool {
	return s.req.SizeLimit == 0 && s.req.Scope != ldap.ScopeBaseObject && s.pageSize > 1 && len(s.cookie) == 0 &&
		ldap.IsErrorAnyOf(err, ldap.LDAPResultSizeLimitExceeded, ldap.LDAPResultAdminLimitExceeded)
}

// tooMany is an answer beyond the size limit of the caller.
type tooMany struct{ limit int }

func (e *tooMany) Error() string { return fmt.Sprintf("more than %d entries match", e.limit) }

// smallerPages marks an error after which the search is tried with smaller pages.
type smallerPages struct{ err error }

func (e *smallerPages) Error() string { return e.err.Error() }
func (e *smallerPages) Unwrap() error { return e.err }

func pagingCookie(result *ldap.SearchResult) []byte {
	paging, ok := ldap.FindControl(result.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
	if !ok {
		return nil // the server gave everything at once
	}
	return paging.Cookie
}

// complete fetches the rest of the attributes of e that came as a range, such
// as "member;range=0-1499", and gives them back their plain name. A range that
// the caller asked for is left as it is.
func (s *pagedSearch) complete(ctx context.Context, e *ldap.Entry) error {
	for _, a := range e.Attributes {
		r, ok := parseRange(a.Name)
		if !ok || slices.ContainsFunc(s.req.Attributes, func(n string) bool { return strings.EqualFold(n, a.Name) }) {
			continue
		}
		if r.first != 0 {
			return rangeError(e.DN, a.Name, 0)
		}
		if err := s.follow(ctx, e, a, r); err != nil {
			return err
		}
		// The server adds the plain name without values.
		e.Attributes = slices.DeleteFunc(slices.Clone(e.Attributes), func(b *ldap.EntryAttribute) bool {
			return b != a && len(b.Values) == 0 && strings.EqualFold(b.Name, a.Name)
		})
	}
	return nil
}

func (s *pagedSearch) follow(ctx context.Context, e *ldap.Entry, a *ldap.EntryAttribute, r valueRange) error {
	for !r.end {
		if r.last+1 != len(a.Values) {
			return rangeError(e.DN, a.Name, len(a.Values))
		}
		result, err := s.send(ctx, &ldap.SearchRequest{
			BaseDN: e.DN, Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)",
			Attributes: []string{fmt.Sprintf("%s;range=%d-*", r.name, r.last+1)}, Controls: s.req.Controls,
		})
		if err != nil {
			return err
		}
		next, part, ok := findRange(result, r.name)
		if !ok || next.first != r.last+1 || (!next.end && len(part.Values) == 0) {
			return rangeError(e.DN, r.name, r.last+1)
		}
		a.Values = append(a.Values, part.Values...)
		a.ByteValues = append(a.ByteValues, part.ByteValues...)
		r = next
	}
	a.Name = r.name
	return nil
}

func findRange(result *ldap.SearchResult, name string) (valueRange, *ldap.EntryAttribute, bool) {
	if len(result.Entries) == 1 {
		for _, a := range result.Entries[0].Attributes {
			if r, ok := parseRange(a.Name); ok && strings.EqualFold(r.name, name) {
				return r, a, true
			}
		}
	}
	return valueRange{}, nil, false
}

func rangeError(dn, attribute string, want int) error {
	return ldap.NewError(ldap.ErrorUnexpectedResponse,
		fmt.Errorf("%s of %q has more values than come at once, and its values from number %d on did not come", attribute, dn, want))
}

// valueRange is the range option of an attribute description.
type valueRange struct {
	name        string // the description without the option
	first, last int
	end         bool // "*": there are no more
}

func parseRange(description string) (valueRange, bool) {
	options := strings.Split(description, ";")
	for i, option := range options[1:] {
		bounds, ok := cutPrefixFold(option, "range=")
		if !ok {
			continue
		}
		low, high, _ := strings.Cut(bounds, "-")
		first, err := strconv.Atoi(low)
		if err != nil || first < 0 {
			return valueRange{}, false
		}
		r := valueRange{name: strings.Join(slices.Delete(options, i+1, i+2), ";"), first: first, end: high == "*"}
		if !r.end {
			if r.last, err = strconv.Atoi(high); err != nil || r.last < first {
				return valueRange{}, false
			}
		}
		return r, true
	}
	return valueRange{}, false
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
