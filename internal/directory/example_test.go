// SPDX-License-Identifier: MPL-2.0

package directory_test

import (
	"fmt"

	"terraform-provider-workforce/internal/directory"
)

// Names that a directory takes for the same one are equal after Fold.
func ExampleFold() {
	fmt.Println(directory.Fold("Zoë.O'Brien@Example.com") == directory.Fold("zoe\u0308.o'brien@example.COM"))
	// Output: true
}

// Two ways to write one distinguished name are one path.
func ExampleSamePath() {
	fmt.Println(directory.SamePath("CN=Ray\\, Ann,OU=Staff,DC=corp", "cn=ray\\2C ann, ou=staff, dc=corp"))
	// Output: true
}
