// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"errors"

	"terraform-provider-workforce/internal/activedirectory/ldapconn"
)

// isLost reports that nothing more can be done with this server.
func isLost(err error) bool {
	return ldapconn.IsUnavailable(err) || ldapconn.IsAuthentication(err) || ldapconn.IsCertificate(err) || ldapconn.IsCanceled(err) || kindOf(err) == ldapconn.KindClosed
}

func isSizeLimit(err error) bool { return ldapconn.IsSizeLimit(err) }

func kindOf(err error) ldapconn.Kind {
	var e *ldapconn.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ldapconn.KindOther
}
