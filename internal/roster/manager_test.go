// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
)

func TestManagers(t *testing.T) {
	for name, c := range map[string]struct {
		policy  string
		others  []string // workers beside "1 Ann Lee", whose manager is 2
		objects func(*memory)
		want    string
		warning string
	}{
		"in the same run":       {"", []string{"2 Bob Ray"}, nil, "2", ""},
		"of another population": {"", nil, func(m *memory) { m.add("user", sydney, true, "cn=B", "employeeID=2") }, "2", ""},
		"not in the feed":       {"", nil, nil, "-", `manager "2" of 1 worker ("1") is not in the feed and has no account: their manager stays as it is (manager_missing = keep)`},
		"cleared":               {mapping.ManagerClear, nil, nil, "", "manager_missing = clear"},
		"a deleted account":     {"", nil, func(m *memory) { m.user("cn=B", "employeeID=2").Deleted = true }, "-", "has no account"},
		"next level":            {mapping.ManagerNextLevel, []string{"2 Bob Ray manager_id=3 hire_date=2027-06-01", "3 Eve Kim"}, nil, "3", ""},
		"two levels up":         {mapping.ManagerNextLevel, []string{"2 Bob Ray manager_id=3 hire_date=2027-06-01", "3 Eve Kim manager_id=4 hire_date=2027-06-01", "4 Max Poe"}, nil, "4", ""},
		"nobody above":          {mapping.ManagerNextLevel, []string{"2 Bob Ray hire_date=2027-06-01"}, nil, "-", "nobody above"},
		"a circle above":        {mapping.ManagerNextLevel, []string{"2 Bob Ray manager_id=3 hire_date=2027-06-01", "3 Eve Kim manager_id=2 hire_date=2027-06-01"}, nil, "-", "nobody above"},
		"a circle back":         {mapping.ManagerNextLevel, []string{"2 Bob Ray manager_id=1 hire_date=2027-06-01"}, nil, "-", "nobody above"},
		"left, with an account": {"", []string{"2 Bob Ray termination_date=2026-11-20"}, func(m *memory) { m.user("cn=B", "sAMAccountName=b", "employeeID=2") }, "2", ""},
		"left, never had one":   {"", []string{"2 Bob Ray termination_date=2026-11-20"}, nil, "-", "has no account to link (termination_date 2026-11-20"},
		"left, next level":      {mapping.ManagerNextLevel, []string{"2 Bob Ray termination_date=2026-11-20 manager_id=3", "3 Eve Kim"}, func(m *memory) { m.user("cn=B", "sAMAccountName=b", "employeeID=2") }, "3", ""},
		"retired": {"", []string{"2 Bob Ray termination_date=2026-01-20"}, func(m *memory) {
			off(m.user("cn=B", "sAMAccountName=b", "employeeID=2"), "2026-01-21", "left")
		}, "-", "has no account to link"},
		"present value is kept":    {"", nil, func(m *memory) { m.ann().Account.Attributes["manager"] = directory.Value{"CN=Boss," + staff} }, "-", "stays as it is"},
		"their own":                {"", []string{"2 Bob Ray manager_id=2"}, nil, "2", `worker "2" is their own manager`},
		"one another":              {"", []string{"2 Bob Ray manager_id=1"}, nil, "2", "these workers manage one another: 1 → 2 → 1"},
		"a circle of three beside": {"", []string{"2 Bob Ray manager_id=30", "30 C C manager_id=4", "4 D D manager_id=2"}, nil, "2", "these workers manage one another: 2 → 30 → 4 → 2"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			if c.objects != nil {
				c.objects(m)
			}
			in := input(t, m, rules(func(r *mapping.Rules) { r.ManagerMissing = c.policy }), hire("1 Ann Lee", "manager_id=2"))
			for _, other := range c.others {
				w := hireLine(other)
				in.Workers[w.ID] = w
			}
			r := decide(t, in)
			expectValue(t, r, "1", "manager", c.want)
			if c.warning == "" && len(r.Warnings) > 0 || !warned(r, c.warning) {
				t.Errorf("warnings %q, expected %q", r.Warnings, c.warning)
			}
		})
	}
}

