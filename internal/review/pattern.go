// SPDX-License-Identifier: MPL-2.0

package review

import (
	"cmp"
	"math"
	"slices"

	"terraform-provider-workforce/internal/roster"
)

// census counts a population by what people have.
type census struct {
	people int
	by     [roster.Roles]map[string]int
}

// count counts those of whom something is true.
func (v *Review) count(is func(*person) bool, fact func(*person, roster.Role) string) census {
	var c census
	for role := range roster.Roles {
		c.by[role] = map[string]int{}
	}
	for _, p := range v.people {
		if !is(p) {
			continue
		}
		c.people++
		for role := range roster.Roles {
			if value := fact(p, role); value != "" {
				c.by[role][value]++
			}
		}
	}
	return c
}

// pattern is a value that people of one kind have more often than the population lets expect.
type pattern struct {
	role  roster.Role
	value string
	// hits of all people of the kind have it, and so have of of base people of the population.
	hits, all, of, base int
	chance              float64
}

// What it takes to stand out. The report states it, see measure.
const (
	minHits   = 3
	minShare  = 0.15 // of the people of a kind
	minRatio  = 2.0
	maxChance = 0.001
	// measure is how reports explain it.
	measure = "How to read it: a value stands out where at least 3 people and 15 % of a row have it, twice as often as everybody, and chance would do that in fewer than 1 of 1,000 reports."
)

// patternRoles are compared with the population.
var patternRoles = []roster.Role{roster.RolePlace, roster.RoleDepartment, roster.RoleManager, roster.RoleTitle, roster.RoleCompany, roster.RoleCountry}

// patterns returns what stands out among people, against a population, the least likely first.
func (v *Review) patterns(people []*person, base census, fact func(*person, roster.Role) string) []pattern {
	if len(people) < minHits || base.people == 0 {
		return nil
	}
	var out []pattern
	for _, role := range patternRoles {
		hits := map[string]int{}
		for _, p := range people {
			if value := fact(p, role); value != "" {
				hits[value]++
			}
		}
		for value, n := range hits {
			of := max(base.by[role][value], 1)
			share := float64(of) / float64(max(base.people, of))
			if n < minHits || float64(n) < max(minShare, minRatio*share)*float64(len(people)) {
				continue
			}
			chance := tail(n, len(people), share) * float64(max(len(base.by[role]), len(hits)))
			if chance < maxChance {
				out = append(out, pattern{role, value, n, len(people), base.by[role][value], base.people, chance})
			}
		}
	}
	slices.SortFunc(out, func(a, b pattern) int {
		return cmp.Or(cmp.Compare(b.hits, a.hits), cmp.Compare(rolesOrder(a.role), rolesOrder(b.role)), cmp.Compare(a.chance, b.chance), cmp.Compare(a.value, b.value))
	})
	return out
}

// rolesOrder is the order in which patterns of equally many people are told.
func rolesOrder(role roster.Role) int { return slices.Index(patternRoles, role) }

// tail is the chance that at least n of all have something that a share of everybody has:
// the upper tail of the binomial distribution, which is a little more than the chance
// of drawing them from a finite population, so that it never exaggerates.
func tail(n, all int, share float64) float64 {
	if share >= 1 {
		return 1
	}
	sum := 0.0
	for k := n; k <= all; k++ {
		term := math.Exp(choose(all, k) + float64(k)*math.Log(share) + float64(all-k)*math.Log1p(-share))
		if sum += term; term < sum*1e-12 {
			break
		}
	}
	return min(sum, 1)
}

// choose is the logarithm of n over k.
func choose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

// roleWords say how a value is told.
var roleWords = [roster.Roles]string{
	roster.RoleTitle: "are %s", roster.RoleDepartment: "work in the department %s", roster.RolePlace: "work in %s", roster.RoleCountry: "work in %s",
	roster.RoleCompany: "work for %s", roster.RoleManager: "report to %s",
}

// tell writes a pattern: "14 of 23 (61 %) work in Bengaluru (11 % of everybody: 166 of 1,540)".
func (v *Review) tell(p pattern) text {
	value := say("%s", p.value)
	if p.role == roster.RoleManager {
		value = v.manager(p.value)
	}
	return say("%s of %s (%s %) "+roleWords[p.role]+" (%s % of everybody: %s of %s)", p.hits, p.all, percent(p.hits, p.all), value, percent(p.of, p.base), p.of, p.base)
}

func percent(n, of int) int { return (n*100 + of/2) / max(of, 1) }

// tellAll writes the patterns that are told, at most so many.
func (v *Review) tellAll(patterns []pattern, most int) text {
	var list []text
	seen := map[[2]int]bool{}
	for _, p := range patterns {
		// The people of a place are also those of its country: that is told once.
		if same := [2]int{p.hits, p.of}; len(list) < most && !seen[same] {
			seen[same] = true
			list = append(list, v.tell(p))
		}
	}
	return join(list, "; ")
}
