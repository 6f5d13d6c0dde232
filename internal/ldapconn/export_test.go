// SPDX-License-Identifier: MPL-2.0

package ldapconn

import "time"

// ProbeAfter sets the idle time after which connections are probed.
func (c *Client) ProbeAfter(d time.Duration) { c.probeAfter = d }

// What the tests hold against published examples and hostile input.
var (
	BindingOf    = bindingOf
	EndPointHash = endPointHash
	Unwrap       = unwrap
)
