// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/wording"
)

// Rules recognise an account by the worker id that it carries, and the state knows it by its object id. Where
// somebody changed worker ids by hand, as by exchanging those of two accounts, rules decide about each person over the
// account of another, and names, access and groups would change hands. What must hold:
//
//   - A run writes nothing to such an account but the worker id, so that the next run decides over the right one.
//   - A worker who may not sign in by the HR record, the scope or an override loses access in this run, at the
//     account that the state knows as theirs.
//   - Rules of groups find members among accounts as they are after this run.
//   - The state records the document as planned, because Terraform accepts nothing else. Memory.Unwritten says
//     so to the next refresh, which records what the directory holds.

const causeExchanged = "somebody changed the worker id of the account by hand"

// isExchanged reports whether the document of a worker was decided over another account than theirs, because somebody
// changed the worker id that their account carries.
func (p *Population) isExchanged(id string, want directory.Account) bool {
	if _, crossed := p.Memory.Crossed[id]; !crossed || p.Memory.IDs[id] == "" || want.Released || !p.changedByHand(id) {
		return false
	}
	before, known := p.before(id)
	has, managed := before.Attributes[p.Carrier]
	wants := want.Attributes[p.Carrier].Text()
	return known && managed && wants != "" && directory.Fold(wants) != directory.Fold(has.Text())
}

// changedByHand reports whether somebody changed the worker id that the account of a worker carries.
func (p *Population) changedByHand(id string) bool {
	return slices.Contains(p.Memory.ByHand[id], p.Carrier)
}

// restoreWorkerIDs returns accounts with what this run writes to those whose worker id somebody changed by hand: the worker
// id, and that the account is disabled where its worker may not sign in. before are these accounts as they are.
func (p *Population) restoreWorkerIDs(
	accounts map[string]directory.Account, changed []string,
) (writes, before map[string]directory.Account) {
	if len(p.Memory.Crossed) == 0 {
		return accounts, nil
	}
	writes, before = maps.Clone(accounts), map[string]directory.Account{}
	p.restoring = map[string]bool{}
	for _, id := range changed {
		want := accounts[id]
		if !p.isExchanged(id, want) {
			continue
		}
		p.restoring[id] = true
		was, _ := p.before(id)
		before[id] = p.namesOnly(was)
		now := before[id].Clone()
		now.Attributes[p.Carrier] = want.Attributes[p.Carrier]
		if p.losesAccess(id, was, want) {
			now.Enabled, now.DisabledFor, now.Sessions = false, want.DisabledFor, want.Sessions
		}
		writes[id] = now
		after := was.Clone()
		after.Attributes[p.Carrier], after.Enabled = want.Attributes[p.Carrier], now.Enabled
		p.Claims.noteExchanged(p.Target.Format.Target, id, after)
	}
	return writes, before
}

// losesAccess reports whether a run takes access from an account that it writes nothing else to but the worker id.
func (p *Population) losesAccess(id string, was, want directory.Account) bool {
	return was.Enabled && !want.Enabled && p.Memory.Crossed[id].Barred
}

// namesOnly returns an account with its names and the worker id that it carries. Managers and groups depend on the
// worker ids of other accounts.
func (p *Population) namesOnly(a directory.Account) directory.Account {
	out := a
	out.Attributes = map[string]directory.Value{p.Carrier: a.Attributes[p.Carrier]}
	for _, c := range p.Target.Format.Core {
		if v, has := a.Attributes[c.Attribute]; has {
			out.Attributes[c.Attribute] = v
		}
	}
	delete(out.Attributes, directory.GroupsAttribute)
	delete(out.Attributes, directory.ManagerAttribute)
	return out
}

// warnOfExchanged names the accounts whose worker id somebody changed by hand.
func (p *Population) warnOfExchanged(accounts map[string]directory.Account, changed []string, f *Findings) {
	var lines []string
	for _, id := range changed {
		if !p.isExchanged(id, accounts[id]) {
			continue
		}
		was, _ := p.before(id)
		line := fmt.Sprintf("worker %s %s: the account carries no worker id", id, p.label(id))
		if has := was.Attributes[p.Carrier].Text(); has != "" {
			line = fmt.Sprintf("worker %s %s: the account carries %q", id, p.label(id), has)
		}
		if p.losesAccess(id, was, accounts[id]) {
			line += "; it is disabled, too, because the worker may not sign in any more"
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return
	}
	title := fmt.Sprintf("Worker ids changed by hand will be written back (%d)", len(lines))
	if p.Single { // Terraform shows only the first of several warnings with one title
		title = fmt.Sprintf("Worker id changed by hand will be written back: %s", changed[0])
	}
	worker := wording.One(len(lines), "this worker", "these workers")
	f.warn(title, fmt.Sprintf("After the last run, somebody changed %s of %s. The rules therefore decided about %s over "+
		"somebody else's account, or over none. This run writes %s back to the account that the state knows, and nothing else of "+
		"what the plan shows for %s. Run again after it: the next plan decides over the right account.\n%s\n"+
		"If the change was meant, do not apply this plan. Remove the resource from the state (terraform state rm), which changes no "+
		"account: the next run takes accounts over by the worker id that they carry.",
		p.Carrier, wording.One(len(lines), "this account", "these accounts"), worker,
		wording.One(len(lines), "the worker id", "each worker id"), worker, Listed(lines)))
}

// lostWorkerID reports whether a worker has no document because it is not clear whose account theirs is, and somebody changed the
// worker id that it carries. With the worker id back, rules recognise it again.
func (p *Population) lostWorkerID(id string) bool {
	object := p.Memory.IDs[id]
	v := p.Memory.Verdicts[object]
	unclear := v.Kind == Unclear || v.Kind == LeftUnclear && directory.Fold(v.Worker) != directory.Fold(id)
	if object == "" || !unclear || p.ending && !p.byRules() {
		return false
	}
	before, known := p.before(id)
	has, managed := before.Attributes[p.Carrier]
	return known && managed && p.changedByHand(id) && directory.Fold(has.Text()) != directory.Fold(id) &&
		!p.Claims.claimedByAnother(p, object)
}

// giveBack writes lost worker ids back to accounts that are released, because rules decide over them in the next run. A failure
// is a warning: these accounts are managed no longer.
func (p *Population) giveBack(ctx context.Context, dir Users, workers []string, f *Findings) {
	var changes []directory.Change
	for _, id := range workers {
		if !p.lostWorkerID(id) {
			continue
		}
		was, _ := p.before(id)
		planned := p.namesOnly(was)
		want := planned.Clone()
		want.Attributes[p.Carrier] = directory.Value{id}
		changes = append(changes, directory.Change{
			WorkerID: id, ID: p.Memory.IDs[id], Want: want, Planned: &planned, Cause: causeExchanged,
		})
	}
	if len(changes) == 0 {
		return
	}
	for _, o := range dir.Apply(ctx, changes, directory.ApplyOptions{Adopt: false, KeepPassword: true}) {
		if o.Err != nil {
			f.warn("A worker id could not be written back", fmt.Sprintf("Worker %q %s: %v. Write it into %s by hand: "+
				"until then it is not clear whose account it is.", o.WorkerID, p.label(o.WorkerID), o.Err, p.Carrier))
		}
	}
}
