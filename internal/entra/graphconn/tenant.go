// SPDX-License-Identifier: MPL-2.0

package graphconn

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// TokenTenant returns the id of the tenant that access tokens are issued by. Where a token
// cannot be read, which Microsoft does not promise, it is the configured one, provided that is an id.
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
func (c *Client) TokenTenant(ctx context.Context) (string, error) {
	token, err := c.token(ctx)
	if err != nil {
		return "", c.config.signInError(err)
	}
	var claims struct {
		Tenant string `json:"tid"`
	}
	if parts := strings.Split(token, "."); len(parts) == 3 {
		if payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "=")); err == nil {
			_ = json.Unmarshal(payload, &claims) // what cannot be read has no tenant
		}
	}
	for _, id := range []string{claims.Tenant, c.config.TenantID} {
		if parsed, err := uuid.Parse(id); err == nil {
			return parsed.String(), nil
		}
	}
	return "", fmt.Errorf("the access token does not say which tenant it is of, "+
		"and tenant_id is %q: set tenant_id to the id of the tenant", c.config.TenantID)
}
