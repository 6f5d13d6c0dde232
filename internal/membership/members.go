// SPDX-License-Identifier: MPL-2.0

package membership

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"terraform-provider-workforce/internal/canonical"
	"terraform-provider-workforce/internal/directory"
)

// classUser is the class of members whom a worker stands behind.
const classUser = "user"

// Members are the members of one group: what they are called, by worker id, or
// by path where no worker stands behind them.
type Members map[string]string

// Document is the canonical JSON of the members: one line a member in a
// structural diff, in which only those who join or leave show.
func (m Members) Document() string {
	out := make([]byte, 0, 2+40*len(m))
	out = append(out, '{')
	for i, key := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(canonical.AppendString(out, key), ':')
		out = canonical.AppendString(out, m[key])
	}
	return string(append(out, '}'))
}

// Parse reads a document.
func Parse(doc string) (Members, error) {
	m := Members{}
	if err := json.Unmarshal([]byte(doc), &m); err != nil {
		return nil, fmt.Errorf("not a document of members: %w", err)
	}
	return m, nil
}

// Fold gives the members by the form under which directories compare their keys.
func (m Members) Fold() map[string]string {
	folded := make(map[string]string, len(m))
	for key := range m {
		folded[directory.Fold(key)] = key
	}
	return folded
}

// Keeping returns the members as have spells and names them, where it has them:
// somebody who married neither joins nor leaves.
func (m Members) Keeping(have Members) Members {
	known := have.Fold()
	out := make(Members, len(m))
	for key, name := range m {
		if as, in := known[directory.Fold(key)]; in {
			out[as] = have[as]
		} else {
			out[key] = name
		}
	}
	return out
}

// Without returns, sorted, the keys of m that other has not.
func (m Members) Without(other Members) []string {
	known := other.Fold()
	var out []string
	for key := range m {
		if _, in := known[directory.Fold(key)]; !in {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

// Index tells members of a group apart the way documents do.
type Index struct {
	// ByKey holds them by folded worker id, or folded path.
	ByKey map[string]directory.Member
	keys  map[string]string // folded → as it is spelt
}

// NewIndex indexes the members of a group. Of two objects that carry one worker
// id the second goes by its path.
func NewIndex(g *directory.Group) *Index {
	x := &Index{ByKey: make(map[string]directory.Member, len(g.Members)), keys: make(map[string]string, len(g.Members))}
	for _, id := range slices.Sorted(maps.Keys(g.Members)) {
		who := g.Members[id]
		key := who.Path
		if _, taken := x.ByKey[directory.Fold(who.WorkerID)]; who.WorkerID != "" && who.Class == classUser && !taken {
			key = who.WorkerID
		}
		if key == "" {
			key = who.ID
		}
		x.ByKey[directory.Fold(key)], x.keys[directory.Fold(key)] = who, key
	}
	return x
}

// Members returns the members as documents hold them: all of them, or those that
// known has as well. Keys are spelt as known spells them.
func (x *Index) Members(known Members, all bool) Members {
	spelt := known.Fold()
	out := Members{}
	for folded, who := range x.ByKey {
		key, in := spelt[folded]
		if !in && !all {
			continue
		}
		if !in {
			key = x.keys[folded]
		}
		out[key] = who.Name
	}
	return out
}
