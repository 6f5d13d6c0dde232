// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/openldap"
	"terraform-provider-workforce/internal/sandbox/samba"
)

const hrLDAPTree = `dn: uid=a,dc=example,dc=com
objectClass: inetOrgPerson
uid: a
cn: Zoe
sn: Quist
employeeNumber: 007
userPassword: geheim
mail: z@example.com
mail: a@example.com

dn: uid=b,dc=example,dc=com
objectClass: inetOrgPerson
uid: b
cn: Bo
sn: Lindqvist
employeeNumber: 008
manager: uid=a,dc=example,dc=com
`

func TestAccHRLDAP(t *testing.T) {
	s := openldap.Start(t, hrLDAPTree)
	t.Setenv("WORKFORCE_LDAP_URL", s.URL)
	t.Setenv("WORKFORCE_LDAP_USERNAME", openldap.Reader)
	t.Setenv("HR_PASSWORD", openldap.Password)
	t.Setenv("WRONG_PASSWORD", "wrong")
	config := func(more string) string {
		return fmt.Sprintf("data \"workforce_hr_ldap\" \"staff\" {\n  base = %q\n  ca_certificate_file = %q\n  fields = { worker_id = \"employeeNumber\", manager_id = \"manager\" }\n  %s\n}", openldap.Base, s.CAFile, more)
	}
	const address = "data.workforce_hr_ldap.staff"
	const rest = `"status":null,"worker_type":null,"hire_date":null,"termination_date":null,"last_day_of_work":null,"on_leave":null,`
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{
			Config: config("password_variable = \"HR_PASSWORD\"\n  attributes = [\"cn\", \"mail\", \"dn\"]"),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("json"), knownvalue.StringExact(
					`{"007":{"worker_id":"007",`+rest+`"manager_id":null,"time_zone":null,"attributes":{"cn":"Zoe","dn":"uid=a,dc=example,dc=com","mail":["a@example.com","z@example.com"]}},`+
						`"008":{"worker_id":"008",`+rest+`"manager_id":"007","time_zone":null,"attributes":{"cn":"Bo","dn":"uid=b,dc=example,dc=com","mail":null}}}`)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("worker_count"), knownvalue.Int64Exact(2)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("password"), knownvalue.Null()),
			},
		},
		{Config: config(`password_variable = "WRONG_PASSWORD"`), ExpectError: regexp.MustCompile(`(?s)the\s+sign-in\s+was\s+refused`)},
		{Config: config("password_variable = \"HR_PASSWORD\"\n  filter = \"(uid=none)\""), ExpectError: regexp.MustCompile(`(?s)found\s+no\s+records`)},
		{Config: config("password_variable = \"HR_PASSWORD\"\n  urls = [\"" + s.PlainURL + "\"]"), ExpectError: regexp.MustCompile(`(?s)is\s+not\s+encrypted`)},
		{Config: config("password_variable = \"HR_PASSWORD\"\n  start_tls = true\n  urls = [\"" + s.PlainURL + "\"]")},
	}})
}

// TestAccHRLDAPKerberos reads a domain of Active Directory by Kerberos.
func TestAccHRLDAPKerberos(t *testing.T) {
	d := samba.Shared(t)
	base := d.Container(t)
	if err := d.CreateUser(t.Context(), "CN=Zoe,"+base, "Lesen-nur-lesen-77", map[string][]string{"employeeID": {"007"}, "sAMAccountName": {"hr.zoe"}}); err != nil {
		t.Fatal(err)
	}
	keytab := filepath.Join(t.TempDir(), "reader.keytab")
	if err := d.ExportKeytab(t.Context(), "Administrator", keytab); err != nil {
		t.Fatal(err)
	}
	t.Setenv("WORKFORCE_LDAP_URL", d.URL())
	t.Setenv("WORKFORCE_LDAP_USERNAME", "Administrator")
	t.Setenv("WORKFORCE_LDAP_PASSWORD", d.AdminPassword())
	config := func(kerberos, more string) string {
		return fmt.Sprintf("data \"workforce_hr_ldap\" \"staff\" {\n  base = %q\n  ca_certificate_file = %q\n  fields = { worker_id = \"employeeID\" }\n  attributes = [\"sAMAccountName\"]\n  kerberos = {\n%s\n}\n%s\n}", base, d.CAFile(), kerberos, more)
	}
	realm := fmt.Sprintf("realm = %q\n", strings.ToUpper(d.Realm()))
	step := func(kerberos string) resource.TestStep {
		return resource.TestStep{Config: config(kerberos, ""), ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.workforce_hr_ldap.staff", tfjsonpath.New("worker_count"), knownvalue.Int64Exact(1)),
			statecheck.ExpectKnownValue("data.workforce_hr_ldap.staff", tfjsonpath.New("json"), knownvalue.StringRegexp(regexp.MustCompile(`"007".*"sAMAccountName":"hr.zoe"`))),
		}}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		step(realm), // name and password of the environment
		step(realm + fmt.Sprintf("keytab_file = %q", keytab)),
		step(fmt.Sprintf("keytab_file = %q\nconfig_file = %q\nservice_principal_name = %q", keytab, d.Krb5Conf(), "ldap/"+d.ServerName())),
		{Config: config(realm+fmt.Sprintf("keytab_file = %q", filepath.Join(t.TempDir(), "none")), ""), ExpectError: regexp.MustCompile(`(?s)keytab.*cannot\s+be\s+used`)},
		{Config: config(realm, `username = "cn=reader"`), ExpectError: regexp.MustCompile(`(?s)Kerberos\s+are\s+set\s+at\s+the\s+same\s+time`)},
		{Config: config(realm+`password = "not-the-one"`, ""), ExpectError: regexp.MustCompile(`(?s)password\s+or\s+key\s+is\s+wrong`)},
	}})
}
