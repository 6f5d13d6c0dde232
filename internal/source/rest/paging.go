// SPDX-License-Identifier: MPL-2.0

package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"golang.org/x/sync/errgroup"
)

// The kinds of paging.
const (
	// None is a list in one answer.
	None = "none"
	// LinkHeader follows the header Link with rel="next" (RFC 8288).
	LinkHeader = "link_header"
	// NextLink follows a URL in the answer, at Paging.Next.
	NextLink = "next_link"
	// PageNumber counts pages, Offset counts records.
	PageNumber = "page"
	Offset     = "offset"
	// Cursor sends the text at Paging.Next with the next request.
	Cursor = "cursor"
)

// Kinds lists the kinds of paging.
var Kinds = []string{None, LinkHeader, NextLink, PageNumber, Offset, Cursor}

// Paging says how the pages of a list follow each other.
type Paging struct {
	// Kind is one of Kinds; None if empty.
	Kind string
	// Parameter carries the page number, offset or cursor. With InBody it is a
	// path in the body of a POST, and a parameter of the URL otherwise.
	Parameter string
	InBody    bool
	// SizeParameter carries Size, the number of records asked for at once; none if empty.
	SizeParameter string
	Size          int
	// First is the number of the first page, or the offset of the first record.
	First int
	// Next is the path to the link or cursor of the next page. An empty text,
	// null or nothing ends the list.
	Next string
	// Total and Pages are the paths to the numbers of records and pages of the
	// whole list, if the answer tells them: exactly as many must be read.
	Total, Pages string
	// TotalOptional says that an answer may be without Total.
	TotalOptional bool
	// More is the path to a truth value that says whether there is another page.
	More string
	// Concurrency is how many pages are asked for at a time, where page numbers
	// or offsets and a total allow that; 4 if 0.
	Concurrency int
	// MaxPages ends lists without an end; 100,000 if 0.
	MaxPages int
	// Configured says that a person wrote this, so that messages may advise to write it otherwise.
	Configured bool
}

const defaultConcurrency = 4

func (p Paging) validate() error {
	needsParameter, needsNext := false, false
	switch p.Kind {
	case "", None, LinkHeader:
	case NextLink:
		needsNext = true
	case PageNumber, Offset:
		needsParameter = true
	case Cursor:
		needsParameter, needsNext = true, true
	default:
		return fmt.Errorf("paging: found the kind %q, expected one of %q", p.Kind, Kinds)
	}
	switch {
	case needsParameter && p.Parameter == "":
		return fmt.Errorf("paging: found no parameter, expected the one that carries the %s", p.Kind)
	case needsNext && p.Next == "":
		return fmt.Errorf("paging: found no next, expected the path to the %s in the answer", map[string]string{NextLink: "link", Cursor: "cursor"}[p.Kind])
	case p.SizeParameter != "" && p.Size < 1:
		return errors.New("paging: found size_parameter without size, expected the number of records of a page")
	case p.First < 0 || p.Size < 0 || p.Concurrency < 0 || p.MaxPages < 0:
		return errors.New("paging: found a number below 0, expected 0 or more")
	}
	return nil
}

// read reads all pages.
func (r *reader) read(ctx context.Context) error {
	switch r.config.Paging.Kind {
	case PageNumber, Offset:
		return r.readNumbered(ctx)
	case LinkHeader, NextLink, Cursor:
		return r.follow(ctx)
	}
	p, err := r.fetch(ctx, "the answer", "", r.parameters(""))
	if err != nil {
		return err
	}
	if err := r.take(p); err != nil {
		return err
	}
	return r.finish(p)
}

// parameters returns those of a page.
func (r *reader) parameters(value string) map[string]string {
	p := r.config.Paging
	out := map[string]string{}
	if p.SizeParameter != "" {
		out[p.SizeParameter] = strconv.Itoa(p.Size)
	}
	if p.Parameter != "" && value != "" {
		out[p.Parameter] = value
	}
	return out
}

func (r *reader) finish(last *page) error {
	if err := r.guard.Finish(); err != nil {
		return fmt.Errorf("%s: %w", r.where(last.response), err)
	}
	return nil
}

// follow reads pages that each say which is the next.
func (r *reader) follow(ctx context.Context) error {
	link, cursor := "", ""
	seen := map[string]bool{}
	for n := 1; ; n++ {
		p, err := r.fetch(ctx, fmt.Sprintf("page %d", n), link, r.following(link, cursor))
		if err != nil {
			return err
		}
		if err := r.take(p); err != nil {
			return err
		}
		next, err := r.next(p)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", r.where(p.response), p.name, err)
		}
		if next == "" {
			return r.finish(p)
		}
		if seen[next] {
			return fmt.Errorf("%s, %s: its next page was read before: the list goes in circles", r.where(p.response), p.name)
		}
		seen[next] = true
		if r.config.Paging.Kind == Cursor {
			cursor = next
		} else {
			link = next
		}
	}
}

