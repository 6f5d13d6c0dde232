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

// claims are what an access token says of the application.
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
type claims struct {
	Tenant    string   `json:"tid"`
	Principal string   `json:"oid"`
	Roles     []string `json:"roles"`
}

// claims reads the access token. One that cannot be read, which Microsoft does not promise, claims nothing.
func (c *Client) claims(ctx context.Context) (claims, error) {
	var says claims
	token, err := c.token(ctx)
	if err != nil {
		return says, c.config.signInError(err)
	}
	if parts := strings.Split(token, "."); len(parts) == 3 {
		if payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "=")); err == nil {
			_ = json.Unmarshal(payload, &says)
		}
	}
	return says, nil
}

// TokenTenant returns the id of the tenant that access tokens are issued by. Where a token
// cannot be read, it is the configured one, provided that is an id.
func (c *Client) TokenTenant(ctx context.Context) (string, error) {
	says, err := c.claims(ctx)
	if err != nil {
		return "", err
	}
	for _, id := range []string{says.Tenant, c.config.TenantID} {
		if parsed, err := uuid.Parse(id); err == nil {
			return parsed.String(), nil
		}
	}
	return "", fmt.Errorf("the access token does not say which tenant it is of, "+
		"and tenant_id is %q: set tenant_id to the id of the tenant", c.config.TenantID)
}

// TokenGrants returns the application permissions that the access token carries, and the object id of the
// application in the tenant; nothing where the token cannot be read.
func (c *Client) TokenGrants(ctx context.Context) (permissions []string, principal string, err error) {
	says, err := c.claims(ctx)
	return says.Roles, says.Principal, err
}
