// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// MaxProblems is how many problems of one kind are shown; the rest is counted.
const MaxProblems = 20

// Severity says whether a finding stops the run.
type Severity int

// The severities.
const (
	Warning Severity = iota
	Error
)

// Finding is one thing to say about a population or about groups.
type Finding struct {
	Severity    Severity
	Title, Text string
	// Worker is whose document it is about; empty for none in particular.
	Worker string
	// Argument is the argument it is about, such as "max_removals"; empty for none. Key is
	// the key in it, where the argument is a map.
	Argument, Key string
}

// Findings are what one stage has to say.
type Findings []Finding

// Failed reports whether an error is among them.
func (f Findings) Failed() bool {
	return slices.ContainsFunc(f, func(one Finding) bool { return one.Severity == Error })
}

func (f *Findings) warn(title, text string) {
	*f = append(*f, Finding{Severity: Warning, Title: title, Text: text})
}
func (f *Findings) fail(title, text string) {
	*f = append(*f, Finding{Severity: Error, Title: title, Text: text})
}

func (f *Findings) failWorker(id, title, text string) {
	*f = append(*f, Finding{Severity: Error, Title: title, Text: text, Worker: id})
}

func (f *Findings) failArgument(name, title, text string) {
	*f = append(*f, Finding{Severity: Error, Title: title, Text: text, Argument: name})
}

// failRule is about the rule of one group.
func (f *Findings) failRule(group, title, text string) {
	*f = append(*f, Finding{Severity: Error, Title: title, Text: text, Argument: "rules", Key: group})
}

// Problems returns one finding for each of the errors that err joins, so that a
// reader sees every problem at once, and is not buried under thousands.
func Problems(title string, err error) (f Findings) {
	f.problems(title, err)
	return f
}

// problems adds what [Problems] returns.
func (f *Findings) problems(title string, err error) {
	problems := Flatten(err)
	for i, problem := range problems {
		if i == MaxProblems {
			f.fail(title, fmt.Sprintf("… and %d more problems like those above.", len(problems)-i))
			return
		}
		f.fail(title, problem.Error())
	}
}

// failures reports what failed of many writes: the first ones by person, then how many there were.
func (f *Findings) failures(failures []error, of int) {
	for _, err := range failures[:min(len(failures), MaxProblems)] {
		f.fail("An account could not be written", err.Error())
	}
	if len(failures) > 1 {
		f.fail("Some accounts could not be written", fmt.Sprintf("%d of %d accounts failed; the first %d are named above. What succeeded is in the state, and the next plan shows only the rest.", len(failures), of, min(len(failures), MaxProblems)))
	}
}

// Flatten returns the errors that err joins, or err itself. An error with a cause
// wraps two errors as well, and is one.
func Flatten(err error) []error {
	if err == nil {
		return nil
	}
	parts, joins := joined(err)
	if !joins {
		return []error{err}
	}
	var out []error
	for _, e := range parts {
		out = append(out, Flatten(e)...)
	}
	return out
}

// joined returns the parts of an error that says nothing of its own.
func joined(err error) ([]error, bool) {
	many, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil, false
	}
	parts := many.Unwrap()
	texts := make([]string, len(parts))
	for i, e := range parts {
		texts[i] = e.Error()
	}
	return parts, err.Error() == strings.Join(texts, "\n")
}

// Listed returns the first lines of many, indented, and a count of the rest.
func Listed(lines []string) string {
	if len(lines) > MaxProblems {
		lines = append(slices.Clone(lines[:MaxProblems]), "… and "+strconv.Itoa(len(lines)-MaxProblems)+" more")
	}
	return "  " + strings.Join(lines, "\n  ")
}
