// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"maps"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

// plainMail gives everybody a mail address without any alternative.
func plainMail(r *mapping.Rules) {
	r.Attributes["mail"] = mapping.AttributeRule{Expression: `ToLower(Append(Join(".", [First], [Last]), "@example.com"))`}
}

func TestNamesOfOtherDirectories(t *testing.T) {
	const upn = "userPrincipalName"
	for name, c := range map[string]struct {
		rules     func(*mapping.Rules)
		objects   func(*memory)
		names     map[string]string
		attribute string
		want      string
	}{
		"a namesake's":                 {nil, nil, map[string]string{"Ann.Lee@corp.example.com": "9"}, upn, "ann.lee2@corp.example.com"},
		"with accents, to Samba alike": {nil, nil, map[string]string{"änn.lee@corp.example.com": "9"}, upn, "ann.lee2@corp.example.com"},
		"a contractor's mail":          {nil, nil, map[string]string{"ann.lee@corp.example.com": ""}, upn, "ann.lee2@corp.example.com"},
		"several":                      {nil, nil, map[string]string{"ann.lee@corp.example.com": "9", "ann.lee2@corp.example.com": "10"}, upn, "ann.lee3@corp.example.com"},
		"a mover's own":                {nil, nil, map[string]string{"ann.lee@corp.example.com": "1"}, upn, "ann.lee@corp.example.com"},
		"logins are of their own":      {nil, nil, map[string]string{"ann.lee@corp.example.com": "9"}, "sAMAccountName", "ann.lee"},
		"a login that was asked for":   {nil, nil, map[string]string{"ann.lee": "9"}, "sAMAccountName", "ann.lee2"},
		"names in a container":         {nil, nil, map[string]string{"Ann Lee": "9"}, "cn", "Ann Lee"},
		"hers already":                 {nil, func(m *memory) { m.ann() }, map[string]string{"ann.lee@corp.example.com": "9"}, upn, "ann.lee@corp.example.com"},
		"hers already, every day":      {func(r *mapping.Rules) { always(r, upn) }, func(m *memory) { m.ann() }, map[string]string{"ann.lee@corp.example.com": "9"}, upn, "ann.lee@corp.example.com"},
		"mail":                         {plainMail, nil, map[string]string{"ann.lee@example.com": "1"}, "mail", "ann.lee@example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			if c.objects != nil {
				c.objects(m)
			}
			change := c.rules
			if change == nil {
				change = func(*mapping.Rules) {}
			}
			in := input(t, m, rules(change), hire("1 Ann Lee"))
			in.Elsewhere = map[string]map[string]string{"forest a": c.names}
			r := decide(t, in)
			expectValue(t, r, "1", c.attribute, c.want)
			m.apply(t, r)
			settle(t, m, in)
		})
	}
}

// An address without an alternative is nobody's second one: its worker is set aside, with who has it.
func TestAddressOfAnotherDirectoryWithoutAlternative(t *testing.T) {
	m := newMemory()
	in := input(t, m, rules(plainMail), hire("1 Ann Lee"), hire("2 Bob Ray"))
	in.Elsewhere = map[string]map[string]string{"forest a": {"ANN.LEE@example.com": "9"}, "cloud": {"x@example.com": ""}}
	r := decide(t, in)
	d := expectAction(t, r, "1", roster.ActionSetAside)
	if !strings.Contains(d.Reason, `mail "ann.lee@example.com": worker "9" has it in "forest a" (taken_names)`) || !strings.Contains(d.Reason, "SelectUniqueValue") {
		t.Errorf("reason %q", d.Reason)
	}
	expectAction(t, r, "2", roster.ActionCreate)

	// Aliases are addresses too, and what is no mail address is none.
	in = input(t, m, rules(func(r *mapping.Rules) {
		r.Attributes["proxyAddresses"] = mapping.AttributeRule{Source: "Proxy"}
	}), hire("1 Ann Lee", "Proxy=SMTP:ann@example.com"), hire("2 Bob Ray", "Proxy=sip:ann@example.com"))
	in.Elsewhere = map[string]map[string]string{"cloud": {"ann@example.com": ""}}
	r = decide(t, in)
	if d := expectAction(t, r, "1", roster.ActionSetAside); !strings.Contains(d.Reason, `an account of "cloud" has it`) {
		t.Errorf("reason %q", d.Reason)
	}
	expectAction(t, r, "2", roster.ActionCreate)

	// The rule's own alternative is the advice, and works.
	in = input(t, m, rules(func(r *mapping.Rules) {
		r.Attributes["mail"] = mapping.AttributeRule{Unique: true, Expression: `SelectUniqueValue("ann.lee@example.com", "ann.lee2@example.com")`}
	}), hire("1 Ann Lee"))
	in.Elsewhere = map[string]map[string]string{"forest a": {"ann.lee@example.com": "9"}}
	expectValue(t, decide(t, in), "1", "mail", "ann.lee2@example.com")
}

// What two directories share already is a warning in every run, and no trouble of anybody's.
func TestAddressThatTwoDirectoriesShare(t *testing.T) {
	m := newMemory()
	m.ann()
	in := input(t, m, rules(), hire("1 Ann Lee"))
	in.Elsewhere = map[string]map[string]string{"forest a": {"ann.lee@corp.example.com": "9"}}
	r := decide(t, in)
	if !warned(r, `worker "1": userPrincipalName "ann.lee@corp.example.com": worker "9" has it in "forest a" as well (taken_names)`) {
		t.Errorf("warnings %q", r.Warnings)
	}
	// The copy that a tenant has of her, without a worker id, is no namesake.
	in.Elsewhere = map[string]map[string]string{"tenant": {"ann.lee@corp.example.com": ""}}
	if r = decide(t, in); warned(r, "tenant") {
		t.Errorf("warnings %q", r.Warnings)
	}
}

