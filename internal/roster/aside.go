// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/wording"
)

// Problem is why a person is set aside.
type Problem struct {
	// Kind is one of the words below.
	Kind string `json:"kind"`
	// Text says what was found and what was expected; Remedy says what to do.
	Text   string `json:"problem"`
	Remedy string `json:"remedy"`
}

// problemKind is a kind of trouble that concerns one person.
type problemKind string

// The kinds, as reports name them.
const (
	problemData      problemKind = "data_error"     // the rules cannot be evaluated for the HR record
	problemDates     problemKind = "dates"          // the HR record contradicts itself
	problemStatus    problemKind = "unknown_status" // nobody knows what the status word means
	problemAmbiguous problemKind = "ambiguous"      // several accounts fit
	problemContested problemKind = "contested"      // several workers fit one account
	problemTakeover  problemKind = "takeover"       // the account is somebody else's
	problemTwice     problemKind = "twice"          // several accounts carry the worker id of somebody absent
	problemCarried   problemKind = "carried"        // another account carries the worker id that a new one would get
	problemNoName    problemKind = "no_name"        // every candidate for a name is taken
	problemName      problemKind = "name"           // two accounts would share a name
	problemValue     problemKind = "value"          // the directory does not accept a value
	problemContainer problemKind = "container"      // the container does not exist
	problemSuffix    problemKind = "suffix"         // the suffix of the user principal name is unknown
	problemDeletion  problemKind = "deletion"       // the account is to be deleted, and the directory would not
	problemProtected problemKind = "protected"      // the account is protected
	problemHeld      problemKind = "held"           // somebody decided that nothing happens for now
	problemTarget    problemKind = "synchronised"   // the account is not synchronised, and the rules are for those
)

// trouble is one problem of one person.
type trouble struct {
	kind         problemKind
	text, remedy string
}

// setAside notes a problem that concerns one person and stops nobody else: their
// account stays as it is, except that access they must lose is taken. It is for
// the phases that run one after another, never for d.parallel.
func (d *decider) setAside(p *person, kind problemKind, text, remedy string) {
	if p.waits {
		return // stays as it is anyway
	}
	t := trouble{kind, text, remedy}
	if !p.held() && !slices.Contains(p.troubles, t) {
		p.troubles = append(p.troubles, t)
	}
}

// aside reports whether a person is set aside.
func (p *person) aside() bool { return len(p.troubles) > 0 }

// held reports whether an override leaves everything as it is.
func (p *person) held() bool { return p.override.held() != nil }

// onlyProtected reports whether nothing is wrong but that the account is protected,
// which is how it is meant to be.
func (p *person) onlyProtected() bool {
	return p.aside() && !slices.ContainsFunc(p.troubles, func(t trouble) bool { return t.kind != problemProtected })
}

// countsAsAside reports whether max_set_aside counts a person: not where an account stays
// that is protected, disabled for good, or held by an override.
func (p *person) countsAsAside() bool {
	return slices.ContainsFunc(p.troubles, func(t trouble) bool {
		return t.kind != problemProtected && t.kind != problemDeletion && t.kind != problemHeld
	})
}

func (p *person) problems() []Problem {
	var out []Problem
	for _, t := range p.troubles {
		out = append(out, Problem{string(t.kind), t.text, t.remedy})
	}
	return out
}

// stops reports whether one person's problem stops the run.
func (d *decider) stops() bool { return d.in.OnProblem == ProblemStop }

const (
	remedyHeld   = "to let it happen, remove the override or wait for its last day"
	remedyDates  = "correct the dates or the status in the HR system"
	remedyData   = "correct the HR record or the rule"
	remedyStatus = "ask HR what they mean, and add them to inactive_statuses (has left), prehire_statuses (has not started), leave_statuses or suspended_statuses (is away) of worker_lifecycle, " +
		"or to active_statuses, which must then list every word of people who work here"
)

// asideForData sets those aside whose HR record cannot be evaluated.
func (d *decider) asideForData() {
	for _, p := range d.people {
		if p.desired != nil && p.desired.Doubt != "" {
			d.setAside(p, problemDates, p.desired.Doubt, remedyDates)
		}
		if p.problem == nil || p.aside() {
			continue
		}
		var unknown *mapping.UnknownStatusError
		if errors.As(p.problem, &unknown) {
			text, remedy, _ := strings.Cut(unknown.Error(), "; ")
			if d.setAside(p, problemStatus, text, remedy); own(p, p.problem) == unknown.Error() {
				continue
			}
		}
		d.setAside(p, problemData, own(p, p.problem), remedyData)
	}
}

// own writes an error without the worker id that it starts with.
func own(p *person, err error) string {
	return strings.ReplaceAll(strings.ReplaceAll(err.Error(), fmt.Sprintf("worker %q: ", p.id), ""), "\n", "; ")
}

