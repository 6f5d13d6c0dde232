// SPDX-License-Identifier: MPL-2.0

package ldapdir

import (
	"strings"
	"testing"
)

// TestElsewhere: people of another domain are missing, and those of the partitions that every domain has are none.
func TestElsewhere(t *testing.T) {
	r := &reader{config: Config{Base: "DC=corp,DC=example"}}
	for _, none := range []string{"ldap://corp.example/CN=Configuration,DC=corp,DC=example",
		"ldaps://DomainDnsZones.corp.example/DC=DomainDnsZones,DC=corp,DC=example",
		"ldap://ForestDnsZones.corp.example/DC=ForestDnsZones,DC=corp,DC=example??base"} {
		if err := r.elsewhere(none); err != nil {
			t.Errorf("%s: got %v", none, err)
		}
	}
	for _, people := range []string{"ldap://emea.corp.example/DC=emea,DC=corp,DC=example", "ldap://other", "%"} {
		if err := r.elsewhere(people); err == nil || !strings.Contains(err.Error(), `the people there would be missing`) {
			t.Errorf("%s: got %v", people, err)
		}
	}
	r.config.Referrals = "ignore"
	if err := r.elsewhere("ldap://emea.corp.example/DC=emea,DC=corp,DC=example"); err != nil {
		t.Errorf("the advice does not work: %v", err)
	}
}
