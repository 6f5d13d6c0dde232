// SPDX-License-Identifier: MPL-2.0

package review

import (
	"cmp"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/wording"
)

// aside is one reason for which people are set aside.
type aside struct {
	kind, remedy string
	problem      string // of the first of them
	people       []*person
}

// findAsides groups people who are set aside by the kind of their problem and what to do,
// the most frequent first. Nobody counts twice for one kind.
func (v *Review) findAsides() []aside {
	byKey := map[string]*aside{}
	var order []string
	for _, p := range v.byAction[roster.ActionSetAside] {
		for _, problem := range p.dec.Problems {
			key := problem.Kind + "\x00" + problem.Remedy
			a := byKey[key]
			if a == nil {
				a = &aside{kind: problem.Kind, remedy: problem.Remedy, problem: problem.Text}
				byKey[key] = a
				order = append(order, key)
			}
			if n := len(a.people); n == 0 || a.people[n-1] != p { // one after another
				a.people = append(a.people, p)
			}
		}
	}
	out := make([]aside, len(order))
	for i, key := range order {
		out[i] = *byKey[key]
	}
	slices.SortStableFunc(out, func(a, b aside) int { return cmp.Compare(len(b.people), len(a.people)) })
	return out
}

// tell writes a reason with the first people and what to do.
func (a *aside) tell() text {
	if len(a.people) == 1 {
		p := a.people[0]
		return say("%s, who %s: %s. %s %s.", p.wholly(), access(p), brief(a.problem), strong("To do:"), a.remedy)
	}
	open := len(where(a.people, func(p *person) bool { return p.pro.CanSignIn }))
	return say("%s (%s), of whom %s can sign in meanwhile, such as: %s. %s %s.", people(len(a.people)), named(a.people, 3), open, brief(a.problem), strong("To do:"), a.remedy)
}

// access says whether somebody can sign in.
func access(p *person) span {
	switch {
	case p.pro.CanSignIn:
		return words("can sign in meanwhile")
	case p.loses():
		return words("loses access")
	case len(p.dec.OpenAccounts) > 0:
		return words("has left and can still sign in with " + wording.Count(len(p.dec.OpenAccounts), "account"))
	case slices.ContainsFunc(p.dec.Problems, func(x roster.Problem) bool { return x.Kind == "ambiguous" || x.Kind == "twice" }):
		return words("has several accounts")
	case !p.pro.HasAccount:
		if p.pro.HireDate != "" {
			return words("has no account yet (hired on " + string(p.pro.HireDate) + ")")
		}
		return words("has no account yet")
	}
	return words("cannot sign in")
}

// brief leaves out the rule and what it read: the list below has them.
func brief(problem string) string {
	problem, _, _ = strings.Cut(problem, "; rule ")
	return problem
}
