// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"github.com/antchfx/xpath"
)

// tree is an XML document, or what is left of it: nodes in document order in one
// slice, which is used again for the next part. Five thousand workers are a
// million nodes; a heap object for each would cost more than reading them.
//
// Texts are parts of the document's text. What is to outlive it is cloned.
type tree struct {
	nodes []node
	attrs []attr
}

// node is an element or a text. Node 0 is the document itself.
type node struct {
	name   string // local name; empty for texts and the document
	text   string // of texts
	space  space
	depth  int32 // 0 for the document
	parent int32
	first  int32 // first child; 0 if none
	last   int32 // last child; 0 if none
	next   int32 // next sibling; 0 if none
	prev   int32 // previous sibling; 0 if none
	attr   int32 // its attributes are attrs[attr:attrEnd]
	attrTo int32
}

type attr struct {
	name, value string
	space       space
}

// space is a namespace that matters.
type space uint8

const (
	spaceNone   space = iota
	spaceWD           // urn:com.workday/bsvc
	spaceSOAP         // of SOAP 1.1 envelopes and faults
	spaceReport       // urn:com.workday.report/…
	spaceOther
)

// prefixes are those that XPaths write for the namespaces, whatever the document
// calls them.
var prefixes = [...]string{spaceNone: "", spaceWD: "wd", spaceSOAP: "env", spaceReport: "wd", spaceOther: "other"}

// child returns the first child element with a name, or 0.
func (t *tree) child(of int32, name string) int32 {
	if of < 0 {
		return 0
	}
	for n := t.nodes[of].first; n != 0; n = t.nodes[n].next {
		if t.nodes[n].name == name {
			return n
		}
	}
	return 0
}

// find follows names from a node to the first descendant of that path, or 0.
func (t *tree) find(of int32, path ...string) int32 {
	for _, name := range path {
		if of = t.child(of, name); of == 0 {
			return 0
		}
	}
	return of
}

// sibling returns the next element after n with the same name, or 0.
func (t *tree) sibling(n int32) int32 {
	name := t.nodes[n].name
	for n = t.nodes[n].next; n != 0; n = t.nodes[n].next {
		if t.nodes[n].name == name {
			return n
		}
	}
	return 0
}

// value returns all text below a node, or "" for 0.
func (t *tree) value(n int32) string {
	if n == 0 {
		return ""
	}
	if t.nodes[n].name == "" && n != 0 {
		return t.nodes[n].text
	}
	first := t.nodes[n].first
	if first == 0 {
		return ""
	}
	if t.nodes[first].next == 0 && t.nodes[first].name == "" {
		return t.nodes[first].text
	}
	var all []byte
	for c := first; c != 0; c = t.nodes[c].next {
		all = append(all, t.value(c)...)
	}
	return string(all)
}

// attribute returns the value of an attribute of a Workday namespace, or of none.
func (t *tree) attribute(n int32, name string) (string, bool) {
	if n == 0 {
		return "", false
	}
	for _, a := range t.attrs[t.nodes[n].attr:t.nodes[n].attrTo] {
		if a.name == name && a.space <= spaceReport && a.space != spaceSOAP {
			return a.value, true
		}
	}
	return "", false
}

// text returns the value of the element at a path.
func (t *tree) text(of int32, path ...string) string { return t.value(t.find(of, path...)) }

// id returns the ID of that type in the reference n. A reference is a set of
// typed ids, in no order.
func (t *tree) id(n int32, kind string) string {
	for id := t.child(n, "ID"); n != 0 && id != 0; id = t.sibling(id) {
		if k, _ := t.attribute(id, "type"); k == kind {
			return t.value(id)
		}
	}
	return ""
}

// cut forgets node n and all after it.
func (t *tree) cut(n int32) {
	at := &t.nodes[n]
	parent, prev := at.parent, at.prev
	if prev != 0 {
		t.nodes[prev].next = 0
	} else {
		t.nodes[parent].first = 0
	}
	t.nodes[parent].last = prev
	t.attrs = t.attrs[:at.attr]
	t.nodes = t.nodes[:n]
}

// cursor walks a tree for the XPath library. Its root is the node top: an XPath
// of a worker never sees another worker.
type cursor struct {
	t    *tree
	top  int32
	at   int32
	attr int32 // index in t.attrs, or -1
}

var _ xpath.NodeNavigator = (*cursor)(nil)

func (c *cursor) NodeType() xpath.NodeType {
	switch {
	case c.attr >= 0:
		return xpath.AttributeNode
	case c.at == c.top:
		return xpath.RootNode
	case c.t.nodes[c.at].name == "":
		return xpath.TextNode
	}
	return xpath.ElementNode
}

func (c *cursor) LocalName() string {
	switch {
	case c.attr >= 0:
		return c.t.attrs[c.attr].name
	case c.at == c.top:
		return ""
	}
	return c.t.nodes[c.at].name
}

func (c *cursor) Prefix() string {
	switch {
	case c.attr >= 0:
		return prefixes[c.t.attrs[c.attr].space]
	case c.at == c.top:
		return ""
	}
	return prefixes[c.t.nodes[c.at].space]
}

func (c *cursor) Value() string {
	if c.attr >= 0 {
		return c.t.attrs[c.attr].value
	}
	return c.t.value(c.at)
}

func (c *cursor) Copy() xpath.NodeNavigator {
	other := *c
	return &other
}

func (c *cursor) MoveToRoot() { c.at, c.attr = c.top, -1 }

func (c *cursor) MoveToParent() bool {
	if c.attr >= 0 {
		c.attr = -1
		return true
	}
	if c.at == c.top {
		return false
	}
	c.at = c.t.nodes[c.at].parent
	return true
}

func (c *cursor) MoveToNextAttribute() bool {
	if c.at == c.top {
		return false
	}
	n := &c.t.nodes[c.at]
	next := c.attr + 1
	if c.attr < 0 {
		next = n.attr
	}
	if next >= n.attrTo {
		return false
	}
	c.attr = next
	return true
}

func (c *cursor) move(to int32) bool {
	if c.attr >= 0 || to == 0 {
		return false
	}
	c.at = to
	return true
}

func (c *cursor) MoveToChild() bool { return c.move(c.t.nodes[c.at].first) }

func (c *cursor) MoveToFirst() bool {
	if c.at == c.top {
		return false
	}
	return c.move(c.t.nodes[c.t.nodes[c.at].parent].first)
}

func (c *cursor) MoveToNext() bool { return c.at != c.top && c.move(c.t.nodes[c.at].next) }

func (c *cursor) MoveToPrevious() bool { return c.at != c.top && c.move(c.t.nodes[c.at].prev) }

func (c *cursor) MoveTo(other xpath.NodeNavigator) bool {
	o, ok := other.(*cursor)
	if !ok || o.t != c.t {
		return false
	}
	*c = *o
	return true
}
