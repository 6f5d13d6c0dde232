// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// groupClaims knows, within one run, which resources answer for the members of
// which group and which objects take which names, so that two that would undo
// each other for ever are found at plan.
type groupClaims struct {
	mu      sync.Mutex
	members map[string][]membersClaim // by ID of the group
	names   map[string]nameClaim      // by kind and name
	serial  int
	added   map[string][]string // what additive resources added, by ID of the group, for who replaces them

	locks sync.Map                   // *sync.Mutex by ID of the group
	kept  map[string]map[string]bool // members that resources of this run want, by ID of the group
}

// lock lets one resource at a time write the members of a group, and reports
// whether it had to wait: then what was read before is old.
func (c *groupClaims) lock(id string) (unlock func(), waited bool) {
	v, _ := c.locks.LoadOrStore(id, new(sync.Mutex))
	mu, _ := v.(*sync.Mutex)
	if waited = !mu.TryLock(); waited {
		mu.Lock()
	}
	return mu.Unlock, waited
}

// keep notes members that a resource of this run wants, so that another one that
// is destroyed in it, such as the same resource under its former name, leaves them.
func (c *groupClaims) keep(id string, members map[string]bool) {
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

func (c *groupClaims) keeps(id, member string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept[id][member]
}

// membersClaim is one resource that answers for members of a group. Terraform
// tells a provider no addresses, so what it says of itself stands for it: two
// resources that say the same do not undo each other.
type membersClaim struct {
	label, content string
	all            bool // it removes all members but its own
}

// claimMembers notes that a resource answers for members of a group, and reports
// another one with which it cannot get along.
func (c *groupClaims) claimMembers(id string, claim membersClaim, at path.Path, diags *diag.Diagnostics) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.members == nil {
		c.members = map[string][]membersClaim{}
	}
	others := c.members[id]
	if slices.Contains(others, claim) { // planned again, as part of a replacement
		return
	}
	c.members[id] = append(others, claim)
	for _, other := range others {
		if other.all || claim.all {
			diags.AddAttributeError(at, "Two resources answer for one group", fmt.Sprintf("The members of one group are managed by\n  %s\n  %s\nAn authoritative resource removes the members that the other one adds, in every run. Keep one of them, or set mode = \"additive\" in both.", other.label, claim.label))
			return
		}
	}
}

// nameClaim is an object that takes a name. Its holder is its ID, or where it has
// none yet, something that no other object has.
type nameClaim struct {
	holder, label string
	// strict refuses others of that name, addressed those that are addressed too.
	strict, addressed bool
}

// claimName notes that an object takes a name, and returns another one of this
// run that takes it too and does not go along with it. free reports that the
// holder of a name gives it up.
func (c *groupClaims) claimName(name string, claim nameClaim, free func(holder string) bool) (other nameClaim, taken bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.names == nil {
		c.names = map[string]nameClaim{}
	}
	if claim.holder == "" {
		c.serial++
		claim.holder = fmt.Sprintf("new %d", c.serial)
	}
	other, known := c.names[name]
	if !known || other.holder == claim.holder || free(other.holder) {
		c.names[name] = claim
		return nameClaim{}, false
	}
	return other, other.strict || claim.strict || other.addressed && claim.addressed
}

// claimObject is claimName for an object with that name as an attribute.
func (d *providerData) claimObject(attribute, name string, claim nameClaim, diags *diag.Diagnostics) {
	if diags.HasError() {
		return
	}
	free := func(holder string) bool { _, replaced := d.replacedGroups.Load(holder); return replaced }
	if other, taken := d.groups.claimName(name, claim, free); taken {
		diags.AddAttributeError(path.Root(attribute), "Two resources take one name", fmt.Sprintf("The configuration has\n  %s\n  %s\nKeep one of them, or give one another %s.", other.label, claim.label, attribute))
	}
}

// noteAdded remembers what an additive resource had added to a group: the
// creation that replaces it is told nothing of it.
func (c *groupClaims) noteAdded(id string, members []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.added == nil {
		c.added = map[string][]string{}
	}
	c.added[id] = append(c.added[id], members...)
}

func (c *groupClaims) addedTo(id string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.added[id])
}
