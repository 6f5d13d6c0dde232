// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping/syncrule"
)

// syncImporter turns the synchronization rules of one engine into rules.
type syncImporter struct {
	importer
	out      []syncrule.Rule               // what flows to the accounts, in order of precedence
	in       []syncrule.Rule               // what fills the metaverse from elsewhere, in order of precedence
	own      []syncrule.Rule               // what comes back from the accounts' own connector
	fills    map[string][]contribution     // of the metaverse attribute, lower-cased
	inScope  [][]syncrule.Condition        // which objects of the source become people
	outScope [][]syncrule.Condition        // which people get an account
	flows    map[string][]contribution     // of the target attribute, lower-cased
	read     map[string]*expression.Syntax // metaverse attributes already composed
	empty    map[string]bool               // metaverse attributes that no rule fills
	refused  map[string]string             // metaverse attributes that nothing can be said of, and why
}

// contribution is one flow with the rule that it belongs to.
type contribution struct {
	rule *syncrule.Rule
	flow *syncrule.Flow
}

// FromSyncRules turns synchronization rules of Microsoft Entra Connect or of Microsoft
// Identity Manager, as package syncrule reads them from exports, into rules. Rules into the
// metaverse and rules out of it are put together: an attribute of the account is computed
// from the attributes of the source.
//
// The notes say, one sentence each, what works differently here or was translated. What a
// person must decide stands in the rules as a text that begins with "DECIDE: ", which
// Compile refuses. Formats are those of the directories that rules can be written for.
func FromSyncRules(docs []string, formats ...directory.Format) (rules Rules, notes []string, err error) {
	s := &syncImporter{importer: importer{formats: formats, priorities: map[int][]MatchCondition{}, nulls: map[string]bool{},
		extended: map[string]bool{}},
		fills: map[string][]contribution{}, flows: map[string][]contribution{}, read: map[string]*expression.Syntax{},
		empty: map[string]bool{}, refused: map[string]string{}}
	var all []syncrule.Rule
	for k, doc := range docs {
		more, err := syncrule.Read(doc)
		if err != nil {
			if len(docs) > 1 {
				err = fmt.Errorf("export %d of %d: %w", k+1, len(docs), err)
			}
			return Rules{}, nil, err
		}
		all = append(all, more...)
	}
	if err := s.sort(all); err != nil {
		return Rules{}, nil, err
	}
	s.rules.Dialect = string(expression.MIM)
	s.rules.Attributes = map[string]AttributeRule{}
	s.scopes()
	s.lifecycle()
	for _, name := range slices.Sorted(maps.Keys(s.flows)) {
		s.target(s.flows[name])
	}
	s.joins()
	s.finish()
	return s.rules, s.notes, nil
}

// sort tells the rules apart: those to the accounts, those that fill the metaverse, and the rest.
func (s *syncImporter) sort(all []syncrule.Rule) error {
	var outbound, inbound []syncrule.Rule
	for _, r := range all {
		switch {
		case r.Disabled:
			s.notef("The rule %q is disabled and was left out.", r.Name)
		case r.Directory == "other" && r.Outbound, !personal(r):
			s.notef("The rule %q is about %s and %s, which are no users, or about another system, and was left out.", r.Name, r.ConnectedType,
				r.MetaverseType)
		case r.Outbound:
			outbound = append(outbound, r)
		default:
			inbound = append(inbound, r)
		}
	}
	byPrecedence := func(a, b syncrule.Rule) int { return a.Precedence - b.Precedence }
	slices.SortStableFunc(outbound, byPrecedence)
	slices.SortStableFunc(inbound, byPrecedence)
	if len(outbound) == 0 && len(inbound) == 0 {
		return errors.New("found no enabled synchronization rule of users, expected the rules that make accounts, and those that fill the " +
			"metaverse for them")
	}
	if len(outbound) == 0 {
		s.inboundOnly(inbound)
		return nil
	}
	first := outbound[max(0, slices.IndexFunc(outbound, func(r syncrule.Rule) bool { return r.Creates }))]
	for _, r := range outbound {
		if !strings.EqualFold(r.Connector, first.Connector) || !strings.EqualFold(r.MetaverseType, first.MetaverseType) {
			s.notef("The rule %q writes to another connector than %q and was left out: convert its rules by themselves.", r.Name, first.Name)
			continue
		}
		s.out = append(s.out, r)
	}
	for _, r := range inbound {
		switch {
		case !strings.EqualFold(r.MetaverseType, first.MetaverseType):
			s.notef("The rule %q fills %s and was left out.", r.Name, r.MetaverseType)
		case strings.EqualFold(r.Connector, first.Connector):
			s.own = append(s.own, r)
			s.notef("The rule %q reads the accounts themselves: only its join counts here.", r.Name)
		default:
			s.in = append(s.in, r)
		}
	}
	s.aim(s.directory(first))
	s.collect()
	return nil
}

