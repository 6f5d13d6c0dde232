// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"crypto/sha1" //nolint:gosec // the thumbprint of RFC 7515 x5t, which clients send
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// skew is by how much the clock of a client may be wrong.
const skew = 5 * time.Minute

var algorithms = []string{"RS256", "PS256", "ES256"}

// verify checks a client assertion: signed with the key of the registered
// certificate (RFC 7523), or a token of the federated issuer.
func (s *Server) verify(assertion string) error {
	unverified, _, err := jwt.NewParser().ParseUnverified(assertion, jwt.MapClaims{})
	if err != nil {
		return &refusal{http.StatusBadRequest, 50027, "invalid_request", "JWT token is invalid or malformed."}
	}
	issuer, err := unverified.Claims.GetIssuer()
	if f := s.options.Federated; f != nil && (err != nil || issuer != s.options.ClientID) {
		return verifyFederated(f, assertion, issuer)
	}
	return s.verifySigned(assertion)
}

func (s *Server) verifySigned(assertion string) error {
	invalid := func(why string) error {
		return &refusal{http.StatusUnauthorized, 700027, "invalid_client", fmt.Sprintf("The certificate with identifier used to sign the client assertion is not registered on application. [Reason - %s]", why)}
	}
	cert := s.options.ClientCertificate
	if cert == nil {
		return invalid("The key was not found.")
	}
	parsed, err := jwt.Parse(assertion, func(t *jwt.Token) (any, error) {
		old, current := sha1.Sum(cert.Raw), sha256.Sum256(cert.Raw) //nolint:gosec // see above
		if !is(t.Header["x5t"], old[:]) && !is(t.Header["x5t#S256"], current[:]) {
			return nil, errors.New("the thumbprint is not of the registered certificate")
		}
		return cert.PublicKey, nil
	}, jwt.WithValidMethods(algorithms), jwt.WithLeeway(skew), jwt.WithExpirationRequired(), jwt.WithIssuer(s.options.ClientID), jwt.WithSubject(s.options.ClientID))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired) || errors.Is(err, jwt.ErrTokenNotValidYet):
		return &refusal{http.StatusUnauthorized, 700024, "invalid_client", "Client assertion is not within its valid time range."}
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return invalid("The key used is expired, or the signature is not of it.")
	case err != nil:
		return invalid("The key was not found.")
	case time.Now().After(cert.NotAfter):
		return invalid("The key used is expired.")
	}
	audience, err := parsed.Claims.GetAudience()
	if err != nil || len(audience) != 1 || !strings.HasPrefix(audience[0], s.URL()+"/") || !strings.HasSuffix(audience[0], "/oauth2/v2.0/token") && !strings.HasSuffix(audience[0], "/v2.0") {
		return &refusal{http.StatusUnauthorized, 700023, "invalid_client", fmt.Sprintf("Client assertion audience claim does not match Realm issuer. Expected %s/%s/oauth2/v2.0/token.", s.URL(), s.options.TenantID)}
	}
	return nil
}

// is reports that a header is a thumbprint; libraries of Microsoft do not use the
// alphabet of RFC 7515.
func is(header any, thumbprint []byte) bool {
	return header == base64.RawURLEncoding.EncodeToString(thumbprint) || header == base64.StdEncoding.EncodeToString(thumbprint)
}

func verifyFederated(f *Federated, assertion, issuer string) error {
	audience := f.Audience
	if audience == "" {
		audience = "api://AzureADTokenExchange"
	}
	_, err := jwt.Parse(assertion, func(*jwt.Token) (any, error) { return f.Key, nil },
		jwt.WithValidMethods(algorithms), jwt.WithLeeway(skew), jwt.WithExpirationRequired(), jwt.WithIssuer(f.Issuer), jwt.WithSubject(f.Subject), jwt.WithAudience(audience))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jwt.ErrTokenExpired) || errors.Is(err, jwt.ErrTokenNotValidYet):
		return &refusal{http.StatusUnauthorized, 700024, "invalid_client", "Client assertion is not within its valid time range."}
	case errors.Is(err, jwt.ErrTokenInvalidIssuer):
		return &refusal{http.StatusUnauthorized, 700211, "invalid_client", fmt.Sprintf("No matching federated identity record found for presented assertion issuer '%s'.", issuer)}
	case errors.Is(err, jwt.ErrTokenInvalidSubject):
		return &refusal{http.StatusUnauthorized, 700213, "invalid_client", "No matching federated identity record found for presented assertion subject."}
	case errors.Is(err, jwt.ErrTokenInvalidAudience):
		return &refusal{http.StatusUnauthorized, 700212, "invalid_client", "No matching federated identity record found for presented assertion audience."}
	}
	return &refusal{http.StatusUnauthorized, 50013, "invalid_client", "Assertion failed signature validation. [Reason - The key was not found.]"}
}
