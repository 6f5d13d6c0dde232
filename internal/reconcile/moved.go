// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// noteMoved remembers which accounts that are gone here somebody moved to another directory of the same forest: they are no reason to
// create a second one. gone holds object ids by worker id. What was remembered before is asked again. Accounts of which
// nobody can be asked count as moved, because they may have been.
func (p *Population) noteMoved(ctx context.Context, dir Users, gone map[string]string, f *Findings) {
	r, ok := dir.(Replicated)
	if !ok || len(gone)+len(p.Memory.Moved) == 0 {
		return
	}
	all := map[string]string{}
	maps.Copy(all, p.Memory.Moved)
	maps.Copy(all, gone)
	deleted, err := dir.WithDeleted().Find(ctx, "id", objectsOf(all))
	maps.DeleteFunc(all, func(_, object string) bool { return err == nil && len(deleted[directory.Fold(object)]) > 0 })
	if p.Memory.Moved = all; len(all) == 0 {
		return
	}
	places, err := r.Elsewhere(ctx, objectsOf(all))
	if err == nil {
		maps.DeleteFunc(all, func(_, object string) bool { return places[directory.Fold(object)] == "" })
		warnOfMoved(all, places, f)
	} else {
		f.warn("Accounts are missing, and other domains cannot be asked", fmt.Sprintf("The state knows the accounts of these workers, "+
			"and the directory has them neither among its accounts nor among the deleted ones: %s. Whether somebody moved them to another "+
			"domain of the forest could not be asked: %v\nNobody gets a second account until it can: %s.",
			Listed(sortedKeys(all)), err, adviceForest))
	}
}

// warnOfMoved names the workers whose account is in another directory of the forest: nobody here takes access away there.
func warnOfMoved(moved, places map[string]string, f *Findings) {
	if len(moved) == 0 {
		return
	}
	var lines []string
	for _, id := range sortedKeys(moved) {
		lines = append(lines, fmt.Sprintf("worker %s: %s", id, places[directory.Fold(moved[id])]))
	}
	f.warn("Accounts are in another domain of the forest", fmt.Sprintf("Somebody moved the accounts of these workers there:\n%s\n"+
		"They are not managed here any more: who leaves keeps access there until somebody takes it away. Let the population of that domain "+
		"have the worker (scope of the mappings), move the account back, or disable or delete it there.", Listed(lines)))
}

// adviceForest is what makes known where an account went.
const adviceForest = "let the provider reach the global catalog (global_catalog_urls), or let its account read deleted objects"

// refuseMoved says, by worker id, why nobody creates an account for workers whose account is in another directory of the forest.
func (p *Population) refuseMoved(
	ctx context.Context, dir Users, accounts map[string]directory.Account, ids map[string]string,
) map[string]error {
	r, ok := dir.(Replicated)
	wanted := map[string]string{}
	for id, object := range p.Memory.Moved {
		if _, changes := accounts[id]; changes && ids[id] == "" {
			wanted[id] = object
		}
	}
	if !ok || len(wanted) == 0 {
		return nil
	}
	places, err := r.Elsewhere(ctx, objectsOf(wanted))
	out := map[string]error{}
	for id, object := range wanted {
		switch place := places[directory.Fold(object)]; {
		case err != nil:
			out[id] = fmt.Errorf("worker %q: the account is gone, and whether somebody moved it to another domain of the forest could not be "+
				"asked: %w; %s", id, err, adviceForest)
		case place != "":
			out[id] = fmt.Errorf("worker %q: somebody moved the account to another domain of the forest, where it is %s; a second one is not "+
				"made here: give the worker to the population of that domain by the scope of the mappings, move the account back, or delete it "+
				"there", id, place)
		}
	}
	return out
}

// objectsOf returns object ids, sorted.
func objectsOf(ids map[string]string) []string { return slices.Sorted(maps.Values(ids)) }
