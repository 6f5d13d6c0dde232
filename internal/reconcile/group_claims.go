// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"fmt"
	"maps"
	"slices"
	"sync"
)

// GroupClaims records, for one run, which resources manage the members of which group and which
// objects take which names. It finds at plan two resources that would undo each other in every run.
type GroupClaims struct {
	mu      sync.Mutex
	members map[string][]MembersClaim // by ID of the group
	names   map[string]NameClaim      // by kind and name
	serial  int
	added   map[string][]string // what additive resources added, by ID of the group, for who replaces them

	replaced map[string]bool // IDs of groups that this plan replaces: their names are free then

	locks sync.Map                   // *sync.Mutex by ID of the group
	kept  map[string]map[string]bool // members that resources of this run want, by ID of the group
}

// Lock lets one resource at a time write the members of a group. waited reports that another one
// wrote meanwhile, so that the caller must read the members again.
func (c *GroupClaims) Lock(id string) (unlock func(), waited bool) {
	v, _ := c.locks.LoadOrStore(id, new(sync.Mutex))
	mu, _ := v.(*sync.Mutex)
	if waited = !mu.TryLock(); waited {
		mu.Lock()
	}
	return mu.Unlock, waited
}

// Keep records members that a resource of this run wants. A resource that is destroyed in the same
// run, such as the same resource under its former name, then does not remove them.
func (c *GroupClaims) Keep(id string, members map[string]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[string]map[string]bool{}
	}
	if c.kept[id] == nil {
		c.kept[id] = map[string]bool{}
	}
	maps.Copy(c.kept[id], members)
}

// Keeps reports whether a resource of this run wants a member.
func (c *GroupClaims) Keeps(id, member string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept[id][member]
}

// MembersClaim says that one resource manages members of a group. Terraform does not tell a provider
// the address of a resource, so its content identifies it: two resources with the same content do not
// undo each other.
type MembersClaim struct {
	Label, Content string
	All            bool // the resource removes all members but its own
}

// TwoResources is the title of what [GroupClaims.ClaimMembers] finds.
const TwoResources = "Two resources answer for one group"

// ClaimMembers records that a resource manages members of a group. conflict names another resource that
// manages the same group, where one of the two removes the other's members.
func (c *GroupClaims) ClaimMembers(id string, claim MembersClaim) (conflict string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.members == nil {
		c.members = map[string][]MembersClaim{}
	}
	others := c.members[id]
	if slices.Contains(others, claim) { // planned again, as part of a replacement
		return ""
	}
	c.members[id] = append(others, claim)
	for _, other := range others {
		if other.All || claim.All {
			return fmt.Sprintf("The members of one group are managed by\n  %s\n  %s\n"+
				"An authoritative resource removes the members that the other one adds, in every run. "+
				"Keep one of them, or set mode = \"additive\" in both.", other.Label, claim.Label)
		}
	}
	return ""
}

// NameClaim says that an object takes a name. Holder is the object's ID; for a new object it is
// empty, and ClaimName gives it one of its own.
type NameClaim struct {
	Holder, Label string
	// Strict refuses others of that name, Addressed those that are addressed too.
	Strict, Addressed bool
}

// ClaimName records that an object takes a name. Where another object of this run takes the name
// too, and the two exclude each other, it returns that one. A group that is replaced frees its name.
func (c *GroupClaims) ClaimName(name string, claim NameClaim) (other NameClaim, taken bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.names == nil {
		c.names = map[string]NameClaim{}
	}
	if claim.Holder == "" {
		c.serial++
		claim.Holder = fmt.Sprintf("new %d", c.serial)
	}
	other, known := c.names[name]
	if !known || other.Holder == claim.Holder || c.replaced[other.Holder] {
		c.names[name] = claim
		return NameClaim{}, false
	}
	return other, other.Strict || claim.Strict || other.Addressed && claim.Addressed
}

// NoteReplaced records that this plan replaces a group.
func (c *GroupClaims) NoteReplaced(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.replaced == nil {
		c.replaced = map[string]bool{}
	}
	c.replaced[id] = true
}

// Replaced reports whether this plan replaces a group.
func (c *GroupClaims) Replaced(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.replaced[id]
}

// NoteAdded records which members an additive resource had added to a group. Terraform does not pass
// that on to the resource that replaces it.
func (c *GroupClaims) NoteAdded(id string, members []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.added == nil {
		c.added = map[string][]string{}
	}
	c.added[id] = append(c.added[id], members...)
}

// AddedTo returns the members that [GroupClaims.NoteAdded] recorded for a group.
func (c *GroupClaims) AddedTo(id string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.added[id])
}
