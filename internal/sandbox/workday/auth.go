// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

const passwordText = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"

// serveToken answers a refresh-token grant (RFC 6749 section 6) of an API client.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request, tenant string) {
	id, secret, basic := r.BasicAuth()
	fail := func(status int, code string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":%q}`, code)
	}
	switch {
	case r.Method != http.MethodPost || tenant != Tenant:
		fail(http.StatusNotFound, "invalid_request")
	case !basic || id != ClientID || secret != ClientSecret:
		fail(http.StatusUnauthorized, "invalid_client")
	case r.FormValue("grant_type") != "refresh_token":
		fail(http.StatusBadRequest, "unsupported_grant_type")
	case r.FormValue("refresh_token") != RefreshToken:
		fail(http.StatusBadRequest, "invalid_grant")
	default:
		s.mu.Lock()
		s.token++
		s.uses = 0
		token := s.accessToken()
		s.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		// Workday gives no lifetime and the same refresh token.
		_ = json.NewEncoder(w).Encode(map[string]string{"refresh_token": RefreshToken, "token_type": "Bearer", "access_token": token}) // the client may have gone
	}
}

func (s *Server) accessToken() string { return fmt.Sprintf("wd-access-token-canary-%d", s.token) }

// Tokens returns how many access tokens were given out.
func (s *Server) Tokens() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token
}

// bearer checks an access token, and uses it once.
func (s *Server) bearer(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	if !ok || s.token == 0 || token != s.accessToken() || s.TokenUses > 0 && s.uses >= s.TokenUses {
		return false
	}
	s.uses++
	return true
}

// authenticate checks the credentials of a SOAP request: an access token, or a
// UsernameToken of WS-Security.
func (s *Server) authenticate(r *http.Request, header *element) *fault {
	if r.Header.Get("Authorization") != "" {
		if !s.bearer(r) {
			return &fault{status: http.StatusUnauthorized, code: "SOAP-ENV:Client.authenticationError", text: "invalid or expired token"}
		}
		return nil
	}
	refused := &fault{status: http.StatusInternalServerError, code: "SOAP-ENV:Client.authenticationError", text: "invalid username or password"}
	if header == nil {
		return refused
	}
	security := header.child(wsse, "Security")
	if security == nil {
		return refused
	}
	if must := security.attr(soap, "mustUnderstand"); must != "1" {
		return refused
	}
	token := security.child(wsse, "UsernameToken")
	if token == nil {
		return refused
	}
	user, password := token.child(wsse, "Username"), token.child(wsse, "Password")
	if user == nil || password == nil {
		return refused
	}
	if kind := password.attr("", "Type"); kind != passwordText || user.Text != User+"@"+Tenant || password.Text != Password {
		return refused
	}
	return nil
}
