// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"

	"terraform-provider-workforce/internal/entra"
)

type entraModel struct{}

type lazyTenant struct{}

func entraSchema() schema.Attribute {
	return schema.SingleNestedAttribute{Optional: true, Attributes: map[string]schema.Attribute{}}
}

func newLazyTenant(*entraModel, string, func() time.Time, *diag.Diagnostics) *lazyTenant { return nil }

func (l *lazyTenant) Tenant() (*entra.Tenant, error) { return nil, errors.New("not yet") }

func (l *lazyTenant) workerIDAttribute() string { return "employeeId" }
