// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"fmt"

	"terraform-provider-workforce/internal/directory"
)

// Replicated is a directory of several servers, which may be one of several in a forest. Changes take time
// to get from one server to another.
type Replicated interface {
	// Prefer chooses the server that Replica named, if it can be reached and no other is in use yet.
	Prefer(server string)
	// Replica returns the name of the server that is used.
	Replica(ctx context.Context) (string, error)
	// Elsewhere returns where the forest has objects that are not in this directory any more: paths by folded object id. It asks
	// nobody where the directory is the only one of its forest.
	Elsewhere(ctx context.Context, objects []string) (map[string]string, error)
}

// hasReplicated reports whether the server in use has the accounts that the state records.
//
// An account that is neither among its accounts nor among its deleted ones may not have arrived from
// the server that was used before. That stops the run, because the account would be created a
// second time. Where the server is the same as before, such an account was deleted.
func (p *Population) hasReplicated(
	ctx context.Context, dir Users, workers []string, found map[string]*directory.Existing, outstanding map[string]bool, f *Findings,
) bool {
	r, ok := dir.(Replicated)
	if !ok {
		return true
	}
	server, err := r.Replica(ctx)
	if err != nil {
		f.problems("Cannot read the directory", err)
		return false
	}
	before := p.Memory.Directory.Server
	if before == "" || directory.Fold(before) == directory.Fold(server) {
		p.Memory.Directory.Server = server
		return true
	}
	missing := map[string]string{} // folded object id → worker id
	for _, id := range workers {
		if found[id] == nil && !outstanding[id] && p.Memory.IDs[id] != "" {
			missing[directory.Fold(p.Memory.IDs[id])] = id
		}
	}
	if len(missing) == 0 {
		p.Memory.Directory.Server = server
		return true
	}
	deleted, err := dir.WithDeleted().Find(ctx, "id", sortedKeys(missing))
	if err != nil {
		f.problems("Cannot read deleted accounts", err)
		return false
	}
	var lines []string
	for _, object := range sortedKeys(missing) {
		if len(deleted[object]) == 0 {
			lines = append(lines, fmt.Sprintf("worker %s (object id %s)", missing[object], object))
		}
	}
	if len(lines) == 0 {
		p.Memory.Directory.Server = server
		return true
	}
	f.fail("A domain controller does not have accounts that exist", fmt.Sprintf("The state knows %d accounts, last seen on the controller %s, which the controller %s has neither among its accounts nor among the deleted ones:\n%s\n"+
		"Nothing was changed: they would be created a second time. Wait until %s has replicated to %s, or make %s reachable, and run again. "+
		"If the accounts were deleted, let the provider's account read deleted objects. If %s is gone for good and its changes with it, remove the resource from the state (terraform state rm), which changes no account, and apply: "+
		"accounts that exist are taken over by their worker id.", len(lines), before, server, Listed(lines), before, server, before, before))
	return false
}

// checkReplica runs before anything is written. Where apply uses another server than the plan did, it
// checks that this server has the accounts that the state records.
func (p *Population) checkReplica(ctx context.Context, dir Users, f *Findings) bool {
	r, ok := dir.(Replicated)
	if !ok {
		return true
	}
	server, err := r.Replica(ctx)
	var found map[string]*directory.Existing
	if before := p.Memory.Directory.Server; err == nil && before != "" && directory.Fold(server) != directory.Fold(before) {
		found, err = dir.Read(ctx, p.Memory.IDs, nil)
	}
	if err != nil {
		f.problems("Cannot read the directory", err)
		return false
	}
	return p.hasReplicated(ctx, dir, sortedKeys(p.Memory.IDs), found, p.Memory.Purging, f)
}
