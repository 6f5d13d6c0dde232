// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

const graphScope = "https://graph.microsoft.com/.default"

// token is an access token that was issued.
type token struct {
	expires     time.Time
	permissions map[string]bool
	continuous  bool // the client said that it understands claims challenges
	revoked     bool
}

// refusal is an error as the token endpoint answers it.
type refusal struct {
	status, code  int
	kind, message string
}

func (r *refusal) Error() string { return fmt.Sprintf("AADSTS%d: %s", r.code, r.message) }

// authority answers what belongs to the identity platform.
func (s *Server) authority(w http.ResponseWriter, r *http.Request) {
	segments := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	tenant, rest := segments[0], strings.Join(segments[1:], "/")
	known := strings.EqualFold(tenant, s.options.TenantID) || slices.ContainsFunc(s.domains(), func(d string) bool { return strings.EqualFold(d, tenant) })
	var body any
	var err error
	switch {
	case rest == "v2.0/.well-known/openid-configuration" && r.Method == http.MethodGet:
		if body = s.configuration(); !known {
			err = unknownTenant(tenant)
		}
	case rest == "discovery/v2.0/keys" && r.Method == http.MethodGet:
		body = object{"keys": []any{}}
	case rest == "oauth2/v2.0/token" && !known:
		err = unknownTenant(tenant)
	case rest == "oauth2/v2.0/token":
		body, err = s.grant(r)
	default:
		http.NotFound(w, r)
		return
	}
	status := http.StatusOK
	var refused *refusal
	if errors.As(err, &refused) {
		status, body = refused.status, s.describe(refused)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store, no-cache")
	w.Header().Set("x-ms-request-id", uuid.NewString())
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func unknownTenant(name string) error {
	return &refusal{http.StatusBadRequest, 90002, "invalid_request", fmt.Sprintf("Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. "+
		"Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.", name)}
}

func (s *Server) describe(r *refusal) object {
	trace, correlation, now := uuid.NewString(), uuid.NewString(), s.now().Format("2006-01-02 15:04:05Z")
	return object{
		"error": r.kind, "error_codes": []int{r.code}, "timestamp": now, "trace_id": trace, "correlation_id": correlation, "error_uri": fmt.Sprintf("%s/error?code=%d", s.URL(), r.code),
		"error_description": fmt.Sprintf("%s Trace ID: %s Correlation ID: %s Timestamp: %s", r.Error(), trace, correlation, now),
	}
}

func (s *Server) configuration() object {
	base := s.URL() + "/" + s.options.TenantID
	return object{
		"issuer": base + "/v2.0", "authorization_endpoint": base + "/oauth2/v2.0/authorize", "token_endpoint": base + "/oauth2/v2.0/token",
		"device_authorization_endpoint": base + "/oauth2/v2.0/devicecode", "end_session_endpoint": base + "/oauth2/v2.0/logout", "jwks_uri": base + "/discovery/v2.0/keys",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"}, "response_types_supported": []string{"code", "id_token"},
		"subject_types_supported": []string{"pairwise"}, "id_token_signing_alg_values_supported": []string{"RS256"}, "response_modes_supported": []string{"query", "fragment", "form_post"},
		"scopes_supported": []string{"openid", "profile", "email", "offline_access"}, "tenant_region_scope": "EU", "cloud_instance_name": "microsoftonline.com",
		"cloud_graph_host_name": "graph.windows.net", "msgraph_host": "graph.microsoft.com",
	}
}

// grant issues a token for the client credentials of a request (RFC 6749, section 4.4).
func (s *Server) grant(r *http.Request) (any, error) {
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Method != http.MethodPost || media != "application/x-www-form-urlencoded" {
		return nil, &refusal{http.StatusBadRequest, 900144, "invalid_request", "The request body must contain the following parameter: 'grant_type'."}
	}
	r.Body = http.MaxBytesReader(nil, r.Body, 1<<20)
	id, secret := r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	if user, password, ok := r.BasicAuth(); ok {
		id, secret = user, password
	}
	switch {
	case r.PostFormValue("grant_type") != "client_credentials":
		return nil, &refusal{http.StatusBadRequest, 70003, "unsupported_grant_type", fmt.Sprintf("The app requested an unsupported grant type '%s'.", r.PostFormValue("grant_type"))}
	case id == "":
		return nil, &refusal{http.StatusBadRequest, 900144, "invalid_request", "The request body must contain the following parameter: 'client_id'."}
	case !strings.EqualFold(id, s.options.ClientID):
		return nil, &refusal{http.StatusBadRequest, 700016, "unauthorized_client", fmt.Sprintf("Application with identifier '%s' was not found in the directory '%s'. "+
			"This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.", id, s.options.TenantID)}
	case !slices.Contains(strings.Fields(r.PostFormValue("scope")), graphScope):
		return nil, &refusal{http.StatusBadRequest, 1002012, "invalid_scope", fmt.Sprintf("The provided value for scope %s is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).", r.PostFormValue("scope"))}
	}
	if err := s.authenticate(secret, r.PostFormValue("client_assertion_type"), r.PostFormValue("client_assertion")); err != nil {
		return nil, err
	}
	return s.issue(strings.Contains(strings.ToLower(r.PostFormValue("claims")), `"cp1"`))
}

func (s *Server) authenticate(secret, kind, assertion string) error {
	switch {
	case assertion != "" && kind == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
		return s.verify(assertion)
	case assertion != "" || secret == "":
		return &refusal{http.StatusUnauthorized, 7000218, "invalid_client", "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."}
	case secret != s.options.ClientSecret:
		return &refusal{http.StatusUnauthorized, 7000215, "invalid_client", fmt.Sprintf("Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '%s'.", s.options.ClientID)}
	}
	return nil
}

// issue makes an access token of the application's permissions.
func (s *Server) issue(continuous bool) (any, error) {
	now := s.now()
	t := &token{expires: now.Add(s.options.TokenLifetime), permissions: map[string]bool{}, continuous: continuous}
	for _, p := range s.options.Permissions {
		t.permissions[p] = true
	}
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"aud": "https://graph.microsoft.com", "iss": "https://sts.windows.net/" + s.options.TenantID + "/", "iat": now.Unix(), "nbf": now.Unix(), "exp": t.expires.Unix(), "appid": s.options.ClientID,
		"app_displayname": "sandbox", "idtyp": "app", "oid": s.store.principal, "sub": s.store.principal, "tid": s.options.TenantID, "roles": s.options.Permissions, "uti": uuid.NewString(), "ver": "1.0",
	}).SignedString(s.signing)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[text] = t
	s.stats.Tokens++
	seconds := int(s.options.TokenLifetime / time.Second)
	return object{"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": text}, nil
}

