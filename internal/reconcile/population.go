// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/roster"
)

// Values of [Options.Adopt].
const (
	AdoptNever   = "never"
	AdoptMatched = "matched"
	AdoptAlways  = "always"
)

// Values of [Options.OnRemoval].
const (
	Disable = "disable"
	Release = "release"
	Delete  = "delete"
	Purge   = "purge"
)

// Population is the accounts of some workers: documents on one side, the
// directory on the other.
type Population struct {
	Target Target
	// Kind is what users call it, such as "workforce_ad_population".
	Kind string
	// Single marks the population of a resource that manages one person.
	Single bool
	// Typed says that the configuration wrote the account attribute by attribute. Such an account takes over what
	// has its login, and never what merely carries its worker id: that may be the same person's everyday account.
	Typed bool
	// Recognised, if set, returns the object id of the account that rules of this run decided a document over; "" for none.
	Recognised func(workerID, document string) string
	// Partial says that rules decided about some people only in this run. The accounts of all others
	// stay as they are, although they have no document.
	Partial bool
	// Connect returns the directory. A stage calls it only when it has something to read or write.
	Connect func() (Users, error)
	Clock   func() time.Time
	// Progress, if set, receives one line about what an apply did.
	Progress func(ctx context.Context, msg string, fields ...any)
	// Carrier is the attribute that carries worker ids, such as "employeeID".
	Carrier string
	// Claims is shared by all populations of a run.
	Claims  *Claims
	Options Options
	// Gathering, if set, is shared by all populations of one person at one directory.
	Gathering *Gathering
	// Before holds the documents that the state records, by worker id.
	Before map[string]string
	// Memory is what is known of the accounts beside their documents. Stages keep it up to date.
	Memory Memory
	// Decoded, if set, holds documents that the caller has decoded, by their text. Stages add theirs: it is for a
	// population of one person, whose document the caller reads too.
	Decoded map[string]directory.Account
	// Seen holds accounts as a stage last read them.
	Seen map[string]*directory.Existing

	documents map[string]string            // what the stage wants, by worker id
	restoring map[string]bool              // workers to whose account this run writes the worker id back
	left      map[string]string            // object ids of accounts that workers leave for another one in this run, by worker id
	ending    bool                         // the resource itself is destroyed: on_destroy applies
	read      map[string]directory.Account // documents of Before that were decoded, by worker id
}

// Options are what the configuration says about a population.
type Options struct {
	// Adopt says which existing accounts are taken over.
	Adopt string
	// Restore takes deleted accounts of the same worker id into use again.
	Restore bool
	// OnRemoval is what happens to accounts that have no document any more.
	OnRemoval     string
	RetentionDays int
	// MaxRemovals and MaxAdopt stop a plan that removes or takes over more accounts.
	MaxRemovals, MaxAdopt roster.Limit
	// ChangePassword makes the owner of a new account change the password.
	ChangePassword bool
	// Password is for new accounts; empty: a random one for each.
	Password string
	// ResetPassword sets Password on existing accounts, too.
	ResetPassword bool
	// LinkLater lets a manager be created by another population of the same run.
	LinkLater bool
	// FirstCredential is the argument that hands over credentials of new accounts, where it is set.
	FirstCredential string
	// Handover, if set, hands over the credentials of new accounts.
	Handover directory.Handover
}

func (p *Population) connect(f *Findings) (Users, bool) {
	dir, err := p.Connect()
	if err != nil {
		f.fail(p.Target.Title+" cannot be used", err.Error())
		return nil, false
	}
	if r, ok := dir.(Replicated); ok && p.Memory.Directory.Server != "" {
		r.Prefer(p.Memory.Directory.Server)
	}
	if p.Gathering != nil {
		dir = p.Gathering.wrap(dir)
	}
	return dir, true
}