// fallBack gives a person who is set aside what they have: the account as it is,
// less the access that they must lose. Whoever is held by an override keeps access too:
// somebody decided that, and said why and until when.
func (d *decider) fallBack(p *person) {
	p.slots, p.boss, p.rehired, p.blocked, p.cause, p.account = nil, nil, false, "", "", nil
	p.action = ActionSetAside
	texts := make([]string, len(p.troubles))
	for i, t := range p.troubles {
		texts[i] = t.text + " (" + t.remedy + ")"
	}
	p.reason = strings.Join(texts, "; ")
	if p.held() {
		p.action = ActionHeld
	}
	if p.existing == nil || p.restored() {
		return
	}
	d.keep(p)
	if p.held() {
		return
	}
	cause, since := d.mustNotSignIn(p)
	if cause == "" || p.existing.Protected != "" {
		return
	}
	p.account.Enabled, p.cause = false, cause
	if directory.Leaves(cause) && d.strips(p, since) {
		p.account.Attributes[directory.GroupsAttribute] = directory.Value{directory.GroupsRemoved}
	}
	if p.existing.Account.Enabled {
		p.reason = "loses access, because " + d.lossReason(p, cause) + "; otherwise set aside: " + p.reason
	}
}

// fallBackLate is fallBack for those who are set aside after their account was
// drafted. Of an override it keeps what it says about access.
func (d *decider) fallBackLate(p *person) {
	p.mastered, p.barred = nil, false
	d.fallBack(p)
	if on := p.override.enabled(); on != nil && p.account != nil && !p.override.idle && p.existing.Protected == "" {
		d.overrideEnabled(p, *on)
	}
	d.finish(p)
	p.settle()
}

// asideReasons tells the most frequent problems of people who are set aside, each once with its
// number and what to do.
func asideReasons(people []*person) string {
	const shown = 10
	counts := map[string]int{}
	for _, p := range people {
		for _, t := range p.troubles {
			counts[t.text+"\x00"+t.remedy]++
		}
	}
	texts := sortedKeys(counts)
	slices.SortStableFunc(texts, func(a, b string) int { return counts[b] - counts[a] })
	var b strings.Builder
	for _, text := range texts[:min(shown, len(texts))] {
		what, remedy, _ := strings.Cut(text, "\x00")
		fmt.Fprintf(&b, "\n%s: %s (%s)", wording.Count(counts[text], "worker"), what, remedy)
	}
	if more := len(texts) - shown; more > 0 {
		fmt.Fprintf(&b, "\n… and %d more problems", more)
	}
	return b.String()
}

// problemTitles say for errors what is wrong with the people listed, and what to do.
var problemTitles = map[problemKind]string{
	problemTwice:     "these workers are not in the feed, and several accounts carry their worker id",
	problemCarried:   "other accounts carry the worker ids that new accounts of these workers would get",
	problemNoName:    "no free name",
	problemName:      "two accounts would share a name that must be unique",
	problemValue:     "the directory does not accept these values",
	problemContainer: "these containers do not exist",
	problemSuffix:    "these suffixes of user principal names are not known to the directory",
	problemDeletion:  "these accounts cannot be deleted",
	problemProtected: "these accounts are protected, and the rules would change them",
	problemAmbiguous: "these workers match several accounts",
	problemContested: "these accounts are matched by several workers",
	problemTakeover:  "these accounts are somebody else's",
	problemTarget:    "these accounts are not synchronised, and the rules are for synchronised ones only",
	problemDates:     "the HR records of these workers contradict themselves",
	problemData:      "the rules cannot be evaluated for these workers",
	problemStatus:    "nobody knows what the status words of these workers mean",
}

// refuseAside fails with every problem of every person, where one stops the run.
func (d *decider) refuseAside() error {
	if !d.stops() {
		return nil
	}
	texts, remedies := map[string][]string{}, map[string]string{}
	for _, p := range d.people {
		for _, t := range p.troubles {
			if t.kind == problemProtected || t.kind == problemDeletion || t.kind == problemHeld {
				continue // left as it is, whatever on_problem says; see refuseProtected
			}
			kind := string(t.kind)
			texts[kind] = append(texts[kind], fmt.Sprintf("worker %q: %s", p.id, t.text))
			remedies[kind] = cmp.Or(remedies[kind], t.remedy)
		}
	}
	var errs []error
	for _, kind := range sortedKeys(texts) {
		errs = append(errs, refuse(fmt.Sprintf("%s (%s, or set these people aside with on_problem = %q)", problemTitles[problemKind(kind)], remedies[kind], ProblemSetAside), texts[kind]))
	}
	return errors.Join(errs...)
}
