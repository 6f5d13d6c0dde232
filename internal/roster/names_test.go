// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/worker"
)

// stopping is in, where one person's problem stops the run.
func stopping(in roster.Input) roster.Input {
	in.OnProblem = roster.ProblemStop
	return in
}

func TestNames(t *testing.T) {
	mail := func(r *mapping.Rules) {
		r.Attributes["mail"] = mapping.AttributeRule{Unique: true, Expression: `SelectUniqueValue(ToLower(Append([First], "@example.com")), ToLower(Append([Last], "@example.com")), ToLower(Append([First], "2@example.com")))`}
	}
	for name, c := range map[string]struct {
		rules     func(*mapping.Rules)
		objects   func(*memory)
		reserved  map[string][]string
		attribute string
		want      string // for worker 1 Ann Lee
	}{
		"free":             {nil, nil, nil, "sAMAccountName", "ann.lee"},
		"taken by a user":  {nil, func(m *memory) { m.user("cn=x", "sAMAccountName=ANN.LEE") }, nil, "sAMAccountName", "ann.lee2"},
		"taken by a group": {nil, func(m *memory) { m.add("group", sydney, true, "cn=x", "sAMAccountName=ann.lee") }, nil, "sAMAccountName", "ann.lee2"},
		"taken many times": {nil, func(m *memory) {
			for i := range 30 {
				m.user(fmt.Sprint("cn=x", i), fmt.Sprint("sAMAccountName=ann.lee", i+2), "userPrincipalName=ann.lee@corp.example.com")
			}
			m.user("cn=y", "sAMAccountName=ann.lee")
		}, nil, "sAMAccountName", "ann.lee32"},
		"of a deleted object":       {nil, func(m *memory) { m.user("cn=x", "sAMAccountName=ann.lee").Deleted = true }, nil, "sAMAccountName", "ann.lee2"},
		"alias of a deleted object": {mail, func(m *memory) { m.user("cn=x", "proxyAddresses=smtp:ANN@example.com").Deleted = true }, nil, "mail", "lee@example.com"},
		"cn of a deleted object":    {nil, func(m *memory) { m.user("cn=Ann Lee", "sAMAccountName=x").Deleted = true }, nil, "cn", "Ann Lee"},
		"hers, and of a deleted object": {func(r *mapping.Rules) { always(r, "sAMAccountName") }, func(m *memory) {
			m.ann()
			m.user("cn=x", "sAMAccountName=ANN.LEE").Deleted = true
		}, nil, "sAMAccountName", "ann.lee"},
		"of another attribute":             {nil, func(m *memory) { m.user("cn=ann.lee", "sAMAccountName=x") }, nil, "sAMAccountName", "ann.lee"},
		"cn in this container":             {nil, func(m *memory) { m.user("cn=ann lee", "sAMAccountName=x") }, nil, "cn", "Ann Lee 1"},
		"cn in another container":          {nil, func(m *memory) { m.add("user", sydney, true, "cn=Ann Lee", "sAMAccountName=x") }, nil, "cn", "Ann Lee"},
		"cn of a contact without more":     {nil, func(m *memory) { m.add("contact", staff, true, "cn=Ann Lee").Account.Container = "" }, nil, "cn", "Ann Lee 1"},
		"mail":                             {mail, nil, nil, "mail", "ann@example.com"},
		"mail taken":                       {mail, func(m *memory) { m.user("cn=x", "mail=Ann@example.com") }, nil, "mail", "lee@example.com"},
		"mail taken as an alias":           {mail, func(m *memory) { m.user("cn=x", "proxyAddresses=smtp:lee@example.com|SMTP:ANN@example.com") }, nil, "mail", "ann2@example.com"},
		"not a mail address":               {mail, func(m *memory) { m.user("cn=x", "proxyAddresses=sip:ann@example.com") }, nil, "mail", "ann@example.com"},
		"reserved":                         {nil, nil, map[string][]string{"samaccountname": {"Ann.Lee", "ann.lee2"}}, "sAMAccountName", "ann.lee3"},
		"reserved elsewhere":               {nil, nil, map[string][]string{"mail": {"ann.lee"}}, "sAMAccountName", "ann.lee"},
		"reserved everywhere":              {nil, nil, map[string][]string{roster.AnyAttribute: {"ANN.LEE"}}, "userPrincipalName", "ann.lee2@corp.example.com"},
		"reserved, but hers":               {nil, func(m *memory) { m.ann() }, map[string][]string{roster.AnyAttribute: {"ann.lee"}}, "sAMAccountName", "ann.lee"},
		"kept although better is free":     {func(r *mapping.Rules) { always(r, "sAMAccountName") }, func(m *memory) { m.ann().Account.Attributes["sAMAccountName"] = directory.Value{"ann.lee7"} }, nil, "sAMAccountName", "ann.lee7"},
		"kept by the rule's spelling":      {func(r *mapping.Rules) { always(r, "sAMAccountName") }, func(m *memory) { m.ann().Account.Attributes["sAMAccountName"] = directory.Value{"ANN.LEE"} }, nil, "sAMAccountName", "ann.lee"},
		"no longer one of the rule's":      {func(r *mapping.Rules) { always(r, "sAMAccountName") }, func(m *memory) { m.ann().Account.Attributes["sAMAccountName"] = directory.Value{"bob"} }, nil, "sAMAccountName", "ann.lee"},
		"cn taken where the account moves": {func(r *mapping.Rules) { r.Container = `"` + sydney + `"` }, func(m *memory) { m.ann(); m.add("user", sydney, true, "cn=Ann Lee", "sAMAccountName=z") }, nil, "cn", "Ann Lee 1"},
		"cn kept where the account moves":  {func(r *mapping.Rules) { r.Container = `"` + sydney + `"` }, func(m *memory) { m.ann().Account.Attributes["cn"] = directory.Value{"Annie"} }, nil, "cn", "Annie"},
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
			in.Reserved = c.reserved
			expectValue(t, decide(t, in), "1", c.attribute, c.want)
			if n := m.calls["Find"]; n > 15 {
				t.Errorf("%d questions", n)
			}
		})
	}
}

