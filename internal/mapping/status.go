// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"strings"

	"terraform-provider-workforce/internal/status"
	"terraform-provider-workforce/internal/worker"
)

// statuses sorts status words: by the lists of the rules, and by the vocabulary
// of package status where they say nothing.
type statuses struct {
	listed map[string]status.Class // by folded word
	strict bool                    // words that are not listed are unknown
	words  []string                // those listed, for messages
}

// newStatuses builds the sorter. With a list of active words, only listed words are known.
func newStatuses(l *Lifecycle) statuses {
	s := statuses{listed: map[string]status.Class{}, strict: len(l.ActiveStatuses) > 0}
	for _, list := range l.statusLists() {
		for _, word := range list.words {
			class := list.class
			if class == status.Left && status.Classify(word) == status.NeverStarted {
				class = status.NeverStarted // no account at all is more than a disabled one
			}
			s.listed[status.Fold(word)] = class
		}
		s.words = append(s.words, list.words...)
	}
	return s
}

// statusList is one of the lists of Lifecycle.
type statusList struct {
	name  string
	class status.Class
	words []string
}

func (l *Lifecycle) statusLists() []statusList {
	return []statusList{
		{"active_statuses", status.Active, l.ActiveStatuses},
		{"inactive_statuses", status.Left, l.InactiveStatuses},
		{"prehire_statuses", status.Prehire, l.PrehireStatuses},
		{"leave_statuses", status.OnLeave, l.LeaveStatuses},
		{"suspended_statuses", status.Suspended, l.SuspendedStatuses},
	}
}

func (s *statuses) classify(word string) status.Class {
	if len(s.listed) > 0 {
		if class, listed := s.listed[status.Fold(word)]; listed {
			return class
		}
	}
	if s.strict {
		return status.Unknown
	}
	return status.Classify(word)
}

// UnknownStatusError is about a status word that neither the lists of the rules nor
// the vocabulary know. Nobody may take it for an active one.
type UnknownStatusError struct {
	// Word is what was found; it is empty where every worker must have a word of the lists.
	Word string
	// Listed are the words of the rules' lists; where Strict, there are no others.
	Listed []string
	Strict bool
}

func (e *UnknownStatusError) Error() string {
	if e.Strict {
		return fmt.Sprintf("status: found %q, expected a word of worker_lifecycle.active_statuses or worker_lifecycle.inactive_statuses (%s); "+
			"add it to one of the lists of status words", e.Word, strings.Join(e.Listed, ", "))
	}
	return fmt.Sprintf("status: found %q, expected a known status word such as \"Active\" or \"Terminated\"; ask HR what it means, and add it to one list of worker_lifecycle: "+
		"inactive_statuses (has left), prehire_statuses (has not started), leave_statuses or suspended_statuses (is away), or active_statuses (works here; with it, every word must be in one of the lists)", e.Word)
}

func (s *statuses) unknown(word string) error {
	return &UnknownStatusError{Word: word, Listed: s.words, Strict: s.strict}
}

// StatusClass says how the rules read a worker's status word: a class of package
// status, and the word as the report shows it. It costs next to nothing.
func (m *Mapping) StatusClass(w *worker.Worker) (class, word string) {
	return string(m.lifecycle.statuses.classify(w.Status)), strings.TrimSpace(w.Status)
}