// Plan checks the change from the documents of the state to want, as far as that is possible
// before anything is written. It reports what the documents do not show by themselves.
//
// Plan returns, by worker id, the fingerprint of each account that is taken over, for
// [Population.Apply]. Where it takes no account over, it returns carried, the result of an
// earlier plan, so that a plan without changes stays empty.
func (p *Population) Plan(ctx context.Context, want, carried map[string]string) (map[string]string, Findings) {
	defer p.begin()()
	var f Findings
	p.documents = want
	removed := p.removed(want)
	if len(p.candidates(want)) == 0 && len(removed) == 0 {
		p.claimPlanned(want, p.Memory.IDs, nil, &f)
		return carried, f
	}
	accounts, f := p.parse(want, sortedKeys(want))
	if f.Failed() {
		return carried, f
	}
	dir, ok := p.connect(&f)
	if !ok || !p.sameDirectory(ctx, dir, &f) {
		return carried, f
	}
	changed := p.differences(want, accounts)
	dir.Need(attributesOf(accounts)...)
	p.warnOfExchanged(accounts, changed, &f)
	accounts, _ = p.restoreWorkerIDs(accounts, changed)
	ids := maps.Clone(p.Memory.IDs)
	p.leaveFor(accounts, changed, ids)
	adoptions, aside, ok := p.adopt(ctx, dir, subset(accounts, changed), ids, removed, len(want), &f)
	if !ok {
		return carried, f
	}
	p.keepWhoStays(ids)
	p.warnOfLeft(&f)
	changed = slices.DeleteFunc(changed, func(id string) bool { return aside[id] })
	accounts = maps.Clone(accounts)
	maps.DeleteFunc(accounts, func(id string, _ directory.Account) bool { return aside[id] }) // nothing of them is written
	p.claimPlanned(want, ids, accounts, &f)
	p.warnOfAdoptions(adoptions, accounts, &f)
	p.warnOfManualChanges(accounts, changed, &f)
	p.checkChanges(ctx, dir, accounts, changed, ids, adoptions, &f)
	if removed = withoutTakenOver(removed, p.Memory.IDs, ids, want); len(removed) > 0 {
		p.noteTouched(removed)
		p.planRemoval(ctx, dir, removed, p.Options.OnRemoval, &f)
	}
	return p.plannedAdoptions(adoptions, accounts, carried), f
}

// checkChanges refuses the changes that the directory would refuse.
func (p *Population) checkChanges(ctx context.Context, dir Users, accounts map[string]directory.Account, changed []string, ids map[string]string, adoptions map[string]adoption, f *Findings) {
	refused := p.checkDeletions(ctx, dir, accounts, changed, ids, f)
	lasting, owners, writes := map[string]directory.Account{}, map[string]string{}, []string{}
	for id, a := range accounts {
		if !a.Released {
			lasting[id] = a
			if ids[id] != "" {
				owners[id] = ids[id]
			}
		}
	}
	var changes []directory.Change
	for _, id := range changed {
		a := accounts[id]
		if !a.Deleted {
			writes = append(writes, id)
		}
		if !refused[id] && (!a.Deleted || ids[id] != "") {
			changes = append(changes, directory.Change{WorkerID: id, ID: ids[id], Want: a})
		}
	}
	proposal := directory.Proposal{Format: p.Target.Format, Valid: p.Target.Valid, Accounts: lasting, Changed: writes, IDs: owners,
		Present: func(id string) (directory.Account, bool) { return p.currentAccount(dir, id, accounts[id], adoptions) }}
	err := proposal.Check(ctx, dir)
	if c, ok := dir.(ChangeChecker); ok && err == nil && len(changes) > 0 {
		err = c.Check(ctx, changes)
	}
	f.problems("The directory would refuse an account", err)
}

// currentAccount returns an account as the state records it. For an account that is taken over, it returns what
// the directory holds.
func (p *Population) currentAccount(dir Users, id string, want directory.Account, adoptions map[string]adoption) (directory.Account, bool) {
	if a, adopted := adoptions[id]; adopted {
		return dir.Render(want, a.e), true
	}
	return p.before(id)
}

// before returns the account of a worker as the state records it. It decodes each document once,
// however many stages ask for it.
func (p *Population) before(id string) (directory.Account, bool) {
	if a, known := p.read[id]; known {
		return a, true
	}
	doc, there := p.Before[id]
	if !there {
		return directory.Account{}, false
	}
	a, err := p.decode(doc)
	if err != nil {
		return directory.Account{}, false
	}
	if p.read == nil {
		p.read = map[string]directory.Account{}
	}
	p.read[id] = a
	return a, true
}

