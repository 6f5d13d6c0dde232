// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"terraform-provider-workforce/internal/directory"
)

// Refresh returns the documents of the state, updated to what the directory holds now. It leaves
// out an account that was deleted, and keeps a document that releases its account.
func (p *Population) Refresh(ctx context.Context) (map[string]string, Findings) {
	defer p.begin()()
	after := make(map[string]string, len(p.Before))
	var workers []string
	for _, id := range sortedKeys(p.Before) {
		if p.Target.released(p.Before[id]) {
			after[id] = p.Before[id]
			continue
		}
		workers = append(workers, id)
	}
	if len(workers) == 0 && len(p.Memory.Moved) == 0 {
		return after, nil
	}
	accounts, f := p.parse(p.Before, workers)
	if f.Failed() {
		return p.Before, f
	}
	dir, ok := p.connect(&f)
	if !ok || !p.sameDirectory(ctx, dir, &f) {
		return p.Before, f
	}
	found, err := dir.Read(ctx, p.Memory.IDs, attributesOf(accounts))
	if err != nil {
		f.problems("Cannot read accounts", err)
		return p.Before, f
	}
	outstanding, err := p.awaitingPurge(ctx, dir, found)
	if err != nil {
		f.problems("Cannot read deleted accounts", err)
		return p.Before, f
	}
	if !p.hasReplicated(ctx, dir, workers, found, outstanding, &f) {
		return p.Before, f
	}
	gone := map[string]string{}
	for _, id := range workers {
		switch existing := found[id]; {
		case existing != nil:
			after[id] = p.Target.render(dir, p.Before[id], accounts[id], existing)
			p.noteManualChanges(id, accounts[id], after[id])
			p.recordSeen(id, existing)
		case outstanding[id]:
			after[id] = p.Before[id]
		default:
			if object := p.Memory.IDs[id]; object != "" {
				gone[id] = object
			}
			p.Memory.forget(id)
		}
	}
	p.noteMoved(ctx, dir, gone, &f)
	for id := range p.Memory.Moved {
		if doc, had := p.Before[id]; had && p.Single { // without its resource nobody would remember it
			after[id] = doc
		}
	}
	p.recordDirectory(ctx, dir, found)
	return after, f
}

// recordDirectory records in which directory the accounts are, where the state of an earlier version
// of the provider does not say it.
func (p *Population) recordDirectory(ctx context.Context, dir Users, found map[string]*directory.Existing) {
	if p.Memory.Directory.ID != "" || len(found) == 0 {
		return
	}
	if id, name, err := dir.Identity(ctx); err == nil {
		p.Memory.Directory = Identity{ID: id, Name: name, Server: p.Memory.Directory.Server}
	}
}

// awaitingPurge returns the workers whose account is in the recycle bin and still to be deleted for
// good, and keeps only these in Memory.Purging.
func (p *Population) awaitingPurge(ctx context.Context, dir Users, found map[string]*directory.Existing) (map[string]bool, error) {
	if len(p.Memory.Purging) == 0 {
		return nil, nil
	}
	workers := map[string]string{} // by object id
	for id := range p.Memory.Purging {
		if object := p.Memory.IDs[id]; object != "" && found[id] == nil {
			workers[directory.Fold(object)] = id
		}
	}
	deleted, err := dir.WithDeleted().Find(ctx, "id", sortedKeys(workers))
	if err != nil {
		return nil, err
	}
	p.Memory.Purging = map[string]bool{}
	for object, id := range workers {
		if len(deleted[object]) > 0 {
			p.Memory.Purging[id] = true
		}
	}
	return p.Memory.Purging, nil
}

// ReadCore returns the core document of one account that is being imported.
func (p *Population) ReadCore(ctx context.Context, id string) (map[string]string, Findings) {
	defer p.begin()()
	var f Findings
	dir, ok := p.connect(&f)
	if !ok || !p.sameDirectory(ctx, dir, &f) {
		return nil, f
	}
	found, err := dir.Read(ctx, p.Memory.IDs, nil)
	if err != nil {
		f.problems("Cannot read the account", err)
	}
	if found[id] == nil {
		return nil, f
	}
	p.recordSeen(id, found[id])
	p.Memory.Untouched[id] = true
	return map[string]string{id: p.Target.Marshal(p.Target.CoreOf(found[id].Account))}, f
}

// Import returns a document of every account with a worker id below a container or, where there are
// no containers, in a domain: with the attributes that rules of this run want it to have, so that the
// plan shows what changes, or else of its core.
func (p *Population) Import(ctx context.Context, part string, wanted *Wanted) (map[string]string, Findings) {
	var f Findings
	dir, ok := p.connect(&f)
	if !ok || !p.sameDirectory(ctx, dir, &f) {
		return nil, f
	}
	err := p.checkPart(ctx, dir, part)
	owned, ownedErr := dir.Owned(ctx)
	if err := errors.Join(err, ownedErr); err != nil {
		f.problems("Cannot import accounts", err)
		return nil, f
	}
	docs := map[string]string{}
	for _, e := range owned {
		id := norm.NFC.String(e.Account.Attributes[dir.WorkerIDAttribute()].Text()) // as Terraform writes it
		if !p.Target.PartOf(e, part) {
			continue
		}
		if _, twice := docs[id]; twice {
			f.fail("Cannot import accounts", fmt.Sprintf("Two accounts below %s carry the worker id %q; one of them is %s. "+
				"Correct the worker id of one of them, and import again.", part, id, e.Path))
			continue
		}
		docs[id] = p.Target.Marshal(p.Target.CoreOf(e.Account))
		p.Memory.IDs[id], p.Memory.Untouched[id] = e.ID, true
	}
	p.fillIn(ctx, dir, docs, wanted, &f)
	return docs, f
}

// fillIn puts documents with the attributes that rules want in the place of core documents.
func (p *Population) fillIn(ctx context.Context, dir Users, docs map[string]string, wanted *Wanted, f *Findings) {
	want, accounts := map[string]string{}, map[string]directory.Account{}
	for id := range docs {
		doc := wanted.Of(p.Target.Format.Target, id)
		if doc == "" || p.Target.asksNothing(doc) {
			continue
		}
		if a, err := p.Target.Format.Unmarshal(doc); err == nil {
			want[id], accounts[id] = doc, a
		}
	}
	if len(accounts) == 0 {
		return
	}
	found, err := dir.Read(ctx, p.Memory.IDs, attributesOf(accounts))
	if err != nil {
		f.problems("Cannot read accounts", err)
		return
	}
	for id, a := range accounts {
		if e := found[id]; e != nil {
			docs[id] = p.Target.render(dir, want[id], a, e)
		}
	}
}

// checkPart refuses a container that does not exist or, where there are no containers, an unverified domain.
func (p *Population) checkPart(ctx context.Context, dir Users, part string) error {
	if !p.Target.Format.HasContainer {
		domains, err := dir.Suffixes(ctx)
		if err == nil && !slices.ContainsFunc(domains, func(d string) bool { return strings.EqualFold(d, part) }) {
			err = fmt.Errorf("%q is no verified domain, expected one of %s", part, strings.Join(domains, ", "))
		}
		return err
	}
	missing, err := dir.MissingContainers(ctx, []string{part})
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("the container %q does not exist", part)
	}
	return err
}
