// SPDX-License-Identifier: MPL-2.0

package source

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/worker"
)

// scientific is what spreadsheets make of long numbers.
var scientific = regexp.MustCompile(`^\d([.,]\d+)?E\+\d{2,}$`)

// id returns the worker id, or "" if the record has none that can be used. It is
// never trimmed: an id that is written in two ways would be two people.
func (r *record) id() string {
	column := r.fields[fieldID]
	text, ok := r.single(column, r.raw(column))
	if !ok {
		return ""
	}
	switch {
	case strings.TrimSpace(text) == "":
		r.problem(column, "found no worker id, expected one in each record")
		return ""
	case !r.checkOne(column, text):
		return ""
	case strings.TrimSpace(text) != text:
		r.problem(column, "found %s, expected a worker id without blanks at its ends", Quote(text))
		return ""
	case strings.IndexFunc(text, invisible) >= 0:
		r.problem(column, "found %s, expected a worker id without invisible characters", Quote(text))
		return ""
	}
	if what := r.noID(column, text); what != "" {
		r.problem(column, "found %s, expected a worker id (%s)", Quote(text), what)
		return ""
	}
	return normal(text)
}

// normal is a worker id as Terraform passes it on: it brings all text into the Unicode form NFC, so that
// two spellings of one id would become one key in the middle of a run.
func normal(id string) string { return norm.NFC.String(id) }

// What programs and reports put where a worker id is expected.
var (
	decimal    = regexp.MustCompile(`^\d+\.0+$`)
	sheetError = regexp.MustCompile(`^#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!)$`)
	totalWord  = regexp.MustCompile(`(?i)^(grand\s|sub-?)?totals?[:\s\d]*$|^(gesamt)?summe[:\s\d]*$|^gesamt[:\s\d]*$`)
)

// noID says why a text is no worker id, or "": each would become a person whom nobody knows, beside those who are meant.
func (r *record) noID(column int, text string) string {
	switch {
	case scientific.MatchString(text):
		return "a spreadsheet has rewritten it: format the column as text before exporting"
	case decimal.MatchString(text):
		return "a program has rewritten it as a decimal number: format the column as text before exporting"
	case strings.HasPrefix(text, "'"):
		return "the apostrophe is a spreadsheet's mark of text: export the values without it"
	case sheetError.MatchString(text):
		return "an error of a spreadsheet: mend the formula, and export again"
	case totalWord.MatchString(text) && !r.bare(): // checkBare says it of records without a value
		return "is it a total, or another line of a report?"
	case noID[strings.ToLower(text)]:
		return "it says that there is no id: leave the record out of the export, or give the worker an id"
	case text == r.columns[column]:
		return "the name of the column again: were two exports put one behind the other?"
	}
	return ""
}

func invisible(c rune) bool { return !unicode.IsPrint(c) }

// contrary are parts of the names of columns in which true means that somebody does not work here.
var contrary = regexp.MustCompile(`(?i)terminat|inactive|inaktiv|leaver|left|disabled|ended|dismissed|resigned`)

// canonical fills the keys that every worker has.
func (r *record) canonical() {
	w := r.worker
	w.Status = r.word(fieldStatus)
	if r.contrary && (w.Status == "1" || w.Status == "0" || strings.EqualFold(w.Status, "true") || strings.EqualFold(w.Status, "false")) {
		r.problem(r.fields[fieldStatus], "found %s, which says whether somebody has left, expected a status word: "+
			"as status, true and 1 mean that a worker is active", Quote(w.Status))
	}
	if word, ok := r.spec.StatusWords[w.Status]; ok {
		w.Status = word
	}
	w.Type = r.word(fieldType)
	if w.Status != "" {
		r.readable[fieldStatus]++ // in doubt only where the source itself says so
	}
	w.TimeZone = r.zone()
	w.HireDate = r.date(fieldHire)
	w.TerminationDate = r.date(fieldTermination)
	w.LastDayOfWork = r.date(fieldLastDay)
	w.OnLeave = r.truth(fieldOnLeave)
	w.ManagerID = r.manager()
	r.order.note(w, r.position)
}

