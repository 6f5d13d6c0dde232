// SPDX-License-Identifier: MPL-2.0

// Package review writes down a set of decisions for the people who approve them: what
// happens to whom and why, what stands out, and what somebody who knows the company would
// ask about first. It decides nothing and asks nobody: the same decisions give the same
// report, byte for byte.
//
// A Review holds the sentences and figures; Markdown, HTML and JSON are ways to write them.
// Every figure is counted from the same list of people, so that sums add up in each of them.
package review

import (
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

// Options say how a report is written.
type Options struct {
	// Title names the directory, such as "Active Directory corp.example.com".
	Title string
	// AsOf is the instant that was decided for.
	AsOf time.Time
	// Rules are what the decisions rest on: the report looks for values that they name.
	Rules mapping.Rules
	// Groups are the names of the groups that users own, by object id, where that is known.
	Groups map[string][]string
	// Usage is how accounts are used and what they open, by object id, where that is known.
	Usage map[string]directory.Usage
	// UsageUnknown says which part of that the directory does not tell, and how to have it.
	UsageUnknown string
	// Contacts say where whom the questions name can be reached, by the words of contactNames.
	Contacts map[string]string
	// MaxListed is the number of rows after which a list is cut; 50 by default.
	MaxListed int
	// MaxCharacters is how long the Markdown may be; 60,000 by default, because comments
	// on pull requests of GitHub end at 65,536.
	MaxCharacters int
}

// Defaults of Options.
const (
	DefaultMaxListed     = 50
	DefaultMaxCharacters = 60_000
	// MinCharacters is the least that MaxCharacters may be: page one always fits.
	MinCharacters = 20_000
)

// Review is a set of decisions, looked at.
type Review struct {
	o Options
	r *roster.Result

	people    []*person
	byID      map[string]*person
	byAction  map[roster.Action][]*person
	reports   map[string][]*person // worker id of a manager → who reports to them afterwards and can sign in
	before    census               // of those who can sign in before the run
	after     census               // of those who have an account after it
	staff     census               // of those who have one before and after it, as they are after it
	causes    []cause
	overrides map[string][]roster.OverrideLine
	start     map[string]time.Time // from when people can sign in who cannot yet
	shared    map[string]bool      // see sharedKeys

	effects  []effect
	findings []finding
	held     map[string]int // worker id → number of the question that holds them, see advise
	asides   []aside
}

// New looks at decisions.
func New(r *roster.Result, o Options) *Review {
	if o.MaxListed <= 0 {
		o.MaxListed = DefaultMaxListed
	}
	if o.MaxCharacters <= 0 {
		o.MaxCharacters = DefaultMaxCharacters
	}
	v := &Review{o: o, r: r, byID: make(map[string]*person, len(r.Decisions)), byAction: map[roster.Action][]*person{}, reports: map[string][]*person{}, overrides: map[string][]roster.OverrideLine{}}
	v.people = make([]*person, len(r.Decisions))
	list := make([]person, len(r.Decisions))
	for i := range r.Decisions {
		p := &list[i]
		p.dec, p.pro, p.at = &r.Decisions[i], &r.Profiles[i], i
		v.people[i], v.byID[p.id()] = p, p
		v.byAction[p.dec.Action] = append(v.byAction[p.dec.Action], p)
	}
	for _, p := range v.people {
		if manager := p.pro.After[roster.RoleManager]; manager != "" && p.pro.CanSignIn && manager != p.id() {
			v.reports[manager] = append(v.reports[manager], p)
		}
	}
	for _, line := range r.Overrides {
		v.overrides[line.WorkerID] = append(v.overrides[line.WorkerID], line)
	}
	v.before, v.after = v.count(func(p *person) bool { return p.pro.CouldSignIn }, (*person).had), v.count(func(p *person) bool { return p.pro.HasAccount }, (*person).has)
	v.staff = v.count(func(p *person) bool { return p.pro.HadAccount && p.pro.HasAccount }, (*person).has)
	v.causes, v.start = v.findCauses(), v.starts()
	v.shared = v.sharedKeys()
	v.nameSections()
	v.asides = v.findAsides()
	v.findings = v.find()
	v.advise()
	v.effects = v.findEffects()
	return v
}
