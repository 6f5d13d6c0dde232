// SPDX-License-Identifier: MPL-2.0

package successfactors

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"terraform-provider-workforce/internal/worker"
)

// object is a JSON object.
type object = map[string]any

func sortedNames(o object) []string { return slices.Sorted(maps.Keys(o)) }

// isDeferred reports whether a value is a link in place of an entity, as OData v2
// writes what was not expanded.
func isDeferred(v any) bool {
	o, ok := v.(object)
	if !ok {
		return false
	}
	_, deferred := o["__deferred"]
	return deferred
}

// isPart reports whether a navigation holds the first of its entities only, and a link to the others.
func isPart(v any) bool {
	o, ok := v.(object)
	next, _ := o["__next"].(string)
	return ok && next != ""
}

// partError says that an answer leaves out entities of a navigation.
func partError(path string) error {
	return fmt.Errorf("%s: found a part of the entities and a link to more (__next), expected all of them with their person", path)
}

// rows returns the entities of a navigation, of which there may be one or several.
func rows(v any) []object {
	switch v := v.(type) {
	case object:
		if list, ok := v["results"].([]any); ok {
			return rows(list)
		}
		if !isDeferred(v) {
			return []object{v}
		}
	case []any:
		var out []object
		for _, item := range v {
			if o, ok := item.(object); ok && !isDeferred(o) {
				out = append(out, o)
			}
		}
		return out
	}
	return nil
}

// follow returns the value at a path of names, or nil. Of several entities it
// takes the first.
func follow(v any, path []string) (any, error) {
	for i, name := range path {
		if isDeferred(v) {
			return nil, &deferredError{strings.Join(path[:i], "/")}
		}
		list := rows(v)
		if len(list) == 0 {
			return nil, nil
		}
		v = list[0][name]
	}
	return v, nil
}

// text returns a property of an entity as it is, or "".
func text(o object, path ...string) string {
	v, err := follow(o, path)
	if err != nil || v == nil {
		return ""
	}
	return strings.TrimSpace(plain(v))
}

// isTrue reports whether a property is true, as a boolean or in words.
func isTrue(o object, name string) bool { return strings.EqualFold(text(o, name), "true") }

// plain writes a value. Truth is written as .NET does, and so as the expressions
// written for Microsoft's connector expect it.
func plain(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "True"
		}
		return "False"
	}
	return ""
}

// dateLiteral is a date of OData v2 in JSON: milliseconds since 1970 in UTC, with
// the offset in minutes where it is a moment
// (https://www.odata.org/documentation/odata-version-2-0/json-format/ section 4).
var dateLiteral = regexp.MustCompile(`^/Date\((-?\d+)([+-]\d{1,4})?\)/$`)

const (
	// openEnd is the date that stands for none: 9999-12-31.
	openEnd worker.Date = "9999-12-31"
	// microsoftFormat is how Microsoft's connector presents dates.
	microsoftFormat = "M/d/yyyy hh:mm:ss tt"
	microsoftLayout = "1/2/2006 03:04:05 PM"
)

// parseDate reads a date of OData v2. The offset of a moment is where it was
// written; the milliseconds are in UTC nevertheless.
func parseDate(text string) (time.Time, bool) {
	m := dateLiteral.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false
	}
	ms, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	t := time.UnixMilli(ms).UTC()
	return t, t.Year() >= 1
}

// eraError is a date that no calendar of an HR system has, such as one before the year 1:
// the trouble of one person, whereas a date in another form is that of the whole read.
type eraError struct{ property, text string }

func (e *eraError) Error() string {
	return fmt.Sprintf("%s: found %q, expected a date from the year 1 to 9999", e.property, e.text)
}

// date returns a date property, or "" if it has none. The open end, and what is after it, is "".
func date(o object, name string) (worker.Date, error) {
	text := text(o, name)
	if text == "" {
		return "", nil
	}
	t, ok := parseDate(text)
	switch {
	case !ok && dateLiteral.MatchString(text):
		return "", &eraError{name, text}
	case !ok:
		return "", fmt.Errorf("%s: found %q, expected a date such as /Date(1714521600000)/", name, text)
	case isOpen(t):
		return "", nil
	}
	return worker.Date(t.Format(time.DateOnly)), nil
}

// isOpen reports a date that stands for none: the last day of the year 9999, and what follows.
func isOpen(t time.Time) bool {
	return t.Year() > 9999 || t.Format(time.DateOnly) == string(openEnd)
}

// present writes a value for an attribute: dates as configured, everything else as it is.
func (c *Config) present(v any) string {
	text := plain(v)
	if !strings.HasPrefix(text, "/Date(") {
		return text
	}
	t, ok := parseDate(text)
	switch {
	case !ok:
		return text
	case t.Year() > 9999:
		return ""
	case !c.ISODates:
		return t.Format(microsoftLayout)
	case isOpen(t):
		return ""
	case t.Truncate(24 * time.Hour).Equal(t):
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}
