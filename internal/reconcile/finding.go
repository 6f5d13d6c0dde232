// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// MaxProblems is how many kinds of problems under one title are shown, and how many names of one
// kind; the rest is counted.
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
	// Who and What are the text in two parts, for many findings that say the same of
	// different people, see [Findings.Grouped]; empty where it is about nobody in particular.
	Who, What string
	members   bool // Who is a member of a group, not a person
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
func (f *Findings) warnArgument(name, title, text string) {
	*f = append(*f, Finding{Severity: Warning, Title: title, Text: text, Argument: name})
}
func (f *Findings) fail(title, text string) {
	*f = append(*f, Finding{Severity: Error, Title: title, Text: text})
}

func (f *Findings) failWorker(id, title, text string) {
	f.failPerson(id, "", title, text)
}

// failPerson is about one worker, whom label helps to recognise.
func (f *Findings) failPerson(id, label, title, text string) {
	who := fmt.Sprintf("worker %q", id)
	if label != "" {
		who += " " + label
	}
	*f = append(*f, Finding{Severity: Error, Title: title, Text: text, Worker: id, Who: who})
}

func (f *Findings) failArgument(name, title, text string) {
	*f = append(*f, Finding{Severity: Error, Title: title, Text: text, Argument: name})
}

// failRule is about the rule of one group.
func (f *Findings) failRule(group, title, text string) {
	*f = append(*f, Finding{Severity: Error, Title: title, Text: text, Argument: "rules", Key: group})
}

// Problems returns findings for the errors that err joins, so that a reader sees
// every kind of problem at once, and is not buried under thousands that say the same.
func Problems(title string, err error) (f Findings) {
	f.problems(title, err)
	return f.Grouped()
}

// problems adds one finding for each of the errors that err joins.
func (f *Findings) problems(title string, err error) {
	for _, problem := range Flatten(err) {
		one := Finding{Severity: Error, Title: title, Text: problem.Error()}
		if about, ok := problem.(interface{ Who() string }); ok {
			one.Who = about.Who()
		}
		if about, ok := problem.(interface{ What() string }); ok && one.Who != "" {
			one.What = about.What()
		}
		_, one.members = problem.(*directory.MembershipError)
		*f = append(*f, one)
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
