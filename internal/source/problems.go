// SPDX-License-Identifier: MPL-2.0

package source

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Problem is one thing that is wrong with a source.
type Problem struct {
	// Position is where it is, such as "row 17 (line 19)"; empty for the source as a whole.
	Position string
	// Column and WorkerID are empty where they do not apply.
	Column, WorkerID string
	// Text says what was found and what was expected.
	Text string
}

func (p Problem) String() string {
	var parts []string
	if p.Position != "" {
		parts = append(parts, p.Position)
	}
	if p.Column != "" {
		parts = append(parts, "column "+strconv.Quote(p.Column))
	}
	if p.WorkerID != "" {
		parts = append(parts, "worker "+Quote(p.WorkerID))
	}
	if len(parts) == 0 {
		return p.Text
	}
	return strings.Join(parts, ", ") + ": " + p.Text
}

// Problems is the error of a source that is not fit to be used.
type Problems struct {
	// First holds the first problems, in the order of the records; values of single keys that
	// cannot be read come last.
	First []Problem
	// Total is how many there are.
	Total int
	// Records is how many records were read.
	Records int
}

func (p *Problems) Error() string {
	if p.Total == 1 {
		return p.First[0].String()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d problems in %d records", p.Total, p.Records)
	if p.Total > len(p.First) {
		fmt.Fprintf(&b, ", the first %d of them", len(p.First))
	}
	b.WriteString(":")
	for _, one := range p.First {
		b.WriteString("\n  " + one.String())
	}
	return b.String()
}

// Quote returns text for a message: quoted, with everything that is not
// printable escaped, and no longer than 60 characters.
func Quote(text string) string {
	if utf8.RuneCountInString(text) <= 60 {
		return strconv.Quote(text)
	}
	cut, n := 0, 0
	for cut = range text {
		if n == 60 {
			break
		}
		n++
	}
	return strconv.Quote(text[:cut]) + "…"
}
