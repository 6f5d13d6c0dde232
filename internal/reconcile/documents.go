// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// Marshal writes the document of an account that came from a document or from the directory.
// Core attributes of such an account have one value, so that writing cannot fail.
func (t Target) Marshal(a directory.Account) string {
	doc, err := t.Format.Marshal(a)
	if err != nil {
		return ""
	}
	return doc
}

// Parse reads documents. It reports the problems of each at its worker id.
func (t Target) Parse(docs map[string]string) (map[string]directory.Account, Findings) {
	return parse(t.Format.Unmarshal, docs, slices.Sorted(maps.Keys(docs)))
}

// parse is [Target.Parse] of some workers.
func (p *Population) parse(docs map[string]string, workers []string) (map[string]directory.Account, Findings) {
	return parse(p.decode, docs, workers)
}

// decode reads a document, or finds it among those that are read.
func (p *Population) decode(doc string) (directory.Account, error) {
	if a, known := p.Decoded[doc]; known {
		return a.Clone(), nil
	}
	a, err := p.Target.Format.Unmarshal(doc)
	if err == nil && p.Decoded != nil {
		p.Decoded[doc] = a.Clone()
	}
	return a, err
}

func parse(
	decode func(doc string) (directory.Account, error), docs map[string]string, workers []string,
) (map[string]directory.Account, Findings) {
	accounts := make(map[string]directory.Account, len(workers))
	var f Findings
	for _, id := range workers {
		a, err := decode(docs[id])
		if err == nil {
			accounts[id] = a
			continue
		}
		f.failWorker(id, "Invalid account document", fmt.Sprintf("Worker %q: %s.", id, strings.ReplaceAll(err.Error(), "\n", "; ")))
	}
	return accounts, f
}

// Same reports whether two account documents mean the same.
func (t Target) Same(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := t.Format.Unmarshal(a)
	y, errY := t.Format.Unmarshal(b)
	return errX == nil && errY == nil && t.Marshal(x) == t.Marshal(y)
}

// render returns doc where the account is as doc says. Otherwise it returns a document of the
// present state of the account, with the same attributes.
func (t Target) render(u Users, doc string, want directory.Account, have *directory.Existing) string {
	now := t.Marshal(u.Render(want, have))
	if now == doc || now == t.Marshal(want) {
		return doc
	}
	return now
}

// CoreOf returns the account with nothing but its core attributes.
func (t Target) CoreOf(a directory.Account) directory.Account {
	core := directory.Account{Container: a.Container, Enabled: a.Enabled, Attributes: map[string]directory.Value{}}
	for _, c := range t.Format.Core {
		if v := a.Attributes[c.Attribute]; len(v) > 0 && c.Attribute != directory.GroupsAttribute {
			core.Attributes[c.Attribute] = v
		}
	}
	return core
}

// asksNothing reports whether a document releases its account, or deletes it.
func (t Target) asksNothing(doc string) bool {
	// Searching the text is cheap, and hardly any document has one of the words.
	if !strings.Contains(doc, `"deleted"`) && !strings.Contains(doc, `"released"`) {
		return false
	}
	a, err := t.Format.Unmarshal(doc)
	return err == nil && (a.Deleted || a.Released)
}

// OnlyEnds reports whether want lacks nothing of the state but documents of deleted and released accounts, and
// is otherwise the same. The next refresh drops these documents; until then they are no reason for a plan.
func (p *Population) OnlyEnds(want map[string]string) bool {
	if len(want) >= len(p.Before) {
		return false
	}
	for id, doc := range want {
		if before, there := p.Before[id]; !there || before != doc {
			return false
		}
	}
	for id, doc := range p.Before {
		if _, stays := want[id]; !stays && !p.Target.asksNothing(doc) {
			return false
		}
	}
	return true
}

// released reports whether a document says that the account is no longer managed.
func (t Target) released(doc string) bool {
	if !strings.Contains(doc, `"released"`) {
		return false
	}
	a, err := t.Format.Unmarshal(doc)
	return err == nil && a.Released
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
