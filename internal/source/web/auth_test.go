// SPDX-License-Identifier: MPL-2.0

package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestOAuth2(t *testing.T) {
	for _, tt := range []struct {
		name  string
		oauth OAuth2
		want  string
	}{
		{"client credentials in the body", OAuth2{ClientID: "id", ClientSecret: canary, InBody: true, Scopes: []string{"hr"}, Parameters: map[string]string{"audience": "x"}},
			"audience=x&client_id=id&client_secret=" + url.QueryEscape(canary) + "&grant_type=client_credentials&scope=hr"},
		{"client credentials in the header", OAuth2{ClientID: "id", ClientSecret: canary, InHeader: true}, "grant_type=client_credentials"},
		{"refresh token", OAuth2{ClientID: "id", ClientSecret: canary, InBody: true, RefreshToken: "refresh-0"},
			"client_id=id&client_secret=" + url.QueryEscape(canary) + "&grant_type=refresh_token&refresh_token=refresh-0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var issued, refused atomic.Int32
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/token" {
					_ = r.ParseForm()
					n := issued.Add(1)
					if n == 1 && r.Form.Encode() != tt.want {
						t.Errorf("got %s", r.Form.Encode())
					}
					if n > 1 && tt.oauth.RefreshToken != "" && r.Form.Get("refresh_token") != "refresh-1" {
						t.Errorf("got the old refresh token %q", r.Form.Get("refresh_token"))
					}
					w.Header().Set("Content-Type", "application/json")
					fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"bearer","expires_in":3600,"refresh_token":"refresh-%d"}`, n, n)
					return
				}
				if r.Header.Get("Authorization") == "Bearer token-1" && r.URL.Path == "/api/2" {
					refused.Add(1)
					w.WriteHeader(401) // expired in the middle of the read
					return
				}
				fmt.Fprint(w, `{}`)
			}))
			defer s.Close()
			tt.oauth.TokenURL = s.URL + "/token"
			c, err := New(Config{URL: s.URL + "/api", Auth: Auth{OAuth2: &tt.oauth}})
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range []string{"1", "2", "3"} {
				contains(t, get(c, path), "{}")
			}
			if issued.Load() != 2 || refused.Load() != 1 {
				t.Errorf("got %d tokens, %d refused", issued.Load(), refused.Load())
			}
		})
	}
}

func TestTokensThatAreRefused(t *testing.T) {
	var asked, redirected atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/busy":
			if asked.Add(1) == 1 {
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(503)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"access_token":"abcdef","token_type":"bearer"}`)
		case "/wrong":
			w.WriteHeader(400)
			fmt.Fprintf(w, `{"error":"invalid_client","error_description":"secret %s is wrong"}`, canary)
		case "/away":
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		case "/elsewhere":
			redirected.Add(1)
		default:
			w.WriteHeader(401)
		}
	}))
	defer s.Close()
	for path, want := range map[string]string{
		"/busy":  "401 Unauthorized; tried 2 times; check the credentials",
		"/wrong": `getting a token: POST ` + s.URL + `/wrong: 400 Bad Request; the answer begins "{\"error\":\"invalid_client\",\"error_description\":\"secret [hidden] is wrong\"}"`,
		"/away":  "redirected to " + s.URL + "/elsewhere, expected an answer",
	} {
		c, err := New(Config{URL: s.URL, Retries: 1, Auth: Auth{OAuth2: &OAuth2{TokenURL: s.URL + path, ClientID: "id", ClientSecret: canary, InBody: true}}})
		if err != nil {
			t.Fatal(err)
		}
		contains(t, get(c, "people"), want)
	}
	if redirected.Load() != 0 {
		t.Error("the client's secret was sent to where a redirect led")
	}
}

func TestTokenSource(t *testing.T) {
	n := 0
	source := func(ctx context.Context, fetch *Client) (string, time.Time, error) {
		n++
		r, err := fetch.Do(ctx, Request{Method: "POST", URL: "auth", Safe: true, Expect: JSON})
		if err != nil {
			return "", time.Time{}, err
		}
		return strings.Trim(string(r.Body), `["]`), time.Now().Add(time.Duration(n) * time.Hour * 24), nil
	}
	c := serve(t, Config{Auth: Auth{Source: source}}, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/api/auth" && r.Header.Get("Authorization") != "":
			t.Error("got credentials with the request for some")
		case r.URL.Path == "/api/auth":
			fmt.Fprint(w, `["custom-token"]`)
		case r.Header.Get("Authorization") == "Bearer custom-token":
			fmt.Fprint(w, "{}")
		}
	})
	contains(t, get(c, "a"), "{}")
	contains(t, get(c, "b"), "{}")
	if n != 1 {
		t.Errorf("got %d tokens", n)
	}
	bad := serve(t, Config{Auth: Auth{Source: func(context.Context, *Client) (string, time.Time, error) { return "", time.Time{}, nil }}}, nil)
	contains(t, get(bad, "a"), "signing in: the answer has no token")
}