// impersonal are object types of metaverses and directories that are no people, lower-cased.
var impersonal = []string{"group", "contact", "device", "computer", "room", "printer", "role", "publicfolder", "organizationalunit",
	"container", "forest", "domain", "synchronizationrule", "detectedruleentry", "expectedruleentry", "foreignsecurityprincipal",
	"serviceprincipal", "msexchdynamicdistributionlist"}

// personal reports whether a rule is about people and their accounts.
func personal(r syncrule.Rule) bool {
	return !slices.Contains(impersonal, strings.ToLower(r.MetaverseType)) && !slices.Contains(impersonal, strings.ToLower(r.ConnectedType))
}

// inboundOnly takes attributes of the metaverse for those of the account: there is no rule
// that says which these become.
func (s *syncImporter) inboundOnly(inbound []syncrule.Rule) {
	s.aim(syncrule.ActiveDirectory)
	for _, r := range inbound {
		r.Outbound, r.Creates, r.Directory, r.Joins = true, false, "", nil
		s.out = append(s.out, r)
	}
	s.notef("There are rules into the metaverse only: each of its attributes was taken for the account's attribute of the same name. " +
		"Give the rules out of the metaverse as well where they differ.")
	s.collect()
}

// directory is the target of a rule, as far as it can be told.
func (s *syncImporter) directory(first syncrule.Rule) string {
	if first.Directory == syncrule.ActiveDirectory || first.Directory == syncrule.Entra {
		return first.Directory
	}
	for _, r := range s.out {
		for _, f := range r.Flows {
			switch strings.ToLower(f.Target) {
			case "samaccountname", "useraccountcontrol", "dn", "unicodepwd", "pwdlastset":
				return syncrule.ActiveDirectory
			case "accountenabled", "sourceanchor", "cloudanchor", "usagelocation":
				return syncrule.Entra
			}
		}
	}
	s.notef("Nothing says to which directory %q writes: target is active_directory.", first.Name)
	return syncrule.ActiveDirectory
}

// collect groups flows by their target. A flow in both a creating and a lasting form counts in its lasting one.
func (s *syncImporter) collect() {
	for k := range s.out {
		for f := range s.out[k].Flows {
			key := strings.ToLower(s.out[k].Flows[f].Target)
			s.flows[key] = append(s.flows[key], contribution{&s.out[k], &s.out[k].Flows[f]})
		}
		for _, note := range s.out[k].Notes {
			s.notef("The rule %q: %s.", s.out[k].Name, note)
		}
	}
	for k := range s.in {
		for f := range s.in[k].Flows {
			key := strings.ToLower(s.in[k].Flows[f].Target)
			s.fills[key] = append(s.fills[key], contribution{&s.in[k], &s.in[k].Flows[f]})
		}
	}
}

// joins turns relationship criteria and join rules into match rules, in their order.
func (s *syncImporter) joins() {
	for _, r := range slices.Concat(s.out, s.own) {
		for _, group := range r.Joins {
			var m MatchRule
			for _, j := range group {
				tree, why := s.metaverse(j.Metaverse)
				source := spell(tree)
				if why != "" {
					source = question(fmt.Sprintf("the rule %q joins %s with %s, of which %s; write what identifies the account", r.Name,
						j.Connected, j.Metaverse, why))
				}
				m.All = append(m.All, MatchCondition{Source: source, Target: s.translate(j.Connected)})
			}
			same := func(have MatchRule) bool { return slices.Equal(have.All, m.All) }
			if len(m.All) > 0 && !slices.ContainsFunc(s.rules.Match, same) {
				s.rules.Match = append(s.rules.Match, m)
			}
		}
	}
}

// finish asks for what no mapping may be without.
func (s *syncImporter) finish() {
	if s.rules.Target == syncrule.ActiveDirectory && s.rules.Container == "" {
		s.rules.Container = question("no rule gives dn; write the container of new accounts, such as OU=Staff,DC=corp,DC=example,DC=com")
	}
	if len(s.rules.Match) == 0 {
		s.rules.Match = []MatchRule{{All: []MatchCondition{{Source: question("no rule joins accounts with people; write what both have, " +
			"such as worker_id and employeeID"), Target: "employeeID"}}}}
	}
	if !s.status {
		s.askStatus("no rule enables or disables accounts")
	}
	if len(s.empty) > 0 && len(s.in) > 0 {
		s.notef("No rule given here fills these attributes of the metaverse, which are read as attributes of the HR data source: %s. Give "+
			"the rules that fill them as well, or let the HR data source have them.", quoted(slices.Sorted(maps.Keys(s.empty))))
	}
	if len(s.empty) > 0 && len(s.in) == 0 {
		s.notef("There is no rule into the metaverse: its attributes are read as attributes of the HR data source. Rename them there, or " +
			"give the rules that fill it as well.")
	}
	if slices.ContainsFunc(s.out, func(r syncrule.Rule) bool {
		return slices.ContainsFunc(r.Flows, func(f syncrule.Flow) bool { return strings.EqualFold(f.Merge, "Update") })
	}) {
		s.notef("A value stays when its source becomes empty, whereas Entra Connect takes it away: set when_null = \"clear\" where that is " +
			"meant.")
	}
	s.sources()
}
