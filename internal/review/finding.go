// SPDX-License-Identifier: MPL-2.0

package review

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"terraform-provider-workforce/internal/canonical"
	"terraform-provider-workforce/internal/roster"
)

// finding is something that somebody who knows the company would ask about before
// approving. It is a question, never a decision: nothing follows from it.
type finding struct {
	// Key names the kind of finding for scripts. It never changes its meaning.
	Key string
	// Risk orders findings: the larger, the more harm is done if the answer is bad.
	Risk int
	Text text
	// Workers are the people that the question is about.
	Workers []string
	// Ask says who can answer, No what to do if the answer is no, Unanswered what to do if
	// nobody answers in time.
	Ask, No, Unanswered text
	do                  verdict
}

const (
	// lookAt is how many findings are the ones to look at.
	lookAt = 10
	// namedInFinding is how many people a finding names.
	namedInFinding = 6
)

// find looks for everything that is worth a question, the riskiest first.
func (v *Review) find() []finding {
	var all []finding
	for _, look := range []func() []finding{v.aboutAccessKept, v.aboutWhoLeaves, v.aboutPrivileges, v.aboutLacks, v.aboutEnds,
		v.aboutReturns, v.aboutWhoJoins, v.aboutAlike, v.aboutNames, v.aboutManagers, v.aboutLostValues, v.aboutMoves, v.aboutValues} {
		all = append(all, look()...)
	}
	slices.SortStableFunc(all, func(a, b finding) int {
		return cmp.Or(cmp.Compare(b.Risk, a.Risk), cmp.Compare(len(b.Workers), len(a.Workers)), cmp.Compare(a.Key, b.Key))
	})
	return all
}

// about makes a finding of people, or none where there are none.
func about(key string, risk int, people []*person, tell func() text) []finding {
	if len(people) == 0 {
		return nil
	}
	return []finding{{Key: key, Risk: risk, Text: tell(), Workers: ids(people)}}
}

// isAre chooses the verb for a number of people.
func isAre(n int, one, many string) span {
	if n == 1 {
		return words(one)
	}
	return words(many)
}

// rarely reports whether less than so many per cent of a population are like that, so that
// it says something about the few who are.
func rarely(people []*person, percent int, is func(*person) bool) bool {
	return len(where(people, is))*100 < percent*max(len(people), 1)
}

// nameKey is a name without case, signs and order, so that "Lee, Ann" is "Ann Lee".
func nameKey(name string) string {
	parts := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// tokens are the words of a text in lower case.
func tokens(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// employed are people who stay: what joiners are compared with.
func (v *Review) employed() []*person {
	return where(v.people, func(p *person) bool { return p.stays() && p.pro.InFeed })
}

// joiners are those who get a new account.
func (v *Review) joiners() []*person { return v.byAction[roster.ActionCreate] }

// leavers are those who lose access for good.
func (v *Review) leavers() []*person { return where(v.people, v.leaves) }

// Finding is a question of the report, as scripts see it.
type Finding struct {
	// Key names the kind of question, and never changes its meaning.
	Key string `json:"key"`
	// Risk orders questions: the larger, the more harm is done if the answer is bad.
	Risk int `json:"risk"`
	// Text is one sentence or two, in plain text.
	Text string `json:"text"`
	// Workers are the worker ids that the question is about.
	Workers []string `json:"workers"`
	// Ask says who can answer, No what to do if the answer is no, Unanswered what to do if
	// nobody answers in time.
	Ask        string `json:"ask"`
	No         string `json:"if_no"`
	Unanswered string `json:"unanswered"`
}

// Findings are all questions, the riskiest first.
func (v *Review) Findings() []Finding {
	out := make([]Finding, len(v.findings))
	for i, f := range v.findings {
		out[i] = Finding{f.Key, f.Risk, f.Text.String(), canonical.List(f.Workers), f.Ask.String(), f.No.String(), f.Unanswered.String()}
	}
	return out
}
