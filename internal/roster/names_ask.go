// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
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

// want adds what has to be asked about a name and is not known yet.
func (n *names) want(values map[string]map[string]bool, attribute, name string) {
	for _, f := range n.forms(attribute, name) {
		if _, known := n.found[directory.Fold(f[0])][directory.Fold(f[1])]; known {
			continue
		}
		if values[f[0]] == nil {
			values[f[0]] = map[string]bool{}
		}
		values[f[0]][f[1]] = true
	}
}

func (n *names) ask(values map[string]map[string]bool) error {
	for _, attribute := range sortedKeys(values) {
		list := sortedKeys(values[attribute])
		found, err := n.d.in.Directory.Find(n.ctx, attribute, list)
		if err != nil {
			return fmt.Errorf("asking who has which %s: %w", attribute, err)
		}
		name := directory.Fold(attribute)
		if n.found[name] == nil {
			n.found[name] = map[string][]*directory.Existing{}
		}
		for _, v := range list {
			holders := slices.Clone(found[directory.Fold(v)])
			slices.SortFunc(holders, byPath)
			n.found[name][directory.Fold(v)] = holders
		}
	}
	return nil
}

func (n *names) holders(attribute, name string) (all []*directory.Existing) {
	for _, f := range n.forms(attribute, name) {
		all = append(all, n.found.get(f[0], f[1])...)
	}
	return all
}
