// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServerAt returns a protocol server of the provider that takes the present from
// clock and waits by sleep, so that a simulation can live months in seconds.
func NewServerAt(version string, clock func() time.Time, sleep func(ctx context.Context, until time.Time) error) tfprotov6.ProviderServer {
	p := &workforceProvider{version: version, clock: clock, sleep: sleep}
	return newSlimServer(providerserver.NewProtocol6(p)())
}
