// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"strings"
)

// statusClass is what a status word means.
type statusClass int

const (
	statusUnsaid    statusClass = iota // no word: only the dates count
	statusWorks                        // works here
	statusAway                         // employed and on leave
	statusSuspended                    // employed and barred
	statusLeft                         // no longer employed
)

// Words that HR systems use, where the rules do not list their own: Workday's
// Active flag, SuccessFactors' emplStatus (A active, U and P on leave,
// D dormant, S suspended, F furlough, O discarded, R retired, T terminated)
// and plain English. Every other word means that the person works here. A
// system whose letters mean something else needs lists of its own.
var (
	inactiveWords  = []string{"inactive", "terminated", "left", "retired", "discarded", "dismissed", "resigned", "deceased", "former", "false", "0", "no", "t", "r", "o"}
	suspendedWords = []string{"suspended", "dormant", "furlough", "furloughed", "d", "s", "f"}
	awayWords      = []string{"on leave", "on_leave", "leave", "leave of absence", "paid leave", "unpaid leave", "u", "p"}
)

// statuses sorts status words.
type statuses struct {
	classes map[string]statusClass // by folded word
	strict  bool                   // other words are errors
	known   []string               // words for messages
}

// newStatuses builds the sorter. With a list of active words, only listed words
// are known; a list of inactive words replaces the default ones.
func newStatuses(active, inactive []string) statuses {
	s := statuses{classes: map[string]statusClass{}, strict: len(active) > 0}
	if !s.strict {
		s.add(awayWords, statusAway)
		s.add(suspendedWords, statusSuspended)
	}
	if len(inactive) == 0 {
		s.add(inactiveWords, statusLeft)
	}
	s.add(inactive, statusLeft)
	s.add(active, statusWorks)
	s.known = append(append(s.known, active...), inactive...)
	return s
}

func (s *statuses) add(words []string, class statusClass) {
	for _, w := range words {
		s.classes[foldWord(w)] = class
	}
}

func (s *statuses) classify(word string) (statusClass, error) {
	class, known := s.classes[foldWord(word)]
	switch {
	case known:
		return class, nil
	case s.strict:
		return 0, fmt.Errorf("status: found %q, expected a word of worker_lifecycle.active_statuses or worker_lifecycle.inactive_statuses (%s)", word, strings.Join(s.known, ", "))
	case strings.TrimSpace(word) == "":
		return statusUnsaid, nil
	}
	return statusWorks, nil
}

func foldWord(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
