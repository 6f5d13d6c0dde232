// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/wording"
)

// listed is how many problems of one kind an error lists.
const listed = 20

// refuse returns an error with the first problems of one kind, or nil when there are none.
func refuse(title string, lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	var b strings.Builder
	b.WriteString(title + ":")
	for _, line := range lines[:min(listed, len(lines))] {
		b.WriteString("\n  - " + strings.ReplaceAll(line, "\n", "\n    "))
	}
	if more := len(lines) - listed; more > 0 {
		fmt.Fprintf(&b, "\n  … and %d more", more)
	}
	return errors.New(b.String())
}

// some quotes the first few of many.
func some(list []string) string {
	const shown = 3
	quoted := make([]string, 0, shown+1)
	for _, s := range list[:min(shown, len(list))] {
		quoted = append(quoted, strconv.Quote(s))
	}
	if more := len(list) - shown; more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %s more", wording.Thousands(more)))
	}
	return strings.Join(quoted, ", ")
}

// quoteValue writes a value for people; none for an empty one.
func quoteValue(v directory.Value) string {
	if len(v) == 0 {
		return "none"
	}
	quoted := make([]string, len(v))
	for i, s := range v {
		quoted[i] = strconv.Quote(s)
	}
	slices.Sort(quoted)
	return strings.Join(quoted, ", ")
}

func truth(b bool) directory.Value { return directory.Value{strconv.FormatBool(b)} }

// isAre writes a number with its noun and verb.
func isAre(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " is"
	}
	return wording.Count(n, noun) + " are"
}

// maxFit is how many accounts that fit one worker are worth naming. A rule that fits
// half of the directory is no better known by the rest.
const maxFit = 20

// fitting says how many accounts fit.
func fitting(candidates []*directory.Existing) string {
	if len(candidates) > maxFit {
		return fmt.Sprintf("more than %d accounts", maxFit)
	}
	return wording.Count(len(candidates), "account")
}

func describe(e *directory.Existing) string { return fmt.Sprintf("%s (%s)", e.Path, e.ID) }

// describeStates names the first of several accounts, and says which of them can sign in: whoever decides whose they
// are looks at that first.
func describeStates(list []*directory.Existing) []string {
	names := describeAll(list)
	for i, e := range list[:min(len(list), maxFit)] {
		switch {
		case e.Account.Enabled:
			names[i] += ", enabled"
		case e.DisabledSince.IsZero():
			names[i] += ", disabled"
		default:
			names[i] += ", disabled since " + e.DisabledSince.UTC().Format(time.DateOnly)
		}
		if !e.Account.Enabled && directory.Leaves(e.DisabledFor) {
			names[i] += " because the worker had left"
		}
	}
	return names
}

// describeAll names the first of several accounts, as many as are worth reading.
func describeAll(list []*directory.Existing) []string {
	var names []string
	for _, e := range list[:min(len(list), maxFit)] {
		names = append(names, describe(e))
	}
	if len(list) > maxFit {
		names = append(names, "and others")
	}
	return names
}

// firstTen writes the first ten of a list for messages, and how many more there are.
func firstTen(n int, name func(int) string) string {
	const shown = 10
	var names []string
	for i := range min(shown, n) {
		names = append(names, name(i))
	}
	if more := n - shown; more > 0 {
		names = append(names, fmt.Sprintf("and %s more", wording.Thousands(more)))
	}
	return strings.Join(names, ", ")
}
