// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

// TestAddValues: what an account has stays, what the rule gives is added and comes back.
func TestAddValues(t *testing.T) {
	r := rules(func(r *mapping.Rules) {
		r.Attributes["proxyAddresses"] = mapping.AttributeRule{Expression: `Split([Addresses], ",")`, Apply: mapping.ApplyAddValues}
	})
	for name, c := range map[string]struct {
		has    []string // nil: no account
		give   string
		want   []string
		action roster.Action
	}{
		"new account":       {nil, "SMTP:a@x.com,smtp:b@x.com", []string{"SMTP:a@x.com", "smtp:b@x.com"}, roster.ActionCreate},
		"nothing there yet": {[]string{}, "SMTP:a@x.com", []string{"SMTP:a@x.com"}, roster.ActionUpdate},
		"others stay": {[]string{"SMTP:old@x.com", "x500:/o=x"}, "smtp:a@x.com", []string{"SMTP:old@x.com", "smtp:a@x.com",
			"x500:/o=x"}, roster.ActionUpdate},
		"all there": {[]string{"SMTP:old@x.com", "smtp:a@x.com"}, "smtp:a@x.com", []string{"SMTP:old@x.com",
			"smtp:a@x.com"}, roster.ActionNone},
		"there in another case":    {[]string{"SMTP:A@x.com"}, "smtp:a@x.com", []string{"SMTP:A@x.com"}, roster.ActionNone},
		"no second primary":        {[]string{"SMTP:old@x.com"}, "SMTP:a@x.com", []string{"SMTP:old@x.com", "smtp:a@x.com"}, roster.ActionUpdate},
		"nothing to add":           {[]string{"SMTP:old@x.com"}, "", []string{"SMTP:old@x.com"}, roster.ActionNone},
		"nothing to add, or there": {[]string{}, "", nil, roster.ActionNone},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			if c.has != nil {
				e := m.ann()
				e.Account.Attributes["department"] = nil
				e.Account.Attributes["proxyAddresses"] = directory.Value(c.has)
			}
			ann := hire("1 Ann Lee")
			if c.give != "" {
				ann = hire("1 Ann Lee", "Addresses="+c.give)
			}
			in := input(t, m, r, ann)
			result := decide(t, in)
			expectAction(t, result, "1", c.action)
			got := slices.Sorted(slices.Values(result.Accounts["1"].Attributes["proxyAddresses"]))
			if !slices.Equal(got, c.want) {
				t.Errorf("addresses %q, want %q", got, c.want)
			}
			if c.action == roster.ActionUpdate && !strings.Contains(report(t, in, result).Report, "proxyAddresses") {
				t.Error("the report does not say what changes")
			}
			m.apply(t, result)
			if again := decide(t, input(t, m, r, ann)); decision(t, again, "1").Action != roster.ActionNone ||
				again.Documents["1"] != result.Documents["1"] {
				t.Errorf("the second run: %+v\n%s\n%s", decision(t, again, "1"), result.Documents["1"], again.Documents["1"])
			}
		})
	}
	in := input(t, newMemory(), r, hire("1 Ann Lee"))
	in.Overrides = []roster.Override{{WorkerIDs: []string{"1"},
		Attributes: map[string]directory.Value{"proxyAddresses": {"smtp:o@x.com"}}, Reason: "test", Expires: "2027-01-01"}}
	refused(t, in, "proxyAddresses", "nothing would give the attribute back")
}