// What one population gives is taken in the next one: joiners of both who are namesakes get different
// addresses, and somebody who moves keeps theirs.
func TestNamesGoFromOnePopulationToTheNext(t *testing.T) {
	a, b := newMemory(), newMemory()
	a.ann()
	a.user("cn=Old", "userPrincipalName=old@corp.example.com", "proxyAddresses=SMTP:Old.One@example.com|sip:old@example.com", "employeeID=7")
	first := decide(t, input(t, a, rules(), hire("1 Ann Lee"), hire("3 Bob Ray")))
	want := map[string]string{"ann.lee@corp.example.com": "1", "bob.ray@corp.example.com": "3", "old@corp.example.com": "7", "old.one@example.com": "7"}
	if !maps.Equal(first.Names, want) {
		t.Errorf("names %v, expected %v", first.Names, want)
	}
	in := input(t, b, rules(), hire("1 Ann Lee"), hire("2 Ann Lee"), hire("4 Bob Ray"))
	in.Elsewhere = map[string]map[string]string{"a": first.Names}
	r := decide(t, in)
	expectValue(t, r, "1", "userPrincipalName", "ann.lee@corp.example.com")
	expectValue(t, r, "2", "userPrincipalName", "ann.lee2@corp.example.com")
	expectValue(t, r, "4", "userPrincipalName", "bob.ray2@corp.example.com")
}

// Namesakes share the candidates of their rules; who may have one of another directory is not shared.
func TestSharedCandidatesAndOtherDirectories(t *testing.T) {
	m := newMemory()
	m.user("cn=x", "userPrincipalName=ann.lee@corp.example.com", "sAMAccountName=x")
	in := input(t, m, rules(), hire("1 Ann Lee"), hire("2 Ann Lee"))
	in.Elsewhere = map[string]map[string]string{"a": {"ann.lee@corp.example.com": "2", "ann.lee2@corp.example.com": "2"}}
	r := decide(t, in)
	expectValue(t, r, "1", "userPrincipalName", "ann.lee3@corp.example.com")
	expectValue(t, r, "2", "userPrincipalName", "ann.lee2@corp.example.com")
}

func TestParseNames(t *testing.T) {
	names, err := roster.ParseNames(`{"ann@example.com": "1", "office@example.com": null, "x": ""}`)
	if err != nil || !maps.Equal(names, map[string]string{"ann@example.com": "1", "office@example.com": "", "x": ""}) {
		t.Errorf("names %v, error %v", names, err)
	}
	for _, text := range []string{``, `null`, `[]`, `["a"]`, `{"a": 1}`, `{"": "1"}`, `ann@example.com`} {
		if _, err := roster.ParseNames(text); err == nil || !strings.Contains(err.Error(), "expected") {
			t.Errorf("%s: error %v, expected one that says what is expected", text, err)
		}
	}
}

// A second account with one worker id is refused at the plan that would make it, not at every one after.
func TestSecondAccountWithOneWorkerID(t *testing.T) {
	m := newMemory()
	m.ann()
	byLogin := func(r *mapping.Rules) {
		r.Match = []mapping.MatchRule{{All: []mapping.MatchCondition{{Source: "Login", Target: "sAMAccountName"}}, Identifies: true}}
	}
	in := input(t, m, rules(byLogin), hire("1 Ann Lee", "Login=adm-ann"), hire("2 Bob Ray", "Login=adm-bob"))
	r := decide(t, in)
	if d := expectAction(t, r, "1", roster.ActionSetAside); !strings.Contains(d.Reason, "a second account with the same employeeID") || !strings.Contains(d.Reason, "worker_id_attribute") {
		t.Errorf("reason %q", d.Reason)
	}
	expectAction(t, r, "2", roster.ActionCreate)
	// The advice: another attribute carries the worker ids of these accounts.
	in = input(t, m, rules(byLogin, func(r *mapping.Rules) {
		delete(r.Attributes, "employeeID")
		r.Attributes["extensionAttribute1"] = mapping.AttributeRule{Source: "worker_id"}
	}), hire("1 Ann Lee", "Login=adm-ann"))
	in.WorkerIDAttribute = "extensionAttribute1"
	expectAction(t, decide(t, in), "1", roster.ActionCreate)
}

// A rule may name a manager who has no account in this domain by a distinguished name.
func TestManagersByDistinguishedName(t *testing.T) {
	m := newMemory()
	boss := m.user("cn=Boss", "sAMAccountName=boss", "employeeID=B1")
	boss.Path = "CN=Boss," + staff
	in := input(t, m, rules(func(r *mapping.Rules) {
		r.Attributes["manager"] = mapping.AttributeRule{Source: "Boss"}
	}), hire("1 Ann Lee", "Boss=CN=Eve Moe,OU=Staff,DC=emea,DC=example,DC=com"), hire("2 Bob Ray", "Boss=cn=boss,"+staff), hire("3 Cy Kay", "Boss=B1"))
	r := decide(t, in)
	expectValue(t, r, "1", "manager", "CN=Eve Moe,OU=Staff,DC=emea,DC=example,DC=com")
	expectValue(t, r, "2", "manager", "B1")
	expectValue(t, r, "3", "manager", "B1")
	if warned(r, "manager") {
		t.Errorf("warnings %q", r.Warnings)
	}
	settle(t, m, in)
}