// authorize finds the token of a request.
func (s *Server) authorize(header http.Header) (*token, *failure) {
	text, ok := strings.CutPrefix(header.Get("Authorization"), "Bearer ")
	switch t := s.tokens[text]; {
	case !ok || text == "":
		return nil, s.unauthenticated("Access token is empty.", "")
	case t == nil:
		return nil, s.unauthenticated("IDX14100: JWT is not well formed, there are no dots (.).", "")
	case !t.expires.After(s.now()):
		return nil, s.unauthenticated("Lifetime validation failed, the token is expired.", "")
	case t.revoked && t.continuous:
		claims := fmt.Sprintf(`{"access_token":{"nbf":{"essential":true,"value":"%d"}}}`, s.now().Unix())
		return nil, s.unauthenticated("Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
			`, error="insufficient_claims", claims="`+base64.StdEncoding.EncodeToString([]byte(claims))+`"`)
	case t.revoked:
		return nil, s.unauthenticated("Lifetime validation failed, the token is expired.", "")
	default:
		return t, nil
	}
}

func (s *Server) unauthenticated(message, challenge string) *failure {
	return &failure{status: http.StatusUnauthorized, code: "InvalidAuthenticationToken", message: message, header: http.Header{
		"Www-Authenticate": {fmt.Sprintf(`Bearer realm="", authorization_uri="%s/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`, s.URL()) + challenge}}}
}
