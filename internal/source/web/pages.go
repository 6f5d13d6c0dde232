// SPDX-License-Identifier: MPL-2.0

package web

import (
	"errors"
	"fmt"
	"strings"
)

// ErrMoved says that a list changed while its pages were read. Reading it
// again from the beginning may succeed.
var ErrMoved = errors.New("the list changed while its pages were read")

// Page is what is known of one page of a list.
type Page struct {
	// Name says which page it is, such as "page 3" or "offset 200".
	Name string
	// Records is how many records are on it.
	Records int
	// Total is how many records, and Pages how many pages, the answer says that the list has; negative if it does not say.
	Total, Pages int
	// Mark tells the page from others, such as the ids on it. Two pages with
	// records and the same mark are the same page twice.
	Mark string
}

// Guard holds the pages of a list against each other and against what the
// server says of them, so that half a list is never taken for the whole. The
// zero value is ready. It is not safe for concurrent use.
type Guard struct {
	// MaxPages ends lists without an end; 100,000 if 0.
	MaxPages int

	marks              map[string]string // of what page
	pages, records     int
	total, pagesTotal  int
	totalOf, pagesFrom string
}

const defaultMaxPages = 100_000

// Add takes the next page.
func (g *Guard) Add(p Page) error {
	if g.pages++; g.pages > max(g.MaxPages, 0) && g.MaxPages > 0 || g.pages > defaultMaxPages {
		return fmt.Errorf("%s: found page after page, expected an end within %d pages", p.Name, g.pages-1)
	}
	g.records += p.Records
	if err := moved(&g.total, &g.totalOf, p.Total, p.Name, "records"); err != nil {
		return err
	}
	if err := moved(&g.pagesTotal, &g.pagesFrom, p.Pages, p.Name, "pages"); err != nil {
		return err
	}
	if p.Records == 0 || p.Mark == "" {
		return nil
	}
	if g.marks == nil {
		g.marks = map[string]string{}
	}
	if before, twice := g.marks[p.Mark]; twice {
		return fmt.Errorf("%s has the same records as %s: the server does not know the parameter of the page, or repeats itself", p.Name, before)
	}
	g.marks[p.Mark] = p.Name
	if g.totalOf != "" && g.records > g.total {
		return fmt.Errorf("%s: found %d records so far, expected %d in all, as %s says: %w", p.Name, g.records, g.total, g.totalOf, ErrMoved)
	}
	return nil
}

// moved keeps the first number that a page says, and compares the others with it.
func moved(first *int, from *string, n int, name, what string) error {
	switch {
	case n < 0:
	case *from == "":
		*first, *from = n, name
	case n != *first:
		return fmt.Errorf("%s says that there are %d %s, %s said %d: %w", name, n, what, *from, *first, ErrMoved)
	}
	return nil
}

// Records returns how many records there were.
func (g *Guard) Records() int { return g.records }

// Finish takes the end of the list, and says if it came too early.
func (g *Guard) Finish() error {
	if g.totalOf != "" && g.records != g.total {
		return fmt.Errorf("found %d records on %d pages, expected %d, as %s says: the answer is incomplete: %w", g.records, g.pages, g.total, g.totalOf, ErrMoved)
	}
	if g.pagesFrom != "" && g.pages != g.pagesTotal && (g.records > 0 || g.pagesTotal > 1) {
		return fmt.Errorf("found %d pages, expected %d, as %s says: the answer is incomplete: %w", g.pages, g.pagesTotal, g.pagesFrom, ErrMoved)
	}
	return nil
}

// Consistent runs read until the list has not changed meanwhile, at most three times.
func Consistent(read func() error) error {
	var err error
	for range 3 {
		if err = read(); err == nil || !errors.Is(err, ErrMoved) {
			return err
		}
	}
	return fmt.Errorf("%w (read three times)", err)
}

// NextLink returns the target of the link with rel="next" in the Link header
// (RFC 8288) of an answer, resolved against the address it came from, or "".
func (r *Response) NextLink() (string, error) {
	for _, header := range r.Header.Values("Link") {
		for _, link := range splitLinks(header) {
			target, parameters, _ := strings.Cut(link, ">")
			if !isNext(parameters) {
				continue
			}
			return r.Resolve(strings.TrimPrefix(strings.TrimSpace(target), "<"))
		}
	}
	return "", nil
}

// Resolve returns a link of the answer as an absolute URL.
func (r *Response) Resolve(link string) (string, error) {
	u, err := r.URL.Parse(link)
	if err != nil {
		return "", fmt.Errorf("%s: found the link %q to the next page, expected a URL", cleanURL(r.URL), cleanText(link))
	}
	return u.String(), nil
}

// splitLinks parts a header at the commas outside of <…> and "…".
func splitLinks(header string) []string {
	var links []string
	start, inURL, inText := 0, false, false
	for i, c := range header {
		switch {
		case c == '"' && !inURL:
			inText = !inText
		case inText:
		case c == '<':
			inURL = true
		case c == '>':
			inURL = false
		case c == ',' && !inURL:
			links = append(links, header[start:i])
			start = i + 1
		}
	}
	return append(links, header[start:])
}

func isNext(parameters string) bool {
	for _, p := range strings.Split(parameters, ";") {
		name, value, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.TrimSpace(name), "rel") {
			for _, rel := range strings.Fields(strings.Trim(strings.TrimSpace(value), `"`)) {
				if strings.EqualFold(rel, "next") {
					return true
				}
			}
		}
	}
	return false
}
