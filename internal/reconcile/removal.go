// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/wording"
)

// removed returns the worker ids of the state that are not in want. It leaves out workers whose
// document asked for nothing, because their account was deleted or released before.
func (p *Population) removed(want map[string]string) []string {
	var gone []string
	for _, id := range sortedKeys(p.Before) {
		if _, stays := want[id]; !stays && !p.Target.asksNothing(p.Before[id]) {
			gone = append(gone, id)
		}
	}
	return gone
}

// withoutTakenOver returns the removed workers whose account no worker of want takes over.
func withoutTakenOver(removed []string, before, after, want map[string]string) []string {
	taken := map[string]bool{}
	for id := range want {
		taken[after[id]] = true
	}
	return slices.DeleteFunc(slices.Clone(removed), func(id string) bool { return before[id] != "" && taken[before[id]] })
}

// fate is what happens to the account of a removed worker. why is the reason where that differs
// from what the configuration says.
type fate struct{ action, why string }

// decideRemovals decides what happens to the accounts of removed workers. An account may get Disable or Release
// where the configuration says Delete or Purge; fate.why says why.
func (p *Population) decideRemovals(ctx context.Context, dir Users, removed []string, mode string, f *Findings) map[string]fate {
	out := make(map[string]fate, len(removed))
	var due []string
	for _, id := range removed {
		verdict, known := p.Memory.Verdicts[p.Memory.IDs[id]]
		switch {
		case p.Memory.Purging[id]: // in the recycle bin already, after its retention
			out[id] = fate{mode, ""}
		case mode == Release:
			out[id] = fate{mode, ""}
		case p.lostWorkerID(id):
			out[id] = fate{Release, fmt.Sprintf("whose account it is is not clear, because somebody changed its %s. "+
				"This run writes the worker id back, and the next one decides", p.Carrier)}
		case (!p.ending || p.byRules()) && known && (verdict.Kind == Absent || verdict.Kind == Unclear):
			out[id] = fate{Release, cmp.Or(verdict.Reason, kindText[verdict.Kind])}
		case (!p.ending || p.byRules()) && known && verdict.Kind == LeftUnclear:
			out[id] = leftUnclear(id, verdict)
		case !p.ending && p.Memory.Untouched[id] && verdict.Kind != Left: // with on_destroy, the user has said what is to happen
			out[id] = fate{Release, "this resource never changed the account"}
		case mode == Disable:
			out[id] = fate{Disable, cmp.Or(verdict.Reason, kindText[verdict.Kind])}
		case !p.ending && p.Memory.Verdicts != nil && !known:
			out[id] = fate{Disable, "deletion is left to the rules, whose document says when the account is deleted"}
		default:
			due = append(due, id)
		}
	}
	p.decideDeletions(ctx, dir, due, mode, out, f)
	p.releaseSynchronised(ctx, dir, out, f)
	return out
}

// byRules reports whether this is the resource of one person whose document rules write. Without a document a for_each drops the
// resource: it then ends for the reasons for which a population removes a worker, and nobody asked for it.
func (p *Population) byRules() bool { return p.Single && !p.Typed }

// leftUnclear decides about the account of a worker who has left, and of whom the rules do not know which account is theirs:
// this population does, if it managed the account as that worker's.
func leftUnclear(id string, v Verdict) fate {
	if directory.Fold(v.Worker) != directory.Fold(id) {
		return fate{Release, kindText[Unclear]}
	}
	return fate{Disable, cmp.Or(v.Reason, kindText[LeftUnclear])}
}

// releaseSynchronised releases accounts that Active Directory masters: they are disabled and
// deleted there, and Microsoft Entra ID would refuse it in every run.
func (p *Population) releaseSynchronised(ctx context.Context, dir Users, out map[string]fate, f *Findings) {
	if p.Target.Format.Mastered == nil {
		return
	}
	var touched []string
	for id, fate := range out {
		if fate.action != Release {
			touched = append(touched, id)
		}
	}
	if len(touched) == 0 {
		return
	}
	found, err := dir.Read(ctx, p.objects(touched), nil)
	if err != nil {
		f.problems("Cannot read accounts", err)
		return
	}
	for _, id := range touched {
		switch e := found[id]; {
		case e == nil || !e.Synchronised:
		case e.Account.Enabled:
			out[id] = fate{Release,
				"it is synchronised from Active Directory and still enabled: disable it there, and the next synchronisation follows"}
		default:
			out[id] = fate{Release, "it is synchronised from Active Directory, which disabled it"}
		}
	}
}

