// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

const (
	extension      = extensionPrefix + "0123456789abcdef0123456789abcdef_"
	askExtensions  = "POST /directoryObjects/getAvailableExtensionProperties"
	askApplication = "GET /applications/{id}/extensionProperties"
	askSecurity    = "GET /directory/customSecurityAttributeDefinitions"
)

// reader has what reading extensions needs on top of everything else.
func reader(more ...string) graph.Options {
	return graph.Options{Permissions: slices.Concat(graph.DefaultPermissions, []string{"Directory.Read.All"}, more)}
}

// typedAttributes are attributes of every type: how documents write two values, and what Graph holds of the first.
var typedAttributes = map[string]struct {
	kind          string
	first, second directory.Value
	stored        string
}{
	extension + "flag":                 {"Boolean", directory.Value{"True"}, directory.Value{"false"}, `true`},
	extension + "grade":                {"Integer", directory.Value{"007"}, directory.Value{"-2147483648"}, `7`},
	extension + "badge":                {"LargeInteger", directory.Value{"9007199254740993"}, directory.Value{"-9223372036854775808"}, `9007199254740993`},
	extension + "since":                {"DateTime", directory.Value{"2027-01-31T08:00:00.5+01:00"}, directory.Value{"2027-02-01"}, `"2027-01-31T07:00:00.5Z"`},
	extension + "key":                  {"Binary", directory.Value{"AAE="}, directory.Value{"AAI="}, `"AAE="`},
	extension + "cost":                 {"String", directory.Value{"007"}, directory.Value{"True"}, `"007"`},
	extension + "sites":                {"Collection(String)", directory.Value{"Ulm", "Bonn"}, directory.Value{"Bonn"}, `["Ulm","Bonn"]`},
	extension + "rooms":                {"Collection(LargeInteger)", directory.Value{"2", "9007199254740993"}, directory.Value{"3"}, `[2,9007199254740993]`},
	securityPrefix + "HR/Level":        {"Integer", directory.Value{"3"}, directory.Value{"4"}, `3`},
	securityPrefix + "HR/Certified":    {"Boolean", directory.Value{"TRUE"}, directory.Value{"false"}, `true`},
	securityPrefix + "HR/Site":         {"String", directory.Value{"Ulm"}, directory.Value{"Bonn"}, `"Ulm"`},
	securityPrefix + "Sales/Projects":  {"Collection(String)", directory.Value{"Alpha", "Beta"}, directory.Value{"Beta"}, `["Alpha","Beta"]`},
	securityPrefix + "Sales/Districts": {"Collection(Integer)", directory.Value{"1", "2"}, directory.Value{"2"}, `[1,2]`},
}

func defineAll(s *graph.Server) {
	for name, tt := range typedAttributes {
		if set, attribute, security := strings.Cut(strings.TrimPrefix(name, securityPrefix), "/"); security {
			s.AddSecurityAttribute(set, attribute, tt.kind)
			continue
		}
		s.AddDirectoryExtension(name, tt.kind)
	}
}

