// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/memdir"
)

// look reads a data source, as the validated configuration that set makes up, and returns it with what was said.
func (p *terraform14) look(t *testing.T, name string, set map[string]tftypes.Value) (map[string]tftypes.Value, string) {
	t.Helper()
	schema := p.schemas.DataSourceSchemas[name]
	if schema == nil {
		t.Fatalf("%s is no data source", name)
	}
	config := dynamic(t, schema.ValueType(), set)
	valid, err := p.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: config})
	if err != nil || failed(valid.Diagnostics) {
		return nil, fmt.Sprint(said(valid.Diagnostics), err)
	}
	read, err := p.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	if failed(read.Diagnostics) {
		return nil, said(read.Diagnostics)
	}
	state, err := read.State.Unmarshal(schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]tftypes.Value{}
	if err := state.As(&out); err != nil {
		t.Fatal(err)
	}
	return out, said(read.Diagnostics)
}

// plain is a value of Terraform as encoding/json would read it; null is nil.
func plain(t *testing.T, v tftypes.Value) any {
	t.Helper()
	var (
		text string
		yes  bool
		some []tftypes.Value
		all  map[string]tftypes.Value
	)
	switch {
	case v.IsNull():
		return nil
	case v.As(&text) == nil:
		return text
	case v.As(&yes) == nil:
		return yes
	case v.As(&some) == nil:
		out := make([]any, len(some))
		for i, one := range some {
			out[i] = plain(t, one)
		}
		return out
	case v.As(&all) == nil:
		out := map[string]any{}
		for name, one := range all {
			out[name] = plain(t, one)
		}
		return out
	}
	return v.String()
}

// presents compares attributes of a data source, as JSON.
func presents(t *testing.T, have map[string]tftypes.Value, want map[string]any) {
	t.Helper()
	for name, value := range want {
		expected, _ := json.Marshal(value)
		if got, _ := json.Marshal(plain(t, have[name])); string(got) != string(expected) {
			t.Errorf("%s: %s, expected %s", name, got, expected)
		}
	}
}

// documents reads a map of JSON objects.
func documents(t *testing.T, v tftypes.Value) map[string]map[string]any {
	t.Helper()
	texts := map[string]tftypes.Value{}
	if err := v.As(&texts); err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]any{}
	for key, one := range texts {
		var doc map[string]any
		text, _ := plain(t, one).(string)
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		out[key] = doc
	}
	return out
}

func texts14(values ...string) tftypes.Value {
	out := make([]tftypes.Value, len(values))
	for i, v := range values {
		out[i] = text(v)
	}
	return tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, out)
}

func listText14(values ...string) tftypes.Value {
	out := make([]tftypes.Value, len(values))
	for i, v := range values {
		out[i] = text(v)
	}
	return tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, out)
}

// lookupDomain is a domain in memory with people and groups to look up.
func lookupDomain(t *testing.T) (zoe, team string, p *terraform14) {
	t.Helper()
	s, ou := useMemoryDomain(t)
	at := time.Date(2026, 7, 4, 5, 6, 7, 0, time.UTC)
	ticks := fmt.Sprint(at.Unix()*10_000_000 + 116_444_736_000_000_000)
	boss := s.PutUser("CN=Boss,"+ou, map[string]string{"sAMAccountName": "boss", "employeeID": "7", "displayName": "Boss"})
	zoe = s.PutUser("CN=Zoë,"+ou, map[string]string{"sAMAccountName": "zoe", "userPrincipalName": "zoe@corp.example.com",
		"employeeID": "1", "displayName": "Zoë",
		"manager": "CN=Boss," + ou, "lastLogonTimestamp": ticks, "pwdLastSet": ticks, "accountExpires": ticks, "department": "Sales",
		"whenCreated": "20260102030405.0Z", "whenChanged": "20260203040506.0Z"})
	s.PutUser("CN=Twin,"+ou, map[string]string{"sAMAccountName": "twin", "employeeID": "7", "userAccountControl": "66050"})
	s.PutUser("CN=Nobody,"+ou, map[string]string{"sAMAccountName": "nobody"})
	team = s.PutGroup("CN=Team,"+ou, "team")
	inner := s.PutGroup("CN=Inner,"+ou, "inner")
	s.Set(inner, "adminCount", "1")
	s.Join(team, inner)
	s.Join(team, zoe)
	s.Join(inner, boss)
	s.PutUnit("OU=Inner," + ou)
	return zoe, team, startActions(t, nil)
}

