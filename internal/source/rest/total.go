// SPDX-License-Identifier: MPL-2.0

package rest

import (
	"errors"
	"fmt"
	"net/http"

	"terraform-provider-workforce/internal/source/web"
)

// unsure reports whether the first page says that it is the whole list by nothing but a total: some servers write there
// how many records are on the page, and a configuration may name such a number.
func (r *reader) unsure(first *page) bool {
	return first.total > 0 && first.total == len(first.records) && first.pages < 0 && r.config.Paging.More == ""
}

// confirms reports whether the page behind the only one, or the error in its place, says that there is none: nothing,
// the same page again, or a refusal. A total that is that of a page is an error. Otherwise the list has changed.
func confirms(only, next *page, err error) (end bool, wrong error) {
	if e, ok := errors.AsType[*web.Error](err); ok {
		switch e.Status {
		case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired, http.StatusRequestTimeout,
			http.StatusTooEarly, http.StatusTooManyRequests: // says nothing about the page
		default:
			if e.Status >= 400 && e.Status < 500 {
				return true, nil
			}
		}
	}
	switch {
	case err != nil && (next == nil || next.document == nil):
		return false, err
	case len(next.records) == 0, next.mark == only.mark: // where nothing is left, some leave the list out as well
		return true, nil
	case err != nil:
		return false, err
	case next.total == only.total, next.total == len(next.records):
		return false, fmt.Errorf("%s says that there are %d records in all, and %s has %d more: the total is that of a page, "+
			"expected that of the list (where no answer has it, leave total out: the list ends with a page without records)",
			only.name, only.total, next.name, len(next.records))
	}
	return false, nil
}

// unknownEnd explains why an answer of 5xx does not end a list: a server that fails and one that has no such page say the same, and
// whoever is on a page that lacks would lose their account.
const unknownEnd = "whether the list ends before it cannot be known, as a server that is ill answers the same; where this system always " +
	"answers so behind the last page, let paging name total, pages or more, or raise size and set kind = \"none\" where everybody fits " +
	"on one page"

// atEnd adds unknownEnd where no number of the answers says that the page of the error must exist.
func (r *reader) atEnd(err error, promised bool) error {
	e, ok := errors.AsType[*web.Error](err)
	if !ok || promised || !r.config.Paging.Configured || e.Status < http.StatusInternalServerError {
		return err
	}
	return fmt.Errorf("%w; %s", err, unknownEnd)
}

// confirmed ends a list of one page, or says what is wrong with its total.
func (r *reader) confirmed(only *page, wrong error) error {
	if _, told := errors.AsType[*web.Error](wrong); wrong != nil && !told {
		return fmt.Errorf("%s: %w", r.where(only.response), wrong)
	}
	if wrong != nil {
		return r.atEnd(wrong, false)
	}
	return r.finish(only)
}
