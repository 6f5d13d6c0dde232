// SPDX-License-Identifier: MPL-2.0

package membership

import (
	"maps"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// Naming says what stands for a member at one kind of directory.
type Naming struct {
	// Key is a form under which all spellings of one reference are equal.
	Key func(ref string) string
	// ByPath reports whether a member's path is the path of no other object.
	ByPath func(directory.Member) bool
	// Hidden reports whether a reference may be a name that members of a group do
	// not show, so that only the directory can tell.
	Hidden func(ref string) bool
}

// Names tells the members of one group by what stands for one of them and no
// other: worker id, path, and ID.
type Names struct {
	naming Naming
	group  *directory.Group
	byKey  map[string]string // IDs
}

// Of indexes the members of a group. A worker id that two of them carry stands
// for neither.
func (n Naming) Of(g *directory.Group) *Names {
	x := &Names{naming: n, group: g, byKey: make(map[string]string, 3*len(g.Members))}
	count := map[string]int{}
	for id, who := range g.Members {
		if who.WorkerID != "" {
			key := n.Key(who.WorkerID)
			count[key]++
			x.byKey[key] = id
		}
	}
	for key, bearers := range count {
		if bearers > 1 {
			delete(x.byKey, key)
		}
	}
	for id, who := range g.Members {
		if x.byKey[n.Key(id)] = id; n.ByPath(who) {
			x.byKey[n.Key(who.Path)] = id
		}
	}
	return x
}

// ID returns the ID of the member that a reference stands for, or "".
func (x *Names) ID(ref string) string { return x.byKey[x.naming.Key(ref)] }

// Present returns, by reference, the IDs of those who are members of the group.
// known are the IDs that references meant before: whoever was renamed is the same
// member, unless the name is somebody else's now. References that the directory has
// to be asked about are returned as open.
func (x *Names) Present(refs []string, known map[string]string) (present map[string]string, open []string) {
	present = make(map[string]string, len(refs))
	for _, ref := range refs {
		id := known[ref]
		who, in := x.group.Members[id]
		switch {
		case x.ID(ref) != "":
			present[ref] = x.ID(ref)
		case in && x.naming.Key(who.WorkerID) == x.naming.Key(ref): // one of several with that worker id
			present[ref] = id
		case in || x.naming.Hidden(ref):
			open = append(open, ref)
		}
	}
	return present, open
}

// Others names the members that none of the references in present means, by
// worker id, path or ID, whichever is first to stand for one of them only.
func (x *Names) Others(present map[string]string) map[string]string {
	meant := make(map[string]bool, len(present))
	for id := range maps.Values(present) {
		meant[id] = true
	}
	out := map[string]string{}
	for id, who := range x.group.Members {
		if meant[id] {
			continue
		}
		names := []string{who.WorkerID, who.Path, id}
		if who.Class != classUser {
			names = names[1:]
		}
		i := slices.IndexFunc(names, func(name string) bool {
			return name != "" && x.ID(name) == id && (present[name] == "" || present[name] == id)
		})
		out[names[max(i, 0)]] = id
	}
	return out
}
