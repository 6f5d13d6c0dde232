// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
)

// roleAttributes are the names under which targets keep each role, the best first.
var roleAttributes = [Roles][]string{
	RoleTitle:         {"title", "jobTitle"},
	RoleDepartment:    {"department"},
	RolePlace:         {"l", "city", "physicalDeliveryOfficeName", "officeLocation"},
	RoleCountry:       {"co", "country", "c"},
	RoleCompany:       {"company", "companyName"},
	RoleTelephone:     {"telephoneNumber", "businessPhones", "mobile", "mobilePhone"},
	RoleUsageLocation: {"usageLocation", "msExchUsageLocation"},
	RoleManager:       {directory.ManagerAttribute},
	RoleLogin:         {"userPrincipalName", "sAMAccountName"},
}

// roleColumns are names that HR systems give the same facts, in lower-case letters, for
// roles that no rule writes.
var roleColumns = [Roles][]string{
	RoleTitle:      {"jobtitle", "title", "businesstitle", "positiontitle", "position", "jobprofile"},
	RoleDepartment: {"department", "departmentname", "organization", "organizationname", "orgunit", "supervisoryorganization", "division"},
	RolePlace:      {"city", "location", "worklocation", "office", "site", "municipality", "place"},
	RoleCountry:    {"country", "countryname", "countrycode"},
	RoleCompany:    {"company", "companyname", "legalentity"},
}

// reader finds the facts of people.
type reader struct {
	d *report
	// attributes are the target attributes of each role that rules write, or none.
	attributes [Roles][]string
	// columns are those of the HR system for roles without an attribute.
	columns [Roles]string
	zone    *time.Location
}

func (d *report) reader() *reader {
	r := &reader{d: d, zone: d.zone}
	var columns map[string]string
	for role := range Roles {
		if slices.ContainsFunc(roleAttributes[role], func(name string) bool { return d.hides(name) }) {
			continue
		}
		for _, name := range roleAttributes[role] {
			if slices.Contains(d.targets, name) {
				r.attributes[role] = append(r.attributes[role], name)
			}
		}
		if len(r.attributes[role]) > 0 || len(roleColumns[role]) == 0 {
			continue
		}
		if columns == nil {
			columns = d.openColumns()
		}
		for _, known := range roleColumns[role] {
			if r.columns[role] = columns[known]; r.columns[role] != "" {
				break
			}
		}
	}
	return r
}

// secretInputs returns the attributes of the HR system that a redacted rule reads. known is false
// where nobody was evaluated, so that nothing tells what the rules read.
func (d *report) secretInputs() (secret map[string]bool, known bool) {
	secret = map[string]bool{}
	for _, byName := range d.origins {
		for name, o := range byName {
			for _, input := range o.inputs {
				secret[input] = secret[input] || d.hides(name)
			}
		}
	}
	return secret, len(d.redacted) == 0 || d.origins[0] != nil
}

// openColumns returns the attributes of the HR system by their letters, without those that
// a redacted rule reads.
func (d *report) openColumns() map[string]string {
	secret, known := d.secretInputs()
	if !known {
		return map[string]string{}
	}
	columns := map[string]string{}
	for _, name := range d.in.Workers.Attributes() {
		key := strings.Map(func(r rune) rune {
			if !unicode.IsLetter(r) {
				return -1
			}
			return unicode.ToLower(r)
		}, name)
		if columns[key] == "" && !secret[name] {
			columns[key] = name
		}
	}
	return columns
}

// profile is who a person is. It reads what the decisions are made of, and changes nothing.
func (r *reader) profile(p *compared) Profile {
	out := Profile{
		WorkerID: p.id, Name: r.d.displayName(p.drafted), InFeed: p.worker != nil, HadAccount: p.existing != nil &&
			!p.restored(), HasAccount: p.account != nil && !p.deletes(),
		Removed: p.stripped(), Restored: p.restored() && p.account != nil, Adopted: r.d.labels(p), Elsewhere: r.d.livesIn(p.person),
	}
	if e := p.existing; e != nil {
		out.CouldSignIn, out.DisabledSince, out.Protected = e.Account.Enabled && !p.restored(), e.DisabledSince, e.Protected
		out.HasAccount = out.HasAccount || p.account == nil
		out.CanSignIn = p.account == nil && out.CouldSignIn
	}
	if p.account != nil {
		out.CanSignIn = p.account.Enabled
	}
	if w := p.worker; w != nil {
		out.Status, out.Type, out.HireDate, out.EndDate = strings.TrimSpace(w.Status), w.Type, w.HireDate, max(w.TerminationDate, w.LastDayOfWork)
		out.Class, _ = r.d.in.Mapping.StatusClass(w)
	}
	if on := p.override.enabled(); on != nil && !p.idle {
		out.Override = map[bool]string{true: "enabled", false: "disabled"}[*on]
	} else if p.onHold() {
		out.Override = "held"
	}
	r.facts(p, &out)
	return out
}

// facts fills in what a person has and will have.
func (r *reader) facts(p *compared, out *Profile) {
	value := r.values(p)
	had := r.d.presentName(p)
	if out.Name == "" && !r.d.hides("displayName") {
		out.Name = value("displayName", "cn")
	}
	if had != out.Name {
		out.Was = had
	}
	out.Given, out.Family = value("givenName"), value("sn", "surname")
	var before Facts
	for role := range Roles {
		out.After[role] = value(r.attributes[role]...)
		for _, name := range r.attributes[role] {
			if before[role] = strings.Join(p.present(name), "; "); before[role] != "" {
				break
			}
		}
		if column := r.columns[role]; column != "" && p.worker != nil {
			v, _ := p.worker.Attribute(column)
			out.After[role], before[role] = v.Text(), v.Text()
		}
	}
	if out.After[RoleManager] == "" && p.worker != nil && len(r.attributes[RoleManager]) == 0 && !r.d.redacted[directory.ManagerAttribute] {
		out.After[RoleManager], before[RoleManager] = p.worker.ManagerID, p.worker.ManagerID
	}
	out.After[RoleManager], before[RoleManager] = r.managerID(out.After[RoleManager]), r.managerID(before[RoleManager])
	if p.existing != nil && before != out.After {
		out.Before = &before
	}
}

// managerID writes a manager as a worker id where that is known.
func (r *reader) managerID(manager string) string {
	if m := r.d.lookup(manager); m != nil {
		return m.id
	}
	return manager
}

// values returns what reads the first of several target attributes that has a value after
// the run. What no document says is what the account has; what somebody without an account
// would have the rules say.
func (r *reader) values(p *compared) func(names ...string) string {
	var wanted map[string]directory.Value
	if p.account == nil && p.existing == nil && p.worker != nil && p.stage() != mapping.StageOutOfScope {
		wanted = r.d.in.Mapping.Describe(p.worker, r.d.in.AsOf)
	}
	return func(names ...string) string {
		for _, name := range names {
			if r.d.hides(name) {
				continue
			}
			v, managed := directory.Value(nil), false
			if p.account != nil {
				v, managed = p.account.Attributes[name]
			}
			if !managed {
				v = p.present(name)
			}
			if text := cmp.Or(strings.Join(v, "; "), strings.Join(wanted[name], "; ")); text != "" {
				return text
			}
		}
		return ""
	}
}

// presentName is the display name that an account has, "" where names are redacted.
func (d *report) presentName(p *compared) string {
	for _, attribute := range []string{"displayName", "cn", "userPrincipalName"} {
		if d.hides(attribute) {
			return ""
		}
		if v := p.present(attribute); len(v) > 0 {
			return v.Text()
		}
	}
	return ""
}
