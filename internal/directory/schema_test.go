// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	department := AttributeType{Name: "department", HasMin: true, Min: 1, HasMax: true, Max: 4}
	for name, c := range map[string]struct {
		kind  AttributeType
		value Value
		want  string // "" is accepted
	}{
		"cleared":             {department, nil, ""},
		"fits":                {department, Value{"Zoë!"}, ""},
		"too long":            {department, Value{"Sales"}, "5 characters, expected at most 4"},
		"counted in UTF-16":   {department, Value{"🦆🦆🦆"}, "6 characters"},
		"several":             {department, Value{"a", "b"}, "single-valued"},
		"several allowed":     {AttributeType{Name: "mails", Multi: true}, Value{"a", "b", "c", "d"}, ""},
		"not UTF-8":           {department, Value{"\xff"}, "UTF-8"},
		"number":              {AttributeType{Syntax: Integer}, Value{"12"}, ""},
		"not a number":        {AttributeType{Syntax: Integer}, Value{"twelve"}, "32-bit"},
		"too large a number":  {AttributeType{Syntax: Integer}, Value{"3000000000"}, "32-bit"},
		"64 bits":             {AttributeType{Syntax: Large}, Value{"3000000000"}, ""},
		"out of range":        {AttributeType{Syntax: Integer, HasMax: true, Max: 9}, Value{"10"}, "from 0 to 9"},
		"boolean":             {AttributeType{Syntax: Boolean}, Value{"TRUE"}, ""},
		"boolean in small":    {AttributeType{Syntax: Boolean}, Value{"true"}, "capitals"},
		"truth":               {AttributeType{Syntax: Truth}, Value{"True"}, ""},
		"no truth":            {AttributeType{Syntax: Truth}, Value{"yes"}, "true or false"},
		"moment":              {AttributeType{Syntax: Moment}, Value{"2027-01-31T08:00:00+01:00"}, ""},
		"a day":               {AttributeType{Syntax: Moment}, Value{"2027-01-31"}, ""},
		"no day":              {AttributeType{Syntax: Moment}, Value{"2027-02-30"}, "YYYY-MM-DD"},
		"base64":              {AttributeType{Syntax: Base64, HasMax: true, Max: 2}, Value{"AAE="}, ""},
		"too many octets":     {AttributeType{Syntax: Base64, HasMax: true, Max: 1}, Value{"AAE="}, "2 octets, expected at most 1"},
		"no base64":           {AttributeType{Syntax: Base64}, Value{"AAE"}, "base64"},
		"ASCII":               {AttributeType{Syntax: ASCII}, Value{"ü"}, "ASCII"},
		"too short":           {AttributeType{HasMin: true, Min: 3}, Value{"ab"}, "at least 3"},
		"binary is not text":  {AttributeType{Syntax: Binary, HasMax: true, Max: 1}, Value{"AAAA"}, ""},
		"first bad of a many": {AttributeType{Multi: true, HasMax: true, Max: 1}, Value{"a", "bb"}, `"bb"`},
	} {
		err := c.kind.Check(c.value)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, expected %q", name, err, c.want)
		}
	}
}

func TestCanonical(t *testing.T) {
	for _, c := range []struct {
		syntax   Syntax
		in, want string
	}{{Integer, "076", "76"}, {Large, "-0012", "-12"}, {Integer, "x", "x"}, {Boolean, "True", "TRUE"}, {Boolean, "yes", "yes"}, {Truth, "TRUE", "true"}, {Truth, "yes", "yes"}, {Moment, "2027-01-31T08:00:00+01:00", "2027-01-31T07:00:00Z"}, {Moment, "2027-01-31", "2027-01-31T00:00:00Z"},
		{Moment, "soon", "soon"}, {Text, "076", "076"}} {
		if got := (AttributeType{Syntax: c.syntax}).Canonical(Value{c.in}).Text(); got != c.want {
			t.Errorf("%s of %q is %q, expected %q", c.syntax, c.in, got, c.want)
		}
	}
}

func TestSchemaLookup(t *testing.T) {
	s := NewSchema(AttributeType{Name: "givenName"}, AttributeType{Name: "sn", Multi: true}, AttributeType{Name: "SN"})
	if a, ok := s.Lookup("GIVENNAME"); !ok || a.Name != "givenName" {
		t.Errorf("GIVENNAME is %v, %t", a, ok)
	}
	if a, _ := s.Lookup("sn"); a.Multi {
		t.Error("a later type does not replace an earlier one")
	}
	more := s.With(AttributeType{Name: "badge"})
	if _, there := s.Lookup("badge"); there || len(more.Names()) != 3 {
		t.Errorf("With changed the schema it was called on; the copy has %v", more.Names())
	}
	if _, ok := new(Schema).Lookup("sn"); ok {
		t.Error("the zero Schema knows sn")
	}
}
