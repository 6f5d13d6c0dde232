// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/dn"
)

// sameContainer compares paths as directories do.
func sameContainer(a, b string) bool { return dn.Same(a, b) }

func canonicalPath(path string) string { return dn.Key(path) }

// containerOf returns where an object lives. Objects that are no accounts may
// come without one; their path tells.
func containerOf(e *directory.Existing) string {
	if e.Account.Container != "" {
		return e.Account.Container
	}
	for i := 0; i < len(e.Path); i++ {
		switch e.Path[i] {
		case '\\':
			i++
		case ',':
			return e.Path[i+1:]
		}
	}
	return ""
}