// word returns the text of a canonical key, or "".
func (r *record) word(field int) string {
	column := r.fields[field]
	if column < 0 {
		return ""
	}
	text, ok := r.single(column, r.clean(r.raw(column)))
	if !ok || text == "" {
		return ""
	}
	r.given[field] = true
	if !r.checkOne(column, text) {
		return ""
	}
	return text
}

// bare reports whether a record has nothing but an id in all that is read of it, as a line with a
// total has. A source that only adds a value or two to people may have nothing for some
// of them, and a sparse one leaves out what is empty.
func (r *record) bare() bool {
	if r.spec.Sparse {
		return false
	}
	if at := r.reference.column; at >= 0 && !r.clean(r.raw(at)).IsNull() {
		return false
	}
	canonical := false
	for _, column := range r.fields[1:] {
		if column < 0 {
			continue
		}
		canonical = true
		if !r.clean(r.raw(column)).IsNull() {
			return false
		}
	}
	for _, column := range r.attrs {
		if !r.clean(r.raw(column)).IsNull() {
			return false
		}
	}
	return canonical || len(r.attrs) > 2
}

// single returns the one text a canonical key takes.
func (r *record) single(column int, v expression.Value) (string, bool) {
	if n := len(v.Strings()); v.Kind() == expression.KindList && n > 1 {
		r.problem(column, "found %d values (%s, …), expected one", n, Quote(v.Text()))
		return "", false
	}
	return v.Text(), true
}

func (r *record) date(field int) worker.Date {
	text := r.word(field)
	if text == "" {
		return ""
	}
	date, err := r.dates.parse(text, r.worker.TimeZone)
	if err != nil {
		r.doubt(field, "%v", err)
		return ""
	}
	if date == placeholderEnd && field != fieldHire {
		r.doubt(field, "found %s, a date that programs write where there is none, expected the day on which the worker left "+
			"(if it means no date, name it in no_date_values: no_date_values = [%s])", Quote(text),
			quoteAll(slices.Concat(words(r.spec.NoDate, DefaultNoDate), []string{string(date)})))
		return ""
	}
	r.readable[field]++
	return date
}

func (r *record) truth(field int) *bool {
	text := r.word(field)
	if text == "" {
		return nil
	}
	truth, known := r.truths[strings.ToLower(text)]
	if !known {
		r.doubt(field, "found %s, expected %s or %s", Quote(text),
			strings.Join(words(r.spec.TrueValues, DefaultTrue), ", "), strings.Join(words(r.spec.FalseValues, DefaultFalse), ", "))
		return nil
	}
	r.readable[field]++
	return &truth
}

func (r *record) zone() string {
	text := r.word(fieldZone)
	if text == "" {
		return r.spec.TimeZone
	}
	name, ok := r.spec.TimeZones[text]
	if !ok {
		if _, err := worker.Location(text); err != nil {
			r.doubt(fieldZone, "%v (other names are translated by time_zones)", err)
			return ""
		}
		name = text
	}
	r.readable[fieldZone]++
	return name
}

func (r *record) manager() string {
	text := r.word(fieldManager)
	switch {
	case r.noManager[text]:
		return ""
	case text == "":
		return ""
	case r.reference.column >= 0: // who that is, only all records together tell
		return text
	}
	return r.otherThanSelf(normal(text))
}

// otherThanSelf returns the worker id of a manager, or "" where that is the worker.
func (r *record) otherThanSelf(id string) string {
	switch {
	case id != r.worker.ID:
		r.readable[fieldManager]++
		return id
	case !r.spec.SelfManaged:
		r.doubt(fieldManager, "the worker is their own manager, expected another worker, or none (self_managed = true reads it as none)")
	}
	return ""
}
