// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"errors"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/ldapconn"
)

// isLost reports that nothing more can be done with this server, or must be.
func isLost(err error) bool {
	return unrecorded(err) != nil || ldapconn.IsUnavailable(err) || ldapconn.IsAuthentication(err) || ldapconn.IsCertificate(err) || ldapconn.IsCanceled(err) || kindOf(err) == ldapconn.KindClosed
}

func isSizeLimit(err error) bool { return ldapconn.IsSizeLimit(err) }

func kindOf(err error) ldapconn.Kind {
	var e *ldapconn.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ldapconn.KindOther
}

// unrecorded returns why a write could not be put on record, and was not sent for that; nil for other errors.
func unrecorded(err error) error {
	var e *audit.Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// notTriedError is what those who are not tried any more are told.
func notTriedError(err error) error {
	if e := unrecorded(err); e != nil {
		return e
	}
	return errors.New("the directory cannot be reached any more")
}
