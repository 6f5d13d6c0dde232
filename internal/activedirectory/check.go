// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/biter777/countries"

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
	if err := checkCountry(a); err != nil {
		problems = append(problems, problem{[]string{"c", "co", "countryCode"}, err})
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
	if err := Check(kind, v); err != nil || len(v) == 0 {
		return err
	}
	switch {
	case isName(name, attrLogin):
		return checkLogin(v.Text())
	case isName(name, attrPrincipal):
		if user, suffix, ok := strings.Cut(v.Text(), "@"); !ok || user == "" || suffix == "" {
			return fmt.Errorf("found %q, expected name@suffix", v.Text())
		}
	case isName(name, attrCN) && strings.ContainsRune(v.Text(), 0):
		return fmt.Errorf("found %q, expected no NUL", v.Text())
	}
	return nil
}

// checkLogin: https://learn.microsoft.com/windows/win32/adschema/a-samaccountname
// and [MS-SAMR] 3.1.1.6 list what a login of a user may not contain.
func checkLogin(s string) error {
	if i := strings.IndexFunc(s, func(r rune) bool { return r < ' ' || strings.ContainsRune(`"/\[]:;|=,+*?<>`, r) }); i >= 0 {
		return fmt.Errorf("found %q, expected none of \" / \\ [ ] : ; | = , + * ? < > and no control characters", s)
	}
	if strings.Trim(s, ". ") == "" || strings.HasSuffix(s, ".") {
		return fmt.Errorf("found %q, expected something other than dots and blanks, and no dot at the end", s)
	}
	return nil
}

// checkCountry finds c, co and countryCode of different countries (ISO 3166-1).
// Names of countries that are not known in English are not judged.
func checkCountry(a directory.Account) error {
	c, _ := lookup(a.Attributes, "c")
	co, _ := lookup(a.Attributes, "co")
	number, _ := lookup(a.Attributes, "countryCode")
	country := countries.Unknown
	if len(c) == 1 && len(c[0]) == 2 {
		country = countries.ByName(c[0])
	}
	if country == countries.Unknown {
		return nil
	}
	if n, err := strconv.Atoi(number.Text()); err == nil && n != 0 && n != int(country) {
		return fmt.Errorf("countryCode: found %d, expected %d, the number of c = %q", n, int(country), c[0])
	}
	if named := countries.ByName(co.Text()); len(co) == 1 && named != countries.Unknown && named != country {
		return fmt.Errorf("co: found %q, which is %s, expected the name of c = %q", co[0], named.Alpha2(), c[0])
	}
	return nil
}
