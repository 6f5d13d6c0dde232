// SPDX-License-Identifier: MPL-2.0

package dn_test

import (
	"fmt"

	"terraform-provider-workforce/internal/dn"
)

// Two ways to write one distinguished name are one.
func ExampleSame() {
	fmt.Println(dn.Same("CN=Ray\\, Ann,OU=Staff,DC=corp", "cn=ray\\2C ann, ou=staff, dc=corp"))
	// Output: true
}
