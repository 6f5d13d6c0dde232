// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"errors"
	"strings"
)

// undecided begins a text that a converter writes where a person must decide: what the
// job did cannot be derived, and no default is safe. Compile refuses it wherever it stands,
// so that a converted mapping never takes effect with a question open.
const undecided = "DECIDE: "

// question is the text that Compile refuses, with what is asked.
func question(what string) string { return undecided + what }

// asked returns what a text leaves to decide.
func asked(s string) (string, bool) { return strings.CutPrefix(strings.TrimSpace(s), undecided) }

// decided reports whether a text is no open question; it reports one as a problem.
func (c *compiler) decided(path, s string) bool {
	what, open := asked(s)
	if open {
		c.fail(path, errors.New("not decided yet: "+what))
	}
	return !open
}
