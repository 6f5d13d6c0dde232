// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"terraform-provider-workforce/internal/wording"
)

// TimeIsOver is the title of what is said about an operation that ended because of its time limit.
const TimeIsOver = "The time limit was reached"

// TimeLimit is the cause of a context that ended because an operation took longer than it may.
type TimeLimit struct {
	Argument string // such as "timeouts.create"
	Limit    time.Duration
}

func (e *TimeLimit) Error() string {
	return fmt.Sprintf("the time limit of %s (%s) is over", wording.Duration(e.Limit), e.Argument)
}

// Is makes it the end of a context, as [context.DeadlineExceeded] is.
func (e *TimeLimit) Is(target error) bool { return target == context.DeadlineExceeded }

// Advice says what to do about it.
func (e *TimeLimit) Advice() string {
	advice := "Apply again for the rest, or set a longer time there."
	switch { // reading and destroying take the time from the state
	case strings.HasSuffix(e.Argument, ".read"):
		advice = "Set a longer time there and apply once with -refresh=false: a refresh takes the time from the state."
	case strings.HasSuffix(e.Argument, ".delete"):
		advice = "Run again for the rest, or set a longer time there and apply that before destroying."
	}
	return fmt.Sprintf("The operation may take %s (%s). %s", wording.Duration(e.Limit), e.Argument, advice)
}

// ending says why a run ended before its end, and what to do.
func ending(ctx context.Context) (title, advice string) {
	if over, is := errors.AsType[*TimeLimit](context.Cause(ctx)); is {
		return TimeIsOver, " " + over.Advice()
	}
	return "The run was interrupted", ""
}
