// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"encoding/base64"
	"fmt"

	"github.com/google/uuid"
)

// ImmutableID returns the onPremisesImmutableId (source anchor) of the user that is
// synchronised from the Active Directory object with that objectGUID: the
// octets of the GUID, whose first three fields are little-endian ([MS-DTYP]
// 2.3.4), in base64.
// https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-design-concepts#sourceanchor
func ImmutableID(objectGUID string) (string, error) {
	g, err := uuid.Parse(objectGUID)
	if err != nil {
		return "", fmt.Errorf("found %q, expected an objectGUID such as 2b6b1b5e-4d5c-4a43-9a1e-0c1d2e3f4a5b", objectGUID)
	}
	g[0], g[1], g[2], g[3] = g[3], g[2], g[1], g[0]
	g[4], g[5] = g[5], g[4]
	g[6], g[7] = g[7], g[6]
	return base64.StdEncoding.EncodeToString(g[:]), nil
}