// refuseUndecided returns the removed workers about whom rules decided, and refuses the run where there are
// others. The accounts of those stay as they are, but Terraform cannot keep in the state a worker whom the plan leaves out.
func (p *Population) refuseUndecided(removed []string, f *Findings) (decided []string) {
	var waiting []string
	for _, id := range removed {
		v, known := p.Memory.Verdicts[p.Memory.IDs[id]]
		if known && v.Worker != "" && directory.Fold(v.Worker) != directory.Fold(id) {
			known = false // somebody else's worker id, which the account carries: nobody decided about this worker
		}
		if p.Partial && !known {
			waiting = append(waiting, "worker "+id+" "+p.label(id))
			continue
		}
		decided = append(decided, id)
	}
	if len(waiting) > 0 {
		f.fail("The partial run leaves out managed accounts",
			fmt.Sprintf("%s managed here and %s no document any more, and this run decides about some people only (only). "+
				"They have left the scope since the last run of everybody, or it is not clear whose the accounts are:\n%s\nName them in only, too, "+
				"and this run shows what follows for them; or run for everybody first. Nothing was changed.",
				wording.Count(len(waiting), "account is", "accounts are"), wording.One(len(waiting), "has", "have"), Listed(waiting)))
	}
	return decided
}

// kindText is the reason of a verdict that gives none.
var kindText = map[string]string{
	Absent:      "the worker is not in the feed, and the account is not known to belong to this population",
	Unclear:     "whose account it is is not clear",
	OutOfScope:  "the worker is out of scope",
	Ignored:     "the rules leave the worker alone",
	Left:        "the worker has left, and is out of scope",
	LeftUnclear: "the worker has left, and which accounts are theirs beside this one is not clear",
}

// decideDeletions decides to delete the accounts that have been disabled for RetentionDays, by the
// directory's own record, and to disable the others.
func (p *Population) decideDeletions(ctx context.Context, dir Users, workers []string, mode string, out map[string]fate, f *Findings) {
	if len(workers) == 0 {
		return
	}
	since, err := dir.DisabledSince(ctx, p.objects(workers))
	if err != nil {
		f.warn("The day since when accounts are disabled cannot be read", fmt.Sprintf("%s disabled and not deleted: %s",
			wording.Count(len(workers), "account is", "accounts are"), err))
	}
	deadline := p.Clock().AddDate(0, 0, -p.Options.RetentionDays)
	for _, id := range workers {
		when, disabled := since[id]
		switch {
		case err != nil:
			out[id] = fate{Disable, "it is not known since when the account is disabled"}
		case !disabled:
			out[id] = fate{Disable, "the account is enabled, or it is not known since when it is disabled"}
		case when.After(deadline):
			out[id] = fate{Disable, fmt.Sprintf("the account is disabled since %s, and retention_days is %d", when.UTC().Format(time.DateOnly), p.Options.RetentionDays)}
		default:
			out[id] = fate{mode, ""}
		}
	}
}

var outcomes = []struct{ action, text string }{
	{Delete, "will be deleted, because they were disabled for retention_days"},
	{Purge, "will be deleted for good, because they were disabled for retention_days"},
	{Disable, "will be disabled where they are enabled, and stay in their container"},
	{Release, "will be released: they stay as they are and are no longer managed"},
}