func TestManagerKnownByPathOnly(t *testing.T) {
	m := newMemory()
	boss := m.user("cn=Bob Ray", "sAMAccountName=bob.ray", "userPrincipalName=bob.ray@corp.example.com", "givenName=Bob", "sn=Ray", "displayName=Bob Ray", "employeeNumber=7")
	m.ann().Account.Attributes["manager"] = directory.Value{boss.Path}
	r := decide(t, input(t, m, rules(byMail), hire("1 Ann Lee", "manager_id=2"), hire("2 Bob Ray", "Number=7")))
	if d := decision(t, r, "1"); len(d.Changes) != 0 {
		t.Errorf("the same manager counts as a change: %v", d.Changes)
	}
	expectValue(t, r, "1", "manager", "2")
}

func TestManagerOnce(t *testing.T) {
	once := rules(func(r *mapping.Rules) {
		r.Attributes["manager"] = mapping.AttributeRule{Source: "manager_id", Apply: mapping.ApplyOnCreate}
	})
	m := newMemory()
	in := input(t, m, once, hire("1 Ann Lee", "manager_id=2"), hire("2 Bob Ray"), hire("3 Eve Kim"))
	m.apply(t, decide(t, in))
	in.Workers["1"].ManagerID = "3"
	r := decide(t, in)
	expectValue(t, r, "1", "manager", "2")
	expectValue(t, r, "2", "manager", "-")
}

// Worker ids compare as directories compare them, and documents have the spelling of the
// manager's own record or account.
func TestManagerIDsInAnotherCase(t *testing.T) {
	for name, c := range map[string]struct {
		policy, boss string
		others       []string
		carried      string // by an account of another population
		want         string
		warning      string
	}{
		"in the same run":              {"", "a1", []string{"A1 Bob Ray"}, "", "A1", ""},
		"of another population":        {"", "a1", nil, "A1", "A1", ""},
		"next level":                   {mapping.ManagerNextLevel, "a1", []string{"A1 Bob Ray manager_id=b2 hire_date=2027-06-01", "B2 Eve Kim"}, "", "B2", ""},
		"their own":                    {"", "W1", nil, "", "w1", `worker "w1" is their own manager`},
		"one another":                  {"", "a1", []string{"A1 Bob Ray manager_id=W1"}, "", "A1", "these workers manage one another: A1 → w1 → A1"},
		"a circle back, next level":    {mapping.ManagerNextLevel, "a1", []string{"A1 Bob Ray manager_id=W1 hire_date=2027-06-01"}, "", "-", "nobody above"},
		"nobody has that id":           {"", "a1", nil, "", "-", `manager "a1" of 1 worker`},
		"who is set aside, no account": {"", "a1", []string{"a1 Bob Ray", "A1 Bo Ray"}, "", "-", "has no account to link"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			if c.carried != "" {
				m.add("user", sydney, true, "cn=B", "employeeID="+c.carried)
			}
			in := input(t, m, rules(func(r *mapping.Rules) { r.ManagerMissing = c.policy }), hire("w1 Ann Lee", "manager_id="+c.boss))
			for _, other := range c.others {
				w := hireLine(other)
				in.Workers[w.ID] = w
			}
			r := decide(t, in)
			expectValue(t, r, "w1", "manager", c.want)
			if c.warning == "" && len(r.Warnings) > 0 || !warned(r, c.warning) {
				t.Errorf("warnings %q, expected %q", r.Warnings, c.warning)
			}
			settle(t, m, in)
		})
	}
}

// Where no rule writes the attribute for worker ids, documents have what the account has.
func TestManagerIDAsTheAccountCarriesIt(t *testing.T) {
	m := newMemory()
	m.user("cn=Bob Ray", "sAMAccountName=bob.ray", "userPrincipalName=bob.ray@corp.example.com", "givenName=Bob", "sn=Ray", "displayName=Bob Ray", "employeeID=a1")
	in := input(t, m, rules(func(r *mapping.Rules) { delete(r.Attributes, "employeeID") }), hire("w1 Ann Lee", "manager_id=A1"), hire("A1 Bob Ray"))
	expectValue(t, decide(t, in), "w1", "manager", "a1")
}