// held is what the tenant holds of an attribute, as JSON.
func held(t *testing.T, s *graph.Server, user, name string) string {
	t.Helper()
	var v any = s.User(user)
	for part := range strings.SplitSeq(name, "/") {
		members, _ := v.(map[string]any)
		v = members[part]
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTypedAttributes: what is written has the tenant's type, what is read is what was written, and nothing is written twice.
func TestTypedAttributes(t *testing.T) {
	tenant, s, clock := open(t, reader())
	defineAll(s)
	c := person("p1")
	apply := func(pick func(first, second directory.Value) directory.Value) {
		t.Helper()
		for name, tt := range typedAttributes {
			c.Want.Attributes[name] = pick(tt.first, tt.second)
		}
		o := one(t, again(t, s, clock), c)
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		c.ID = o.ID
		tenant = again(t, s, clock)
		found, err := tenant.Read(t.Context(), map[string]string{"p1": c.ID}, slices.Collect(maps.Keys(c.Want.Attributes)))
		if err != nil {
			t.Fatal(err)
		}
		for name, v := range tenant.Render(c.Want, found["p1"]).Attributes {
			if !v.Equal(c.Want.Attributes[name]) {
				t.Errorf("%s: read %q, expected %q", name, v, c.Want.Attributes[name])
			}
		}
		s.ResetStats()
		if o := one(t, tenant, c); o.Err != nil || o.Changed || s.Stats().Calls("PATCH /users/{id}") > 0 {
			t.Errorf("written again: %+v", o)
		}
	}
	apply(func(first, _ directory.Value) directory.Value { return first })
	for name, tt := range typedAttributes {
		if have := held(t, s, "p1@example.com", name); have != tt.stored {
			t.Errorf("%s: the tenant holds %s, expected %s", name, have, tt.stored)
		}
	}
	apply(func(_, second directory.Value) directory.Value { return second })
	s.Update(c.ID, map[string]any{extension + "flag": true, extension + "grade": 9, extension + "since": "2027-02-01T00:00:01Z"})
	found, err := again(t, s, clock).Read(t.Context(), map[string]string{"p1": c.ID}, []string{extension + "flag", extension + "grade", extension + "since"})
	if err != nil {
		t.Fatal(err)
	}
	drift := tenant.Render(c.Want, found["p1"]).Attributes
	if drift[extension+"flag"].Text() != "true" || drift[extension+"grade"].Text() != "9" || drift[extension+"since"].Text() != "2027-02-01T00:00:01Z" {
		t.Errorf("read %q", drift)
	}
	apply(func(_, _ directory.Value) directory.Value { return nil })
	for name := range typedAttributes {
		if have := held(t, s, "p1@example.com", name); have != "null" && have != "[]" {
			t.Errorf("%s: the tenant holds %s still", name, have)
		}
	}
}

// TestValuesThatDoNotFit: they fail before anything is written, and say whose they are.
func TestValuesThatDoNotFit(t *testing.T) {
	for name, tt := range map[string]struct {
		attribute string
		value     directory.Value
		words     []string
	}{
		"truth":            {extension + "flag", directory.Value{"yes"}, []string{`found "yes"`, "true or false"}},
		"number":           {extension + "grade", directory.Value{"2147483648"}, []string{`"2147483648"`, "32-bit"}},
		"large number":     {extension + "badge", directory.Value{"9223372036854775808"}, []string{"64-bit"}},
		"date":             {extension + "since", directory.Value{"31.01.2027"}, []string{"RFC 3339", "YYYY-MM-DD"}},
		"octets":           {extension + "key", directory.Value{"***"}, []string{"base64"}},
		"long text":        {extension + "cost", directory.Value{strings.Repeat("x", 257)}, []string{"at most 256"}},
		"two values":       {extension + "cost", directory.Value{"a", "b"}, []string{"found 2 values", "single-valued"}},
		"one of many":      {extension + "rooms", directory.Value{"1", "two"}, []string{`"two"`, "64-bit"}},
		"security truth":   {securityPrefix + "HR/Certified", directory.Value{"1"}, []string{"true or false"}},
		"security number":  {securityPrefix + "HR/Level", directory.Value{"high"}, []string{"32-bit"}},
		"unknown":          {extension + "grad", directory.Value{"1"}, []string{"defines no such directory extension", "did you mean " + extension + "grade"}},
		"another's":        {extensionPrefix + "ffffffffffffffffffffffffffffffff_x", directory.Value{"1"}, []string{"defines no such directory extension"}},
		"unknown security": {securityPrefix + "HR/Sites", directory.Value{"x"}, []string{"no such custom security attribute", "did you mean " + securityPrefix + "HR/Site"}},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, _ := open(t, reader())
			defineAll(s)
			c := person("p1")
			c.Want.Attributes[tt.attribute] = tt.value
			tenant.Need(tt.attribute)
			proposal := directory.Proposal{Format: Format, Valid: CheckAccount, Accounts: map[string]directory.Account{"p1": c.Want}, Changed: []string{"p1"}}
			wants(t, proposal.Check(t.Context(), tenant), nil, append(tt.words, `worker "p1"`, tt.attribute)...)
			wants(t, one(t, tenant, c).Err, directory.ErrInvalid, tt.words...)
			if n := s.Stats().Writes; len(s.Users()) > 0 {
				t.Errorf("%d writes", n)
			}
		})
	}
}

