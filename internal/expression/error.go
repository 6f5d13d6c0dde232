// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"terraform-provider-workforce/internal/expression/spelling"
)

// ErrNoUniqueValue is wrapped by the error of [Program.Eval] when every candidate of SelectUniqueValue is taken.
var ErrNoUniqueValue = errors.New("no unique value is left")

// ErrNeedsRandom is wrapped by the error of [Program.Eval] when Guid, RandomString or RandomNum meets an [Env] without Random.
var ErrNeedsRandom = errors.New("needs a random source")

// Error is a mistake in an expression, found by [Compile], or the failure of a function, found by [Program.Eval].
type Error struct {
	Line, Column int    // where in the source, 1-based, the column counted in characters (runes)
	Message      string // what was found
	Expected     string // what would be right; may be empty
	Err          error  // the cause; may be nil
}

// Error returns "line 1, column 7: message; expected …".
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "line %d, column %d: %s", e.Line, e.Column, e.Message)
	if e.Expected != "" {
		b.WriteString("; ")
		b.WriteString(e.Expected)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// dropSignal carries a drop value out of the argument of a function to the top: a function that
// would have to work on IgnoreAttributeFlow or IgnoreObjectFlow has no result but that instruction.
type dropSignal struct{ value Value }

func (d *dropSignal) Error() string { return d.value.Kind().String() + " given to a function" }

var (
	errDropAttribute error = &dropSignal{DropAttribute}
	errDropObject    error = &dropSignal{DropObject}
)

// undrop turns a drop signal that reached the top into the value it stands for.
func undrop(v Value, err error) (Value, error) {
	if err == nil {
		return v, nil
	}
	if drop, ok := err.(*dropSignal); ok {
		return drop.value, nil
	}
	return Null, err
}

// at gives an error of a function its place, unless it already has one.
func at(pos position, function string, err error) error {
	switch err.(type) {
	case *Error, *dropSignal:
		return err
	}
	return &Error{Line: pos.line, Column: pos.column, Message: function + ": " + err.Error(), Err: err}
}

// quote prints s for a message, shortened.
func quote(s string) string { return fmt.Sprintf("%q", abbreviate(s, 60)) }

// abbreviate cuts s to at most limit characters.
func abbreviate(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit]) + "…"
}

// nearest returns the candidate that looks most like name, or "" when none does.
func nearest(name string, candidates []string) string {
	length := utf8.RuneCountInString(name)
	best, bestCost := "", min(max(2, length/3), length-1)+1
	lower := strings.ToLower(abbreviate(name, 100))
	for _, candidate := range candidates {
		if strings.EqualFold(name, candidate) {
			return candidate
		}
		cost := spelling.Distance(lower, strings.ToLower(abbreviate(candidate, 100)), bestCost)
		if cost < bestCost || cost == bestCost && best != "" && candidate < best {
			best, bestCost = candidate, cost
		}
	}
	return best
}

// didYouMean is the sentence for nearest, empty when there is no suggestion.
func didYouMean(name string, candidates []string) string {
	if s := nearest(name, candidates); s != "" {
		return "did you mean " + s + "?"
	}
	return ""
}
