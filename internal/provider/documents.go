// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// sameDocument reports whether two account documents mean the same.
func (t target) sameDocument(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := t.format.Unmarshal(a)
	y, errY := t.format.Unmarshal(b)
	return errX == nil && errY == nil && t.marshal(x) == t.marshal(y)
}

// render returns doc, if the account is as doc says, else a document of the
// account's present state that names the same attributes.
func (t target) render(u userDirectory, doc string, want directory.Account, have *directory.Existing) string {
	now := t.marshal(u.Render(want, have))
	if now == t.marshal(want) {
		return doc
	}
	return now
}

// marshal writes a document of an account that was read from one or from the
// directory, whose core attributes are single-valued by schema.
func (t target) marshal(a directory.Account) string {
	doc, err := t.format.Marshal(a)
	if err != nil {
		return ""
	}
	return doc
}

// coreOf returns the account with nothing but its core attributes.
func (t target) coreOf(a directory.Account) directory.Account {
	core := directory.Account{Container: a.Container, Enabled: a.Enabled, Attributes: map[string]directory.Value{}}
	for _, c := range t.format.Core {
		if v := a.Attributes[c.Attribute]; len(v) > 0 && c.Attribute != directory.GroupsAttribute {
			core.Attributes[c.Attribute] = v
		}
	}
	return core
}

// attributesOf returns the names of all attributes that any account manages.
func attributesOf(accounts map[string]directory.Account) []string {
	names := map[string]bool{}
	for _, a := range accounts {
		for name := range a.Attributes {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// listed returns the first lines of many, and a count of the rest.
func listed(lines []string) string {
	if len(lines) > maxProblems {
		lines = append(slices.Clone(lines[:maxProblems]), "… and "+strconv.Itoa(len(lines)-maxProblems)+" more")
	}
	return "  " + strings.Join(lines, "\n  ")
}
