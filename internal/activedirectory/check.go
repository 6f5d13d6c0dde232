// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"terraform-provider-workforce/internal/directory"
)

// CheckAccount says everything that is wrong with an account document before
// anything is written: the container, the naming attributes, each value by its
// type, and whether the three country attributes contradict each other. schema
// may be nil for the standard one.
func CheckAccount(a directory.Account, schema *directory.Schema) error {
	if schema == nil {
		schema = StandardSchema()
	}
	return joined(problemsOf(a, schema))
}

// problem is something that is wrong with one attribute or, of countries, with several.
type problem struct {
	attributes []string // [attrContainer] is the place
	error
}

// written reports whether what a problem is about would be written to an account that
// is in a container and has values.
func (p problem) written(want directory.Account, container string, has func(name string) directory.Value, schema *directory.Schema) bool {
	return slices.ContainsFunc(p.attributes, func(name string) bool {
		if name == attrContainer {
			return !sameDN(container, want.Container)
		}
		v, managed := lookup(want.Attributes, name)
		switch {
		case !managed: // one of several that the problem is about, or one that must be there
			return len(p.attributes) == 1
		case isName(name, attrManager), isGroups(name):
			return true
		}
		return !Equal(schema, name, v, has(name))
	})
}

// CheckChange is [CheckAccount] for an account that exists: what is there already, and
// so is not written, is not judged, and neither is who is deleted or released.
func CheckChange(want directory.Account, have *directory.Existing, schema *directory.Schema) error {
	if want.Deleted || want.Released {
		return nil
	}
	if have == nil {
		return CheckAccount(want, schema)
	}
	if schema == nil {
		schema = StandardSchema()
	}
	return joined(slices.DeleteFunc(problemsOf(want, schema), func(p problem) bool {
		return !p.written(want, have.Account.Container, func(name string) directory.Value { v, _ := lookup(have.Account.Attributes, name); return v }, schema)
	}))
}

func joined(problems []problem) error {
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p.error
	}
	return errors.Join(errs...)
}

func problemsOf(a directory.Account, schema *directory.Schema) []problem {
	var problems []problem
	add := func(name string, err error) {
		if err != nil {
			problems = append(problems, problem{[]string{name}, fmt.Errorf("%s: %w", name, err)})
		}
	}
	add(attrContainer, CheckContainer(a.Container))
	for _, name := range []string{attrCN, attrLogin} {
		if v, _ := lookup(a.Attributes, name); len(v) != 1 {
			add(name, fmt.Errorf("found %d values, expected one", len(v)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a.Attributes)) {
		add(name, checkAttribute(schema, name, a.Attributes[name]))
	}
	if name, err := checkFlags(a); err != nil {
		problems = append(problems, problem{[]string{name, attrControl}, fmt.Errorf("%s: %w", name, err)})
	}
	if err := checkPasswordChange(a); err != nil {
		problems = append(problems, problem{passwordChangeAttributes, err})
	}
	if err := checkCountry(a); err != nil {
		problems = append(problems, problem{countryAttributes, err})
	}
	return problems
}

func checkAttribute(schema *directory.Schema, name string, v directory.Value) error {
	kind, ok := schema.Lookup(name)
	switch {
	case isGroups(name):
		return directory.CheckGroups(v)
	case isName(name, attrManager): // a worker id
		if len(v) > 1 {
			return fmt.Errorf("found %d values, expected one", len(v))
		}
		return nil
	case !ok:
		if near := schema.Nearest(name); near != "" {
			return fmt.Errorf("the schema has no such attribute for users; did you mean %s?", near)
		}
		return errors.New("the schema has no such attribute for users")
	}
	return CheckValue(kind, v)
}
