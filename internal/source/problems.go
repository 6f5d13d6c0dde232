// SPDX-License-Identifier: MPL-2.0

package source

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"terraform-provider-workforce/internal/wording"
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
	// First holds the first problem of each kind, in the order of the records; values of single keys that
	// cannot be read come last.
	First []Kind
	// Total is how many problems there are.
	Total int
	// Records is how many records were read.
	Records int

	index map[string]int // of First, by what its kind says
}

// Kind is one problem, and how many say the same about other records.
type Kind struct {
	Problem
	// Like is how many more there are, and Positions where the first of them are.
	Like      int
	Positions []string
}

// positions is how many positions of problems of a kind are told.
const positions = 5

// add counts a problem, and tells it unless there are limit kinds already.
func (p *Problems) add(one Kind, limit int) {
	p.Total += 1 + one.Like
	key := one.Column + "\n" + wording.Kind(one.Text)
	if i, known := p.index[key]; known {
		k := &p.First[i]
		k.Like += 1 + one.Like
		k.Positions = append(k.Positions, append([]string{one.where()}, one.Positions...)...)
		k.Positions = k.Positions[:min(len(k.Positions), positions)]
		return
	}
	if len(p.First) >= limit {
		return
	}
	if p.index == nil {
		p.index = map[string]int{}
	}
	p.index[key] = len(p.First)
	p.First = append(p.First, one)
}

// where says in few words where a problem is; empty where it is of the source as a whole.
func (p Problem) where() string {
	if p.Position == "" && p.WorkerID != "" {
		return "worker " + Quote(p.WorkerID)
	}
	return p.Position
}

func (k Kind) String() string {
	if k.Like == 0 {
		return k.Problem.String()
	}
	positions := slices.DeleteFunc(slices.Clone(k.Positions), func(where string) bool { return where == "" })
	if len(positions) == 0 {
		return fmt.Sprintf("%s (%d like this)", k.Problem, k.Like+1)
	}
	where := strings.Join(positions, ", ")
	if more := k.Like - len(positions); more > 0 {
		where += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%s (%d like this, also %s)", k.Problem, k.Like+1, where)
}

func (p *Problems) Error() string {
	if p.Total == 1 {
		return p.First[0].String()
	}
	told := 0
	for _, one := range p.First {
		told += 1 + one.Like
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d problems in %s", p.Total, wording.Count(p.Records, "record"))
	if kinds := len(p.First); told > kinds {
		fmt.Fprintf(&b, ", of %s", wording.Count(kinds, "kind"))
	}
	b.WriteString(":")
	for _, one := range p.First {
		b.WriteString("\n  " + one.String())
	}
	if p.Total > told {
		fmt.Fprintf(&b, "\n  … and %d more of other kinds", p.Total-told)
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

// quoteAll lists texts for a message.
func quoteAll(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = Quote(text)
	}
	return strings.Join(quoted, ", ")
}

// Printable is what a library says about bytes from outside, which it may quote as they are,
// so that messages stay text.
func Printable(message string) string { return strings.ToValidUTF8(message, "\ufffd") }
