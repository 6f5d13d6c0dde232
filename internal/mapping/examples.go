// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression/spelling"
	"terraform-provider-workforce/internal/worker"
)

// checkExamples evaluates the examples and reports every difference.
func (m *Mapping) checkExamples() []error {
	var errs []error
	for i := range m.rules.Examples {
		x := &m.rules.Examples[i]
		path := fmt.Sprintf("examples[%d]", i)
		if x.Name != "" {
			path = indexed("examples", x.Name)
		}
		for _, err := range m.checkExample(x) {
			errs = append(errs, fmt.Errorf("%s.%w", path, err))
		}
	}
	return errs
}

func (m *Mapping) checkExample(x *Example) []error {
	now, err := exampleTime(x)
	if err != nil {
		return []error{fmt.Errorf("as_of: %w", err)}
	}
	d, err := m.Evaluate(&x.Worker, now)
	if err != nil {
		var errs []error
		for _, e := range flatten(err) {
			errs = append(errs, fmt.Errorf("worker: %w", e))
		}
		return errs
	}
	if len(x.Expect) == 0 {
		return []error{fmt.Errorf("expect: missing, expected at least one attribute, or container, enabled or stage")}
	}
	taken := map[string]bool{}
	for _, name := range x.Existing {
		taken[directory.Fold(name)] = true
	}
	var errs []error
	for _, name := range sortedKeys(x.Expect) {
		found, rule, err := m.result(d, name, taken)
		expected := set(append([]string(nil), x.Expect[name]...))
		where := indexed("expect", name)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", where, err))
		case found.Equal(expected):
		default:
			errs = append(errs, fmt.Errorf("%s: found %s, expected %s%s", where, shown(found), shown(expected), rule))
		}
	}
	return errs
}

// exampleTime is the instant of an example: its as_of, or noon UTC of the hire
// date, or of 2000-01-01.
func exampleTime(x *Example) (time.Time, error) {
	if x.AsOf != "" {
		now, err := time.Parse(time.RFC3339, x.AsOf)
		if err != nil {
			return now, fmt.Errorf("found %q, expected an instant such as 2026-12-01T12:00:00Z", x.AsOf)
		}
		return now, nil
	}
	day := x.Worker.HireDate
	if day == "" {
		day = worker.Date("2000-01-01")
	}
	return day.Start(time.UTC).Add(12 * time.Hour), nil
}

// result is what a new account would get under one name.
func (m *Mapping) result(d *Desired, name string, taken map[string]bool) (v directory.Value, rule string, err error) {
	switch name {
	case "container":
		if d.Container == "" {
			return nil, "", nil
		}
		return directory.Value{d.Container}, "; rule " + m.container.text, nil
	case "enabled":
		return directory.Value{strconv.FormatBool(d.Enabled)}, "; " + d.Reason, nil
	case "stage":
		return directory.Value{string(d.Stage)}, "; " + d.Reason, nil
	case directory.GroupsAttribute:
		if d.Groups == "" {
			return nil, "; " + d.Reason, nil
		}
		return directory.Value{d.Groups}, "; " + d.Reason, nil
	}
	o, ok := d.Attributes[name]
	if !ok {
		return m.unwritten(d, name, taken)
	}
	rule = "; rule " + abbreviate(o.Rule, 200)
	if o.Candidates == nil {
		v = o.Value
	} else if v, err = firstFree(o, taken); err != nil {
		return nil, rule, err
	}
	if len(v) == 0 {
		v = o.Default
	}
	return v, rule, nil
}

// firstFree is the candidate that a new account would get.
func firstFree(o Outcome, taken map[string]bool) (directory.Value, error) {
	last := ""
	for s, err := range o.Candidates {
		if err != nil {
			return nil, err
		}
		if !taken[directory.Fold(s)] {
			return directory.Value{s}, nil
		}
		last = s
	}
	if last != "" {
		return nil, fmt.Errorf("every candidate is in existing, the last was %q; rule %s", last, abbreviate(o.Rule, 200))
	}
	return nil, nil
}

// unwritten explains an expected name that is not among the outcomes: spelt
// in another case, not mapped, or a worker without an account.
func (m *Mapping) unwritten(d *Desired, name string, taken map[string]bool) (directory.Value, string, error) {
	for _, known := range m.targets {
		switch {
		case known == name:
			return nil, "; " + d.Reason, nil
		case strings.EqualFold(known, name):
			return m.result(d, known, taken)
		}
	}
	near := spelling.Nearest(name, append(m.TargetAttributes(), "container", "enabled", "stage", directory.GroupsAttribute))
	return nil, "", fmt.Errorf("no rule writes %q%s", name, didYouMean(near))
}

func shown(v directory.Value) string {
	if len(v) == 0 {
		return "no value"
	}
	return quoted(v)
}