func TestADUserDataSources(t *testing.T) {
	zoe, _, p := lookupDomain(t)
	ou := "OU=Staff," + memdir.Base
	const one, many = "workforce_ad_user", "workforce_ad_users"
	got, problems := p.look(t, one, map[string]tftypes.Value{"worker_id": text("1"), "attributes": listText14("DEPARTMENT", "title")})
	says(t, problems)
	sid, _ := plain(t, got["sid"]).(string)
	presents(t, got, map[string]any{
		"object_id": zoe, "distinguished_name": "CN=Zoë," + ou, "user_principal_name": "zoe@corp.example.com",
		"sam_account_name": "zoe", "common_name": "Zoë", "container": ou,
		"display_name": "Zoë", "enabled": true, "password_never_expires": false, "smart_card_required": false, "manager": "7",
		"member_of": []string{"CN=Team," + ou}, "last_sign_in": "2026-07-04T05:06:07Z",
		"privileged": nil, "protected": nil, "password_last_set": "2026-07-04T05:06:07Z",
		"change_password_at_next_logon": false, "locked_out": false,
		"account_expires": "2026-07-04T05:06:07Z", "disabled_since": nil, "created": "2026-01-02T03:04:05Z", "changed": "2026-02-03T04:05:06Z",
		"values": map[string]any{"DEPARTMENT": []string{"Sales"}},
	})
	for key, value := range map[string]string{"object_id": strings.ToUpper(zoe), "sid": sid,
		"distinguished_name": "cn=zoë, " + ou, "user_principal_name": "ZOE@corp.example.com", "sam_account_name": "ZOE"} {
		got, problems := p.look(t, one, map[string]tftypes.Value{key: text(value)})
		says(t, problems)
		presents(t, got, map[string]any{"object_id": zoe, "sid": sid, "worker_id": "1"})
	}
	all, problems := p.look(t, many, map[string]tftypes.Value{"sam_account_names": texts14("zoe", "boss", "gone"),
		"on_missing": text("skip"), "attributes": listText14("department")})
	says(t, problems)
	presents(t, all, map[string]any{"missing": []string{"gone"}})
	users := documents(t, all["users"])
	if len(users) != 2 || users["zoe"]["last_sign_in"] != "2026-07-04T05:06:07Z" || users["boss"]["last_sign_in"] != "" ||
		users["zoe"]["privileged"] != "" ||
		!strings.Contains(fmt.Sprint(users["boss"]["privileged"]), "inner") ||
		!strings.Contains(fmt.Sprint(users["zoe"]["attributes"]), "Sales") {
		t.Errorf("%v", users)
	}
	for _, c := range []struct {
		set  map[string]tftypes.Value
		want []string
	}{
		{nil, []string{"boss", "nobody", "twin", "zoe"}},
		{map[string]tftypes.Value{"enabled": flagOf(false)}, []string{"twin"}},
		{map[string]tftypes.Value{"with_worker_id": flagOf(false), "enabled": flagOf(true)}, []string{"nobody"}},
		{map[string]tftypes.Value{"filter": text("(department=Sales)"), "container": text(ou),
			"limit": tftypes.NewValue(tftypes.Number, 1)}, []string{"zoe"}},
		{map[string]tftypes.Value{"worker_ids": texts14("1")}, []string{"1"}},
	} {
		got, problems := p.look(t, many, c.set)
		says(t, problems)
		var have []string
		for name := range documents(t, got["users"]) {
			have = append(have, name)
		}
		if slices.Sort(have); !slices.Equal(have, c.want) {
			t.Errorf("%v: %q, expected %q", c.set, have, c.want)
		}
	}
	for _, c := range []struct {
		name string
		set  map[string]tftypes.Value
		says []string
	}{
		{one, map[string]tftypes.Value{"worker_id": text("7")}, []string{"Several accounts", "worker_id", "CN=Boss", "CN=Twin", "another key"}},
		{one, map[string]tftypes.Value{"sam_account_name": text("gone")}, []string{"No such account", "sam_account_name", "gone"}},
		{one, map[string]tftypes.Value{"sam_account_name": text("team")}, []string{"No such account"}},
		{one, map[string]tftypes.Value{"object_id": text("zoe")}, []string{"object_id", `"zoe"`, "objectGUID such as"}},
		{one, map[string]tftypes.Value{"sid": text("S-1")}, []string{"sid", `"S-1"`, "security identifier"}},
		{one, nil, []string{"object_id", "worker_id"}},
		{one, map[string]tftypes.Value{"sid": text(sid), "object_id": text(zoe)}, []string{"object_id"}},
		{one, map[string]tftypes.Value{"object_id": text(zoe), "attributes": listText14("departmant")}, []string{"attributes",
			`did you mean "department"`}},
		{many, map[string]tftypes.Value{"worker_ids": texts14("7", "8")}, []string{"Several accounts", `"7"`,
			"No such accounts", "8", "on_missing"}},
		{many, map[string]tftypes.Value{"object_ids": texts14("x")}, []string{"object_ids", `"x"`}},
		{many, map[string]tftypes.Value{"worker_ids": texts14("1"), "filter": text("(cn=*)")}, []string{"filter"}},
		{many, map[string]tftypes.Value{"limit": tftypes.NewValue(tftypes.Number, 3)}, []string{"limit", "more than 3", "never returned"}},
		{many, map[string]tftypes.Value{"filter": text("department=Sales")}, []string{"Cannot list accounts", "filter", "LDAP filter"}},
		{many, map[string]tftypes.Value{"container": text("Staff")}, []string{"container", `"Staff"`}},
	} {
		_, problems := p.look(t, c.name, c.set)
		says(t, problems, append([]string{"ERROR"}, c.says...)...)
	}
}

