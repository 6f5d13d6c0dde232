// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"fmt"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/review"
	"terraform-provider-workforce/internal/roster"
	people "terraform-provider-workforce/internal/sandbox/company"
)

// returners are people whom the weeks before have disabled, and who are about to come back.
type returners struct{ privileged, undated *people.Worker }

// Another change set, with questions of the kinds that the first has none of.
func TestPageOneNamesWhatElseIsPlanted(t *testing.T) {
	for _, seed := range []uint64{3, 4} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			m := newMemory()
			p := newPlanted(t, seed, 1500)
			senior, director, trainee := p.take(), p.take(), p.take()
			senior.JobTitle, director.JobTitle, trainee.JobTitle = "Senior Vice President Finance", "Director Operations", "Trainee"
			old, boss := p.take(), p.take()
			old.ManagerID, boss.ManagerID = boss.ID, old.ID // managers of one another before anything happens
			p.expect("managers_cycle_before", old.ID, boss.ID)
			back := returners{p.take(), p.take()}
			in := p.live(m, rules(companyRules, func(r *mapping.Rules) {
				r.Scope, r.OnOutOfScope = [][]mapping.Clause{{{Attribute: "worker_type", Operator: "NOT EQUALS",
					Value: "Agency"}}}, mapping.OutOfScopeDisable
			}), func() {
				p.leave(back.privileged, "2026-09-30")
				p.leave(back.undated, "2026-09-30")
			})
			id := map[string]string{}
			for _, e := range m.objects {
				id[e.Account.Attributes["employeeID"].Text()] = e.ID
			}
			p.ordinaryDay()
			p.answers["mass_change"] = []string{} // the renamed department
			groups := p.plantOtherLeavers(senior, id)
			p.plantReturns(back)
			p.plantOtherJoiners()
			p.plantOtherManagers(director, trainee)
			in.Overrides = p.plantOverrides()
			in.Workers = feed(p.c)
			twice := p.take()
			p.leave(twice, "2026-11-20")
			in.Workers = feed(p.c)
			m.user("employeeID="+twice.ID, "cn=Second Account", "sAMAccountName=second", "userPrincipalName=second@corp.example.com")
			p.expect("leaver_of_several_accounts", twice.ID)
			p.review(in, fmt.Sprint("more-", seed), review.Options{Groups: groups})
		})
	}
}

func (p *planted) plantOtherLeavers(senior *people.Worker, id map[string]string) map[string][]string {
	p.leave(senior, "2026-11-20")
	p.expect("leaver_senior", senior.ID)
	owner := p.take()
	p.leave(owner, "2026-11-20")
	p.expect("leaver_owns_groups", owner.ID)
	used := p.take()
	p.leave(used, "2026-11-17")
	p.usage[used.ID] = signedIn("2026-11-21")
	p.expect("leaver_used_after", used.ID)
	outside := p.take()
	outside.Type = "Agency"
	p.expect("leaver_by_policy", outside.ID)
	quick := p.take()
	quick.HireDate = "2026-11-09"
	p.leave(quick, "2026-11-20")
	p.expect("leaver_just_hired", quick.ID)
	active := p.take()
	p.leave(active, "2026-11-19")
	active.Status = "Active"
	p.expect("leaver_active", active.ID)
	for range 22 {
		w := p.take()
		p.leave(w, "2026-11-20")
		p.expect("leavers_many", w.ID)
	}
	return map[string][]string{id[owner.ID]: {"Payroll Approvers"}}
}

func (p *planted) plantReturns(back returners) {
	w := back.privileged
	w.HireDate, w.TerminationDate, w.LastDayOfWork, w.Status = "2026-11-20", "", "", "Active"
	p.usage[w.ID] = directory.Usage{SignInsKnown: true, LastSignIn: signedIn("2026-09-29").LastSignIn,
		Privileged: []string{"Backup Operators"}}
	p.expect("returns_privileged", w.ID)
	w = back.undated
	w.TerminationDate, w.LastDayOfWork, w.Status = "", "", "Active"
	p.expect("kept_disabled", w.ID)
}

func (p *planted) plantOtherJoiners() {
	head := p.heads[6]
	for i := range 12 {
		w := p.join([]string{"Noa", "Ivo", "Lena", "Pablo", "Zuzana", "Kofi", "Marit", "Dario", "Hanna", "Emeka", "Silvia", "Jonas"}[i],
			[]string{"Adler", "Brandt", "Castro", "Duarte", "Eklund", "Fofana", "Gerber", "Hlavac", "Ilves", "Jansen", "Kovac",
				"Lopes"}[i], "2026-11-23", head.ID)
		w.JobTitle = "Data Entry Contractor"
		p.expect("joiners_alike", w.ID)
	}
	first := p.join("Rosalind", "Achterberg", "2026-11-25", p.heads[8].ID)
	first.TerminationDate = "2026-11-25"
	p.expect("end_on_first_day", first.ID)
}

func (p *planted) plantOtherManagers(director, trainee *people.Worker) {
	director.ManagerID = trainee.ID
	p.expect("manager_junior", director.ID)
	gone, orphan := p.take(), p.take()
	p.leave(gone, "2026-11-20")
	orphan.ManagerID = gone.ID
	p.expect("manager_gone", orphan.ID)
	p.expect("leavers_manage", gone.ID)
	former, next := p.heads[16], p.heads[17]
	p.leave(former, "2026-11-20")
	for _, w := range p.c.Workers {
		if w.ManagerID == former.ID && w.ID != next.ID && w.TerminationDate == "" {
			w.ManagerID = next.ID
			p.expect("manager_succeeds", w.ID)
		}
	}
}

func (p *planted) plantOverrides() []roster.Override {
	held, legal, over := p.take(), p.take(), p.take()
	p.leave(held, "2026-11-20")
	p.expect("hold_keeps_leaver", held.ID)
	p.expect("override_disables", legal.ID)
	p.expect("override_expired", over.ID)
	ended := disable(over.ID)
	ended.Expires = "2026-11-20"
	return []roster.Override{hold(held.ID), disable(legal.ID), ended}
}