// following returns the parameters of a page; those of a link are in the link,
// but for the size where a body carries it.
func (r *reader) following(link, cursor string) map[string]string {
	if link != "" && r.body == nil {
		return nil
	}
	return r.parameters(cursor)
}

// next returns the link or cursor of the next page, or "".
func (r *reader) next(p *page) (string, error) {
	if r.config.Paging.Kind == LinkHeader {
		return p.response.NextLink()
	}
	if p.response.Status == http.StatusNoContent {
		return "", nil
	}
	more, err := r.more(p)
	if err != nil {
		return "", err
	}
	text, err := r.paths.next.Text(p.document)
	if err != nil {
		return "", fmt.Errorf("next: %w", err)
	}
	switch {
	case more == "false":
		return "", nil
	case more == "true" && text == "":
		return "", fmt.Errorf("next: found nothing at %q, expected the next page, which more promises", r.config.Paging.Next)
	case text == "" || r.config.Paging.Kind == Cursor:
		return text, nil
	}
	return p.response.Resolve(text)
}

// more returns "true" or "false", or "" if the answer does not say.
func (r *reader) more(p *page) (string, error) {
	if r.config.Paging.More == "" || p.document == nil {
		return "", nil
	}
	text, err := r.paths.more.Text(p.document)
	if err == nil && text != "" && text != "true" && text != "false" {
		err = fmt.Errorf("found %q at %q, expected true or false", text, r.config.Paging.More)
	}
	if err != nil {
		return "", fmt.Errorf("more: %w", err)
	}
	return text, nil
}

// readNumbered reads pages by number or offset. A page that is not full does
// not end the list, as servers may give fewer records than were asked for: a
// total, more = false, or a page without records does.
func (r *reader) readNumbered(ctx context.Context) error {
	at := r.config.Paging.First
	var only *page    // so far, by a total that the next page has to confirm
	promised := false // that there is another page
	for n := 1; ; n++ {
		p, err := r.fetch(ctx, r.pageName(at), "", r.parameters(strconv.Itoa(at)))
		if only != nil {
			if end, wrong := confirms(only, p, err); end || wrong != nil {
				return r.confirmed(only, wrong)
			}
			only = nil
		}
		if err != nil {
			return r.atEnd(err, n == 1 || promised)
		}
		if err := r.take(p); err != nil {
			return err
		}
		promised = p.total >= 0 || p.pages >= 0 || r.config.Paging.More != ""
		end, err := r.ended(p, n)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", r.where(p.response), p.name, err)
		}
		if end {
			if n > 1 || !r.unsure(p) {
				return r.finish(p)
			}
			only = p
		}
		if n == 1 && !r.oneByOne {
			if rest := r.remaining(p); len(rest) > 1 {
				return r.readAll(ctx, rest)
			}
		}
		at += r.step(p)
	}
}

func (r *reader) pageName(at int) string {
	if r.config.Paging.Kind == Offset {
		return fmt.Sprintf("offset %d", at)
	}
	return fmt.Sprintf("page %d", at)
}

func (r *reader) step(p *page) int {
	if r.config.Paging.Kind == Offset {
		return len(p.records)
	}
	return 1
}

// ended reports whether p, the nth page, is the last one.
func (r *reader) ended(p *page, n int) (bool, error) {
	more, err := r.more(p)
	switch {
	case err != nil:
		return false, err
	case more == "true" && len(p.records) == 0:
		return false, errors.New("found no records, expected some: more promises another page")
	case len(p.records) == 0, more == "false":
		return true, nil
	case p.pages >= 0:
		return n >= p.pages, nil
	case p.total >= 0:
		return r.guard.Records() >= p.total, nil
	}
	return false, nil
}

// remaining returns the numbers or offsets of all pages after the first, or nil
// if they cannot be known.
func (r *reader) remaining(first *page) []int {
	paging := r.config.Paging
	size := len(first.records)
	if paging.Size > 0 && size > paging.Size {
		return nil // the server does as it likes
	}
	count := first.pages
	if first.total >= 0 {
		count = (first.total + size - 1) / size
	}
	if count < 0 || count > 1_000_000 {
		return nil
	}
	var rest []int
	for n := 1; n < count; n++ {
		at := paging.First + n
		if paging.Kind == Offset {
			at = paging.First + n*size
		}
		rest = append(rest, at)
	}
	if paging.Kind == Offset && first.total < 0 {
		return nil
	}
	return rest
}

// readAll reads pages several at a time, and takes them in their order.
func (r *reader) readAll(ctx context.Context, rest []int) error {
	pages := make([]*page, len(rest))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(orDefault(r.config.Paging.Concurrency, defaultConcurrency))
	for i, at := range rest {
		group.Go(func() error {
			var err error
			pages[i], err = r.fetch(ctx, r.pageName(at), "", r.parameters(strconv.Itoa(at)))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, p := range pages {
		if err := r.take(p); err != nil {
			return err
		}
	}
	return r.finish(pages[len(pages)-1])
}

func orDefault(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}