func TestADGroupAndUnitDataSources(t *testing.T) {
	zoe, team, p := lookupDomain(t)
	ou := "OU=Staff," + memdir.Base
	const one, many, unit, units = "workforce_ad_group", "workforce_ad_groups", "workforce_ad_organizational_unit",
		"workforce_ad_organizational_units"
	got, problems := p.look(t, one, map[string]tftypes.Value{"sam_account_name": text("TEAM")})
	says(t, problems)
	presents(t, got, map[string]any{"object_id": team, "name": "Team", "container": ou, "scope": "global",
		"category": "security", "description": nil,
		"member_of": []string{}, "privileged": nil, "member_worker_ids": []string{"1"}})
	if members := documents(t, got["members"]); len(members) != 2 || members[zoe]["worker_id"] != "1" || members[zoe]["class"] != "user" {
		t.Errorf("%v", members)
	}
	got, problems = p.look(t, one, map[string]tftypes.Value{"object_id": text(team), "read_members": text("all")})
	says(t, problems)
	presents(t, got, map[string]any{"member_worker_ids": []string{"1", "7"}})
	got, problems = p.look(t, one, map[string]tftypes.Value{"distinguished_name": text("CN=Inner," + ou), "read_members": text("none")})
	says(t, problems)
	presents(t, got, map[string]any{"members": nil, "member_worker_ids": nil, "member_of": []string{"CN=Team," + ou},
		"privileged": "it is or was a group that Active Directory protects, or in one (adminCount is 1)"})
	all, problems := p.look(t, many, map[string]tftypes.Value{"read_members": text("all"), "container": text(ou)})
	says(t, problems)
	groups := documents(t, all["groups"])
	team3, _ := groups["team"]["members"].([]any)
	inner1, _ := groups["inner"]["members"].([]any)
	if len(groups) != 2 || len(team3) != 3 || len(inner1) != 1 {
		t.Errorf("%v", groups)
	}
	all, problems = p.look(t, many, map[string]tftypes.Value{"object_ids": texts14(team)})
	says(t, problems)
	if groups := documents(t, all["groups"]); groups[team]["sam_account_name"] != "team" || groups[team]["members"] != nil {
		t.Errorf("%v", groups)
	}
	all, problems = p.look(t, units, map[string]tftypes.Value{"container": text(ou)})
	says(t, problems)
	if found := documents(t, all["organizational_units"]); len(found) != 2 || found["OU=Inner,"+ou]["name"] != "Inner" {
		t.Errorf("%v", found)
	}
	for _, c := range []struct {
		name string
		set  map[string]tftypes.Value
		says []string
	}{
		{one, map[string]tftypes.Value{"sam_account_name": text("zoe")}, []string{"No such group", "zoe"}},
		{one, nil, []string{"sam_account_name"}},
		{one, map[string]tftypes.Value{"object_id": text(team), "read_members": text("some")}, []string{"read_members", "direct"}},
		{many, map[string]tftypes.Value{"sids": texts14("S-1-5-32-544")}, []string{"No such groups", "S-1-5-32-544", "on_missing"}},
		{many, map[string]tftypes.Value{"sids": texts14("x")}, []string{"sids", `"x"`, "security identifier"}},
		{unit, map[string]tftypes.Value{"distinguished_name": text("OU=Outer," + ou)}, []string{"No such organizational unit", "OU=Outer"}},
		// this server has none
		{unit, map[string]tftypes.Value{"distinguished_name": text("OU=Inner," + ou)}, []string{"permissions", "the right to read permissions"}},
		{unit, map[string]tftypes.Value{"object_id": text("x")}, []string{"object_id", `"x"`, "objectGUID"}},
		{units, map[string]tftypes.Value{"filter": text("x")}, []string{"Cannot list organizational units", "LDAP filter"}},
	} {
		_, problems := p.look(t, c.name, c.set)
		says(t, problems, append([]string{"ERROR"}, c.says...)...)
	}
}