// Apply makes the directory agree with want, and returns the documents of the accounts
// afterwards. For an account whose write failed, it returns what was read back. planned is
// what [Population.Plan] returned.
func (p *Population) Apply(ctx context.Context, want, planned map[string]string) (map[string]string, Findings) {
	defer p.begin()()
	p.documents = want
	candidates, removed := p.candidates(want), p.removed(want)
	accounts, f := p.parse(want, candidates)
	dir, ok := p.connect(&f)
	if !ok || f.Failed() || !p.sameDirectory(ctx, dir, &f) || !p.checkReplica(ctx, dir, &f) {
		return p.Before, f
	}
	p.noteTouched(removed)
	changed := p.differences(want, accounts)
	writes, restored := p.restoreWorkerIDs(accounts, changed)
	managed, ids := p.Memory.IDs, maps.Clone(p.Memory.IDs)
	p.leaveFor(writes, changed, ids)
	adoptions, aside, ok := p.adopt(ctx, dir, subset(writes, changed), ids, removed, len(want), &f)
	if !ok {
		return p.Before, f
	}
	p.keepWhoStays(ids)
	managed = p.withoutLeft(managed)
	changed = slices.DeleteFunc(changed, func(id string) bool { return aside[id] })
	gone := withoutTakenOver(removed, managed, ids, want)
	if err := p.Claims.claim(ctx, p, ids, want); err != nil {
		f.problems("The apply ended before anything was written", err)
		return p.Before, f
	}
	p.Memory.IDs = ids
	after := map[string]string{}
	maps.Copy(after, want)
	changes, failures := p.changes(dir, writes, changed, managed, adoptions, planned, after)
	for i := range changes {
		if before, is := restored[changes[i].WorkerID]; is {
			changes[i].Planned, changes[i].Cause = &before, causeExchanged
		}
	}
	options := directory.ApplyOptions{Adopt: p.Options.Adopt != AdoptNever, LinkLater: p.Options.LinkLater,
		KeepPassword: !p.Options.ChangePassword,
		Handover:     p.Options.Handover}
	outcomes := dir.Apply(ctx, changes, options)
	for _, outcome := range outcomes {
		p.recordOutcome(dir, outcome, want[outcome.WorkerID], accounts[outcome.WorkerID], managed[outcome.WorkerID] == "", after)
		if outcome.Err != nil {
			failures = append(failures, outcome.Err)
		} else if _, is := restored[outcome.WorkerID]; is {
			p.Memory.Unwritten[outcome.WorkerID] = true
		}
	}
	f.failures(ctx, failures, len(changed))
	p.summarise(ctx, outcomes, len(failures), len(changed))
	p.forgetHandedOver(removed, gone, adoptions, after)
	p.forgetReleased(accounts)
	maps.Copy(after, p.remove(ctx, dir, gone, p.Options.OnRemoval, &f))
	return after, f
}

// changes describes what to do with accounts. An account that is not as planned is a failure,
// and keeps the document of the state.
func (p *Population) changes(dir Users, accounts map[string]directory.Account, changed []string, managed map[string]string, adoptions map[string]adoption, planned, after map[string]string) ([]directory.Change, []error) {
	var changes []directory.Change
	var failures []error
	for _, id := range changed {
		a := accounts[id]
		if a.Deleted && p.Memory.IDs[id] == "" && planned[id] == "" {
			continue // gone already
		}
		doc := after[id]
		delete(after, id)
		c := directory.Change{WorkerID: id, ID: p.Memory.IDs[id], Want: a, Cause: causeOf(a, p.Memory.IDs[id])}
		if managed[id] == "" || p.Options.ResetPassword {
			c.Password = p.Options.Password
		}
		var err error
		if managed[id] == "" {
			c.Planned, err = p.checkAsPlanned(dir, id, a, adoptions, planned)
		} else if !p.Memory.Purging[id] {
			if before, known := p.before(id); known {
				c.Planned = &before
			}
		}
		switch {
		case err == nil:
			changes = append(changes, c)
		case a.Deleted && errors.Is(err, directory.ErrGone):
			after[id] = doc // it is gone, as wanted
			p.Memory.forget(id)
		default:
			failures = append(failures, err)
			p.Memory.forget(id)
			if object := p.left[id]; object != "" {
				p.Memory.IDs[id] = object
			}
			if before, had := p.Before[id]; had {
				after[id] = before
			}
		}
	}
	return changes, failures
}

// recordOutcome records the result of the change of one account.
func (p *Population) recordOutcome(dir Users, o directory.Outcome, doc string, want directory.Account, adopted bool, after map[string]string) {
	if o.ID != "" {
		p.Memory.IDs[o.WorkerID] = o.ID
	}
	switch {
	case o.Created, o.Changed, o.Renamed, o.PasswordSet, o.ID != "" && p.Claims.wasTouched(o.ID):
		delete(p.Memory.Untouched, o.WorkerID)
	case adopted && o.ID != "":
		p.Memory.Untouched[o.WorkerID] = true
	}
	p.recordSeen(o.WorkerID, o.Account)
	before, had := p.Before[o.WorkerID]
	switch {
	case o.Err == nil:
		after[o.WorkerID] = doc
		delete(p.Memory.Purging, o.WorkerID)
		delete(p.Memory.ByHand, o.WorkerID)
		delete(p.Memory.Crossed, o.WorkerID)
		delete(p.Memory.Unwritten, o.WorkerID)
	case o.Account != nil:
		after[o.WorkerID] = p.Target.render(dir, doc, want, o.Account)
	case had:
		after[o.WorkerID] = before
	}
}