// planRemoval reports what happens to the accounts of removed workers, and refuses more than MaxRemovals and
// protected accounts.
func (p *Population) planRemoval(ctx context.Context, dir Users, removed []string, mode string, f *Findings) {
	if removed = p.refuseUndecided(removed, f); len(removed) == 0 {
		return
	}
	fates := p.decideRemovals(ctx, dir, removed, mode, f)
	var text []string
	var lost, lines []string
	for _, outcome := range outcomes {
		of := 0
		var part []string
		for _, id := range removed {
			if fates[id].action != outcome.action {
				continue
			}
			of++
			line := "worker " + id + " " + p.label(id)
			if outcome.action != Release {
				lost, lines = append(lost, id), append(lines, line)
			}
			if why := fates[id].why; why != "" {
				line += ": " + why
			}
			part = append(part, line)
		}
		if of > 0 {
			text = append(text, fmt.Sprintf("%d %s:\n%s", of, outcome.text, Listed(part)))
		}
	}
	f.warn("Managed accounts have no document any more", fmt.Sprintf("%s managed now and %s no document any more. on_removal is %q.\n%s",
		wording.Count(len(removed), "account is", "accounts are"), wording.One(len(removed), "has", "have"), mode, strings.Join(text, "\n")))
	if allowed, over := p.Options.MaxRemovals.Exceeded(len(lost), len(p.Before)); over {
		f.failArgument("max_removals", "Too many accounts are no longer wanted", fmt.Sprintf("%d of %s have no document any more and would be disabled or deleted, and max_removals is %s (%d):\n%s\n"+
			"See why they are gone: a filter that finds nobody, a feed that is cut off, a partition that is dropped. If it is right, set max_removals = \"%d\" for this run, or on_removal = %q to leave the accounts as they are.",
			len(lost), wording.Count(len(p.Before), "account"), p.Options.MaxRemovals, allowed, Listed(lines), len(lost), Release))
	}
	p.checkProtected(ctx, dir, removed, fates, f)
}

// checkProtected refuses to disable or delete protected accounts.
func (p *Population) checkProtected(ctx context.Context, dir Users, removed []string, fates map[string]fate, f *Findings) {
	var touched []string
	for _, id := range removed {
		if fates[id].action != Release {
			touched = append(touched, id)
		}
	}
	if len(touched) == 0 {
		return
	}
	found, err := dir.Read(ctx, p.objects(touched), nil)
	if err != nil {
		f.problems("Cannot read accounts", err)
		return
	}
	for _, id := range touched {
		e := found[id]
		if e == nil || e.Protected == "" || fates[id].action == Disable && !e.Account.Enabled {
			continue
		}
		f.failPerson(id, p.label(id), "Refusing to remove a protected account", fmt.Sprintf("Worker %q %s has no document any more, so that by %q the account would be removed, but %s is protected: %s. "+
			"Keep the worker in the accounts, release the account (%q), or take it out of what protects it.", id, p.label(id), fates[id].action, e.Path, e.Protected, Release))
	}
}

// PlanEnd reports what destroying the resource does to its accounts, and refuses to change protected ones.
func (p *Population) PlanEnd(ctx context.Context) Findings {
	defer p.begin()()
	var f Findings
	p.ending = true
	mode, workers := p.Options.OnRemoval, p.removed(nil)
	if p.Single {
		workers = p.refuseUndecided(workers, &f)
	}
	if len(workers) == 0 {
		return f
	}
	if mode == Release {
		if !p.Single {
			f.warn("Accounts will no longer be managed",
				fmt.Sprintf("Destroying this resource stops managing %s and changes none of them (on_destroy = \"release\").",
					wording.Count(len(workers), "account")))
		}
		return f
	}
	dir, ok := p.connect(&f)
	if !ok || !p.sameDirectory(ctx, dir, &f) {
		return f
	}
	fates := p.decideRemovals(ctx, dir, workers, mode, &f)
	counts := map[string]int{}
	for _, fate := range fates {
		counts[fate.action]++
	}
	var parts, released []string
	for _, action := range []string{Delete, Purge, Disable, Release} {
		if counts[action] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", action, counts[action]))
		}
	}
	for _, id := range workers {
		if why := fates[id].why; why != "" {
			released = append(released, fmt.Sprintf("worker %s %s: %s, because %s", id, p.label(id), fates[id].action, why))
		}
	}
	text := fmt.Sprintf("Destroying this resource will %s accounts (on_destroy = %q).", strings.Join(parts, ", "), mode)
	if len(released) > 0 {
		text += " For some accounts, this differs:\n" + Listed(released)
	}
	if !p.Single || len(released) > 0 {
		f.warn("Accounts will be "+mode+"d", text)
	}
	p.checkProtected(ctx, dir, workers, fates, &f)
	return f
}

