// SPDX-License-Identifier: MPL-2.0

package source

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"terraform-provider-workforce/internal/worker"
)

// order compares the dates of all workers: where those of one contradict each other, somebody mistyped
// or was hired again; where most do, the columns are interchanged.
type order struct {
	hired, ended, both int // workers with a hire date, with an end date, with both
	reversed           findings
	long               int                 // reversed by two years or more
	ends               map[worker.Date]int // the end dates of those reversed
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
		if o.ends == nil {
			o.ends = map[worker.Date]int{}
		}
		o.ends[end]++
		if longBefore(end, w.HireDate) {
			o.long++
		}
		o.reversed.add(func() string {
			return fmt.Sprintf("worker %s (%s): %s, hired %s", Quote(w.ID), position, end, w.HireDate)
		})
	}
}

// longBefore reports whether a date is two years or more before another.
func longBefore(date, other worker.Date) bool {
	d, err := time.Parse(time.DateOnly, string(date))
	return err == nil && worker.Date(d.AddDate(2, 0, 0).Format(time.DateOnly)) <= other
}

// checkOrder refuses records in which the dates of most workers are the wrong way round, and an end date is as
// common as a hire date. Somebody hired behind their last end date was hired again: with the two columns interchanged,
// everybody who left would come back. Where only people who were hired again have an end date, far more have a hire date.
// Where each has both, as in a company of seasonal workers, they are interchanged only if nobody's are in order and
// most are years apart. One end date of most of them is more likely to mean none.
func (b *Builder) checkOrder() {
	o := &b.order
	n := o.reversed.count
	if n < handful || 2*n <= o.both || o.ended < o.hired {
		return
	}
	each := 10*o.both >= 9*o.ended
	if each && (n < o.both || 2*o.long <= n) && !b.placeholder() {
		return
	}
	found := fmt.Sprintf("%d of %d workers with both dates leave before the hire date, the first: %s; ", n, o.both, o.reversed.first)
	if end, times := o.common(); each && b.placeholder() {
		b.Report(Problem{Text: found + fmt.Sprintf("%d of them on %s: if that means no date, name it in no_date_values: no_date_values = [%s]; "+
			"otherwise, are the columns of hire_date and termination_date interchanged?", times, end,
			quoteAll(slices.Concat(words(b.spec.NoDate, DefaultNoDate), []string{string(end)})))})
		return
	}
	b.Report(Problem{Text: found +
		"expected hire dates before end dates: are the columns of hire_date and termination_date interchanged, in fields or by the export?"})
}

// common returns the end date that most of those have whose dates are the wrong way round.
func (o *order) common() (end worker.Date, times int) {
	for _, date := range slices.Sorted(maps.Keys(o.ends)) {
		if o.ends[date] > times {
			end, times = date, o.ends[date]
		}
	}
	return end, times
}

// placeholder reports whether one end date, years before the hire dates, is that of most of those reversed.
func (b *Builder) placeholder() bool {
	_, times := b.order.common()
	return 2*times > b.order.reversed.count && 2*b.order.long > b.order.reversed.count
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
