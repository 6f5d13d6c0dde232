// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"maps"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// key identifies what must be unique: a name in the whole directory or in its
// container, or an address among all mail addresses.
func (n *names) key(attribute, value, container string) string {
	switch {
	case n.d.core[attribute].PerContainer:
		return attribute + "\x00" + canonicalPath(container) + "\x00" + loose(value)
	case isAddress(attribute, value):
		return "address\x00" + loose(bareAddress(attribute, value))
	}
	return attribute + "\x00" + loose(value)
}

// forms returns where and as what a name can be held.
func (n *names) forms(attribute, name string) [][2]string {
	if !isAddress(attribute, name) {
		return [][2]string{{attribute, name}}
	}
	bare := bareAddress(attribute, name)
	all := [][2]string{{mail, bare}, {proxyAddresses, smtp + bare}}
	return slices.DeleteFunc(all, func(f [2]string) bool {
		_, known := n.d.schema.Lookup(f[0])
		return !known && f[0] != attribute
	})
}

// questions are the names to ask about: attribute → folded name → name.
type questions map[string]map[string]string

// want adds what has to be asked about a name and is not known yet.
func (n *names) want(asks questions, attribute string, c candidate) {
	if !isAddress(attribute, c.name) {
		n.wantForm(asks, attribute, c.folded, c.name)
		return
	}
	for _, f := range n.forms(attribute, c.name) {
		n.wantForm(asks, f[0], directory.Fold(f[1]), f[1])
	}
}

func (n *names) wantForm(asks questions, attribute, folded, name string) {
	of, _ := directory.ByName(n.found, attribute)
	if _, known := of[folded]; known {
		return
	}
	if asks[attribute] == nil {
		asks[attribute] = map[string]string{}
	}
	asks[attribute][folded] = name
}

func (n *names) ask(asks questions) error {
	for _, attribute := range sortedKeys(asks) {
		list := slices.Sorted(maps.Values(asks[attribute]))
		found, err := n.d.in.Directory.Find(n.ctx, attribute, list)
		if err != nil {
			return fmt.Errorf("asking who has which %s: %w", attribute, err)
		}
		name := directory.Fold(attribute)
		if n.found[name] == nil {
			n.found[name] = make(map[string][]*directory.Existing, len(list))
		}
		for folded := range asks[attribute] {
			holders := slices.Clone(found[folded])
			slices.SortFunc(holders, byPath)
			n.found[name][folded] = holders
		}
	}
	return nil
}

func (n *names) holders(attribute string, c candidate) (all []*directory.Existing) {
	if !isAddress(attribute, c.name) {
		return n.found.folded(attribute, c.folded)
	}
	for _, f := range n.forms(attribute, c.name) {
		all = append(all, n.found.get(f[0], f[1])...)
	}
	return all
}
