// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"fmt"
)

// Identity returns the id of the tenant and its default domain. The id is the one in
// the access token, which no permission is needed for and no setting can contradict.
func (t *Tenant) Identity(ctx context.Context) (id, name string, err error) {
	t.mu.Lock()
	id, name = t.identity.id, t.identity.name
	t.mu.Unlock()
	if id != "" {
		return id, name, nil
	}
	if id, err = t.ID(ctx); err != nil {
		return "", "", err
	}
	domains, err := t.Domains(ctx)
	if err != nil {
		return "", "", err
	}
	for _, d := range domains {
		if d.IsDefault {
			name = d.ID
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.identity.id, t.identity.name = id, name
	return id, name, nil
}

// ID returns the id of the tenant, as [Tenant.Identity] does, and asks Graph nothing.
func (t *Tenant) ID(ctx context.Context) (string, error) {
	id, err := t.client.TokenTenant(ctx)
	if err != nil {
		return "", fmt.Errorf("finding out which tenant this is: %w", err)
	}
	return id, nil
}
