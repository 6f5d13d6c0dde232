// SPDX-License-Identifier: MPL-2.0

package status

import (
	"slices"
	"strconv"
)

// A remark behind a word for having left can say that this is still to come, or that it was taken back:
// "Terminated (future dated)", "Terminated - 2026-12-31", "Resigned (rescinded)". Whoever reads that as having
// left locks somebody out, and whoever reads it as active may never take access away.

// ahead are words that say that something is still to come, in the form that split gives them.
var ahead = set(`future, futuredated, upcoming, forthcoming, scheduled, planned, effective, anticipated, expected, intended, proposed,
	tentative,
	prospective, will, soon, tomorrow, until, till, notice, zukunftig, kunftig, geplant, vorgemerkt, voraussichtlich, gekundigt, futur, prevu,
	prevue, futuro, futura, previsto, prevista, programado, programada, gepland, toekomstig, agendado, agendada, planowany, planowane`)

// open are what a remark is about that begins with a word such as pending; anything else that is pending, such as
// the final pay, follows after somebody has left.
var open = set(`approval, confirmation, review, termination, separation, resignation, leaving, leaver, exit, offboarding, end, date, dated,
	hr, workflow, process, decision`)

var waiting = set(`pending, awaiting, pendiente, pendente, ausstehend`)

// takenBack are words for never having started that, of somebody who is said to have left, can also be about the leaving.
var takenBack = set(`rescinded, withdrawn, withdrew, cancelled, canceled, revoked, declined, rejected, storniert, zuruckgezogen, abgelehnt,
	annule,
	annulee, anulado, rechazado`)

var months = set(`jan, january, januar, feb, february, februar, mar, march, marz, apr, april, may, mai, jun, june, juni, jul, july, juli,
	aug,
	august, sep, sept, september, oct, october, okt, oktober, nov, november, dec, december, dez, dezember`)

func set(text string) map[string]bool {
	out := map[string]bool{}
	for _, word := range list(text) {
		out[word] = true
	}
	return out
}

// doubts reports whether a remark says that a leaving is still to come, or names a day, which may be.
func doubts(remark []string) bool {
	if slices.ContainsFunc(remark, func(word string) bool { return ahead[word] }) || dated(remark) {
		return true
	}
	return slices.ContainsFunc(remark, func(word string) bool { return waiting[word] }) &&
		!slices.ContainsFunc(remark, func(word string) bool { return !waiting[word] && !open[word] && !qualifiers[word] })
}

// dated reports whether words contain a date: a year, a day and a month by name, three numbers in a row, or a date without
// punctuation.
func dated(words []string) bool {
	row, month, day := 0, false, false
	for _, word := range words {
		n, err := strconv.Atoi(word)
		month = month || months[word]
		if err != nil {
			row = 0
			continue
		}
		row++
		day = day || n >= 1 && n <= 31
		if row >= 3 || len(word) == 4 && n >= 1900 && n < 2100 || len(word) == 8 && n >= 19000101 || len(word) == 6 && n > 10000 {
			return true
		}
	}
	return month && day
}
