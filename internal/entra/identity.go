// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"terraform-provider-workforce/internal/entra/graphconn"
)

// Identity returns the id of the tenant and its default domain.
func (t *Tenant) Identity(ctx context.Context) (id, name string, err error) {
	err = t.client.Pages(ctx, graphconn.Request{Method: http.MethodGet, Path: "/organization", Query: url.Values{"$select": {"id,verifiedDomains"}}}, func(body []byte) error {
		var page struct {
			Value []struct {
				ID              string `json:"id"`
				VerifiedDomains []struct {
					Name      string `json:"name"`
					IsDefault bool   `json:"isDefault"`
				} `json:"verifiedDomains"`
			} `json:"value"`
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return err
		}
		for _, o := range page.Value {
			id = o.ID
			for _, d := range o.VerifiedDomains {
				if d.IsDefault {
					name = d.Name
				}
			}
		}
		return nil
	})
	if err == nil && id == "" {
		err = errors.New("found no organization, expected one")
	}
	if err != nil {
		return "", "", fmt.Errorf("finding out which tenant this is: %w", err)
	}
	return id, name, nil
}