// TestDefinitionsAreReadOnce: by whoever needs them first, and by nobody who does not.
func TestDefinitionsAreReadOnce(t *testing.T) {
	tenant, s, _ := open(t, reader())
	defineAll(s)
	id := live(s, "p1", map[string]any{extension + "flag": true})
	read := func(names ...string) {
		if _, err := tenant.Read(t.Context(), map[string]string{"p1": id}, names); err != nil {
			t.Error(err)
		}
	}
	read("department")
	if n := s.Stats().Calls(askExtensions) + s.Stats().Calls(askSecurity); n > 0 {
		t.Errorf("%d questions about definitions that nobody needs", n)
	}
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() { read(extension+"flag", securityPrefix+"HR/Level") })
	}
	wait.Wait()
	read(extension + "grade")
	read(extension+"unknown", securityPrefix+"HR/Unknown")
	read(extension+"unknown", securityPrefix+"HR/Unknown")
	stats := s.Stats()
	for call, want := range map[string]int{askExtensions: 1, askApplication: 1, askSecurity: 1} {
		if n := stats.Calls(call); n != want {
			t.Errorf("%s: %d calls, expected %d", call, n, want)
		}
	}
}

// TestDefinitionPermissions: what is missing is named, and one of two permissions is enough where the tenant's own application has the extension.
func TestDefinitionPermissions(t *testing.T) {
	without := func(name string, more ...string) graph.Options {
		o := reader(more...)
		o.Permissions = slices.DeleteFunc(o.Permissions, func(p string) bool { return p == name })
		return o
	}
	large := reader()
	large.ManyServicePrincipals = true
	for name, tt := range map[string]struct {
		options   graph.Options
		attribute string
		lacks     []string
	}{
		"no permission":            {without("Directory.Read.All"), extension + "flag", []string{"Directory.Read.All", "take " + extension + "flag out of the mapping"}},
		"applications only":        {without("Directory.Read.All", "Application.Read.All"), extension + "flag", nil},
		"many service principals":  {large, extension + "flag", nil},
		"no permission, security":  {without("CustomSecAttributeDefinition.Read.All"), securityPrefix + "HR/Level", []string{"CustomSecAttributeDefinition.Read.All", "out of the mapping"}},
		"another's, not permitted": {without("Directory.Read.All", "Application.Read.All"), extensionPrefix + "ffffffffffffffffffffffffffffffff_x", []string{"Directory.Read.All"}},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, _ := open(t, tt.options)
			defineAll(s)
			tenant.Need(tt.attribute)
			for range 2 {
				schema, err := tenant.Schema(t.Context())
				if len(tt.lacks) > 0 {
					wants(t, err, directory.ErrDenied, tt.lacks...)
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if kind, known := schema.Lookup(tt.attribute); !known || kind.Syntax != directory.Truth {
					t.Errorf("%s is %v", tt.attribute, kind)
				}
			}
			if n := s.Stats().Calls(askExtensions) + s.Stats().Calls(askSecurity); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

// TestFindByNumber: filters of numbers and collections are written as the type demands.
func TestFindByNumber(t *testing.T) {
	tenant, s, _ := open(t, reader())
	defineAll(s)
	id := live(s, "p1", map[string]any{extension + "grade": 7, extension + "sites": []string{"Ulm", "Bonn"}})
	live(s, "p2", map[string]any{extension + "grade": 8})
	for attribute, value := range map[string]string{extension + "grade": "7", extension + "sites": "Bonn"} {
		found, err := tenant.Find(t.Context(), attribute, []string{value, "seven"})
		if err != nil || len(found) != 1 || len(found[directory.Fold(value)]) != 1 || found[directory.Fold(value)][0].ID != id {
			t.Errorf("%s: found %v, %v", attribute, found, err)
		}
	}
	_, err := tenant.Find(t.Context(), extension+"unknown", []string{"7"})
	wants(t, err, nil, extension+"unknown", "defines no such directory extension")
}

// TestUndefinedWorkerID: the configuration names an extension that the tenant does not define.
func TestUndefinedWorkerID(t *testing.T) {
	tenant, s, _ := open(t, reader())
	defineAll(s)
	tenant = New(tenant.client, Options{WorkerIDAttribute: extension + "worker"})
	_, err := tenant.Owned(t.Context())
	wants(t, err, nil, extension+"worker", "configuration", "defines no such directory extension")
	tenant = New(tenant.client, Options{WorkerIDAttribute: extension + "cost"})
	id := live(s, "p1", map[string]any{extension + "cost": "p1"})
	if owned, err := tenant.Owned(t.Context()); err != nil || len(owned) != 1 || owned[0].ID != id {
		t.Errorf("found %v, %v", owned, err)
	}
}
