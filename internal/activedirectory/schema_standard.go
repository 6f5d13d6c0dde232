// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"terraform-provider-workforce/internal/directory"
)

// standardTable lists the attributes of the class user, its parents and its
// auxiliary classes in the schema of Windows Server 2016, and those that the
// Exchange schema adds for people. A line is a name, a syntax, "multi" for sets,
// "read-only" for what the directory owns or what must never stand in a document
// (passwords), and the bounds rangeLower..rangeUpper.
//
//go:embed schema_standard.txt
var standardTable string

// StandardSchema returns the attributes that users have in a domain without
// schema extensions, those of Exchange included. [Domain.Schema] asks the
// directory itself.
//
// It departs from the schema of the directory where the directory enforces
// something else: sAMAccountName takes 20 characters for users, description is
// single-valued for them ([MS-SAMR] 3.1.1.8), and accountExpires counts as a
// time, because documents may give it as one (see [Check]).
var StandardSchema = sync.OnceValue(func() *directory.Schema {
	types, err := parseTypes(standardTable)
	if err != nil {
		panic("activedirectory: schema_standard.txt: " + err.Error()) // it is part of the program
	}
	return directory.NewSchema(append(types, flagTypes()...)...)
})

var syntaxes = map[string]directory.Syntax{
	"text": directory.Text, "ascii": directory.ASCII, "integer": directory.Integer, "large": directory.Large, "boolean": directory.Boolean,
	"time": directory.Time, "path": directory.Path, "binary": directory.Binary, "security": directory.Security,
}

func parseTypes(table string) ([]directory.AttributeType, error) {
	types := make([]directory.AttributeType, 0, strings.Count(table, "\n"))
	for line := range strings.Lines(table) {
		t, err := parseType(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", len(types)+1, err)
		}
		types = append(types, t)
	}
	return types, nil
}

func parseType(line string) (directory.AttributeType, error) {
	fields := strings.Fields(line)
	if len(fields) < 2 {
		return directory.AttributeType{}, fmt.Errorf("found %q, expected a name and a syntax", line)
	}
	t := directory.AttributeType{Name: fields[0]}
	var ok bool
	if t.Syntax, ok = syntaxes[fields[1]]; !ok {
		return t, fmt.Errorf("unknown syntax %q", fields[1])
	}
	for _, f := range fields[2:] {
		low, high, bounds := strings.Cut(f, "..")
		switch {
		case f == "multi":
			t.Multi = true
		case f == "read-only":
			t.ReadOnly = true
		case bounds:
			if err := setBounds(&t, low, high); err != nil {
				return t, err
			}
		default:
			return t, fmt.Errorf("unknown word %q", f)
		}
	}
	return t, nil
}

// setBounds reads rangeLower and rangeUpper; an empty one does not exist. They
// are unsigned 32-bit numbers that some servers print as signed ones.
func setBounds(t *directory.AttributeType, low, high string) error {
	for _, b := range []struct {
		text string
		to   *int64
		has  *bool
	}{{low, &t.Min, &t.HasMin}, {high, &t.Max, &t.HasMax}} {
		if b.text == "" {
			continue
		}
		n, err := strconv.ParseInt(b.text, 10, 64)
		if err != nil {
			return fmt.Errorf("range of %s: found %q, expected a whole number", t.Name, b.text)
		}
		if n < 0 && b.to == &t.Max {
			n = int64(uint32(n))
		}
		*b.to, *b.has = n, true
	}
	return nil
}