// End takes all accounts out of management, and returns the documents of those
// that could not be disabled or deleted.
func (p *Population) End(ctx context.Context) (map[string]string, Findings) {
	defer p.begin()()
	var f Findings
	p.ending = true
	mode, workers := p.Options.OnRemoval, p.removed(nil)
	if len(workers) == 0 || mode == Release {
		return nil, f
	}
	dir, ok := p.connect(&f)
	if !ok || !p.sameDirectory(ctx, dir, &f) {
		return p.documentsOf(workers), f
	}
	p.noteTouched(workers)
	left := p.remove(ctx, dir, workers, mode, &f)
	return left, f
}

// remove disables, deletes or releases accounts, as [Population.decideRemovals] says. It returns the documents of
// those that it could not disable or delete.
func (p *Population) remove(ctx context.Context, dir Users, removed []string, mode string, f *Findings) map[string]string {
	left := map[string]string{}
	fates := p.decideRemovals(ctx, dir, removed, mode, f)
	if mode != Release {
		p.giveBack(ctx, dir, removed, f)
	}
	var touched []string
	for _, id := range removed {
		if fates[id].action == Release {
			p.Memory.forget(id)
			continue
		}
		touched = append(touched, id)
	}
	if len(touched) == 0 {
		return left
	}
	defer p.Claims.endRemovals(p)
	ours, err := p.stillOurs(ctx, dir, touched, left, f)
	if err != nil {
		f.problems("Cannot read accounts", err)
		return p.documentsOf(touched)
	}
	var failures []error
	ctx = audit.Because(ctx, fmt.Sprintf("the worker has no document any more (on_removal or on_destroy = %q)", mode))
	for action, removal := range map[string]directory.Removal{Disable: directory.Disable, Delete: directory.Delete, Purge: directory.Purge} {
		workers := slices.DeleteFunc(slices.Clone(ours), func(id string) bool { return fates[id].action != action })
		if len(workers) == 0 {
			continue
		}
		for _, o := range dir.Remove(ctx, p.objects(workers), removal) {
			if o.Err == nil {
				p.Memory.forget(o.WorkerID)
				continue
			}
			failures = append(failures, o.Err)
			left[o.WorkerID] = p.Before[o.WorkerID]
			if removal == directory.Purge && o.Changed {
				p.Memory.Purging[o.WorkerID] = true
			}
		}
	}
	f.failures(ctx, failures, len(ours))
	return left
}

// documentsOf returns the documents of the removed workers as the state has them.
func (p *Population) documentsOf(removed []string) map[string]string {
	left := make(map[string]string, len(removed))
	for _, id := range removed {
		left[id] = p.Before[id]
	}
	return left
}

// stillOurs returns the removed workers whose account is as this population recorded it, and
// begins their removal. It releases an account that another population of the same run has taken
// over. It leaves alone an account that somebody else has changed since the plan.
func (p *Population) stillOurs(ctx context.Context, dir Users, removed []string, left map[string]string, f *Findings) ([]string, error) {
	accounts := make(map[string]directory.Account, len(removed))
	for _, id := range removed {
		if a, known := p.before(id); known {
			accounts[id] = a
		}
	}
	found, err := dir.Read(ctx, p.objects(removed), attributesOf(accounts))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(removed), func(id string) bool {
		switch e := found[id]; {
		case e == nil: // deleted already: Remove reports success
			return false
		case p.Claims.claimedByAnother(p, e.ID):
			p.Memory.forget(id)
			return true
		case p.Target.Marshal(dir.Render(accounts[id], e)) != p.Target.Marshal(accounts[id]):
			left[id] = p.Before[id]
			f.failPerson(id, p.label(id), "The account has changed since the plan", fmt.Sprintf("Worker %q %s has no document any more, but %s is no longer as it was when the plan was made, so it was left alone. Plan again.", id, p.label(id), e.Path))
			return true
		case !p.Claims.beginRemoval(p, e): // taken over since the first look
			p.Memory.forget(id)
			return true
		}
		return false
	}), nil
}

// noteTouched records which removed accounts this population has changed. Another population of
// this run that takes such an account over then counts it as changed by the configuration.
func (p *Population) noteTouched(removed []string) {
	for _, id := range removed {
		if object := p.Memory.IDs[id]; object != "" && !p.Memory.Untouched[id] {
			p.Claims.touch(object)
		}
	}
}
