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
