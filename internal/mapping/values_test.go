// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"errors"
	"testing"

	"terraform-provider-workforce/internal/directory"
)

// A date of accountExpires is the end of that day where the worker is.
func TestDatesEndInTheZoneOfTheWorker(t *testing.T) {
	format := adFormat
	format.Days = []string{"accountExpires"}
	r := basic()
	r.Attributes["accountExpires"] = AttributeRule{Source: "Until"}
	r.Lifecycle.TimeZone = "Asia/Tokyo"
	m, err := Compile(r, adSchema(), format)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ zone, until, want string }{
		{"Europe/Berlin", "2027-03-31", "2027-03-31T22:00:00Z"}, {"Europe/Berlin", "2027-12-31", "2027-12-31T23:00:00Z"},
		{"Europe/Berlin", "2027-03-27", "2027-03-27T23:00:00Z"},
		{"America/Los_Angeles", "2027-03-31", "2027-04-01T07:00:00Z"}, {"", "2027-03-31", "2027-03-31T15:00:00Z"},
		{"Europe/Berlin", "2027-03-31T12:00:00Z", "2027-03-31T12:00:00Z"}, {"", "never", "never"},
	} {
		w := ann()
		w.TimeZone, w.Attributes["Until"] = c.zone, text(c.until)
		if got := mustEvaluate(t, m, w, "2026-12-05T00:00:00Z").Attributes["accountExpires"].Value.Text(); got != c.want {
			t.Errorf("%s in %q: found %s, expected %s", c.until, c.zone, got, c.want)
		}
	}
	w := ann()
	w.Attributes["Until"] = text("31.03.2027")
	_, err = m.Evaluate(w, instant(t, "2026-12-05T00:00:00Z"))
	wantError(t, err, "accountExpires", "31.03.2027")
}

// What stands in the rules is held against the target's own rules when they are compiled, and names that
// the target wants unique are so without being declared.
func TestTargetsJudgeFixedValues(t *testing.T) {
	format := adFormat
	format.Unique = []string{"mail"}
	format.Check = func(kind directory.AttributeType, v directory.Value) error {
		if kind.Name == "c" && v.Text() == "UK" {
			return errors.New("found no country")
		}
		return kind.Check(v)
	}
	r := basic()
	r.Attributes["mail"] = AttributeRule{Source: "Mail"}
	country := "UK"
	r.Attributes["c"] = AttributeRule{Constant: &country}
	_, err := Compile(r, adSchema(), format)
	wantError(t, err, "attributes", "constant", "found no country")
	r.Attributes["c"] = AttributeRule{Source: "Country", Default: &country}
	_, err = Compile(r, adSchema(), format)
	wantError(t, err, "default", "found no country")
	delete(r.Attributes, "c")
	m, err := Compile(r, adSchema(), format)
	if err != nil {
		t.Fatal(err)
	}
	w := ann()
	w.Attributes["Mail"] = text("ann@example.com")
	if o := mustEvaluate(t, m, w, "2026-12-05T00:00:00Z").Attributes["mail"]; !o.Unique || o.Candidates == nil || o.OnCreate {
		t.Errorf("mail is %+v, expected a unique value that is always applied", o)
	}
}
