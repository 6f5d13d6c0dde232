// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"fmt"
)

// sameDirectory refuses a directory other than the one that holds the accounts of the state. It
// records the directory where the state has no accounts yet.
func (p *Population) sameDirectory(ctx context.Context, dir Users, f *Findings) bool {
	id, name, err := dir.Identity(ctx)
	if err != nil {
		f.problems("Cannot read the directory", err)
		return false
	}
	known := p.Memory.Directory
	switch {
	case known.ID == "" && len(p.Before) == 0, known.ID == id:
		p.Memory.Directory = Identity{ID: id, Name: name, Server: p.Memory.Directory.Server}
	case known.ID != "":
		f.fail("The accounts are in another directory", fmt.Sprintf("The state records %d accounts of %s %q (%s), and the provider is configured for %q (%s). Nothing was read or changed there. "+
			"Configure the provider for %q again. If the accounts of this resource are to be managed in %q from now on, remove it from the state first (terraform state rm): that changes no account.",
			len(p.Before), p.Target.Title, known.Name, known.ID, name, id, known.Name, name))
		return false
	}
	return true
}