// TestAccADDataSources reads every data source of Active Directory from a real controller.
func TestAccADDataSources(t *testing.T) {
	d := useDomain(t)
	ou := d.Container(t)
	enlist(t, d, ou, "dat", 3)
	people := "Act dat00"
	for _, ldif := range []string{
		"dn: OU=Inner,%[1]s\nobjectClass: organizationalUnit\ndescription: Inside\n",
		"dn: CN=dat-inner,%[1]s\nobjectClass: group\nsAMAccountName: dat-inner\nmember: CN=Act dat01,%[1]s\n",
		"dn: CN=dat-team,%[1]s\nobjectClass: group\nsAMAccountName: dat-team\nmember: CN=Act dat00,%[1]s\nmember: CN=dat-inner,%[1]s\n",
	} {
		mustModify(t, d, fmt.Sprintf(ldif, ou))
	}
	mustModify(t, d, fmt.Sprintf("dn: CN=Domain Admins,CN=Users,%s\nchangetype: modify\nadd: member\nmember: "+
		"CN=dat-inner,%s\n", d.BaseDN(), ou))
	t.Cleanup(func() {
		ldif := fmt.Sprintf("dn: CN=Domain Admins,CN=Users,%s\nchangetype: modify\ndelete: member\nmember: CN=dat-inner,%s\n", d.BaseDN(), ou)
		if err := d.Modify(context.WithoutCancel(t.Context()), ldif); err != nil {
			t.Error(err)
		}
	})
	is := func(name, attribute string, value knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.workforce_ad_"+name, tfjsonpath.New(attribute), value)
	}
	out := func(name string, value knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownOutputValue(name, value)
	}
	matches := func(pattern string) knownvalue.Check { return knownvalue.StringRegexp(regexp.MustCompile(pattern)) }
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{{
		Config: fmt.Sprintf(`
data "workforce_ad_domain" "d" {}
data "workforce_ad_user" "x" {
  sid        = data.workforce_ad_user.y.sid
  attributes = ["displayName"]
}
data "workforce_ad_user" "y" { distinguished_name = "CN=%[2]s,%[1]s" }
data "workforce_ad_user" "administrator" { sid = "${data.workforce_ad_domain.d.sid}-500" }
data "workforce_ad_users" "all" {
  container = "%[1]s"
  limit     = 3
}
data "workforce_ad_users" "keys" { worker_ids = ["dat00", "dat02"] }
data "workforce_ad_forest_users" "keys" {
  sam_account_names = ["dat00", "nobody-here"]
  attributes        = ["displayName"]
  on_missing        = "skip"
}
data "workforce_ad_names" "forest" { domains = "all" }
data "workforce_ad_group" "team" {
  sam_account_name = "dat-team"
  read_members       = "all"
}
data "workforce_ad_group" "users" {
  sid        = "${data.workforce_ad_domain.d.sid}-513"
  read_members = "direct"
}
data "workforce_ad_groups" "all" {
  container  = "%[1]s"
  read_members = "direct"
}
data "workforce_ad_organizational_unit" "inner" { distinguished_name = "ou=inner,%[1]s" }
data "workforce_ad_organizational_units" "all" { container = "%[1]s" }
output "privileged" { value = { for k, u in data.workforce_ad_users.all.users : k => jsondecode(u).privileged } }
output "keys" { value = { for k, u in data.workforce_ad_users.keys.users : k => jsondecode(u).enabled } }
output "primary" { value = jsondecode(data.workforce_ad_group.users.members[data.workforce_ad_user.x.object_id]).primary }
output "team" { value = [for m in jsondecode(data.workforce_ad_groups.all.groups["dat-team"]).members : m.name] }
output "units" { value = [for u in data.workforce_ad_organizational_units.all.organizational_units : jsondecode(u).description] }
`, ou, people),
		ConfigStateChecks: []statecheck.StateCheck{
			is("domain.d", "dns_name", knownvalue.StringExact(strings.ToLower(d.Realm()))),
			is("domain.d", "netbios_name", knownvalue.StringExact(d.NetBIOS())),
			is("domain.d", "who_am_i", matches(`(?i)^u:`+d.NetBIOS()+`\\Administrator$`)),
			is("domain.d", "controller", knownvalue.StringExact(strings.ToLower(d.ServerName()))),
			is("domain.d", "controllers", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact(strings.ToLower(d.ServerName()))})),
			is("domain.d", "recycle_bin", knownvalue.NotNull()),
			is("domain.d", "password_policy",
				knownvalue.ObjectPartial(map[string]knownvalue.Check{"min_length": knownvalue.Int64Exact(7), "complexity": knownvalue.Bool(true)})),
			is("user.x", "sid", matches(`^S-1-5-21-[0-9-]+$`)),
			is("user.x", "member_of", knownvalue.ListExact([]knownvalue.Check{
				knownvalue.StringExact("CN=dat-team," + ou), knownvalue.StringExact("CN=Domain Users,CN=Users," + d.BaseDN())})),
			is("user.x", "privileged", knownvalue.Null()),
			is("user.x", "locked_out", knownvalue.Bool(false)),
			is("user.x", "created", matches(`^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)),
			is("user.x", "password_last_set", matches(`^20\d\d-`)),
			is("user.x", "values", knownvalue.MapExact(map[string]knownvalue.Check{
				"displayName": knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact(people)})})),
			is("user.administrator", "privileged", matches(`Domain Admins`)),
			is("user.administrator", "last_sign_in", matches(`^20\d\d-`)),
			is("group.team", "member_worker_ids", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("dat00"),
				knownvalue.StringExact("dat01")})),
			is("organizational_unit.inner", "protect_from_deletion", knownvalue.Bool(false)),
			out("privileged", knownvalue.MapExact(map[string]knownvalue.Check{
				"dat00": knownvalue.StringExact(""), "dat01": matches(`dat-inner \(in Domain Admins\)`),
				"dat02": knownvalue.StringExact("")})),
			out("keys", knownvalue.MapExact(map[string]knownvalue.Check{"dat00": knownvalue.Bool(true), "dat02": knownvalue.Bool(true)})),
			is("forest_users.keys", "missing", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("nobody-here")})),
			is("forest_users.keys", "paths", knownvalue.MapExact(map[string]knownvalue.Check{
				"dat00": knownvalue.StringExact("CN=Act dat00," + ou)})),
			is("names.forest", "names", matches(`^\{`)),
			out("primary", knownvalue.Bool(true)),
			out("team", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("Act dat00"), knownvalue.StringExact("dat-inner")})),
			out("units", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("Inside")})),
		},
	}}})
}
