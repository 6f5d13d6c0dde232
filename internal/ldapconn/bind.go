// SPDX-License-Identifier: MPL-2.0

package ldapconn

import (
	"context"
	"errors"

	"github.com/go-ldap/ldap/v3"
)

// authenticator signs a fresh connection in. One value serves every connection
// of a client, concurrently.
type authenticator interface {
	bind(ctx context.Context, c *conn) error
	// identity names the account in errors; empty when it is not known.
	identity() string
	// close drops what is kept between binds.
	close()
}

type simpleBind struct{ username, password string }

func (b simpleBind) bind(_ context.Context, c *conn) error { return c.Bind(b.username, b.password) }
func (b simpleBind) identity() string                      { return b.username }
func (simpleBind) close()                                  {}

// certificateBind signs in with the certificate of the TLS handshake.
type certificateBind struct{}

var errAnonymous = errors.New("the server accepted the connection but does not take the client certificate for an account")

// On LDAPS Active Directory is signed in by the handshake and newer versions
// refuse EXTERNAL; after StartTLS, and on other servers, EXTERNAL is needed
// (MS-ADTS 5.1.1.2). Asking who we are (RFC 4532) decides which it is, and
// proves at the end that we are not anonymous.
func (certificateBind) bind(_ context.Context, c *conn) error {
	if c.pin.target.scheme == "ldaps" && whoAmI(c) != "" {
		return nil
	}
	if err := c.ExternalBind(); err != nil {
		return err
	}
	if whoAmI(c) == "" {
		return errAnonymous
	}
	return nil
}

func (certificateBind) identity() string { return "" }
func (certificateBind) close()           {}

// whoAmI is empty for an anonymous connection. A failure counts as anonymous:
// what follows then says why.
func whoAmI(c *conn) string {
	result, err := c.WhoAmI(nil)
	if err != nil || result.AuthzID == "dn:" || result.AuthzID == "u:" {
		return ""
	}
	return result.AuthzID
}

// WhoAmI returns the authorization identity that the controller gives this client (RFC 4532), such as
// "u:CORP\\svc-hr". It is empty where the controller does not say, or for an anonymous connection.
func (c *Client) WhoAmI(ctx context.Context) (string, error) {
	identity := ""
	err := c.do(ctx, request{op: "who am I"}, func(ctx context.Context, cn *conn) (bool, error) {
		return true, c.send(ctx, cn, func() error {
			result, err := cn.WhoAmI(nil)
			if err == nil {
				identity = result.AuthzID
			}
			if ldap.IsErrorAnyOf(err, ldap.LDAPResultProtocolError, ldap.LDAPResultUnavailableCriticalExtension) {
				return nil // it knows no such operation
			}
			return err
		})
	})
	if identity == "dn:" || identity == "u:" {
		identity = ""
	}
	return identity, err
}

// isAuthentication reports result codes with which a server refuses a sign-in
// for good, so that no other controller should be tried: each try with a wrong
// password counts towards the lockout of the account.
func isAuthentication(code uint16) bool {
	switch code {
	case ldap.LDAPResultInvalidCredentials, ldap.LDAPResultInappropriateAuthentication, ldap.LDAPResultAuthMethodNotSupported,
		ldap.LDAPResultStrongAuthRequired, ldap.LDAPResultConfidentialityRequired, ldap.LDAPResultUnwillingToPerform,
		ldap.LDAPResultNoSuchObject, ldap.LDAPResultInvalidDNSyntax:
		return true
	}
	return false
}
