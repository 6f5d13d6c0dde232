// SPDX-License-Identifier: MPL-2.0

package graph

import (
	_ "embed" // properties.txt
	"fmt"
	"strconv"
	"strings"
)

// The kinds of objects.
const (
	kindUser  = "user"
	kindGroup = "group"
)

//go:embed properties.txt
var propertyTable string

// property is one line of properties.txt.
type property struct {
	owner, name string
	edm         string // without Collection()
	collection  bool
	max         int
	values      []string
	filter      []string
	read, write string // permissions
	flags       map[string]bool
}

// properties of a kind or complex type, by name and in the order of the table.
type properties struct {
	byName map[string]*property
	order  []*property
}

var schema = mustParse(propertyTable)

func mustParse(table string) map[string]*properties {
	types := map[string]*properties{}
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		p := &property{owner: fields[0], name: fields[1], edm: fields[2], flags: map[string]bool{}}
		if inner, ok := strings.CutPrefix(p.edm, "Collection("); ok {
			p.edm, p.collection = strings.TrimSuffix(inner, ")"), true
		}
		for _, f := range fields[3:] {
			p.rule(f)
		}
		if types[p.owner] == nil {
			types[p.owner] = &properties{byName: map[string]*property{}}
		}
		types[p.owner].byName[p.name] = p
		types[p.owner].order = append(types[p.owner].order, p)
	}
	return types
}

func (p *property) rule(text string) {
	name, value, _ := strings.Cut(text, "=")
	switch name {
	case "max":
		n, err := strconv.Atoi(value)
		if err != nil {
			panic(fmt.Sprintf("properties.txt: %s.%s: %v", p.owner, p.name, err))
		}
		p.max = n
	case "values":
		p.values = strings.Split(value, ",")
	case "filter":
		p.filter = strings.Split(value, ",")
	case "read":
		p.read = value
	case "write":
		p.write = value
	default:
		p.flags[name] = true
	}
}

// complexType returns the name of the complex type of a property, or "".
func (p *property) complexType() string {
	if name, ok := strings.CutPrefix(p.edm, "graph."); ok && schema[name] != nil {
		return name
	}
	return ""
}

// property finds a property of a kind: of the table, or a directory extension.
func (s *store) property(kind, name string) *property {
	if p := schema[kind].byName[name]; p != nil {
		return p
	}
	if d := s.extensions[name]; d != nil && kind == kindUser {
		return &d.property
	}
	return nil
}