func TestNamesOfDeletedObjects(t *testing.T) {
	fixed := rules(func(r *mapping.Rules) {
		r.Attributes["mail"] = mapping.AttributeRule{Source: "Mail", Unique: true}
		r.Attributes["proxyAddresses"] = mapping.AttributeRule{Expression: `Append("SMTP:", [Mail])`, Unique: true}
	})
	m := newMemory()
	m.add("user", sydney, false, "cn=Old Ann", "sAMAccountName=old", "mail=A@example.com", "employeeID=1").Deleted = true
	m.add("group", staff, true, "cn=Sales", "proxyAddresses=smtp:b@example.com").Deleted = true
	in := input(t, m, fixed, hire("1 Ann Lee", "Mail=a@example.com"), hire("2 Bob Ray", "Mail=b@example.com"))
	refused(t, stopping(in), `worker "1": mail "a@example.com": deleted account CN=Old Ann,`+sydney+" still holds it until it is purged",
		`worker "2": mail "b@example.com": deleted group CN=Sales,`+staff+" still holds it until it is purged", "allow names of deleted objects to be reused")

	in.ReuseDeletedNames = true
	result := decide(t, in)
	expectValue(t, result, "1", "mail", "a@example.com")
	expectAction(t, result, "1", roster.ActionCreate) // the deleted account is never taken over
	if !warned(result, "but is deleted: restore it") {
		t.Errorf("no warning: %q", result.Warnings)
	}
	m.apply(t, result)
	// Accounts keep what they have, in whichever of the two attributes.
	in.ReuseDeletedNames = false
	for _, id := range []string{"1", "2"} {
		if d := decision(t, decide(t, in), id); len(d.Changes) != 0 {
			t.Errorf("worker %s changes %v", id, d.Changes)
		}
	}
	in.Workers["2"].Attributes["Mail"] = in.Workers["1"].Attributes["Mail"]
	refused(t, stopping(in), `worker "1" has it`)

	// One who is there and one who is deleted: the obstacle that counts is named.
	m = newMemory()
	m.user("cn=Gone", "mail=c@example.com").Deleted = true
	m.user("cn=There", "mail=c@example.com")
	refused(t, stopping(input(t, m, fixed, hire("3 Eve Kim", "Mail=c@example.com"))), "user CN=There,"+staff+" has it")
}

func TestNamesWithinThePopulation(t *testing.T) {
	m := newMemory()
	// Ids count by their value; accents and width do not make a name another one.
	r := decide(t, input(t, m, rules(), hire("10 José Wei"), hire("9 Jose Wei"), hire("11 ＪＯＳＥ Wei"), hire("x1 jose wei", "City=Sydney")))
	for id, want := range map[string]string{"9": "jose.wei", "10": "josé.wei2", "11": "ｊｏｓｅ.wei3", "x1": "jose.wei4"} {
		expectValue(t, r, id, "sAMAccountName", want)
	}
	expectValue(t, r, "9", "cn", "Jose Wei")
	expectValue(t, r, "10", "cn", "José Wei 10")
	expectValue(t, r, "x1", "cn", "jose wei")
}

