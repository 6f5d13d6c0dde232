// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-workforce/internal/sandbox/openldap"
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
