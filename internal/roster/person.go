// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/worker"
)

// user is the only class of object that is ever matched.
const user = "user"

// person is one worker, or the account of one who is absent, as the first two phases leave them.
// Later phases hand on values of their own, drafted and compared, and change nothing here but
// the troubles.
type person struct {
	id     string
	worker *worker.Worker // nil: absent
	waits  bool           // nothing is decided about this person: see Input.Only
	at     int            // where the person stands among the recognised

	// Set by evaluate, and again when their account is known.
	desired *mapping.Desired // nil: absent, or a data error
	problem error            // the data error

	// Set by recognise.
	existing        *directory.Existing   // nil: no account so far
	matched         string                // by what the account was recognised, for messages
	rule            int                   // the entry of Rules.Match that found it, or ruleLink, ruleWorkerID
	hint            string                // what nearly matched
	refused         *refusal              // a match by a rule that does not identify a person
	candidates      []*directory.Existing // the accounts that fit equally well, several of them
	carried         []*directory.Existing // accounts that carry the worker id and that no rule gives the worker
	splitFromShared bool                  // from an account that other workers match as well
	override        *overridden           // what somebody decided about this worker; nil: nothing
	staysDeleted    bool                  // an override disables, and the account that is theirs is deleted: it stays so

	// troubles are why the person is set aside. Every phase may add one, which is why the
	// later phases run in rounds.
	troubles []trouble
	// lacks are attributes, by folded name, that the directory cannot give the person now, with the reason. Their
	// document leaves them out, and rounds draft it anew, as for troubles.
	lacks map[string]string
	// losesProtected: must not sign in any longer, but the account is protected. It stays set.
	losesProtected bool
}

// refusal is an account that fits a worker by a weak rule, which is not enough.
type refusal struct {
	account *directory.Existing
	why     string
	// takes says that the worker would lose access by the match. If the account is
	// theirs that is right, and if it is not, they are to have another one: somebody has
	// to say which.
	takes bool
}

// stage returns the stage of a worker, "" for one who is absent or has a data error.
func (p *person) stage() mapping.Stage {
	if p.desired == nil {
		return ""
	}
	return p.desired.Stage
}

// present returns what the existing account holds.
func (p *person) present(attribute string) directory.Value {
	if p.existing == nil {
		return nil
	}
	return p.existing.Account.Attributes[attribute]
}

// restored reports whether the account comes back from the deleted ones.
func (p *person) restored() bool { return p.existing != nil && p.existing.Deleted }

// moved reports whether somebody counts as a leaver because they are out of scope. What
// disabled their account before is not why, so that its day does not begin their retention.
func (p *person) moved() bool { return p.desired != nil && p.desired.Moved }

// setAside notes a problem that concerns one person and stops nobody else: their
// account stays as it is, except that access they must lose is taken. It is for
// the steps that run one after another, never for inParallel.
func (p *person) setAside(kind problemKind, text, remedy string) {
	if p.waits {
		return // stays as it is anyway
	}
	t := trouble{kind, text, remedy}
	if !p.onHold() && !slices.Contains(p.troubles, t) {
		p.troubles = append(p.troubles, t)
	}
}

// aside reports whether a person is set aside.
func (p *person) aside() bool { return len(p.troubles) > 0 }

// onHold reports whether an override leaves everything as it is.
func (p *person) onHold() bool { return p.override.hold() != nil }

// onlyProtected reports whether nothing is wrong but that the account is protected,
// which is how it is meant to be.
func (p *person) onlyProtected() bool {
	return p.aside() && !slices.ContainsFunc(p.troubles, func(t trouble) bool { return t.kind != problemProtected })
}

// countsAsAside reports whether max_set_aside counts a person: not where an account stays
// that is protected, written by others only, disabled for good, or held by an override.
func (p *person) countsAsAside() bool {
	return slices.ContainsFunc(p.troubles, func(t trouble) bool { return !t.standing() })
}

// standing reports a trouble that lasts until somebody decides otherwise, and says nothing about the run.
func (t trouble) standing() bool {
	return slices.Contains([]problemKind{problemProtected, problemRestricted, problemDeletion, problemHeld}, t.kind)
}

func (p *person) problems() []Problem {
	var out []Problem
	for _, t := range p.troubles {
		out = append(out, Problem{string(t.kind), t.text, t.remedy})
	}
	return out
}

func ids(people []*person) []string {
	out := make([]string, len(people))
	for i, p := range people {
		out[i] = p.id
	}
	return out
}

// Values of person.rule for accounts that no entry of Rules.Match has found.
const (
	ruleLink     = -1
	ruleWorkerID = -2 // a data error or an absent worker: known by the worker id the account carries
)

// ruleOf returns which entry of Rules.Match a level of precedence is for a worker.
func (p *person) ruleOf(level int) int {
	if p.desired == nil {
		return ruleWorkerID
	}
	return p.desired.KeyRules[level]
}

// own writes an error without the worker id that it starts with.
func own(p *person, err error) string {
	return strings.ReplaceAll(strings.ReplaceAll(err.Error(), fmt.Sprintf("worker %q: ", p.id), ""), "\n", "; ")
}