func TestMovingNamesakesIntoOneContainer(t *testing.T) {
	m := newMemory()
	m.user("cn=Li Wei", "sAMAccountName=a", "employeeID=1")
	m.add("user", sydney, true, "cn=Li Wei", "sAMAccountName=b", "employeeID=2")
	gone := []*worker.Worker{hire("1 Li Wei", "termination_date=2026-11-20"), hire("2 Li Wei", "termination_date=2026-11-20", "City=Sydney")}
	r := decide(t, input(t, m, rules(), gone...))
	expectValue(t, r, "1", "cn", "Li Wei")
	expectValue(t, r, "2", "cn", "Li Wei 2")
	fixed := rules(func(r *mapping.Rules) {
		r.Attributes["cn"] = mapping.AttributeRule{Expression: `Join(" ", [First], [Last])`, Apply: mapping.ApplyOnCreate}
	})
	refused(t, stopping(input(t, m, fixed, gone...)), `worker "2": cn "Li Wei": worker "1" has it`)
	// A rule that fails for somebody who has left keeps the name, which must be free all the same.
	failing := rules(func(r *mapping.Rules) {
		r.Attributes["cn"] = mapping.AttributeRule{Source: "Nick"}
	})
	m.add("contact", leavers, true, "cn=Li Wei")
	refused(t, stopping(input(t, m, failing, hire("1 Li Wei", "termination_date=2026-11-20", "Nick="+strings.Repeat("x", 65)))), `worker "1": cn "Li Wei": contact CN=Li Wei,`+leavers+" has it")
}

func TestNoNameIsFree(t *testing.T) {
	fixed := rules(func(r *mapping.Rules) {
		r.Attributes["userPrincipalName"] = mapping.AttributeRule{Source: "Mail"}
	})
	m := newMemory()
	m.add("group", staff, true, "cn=Sales", "userPrincipalName=b@corp.example.com")
	in := input(t, m, fixed, hire("1 Ann Lee", "Mail=a@corp.example.com"), hire("2 Bob Ray", "Mail=A@corp.example.com"), hire("3 Eve Kim", "Mail=b@corp.example.com"), hire("4 Max Poe", "Mail=admin@corp.example.com"))
	in.Reserved = map[string][]string{"userPrincipalName": {"admin"}}
	refused(t, stopping(in), `worker "2": userPrincipalName "A@corp.example.com": worker "1" has it`,
		`worker "3": userPrincipalName "b@corp.example.com": group CN=Sales,`+staff+` has it`, `worker "4": userPrincipalName "admin@corp.example.com": reserved`)

	redacted := rules(func(r *mapping.Rules) {
		r.Attributes["userPrincipalName"] = mapping.AttributeRule{Source: "Mail", Redact: true}
	})
	_, err := roster.Decide(context.Background(), stopping(input(t, m, redacted, hire("3 Eve Kim", "Mail=b@corp.example.com"))))
	if err == nil || strings.Contains(err.Error(), "b@corp") || !strings.Contains(err.Error(), "redacted") {
		t.Errorf("error shows a redacted value: %v", err)
	}

	many := newMemory()
	for i := range 20 {
		many.user(fmt.Sprint("cn=x", i), fmt.Sprintf("sAMAccountName=a%c", 'a'+i))
	}
	var list []string
	for i := range 20 {
		list = append(list, fmt.Sprintf(`"a%c"`, 'a'+i))
	}
	r := rules(func(r *mapping.Rules) {
		r.Attributes["sAMAccountName"] = mapping.AttributeRule{Expression: "SelectUniqueValue(" + strings.Join(list, ", ") + ")"}
	})
	refused(t, stopping(input(t, many, r, hire("1 Ann Lee"))), `sAMAccountName "aa": user CN=x0,`, "and 10 more, none free", "SelectUniqueValue try more")
}

func TestSeveralUniqueValues(t *testing.T) {
	r := rules(func(r *mapping.Rules) {
		r.Attributes["proxyAddresses"] = mapping.AttributeRule{Unique: true, Expression: `Split(Append(Append("SMTP:", [First]), Append("@example.com,smtp:x", Append([Last], "@example.com"))), ",")`}
	})
	m := newMemory()
	result := decide(t, input(t, m, r, hire("1 Ann Lee")))
	if v := result.Accounts["1"].Attributes["proxyAddresses"]; len(v) != 2 {
		t.Fatalf("proxyAddresses %q, expected two", v)
	}
	m.apply(t, result)
	if d := decision(t, decide(t, input(t, m, r, hire("1 Ann Lee"))), "1"); len(d.Changes) != 0 {
		t.Errorf("again: %v", d.Changes)
	}
	m = newMemory()
	m.add("contact", staff, true, "cn=Other", "mail=XLEE@example.com")
	refused(t, stopping(input(t, m, r, hire("1 Ann Lee"))), `"smtp:xLee@example.com": contact CN=Other,`)
}