// forgetHandedOver forgets the removed workers whose account another worker of this population took
// over. Where the take-over failed and the account could not be read back, the former worker keeps it.
func (p *Population) forgetHandedOver(removed, gone []string, adoptions map[string]adoption, after map[string]string) {
	for id, a := range adoptions {
		if _, known := after[id]; a.from != "" && !known {
			p.Memory.forget(id)
			after[a.from] = p.Before[a.from]
		}
	}
	for _, id := range removed {
		_, goes := slices.BinarySearch(gone, id)
		if _, stays := after[id]; !goes && !stays {
			p.Memory.forget(id)
		}
	}
}

// forgetReleased forgets the accounts whose document releases them.
func (p *Population) forgetReleased(accounts map[string]directory.Account) {
	for id, a := range accounts {
		if a.Released {
			p.Memory.forget(id)
		}
	}
}

func (p *Population) recordSeen(id string, e *directory.Existing) {
	if e == nil {
		return
	}
	if p.Seen == nil {
		p.Seen = map[string]*directory.Existing{}
	}
	p.Seen[id] = e
}

// candidates returns the workers of want whose account may need a change. It decodes no document
// that is the same as before.
func (p *Population) candidates(want map[string]string) []string {
	var out []string
	for _, id := range sortedKeys(want) {
		if p.Before[id] == want[id] && !p.Options.ResetPassword && !p.Memory.Purging[id] &&
			(p.Memory.IDs[id] != "" || p.Target.asksNothing(want[id]) || p.Single && p.Memory.Moved[id] != "") {
			continue
		}
		out = append(out, id)
	}
	return out
}

// differences returns the workers whose document differs from the state, and those whose account
// is not managed yet.
func (p *Population) differences(want map[string]string, accounts map[string]directory.Account) []string {
	var changed []string
	for _, id := range sortedKeys(accounts) {
		a, before := accounts[id], p.Before[id]
		switch {
		case a.Released, before == want[id] && a.Deleted:
			continue
		case a.Deleted:
		case p.Memory.IDs[id] == "", p.Memory.Purging[id], p.Options.ResetPassword:
			changed = append(changed, id)
			continue
		case before == want[id]:
			continue
		}
		if b, known := p.before(id); !known || p.Target.Marshal(b) != p.Target.Marshal(a) {
			changed = append(changed, id)
		}
	}
	return changed
}

// objects returns the object ids of the workers named.
func (p *Population) objects(workers []string) map[string]string {
	out := make(map[string]string, len(workers))
	for _, id := range workers {
		if object := p.Memory.IDs[id]; object != "" {
			out[id] = object
		}
	}
	return out
}

// label returns login and name of a worker's account, as the state records them.
func (p *Population) label(id string) string {
	a, known := p.before(id)
	if !known {
		return ""
	}
	return p.labelAccount(a)
}

func (p *Population) labelOf(doc string) string {
	a, err := p.decode(doc)
	if err != nil {
		return ""
	}
	return p.labelAccount(a)
}

func (p *Population) labelAccount(a directory.Account) string {
	return fmt.Sprintf("(%s, %s)", a.Attributes[p.Target.Format.Login].Text(), a.Attributes[p.Target.Label].Text())
}

func subset(accounts map[string]directory.Account, workers []string) map[string]directory.Account {
	out := make(map[string]directory.Account, len(workers))
	for _, id := range workers {
		out[id] = accounts[id]
	}
	return out
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

var digestSeed = maphash.MakeSeed()

// digestOf returns a hash of all documents, which tells one population of a run from another.
func digestOf(docs map[string]string) uint64 {
	var sum uint64
	var h maphash.Hash
	h.SetSeed(digestSeed)
	for id, doc := range docs {
		h.Reset()
		_, _ = h.WriteString(id)
		_ = h.WriteByte(0)
		_, _ = h.WriteString(doc)
		sum ^= h.Sum64()
	}
	return sum
}
