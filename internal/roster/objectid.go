// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"encoding/base64"
	"strings"

	"github.com/google/uuid"
)

// objectID gives an object id as directories write it. Microsoft's provisioning logs and
// PowerShell write it as {GUID} too, and as the Base64 of objectGUID, whose first three
// parts are little-endian ([MS-DTYP] section 2.3.4.2). Anything else stays as it is.
func objectID(s string) string {
	s = strings.TrimSpace(s)
	if inner, ok := strings.CutPrefix(s, "{"); ok {
		if inner, ok = strings.CutSuffix(inner, "}"); ok && uuid.Validate(inner) == nil {
			return strings.ToLower(inner)
		}
		return s
	}
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(s) != 24 || len(raw) != 16 {
		return s
	}
	for _, pair := range [][2]int{{0, 3}, {1, 2}, {4, 5}, {6, 7}} {
		raw[pair[0]], raw[pair[1]] = raw[pair[1]], raw[pair[0]]
	}
	return uuid.UUID(raw).String()
}