func TestNamesAlreadyShared(t *testing.T) {
	m := newMemory()
	always := rules(func(r *mapping.Rules) {
		r.Attributes["mail"] = mapping.AttributeRule{Source: "Mail", Unique: true, Apply: mapping.ApplyOnCreate}
	})
	m.ann().Account.Attributes["mail"] = directory.Value{"a@example.com"}
	m.user("cn=Bob Ray", "sAMAccountName=bob.ray", "userPrincipalName=bob.ray@corp.example.com", "givenName=Bob", "sn=Ray", "displayName=Bob Ray", "employeeID=2", "mail=A@example.com")
	r := decide(t, input(t, m, always, hire("1 Ann Lee"), hire("2 Bob Ray")))
	if !warned(r, `workers "1" and "2" share it in the directory already`) {
		t.Errorf("no warning: %q", r.Warnings)
	}
}

func TestAddressesWithinThePopulation(t *testing.T) {
	r := rules(func(r *mapping.Rules) {
		r.Attributes["mail"] = mapping.AttributeRule{Source: "Mail", Unique: true}
		r.Attributes["proxyAddresses"] = mapping.AttributeRule{Expression: `Append("SMTP:", [Alias])`, Unique: true}
	})
	in := input(t, newMemory(), r, hire("1 Ann Lee", "Mail=a@example.com", "Alias=A@example.com"), hire("2 Bob Ray", "Mail=b@example.com", "Alias=c@example.com"))
	decide(t, in) // one's own alias may be one's address
	in.Workers["2"] = hire("2 Bob Ray", "Mail=b@example.com", "Alias=a@example.com")
	refused(t, stopping(in), `worker "2": proxyAddresses "SMTP:a@example.com": worker "1" has it`)
}

func TestCandidatesThatFail(t *testing.T) {
	r := rules(func(r *mapping.Rules) {
		r.Attributes["sAMAccountName"] = mapping.AttributeRule{Expression: `SelectUniqueValue([Login], "second")`, Apply: mapping.ApplyAlways}
	})
	bad := "Login=" + strings.Repeat("x", 30)
	m := newMemory()
	m.ann()
	refused(t, stopping(input(t, m, r, hire("1 Ann Lee", bad))), `worker "1"`, "sAMAccountName", "expected at most 20", "cannot be evaluated for these workers")
	in := input(t, m, r, hire("1 Ann Lee", bad), hire("2 Bob Ray", bad))
	result := decide(t, in)
	expectAction(t, result, "1", roster.ActionSetAside)
	expectValue(t, result, "1", "sAMAccountName", "ann.lee")
	expectAction(t, result, "2", roster.ActionSetAside)
	if len(result.Accounts) != 1 {
		t.Errorf("%d accounts, expected the existing one", len(result.Accounts))
	}
	// Somebody who has left is disabled whatever their record looks like.
	result = decide(t, input(t, m, r, hire("1 Ann Lee", bad, "termination_date=2026-11-20")))
	expectAction(t, result, "1", roster.ActionDisable)
	expectValue(t, result, "1", "sAMAccountName", "ann.lee")
	if !warned(result, `worker "1": sAMAccountName`) {
		t.Errorf("no warning: %q", result.Warnings)
	}
	// The second candidate is looked at only when the first is taken.
	later := rules(func(r *mapping.Rules) {
		r.Attributes["sAMAccountName"] = mapping.AttributeRule{Expression: `SelectUniqueValue("first", [Login])`}
	})
	m.user("cn=x", "sAMAccountName=first")
	refused(t, stopping(input(t, m, later, hire("2 Bob Ray", bad))), `worker "2"`, "expected at most 20", "no free name")
}

func TestLeaversCannotShareAUniqueValue(t *testing.T) {
	r := rules(func(r *mapping.Rules) {
		r.Attributes["mail"] = mapping.AttributeRule{Source: "Mail", Unique: true}
		r.Lifecycle.LeaverAttributes = map[string]mapping.AttributeRule{"mail": {Constant: pointer("gone@example.com")}}
	})
	m := newMemory()
	in := input(t, m, r, hire("1 Ann Lee", "Mail=a@example.com"), hire("2 Bob Ray", "Mail=b@example.com"))
	m.apply(t, decide(t, in))
	in.Workers["1"].TerminationDate = "2026-11-20"
	decide(t, in)
	in.Workers["2"].TerminationDate = "2026-11-20"
	refused(t, stopping(in), `mail "gone@example.com"`, `"1"`, `"2"`)
}
