// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// recognised is what the second phase hands on: who is who in the directory.
type recognised struct {
	*feed
	notes
	people []*person          // everybody, those who are absent from the feed too, in natural order of the ids
	absent map[string]*person // those, by folded worker id

	schema             *directory.Schema
	written            map[string]directory.AttributeType // the types of targets, as the directory has them
	owned              []*directory.Existing              // users that carry a worker id, by path
	accountsByWorkerID map[string][]*directory.Existing   // folded worker id → users that carry it
	sharedMatches      [][]*person                        // workers who match one account together
	contestedIDs       map[string]bool                    // object ids of accounts that nobody gets before that is cleared up
	twice              []string                           // absent workers with several accounts
	unmanaged          map[string]Unmanaged               // by object id
}

// lookup returns the person with a worker id, in the feed or absent from it, or nil.
func (d *recognised) lookup(id string) *person {
	if p := d.feed.lookup(id); p != nil {
		return p
	}
	return d.absent[directory.Fold(id)]
}

// leaveOut notes why an account has no document.
func (d *recognised) leaveOut(p *person, e *directory.Existing, kind, reason string) {
	id := e.Account.Attributes[d.in.WorkerIDAttribute].Text()
	if p != nil {
		id = p.id
	}
	if !d.waits(id) { // populations hold what they have until somebody decides about it
		d.unmanaged[e.ID] = Unmanaged{WorkerID: id, Kind: kind, Reason: reason}
	}
}

// sameManager compares managers, one of which may still be a path because the
// manager's account carries no worker id yet.
func (d *recognised) sameManager(old, id string) bool {
	if old == "" {
		return false
	}
	if directory.Fold(old) == directory.Fold(id) {
		return true
	}
	if strings.Contains(id, "=") && sameContainer(old, id) {
		return true
	}
	m := d.lookup(id)
	return m != nil && m.existing != nil && sameContainer(old, m.existing.Path)
}
