// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/wording"
)

// Action does something to people at once, without the HR system, the rules and their
// safeguards: for incidents. It leaves nothing in any state.
type Action struct {
	Target    Target
	Directory directory.Operator
	Operation directory.Operation
	// Name follows the prefix of the target in the name of the action, such as "disable_users".
	Name string
	// Doing, Done and Already begin messages: before the action, about people whom it changed, and about
	// people who were already as it would make them.
	Doing, Done, Already string
	// Ruled says that rules decide the same about accounts that a population manages.
	Ruled bool
	// Reason says who decided the action, and why; empty: nothing is said.
	Reason string
	// Carry, if set, does the work of [directory.Operator.Operate], for all people in one call.
	Carry func(ctx context.Context, subjects []directory.Subject) []directory.Outcome
	// Say writes one line to the output of the run.
	Say func(text string)
}

// actionChunk is how many people are worked on between two rounds of messages:
// enough for several batches at once.
const actionChunk = 100

// Plan refuses references that name nobody, and operations that the directory would refuse.
func (a *Action) Plan(ctx context.Context, refs []string) (f Findings) {
	subjects, err := a.Directory.Subjects(ctx, a.Operation, refs)
	if err != nil {
		f.problems(a.failureTitle(), err)
		return f
	}
	if title, text := a.rulesWarning(subjects); text != "" {
		f.warnArgument("users", title, text)
	}
	return f
}

// rulesWarning returns a warning about people whose account a population may manage, too.
func (a *Action) rulesWarning(subjects []directory.Subject) (title, text string) {
	var who []string
	for _, s := range subjects {
		if a.Ruled && !s.Done && s.WorkerID != "" {
			who = append(who, s.WorkerID)
		}
	}
	if len(who) == 0 {
		return "", ""
	}
	text = fmt.Sprintf("%s a worker id (%s). Where a population manages %s, ", wording.Count(len(who), "account carries", "accounts carry"),
		abridged(who), wording.One(len(who), "it", "them"))
	if a.Operation == directory.OperationEnable {
		return "Rules may take this back", text + "its next apply disables again the accounts of workers who " +
			"have left, are on leave or have not started. " +
			"To let them sign in all the same, write a workforce_override with enabled = true."
	}
	return "Rules keep this", text + fmt.Sprintf("its rules do not enable what is disabled by hand, and the report names it. "+
		"To enable it again, use %s_enable_users or a workforce_override with enabled = true. "+
		"To give it a reason and a last day, write a workforce_override with enabled = false.", a.Target.Prefix)
}

// Invoke runs the action. A failure for one person stops nobody else.
func (a *Action) Invoke(ctx context.Context, refs []string) (f Findings) {
	reason := a.Reason
	if reason != "" {
		reason = ": " + reason
	}
	a.say("%s %s in %s%s", a.Doing, headcount(len(refs)), a.Target.Title, reason)
	subjects, err := a.Directory.Subjects(ctx, a.Operation, refs)
	failures := slices.Clone(Flatten(err))
	for _, problem := range failures {
		a.say("Failed: %s", problem)
	}
	failed, done := len(failures), 0
	ctx = audit.Because(ctx, fmt.Sprintf("action %s_%s%s", a.Target.Prefix, a.Name, reason))
	size, carry := actionChunk, func(ctx context.Context, some []directory.Subject) []directory.Outcome {
		return a.Directory.Operate(ctx, a.Operation, some)
	}
	if a.Carry != nil {
		size, carry = max(len(subjects), 1), a.Carry
	}
	for chunk := range slices.Chunk(subjects, size) {
		for i, o := range carry(ctx, chunk) {
			switch {
			case o.Err != nil:
				failed++
				failures = append(failures, o.Err)
				a.say("Failed: %s", o.Err)
				continue
			case o.Changed, o.PasswordSet:
				a.say("%s: %s", a.Done, shownSubject(chunk[i]))
			default:
				a.say("%s: %s", a.Already, shownSubject(chunk[i]))
			}
			done++
		}
	}
	if _, ruled := a.rulesWarning(subjects); ruled != "" && done > 0 {
		a.say("Note: %s", ruled)
	}
	f.problems(a.failureTitle(), errors.Join(failures...))
	if failed > 0 && done > 0 {
		f.fail("The action failed for some people", fmt.Sprintf("The action succeeded for %s and failed for %d. "+
			"Correct the problems that are named above, and run it again: it changes nobody a second time.", headcount(done), failed))
	}
	return f
}

func (a *Action) say(format string, args ...any) { a.Say(fmt.Sprintf(format, args...)) }

func (a *Action) failureTitle() string { return fmt.Sprintf("Cannot %s", a.Operation) }

// shownSubject names a person in a message.
func shownSubject(s directory.Subject) string {
	var b strings.Builder
	if s.WorkerID != "" {
		fmt.Fprintf(&b, "worker %q ", s.WorkerID)
	}
	if s.Name != "" {
		fmt.Fprintf(&b, "(%s) ", s.Name)
	}
	fmt.Fprintf(&b, "%q", s.Path)
	return b.String()
}

// abridged lists a few texts.
func abridged(texts []string) string {
	const shown = 10
	if more := len(texts) - shown; more > 0 {
		return strings.Join(texts[:shown], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(texts, ", ")
}

func headcount(n int) string { return wording.Count(n, "person", "people") }
