// SPDX-License-Identifier: MPL-2.0

package source

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"terraform-provider-workforce/internal/worker"
)

// order compares the dates of all workers: where those of one contradict each other, somebody mistyped
// or was hired again; where most do, the columns are interchanged.
type order struct {
	hired, ended, both int // workers with a hire date, with an end date, with both
	reversed           findings
}

// note takes the dates of a worker.
func (o *order) note(w *worker.Worker, position string) {
	end := max(w.TerminationDate, w.LastDayOfWork)
	if w.HireDate != "" {
		o.hired++
	}
	if end == "" {
		return
	}
	if o.ended++; w.HireDate == "" {
		return
	}
	if o.both++; end < w.HireDate {
		o.reversed.add(func() string {
			return fmt.Sprintf("worker %s (%s): %s, hired %s", Quote(w.ID), position, end, w.HireDate)
		})
	}
}

// checkOrder refuses records in which the dates of most workers are the wrong way round, and an end date is as
// common as a hire date. Somebody hired behind their last end date was hired again: with the two columns interchanged,
// everybody who left would come back. Where only people who were hired again have an end date, far more have a hire date.
func (b *Builder) checkOrder() {
	o := &b.order
	if n := o.reversed.count; n < handful || 2*n <= o.both || o.ended < o.hired {
		return
	}
	b.Report(Problem{Text: fmt.Sprintf("%d of %d workers with both dates leave before the hire date, the first: %s; "+
		"expected hire dates before end dates: are the columns of hire_date and termination_date interchanged, in fields or by the export?",
		o.reversed.count, o.both, o.reversed.first)})
}

// tellOrder warns of single workers whose dates are the wrong way round.
func (b *Builder) tellOrder() {
	if n := b.order.reversed.count; n == 1 {
		b.Warn("1 worker who leaves before the hire date: %s", b.order.reversed.first)
	} else if n > 1 {
		b.Warn("%s who leave before the hire date, the first: %s", count(n, "worker"), b.order.reversed.first)
	}
}

// placeholderEnd is a date that programs write where there is none: SQL Server makes it of an empty text. As the
// day on which somebody left it would disable them, or call them hired again.
const placeholderEnd worker.Date = "1900-01-01"

// isZeroDate reports zeros in the place of a date, in whatever format: 0000-00-00, 00.00.0000, 00/00/0000, 00000000.
func isZeroDate(text string) bool {
	zeros := strings.Count(text, "0")
	return zeros >= 6 && strings.Trim(text, "0-/.:T ") == ""
}

// noValue are texts that programs write where there is no value.
var noValue = set(strings.Fields("null <null> (null) nil none nan n/a #n/a undefined tbd tba tbc unknown - -- ? ??"))

// meansNothing reports a text that stands for no value in many exports, but may be one.
func meansNothing(text string) bool { return noValue[strings.ToLower(strings.TrimSpace(text))] }

// noID are those of noValue that are no worker id either: others, such as TBA or Nan, can be somebody's initials or login.
var noID = set(strings.Fields("null <null> (null) n/a #n/a undefined - -- ? ??"))

// garbled reports text in UTF-8 that somebody read as Windows-1252 or ISO 8859-1 and wrote as UTF-8 again, such as
// "MÃ¼ller": read back it is UTF-8, which other text with such letters is not.
func garbled(text string) bool {
	if strings.IndexByte(text, 0xC3) < 0 { // what all of À to ÿ begin with
		return false
	}
	back := make([]byte, 0, len(text))
	for _, r := range text {
		b, ok := byte(r), true
		if r > 0xFF {
			b, ok = charmap.Windows1252.EncodeRune(r)
		}
		if !ok {
			return false
		}
		back = append(back, b)
	}
	return utf8.Valid(back)
}
